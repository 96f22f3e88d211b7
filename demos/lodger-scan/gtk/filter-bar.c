/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "filter-bar.h"

#include "../i18n.h"
#include "../text.h"

#include <string.h>

struct FilterBar
{
  GtkWidget *list, *search_bar, *entry, *types, *sizes, *ages, *twice, *told;
  GtkStringList *type_names; /* the families, and one type behind them if there is one */
  char *type;
  gboolean quiet; /* several are being changed: they are told at once */
  void (*changed) (void *data);
  void *data;
};

/* By Family. */
static const char *const type_texts[FAMILY_N] = {
  N_ ("Any type"),  N_ ("Images"),   N_ ("Video"), N_ ("Audio"),
  N_ ("Documents"), N_ ("Archives"), N_ ("Code"),  N_ ("Other types"),
};

static const struct
{
  const char *text;
  guint64 min, max;
} sizes[] = {
  { N_ ("Any size"), 0, G_MAXUINT64 },
  { N_ ("Empty"), 0, 0 },
  { N_ ("Smaller than 10 kB"), 0, 9999 },
  { N_ ("At least 1 MB"), 1000 * 1000, G_MAXUINT64 },
  { N_ ("At least 10 MB"), 10 * 1000 * 1000, G_MAXUINT64 },
  { N_ ("At least 100 MB"), 100 * 1000 * 1000, G_MAXUINT64 },
  { N_ ("At least 1 GB"), 1000 * 1000 * 1000, G_MAXUINT64 },
};

/* In days; 0: no limit. */
static const struct
{
  const char *text;
  gint64 within, before;
} ages[] = {
  { N_ ("Any age"), 0, 0 },
  { N_ ("Changed within a day"), 1, 0 },
  { N_ ("Changed within a week"), 7, 0 },
  { N_ ("Changed within a month"), 31, 0 },
  { N_ ("Changed within a year"), 366, 0 },
  { N_ ("Not changed for a year"), 0, 366 },
  { N_ ("Not changed for five years"), 0, 5 * 366 },
};

/* ---- what is asked for ------------------------------------------------------------------------------------------ */

static gint64
days_ago (gint64 days)
{
  return (g_get_real_time () - days * 24 * 60 * 60 * G_USEC_PER_SEC) * 1000;
}

Filter *
filter_bar_make_filter (const FilterBar *bar)
{
  FilterCriteria criteria = FILTER_CRITERIA_NONE;
  guint type = gtk_drop_down_get_selected (GTK_DROP_DOWN (bar->types));
  guint size = gtk_drop_down_get_selected (GTK_DROP_DOWN (bar->sizes));
  guint age = gtk_drop_down_get_selected (GTK_DROP_DOWN (bar->ages));
  if (!gtk_search_bar_get_search_mode (GTK_SEARCH_BAR (bar->search_bar)))
    return NULL;
  criteria.text = gtk_editable_get_text (GTK_EDITABLE (bar->entry));
  criteria.only_duplicates = gtk_check_button_get_active (GTK_CHECK_BUTTON (bar->twice));
  if (type < FAMILY_N)
    criteria.family = (Family) type;
  else if (type == FAMILY_N)
    criteria.type = bar->type;
  if (size < G_N_ELEMENTS (sizes))
    {
      criteria.min_size = sizes[size].min;
      criteria.max_size = sizes[size].max;
    }
  if (age < G_N_ELEMENTS (ages) && ages[age].within != 0)
    criteria.since = days_ago (ages[age].within);
  if (age < G_N_ELEMENTS (ages) && ages[age].before != 0)
    criteria.before = days_ago (ages[age].before);
  return filter_new (&criteria);
}

static void
tell_change (FilterBar *bar)
{
  if (!bar->quiet)
    bar->changed (bar->data);
}

static void
on_changed (GObject *object G_GNUC_UNUSED, GParamSpec *property G_GNUC_UNUSED, void *data)
{
  tell_change (data);
}

static void
on_text (GtkEditable *entry G_GNUC_UNUSED, void *data)
{
  tell_change (data);
}

