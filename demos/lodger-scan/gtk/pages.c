/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pages.h"

#include "../i18n.h"
#include "../text.h"
#include "count-label.h"

enum
{
  LEAST_INTERVAL = 500000 /* µs */
};

/* A title. It belongs to its button. */
typedef struct Title
{
  Pages *pages;
  GtkWidget *button, *count;
  const char *name;
  gint64 shown; /* when the number was shown */
  gint64 said;  /* the number that those were told who do not see it */
} Title;

/* GtkStackSwitcher gives its buttons tooltips: for a title that changes GTK asks the X server where the pointer is, and
 * a server that shares the processor with workers takes its time. So the titles are made here. */
struct Pages
{
  GtkWidget *box, *titles, *stack;
  GHashTable *title_of; /* Title by name */
};

static void
on_page_shown (GtkStack *stack, GParamSpec *spec G_GNUC_UNUSED, void *data)
{
  const Pages *pages = data;
  const char *name = gtk_stack_get_visible_child_name (stack);
  const Title *title = name == NULL ? NULL : g_hash_table_lookup (pages->title_of, name);
  if (title != NULL)
    gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (title->button), TRUE);
}

static void
on_toggled (GtkToggleButton *button, void *data)
{
  const Title *title = data;
  gboolean active = gtk_toggle_button_get_active (button);
  gtk_accessible_update_state (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_STATE_SELECTED, active, -1);
  if (active)
    gtk_stack_set_visible_child_name (GTK_STACK (title->pages->stack), title->name);
}

Pages *
pages_new (void)
{
  Pages *pages = g_new0 (Pages, 1);
  pages->title_of = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  pages->stack = gtk_stack_new ();
  pages->titles = g_object_new (GTK_TYPE_BOX, "accessible-role", GTK_ACCESSIBLE_ROLE_TAB_LIST, "halign",
                                GTK_ALIGN_CENTER, "margin-top", 8, "margin-bottom", 8, NULL);
  gtk_widget_add_css_class (pages->titles, "linked");
  gtk_accessible_update_property (GTK_ACCESSIBLE (pages->titles), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Pages"), -1);
  g_signal_connect (pages->stack, "notify::visible-child-name", G_CALLBACK (on_page_shown), pages);
  pages->box = g_object_ref_sink (gtk_box_new (GTK_ORIENTATION_VERTICAL, 0));
  gtk_box_append (GTK_BOX (pages->box), pages->titles);
  gtk_box_append (GTK_BOX (pages->box), pages->stack);
  return pages;
}

void
pages_free (Pages *pages)
{
  g_signal_handlers_disconnect_by_data (pages->stack, pages);
  g_object_unref (pages->box);
  g_hash_table_destroy (pages->title_of);
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
pages_add (Pages *pages, GtkWidget *page, const char *name, const char *text)
{
  Title *title = g_new0 (Title, 1);
  GtkWidget *first = gtk_widget_get_first_child (pages->titles);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *label = gtk_label_new_with_mnemonic (text);
  title->pages = pages;
  title->name = name;
  title->said = -1;
  title->count = count_label_new ();
  title->button = g_object_new (GTK_TYPE_TOGGLE_BUTTON, "accessible-role", GTK_ACCESSIBLE_ROLE_TAB, NULL);
  gtk_widget_set_valign (label, GTK_ALIGN_BASELINE);
  gtk_widget_set_valign (title->count, GTK_ALIGN_BASELINE);
  gtk_widget_add_css_class (title->count, "dim-label");
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (GTK_BOX (box), title->count);
  gtk_widget_set_halign (box, GTK_ALIGN_CENTER);
  gtk_button_set_child (GTK_BUTTON (title->button), box);
  gtk_label_set_mnemonic_widget (GTK_LABEL (label), title->button);
  gtk_accessible_update_property (GTK_ACCESSIBLE (title->button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  gtk_label_get_text (GTK_LABEL (label)), -1);
  gtk_accessible_update_relation (GTK_ACCESSIBLE (title->button), GTK_ACCESSIBLE_RELATION_CONTROLS, page, NULL, -1);
  if (first != NULL)
    gtk_toggle_button_set_group (GTK_TOGGLE_BUTTON (title->button), GTK_TOGGLE_BUTTON (first));
  g_signal_connect (title->button, "toggled", G_CALLBACK (on_toggled), title);
  gtk_box_append (GTK_BOX (pages->titles), title->button);
  g_hash_table_insert (pages->title_of, (char *) (gsize) name, title);
  gtk_stack_add_named (GTK_STACK (pages->stack), page, name);
}

void
pages_show (Pages *pages, const char *name)
{
  gtk_stack_set_visible_child_name (GTK_STACK (pages->stack), name);
}

const char *
pages_get_shown (const Pages *pages)
{
  return gtk_stack_get_visible_child_name (GTK_STACK (pages->stack));
}

/* "Files, 1,234". */
static void
say (Title *title, gint64 count)
{
  GtkWidget *label = gtk_widget_get_prev_sibling (title->count);
  const char *name = gtk_label_get_text (GTK_LABEL (label));
  GString *number = g_string_new (NULL);
  char *text;
  title->said = count;
  if (count >= 0)
    text_append_count (number, (guint64) count);
  text = count < 0 ? g_strdup (name)
                   : g_strdup_printf (C_ ("the title of a page, how much is on it", "%s, %s"), name, number->str);
  gtk_accessible_update_property (GTK_ACCESSIBLE (title->button), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
  g_free (text);
  g_string_free (number, TRUE);
}

void
pages_set_count (Pages *pages, const char *name, gint64 count, gboolean final)
{
  Title *title = g_hash_table_lookup (pages->title_of, name);
  gint64 now = g_get_monotonic_time ();
  if (!final && count >= 0 && now - title->shown < LEAST_INTERVAL)
    return;
  title->shown = now;
  count_label_set (title->count, count);
  if ((final || count < 0) && count != title->said)
    say (title, count);
}
