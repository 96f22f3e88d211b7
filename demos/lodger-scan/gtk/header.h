/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The upper edge of a window: the buttons, the menu, and which folders are scanned.
 */
#ifndef LODGER_SCAN_HEADER_H
#define LODGER_SCAN_HEADER_H

#include <gtk/gtk.h>

/* `recent` are the items of a menu: the folders that were scanned before; `choices` is the popover in which the user
 * says what is scanned. *ret_folder is the label that tells the folders. */
GtkWidget *header_new (GMenuModel *recent, GtkWidget *choices, GtkWidget **ret_folder);

#endif
