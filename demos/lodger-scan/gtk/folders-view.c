/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "folders-view.h"

#include "../i18n.h"
#include "family-look.h"
#include "folder-menu.h"
#include "folder-parts.h"
#include "folder-selection.h"
#include "notice.h"
#include "path-bar.h"
#include "share-list.h"
#include "treemap.h"

static const char view_key[] = "lodger-scan-folders";

struct FoldersView
{
  FoldersViewTarget target;
  GtkWidget *box, *path_bar, *up, *list, *map, *map_stack, *legend;
  FolderMenu *menu;
  Notice *notice;
  const Store *store;
  const char *folder;
  const StoreDir *dir; /* the one that is shown, or will be */
  FolderLayout *layout;
  gboolean on_disk;
  FolderSelection *selection;
  TreemapPart of_menu;
};

static const TreemapLayout *
get_shown (const FoldersView *view)
{
  return folder_layout_get (view->layout);
}

static FolderParts
get_parts (const FoldersView *view)
{
  return (FolderParts) { view->store, view->folder, treemap_layout_get_weight (get_shown (view)) };
}

static const TreemapPart *
get_row (const FoldersView *view, guint number)
{
  return &g_array_index (treemap_layout_get_parts (get_shown (view)), TreemapPart, number);
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

static void
on_tile_selected (const TreemapPart *part, void *data)
{
  const FoldersView *view = data;
  folder_selection_take_tile (view->selection, part);
}

static void
on_row_selected (guint number, void *data)
{
  const FoldersView *view = data;
  folder_selection_take_row (view->selection, number);
}

/* ---- from folder to folder -------------------------------------------------------------------------------------- */

static void
need_layout (FoldersView *view, gboolean at_once)
{
  folder_layout_want (view->layout, at_once);
  view->target.wake (view->target.data);
}

void
folders_view_enter (FoldersView *view, const StoreDir *dir)
{
  const StoreDir *left = view->dir;
  if (dir == NULL || dir == view->dir)
    return;
  /* When one leaves a folder, that is selected. */
  while (left != NULL && left->parent != dir)
    left = left->parent;
  folder_selection_expect (view->selection, left);
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
  const TreemapPart *part = folder_selection_get (view->selection);
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
show_layout (FoldersView *view, TreemapLayout *before)
{
  treemap_set (view->map, get_shown (view), view->store);
  treemap_layout_forget (before);
  share_list_set_count (view->list, treemap_layout_get_parts (get_shown (view))->len);
  folder_selection_show (view->selection);
  family_legend_show (view->legend, widget_is_dark (view->map));
  gtk_stack_set_visible_child_name (GTK_STACK (view->map_stack),
                                    treemap_layout_get_tiles (get_shown (view))->len > 0 ? "map" : "nothing");
}

gboolean
folders_view_grow (FoldersView *view)
{
  TreemapLayout *before;
  gboolean more;
  if (view->dir == NULL || !gtk_widget_get_mapped (view->box))
    return share_list_grow (view->list);
  /* It has no size before the first frame. */
  if (gtk_widget_get_width (view->box) == 0)
    return TRUE;
  if (folder_layout_go_on (view->layout, view->map, view->store, view->dir, view->on_disk, &before))
    show_layout (view, before);
  more = share_list_grow (view->list);
  return more || folder_layout_is_at_work (view->layout);
}

void
folders_view_refresh (FoldersView *view, gboolean over G_GNUC_UNUSED)
{
  const StoreDir *dir = view->dir;
  if (view->store == NULL)
    return;
  if (dir == NULL)
    folders_view_enter (view, store_get_root (view->store));
  else if (folder_layout_is_old (view->layout, dir))
    need_layout (view, FALSE);
}

void
folders_view_set (FoldersView *view, const Store *store, const char *folder)
{
  folder_menu_hide (view->menu);
  treemap_set (view->map, NULL, NULL);
  folder_layout_forget (view->layout);
  view->dir = NULL;
  view->of_menu = (TreemapPart) { .kind = TREEMAP_FOLDER };
  folder_selection_expect (view->selection, NULL);
  view->store = store;
  view->folder = folder;
  share_list_rewind (view->list);
  path_bar_set (view->path_bar, folder, NULL);
  folder_selection_hide (view->selection);
  folders_view_refresh (view, FALSE);
}

/* ---- the page --------------------------------------------------------------------------------------------------- */

static void
on_resized (void *data)
{
  FoldersView *view = data;
  if (view->store != NULL && !folder_layout_fits (view->layout, view->map))
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
  view->layout = folder_layout_new ();
  view->box = g_object_ref_sink (gtk_box_new (GTK_ORIENTATION_VERTICAL, 0));
  view->list = share_list_new (_ ("What is in the folder"), FALSE, &rows);
  gtk_paned_set_start_child (GTK_PANED (panes), view->list);
  gtk_paned_set_end_child (GTK_PANED (panes), make_map (view));
  gtk_paned_set_resize_start_child (GTK_PANED (panes), FALSE);
  gtk_paned_set_shrink_start_child (GTK_PANED (panes), FALSE);
  gtk_paned_set_shrink_end_child (GTK_PANED (panes), FALSE);
  gtk_paned_set_position (GTK_PANED (panes), 340);
  gtk_widget_set_vexpand (panes, TRUE);
  view->selection
      = folder_selection_new (&(FolderSelectionParts) { view->map, view->list, view->layout, describe, view });
  view->notice = notice_new ();
  gtk_box_append (GTK_BOX (view->box), notice_get_widget (view->notice));
  gtk_box_append (GTK_BOX (view->box), make_top (view));
  gtk_box_append (GTK_BOX (view->box), panes);
  gtk_box_append (GTK_BOX (view->box), folder_selection_get_line (view->selection));
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
  folder_selection_free (view->selection);
  folder_layout_free (view->layout);
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
