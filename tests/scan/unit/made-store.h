/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A store with files that were never on a disk: as many as wanted, the same ones each time. */
#ifndef LODGER_TEST_MADE_STORE_H
#define LODGER_TEST_MADE_STORE_H

#include "store.h"

enum
{
  MADE_IN_FOLDER = 50 /* files in each folder */
};

/* A store with the folder that is scanned, and nothing in it. */
Store *made_store_new (void);
/* Adds files until there are `count`. They are in folders of their own, of all sizes, types and times; a tenth of
 * them have a twin. */
void made_store_grow (Store *store, guint count);
/* Adds one to the folder that is scanned, and gives its number. */
guint made_store_add (Store *store, const char *name, guint64 size, const char *type, gint64 mtime);
/* A folder in another one; NULL: in the one that is scanned. */
StoreDir *made_store_add_dir (Store *store, StoreDir *parent, const char *name);
guint made_store_add_to (Store *store, StoreDir *dir, const char *name);

#endif
