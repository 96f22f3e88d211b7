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

int
main (int argc, char **argv)
{
  static const TTest *const *const tests[] = {
    &law_8_a_call_bound_to_an_object_does_not_run_after_its_end,
    &a_bound_call_runs_as_long_as_the_object_is_there,
    &a_dying_object_has_the_scope_that_has_ended,
    &edge_80_another_thread_gets_no_scope,
  };
  return qt_test_main ("qt-scope", tests, sizeof tests / sizeof *tests, argc, argv);
}
