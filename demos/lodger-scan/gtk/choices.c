/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "choices.h"

#include "../i18n.h"
#include "../text.h"
#include "actions.h"

struct Choices
{
  GtkWidget *popover, *folders, *hidden, *file_systems, *exclude, *size, *reading;
  Request *shown; /* NULL before something is shown */
  void (*scan) (void *data);
  void *data;
};

/* The sizes that can be chosen. A size that is none of these is the last item while it is shown. */
static const guint64 sizes[]
    = { 0, 1, 1000, 100 * 1000, 1000 * 1000, 10 * 1000 * 1000, 100 * 1000 * 1000, 1000 * 1000 * 1000 };

static const char *const readings[] = {
  [ENGINE_READ_ALL] = N_ ("Every file"),
  [ENGINE_READ_SAME_SIZE] = N_ ("Files that are as large as another one"),
  [ENGINE_COMPARE] = N_ ("Files that are as large as another one, byte by byte"),
};

/* Patterns are separated by it, with any number of spaces around. */
static const char separator[] = ";";

/* ---- the folders ------------------------------------------------------------------------------------------------ */

static void show_folders (Choices *choices);

static const char folder_key[] = "lodger-scan-folder";

static void
on_remove_folder (GtkButton *button, void *data)
{
  Choices *choices = data;
  request_remove_folder (choices->shown, g_object_get_data (G_OBJECT (button), folder_key));
  show_folders (choices);
}

static GtkWidget *
make_folder (Choices *choices, const char *folder, gboolean removable)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *button = gtk_button_new_from_icon_name ("list-remove-symbolic");
  GtkWidget *label;
  GString *shown = g_string_new (NULL);
  char *text;
  text_append_shown (shown, folder);
  label = gtk_label_new (shown->str);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_START);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_widget_set_tooltip_text (label, shown->str);
  text = g_strdup_printf (_ ("Do not scan %s"), shown->str);
  gtk_widget_set_tooltip_text (button, text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
  g_free (text);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_sensitive (button, removable);
  g_object_set_data_full (G_OBJECT (button), folder_key, g_strdup (folder), g_free);
  g_signal_connect (button, "clicked", G_CALLBACK (on_remove_folder), choices);
  gtk_box_append (GTK_BOX (row), label);
  gtk_box_append (GTK_BOX (row), button);
  g_string_free (shown, TRUE);
  return row;
}

static void
show_folders (Choices *choices)
{
  char **folders = choices->shown->what.folders;
  gboolean several = g_strv_length (folders) > 1;
  GtkWidget *child;
  while ((child = gtk_widget_get_first_child (choices->folders)) != NULL)
    gtk_box_remove (GTK_BOX (choices->folders), child);
  for (; *folders != NULL; folders++)
    gtk_box_append (GTK_BOX (choices->folders), make_folder (choices, *folders, several));
}

/* ---- the rest --------------------------------------------------------------------------------------------------- */

static void
append_size (GtkStringList *list, guint64 size)
{
  GString *text = g_string_new (NULL);
  if (size > 1)
    text_append_size (text, size);
  gtk_string_list_append (list, size == 0 ? _ ("Any size") : size == 1 ? _ ("Not empty") : text->str);
  g_string_free (text, TRUE);
}

static void
show_size (Choices *choices, guint64 size)
{
  GtkStringList *list = gtk_string_list_new (NULL);
  guint selected = G_N_ELEMENTS (sizes);
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      append_size (list, sizes[i]);
      if (sizes[i] == size)
        selected = i;
    }
  if (selected == G_N_ELEMENTS (sizes))
    append_size (list, size);
  gtk_drop_down_set_model (GTK_DROP_DOWN (choices->size), G_LIST_MODEL (list));
  gtk_drop_down_set_selected (GTK_DROP_DOWN (choices->size), selected);
  g_object_unref (list);
}

static char **
split (const char *text)
{
  char **parts = g_strsplit (text, separator, -1);
  GStrvBuilder *patterns = g_strv_builder_new ();
  char **all;
  for (char **part = parts; *part != NULL; part++)
    if (*g_strstrip (*part) != '\0')
      g_strv_builder_add (patterns, *part);
  all = g_strv_builder_end (patterns);
  g_strv_builder_unref (patterns);
  g_strfreev (parts);
  return all;
}

void
choices_show (Choices *choices, const Request *request)
{
  const EngineOptions *what = &request->what;
  char *patterns = what->exclude == NULL ? g_strdup ("") : g_strjoinv ("; ", what->exclude);
  Request *shown = request_copy (request);
  request_free (choices->shown);
  choices->shown = shown;
  show_folders (choices);
  gtk_check_button_set_active (GTK_CHECK_BUTTON (choices->hidden), !what->no_hidden);
  gtk_check_button_set_active (GTK_CHECK_BUTTON (choices->file_systems), !what->one_file_system);
  gtk_editable_set_text (GTK_EDITABLE (choices->exclude), patterns);
  show_size (choices, what->min_size);
  gtk_drop_down_set_selected (GTK_DROP_DOWN (choices->reading), what->reading);
  g_free (patterns);
}

