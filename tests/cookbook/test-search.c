/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The search as you type: what is shown answers what is typed, always. */
#include <lodger-gtk4.h>

/* The search that was submitted last. */
static LodgerPending *newest;

static LodgerPending *
submit (GtkWidget *widget, LodgerCallFunc func, LodgerGtkDoneFunc done, void *data, const LodgerGtkRunOptions *options)
{
  lodger_pending_unref (newest);
  newest = lodger_gtk_run_full (widget, func, done, data, options);
  return lodger_pending_ref (newest);
}

int program_main (int argc, char **argv);
#define lodger_gtk_run_full submit
#define main                program_main
#include "demos/cookbook/search.c"
#undef main
#undef lodger_gtk_run_full

#include "cookbook-test.h"

typedef struct Typing
{
  GtkApplication *application;
  GtkWindow *window; /* a reference */
  int shown;         /* how many results were */
} Typing;

/* The title says what the result answers. */
static void
on_title (Typing *typing)
{
  const char *title = gtk_window_get_title (typing->window);
  const char *text = gtk_editable_get_text (GTK_EDITABLE (view.entry));
  ck_assert_msg (g_str_has_prefix (title, text) && title[strlen (text)] == ':', "“%s” is shown for “%s”", title, text);
  typing->shown++;
}

static void
type (const char *text)
{
  gtk_editable_set_text (GTK_EDITABLE (view.entry), text);
}

static void
typing_open (Typing *typing)
{
  *typing = (Typing) { .application = application_open () };
  activate (typing->application);
  typing->window = g_object_ref (application_window (typing->application));
  g_signal_connect_swapped (typing->window, "notify::title", G_CALLBACK (on_title), typing);
  run_until (typing->shown == 1);
}

static void
typing_close (Typing *typing)
{
  gtk_window_destroy (typing->window);
  window_settle ();
  g_object_unref (typing->window);
  application_close (typing->application);
  lodger_pending_unref (newest);
  lodger_slot_unref (view.searches);
  g_ptr_array_unref (names);
}

/* Without the program's time between keys, a search begins with its key. */
static void
search_at_once (void)
{
  lodger_slot_unref (view.searches);
  view.searches = lodger_slot_new (NULL);
}

static int
count (LodgerPending *done, void *data)
{
  (void) done;
  counter_add (data, 1);
  return 0;
}

START_TEST (a_result_that_comes_with_the_next_key_is_not_shown)
{
  Typing typing;
  int rounds = (int) test_scaled (30);
  typing_open (&typing);
  search_at_once ();
  for (int i = 0; i < rounds; i++)
    {
      Counter done;
      counter_init (&done);
      type (i % 2 == 0 ? "kali" : "mone");
      ck_assert_int_eq (lodger_pending_add_done_callback (newest, count, &done, NULL), 0);
      /* The result is on its way to this thread, which does not run its loop. */
      counter_wait (&done, 1);
      ck_assert_int_eq (lodger_pending_get_outcome (newest), 0);
      type ("re");
      run_until (typing.shown == i + 2);
      counter_clear (&done);
    }
  typing_close (&typing);
}
END_TEST

START_TEST (each_key_cancels_the_search_before)
{
  Typing typing;
  LodgerPending *before;
  typing_open (&typing);
  search_at_once ();
  type ("k");
  before = lodger_pending_ref (newest);
  type ("ka");
  ck_assert (lodger_pending_is_cancelled (before) || lodger_pending_get_outcome (before) == 0);
  lodger_pending_unref (before);
  type ("kal");
  run_until (typing.shown == 2);
  ck_assert_uint_gt (g_list_model_get_n_items (gtk_no_selection_get_model (view.found)), 0);
  typing_close (&typing);
}
END_TEST

START_TEST (fast_keys_are_one_search)
{
  Typing typing;
  LodgerPending *before;
  typing_open (&typing);
  type ("k");
  before = lodger_pending_ref (newest);
  type ("ka");
  expect_code (lodger_pending_get_outcome (before), LODGER_ECANCELED);
  lodger_pending_unref (before);
  run_until (typing.shown == 2);
  typing_close (&typing);
}
END_TEST

START_TEST (no_more_names_are_shown_than_anybody_reads)
{
  Typing typing;
  typing_open (&typing);
  ck_assert_uint_eq (g_list_model_get_n_items (gtk_no_selection_get_model (view.found)), SHOWN);
  type ("verdo");
  run_until (typing.shown == 2);
  ck_assert_uint_eq (g_list_model_get_n_items (gtk_no_selection_get_model (view.found)), 0);
  typing_close (&typing);
}
END_TEST

START_TEST (the_window_is_closed_during_a_search)
{
  Typing typing;
  typing_open (&typing);
  search_at_once ();
  type ("ka");
  typing_close (&typing);
  ck_assert_int_eq (typing.shown, 1);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("cookbook-search");
  test_add_long (suite, a_result_that_comes_with_the_next_key_is_not_shown, 3);
  test_add (suite, each_key_cancels_the_search_before);
  test_add (suite, fast_keys_are_one_search);
  test_add (suite, no_more_names_are_shown_than_anybody_reads);
  test_add (suite, the_window_is_closed_during_a_search);
  return gtk_test_main (suite, argc, argv);
}
