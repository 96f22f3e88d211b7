/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The bar above a list of files in which somebody says which of them are to be shown. It opens with the first letter
 * that is typed. When it is closed, all files are shown again.
 */
#ifndef LODGER_SCAN_FILTER_BAR_H
#define LODGER_SCAN_FILTER_BAR_H

#include "../filter.h"

#include <gtk/gtk.h>

typedef struct FilterBar FilterBar;

/* `changed` runs whenever something else is to be shown. What is typed in `list` is typed into the bar. */
FilterBar *filter_bar_new (GtkWidget *list, void (*changed) (void *data), void *data);
/* After its widget has gone. */
void filter_bar_free (FilterBar *bar);
GtkWidget *filter_bar_get_widget (FilterBar *bar);

/* What somebody has said, as a new reference. NULL: everything is to be shown. */
Filter *filter_bar_make_filter (const FilterBar *bar);
/* Opens it, and puts the cursor into it. */
void filter_bar_open (FilterBar *bar);
/* Closes it, which shows all files. FALSE when it was not open. */
gboolean filter_bar_close (FilterBar *bar);
/* Shows all files; the bar stays open. */
void filter_bar_clear (FilterBar *bar);
/* Opens it with a text, or with a content type. */
void filter_bar_set_text (FilterBar *bar, const char *text);
void filter_bar_set_type (FilterBar *bar, const char *type);
/* How many files are shown, and of how many. */
void filter_bar_tell (FilterBar *bar, guint shown, guint all);

#endif
