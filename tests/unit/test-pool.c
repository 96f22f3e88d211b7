/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test-loop.h"
#include "test-suite.h"

#include <string.h>

static void
return_thread (LodgerPending *self, void *data)
{
  (void) data;
  lodger_pending_return_int (self, test_thread_id ());
}

/* The thread in which a call of to_thread ran. */
static int64_t
run_once (Loop *loop)
{
  int64_t thread = 0;
  LodgerPending *pending = lodger_caller_to_thread (loop->caller, return_thread, NULL, NULL);
  loop_run_until_done (loop, pending);
  expect_code (lodger_pending_get_int (pending, &thread), 0);
  lodger_pending_unref (pending);
  return thread;
}

/* A call that blocks its worker until `let_go` is opened. */
typedef struct BlockedCall
{
  Counter *entered;
  Latch let_go;
  int thread;
  LodgerPending *pending;
} BlockedCall;

static void
block (LodgerPending *self, void *data)
{
  BlockedCall *blocked = data;
  (void) self;
  blocked->thread = test_thread_id ();
  counter_add (blocked->entered, 1);
  latch_wait (&blocked->let_go);
}

static void
blocked_call_start (BlockedCall *blocked, LodgerCaller *caller, Counter *entered)
{
  blocked->entered = entered;
  latch_init (&blocked->let_go);
  blocked->pending = lodger_caller_to_thread (caller, block, blocked, NULL);
}

static void
blocked_call_end (BlockedCall *blocked, Loop *loop)
{
  latch_open (&blocked->let_go);
  loop_run_until_done (loop, blocked->pending);
  proc_wait_asleep (blocked->thread);
  lodger_pending_unref (blocked->pending);
  latch_clear (&blocked->let_go);
}

START_TEST (an_idle_worker_is_reused)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  int64_t first = run_once (&loop);
  ck_assert_int_ne (first, test_thread_id ());
  for (int i = 0; i < 20; i++)
    {
      proc_wait_asleep ((int) first);
      ck_assert_int_eq (run_once (&loop), first);
    }
  loop_close (&loop);
}
END_TEST

START_TEST (a_burst_starts_no_more_threads_than_it_has_calls)
{
  enum
  {
    ROUNDS = 50,
    CALLS = 3
  };
  for (int round = 0; round < ROUNDS; round++)
    {
      Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
      ProcCount before = proc_count ();
      Counter entered;
      BlockedCall blocked[CALLS];
      counter_init (&entered);
      for (int i = 0; i < CALLS; i++)
        blocked_call_start (&blocked[i], loop.caller, &entered);
      counter_wait (&entered, CALLS);
      ck_assert_int_eq (proc_count ().threads, before.threads + CALLS);
      for (int i = 0; i < CALLS; i++)
        blocked_call_end (&blocked[i], &loop);
      ck_assert_int_eq (proc_count ().threads, before.threads + CALLS);
      loop_close (&loop);
      proc_expect_restored (before);
      counter_clear (&entered);
    }
}
END_TEST

START_TEST (a_worker_is_found_again_after_a_long_call)
{
  LodgerCallerOptions options = { .size = sizeof options, .max_workers = 1 };
  Loop loop = loop_open_full (LODGER_MANUAL_DEFAULT, &options);
  Counter entered;
  counter_init (&entered);
  for (long i = 1; i <= 5; i++)
    {
      int64_t longer_than_a_slice = test_now () + 2000000;
      BlockedCall blocked;
      blocked_call_start (&blocked, loop.caller, &entered);
      counter_wait (&entered, i);
      while (test_now () < longer_than_a_slice)
        ;
      blocked_call_end (&blocked, &loop);
      ck_assert_int_eq (run_once (&loop), blocked.thread);
    }
  loop_close (&loop);
  counter_clear (&entered);
}
END_TEST

typedef struct Callers
{
  LodgerCaller *root;
  LodgerCaller *worker;
  LodgerPending *nested;
  bool nested_is_child;
} Callers;

static void
look_at_parent (LodgerPending *self, void *data)
{
  Callers *callers = data;
  LodgerCaller *parent = lodger_caller_find_parent (lodger_caller_current ());
  (void) self;
  callers->nested_is_child = parent == callers->root;
  lodger_caller_unref (parent);
}

static void
look_at_callers (LodgerPending *self, void *data)
{
  Callers *callers = data;
  LodgerCaller *parent;
  callers->worker = lodger_caller_ref (lodger_caller_current ());
  test_check (callers->worker != callers->root);
  test_check (lodger_pending_get_caller (self) == callers->worker);
  parent = lodger_caller_find_parent (callers->worker);
  test_check (parent == callers->root);
  lodger_caller_unref (parent);
  callers->nested = lodger_caller_to_thread (callers->worker, look_at_parent, callers, NULL);
  test_check (lodger_pending_wait (callers->nested, LODGER_FOREVER, LODGER_WAIT_DEFAULT) == 0);
}

