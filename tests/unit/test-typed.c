/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Results that are taken with their type, and a call that answers twice. */
#include "test-loop.h"
#include "test-suite.h"

#include <stdlib.h>

typedef struct Page
{
  int number;
} Page;

typedef struct Line
{
  int number;
} Line;

static Page *
page_new (int number)
{
  Page *page = malloc (sizeof *page);
  page->number = number;
  return page;
}

static void
answer_page (LodgerPending *self, void *number)
{
  expect_code (LODGER_RETURN (self, Page, page_new (*(int *) number), free), 0);
}

static LodgerReply *deferred;

static void
defer (LodgerPending *self, void *data)
{
  (void) data;
  deferred = lodger_pending_defer (self);
}

START_TEST (a_result_is_taken_with_its_type)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  int number = 7;
  LodgerPending *done = lodger_caller_call_soon (loop.caller, answer_page, &number, NULL);
  LodgerPending *taker = lodger_pending_new (LODGER_PENDING_DEFAULT);
  Page *page;
  void *pointer;
  log_capture_begin ();
  loop_run_until_done (&loop, done);
  lodger_pending_return_from (taker, done);
  ck_assert_int_eq (LODGER_GET (taker, Page)->number, 7);
  ck_assert_int_eq (LODGER_GET (done, Page)->number, 7);
  expect_code (lodger_pending_get_pointer (done, &pointer), 0);
  page = LODGER_TAKE (done, Page);
  ck_assert_ptr_eq (page, pointer);
  ck_assert_ptr_null (LODGER_TAKE (done, Page));
  ck_assert_uint_eq (log_capture_count (), 0);
  log_capture_end ();
  free (page);
  lodger_pending_unref (taker);
  lodger_pending_unref (done);
  loop_close (&loop);
}
END_TEST

START_TEST (another_type_is_an_error_that_names_both)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  int number = 1;
  const LodgerCallOptions options = { .size = sizeof options, .name = "load", .file = "load.c", .line = 3 };
  LodgerPending *done = lodger_caller_call_soon_full (loop.caller, answer_page, &number, NULL, &options);
  LodgerPending *untyped = lodger_pending_new (LODGER_PENDING_DEFAULT);
  LodgerPending *text = lodger_pending_new (LODGER_PENDING_DEFAULT);
  void *value = &number;
  log_capture_begin ();
  loop_run_until_done (&loop, done);
  lodger_pending_return_pointer (untyped, page_new (2), free);
  lodger_pending_return_string (text, "text");
  ck_assert_ptr_null (LODGER_GET (done, Line));
  ck_assert (log_capture_has ("lodger_pending_get_typed: the outcome of load (load.c:3) is Page, not Line"));
  expect_code (lodger_pending_take_typed (done, "Line", &value), LODGER_ETYPE);
  ck_assert (log_capture_has ("lodger_pending_take_typed: the outcome of load (load.c:3) is Page, not Line"));
  ck_assert_ptr_null (LODGER_TAKE (untyped, Page));
  ck_assert (log_capture_has ("is a pointer without a type, not Page"));
  ck_assert_ptr_null (LODGER_TAKE (text, Page));
  ck_assert (log_capture_has ("is a string, not Page"));
  ck_assert_ptr_eq (value, &number);
  log_capture_end ();
  lodger_pending_unref (untyped);
  lodger_pending_unref (text);
  lodger_pending_unref (done);
  loop_close (&loop);
}
END_TEST

START_TEST (a_reply_carries_the_type)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerPending *done = lodger_caller_call_soon (loop.caller, defer, NULL, NULL);
  loop_run (&loop);
  expect_code (LODGER_REPLY (deferred, Page, page_new (9), free), 0);
  loop_run_until_done (&loop, done);
  ck_assert_int_eq (LODGER_GET (done, Page)->number, 9);
  lodger_pending_unref (done);
  loop_close (&loop);
}
END_TEST

