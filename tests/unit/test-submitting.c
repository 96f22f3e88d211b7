/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What becomes of a submission before, while and after its caller runs. */
#include "test-loop.h"
#include "test-suite.h"

#define CLOSED "the caller was closed"

static void
expect_message (LodgerPending *pending, const char *expected)
{
  char *message = lodger_pending_dup_cancel_message (pending);
  ck_assert_pstr_eq (message, expected);
  lodger_free (message);
}

START_TEST (edge_16_submitted_before_the_caller_runs_waits_for_it)
{
  Recorder soon = { 0 }, direct = { 0 };
  Loop loop = loop_open_initial (LODGER_MANUAL_DEFAULT);
  LodgerPending *pending = lodger_caller_call_soon (loop.caller, recorder_call, &soon, recorder_destroy);
  expect_code (lodger_caller_call_direct (loop.caller, recorder_direct, &direct, recorder_destroy), 0);
  loop_run (&loop);
  ck_assert (!lodger_pending_is_done (pending));
  ck_assert_int_eq (lodger_pending_get_state (pending), LODGER_PENDING_QUEUED);
  recorder_expect (&soon, 0, 0);
  expect_code (lodger_caller_start_sync (loop.caller), 0);
  loop_run (&loop);
  expect_code (lodger_pending_get_outcome (pending), 0);
  recorder_expect (&soon, 1, 1);
  recorder_expect (&direct, 1, 1);
  lodger_pending_unref (pending);
  loop_close (&loop);
}
END_TEST

START_TEST (edge_17_submitted_after_the_stop_comes_back_cancelled)
{
  Recorder recorder = { 0 };
  LodgerPending *pending;
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  lodger_caller_stop (loop.caller, true);
  loop_run_until_done (&loop, lodger_caller_get_stopped (loop.caller));
  log_capture_begin ();

  pending = lodger_caller_call_soon (loop.caller, recorder_call, &recorder, recorder_destroy);
  ck_assert (lodger_pending_is_done (pending));
  expect_code (lodger_pending_get_outcome (pending), LODGER_ECANCELED);
  expect_message (pending, CLOSED);
  recorder_expect (&recorder, 0, 1);
  lodger_pending_unref (pending);

  pending = lodger_caller_call_later (loop.caller, 1000, recorder_call, &recorder, recorder_destroy);
  expect_code (lodger_pending_get_outcome (pending), LODGER_ECANCELED);
  recorder_expect (&recorder, 0, 2);
  lodger_pending_unref (pending);

  pending = lodger_caller_to_thread (loop.caller, recorder_call, &recorder, recorder_destroy);
  expect_code (lodger_pending_get_outcome (pending), LODGER_ECANCELED);
  recorder_expect (&recorder, 0, 3);
  lodger_pending_unref (pending);

  expect_code (lodger_caller_call_direct (loop.caller, recorder_direct, &recorder, recorder_destroy), LODGER_ESHUTDOWN);
  recorder_expect (&recorder, 0, 4);
  log_capture_end ();
  loop_close (&loop);
}
END_TEST

START_TEST (edge_18_a_stop_cancels_queued_and_delayed_calls)
{
  Recorder soon = { 0 }, later = { 0 }, direct = { 0 };
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  int64_t now = lodger_manual_now (loop.host);
  LodgerPending *queued = lodger_caller_call_soon (loop.caller, recorder_call, &soon, recorder_destroy);
  LodgerPending *delayed
      = lodger_caller_call_later (loop.caller, INT64_C (10000000000), recorder_call, &later, recorder_destroy);
  lodger_caller_call_direct (loop.caller, recorder_direct, &direct, recorder_destroy);
  lodger_caller_stop (loop.caller, false);
  loop_run (&loop);
  ck_assert_int_eq (lodger_manual_now (loop.host), now);
  ck_assert_int_eq (lodger_caller_get_state (loop.caller), LODGER_CALLER_STOPPED);
  expect_code (lodger_pending_get_outcome (queued), LODGER_ECANCELED);
  expect_code (lodger_pending_get_outcome (delayed), LODGER_ECANCELED);
  expect_message (queued, CLOSED);
  expect_message (delayed, CLOSED);
  recorder_expect (&soon, 0, 1);
  recorder_expect (&later, 0, 1);
  recorder_expect (&direct, 0, 1);
  lodger_pending_unref (queued);
  lodger_pending_unref (delayed);
  loop_close (&loop);
}
END_TEST

