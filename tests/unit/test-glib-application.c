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

/* ---- a second application ------------------------------------------------------------------------------------------ */

static void
stay_until_told (LodgerPending *self, void *data)
{
  LodgerPending *never = lodger_pending_new (LODGER_PENDING_DEFAULT);
  (void) self;
  counter_add (data, 1);
  lodger_pending_wait (never, LODGER_FOREVER, LODGER_WAIT_PROTECT);
  lodger_pending_unref (never);
}

static void
work_and_quit (GApplication *application, void *data)
{
  LodgerCaller *caller = lodger_glib_open_caller (NULL, NULL, NULL);
  long before = counter_get (data);
  lodger_pending_unref (lodger_caller_to_thread (caller, stay_until_told, data, NULL));
  counter_wait (data, before + 1);
  lodger_caller_unref (caller);
  g_application_quit (application);
}

START_TEST (edge_53_a_caller_stops_with_the_second_application_too)
{
  GApplication *applications[2];
  Counter begun;
  counter_init (&begun);
  for (int i = 0; i < 2; i++)
    {
      applications[i] = g_application_new (NULL, (GApplicationFlags) 0);
      g_signal_connect (applications[i], "activate", G_CALLBACK (work_and_quit), &begun);
      ck_assert_int_eq (g_application_run (applications[i], 0, NULL), 0);
      ck_assert_ptr_null (lodger_caller_find ("glib", NULL));
    }
  g_object_unref (applications[1]);
  g_object_unref (applications[0]);
  counter_clear (&begun);
}
END_TEST

START_TEST (edge_53_a_caller_stops_with_an_application_that_started_before_the_first_use)
{
  GApplication *first = g_application_new (NULL, (GApplicationFlags) 0);
  GApplication *next = g_application_new (NULL, (GApplicationFlags) 0);
  Counter begun;
  counter_init (&begun);
  g_application_set_default (first);
  g_signal_connect (first, "activate", G_CALLBACK (quit_at_once), NULL);
  ck_assert_int_eq (g_application_run (first, 0, NULL), 0);
  g_signal_connect (next, "activate", G_CALLBACK (work_and_quit), &begun);
  ck_assert_int_eq (g_application_run (next, 0, NULL), 0);
  ck_assert_ptr_null (lodger_caller_find ("glib", NULL));
  g_object_unref (next);
  g_object_unref (first);
  counter_clear (&begun);
}
END_TEST

/* ---- work that a shutdown begins ------------------------------------------------------------------------------------- */

typedef enum Moment
{
  IN_A_HANDLER,
  BEFORE_THE_PARENT,
  AFTER_THE_PARENT,
} Moment;

typedef struct Saver
{
  GApplication parent;
} Saver;

typedef struct SaverClass
{
  GApplicationClass parent;
} SaverClass;

GType saver_get_type (void);
G_DEFINE_TYPE (Saver, saver, G_TYPE_APPLICATION)

static Moment moment;
static LodgerCallFunc last_work;
static LodgerCaller *last_caller;
static Recorder last_data;
static Counter saved;

static void
begin_last (void)
{
  lodger_pending_unref (lodger_caller_to_thread (last_caller, last_work, &last_data, recorder_destroy));
}

static void
saver_shutdown (GApplication *application)
{
  if (moment == BEFORE_THE_PARENT)
    begin_last ();
  G_APPLICATION_CLASS (saver_parent_class)->shutdown (application);
  if (moment == AFTER_THE_PARENT)
    begin_last ();
}

static void
saver_activate (GApplication *application)
{
  last_caller = lodger_glib_open_caller (NULL, NULL, NULL);
  g_application_quit (application);
}

static void
saver_init (Saver *saver)
{
  (void) saver;
}

static void
saver_class_init (SaverClass *class)
{
  G_APPLICATION_CLASS (class)->activate = saver_activate;
  G_APPLICATION_CLASS (class)->shutdown = saver_shutdown;
}

/* Not cancelled until the shutdown waits: a cancel would end the wait at once. */
static void
save (LodgerPending *self, void *data)
{
  LodgerPending *later = lodger_pending_new (LODGER_PENDING_DEFAULT);
  int code = lodger_pending_wait (later, INT64_C (50000000), LODGER_WAIT_PROTECT);
  (void) data;
  if (code == LODGER_ETIMEDOUT && !lodger_pending_is_cancelled (self))
    counter_add (&saved, 1);
  lodger_pending_unref (later);
}

