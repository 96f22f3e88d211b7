/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "actions.h"

#include "../i18n.h"
#include "request.h"
#include "shortcuts.h"

struct Actions
{
  ActionsTarget target;
  GtkFileChooserNative *chooser; /* NULL when none is open */
  ActionsPlace place;            /* where the folders go that are chosen in it */
};

/* ---- the folder chooser ----------------------------------------------------------------------------------------- */

static void
open_files (Actions *actions, GFile *const *files, gsize count, ActionsPlace place)
{
  char **folders = request_paths_of_files (files, count);
  if (*folders != NULL)
    actions->target.open ((const char *const *) folders, place, actions->target.data);
  g_strfreev (folders);
}

static void
close_chooser (Actions *actions)
{
  if (actions->chooser == NULL)
    return;
  g_signal_handlers_disconnect_by_data (actions->chooser, actions);
  gtk_native_dialog_destroy (GTK_NATIVE_DIALOG (actions->chooser));
  g_clear_object (&actions->chooser);
}

static void
on_folders_chosen (GtkNativeDialog *dialog, int response, void *data)
{
  Actions *actions = data;
  GListModel *chosen = response == GTK_RESPONSE_ACCEPT ? gtk_file_chooser_get_files (GTK_FILE_CHOOSER (dialog)) : NULL;
  GPtrArray *files = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; chosen != NULL && i < g_list_model_get_n_items (chosen); i++)
    g_ptr_array_add (files, g_list_model_get_item (chosen, i));
  g_clear_object (&chosen);
  close_chooser (actions);
  open_files (actions, (GFile *const *) files->pdata, files->len, actions->place);
  g_ptr_array_unref (files);
}

static void
choose (Actions *actions, const char *title, const char *accept, ActionsPlace place)
{
  const ActionsTarget *target = &actions->target;
  GFile *folder = g_file_new_for_path (target->get_folder (target->data));
  close_chooser (actions);
  actions->place = place;
  actions->chooser = gtk_file_chooser_native_new (title, GTK_WINDOW (target->window),
                                                  GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER, accept, NULL);
  gtk_file_chooser_set_select_multiple (GTK_FILE_CHOOSER (actions->chooser), TRUE);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (actions->chooser), TRUE);
  (void) gtk_file_chooser_set_current_folder (GTK_FILE_CHOOSER (actions->chooser), folder, NULL);
  g_signal_connect (actions->chooser, "response", G_CALLBACK (on_folders_chosen), actions);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (actions->chooser));
  g_object_unref (folder);
}

/* ---- actions ---------------------------------------------------------------------------------------------------- */

static void
on_open (GSimpleAction *action G_GNUC_UNUSED, GVariant *parameter G_GNUC_UNUSED, void *data)
{
  choose (data, _ ("Which folders to scan?"), _ ("_Scan"), ACTIONS_HERE);
}

static void
on_open_elsewhere (GSimpleAction *action G_GNUC_UNUSED, GVariant *parameter G_GNUC_UNUSED, void *data)
{
  choose (data, _ ("Which folders to scan in a new window?"), _ ("_Scan"), ACTIONS_ELSEWHERE);
}

static void
on_add (GSimpleAction *action G_GNUC_UNUSED, GVariant *parameter G_GNUC_UNUSED, void *data)
{
  choose (data, _ ("Which folders to scan as well?"), _ ("_Add"), ACTIONS_ALSO_HERE);
}

static void
on_open_recent (GSimpleAction *action G_GNUC_UNUSED, GVariant *path, void *data)
{
  const Actions *actions = data;
  const char *folders[] = { g_variant_get_bytestring (path), NULL };
  actions->target.open (folders, ACTIONS_HERE, actions->target.data);
}

static void
on_rescan (GSimpleAction *action G_GNUC_UNUSED, GVariant *parameter G_GNUC_UNUSED, void *data)
{
  const Actions *actions = data;
  actions->target.rescan (actions->target.data);
}

static void
on_cancel (GSimpleAction *action G_GNUC_UNUSED, GVariant *parameter G_GNUC_UNUSED, void *data)
{
  const Actions *actions = data;
  (void) actions->target.cancel (actions->target.data);
}

static void
on_save (GSimpleAction *action G_GNUC_UNUSED, GVariant *parameter G_GNUC_UNUSED, void *data)
{
  const Actions *actions = data;
  actions->target.save (actions->target.data);
}

static void
on_close (GSimpleAction *action G_GNUC_UNUSED, GVariant *parameter G_GNUC_UNUSED, void *data)
{
  const Actions *actions = data;
  actions->target.close (actions->target.data);
}

static void
on_page (GSimpleAction *action G_GNUC_UNUSED, GVariant *parameter, void *data)
{
  const Actions *actions = data;
  actions->target.show_page (g_variant_get_string (parameter, NULL), actions->target.data);
}

static void
on_find (GSimpleAction *action G_GNUC_UNUSED, GVariant *parameter G_GNUC_UNUSED, void *data)
{
  const Actions *actions = data;
  actions->target.find (actions->target.data);
}

static void
on_about (GSimpleAction *action G_GNUC_UNUSED, GVariant *parameter G_GNUC_UNUSED, void *data)
{
  const Actions *actions = data;
  actions->target.about (actions->target.data);
}

