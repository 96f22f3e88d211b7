/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls that do not end by the deadline of a stop: deferred calls, and calls that hang in a host's own thread. */
#include "conformance.h"
#include "test-blocked-call.h"

static const LodgerCallerOptions short_deadline = { .size = sizeof short_deadline, .stop_deadline = 2000000 };
static const LodgerCallOptions named = { .size = sizeof named, .name = "the stuck one", .file = "stuck.c", .line = 12 };

static void
expect_abandoned (LodgerPending *pending)
{
  expect_code (lodger_pending_get_outcome (pending), LODGER_EABANDONED);
  ck_assert (lodger_error_matches (lodger_pending_get_error (pending), NULL, LODGER_EABANDONED));
}

/* ---- deferred, and never answered in time --------------------------------------------------------------------------- */

typedef struct Deferred
{
  LodgerReply *reply;
  Latch deferred;
  Recorder data, value, then;
  LodgerPending *pending;
} Deferred;

static void
defer (LodgerPending *self, void *data)
{
  Deferred *deferred = data;
  deferred->reply = lodger_pending_defer (self);
  latch_open (&deferred->deferred);
}

static void
deferred_destroy (void *data)
{
  recorder_destroy (&((Deferred *) data)->data);
}

static void
stop_and_answer_late (Subject *subject, Deferred *deferred)
{
  log_capture_begin ();
  lodger_caller_stop (subject->caller, true);
  subject_run_until_done (subject, lodger_caller_get_stopped (subject->caller));
  expect_abandoned (deferred->pending);
  ck_assert (log_capture_has ("is left behind: the stuck one (stuck.c:12) returned and deferred its answer"));
  ck_assert_str_eq (
      lodger_error_get_message (lodger_pending_get_error (deferred->pending)),
      "the stuck one (stuck.c:12) returned and deferred its answer, and its LodgerReply was never answered");
  log_capture_end ();
  recorder_expect (&deferred->data, 0, 0);
  /* After a late answer the value and the data of the call are destroyed once. */
  expect_code (lodger_reply_return_pointer (deferred->reply, &deferred->value, recorder_destroy), LODGER_ECANCELED);
  expect_abandoned (deferred->pending);
  recorder_expect (&deferred->value, 0, 1);
  while (deferred->data.destroyed == 0)
    ;
  recorder_expect (&deferred->data, 0, 1);
}

static void
deferred_init (Deferred *deferred)
{
  *deferred = (Deferred) { .reply = NULL };
  latch_init (&deferred->deferred);
}

static void
deferred_clear (Deferred *deferred)
{
  lodger_pending_unref (deferred->pending);
  latch_clear (&deferred->deferred);
}

START_TEST (edge_83_a_deferred_call_that_nobody_answers_is_abandoned)
{
  Subject subject;
  Deferred deferred;
  Recorder told = { 0 };
  deferred_init (&deferred);
  subject_open_full (&subject, _i, &short_deadline);
  deferred.pending = lodger_caller_call_soon_full (subject.caller, defer, &deferred, deferred_destroy, &named);
  subject_settle (&subject);
  latch_wait (&deferred.deferred);
  lodger_pending_unref (lodger_pending_then (deferred.pending, subject.caller, recorder_then, &told, recorder_destroy));
  stop_and_answer_late (&subject, &deferred);
  recorder_expect (&told, 0, 1);
  subject_close (&subject);
  deferred_clear (&deferred);
}
END_TEST

START_TEST (edge_83_a_workers_deferred_call_that_nobody_answers_is_abandoned)
{
  Subject subject;
  Deferred deferred;
  Recorder next = { 0 };
  deferred_init (&deferred);
  subject_open_full (&subject, _i, &short_deadline);
  deferred.pending = lodger_caller_to_thread_full (subject.caller, defer, &deferred, deferred_destroy, &named);
  latch_wait (&deferred.deferred);
  /* The call has returned when its worker runs the next one. */
  expect_code (subject_outcome (&subject, lodger_caller_call_soon (lodger_pending_get_caller (deferred.pending),
                                                                   recorder_call, &next, recorder_destroy)),
               0);
  stop_and_answer_late (&subject, &deferred);
  subject_close (&subject);
  deferred_clear (&deferred);
}
END_TEST