static void
run_saver (Moment when, LodgerCallFunc work)
{
  GApplication *saver = g_object_new (saver_get_type (), NULL);
  moment = when;
  last_work = work;
  last_data = (Recorder) { 0 };
  if (when == IN_A_HANDLER)
    g_signal_connect (saver, "shutdown", G_CALLBACK (begin_last), NULL);
  ck_assert_int_eq (g_application_run (saver, 0, NULL), 0);
  recorder_expect (&last_data, 0, 1);
  ck_assert_int_eq (lodger_caller_get_state (last_caller), LODGER_CALLER_STOPPED);
  ck_assert_ptr_null (lodger_caller_find ("glib", NULL));
  lodger_caller_unref (last_caller);
  g_object_unref (saver);
}

START_TEST (edge_53_work_that_a_shutdown_begins_runs_to_its_end)
{
  counter_init (&saved);
  run_saver (IN_A_HANDLER, save);
  ck_assert_int_eq (counter_get (&saved), 1);
  run_saver (BEFORE_THE_PARENT, save);
  ck_assert_int_eq (counter_get (&saved), 2);
  run_saver (AFTER_THE_PARENT, save);
  ck_assert_int_eq (counter_get (&saved), 3);
  counter_clear (&saved);
}
END_TEST

static void
attach_with_a_deadline (GApplication *application, void *data)
{
  const LodgerCallerOptions options = { .size = sizeof options, .stop_deadline = INT64_C (100000000) };
  (void) application;
  (void) data;
  last_caller = lodger_glib_open_caller (NULL, &options, NULL);
}

static void
never_save (LodgerPending *self, void *data)
{
  (void) data;
  stay_until_told (self, &saved);
}

START_TEST (work_that_a_shutdown_begins_is_named_at_the_deadline)
{
  GApplication *saver = g_object_new (saver_get_type (), NULL);
  counter_init (&saved);
  moment = BEFORE_THE_PARENT;
  last_work = never_save;
  last_data = (Recorder) { 0 };
  g_signal_connect (saver, "startup", G_CALLBACK (attach_with_a_deadline), NULL);
  log_capture_begin ();
  ck_assert_int_eq (g_application_run (saver, 0, NULL), 0);
  ck_assert (log_capture_has ("test-glib-application.c"));
  log_capture_end ();
  recorder_expect (&last_data, 0, 1);
  ck_assert_int_eq (counter_get (&saved), 1);
  lodger_caller_unref (last_caller);
  lodger_caller_unref (last_caller);
  g_object_unref (saver);
  counter_clear (&saved);
}
END_TEST

/* ---- a hold ---------------------------------------------------------------------------------------------------------- */

#define SAVES 30

static void
hold_saves (GApplication *application, void *data)
{
  LodgerCaller *caller = lodger_glib_open_caller (NULL, NULL, NULL);
  (void) data;
  for (int i = 0; i < SAVES; i++)
    {
      LodgerPending *pending = lodger_caller_to_thread (caller, save, NULL, NULL);
      expect_code (lodger_glib_application_hold (application, pending), 0);
      lodger_pending_unref (pending);
    }
  lodger_caller_unref (caller);
}

static void
hold_in_shutdown (GApplication *application, void *data)
{
  LodgerPending *pending = lodger_pending_new (LODGER_PENDING_DEFAULT);
  LodgerCaller *caller = lodger_caller_find ("glib", NULL);
  (void) data;
  expect_code (lodger_glib_application_hold (application, pending), 0);
  lodger_pending_unref (pending);
  lodger_caller_unref (caller);
}

START_TEST (an_application_is_held_until_its_work_has_ended)
{
  GApplication *application = g_application_new (NULL, (GApplicationFlags) 0);
  counter_init (&saved);
  g_signal_connect (application, "activate", G_CALLBACK (hold_saves), NULL);
  g_signal_connect (application, "shutdown", G_CALLBACK (hold_in_shutdown), NULL);
  ck_assert_int_eq (g_application_run (application, 0, NULL), 0);
  ck_assert_int_eq (counter_get (&saved), SAVES);
  ck_assert_uint_eq (G_OBJECT (application)->ref_count, 1);
  g_object_unref (application);
  counter_clear (&saved);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("glib-application");
  test_add (suite, edge_53_a_caller_stops_when_the_application_shuts_down);
  test_add (suite, a_caller_that_was_left_before_is_not_stopped_again);
  test_add (suite, edge_53_a_caller_stops_after_the_call_in_which_the_application_shuts_down);
  test_add (suite, edge_53_a_caller_stops_with_the_second_application_too);
  test_add (suite, edge_53_a_caller_stops_with_an_application_that_started_before_the_first_use);
  test_add (suite, edge_53_work_that_a_shutdown_begins_runs_to_its_end);
  test_add (suite, work_that_a_shutdown_begins_is_named_at_the_deadline);
  test_add (suite, an_application_is_held_until_its_work_has_ended);
  return test_main (suite, argc, argv);
}
