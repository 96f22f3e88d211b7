/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What can be done with the files that are selected in the list: by its menu, and by keys.
 */
#ifndef LODGER_SCAN_FILES_MENU_H
#define LODGER_SCAN_FILES_MENU_H

#include "../store.h"
#include "listing.h"

#include <lodger-gtk4.h>

/* What others do with files. A function that is NULL cannot be chosen. */
typedef struct FilesActions
{
  /* Shows the file among its copies. */
  void (*show_copies) (guint number, void *data);
  /* Moves the files to the Bin; the array is not consumed. */
  void (*move_to_bin) (const guint *numbers, guint count, void *data);
  void *data;
} FilesActions;

typedef struct FilesMenu FilesMenu;

/* `around` holds the list `cells`, which shows the listing; the menu is put into it. `tell` says what cannot be
 * done, and `only_type` shows only the files of a type. */
typedef struct FilesMenuParts
{
  GtkWidget *around, *cells;
  Listing *listing;
  LodgerCaller *caller;
  void (*tell) (GtkWidget *around, const char *sentence);
  void (*only_type) (const char *type, void *data);
  void *data;
} FilesMenuParts;

FilesMenu *files_menu_new (const FilesMenuParts *parts);
/* After its widgets have gone. */
void files_menu_free (FilesMenu *menu);
/* Which files these are. NULL: none. The folder is copied. */
void files_menu_set_store (FilesMenu *menu, const Store *store, const char *folder);
void files_menu_set_actions (FilesMenu *menu, const FilesActions *actions);
/* Opens a file. */
void files_menu_open (FilesMenu *menu, guint number);

#endif
