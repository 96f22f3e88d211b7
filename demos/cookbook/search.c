/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A search as you type. Each key ends the scope of the search before it, so that an old result never shows up. */
#include <lodger-gtk4.h>
#include <string.h>

#define NAMES 200000
#define SHOWN 1000 /* of the names that were found */

static const char row_template[]
    = "<interface><template class='GtkListItem'><property name='child'><object class='GtkLabel'>"
      "<property name='xalign'>0</property><binding name='label'><lookup name='string' type='GtkStringObject'>"
      "<lookup name='item'>GtkListItem</lookup></lookup></binding></object></property></template></interface>";

typedef struct Search
{
  GPtrArray *names; /* never changed once it is here; workers hold references */
  GtkWidget *window, *entry, *status;
  GtkNoSelection *found;
} Search;

typedef struct Question
{
  GPtrArray *names;
  char *text;
} Question;

typedef struct Answer
{
  guint count;
  GtkStringList *first;
  char *text;
} Answer;

static void
question_free (void *data)
{
  Question *question = data;
  g_ptr_array_unref (question->names);
  g_free (question->text);
  g_free (question);
}

static void
answer_free (void *data)
{
  Answer *answer = data;
  g_object_unref (answer->first);
  g_free (answer->text);
  g_free (answer);
}

static void
search_free (void *data)
{
  Search *search = data;
  g_clear_pointer (&search->names, g_ptr_array_unref);
  g_free (search);
}

/* ---- in a worker --------------------------------------------------------------------------------------------------- */

static void
make_names (LodgerPending *self, void *data)
{
  static const char *const syllables[] = { "an", "be", "co", "da", "el", "fi", "go", "ha", "im", "jo", "ka", "li",
                                           "mo", "ne", "or", "pa", "ri", "sa", "ti", "ur", "ve", "wi", "xa", "zu" };
  GPtrArray *names = g_ptr_array_new_full (NAMES, g_free);
  GRand *random = g_rand_new_with_seed (1);
  for (int i = 0; i < NAMES && !lodger_pending_is_cancelled (self); i++)
    {
      GString *name = g_string_new (NULL);
      for (int left = g_rand_int_range (random, 3, 7); left > 0; left--)
        g_string_append (name, syllables[g_rand_int_range (random, 0, G_N_ELEMENTS (syllables))]);
      name->str[0] = g_ascii_toupper (name->str[0]);
      g_ptr_array_add (names, g_string_free (name, FALSE));
    }
  g_rand_free (random);
  LODGER_RETURN (self, GPtrArray, names, (LodgerDestroyFunc) g_ptr_array_unref);
}

static void
find (LodgerPending *self, void *data)
{
  const Question *question = data;
  Answer *answer = g_new0 (Answer, 1);
  answer->text = g_strdup (question->text);
  answer->first = gtk_string_list_new (NULL);
  for (guint i = 0; i < question->names->len; i++)
    {
      const char *name = g_ptr_array_index (question->names, i);
      if (i % 1024 == 0 && lodger_pending_is_cancelled (self))
        break;
      if (strcasestr (name, question->text) != NULL && answer->count++ < SHOWN)
        gtk_string_list_append (answer->first, name);
    }
  LODGER_RETURN (self, Answer, answer, answer_free);
}

/* ---- in the GUI thread --------------------------------------------------------------------------------------------- */

static void
show (LodgerPending *self, LodgerPending *done, void *data)
{
  Search *search = data;
  const Answer *answer = LODGER_GET (done, Answer);
  if (answer != NULL)
    {
      g_autofree char *status = g_strdup_printf ("%'u names with “%s”%s", answer->count, answer->text,
                                                 answer->count > SHOWN ? ", the first 1,000 shown" : "");
      g_autofree char *title = g_strdup_printf ("%s: %u", answer->text, answer->count);
      gtk_no_selection_set_model (search->found, G_LIST_MODEL (answer->first));
      gtk_label_set_text (GTK_LABEL (search->status), status);
      gtk_window_set_title (GTK_WINDOW (search->window), title);
    }
}

/* After the end of a scope none of its calls starts any more, also if the result is on its way to `show` already. */
static void
on_key (Search *search)
{
  LodgerCaller *gui = lodger_gtk_default_caller ();
  Question *question = g_new0 (Question, 1);
  LodgerScope *scope;
  LodgerPending *found;
  question->names = g_ptr_array_ref (search->names);
  question->text = g_strdup (gtk_editable_get_text (GTK_EDITABLE (search->entry)));
  lodger_glib_object_end_scope (G_OBJECT (search->entry), "there is another key");
  scope = lodger_glib_object_get_scope (G_OBJECT (search->entry));
  found = lodger_scope_to_thread (scope, gui, find, question, question_free);
  lodger_pending_disown (lodger_scope_then (scope, found, gui, show, search, NULL));
  lodger_pending_unref (found);
}

static void
on_names (GtkWidget *window, LodgerPending *done, void *data)
{
  Search *search = data;
  search->names = LODGER_TAKE (done, GPtrArray);
  if (search->names == NULL)
    return;
  gtk_widget_set_sensitive (search->entry, TRUE);
  gtk_widget_grab_focus (search->entry);
  g_signal_connect_swapped (search->entry, "changed", G_CALLBACK (on_key), search);
  on_key (search);
}

static void
activate (GtkApplication *application)
{
  Search *search = g_new0 (Search, 1);
  g_autoptr (GBytes) row = g_bytes_new_static (row_template, sizeof row_template - 1);
  GtkListItemFactory *factory = gtk_builder_list_item_factory_new_from_bytes (NULL, row);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *bar = gtk_header_bar_new ();
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  search->window = gtk_application_window_new (application);
  search->entry = gtk_search_entry_new ();
  search->status = gtk_label_new ("Making names …");
  search->found = gtk_no_selection_new (NULL);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled),
                                 gtk_list_view_new (GTK_SELECTION_MODEL (search->found), factory));
  gtk_widget_set_vexpand (scrolled, TRUE);
  gtk_widget_set_margin_top (search->status, 6);
  gtk_widget_set_margin_bottom (search->status, 6);
  gtk_widget_set_hexpand (search->entry, TRUE);
  gtk_widget_set_sensitive (search->entry, FALSE);
  gtk_header_bar_set_title_widget (GTK_HEADER_BAR (bar), search->entry);
  gtk_box_append (GTK_BOX (box), search->status);
  gtk_box_append (GTK_BOX (box), scrolled);
  gtk_window_set_titlebar (GTK_WINDOW (search->window), bar);
  gtk_window_set_child (GTK_WINDOW (search->window), box);
  gtk_window_set_default_size (GTK_WINDOW (search->window), 460, 560);
  g_object_set_data_full (G_OBJECT (search->window), "search", search, search_free);
  gtk_window_present (GTK_WINDOW (search->window));
  lodger_gtk_run (search->window, make_names, on_names, search);
}

int
main (int argc, char **argv)
{
  g_autoptr (GtkApplication) application = gtk_application_new (NULL, G_APPLICATION_NON_UNIQUE);
  g_signal_connect (application, "activate", G_CALLBACK (activate), NULL);
  return g_application_run (G_APPLICATION (application), argc, argv);
}
