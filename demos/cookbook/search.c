/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A search as you type. The searches share a slot, in which the newest counts: no older result shows up. */
#include <lodger-gtk4.h>
#include <string.h>

#define NAMES 200000
#define SHOWN 1000 /* names at most */

static const char row_template[]
    = "<interface><template class='GtkListItem'><property name='child'><object class='GtkLabel'>"
      "<property name='xalign'>0</property><binding name='label'><lookup name='string' type='GtkStringObject'>"
      "<lookup name='item'>GtkListItem</lookup></lookup></binding></object></property></template></interface>";

static struct
{
  GtkWidget *window, *entry, *status;
  GtkNoSelection *found;
  LodgerSlot *searches;
} view; /* only the GUI thread uses it, while the window is there */

static GPtrArray *names; /* never changed once it is here, and never freed: workers use it */

/* ---- in a worker --------------------------------------------------------------------------------------------------- */

static void
make_names (LodgerPending *self, void *data)
{
  static const char *const syllables[24] = { "an", "be", "co", "da", "el", "fi", "go", "ha", "im", "jo", "ka", "li",
                                             "mo", "ne", "or", "pa", "ri", "sa", "ti", "ur", "ve", "wi", "xa", "zu" };
  GPtrArray *made = g_ptr_array_new_full (NAMES, g_free);
  for (guint i = 0, n = 0; i < NAMES && !lodger_pending_is_cancelled (self); i++)
    {
      n = (n + 7919) % (24 * 24 * 24 * 24);
      g_ptr_array_add (made, g_strconcat (syllables[n % 24], syllables[n / 24 % 24], syllables[n / 24 / 24 % 24],
                                          syllables[n / 24 / 24 / 24], NULL));
    }
  LODGER_RETURN (self, GPtrArray, made, (LodgerDestroyFunc) g_ptr_array_unref);
}

static void
find (LodgerPending *self, void *text)
{
  GtkStringList *found = gtk_string_list_new (NULL);
  for (guint i = 0, count = 0; i < names->len && count < SHOWN && !lodger_pending_is_cancelled (self); i++)
    if (strcasestr (g_ptr_array_index (names, i), text) != NULL)
      {
        gtk_string_list_append (found, g_ptr_array_index (names, i));
        count++;
      }
  LODGER_RETURN (self, GtkStringList, found, g_object_unref);
}

/* ---- in the GUI thread --------------------------------------------------------------------------------------------- */

static void
show (GtkWidget *window, LodgerPending *done, void *text)
{
  GtkStringList *found = LODGER_GET (done, GtkStringList);
  guint count = found != NULL ? g_list_model_get_n_items (G_LIST_MODEL (found)) : 0;
  g_autofree char *title = g_strdup_printf ("%s: %u", (char *) text, count);
  g_autofree char *status = g_strdup_printf ("%u names with “%s” are shown", count, (char *) text);
  gtk_no_selection_set_model (view.found, G_LIST_MODEL (found));
  gtk_label_set_text (GTK_LABEL (view.status), status);
  gtk_window_set_title (GTK_WINDOW (window), title);
}

static void
on_key (void)
{
  char *text = g_strdup (gtk_editable_get_text (GTK_EDITABLE (view.entry)));
  lodger_gtk_run (view.window, find, show, text, .destroy = g_free, .slot = view.searches);
}

static void
on_names (GtkWidget *window, LodgerPending *done, void *data)
{
  names = LODGER_TAKE (done, GPtrArray);
  if (names == NULL)
    return;
  g_signal_connect (view.entry, "changed", G_CALLBACK (on_key), NULL);
  on_key ();
}

static void
activate (GtkApplication *application)
{
  g_autoptr (GBytes) row = g_bytes_new_static (row_template, sizeof row_template - 1);
  GtkListItemFactory *factory = gtk_builder_list_item_factory_new_from_bytes (NULL, row);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6), *bar = gtk_header_bar_new ();
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  view.window = gtk_application_window_new (application);
  view.entry = gtk_search_entry_new ();
  view.status = gtk_label_new ("Making names …");
  view.found = gtk_no_selection_new (NULL);
  view.searches = lodger_slot_new (LODGER_SLOT_OPTIONS (.debounce = LODGER_MILLISECONDS (50)));
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled),
                                 gtk_list_view_new (GTK_SELECTION_MODEL (view.found), factory));
  gtk_widget_set_vexpand (scrolled, TRUE);
  gtk_widget_set_margin_top (view.status, 6);
  gtk_header_bar_set_title_widget (GTK_HEADER_BAR (bar), view.entry);
  gtk_box_append (GTK_BOX (box), view.status);
  gtk_box_append (GTK_BOX (box), scrolled);
  gtk_window_set_titlebar (GTK_WINDOW (view.window), bar);
  gtk_window_set_child (GTK_WINDOW (view.window), box);
  gtk_window_set_default_size (GTK_WINDOW (view.window), 460, 560);
  gtk_widget_grab_focus (view.entry);
  gtk_window_present (GTK_WINDOW (view.window));
  lodger_gtk_run (view.window, make_names, on_names, NULL);
}

int
main (int argc, char **argv)
{
  g_autoptr (GtkApplication) application = gtk_application_new (NULL, G_APPLICATION_NON_UNIQUE);
  g_signal_connect (application, "activate", G_CALLBACK (activate), NULL);
  return g_application_run (G_APPLICATION (application), argc, argv);
}
