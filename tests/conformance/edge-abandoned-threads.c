/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Threads that do not end by the deadline of a stop.
 *
 * Their calls are settled, logged by name and abandoned. When such a thread ends after all, nothing of it leaks. */
#include "conformance.h"
#include "test-backend.h"
#include "test-blocked-call.h"

static const LodgerCallerOptions short_deadline = { .size = sizeof short_deadline, .stop_deadline = 2000000 };
static const LodgerCallOptions named = { .size = sizeof named, .name = "the stuck one" };

/* The stop ends although a thread hangs. */
static void
stop_late (Subject *subject)
{
  log_capture_begin ();
  lodger_caller_stop (subject->caller, true);
  subject_run_until_done (subject, lodger_caller_get_stopped (subject->caller));
  ck_assert_int_eq (lodger_caller_get_state (subject->caller), LODGER_CALLER_STOPPED);
  ck_assert (log_capture_has ("is left behind"));
}

static void
expect_named (void)
{
  ck_assert (log_capture_has ("the stuck one"));
}

static void
expect_abandoned (LodgerPending *pending)
{
  ck_assert (lodger_pending_is_done (pending));
  expect_code (lodger_pending_get_outcome (pending), LODGER_EABANDONED);
  ck_assert_int_eq (lodger_pending_get_state (pending), LODGER_PENDING_FAILED);
  ck_assert (lodger_error_matches (lodger_pending_get_error (pending), NULL, LODGER_EABANDONED));
}

/* ---- in a worker ------------------------------------------------------------------------------------------------------ */

START_TEST (edge_83_a_worker_that_is_stuck_is_abandoned)
{
  ProcCount before = subject_count_before (_i);
  Subject subject;
  BlockedCall blocked;
  subject_open_full (&subject, _i, &short_deadline);
  blocked_call_init (&blocked);
  blocked.pending
      = lodger_caller_to_thread_full (subject.caller, blocked_call_run, &blocked, blocked_call_destroy, &named);
  latch_wait (&blocked.entered);
  stop_late (&subject);
  expect_named ();
  expect_abandoned (blocked.pending);
  recorder_expect (&blocked.recorder, 1, 0);
  subject_close (&subject);
  log_capture_end ();
  recorder_expect (&blocked.recorder, 1, 0);
  latch_open (&blocked.let_go);
  proc_expect_restored (before);
  recorder_expect (&blocked.recorder, 1, 1);
  ck_assert_int_eq (blocked.recorder.destroyed_in, blocked.recorder.ran_in);
  blocked_call_clear (&blocked);
}
END_TEST

START_TEST (edge_83_many_workers_that_are_stuck_are_abandoned)
{
  enum
  {
    COUNT = 5
  };
  const LodgerCallerOptions options = { .size = sizeof options, .stop_deadline = 1, .max_workers = COUNT };
  ProcCount before = subject_count_before (_i);
  Subject subject;
  BlockedCall blocked[COUNT];
  subject_open_full (&subject, _i, &options);
  for (int i = 0; i < COUNT; i++)
    blocked_call_start (&blocked[i], subject.caller);
  for (int i = 0; i < COUNT; i++)
    latch_wait (&blocked[i].entered);
  stop_late (&subject);
  for (int i = 0; i < COUNT; i++)
    expect_abandoned (blocked[i].pending);
  subject_close (&subject);
  log_capture_end ();
  for (int i = 0; i < COUNT; i++)
    latch_open (&blocked[i].let_go);
  proc_expect_restored (before);
  for (int i = 0; i < COUNT; i++)
    {
      recorder_expect (&blocked[i].recorder, 1, 1);
      blocked_call_clear (&blocked[i]);
    }
}
END_TEST

