/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test-loop.h"
#include "test-suite.h"

#include <string.h>

enum
{
  SHORT = 1000000 /* a timeout that is meant to pass */
};

START_TEST (edge_05_timed_out_waiter_cancels)
{
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  expect_code (lodger_pending_wait (promise, SHORT, LODGER_WAIT_DEFAULT), LODGER_ETIMEDOUT);
  ck_assert (lodger_pending_is_done (promise));
  expect_code (lodger_pending_get_outcome (promise), LODGER_ECANCELED);
  expect_code (lodger_pending_wait (promise, LODGER_FOREVER, LODGER_WAIT_DEFAULT), LODGER_ECANCELED);
  lodger_pending_unref (promise);
}
END_TEST

START_TEST (edge_05_a_timeout_does_not_cancel_a_protected_pending)
{
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  expect_code (lodger_pending_wait (promise, SHORT, LODGER_WAIT_PROTECT), LODGER_ETIMEDOUT);
  ck_assert (!lodger_pending_is_cancelled (promise));
  lodger_pending_return_int (promise, 1);
  expect_code (lodger_pending_wait (promise, LODGER_FOREVER, LODGER_WAIT_PROTECT), 0);
  lodger_pending_unref (promise);

  promise = lodger_pending_new (LODGER_PENDING_PROTECTED);
  expect_code (lodger_pending_wait (promise, SHORT, LODGER_WAIT_DEFAULT), LODGER_ETIMEDOUT);
  ck_assert (!lodger_pending_is_cancelled (promise));
  lodger_pending_return_int (promise, 1);
  expect_code (lodger_pending_wait (promise, SHORT, LODGER_WAIT_DEFAULT), 0);
  lodger_pending_unref (promise);
}
END_TEST

START_TEST (a_timeout_of_zero_does_not_wait)
{
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  expect_code (lodger_pending_wait (promise, 0, LODGER_WAIT_DEFAULT), LODGER_ETIMEDOUT);
  expect_code (lodger_pending_wait (promise, -5, LODGER_WAIT_DEFAULT), LODGER_ETIMEDOUT);
  ck_assert (!lodger_pending_is_cancelled (promise));
  lodger_pending_return_int (promise, 1);
  expect_code (lodger_pending_wait (promise, 0, LODGER_WAIT_PROTECT), 0);
  expect_code (lodger_pending_wait (promise, LODGER_FOREVER, LODGER_WAIT_DEFAULT), 0);
  lodger_pending_unref (promise);
  loop_close (&loop);
}
END_TEST

/* A call on a worker that waits for a promise. */
typedef struct Waiting
{
  LodgerPending *promise;
  LodgerWaitFlags flags;
  Latch entered;
  int code;
  int again;
  bool was_cancelled;
} Waiting;

static void
wait_call (LodgerPending *self, void *data)
{
  Waiting *waiting = data;
  latch_open (&waiting->entered);
  waiting->code = lodger_pending_wait (waiting->promise, LODGER_FOREVER, waiting->flags);
  waiting->was_cancelled = lodger_pending_is_cancelled (self);
  if (waiting->code == LODGER_ECANCELED)
    waiting->again = lodger_pending_wait (waiting->promise, LODGER_FOREVER, LODGER_WAIT_PROTECT);
  lodger_pending_return_int (self, 1);
}

static LodgerPending *
start_waiting (LodgerCaller *worker, int thread_id, Waiting *waiting)
{
  LodgerPending *pending;
  latch_init (&waiting->entered);
  pending = lodger_caller_call_soon (worker, wait_call, waiting, NULL);
  latch_wait (&waiting->entered);
  proc_wait_asleep (thread_id);
  return pending;
}

START_TEST (edge_05_a_cancelled_waiter_cancels_the_awaited_pending)
{
  LodgerCaller *worker = worker_start (NULL);
  int thread_id = worker_thread_id (worker);
  for (int protect = 0; protect < 2; protect++)
    {
      LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
      Waiting waiting = { .promise = promise, .flags = protect ? LODGER_WAIT_PROTECT : LODGER_WAIT_DEFAULT };
      LodgerPending *pending = start_waiting (worker, thread_id, &waiting);
      ck_assert (lodger_pending_cancel (pending, "enough"));
      wait_done (pending);
      expect_code (waiting.code, LODGER_ECANCELED);
      expect_code (waiting.again, LODGER_ECANCELED);
      expect_code (lodger_pending_get_outcome (pending), LODGER_ECANCELED);
      ck_assert_int_eq (lodger_pending_is_cancelled (promise), !protect);
      lodger_pending_unref (pending);
      lodger_pending_unref (promise);
      latch_clear (&waiting.entered);
    }
  worker_stop (worker);
}
END_TEST

