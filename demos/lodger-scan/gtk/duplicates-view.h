/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The page of duplicates: groups of files with the same content, those that waste most first, which open and show their
 * paths. It is filled when the scan is over and they are sorted.
 */
#ifndef LODGER_SCAN_DUPLICATES_VIEW_H
#define LODGER_SCAN_DUPLICATES_VIEW_H

#include "../report.h"

#include <gtk/gtk.h>

typedef struct DuplicatesView DuplicatesView;

DuplicatesView *duplicates_view_new (void);
/* After its widget has gone. */
void duplicates_view_free (DuplicatesView *view);
GtkWidget *duplicates_view_get_widget (DuplicatesView *view);

/* What to show from now on; NULL: nothing. It is not owned: before it goes, something else has to be shown. */
void duplicates_view_set (DuplicatesView *view, const Report *report);
/* Once a frame: adds some of the groups. TRUE when there are more. */
gboolean duplicates_view_grow (DuplicatesView *view);
/* What is said while there is no report: how much was found twice so far. */
void duplicates_view_refresh (DuplicatesView *view, const Store *store);

#endif
