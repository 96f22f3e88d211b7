/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * All ways to tell the window something: its actions with their keys, the menu, the folder chooser, what is dropped.
 */
#ifndef LODGER_SCAN_ACTIONS_H
#define LODGER_SCAN_ACTIONS_H

#include "window.h"

/* The button's action: cancels, or closes when there is nothing to cancel. */
#define ACTION_CANCEL_OR_CLOSE "win.cancel-or-close"
#define ACTION_OPEN            "win.open"

/* Gives the window its actions, keys, and a place to drop folders at; once, before it is shown. */
void actions_install (ScanWindow *window, gboolean dark);
/* The header bar: the buttons, the menu, and a label for the folder. */
GtkWidget *actions_make_header (GtkWidget **ret_folder);

#endif
