/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What other programs do with a file: opening it, and showing it in its folder. Finding out which program it is reads
 * files and asks other processes: a worker and GIO's own operations do that.
 *
 * `widget` is in a window. What is not over when the widget is gone is cancelled.
 */
#ifndef LODGER_SCAN_OPENER_H
#define LODGER_SCAN_OPENER_H

#include <gtk/gtk.h>
#include <lodger-gtk4.h>

/* Says in one sentence why something cannot be done. `widget` is there. */
typedef void (*OpenerTellFunc) (GtkWidget *widget, const char *sentence);

/* Opens the file, or the folder, with the application that is the default one for its type. */
void opener_open (GtkWidget *widget, LodgerCaller *caller, const char *path, OpenerTellFunc tell);
/* Opens the folder that the file is in, with the file selected if the file manager can do that. */
void opener_show_in_folder (GtkWidget *widget, LodgerCaller *caller, const char *path, OpenerTellFunc tell);
/* The paths as text, one a line. */
void opener_copy_paths (GtkWidget *widget, const char *const *paths);

#endif
