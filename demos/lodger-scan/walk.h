/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The walk through the folders. A job is a listing (at most so many entries of one folder) or a batch of files of one
 * folder. The main thread holds the folders still to be listed and makes the jobs: listings while few batches wait,
 * batches otherwise. So the batches that wait and the results of the running listings bound the number of names in
 * memory, whatever the size of a folder.
 *
 * If each file is read, a batch does it. Else a listing finds out all that is wanted, and there are no batches.
 */
#ifndef LODGER_SCAN_WALK_H
#define LODGER_SCAN_WALK_H

#include "job.h"

G_BEGIN_DECLS

typedef struct Walk Walk;

/* Begins with the given folders. */
Walk *walk_new (Shared *shared);
void walk_free (Walk *walk);
/* Looks into a folder of the store anew. */
void walk_update (Walk *walk, StoreDir *dir);

/* The next job; NULL: there is none now, and if no job is at work, there will be none. `open_only`: only what needs no
 * other folder than those that are open. */
Job *walk_next (Walk *walk, gboolean open_only);
/* Drops what no worker has begun. */
void walk_drop (Walk *walk);
/* Closes folders that can be opened again. FALSE: there are none. */
gboolean walk_shrink (Walk *walk);

G_END_DECLS

#endif
