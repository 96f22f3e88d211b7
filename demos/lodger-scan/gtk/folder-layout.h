/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The layout of a folder that is shown, and the next one, which is made in portions of a frame meanwhile.
 */
#ifndef LODGER_SCAN_FOLDER_LAYOUT_H
#define LODGER_SCAN_FOLDER_LAYOUT_H

#include "../treemap-layout.h"

#include <gtk/gtk.h>

typedef struct FolderLayout FolderLayout;

FolderLayout *folder_layout_new (void);
void folder_layout_free (FolderLayout *layout);

/* The one that is shown; it is there until folder_layout_go_on() returns TRUE, or folder_layout_forget(). */
const TreemapLayout *folder_layout_get (const FolderLayout *layout);
/* Both are empty again, and none is wanted. */
void folder_layout_forget (FolderLayout *layout);
/* A newer one is wanted: soon, or in the next frame whatever is being made. */
void folder_layout_want (FolderLayout *layout, gboolean at_once);
/* Whether what is shown, or being made, is of a folder that had other sums. */
gboolean folder_layout_is_old (const FolderLayout *layout, const StoreDir *dir);
/* Whether what is shown was made for that size of the map. */
gboolean folder_layout_fits (const FolderLayout *layout, GtkWidget *map);
/* A portion. TRUE: another one is shown now, which `map` has to get before `*ret_old` is forgotten. */
gboolean folder_layout_go_on (FolderLayout *layout, GtkWidget *map, const Store *store, const StoreDir *dir,
                              gboolean on_disk, TreemapLayout **ret_old);
/* Whether it needs further frames. */
gboolean folder_layout_is_at_work (const FolderLayout *layout);

#endif
