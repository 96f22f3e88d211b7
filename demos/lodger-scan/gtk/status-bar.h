/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The lower edge of the window: what goes on, how far and how fast it is, what could be saved, and the button that ends
 * the scan. The button is there as long as there is something to end.
 */
#ifndef LODGER_SCAN_STATUS_BAR_H
#define LODGER_SCAN_STATUS_BAR_H

#include "../session.h"

#include <gtk/gtk.h>

typedef struct StatusBar StatusBar;

/* What the buttons do: one ends the scan, the other one tells more about it. */
StatusBar *status_bar_new (const char *cancel_action, const char *about_action);
/* After its widget has gone. */
void status_bar_free (StatusBar *bar);
GtkWidget *status_bar_get_widget (StatusBar *bar);
/* The one that ends the scan. */
GtkWidget *status_bar_get_button (StatusBar *bar);

/* The state has changed. `session` is NULL when there is no scan. */
void status_bar_set (StatusBar *bar, const Session *session);
/* The figures; at most ten times a second. */
void status_bar_refresh (StatusBar *bar, const Session *session);

#endif
