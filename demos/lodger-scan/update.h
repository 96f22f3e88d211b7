/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A folder that was listed before and is listed anew: what is known of it, and what of that was not found again. The
 * main thread's alone.
 */
#ifndef LODGER_SCAN_UPDATE_H
#define LODGER_SCAN_UPDATE_H

#include "store.h"

G_BEGIN_DECLS

typedef struct Update Update;

/* The links of the folder are counted from 0 again. `reads`: a file that comes is read, if that has to be. */
Update *update_new (Store *store, StoreDir *dir, gboolean reads);
/* NULL is ignored. */
void update_free (Update *update);

/* Whether the file is in the store and has not changed. One that has changed is removed from the store, and so is one
 * that could not be read: it may be tried again. */
gboolean update_has_file (Update *update, const char *name, const struct stat *st);
/* The folder of that name in the folder; NULL: there was none. */
StoreDir *update_find_folder (Update *update, const char *name);
/* Whether that is in the store's errors already. It stays there. */
gboolean update_has_error (Update *update, const char *name, int reason);
/* At the end of the listing: removes from the store what was not asked for. */
void update_remove_rest (Update *update);

G_END_DECLS

#endif
