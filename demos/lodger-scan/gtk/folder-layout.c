/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "folder-layout.h"

#include "treemap.h"

enum
{
  BUDGET = 2000,          /* µs of a frame */
  LOOKS = 500,            /* files and folders between two looks at the clock */
  LEAST_INTERVAL = 250000 /* µs from one layout to the next while the scan goes on */
};

struct FolderLayout
{
  TreemapLayout *shown, *made;
  gboolean making, stale, at_once;
  gint64 begun;
  StoreDir sums; /* what the folder was like when the layout was begun */
};

FolderLayout *
folder_layout_new (void)
{
  FolderLayout *layout = g_new0 (FolderLayout, 1);
  layout->shown = treemap_layout_new ();
  layout->made = treemap_layout_new ();
  return layout;
}

void
folder_layout_free (FolderLayout *layout)
{
  treemap_layout_free (layout->shown);
  treemap_layout_free (layout->made);
  g_free (layout);
}

const TreemapLayout *
folder_layout_get (const FolderLayout *layout)
{
  return layout->shown;
}

void
folder_layout_forget (FolderLayout *layout)
{
  treemap_layout_forget (layout->made);
  treemap_layout_forget (layout->shown);
  layout->making = layout->stale = FALSE;
}

void
folder_layout_want (FolderLayout *layout, gboolean at_once)
{
  layout->stale = TRUE;
  layout->at_once |= at_once;
}

gboolean
folder_layout_is_old (const FolderLayout *layout, const StoreDir *dir)
{
  const StoreDir *sums = &layout->sums;
  return dir->bytes != sums->bytes || dir->disk != sums->disk || dir->files != sums->files
         || dir->first_child != sums->first_child;
}

gboolean
folder_layout_fits (const FolderLayout *layout, GtkWidget *map)
{
  const TreemapOptions *options = treemap_layout_get_options (layout->shown);
  return options->width == gtk_widget_get_width (map) && options->height == gtk_widget_get_height (map)
         && options->header == treemap_get_header (map);
}

static void
begin (FolderLayout *layout, GtkWidget *map, const Store *store, const StoreDir *dir, gboolean on_disk)
{
  TreemapOptions options = { .width = gtk_widget_get_width (map),
                             .height = gtk_widget_get_height (map),
                             .header = treemap_get_header (map),
                             .on_disk = on_disk };
  layout->stale = layout->at_once = FALSE;
  layout->begun = g_get_monotonic_time ();
  layout->sums = *dir;
  layout->making = TRUE;
  treemap_layout_begin (layout->made, store, dir, &options);
}

gboolean
folder_layout_go_on (FolderLayout *layout, GtkWidget *map, const Store *store, const StoreDir *dir, gboolean on_disk,
                     TreemapLayout **ret_old)
{
  gint64 now = g_get_monotonic_time ();
  if (layout->stale && (layout->at_once || (!layout->making && now - layout->begun >= LEAST_INTERVAL)))
    begin (layout, map, store, dir, on_disk);
  for (gint64 end = now + BUDGET; layout->making && g_get_monotonic_time () < end;)
    layout->making = treemap_layout_go_on (layout->made, LOOKS);
  if (layout->making || treemap_layout_get_dir (layout->made) == NULL)
    return FALSE;
  *ret_old = layout->shown;
  layout->shown = layout->made;
  layout->made = *ret_old;
  return TRUE;
}

gboolean
folder_layout_is_at_work (const FolderLayout *layout)
{
  return layout->making || layout->stale;
}
