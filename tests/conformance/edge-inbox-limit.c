/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bounded inboxes: submissions to a full inbox wait, fail or are refused. */
#include "conformance.h"
#include "test-blocked-call.h"

enum
{
  LIMIT = 3
};

static const LodgerCallerOptions bounded = { .size = sizeof bounded, .inbox_limit = LIMIT };

/* A caller with a full inbox. It takes out nothing until `blocked` ends. */
typedef struct Full
{
  LodgerCaller *caller; /* a bounded child */
  BlockedCall blocked;  /* runs in it */
  Recorder waiting[LIMIT];
  LodgerPending *pendings[LIMIT];
} Full;

static void
full_open (Full *full, LodgerCaller *parent)
{
  *full = (Full) { .caller = lodger_caller_open_child (parent, &bounded, NULL) };
  blocked_call_init (&full->blocked);
  full->blocked.pending
      = lodger_caller_call_soon (full->caller, blocked_call_run, &full->blocked, blocked_call_destroy);
  latch_wait (&full->blocked.entered);
  for (int i = 0; i < LIMIT; i++)
    full->pendings[i]
        = i == 1 ? lodger_caller_call_later (full->caller, 1, recorder_call, &full->waiting[i], recorder_destroy)
                 : lodger_caller_call_soon (full->caller, recorder_call, &full->waiting[i], recorder_destroy);
}

/* Its calls end with the outcome. LODGER_ECANCELED: it stops. */
static void
full_close (Full *full, int outcome)
{
  latch_open (&full->blocked.let_go);
  if (outcome == LODGER_ECANCELED)
    wait_done (lodger_caller_get_stopped (full->caller));
  for (int i = 0; i < LIMIT; i++)
    {
      expect_code (wait_outcome (full->pendings[i]), outcome);
      recorder_expect (&full->waiting[i], outcome == 0, 1);
    }
  wait_done (full->blocked.pending);
  lodger_caller_unref (full->caller);
  blocked_call_clear (&full->blocked);
}

static int
code_of (LodgerPending *pending)
{
  int code = lodger_error_get_code (lodger_pending_get_error (pending));
  lodger_pending_unref (pending);
  return code;
}

/* Each way of submitting fails with the code at once. */
static void
expect_refusals (LodgerCaller *caller, int code)
{
  Recorder refused = { 0 };
  test_check (code_of (lodger_caller_call_soon (caller, recorder_call, &refused, recorder_destroy)) == code);
  test_check (code_of (lodger_caller_call_later (caller, 5, recorder_call, &refused, recorder_destroy)) == code);
  test_check (lodger_caller_call_direct (caller, recorder_direct, &refused, recorder_destroy) == code);
  test_check (refused.ran == 0 && refused.destroyed == 3);
}

START_TEST (edge_85_in_a_hosts_thread_a_call_to_a_full_inbox_fails)
{
  Subject subject;
  Full full;
  Recorder waiting[LIMIT] = { 0 };
  LodgerPending *pending;
  subject_open_full (&subject, _i, &bounded);
  full_open (&full, subject.caller);
  expect_refusals (full.caller, LODGER_EAGAIN);
  full_close (&full, 0);
  /* The same into its own inbox. */
  for (int i = 0; i < LIMIT; i++)
    lodger_pending_unref (lodger_caller_call_soon (subject.caller, recorder_call, &waiting[i], recorder_destroy));
  expect_refusals (subject.caller, LODGER_EAGAIN);
  /* A call that runs in a worker does not wait. */
  pending = lodger_caller_to_thread (subject.caller, recorder_call, &(Recorder) { 0 }, NULL);
  expect_code (subject_outcome (&subject, pending), 0);
  for (int i = 0; i < LIMIT; i++)
    recorder_expect (&waiting[i], 1, 1);
  subject_settle (&subject);
  subject_close (&subject);
}
END_TEST

static void
submit_without_room (void *data)
{
  expect_refusals (data, LODGER_EAGAIN);
}