void
choices_take (const Choices *choices, Request *request)
{
  guint size = gtk_drop_down_get_selected (GTK_DROP_DOWN (choices->size));
  char **patterns = split (gtk_editable_get_text (GTK_EDITABLE (choices->exclude)));
  request_set_folders (request, (const char *const *) choices->shown->what.folders);
  request_set_exclude (request, (const char *const *) patterns);
  request->what.no_hidden = !gtk_check_button_get_active (GTK_CHECK_BUTTON (choices->hidden));
  request->what.one_file_system = !gtk_check_button_get_active (GTK_CHECK_BUTTON (choices->file_systems));
  request->what.min_size = size < G_N_ELEMENTS (sizes) ? sizes[size] : choices->shown->what.min_size;
  request->what.reading = (EngineReading) gtk_drop_down_get_selected (GTK_DROP_DOWN (choices->reading));
  g_strfreev (patterns);
}

static void
on_scan (Choices *choices)
{
  gtk_popover_popdown (GTK_POPOVER (choices->popover));
  choices->scan (choices->data);
}

/* ---- building --------------------------------------------------------------------------------------------------- */

static GtkWidget *
label_for (const char *text, GtkWidget *control)
{
  GtkWidget *label = gtk_label_new_with_mnemonic (text);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_mnemonic_widget (GTK_LABEL (label), control);
  gtk_accessible_update_relation (GTK_ACCESSIBLE (control), GTK_ACCESSIBLE_RELATION_LABELLED_BY, label, NULL, -1);
  return label;
}

static GtkWidget *
make_readings (void)
{
  GtkStringList *list = gtk_string_list_new (NULL);
  for (guint i = 0; i < G_N_ELEMENTS (readings); i++)
    gtk_string_list_append (list, _ (readings[i]));
  return gtk_drop_down_new (G_LIST_MODEL (list), NULL);
}

static GtkWidget *
make_folders (Choices *choices)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *title = gtk_label_new (_ ("Folders"));
  GtkWidget *add = gtk_button_new_with_mnemonic (_ ("_Add Folders…"));
  choices->folders = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_widget_add_css_class (title, "heading");
  gtk_label_set_xalign (GTK_LABEL (title), 0);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (add), ACTION_ADD);
  gtk_widget_set_halign (add, GTK_ALIGN_START);
  gtk_box_append (GTK_BOX (box), title);
  gtk_box_append (GTK_BOX (box), choices->folders);
  gtk_box_append (GTK_BOX (box), add);
  return box;
}

static void
fill (Choices *choices, GtkGrid *grid)
{
  GtkWidget *scan = gtk_button_new_with_mnemonic (_ ("_Scan Again"));
  int row = 0;
  choices->hidden = gtk_check_button_new_with_mnemonic (_ ("_Hidden files and folders"));
  choices->file_systems = gtk_check_button_new_with_mnemonic (_ ("Other _file systems below these folders"));
  choices->exclude = gtk_entry_new ();
  choices->size = gtk_drop_down_new (NULL, NULL);
  choices->reading = make_readings ();
  gtk_entry_set_placeholder_text (GTK_ENTRY (choices->exclude), "*.o; .git; build/tmp");
  gtk_widget_set_tooltip_text (choices->exclude,
                               _ ("Names, or paths below the folder, that are left out. A * stands for "
                                  "any characters, a ? for one. Separate them by semicolons."));
  gtk_widget_set_hexpand (choices->exclude, TRUE);
  gtk_widget_set_tooltip_text (choices->reading, _ ("Only files that were read can be told to be the same as others."));
  gtk_widget_add_css_class (scan, "suggested-action");
  gtk_widget_set_halign (scan, GTK_ALIGN_END);
  g_signal_connect_swapped (scan, "clicked", G_CALLBACK (on_scan), choices);
  g_signal_connect_swapped (choices->exclude, "activate", G_CALLBACK (on_scan), choices);

  gtk_grid_attach (grid, make_folders (choices), 0, row++, 2, 1);
  gtk_grid_attach (grid, choices->hidden, 0, row++, 2, 1);
  gtk_grid_attach (grid, choices->file_systems, 0, row++, 2, 1);
  gtk_grid_attach (grid, label_for (_ ("_Leave out"), choices->exclude), 0, row, 1, 1);
  gtk_grid_attach (grid, choices->exclude, 1, row++, 1, 1);
  gtk_grid_attach (grid, label_for (_ ("S_mallest file"), choices->size), 0, row, 1, 1);
  gtk_grid_attach (grid, choices->size, 1, row++, 1, 1);
  gtk_grid_attach (grid, label_for (_ ("_Read"), choices->reading), 0, row, 1, 1);
  gtk_grid_attach (grid, choices->reading, 1, row++, 1, 1);
  gtk_grid_attach (grid, scan, 0, row, 2, 1);
}

Choices *
choices_new (void (*scan) (void *data), void *data)
{
  Choices *choices = g_new0 (Choices, 1);
  GtkWidget *grid = gtk_grid_new ();
  choices->scan = scan;
  choices->data = data;
  choices->popover = g_object_ref_sink (gtk_popover_new ());
  gtk_grid_set_column_spacing (GTK_GRID (grid), 12);
  gtk_grid_set_row_spacing (GTK_GRID (grid), 8);
  gtk_widget_set_size_request (grid, 380, -1);
  fill (choices, GTK_GRID (grid));
  gtk_popover_set_child (GTK_POPOVER (choices->popover), grid);
  return choices;
}

void
choices_free (Choices *choices)
{
  g_object_unref (choices->popover);
  request_free (choices->shown);
  g_free (choices);
}

GtkWidget *
choices_get_popover (Choices *choices)
{
  return choices->popover;
}
