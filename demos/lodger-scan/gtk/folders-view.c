/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "folders-view.h"

#include "../i18n.h"
#include "family-look.h"
#include "folder-menu.h"
#include "folder-parts.h"
#include "notice.h"
#include "path-bar.h"
#include "share-list.h"
#include "treemap.h"

enum
{
  BUDGET = 2000,          /* µs of a frame */
  LOOKS = 500,            /* files and folders between two looks at the clock */
  LEAST_INTERVAL = 250000 /* µs from one layout to the next while the scan goes on */
};

static const char view_key[] = "lodger-scan-folders";

struct FoldersView
{
  FoldersViewTarget target;
  GtkWidget *box, *path_bar, *up, *list, *map, *map_stack, *legend, *line;
  FolderMenu *menu;
  Notice *notice;
  const Store *store;
  const char *folder;
  const StoreDir *dir; /* the one that is shown, or will be */
  TreemapLayout *shown, *made;
  gboolean making, stale, at_once, on_disk;
  gint64 begun;
  StoreDir sums;        /* what the folder was like when the layout was begun */
  TreemapPart selected; /* without a folder: nothing is */
  TreemapPart of_menu;
};

static FolderParts
get_parts (const FoldersView *view)
{
  return (FolderParts) { view->store, view->folder, treemap_layout_get_weight (view->shown) };
}

static const TreemapPart *
get_row (const FoldersView *view, guint number)
{
  return &g_array_index (treemap_layout_get_parts (view->shown), TreemapPart, number);
}

static void
describe (const TreemapPart *part, GString *text, void *data)
{
  FolderParts parts = get_parts (data);
  folder_part_describe (&parts, part, text);
}

/* Gives the path of a part to one of the window's functions. */
static void
give_path (const FoldersView *view, const TreemapPart *part, void (*func) (const char *path, void *data))
{
  FolderParts parts = get_parts (view);
  char *path = folder_part_get_path (&parts, part);
  func (path, view->target.data);
  g_free (path);
}

/* ---- the selection ---------------------------------------------------------------------------------------------- */

/* The number of the row that shows a part, or the folder that it is in. */
static guint
find_row (const FoldersView *view, TreemapPart part)
{
  const GArray *parts = treemap_layout_get_parts (view->shown);
  const StoreDir *shown = treemap_layout_get_dir (view->shown);
  if (part.kind != TREEMAP_FOLDER && part.dir != shown)
    part = (TreemapPart) { .kind = TREEMAP_FOLDER, .dir = part.dir };
  while (part.kind == TREEMAP_FOLDER && part.dir != NULL && part.dir->parent != shown)
    part.dir = part.dir->parent;
  for (guint i = 0; i < parts->len && part.dir != NULL; i++)
    if (treemap_part_equal (&g_array_index (parts, TreemapPart, i), &part))
      return i;
  return G_MAXUINT;
}

static void
show_line (const FoldersView *view, const TreemapPart *part)
{
  GString *text = g_string_new (NULL);
  if (part != NULL)
    describe (part, text, (void *) (gsize) view);
  gtk_label_set_text (GTK_LABEL (view->line), text->str);
  g_string_free (text, TRUE);
}

/* The part that is selected as it is in the layout, or NULL. */
static const TreemapPart *
find_selected (const FoldersView *view)
{
  int tile = view->selected.dir == NULL ? TREEMAP_NO_TILE : treemap_layout_find_part (view->shown, &view->selected);
  guint row = view->selected.dir == NULL ? G_MAXUINT : find_row (view, view->selected);
  if (tile != TREEMAP_NO_TILE)
    return &g_array_index (treemap_layout_get_tiles (view->shown), TreemapTile, tile).part;
  return row == G_MAXUINT ? NULL : get_row (view, row);
}

static void
show_selection (FoldersView *view)
{
  const TreemapPart *part = find_selected (view);
  treemap_select (view->map, part);
  share_list_select (view->list, part == NULL ? G_MAXUINT : find_row (view, *part));
  show_line (view, part);
}

static void
on_tile_selected (const TreemapPart *part, void *data)
{
  FoldersView *view = data;
  view->selected = *part;
  share_list_select (view->list, find_row (view, *part));
  show_line (view, part);
}

static void
on_row_selected (guint number, void *data)
{
  FoldersView *view = data;
  view->selected = *get_row (view, number);
  treemap_select (view->map, &view->selected);
  show_line (view, &view->selected);
}