static void
on_help (GSimpleAction *action G_GNUC_UNUSED, GVariant *parameter G_GNUC_UNUSED, void *data)
{
  const Actions *actions = data;
  gtk_window_present (shortcuts_new (GTK_WINDOW (actions->target.window)));
}

static const GActionEntry entries[] = {
  { .name = "open", .activate = on_open },
  { .name = "open-elsewhere", .activate = on_open_elsewhere },
  { .name = "add", .activate = on_add },
  { .name = "open-recent", .activate = on_open_recent, .parameter_type = "ay" },
  { .name = "rescan", .activate = on_rescan },
  { .name = "save", .activate = on_save },
  { .name = "cancel", .activate = on_cancel },
  { .name = "close", .activate = on_close },
  { .name = "page", .activate = on_page, .parameter_type = "s" },
  { .name = "find", .activate = on_find },
  { .name = "about", .activate = on_about },
  { .name = "help", .activate = on_help },
};

static const struct
{
  const char *keys, *action, *page;
} keys[] = {
  { "<Control>s", "win.save", NULL },        { "<Control>f", "win.find", NULL },
  { "<Control>o", ACTION_OPEN, NULL },       { "<Control>n", "win.open-elsewhere", NULL },
  { "<Control><Shift>o", ACTION_ADD, NULL }, { "F5|<Control>r", ACTION_RESCAN, NULL },
  { "Escape", ACTION_CANCEL, NULL },         { "<Control>w", "win.close", NULL },
  { "<Control>q", ACTION_QUIT, NULL },       { "F1|<Control>question|<Control><Shift>question", "win.help", NULL },
  { "<Control>i", ACTION_ABOUT, NULL },      { "<Alt>1", "win.page", "files" },
  { "<Alt>2", "win.page", "folders" },       { "<Alt>3", "win.page", "duplicates" },
  { "<Alt>4", "win.page", "types" },         { "<Alt>5", "win.page", "errors" },
};

/* ---- a dropped folder ------------------------------------------------------------------------------------------- */

static gboolean
on_drop (GtkDropTarget *drop G_GNUC_UNUSED, const GValue *value, double x G_GNUC_UNUSED, double y G_GNUC_UNUSED,
         void *data)
{
  GPtrArray *files = g_ptr_array_new ();
  gboolean any;
  if (G_VALUE_HOLDS (value, GDK_TYPE_FILE_LIST))
    {
      GSList *list = gdk_file_list_get_files (g_value_get_boxed (value));
      for (const GSList *each = list; each != NULL; each = each->next)
        g_ptr_array_add (files, each->data);
      g_slist_free (list);
    }
  else if (G_VALUE_HOLDS (value, G_TYPE_FILE) && g_value_get_object (value) != NULL)
    g_ptr_array_add (files, g_value_get_object (value));
  any = files->len > 0;
  open_files (data, (GFile *const *) files->pdata, files->len, ACTIONS_HERE);
  g_ptr_array_unref (files);
  return any;
}

/* ---- installation ----------------------------------------------------------------------------------------------- */

static GtkEventController *
make_shortcuts (void)
{
  GtkEventController *shortcuts = gtk_shortcut_controller_new ();
  gtk_shortcut_controller_set_scope (GTK_SHORTCUT_CONTROLLER (shortcuts), GTK_SHORTCUT_SCOPE_GLOBAL);
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      GtkShortcut *shortcut
          = gtk_shortcut_new (gtk_shortcut_trigger_parse_string (keys[i].keys), gtk_named_action_new (keys[i].action));
      if (keys[i].page != NULL)
        gtk_shortcut_set_arguments (shortcut, g_variant_new_string (keys[i].page));
      gtk_shortcut_controller_add_shortcut (GTK_SHORTCUT_CONTROLLER (shortcuts), shortcut);
    }
  return shortcuts;
}

Actions *
actions_new (const ActionsTarget *target)
{
  Actions *actions = g_new0 (Actions, 1);
  GtkDropTarget *drop = gtk_drop_target_new (G_TYPE_INVALID, GDK_ACTION_COPY);
  GType types[] = { GDK_TYPE_FILE_LIST, G_TYPE_FILE };

  actions->target = *target;
  g_action_map_add_action_entries (G_ACTION_MAP (target->window), entries, G_N_ELEMENTS (entries), actions);
  gtk_widget_add_controller (GTK_WIDGET (target->window), make_shortcuts ());
  gtk_drop_target_set_gtypes (drop, types, G_N_ELEMENTS (types));
  g_signal_connect (drop, "drop", G_CALLBACK (on_drop), actions);
  gtk_widget_add_controller (GTK_WIDGET (target->window), GTK_EVENT_CONTROLLER (drop));
  return actions;
}

/* Somebody else may have a reference to the window, and ask for an action even now. */
void
actions_free (Actions *actions)
{
  close_chooser (actions);
  for (guint i = 0; i < G_N_ELEMENTS (entries); i++)
    g_action_map_remove_action (G_ACTION_MAP (actions->target.window), entries[i].name);
  g_free (actions);
}