START_TEST (edge_85_in_a_direct_call_a_call_to_a_full_inbox_fails)
{
  Subject subject;
  Full full;
  subject_open (&subject, _i, false);
  full_open (&full, subject.caller);
  subject_run_inside (&subject, submit_without_room, full.caller);
  full_close (&full, 0);
  subject_close (&subject);
}
END_TEST

static void
fill_own_inbox (LodgerPending *self, void *data)
{
  Recorder *waiting = data;
  LodgerCaller *caller = lodger_pending_get_caller (self);
  for (int i = 0; i < LIMIT; i++)
    lodger_pending_unref (lodger_caller_call_soon (caller, recorder_call, waiting, recorder_destroy));
  log_capture_begin ();
  expect_refusals (caller, LODGER_EDEADLK);
  test_check (log_capture_count () == 3 && log_capture_has ("lodger_caller_call_soon")
              && log_capture_has ("lodger_caller_call_later") && log_capture_has ("lodger_caller_call_direct"));
  log_capture_end ();
}

START_TEST (edge_85_in_the_callers_own_thread_a_call_to_a_full_inbox_is_refused)
{
  Subject subject;
  Counter ends;
  Recorder waiting = { .ends = &ends };
  LodgerCaller *child;
  counter_init (&ends);
  subject_open (&subject, _i, false);
  child = lodger_caller_open_child (subject.caller, &bounded, NULL);
  expect_code (wait_outcome (lodger_caller_call_soon (child, fill_own_inbox, &waiting, NULL)), 0);
  counter_wait (&ends, LIMIT);
  recorder_expect (&waiting, LIMIT, LIMIT);
  counter_clear (&ends);
  lodger_caller_unref (child);
  subject_close (&subject);
}
END_TEST

/* ---- a submitter that waits ----------------------------------------------------------------------------------------- */

typedef struct Submitter
{
  LodgerCaller *to;
  Recorder recorder;
  LodgerPending *pending;
  Latch begun;
  int thread;
} Submitter;

static void
submit_and_block (Submitter *submitter)
{
  submitter->thread = test_thread_id ();
  latch_open (&submitter->begun);
  submitter->pending = lodger_caller_call_soon (submitter->to, recorder_call, &submitter->recorder, recorder_destroy);
}

static void *
submitter_thread (void *data)
{
  submit_and_block (data);
  return NULL;
}

static void
submitter_call (LodgerPending *self, void *data)
{
  (void) self;
  submit_and_block (data);
}

static void
submitter_init (Submitter *submitter, LodgerCaller *to)
{
  *submitter = (Submitter) { .to = to };
  latch_init (&submitter->begun);
}

static void
wait_blocked (Submitter *submitter)
{
  latch_wait (&submitter->begun);
  proc_wait_asleep (submitter->thread);
  recorder_expect (&submitter->recorder, 0, 0);
}

START_TEST (edge_85_free_space_wakes_a_waiting_submitter)
{
  enum
  {
    SUBMITTERS = 4
  };
  Subject subject;
  Full full;
  Submitter submitters[SUBMITTERS];
  pthread_t threads[SUBMITTERS];
  subject_open (&subject, _i, false);
  full_open (&full, subject.caller);
  for (int i = 0; i < SUBMITTERS; i++)
    {
      submitter_init (&submitters[i], full.caller);
      threads[i] = thread_start (submitter_thread, &submitters[i]);
      wait_blocked (&submitters[i]);
    }
  lodger_caller_ref (full.caller);
  full_close (&full, 0);
  for (int i = 0; i < SUBMITTERS; i++)
    {
      thread_join (threads[i]);
      expect_code (wait_outcome (submitters[i].pending), 0);
      latch_clear (&submitters[i].begun);
    }
  worker_thread_id (full.caller);
  for (int i = 0; i < SUBMITTERS; i++)
    recorder_expect (&submitters[i].recorder, 1, 1);
  lodger_caller_unref (full.caller);
  subject_close (&subject);
}
END_TEST

