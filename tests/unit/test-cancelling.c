/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Cancelling and cancellers, beyond what unit/pending says. */
#include "test-loop.h"
#include "test-promise.h"
#include "test-suite.h"

#include <lodger/host.h>
#include <string.h>

static void
answer_and_cancel (LodgerPending *self, void *data)
{
  expect_code (lodger_pending_return_pointer (self, data, recorder_destroy), 0);
  ck_assert (lodger_pending_cancel (self, "changed my mind"));
}

START_TEST (edge_02_being_cancelled_beats_a_stored_value)
{
  Recorder value = { 0 };
  void *pointer = &value;
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerPending *pending = lodger_caller_call_soon (loop.caller, answer_and_cancel, &value, NULL);
  loop_run (&loop);
  expect_code (lodger_pending_get_outcome (pending), LODGER_ECANCELED);
  expect_code (lodger_pending_get_pointer (pending, &pointer), LODGER_ECANCELED);
  ck_assert_ptr_eq (pointer, &value);
  ck_assert (lodger_error_matches (lodger_pending_get_error (pending), NULL, LODGER_ECANCELED));
  ck_assert_str_eq (lodger_error_get_message (lodger_pending_get_error (pending)), "changed my mind");
  lodger_pending_unref (pending);
  recorder_expect (&value, 0, 1);
  loop_close (&loop);
}
END_TEST

START_TEST (edge_03_the_canceller_may_settle_it)
{
  Canceller canceller = { .settles = true };
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  expect_code (lodger_pending_set_canceller (promise, canceller_run, &canceller, canceller_destroy), 0);
  ck_assert (lodger_pending_cancel (promise, NULL));
  ck_assert (lodger_pending_is_done (promise));
  ck_assert_str_eq (canceller.message, "none");
  recorder_expect (&canceller.recorder, 1, 1);
  lodger_pending_unref (promise);
}
END_TEST

START_TEST (a_canceller_is_set_once_and_its_data_always_destroyed)
{
  Canceller one = { 0 }, two = { 0 }, three = { 0 }, four = { 0 }, late = { .settles = true };
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  expect_code (lodger_pending_set_canceller (promise, canceller_run, &one, canceller_destroy), 0);
  expect_code (lodger_pending_set_canceller (promise, canceller_run, &two, canceller_destroy), LODGER_EALREADY);
  recorder_expect (&two.recorder, 0, 1);
  expect_code (lodger_pending_return_nothing (promise), 0);
  recorder_expect (&one.recorder, 0, 1);
  lodger_pending_unref (promise);

  promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  lodger_pending_return_nothing (promise);
  expect_code (lodger_pending_set_canceller (promise, canceller_run, &three, canceller_destroy), LODGER_EALREADY);
  recorder_expect (&three.recorder, 0, 1);
  log_capture_begin ();
  expect_code (lodger_pending_set_canceller (NULL, canceller_run, &four, canceller_destroy), LODGER_EINVAL);
  recorder_expect (&four.recorder, 0, 1);
  log_capture_end ();
  lodger_pending_unref (promise);

  promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  expect_code (lodger_pending_set_canceller (promise, canceller_run, &late, canceller_destroy), 0);
  lodger_pending_unref (promise);
  recorder_expect (&late.recorder, 0, 1);
}
END_TEST

static void
set_canceller_when_cancelled (LodgerPending *self, void *data)
{
  Canceller *canceller = data;
  lodger_pending_cancel (self, "first");
  expect_code (lodger_pending_set_canceller (self, canceller_run, canceller, canceller_destroy), 0);
  ck_assert_str_eq (canceller->message, "first");
  recorder_expect (&canceller->recorder, 1, 0);
}

START_TEST (a_canceller_of_a_cancelled_call_runs_at_once)
{
  Canceller canceller = { 0 };
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerPending *pending = lodger_caller_call_soon (loop.caller, set_canceller_when_cancelled, &canceller, NULL);
  loop_run (&loop);
  expect_code (lodger_pending_get_outcome (pending), LODGER_ECANCELED);
  recorder_expect (&canceller.recorder, 1, 1);
  lodger_pending_unref (pending);
  loop_close (&loop);
}
END_TEST

START_TEST (edge_04_cancel_after_completion_changes_nothing)
{
  int64_t number = 0;
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  lodger_pending_return_int (promise, 9);
  ck_assert (!lodger_pending_cancel (promise, "late"));
  ck_assert (!lodger_pending_is_cancelled (promise));
  ck_assert_ptr_null (lodger_pending_dup_cancel_message (promise));
  expect_code (lodger_pending_get_int (promise, &number), 0);
  ck_assert_int_eq (number, 9);
  lodger_pending_unref (promise);
}
END_TEST

START_TEST (a_cancel_after_the_end_is_seen_by_an_adapter)
{
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  ck_assert (!lodger_host_was_cancelled_late (promise));
  lodger_pending_return_int (promise, 1);
  ck_assert (!lodger_host_was_cancelled_late (promise));
  ck_assert (!lodger_pending_cancel (promise, NULL));
  ck_assert (lodger_host_was_cancelled_late (promise));
  ck_assert (!lodger_pending_is_cancelled (promise));
  expect_code (lodger_pending_get_outcome (promise), 0);
  lodger_pending_unref (promise);

  promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  ck_assert (lodger_pending_cancel (promise, NULL));
  ck_assert (!lodger_host_was_cancelled_late (promise));
  lodger_pending_unref (promise);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("cancelling");
  test_add (suite, edge_02_being_cancelled_beats_a_stored_value);
  test_add (suite, edge_03_the_canceller_may_settle_it);
  test_add (suite, a_canceller_is_set_once_and_its_data_always_destroyed);
  test_add (suite, a_canceller_of_a_cancelled_call_runs_at_once);
  test_add (suite, edge_04_cancel_after_completion_changes_nothing);
  test_add (suite, a_cancel_after_the_end_is_seen_by_an_adapter);
  return test_main (suite, argc, argv);
}
