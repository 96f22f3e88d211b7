/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "actions.h"

#include <string.h>

static const char shortcuts_ui[]
    = "<interface><object class='GtkShortcutsWindow' id='shortcuts'><property name='modal'>1</property>"
      "<child><object class='GtkShortcutsSection'><property name='section-name'>all</property>"
      "<property name='max-height'>12</property>"
      "<child><object class='GtkShortcutsGroup'><property name='title'>Scan</property>"
      "<child><object class='GtkShortcutsShortcut'><property name='title'>Open a folder</property>"
      "<property name='accelerator'>&lt;Control&gt;o</property></object></child>"
      "<child><object class='GtkShortcutsShortcut'><property name='title'>Scan again</property>"
      "<property name='accelerator'>F5 &lt;Control&gt;r</property></object></child>"
      "<child><object class='GtkShortcutsShortcut'><property name='title'>Cancel</property>"
      "<property name='accelerator'>Escape</property></object></child></object></child>"
      "<child><object class='GtkShortcutsGroup'><property name='title'>Pages</property>"
      "<child><object class='GtkShortcutsShortcut'><property name='title'>Files, duplicates, types, errors</property>"
      "<property name='accelerator'>&lt;Alt&gt;1...4</property></object></child></object></child>"
      "<child><object class='GtkShortcutsGroup'><property name='title'>Lists</property>"
      "<child><object class='GtkShortcutsShortcut'><property name='title'>Open the file, or the group</property>"
      "<property name='accelerator'>Return</property></object></child>"
      "<child><object class='GtkShortcutsShortcut'><property name='title'>Copy the file's path</property>"
      "<property name='accelerator'>&lt;Control&gt;c</property></object></child></object></child>"
      "<child><object class='GtkShortcutsGroup'><property name='title'>Window</property>"
      "<child><object class='GtkShortcutsShortcut'><property name='title'>This help</property>"
      "<property name='accelerator'>F1 &lt;Control&gt;question</property></object></child>"
      "<child><object class='GtkShortcutsShortcut'><property name='title'>Close</property>"
      "<property name='accelerator'>&lt;Control&gt;w &lt;Control&gt;q</property></object></child></object></child>"
      "</object></child></object></interface>";

/* ---- actions ---------------------------------------------------------------------------------------------------- */

static void
on_folder_chosen (GtkNativeDialog *dialog, int response, void *data)
{
  const ActionsTarget *target = data;
  GFile *folder = response == GTK_RESPONSE_ACCEPT ? gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog)) : NULL;
  if (folder != NULL)
    target->open (folder, target->data);
  g_clear_object (&folder);
  gtk_native_dialog_destroy (dialog);
  g_object_unref (dialog);
}

static void
on_open (GSimpleAction *action G_GNUC_UNUSED, GVariant *parameter G_GNUC_UNUSED, void *data)
{
  const ActionsTarget *target = data;
  GtkFileChooserNative *chooser = gtk_file_chooser_native_new ("Which folder to scan?", target->window,
                                                               GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER, "_Scan", NULL);
  GFile *folder = g_file_new_for_path (target->get_folder (target->data));
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (chooser), TRUE);
  (void) gtk_file_chooser_set_current_folder (GTK_FILE_CHOOSER (chooser), folder, NULL);
  g_signal_connect (chooser, "response", G_CALLBACK (on_folder_chosen), data);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
  g_object_unref (folder);
}

static void
on_rescan (GSimpleAction *action G_GNUC_UNUSED, GVariant *parameter G_GNUC_UNUSED, void *data)
{
  const ActionsTarget *target = data;
  target->rescan (target->data);
}

static void
on_cancel (GSimpleAction *action G_GNUC_UNUSED, GVariant *parameter G_GNUC_UNUSED, void *data)
{
  const ActionsTarget *target = data;
  (void) target->cancel (target->data);
}

static void
on_cancel_or_close (GSimpleAction *action G_GNUC_UNUSED, GVariant *parameter G_GNUC_UNUSED, void *data)
{
  const ActionsTarget *target = data;
  if (!target->cancel (target->data))
    target->close (target->data);
}

