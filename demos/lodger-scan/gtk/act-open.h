/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What can be done with one file that is shown, without changing it: open it, show it in the file manager, copy its path.
 */
#ifndef LODGER_SCAN_ACT_OPEN_H
#define LODGER_SCAN_ACT_OPEN_H

#include <gtk/gtk.h>
#include <lodger/lodger.h>

typedef struct ActOpenTarget
{
  LodgerCaller *caller;
  GtkWidget *widget; /* in a window. Nothing is told when it has gone from there. */
  /* Says in a sentence why something could not be opened. */
  void (*failed) (const char *text, void *data);
  void *data;
} ActOpenTarget;

/* Opens it with the application for its kind. */
void act_open_file (const ActOpenTarget *target, const char *path);
/* Shows the folder that it is in, with the file selected where the file manager can do that. */
void act_open_folder (const ActOpenTarget *target, const char *path);
/* Copies the path. What is not UTF-8 is copied as it is shown. */
void act_open_copy_path (GtkWidget *widget, const char *path);

#endif