/* A hanging worker that was stopped alone leaves the pool, and the pool goes on. */
START_TEST (edge_83_the_pool_goes_on_without_the_worker_that_is_stuck)
{
  const LodgerCallerOptions options
      = { .size = sizeof options, .stop_deadline = 1000000, .max_workers = 1, .max_threads = 1 };
  ProcCount before = subject_count_before (_i);
  Subject subject;
  BlockedCallInCaller in_caller;
  Recorder next = { 0 };
  LodgerPending *pending;
  subject_open_full (&subject, _i, &options);
  blocked_call_init (&in_caller.blocked);
  in_caller.blocked.pending = lodger_caller_to_thread_full (subject.caller, blocked_call_run_in_caller, &in_caller,
                                                            blocked_call_destroy, &named);
  latch_wait (&in_caller.blocked.entered);
  pending = lodger_caller_to_thread (subject.caller, recorder_call, &next, recorder_destroy);
  log_capture_begin ();
  lodger_caller_stop (in_caller.worker, true);
  expect_code (subject_outcome (&subject, pending), 0);
  expect_abandoned (in_caller.blocked.pending);
  ck_assert_int_eq (lodger_caller_get_state (in_caller.worker), LODGER_CALLER_STOPPED);
  recorder_expect (&next, 1, 1);
  expect_named ();
  log_capture_end ();
  subject_close (&subject);
  latch_open (&in_caller.blocked.let_go);
  lodger_caller_unref (in_caller.worker);
  proc_expect_restored (before);
  recorder_expect (&in_caller.blocked.recorder, 1, 1);
  blocked_call_clear (&in_caller.blocked);
}
END_TEST

/* ---- in a caller that Lodger drives --------------------------------------------------------------------------------- */

typedef struct Behind
{
  BlockedCall blocked;
  Recorder queued, delayed, then;
  LodgerPending *pendings[3];
  LodgerPending *never;
} Behind;

static void
wait_behind (Behind *behind, LodgerCaller *caller)
{
  behind->never = lodger_pending_new (LODGER_PENDING_DEFAULT);
  behind->pendings[0] = lodger_caller_call_soon (caller, recorder_call, &behind->queued, recorder_destroy);
  behind->pendings[1]
      = lodger_caller_call_later (caller, INT64_C (3600000000000), recorder_call, &behind->delayed, recorder_destroy);
  behind->pendings[2] = lodger_pending_then (behind->never, caller, recorder_then, &behind->then, recorder_destroy);
}

static void
expect_cancelled (Behind *behind)
{
  for (int i = 0; i < 3; i++)
    {
      expect_code (lodger_pending_get_outcome (behind->pendings[i]), LODGER_ECANCELED);
      lodger_pending_unref (behind->pendings[i]);
    }
  recorder_expect (&behind->queued, 0, 1);
  recorder_expect (&behind->delayed, 0, 1);
  recorder_expect (&behind->then, 0, 1);
  ck_assert_int_ne (behind->queued.destroyed_in, behind->blocked.recorder.ran_in);
  lodger_pending_unref (behind->never);
}

/* The caller is stuck in a call_soon (0), a call_direct (1) or a continuation (2). */
static void
leave_a_stuck_child (int kind, int how)
{
  ProcCount before = subject_count_before (kind);
  Subject subject;
  Behind behind = { .never = NULL };
  BlockedCall *blocked = &behind.blocked;
  LodgerPending *done = lodger_pending_new (LODGER_PENDING_DEFAULT);
  LodgerCaller *child;
  subject_open_full (&subject, kind, &short_deadline);
  child = lodger_caller_open_child (subject.caller, NULL, NULL);
  blocked_call_init (blocked);
  lodger_pending_return_nothing (done);
  switch (how)
    {
    case 0:
      blocked->pending = lodger_caller_call_soon_full (child, blocked_call_run, blocked, blocked_call_destroy, &named);
      break;
    case 1:
      expect_code (lodger_caller_call_direct (child, blocked_call_direct, blocked, blocked_call_destroy), 0);
      break;
    default: blocked->pending = lodger_pending_then (done, child, blocked_call_then, blocked, blocked_call_destroy);
    }
  latch_wait (&blocked->entered);
  wait_behind (&behind, child);
  stop_late (&subject);
  if (how == 0)
    expect_named ();
  if (how != 1)
    expect_abandoned (blocked->pending);
  ck_assert_int_eq (lodger_caller_get_state (child), LODGER_CALLER_STOPPED);
  ck_assert (lodger_pending_is_done (lodger_caller_get_stopped (child)));
  expect_cancelled (&behind);
  recorder_expect (&blocked->recorder, 1, 0);
  subject_close (&subject);
  log_capture_end ();
  latch_open (&blocked->let_go);
  lodger_caller_unref (child);
  proc_expect_restored (before);
  recorder_expect (&blocked->recorder, 1, 1);
  ck_assert_int_eq (blocked->recorder.destroyed_in, blocked->recorder.ran_in);
  blocked_call_clear (blocked);
  lodger_pending_unref (done);
}

START_TEST (edge_83_a_caller_that_is_stuck_in_a_call_is_abandoned)
{
  leave_a_stuck_child (_i, 0);
}
END_TEST

