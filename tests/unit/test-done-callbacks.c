/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Done-callbacks: cases that unit/pending does not cover. */
#include "test-promise.h"
#include "test-suite.h"

START_TEST (edge_09_a_callback_added_after_completion_runs_at_once)
{
  Recorder recorder = { 0 };
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  thread_join (thread_start (answer_elsewhere, &promise));
  expect_code (lodger_pending_add_done_callback (promise, note_done, &recorder, recorder_destroy), 0);
  recorder_expect (&recorder, 1, 1);
  ck_assert_int_eq (recorder.ran_in, test_thread_id ());
  lodger_pending_unref (promise);
}
END_TEST

static int
fail_done (LodgerPending *done, void *data)
{
  note_done (done, data);
  return LODGER_EBUSY;
}

START_TEST (edge_10_a_failing_callback_is_logged_and_the_rest_run)
{
  Recorder bad = { 0 }, good = { 0 };
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  expect_code (lodger_pending_add_done_callback (promise, fail_done, &bad, recorder_destroy), 0);
  expect_code (lodger_pending_add_done_callback (promise, note_done, &good, recorder_destroy), 0);
  log_capture_begin ();
  expect_code (lodger_pending_return_nothing (promise), 0);
  ck_assert_uint_eq (log_capture_count (), 1);
  ck_assert (log_capture_has (lodger_error_code_string (LODGER_EBUSY)));
  log_capture_end ();
  recorder_expect (&bad, 1, 1);
  recorder_expect (&good, 1, 1);
  expect_code (lodger_pending_get_outcome (promise), 0);
  lodger_pending_unref (promise);
}
END_TEST

typedef struct Remover
{
  Recorder self;
  Recorder later;
  size_t removed;
} Remover;

static int
remove_inside (LodgerPending *done, void *data)
{
  Remover *remover = data;
  recorder_direct (&remover->self);
  remover->removed = lodger_pending_remove_done_callback (done, remove_inside, remover);
  remover->removed += lodger_pending_remove_done_callback (done, note_done, &remover->later);
  return 0;
}

START_TEST (edge_11_removing_from_inside_a_callback_is_safe)
{
  Remover remover = { 0 };
  Recorder before = { 0 }, after = { 0 };
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  lodger_pending_add_done_callback (promise, note_done, &before, recorder_destroy);
  lodger_pending_add_done_callback (promise, remove_inside, &remover, NULL);
  lodger_pending_add_done_callback (promise, note_done, &remover.later, recorder_destroy);
  lodger_pending_add_done_callback (promise, note_done, &after, recorder_destroy);
  lodger_pending_return_nothing (promise);
  ck_assert_uint_eq (remover.removed, 1);
  recorder_expect (&remover.self, 1, 0);
  recorder_expect (&remover.later, 0, 1);
  recorder_expect (&before, 1, 1);
  recorder_expect (&after, 1, 1);
  lodger_pending_unref (promise);
}
END_TEST

START_TEST (edge_11_a_promise_that_goes_unanswered_destroys_its_callbacks_data)
{
  Recorder recorder = { 0 };
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  log_capture_begin ();
  lodger_pending_add_done_callback (promise, note_done, &recorder, recorder_destroy);
  lodger_pending_unref (promise);
  recorder_expect (&recorder, 0, 1);
  ck_assert_uint_eq (log_capture_count (), 0);
  log_capture_end ();
}
END_TEST

START_TEST (edge_107_a_callback_that_is_removed_and_added_again_runs_once)
{
  Recorder recorder = { 0 }, other = { 0 };
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  lodger_pending_add_done_callback (promise, note_done, &recorder, recorder_destroy);
  lodger_pending_add_done_callback (promise, note_done, &other, recorder_destroy);
  for (int i = 1; i <= 3; i++)
    {
      ck_assert_uint_eq (lodger_pending_remove_done_callback (promise, note_done, &recorder), 1);
      ck_assert_uint_eq (lodger_pending_remove_done_callback (promise, note_done, &recorder), 0);
      recorder_expect (&recorder, 0, i);
      expect_code (lodger_pending_add_done_callback (promise, note_done, &recorder, recorder_destroy), 0);
    }
  lodger_pending_return_nothing (promise);
  recorder_expect (&recorder, 1, 4);
  recorder_expect (&other, 1, 1);
  lodger_pending_unref (promise);
}
END_TEST

typedef struct Changer
{
  Recorder later;
  size_t removed;
} Changer;

static int
change_inside (LodgerPending *done, void *data)
{
  Changer *changer = data;
  changer->removed = lodger_pending_remove_done_callback (done, note_done, &changer->later);
  return lodger_pending_add_done_callback (done, note_done, &changer->later, recorder_destroy);
}

/* It is removed before its turn, and one that is added after the end runs at once. */
START_TEST (edge_107_a_callback_may_be_removed_and_added_again_by_one_before_it)
{
  Changer changer = { 0 };
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  lodger_pending_add_done_callback (promise, change_inside, &changer, NULL);
  lodger_pending_add_done_callback (promise, note_done, &changer.later, recorder_destroy);
  lodger_pending_return_nothing (promise);
  ck_assert_uint_eq (changer.removed, 1);
  recorder_expect (&changer.later, 1, 2);
  lodger_pending_unref (promise);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("done-callbacks");
  test_add (suite, edge_09_a_callback_added_after_completion_runs_at_once);
  test_add (suite, edge_10_a_failing_callback_is_logged_and_the_rest_run);
  test_add (suite, edge_11_removing_from_inside_a_callback_is_safe);
  test_add (suite, edge_11_a_promise_that_goes_unanswered_destroys_its_callbacks_data);
  test_add (suite, edge_107_a_callback_that_is_removed_and_added_again_runs_once);
  test_add (suite, edge_107_a_callback_may_be_removed_and_added_again_by_one_before_it);
  return test_main (suite, argc, argv);
}
