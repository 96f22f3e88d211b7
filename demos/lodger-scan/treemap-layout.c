/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "treemap-layout.h"

#include "squarify.h"
#include "sums.h"

#include <string.h>

/* In pixels. A tile that is smaller shows nothing; what is in a folder that is smaller is not shown. */
enum
{
  LEAST_AREA = 30,
  LEAST_FOLDER = 14,
  LEAST_TITLE = 36, /* the width of a title that can be read */
  EDGE = 2
};

/* Where the walk is: in a folder that is shared out next, among its folders, and then among its files. */
typedef struct Walk
{
  int tile; /* that of the folder; TREEMAP_NO_TILE: the folder of the map itself */
  const StoreDir *dir, *folder;
  guint file; /* plus 1 */
  SquarifyRect area;
  guint most;      /* parts */
  GArray *largest; /* TreemapPart, a heap: the smallest of them is the first one */
  TreemapPart others;
} Walk;

struct TreemapLayout
{
  const Store *store;
  const StoreDir *dir;
  TreemapOptions options;
  guint64 weight;
  GArray *parts, *tiles;
  Walk walk;
  guint next; /* the tile that may be opened next */
  gboolean done;
};

/* ---- parts ------------------------------------------------------------------------------------------------------ */

static const StoreFile *
get_file (const TreemapLayout *layout, guint number)
{
  return &g_array_index (layout->store->files, StoreFile, number);
}

static const char *
get_name (const TreemapLayout *layout, const TreemapPart *part)
{
  return part->kind == TREEMAP_FILE ? get_file (layout, part->file)->name : part->dir->name;
}

/* The largest first. What has the same size is in the order of names, so that a map is the same each time. */
static int
compare_parts (const TreemapLayout *layout, const TreemapPart *a, const TreemapPart *b)
{
  if (a->weight != b->weight)
    return a->weight > b->weight ? -1 : 1;
  if (a->kind != b->kind)
    return a->kind < b->kind ? -1 : 1;
  return strcmp (get_name (layout, a), get_name (layout, b));
}

static int
compare_for_sort (const void *a, const void *b, void *layout)
{
  return compare_parts (layout, a, b);
}

/* ---- the largest parts of a folder ------------------------------------------------------------------------------ */

static void
swap (TreemapPart *a, TreemapPart *b)
{
  TreemapPart kept = *a;
  *a = *b;
  *b = kept;
}

static void
sink (const TreemapLayout *layout, TreemapPart *heap, guint count)
{
  guint at = 0;
  for (;;)
    {
      guint least = at;
      for (guint child = 2 * at + 1; child <= 2 * at + 2 && child < count; child++)
        if (compare_parts (layout, &heap[child], &heap[least]) > 0)
          least = child;
      if (least == at)
        return;
      swap (&heap[at], &heap[least]);
      at = least;
    }
}

static void
rise (const TreemapLayout *layout, TreemapPart *heap, guint at)
{
  for (; at > 0 && compare_parts (layout, &heap[at], &heap[(at - 1) / 2]) > 0; at = (at - 1) / 2)
    swap (&heap[at], &heap[(at - 1) / 2]);
}

static void
add_to_others (Walk *walk, const TreemapPart *part)
{
  walk->others.weight = sum_of (walk->others.weight, part->weight);
  walk->others.count += part->kind == TREEMAP_OTHERS ? part->count : 1;
}

static void
add_part (TreemapLayout *layout, const TreemapPart *part)
{
  Walk *walk = &layout->walk;
  TreemapPart *heap;
  if (walk->largest->len < walk->most)
    {
      g_array_append_vals (walk->largest, part, 1);
      rise (layout, (TreemapPart *) (void *) walk->largest->data, walk->largest->len - 1);
      return;
    }
  heap = (TreemapPart *) (void *) walk->largest->data;
  if (compare_parts (layout, part, &heap[0]) >= 0)
    {
      add_to_others (walk, part);
      return;
    }
  add_to_others (walk, &heap[0]);
  heap[0] = *part;
  sink (layout, heap, walk->largest->len);
}

/* ---- tiles ------------------------------------------------------------------------------------------------------ */

