/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Law 9: misuse is answered with an error code and a logged line that says which call. */
#include "conformance.h"

/* Checks for the code, and for one more log line that names the function. */
#define expect_answer(call, code, function)                                                                            \
  do                                                                                                                   \
    {                                                                                                                  \
      log_capture_forget ();                                                                                           \
      expect_code (call, code);                                                                                        \
      ck_assert_msg (log_capture_count () == 1, "%s: %zu lines logged", #call, log_capture_count ());                  \
      ck_assert_msg (log_capture_has (function), "%s: the line does not say which", #call);                            \
    }                                                                                                                  \
  while (0)

/* Returns the reason of a refusal. Its data has to be destroyed. */
static int
refusal (LodgerPending *pending, Recorder *recorder)
{
  int code = lodger_error_get_code (lodger_pending_get_error (pending));
  ck_assert (lodger_pending_is_done (pending));
  recorder_expect (recorder, 0, 1);
  *recorder = (Recorder) { 0 };
  lodger_pending_unref (pending);
  return code;
}

static int
direct_refusal (LodgerCaller *caller, LodgerDirectFunc func, Recorder *recorder)
{
  int code = lodger_caller_call_direct (caller, func, recorder, recorder_destroy);
  recorder_expect (recorder, 0, 1);
  *recorder = (Recorder) { 0 };
  return code;
}

START_TEST (law_9_a_bad_argument_is_answered)
{
  Subject subject;
  LodgerCaller *caller;
  Recorder w = { 0 };
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  LodgerCallOptions small = { .size = 4 };
  int64_t number;
  subject_open (&subject, _i, true);
  caller = subject.caller;
  log_capture_begin ();
  expect_answer (direct_refusal (NULL, recorder_direct, &w), LODGER_EINVAL, "lodger_caller_call_direct");
  expect_answer (direct_refusal (caller, NULL, &w), LODGER_EINVAL, "lodger_caller_call_direct");
  expect_answer (refusal (lodger_caller_call_soon (NULL, recorder_call, &w, recorder_destroy), &w), LODGER_EINVAL,
                 "lodger_caller_call_soon");
  expect_answer (refusal (lodger_caller_call_soon (caller, NULL, &w, recorder_destroy), &w), LODGER_EINVAL,
                 "lodger_caller_call_soon");
  expect_answer (refusal (lodger_caller_call_soon_full (caller, recorder_call, &w, recorder_destroy, &small), &w),
                 LODGER_EINVAL, "lodger_caller_call_soon");
  expect_answer (refusal (lodger_caller_call_later (caller, 5, NULL, &w, recorder_destroy), &w), LODGER_EINVAL,
                 "lodger_caller_call_later");
  expect_answer (refusal (lodger_caller_to_thread (NULL, recorder_call, &w, recorder_destroy), &w), LODGER_EINVAL,
                 "lodger_caller_to_thread");
  expect_answer (refusal (lodger_pending_then (NULL, caller, recorder_then, &w, recorder_destroy), &w), LODGER_EINVAL,
                 "lodger_pending_then");
  expect_answer (refusal (lodger_pending_then (promise, NULL, recorder_then, &w, recorder_destroy), &w), LODGER_EINVAL,
                 "lodger_pending_then");
  expect_answer (lodger_pending_return_int (NULL, 1), LODGER_EINVAL, "lodger_pending_return_int");
  expect_answer (lodger_pending_return_from (promise, NULL), LODGER_EINVAL, "lodger_pending_return_from");
  expect_answer (lodger_pending_get_int (NULL, &number), LODGER_EINVAL, "lodger_pending_get");
  expect_answer (lodger_pending_wait (NULL, 1, LODGER_WAIT_DEFAULT), LODGER_EINVAL, "lodger_pending_wait");
  expect_answer (lodger_caller_enter (NULL), LODGER_EINVAL, "lodger_caller_enter");
  expect_answer (lodger_caller_leave (NULL), LODGER_EINVAL, "lodger_caller_leave");
  expect_answer (lodger_caller_start_sync (NULL), LODGER_EINVAL, "lodger_caller_start_sync");
  log_capture_end ();
  lodger_pending_unref (promise);
  subject_close (&subject);
}
END_TEST

static void *
enter_and_leave (void *data)
{
  LodgerCaller *caller = data;
  expect_answer (lodger_caller_enter (caller), LODGER_EWRONGTHREAD, "lodger_caller_enter");
  expect_answer (lodger_caller_leave (caller), LODGER_EWRONGTHREAD, "lodger_caller_leave");
  return NULL;
}

START_TEST (law_9_the_wrong_thread_is_answered)
{
  Subject subject;
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  subject_open (&subject, _i, true);
  log_capture_begin ();
  thread_join (thread_start (enter_and_leave, subject.caller));
  if (!subject_is (&subject, SUBJECT_DRIVEN))
    expect_answer (lodger_pending_wait (promise, LODGER_FOREVER, LODGER_WAIT_DEFAULT), LODGER_EWRONGTHREAD,
                   "lodger_pending_wait");
  log_capture_end ();
  ck_assert (lodger_caller_is_running (subject.caller));
  lodger_pending_unref (promise);
  subject_close (&subject);
}
END_TEST

static void
misuse_inside (LodgerPending *self, void *data)
{
  Subject *subject = data;
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  expect_answer (lodger_caller_leave (subject->caller), LODGER_EBUSY, "lodger_caller_leave");
  if (subject_is (subject, SUBJECT_DRIVEN))
    expect_answer (lodger_pending_wait (self, LODGER_FOREVER, LODGER_WAIT_DEFAULT), LODGER_EDEADLK,
                   "lodger_pending_wait");
  expect_code (lodger_pending_return_int (self, 1), 0);
  expect_code (lodger_pending_return_int (self, 2), LODGER_EALREADY);
  lodger_pending_unref (promise);
}

static void
misuse_inside_direct (void *data)
{
  LodgerPending *promise = data;
  expect_answer (lodger_pending_wait (promise, LODGER_FOREVER, LODGER_WAIT_DEFAULT), LODGER_ESTATE,
                 "lodger_pending_wait");
}

START_TEST (law_9_a_function_forbidden_in_a_call_is_answered)
{
  Subject subject;
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT), *pending;
  subject_open (&subject, _i, true);
  log_capture_begin ();
  pending = lodger_caller_call_soon (subject.caller, misuse_inside, &subject, NULL);
  subject_run_until_done (&subject, pending);
  expect_code (lodger_pending_get_outcome (pending), 0);
  subject_run_inside (&subject, misuse_inside_direct, promise);
  expect_code (lodger_pending_return_int (pending, 3), LODGER_EALREADY);
  log_capture_end ();
  lodger_pending_unref (pending);
  lodger_pending_unref (promise);
  subject_close (&subject);
}
END_TEST

START_TEST (law_9_a_stopped_caller_is_answered)
{
  Subject subject;
  Recorder w = { 0 };
  subject_open (&subject, _i, true);
  lodger_caller_stop (subject.caller, true);
  subject_run_until_done (&subject, lodger_caller_get_stopped (subject.caller));
  log_capture_begin ();
  expect_code (refusal (lodger_caller_call_soon (subject.caller, recorder_call, &w, recorder_destroy), &w),
               LODGER_ECANCELED);
  expect_code (refusal (lodger_caller_call_later (subject.caller, 9, recorder_call, &w, recorder_destroy), &w),
               LODGER_ECANCELED);
  expect_code (refusal (lodger_caller_to_thread (subject.caller, recorder_call, &w, recorder_destroy), &w),
               LODGER_ECANCELED);
  expect_code (direct_refusal (subject.caller, recorder_direct, &w), LODGER_ESHUTDOWN);
  expect_answer (lodger_caller_enter (subject.caller), LODGER_ESHUTDOWN, "lodger_caller_enter");
  ck_assert_int_eq (lodger_caller_stop (subject.caller, true), LODGER_CALLER_STOPPED);
  log_capture_end ();
  subject_close (&subject);
}
END_TEST

void
add_law_misuse (Suite *suite)
{
  add_law (suite, law_9_a_bad_argument_is_answered, 0, 0);
  add_law (suite, law_9_the_wrong_thread_is_answered, 0, 0);
  add_law (suite, law_9_a_function_forbidden_in_a_call_is_answered, 0, 0);
  add_law (suite, law_9_a_stopped_caller_is_answered, 0, 0);
}
