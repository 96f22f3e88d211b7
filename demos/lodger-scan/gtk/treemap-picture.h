/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How a map of a folder looks. A picture is made in portions of a frame, while the one before it is shown, and is drawn
 * again without being made again.
 */
#ifndef LODGER_SCAN_TREEMAP_PICTURE_H
#define LODGER_SCAN_TREEMAP_PICTURE_H

#include "../treemap-layout.h"

#include <gtk/gtk.h>

typedef struct TreemapPicture TreemapPicture;

/* `widget` shows it, and lives longer. */
TreemapPicture *treemap_picture_new (GtkWidget *widget);
void treemap_picture_free (TreemapPicture *picture);

/* Makes it anew. The layout and the store are not owned. Without a layout it is empty at once. */
void treemap_picture_make (TreemapPicture *picture, const TreemapLayout *layout, const Store *store);
/* Makes no more of it: what it is made of goes, or the widget. */
void treemap_picture_stop (TreemapPicture *picture);
void treemap_picture_snapshot (const TreemapPicture *picture, GtkSnapshot *snapshot);
/* Marks a tile above it, in the colour of the text, or `strong` in that of what is selected. */
void treemap_picture_mark (const TreemapPicture *picture, GtkSnapshot *snapshot, const TreemapTile *tile, double width,
                           gboolean strong);

/* The widget's style may have changed. TRUE when it has, and the picture has to be made anew. */
gboolean treemap_picture_look_at_style (TreemapPicture *picture);
/* The height of a line of text. */
int treemap_picture_get_line (const TreemapPicture *picture);

#endif
