/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "folder-menu.h"

#include "../i18n.h"

struct FolderMenu
{
  GtkWidget *widget, *popover;
  GSimpleActionGroup *actions;
  void (*chosen) (FolderMenuChoice choice, void *data);
  void *data;
};

static const struct
{
  const char *action, *label;
} items[] = {
  [FOLDER_MENU_ENTER] = { "enter", N_ ("_Show What Is in It") },
  [FOLDER_MENU_OPEN] = { "open", N_ ("_Open") },
  [FOLDER_MENU_OPEN_FOLDER] = { "open-folder", N_ ("Open Containing _Folder") },
  [FOLDER_MENU_COPY_PATH] = { "copy-path", N_ ("_Copy Path") },
};

static void
on_action (GSimpleAction *action, GVariant *parameter G_GNUC_UNUSED, void *data)
{
  const FolderMenu *menu = data;
  for (guint i = 0; i < G_N_ELEMENTS (items); i++)
    if (g_str_equal (g_action_get_name (G_ACTION (action)), items[i].action))
      menu->chosen ((FolderMenuChoice) i, menu->data);
}

FolderMenu *
folder_menu_new (GtkWidget *widget, void (*chosen) (FolderMenuChoice choice, void *data), void *data)
{
  FolderMenu *menu = g_new0 (FolderMenu, 1);
  GMenu *model = g_menu_new ();
  menu->widget = widget;
  menu->chosen = chosen;
  menu->data = data;
  menu->actions = g_simple_action_group_new ();
  for (guint i = 0; i < G_N_ELEMENTS (items); i++)
    {
      GSimpleAction *action = g_simple_action_new (items[i].action, NULL);
      char *name = g_strconcat ("folders.", items[i].action, NULL);
      g_signal_connect (action, "activate", G_CALLBACK (on_action), menu);
      g_action_map_add_action (G_ACTION_MAP (menu->actions), G_ACTION (action));
      g_menu_append (model, _ (items[i].label), name);
      g_object_unref (action);
      g_free (name);
    }
  gtk_widget_insert_action_group (widget, "folders", G_ACTION_GROUP (menu->actions));
  menu->popover = gtk_popover_menu_new_from_model (G_MENU_MODEL (model));
  gtk_popover_set_has_arrow (GTK_POPOVER (menu->popover), FALSE);
  gtk_widget_set_halign (menu->popover, GTK_ALIGN_START);
  gtk_widget_set_parent (menu->popover, widget);
  g_object_unref (model);
  return menu;
}

void
folder_menu_free (FolderMenu *menu)
{
  gtk_widget_insert_action_group (menu->widget, "folders", NULL);
  gtk_widget_unparent (menu->popover);
  g_object_unref (menu->actions);
  g_free (menu);
}

void
folder_menu_show (FolderMenu *menu, GtkWidget *from, const GdkRectangle *at, gboolean is_folder)
{
  double x = 0;
  double y = 0;
  GAction *enter = g_action_map_lookup_action (G_ACTION_MAP (menu->actions), items[FOLDER_MENU_ENTER].action);
  g_simple_action_set_enabled (G_SIMPLE_ACTION (enter), is_folder);
  gtk_widget_translate_coordinates (from, menu->widget, at->x, at->y, &x, &y);
  gtk_popover_set_pointing_to (GTK_POPOVER (menu->popover), &(GdkRectangle) { (int) x, (int) y, 1, 1 });
  gtk_popover_popup (GTK_POPOVER (menu->popover));
}

void
folder_menu_hide (FolderMenu *menu)
{
  gtk_popover_popdown (GTK_POPOVER (menu->popover));
}