START_TEST (edge_83_a_childs_stuck_pool_call_is_abandoned)
{
  Subject subject;
  BlockedCall blocked;
  LodgerCaller *child;
  subject_open (&subject, _i, false);
  child = lodger_caller_open_child (subject.caller, &short_deadline, NULL);
  blocked_call_init (&blocked);
  blocked.pending = lodger_caller_to_thread_full (child, blocked_call_run, &blocked, blocked_call_destroy, &named);
  latch_wait (&blocked.entered);
  log_capture_begin ();
  lodger_caller_stop (child, true);
  subject_await (&subject, lodger_caller_get_stopped (child));
  expect_abandoned (blocked.pending);
  ck_assert (log_capture_has ("is left behind: the stuck one"));
  log_capture_end ();
  /* The worker belongs to the root, which goes on. */
  recorder_expect (&blocked.recorder, 1, 0);
  ck_assert (lodger_caller_is_running (subject.caller));
  latch_open (&blocked.let_go);
  subject_close (&subject);
  recorder_expect (&blocked.recorder, 1, 1);
  ck_assert_int_eq (blocked.recorder.destroyed_in, blocked.recorder.ran_in);
  lodger_caller_unref (child);
  blocked_call_clear (&blocked);
}
END_TEST

typedef struct Waiting
{
  LodgerPending *promise;
  Latch begun, over;
  int code;
} Waiting;

static void
wait_for_ever (LodgerPending *self, void *data)
{
  Waiting *waiting = data;
  (void) self;
  latch_open (&waiting->begun);
  waiting->code = lodger_pending_wait (waiting->promise, LODGER_FOREVER, LODGER_WAIT_PROTECT);
  latch_open (&waiting->over);
}

/* The child's own thread is stuck, so it cannot cancel its calls in the pool. */
START_TEST (edge_83_a_stuck_childs_pool_calls_are_cancelled)
{
  ProcCount before = subject_count_before (_i);
  Subject subject;
  BlockedCall blocked;
  Waiting waiting = { .promise = lodger_pending_new (LODGER_PENDING_DEFAULT) };
  LodgerCaller *child;
  LodgerPending *pool_call;
  subject_open (&subject, _i, false);
  child = lodger_caller_open_child (subject.caller, &short_deadline, NULL);
  blocked_call_init (&blocked);
  latch_init (&waiting.begun);
  latch_init (&waiting.over);
  blocked.pending = lodger_caller_call_soon (child, blocked_call_run, &blocked, blocked_call_destroy);
  latch_wait (&blocked.entered);
  pool_call = lodger_caller_to_thread (child, wait_for_ever, &waiting, NULL);
  latch_wait (&waiting.begun);
  log_capture_begin ();
  lodger_caller_stop (child, true);
  subject_await (&subject, lodger_caller_get_stopped (child));
  latch_wait (&waiting.over);
  log_capture_end ();
  expect_code (waiting.code, LODGER_ECANCELED);
  latch_open (&blocked.let_go);
  subject_close (&subject);
  lodger_pending_unref (pool_call);
  lodger_pending_unref (waiting.promise);
  lodger_caller_unref (child);
  proc_expect_restored (before);
  recorder_expect (&blocked.recorder, 1, 1);
  latch_clear (&waiting.begun);
  latch_clear (&waiting.over);
  blocked_call_clear (&blocked);
}
END_TEST

/* ---- in the host's own thread ------------------------------------------------------------------------------------------ */

typedef struct InHost
{
  Subject *subject;
  Latch settled;
  Recorder data, behind;
  bool was_running;
} InHost;

static int
open_settled (LodgerPending *done, void *data)
{
  (void) done;
  latch_open (data);
  return 0;
}

/* The call returns only after it has been abandoned. */
static void
hang_until_settled (LodgerPending *self, void *data)
{
  InHost *in_host = data;
  test_check (lodger_pending_add_done_callback (self, open_settled, &in_host->settled, NULL) == 0);
  lodger_caller_stop (in_host->subject->caller, true);
  latch_wait (&in_host->settled);
  test_check (lodger_pending_get_outcome (self) == LODGER_EABANDONED);
  in_host->was_running = lodger_caller_get_state (in_host->subject->caller) == LODGER_CALLER_STOPPING;
  test_check (in_host->behind.destroyed == 0);
}

static void
in_host_destroy (void *data)
{
  recorder_destroy (&((InHost *) data)->data);
}