static void
on_close (GSimpleAction *action G_GNUC_UNUSED, GVariant *parameter G_GNUC_UNUSED, void *data)
{
  const ActionsTarget *target = data;
  target->close (target->data);
}

static void
on_page (GSimpleAction *action G_GNUC_UNUSED, GVariant *parameter, void *data)
{
  const ActionsTarget *target = data;
  target->show_page (g_variant_get_string (parameter, NULL), target->data);
}

static void
on_help (GSimpleAction *action G_GNUC_UNUSED, GVariant *parameter G_GNUC_UNUSED, void *data)
{
  const ActionsTarget *target = data;
  GtkBuilder *builder = gtk_builder_new_from_string (shortcuts_ui, -1);
  GtkWindow *shortcuts = GTK_WINDOW (gtk_builder_get_object (builder, "shortcuts"));
  gtk_window_set_transient_for (shortcuts, target->window);
  gtk_window_present (shortcuts);
  g_object_unref (builder);
}

/* GTK 4.20 has another property for that, and warns of the old one. */
static void
on_dark (GSimpleAction *action, GVariant *dark, void *data G_GNUC_UNUSED)
{
  GObject *settings = G_OBJECT (gtk_settings_get_default ());
  GParamSpec *scheme = g_object_class_find_property (G_OBJECT_GET_CLASS (settings), "gtk-interface-color-scheme");
  const char *nick = g_variant_get_boolean (dark) ? "dark" : "default";
  if (scheme != NULL)
    g_object_set (settings, scheme->name,
                  g_enum_get_value_by_nick (G_PARAM_SPEC_ENUM (scheme)->enum_class, nick)->value, NULL);
  else
    g_object_set (settings, "gtk-application-prefer-dark-theme", g_variant_get_boolean (dark), NULL);
  g_simple_action_set_state (action, dark);
}

static const GActionEntry entries[] = {
  { .name = "open", .activate = on_open },     { .name = "rescan", .activate = on_rescan },
  { .name = "cancel", .activate = on_cancel }, { .name = "cancel-or-close", .activate = on_cancel_or_close },
  { .name = "close", .activate = on_close },   { .name = "page", .activate = on_page, .parameter_type = "s" },
  { .name = "help", .activate = on_help },     { .name = "dark", .state = "false", .change_state = on_dark },
};

static const struct
{
  const char *keys, *action, *page;
} keys[] = {
  { "<Control>o", "win.open", NULL },
  { "F5|<Control>r", "win.rescan", NULL },
  { "Escape", "win.cancel", NULL },
  { "<Control>w|<Control>q", "win.close", NULL },
  { "F1|<Control>question|<Control><Shift>question", "win.help", NULL },
  { "<Alt>1", "win.page", "files" },
  { "<Alt>2", "win.page", "duplicates" },
  { "<Alt>3", "win.page", "types" },
  { "<Alt>4", "win.page", "errors" },
};

/* ---- a dropped folder ------------------------------------------------------------------------------------------- */

static gboolean
on_drop (GtkDropTarget *drop G_GNUC_UNUSED, const GValue *value, double x G_GNUC_UNUSED, double y G_GNUC_UNUSED,
         void *data)
{
  const ActionsTarget *target = data;
  if (G_VALUE_HOLDS (value, GDK_TYPE_FILE_LIST))
    {
      GSList *files = gdk_file_list_get_files (g_value_get_boxed (value));
      gboolean any = files != NULL;
      if (any)
        target->open (files->data, target->data);
      g_slist_free (files);
      return any;
    }
  if (!G_VALUE_HOLDS (value, G_TYPE_FILE) || g_value_get_object (value) == NULL)
    return FALSE;
  target->open (g_value_get_object (value), target->data);
  return TRUE;
}

/* ---- installation ----------------------------------------------------------------------------------------------- */

