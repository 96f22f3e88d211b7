/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How many calls of to_thread() run at once, which workers are not counted, and waits that could never end. */
#include "conformance.h"
#include "test-blocked-call.h"
#include "test-threads.h"

/* ---- at most so many, over the whole tree --------------------------------------------------------------------------- */

typedef struct Limit
{
  atomic_int inside;
  atomic_int most;
  Barrier together;
} Limit;

static void
run_limited (Limit *limit)
{
  int inside = atomic_fetch_add (&limit->inside, 1) + 1, most = atomic_load (&limit->most);
  while (inside > most && !atomic_compare_exchange_weak (&limit->most, &most, inside))
    ;
  barrier_wait (&limit->together);
  atomic_fetch_sub (&limit->inside, 1);
}

static void
limited_call (LodgerPending *self, void *data)
{
  (void) self;
  run_limited (data);
}

static void
give_one_more (LodgerPending *self, void *data)
{
  LodgerPending *more = lodger_caller_to_thread (lodger_caller_current (), limited_call, data, NULL);
  lodger_pending_return_from (self, more);
  lodger_pending_unref (more);
  run_limited (data);
}

START_TEST (edge_39_max_workers_holds_over_the_whole_tree)
{
  enum
  {
    CALLS = 10
  };
  const LodgerCallerOptions options = { .size = sizeof options, .max_workers = 2 };
  Subject subject;
  Limit limit = { 0 };
  LodgerCaller *child;
  LodgerPending *pendings[2 * CALLS];
  barrier_init (&limit.together, 2);
  subject_open_full (&subject, _i, &options);
  child = lodger_caller_open_child (subject.caller, NULL, NULL);
  for (int i = 0; i < 2 * CALLS; i++)
    pendings[i] = lodger_caller_to_thread (i % 2 ? child : subject.caller, give_one_more, &limit, NULL);
  for (int i = 0; i < 2 * CALLS; i++)
    expect_code (subject_outcome (&subject, pendings[i]), 0);
  ck_assert_int_eq (limit.most, 2);
  lodger_caller_unref (child);
  subject_close (&subject);
  barrier_clear (&limit.together);
}
END_TEST

START_TEST (edge_39_the_rest_wait_in_order)
{
  enum
  {
    CALLS = 20
  };
  const LodgerCallerOptions options = { .size = sizeof options, .max_workers = 1 };
  Subject subject;
  Journal journal;
  Recorder recorders[CALLS];
  LodgerPending *last = NULL;
  BlockedCall blocked;
  journal_init (&journal);
  subject_open_full (&subject, _i, &options);
  blocked_call_start (&blocked, subject.caller);
  latch_wait (&blocked.entered);
  for (int i = 0; i < CALLS; i++)
    {
      recorders[i] = (Recorder) { .journal = &journal, .number = i };
      lodger_pending_unref (last);
      last = lodger_caller_to_thread (subject.caller, recorder_call, &recorders[i], recorder_destroy);
    }
  ck_assert_uint_eq (journal_count (&journal), 0);
  latch_open (&blocked.let_go);
  expect_code (subject_outcome (&subject, last), 0);
  ck_assert_uint_eq (journal_count (&journal), CALLS);
  for (int i = 0; i < CALLS; i++)
    ck_assert_int_eq (journal_get (&journal, (size_t) i), i);
  blocked_call_clear (&blocked);
  subject_close (&subject);
  journal_clear (&journal);
}
END_TEST

/* ---- one that blocks is not counted ---------------------------------------------------------------------------------- */

static void
wait_for_the_rest (LodgerPending *self, void *data)
{
  int *depth = data;
  LodgerPending *nested;
  if (*depth == 0)
    return;
  depth++;
  nested = lodger_caller_to_thread (lodger_caller_current (), wait_for_the_rest, depth, NULL);
  if (lodger_pending_wait (nested, LODGER_FOREVER, LODGER_WAIT_DEFAULT) != 0)
    lodger_pending_return_new_error (self, NULL, LODGER_EFAILED, "the nested one failed");
  lodger_pending_unref (nested);
}

