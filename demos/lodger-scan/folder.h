/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An open folder and what it holds. It stays open until the last job on what is in it is done: nothing is reached by a
 * path that may have changed meanwhile. Any thread; only one at a time may ask for the next entry. Everything here may
 * block on a slow file system.
 */
#ifndef LODGER_SCAN_FOLDER_H
#define LODGER_SCAN_FOLDER_H

#include <dirent.h>
#include <glib.h>
#include <stdatomic.h>

G_BEGIN_DECLS

typedef struct Folder
{
  atomic_int refs;
  int fd; /* the stream's */
  DIR *stream;
  gboolean ended; /* all entries were seen */
  guint64 dev, ino;
} Folder;

typedef struct FolderEntry
{
  char *name;         /* whoever asked frees it */
  int reason;         /* why it can be neither read nor entered */
  guint8 kind;        /* DT_… */
  gboolean bad_name;  /* not UTF-8 */
  gboolean to_folder; /* a link to the folder with this inode */
  guint64 dev, ino;   /* of what a link leads to; before folder_examine(), `ino` is its own */
} FolderEntry;

/* Opens what `path` leads to from the folder `at`: "" means that itself. The path may be longer than the system
 * takes at once. No part of it may be a link, nor "..". -1 with errno. */
int folder_open_below (int at, const char *path, int flags);

/* Opens a folder like that. NULL with a reason (see store.h). */
Folder *folder_open (int at, const char *path, int *ret_reason);
Folder *folder_ref (Folder *folder);
void folder_unref (Folder *folder);
/* An entry with its name, and with its kind if the file system tells. FALSE at the end, or when reading fails: then
 * *ret_reason says why. */
gboolean folder_next (Folder *folder, FolderEntry *ret_entry, int *ret_reason);
/* Finds out the rest about an entry. After this the kind is not DT_UNKNOWN, unless there is a reason. */
void folder_examine (const Folder *folder, FolderEntry *entry);

G_END_DECLS

#endif
