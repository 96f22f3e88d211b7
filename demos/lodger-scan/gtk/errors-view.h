/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The page of errors: what could not be read, and why.
 */
#ifndef LODGER_SCAN_ERRORS_VIEW_H
#define LODGER_SCAN_ERRORS_VIEW_H

#include "../store.h"

#include <gtk/gtk.h>

typedef struct ErrorsView ErrorsView;

/* `wake` asks for frames: rows are to be added though nothing was found. */
ErrorsView *errors_view_new (void (*wake) (void *data), void *data);
/* After its widget has gone. */
void errors_view_free (ErrorsView *view);
GtkWidget *errors_view_get_widget (ErrorsView *view);

/* What to show from now on; NULL: nothing. Neither is owned: before they go, something else has to be shown. */
void errors_view_set (ErrorsView *view, const Store *store);
/* Once a frame: adds some of what was found. TRUE when there is more. */
gboolean errors_view_grow (ErrorsView *view);
/* What is said when there are none. */
void errors_view_refresh (ErrorsView *view, gboolean over);

#endif
