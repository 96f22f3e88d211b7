/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A program that ends by its GApplication's word. */
#include "test-suite.h"

#include <lodger-glib.h>

typedef struct Program
{
  LodgerCaller *caller;
  LodgerPending *never, *work;
  Counter ready;
  Witness queued;
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
  lodger_pending_unref (lodger_caller_call_later (program->caller, INT64_C (3600000000000), witness_call,
                                                  &program->queued, witness_destroy));
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
  witness_expect (&program.queued, 0, 1);
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
  proc_expect_back (before);
}
END_TEST

START_TEST (a_caller_that_was_left_before_is_not_stopped_again)
{
  run (true);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("glib-application");
  test_add (suite, edge_53_a_caller_stops_when_the_application_shuts_down);
  test_add (suite, a_caller_that_was_left_before_is_not_stopped_again);
  return test_main (suite, argc, argv);
}