START_TEST (edge_39_a_blocked_worker_is_not_counted)
{
  const LodgerCallerOptions options = { .size = sizeof options, .max_workers = 1 };
  int chain[] = { 5, 4, 3, 2, 1, 0 };
  Subject subject;
  subject_open_full (&subject, _i, &options);
  for (int i = 5; i >= 0; i--)
    expect_code (
        subject_outcome (&subject, lodger_caller_to_thread (subject.caller, wait_for_the_rest, &chain[i], NULL)), 0);
  subject_close (&subject);
}
END_TEST

/* ---- one that has returned and is not done is not counted -------------------------------------------------------------- */

static void
answer (LodgerPending *self, void *reply)
{
  (void) self;
  lodger_reply_return_int (reply, 42);
}

static void
defer_to_the_pool (LodgerPending *self, void *data)
{
  LodgerReply *reply = lodger_pending_defer (self);
  (void) data;
  lodger_pending_unref (lodger_caller_to_thread (lodger_caller_current (), answer, reply, NULL));
}

static void
follow_the_pool (LodgerPending *self, void *data)
{
  LodgerPending *deferred = lodger_caller_to_thread (lodger_caller_current (), defer_to_the_pool, data, NULL);
  lodger_pending_return_from (self, deferred);
  lodger_pending_unref (deferred);
}

START_TEST (edge_39_a_call_that_has_returned_is_not_counted)
{
  const LodgerCallerOptions options = { .size = sizeof options, .max_workers = 1, .max_threads = 1 };
  Subject subject;
  int64_t answered = 0;
  LodgerPending *pending;
  subject_open_full (&subject, _i, &options);
  pending = lodger_caller_to_thread (subject.caller, follow_the_pool, NULL, NULL);
  subject_await (&subject, pending);
  expect_code (lodger_pending_get_int (pending, &answered), 0);
  ck_assert_int_eq (answered, 42);
  lodger_pending_unref (pending);
  subject_close (&subject);
}
END_TEST

typedef struct Waiting
{
  BlockedCall blocked; /* first: opened when it returns from its wait */
  LodgerPending *promise;
} Waiting;

static void
wait_then_stay (LodgerPending *self, void *data)
{
  Waiting *waiting = data;
  test_check (lodger_pending_wait (waiting->promise, LODGER_FOREVER, LODGER_WAIT_PROTECT) == 0);
  blocked_call_run (self, &waiting->blocked);
}

START_TEST (edge_39_a_resumed_worker_may_exceed_the_limit_and_none_starts_until_there_are_fewer)
{
  const LodgerCallerOptions options = { .size = sizeof options, .max_workers = 1 };
  Subject subject;
  Waiting first = { .promise = lodger_pending_new (LODGER_PENDING_DEFAULT) };
  BlockedCall second;
  Recorder third = { 0 };
  LodgerPending *pending;
  subject_open_full (&subject, _i, &options);
  blocked_call_init (&first.blocked);
  first.blocked.pending = lodger_caller_to_thread (subject.caller, wait_then_stay, &first, blocked_call_destroy);
  blocked_call_start (&second, subject.caller);
  latch_wait (&second.entered);
  lodger_pending_return_nothing (first.promise);
  latch_wait (&first.blocked.entered);
  /* Now two calls run, where one may. */
  pending = lodger_caller_to_thread (subject.caller, recorder_call, &third, recorder_destroy);
  latch_open (&second.let_go);
  subject_await (&subject, second.pending);
  proc_wait_asleep (second.recorder.ran_in);
  recorder_expect (&third, 0, 0);
  latch_open (&first.blocked.let_go);
  expect_code (subject_outcome (&subject, pending), 0);
  recorder_expect (&third, 1, 1);
  blocked_call_clear (&first.blocked);
  blocked_call_clear (&second);
  lodger_pending_unref (first.promise);
  subject_close (&subject);
}
END_TEST

/* ---- waits that could never end ------------------------------------------------------------------------------------- */

/* A call that submits the next call of its chain and waits for it. */
typedef struct Link
{
  const char *name;
  LodgerCaller *to; /* the caller of the next call; NULL: the pool */
  int64_t timeout;
  atomic_int code;
  struct Link *next;
  Barrier *together; /* Optional. All chains meet there before they wait. */
} Link;

