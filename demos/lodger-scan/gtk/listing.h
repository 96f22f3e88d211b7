/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The model of a list of many files: a row for each place in the list, and the number of the file that is shown
 * there. When another order or another filter has been made, the rows stay, and show other files: so a list of GTK
 * keeps its widgets, hears only that its end has moved, and has nothing to search for. (GTK searches the whole list
 * for the rows that it was at when these are taken out and put in, and makes its widgets anew: some 60 ms with
 * 300,000 rows.)
 *
 * It is the selection, too, which goes by the numbers of the files: a file stays selected wherever it moves, and is
 * not selected any more when it is not shown.
 *
 * The first rows are by far the dearest, since these get widgets: a few are added with each frame.
 */
#ifndef LODGER_SCAN_LISTING_H
#define LODGER_SCAN_LISTING_H

#include "rows.h"

typedef struct Listing Listing;

/* An empty one: a GListModel and GtkSelectionModel, whose items are rows (rows.h). `changed` runs when rows show other
 * files than before. */
Listing *listing_new (void (*changed) (void *data), void *data);
/* Shows these files (guint) from now on, in this order. The array is consumed. */
void listing_show (Listing *listing, GArray *numbers);
/* Adds the files from `first` up to `end` behind the others. */
void listing_append (Listing *listing, guint first, guint end);
/* Once a frame: adds rows, or takes those away that show nothing any more; their number is G_MAXUINT. TRUE when there
 * are more. */
gboolean listing_grow (Listing *listing);

/* How many files it shows, or will with the next frames. */
guint listing_get_count (const Listing *listing);
guint listing_get_number (const Listing *listing, guint position);
/* Those that are selected (guint), in their order. Free the array. */
GArray *listing_get_selected (const Listing *listing);
guint listing_count_selected (const Listing *listing);

#endif
