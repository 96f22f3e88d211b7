/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pages.h"

#include "../text.h"

struct Pages
{
  GtkWidget *box, *stack;
};

static const char title_key[] = "lodger-scan-title";

Pages *
pages_new (void)
{
  Pages *pages = g_new0 (Pages, 1);
  GtkWidget *switcher = gtk_stack_switcher_new ();
  pages->stack = gtk_stack_new ();
  gtk_stack_switcher_set_stack (GTK_STACK_SWITCHER (switcher), GTK_STACK (pages->stack));
  gtk_widget_set_halign (switcher, GTK_ALIGN_CENTER);
  gtk_widget_set_margin_top (switcher, 8);
  gtk_widget_set_margin_bottom (switcher, 8);
  pages->box = g_object_ref_sink (gtk_box_new (GTK_ORIENTATION_VERTICAL, 0));
  gtk_box_append (GTK_BOX (pages->box), switcher);
  gtk_box_append (GTK_BOX (pages->box), pages->stack);
  return pages;
}

void
pages_free (Pages *pages)
{
  g_object_unref (pages->box);
  g_free (pages);
}

GtkWidget *
pages_get_widget (Pages *pages)
{
  return pages->box;
}

GtkWidget *
pages_get_stack (Pages *pages)
{
  return pages->stack;
}

void
pages_add (Pages *pages, GtkWidget *page, const char *name, const char *title)
{
  GtkStackPage *stack_page = gtk_stack_add_titled (GTK_STACK (pages->stack), page, name, title);
  gtk_stack_page_set_use_underline (stack_page, TRUE);
  g_object_set_data_full (G_OBJECT (stack_page), title_key, g_strdup (title), g_free);
}

void
pages_show (Pages *pages, const char *name)
{
  gtk_stack_set_visible_child_name (GTK_STACK (pages->stack), name);
}

void
pages_set_count (Pages *pages, const char *name, gint64 count)
{
  GtkStack *stack = GTK_STACK (pages->stack);
  GtkStackPage *page = gtk_stack_get_page (stack, gtk_stack_get_child_by_name (stack, name));
  GString *text = g_string_new (g_object_get_data (G_OBJECT (page), title_key));
  if (count >= 0)
    text_append_count (g_string_append (text, "  "), (guint64) count);
  if (g_strcmp0 (gtk_stack_page_get_title (page), text->str) != 0)
    gtk_stack_page_set_title (page, text->str);
  g_string_free (text, TRUE);
}
