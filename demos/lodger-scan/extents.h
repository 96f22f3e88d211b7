/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which blocks of the disk an open file has, as far as it shares them with other files. Any thread; it does not read
 * the file.
 */
#ifndef LODGER_SCAN_EXTENTS_H
#define LODGER_SCAN_EXTENTS_H

#include <glib.h>

G_BEGIN_DECLS

/* Whether files of its file system can share blocks. */
gboolean extents_can_be_shared (int fd);
/* A mark of the blocks: files of one file system that have the same content and the same mark have the same blocks. 0:
 * some of the blocks are the file's own, or the file system does not tell. */
guint64 extents_get_mark (int fd);

G_END_DECLS

#endif
