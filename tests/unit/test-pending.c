/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test-loop.h"
#include "test-promise.h"
#include "test-suite.h"

#include <string.h>

START_TEST (edge_01_first_setter_wins)
{
  Recorder first = { 0 }, second = { 0 };
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  void *value = NULL;
  ck_assert (!lodger_pending_is_done (promise));
  expect_code (lodger_pending_return_pointer (promise, &first, recorder_destroy), 0);
  ck_assert (lodger_pending_is_done (promise));
  expect_code (lodger_pending_return_pointer (promise, &second, recorder_destroy), LODGER_EALREADY);
  recorder_expect (&second, 0, 1);
  expect_code (lodger_pending_return_error (promise, lodger_error_new (NULL, LODGER_EFAILED, NULL)), LODGER_EALREADY);
  ck_assert (!lodger_pending_cancel (promise, "too late"));
  expect_code (lodger_pending_get_pointer (promise, &value), 0);
  ck_assert_ptr_eq (value, &first);
  recorder_expect (&first, 0, 0);
  lodger_pending_unref (promise);
  recorder_expect (&first, 0, 1);
}
END_TEST

START_TEST (edge_02_result_before_done_is_an_error)
{
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  void *pointer = &promise;
  int64_t number = 5;
  const char *string = "kept";
  expect_code (lodger_pending_get_outcome (promise), LODGER_ENOTDONE);
  expect_code (lodger_pending_get_pointer (promise, &pointer), LODGER_ENOTDONE);
  expect_code (lodger_pending_take_pointer (promise, &pointer), LODGER_ENOTDONE);
  expect_code (lodger_pending_get_int (promise, &number), LODGER_ENOTDONE);
  expect_code (lodger_pending_get_string (promise, &string), LODGER_ENOTDONE);
  ck_assert_ptr_eq (pointer, &promise);
  ck_assert_int_eq (number, 5);
  ck_assert_str_eq (string, "kept");
  ck_assert_ptr_null (lodger_pending_get_error (promise));
  lodger_pending_unref (promise);
}
END_TEST

START_TEST (edge_03_cancel_without_canceller_is_done)
{
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  ck_assert (lodger_pending_cancel (promise, NULL));
  ck_assert (lodger_pending_is_done (promise));
  ck_assert (lodger_pending_is_cancelled (promise));
  expect_code (lodger_pending_get_outcome (promise), LODGER_ECANCELED);
  ck_assert_int_eq (lodger_pending_get_state (promise), LODGER_PENDING_CANCELLED);
  expect_code (lodger_pending_return_int (promise, 1), LODGER_EALREADY);
  lodger_pending_unref (promise);

  promise = lodger_pending_new (LODGER_PENDING_PROTECTED);
  ck_assert (lodger_pending_cancel (promise, NULL));
  ck_assert (lodger_pending_is_done (promise));
  lodger_pending_unref (promise);

  ck_assert (lodger_pending_is_done (NULL));
  ck_assert (!lodger_pending_is_cancelled (NULL));
  ck_assert (!lodger_pending_cancel (NULL, NULL));
}
END_TEST

START_TEST (edge_03_cancel_with_canceller_waits_for_it)
{
  Canceller canceller = { 0 };
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  expect_code (lodger_pending_set_canceller (promise, canceller_run, &canceller, canceller_destroy), 0);
  ck_assert (lodger_pending_cancel (promise, "enough"));
  ck_assert_str_eq (canceller.message, "enough");
  ck_assert_int_eq (canceller.recorder.ran_in, test_thread_id ());
  ck_assert (lodger_pending_is_cancelled (promise));
  ck_assert (!lodger_pending_is_done (promise));
  expect_code (lodger_pending_get_outcome (promise), LODGER_ENOTDONE);
  ck_assert (lodger_pending_cancel (promise, "again"));
  recorder_expect (&canceller.recorder, 1, 0);
  lodger_pending_return_int (promise, 3);
  ck_assert (lodger_pending_is_done (promise));
  expect_code (lodger_pending_get_outcome (promise), LODGER_ECANCELED);
  recorder_expect (&canceller.recorder, 1, 1);
  lodger_pending_unref (promise);
  recorder_expect (&canceller.recorder, 1, 1);
}
END_TEST

