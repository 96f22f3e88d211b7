/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Finds tiles of a map that is done: below a point, of a file or a folder, beside another one.
 */
#ifndef LODGER_SCAN_TREEMAP_FIND_H
#define LODGER_SCAN_TREEMAP_FIND_H

#include "treemap-layout.h"

G_BEGIN_DECLS

/* The innermost tile there, or TREEMAP_NO_TILE. */
int treemap_find_tile (const TreemapLayout *layout, double x, double y);
/* The tile of a file or a folder. */
int treemap_find_part (const TreemapLayout *layout, const TreemapPart *part);
/* The number of the part of the folder itself that it is, or is in; G_MAXUINT: it is none. */
guint treemap_find_row (const TreemapLayout *layout, const TreemapPart *part);
/* The tile beside another one in that direction (one of the two is 0), the nearest of those in the same folder; else
 * beside the folder. Without a tile: the first one. */
int treemap_find_beside (const TreemapLayout *layout, int tile, int right, int down);

gboolean treemap_part_equal (const TreemapPart *a, const TreemapPart *b);

G_END_DECLS

#endif
