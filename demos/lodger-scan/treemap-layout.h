/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A folder as a map: a rectangle for each file and folder in it, as large as it is, and in the folders' rectangles what
 * is in them. What is too small to be seen becomes one rectangle, "others".
 *
 * It is made in portions, while the store may grow: a folder of 300,000 files holds nobody up. One thread at a time.
 */
#ifndef LODGER_SCAN_TREEMAP_LAYOUT_H
#define LODGER_SCAN_TREEMAP_LAYOUT_H

#include "store.h"

G_BEGIN_DECLS

enum
{
  TREEMAP_MOST_TILES = 2000, /* rectangles of a map */
  TREEMAP_MOST_PARTS = 500,  /* parts of a folder, without the others */
  TREEMAP_NO_TILE = -1
};

typedef enum TreemapKind
{
  TREEMAP_FOLDER,
  TREEMAP_FILE,
  TREEMAP_OTHERS
} TreemapKind;

/* A file, a folder, or all others in a folder. */
typedef struct TreemapPart
{
  TreemapKind kind;
  const StoreDir *dir; /* the folder; that of the file or of the others */
  guint file;          /* the number of the file */
  guint64 weight;      /* bytes */
  guint64 count;       /* files and folders that are the others */
} TreemapPart;

typedef struct TreemapTile
{
  TreemapPart part;
  double x, y, width, height;
  int parent;    /* the tile that it is in, or TREEMAP_NO_TILE */
  guint depth;   /* 0: it is in the folder itself */
  gboolean open; /* what is in it has tiles, too; they come later */
} TreemapTile;

typedef struct TreemapOptions
{
  double width, height;
  double header;    /* the height of a title above what is in a folder */
  gboolean on_disk; /* the bytes that are taken on disk count */
} TreemapOptions;

typedef struct TreemapLayout TreemapLayout;

TreemapLayout *treemap_layout_new (void);
void treemap_layout_free (TreemapLayout *layout);

/* Begins anew. Neither the store nor the folder may go before it is done, or forgotten. */
void treemap_layout_begin (TreemapLayout *layout, const Store *store, const StoreDir *dir,
                           const TreemapOptions *options);
/* Looks at `count` files or folders. FALSE when it is done. */
gboolean treemap_layout_go_on (TreemapLayout *layout, guint count);
/* Empty again. */
void treemap_layout_forget (TreemapLayout *layout);

/* The rest is of a layout that is done. NULL: it is empty. */
const StoreDir *treemap_layout_get_dir (const TreemapLayout *layout);
guint64 treemap_layout_get_weight (const TreemapLayout *layout);
const TreemapOptions *treemap_layout_get_options (const TreemapLayout *layout);
/* TreemapPart: what is in the folder, the largest first and the others last, those included that are too small to be
 * seen. */
const GArray *treemap_layout_get_parts (const TreemapLayout *layout);
/* TreemapTile: each after the one that it is in. */
const GArray *treemap_layout_get_tiles (const TreemapLayout *layout);

G_END_DECLS

#endif
