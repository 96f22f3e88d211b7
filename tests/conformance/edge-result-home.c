/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A result with a home caller is destroyed in the thread of that caller, wherever the last reference is dropped. */
#include "conformance.h"

typedef struct Result
{
  Recorder value;
  Counter ends; /* of the value */
  Latch entered, let_go;
  bool waits; /* for let_go */
  int code;   /* of its return */
} Result;

static void
result_init (Result *result)
{
  *result = (Result) { .value.ends = &result->ends };
  counter_init (&result->ends);
  latch_init (&result->entered);
  latch_init (&result->let_go);
}

static void
result_clear (Result *result)
{
  counter_clear (&result->ends);
  latch_clear (&result->entered);
  latch_clear (&result->let_go);
}

static void
return_value (LodgerPending *self, void *data)
{
  Result *result = data;
  latch_open (&result->entered);
  if (result->waits)
    latch_wait (&result->let_go);
  result->code = lodger_pending_return_pointer (self, &result->value, recorder_destroy);
}

/* Submits a call that runs in a worker. Its result has the home `home`. */
static LodgerPending *
start (Subject *subject, LodgerCaller *home, Result *result)
{
  const LodgerCallOptions options = { .size = sizeof options, .result_home = home };
  return lodger_caller_to_thread_full (subject->caller, return_value, result, NULL, &options);
}

static const LodgerCallerOptions one_worker = { .size = sizeof one_worker, .max_threads = 1 };

/* The same, and waits until the call is done and the only worker has dropped its reference. */
static LodgerPending *
run (Subject *subject, LodgerCaller *home, Result *result)
{
  LodgerPending *pending = start (subject, home, result);
  LodgerPending *next = lodger_caller_to_thread (subject->caller, recorder_call, &(Recorder) { 0 }, NULL);
  expect_code (subject_outcome (subject, next), 0);
  ck_assert (lodger_pending_is_done (pending));
  return pending;
}

static void *
unref_elsewhere (void *data)
{
  lodger_pending_unref (data);
  return NULL;
}

START_TEST (edge_82_a_result_is_destroyed_in_its_home_thread)
{
  Subject subject;
  Result result;
  LodgerPending *pending;
  void *value = NULL;
  result_init (&result);
  subject_open (&subject, _i, false);
  pending = start (&subject, subject.caller, &result);
  subject_await (&subject, pending);
  expect_code (lodger_pending_get_pointer (pending, &value), 0);
  ck_assert_ptr_eq (value, &result.value);
  thread_join (thread_start (unref_elsewhere, pending));
  subject_run_until (&subject, &result.ends, 1);
  ck_assert_int_eq (result.value.destroyed_in, subject.thread_id);
  subject_close (&subject);
  recorder_expect (&result.value, 0, 1);
  result_clear (&result);
}
END_TEST

/* The handle is dropped at once, so the worker has the last reference. */
START_TEST (edge_82_an_unread_result_is_destroyed_in_its_home_thread)
{
  Subject subject;
  Result result;
  result_init (&result);
  subject_open (&subject, _i, false);
  lodger_pending_unref (start (&subject, subject.caller, &result));
  subject_run_until (&subject, &result.ends, 1);
  ck_assert_int_eq (result.value.destroyed_in, subject.thread_id);
  subject_close (&subject);
  recorder_expect (&result.value, 0, 1);
  result_clear (&result);
}
END_TEST

typedef struct Drop
{
  LodgerPending *pending;
  Result *result;
  bool was_at_once;
} Drop;

static void
drop_at_home (void *data)
{
  Drop *drop = data;
  lodger_pending_unref (drop->pending);
  drop->was_at_once = drop->result->value.destroyed == 1;
}

START_TEST (edge_82_a_result_dropped_in_its_home_thread_is_destroyed_at_once)
{
  Subject subject;
  Result result;
  Drop drop = { .result = &result };
  result_init (&result);
  subject_open_full (&subject, _i, &one_worker);
  drop.pending = run (&subject, subject.caller, &result);
  subject_run_inside (&subject, drop_at_home, &drop);
  ck_assert (drop.was_at_once);
  ck_assert_int_eq (result.value.destroyed_in, subject.thread_id);
  subject_close (&subject);
  recorder_expect (&result.value, 0, 1);
  result_clear (&result);
}
END_TEST

