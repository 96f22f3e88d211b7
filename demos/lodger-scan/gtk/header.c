/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "header.h"

#include "../i18n.h"
#include "actions.h"

static GtkWidget *
make_title (GtkWidget **ret_folder)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *title = gtk_label_new (g_get_application_name ());
  GtkWidget *folder = gtk_label_new (NULL);
  gtk_widget_add_css_class (title, "title");
  gtk_widget_add_css_class (folder, "subtitle");
  gtk_label_set_ellipsize (GTK_LABEL (folder), PANGO_ELLIPSIZE_START);
  gtk_widget_set_valign (box, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (box), title);
  gtk_box_append (GTK_BOX (box), folder);
  *ret_folder = folder;
  return box;
}

static void
append (GMenu *menu, const char *label, const char *action, const char *keys)
{
  GMenuItem *item = g_menu_item_new (label, action);
  if (keys != NULL)
    g_menu_item_set_attribute (item, "accel", "s", keys);
  g_menu_append_item (menu, item);
  g_object_unref (item);
}

static void
append_section (GMenu *menu, GMenu *section)
{
  g_menu_append_section (menu, NULL, G_MENU_MODEL (section));
  g_object_unref (section);
}

static GMenuModel *
make_menu (void)
{
  GMenu *menu = g_menu_new ();
  GMenu *folders = g_menu_new ();
  GMenu *window = g_menu_new ();
  GMenu *end = g_menu_new ();
  append (folders, _ ("Open in a _New Window…"), "win.open-elsewhere", "<Control>n");
  append (folders, _ ("_Add Folders…"), ACTION_ADD, "<Control><Shift>o");
  append (folders, _ ("_Save the List…"), "win.save", "<Control>s");
  append (window, _ ("_Dark Appearance"), ACTION_DARK, NULL);
  append (window, _ ("About This _Scan"), ACTION_ABOUT, "<Control>i");
  append (window, _ ("_Keyboard Shortcuts"), "win.help", "F1");
  append (end, _ ("_Close"), "win.close", "<Control>w");
  append (end, _ ("_Quit"), ACTION_QUIT, "<Control>q");
  append_section (menu, folders);
  append_section (menu, window);
  append_section (menu, end);
  return G_MENU_MODEL (menu);
}

static void
name (GtkWidget *button, const char *text)
{
  gtk_widget_set_tooltip_text (button, text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
}

/* A button of its own: after a menu in a menu, GTK 4.8 does not get the keys of the window any more. */
static GtkWidget *
make_open (GMenuModel *recent)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  GtkWidget *open = gtk_button_new_with_mnemonic (_ ("_Open…"));
  GtkWidget *again = gtk_menu_button_new ();
  gtk_actionable_set_action_name (GTK_ACTIONABLE (open), ACTION_OPEN);
  gtk_widget_set_tooltip_text (open, _ ("Choose folders to scan; or drop them on the window"));
  gtk_menu_button_set_menu_model (GTK_MENU_BUTTON (again), recent);
  name (again, _ ("Folders that were scanned before"));
  gtk_widget_add_css_class (box, "linked");
  gtk_box_append (GTK_BOX (box), open);
  gtk_box_append (GTK_BOX (box), again);
  return box;
}

GtkWidget *
header_new (GMenuModel *recent, GtkWidget *choices, GtkWidget **ret_folder)
{
  GtkHeaderBar *header = GTK_HEADER_BAR (gtk_header_bar_new ());
  GtkWidget *rescan = gtk_button_new_from_icon_name ("view-refresh-symbolic");
  GtkWidget *find = gtk_button_new_from_icon_name ("edit-find-symbolic");
  GtkWidget *what = gtk_menu_button_new ();
  GtkWidget *menu = gtk_menu_button_new ();
  GMenuModel *model = make_menu ();

  gtk_actionable_set_action_name (GTK_ACTIONABLE (rescan), ACTION_RESCAN);
  name (rescan, _ ("Scan again"));
  gtk_actionable_set_action_name (GTK_ACTIONABLE (find), ACTION_FIND);
  name (find, _ ("Look for files"));
  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (what), "emblem-system-symbolic");
  gtk_menu_button_set_popover (GTK_MENU_BUTTON (what), choices);
  name (what, _ ("What is scanned"));
  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (menu), "open-menu-symbolic");
  gtk_menu_button_set_menu_model (GTK_MENU_BUTTON (menu), model);
  gtk_menu_button_set_primary (GTK_MENU_BUTTON (menu), TRUE);
  name (menu, _ ("Menu"));
  g_object_unref (model);
  gtk_header_bar_pack_start (header, make_open (recent));
  gtk_header_bar_pack_start (header, rescan);
  gtk_header_bar_pack_end (header, menu);
  gtk_header_bar_pack_end (header, what);
  gtk_header_bar_pack_end (header, find);
  gtk_header_bar_set_title_widget (header, make_title (ret_folder));
  return GTK_WIDGET (header);
}
