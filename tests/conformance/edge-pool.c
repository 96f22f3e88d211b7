/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The workers of to_thread(): which one is taken, when they go, and whose children they are. */
#include "conformance.h"
#include "test-blocked-call.h"

static void
return_thread (LodgerPending *self, void *data)
{
  (void) data;
  lodger_pending_return_int (self, test_thread_id ());
}

/* The thread in which a call of to_thread() ran. */
static int
run_once (Subject *subject)
{
  int64_t thread = 0;
  LodgerPending *pending = lodger_caller_to_thread (subject->caller, return_thread, NULL, NULL);
  subject_await (subject, pending);
  expect_code (lodger_pending_get_int (pending, &thread), 0);
  lodger_pending_unref (pending);
  return (int) thread;
}

static void
blocked_call_end (BlockedCall *blocked, Subject *subject)
{
  latch_open (&blocked->let_go);
  subject_await (subject, blocked->pending);
  proc_wait_asleep (blocked->recorder.ran_in);
  blocked_call_clear (blocked);
}

START_TEST (edge_35_an_idle_worker_is_reused)
{
  Subject subject;
  int first;
  subject_open (&subject, _i, false);
  first = run_once (&subject);
  ck_assert_int_ne (first, subject.thread_id);
  ck_assert_int_ne (first, test_thread_id ());
  for (int i = 0; i < 10; i++)
    {
      proc_wait_asleep (first);
      ck_assert_int_eq (run_once (&subject), first);
    }
  subject_close (&subject);
}
END_TEST

START_TEST (edge_35_the_most_recently_used_goes_first)
{
  Subject subject;
  BlockedCall blocked[3];
  int last;
  subject_open (&subject, _i, false);
  for (int i = 0; i < 3; i++)
    blocked_call_start (&blocked[i], subject.caller);
  for (int i = 0; i < 3; i++)
    latch_wait (&blocked[i].entered);
  last = blocked[1].recorder.ran_in;
  blocked_call_end (&blocked[2], &subject);
  blocked_call_end (&blocked[0], &subject);
  blocked_call_end (&blocked[1], &subject);
  ck_assert_int_eq (run_once (&subject), last);
  subject_close (&subject);
}
END_TEST

static void
run_at_once (Subject *subject, BlockedCall blocked[], int count)
{
  for (int i = 0; i < count; i++)
    blocked_call_start (&blocked[i], subject->caller);
  for (int i = 0; i < count; i++)
    latch_wait (&blocked[i].entered);
}

static void
end_all (Subject *subject, BlockedCall blocked[], int count)
{
  for (int i = 0; i < count; i++)
    latch_open (&blocked[i].let_go);
  for (int i = 0; i < count; i++)
    {
      subject_await (subject, blocked[i].pending);
      blocked_call_clear (&blocked[i]);
    }
}

static unsigned
count_children (LodgerCaller *caller)
{
  size_t count;
  LodgerCaller **children = lodger_caller_list_children (caller, &count);
  lodger_caller_list_free (children, count);
  return (unsigned) count;
}

/* Descriptors are not counted: their number depends on the backend. */
static void
expect_workers (Subject *subject, ProcCount before, int workers)
{
  ProcCount kept = { .fds = before.fds + 1000, .threads = before.threads + workers };
  subject_expect_restored (subject, kept);
  while (count_children (subject->caller) > (unsigned) workers)
    subject_settle (subject);
  ck_assert_int_eq (proc_count ().threads, kept.threads);
  ck_assert_uint_eq (count_children (subject->caller), (unsigned) workers);
}