/* ---- from folder to folder -------------------------------------------------------------------------------------- */

static void
need_layout (FoldersView *view, gboolean at_once)
{
  view->stale = TRUE;
  view->at_once |= at_once;
  view->target.wake (view->target.data);
}

void
folders_view_enter (FoldersView *view, const StoreDir *dir)
{
  if (dir == NULL || dir == view->dir)
    return;
  /* When one leaves a folder, that is selected. */
  view->selected = (TreemapPart) { .kind = TREEMAP_FOLDER };
  for (const StoreDir *up = view->dir; up != NULL && view->selected.dir == NULL; up = up->parent)
    if (up->parent == dir)
      view->selected.dir = up;
  view->dir = dir;
  gtk_widget_set_sensitive (view->up, dir->parent != NULL);
  path_bar_set (view->path_bar, view->folder, dir);
  share_list_rewind (view->list);
  need_layout (view, TRUE);
}

const StoreDir *
folders_view_get_dir (const FoldersView *view)
{
  return view->dir;
}

static void
on_folder_chosen (const StoreDir *dir, void *data)
{
  folders_view_enter (data, dir);
}

static void
leave_folder (void *data)
{
  FoldersView *view = data;
  if (view->dir != NULL)
    folders_view_enter (view, view->dir->parent);
}

static void
activate (const TreemapPart *part, void *data)
{
  FoldersView *view = data;
  if (part->kind == TREEMAP_FOLDER)
    folders_view_enter (view, part->dir);
  else if (part->kind == TREEMAP_FILE)
    give_path (view, part, view->target.open);
}

static void
on_row_activated (guint number, void *data)
{
  TreemapPart part = *get_row (data, number);
  activate (&part, data);
}

/* ---- the menu, and keys anywhere on the page -------------------------------------------------------------------- */

static void
on_tile_menu (const TreemapPart *part, const GdkRectangle *at, void *data)
{
  FoldersView *view = data;
  view->of_menu = *part;
  folder_menu_show (view->menu, view->map, at, part->kind == TREEMAP_FOLDER);
}

static void
on_row_menu (guint number, const GdkRectangle *at, void *data)
{
  FoldersView *view = data;
  view->of_menu = *get_row (view, number);
  folder_menu_show (view->menu, view->list, at, view->of_menu.kind == TREEMAP_FOLDER);
}

static void
on_chosen (FolderMenuChoice choice, void *data)
{
  FoldersView *view = data;
  if (view->of_menu.dir == NULL)
    return;
  switch (choice)
    {
    case FOLDER_MENU_ENTER: folders_view_enter (view, view->of_menu.dir); break;
    case FOLDER_MENU_OPEN: give_path (view, &view->of_menu, view->target.open); break;
    case FOLDER_MENU_OPEN_FOLDER: give_path (view, &view->of_menu, view->target.open_folder); break;
    default: give_path (view, &view->of_menu, view->target.copy_path);
    }
}

static gboolean
on_copy (GtkWidget *widget G_GNUC_UNUSED, GVariant *arguments G_GNUC_UNUSED, void *data)
{
  const FoldersView *view = data;
  const TreemapPart *part = find_selected (view);
  if (part == NULL)
    return FALSE;
  give_path (view, part, view->target.copy_path);
  return TRUE;
}

static gboolean
on_leave (GtkWidget *widget G_GNUC_UNUSED, GVariant *arguments G_GNUC_UNUSED, void *data)
{
  leave_folder (data);
  return TRUE;
}

static void
add_key (GtkEventController *shortcuts, const char *keys, GtkShortcutFunc func, FoldersView *view)
{
  GtkShortcut *shortcut
      = gtk_shortcut_new (gtk_shortcut_trigger_parse_string (keys), gtk_callback_action_new (func, view, NULL));
  gtk_shortcut_controller_add_shortcut (GTK_SHORTCUT_CONTROLLER (shortcuts), shortcut);
}

/* ---- the layout ------------------------------------------------------------------------------------------------- */

static void
fill_row (guint number, ShareRow *row, void *data)
{
  const FoldersView *view = data;
  FolderParts parts = get_parts (view);
  folder_part_fill (&parts, get_row (view, number), get_row (view, 0)->weight, view->map, row);
}

