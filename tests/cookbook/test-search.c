/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The search as you type: what is shown answers what is typed, always. */
#include <lodger-gtk4.h>

/* The search that was submitted last. */
static LodgerPending *newest;

static LodgerPending *
submit (LodgerScope *scope, LodgerCaller *caller, LodgerCallFunc func, void *data, LodgerDestroyFunc destroy)
{
  lodger_pending_unref (newest);
  newest = lodger_scope_to_thread (scope, caller, func, data, destroy);
  return lodger_pending_ref (newest);
}

int program_main (int argc, char **argv);
#undef lodger_scope_to_thread
#define lodger_scope_to_thread submit
#define main                   program_main
#include "demos/cookbook/search.c"
#undef main

#include "cookbook-test.h"

typedef struct Typing
{
  GtkApplication *application;
  GtkWindow *window; /* a reference */
  Search *search;
  int shown; /* how many results were */
} Typing;

/* The title says what the result answers. */
static void
on_title (Typing *typing)
{
  const char *title = gtk_window_get_title (typing->window);
  const char *text = gtk_editable_get_text (GTK_EDITABLE (typing->search->entry));
  ck_assert_msg (g_str_has_prefix (title, text) && title[strlen (text)] == ':', "“%s” is shown for “%s”", title, text);
  typing->shown++;
}

static void
type (Typing *typing, const char *text)
{
  gtk_editable_set_text (GTK_EDITABLE (typing->search->entry), text);
}

static void
typing_open (Typing *typing)
{
  *typing = (Typing) { .application = application_open () };
  activate (typing->application);
  typing->window = g_object_ref (application_window (typing->application));
  typing->search = g_object_get_data (G_OBJECT (typing->window), "search");
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
  for (int i = 0; i < rounds; i++)
    {
      Counter done;
      counter_init (&done);
      type (&typing, i % 2 == 0 ? "kali" : "mone");
      ck_assert_int_eq (lodger_pending_add_done_callback (newest, count, &done, NULL), 0);
      /* The result is on its way to this thread, which does not run its loop. */
      counter_wait (&done, 1);
      ck_assert_int_eq (lodger_pending_get_outcome (newest), 0);
      type (&typing, "re");
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
  type (&typing, "k");
  before = lodger_pending_ref (newest);
  type (&typing, "ka");
  ck_assert (lodger_pending_is_cancelled (before) || lodger_pending_get_outcome (before) == 0);
  lodger_pending_unref (before);
  type (&typing, "kal");
  run_until (typing.shown == 2);
  ck_assert_uint_gt (g_list_model_get_n_items (G_LIST_MODEL (typing.search->found)), 0);
  ck_assert_uint_le (g_list_model_get_n_items (G_LIST_MODEL (typing.search->found)), SHOWN);
  typing_close (&typing);
}
END_TEST

START_TEST (the_window_is_closed_during_a_search)
{
  Typing typing;
  typing_open (&typing);
  type (&typing, "ka");
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
  test_add (suite, the_window_is_closed_during_a_search);
  return gtk_test_main (suite, argc, argv);
}
