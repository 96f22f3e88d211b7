/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "path-bar.h"

#include "../i18n.h"
#include "../text.h"

enum
{
  SHOWN = 3, /* folders beside the first one */
  MOST_CHARS = 24
};

typedef struct PathBar
{
  void (*chosen) (const StoreDir *dir, void *data);
  void *data;
} PathBar;

static const char bar_key[] = "lodger-scan-path-bar";
static const char dir_key[] = "lodger-scan-dir";

GtkWidget *
path_bar_new (void (*chosen) (const StoreDir *dir, void *data), void *data)
{
  GtkWidget *box
      = g_object_new (GTK_TYPE_BOX, "accessible-role", GTK_ACCESSIBLE_ROLE_NAVIGATION, "hexpand", TRUE, NULL);
  PathBar *bar = g_new0 (PathBar, 1);
  bar->chosen = chosen;
  bar->data = data;
  g_object_set_data_full (G_OBJECT (box), bar_key, bar, g_free);
  gtk_accessible_update_property (GTK_ACCESSIBLE (box), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Folders above"), -1);
  return box;
}

static void
on_clicked (GtkButton *button, void *data)
{
  const PathBar *bar = data;
  bar->chosen (g_object_get_data (G_OBJECT (button), dir_key), bar->data);
}

static GtkWidget *
new_label (const char *text, PangoEllipsizeMode mode)
{
  GtkWidget *label = gtk_label_new (text);
  gtk_label_set_ellipsize (GTK_LABEL (label), mode);
  gtk_label_set_max_width_chars (GTK_LABEL (label), MOST_CHARS);
  return label;
}

static void
prepend (GtkWidget *box, const StoreDir *dir, const char *root, gboolean is_last)
{
  GString *text = g_string_new (NULL);
  GtkWidget *label;
  text_append_shown (text, dir->parent == NULL ? root : dir->name);
  label = new_label (text->str, dir->parent == NULL ? PANGO_ELLIPSIZE_START : PANGO_ELLIPSIZE_MIDDLE);
  gtk_widget_set_tooltip_text (label, text->str);
  if (is_last)
    {
      gtk_widget_add_css_class (label, "heading");
      gtk_widget_set_margin_start (label, 6);
      gtk_box_prepend (GTK_BOX (box), label);
    }
  else
    {
      GtkWidget *button = gtk_button_new ();
      gtk_button_set_child (GTK_BUTTON (button), label);
      gtk_widget_add_css_class (button, "flat");
      g_object_set_data (G_OBJECT (button), dir_key, (void *) (gsize) dir);
      g_signal_connect (button, "clicked", G_CALLBACK (on_clicked), g_object_get_data (G_OBJECT (box), bar_key));
      gtk_box_prepend (GTK_BOX (box), gtk_label_new ("/"));
      gtk_box_prepend (GTK_BOX (box), button);
    }
  g_string_free (text, TRUE);
}

void
path_bar_set (GtkWidget *box, const char *root, const StoreDir *dir)
{
  GtkWidget *child;
  guint shown = 0;
  gboolean gap = FALSE;
  while ((child = gtk_widget_get_first_child (box)) != NULL)
    gtk_box_remove (GTK_BOX (box), child);
  for (const StoreDir *up = dir; up != NULL; up = up->parent)
    if (up->parent == NULL || shown < SHOWN)
      {
        prepend (box, up, root, up == dir);
        shown++;
      }
    else if (!gap)
      {
        gap = TRUE;
        gtk_box_prepend (GTK_BOX (box), gtk_label_new ("… /"));
      }
}
