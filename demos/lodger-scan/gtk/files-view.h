/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The page of files: as they are found, in an order that can be chosen.
 */
#ifndef LODGER_SCAN_FILES_VIEW_H
#define LODGER_SCAN_FILES_VIEW_H

#include "../store.h"

#include <gtk/gtk.h>

typedef struct FilesView FilesView;

/* `wake` asks for frames: rows are to be added though nothing was found. */
FilesView *files_view_new (void (*wake) (void *data), void *data);
/* After its widget has gone. */
void files_view_free (FilesView *view);
GtkWidget *files_view_get_widget (FilesView *view);

/* What to show from now on; NULL: nothing. Neither is owned: before they go, something else has to be shown. */
void files_view_set (FilesView *view, const Store *store, const char *folder);
/* Once a frame: adds some of what was found. TRUE when there is more. */
gboolean files_view_grow (FilesView *view);
/* What can change in rows that are shown already, and what is said when there are none. */
void files_view_refresh (FilesView *view, gboolean over);

#endif
