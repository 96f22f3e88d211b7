/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Promises that say whose thread answers them. */
#include "test-loop.h"
#include "test-suite.h"

/* A worker's call that waits without limit, and with what code that ended. */
typedef struct Waiting
{
  LodgerPending *awaited;
  Latch begins;
  int code;
} Waiting;

static void
wait_call (LodgerPending *self, void *data)
{
  Waiting *waiting = data;
  (void) self;
  latch_open (&waiting->begins);
  waiting->code = lodger_pending_wait (waiting->awaited, LODGER_FOREVER, LODGER_WAIT_PROTECT);
}

static int
code_of_waiting (LodgerCaller *worker, LodgerPending *awaited)
{
  Waiting waiting = { .awaited = awaited };
  latch_init (&waiting.begins);
  expect_code (wait_outcome (lodger_caller_call_soon (worker, wait_call, &waiting, NULL)), 0);
  latch_clear (&waiting.begins);
  return waiting.code;
}

static LodgerPending *
promise_of (LodgerCaller *caller)
{
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  expect_code (lodger_pending_set_completer (promise, caller), 0);
  return promise;
}

START_TEST (waiting_for_a_promise_that_this_thread_completes_is_refused)
{
  LodgerCaller *worker = worker_start (NULL);
  LodgerPending *promise = promise_of (worker);
  log_capture_begin ();
  expect_code (code_of_waiting (worker, promise), LODGER_EDEADLK);
  ck_assert (log_capture_has ("lodger_pending_wait: it could never end"));
  log_capture_end ();
  ck_assert (!lodger_pending_is_done (promise));
  lodger_pending_unref (promise);
  worker_stop (worker);
}
END_TEST

START_TEST (waiting_for_a_follower_of_the_promise_is_refused_too)
{
  LodgerCaller *worker = worker_start (NULL);
  LodgerPending *promise = promise_of (worker), *follower = lodger_pending_new (LODGER_PENDING_DEFAULT);
  expect_code (lodger_pending_return_from (follower, promise), 0);
  log_capture_begin ();
  expect_code (code_of_waiting (worker, follower), LODGER_EDEADLK);
  log_capture_end ();
  expect_code (lodger_pending_return_int (promise, 1), 0);
  lodger_pending_unref (promise);
  lodger_pending_unref (follower);
  worker_stop (worker);
}
END_TEST

START_TEST (a_cycle_through_two_completers_is_refused)
{
  LodgerCaller *one = worker_start (NULL), *two = worker_start (NULL);
  LodgerPending *ones = promise_of (one), *twos = promise_of (two), *call;
  Waiting waiting = { .awaited = ones };
  int thread = worker_thread_id (two);
  latch_init (&waiting.begins);
  call = lodger_caller_call_soon (two, wait_call, &waiting, NULL);
  latch_wait (&waiting.begins);
  proc_wait_asleep (thread);
  log_capture_begin ();
  expect_code (code_of_waiting (one, twos), LODGER_EDEADLK);
  log_capture_end ();
  expect_code (lodger_pending_return_int (ones, 1), 0);
  expect_code (wait_outcome (call), 0);
  expect_code (waiting.code, 0);
  latch_clear (&waiting.begins);
  lodger_pending_unref (ones);
  lodger_pending_unref (twos);
  worker_stop (one);
  worker_stop (two);
}
END_TEST

static void
answer_call (LodgerPending *self, void *promise)
{
  (void) self;
  lodger_pending_return_int (promise, 5);
}

START_TEST (another_thread_may_wait_and_the_completer_answers)
{
  LodgerCaller *one = worker_start (NULL), *two = worker_start (NULL);
  LodgerPending *promise = promise_of (one), *call;
  Waiting waiting = { .awaited = promise };
  latch_init (&waiting.begins);
  call = lodger_caller_call_soon (two, wait_call, &waiting, NULL);
  latch_wait (&waiting.begins);
  lodger_pending_unref (lodger_caller_call_soon (one, answer_call, promise, NULL));
  expect_code (wait_outcome (call), 0);
  expect_code (waiting.code, 0);
  latch_clear (&waiting.begins);
  lodger_pending_unref (promise);
  worker_stop (one);
  worker_stop (two);
}
END_TEST

START_TEST (a_caller_that_has_stopped_refuses_nobody)
{
  LodgerCaller *gone = worker_start (NULL), *worker = worker_start (NULL);
  LodgerPending *promise = promise_of (gone), *call;
  Waiting waiting = { .awaited = promise };
  worker_stop (gone);
  latch_init (&waiting.begins);
  call = lodger_caller_call_soon (worker, wait_call, &waiting, NULL);
  latch_wait (&waiting.begins);
  expect_code (lodger_pending_return_int (promise, 1), 0);
  expect_code (wait_outcome (call), 0);
  expect_code (waiting.code, 0);
  latch_clear (&waiting.begins);
  lodger_pending_unref (promise);
  worker_stop (worker);
}
END_TEST

typedef struct Operation
{
  LodgerPending *promise;
  Latch is_cancelled;
} Operation;