START_TEST (edge_83_only_the_call_that_is_stuck_in_a_hosts_own_thread_is_abandoned)
{
  Subject subject;
  InHost in_host = { .subject = &subject };
  LodgerPending *stuck, *behind;
  latch_init (&in_host.settled);
  subject_open_full (&subject, _i, &short_deadline);
  log_capture_begin ();
  stuck = lodger_caller_call_soon_full (subject.caller, hang_until_settled, &in_host, in_host_destroy, &named);
  behind = lodger_caller_call_soon (subject.caller, recorder_call, &in_host.behind, recorder_destroy);
  subject_run_until_done (&subject, lodger_caller_get_stopped (subject.caller));
  ck_assert (log_capture_has ("is left behind: the stuck one"));
  log_capture_end ();
  ck_assert (in_host.was_running);
  expect_abandoned (stuck);
  expect_code (lodger_pending_get_outcome (behind), LODGER_ECANCELED);
  recorder_expect (&in_host.data, 0, 1);
  recorder_expect (&in_host.behind, 0, 1);
  ck_assert_int_eq (in_host.data.destroyed_in, subject.thread_id);
  ck_assert_int_eq (in_host.behind.destroyed_in, subject.thread_id);
  lodger_pending_unref (stuck);
  lodger_pending_unref (behind);
  subject_close (&subject);
  latch_clear (&in_host.settled);
}
END_TEST

START_TEST (edge_51_a_last_leave_that_cannot_end_abandons_its_calls)
{
  Subject subject;
  BlockedCall blocked;
  subject_open_full (&subject, _i, &short_deadline);
  blocked_call_init (&blocked);
  blocked.pending
      = lodger_caller_to_thread_full (subject.caller, blocked_call_run, &blocked, blocked_call_destroy, &named);
  latch_wait (&blocked.entered);
  log_capture_begin ();
  expect_code (lodger_caller_leave (subject.caller), LODGER_EABANDONED);
  ck_assert (log_capture_has ("is left behind: the stuck one"));
  expect_code (lodger_caller_stop_wait (subject.caller), LODGER_EABANDONED);
  log_capture_end ();
  ck_assert_int_eq (lodger_caller_get_state (subject.caller), LODGER_CALLER_STOPPED);
  expect_abandoned (blocked.pending);
  recorder_expect (&blocked.recorder, 1, 0);
  subject_close (&subject);
  latch_open (&blocked.let_go);
  while (blocked.recorder.destroyed == 0)
    ;
  recorder_expect (&blocked.recorder, 1, 1);
  blocked_call_clear (&blocked);
}
END_TEST

START_TEST (edge_51_a_last_leave_waits_for_a_deferred_call_until_the_deadline)
{
  Subject subject;
  Deferred deferred;
  deferred_init (&deferred);
  subject_open_full (&subject, _i, &short_deadline);
  deferred.pending = lodger_caller_call_soon_full (subject.caller, defer, &deferred, deferred_destroy, &named);
  subject_settle (&subject);
  log_capture_begin ();
  expect_code (lodger_caller_leave (subject.caller), LODGER_EABANDONED);
  ck_assert (log_capture_has ("is left behind: the stuck one"));
  log_capture_end ();
  expect_abandoned (deferred.pending);
  recorder_expect (&deferred.data, 0, 0);
  log_capture_begin ();
  lodger_reply_free (deferred.reply);
  ck_assert (log_capture_has ("unanswered"));
  log_capture_end ();
  recorder_expect (&deferred.data, 0, 1);
  subject_close (&subject);
  deferred_clear (&deferred);
}
END_TEST

void
add_edge_abandoned_calls (Suite *suite)
{
  add_edge (suite, edge_83_a_deferred_call_that_nobody_answers_is_abandoned, 0, 0);
  add_edge (suite, edge_83_a_workers_deferred_call_that_nobody_answers_is_abandoned, 0, 0);
  add_edge (suite, edge_83_a_childs_stuck_pool_call_is_abandoned, 0, 0);
  add_edge (suite, edge_83_a_stuck_childs_pool_calls_are_cancelled, 0, 0);
  add_edge (suite, edge_83_only_the_call_that_is_stuck_in_a_hosts_own_thread_is_abandoned, 0, SUBJECT_DRIVEN);
  add_edge (suite, edge_51_a_last_leave_that_cannot_end_abandons_its_calls, 0, SUBJECT_DRIVEN);
  add_edge (suite, edge_51_a_last_leave_waits_for_a_deferred_call_until_the_deadline, 0, SUBJECT_DRIVEN);
}