START_TEST (edge_06_shield_holds_back_the_waiters_own_cancellation)
{
  LodgerCaller *worker = worker_start (NULL);
  int thread_id = worker_thread_id (worker);
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  Waiting waiting = { .promise = promise, .flags = LODGER_WAIT_SHIELD };
  LodgerPending *pending = start_waiting (worker, thread_id, &waiting);
  ck_assert (lodger_pending_cancel (pending, "enough"));
  ck_assert (!lodger_pending_is_done (pending));
  ck_assert (!lodger_pending_is_cancelled (promise));
  lodger_pending_return_int (promise, 1);
  wait_done (pending);
  expect_code (waiting.code, 0);
  ck_assert (waiting.was_cancelled);
  expect_code (lodger_pending_get_outcome (pending), LODGER_ECANCELED);
  lodger_pending_unref (pending);
  lodger_pending_unref (promise);
  latch_clear (&waiting.entered);
  worker_stop (worker);
}
END_TEST

START_TEST (edge_07_without_result_failure_is_no_error_but_a_timeout_is)
{
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  expect_code (lodger_pending_wait (promise, SHORT, LODGER_WAIT_NO_RESULT | LODGER_WAIT_PROTECT), LODGER_ETIMEDOUT);
  lodger_pending_return_new_error (promise, "disk", 1, "no");
  expect_code (lodger_pending_wait (promise, SHORT, LODGER_WAIT_NO_RESULT), 0);
  expect_code (lodger_pending_wait (promise, SHORT, LODGER_WAIT_DEFAULT), LODGER_EFAILED);
  lodger_pending_unref (promise);

  promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  lodger_pending_cancel (promise, NULL);
  expect_code (lodger_pending_wait (promise, SHORT, LODGER_WAIT_NO_RESULT), 0);
  expect_code (lodger_pending_wait (promise, SHORT, LODGER_WAIT_DEFAULT), LODGER_ECANCELED);
  lodger_pending_unref (promise);
}
END_TEST

static void *
wait_with_others (void *data)
{
  Waiting *waiting = data;
  latch_open (&waiting->entered);
  return (void *) (intptr_t) lodger_pending_wait (waiting->promise, LODGER_FOREVER, LODGER_WAIT_DEFAULT);
}

START_TEST (edge_08_a_wait_can_be_repeated_and_shared)
{
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  Waiting waiting = { .promise = promise };
  pthread_t threads[8];
  latch_init (&waiting.entered);
  for (int i = 0; i < 8; i++)
    threads[i] = thread_start (wait_with_others, &waiting);
  counter_wait (&waiting.entered.opened, 8);
  lodger_pending_return_int (promise, 1);
  for (int i = 0; i < 8; i++)
    {
      void *result = promise;
      pthread_join (threads[i], &result);
      ck_assert_ptr_null (result);
    }
  for (int i = 0; i < 3; i++)
    expect_code (lodger_pending_wait (promise, LODGER_FOREVER, LODGER_WAIT_DEFAULT), 0);
  latch_clear (&waiting.entered);
  lodger_pending_unref (promise);
}
END_TEST

typedef struct CleanUp
{
  Waiting waiting;
  Recorder data;
  bool cleaned;
} CleanUp;

static void
wait_and_clean_up (LodgerPending *self, void *data)
{
  CleanUp *clean_up = data;
  wait_call (self, &clean_up->waiting);
  clean_up->cleaned = true;
}

static void
clean_up_destroy (void *data)
{
  recorder_destroy (&((CleanUp *) data)->data);
}

START_TEST (edge_12_cancel_wait_returns_after_cleanup)
{
  CleanUp clean_up = { .waiting = { .promise = lodger_pending_new (LODGER_PENDING_DEFAULT) } };
  char *message;
  LodgerCaller *worker = worker_start (NULL);
  int thread_id = worker_thread_id (worker);
  LodgerPending *pending;
  latch_init (&clean_up.waiting.entered);
  pending = lodger_caller_call_soon (worker, wait_and_clean_up, &clean_up, clean_up_destroy);
  latch_wait (&clean_up.waiting.entered);
  proc_wait_asleep (thread_id);
  expect_code (lodger_pending_cancel_wait (pending, "closing", LODGER_FOREVER, LODGER_WAIT_DEFAULT), 0);
  ck_assert (clean_up.cleaned);
  recorder_expect (&clean_up.data, 0, 1);
  expect_code (lodger_pending_get_outcome (pending), LODGER_ECANCELED);
  message = lodger_pending_dup_cancel_message (pending);
  ck_assert_str_eq (message, "closing");
  lodger_free (message);
  lodger_pending_unref (pending);
  lodger_pending_unref (clean_up.waiting.promise);
  latch_clear (&clean_up.waiting.entered);
  worker_stop (worker);
}
END_TEST

