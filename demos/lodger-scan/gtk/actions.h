/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Everything that can be asked of a window: its actions with their keys, the folder chooser, dropped folders.
 * The window says what each of them does.
 */
#ifndef LODGER_SCAN_ACTIONS_H
#define LODGER_SCAN_ACTIONS_H

#include <gtk/gtk.h>

#define ACTION_OPEN   "win.open"
#define ACTION_ADD    "win.add"
#define ACTION_RESCAN "win.rescan"
#define ACTION_CANCEL "win.cancel"
#define ACTION_ABOUT  "win.about"
#define ACTION_FIND   "win.find"
/* Its target is a path: the bytes of a "ay". */
#define ACTION_OPEN_RECENT "win.open-recent"
/* The application's. */
#define ACTION_DARK "app.dark"
#define ACTION_QUIT "app.quit"

typedef struct Actions Actions;

/* Where folders are to be shown. */
typedef enum ActionsPlace
{
  ACTIONS_HERE,      /* in this window, in place of what is shown; a scan that goes on is cancelled */
  ACTIONS_ALSO_HERE, /* in this window, with the folders that it shows already */
  ACTIONS_ELSEWHERE  /* in a window of their own */
} ActionsPlace;

/* The window's part. All get `data`. */
typedef struct ActionsTarget
{
  GtkApplicationWindow *window;
  /* Scans the folders from now on, at least one. An error is shown in the window. */
  void (*open) (const char *const *folders, ActionsPlace place, void *data);
  /* Scans the same folders again. */
  void (*rescan) (void *data);
  /* Ends what is done to files, or else the scan. FALSE when there is nothing to end. */
  gboolean (*cancel) (void *data);
  /* Saves the list of what was found. */
  void (*save) (void *data);
  /* Lets somebody look for files. */
  void (*find) (void *data);
  void (*close) (void *data);
  void (*show_page) (const char *name, void *data);
  /* Tells more about the scan. */
  void (*about) (void *data);
  /* The folder that was chosen last: the folder chooser begins there. */
  const char *(*get_folder) (void *data);
  void *data;
} ActionsTarget;

/* Gives the window its actions, keys, and a place to drop folders at. Before it is shown. */
Actions *actions_new (const ActionsTarget *target);
/* Right before the window is destroyed: none of the functions runs any more. */
void actions_free (Actions *actions);

#endif
