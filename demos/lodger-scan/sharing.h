/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which files of the same content have the same blocks on disk, after their contents are known: the file system is
 * asked. Where files cannot share blocks none is opened. A file that cannot be opened again counts as one with blocks
 * of its own. The main thread's alone.
 */
#ifndef LODGER_SCAN_SHARING_H
#define LODGER_SCAN_SHARING_H

#include "job.h"

G_BEGIN_DECLS

typedef struct Sharing Sharing;

/* Of the groups in which there is a file of which that is not known yet. */
Sharing *sharing_new (Shared *shared);
/* NULL is ignored. */
void sharing_free (Sharing *sharing);
/* The next job; NULL: there is none now, and if no job is at work, there will be none. */
Job *sharing_next (Sharing *sharing);

G_END_DECLS

#endif
