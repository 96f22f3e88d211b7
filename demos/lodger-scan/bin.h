/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The Bin, as the Trash specification of freedesktop.org (1.0) has it, so that every file manager shows and restores
 * what is in it: that of the home when a file is on the same file system, else the one at the top of the file's own.
 *
 * It is not g_file_trash(): that takes a path. Between the comparison of a file and the move, another file can come
 * under that path, and a folder in it can become a link that leads anywhere. Here everything is reached through
 * descriptors, so that it can be checked afterwards what was moved, and it can be put back. Nothing is copied: where
 * there is no Bin on the same file system, there is none. Any thread; everything may block.
 */
#ifndef LODGER_SCAN_BIN_H
#define LODGER_SCAN_BIN_H

#include <glib.h>

G_BEGIN_DECLS

typedef struct Bin
{
  int files, info; /* its two folders */
  gint levels;     /* how many parts of a file's path are told to the Bin, without the name: -1 for all */
} Bin;

/* The Bin for what is in that folder. It is made where it is missing. FALSE with errno: there is none, or it may not be
 * used, since it or a folder of it is a link, or another user's. */
gboolean bin_open (int folder, Bin *ret_bin);
void bin_close (Bin *bin);

/* Reserves a name for the file of that path, which is absolute, by writing down where it was. The file `name` in
 * bin->files is then the caller's to make. Free it. NULL with errno. */
char *bin_reserve (const Bin *bin, const char *path);
/* Forgets the name: its file is not there, or not any more. */
void bin_release (const Bin *bin, const char *name);

/* Whether a path leads into a Bin. It is absolute, and nothing is opened. */
gboolean bin_has_path (const char *path);

G_END_DECLS

#endif
