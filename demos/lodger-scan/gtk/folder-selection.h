/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which part of a folder is selected: on the map, in the list beside it, and in the line below, which describes it.
 */
#ifndef LODGER_SCAN_FOLDER_SELECTION_H
#define LODGER_SCAN_FOLDER_SELECTION_H

#include "folder-layout.h"

typedef struct FolderSelection FolderSelection;

/* What it is shown in, and of which layouts. All of them outlive it. */
typedef struct FolderSelectionParts
{
  GtkWidget *map, *list;
  const FolderLayout *layout;
  void (*describe) (const TreemapPart *part, GString *text, void *data);
  void *data;
} FolderSelectionParts;

FolderSelection *folder_selection_new (const FolderSelectionParts *parts);
void folder_selection_free (FolderSelection *selection);
/* The line. */
GtkWidget *folder_selection_get_line (FolderSelection *selection);

/* Somebody has selected it on the map, or in the list. */
void folder_selection_take_tile (FolderSelection *selection, const TreemapPart *part);
void folder_selection_take_row (FolderSelection *selection, guint number);
/* This folder will be, in the layout that comes. NULL: nothing will. */
void folder_selection_expect (FolderSelection *selection, const StoreDir *folder);
/* There is another layout. */
void folder_selection_show (FolderSelection *selection);
/* Describes nothing. */
void folder_selection_hide (FolderSelection *selection);
/* As it is in the layout that is shown; NULL: nothing is selected there. */
const TreemapPart *folder_selection_get (const FolderSelection *selection);

#endif