static LodgerPending *give_link (LodgerCaller *from, Link *link);

static void
link_call (LodgerPending *self, void *data)
{
  Link *link = data;
  LodgerPending *next;
  (void) self;
  if (link->next == NULL)
    return;
  next = give_link (lodger_caller_current (), link->next);
  if (link->together != NULL)
    barrier_wait (link->together);
  link->code = lodger_pending_wait (next, link->timeout, LODGER_WAIT_PROTECT);
  lodger_pending_unref (next);
}

static LodgerPending *
give_link (LodgerCaller *from, Link *link)
{
  const LodgerCallOptions options = { .size = sizeof options, .name = link->name };
  return link->to != NULL ? lodger_caller_call_soon_full (link->to, link_call, link, NULL, &options)
                          : lodger_caller_to_thread_full (from, link_call, link, NULL, &options);
}

START_TEST (edge_39_at_max_threads_a_wait_that_deadlocks_the_pool_is_refused)
{
  const LodgerCallerOptions options = { .size = sizeof options, .max_workers = 1, .max_threads = 2 };
  Subject subject;
  Link third = { .name = "third of the chain" };
  Link second = { .name = "second of the chain", .timeout = LODGER_FOREVER, .next = &third };
  Link first = { .name = "first of the chain", .timeout = LODGER_FOREVER, .next = &second };
  subject_open_full (&subject, _i, &options);
  log_capture_begin ();
  expect_code (subject_outcome (&subject, give_link (subject.caller, &first)), 0);
  expect_code (second.code, LODGER_EDEADLK);
  expect_code (first.code, 0);
  ck_assert_uint_eq (log_capture_count (), 1);
  ck_assert (log_capture_has ("lodger_pending_wait"));
  ck_assert (log_capture_has ("second of the chain"));
  ck_assert (log_capture_has ("third of the chain"));
  log_capture_end ();
  subject_close (&subject);
}
END_TEST

START_TEST (edge_39_a_timed_wait_is_no_part_of_a_deadlock)
{
  const LodgerCallerOptions options = { .size = sizeof options, .max_threads = 2 };
  Subject subject;
  Link third = { .name = "third of the chain" };
  Link second = { .name = "second of the chain", .timeout = LODGER_FOREVER, .code = 1, .next = &third };
  Link first = { .name = "first of the chain", .timeout = 1000000, .next = &second };
  LodgerPending *pending;
  subject_open_full (&subject, _i, &options);
  log_capture_begin ();
  pending = give_link (subject.caller, &first);
  expect_code (subject_outcome (&subject, pending), 0);
  expect_code (first.code, LODGER_ETIMEDOUT);
  /* Its worker is free for the third call. */
  while (second.code == 1)
    ;
  expect_code (second.code, 0);
  ck_assert_uint_eq (log_capture_count (), 0);
  log_capture_end ();
  subject_close (&subject);
}
END_TEST

START_TEST (law_7_a_cycle_of_waits_over_two_callers_is_refused)
{
  Subject subject;
  Barrier together;
  LodgerCaller *here, *there;
  subject_open (&subject, _i, false);
  barrier_init (&together, 2);
  here = lodger_caller_open_child (subject.caller, NULL, NULL);
  there = lodger_caller_open_child (subject.caller, NULL, NULL);
  for (int round = 0; round < 10; round++)
    {
      Link back = { .name = "the way back", .to = here };
      Link out
          = { .name = "the way out", .to = there, .timeout = LODGER_FOREVER, .next = &back, .together = &together };
      Link begin = { .name = "the begin", .to = here, .timeout = LODGER_FOREVER, .next = &out, .together = &together };
      log_capture_begin ();
      expect_code (wait_outcome (give_link (here, &begin)), 0);
      worker_thread_id (there);
      worker_thread_id (here);
      ck_assert_uint_eq (log_capture_count (), 1);
      ck_assert (log_capture_has ("the way out"));
      if (begin.code == LODGER_EDEADLK)
        ck_assert (out.code == 0 && log_capture_has ("the begin"));
      else
        {
          expect_code (begin.code, 0);
          expect_code (out.code, LODGER_EDEADLK);
          ck_assert (log_capture_has ("the way back"));
        }
      log_capture_end ();
    }
  lodger_caller_unref (here);
  lodger_caller_unref (there);
  subject_close (&subject);
  barrier_clear (&together);
}
END_TEST

