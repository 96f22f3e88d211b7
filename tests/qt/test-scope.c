/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Scopes of QObjects. */
#include "qt-suite.h"

static void
run_until_done (LodgerPending *pending)
{
  int64_t until = test_now () + test_limit_ns ();
  while (!lodger_pending_is_done (pending))
    {
      qt_process_events (true);
      if (test_now () > until)
        test_fail ("hangs");
    }
}

START_TEST (law_8_a_call_bound_to_an_object_does_not_run_after_its_end)
{
  Recorder recorder = { 0 };
  QObject *object;
  LodgerPending *pending;
  LodgerCaller *caller;
  qt_application_start (_i);
  caller = lodger_qt_attach (NULL);
  object = qt_object_new ();
  pending = lodger_scope_call_soon (lodger_qt_object_get_scope (object), caller, recorder_call, &recorder,
                                    recorder_destroy);
  qt_object_free (object);
  expect_code (lodger_pending_get_outcome (pending), LODGER_ECANCELED);
  lodger_pending_unref (pending);
  expect_code (lodger_caller_leave (caller), 0);
  recorder_expect (&recorder, 0, 1);
  lodger_caller_unref (caller);
}
END_TEST

START_TEST (a_bound_call_runs_as_long_as_the_object_is_there)
{
  Recorder recorder = { 0 };
  QObject *object;
  LodgerPending *pending;
  LodgerCaller *caller;
  qt_application_start (_i);
  caller = lodger_qt_attach (NULL);
  object = qt_object_new ();
  ck_assert_ptr_eq (lodger_qt_object_get_scope (object), lodger_qt_object_get_scope (object));
  pending = lodger_scope_call_soon (lodger_qt_object_get_scope (object), caller, recorder_call, &recorder,
                                    recorder_destroy);
  run_until_done (pending);
  expect_code (lodger_pending_get_outcome (pending), 0);
  recorder_expect (&recorder, 1, 1);
  lodger_pending_unref (pending);
  qt_object_free_later (object);
  qt_process_events (true);
  expect_code (lodger_caller_leave (caller), 0);
  lodger_caller_unref (caller);
}
END_TEST

typedef struct Dying
{
  QObject *object;
  LodgerScope *before, *meanwhile;
  bool has_ended;
} Dying;

static void
ask_while_dying (void *data)
{
  Dying *dying = data;
  dying->meanwhile = lodger_qt_object_get_scope (dying->object);
  dying->has_ended = lodger_scope_has_ended (dying->meanwhile);
}

START_TEST (a_dying_object_has_the_scope_that_has_ended)
{
  qt_application_start (_i);
  /* The memory of one object is likely to be that of the next. */
  for (int i = 0; i < 10; i++)
    {
      Dying dying = { .object = qt_object_new () };
      dying.before = lodger_scope_ref (lodger_qt_object_get_scope (dying.object));
      ck_assert (!lodger_scope_has_ended (dying.before));
      qt_object_hear_destroyed (dying.object, ask_while_dying, &dying);
      qt_object_free (dying.object);
      ck_assert_ptr_eq (dying.meanwhile, dying.before);
      ck_assert (dying.has_ended);
      lodger_scope_unref (dying.before);
    }
}
END_TEST

static void *
ask (void *object)
{
  ck_assert_ptr_null (lodger_qt_object_get_scope (object));
  return NULL;
}

START_TEST (edge_80_another_thread_gets_no_scope)
{
  QObject *object;
  qt_application_start (_i);
  object = qt_object_new ();
  log_capture_begin ();
  thread_join (thread_start (ask, object));
  ck_assert_ptr_null (lodger_qt_object_get_scope (NULL));
  ck_assert (log_capture_has ("the object lives in another thread"));
  log_capture_end ();
  qt_object_free (object);
}
END_TEST

static void
do_nothing (void *data)
{
  (void) data;
}

