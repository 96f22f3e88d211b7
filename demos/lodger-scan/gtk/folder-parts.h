/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A file, a folder or the others of a map: where it is, and what is said of it.
 */
#ifndef LODGER_SCAN_FOLDER_PARTS_H
#define LODGER_SCAN_FOLDER_PARTS_H

#include "../treemap-layout.h"
#include "share-list.h"

/* What parts are of: the store, the absolute path of the folder that is scanned, and the bytes that are the whole. */
typedef struct FolderParts
{
  const Store *store;
  const char *folder;
  guint64 weight;
} FolderParts;

/* In the bytes of the file system; of the others it is their folder's. Free it. */
char *folder_part_get_path (const FolderParts *parts, const TreemapPart *part);
/* Appends "docs/report.pdf: 1.2 MB, 3.1 %, Text". */
void folder_part_describe (const FolderParts *parts, const TreemapPart *part, GString *text);
/* Fills in what a row shows. `largest` is the bytes of the longest bar; the colours are for `widget`. */
void folder_part_fill (const FolderParts *parts, const TreemapPart *part, guint64 largest, GtkWidget *widget,
                       ShareRow *row);

#endif