START_TEST (edge_85_a_stop_wakes_a_waiting_submitter)
{
  Subject subject;
  Full full;
  Submitter submitter;
  pthread_t thread;
  subject_open (&subject, _i, false);
  full_open (&full, subject.caller);
  submitter_init (&submitter, full.caller);
  thread = thread_start (submitter_thread, &submitter);
  wait_blocked (&submitter);
  lodger_caller_stop (full.caller, true);
  thread_join (thread);
  expect_code (lodger_pending_get_outcome (submitter.pending), LODGER_ECANCELED);
  recorder_expect (&submitter.recorder, 0, 1);
  lodger_pending_unref (submitter.pending);
  full_close (&full, LODGER_ECANCELED);
  latch_clear (&submitter.begun);
  subject_close (&subject);
}
END_TEST

START_TEST (edge_85_its_own_cancellation_wakes_a_waiting_submitter)
{
  Subject subject;
  Full full;
  Submitter submitter;
  LodgerPending *call;
  subject_open (&subject, _i, false);
  full_open (&full, subject.caller);
  submitter_init (&submitter, full.caller);
  call = lodger_caller_to_thread (subject.caller, submitter_call, &submitter, NULL);
  wait_blocked (&submitter);
  lodger_pending_cancel (call, "not needed");
  expect_code (subject_outcome (&subject, call), LODGER_ECANCELED);
  expect_code (lodger_pending_get_outcome (submitter.pending), LODGER_ECANCELED);
  recorder_expect (&submitter.recorder, 0, 1);
  lodger_pending_unref (submitter.pending);
  full_close (&full, 0);
  latch_clear (&submitter.begun);
  subject_close (&subject);
}
END_TEST

/* A worker that waits for a full inbox is not counted. */
START_TEST (edge_85_a_worker_that_waits_for_a_full_inbox_lets_others_run)
{
  const LodgerCallerOptions options = { .size = sizeof options, .max_workers = 1 };
  Subject subject;
  Full full;
  Submitter submitter;
  Recorder other = { 0 };
  LodgerPending *call;
  subject_open_full (&subject, _i, &options);
  full_open (&full, subject.caller);
  submitter_init (&submitter, full.caller);
  call = lodger_caller_to_thread (subject.caller, submitter_call, &submitter, NULL);
  wait_blocked (&submitter);
  expect_code (
      subject_outcome (&subject, lodger_caller_to_thread (subject.caller, recorder_call, &other, recorder_destroy)), 0);
  full_close (&full, 0);
  expect_code (subject_outcome (&subject, call), 0);
  expect_code (wait_outcome (submitter.pending), 0);
  latch_clear (&submitter.begun);
  subject_close (&subject);
}
END_TEST

/* ---- a wait that could never end ----------------------------------------------------------------------------------- */

typedef struct WaitCycle
{
  LodgerCaller *bounded, *other;
  Latch waits;
  Recorder refused, waiting;
  int thread;
  int code, wait_code;
  bool is_named;
} WaitCycle;

static void
submit_back (LodgerPending *self, void *data)
{
  WaitCycle *cycle = data;
  (void) self;
  latch_wait (&cycle->waits);
  proc_wait_asleep (cycle->thread);
  log_capture_begin ();
  cycle->code = code_of (lodger_caller_call_soon (cycle->bounded, recorder_call, &cycle->refused, recorder_destroy));
  cycle->is_named = log_capture_has ("lodger_caller_call_soon") && log_capture_has ("submit back")
                    && log_capture_has ("room in the inbox of bounded");
  log_capture_end ();
}

static void
fill_and_wait (LodgerPending *self, void *data)
{
  const LodgerCallOptions options = { .size = sizeof options, .name = "submit back" };
  WaitCycle *cycle = data;
  LodgerPending *pending = lodger_caller_call_soon_full (cycle->other, submit_back, cycle, NULL, &options);
  (void) self;
  cycle->thread = test_thread_id ();
  for (int i = 0; i < LIMIT; i++)
    test_check (lodger_caller_call_direct (cycle->bounded, recorder_direct, &cycle->waiting, NULL) == 0);
  latch_open (&cycle->waits);
  cycle->wait_code = lodger_pending_wait (pending, LODGER_FOREVER, LODGER_WAIT_DEFAULT);
  lodger_pending_unref (pending);
}