START_TEST (edge_04_second_cancel_adds_its_message)
{
  Canceller canceller = { 0 };
  char *message;
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  expect_code (lodger_pending_set_canceller (promise, canceller_run, &canceller, NULL), 0);
  ck_assert_ptr_null (lodger_pending_dup_cancel_message (promise));
  lodger_pending_cancel (promise, "one");
  lodger_pending_cancel (promise, NULL);
  lodger_pending_cancel (promise, "two");
  message = lodger_pending_dup_cancel_message (promise);
  ck_assert_str_eq (message, "one\ntwo");
  lodger_free (message);
  lodger_pending_return_nothing (promise);
  ck_assert_str_eq (lodger_error_get_message (lodger_pending_get_error (promise)), "one\ntwo");
  lodger_pending_unref (promise);
}
END_TEST

/* ---- done-callbacks ------------------------------------------------------------------------------------------- */

START_TEST (edge_09_callbacks_run_in_order_in_the_completing_thread)
{
  Journal journal;
  Recorder recorders[5] = { 0 };
  int64_t completer = 0;
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  int i;
  journal_init (&journal);
  for (i = 0; i < 5; i++)
    {
      recorders[i].journal = &journal;
      recorders[i].number = i;
      expect_code (lodger_pending_add_done_callback (promise, note_done, &recorders[i], recorder_destroy), 0);
    }
  recorder_expect (&recorders[0], 0, 0);
  thread_join (thread_start (answer_elsewhere, &promise));
  expect_code (lodger_pending_get_int (promise, &completer), 0);
  ck_assert_int_ne (completer, test_thread_id ());
  journal_expect (&journal, 0, 1, 2, 3, 4);
  for (i = 0; i < 5; i++)
    {
      recorder_expect (&recorders[i], 1, 1);
      ck_assert_int_eq (recorders[i].ran_in, completer);
      ck_assert_int_eq (recorders[i].destroyed_in, completer);
    }
  journal_clear (&journal);
  lodger_pending_unref (promise);
}
END_TEST

static int
fail_done (LodgerPending *done, void *data)
{
  note_done (done, data);
  return LODGER_EBUSY;
}

START_TEST (edge_11_remove_returns_how_many)
{
  Recorder kept = { 0 }, removed = { 0 };
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  lodger_pending_add_done_callback (promise, note_done, &removed, recorder_destroy);
  lodger_pending_add_done_callback (promise, note_done, &kept, recorder_destroy);
  lodger_pending_add_done_callback (promise, note_done, &removed, recorder_destroy);
  lodger_pending_add_done_callback (promise, fail_done, &kept, NULL);
  ck_assert_uint_eq (lodger_pending_remove_done_callback (promise, note_done, &removed), 2);
  recorder_expect (&removed, 0, 2);
  ck_assert_uint_eq (lodger_pending_remove_done_callback (promise, note_done, &removed), 0);
  ck_assert_uint_eq (lodger_pending_remove_done_callback (promise, fail_done, &kept), 1);
  ck_assert_uint_eq (lodger_pending_remove_done_callback (NULL, note_done, &kept), 0);
  lodger_pending_return_nothing (promise);
  recorder_expect (&kept, 1, 1);
  recorder_expect (&removed, 0, 2);
  ck_assert_uint_eq (lodger_pending_remove_done_callback (promise, note_done, &kept), 0);
  lodger_pending_unref (promise);
}
END_TEST

/* ---- life ----------------------------------------------------------------------------------------------------- */

typedef struct Freed
{
  Recorder data;
  Recorder result;
} Freed;

static void
answer_result (LodgerPending *self, void *data)
{
  Freed *freed = data;
  recorder_direct (&freed->data);
  lodger_pending_return_pointer (self, &freed->result, recorder_destroy);
}

static void
freed_destroy (void *data)
{
  recorder_destroy (&((Freed *) data)->data);
}

START_TEST (edge_14_data_is_freed_whoever_drops_first)
{
  Freed dropped = { 0 }, kept = { 0 };
  LodgerPending *pending;
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);

  lodger_pending_unref (lodger_caller_call_soon (loop.caller, answer_result, &dropped, freed_destroy));
  pending = lodger_caller_call_soon (loop.caller, answer_result, &kept, freed_destroy);
  ck_assert_ptr_eq (lodger_pending_ref (pending), pending);
  loop_run (&loop);
  recorder_expect (&dropped.data, 1, 1);
  recorder_expect (&dropped.result, 0, 1);
  recorder_expect (&kept.data, 1, 1);
  lodger_pending_unref (pending);
  recorder_expect (&kept.result, 0, 0);
  lodger_pending_unref (pending);
  recorder_expect (&kept.result, 0, 1);

  ck_assert_ptr_null (lodger_pending_ref (NULL));
  lodger_pending_unref (NULL);
  loop_close (&loop);
}
END_TEST

