/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "shortcuts.h"

#include "../i18n.h"

/* A line without keys begins a group. */
static const struct
{
  const char *title, *keys;
} lines[] = {
  { N_ ("Scan"), NULL },
  { N_ ("Open folders"), "<Control>o" },
  { N_ ("Open folders in a new window"), "<Control>n" },
  { N_ ("Add folders to this scan"), "<Control><Shift>o" },
  { N_ ("Scan again"), "F5 <Control>r" },
  { N_ ("Save the list"), "<Control>s" },
  { N_ ("Cancel"), "Escape" },
  { N_ ("Pages"), NULL },
  { N_ ("Show a page"), "<Alt>1...9" },
  { N_ ("About this scan"), "<Control>i" },
  { N_ ("Folders"), NULL },
  { N_ ("Show what is in a folder"), "Return" },
  { N_ ("Go to the folder above"), "BackSpace <Alt>Up" },
  { N_ ("Lists"), NULL },
  { N_ ("Open the file, or the group"), "Return" },
  { N_ ("Look for files"), "<Control>f" },
  { N_ ("Copy the file's path"), "<Control>c" },
  { N_ ("Duplicates"), NULL },
  { N_ ("Choose this copy, or not"), "space" },
  { N_ ("Keep only this copy"), "<Control>k" },
  { N_ ("Move this copy to the Bin"), "Delete" },
  { N_ ("Move the other copies to the Bin"), "<Shift>Delete" },
  { N_ ("Open the folder of the file"), "<Control>Return" },
  { N_ ("Menu of the row"), "Menu <Shift>F10" },
  { N_ ("Window"), NULL },
  { N_ ("Menu"), "F10" },
  { N_ ("This help"), "F1 <Control>question" },
  { N_ ("Close the window"), "<Control>w" },
  { N_ ("Quit"), "<Control>q" },
};

static void
append_property (GString *ui, const char *name, const char *value)
{
  char *line = g_markup_printf_escaped ("<property name='%s'>%s</property>", name, value);
  g_string_append (ui, line);
  g_free (line);
}

static void
append_lines (GString *ui)
{
  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      if (lines[i].keys == NULL)
        g_string_append_printf (ui, "%s<child><object class='GtkShortcutsGroup'>", i == 0 ? "" : "</object></child>");
      else
        g_string_append (ui, "<child><object class='GtkShortcutsShortcut'>");
      append_property (ui, "title", _ (lines[i].title));
      if (lines[i].keys == NULL)
        continue;
      append_property (ui, "accelerator", lines[i].keys);
      g_string_append (ui, "</object></child>");
    }
  g_string_append (ui, "</object></child>");
}

/* GTK makes these windows out of a description alone. */
GtkWindow *
shortcuts_new (GtkWindow *window)
{
  GString *ui = g_string_new ("<interface><object class='GtkShortcutsWindow' id='shortcuts'>"
                              "<property name='modal'>1</property><property name='destroy-with-parent'>1</property>"
                              "<child><object class='GtkShortcutsSection'><property name='section-name'>all</property>"
                              "<property name='max-height'>12</property>");
  GtkBuilder *builder;
  GtkWindow *shortcuts;
  append_lines (ui);
  g_string_append (ui, "</object></child></object></interface>");
  builder = gtk_builder_new_from_string (ui->str, (gssize) ui->len);
  shortcuts = GTK_WINDOW (gtk_builder_get_object (builder, "shortcuts"));
  gtk_window_set_transient_for (shortcuts, window);
  g_object_unref (builder);
  g_string_free (ui, TRUE);
  return shortcuts;
}