START_TEST (edge_85_a_wait_for_a_full_inbox_whose_caller_waits_for_the_submitter_is_refused)
{
  const LodgerCallerOptions options = { .size = sizeof options, .name = "bounded", .inbox_limit = LIMIT };
  Subject subject;
  Counter runs;
  WaitCycle cycle = { .waiting = { .runs = &runs } };
  counter_init (&runs);
  subject_open (&subject, _i, false);
  latch_init (&cycle.waits);
  cycle.bounded = lodger_caller_open_child (subject.caller, &options, NULL);
  cycle.other = lodger_caller_open_child (subject.caller, NULL, NULL);
  expect_code (wait_outcome (lodger_caller_call_soon (cycle.bounded, fill_and_wait, &cycle, NULL)), 0);
  expect_code (cycle.code, LODGER_EDEADLK);
  expect_code (cycle.wait_code, 0);
  counter_wait (&runs, LIMIT);
  counter_clear (&runs);
  ck_assert (cycle.is_named);
  recorder_expect (&cycle.refused, 0, 1);
  lodger_caller_unref (cycle.bounded);
  lodger_caller_unref (cycle.other);
  subject_close (&subject);
  latch_clear (&cycle.waits);
}
END_TEST

/* ---- what is never bounded --------------------------------------------------------------------------------------------- */

START_TEST (edge_85_continuations_cancels_and_destroys_are_never_bounded)
{
  Subject subject;
  Full full;
  Recorder then = { 0 };
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT), *continued;
  subject_open (&subject, _i, false);
  full_open (&full, subject.caller);
  continued = lodger_pending_then (promise, full.caller, recorder_then, &then, recorder_destroy);
  lodger_pending_return_nothing (promise);
  ck_assert (!lodger_pending_is_done (continued));
  ck_assert (lodger_pending_cancel (full.pendings[1], NULL));
  ck_assert (lodger_pending_cancel (full.pendings[2], NULL));
  latch_open (&full.blocked.let_go);
  expect_code (wait_outcome (continued), 0);
  recorder_expect (&then, 1, 1);
  worker_thread_id (full.caller);
  expect_code (wait_outcome (full.pendings[0]), 0);
  for (int i = 1; i < LIMIT; i++)
    {
      expect_code (wait_outcome (full.pendings[i]), LODGER_ECANCELED);
      recorder_expect (&full.waiting[i], 0, 1);
    }
  /* Cancelled calls have left the inbox, so all of it is free again. */
  for (int round = 0; round < 2 * LIMIT; round++)
    expect_code (wait_outcome (lodger_caller_call_soon (full.caller, recorder_call, &then, NULL)), 0);
  wait_done (full.blocked.pending);
  blocked_call_clear (&full.blocked);
  lodger_caller_unref (full.caller);
  lodger_pending_unref (promise);
  subject_close (&subject);
}
END_TEST

void
add_edge_inbox_limit (Suite *suite)
{
  add_edge (suite, edge_85_in_a_hosts_thread_a_call_to_a_full_inbox_fails, 0, SUBJECT_DRIVEN);
  add_edge (suite, edge_85_in_a_direct_call_a_call_to_a_full_inbox_fails, 0, 0);
  add_edge (suite, edge_85_in_the_callers_own_thread_a_call_to_a_full_inbox_is_refused, 0, 0);
  add_edge (suite, edge_85_free_space_wakes_a_waiting_submitter, 0, 0);
  add_edge (suite, edge_85_a_stop_wakes_a_waiting_submitter, 0, 0);
  add_edge (suite, edge_85_its_own_cancellation_wakes_a_waiting_submitter, 0, 0);
  add_edge (suite, edge_85_a_worker_that_waits_for_a_full_inbox_lets_others_run, 0, 0);
  add_edge (suite, edge_85_a_wait_for_a_full_inbox_whose_caller_waits_for_the_submitter_is_refused, 0, 0);
  add_edge (suite, edge_85_continuations_cancels_and_destroys_are_never_bounded, 0, 0);
}
