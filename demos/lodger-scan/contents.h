/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which files of a store have the same content, and how many places on disk these take: inodes, and blocks that several
 * inodes share. The store's own.
 */
#ifndef LODGER_SCAN_CONTENTS_H
#define LODGER_SCAN_CONTENTS_H

#include "store.h"

G_BEGIN_DECLS

/* For a table by inode. */
guint contents_hash_inode (guint64 dev, guint64 ino);
/* One of the store's tables of places. */
GHashTable *contents_new_places (void);
/* Counts a file, if its content is known. */
void contents_add (Store *store, guint number);
/* A file that was counted has gone. */
void contents_remove (Store *store, const StoreFile *file);

G_END_DECLS

#endif
