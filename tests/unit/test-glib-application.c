/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A program that ends by its GApplication's word. */
#include "test-suite.h"

#include <lodger-glib.h>

typedef struct Program
{
  LodgerCaller *caller;
  LodgerPending *never, *work;
  Counter ready;
  Recorder queued;
  int code;
  bool leaves;
} Program;

static void
wait_for_ever (LodgerPending *self, void *data)
{
  Program *program = data;
  (void) self;
  counter_add (&program->ready, 1);
  program->code = lodger_pending_wait (program->never, LODGER_FOREVER, LODGER_WAIT_PROTECT);
}

/* It quits with a call at work in a worker and another one that is far off. */
static void
activate (GApplication *application, void *data)
{
  Program *program = data;
  program->caller = lodger_glib_attach (NULL, NULL);
  program->work = lodger_caller_to_thread (program->caller, wait_for_ever, program, NULL);
  lodger_pending_unref (lodger_caller_call_later (program->caller, INT64_C (3600000000000), recorder_call,
                                                  &program->queued, recorder_destroy));
  counter_wait (&program->ready, 1);
  if (program->leaves)
    expect_code (lodger_caller_leave (program->caller), 0);
  g_application_quit (application);
}

static void
run (bool leaves)
{
  GApplication *application = g_application_new (NULL, (GApplicationFlags) 0);
  Program program = { .never = lodger_pending_new (LODGER_PENDING_DEFAULT), .leaves = leaves };
  counter_init (&program.ready);
  g_signal_connect (application, "activate", G_CALLBACK (activate), &program);
  ck_assert_int_eq (g_application_run (application, 0, NULL), 0);
  ck_assert_int_eq (lodger_caller_get_state (program.caller), LODGER_CALLER_STOPPED);
  expect_code (program.code, LODGER_ECANCELED);
  expect_code (lodger_pending_get_outcome (program.work), LODGER_ECANCELED);
  recorder_expect (&program.queued, 0, 1);
  if (!leaves)
    expect_code (lodger_caller_leave (program.caller), 0);
  lodger_pending_unref (program.work);
  lodger_pending_unref (program.never);
  lodger_caller_unref (program.caller);
  g_object_unref (application);
  counter_clear (&program.ready);
}

START_TEST (edge_53_a_caller_stops_when_the_application_shuts_down)
{
  ProcCount before;
  run (false);
  before = proc_count ();
  run (false);
  proc_expect_restored (before);
}
END_TEST

START_TEST (a_caller_that_was_left_before_is_not_stopped_again)
{
  run (true);
}
END_TEST

static void
quit_at_once (GApplication *application, void *data)
{
  (void) data;
  g_application_quit (application);
}

static void
run_application (LodgerPending *self, void *application)
{
  (void) self;
  ck_assert_int_eq (g_application_run (application, 0, NULL), 0);
}

START_TEST (edge_53_a_caller_stops_after_the_call_in_which_the_application_shuts_down)
{
  GApplication *application = g_application_new (NULL, (GApplicationFlags) 0);
  LodgerCaller *caller;
  LodgerPending *pending;
  g_application_set_default (application);
  g_signal_connect (application, "activate", G_CALLBACK (quit_at_once), NULL);
  caller = lodger_glib_attach (NULL, NULL);
  pending = lodger_caller_call_soon (caller, run_application, application, NULL);
  log_capture_begin ();
  while (!lodger_pending_is_done (pending))
    g_main_context_iteration (NULL, TRUE);
  ck_assert (!lodger_caller_is_running (caller));
  while (lodger_caller_get_state (caller) != LODGER_CALLER_STOPPED)
    g_main_context_iteration (NULL, TRUE);
  log_capture_end ();
  lodger_pending_unref (pending);
  lodger_caller_unref (caller);
  g_object_unref (application);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("glib-application");
  test_add (suite, edge_53_a_caller_stops_when_the_application_shuts_down);
  test_add (suite, a_caller_that_was_left_before_is_not_stopped_again);
  test_add (suite, edge_53_a_caller_stops_after_the_call_in_which_the_application_shuts_down);
  return test_main (suite, argc, argv);
}