START_TEST (edge_83_a_caller_that_is_stuck_in_a_direct_call_is_abandoned)
{
  leave_a_stuck_child (_i, 1);
}
END_TEST

START_TEST (edge_83_a_caller_that_is_stuck_in_a_continuation_is_abandoned)
{
  leave_a_stuck_child (_i, 2);
}
END_TEST

START_TEST (edge_83_a_root_that_is_stuck_is_abandoned)
{
  ProcCount before = subject_count_before (_i);
  Subject subject;
  Behind behind = { .never = NULL };
  BlockedCall *blocked = &behind.blocked;
  subject_open_full (&subject, _i, &short_deadline);
  blocked_call_init (blocked);
  blocked->pending
      = lodger_caller_call_soon_full (subject.caller, blocked_call_run, blocked, blocked_call_destroy, &named);
  latch_wait (&blocked->entered);
  wait_behind (&behind, subject.caller);
  stop_late (&subject);
  expect_named ();
  expect_abandoned (blocked->pending);
  expect_cancelled (&behind);
  log_capture_end ();
  latch_open (&blocked->let_go);
  subject_close (&subject);
  proc_expect_restored (before);
  recorder_expect (&blocked->recorder, 1, 1);
  blocked_call_clear (blocked);
}
END_TEST

/* Calls in which its children are stuck are settled before the root has stopped. */
static int
expect_settled (LodgerPending *stopped, void *data)
{
  const BlockedCall *blocked = data;
  (void) stopped;
  test_check (lodger_pending_is_done (blocked->pending));
  return 0;
}

START_TEST (edge_83_a_root_that_is_stuck_with_its_worker_is_abandoned)
{
  ProcCount before = subject_count_before (_i);
  Subject subject;
  BlockedCall in_worker, in_root;
  subject_open_full (&subject, _i, &short_deadline);
  blocked_call_start (&in_worker, subject.caller);
  latch_wait (&in_worker.entered);
  blocked_call_init (&in_root);
  in_root.pending
      = lodger_caller_call_soon_full (subject.caller, blocked_call_run, &in_root, blocked_call_destroy, &named);
  latch_wait (&in_root.entered);
  lodger_pending_add_done_callback (lodger_caller_get_stopped (subject.caller), expect_settled, &in_worker, NULL);
  stop_late (&subject);
  expect_named ();
  expect_abandoned (in_root.pending);
  expect_abandoned (in_worker.pending);
  log_capture_end ();
  latch_open (&in_root.let_go);
  latch_open (&in_worker.let_go);
  subject_close (&subject);
  proc_expect_restored (before);
  recorder_expect (&in_root.recorder, 1, 1);
  recorder_expect (&in_worker.recorder, 1, 1);
  blocked_call_clear (&in_root);
  blocked_call_clear (&in_worker);
}
END_TEST

/* ---- what is no call -------------------------------------------------------------------------------------------------- */

static LodgerError *
stuck_hook (LodgerCaller *caller, void *data)
{
  (void) caller;
  blocked_call_direct (data);
  return NULL;
}

static void
never_run (LodgerCaller *caller, void *data)
{
  (void) caller;
  (void) data;
  test_fail ("the stop hook of one that was left behind runs");
}

/* How often each caller has stopped: the abandoning thread and its own thread may race to end it. */
typedef struct Ends
{
  LodgerCaller *root, *child;
  atomic_int of_root, of_child;
} Ends;

static void
count_ends (const LodgerTraceEvent *event, void *data)
{
  Ends *ends = data;
  if (event->kind != LODGER_TRACE_STATE || lodger_caller_get_state (event->caller) != LODGER_CALLER_STOPPED)
    return;
  if (event->caller == ends->root)
    atomic_fetch_add (&ends->of_root, 1);
  else if (event->caller == ends->child)
    atomic_fetch_add (&ends->of_child, 1);
}

