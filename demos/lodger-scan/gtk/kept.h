/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the windows keep from one run of the program to the next: their size and page, the folders that were scanned
 * last, and what is left out of a scan.
 */
#ifndef LODGER_SCAN_KEPT_H
#define LODGER_SCAN_KEPT_H

#include "../settings.h"
#include "request.h"

#include <gtk/gtk.h>

void kept_show_window (const Settings *settings, GtkWindow *window);
void kept_take_window (Settings *settings, GtkWindow *window);

/* NULL: none. Free it. */
char *kept_get_page (const Settings *settings);
void kept_set_page (Settings *settings, const char *page);

gboolean kept_get_dark (const Settings *settings);
void kept_set_dark (Settings *settings, gboolean dark);

/* All that the user can choose but the folders. */
void kept_show_choices (const Settings *settings, Request *request);
void kept_take_choices (Settings *settings, const Request *request);

/* The folders that were scanned last, the newest first. Free it with g_strfreev(). */
char **kept_get_folders (const Settings *settings);
void kept_add_folders (Settings *settings, const char *const *folders);

#endif
