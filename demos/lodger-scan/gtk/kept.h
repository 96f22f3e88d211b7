/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the windows keep from one run of the program to the next: their size and page, the folders that were scanned last,
 * what is left out of a scan.
 */
#ifndef LODGER_SCAN_KEPT_H
#define LODGER_SCAN_KEPT_H

#include "../engine.h"

#include <gtk/gtk.h>

typedef struct Settings Settings;

/* All of it is as by default when `settings` is NULL, and nothing is kept then. */

void kept_show_window (Settings *settings, GtkWindow *window);
void kept_take_window (Settings *settings, GtkWindow *window);

/* Free it. NULL: the first page. */
char *kept_get_page (Settings *settings);
void kept_set_page (Settings *settings, const char *page);

gboolean kept_get_dark (Settings *settings);
void kept_set_dark (Settings *settings, gboolean dark);

/* All but the folders and the cache; what is not kept stays as it is. Free what->exclude. */
void kept_get_choices (Settings *settings, EngineOptions *what);
void kept_set_choices (Settings *settings, const EngineOptions *what);

/* The folders that were scanned last, the newest first. Free it with g_strfreev(). */
char **kept_get_folders (Settings *settings);
void kept_add_folders (Settings *settings, const char *const *folders);

#endif
