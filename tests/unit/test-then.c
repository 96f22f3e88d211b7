/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mailbox/post.h"
#include "pending/pending.h"
#include "test-loop.h"
#include "test-suite.h"

static void *
answer_elsewhere (void *data)
{
  test_check (lodger_pending_return_int (data, 5) == 0);
  return NULL;
}

static void
expect_five (LodgerPending *self, LodgerPending *done, void *data)
{
  int64_t number = 0;
  ck_assert_ptr_eq (lodger_pending_current (), self);
  ck_assert (lodger_pending_is_done (done));
  expect_code (lodger_pending_get_int (done, &number), 0);
  ck_assert_int_eq (number, 5);
  recorder_direct (data);
  lodger_pending_return_int (self, 6);
}

START_TEST (edge_09_then_runs_in_the_named_callers_thread)
{
  Recorder recorder = { 0 };
  int64_t number = 0;
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  LodgerPending *then = lodger_pending_then (promise, loop.caller, expect_five, &recorder, recorder_destroy);
  loop_run (&loop);
  ck_assert (!lodger_pending_is_done (then));
  thread_join (thread_start (answer_elsewhere, promise));
  recorder_expect (&recorder, 0, 0);
  loop_run (&loop);
  recorder_expect (&recorder, 1, 1);
  ck_assert_int_eq (recorder.ran_in, test_thread_id ());
  ck_assert_int_eq (recorder.destroyed_in, test_thread_id ());
  expect_code (lodger_pending_get_int (then, &number), 0);
  ck_assert_int_eq (number, 6);
  lodger_pending_unref (then);
  lodger_pending_unref (promise);
  loop_close (&loop);
}
END_TEST

START_TEST (edge_09_then_on_a_done_pending_is_not_inline)
{
  Recorder recorder = { 0 };
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  LodgerPending *then;
  lodger_pending_return_int (promise, 5);
  then = lodger_pending_then (promise, loop.caller, expect_five, &recorder, recorder_destroy);
  recorder_expect (&recorder, 0, 0);
  ck_assert (!lodger_pending_is_done (then));
  loop_run (&loop);
  recorder_expect (&recorder, 1, 1);
  lodger_pending_unref (then);
  lodger_pending_unref (promise);
  loop_close (&loop);
}
END_TEST

static void
return_own_thread (LodgerPending *self, void *data)
{
  (void) data;
  lodger_pending_return_int (self, test_thread_id ());
}

static void
compare_threads (LodgerPending *self, LodgerPending *done, void *data)
{
  int64_t where = 0;
  (void) self;
  expect_code (lodger_pending_get_int (done, &where), 0);
  ck_assert_int_ne (where, test_thread_id ());
  recorder_direct (data);
}

START_TEST (a_workers_result_is_passed_to_the_callers_thread)
{
  Recorder recorder = { 0 };
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerCaller *worker = worker_start (NULL);
  LodgerPending *call = lodger_caller_call_soon (worker, return_own_thread, NULL, NULL);
  LodgerPending *then = lodger_pending_then (call, loop.caller, compare_threads, &recorder, recorder_destroy);
  lodger_pending_unref (call);
  loop_run_until_done (&loop, then);
  expect_code (lodger_pending_get_outcome (then), 0);
  recorder_expect (&recorder, 1, 1);
  ck_assert_int_eq (recorder.ran_in, test_thread_id ());
  lodger_pending_unref (then);
  lodger_caller_stop (worker, true);
  loop_run (&loop);
  loop_close (&loop);
  lodger_caller_unref (worker);
}
END_TEST

static void
expect_cancelled (LodgerPending *self, LodgerPending *done, void *data)
{
  (void) self;
  expect_code (lodger_pending_get_outcome (done), LODGER_ECANCELED);
  recorder_direct (data);
}

START_TEST (a_then_runs_after_a_cancelled_source_too)
{
  Recorder recorder = { 0 };
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  LodgerPending *then = lodger_pending_then (promise, loop.caller, expect_cancelled, &recorder, recorder_destroy);
  lodger_pending_cancel (promise, NULL);
  loop_run (&loop);
  expect_code (lodger_pending_get_outcome (then), 0);
  recorder_expect (&recorder, 1, 1);
  lodger_pending_unref (then);
  lodger_pending_unref (promise);
  loop_close (&loop);
}
END_TEST

START_TEST (cancelling_a_then_leaves_its_source_alone)
{
  Recorder recorder = { 0 };
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  LodgerPending *then = lodger_pending_then (promise, loop.caller, expect_five, &recorder, recorder_destroy);
  ck_assert (lodger_pending_cancel (then, NULL));
  ck_assert (lodger_pending_is_done (then));
  ck_assert (!lodger_pending_is_done (promise));
  recorder_expect (&recorder, 0, 0);
  loop_run (&loop);
  recorder_expect (&recorder, 0, 1);
  lodger_pending_return_int (promise, 5);
  loop_run (&loop);
  recorder_expect (&recorder, 0, 1);
  lodger_pending_unref (then);
  lodger_pending_unref (promise);
  loop_close (&loop);
}
END_TEST

