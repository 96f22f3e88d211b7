/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whether two open files have the same bytes, and whether they even share them on disk. Any thread; it may take long,
 * and asks now and then whether to go on.
 */
#ifndef LODGER_SCAN_SAME_H
#define LODGER_SCAN_SAME_H

#include <glib.h>

G_BEGIN_DECLS

typedef enum Same
{
  SAME_EQUAL,
  SAME_DIFFERENT,
  SAME_STOPPED,
  SAME_FIRST_FAILED, /* with errno: the first file cannot be read, or has become shorter (0) */
  SAME_SECOND_FAILED
} Same;

/* TRUE: do not go on. */
typedef gboolean (*SameStopFunc) (void *data);

/* The first `size` bytes. The file positions stay. */
Same same_compare (int first, int second, guint64 size, SameStopFunc stop, void *data);
/* Makes the second file share the bytes of the first one, which the file system compares, and it alone changes them:
 * files that differ stay as they are. SAME_SECOND_FAILED with errno, which is EOPNOTSUPP where it cannot be done. */
Same same_share (int first, int second, guint64 size, SameStopFunc stop, void *data);
/* Whether all bytes of both are in the same places of the same disk. FALSE also when the file system does not tell. */
gboolean same_is_shared (int first, int second);

G_END_DECLS

#endif
