/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "folder-selection.h"

#include "../treemap-find.h"
#include "share-list.h"
#include "treemap.h"

struct FolderSelection
{
  FolderSelectionParts parts;
  GtkWidget *line;
  TreemapPart part; /* without a folder: nothing is */
};

FolderSelection *
folder_selection_new (const FolderSelectionParts *parts)
{
  FolderSelection *selection = g_new0 (FolderSelection, 1);
  selection->parts = *parts;
  selection->line = g_object_ref_sink (gtk_label_new (NULL));
  gtk_label_set_xalign (GTK_LABEL (selection->line), 0);
  gtk_label_set_ellipsize (GTK_LABEL (selection->line), PANGO_ELLIPSIZE_MIDDLE);
  gtk_widget_add_css_class (selection->line, "page-foot");
  gtk_widget_add_css_class (selection->line, "numeric");
  return selection;
}

void
folder_selection_free (FolderSelection *selection)
{
  g_object_unref (selection->line);
  g_free (selection);
}

GtkWidget *
folder_selection_get_line (FolderSelection *selection)
{
  return selection->line;
}

static void
show_line (const FolderSelection *selection, const TreemapPart *part)
{
  GString *text = g_string_new (NULL);
  if (part != NULL)
    selection->parts.describe (part, text, selection->parts.data);
  gtk_label_set_text (GTK_LABEL (selection->line), text->str);
  g_string_free (text, TRUE);
}

const TreemapPart *
folder_selection_get (const FolderSelection *selection)
{
  const TreemapLayout *layout = folder_layout_get (selection->parts.layout);
  int tile;
  guint row;
  if (selection->part.dir == NULL)
    return NULL;
  tile = treemap_find_part (layout, &selection->part);
  if (tile != TREEMAP_NO_TILE)
    return &g_array_index (treemap_layout_get_tiles (layout), TreemapTile, tile).part;
  row = treemap_find_row (layout, &selection->part);
  return row == G_MAXUINT ? NULL : &g_array_index (treemap_layout_get_parts (layout), TreemapPart, row);
}

static void
select_row (const FolderSelection *selection, const TreemapPart *part)
{
  guint row = part == NULL ? G_MAXUINT : treemap_find_row (folder_layout_get (selection->parts.layout), part);
  share_list_select (selection->parts.list, row);
}

void
folder_selection_take_tile (FolderSelection *selection, const TreemapPart *part)
{
  selection->part = *part;
  select_row (selection, part);
  show_line (selection, part);
}

void
folder_selection_take_row (FolderSelection *selection, guint number)
{
  const GArray *rows = treemap_layout_get_parts (folder_layout_get (selection->parts.layout));
  selection->part = g_array_index (rows, TreemapPart, number);
  treemap_select (selection->parts.map, &selection->part);
  show_line (selection, &selection->part);
}

void
folder_selection_expect (FolderSelection *selection, const StoreDir *folder)
{
  selection->part = (TreemapPart) { .kind = TREEMAP_FOLDER, .dir = folder };
}

void
folder_selection_show (FolderSelection *selection)
{
  const TreemapPart *part = folder_selection_get (selection);
  treemap_select (selection->parts.map, part);
  select_row (selection, part);
  show_line (selection, part);
}

void
folder_selection_hide (FolderSelection *selection)
{
  show_line (selection, NULL);
}