START_TEST (edge_14_metadata_is_freed)
{
  Recorder one = { 0 }, two = { 0 }, other = { 0 }, refused = { 0 };
  char key[] = "key";
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  ck_assert_ptr_null (lodger_pending_get_metadata (promise, "key"));
  expect_code (lodger_pending_set_metadata (promise, key, &one, recorder_destroy), 0);
  key[0] = 'X';
  ck_assert_ptr_eq (lodger_pending_get_metadata (promise, "key"), &one);
  expect_code (lodger_pending_set_metadata (promise, "other", &other, recorder_destroy), 0);
  expect_code (lodger_pending_set_metadata (promise, "key", &two, recorder_destroy), 0);
  recorder_expect (&one, 0, 1);
  ck_assert_ptr_eq (lodger_pending_get_metadata (promise, "key"), &two);
  ck_assert_ptr_eq (lodger_pending_get_metadata (promise, "other"), &other);
  log_capture_begin ();
  expect_code (lodger_pending_set_metadata (promise, NULL, &refused, recorder_destroy), LODGER_EINVAL);
  expect_code (lodger_pending_set_metadata (NULL, "key", &refused, recorder_destroy), LODGER_EINVAL);
  recorder_expect (&refused, 0, 2);
  ck_assert_ptr_null (lodger_pending_get_metadata (NULL, "key"));
  log_capture_end ();
  lodger_pending_return_nothing (promise);
  ck_assert_ptr_eq (lodger_pending_get_metadata (promise, "key"), &two);
  lodger_pending_unref (promise);
  recorder_expect (&two, 0, 1);
  recorder_expect (&other, 0, 1);
}
END_TEST

static void
expect_description (LodgerPending *pending, const char *word, const char *other)
{
  char *text = lodger_pending_describe (pending);
  ck_assert_ptr_nonnull (text);
  ck_assert_msg (strstr (text, word) != NULL, "\"%s\" does not say \"%s\"", text, word);
  if (other != NULL)
    ck_assert_msg (strstr (text, other) != NULL, "\"%s\" does not say \"%s\"", text, other);
  ck_assert_ptr_null (strchr (text, '\n'));
  lodger_free (text);
}

static void
describe_inside (LodgerPending *self, void *data)
{
  (void) data;
  ck_assert_int_eq (lodger_pending_get_state (self), LODGER_PENDING_RUNNING);
  expect_description (self, "running", "reader");
  lodger_pending_cancel (self, "window closed");
  lodger_pending_cancel (self, "twice");
  ck_assert_int_eq (lodger_pending_get_state (self), LODGER_PENDING_RUNNING);
  expect_description (self, "running, cancelled", "window closed");
}

START_TEST (edge_15_description_tells_states_apart)
{
  LodgerCallOptions options = { .size = sizeof options, .name = "reader", .file = "main.c", .line = 12 };
  LodgerPending *pending, *promise;
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  pending = lodger_caller_call_soon_full (loop.caller, describe_inside, NULL, NULL, &options);
  ck_assert_int_eq (lodger_pending_get_state (pending), LODGER_PENDING_QUEUED);
  expect_description (pending, "reader (main.c:12)", "queued");
  loop_run (&loop);
  ck_assert_int_eq (lodger_pending_get_state (pending), LODGER_PENDING_CANCELLED);
  expect_description (pending, "cancelled", "window closed");
  lodger_pending_unref (pending);

  promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  lodger_pending_return_int (promise, 1);
  ck_assert_int_eq (lodger_pending_get_state (promise), LODGER_PENDING_SUCCEEDED);
  expect_description (promise, "done", NULL);
  lodger_pending_unref (promise);

  promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  lodger_pending_return_new_error (promise, "disk", 3, "no space\nleft");
  ck_assert_int_eq (lodger_pending_get_state (promise), LODGER_PENDING_FAILED);
  expect_description (promise, "failed", "no space");
  lodger_pending_unref (promise);
  loop_close (&loop);
}
END_TEST

