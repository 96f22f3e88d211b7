/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The poll: one question at a time, and none while nobody looks. test-poll-fiber.c has the form with a spawned call. */
#include "test-latch.h"
#include "test-limits.h"

#include <lodger-gtk4.h>

#define ALL 1000000

static Counter begun, ended;   /* readings */
static Counter let_on;         /* how many of them may be made */
static LodgerPending *polling; /* the repeating or the spawned call, a reference */
static int asked, shown;

static gboolean
read_file (const char *name, char **contents, gsize *length, GError **error)
{
  if (!g_str_has_suffix (name, "loadavg"))
    counter_add (&ended, 1);
  else
    {
      long number = counter_add (&begun, 1);
      test_check (counter_get (&ended) == number - 1); /* there is one at a time */
      counter_wait (&let_on, number);
    }
  return g_file_get_contents (name, contents, length, error);
}

#ifdef POLL_FIBER

/* A thousandth of the time. */
static int
sleep_short (int64_t duration)
{
  return lodger_sleep (duration / 1000);
}

static LodgerPending *
note_spawn (LodgerCaller *caller, LodgerCallFunc func, void *data, LodgerDestroyFunc destroy,
            const LodgerCallOptions *options)
{
  polling = lodger_caller_spawn_full (caller, func, data, destroy, options);
  return lodger_pending_ref (polling);
}

static void
load_in_thread (GTask *task, void *file, void *data, GCancellable *cancellable)
{
  g_autofree char *path = g_file_get_path (file);
  char *contents = NULL;
  GError *error = NULL;
  if (read_file (path, &contents, NULL, &error))
    g_task_return_pointer (task, contents, g_free);
  else
    g_task_return_error (task, error);
}

static void
load_async (GFile *file, GCancellable *cancellable, GAsyncReadyCallback callback, void *data)
{
  GTask *task = g_task_new (file, cancellable, callback, data);
  g_autofree char *path = g_file_get_path (file);
  asked += g_str_has_suffix (path, "loadavg");
  g_task_run_in_thread (task, load_in_thread);
  g_object_unref (task);
}

static gboolean
load_finish (GFile *file, GAsyncResult *result, char **contents, gsize *length, char **etag, GError **error)
{
  *contents = g_task_propagate_pointer (G_TASK (result), error);
  return *contents != NULL;
}

#else

static LodgerRepeat *repeat; /* the program's, a reference */

/* A thousandth of the time. */
static LodgerRepeat *
repeat_fast (GtkWidget *widget, int64_t interval, LodgerRepeatFunc func, void *data, LodgerDestroyFunc destroy,
             const LodgerRepeatOptions *options)
{
  repeat = lodger_gtk_repeat (widget, interval / 1000, func, data, destroy, options);
  polling = lodger_pending_ref (lodger_repeat_get_pending (repeat));
  return lodger_repeat_ref (repeat);
}

static LodgerPending *
note_run (GtkWidget *widget, LodgerCallFunc work, LodgerGtkDoneFunc done, void *data,
          const LodgerGtkRunOptions *options)
{
  asked++;
  return lodger_gtk_run_full (widget, work, done, data, options);
}

#endif

static void
note_title (GtkWindow *window, const char *title)
{
  shown++;
  gtk_window_set_title (window, title);
}

int program_main (int argc, char **argv);
#define gtk_window_set_title note_title
#define main                 program_main
#ifdef POLL_FIBER
#define lodger_sleep                sleep_short
#define lodger_caller_spawn_full    note_spawn
#define g_file_load_contents_async  load_async
#define g_file_load_contents_finish load_finish
#include "demos/cookbook/poll-fiber.c"
#undef g_file_load_contents_finish
#undef g_file_load_contents_async
#undef lodger_caller_spawn_full
#undef lodger_sleep
#else
#define lodger_gtk_repeat   repeat_fast
#define lodger_gtk_run_full note_run
#define g_file_get_contents read_file
#include "demos/cookbook/poll.c"
#undef g_file_get_contents
#undef lodger_gtk_run_full
#undef lodger_gtk_repeat
#endif
#undef main
#undef gtk_window_set_title

