/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The page of folders: what is in one of them, as a list and as a map. While the scan goes on both are made anew four
 * times a second at the most, in portions of a frame.
 */
#ifndef LODGER_SCAN_FOLDERS_VIEW_H
#define LODGER_SCAN_FOLDERS_VIEW_H

#include "../store.h"

#include <gtk/gtk.h>

/* What the window does. Paths are absolute, in the bytes of the file system. All get `data`. */
typedef struct FoldersViewTarget
{
  void (*wake) (void *data); /* asks for frames */
  void (*open) (const char *path, void *data);
  void (*open_folder) (const char *path, void *data); /* the folder that it is in */
  void (*copy_path) (const char *path, void *data);
  void *data;
} FoldersViewTarget;

typedef struct FoldersView FoldersView;

FoldersView *folders_view_new (const FoldersViewTarget *target);
/* After its widget has gone. */
void folders_view_free (FoldersView *view);
GtkWidget *folders_view_get_widget (FoldersView *view);

/* Says above the page what could not be done. The widget is the page's. */
void folders_view_tell (GtkWidget *widget, const char *sentence);

/* What to show from now on; NULL: nothing. Neither is owned: before they go, something else has to be shown. */
void folders_view_set (FoldersView *view, const Store *store, const char *folder);
/* Once a frame. TRUE when there is more to do. */
gboolean folders_view_grow (FoldersView *view);
/* The store may have changed. */
void folders_view_refresh (FoldersView *view, gboolean over);

/* The folder that is shown. */
const StoreDir *folders_view_get_dir (const FoldersView *view);
void folders_view_enter (FoldersView *view, const StoreDir *dir);

#endif