static void
reset (FilterBar *bar)
{
  bar->quiet = TRUE;
  gtk_editable_set_text (GTK_EDITABLE (bar->entry), "");
  gtk_drop_down_set_selected (GTK_DROP_DOWN (bar->types), 0);
  gtk_drop_down_set_selected (GTK_DROP_DOWN (bar->sizes), 0);
  gtk_drop_down_set_selected (GTK_DROP_DOWN (bar->ages), 0);
  gtk_check_button_set_active (GTK_CHECK_BUTTON (bar->twice), FALSE);
  bar->quiet = FALSE;
}

/* What was closed is empty when it is opened again. */
static void
on_mode (GObject *search_bar, GParamSpec *property G_GNUC_UNUSED, void *data)
{
  FilterBar *bar = data;
  if (!gtk_search_bar_get_search_mode (GTK_SEARCH_BAR (search_bar)))
    {
      GtkRoot *root = gtk_widget_get_root (bar->search_bar);
      GtkWidget *focus = root == NULL ? NULL : gtk_root_get_focus (root);
      if (focus != NULL && gtk_widget_is_ancestor (focus, bar->search_bar))
        (void) gtk_widget_child_focus (bar->list, GTK_DIR_TAB_FORWARD);
      reset (bar);
    }
  tell_change (bar);
}

void
filter_bar_open (FilterBar *bar)
{
  gtk_search_bar_set_search_mode (GTK_SEARCH_BAR (bar->search_bar), TRUE);
  gtk_widget_grab_focus (bar->entry);
}

gboolean
filter_bar_close (FilterBar *bar)
{
  if (!gtk_search_bar_get_search_mode (GTK_SEARCH_BAR (bar->search_bar)))
    return FALSE;
  gtk_search_bar_set_search_mode (GTK_SEARCH_BAR (bar->search_bar), FALSE);
  return TRUE;
}

void
filter_bar_clear (FilterBar *bar)
{
  reset (bar);
  tell_change (bar);
}

void
filter_bar_set_text (FilterBar *bar, const char *text)
{
  gtk_search_bar_set_search_mode (GTK_SEARCH_BAR (bar->search_bar), TRUE);
  gtk_editable_set_text (GTK_EDITABLE (bar->entry), text);
}

void
filter_bar_set_type (FilterBar *bar, const char *type)
{
  const char *const added[] = { type, NULL };
  guint count = g_list_model_get_n_items (G_LIST_MODEL (bar->type_names));
  g_free (bar->type);
  bar->type = g_strdup (type);
  bar->quiet = TRUE;
  gtk_string_list_splice (bar->type_names, FAMILY_N, count - FAMILY_N, added);
  gtk_drop_down_set_selected (GTK_DROP_DOWN (bar->types), FAMILY_N);
  bar->quiet = FALSE;
  gtk_search_bar_set_search_mode (GTK_SEARCH_BAR (bar->search_bar), TRUE);
  tell_change (bar);
}

void
filter_bar_tell (FilterBar *bar, guint shown, guint all)
{
  GString *shown_text = g_string_new (NULL);
  GString *all_text = g_string_new (NULL);
  char *text;
  text_append_count (shown_text, shown);
  text_append_count (all_text, all);
  /* Translators: the numbers of files that are shown, and of all files. */
  text = g_strdup_printf (ngettext ("%s of %s file", "%s of %s files", all), shown_text->str, all_text->str);
  if (strcmp (gtk_label_get_text (GTK_LABEL (bar->told)), text) != 0)
    gtk_label_set_text (GTK_LABEL (bar->told), text);
  g_free (text);
  g_string_free (shown_text, TRUE);
  g_string_free (all_text, TRUE);
}

/* ---- building --------------------------------------------------------------------------------------------------- */