START_TEST (edge_82_a_taken_result_belongs_to_the_taker)
{
  Subject subject;
  Result result;
  LodgerPending *pending;
  void *value = NULL;
  result_init (&result);
  subject_open (&subject, _i, false);
  pending = start (&subject, subject.caller, &result);
  subject_await (&subject, pending);
  expect_code (lodger_pending_take_pointer (pending, &value), 0);
  ck_assert_ptr_eq (value, &result.value);
  expect_code (lodger_pending_take_pointer (pending, &value), LODGER_EALREADY);
  lodger_pending_unref (pending);
  subject_close (&subject);
  recorder_expect (&result.value, 0, 0);
  result_clear (&result);
}
END_TEST

START_TEST (edge_82_a_value_after_the_cancel_is_destroyed_in_its_home_thread)
{
  Subject subject;
  Result result;
  LodgerPending *pending;
  result_init (&result);
  result.waits = true;
  subject_open (&subject, _i, false);
  pending = start (&subject, subject.caller, &result);
  latch_wait (&result.entered);
  ck_assert (lodger_pending_cancel (pending, "not needed"));
  latch_open (&result.let_go);
  subject_await (&subject, pending);
  expect_code (lodger_pending_get_outcome (pending), LODGER_ECANCELED);
  expect_code (result.code, LODGER_ECANCELED);
  lodger_pending_unref (pending);
  subject_run_until (&subject, &result.ends, 1);
  ck_assert_int_eq (result.value.destroyed_in, subject.thread_id);
  subject_close (&subject);
  recorder_expect (&result.value, 0, 1);
  result_clear (&result);
}
END_TEST

/* The home is a child, which stops. */
START_TEST (edge_82_after_the_home_has_stopped_the_last_reference_destroys_a_result)
{
  Subject subject;
  Result result;
  LodgerPending *pending;
  LodgerCaller *home;
  int thread;
  result_init (&result);
  subject_open_full (&subject, _i, &one_worker);
  home = lodger_caller_open_child (subject.caller, NULL, NULL);
  thread = worker_thread_id (home);
  pending = run (&subject, home, &result);
  lodger_caller_stop (home, true);
  subject_await (&subject, lodger_caller_get_stopped (home));
  lodger_caller_unref (home);
  recorder_expect (&result.value, 0, 0);
  lodger_pending_unref (pending);
  recorder_expect (&result.value, 0, 1);
  ck_assert_int_eq (result.value.destroyed_in, test_thread_id ());
  ck_assert_int_ne (result.value.destroyed_in, thread);
  subject_close (&subject);
  result_clear (&result);
}
END_TEST

/* The call keeps a reference to its home, since the user may have dropped his. */
START_TEST (edge_82_a_call_keeps_a_reference_to_its_home)
{
  Subject subject;
  Result result;
  LodgerPending *pending;
  LodgerCaller *home;
  int thread;
  result_init (&result);
  subject_open (&subject, _i, false);
  home = lodger_caller_open_child (subject.caller, NULL, NULL);
  thread = worker_thread_id (home);
  pending = start (&subject, home, &result);
  lodger_caller_unref (home);
  subject_await (&subject, pending);
  lodger_pending_unref (pending);
  counter_wait (&result.ends, 1);
  ck_assert_int_eq (result.value.destroyed_in, thread);
  subject_close (&subject);
  recorder_expect (&result.value, 0, 1);
  result_clear (&result);
}
END_TEST

/* The result is sent while its home stops. It is destroyed there or in the worker, but only once. */
START_TEST (edge_82_a_result_sent_while_its_home_stops_is_destroyed_once)
{
  Subject subject;
  subject_open (&subject, _i, false);
  for (int round = 0; round < 20; round++)
    {
      Result result;
      pthread_t thread;
      LodgerCaller *home = lodger_caller_open_child (subject.caller, NULL, NULL);
      LodgerPending *pending;
      result_init (&result);
      pending = start (&subject, home, &result);
      subject_await (&subject, pending);
      thread = thread_start (unref_elsewhere, pending);
      lodger_caller_stop (home, true);
      subject_await (&subject, lodger_caller_get_stopped (home));
      thread_join (thread);
      counter_wait (&result.ends, 1);
      recorder_expect (&result.value, 0, 1);
      lodger_caller_unref (home);
      result_clear (&result);
    }
  subject_close (&subject);
}
END_TEST

