/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The page of files: all of them as they are found, or those that somebody looks for, in an order that can be chosen.
 *
 * As long as nobody asks for an order or a filter, files are shown as they are found. Else a worker makes the list
 * again and again (../arrange.h), and all of it is shown at once.
 */
#ifndef LODGER_SCAN_FILES_VIEW_H
#define LODGER_SCAN_FILES_VIEW_H

#include "../arrange.h"
#include "../settings.h"
#include "files-menu.h"

#include <gtk/gtk.h>

typedef struct FilesView FilesView;

/* `wake` asks for frames: rows are to be added though nothing was found. */
FilesView *files_view_new (LodgerCaller *caller, void (*wake) (void *data), void *data);
/* After its widget has gone. */
void files_view_free (FilesView *view);
GtkWidget *files_view_get_widget (FilesView *view);

/* What to show from now on; NULL: nothing. Before the store goes, something else has to be shown; a worker may
 * still look at it, and holds the owner until it does not. NULL as the owner: the store outlives the caller. */
void files_view_set (FilesView *view, const Store *store, const char *folder, const ArrangerOwner *owner);
/* Once a frame: adds some of what was found. TRUE when there is more. */
gboolean files_view_grow (FilesView *view);
/* What can change in rows that are shown already, and what is said when there are none. After a change of the
 * store, this asks for frames, with which the list follows. */
void files_view_refresh (FilesView *view, gboolean over);

/* What the menu of a file can do elsewhere. */
void files_view_set_actions (FilesView *view, const FilesActions *actions);
/* Takes the columns and the order from there, and keeps them there. Not owned. */
void files_view_set_settings (FilesView *view, Settings *settings);
/* Opens the filter, for somebody to type. */
void files_view_search (FilesView *view);
/* Shows only the files with these words, or of that content type. */
void files_view_set_text (FilesView *view, const char *text);
void files_view_set_type (FilesView *view, const char *type);
/* How many files are shown, or will be with the next frames. */
guint files_view_get_count (const FilesView *view);

#endif