/* ---- values --------------------------------------------------------------------------------------------------- */

START_TEST (a_promise_is_answered_from_any_thread)
{
  int64_t number = 0;
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  pthread_t thread = thread_start (answer_elsewhere, &promise);
  wait_done (promise);
  expect_code (lodger_pending_get_int (promise, &number), 0);
  ck_assert_int_ne (number, test_thread_id ());
  thread_join (thread);
  lodger_pending_unref (promise);
}
END_TEST

START_TEST (each_type_comes_back)
{
  Recorder recorder = { 0 };
  char text[] = "text";
  unsigned char bytes[] = { 1, 0, 2 };
  void *pointer = NULL;
  int64_t number = 0;
  bool truth = false;
  const char *string = NULL;
  const void *read = NULL;
  size_t size = 0;
  LodgerPending *p = lodger_pending_new (LODGER_PENDING_DEFAULT);
  expect_code (lodger_pending_return_pointer (p, &recorder, NULL), 0);
  expect_code (lodger_pending_get_pointer (p, &pointer), 0);
  ck_assert_ptr_eq (pointer, &recorder);
  expect_code (lodger_pending_get_int (p, &number), LODGER_ETYPE);
  expect_code (lodger_pending_get_string (p, &string), LODGER_ETYPE);
  lodger_pending_unref (p);

  p = lodger_pending_new (LODGER_PENDING_DEFAULT);
  expect_code (lodger_pending_return_int (p, INT64_MIN), 0);
  expect_code (lodger_pending_get_int (p, &number), 0);
  ck_assert_int_eq (number, INT64_MIN);
  expect_code (lodger_pending_get_pointer (p, &pointer), LODGER_ETYPE);
  expect_code (lodger_pending_get_boolean (p, &truth), LODGER_ETYPE);
  lodger_pending_unref (p);

  p = lodger_pending_new (LODGER_PENDING_DEFAULT);
  expect_code (lodger_pending_return_boolean (p, true), 0);
  expect_code (lodger_pending_get_boolean (p, &truth), 0);
  ck_assert (truth);
  expect_code (lodger_pending_get_int (p, &number), 0);
  ck_assert_int_eq (number, 1);
  lodger_pending_unref (p);

  p = lodger_pending_new (LODGER_PENDING_DEFAULT);
  expect_code (lodger_pending_return_string (p, text), 0);
  text[0] = 'X';
  expect_code (lodger_pending_get_string (p, &string), 0);
  ck_assert_str_eq (string, "text");
  expect_code (lodger_pending_get_pointer (p, &pointer), 0);
  ck_assert_ptr_eq (pointer, string);
  lodger_pending_unref (p);

  p = lodger_pending_new (LODGER_PENDING_DEFAULT);
  expect_code (lodger_pending_return_string (p, NULL), 0);
  expect_code (lodger_pending_get_string (p, &string), 0);
  ck_assert_ptr_null (string);
  lodger_pending_unref (p);

  p = lodger_pending_new (LODGER_PENDING_DEFAULT);
  expect_code (lodger_pending_return_bytes (p, bytes, sizeof bytes), 0);
  bytes[0] = 9;
  expect_code (lodger_pending_get_bytes (p, &read, &size), 0);
  ck_assert_uint_eq (size, 3);
  ck_assert_mem_eq (read, ((unsigned char[]) { 1, 0, 2 }), 3);
  lodger_pending_unref (p);

  p = lodger_pending_new (LODGER_PENDING_DEFAULT);
  expect_code (lodger_pending_return_nothing (p), 0);
  expect_code (lodger_pending_get_outcome (p), 0);
  expect_code (lodger_pending_get_pointer (p, &pointer), 0);
  ck_assert_ptr_null (pointer);
  lodger_pending_unref (p);
}
END_TEST