START_TEST (workers_are_children_of_the_root)
{
  LodgerCallerOptions options = { .size = sizeof options, .worker_backend = "native" };
  Loop loop = loop_open_full (LODGER_MANUAL_DEFAULT, &options);
  Callers callers = { .root = loop.caller };
  LodgerPending *pending = lodger_caller_to_thread (loop.caller, look_at_callers, &callers, NULL);
  loop_run_until_done (&loop, pending);
  expect_code (lodger_pending_get_outcome (pending), 0);
  ck_assert (callers.nested_is_child);
  ck_assert_str_eq (lodger_caller_get_backend (callers.worker), "native");
  ck_assert_ptr_null (lodger_caller_find_parent (loop.caller));
  ck_assert_ptr_null (lodger_caller_find_parent (NULL));
  lodger_caller_stop (loop.caller, true);
  loop_run_until_done (&loop, lodger_caller_get_stopped (loop.caller));
  ck_assert_int_eq (lodger_caller_get_state (callers.worker), LODGER_CALLER_STOPPED);
  ck_assert_ptr_null (lodger_caller_find_parent (callers.worker));
  lodger_caller_unref (callers.worker);
  lodger_pending_unref (callers.nested);
  lodger_pending_unref (pending);
  loop_close (&loop);
}
END_TEST

typedef struct Limit
{
  atomic_int inside;
  atomic_int most;
  Journal journal;
  Barrier together;
} Limit;

typedef struct Limited
{
  Limit *limit;
  int number;
} Limited;

static void
run_limited (LodgerPending *self, void *data)
{
  Limited *limited = data;
  Limit *limit = limited->limit;
  int inside = atomic_fetch_add (&limit->inside, 1) + 1, most = atomic_load (&limit->most);
  (void) self;
  while (inside > most && !atomic_compare_exchange_weak (&limit->most, &most, inside))
    ;
  journal_add (&limit->journal, limited->number / 2);
  barrier_wait (&limit->together);
  atomic_fetch_sub (&limit->inside, 1);
}

START_TEST (max_workers_run_at_once_and_the_rest_wait_in_order)
{
  enum
  {
    COUNT = 20
  };
  LodgerCallerOptions options = { .size = sizeof options, .max_workers = 2 };
  Loop loop = loop_open_full (LODGER_MANUAL_DEFAULT, &options);
  Limit limit = { 0 };
  Limited limited[COUNT];
  LodgerPending *pendings[COUNT];
  journal_init (&limit.journal);
  barrier_init (&limit.together, 2);
  for (int i = 0; i < COUNT; i++)
    {
      limited[i] = (Limited) { &limit, i };
      pendings[i] = lodger_caller_to_thread (loop.caller, run_limited, &limited[i], NULL);
    }
  for (int i = 0; i < COUNT; i++)
    {
      loop_run_until_done (&loop, pendings[i]);
      expect_code (lodger_pending_get_outcome (pendings[i]), 0);
      lodger_pending_unref (pendings[i]);
    }
  ck_assert_int_eq (limit.most, 2);
  for (size_t i = 0; i < COUNT; i++)
    ck_assert_int_eq (journal_get (&limit.journal, i), (int) i / 2);
  loop_close (&loop);
  journal_clear (&limit.journal);
  barrier_clear (&limit.together);
}
END_TEST

START_TEST (the_data_is_destroyed_in_the_worker_that_takes_the_call)
{
  Recorder ran = { 0 }, cancelled = { 0 };
  LodgerCallerOptions options = { .size = sizeof options, .max_workers = 1 };
  Loop loop = loop_open_full (LODGER_MANUAL_DEFAULT, &options);
  Counter entered;
  BlockedCall blocked;
  LodgerPending *first, *second;
  counter_init (&entered);
  blocked_call_start (&blocked, loop.caller, &entered);
  counter_wait (&entered, 1);
  first = lodger_caller_to_thread (loop.caller, recorder_call, &ran, recorder_destroy);
  second = lodger_caller_to_thread (loop.caller, recorder_call, &cancelled, recorder_destroy);
  ck_assert (lodger_pending_cancel (second, "not needed"));
  ck_assert (lodger_pending_is_done (second));
  blocked_call_end (&blocked, &loop);
  loop_run_until_done (&loop, first);
  ck_assert_int_eq (run_once (&loop), blocked.thread);
  recorder_expect (&ran, 1, 1);
  recorder_expect (&cancelled, 0, 1);
  ck_assert_int_eq (ran.ran_in, blocked.thread);
  ck_assert_int_eq (ran.destroyed_in, blocked.thread);
  ck_assert_int_eq (cancelled.destroyed_in, blocked.thread);
  lodger_pending_unref (first);
  lodger_pending_unref (second);
  loop_close (&loop);
  counter_clear (&entered);
}
END_TEST

typedef struct Later
{
  LodgerReply *reply;
  Latch deferred;
  int thread;
  int destroyed_in;
} Later;

static void
defer (LodgerPending *self, void *data)
{
  Later *later = data;
  later->thread = test_thread_id ();
  later->reply = lodger_pending_defer (self);
  latch_open (&later->deferred);
}

static void
defer_destroy (void *data)
{
  ((Later *) data)->destroyed_in = test_thread_id ();
}

