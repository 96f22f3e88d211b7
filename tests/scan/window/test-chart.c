/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The page of types: what it lists, and which type somebody chooses. */
#include "gtk-window.h"
#include "gtk/chart.h"

#include <string.h>

typedef struct Stage
{
  Window window;
  Store *store;
  StoreDir *root;
  Chart *chart;
  GtkWidget *list, *strip;
  GString *chosen;
  guint64 ino;
  gboolean settled;
} Stage;

static GtkWidget *
find (GtkWidget *widget, const char *type)
{
  GtkWidget *found = g_str_equal (G_OBJECT_TYPE_NAME (widget), type) ? widget : NULL;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find (child, type);
  return found;
}

static void
note_chosen (const char *type, void *data)
{
  g_string_assign (((Stage *) data)->chosen, type);
}

static void
add (Stage *stage, const char *type, guint64 size)
{
  StoreFile file = { .dir = stage->root, .size = size, .disk = size, .ino = ++stage->ino };
  (void) store_add_file (stage->store, &file, "file", type, 1);
}

static gboolean
grow (GtkWidget *widget, GdkFrameClock *clock, void *data)
{
  Stage *stage = data;
  (void) widget;
  (void) clock;
  if (chart_grow (stage->chart))
    return G_SOURCE_CONTINUE;
  stage->settled = TRUE;
  return G_SOURCE_REMOVE;
}

static void
settle (Stage *stage)
{
  stage->settled = FALSE;
  gtk_widget_add_tick_callback (GTK_WIDGET (stage->window.window), grow, stage, NULL);
  window_run_until (&stage->settled);
}

static void
stage_open (Stage *stage)
{
  *stage = (Stage) { .window = window_open (FALSE), .store = store_new (), .chosen = g_string_new (NULL) };
  stage->root = store_add_dir (stage->store, NULL, "");
  stage->chart = chart_new (note_chosen, stage);
  gtk_box_append (GTK_BOX (stage->window.box), chart_get_widget (stage->chart));
  gtk_window_set_default_size (stage->window.window, 800, 600);
  stage->list = find (chart_get_widget (stage->chart), "GtkListView");
  stage->strip = find (chart_get_widget (stage->chart), "LodgerScanStrip");
  gtk_window_present (stage->window.window);
  chart_set (stage->chart, stage->store);
}

static void
stage_show (Stage *stage)
{
  chart_refresh (stage->chart, TRUE);
  while (!gtk_widget_get_mapped (stage->list))
    g_main_context_iteration (NULL, TRUE);
  settle (stage);
}

static void
stage_close (Stage *stage)
{
  chart_set (stage->chart, NULL);
  gtk_box_remove (GTK_BOX (stage->window.box), chart_get_widget (stage->chart));
  chart_free (stage->chart);
  window_close (&stage->window);
  store_free (stage->store);
  g_string_free (stage->chosen, TRUE);
}

static guint
count_rows (const Stage *stage)
{
  return g_list_model_get_n_items (G_LIST_MODEL (gtk_list_view_get_model (GTK_LIST_VIEW (stage->list))));
}

START_TEST (a_type_that_is_activated_is_chosen)
{
  Stage stage;
  stage_open (&stage);
  add (&stage, "text/plain", 1000);
  add (&stage, "image/png", 3000);
  stage_show (&stage);
  ck_assert_uint_eq (count_rows (&stage), 2);
  g_signal_emit_by_name (stage.list, "activate", 0);
  ck_assert_str_eq (stage.chosen->str, "image/png");
  g_signal_emit_by_name (stage.list, "activate", 1);
  ck_assert_str_eq (stage.chosen->str, "text/plain");
  stage_close (&stage);
}
END_TEST

START_TEST (all_others_cannot_be_chosen)
{
  Stage stage;
  stage_open (&stage);
  for (guint i = 0; i < 300; i++)
    {
      char type[32];
      g_snprintf (type, sizeof type, "text/x-%u", i);
      add (&stage, type, 1000 + i);
    }
  stage_show (&stage);
  ck_assert_uint_eq (count_rows (&stage), 200);
  g_signal_emit_by_name (stage.list, "activate", 199);
  ck_assert_str_eq (stage.chosen->str, "");
  stage_close (&stage);
}
END_TEST

START_TEST (types_that_are_found_later_are_listed)
{
  Stage stage;
  stage_open (&stage);
  add (&stage, "text/plain", 1000);
  stage_show (&stage);
  add (&stage, "image/png", 3000);
  chart_refresh (stage.chart, FALSE);
  settle (&stage);
  ck_assert_uint_eq (count_rows (&stage), 2);
  g_signal_emit_by_name (stage.list, "activate", 0);
  ck_assert_str_eq (stage.chosen->str, "image/png");
  stage_close (&stage);
}
END_TEST

START_TEST (the_strip_is_put_in_words_at_the_end)
{
  Stage stage;
  char *found;
  stage_open (&stage);
  add (&stage, "text/plain", 1000);
  add (&stage, "image/png", 3000);
  stage_show (&stage);
  found = gtk_test_accessible_check_property (GTK_ACCESSIBLE (stage.strip), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                              "image/png 3.0 kB, text/plain 1.0 kB");
  ck_assert_msg (found == NULL, "%s", found);
  stage_close (&stage);
}
END_TEST

START_TEST (without_files_it_says_so)
{
  Stage stage;
  stage_open (&stage);
  chart_refresh (stage.chart, TRUE);
  ck_assert_str_eq (gtk_stack_get_visible_child_name (GTK_STACK (chart_get_widget (stage.chart))), "empty");
  stage_close (&stage);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("chart");
  g_setenv ("GTK_A11Y", "test", TRUE);
  test_add (suite, a_type_that_is_activated_is_chosen);
  test_add (suite, all_others_cannot_be_chosen);
  test_add (suite, types_that_are_found_later_are_listed);
  test_add (suite, the_strip_is_put_in_words_at_the_end);
  test_add (suite, without_files_it_says_so);
  return gtk_test_main (suite, argc, argv);
}
