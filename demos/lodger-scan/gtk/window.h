/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What can be done with the window, as its actions see it.
 */
#ifndef LODGER_SCAN_WINDOW_H
#define LODGER_SCAN_WINDOW_H

#include <gtk/gtk.h>

typedef struct ScanWindow ScanWindow;

GtkWindow *window_get_gtk_window (ScanWindow *window);
/* Scans that folder from now on; a scan that goes on is cancelled. What is wrong with it is shown in the window. */
void window_open (ScanWindow *window, GFile *folder);
/* The same folder again. */
void window_rescan (ScanWindow *window);
/* Ends the scan; FALSE when there is nothing to end. */
gboolean window_cancel (ScanWindow *window);
void window_close (ScanWindow *window);
void window_show_page (ScanWindow *window, const char *name);
/* The folder that was chosen last, to begin with when the next one is chosen. */
const char *window_get_folder (ScanWindow *window);

#endif
