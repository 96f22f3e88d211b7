/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The model behind every list of the window: rows that are nothing but a number, that of what they show. It grows at its
 * end only, in portions that its owner chooses, so that no frame has to wait for many of them. The rows are made when
 * somebody asks for them.
 *
 * The types are registered here rather than by GLib's macros, which lock: there is only one thread that has a window.
 */
#ifndef LODGER_SCAN_ROWS_H
#define LODGER_SCAN_ROWS_H

#include <gio/gio.h>

typedef struct Rows Rows;

/* A list of `count` rows; their numbers begin with `first`. `kind` is for whoever has several lists in one. */
Rows *rows_new (guint kind, guint first, guint count);
guint rows_get_count (const Rows *rows);
/* Adds rows until there are `count`, but at most `most` of them now. TRUE when there are more to add. */
gboolean rows_grow (Rows *rows, guint count, guint most);
/* Makes it empty. The memory of many rows goes little by little, with each rows_grow(). */
void rows_clear (Rows *rows);

/* Of an item of the list. */
guint row_get_number (gconstpointer row);
guint row_get_kind (gconstpointer row);

#endif