static int
code_of (LodgerPending *pending)
{
  int code = lodger_error_get_code (lodger_pending_get_error (pending));
  lodger_pending_unref (pending);
  return code;
}

START_TEST (edge_80_a_moved_object_runs_no_call)
{
  Recorder before = { 0 }, after = { 0 };
  QtThread *thread;
  QObject *object;
  LodgerPending *delivered, *submitted;
  LodgerScope *scope;
  LodgerCaller *caller;
  qt_application_start (_i);
  caller = lodger_qt_attach (NULL);
  thread = qt_thread_start (do_nothing, NULL);
  object = qt_object_new ();
  scope = lodger_scope_ref (lodger_qt_object_get_scope (object));
  delivered = lodger_scope_call_soon (scope, caller, recorder_call, &before, recorder_destroy);
  qt_object_move (object, thread);
  log_capture_begin ();
  submitted = lodger_scope_call_soon (scope, caller, recorder_call, &after, recorder_destroy);
  ck_assert (lodger_pending_is_done (submitted));
  run_until_done (delivered);
  log_capture_end ();
  expect_code (code_of (delivered), LODGER_EWRONGTHREAD);
  expect_code (code_of (submitted), LODGER_EWRONGTHREAD);
  recorder_expect (&before, 0, 1);
  recorder_expect (&after, 0, 1);
  qt_object_free_later (object);
  qt_thread_join (thread);
  ck_assert (lodger_scope_has_ended (scope));
  lodger_scope_unref (scope);
  expect_code (lodger_caller_leave (caller), 0);
  lodger_caller_unref (caller);
}
END_TEST

/* An object that moves has one scope, in each thread in which it lives. */
typedef struct Moved
{
  QObject *object;
  LodgerScope *scope;
  Latch may_look, has_looked;
  LodgerPending *call;
  Recorder recorder;
} Moved;

static void
use_here (void *data)
{
  Moved *moved = data;
  LodgerCaller *caller = lodger_qt_attach (NULL);
  latch_wait (&moved->may_look);
  ck_assert_ptr_eq (lodger_qt_object_get_scope (moved->object), moved->scope);
  moved->call = lodger_scope_call_soon (moved->scope, caller, recorder_call, &moved->recorder, recorder_destroy);
  run_until_done (moved->call);
  expect_code (lodger_caller_leave (caller), 0);
  lodger_caller_unref (caller);
  latch_open (&moved->has_looked);
}

START_TEST (edge_80_a_moved_object_runs_calls_where_it_lives)
{
  Moved moved = { 0 };
  QtThread *thread;
  qt_application_start (_i);
  latch_init (&moved.may_look);
  latch_init (&moved.has_looked);
  moved.object = qt_object_new ();
  moved.scope = lodger_qt_object_get_scope (moved.object);
  thread = qt_thread_start (use_here, &moved);
  qt_object_move (moved.object, thread);
  latch_open (&moved.may_look);
  latch_wait (&moved.has_looked);
  recorder_expect (&moved.recorder, 1, 1);
  expect_code (lodger_pending_get_outcome (moved.call), 0);
  lodger_pending_unref (moved.call);
  qt_object_free_later (moved.object);
  qt_thread_join (thread);
  latch_clear (&moved.may_look);
  latch_clear (&moved.has_looked);
}
END_TEST

int
main (int argc, char **argv)
{
  static const TTest *const *const tests[] = {
    &law_8_a_call_bound_to_an_object_does_not_run_after_its_end,
    &a_bound_call_runs_as_long_as_the_object_is_there,
    &a_dying_object_has_the_scope_that_has_ended,
    &edge_80_another_thread_gets_no_scope,
    &edge_80_a_moved_object_runs_no_call,
    &edge_80_a_moved_object_runs_calls_where_it_lives,
  };
  return qt_test_main ("qt-scope", tests, sizeof tests / sizeof *tests, argc, argv);
}