static void
begin_walk (TreemapLayout *layout, const StoreDir *dir, int tile, SquarifyRect area)
{
  Walk *walk = &layout->walk;
  double most = area.width * area.height / LEAST_AREA;
  walk->tile = tile;
  walk->dir = dir;
  walk->folder = dir->first_child;
  walk->file = dir->first_file;
  walk->area = area;
  /* The parts of the map's own folder are listed, too, whatever their size on the map is. */
  walk->most = tile == TREEMAP_NO_TILE ? TREEMAP_MOST_PARTS : (guint) CLAMP (most, 1, TREEMAP_MOST_PARTS);
  walk->others = (TreemapPart) { .kind = TREEMAP_OTHERS, .dir = dir };
  g_array_set_size (walk->largest, 0);
}

/* Parts that are too small to be seen are others. The list ends with the others, if there are any. */
static void
keep_what_is_seen (TreemapLayout *layout)
{
  Walk *walk = &layout->walk;
  GArray *parts = walk->largest;
  double area = walk->area.width * walk->area.height;
  double total = (double) walk->others.weight;
  for (guint i = 0; i < parts->len; i++)
    total += (double) g_array_index (parts, TreemapPart, i).weight;
  while (parts->len > 0)
    {
      const TreemapPart *least = &g_array_index (parts, TreemapPart, parts->len - 1);
      if (least->weight > 0 && (double) least->weight / total * area >= LEAST_AREA)
        break;
      add_to_others (walk, least);
      g_array_set_size (parts, parts->len - 1);
    }
}

static void
add_tiles (TreemapLayout *layout)
{
  const Walk *walk = &layout->walk;
  const GArray *parts = walk->largest;
  guint count = parts->len + (walk->others.weight > 0 ? 1 : 0);
  double *weights = g_new (double, count + 1);
  SquarifyRect *rects = g_new (SquarifyRect, count + 1);
  gboolean has_others = count > parts->len;
  guint others = has_others ? parts->len : count;
  guint depth = walk->tile == TREEMAP_NO_TILE ? 0 : g_array_index (layout->tiles, TreemapTile, walk->tile).depth + 1;
  /* The others are put where their weight belongs. */
  while (others < count && others > 0 && g_array_index (parts, TreemapPart, others - 1).weight < walk->others.weight)
    others--;
  for (guint i = 0; i < count; i++)
    weights[i] = (double) (i == others ? walk->others.weight
                                       : g_array_index (parts, TreemapPart, i > others ? i - 1 : i).weight);
  squarify (weights, count, &walk->area, rects);
  for (guint i = 0; i < count; i++)
    {
      TreemapTile tile
          = { .part = i == others ? walk->others : g_array_index (parts, TreemapPart, i > others ? i - 1 : i),
              .x = rects[i].x,
              .y = rects[i].y,
              .width = rects[i].width,
              .height = rects[i].height,
              .parent = walk->tile,
              .depth = depth };
      g_array_append_val (layout->tiles, tile);
    }
  if (walk->tile != TREEMAP_NO_TILE)
    g_array_index (layout->tiles, TreemapTile, walk->tile).open = count > 0;
  g_free (weights);
  g_free (rects);
}

static void
end_walk (TreemapLayout *layout)
{
  Walk *walk = &layout->walk;
  g_array_sort_with_data (walk->largest, compare_for_sort, layout);
  if (walk->tile == TREEMAP_NO_TILE)
    {
      g_array_append_vals (layout->parts, walk->largest->data, walk->largest->len);
      if (walk->others.count > 0)
        g_array_append_val (layout->parts, walk->others);
      layout->weight = walk->others.weight;
      for (guint i = 0; i < walk->largest->len; i++)
        layout->weight = sum_of (layout->weight, g_array_index (walk->largest, TreemapPart, i).weight);
    }
  keep_what_is_seen (layout);
  add_tiles (layout);
  walk->dir = NULL;
}

/* The place for what is in the folder of a tile: below its title if there is room for one. */
static gboolean
find_place (const TreemapLayout *layout, const TreemapTile *tile, SquarifyRect *ret_area)
{
  gboolean has_title = tile->width >= LEAST_TITLE && tile->height >= layout->options.header + LEAST_FOLDER;
  double top = has_title ? layout->options.header : EDGE;
  if (tile->width < LEAST_FOLDER || tile->height < LEAST_FOLDER)
    return FALSE;
  *ret_area = (SquarifyRect) { tile->x + EDGE, tile->y + top, tile->width - 2 * EDGE, tile->height - top - EDGE };
  return TRUE;
}

