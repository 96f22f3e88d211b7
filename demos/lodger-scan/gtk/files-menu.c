/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "files-menu.h"

#include "../i18n.h"
#include "cells.h"
#include "opener.h"

enum
{
  OPENED_AT_ONCE = 10,   /* files at most */
  COPIED_AT_ONCE = 10000 /* likewise; it takes some ms */
};

struct FilesMenu
{
  FilesMenuParts parts;
  FilesActions actions;
  const Store *store;
  char *folder;
  GSimpleActionGroup *group;
  GtkWidget *popover; /* belongs to `around` */
};

/* NULL: it is not there any more. */
static const StoreFile *
get_file (const FilesMenu *menu, guint number)
{
  const StoreFile *file;
  if (menu->store == NULL || number >= menu->store->files->len)
    return NULL;
  file = &g_array_index (menu->store->files, StoreFile, number);
  return file->gone ? NULL : file;
}

static char *
make_path (const FilesMenu *menu, const StoreFile *file)
{
  GString *path = g_string_new (NULL);
  char *full;
  store_append_path (path, file->dir, file->name);
  full = g_build_filename (menu->folder, path->str, NULL);
  g_string_free (path, TRUE);
  return full;
}

/* The files that are selected and still there, as numbers. */
static GArray *
get_selected (const FilesMenu *menu)
{
  GArray *selected = listing_get_selected (menu->parts.listing);
  guint count = 0;
  for (guint i = 0; i < selected->len; i++)
    if (get_file (menu, g_array_index (selected, guint, i)) != NULL)
      g_array_index (selected, guint, count++) = g_array_index (selected, guint, i);
  g_array_set_size (selected, count);
  return selected;
}

/* The paths of the first `most` of them. */
static char **
get_paths (const FilesMenu *menu, guint most)
{
  GArray *selected = get_selected (menu);
  guint count = MIN (selected->len, most);
  char **paths = g_new0 (char *, count + 1);
  for (guint i = 0; i < count; i++)
    paths[i] = make_path (menu, get_file (menu, g_array_index (selected, guint, i)));
  g_array_unref (selected);
  return paths;
}

/* ---- the actions ------------------------------------------------------------------------------------------------ */

void
files_menu_open (FilesMenu *menu, guint number)
{
  const StoreFile *file = get_file (menu, number);
  char *path;
  if (file == NULL)
    return;
  path = make_path (menu, file);
  opener_open (menu->parts.around, menu->parts.caller, path, menu->parts.tell);
  g_free (path);
}

static void
on_open (GSimpleAction *action G_GNUC_UNUSED, GVariant *parameter G_GNUC_UNUSED, void *data)
{
  FilesMenu *menu = data;
  char **paths = get_paths (menu, OPENED_AT_ONCE);
  for (char **path = paths; *path != NULL; path++)
    opener_open (menu->parts.around, menu->parts.caller, *path, menu->parts.tell);
  g_strfreev (paths);
}

static void
on_show_in_folder (GSimpleAction *action G_GNUC_UNUSED, GVariant *parameter G_GNUC_UNUSED, void *data)
{
  FilesMenu *menu = data;
  char **paths = get_paths (menu, 1);
  if (*paths != NULL)
    opener_show_in_folder (menu->parts.around, menu->parts.caller, *paths, menu->parts.tell);
  g_strfreev (paths);
}

static void
on_copy (GSimpleAction *action G_GNUC_UNUSED, GVariant *parameter G_GNUC_UNUSED, void *data)
{
  FilesMenu *menu = data;
  char **paths = get_paths (menu, COPIED_AT_ONCE);
  if (*paths != NULL)
    opener_copy_paths (menu->parts.around, (const char *const *) paths);
  if (listing_count_selected (menu->parts.listing) > COPIED_AT_ONCE)
    menu->parts.tell (menu->parts.around, _ ("Only the first 10,000 paths were copied."));
  g_strfreev (paths);
}

static void
on_only_type (GSimpleAction *action G_GNUC_UNUSED, GVariant *parameter G_GNUC_UNUSED, void *data)
{
  FilesMenu *menu = data;
  GArray *selected = get_selected (menu);
  if (selected->len > 0)
    {
      const StoreFile *file = get_file (menu, g_array_index (selected, guint, 0));
      menu->parts.only_type (g_array_index (menu->store->types, StoreType, file->type).name, menu->parts.data);
    }
  g_array_unref (selected);
}