START_TEST (a_deferred_call_leaves_its_worker_free)
{
  LodgerCallerOptions options = { .size = sizeof options, .max_workers = 1, .max_threads = 1 };
  Loop loop = loop_open_full (LODGER_MANUAL_DEFAULT, &options);
  Later later = { 0 };
  Recorder next = { 0 };
  LodgerPending *deferred;
  expect_code (lodger_caller_set_idle_limit (loop.caller, 0), 0);
  expect_code (lodger_caller_set_idle_duration (loop.caller, 1), 0);
  latch_init (&later.deferred);
  deferred = lodger_caller_to_thread (loop.caller, defer, &later, defer_destroy);
  latch_wait (&later.deferred);
  for (int i = 1; i <= 3; i++)
    {
      LodgerPending *pending = lodger_caller_to_thread (loop.caller, recorder_call, &next, recorder_destroy);
      loop_run_until_done (&loop, pending);
      lodger_pending_unref (pending);
      recorder_expect (&next, i, i);
      ck_assert_int_eq (next.ran_in, later.thread);
      proc_wait_asleep (later.thread);
    }
  ck_assert (!lodger_pending_is_done (deferred));
  expect_code (lodger_reply_return_int (later.reply, 1), 0);
  loop_run_until_done (&loop, deferred);
  expect_code (lodger_pending_get_outcome (deferred), 0);
  lodger_pending_unref (deferred);
  loop_close (&loop);
  ck_assert_int_eq (later.destroyed_in, later.thread);
  latch_clear (&later.deferred);
}
END_TEST

START_TEST (a_worker_caller_has_a_pool_of_its_own)
{
  Recorder recorder = { 0 };
  LodgerCaller *worker = worker_start (NULL);
  int thread = worker_thread_id (worker);
  expect_code (wait_outcome (lodger_caller_to_thread (worker, recorder_call, &recorder, recorder_destroy)), 0);
  recorder_expect (&recorder, 1, 1);
  ck_assert_int_ne (recorder.ran_in, thread);
  worker_stop (worker);
}
END_TEST

/* Two calls of a pool whose root stops. As soon as one worker has been told, the other one, which has not, ends its call. */
typedef struct Told
{
  Counter entered;
  LodgerCaller *workers[2];
  LodgerPending *calls[2];
  Latch let_go[2];
  bool was_told;
} Told;

typedef struct ToldCall
{
  Told *told;
  int number;
} ToldCall;

static void
wait_to_be_told (LodgerPending *self, void *data)
{
  const ToldCall *call = data;
  (void) self;
  call->told->workers[call->number] = lodger_caller_current ();
  counter_add (&call->told->entered, 1);
  latch_wait (&call->told->let_go[call->number]);
}

static void
let_the_other_end (const LodgerTraceEvent *event, void *data)
{
  Told *told = data;
  int64_t limit = test_now () + test_limit_ns ();
  int other = event->caller == told->workers[0] ? 1 : 0;
  if (event->kind != LODGER_TRACE_STATE || told->was_told
      || (event->caller != told->workers[0] && event->caller != told->workers[1]))
    return;
  told->was_told = true;
  latch_open (&told->let_go[other]);
  while (!lodger_pending_is_done (told->calls[other]))
    test_check (test_now () < limit);
  latch_open (&told->let_go[1 - other]);
}

START_TEST (a_worker_ends_its_call_while_its_root_stops)
{
  LodgerCallerOptions options = { .size = sizeof options, .max_workers = 2 };
  Loop loop = loop_open_full (LODGER_MANUAL_DEFAULT, &options);
  Told told = { .was_told = false };
  ToldCall calls[2];
  counter_init (&told.entered);
  for (int i = 0; i < 2; i++)
    {
      calls[i] = (ToldCall) { &told, i };
      latch_init (&told.let_go[i]);
      told.calls[i] = lodger_caller_to_thread (loop.caller, wait_to_be_told, &calls[i], NULL);
    }
  counter_wait (&told.entered, 2);
  lodger_set_trace_func (let_the_other_end, &told);
  lodger_caller_stop (loop.caller, true);
  lodger_set_trace_func (NULL, NULL);
  ck_assert (told.was_told);
  loop_run_until_done (&loop, lodger_caller_get_stopped (loop.caller));
  for (int i = 0; i < 2; i++)
    {
      lodger_pending_unref (told.calls[i]);
      latch_clear (&told.let_go[i]);
    }
  counter_clear (&told.entered);
  loop_close (&loop);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("pool");
  test_add (suite, an_idle_worker_is_reused);
  test_add (suite, a_burst_starts_no_more_threads_than_it_has_calls);
  test_add (suite, a_worker_is_found_again_after_a_long_call);
  test_add (suite, workers_are_children_of_the_root);
  test_add (suite, max_workers_run_at_once_and_the_rest_wait_in_order);
  test_add (suite, the_data_is_destroyed_in_the_worker_that_takes_the_call);
  test_add (suite, a_deferred_call_leaves_its_worker_free);
  test_add (suite, a_worker_caller_has_a_pool_of_its_own);
  test_add (suite, a_worker_ends_its_call_while_its_root_stops);
  return test_main (suite, argc, argv);
}