static void
begin_layout (FoldersView *view)
{
  TreemapOptions options = { .width = gtk_widget_get_width (view->map),
                             .height = gtk_widget_get_height (view->map),
                             .header = treemap_get_header (view->map),
                             .on_disk = view->on_disk };
  view->stale = view->at_once = FALSE;
  view->begun = g_get_monotonic_time ();
  view->sums = *view->dir;
  view->making = TRUE;
  treemap_layout_begin (view->made, view->store, view->dir, &options);
}

static void
show_layout (FoldersView *view)
{
  TreemapLayout *before = view->shown;
  view->making = FALSE;
  view->shown = view->made;
  view->made = before;
  treemap_set (view->map, view->shown, view->store);
  treemap_layout_forget (before);
  share_list_set_count (view->list, treemap_layout_get_parts (view->shown)->len);
  show_selection (view);
  family_legend_show (view->legend, widget_is_dark (view->map));
  gtk_stack_set_visible_child_name (GTK_STACK (view->map_stack),
                                    treemap_layout_get_tiles (view->shown)->len > 0 ? "map" : "nothing");
}

gboolean
folders_view_grow (FoldersView *view)
{
  gint64 now = g_get_monotonic_time ();
  gboolean more;
  if (view->dir == NULL || !gtk_widget_get_mapped (view->box))
    return share_list_grow (view->list);
  /* It has no size before the first frame. */
  if (gtk_widget_get_width (view->box) == 0)
    return TRUE;
  if (view->stale && (view->at_once || (!view->making && now - view->begun >= LEAST_INTERVAL)))
    begin_layout (view);
  for (gint64 end = now + BUDGET; view->making && g_get_monotonic_time () < end;)
    if (!treemap_layout_go_on (view->made, LOOKS))
      show_layout (view);
  more = share_list_grow (view->list);
  return more || view->making || view->stale;
}

void
folders_view_refresh (FoldersView *view, gboolean over G_GNUC_UNUSED)
{
  const StoreDir *dir = view->dir;
  if (view->store == NULL)
    return;
  if (dir == NULL)
    folders_view_enter (view, store_get_root (view->store));
  else if (dir->bytes != view->sums.bytes || dir->disk != view->sums.disk || dir->files != view->sums.files
           || dir->first_child != view->sums.first_child)
    need_layout (view, FALSE);
}

void
folders_view_set (FoldersView *view, const Store *store, const char *folder)
{
  folder_menu_hide (view->menu);
  treemap_set (view->map, NULL, NULL);
  treemap_layout_forget (view->made);
  treemap_layout_forget (view->shown);
  view->making = view->stale = FALSE;
  view->dir = NULL;
  view->selected = view->of_menu = (TreemapPart) { .kind = TREEMAP_FOLDER };
  view->store = store;
  view->folder = folder;
  share_list_rewind (view->list);
  path_bar_set (view->path_bar, folder, NULL);
  show_line (view, NULL);
  folders_view_refresh (view, FALSE);
}

/* ---- the page --------------------------------------------------------------------------------------------------- */

static void
on_resized (void *data)
{
  FoldersView *view = data;
  const TreemapOptions *options = treemap_layout_get_options (view->shown);
  if (view->store != NULL
      && (options->width != gtk_widget_get_width (view->map) || options->height != gtk_widget_get_height (view->map)
          || options->header != treemap_get_header (view->map)))
    need_layout (view, TRUE);
}

static void
on_map (GtkWidget *box G_GNUC_UNUSED, void *data)
{
  FoldersView *view = data;
  folders_view_refresh (view, FALSE);
  view->target.wake (view->target.data);
}

static void
on_disk_toggled (GtkCheckButton *button, void *data)
{
  FoldersView *view = data;
  view->on_disk = gtk_check_button_get_active (button);
  need_layout (view, TRUE);
}