#include "cookbook-test.h"

static GtkApplication *application;
static GtkWindow *window; /* a reference */

static void
poll_open (void)
{
  application = application_open ();
  counter_init (&begun);
  counter_init (&ended);
  counter_init (&let_on);
  asked = shown = 0;
  activate (application);
  window = g_object_ref (application_window (application));
  run_until (asked > 0);
}

static void
poll_close (void)
{
  gtk_window_destroy (window);
  counter_add (&let_on, ALL);
  window_settle ();
  g_object_unref (window);
  application_close (application);
  expect_code (lodger_pending_get_outcome (polling), LODGER_ECANCELED);
  lodger_pending_unref (polling);
#ifndef POLL_FIBER
  lodger_repeat_unref (repeat);
  lodger_slot_unref (view.reading);
#endif
  counter_clear (&begun);
  counter_clear (&ended);
  counter_clear (&let_on);
}

static void
set_visible (gboolean visible)
{
  gtk_widget_set_visible (GTK_WIDGET (window), visible);
#ifndef POLL_FIBER
  run_until (lodger_repeat_is_paused (repeat) != visible);
#endif
}

static gboolean
after_a_while (void *data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

/* Time for some more questions, if there were any. */
static void
let_time_pass (void)
{
  gboolean is_over = FALSE;
  g_timeout_add (10, after_a_while, &is_over);
  run_until (is_over);
}

START_TEST (it_asks_again_and_again)
{
  poll_open ();
  counter_add (&let_on, ALL);
  run_until (shown >= 20);
  poll_close ();
}
END_TEST

START_TEST (a_hidden_window_asks_nothing)
{
  poll_open ();
  counter_add (&let_on, ALL);
  for (int i = 0; i < 20; i++)
    {
      int before = shown;
      run_until (shown > before);
      set_visible (FALSE);
      before = asked;
      let_time_pass ();
      ck_assert_int_eq (asked, before);
      set_visible (TRUE);
    }
  poll_close ();
}
END_TEST

START_TEST (a_reading_that_ends_while_the_window_is_hidden_is_the_last)
{
  poll_open ();
  counter_wait (&begun, 1);
  set_visible (FALSE);
  counter_add (&let_on, ALL);
  run_until (shown >= 1);
  let_time_pass ();
  ck_assert_int_eq (shown, 1);
  set_visible (TRUE);
  run_until (shown >= 2);
  poll_close ();
}
END_TEST

START_TEST (a_reading_that_takes_long_is_the_only_one)
{
  poll_open ();
  counter_wait (&begun, 1);
#ifdef POLL_FIBER
  let_time_pass ();
#else
  run_until (asked >= 20);
#endif
  ck_assert_int_eq (counter_get (&begun), 1);
  ck_assert_int_eq (shown, 0);
  counter_add (&let_on, ALL);
  run_until (shown >= 3);
  poll_close ();
}
END_TEST

START_TEST (a_window_that_is_hidden_and_shown_often_has_one_question)
{
  poll_open ();
  for (int i = 0; i < 50; i++)
    {
      set_visible (FALSE);
      set_visible (TRUE);
    }
  ck_assert_int_le (counter_get (&begun), 1);
  counter_add (&let_on, ALL);
  run_until (shown >= 3);
  poll_close ();
}
END_TEST

START_TEST (the_window_is_closed_during_a_reading)
{
  poll_open ();
  counter_wait (&begun, 1);
  poll_close ();
  ck_assert_int_eq (shown, 0);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("cookbook-poll");
  test_add (suite, it_asks_again_and_again);
  test_add (suite, a_hidden_window_asks_nothing);
  test_add (suite, a_reading_that_ends_while_the_window_is_hidden_is_the_last);
  test_add (suite, a_reading_that_takes_long_is_the_only_one);
  test_add (suite, a_window_that_is_hidden_and_shown_often_has_one_question);
  test_add (suite, the_window_is_closed_during_a_reading);
  return gtk_test_main (suite, argc, argv);
}