static void
on_show_copies (GSimpleAction *action G_GNUC_UNUSED, GVariant *parameter G_GNUC_UNUSED, void *data)
{
  FilesMenu *menu = data;
  GArray *selected = get_selected (menu);
  if (selected->len > 0 && menu->actions.show_copies != NULL)
    menu->actions.show_copies (g_array_index (selected, guint, 0), menu->actions.data);
  g_array_unref (selected);
}

static void
on_bin (GSimpleAction *action G_GNUC_UNUSED, GVariant *parameter G_GNUC_UNUSED, void *data)
{
  FilesMenu *menu = data;
  GArray *selected = get_selected (menu);
  if (selected->len > 0 && menu->actions.move_to_bin != NULL)
    menu->actions.move_to_bin (&g_array_index (selected, guint, 0), selected->len, menu->actions.data);
  g_array_unref (selected);
}

static const GActionEntry entries[] = {
  { .name = "open", .activate = on_open },           { .name = "show-in-folder", .activate = on_show_in_folder },
  { .name = "copy", .activate = on_copy },           { .name = "show-copies", .activate = on_show_copies },
  { .name = "only-type", .activate = on_only_type }, { .name = "bin", .activate = on_bin },
};

static void
enable (FilesMenu *menu, const char *name, gboolean enabled)
{
  GAction *action = g_action_map_lookup_action (G_ACTION_MAP (menu->group), name);
  g_simple_action_set_enabled (G_SIMPLE_ACTION (action), enabled);
}

/* What has a key is always enabled. */
static void
enable_what_can_be_done (FilesMenu *menu)
{
  GArray *selected = get_selected (menu);
  const StoreFile *file = selected->len == 0 ? NULL : get_file (menu, g_array_index (selected, guint, 0));
  enable (menu, "open", file != NULL);
  enable (menu, "show-in-folder", selected->len == 1);
  enable (menu, "only-type", selected->len == 1);
  enable (menu, "show-copies",
          selected->len == 1 && menu->actions.show_copies != NULL && store_has_twin (menu->store, file));
  g_array_unref (selected);
}

/* ---- the menu --------------------------------------------------------------------------------------------------- */

static void
pop_up (FilesMenu *menu, const GdkRectangle *place)
{
  enable_what_can_be_done (menu);
  gtk_popover_set_pointing_to (GTK_POPOVER (menu->popover), place);
  gtk_popover_popup (GTK_POPOVER (menu->popover));
}

/* What is clicked on is selected, unless it is among what is. */
static gboolean
select_row (FilesMenu *menu, guint position)
{
  GtkSelectionModel *selection = GTK_SELECTION_MODEL (menu->parts.listing);
  if (position == GTK_INVALID_LIST_POSITION)
    return FALSE;
  if (!gtk_selection_model_is_selected (selection, position))
    (void) gtk_selection_model_select_item (selection, position, TRUE);
  return TRUE;
}

static void
on_click (GtkGestureClick *gesture, int clicks G_GNUC_UNUSED, double x, double y, void *data)
{
  FilesMenu *menu = data;
  GtkWidget *cells = menu->parts.cells;
  GtkWidget *under = gtk_widget_pick (cells, x, y, GTK_PICK_DEFAULT);
  double around_x, around_y;
  if (under == NULL || !select_row (menu, cells_find (cells, under))
      || !gtk_widget_translate_coordinates (cells, menu->parts.around, x, y, &around_x, &around_y))
    return;
  (void) gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
  pop_up (menu, &(GdkRectangle) { (int) around_x, (int) around_y, 1, 1 });
}

/* Below the row that has the focus. */
static gboolean
on_menu_key (GtkWidget *widget G_GNUC_UNUSED, GVariant *arguments G_GNUC_UNUSED, void *data)
{
  FilesMenu *menu = data;
  GtkWidget *around = menu->parts.around;
  GtkWidget *focus = gtk_root_get_focus (gtk_widget_get_root (around));
  graphene_rect_t bounds;
  guint position = focus == NULL ? GTK_INVALID_LIST_POSITION : cells_find (menu->parts.cells, focus);
  if (!select_row (menu, position) || !gtk_widget_compute_bounds (focus, around, &bounds))
    return FALSE;
  pop_up (menu, &(GdkRectangle) { (int) bounds.origin.x + 40, (int) bounds.origin.y, 1, (int) bounds.size.height });
  return TRUE;
}