static void
note_cancel (LodgerPending *pending, const char *message, void *data)
{
  Operation *operation = data;
  (void) pending;
  (void) message;
  latch_open (&operation->is_cancelled);
}

static void
begin_operation (LodgerPending *self, void *data)
{
  Operation *operation = data;
  (void) self;
  operation->promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  test_check (lodger_pending_set_canceller (operation->promise, note_cancel, operation, NULL) == 0);
  test_check (lodger_pending_set_completer (operation->promise, lodger_caller_current ()) == 0);
}

START_TEST (a_stop_cancels_the_promises_of_a_completer_and_waits)
{
  LodgerCaller *worker = worker_start (NULL);
  Operation operation = { 0 };
  latch_init (&operation.is_cancelled);
  expect_code (wait_outcome (lodger_caller_call_soon (worker, begin_operation, &operation, NULL)), 0);
  lodger_caller_stop (worker, true);
  latch_wait (&operation.is_cancelled);
  ck_assert (!lodger_pending_is_done (operation.promise));
  ck_assert (!lodger_pending_is_done (lodger_caller_get_stopped (worker)));
  expect_code (lodger_pending_return_nothing (operation.promise), LODGER_ECANCELED);
  worker_stop (worker);
  lodger_pending_unref (operation.promise);
  latch_clear (&operation.is_cancelled);
}
END_TEST

START_TEST (a_stop_abandons_a_promise_at_its_deadline)
{
  LodgerCallerOptions options = { .size = sizeof options, .stop_deadline = 1000000 };
  LodgerCaller *worker = worker_start_full (NULL, &options);
  Operation operation = { 0 };
  latch_init (&operation.is_cancelled);
  expect_code (wait_outcome (lodger_caller_call_soon (worker, begin_operation, &operation, NULL)), 0);
  log_capture_begin ();
  worker_stop (worker);
  ck_assert (log_capture_has ("left behind: an operation"));
  log_capture_end ();
  ck_assert (!lodger_pending_is_done (operation.promise));
  expect_code (lodger_pending_return_nothing (operation.promise), LODGER_ECANCELED);
  lodger_pending_unref (operation.promise);
  latch_clear (&operation.is_cancelled);
}
END_TEST

START_TEST (only_an_unanswered_promise_gets_a_completer)
{
  LodgerCaller *worker = worker_start (NULL);
  LodgerPending *promise = promise_of (worker), *answered = lodger_pending_new (LODGER_PENDING_DEFAULT);
  expect_code (lodger_pending_set_completer (promise, worker), LODGER_EALREADY);
  lodger_pending_return_nothing (answered);
  expect_code (lodger_pending_set_completer (answered, worker), LODGER_EALREADY);
  log_capture_begin ();
  expect_code (lodger_pending_set_completer (lodger_caller_get_started (worker), worker), LODGER_ESTATE);
  expect_code (lodger_pending_set_completer (NULL, worker), LODGER_EINVAL);
  expect_code (lodger_pending_set_completer (promise, NULL), LODGER_EINVAL);
  log_capture_end ();
  lodger_pending_unref (promise);
  lodger_pending_unref (answered);
  worker_stop (worker);
}
END_TEST

static void *
find_elsewhere (void *host)
{
  test_check (lodger_caller_find (lodger_manual_host_get_name (host), host) == NULL);
  return NULL;
}

START_TEST (a_caller_is_found_by_its_loop)
{
  Loop one = loop_open (LODGER_MANUAL_DEFAULT), two = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerCaller *found = lodger_caller_find (lodger_manual_host_get_name (two.host), two.host);
  ck_assert_ptr_eq (found, two.caller);
  ck_assert_ptr_ne (lodger_caller_current (), found);
  lodger_caller_unref (found);
  ck_assert_ptr_null (lodger_caller_find ("nowhere", two.host));
  ck_assert_ptr_null (lodger_caller_find (NULL, two.host));
  thread_join (thread_start (find_elsewhere, two.host));
  lodger_caller_stop (two.caller, true);
  found = lodger_caller_find (lodger_manual_host_get_name (two.host), two.host);
  ck_assert_ptr_eq (found, two.caller);
  lodger_caller_unref (found);
  loop_close (&two);
  loop_close (&one);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("completer");
  test_add (suite, waiting_for_a_promise_that_this_thread_completes_is_refused);
  test_add (suite, waiting_for_a_follower_of_the_promise_is_refused_too);
  test_add (suite, a_cycle_through_two_completers_is_refused);
  test_add (suite, another_thread_may_wait_and_the_completer_answers);
  test_add (suite, a_caller_that_has_stopped_refuses_nobody);
  test_add (suite, a_stop_cancels_the_promises_of_a_completer_and_waits);
  test_add (suite, a_stop_abandons_a_promise_at_its_deadline);
  test_add (suite, only_an_unanswered_promise_gets_a_completer);
  test_add (suite, a_caller_is_found_by_its_loop);
  return test_main (suite, argc, argv);
}