static void *
cancel_elsewhere (void *data)
{
  test_check (lodger_pending_cancel (data, "from elsewhere"));
  return NULL;
}

START_TEST (edge_19_cancelled_before_it_starts_never_runs)
{
  Recorder soon = { 0 }, later = { 0 };
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerPending *queued = lodger_caller_call_soon (loop.caller, recorder_call, &soon, recorder_destroy);
  LodgerPending *delayed
      = lodger_caller_call_later (loop.caller, INT64_C (10000000000), recorder_call, &later, recorder_destroy);
  loop_run (&loop);
  recorder_expect (&soon, 1, 1);
  lodger_pending_unref (queued);

  queued = lodger_caller_call_soon (loop.caller, recorder_call, &soon, recorder_destroy);
  thread_join (thread_start (cancel_elsewhere, queued));
  thread_join (thread_start (cancel_elsewhere, delayed));
  ck_assert (lodger_pending_is_done (queued));
  ck_assert (lodger_pending_is_done (delayed));
  recorder_expect (&soon, 1, 1);
  recorder_expect (&later, 0, 0);
  loop_run (&loop);
  recorder_expect (&soon, 1, 2);
  recorder_expect (&later, 0, 1);
  ck_assert_int_eq (soon.destroyed_in, test_thread_id ());
  ck_assert_int_eq (later.destroyed_in, test_thread_id ());
  lodger_manual_advance (loop.host, INT64_C (20000000000));
  loop_run (&loop);
  recorder_expect (&later, 0, 1);
  lodger_pending_unref (queued);
  lodger_pending_unref (delayed);
  loop_close (&loop);
}
END_TEST

static void
cancel_self (LodgerPending *self, void *data)
{
  const char **messages = data;
  ck_assert (lodger_pending_cancel (self, messages[0]));
  ck_assert (!lodger_pending_is_done (self));
  if (messages[1] != NULL)
    ck_assert (lodger_pending_cancel (self, messages[1]));
  lodger_pending_return_int (self, 1);
}

START_TEST (edge_20_cancelled_while_running_by_itself)
{
  static const char *const cases[][3]
      = { { NULL, NULL, NULL }, { "why", NULL, "why" }, { "why", "and why", "why\nand why" } };
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    {
      const char *messages[2] = { cases[i][0], cases[i][1] };
      LodgerPending *pending = lodger_caller_call_soon (loop.caller, cancel_self, messages, NULL);
      loop_run (&loop);
      expect_code (lodger_pending_get_outcome (pending), LODGER_ECANCELED);
      expect_message (pending, cases[i][2]);
      lodger_pending_unref (pending);
    }
  loop_close (&loop);
}
END_TEST

typedef struct Blocker
{
  Latch entered;
  Latch let_go;
  Recorder recorder;
} Blocker;

static void
block_call (LodgerPending *self, void *data)
{
  Blocker *blocker = data;
  latch_open (&blocker->entered);
  latch_wait (&blocker->let_go);
  test_check (lodger_pending_is_cancelled (self));
  lodger_pending_return_int (self, 1);
}

static void
blocker_destroy (void *data)
{
  recorder_destroy (&((Blocker *) data)->recorder);
}

START_TEST (edge_20_a_call_that_blocks_after_it_was_cancelled_ends_cancelled)
{
  Blocker blocker = { .recorder = { 0 } };
  LodgerCaller *worker = worker_start (NULL);
  int worker_thread = worker_thread_id (worker);
  LodgerPending *pending;
  latch_init (&blocker.entered);
  latch_init (&blocker.let_go);
  pending = lodger_caller_call_soon (worker, block_call, &blocker, blocker_destroy);
  latch_wait (&blocker.entered);
  ck_assert (lodger_pending_cancel (pending, "one"));
  ck_assert (lodger_pending_cancel (pending, "two"));
  ck_assert (!lodger_pending_is_done (pending));
  ck_assert_int_eq (lodger_pending_get_state (pending), LODGER_PENDING_RUNNING);
  latch_open (&blocker.let_go);
  wait_done (pending);
  expect_code (lodger_pending_get_outcome (pending), LODGER_ECANCELED);
  expect_message (pending, "one\ntwo");
  recorder_expect (&blocker.recorder, 0, 1);
  ck_assert_int_eq (blocker.recorder.destroyed_in, worker_thread);
  lodger_pending_unref (pending);
  worker_stop (worker);
  latch_clear (&blocker.entered);
  latch_clear (&blocker.let_go);
}
END_TEST