/* ---- what is refused ------------------------------------------------------------------------------------------ */

START_TEST (waiting_in_a_loop_that_lodger_does_not_drive_is_refused)
{
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  log_capture_begin ();
  expect_code (lodger_pending_wait (promise, LODGER_FOREVER, LODGER_WAIT_DEFAULT), LODGER_EWRONGTHREAD);
  expect_code (lodger_pending_wait (promise, SHORT, LODGER_WAIT_DEFAULT), LODGER_EWRONGTHREAD);
  ck_assert_uint_eq (log_capture_count (), 2);
  ck_assert (!lodger_pending_is_cancelled (promise));
  loop_close (&loop);
  expect_code (lodger_pending_wait (promise, SHORT, LODGER_WAIT_PROTECT), LODGER_ETIMEDOUT);
  expect_code (lodger_pending_wait (NULL, SHORT, LODGER_WAIT_PROTECT), LODGER_EINVAL);
  expect_code (lodger_pending_cancel_wait (NULL, NULL, SHORT, LODGER_WAIT_PROTECT), LODGER_EINVAL);
  log_capture_end ();
  lodger_pending_unref (promise);
}
END_TEST

static void
wait_for_self (LodgerPending *self, void *data)
{
  int *code = data;
  *code = lodger_pending_wait (self, LODGER_FOREVER, LODGER_WAIT_DEFAULT);
}

static void
wait_for_queued (LodgerPending *self, void *data)
{
  int *code = data;
  LodgerPending *queued = lodger_caller_call_soon (lodger_pending_get_caller (self), wait_for_self, &code[1], NULL);
  code[0] = lodger_pending_wait (queued, LODGER_FOREVER, LODGER_WAIT_DEFAULT);
  lodger_pending_unref (queued);
}

START_TEST (waiting_for_a_call_that_only_this_thread_can_run_is_refused)
{
  int codes[2] = { 0, 0 };
  LodgerCaller *worker = worker_start (NULL);
  log_capture_begin ();
  expect_code (wait_outcome (lodger_caller_call_soon (worker, wait_for_self, codes, NULL)), 0);
  expect_code (codes[0], LODGER_EDEADLK);
  expect_code (wait_outcome (lodger_caller_call_soon (worker, wait_for_queued, codes, NULL)), 0);
  expect_code (codes[0], LODGER_EDEADLK);
  worker_stop (worker);
  ck_assert_uint_ge (log_capture_count (), 2);
  log_capture_end ();
}
END_TEST

static void
time_out_inside (LodgerPending *self, void *data)
{
  int code = lodger_pending_wait (data, SHORT, LODGER_WAIT_DEFAULT);
  lodger_pending_return_new_error (self, NULL, code, "the time was over");
}

START_TEST (edge_21_a_timeout_inside_a_call_is_its_own_error)
{
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  LodgerCaller *worker = worker_start (NULL);
  LodgerPending *pending = lodger_caller_call_soon (worker, time_out_inside, promise, NULL);
  wait_done (pending);
  expect_code (lodger_pending_get_outcome (pending), LODGER_EFAILED);
  ck_assert (lodger_error_matches (lodger_pending_get_error (pending), NULL, LODGER_ETIMEDOUT));
  ck_assert (!lodger_pending_is_cancelled (pending));
  lodger_pending_unref (pending);
  lodger_pending_unref (promise);
  worker_stop (worker);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("wait");
  test_add (suite, edge_05_timed_out_waiter_cancels);
  test_add (suite, edge_05_a_timeout_does_not_cancel_a_protected_pending);
  test_add (suite, a_timeout_of_zero_does_not_wait);
  test_add (suite, edge_05_a_cancelled_waiter_cancels_the_awaited_pending);
  test_add (suite, edge_06_shield_holds_back_the_waiters_own_cancellation);
  test_add (suite, edge_07_without_result_failure_is_no_error_but_a_timeout_is);
  test_add (suite, edge_08_a_wait_can_be_repeated_and_shared);
  test_add (suite, edge_12_cancel_wait_returns_after_cleanup);
  test_add (suite, waiting_in_a_loop_that_lodger_does_not_drive_is_refused);
  test_add (suite, waiting_for_a_call_that_only_this_thread_can_run_is_refused);
  test_add (suite, edge_21_a_timeout_inside_a_call_is_its_own_error);
  return test_main (suite, argc, argv);
}