/* The child hangs, with a call in its inbox. */
static void
leave_a_child_that_does_not_start (Subject *subject, LodgerCaller *child, BlockedCall *blocked, ProcCount before)
{
  Recorder queued = { 0 };
  LodgerPending *pending = lodger_caller_call_soon (child, recorder_call, &queued, recorder_destroy);
  Ends ends = { .root = subject->caller, .child = child };
  latch_wait (&blocked->entered);
  lodger_set_trace_func (count_ends, &ends);
  stop_late (subject);
  ck_assert_int_eq (lodger_caller_get_state (child), LODGER_CALLER_STOPPED);
  ck_assert (lodger_pending_is_done (lodger_caller_get_started (child)));
  expect_code (lodger_pending_get_outcome (lodger_caller_get_started (child)), LODGER_EFAILED);
  expect_code (lodger_pending_get_outcome (pending), LODGER_ECANCELED);
  recorder_expect (&queued, 0, 1);
  lodger_pending_unref (pending);
  subject_close (subject);
  latch_open (&blocked->let_go);
  lodger_caller_unref (child);
  proc_expect_restored (before);
  log_capture_end ();
  lodger_set_trace_func (NULL, NULL);
  ck_assert_int_eq (ends.of_root, 1);
  ck_assert_int_eq (ends.of_child, 1);
}

START_TEST (edge_83_a_start_hook_that_is_stuck_is_abandoned)
{
  ProcCount before = subject_count_before (_i);
  Subject subject;
  BlockedCall blocked;
  const LodgerCallerOptions options = { .size = sizeof options,
                                        .on_start = stuck_hook,
                                        .on_stop = never_run,
                                        .hook_data = &blocked,
                                        .hook_destroy = blocked_call_destroy };
  blocked_call_init (&blocked);
  subject_open_full (&subject, _i, &short_deadline);
  leave_a_child_that_does_not_start (&subject, lodger_caller_open_child (subject.caller, &options, NULL), &blocked,
                                     before);
  recorder_expect (&blocked.recorder, 1, 1);
  blocked_call_clear (&blocked);
}
END_TEST

START_TEST (edge_83_a_backend_whose_open_is_stuck_is_abandoned)
{
  const LodgerCallerOptions options = { .size = sizeof options, .backend = "stuck" };
  ProcCount before = subject_count_before (_i);
  Subject subject;
  BlockedCall blocked;
  blocked_call_init (&blocked);
  subject_open_full (&subject, _i, &short_deadline);
  backend_register_stuck (subject_backend (&subject), &blocked);
  leave_a_child_that_does_not_start (&subject, lodger_caller_open_child (subject.caller, &options, NULL), &blocked,
                                     before);
  recorder_expect (&blocked.recorder, 1, 1);
  blocked_call_clear (&blocked);
}
END_TEST

START_TEST (edge_54_a_backend_that_does_not_open_fails_started)
{
  const LodgerCallerOptions options = { .size = sizeof options, .backend = "broken" };
  ProcCount before = subject_count_before (_i);
  Subject subject;
  LodgerCaller *child;
  LodgerError *error;
  subject_open (&subject, _i, false);
  backend_register_broken (subject_backend (&subject), LODGER_ENOSYS);
  log_capture_begin ();
  child = lodger_caller_open_child (subject.caller, &options, NULL);
  subject_await (&subject, lodger_caller_get_stopped (child));
  error = lodger_pending_get_error (lodger_caller_get_started (child));
  expect_code (lodger_error_get_code (error), LODGER_ENOSYS);
  ck_assert (log_capture_has ("opening the backend failed"));
  log_capture_end ();
  lodger_caller_unref (child);
  subject_close (&subject);
  proc_expect_restored (before);
}
END_TEST

void
add_edge_abandoned_threads (Suite *suite)
{
  add_edge (suite, edge_83_a_worker_that_is_stuck_is_abandoned, 0, 0);
  add_edge (suite, edge_83_many_workers_that_are_stuck_are_abandoned, 0, 0);
  add_edge (suite, edge_83_the_pool_goes_on_without_the_worker_that_is_stuck, 0, 0);
  add_edge (suite, edge_83_a_caller_that_is_stuck_in_a_call_is_abandoned, 0, 0);
  add_edge (suite, edge_83_a_caller_that_is_stuck_in_a_direct_call_is_abandoned, 0, 0);
  add_edge (suite, edge_83_a_caller_that_is_stuck_in_a_continuation_is_abandoned, 0, 0);
  add_edge (suite, edge_83_a_root_that_is_stuck_is_abandoned, SUBJECT_DRIVEN, 0);
  add_edge (suite, edge_83_a_root_that_is_stuck_with_its_worker_is_abandoned, SUBJECT_DRIVEN, 0);
  add_edge (suite, edge_83_a_start_hook_that_is_stuck_is_abandoned, 0, 0);
  add_edge (suite, edge_83_a_backend_whose_open_is_stuck_is_abandoned, 0, 0);
  add_edge (suite, edge_54_a_backend_that_does_not_open_fails_started, 0, 0);
}