/* ---- from anywhere -------------------------------------------------------------------------------------------- */

typedef struct Stranger
{
  LodgerCaller *caller;
  Recorder *recorder;
  bool has_loop;
} Stranger;

static void *
submit_as_stranger (void *data)
{
  Stranger *stranger = data;
  LodgerPending *pending;
  Loop own;
  if (stranger->has_loop)
    own = loop_open (LODGER_MANUAL_DEFAULT);
  pending = lodger_caller_call_soon (stranger->caller, recorder_call, stranger->recorder, recorder_destroy);
  lodger_caller_call_direct (stranger->caller, recorder_direct, stranger->recorder, recorder_destroy);
  if (stranger->has_loop)
    {
      Recorder back = { 0 };
      LodgerPending *then = lodger_pending_then (pending, own.caller, recorder_then, &back, recorder_destroy);
      loop_run_until_done (&own, then);
      test_check (back.ran_in == test_thread_id ());
      lodger_pending_unref (then);
      loop_close (&own);
    }
  else
    wait_done (pending);
  test_check (lodger_pending_get_outcome (pending) == 0);
  lodger_pending_unref (pending);
  return NULL;
}

START_TEST (edge_27_any_thread_may_submit)
{
  LodgerCaller *worker = worker_start (NULL);
  int worker_thread = worker_thread_id (worker);
  for (int has_loop = 0; has_loop < 2; has_loop++)
    {
      Counter ends;
      Recorder recorder = { .ends = &ends };
      Stranger stranger = { .caller = worker, .recorder = &recorder, .has_loop = has_loop };
      counter_init (&ends);
      thread_join (thread_start (submit_as_stranger, &stranger));
      counter_wait (&ends, 2);
      recorder_expect (&recorder, 2, 2);
      ck_assert_int_eq (recorder.ran_in, worker_thread);
      ck_assert_int_eq (recorder.destroyed_in, worker_thread);
      counter_clear (&ends);
    }
  worker_stop (worker);
}
END_TEST

START_TEST (bad_arguments_are_answered_and_the_data_destroyed)
{
  Recorder recorder = { 0 };
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerCallOptions too_small = { .size = 1 };
  LodgerPending *refused[5];
  log_capture_begin ();
  refused[0] = lodger_caller_call_soon (NULL, recorder_call, &recorder, recorder_destroy);
  refused[1] = lodger_caller_call_soon (loop.caller, NULL, &recorder, recorder_destroy);
  refused[2] = lodger_caller_call_later (NULL, 5, recorder_call, &recorder, recorder_destroy);
  refused[3] = lodger_caller_to_thread (loop.caller, NULL, &recorder, recorder_destroy);
  refused[4] = lodger_caller_call_soon_full (loop.caller, recorder_call, &recorder, recorder_destroy, &too_small);
  for (int i = 0; i < 5; i++)
    {
      ck_assert_ptr_nonnull (refused[i]);
      expect_code (lodger_pending_get_outcome (refused[i]), LODGER_EFAILED);
      ck_assert (lodger_error_matches (lodger_pending_get_error (refused[i]), NULL, LODGER_EINVAL));
      lodger_pending_unref (refused[i]);
    }
  recorder_expect (&recorder, 0, 5);
  expect_code (lodger_caller_call_direct (NULL, recorder_direct, &recorder, recorder_destroy), LODGER_EINVAL);
  expect_code (lodger_caller_call_direct (loop.caller, NULL, &recorder, recorder_destroy), LODGER_EINVAL);
  recorder_expect (&recorder, 0, 7);
  ck_assert_uint_eq (log_capture_count (), 7);
  log_capture_end ();
  loop_close (&loop);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("submitting");
  test_add (suite, edge_16_submitted_before_the_caller_runs_waits_for_it);
  test_add (suite, edge_17_submitted_after_the_stop_comes_back_cancelled);
  test_add (suite, edge_18_a_stop_cancels_queued_and_delayed_calls);
  test_add (suite, edge_19_cancelled_before_it_starts_never_runs);
  test_add (suite, edge_20_cancelled_while_running_by_itself);
  test_add (suite, edge_20_a_call_that_blocks_after_it_was_cancelled_ends_cancelled);
  test_add (suite, edge_27_any_thread_may_submit);
  test_add (suite, bad_arguments_are_answered_and_the_data_destroyed);
  return test_main (suite, argc, argv);
}