void
actions_install (ActionsTarget *target, gboolean dark)
{
  GtkWidget *widget = GTK_WIDGET (target->window);
  GSimpleActionGroup *group = g_simple_action_group_new ();
  GtkEventController *shortcuts = gtk_shortcut_controller_new ();
  GtkDropTarget *drop = gtk_drop_target_new (G_TYPE_INVALID, GDK_ACTION_COPY);
  GType types[] = { GDK_TYPE_FILE_LIST, G_TYPE_FILE };

  g_action_map_add_action_entries (G_ACTION_MAP (group), entries, G_N_ELEMENTS (entries), target);
  gtk_widget_insert_action_group (widget, "win", G_ACTION_GROUP (group));
  if (dark)
    g_action_group_change_action_state (G_ACTION_GROUP (group), "dark", g_variant_new_boolean (TRUE));
  g_object_unref (group);

  gtk_shortcut_controller_set_scope (GTK_SHORTCUT_CONTROLLER (shortcuts), GTK_SHORTCUT_SCOPE_GLOBAL);
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      GtkShortcut *shortcut
          = gtk_shortcut_new (gtk_shortcut_trigger_parse_string (keys[i].keys), gtk_named_action_new (keys[i].action));
      if (keys[i].page != NULL)
        gtk_shortcut_set_arguments (shortcut, g_variant_new_string (keys[i].page));
      gtk_shortcut_controller_add_shortcut (GTK_SHORTCUT_CONTROLLER (shortcuts), shortcut);
    }
  gtk_widget_add_controller (widget, shortcuts);

  gtk_drop_target_set_gtypes (drop, types, G_N_ELEMENTS (types));
  g_signal_connect (drop, "drop", G_CALLBACK (on_drop), target);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (drop));
}

static GtkWidget *
make_title (GtkWidget **ret_folder)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *title = gtk_label_new ("Lodger Scan");
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

GtkWidget *
actions_make_header (GtkWidget **ret_folder)
{
  GtkHeaderBar *header = GTK_HEADER_BAR (gtk_header_bar_new ());
  GtkWidget *open = gtk_button_new_with_mnemonic ("_Open…");
  GtkWidget *rescan = gtk_button_new_from_icon_name ("view-refresh-symbolic");
  GtkWidget *menu = gtk_menu_button_new ();
  GMenu *model = g_menu_new ();
  GMenu *end = g_menu_new ();

  gtk_actionable_set_action_name (GTK_ACTIONABLE (open), ACTION_OPEN);
  gtk_widget_set_tooltip_text (open, "Choose a folder to scan; or drop one on the window");
  gtk_actionable_set_action_name (GTK_ACTIONABLE (rescan), "win.rescan");
  gtk_widget_set_tooltip_text (rescan, "Scan again");
  gtk_accessible_update_property (GTK_ACCESSIBLE (rescan), GTK_ACCESSIBLE_PROPERTY_LABEL, "Scan again", -1);
  g_menu_append (model, "_Dark appearance", "win.dark");
  g_menu_append (model, "_Keyboard shortcuts", "win.help");
  g_menu_append (end, "_Close", "win.close");
  g_menu_append_section (model, NULL, G_MENU_MODEL (end));
  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (menu), "open-menu-symbolic");
  gtk_menu_button_set_menu_model (GTK_MENU_BUTTON (menu), G_MENU_MODEL (model));
  gtk_menu_button_set_primary (GTK_MENU_BUTTON (menu), TRUE);
  gtk_widget_set_tooltip_text (menu, "Menu");
  gtk_accessible_update_property (GTK_ACCESSIBLE (menu), GTK_ACCESSIBLE_PROPERTY_LABEL, "Menu", -1);
  g_object_unref (end);
  g_object_unref (model);
  gtk_header_bar_pack_start (header, open);
  gtk_header_bar_pack_start (header, rescan);
  gtk_header_bar_pack_end (header, menu);
  gtk_header_bar_set_title_widget (header, make_title (ret_folder));
  return GTK_WIDGET (header);
}