static GtkWidget *
make_choice (FilterBar *bar, GtkStringList *texts, const char *name)
{
  GtkWidget *choice = gtk_drop_down_new (G_LIST_MODEL (texts), NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (choice), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  gtk_widget_set_tooltip_text (choice, name);
  g_signal_connect (choice, "notify::selected", G_CALLBACK (on_changed), bar);
  return choice;
}

static GtkWidget *
make_types (FilterBar *bar)
{
  bar->type_names = gtk_string_list_new (NULL);
  for (guint i = 0; i < FAMILY_N; i++)
    gtk_string_list_append (bar->type_names, _ (type_texts[i]));
  return make_choice (bar, g_object_ref (bar->type_names), _ ("Type of the files"));
}

static GtkWidget *
make_sizes (FilterBar *bar)
{
  GtkStringList *texts = gtk_string_list_new (NULL);
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    gtk_string_list_append (texts, _ (sizes[i].text));
  return make_choice (bar, texts, _ ("Size of the files"));
}

static GtkWidget *
make_ages (FilterBar *bar)
{
  GtkStringList *texts = gtk_string_list_new (NULL);
  for (guint i = 0; i < G_N_ELEMENTS (ages); i++)
    gtk_string_list_append (texts, _ (ages[i].text));
  return make_choice (bar, texts, _ ("Age of the files"));
}

/* What to look for, and how much was found. */
static GtkWidget *
make_text_row (FilterBar *bar)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  bar->entry = gtk_search_entry_new ();
  gtk_widget_set_hexpand (bar->entry, TRUE);
  g_object_set (bar->entry, "placeholder-text", _ ("Name or folder"), NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (bar->entry), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Words in the name or the folder"), -1);
  bar->told = gtk_label_new (NULL);
  gtk_label_set_width_chars (GTK_LABEL (bar->told), 22);
  gtk_label_set_xalign (GTK_LABEL (bar->told), 1);
  gtk_label_set_ellipsize (GTK_LABEL (bar->told), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (bar->told, "numeric");
  gtk_box_append (GTK_BOX (row), bar->entry);
  gtk_box_append (GTK_BOX (row), bar->told);
  return row;
}

/* They may be wider than the window: then they are scrolled. */
static GtkWidget *
make_choice_row (FilterBar *bar)
{
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  bar->types = make_types (bar);
  bar->sizes = make_sizes (bar);
  bar->ages = make_ages (bar);
  bar->twice = gtk_check_button_new_with_mnemonic (_ ("D_uplicates only"));
  gtk_box_append (GTK_BOX (row), bar->types);
  gtk_box_append (GTK_BOX (row), bar->sizes);
  gtk_box_append (GTK_BOX (row), bar->ages);
  gtk_box_append (GTK_BOX (row), bar->twice);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_AUTOMATIC, GTK_POLICY_NEVER);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), row);
  return scrolled;
}

FilterBar *
filter_bar_new (GtkWidget *list, void (*changed) (void *data), void *data)
{
  FilterBar *bar = g_new0 (FilterBar, 1);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  bar->list = list;
  bar->changed = changed;
  bar->data = data;
  gtk_widget_set_hexpand (box, TRUE);
  gtk_box_append (GTK_BOX (box), make_text_row (bar));
  gtk_box_append (GTK_BOX (box), make_choice_row (bar));
  bar->search_bar = g_object_ref_sink (gtk_search_bar_new ());
  gtk_search_bar_set_child (GTK_SEARCH_BAR (bar->search_bar), box);
  gtk_search_bar_set_show_close_button (GTK_SEARCH_BAR (bar->search_bar), TRUE);
  gtk_search_bar_connect_entry (GTK_SEARCH_BAR (bar->search_bar), GTK_EDITABLE (bar->entry));
  gtk_search_bar_set_key_capture_widget (GTK_SEARCH_BAR (bar->search_bar), list);
  g_signal_connect (bar->entry, "changed", G_CALLBACK (on_text), bar);
  g_signal_connect (bar->twice, "notify::active", G_CALLBACK (on_changed), bar);
  g_signal_connect (bar->search_bar, "notify::search-mode-enabled", G_CALLBACK (on_mode), bar);
  return bar;
}

void
filter_bar_free (FilterBar *bar)
{
  g_object_unref (bar->type_names);
  g_object_unref (bar->search_bar);
  g_free (bar->type);
  g_free (bar);
}

GtkWidget *
filter_bar_get_widget (FilterBar *bar)
{
  return bar->search_bar;
}