START_TEST (edge_35_above_the_idle_limit_a_worker_ends)
{
  enum
  {
    COUNT = 12,
    USUAL_LIMIT = 10,
    SMALL_LIMIT = 2
  };
  const LodgerCallerOptions options = { .size = sizeof options, .max_workers = COUNT };
  Subject subject;
  ProcCount before;
  BlockedCall blocked[COUNT];
  subject_open_full (&subject, _i, &options);
  before = proc_count ();
  run_at_once (&subject, blocked, COUNT);
  ck_assert_int_eq (proc_count ().threads, before.threads + COUNT);
  end_all (&subject, blocked, COUNT);
  expect_workers (&subject, before, USUAL_LIMIT);

  expect_code (lodger_caller_set_idle_limit (subject.caller, SMALL_LIMIT), 0);
  ck_assert_int_eq (proc_count ().threads, before.threads + USUAL_LIMIT);
  run_at_once (&subject, blocked, USUAL_LIMIT);
  ck_assert_int_eq (proc_count ().threads, before.threads + USUAL_LIMIT);
  end_all (&subject, blocked, USUAL_LIMIT);
  expect_workers (&subject, before, SMALL_LIMIT);

  expect_code (lodger_caller_set_idle_limit (subject.caller, 0), 0);
  run_at_once (&subject, blocked, SMALL_LIMIT);
  end_all (&subject, blocked, SMALL_LIMIT);
  expect_workers (&subject, before, 0);
  subject_expect_restored (&subject, before);

  log_capture_begin ();
  expect_code (lodger_caller_set_idle_limit (NULL, 1), LODGER_EINVAL);
  ck_assert (log_capture_has ("lodger_caller_set_idle_limit"));
  log_capture_end ();
  subject_close (&subject);
}
END_TEST

/* ---- 36: one that is stopped by itself ---------------------------------------------------------------------------- */

static void
note_caller (LodgerPending *self, void *data)
{
  LodgerCaller **caller = data;
  *caller = lodger_caller_ref (lodger_pending_get_caller (self));
}

static LodgerCaller *
worker_of_a_call (Subject *subject)
{
  LodgerCaller *worker = NULL;
  LodgerPending *pending = lodger_caller_to_thread (subject->caller, note_caller, &worker, NULL);
  expect_code (subject_outcome (subject, pending), 0);
  return worker;
}

START_TEST (edge_36_a_worker_stopped_while_idle_leaves_the_pool)
{
  Subject subject;
  LodgerCaller *first, *second;
  subject_open (&subject, _i, false);
  first = worker_of_a_call (&subject);
  lodger_caller_stop (first, true);
  second = worker_of_a_call (&subject);
  ck_assert_ptr_ne (first, second);
  subject_await (&subject, lodger_caller_get_stopped (first));
  ck_assert_int_eq (lodger_caller_get_state (first), LODGER_CALLER_STOPPED);
  ck_assert_int_eq (lodger_caller_get_state (second), LODGER_CALLER_RUNNING);
  while (count_children (subject.caller) > 1)
    subject_settle (&subject);
  lodger_caller_unref (first);
  lodger_caller_unref (second);
  subject_close (&subject);
}
END_TEST

START_TEST (edge_36_a_stopping_worker_is_never_handed_out)
{
  const LodgerCallerOptions options = { .size = sizeof options, .max_workers = 1 };
  Subject subject;
  BlockedCallInCaller in_caller;
  Recorder next = { 0 };
  LodgerPending *pending;
  subject_open_full (&subject, _i, &options);
  blocked_call_init (&in_caller.blocked);
  in_caller.blocked.pending
      = lodger_caller_to_thread (subject.caller, blocked_call_run_in_caller, &in_caller, blocked_call_destroy);
  latch_wait (&in_caller.blocked.entered);
  pending = lodger_caller_to_thread (subject.caller, recorder_call, &next, recorder_destroy);
  lodger_caller_stop (in_caller.worker, true);
  ck_assert (lodger_pending_is_cancelled (in_caller.blocked.pending));
  ck_assert (!lodger_pending_is_done (in_caller.blocked.pending));
  latch_open (&in_caller.blocked.let_go);
  expect_code (subject_outcome (&subject, pending), 0);
  recorder_expect (&next, 1, 1);
  ck_assert_int_ne (next.ran_in, in_caller.blocked.recorder.ran_in);
  subject_await (&subject, in_caller.blocked.pending);
  expect_code (lodger_pending_get_outcome (in_caller.blocked.pending), LODGER_ECANCELED);
  recorder_expect (&in_caller.blocked.recorder, 1, 1);
  lodger_caller_unref (in_caller.worker);
  blocked_call_clear (&in_caller.blocked);
  subject_close (&subject);
}
END_TEST

/* ---- 37: idle for long ---------------------------------------------------------------------------------------------- */