START_TEST (a_value_of_a_failed_call_is_not_there)
{
  LodgerPending *failed = lodger_pending_new (LODGER_PENDING_DEFAULT);
  log_capture_begin ();
  lodger_pending_return_error (failed, lodger_error_new (NULL, LODGER_EFOREIGN, NULL));
  ck_assert_ptr_null (LODGER_TAKE (failed, Page));
  ck_assert_uint_eq (log_capture_count (), 0);
  log_capture_end ();
  lodger_pending_unref (failed);
}
END_TEST

static void
answer_twice (LodgerPending *self, void *data)
{
  (void) data;
  expect_code (lodger_pending_return_int (self, 1), 0);
  expect_code (lodger_pending_return_string (self, "2"), LODGER_EALREADY);
}

START_TEST (a_call_that_answers_twice_is_told)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  const LodgerCallOptions options = { .size = sizeof options, .name = "twice", .file = "twice.c", .line = 5 };
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  log_capture_begin ();
  lodger_pending_disown (lodger_caller_call_soon_full (loop.caller, answer_twice, NULL, NULL, &options));
  loop_run (&loop);
  ck_assert_uint_eq (log_capture_count (), 1);
  ck_assert (log_capture_has ("lodger_pending_return_string: twice (twice.c:5) has been answered before"));
  log_capture_forget ();
  expect_code (lodger_pending_return_int (promise, 1), 0);
  expect_code (lodger_pending_return_int (promise, 2), LODGER_EALREADY);
  ck_assert_uint_eq (log_capture_count (), 0);
  log_capture_end ();
  lodger_pending_unref (promise);
  loop_close (&loop);
}
END_TEST

static void
submit_once_more (LodgerCaller *caller)
{
  Recorder recorder = { 0 };
  lodger_pending_disown (lodger_caller_call_soon (caller, recorder_call, &recorder, recorder_destroy));
  recorder_expect (&recorder, 0, 1);
}

START_TEST (a_submission_after_the_stop_is_told_once_for_each_place)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerCaller *caller = lodger_caller_ref (loop.caller);
  log_capture_begin ();
  lodger_caller_stop (caller, true);
  submit_once_more (caller);
  ck_assert_uint_eq (log_capture_count (), 0);
  loop_close (&loop);
  for (int i = 0; i < 3; i++)
    submit_once_more (caller);
  ck_assert_uint_eq (log_capture_count (), 1);
  ck_assert (log_capture_has ("lodger_caller_call_soon: the caller was closed: a call (" __FILE__));
  log_capture_end ();
  lodger_caller_unref (caller);
}
END_TEST

START_TEST (misuse_of_a_submission_names_what_is_wrong_and_where)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Recorder recorder = { 0 };
  LodgerPending *none = NULL;
  log_capture_begin ();
  lodger_pending_disown (lodger_caller_call_soon (NULL, recorder_call, &recorder, NULL));
  ck_assert (log_capture_has ("lodger_caller_call_soon: the caller is NULL (" __FILE__ ":"));
  lodger_pending_disown (lodger_caller_to_thread (loop.caller, NULL, &recorder, NULL));
  ck_assert (log_capture_has ("lodger_caller_to_thread: the function is NULL (" __FILE__ ":"));
  lodger_pending_disown (lodger_pending_then (none, loop.caller, recorder_then, &recorder, NULL));
  ck_assert (log_capture_has ("lodger_pending_then: the pending is NULL (" __FILE__ ":"));
  lodger_pending_disown (lodger_scope_call_soon (NULL, loop.caller, recorder_call, &recorder, NULL));
  ck_assert (log_capture_has ("a bound call needs a scope (" __FILE__ ":"));
  ck_assert_uint_eq (log_capture_count (), 4);
  log_capture_end ();
  loop_close (&loop);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("typed");
  test_add (suite, a_result_is_taken_with_its_type);
  test_add (suite, another_type_is_an_error_that_names_both);
  test_add (suite, a_reply_carries_the_type);
  test_add (suite, a_value_of_a_failed_call_is_not_there);
  test_add (suite, a_call_that_answers_twice_is_told);
  test_add (suite, a_submission_after_the_stop_is_told_once_for_each_place);
  test_add (suite, misuse_of_a_submission_names_what_is_wrong_and_where);
  return test_main (suite, argc, argv);
}
