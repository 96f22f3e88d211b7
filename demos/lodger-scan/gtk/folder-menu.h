/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The menu of a file or folder on the page of folders.
 */
#ifndef LODGER_SCAN_FOLDER_MENU_H
#define LODGER_SCAN_FOLDER_MENU_H

#include <gtk/gtk.h>

typedef enum FolderMenuChoice
{
  FOLDER_MENU_ENTER,
  FOLDER_MENU_OPEN,
  FOLDER_MENU_OPEN_FOLDER,
  FOLDER_MENU_COPY_PATH
} FolderMenuChoice;

typedef struct FolderMenu FolderMenu;

/* The menu is `widget`'s. */
FolderMenu *folder_menu_new (GtkWidget *widget, void (*chosen) (FolderMenuChoice choice, void *data), void *data);
/* Before its widget has gone. */
void folder_menu_free (FolderMenu *menu);
/* `at` is in the widget `from`, which is in the menu's widget. */
void folder_menu_show (FolderMenu *menu, GtkWidget *from, const GdkRectangle *at, gboolean is_folder);
void folder_menu_hide (FolderMenu *menu);

#endif
