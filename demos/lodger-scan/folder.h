/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An open folder and what it holds. It stays open until the last job on files in it is done: no file is reached by a
 * path that may have changed meanwhile. Any thread; only one at a time may ask for the next entry. Everything here may
 * block on a slow file system.
 */
#ifndef LODGER_SCAN_FOLDER_H
#define LODGER_SCAN_FOLDER_H

#include <dirent.h>
#include <glib.h>
#include <stdatomic.h>

typedef struct Folder
{
  atomic_int refs;
  int fd;
  DIR *stream; /* NULL once all entries were seen */
  guint64 dev, ino;
} Folder;

typedef struct FolderEntry
{
  char *name;         /* whoever asked frees it */
  int reason;         /* why it can be neither read nor entered */
  guint8 kind;        /* DT_…, never DT_UNKNOWN without a reason */
  gboolean bad_name;  /* not UTF-8 */
  gboolean to_folder; /* a link to the folder with this inode */
  guint64 dev, ino;
} FolderEntry;

/* `path` is relative to the folder `root`, "" means that itself, and may be longer than the system takes at once. No part
 * of it may be a link. NULL with a reason (see store.h). */
Folder *folder_open (int root, const char *path, int *ret_reason);
Folder *folder_ref (Folder *folder);
void folder_unref (Folder *folder);
/* FALSE at the end, or when reading fails: then *ret_reason says why. */
gboolean folder_next (Folder *folder, FolderEntry *ret_entry, int *ret_reason);

#endif
