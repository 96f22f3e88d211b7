/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The lower edge of the window: what goes on, how far and how fast it is, and the button that ends it.
 */
#ifndef LODGER_SCAN_STATUS_BAR_H
#define LODGER_SCAN_STATUS_BAR_H

#include "../session.h"
#include "frames.h"

typedef struct StatusBar StatusBar;

/* The button does what `action` says: its label becomes "Close" when nothing is left to cancel. */
StatusBar *status_bar_new (const char *action);
/* After its widget has gone. */
void status_bar_free (StatusBar *bar);
GtkWidget *status_bar_get_widget (StatusBar *bar);
GtkWidget *status_bar_get_button (StatusBar *bar);

/* The state has changed. `session` is NULL when there is no scan. */
void status_bar_set (StatusBar *bar, const Session *session);
/* The figures; at most ten times a second. */
void status_bar_refresh (StatusBar *bar, const Session *session, const Frames *frames);

#endif
