/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The poll: one question at a time, and none while nobody looks. */
#include "test-latch.h"
#include "test-limits.h"

#include <lodger-gtk4.h>

#define ALL 1000000

static Counter begun;    /* readings */
static Counter let_on;   /* how many of them may be made */
static GPtrArray *calls; /* pendings of all calls */

static gboolean
read_file (const char *name, char **contents, gsize *length, GError **error)
{
  if (g_str_has_suffix (name, "loadavg"))
    counter_wait (&let_on, counter_add (&begun, 1));
  return g_file_get_contents (name, contents, length, error);
}

/* There is one question at a time: a reading and the function that shows it, or the time until the next. */
static LodgerPending *
note (LodgerPending *call)
{
  int wanted = 0;
  g_ptr_array_add (calls, lodger_pending_ref (call));
  for (guint i = 0; i < calls->len; i++)
    {
      LodgerPending *other = g_ptr_array_index (calls, i);
      if (other != lodger_pending_current ())
        wanted += !lodger_pending_is_cancelled (other) && !lodger_pending_is_done (other);
    }
  test_check (wanted <= 2);
  return call;
}

static LodgerPending *
note_to_thread (LodgerScope *scope, LodgerCaller *caller, LodgerCallFunc func, void *data, LodgerDestroyFunc destroy)
{
  return note (lodger_scope_to_thread (scope, caller, func, data, destroy));
}

static LodgerPending *
note_then (LodgerScope *scope, LodgerPending *done, LodgerCaller *caller, LodgerThenFunc func, void *data,
           LodgerDestroyFunc destroy)
{
  return note (lodger_scope_then (scope, done, caller, func, data, destroy));
}

/* A thousandth of the time. */
static LodgerPending *
note_later (LodgerScope *scope, LodgerCaller *caller, int64_t delay, LodgerCallFunc func, void *data,
            LodgerDestroyFunc destroy)
{
  return note (lodger_scope_call_later (scope, caller, delay / 1000, func, data, destroy));
}

int program_main (int argc, char **argv);
#undef lodger_scope_to_thread
#undef lodger_scope_then
#undef lodger_scope_call_later
#define lodger_scope_to_thread  note_to_thread
#define lodger_scope_then       note_then
#define lodger_scope_call_later note_later
#define g_file_get_contents     read_file
#define main                    program_main
#include "demos/cookbook/poll.c"
#undef main
#undef g_file_get_contents

#include "cookbook-test.h"

typedef struct Poll
{
  GtkApplication *application;
  GtkWindow *window; /* a reference */
  Meter *meter;
} Poll;

/* Waits for the end of all calls. */
static void
expect_end (void)
{
  guint count = calls->len;
  for (guint i = 0; i < count; i++)
    window_run_until_done (g_ptr_array_index (calls, i));
  ck_assert_uint_eq (calls->len, count);
}

static Poll
poll_open (void)
{
  Poll poll = { .application = application_open () };
  counter_init (&begun);
  counter_init (&let_on);
  calls = g_ptr_array_new_with_free_func ((GDestroyNotify) lodger_pending_unref);
  activate (poll.application);
  poll.window = g_object_ref (application_window (poll.application));
  poll.meter = g_object_get_data (G_OBJECT (poll.window), "meter");
  run_until (poll.meter->is_seen);
  return poll;
}

static void
poll_close (Poll *poll)
{
  gtk_window_destroy (poll->window);
  counter_add (&let_on, ALL);
  window_settle ();
  g_object_unref (poll->window);
  application_close (poll->application);
  expect_end ();
  g_ptr_array_unref (calls);
  counter_clear (&begun);
  counter_clear (&let_on);
}

static void
set_visible (Poll *poll, gboolean visible)
{
  gtk_widget_set_visible (GTK_WIDGET (poll->window), visible);
  run_until (poll->meter->is_seen == visible);
}

START_TEST (it_asks_again_and_again)
{
  Poll poll = poll_open ();
  counter_add (&let_on, ALL);
  run_until (poll.meter->readings == 20);
  poll_close (&poll);
}
END_TEST

START_TEST (a_hidden_window_has_no_call_left)
{
  Poll poll = poll_open ();
  counter_add (&let_on, ALL);
  for (guint i = 0; i < 20; i++)
    {
      guint before = poll.meter->readings;
      run_until (poll.meter->readings > before);
      set_visible (&poll, FALSE);
      before = poll.meter->readings;
      expect_end ();
      ck_assert_uint_eq (poll.meter->readings, before);
      ck_assert_str_eq (gtk_window_get_title (poll.window), "Paused");
      set_visible (&poll, TRUE);
    }
  poll_close (&poll);
}
END_TEST

START_TEST (a_reading_that_ends_while_the_window_is_hidden_is_not_shown)
{
  Poll poll = poll_open ();
  counter_wait (&begun, 1);
  set_visible (&poll, FALSE);
  counter_add (&let_on, ALL);
  expect_end ();
  ck_assert_uint_eq (poll.meter->readings, 0);
  set_visible (&poll, TRUE);
  run_until (poll.meter->readings > 0);
  poll_close (&poll);
}
END_TEST

START_TEST (a_window_that_is_hidden_and_shown_often_has_one_question)
{
  Poll poll = poll_open ();
  for (int i = 0; i < 50; i++)
    {
      set_visible (&poll, FALSE);
      set_visible (&poll, TRUE);
    }
  counter_add (&let_on, ALL);
  run_until (poll.meter->readings == 3);
  poll_close (&poll);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("cookbook-poll");
  test_add (suite, it_asks_again_and_again);
  test_add (suite, a_hidden_window_has_no_call_left);
  test_add (suite, a_reading_that_ends_while_the_window_is_hidden_is_not_shown);
  test_add (suite, a_window_that_is_hidden_and_shown_often_has_one_question);
  return gtk_test_main (suite, argc, argv);
}
