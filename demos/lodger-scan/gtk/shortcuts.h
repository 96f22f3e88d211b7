/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The window that lists the keys.
 */
#ifndef LODGER_SCAN_SHORTCUTS_H
#define LODGER_SCAN_SHORTCUTS_H

#include <gtk/gtk.h>

/* A new one, beside that window, which destroys it when it goes. */
GtkWindow *shortcuts_new (GtkWindow *window);

#endif
