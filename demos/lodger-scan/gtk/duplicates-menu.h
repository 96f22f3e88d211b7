/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The menu for a row of the duplicates, by the mouse, the Menu key or Shift+F10; and the keys for what is in it.
 */
#ifndef LODGER_SCAN_DUPLICATES_MENU_H
#define LODGER_SCAN_DUPLICATES_MENU_H

#include <gtk/gtk.h>

/* Actions of the group ACT_CHOICE_GROUP; all are about the row that is selected. */
#define DUPLICATES_OPEN        "open"
#define DUPLICATES_OPEN_FOLDER "open-folder"
#define DUPLICATES_COPY_PATH   "copy-path"
#define DUPLICATES_MARK        "mark"
#define DUPLICATES_KEEP        "keep"
#define DUPLICATES_BIN_THIS    "bin-this"
#define DUPLICATES_BIN_OTHERS  "bin-others"

/* Gives the list `cells` its menu and its keys. `around`, which the list is in, holds the menu, and has the actions. */
void duplicates_menu_install (GtkWidget *around, GtkWidget *cells);

#endif