START_TEST (a_stop_cancels_a_then_whose_source_is_not_done)
{
  Recorder recorder = { 0 };
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  LodgerPending *then = lodger_pending_then (promise, loop.caller, expect_five, &recorder, recorder_destroy);
  lodger_caller_stop (loop.caller, true);
  loop_run_until_done (&loop, lodger_caller_get_stopped (loop.caller));
  expect_code (lodger_pending_get_outcome (then), LODGER_ECANCELED);
  recorder_expect (&recorder, 0, 1);
  ck_assert_int_eq (recorder.destroyed_in, test_thread_id ());
  ck_assert (!lodger_pending_is_done (promise));
  lodger_pending_return_int (promise, 5);
  recorder_expect (&recorder, 0, 1);
  lodger_pending_unref (then);
  lodger_pending_unref (promise);
  loop_close (&loop);
}
END_TEST

START_TEST (a_then_to_a_stopped_caller_is_refused)
{
  Recorder recorder = { 0 };
  LodgerPending *then;
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  lodger_caller_stop (loop.caller, true);
  loop_run_until_done (&loop, lodger_caller_get_stopped (loop.caller));
  then = lodger_pending_then (promise, loop.caller, expect_five, &recorder, recorder_destroy);
  expect_code (lodger_pending_get_outcome (then), LODGER_ECANCELED);
  recorder_expect (&recorder, 0, 1);
  lodger_pending_unref (then);
  lodger_pending_unref (promise);
  loop_close (&loop);
}
END_TEST

START_TEST (bad_arguments_of_a_then_are_answered)
{
  Recorder recorder = { 0 };
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  LodgerPending *refused[3];
  log_capture_begin ();
  refused[0] = lodger_pending_then (NULL, loop.caller, expect_five, &recorder, recorder_destroy);
  refused[1] = lodger_pending_then (promise, NULL, expect_five, &recorder, recorder_destroy);
  refused[2] = lodger_pending_then (promise, loop.caller, NULL, &recorder, recorder_destroy);
  for (int i = 0; i < 3; i++)
    {
      expect_code (lodger_pending_get_outcome (refused[i]), LODGER_EFAILED);
      ck_assert (lodger_error_matches (lodger_pending_get_error (refused[i]), NULL, LODGER_EINVAL));
      lodger_pending_unref (refused[i]);
    }
  recorder_expect (&recorder, 0, 3);
  ck_assert_uint_eq (log_capture_count (), 3);
  log_capture_end ();
  lodger_pending_unref (promise);
  loop_close (&loop);
}
END_TEST

START_TEST (a_promise_that_goes_unanswered_ends_its_then_at_the_stop)
{
  Recorder recorder = { 0 };
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  LodgerPending *then = lodger_pending_then (promise, loop.caller, expect_five, &recorder, recorder_destroy);
  lodger_pending_unref (promise);
  loop_run (&loop);
  lodger_caller_stop (loop.caller, true);
  loop_run_until_done (&loop, lodger_caller_get_stopped (loop.caller));
  ck_assert (lodger_pending_is_done (then));
  recorder_expect (&recorder, 0, 1);
  lodger_pending_unref (then);
  loop_close (&loop);
}
END_TEST

static void *
push (void *then)
{
  lodger__push (lodger__pending_caller (then), lodger__pending_item (then));
  return NULL;
}

/* A thread that completes the source has said that it brings the continuation, and has not come to that yet. */
START_TEST (law_4_a_stop_waits_for_a_continuation_that_is_on_its_way)
{
  Recorder recorder = { 0 };
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  LodgerPending *then = lodger_pending_then (promise, loop.caller, expect_five, &recorder, recorder_destroy);
  loop_run (&loop);
  lodger__pending_add_state (then, P_PUSHED);
  lodger_caller_stop (loop.caller, true);
  loop_run (&loop);
  ck_assert_int_eq (lodger_caller_get_state (loop.caller), LODGER_CALLER_STOPPING);
  thread_join (thread_start (push, then));
  loop_run (&loop);
  ck_assert_int_eq (lodger_caller_get_state (loop.caller), LODGER_CALLER_STOPPED);
  expect_code (lodger_pending_get_outcome (then), LODGER_ECANCELED);
  recorder_expect (&recorder, 0, 1);
  ck_assert_int_eq (recorder.destroyed_in, test_thread_id ());
  lodger_pending_unref (then);
  lodger_pending_unref (promise);
  loop_close (&loop);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("then");
  test_add (suite, edge_09_then_runs_in_the_named_callers_thread);
  test_add (suite, edge_09_then_on_a_done_pending_is_not_inline);
  test_add (suite, a_workers_result_is_passed_to_the_callers_thread);
  test_add (suite, a_then_runs_after_a_cancelled_source_too);
  test_add (suite, cancelling_a_then_leaves_its_source_alone);
  test_add (suite, a_stop_cancels_a_then_whose_source_is_not_done);
  test_add (suite, a_then_to_a_stopped_caller_is_refused);
  test_add (suite, bad_arguments_of_a_then_are_answered);
  test_add (suite, a_promise_that_goes_unanswered_ends_its_then_at_the_stop);
  test_add (suite, law_4_a_stop_waits_for_a_continuation_that_is_on_its_way);
  return test_main (suite, argc, argv);
}