START_TEST (an_error_comes_back)
{
  void *pointer = &pointer;
  LodgerError *error = lodger_error_new ("disk", 3, "no space");
  LodgerPending *p = lodger_pending_new (LODGER_PENDING_DEFAULT);
  expect_code (lodger_pending_return_error (p, lodger_error_ref (error)), 0);
  expect_code (lodger_pending_get_outcome (p), LODGER_EFAILED);
  expect_code (lodger_pending_get_pointer (p, &pointer), LODGER_EFAILED);
  ck_assert_ptr_eq (pointer, &pointer);
  ck_assert_ptr_eq (lodger_pending_get_error (p), error);
  lodger_pending_unref (p);
  lodger_error_unref (error);

  p = lodger_pending_new (LODGER_PENDING_DEFAULT);
  log_capture_begin ();
  expect_code (lodger_pending_return_error (p, NULL), LODGER_EINVAL);
  log_capture_end ();
  ck_assert (!lodger_pending_is_done (p));
  expect_code (lodger_pending_return_new_error (p, NULL, LODGER_EBUSY, "%d of %d", 1, 2), 0);
  ck_assert (lodger_error_matches (lodger_pending_get_error (p), NULL, LODGER_EBUSY));
  ck_assert_str_eq (lodger_error_get_message (lodger_pending_get_error (p)), "1 of 2");
  lodger_pending_unref (p);
  ck_assert_ptr_null (lodger_pending_get_error (NULL));
}
END_TEST

START_TEST (a_taken_pointer_is_not_destroyed)
{
  Recorder recorder = { 0 };
  void *pointer = NULL;
  LodgerPending *follower;
  LodgerPending *p = lodger_pending_new (LODGER_PENDING_DEFAULT);
  expect_code (lodger_pending_return_pointer (p, &recorder, recorder_destroy), 0);
  expect_code (lodger_pending_take_pointer (p, &pointer), 0);
  ck_assert_ptr_eq (pointer, &recorder);
  expect_code (lodger_pending_take_pointer (p, &pointer), LODGER_EALREADY);
  expect_code (lodger_pending_get_pointer (p, &pointer), 0);
  ck_assert_ptr_null (pointer);
  lodger_pending_unref (p);
  recorder_expect (&recorder, 0, 0);

  p = lodger_pending_new (LODGER_PENDING_DEFAULT);
  follower = lodger_pending_new (LODGER_PENDING_DEFAULT);
  expect_code (lodger_pending_return_from (follower, p), 0);
  expect_code (lodger_pending_return_pointer (p, &recorder, recorder_destroy), 0);
  expect_code (lodger_pending_take_pointer (follower, &pointer), LODGER_ETYPE);
  lodger_pending_unref (p);
  expect_code (lodger_pending_get_pointer (follower, &pointer), 0);
  ck_assert_ptr_eq (pointer, &recorder);
  recorder_expect (&recorder, 0, 0);
  lodger_pending_unref (follower);
  recorder_expect (&recorder, 0, 1);
}
END_TEST

typedef struct Letter
{
  char *text;
  char letter;
} Letter;

static void
append_letter (void *data)
{
  const Letter *letter = data;
  letter->text[strlen (letter->text)] = letter->letter;
}

START_TEST (metadata_is_destroyed_in_the_order_of_its_keys_first_setting)
{
  char order[4] = "";
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  Letter letters[] = { { order, 'a' }, { order, 'b' }, { order, 'c' } };
  for (size_t i = 0; i < 3; i++)
    expect_code (lodger_pending_set_metadata (promise, &"a\0b\0c"[2 * i], &letters[i], append_letter), 0);
  lodger_pending_unref (promise);
  ck_assert_str_eq (order, "abc");
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("pending");
  test_add (suite, edge_01_first_setter_wins);
  test_add (suite, edge_02_result_before_done_is_an_error);
  test_add (suite, edge_03_cancel_without_canceller_is_done);
  test_add (suite, edge_03_cancel_with_canceller_waits_for_it);
  test_add (suite, edge_04_second_cancel_adds_its_message);
  test_add (suite, edge_09_callbacks_run_in_order_in_the_completing_thread);
  test_add (suite, edge_11_remove_returns_how_many);
  test_add (suite, edge_14_data_is_freed_whoever_drops_first);
  test_add (suite, edge_14_metadata_is_freed);
  test_add (suite, edge_15_description_tells_states_apart);
  test_add (suite, a_promise_is_answered_from_any_thread);
  test_add (suite, each_type_comes_back);
  test_add (suite, an_error_comes_back);
  test_add (suite, a_taken_pointer_is_not_destroyed);
  test_add (suite, metadata_is_destroyed_in_the_order_of_its_keys_first_setting);
  return test_main (suite, argc, argv);
}