static GtkWidget *
make_top (FoldersView *view)
{
  GtkWidget *top = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *on_disk = gtk_check_button_new_with_mnemonic (_ ("Space on _disk"));
  view->up = gtk_button_new_from_icon_name ("go-up-symbolic");
  gtk_widget_set_tooltip_text (view->up, _ ("Go to the folder above (Backspace)"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (view->up), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Folder above"), -1);
  gtk_widget_add_css_class (view->up, "flat");
  g_signal_connect_swapped (view->up, "clicked", G_CALLBACK (leave_folder), view);
  gtk_widget_set_tooltip_text (on_disk, _ ("Show the space that files take on disk rather than how long they are"));
  g_signal_connect (on_disk, "toggled", G_CALLBACK (on_disk_toggled), view);
  view->path_bar = path_bar_new (on_folder_chosen, view);
  gtk_widget_add_css_class (top, "page-bar");
  gtk_box_append (GTK_BOX (top), view->up);
  gtk_box_append (GTK_BOX (top), view->path_bar);
  gtk_box_append (GTK_BOX (top), on_disk);
  return top;
}

static GtkWidget *
make_map (FoldersView *view)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *nothing = gtk_label_new (_ ("Nothing in this folder takes space."));
  TreemapEvents events = { describe, on_tile_selected, activate, leave_folder, on_tile_menu, on_resized, view };
  gtk_label_set_wrap (GTK_LABEL (nothing), TRUE);
  gtk_widget_add_css_class (nothing, "dim-label");
  view->map = treemap_new (&events);
  view->map_stack = gtk_stack_new ();
  gtk_stack_add_named (GTK_STACK (view->map_stack), view->map, "map");
  gtk_stack_add_named (GTK_STACK (view->map_stack), nothing, "nothing");
  gtk_box_append (GTK_BOX (box), view->map_stack);
  view->legend = family_legend_new ();
  gtk_box_append (GTK_BOX (box), view->legend);
  return box;
}

FoldersView *
folders_view_new (const FoldersViewTarget *target)
{
  FoldersView *view = g_new0 (FoldersView, 1);
  GtkWidget *panes = gtk_paned_new (GTK_ORIENTATION_HORIZONTAL);
  GtkEventController *shortcuts = gtk_shortcut_controller_new ();
  ShareListSource rows = { fill_row, on_row_activated, on_row_selected, on_row_menu, view };
  view->target = *target;
  view->shown = treemap_layout_new ();
  view->made = treemap_layout_new ();
  view->box = g_object_ref_sink (gtk_box_new (GTK_ORIENTATION_VERTICAL, 0));
  view->list = share_list_new (_ ("What is in the folder"), FALSE, &rows);
  view->line = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (view->line), 0);
  gtk_label_set_ellipsize (GTK_LABEL (view->line), PANGO_ELLIPSIZE_MIDDLE);
  gtk_widget_add_css_class (view->line, "page-foot");
  gtk_widget_add_css_class (view->line, "numeric");
  gtk_paned_set_start_child (GTK_PANED (panes), view->list);
  gtk_paned_set_end_child (GTK_PANED (panes), make_map (view));
  gtk_paned_set_resize_start_child (GTK_PANED (panes), FALSE);
  gtk_paned_set_shrink_start_child (GTK_PANED (panes), FALSE);
  gtk_paned_set_shrink_end_child (GTK_PANED (panes), FALSE);
  gtk_paned_set_position (GTK_PANED (panes), 340);
  gtk_widget_set_vexpand (panes, TRUE);
  view->notice = notice_new ();
  gtk_box_append (GTK_BOX (view->box), notice_get_widget (view->notice));
  gtk_box_append (GTK_BOX (view->box), make_top (view));
  gtk_box_append (GTK_BOX (view->box), panes);
  gtk_box_append (GTK_BOX (view->box), view->line);
  view->menu = folder_menu_new (view->box, on_chosen, view);
  add_key (shortcuts, "<Control>c", on_copy, view);
  add_key (shortcuts, "BackSpace|<Alt>Up", on_leave, view);
  gtk_widget_add_controller (view->box, shortcuts);
  g_object_set_data (G_OBJECT (view->box), view_key, view);
  g_signal_connect (view->box, "map", G_CALLBACK (on_map), view);
  return view;
}

void
folders_view_free (FoldersView *view)
{
  view->store = NULL;
  folder_menu_free (view->menu);
  g_object_set_data (G_OBJECT (view->box), view_key, NULL);
  g_object_unref (view->box);
  treemap_layout_free (view->shown);
  treemap_layout_free (view->made);
  notice_free (view->notice);
  g_free (view);
}

GtkWidget *
folders_view_get_widget (FoldersView *view)
{
  return view->box;
}

void
folders_view_tell (GtkWidget *widget, const char *sentence)
{
  FoldersView *view = g_object_get_data (G_OBJECT (widget), view_key);
  if (view != NULL)
    notice_say (view->notice, sentence);
}
