/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The timeout of a call. */
#include "test-blocked-call.h"
#include "test-loop.h"
#include "test-suite.h"

#define LIMIT LODGER_MILLISECONDS (5)

static void
answer_later (LodgerPending *self, void *data)
{
  *(LodgerReply **) data = lodger_pending_defer (self);
}

static void
answer (LodgerPending *self, void *data)
{
  (void) data;
  lodger_pending_return_int (self, 7);
}

static void
expect_timeout (LodgerPending *pending)
{
  ck_assert (lodger_pending_is_done (pending));
  expect_code (lodger_pending_get_outcome (pending), LODGER_ETIMEDOUT);
  ck_assert_int_eq (lodger_error_get_code (lodger_pending_get_error (pending)), LODGER_ETIMEDOUT);
}

START_TEST (a_call_that_has_not_begun_is_done_when_its_time_is_over)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Recorder recorder = { 0 };
  LodgerPending *pending = lodger_caller_call_later_full (loop.caller, LODGER_SECONDS (9), recorder_call, &recorder,
                                                          recorder_destroy, LODGER_CALL_OPTIONS (.timeout = LIMIT));
  lodger_manual_advance (loop.host, LIMIT - 1);
  loop_run (&loop);
  ck_assert (!lodger_pending_is_done (pending));
  lodger_manual_advance (loop.host, 1);
  loop_run (&loop);
  expect_timeout (pending);
  recorder_expect (&recorder, 0, 1);
  lodger_pending_unref (pending);
  loop_close (&loop);
}
END_TEST

START_TEST (a_call_that_runs_is_told_and_ends_when_it_answers)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerReply *reply = NULL;
  LodgerPending *pending
      = lodger_caller_call_soon_full (loop.caller, answer_later, &reply, NULL, LODGER_CALL_OPTIONS (.timeout = LIMIT));
  loop_run (&loop);
  lodger_manual_advance (loop.host, LIMIT);
  loop_run (&loop);
  ck_assert (lodger_pending_is_cancelled (pending));
  ck_assert (!lodger_pending_is_done (pending));
  lodger_reply_return_int (reply, 7);
  loop_run_until_done (&loop, pending);
  expect_timeout (pending);
  lodger_pending_unref (pending);
  loop_close (&loop);
}
END_TEST

START_TEST (a_call_that_ends_in_time_has_its_own_outcome)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  int64_t value = 0;
  LodgerPending *pending
      = lodger_caller_call_soon_full (loop.caller, answer, NULL, NULL, LODGER_CALL_OPTIONS (.timeout = LIMIT));
  loop_run (&loop);
  lodger_manual_advance (loop.host, LIMIT);
  loop_run (&loop);
  expect_code (lodger_pending_get_int (pending, &value), 0);
  ck_assert_int_eq (value, 7);
  lodger_pending_unref (pending);
  loop_close (&loop);
}
END_TEST

START_TEST (a_cancel_that_has_come_before_stays_a_cancel)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerReply *reply = NULL;
  LodgerPending *pending
      = lodger_caller_call_soon_full (loop.caller, answer_later, &reply, NULL, LODGER_CALL_OPTIONS (.timeout = LIMIT));
  loop_run (&loop);
  lodger_pending_cancel (pending, NULL);
  lodger_manual_advance (loop.host, LIMIT);
  loop_run (&loop);
  lodger_reply_return_int (reply, 7);
  loop_run_until_done (&loop, pending);
  expect_code (lodger_pending_get_outcome (pending), LODGER_ECANCELED);
  lodger_pending_unref (pending);
  loop_close (&loop);
}
END_TEST

START_TEST (a_full_inbox_does_not_keep_the_time_from_being_over)
{
  Loop loop = loop_open_full (LODGER_MANUAL_DEFAULT, LODGER_CALLER_OPTIONS (.inbox_limit = 1));
  LodgerPending *pending = lodger_caller_call_later_full (loop.caller, LODGER_SECONDS (9), answer, NULL, NULL,
                                                          LODGER_CALL_OPTIONS (.timeout = LIMIT));
  lodger_manual_advance (loop.host, LIMIT);
  loop_run (&loop);
  expect_timeout (pending);
  lodger_pending_unref (pending);
  loop_close (&loop);
}
END_TEST

static void
follow (LodgerPending *self, void *data)
{
  lodger_pending_return_from (self, data);
}

START_TEST (a_timeout_is_the_outcome_of_those_who_follow)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerReply *reply = NULL;
  LodgerPending *pending
      = lodger_caller_call_soon_full (loop.caller, answer_later, &reply, NULL, LODGER_CALL_OPTIONS (.timeout = LIMIT));
  LodgerPending *follower = lodger_caller_call_soon (loop.caller, follow, pending, NULL);
  loop_run (&loop);
  lodger_manual_advance (loop.host, LIMIT);
  loop_run (&loop);
  lodger_reply_return_int (reply, 7);
  loop_run_until_done (&loop, follower);
  expect_timeout (follower);
  lodger_pending_unref (follower);
  lodger_pending_unref (pending);
  loop_close (&loop);
}
END_TEST

static void
wait_for_ever (LodgerPending *self, void *data)
{
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  (void) self;
  *(int *) data = lodger_pending_wait (promise, LODGER_FOREVER, LODGER_WAIT_DEFAULT);
  lodger_pending_unref (promise);
}

/* The thread is blocked by the call itself. */
START_TEST (a_call_that_blocks_its_worker_is_woken)
{
  LodgerCaller *worker = worker_start (NULL);
  for (int i = 0; i < 2; i++)
    {
      int code = 0;
      const LodgerCallOptions *options = LODGER_CALL_OPTIONS (.timeout = 1);
      LodgerPending *pending = i == 0 ? lodger_caller_call_soon_full (worker, wait_for_ever, &code, NULL, options)
                                      : lodger_caller_to_thread_full (worker, wait_for_ever, &code, NULL, options);
      wait_done (pending);
      expect_timeout (pending);
      ck_assert (code == LODGER_ECANCELED || code == 0);
      lodger_pending_unref (pending);
    }
  worker_stop (worker);
}
END_TEST

START_TEST (a_timeout_below_0_is_refused)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerPending *pending;
  log_capture_begin ();
  pending = lodger_caller_call_soon_full (loop.caller, answer, NULL, NULL, LODGER_CALL_OPTIONS (.timeout = -1));
  ck_assert_int_eq (lodger_error_get_code (lodger_pending_get_error (pending)), LODGER_EINVAL);
  log_capture_end ();
  lodger_pending_unref (pending);
  loop_close (&loop);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("timeout");
  test_add (suite, a_call_that_has_not_begun_is_done_when_its_time_is_over);
  test_add (suite, a_call_that_runs_is_told_and_ends_when_it_answers);
  test_add (suite, a_call_that_ends_in_time_has_its_own_outcome);
  test_add (suite, a_cancel_that_has_come_before_stays_a_cancel);
  test_add (suite, a_full_inbox_does_not_keep_the_time_from_being_over);
  test_add (suite, a_timeout_is_the_outcome_of_those_who_follow);
  test_add (suite, a_call_that_blocks_its_worker_is_woken);
  test_add (suite, a_timeout_below_0_is_refused);
  return test_main (suite, argc, argv);
}
