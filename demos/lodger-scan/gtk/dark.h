/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whether the program is dark, or as the theme is.
 */
#ifndef LODGER_SCAN_DARK_H
#define LODGER_SCAN_DARK_H

#include <gtk/gtk.h>

void dark_show (gboolean dark);

#endif
