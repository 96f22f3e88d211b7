/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Opens what is below a folder, and never anything else: no part of a path may be a link, so nobody can lead it away by
 * putting a link into the place of a folder. Paths are bytes, and may be longer than the system takes at once. Any thread;
 * everything here may block on a slow file system.
 */
#ifndef LODGER_SCAN_BELOW_H
#define LODGER_SCAN_BELOW_H

#include <glib.h>

G_BEGIN_DECLS

/* The folder itself, of any length; here links are followed. A descriptor for the other functions; -1 with errno. */
int below_open_root (const char *path);
/* The folder that `path` is in, likewise; *ret_name is the last part of the path, and points into it. */
int below_open_parent (int root, const char *path, const char **ret_name);
/* A file in an open folder, for reading: its last part may be no link, either, and nothing waits for the other end of a
 * fifo. */
int below_open_file (int folder, const char *name);

/* Whether that errno says that a link or a file is where a folder or a file was. */
gboolean below_was_replaced (int error);

G_END_DECLS

#endif
