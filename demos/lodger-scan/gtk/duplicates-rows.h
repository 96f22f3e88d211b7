/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The model of the page of duplicates: rows that are a number each, which come and go one by one, in an order that a
 * function knows. A list hears of each change alone, so that it stays where it is scrolled to, and what is open stays
 * open. Its items are those of row.h.
 */
#ifndef LODGER_SCAN_DUPLICATES_ROWS_H
#define LODGER_SCAN_DUPLICATES_ROWS_H

#include "row.h"

/* A GListModel. */
typedef struct DuplicatesRows DuplicatesRows;

/* Whether the first number comes before the second one (less than 0) or behind it. It must not change its mind about a
 * number that is in the list. */
typedef int (*DuplicatesRowsOrder) (guint a, guint b, void *data);

/* An empty list. `kind` is for whoever has several lists in one. */
DuplicatesRows *duplicates_rows_new (guint kind, DuplicatesRowsOrder order, void *data);
guint duplicates_rows_get_count (DuplicatesRows *rows);
/* FALSE: it is not in it. `ret_position` is optional. */
gboolean duplicates_rows_find (DuplicatesRows *rows, guint number, guint *ret_position);
/* Numbers that are not in it. */
void duplicates_rows_add (DuplicatesRows *rows, const guint *numbers, guint count);
/* Those that are not in it are ignored. */
void duplicates_rows_remove (DuplicatesRows *rows, const guint *numbers, guint count);
/* Removes the last rows, as many as that. FALSE: it is empty then. */
gboolean duplicates_rows_shrink (DuplicatesRows *rows, guint count);

#endif