/* ---- the system refuses a thread ------------------------------------------------------------------------------------ */

START_TEST (edge_40_without_a_thread_the_calls_go_to_the_workers_there_are)
{
  enum
  {
    CALLS = 3
  };
  Subject subject;
  BlockedCall blocked;
  Recorder recorders[CALLS] = { 0 };
  LodgerPending *pendings[CALLS];
  subject_open (&subject, _i, false);
  blocked_call_start (&blocked, subject.caller);
  latch_wait (&blocked.entered);
  threads_refuse (true);
  for (int i = 0; i < CALLS; i++)
    pendings[i] = lodger_caller_to_thread (subject.caller, recorder_call, &recorders[i], recorder_destroy);
  latch_open (&blocked.let_go);
  for (int i = 0; i < CALLS; i++)
    {
      expect_code (subject_outcome (&subject, pendings[i]), 0);
      ck_assert_int_eq (recorders[i].ran_in, blocked.recorder.ran_in);
    }
  threads_refuse (false);
  blocked_call_clear (&blocked);
  subject_close (&subject);
}
END_TEST

START_TEST (edge_40_without_any_worker_the_call_ends)
{
  Subject subject;
  Recorder recorder = { 0 }, next = { 0 };
  LodgerPending *pending;
  LodgerError *error = NULL;
  Recorder hooks = { 0 };
  const LodgerCallerOptions options = { .size = sizeof options, .hook_data = &hooks, .hook_destroy = recorder_destroy };
  subject_open (&subject, _i, false);
  threads_refuse (true);
  pending = lodger_caller_to_thread (subject.caller, recorder_call, &recorder, recorder_destroy);
  subject_await (&subject, pending);
  expect_code (lodger_error_get_code (lodger_pending_get_error (pending)), LODGER_EAGAIN);
  ck_assert_str_eq (lodger_error_get_message (lodger_pending_get_error (pending)), "no worker thread");
  recorder_expect (&recorder, 0, 1);
  lodger_pending_unref (pending);
  log_capture_begin ();
  ck_assert_ptr_null (lodger_caller_open_child (subject.caller, &options, &error));
  ck_assert (log_capture_has ("lodger_caller_open_child"));
  log_capture_end ();
  expect_code (lodger_error_get_code (error), LODGER_EAGAIN);
  lodger_error_unref (error);
  recorder_expect (&hooks, 0, 1);
  threads_refuse (false);
  pending = lodger_caller_to_thread (subject.caller, recorder_call, &next, recorder_destroy);
  expect_code (subject_outcome (&subject, pending), 0);
  subject_close (&subject);
}
END_TEST

void
add_edge_pool_limits (Suite *suite)
{
  add_edge (suite, edge_39_max_workers_holds_over_the_whole_tree, 0, 0);
  add_edge (suite, edge_39_the_rest_wait_in_order, 0, 0);
  add_edge (suite, edge_39_a_blocked_worker_is_not_counted, 0, 0);
  add_edge (suite, edge_39_a_call_that_has_returned_is_not_counted, 0, 0);
  add_edge (suite, edge_39_a_resumed_worker_may_exceed_the_limit_and_none_starts_until_there_are_fewer, 0, 0);
  add_edge (suite, edge_39_at_max_threads_a_wait_that_deadlocks_the_pool_is_refused, 0, 0);
  add_edge (suite, edge_39_a_timed_wait_is_no_part_of_a_deadlock, 0, 0);
  add_edge (suite, law_7_a_cycle_of_waits_over_two_callers_is_refused, 0, 0);
  add_edge (suite, edge_40_without_a_thread_the_calls_go_to_the_workers_there_are, 0, 0);
  add_edge (suite, edge_40_without_any_worker_the_call_ends, 0, 0);
}
