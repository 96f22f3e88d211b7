/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Everything that can be asked of the window: its actions with their keys, the menu, the folder chooser, a dropped folder.
 * The window says what each of them does.
 */
#ifndef LODGER_SCAN_ACTIONS_H
#define LODGER_SCAN_ACTIONS_H

#include <gtk/gtk.h>

/* The button's action: cancels, or closes when there is nothing to cancel. */
#define ACTION_CANCEL_OR_CLOSE "win.cancel-or-close"
#define ACTION_OPEN            "win.open"

/* The window's part. All get `data`. */
typedef struct ActionsTarget
{
  GtkWindow *window;
  /* Scans that folder from now on. A scan that goes on is cancelled. An error is shown in the window. */
  void (*open) (GFile *folder, void *data);
  /* Scans the same folder again. */
  void (*rescan) (void *data);
  /* Ends the scan. FALSE when there is nothing to end. */
  gboolean (*cancel) (void *data);
  void (*close) (void *data);
  void (*show_page) (const char *name, void *data);
  /* The folder that was chosen last: the folder chooser begins there. */
  const char *(*get_folder) (void *data);
  void *data;
} ActionsTarget;

/* Gives the window its actions, keys, and a place to drop folders at. Once, before it is shown. The target must outlive the
 * window. */
void actions_install (ActionsTarget *target, gboolean dark);
/* The header bar: the buttons, the menu, and a label for the folder. */
GtkWidget *actions_make_header (GtkWidget **ret_folder);

#endif
