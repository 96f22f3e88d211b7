/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Workers with a libuv loop of their own. */
#include "test-suite.h"
#include "test-uv.h"

#include <lodger-uv.h>
#include <stdio.h>

#define MS INT64_C (1000000)

static LodgerCaller *
uv_worker (void)
{
  expect_code (lodger_uv_register (), 0);
  expect_code (lodger_uv_register (), 0);
  return worker_start ("uv");
}

static void
note_loop (void *loop)
{
  *(uv_loop_t **) loop = lodger_uv_get_loop ();
}

START_TEST (a_worker_has_a_loop_of_its_own)
{
  LodgerCaller *one = uv_worker (), *two = uv_worker ();
  uv_loop_t *ones = NULL, *twos = NULL;
  worker_run (one, note_loop, &ones);
  worker_run (two, note_loop, &twos);
  ck_assert_ptr_nonnull (ones);
  ck_assert_ptr_nonnull (twos);
  ck_assert_ptr_ne (ones, twos);
  ck_assert_ptr_ne (ones, uv_default_loop ());
  ck_assert_ptr_null (lodger_uv_get_loop ());
  ck_assert_str_eq (lodger_caller_get_backend (one), "uv");
  ck_assert_str_eq (lodger_caller_get_host (one), "uv");
  worker_stop (one);
  worker_stop (two);
}
END_TEST

START_TEST (libuv_completes_in_the_worker)
{
  LodgerCaller *worker = uv_worker ();
  UvErrand errand = { .kind = &uv_errand_kinds[_i] };
  LodgerPending *pending = lodger_caller_call_soon (worker, uv_errand_call, &errand, NULL);
  int64_t rounds = 0;
  wait_done (pending);
  expect_code (lodger_pending_get_int (pending, &rounds), 0);
  ck_assert_int_gt (rounds, 0);
  ck_assert_int_eq (errand.thread_id, worker_thread_id (worker));
  lodger_pending_unref (pending);
  worker_stop (worker);
}
END_TEST

START_TEST (two_workers_do_everything_at_once)
{
  LodgerCaller *workers[2] = { uv_worker (), uv_worker () };
  static UvErrand errands[2][UV_ERRANDS];
  LodgerPending *pendings[2][UV_ERRANDS];
  for (int i = 0; i < 2; i++)
    for (int k = 0; k < UV_ERRANDS; k++)
      {
        errands[i][k].kind = &uv_errand_kinds[k];
        pendings[i][k] = lodger_caller_call_soon (workers[i], uv_errand_call, &errands[i][k], NULL);
      }
  for (int i = 0; i < 2; i++)
    for (int k = 0; k < UV_ERRANDS; k++)
      expect_code (wait_outcome (pendings[i][k]), 0);
  worker_stop (workers[0]);
  worker_stop (workers[1]);
}
END_TEST

START_TEST (a_delay_in_a_worker_is_never_early)
{
  LodgerCaller *worker = uv_worker ();
  TestRandom random = test_random_new (1);
  for (int i = 0; i < 50; i++)
    {
      int64_t delay = test_random_below (&random, 2 * 1000 * 1000), not_before = test_now () + delay;
      Recorder recorder = { 0 };
      expect_code (wait_outcome (lodger_caller_call_later (worker, delay, recorder_call, &recorder, NULL)), 0);
      ck_assert (test_now () >= not_before);
      recorder_expect (&recorder, 1, 0);
    }
  worker_stop (worker);
}
END_TEST

static void
stop_loop (void *data)
{
  (void) data;
  uv_stop (lodger_uv_get_loop ());
}

START_TEST (a_worker_goes_on_when_its_loop_is_stopped)
{
  LodgerCaller *worker = uv_worker ();
  Recorder recorder = { 0 };
  worker_run (worker, stop_loop, NULL);
  worker_run (worker, stop_loop, NULL);
  expect_code (wait_outcome (lodger_caller_call_soon (worker, recorder_call, &recorder, NULL)), 0);
  worker_stop (worker);
}
END_TEST

static void
never (uv_timer_t *timer)
{
  (void) timer;
  test_fail ("a timer of an hour came");
}

typedef struct Left
{
  uv_timer_t timers[2];
  LodgerCaller *worker;
} Left;

static void
leave_timers (LodgerPending *self, void *data)
{
  Left *left = data;
  (void) self;
  left->worker = lodger_caller_ref (lodger_caller_current ());
  for (int i = 0; i < 2; i++)
    {
      uv_timer_init (lodger_uv_get_loop (), &left->timers[i]);
      uv_timer_start (&left->timers[i], never, 3600 * 1000, 0);
    }
}

/* Lodger's own handles do not count. */
START_TEST (what_a_worker_leaves_in_its_loop_is_told)
{
  LodgerCallerOptions options = { .size = sizeof options, .worker_backend = "uv" };
  LodgerCallOptions call = { .size = sizeof call, .worker = "tea" };
  LodgerCaller *root;
  Left left;
  expect_code (lodger_uv_register (), 0);
  root = worker_start_full (NULL, &options);
  expect_code (wait_outcome (lodger_caller_to_thread_full (root, leave_timers, &left, NULL, &call)), 0);
  log_capture_begin ();
  lodger_caller_stop (left.worker, true);
  log_capture_wait ("tea: it ends, and 2 of the program's handles");
  wait_done (lodger_caller_get_stopped (left.worker));
  ck_assert_uint_eq (log_capture_count (), 1);
  log_capture_end ();
  lodger_caller_unref (left.worker);
  worker_stop (root);
}
END_TEST

START_TEST (a_worker_may_be_stopped_at_once)
{
  ProcCount before;
  worker_stop (uv_worker ());
  before = proc_count ();
  for (int i = 0; i < 50; i++)
    worker_stop (uv_worker ());
  proc_expect_restored (before);
}
END_TEST

START_TEST (an_abandoned_request_is_waited_for)
{
  LodgerCaller *worker = uv_worker ();
  static UvErrand errand;
  LodgerPending *pending;
  ProcCount before;
  errand.kind = &uv_errand_kinds[4];
  expect_code (wait_outcome (lodger_caller_call_soon (worker, uv_errand_call, &errand, NULL)), 0);
  before = proc_count (); /* libuv's threads stay */
  pending = lodger_caller_call_soon (worker, uv_errand_call, &errand, NULL);
  worker_stop (worker);
  wait_done (pending);
  lodger_pending_unref (pending);
  before.threads--;
  proc_expect_restored (before);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("uv-worker");
  test_add (suite, a_worker_has_a_loop_of_its_own);
  for (int i = 0; i < UV_ERRANDS; i++)
    {
      char name[100];
      snprintf (name, sizeof name, "libuv_completes_in_the_worker/%s", uv_errand_kinds[i].name);
      test_add_variant (suite, name, libuv_completes_in_the_worker, i);
    }
  test_add (suite, two_workers_do_everything_at_once);
  test_add (suite, a_delay_in_a_worker_is_never_early);
  test_add (suite, a_worker_goes_on_when_its_loop_is_stopped);
  test_add (suite, what_a_worker_leaves_in_its_loop_is_told);
  test_add (suite, a_worker_may_be_stopped_at_once);
  test_add (suite, an_abandoned_request_is_waited_for);
  return test_main (suite, argc, argv);
}
