/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The model behind every list of the window: rows that are nothing but a number, that of what they show. It grows in
 * portions, so that no frame has to wait for many of them. The rows are made when somebody asks for them.
 *
 * It keeps them in order itself. GtkSortListModel tells of one change that spans nearly the whole list when new rows
 * are scattered over it, and a list of GTK then walks through all of it to find the row that it was at: some 60 ms with
 * 300,000 rows, again and again. Here each row is put into its place, and a list hears only of that.
 */
#ifndef LODGER_SCAN_ROWS_H
#define LODGER_SCAN_ROWS_H

#include "row.h"

typedef struct Rows Rows;

/* A list of `count` rows; their numbers begin with `first`. `kind` is for whoever has several lists in one. */
Rows *rows_new (guint kind, guint first, guint count);
guint rows_get_count (const Rows *rows);
/* Adds rows until there are `count`, but no more now than a frame has time for. TRUE when there are more to add. */
gboolean rows_grow (Rows *rows, guint count);
/* The order of the rows, which may change; when it does, all rows are added anew by rows_grow(), of which `wake` tells.
 * It runs inside of whatever changes the sorter, and never after rows_forget_sorter(). */
void rows_set_sorter (Rows *rows, GtkSorter *sorter, void (*wake) (void *data), void *data);
void rows_forget_sorter (Rows *rows);
/* Makes it empty. The memory of many rows goes little by little, with each rows_grow(). */
void rows_clear (Rows *rows);

#endif
