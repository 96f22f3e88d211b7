/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "treemap-find.h"

#include <math.h>

gboolean
treemap_part_equal (const TreemapPart *a, const TreemapPart *b)
{
  return a->kind == b->kind && a->dir == b->dir && (a->kind != TREEMAP_FILE || a->file == b->file);
}

static gboolean
holds (const TreemapTile *tile, double x, double y)
{
  return x >= tile->x && y >= tile->y && x < tile->x + tile->width && y < tile->y + tile->height;
}

int
treemap_find_tile (const TreemapLayout *layout, double x, double y)
{
  const GArray *tiles = treemap_layout_get_tiles (layout);
  int found = TREEMAP_NO_TILE;
  for (guint i = 0; i < tiles->len; i++)
    {
      const TreemapTile *tile = &g_array_index (tiles, TreemapTile, i);
      if (tile->parent == found && holds (tile, x, y))
        found = (int) i;
    }
  return found;
}

int
treemap_find_part (const TreemapLayout *layout, const TreemapPart *part)
{
  const GArray *tiles = treemap_layout_get_tiles (layout);
  for (guint i = 0; i < tiles->len; i++)
    if (treemap_part_equal (&g_array_index (tiles, TreemapTile, i).part, part))
      return (int) i;
  return TREEMAP_NO_TILE;
}

guint
treemap_find_row (const TreemapLayout *layout, const TreemapPart *part)
{
  const GArray *parts = treemap_layout_get_parts (layout);
  const StoreDir *shown = treemap_layout_get_dir (layout);
  TreemapPart row = *part;
  if (row.kind != TREEMAP_FOLDER && row.dir != shown)
    row = (TreemapPart) { .kind = TREEMAP_FOLDER, .dir = row.dir };
  while (row.kind == TREEMAP_FOLDER && row.dir != NULL && row.dir->parent != shown)
    row.dir = row.dir->parent;
  for (guint i = 0; i < parts->len && row.dir != NULL; i++)
    if (treemap_part_equal (&g_array_index (parts, TreemapPart, i), &row))
      return i;
  return G_MAXUINT;
}

/* How far a tile is from another one in that direction; a gap to the side counts much more. Less than 0: it is not
 * there. */
static double
distance (const TreemapTile *from, const TreemapTile *to, int right, int down)
{
  double ahead;
  double aside;
  double from_x = from->x + from->width / 2;
  double from_y = from->y + from->height / 2;
  if (right != 0)
    {
      ahead = right > 0 ? to->x - (from->x + from->width) : from->x - (to->x + to->width);
      aside = MAX (MAX (to->y - from_y, from_y - (to->y + to->height)), 0);
    }
  else
    {
      ahead = down > 0 ? to->y - (from->y + from->height) : from->y - (to->y + to->height);
      aside = MAX (MAX (to->x - from_x, from_x - (to->x + to->width)), 0);
    }
  return ahead < -0.5 ? -1 : MAX (ahead, 0) + 4 * aside;
}

int
treemap_find_beside (const TreemapLayout *layout, int tile, int right, int down)
{
  const GArray *all = treemap_layout_get_tiles (layout);
  const TreemapTile *tiles = (const TreemapTile *) (void *) all->data;
  if (tile == TREEMAP_NO_TILE)
    return all->len > 0 ? 0 : TREEMAP_NO_TILE;
  for (int from = tile; from != TREEMAP_NO_TILE; from = tiles[from].parent)
    {
      int nearest = TREEMAP_NO_TILE;
      double least = INFINITY;
      for (int i = 0; i < (int) all->len; i++)
        {
          double far = i == from || tiles[i].parent != tiles[from].parent
                           ? -1
                           : distance (&tiles[from], &tiles[i], right, down);
          if (far >= 0 && far < least)
            {
              least = far;
              nearest = i;
            }
        }
      if (nearest != TREEMAP_NO_TILE)
        return nearest;
    }
  return tile;
}
