/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The folders that were found and not listed yet. The last one found goes first, which keeps them few. The folder that
 * one is in stays open for it, so that no path leads to it; of these folders only so many stay open, and the path
 * leads to those that were found in the others.
 */
#ifndef LODGER_SCAN_FRONTIER_H
#define LODGER_SCAN_FRONTIER_H

#include "folder.h"
#include "store.h"

G_BEGIN_DECLS

typedef struct Frontier
{
  GArray *found;
  guint n_closed; /* so many at the beginning have no open folder above them */
  guint n_open;   /* folders that are open for the others */
  guint most_open;
} Frontier;

void frontier_init (Frontier *frontier);
void frontier_clear (Frontier *frontier);

/* `above` is the folder that it is in. Optional, and not consumed. */
void frontier_push (Frontier *frontier, StoreDir *dir, Folder *above);
/* FALSE when there is none. *ret_above may be NULL; it is the caller's. */
gboolean frontier_pop (Frontier *frontier, StoreDir **ret_dir, Folder **ret_above);
void frontier_drop (Frontier *frontier);
/* Closes all folders. FALSE when there is none. */
gboolean frontier_close (Frontier *frontier);

G_END_DECLS

#endif