/* The call writes its code after the value is destroyed. The test may have ended by then. */
START_TEST (edge_82_a_value_of_an_abandoned_call_is_destroyed_once)
{
  const LodgerCallerOptions short_deadline = { .size = sizeof short_deadline, .stop_deadline = 1000000 };
  Subject subject;
  static Result result;
  LodgerPending *pending;
  result_init (&result);
  result.waits = true;
  subject_open_full (&subject, _i, &short_deadline);
  pending = start (&subject, subject.caller, &result);
  latch_wait (&result.entered);
  log_capture_begin ();
  lodger_caller_stop (subject.caller, true);
  subject_run_until_done (&subject, lodger_caller_get_stopped (subject.caller));
  log_capture_end ();
  expect_code (lodger_pending_get_outcome (pending), LODGER_EABANDONED);
  latch_open (&result.let_go);
  counter_wait (&result.ends, 1);
  lodger_pending_unref (pending);
  subject_close (&subject);
  recorder_expect (&result.value, 0, 1);
  result_clear (&result);
}
END_TEST

/* ---- a home for the call's data ------------------------------------------------------------------------------------- */

static LodgerPending *
submit_with_data_home (Subject *subject, LodgerCaller *home, Recorder *recorder)
{
  const LodgerCallOptions options = { .size = sizeof options, .data_home = home };
  return lodger_caller_to_thread_full (subject->caller, recorder_call, recorder, recorder_destroy, &options);
}

START_TEST (law_3_data_with_a_home_is_destroyed_there)
{
  Subject subject;
  Counter ends;
  Recorder ran = { .ends = &ends }, dropped = { .ends = &ends }, refused = { .ends = &ends };
  Result result;
  LodgerPending *blocker, *pending;
  counter_init (&ends);
  result_init (&result);
  result.waits = true;
  subject_open_full (&subject, _i, &one_worker);
  lodger_pending_unref (submit_with_data_home (&subject, subject.caller, &ran));
  subject_run_until (&subject, &ends, 1);
  blocker = start (&subject, NULL, &result);
  latch_wait (&result.entered);
  pending = submit_with_data_home (&subject, subject.caller, &dropped);
  ck_assert (lodger_pending_cancel (pending, NULL));
  latch_open (&result.let_go);
  subject_run_until (&subject, &ends, 2);
  lodger_pending_unref (pending);
  subject_await (&subject, blocker);
  lodger_pending_unref (blocker);
  subject_run_until (&subject, &result.ends, 1);
  recorder_expect (&ran, 1, 1);
  recorder_expect (&dropped, 0, 1);
  ck_assert_int_eq (ran.destroyed_in, subject.thread_id);
  ck_assert_int_eq (dropped.destroyed_in, subject.thread_id);
  lodger_caller_stop (subject.caller, true);
  subject_run_until_done (&subject, lodger_caller_get_stopped (subject.caller));
  lodger_pending_unref (submit_with_data_home (&subject, subject.caller, &refused));
  recorder_expect (&refused, 0, 1);
  ck_assert_int_eq (refused.destroyed_in, test_thread_id ());
  subject_close (&subject);
  result_clear (&result);
  counter_clear (&ends);
}
END_TEST

void
add_edge_result_home (Suite *suite)
{
  add_edge (suite, law_3_data_with_a_home_is_destroyed_there, 0, 0);
  add_edge (suite, edge_82_a_result_is_destroyed_in_its_home_thread, 0, 0);
  add_edge (suite, edge_82_an_unread_result_is_destroyed_in_its_home_thread, 0, 0);
  add_edge (suite, edge_82_a_result_dropped_in_its_home_thread_is_destroyed_at_once, 0, 0);
  add_edge (suite, edge_82_a_taken_result_belongs_to_the_taker, 0, 0);
  add_edge (suite, edge_82_a_value_after_the_cancel_is_destroyed_in_its_home_thread, 0, 0);
  add_edge (suite, edge_82_after_the_home_has_stopped_the_last_reference_destroys_a_result, 0, 0);
  add_edge (suite, edge_82_a_call_keeps_a_reference_to_its_home, 0, 0);
  add_edge (suite, edge_82_a_result_sent_while_its_home_stops_is_destroyed_once, 0, 0);
  add_edge (suite, edge_82_a_value_of_an_abandoned_call_is_destroyed_once, 0, 0);
}