/* Opens the next folder that can be. The tiles of a folder are in the order of their size, and all of one depth come
 * before the next: when there are too many, what is small and deep is left out. */
static gboolean
open_next (TreemapLayout *layout)
{
  for (; layout->next < layout->tiles->len; layout->next++)
    {
      const TreemapTile *tile = &g_array_index (layout->tiles, TreemapTile, layout->next);
      SquarifyRect area;
      if (tile->part.kind != TREEMAP_FOLDER || !find_place (layout, tile, &area))
        continue;
      if (layout->tiles->len + MIN (area.width * area.height / LEAST_AREA, TREEMAP_MOST_PARTS) + 1 > TREEMAP_MOST_TILES)
        continue;
      begin_walk (layout, tile->part.dir, (int) layout->next++, area);
      return TRUE;
    }
  return FALSE;
}

/* ---- in portions ------------------------------------------------------------------------------------------------ */

TreemapLayout *
treemap_layout_new (void)
{
  TreemapLayout *layout = g_new0 (TreemapLayout, 1);
  layout->parts = g_array_new (FALSE, FALSE, sizeof (TreemapPart));
  layout->tiles = g_array_new (FALSE, FALSE, sizeof (TreemapTile));
  layout->walk.largest = g_array_new (FALSE, FALSE, sizeof (TreemapPart));
  return layout;
}

void
treemap_layout_free (TreemapLayout *layout)
{
  g_array_unref (layout->parts);
  g_array_unref (layout->tiles);
  g_array_unref (layout->walk.largest);
  g_free (layout);
}

void
treemap_layout_forget (TreemapLayout *layout)
{
  layout->store = NULL;
  layout->dir = NULL;
  layout->weight = 0;
  layout->next = 0;
  layout->done = TRUE;
  layout->walk.dir = NULL;
  g_array_set_size (layout->parts, 0);
  g_array_set_size (layout->tiles, 0);
  g_array_set_size (layout->walk.largest, 0);
}

void
treemap_layout_begin (TreemapLayout *layout, const Store *store, const StoreDir *dir, const TreemapOptions *options)
{
  treemap_layout_forget (layout);
  layout->store = store;
  layout->dir = dir;
  layout->options = *options;
  layout->done = FALSE;
  begin_walk (layout, dir, TREEMAP_NO_TILE, (SquarifyRect) { 0, 0, MAX (options->width, 0), MAX (options->height, 0) });
}

/* Adds one more folder or file of the folder that the walk is in. FALSE: there is none. */
static gboolean
take_one (TreemapLayout *layout)
{
  Walk *walk = &layout->walk;
  gboolean on_disk = layout->options.on_disk;
  if (walk->folder != NULL)
    {
      const StoreDir *dir = walk->folder;
      walk->folder = dir->next;
      /* Of one that has gone, or that nobody has looked into yet, there is nothing to tell. */
      if (dir->opened || dir->files > 0)
        add_part (layout, &(TreemapPart) { TREEMAP_FOLDER, dir, 0, on_disk ? dir->disk : dir->bytes, 0 });
      return TRUE;
    }
  if (walk->file != 0)
    {
      guint number = walk->file - 1;
      const StoreFile *file = get_file (layout, number);
      walk->file = file->next_in_dir;
      if (!file->gone)
        add_part (layout, &(TreemapPart) { TREEMAP_FILE, file->dir, number, on_disk ? file->disk : file->size, 0 });
      return TRUE;
    }
  return FALSE;
}

gboolean
treemap_layout_go_on (TreemapLayout *layout, guint count)
{
  for (guint i = 0; i < count && !layout->done; i++)
    {
      if (take_one (layout))
        continue;
      end_walk (layout);
      layout->done = !open_next (layout);
    }
  return !layout->done;
}

/* ---- a layout that is done -------------------------------------------------------------------------------------- */

const StoreDir *
treemap_layout_get_dir (const TreemapLayout *layout)
{
  return layout->dir;
}

guint64
treemap_layout_get_weight (const TreemapLayout *layout)
{
  return layout->weight;
}

const TreemapOptions *
treemap_layout_get_options (const TreemapLayout *layout)
{
  return &layout->options;
}

const GArray *
treemap_layout_get_parts (const TreemapLayout *layout)
{
  return layout->parts;
}

const GArray *
treemap_layout_get_tiles (const TreemapLayout *layout)
{
  return layout->tiles;
}