START_TEST (edge_37_a_worker_that_is_idle_for_long_ends_by_itself)
{
  Subject subject;
  ProcCount before;
  int thread;
  subject_open (&subject, _i, false);
  before = proc_count ();
  /* The worker runs no call after its first. */
  expect_code (lodger_caller_set_idle_duration (subject.caller, 1000000), 0);
  run_once (&subject);
  expect_workers (&subject, before, 0);
  subject_expect_restored (&subject, before);

  /* Workers that are idle now end, too. */
  expect_code (lodger_caller_set_idle_duration (subject.caller, LODGER_FOREVER), 0);
  thread = run_once (&subject);
  proc_wait_asleep (thread);
  expect_code (lodger_caller_set_idle_duration (subject.caller, 1), 0);
  expect_workers (&subject, before, 0);
  subject_expect_restored (&subject, before);

  log_capture_begin ();
  expect_code (lodger_caller_set_idle_duration (NULL, 1), LODGER_EINVAL);
  ck_assert (log_capture_has ("lodger_caller_set_idle_duration"));
  log_capture_end ();
  subject_close (&subject);
}
END_TEST

START_TEST (edge_37_zero_turns_that_off)
{
  const int64_t offs[] = { 0, -1, INT64_MIN };
  Subject subject;
  int thread;
  subject_open (&subject, _i, false);
  thread = run_once (&subject);
  for (int i = 0; i < 3; i++)
    {
      expect_code (lodger_caller_set_idle_duration (subject.caller, offs[i]), 0);
      proc_wait_asleep (thread);
      ck_assert_int_eq (run_once (&subject), thread);
      proc_wait_asleep (thread);
      ck_assert_uint_eq (count_children (subject.caller), 1);
    }
  subject_close (&subject);
}
END_TEST

/* ---- 38: children of the root --------------------------------------------------------------------------------------- */

static int
note_in_journal (LodgerPending *done, void *data)
{
  Recorder *recorder = data;
  (void) done;
  recorder_direct (recorder);
  return 0;
}

START_TEST (edge_38_workers_are_children_of_the_root_and_end_before_it)
{
  Subject subject;
  Journal journal;
  Recorder worker_ends = { .journal = &journal, .number = 1 }, root_ends = { .journal = &journal, .number = 2 };
  LodgerCaller *worker, *parent;
  journal_init (&journal);
  subject_open (&subject, _i, false);
  worker = worker_of_a_call (&subject);
  parent = lodger_caller_find_parent (worker);
  ck_assert_ptr_eq (parent, subject.caller);
  lodger_caller_unref (parent);
  ck_assert_uint_eq (count_children (subject.caller), 1);
  ck_assert_str_eq (lodger_caller_get_backend (worker), subject_backend (&subject));
  lodger_pending_add_done_callback (lodger_caller_get_stopped (subject.caller), note_in_journal, &root_ends, NULL);
  lodger_pending_add_done_callback (lodger_caller_get_stopped (worker), note_in_journal, &worker_ends, NULL);
  lodger_caller_stop (subject.caller, true);
  subject_run_until_done (&subject, lodger_caller_get_stopped (subject.caller));
  ck_assert_int_eq (lodger_caller_get_state (worker), LODGER_CALLER_STOPPED);
  journal_expect (&journal, 1, 2);
  ck_assert_ptr_null (lodger_caller_find_parent (worker));
  lodger_caller_unref (worker);
  subject_close (&subject);
  journal_clear (&journal);
}
END_TEST

enum
{
  GIVEN = 3
};

static void
expect_closed (LodgerPending *pending)
{
  char *message = lodger_pending_dup_cancel_message (pending);
  expect_code (lodger_pending_get_outcome (pending), LODGER_ECANCELED);
  ck_assert_str_eq (message, "the caller was closed");
  lodger_free (message);
  lodger_pending_unref (pending);
}