static GMenuModel *
make_menu (void)
{
  GMenu *menu = g_menu_new ();
  GMenu *look = g_menu_new ();
  GMenu *end = g_menu_new ();
  GMenu *open = g_menu_new ();
  g_menu_append (open, _ ("_Open"), "file.open");
  g_menu_append (open, _ ("Show in _Folder"), "file.show-in-folder");
  g_menu_append (open, _ ("_Copy Path"), "file.copy");
  g_menu_append (look, _ ("Show _All Copies"), "file.show-copies");
  g_menu_append (look, _ ("Show Only This _Type"), "file.only-type");
  g_menu_append (end, _ ("Move to the _Bin"), "file.bin");
  g_menu_append_section (menu, NULL, G_MENU_MODEL (open));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (look));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (end));
  g_object_unref (open);
  g_object_unref (look);
  g_object_unref (end);
  return G_MENU_MODEL (menu);
}

static void
add_key (GtkShortcutController *keys, const char *trigger, GtkShortcutAction *action)
{
  gtk_shortcut_controller_add_shortcut (keys, gtk_shortcut_new (gtk_shortcut_trigger_parse_string (trigger), action));
}

/* ---- building --------------------------------------------------------------------------------------------------- */

static void
add_controllers (FilesMenu *menu)
{
  GtkEventController *keys = gtk_shortcut_controller_new ();
  GtkGesture *click = gtk_gesture_click_new ();
  add_key (GTK_SHORTCUT_CONTROLLER (keys), "<Control>c", gtk_named_action_new ("file.copy"));
  add_key (GTK_SHORTCUT_CONTROLLER (keys), "Delete|KP_Delete", gtk_named_action_new ("file.bin"));
  add_key (GTK_SHORTCUT_CONTROLLER (keys), "Menu|<Shift>F10", gtk_callback_action_new (on_menu_key, menu, NULL));
  gtk_widget_add_controller (menu->parts.cells, keys);
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (click), GDK_BUTTON_SECONDARY);
  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (click), GTK_PHASE_CAPTURE);
  g_signal_connect (click, "pressed", G_CALLBACK (on_click), menu);
  gtk_widget_add_controller (menu->parts.cells, GTK_EVENT_CONTROLLER (click));
}

FilesMenu *
files_menu_new (const FilesMenuParts *parts)
{
  FilesMenu *menu = g_new0 (FilesMenu, 1);
  GMenuModel *model = make_menu ();
  menu->parts = *parts;
  menu->group = g_simple_action_group_new ();
  g_action_map_add_action_entries (G_ACTION_MAP (menu->group), entries, G_N_ELEMENTS (entries), menu);
  gtk_widget_insert_action_group (parts->around, "file", G_ACTION_GROUP (menu->group));
  menu->popover = gtk_popover_menu_new_from_model (model);
  gtk_popover_set_has_arrow (GTK_POPOVER (menu->popover), FALSE);
  gtk_popover_set_position (GTK_POPOVER (menu->popover), GTK_POS_BOTTOM);
  gtk_widget_set_halign (menu->popover, GTK_ALIGN_START);
  gtk_widget_set_parent (menu->popover, parts->around);
  g_object_unref (model);
  add_controllers (menu);
  enable (menu, "bin", FALSE);
  return menu;
}

void
files_menu_free (FilesMenu *menu)
{
  g_object_unref (menu->group);
  g_free (menu->folder);
  g_free (menu);
}

void
files_menu_set_store (FilesMenu *menu, const Store *store, const char *folder)
{
  g_free (menu->folder);
  menu->folder = g_strdup (folder);
  menu->store = store;
}

void
files_menu_set_actions (FilesMenu *menu, const FilesActions *actions)
{
  menu->actions = *actions;
  enable (menu, "bin", actions->move_to_bin != NULL);
}
