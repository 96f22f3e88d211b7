/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where one is: a button for each folder that the present one is in.
 */
#ifndef LODGER_SCAN_PATH_BAR_H
#define LODGER_SCAN_PATH_BAR_H

#include "../store.h"

#include <gtk/gtk.h>

/* `chosen` gets the folder of a button. */
GtkWidget *path_bar_new (void (*chosen) (const StoreDir *dir, void *data), void *data);
/* `root` is what the first folder is called. Without a folder there are no buttons. */
void path_bar_set (GtkWidget *bar, const char *root, const StoreDir *dir);

#endif