START_TEST (edge_38_a_stop_cancels_the_calls_in_the_pool)
{
  const LodgerCallerOptions options = { .size = sizeof options, .max_workers = 1 };
  Subject subject;
  Counter ends;
  Recorder queued[GIVEN] = { 0 };
  LodgerPending *pendings[GIVEN];
  BlockedCall blocked;
  counter_init (&ends);
  subject_open_full (&subject, _i, &options);
  blocked_call_start (&blocked, subject.caller);
  latch_wait (&blocked.entered);
  for (int i = 0; i < GIVEN; i++)
    {
      queued[i].ends = &ends;
      pendings[i] = lodger_caller_to_thread (subject.caller, recorder_call, &queued[i], recorder_destroy);
    }
  lodger_caller_stop (subject.caller, true);
  subject_run_until (&subject, &ends, GIVEN);
  ck_assert_int_eq (lodger_caller_get_state (subject.caller), LODGER_CALLER_STOPPING);
  ck_assert (lodger_pending_is_cancelled (blocked.pending));
  latch_open (&blocked.let_go);
  subject_run_until_done (&subject, lodger_caller_get_stopped (subject.caller));
  for (int i = 0; i < GIVEN; i++)
    {
      expect_closed (pendings[i]);
      recorder_expect (&queued[i], 0, 1);
      ck_assert_int_eq (queued[i].destroyed_in, subject.thread_id);
    }
  expect_code (lodger_pending_get_outcome (blocked.pending), LODGER_ECANCELED);
  recorder_expect (&blocked.recorder, 1, 1);
  ck_assert_int_eq (blocked.recorder.destroyed_in, blocked.recorder.ran_in);
  blocked_call_clear (&blocked);
  subject_close (&subject);
  counter_clear (&ends);
}
END_TEST

static void
open_on_cancel (LodgerPending *pending, const char *message, void *data)
{
  (void) pending;
  (void) message;
  latch_open (data);
}

START_TEST (edge_38_a_childs_stop_cancels_its_pool_calls_and_waits_while_the_pool_goes_on)
{
  const LodgerCallerOptions options = { .size = sizeof options, .max_workers = 1 };
  Subject subject;
  BlockedCall blocked;
  Latch told;
  Recorder queued[GIVEN] = { 0 }, roots = { 0 };
  LodgerPending *pendings[GIVEN], *of_root;
  LodgerCaller *child;
  int thread;
  latch_init (&told);
  subject_open_full (&subject, _i, &options);
  child = lodger_caller_open_child (subject.caller, NULL, NULL);
  thread = worker_thread_id (child);
  blocked_call_start (&blocked, child);
  latch_wait (&blocked.entered);
  expect_code (lodger_pending_set_canceller (blocked.pending, open_on_cancel, &told, NULL), 0);
  for (int i = 0; i < GIVEN; i++)
    pendings[i] = lodger_caller_to_thread (child, recorder_call, &queued[i], recorder_destroy);
  of_root = lodger_caller_to_thread (subject.caller, recorder_call, &roots, recorder_destroy);
  lodger_caller_stop (child, true);
  latch_wait (&told);
  for (int i = 0; i < GIVEN; i++)
    wait_done (pendings[i]);
  proc_wait_asleep (thread);
  ck_assert_int_eq (lodger_caller_get_state (child), LODGER_CALLER_STOPPING);
  latch_open (&blocked.let_go);
  subject_await (&subject, lodger_caller_get_stopped (child));
  expect_code (lodger_pending_get_outcome (blocked.pending), LODGER_ECANCELED);
  expect_code (subject_outcome (&subject, of_root), 0);
  for (int i = 0; i < GIVEN; i++)
    {
      expect_closed (pendings[i]);
      recorder_expect (&queued[i], 0, 1);
    }
  recorder_expect (&roots, 1, 1);
  ck_assert (lodger_caller_is_running (subject.caller));
  blocked_call_clear (&blocked);
  lodger_caller_unref (child);
  subject_close (&subject);
  latch_clear (&told);
}
END_TEST

void
add_edge_pool (Suite *suite)
{
  add_edge (suite, edge_35_an_idle_worker_is_reused, 0, 0);
  add_edge (suite, edge_35_the_most_recently_used_goes_first, 0, 0);
  add_edge (suite, edge_35_above_the_idle_limit_a_worker_ends, 0, 0);
  add_edge (suite, edge_36_a_worker_stopped_while_idle_leaves_the_pool, 0, 0);
  add_edge (suite, edge_36_a_stopping_worker_is_never_handed_out, 0, 0);
  add_edge (suite, edge_37_a_worker_that_is_idle_for_long_ends_by_itself, 0, 0);
  add_edge (suite, edge_37_zero_turns_that_off, 0, 0);
  add_edge (suite, edge_38_workers_are_children_of_the_root_and_end_before_it, 0, 0);
  add_edge (suite, edge_38_a_stop_cancels_the_calls_in_the_pool, 0, 0);
  add_edge (suite, edge_38_a_childs_stop_cancels_its_pool_calls_and_waits_while_the_pool_goes_on, 0, 0);
}
