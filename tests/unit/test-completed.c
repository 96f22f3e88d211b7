/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Iterations over pendings as they are done: who comes, how many at once, how they end. */
#include "test-loop.h"
#include "test-suite.h"

#include <stdlib.h>
#include <string.h>

enum
{
  CALLS = 40,
  MANY = 100000
};

static LodgerPending *
promise (void)
{
  return lodger_pending_new (LODGER_PENDING_DEFAULT);
}

static void
answer (LodgerPending *pending)
{
  ck_assert_int_eq (lodger_pending_return_int (pending, 1), 0);
}

static void
refuse (LodgerPending *pending)
{
  ck_assert_int_eq (lodger_pending_return_new_error (pending, NULL, LODGER_EBUSY, "no"), 0);
}

static void
unref_all (LodgerPending **pendings, int count)
{
  for (int i = 0; i < count; i++)
    lodger_pending_unref (pendings[i]);
}

/* The next one is this. */
static void
expect_next (LodgerCompleted *completed, const LodgerPending *expected)
{
  int code = 1;
  LodgerPending *done = lodger_completed_next (completed, LODGER_FOREVER, &code);
  expect_code (code, 0);
  ck_assert_ptr_eq (done, expected);
  lodger_pending_unref (done);
}

/* There is none, for this reason. */
static void
expect_none (LodgerCompleted *completed, int64_t timeout, int expected)
{
  int code = 1;
  LodgerPending *done = lodger_completed_next (completed, timeout, &code);
  ck_assert_ptr_null (done);
  expect_code (code, expected);
}

/* ---- a source that the test looks into ---------------------------------------------------------------------------------- */

typedef struct Source
{
  LodgerPending *pendings[CALLS];
  int given, count;
  bool fails;
  int destroyed;
  LodgerCompleted *completed; /* uses it, although it must not */
} Source;

static LodgerPending *
source_give (void *data, LodgerError **ret_error)
{
  Source *source = data;
  if (source->completed != NULL)
    expect_none (source->completed, LODGER_FOREVER, LODGER_EBUSY);
  if (source->given < source->count)
    return lodger_pending_ref (source->pendings[source->given++]);
  if (source->fails)
    *ret_error = lodger_error_new (NULL, LODGER_EAGAIN, "the source is dry");
  return NULL;
}

static void
source_destroy (void *data)
{
  ((Source *) data)->destroyed++;
}

static void
source_open (Source *source, int count)
{
  *source = (Source) { .count = count };
  for (int i = 0; i < count; i++)
    source->pendings[i] = promise ();
}

static void
source_close (Source *source)
{
  ck_assert_int_eq (source->destroyed, 1);
  unref_all (source->pendings, source->count);
}

/* ---- who comes ---------------------------------------------------------------------------------------------------------- */

static void *
answer_in_a_thread (void *data)
{
  proc_wait_asleep (*(int *) ((void **) data)[1]);
  answer (((void **) data)[0]);
  return NULL;
}

START_TEST (edge_44_done_failing_and_cancelled_items_all_come)
{
  LodgerPending *pendings[] = { promise (), promise (), promise (), promise () };
  int self = test_thread_id ();
  void *data[] = { pendings[1], &self };
  LodgerCompleted *completed;
  pthread_t thread;
  answer (pendings[0]);
  refuse (pendings[2]);
  lodger_pending_cancel (pendings[3], NULL);
  completed = lodger_completed_new (pendings, 4, NULL);
  expect_next (completed, pendings[0]);
  expect_next (completed, pendings[2]);
  expect_next (completed, pendings[3]);
  expect_none (completed, 0, LODGER_ETIMEDOUT);
  thread = thread_start (answer_in_a_thread, data);
  expect_next (completed, pendings[1]);
  thread_join (thread);
  expect_none (completed, LODGER_FOREVER, 0);
  expect_none (completed, LODGER_FOREVER, 0);
  lodger_completed_free (completed);
  unref_all (pendings, 4);
}
END_TEST

START_TEST (edge_44_an_empty_source_ends_at_once)
{
  LodgerCompleted *completed = lodger_completed_new (NULL, 0, NULL);
  Source source;
  expect_none (completed, LODGER_FOREVER, 0);
  lodger_completed_free (completed);
  source_open (&source, 0);
  completed = lodger_completed_new_from (source_give, &source, source_destroy, NULL);
  expect_none (completed, LODGER_FOREVER, 0);
  lodger_completed_free (completed);
  source_close (&source);
  lodger_completed_free (NULL);
}
END_TEST

START_TEST (edge_44_a_function_that_fails_ends_the_iteration_with_its_error)
{
  LodgerCompleted *completed;
  Source source;
  source_open (&source, 2);
  source.fails = true;
  completed = lodger_completed_new_from (source_give, &source, source_destroy, NULL);
  expect_none (completed, 0, LODGER_ETIMEDOUT);
  answer (source.pendings[1]);
  expect_next (completed, source.pendings[1]);
  refuse (source.pendings[0]);
  expect_next (completed, source.pendings[0]);
  expect_none (completed, LODGER_FOREVER, LODGER_EFAILED);
  ck_assert_int_eq (lodger_error_get_code (lodger_completed_get_error (completed)), LODGER_EAGAIN);
  expect_none (completed, LODGER_FOREVER, LODGER_EFAILED);
  lodger_completed_free (completed);
  source_close (&source);
}
END_TEST

START_TEST (a_pending_may_be_there_twice)
{
  LodgerPending *one = promise (), *pendings[] = { one, one };
  LodgerCompleted *completed = lodger_completed_new (pendings, 2, NULL);
  answer (one);
  expect_next (completed, one);
  expect_next (completed, one);
  expect_none (completed, LODGER_FOREVER, 0);
  lodger_completed_free (completed);
  lodger_pending_unref (one);
}
END_TEST

START_TEST (an_iteration_is_not_used_by_its_own_function)
{
  LodgerCompleted *completed;
  Source source;
  source_open (&source, 1);
  answer (source.pendings[0]);
  completed = source.completed = lodger_completed_new_from (source_give, &source, source_destroy, NULL);
  log_capture_begin ();
  expect_next (completed, source.pendings[0]);
  ck_assert (log_capture_has ("lodger_completed_next"));
  log_capture_end ();
  lodger_completed_free (completed);
  source_close (&source);
}
END_TEST

START_TEST (what_cannot_be_iterated_is_refused)
{
  LodgerPending *pendings[] = { promise (), NULL };
  Source source;
  source_open (&source, 0);
  log_capture_begin ();
  ck_assert_ptr_null (lodger_completed_new (pendings, 2, NULL));
  ck_assert_ptr_null (lodger_completed_new (NULL, 1, NULL));
  ck_assert_ptr_null (lodger_completed_new (pendings, 1, LODGER_COMPLETED_OPTIONS (.max_concurrent = 2)));
  ck_assert_ptr_null (lodger_completed_new_from (NULL, &source, source_destroy, NULL));
  expect_none (NULL, 0, LODGER_EINVAL);
  log_capture_end ();
  ck_assert (!lodger_pending_is_done (pendings[0]));
  source_close (&source);
  lodger_pending_unref (pendings[0]);
}
END_TEST

/* ---- how many at once --------------------------------------------------------------------------------------------------- */

START_TEST (edge_43_a_function_is_asked_only_up_to_the_limit)
{
  LodgerCompleted *completed;
  Source source;
  source_open (&source, 4);
  completed = lodger_completed_new_from (source_give, &source, source_destroy,
                                         LODGER_COMPLETED_OPTIONS (.max_concurrent = 2));
  ck_assert_int_eq (source.given, 0);
  expect_none (completed, 0, LODGER_ETIMEDOUT);
  ck_assert_int_eq (source.given, 2);
  answer (source.pendings[1]);
  expect_next (completed, source.pendings[1]);
  ck_assert_int_eq (source.given, 2);
  expect_none (completed, 0, LODGER_ETIMEDOUT);
  ck_assert_int_eq (source.given, 3);
  lodger_completed_free (completed);
  source_close (&source);
}
END_TEST

START_TEST (edge_43_the_idle_limit_is_the_default)
{
  LodgerCompleted *completed;
  Source source;
  source_open (&source, CALLS);
  completed = lodger_completed_new_from (source_give, &source, source_destroy, NULL);
  expect_none (completed, 0, LODGER_ETIMEDOUT);
  ck_assert_int_eq (source.given, 10);
  lodger_completed_free (completed);
  source_close (&source);
}
END_TEST

static void
ask_in_a_call (LodgerPending *self, void *data)
{
  LodgerCompleted *completed = lodger_completed_new_from (source_give, data, source_destroy, NULL);
  (void) self;
  expect_none (completed, 0, LODGER_ETIMEDOUT);
  ck_assert_int_eq (((Source *) data)->given, 3);
  lodger_completed_free (completed);
}

/* In a call, it is that of its caller. */
START_TEST (edge_43_the_idle_limit_of_the_caller_is_the_default)
{
  LodgerCaller *worker = worker_start (NULL);
  Source source;
  source_open (&source, CALLS);
  expect_code (lodger_caller_set_idle_limit (worker, 3), 0);
  expect_code (wait_outcome (lodger_caller_call_soon (worker, ask_in_a_call, &source, NULL)), 0);
  source_close (&source);
  worker_stop (worker);
}
END_TEST

START_TEST (edge_43_an_array_has_no_limit)
{
  LodgerPending *pendings[CALLS];
  LodgerCompleted *completed;
  for (int i = 0; i < CALLS; i++)
    pendings[i] = promise ();
  completed = lodger_completed_new (pendings, CALLS, NULL);
  expect_none (completed, 0, LODGER_ETIMEDOUT);
  for (int i = CALLS; i-- > 0;)
    answer (pendings[i]);
  for (int i = CALLS; i-- > 0;)
    expect_next (completed, pendings[i]);
  expect_none (completed, LODGER_FOREVER, 0);
  lodger_completed_free (completed);
  unref_all (pendings, CALLS);
}
END_TEST

typedef struct Crowd
{
  LodgerCaller *worker;
  Barrier meets;
  size_t limit;
  int given;
  atomic_int at_work, most;
  atomic_int threads[CALLS], thread_count;
} Crowd;

static void
note_thread (Crowd *crowd)
{
  int self = test_thread_id (), count = atomic_load (&crowd->thread_count);
  for (int i = 0; i < count; i++)
    if (atomic_load (&crowd->threads[i]) == self)
      return;
  atomic_store (&crowd->threads[atomic_fetch_add (&crowd->thread_count, 1)], self);
}

static void
meet (LodgerPending *self, void *data)
{
  Crowd *crowd = data;
  int now = atomic_fetch_add (&crowd->at_work, 1) + 1, most = atomic_load (&crowd->most);
  (void) self;
  while (now > most && !atomic_compare_exchange_weak (&crowd->most, &most, now))
    ;
  note_thread (crowd);
  barrier_wait (&crowd->meets);
  atomic_fetch_sub (&crowd->at_work, 1);
}

static LodgerPending *
crowd_give (void *data, LodgerError **ret_error)
{
  Crowd *crowd = data;
  (void) ret_error;
  if (crowd->given == CALLS)
    return NULL;
  crowd->given++;
  return lodger_caller_to_thread (crowd->worker, meet, crowd, NULL);
}

/* Iterates over calls of which so many have to meet. */
static void
crowd_run (Crowd *crowd, size_t limit, unsigned meets)
{
  LodgerPending *done;
  LodgerCompleted *completed;
  int code, count = 0;
  *crowd = (Crowd) { .worker = worker_start (NULL), .limit = limit };
  barrier_init (&crowd->meets, meets);
  completed = lodger_completed_new_from (crowd_give, crowd, NULL, LODGER_COMPLETED_OPTIONS (.max_concurrent = limit));
  while ((done = lodger_completed_next (completed, LODGER_FOREVER, &code)) != NULL)
    {
      expect_code (lodger_pending_get_outcome (done), 0);
      lodger_pending_unref (done);
      count++;
    }
  expect_code (code, 0);
  ck_assert_int_eq (count, CALLS);
  lodger_completed_free (completed);
  barrier_clear (&crowd->meets);
}

START_TEST (edge_43_no_more_than_the_limit_are_at_work)
{
  Crowd crowd;
  crowd_run (&crowd, 2, 2);
  ck_assert_int_eq (crowd.most, 2);
  worker_stop (crowd.worker);
}
END_TEST

START_TEST (edge_43_a_higher_limit_lets_more_work)
{
  Crowd crowd;
  crowd_run (&crowd, 20, 4);
  ck_assert_int_ge (crowd.most, 4);
  ck_assert_int_le (crowd.most, 20);
  worker_stop (crowd.worker);
}
END_TEST

START_TEST (edge_108_lazy_calls_through_a_limit_of_two_use_two_threads)
{
  LodgerCaller **children;
  size_t count = 0;
  Crowd crowd;
  crowd_run (&crowd, 2, 2);
  ck_assert_int_eq (crowd.thread_count, 2);
  children = lodger_caller_list_children (crowd.worker, &count);
  ck_assert_uint_ge (count, 2);
  ck_assert_uint_le (count, 3);
  lodger_caller_list_free (children, count);
  worker_stop (crowd.worker);
}
END_TEST

START_TEST (no_step_walks_the_unfinished)
{
  LodgerPending **pendings = malloc (MANY * sizeof (LodgerPending *));
  LodgerCompleted *completed;
  for (int i = 0; i < MANY; i++)
    pendings[i] = promise ();
  completed = lodger_completed_new (pendings, MANY, NULL);
  for (int i = 0; i < MANY; i++)
    {
      int at = i % 2 == 0 ? i / 2 : MANY - 1 - i / 2;
      expect_none (completed, 0, LODGER_ETIMEDOUT);
      answer (pendings[at]);
      expect_next (completed, pendings[at]);
    }
  expect_none (completed, LODGER_FOREVER, 0);
  lodger_completed_free (completed);
  unref_all (pendings, MANY);
  free (pendings);
}
END_TEST

/* ---- leaving early ------------------------------------------------------------------------------------------------------ */

START_TEST (edge_45_leaving_early_cancels_the_unfinished)
{
  bool keeps = _i == 1;
  LodgerCompleted *completed;
  Source source;
  source_open (&source, 4);
  completed = lodger_completed_new_from (source_give, &source, source_destroy,
                                         LODGER_COMPLETED_OPTIONS (.max_concurrent = 3, .keeps_unfinished = keeps));
  answer (source.pendings[0]);
  expect_next (completed, source.pendings[0]);
  answer (source.pendings[1]);
  lodger_completed_free (completed);
  expect_code (lodger_pending_get_outcome (source.pendings[0]), 0);
  expect_code (lodger_pending_get_outcome (source.pendings[1]), 0);
  ck_assert_int_eq (lodger_pending_is_cancelled (source.pendings[2]), !keeps);
  ck_assert (!lodger_pending_is_done (source.pendings[3]));
  source_close (&source);
}
END_TEST

START_TEST (edge_45_an_array_that_nobody_has_used_is_cancelled)
{
  LodgerPending *one = promise ();
  lodger_completed_free (lodger_completed_new (&one, 1, LODGER_COMPLETED_OPTIONS (.keeps_unfinished = true)));
  ck_assert (!lodger_pending_is_done (one));
  lodger_completed_free (lodger_completed_new (&one, 1, NULL));
  ck_assert (lodger_pending_is_cancelled (one));
  lodger_pending_unref (one);
}
END_TEST

/* ---- the wait ----------------------------------------------------------------------------------------------------------- */

typedef struct Waiting
{
  LodgerPending *one;
  LodgerPending *call;
  LodgerCompleted *completed;
  Latch begins;
  int thread, code;
} Waiting;

static void
wait_for_next (LodgerPending *self, void *data)
{
  Waiting *waiting = data;
  LodgerPending *done;
  (void) self;
  waiting->thread = test_thread_id ();
  latch_open (&waiting->begins);
  done = lodger_completed_next (waiting->completed, LODGER_FOREVER, &waiting->code);
  ck_assert (done == NULL || done == waiting->one);
  lodger_pending_unref (done);
}

START_TEST (the_waiters_own_cancel_ends_the_wait_and_cancels_nothing)
{
  LodgerCaller *worker = worker_start (NULL);
  Waiting waiting = { .one = promise () };
  LodgerPending *call;
  latch_init (&waiting.begins);
  waiting.completed = lodger_completed_new (&waiting.one, 1, NULL);
  expect_none (waiting.completed, 1, LODGER_ETIMEDOUT);
  call = lodger_caller_call_soon (worker, wait_for_next, &waiting, NULL);
  latch_wait (&waiting.begins);
  proc_wait_asleep (waiting.thread);
  lodger_pending_cancel (call, NULL);
  expect_code (wait_outcome (call), LODGER_ECANCELED);
  expect_code (waiting.code, LODGER_ECANCELED);
  ck_assert (!lodger_pending_is_done (waiting.one));
  answer (waiting.one);
  expect_next (waiting.completed, waiting.one);
  lodger_completed_free (waiting.completed);
  latch_clear (&waiting.begins);
  lodger_pending_unref (waiting.one);
  worker_stop (worker);
}
END_TEST

static void
do_nothing (LodgerPending *self, void *data)
{
  (void) self;
  (void) data;
}

/* The one hangs on this thread; the other, if there is one, does not. */
static void
wait_for_a_call_of_its_own (LodgerPending *self, void *data)
{
  Waiting *waiting = data;
  LodgerPending *pendings[2];
  pendings[0] = lodger_caller_call_soon (lodger_caller_current (), do_nothing, NULL, NULL);
  pendings[1] = waiting->one;
  waiting->completed = lodger_completed_new (pendings, waiting->one != NULL ? 2 : 1, NULL);
  log_capture_begin ();
  wait_for_next (self, waiting);
  log_capture_end ();
  lodger_completed_free (waiting->completed);
  lodger_pending_unref (pendings[0]);
}

START_TEST (law_7_an_iteration_is_refused_only_without_hope)
{
  LodgerCaller *worker = worker_start (NULL);
  Waiting waiting = { .one = NULL };
  LodgerPending *call;
  latch_init (&waiting.begins);
  expect_code (wait_outcome (lodger_caller_call_soon (worker, wait_for_a_call_of_its_own, &waiting, NULL)), 0);
  expect_code (waiting.code, LODGER_EDEADLK);
  latch_clear (&waiting.begins);

  latch_init (&waiting.begins);
  waiting.one = promise ();
  call = lodger_caller_call_soon (worker, wait_for_a_call_of_its_own, &waiting, NULL);
  latch_wait (&waiting.begins);
  proc_wait_asleep (waiting.thread);
  answer (waiting.one);
  expect_code (wait_outcome (call), 0);
  expect_code (waiting.code, 0);
  latch_clear (&waiting.begins);
  lodger_pending_unref (waiting.one);
  worker_stop (worker);
}
END_TEST

static void
follow_the_waiter (LodgerPending *self, void *data)
{
  const Waiting *waiting = data;
  lodger_pending_return_from (self, waiting->call);
}

START_TEST (law_7_a_circle_that_closes_later_is_refused)
{
  LodgerCaller *worker = worker_start (NULL), *other = worker_start (NULL);
  Waiting waiting = { .one = NULL };
  WorkerBlock *block = worker_block (other);
  latch_init (&waiting.begins);
  waiting.one = lodger_caller_call_soon (other, follow_the_waiter, &waiting, NULL);
  waiting.completed = lodger_completed_new (&waiting.one, 1, NULL);
  log_capture_begin ();
  waiting.call = lodger_caller_call_soon (worker, wait_for_next, &waiting, NULL);
  latch_wait (&waiting.begins);
  proc_wait_asleep (waiting.thread);
  worker_unblock (block);
  expect_code (wait_outcome (lodger_pending_ref (waiting.call)), 0);
  expect_code (waiting.code, LODGER_EDEADLK);
  log_capture_end ();
  expect_code (wait_outcome (waiting.one), 0);
  lodger_pending_unref (waiting.call);
  lodger_completed_free (waiting.completed);
  latch_clear (&waiting.begins);
  worker_stop (other);
  worker_stop (worker);
}
END_TEST

START_TEST (a_threads_own_loop_is_not_blocked)
{
  Loop loop = loop_open (0);
  LodgerPending *one = promise ();
  LodgerCompleted *completed = lodger_completed_new (&one, 1, NULL);
  log_capture_begin ();
  expect_none (completed, LODGER_FOREVER, LODGER_EWRONGTHREAD);
  log_capture_end ();
  answer (one);
  expect_next (completed, one);
  lodger_completed_free (completed);
  lodger_pending_unref (one);
  loop_close (&loop);
}
END_TEST

/* ---- each of them, in a caller ------------------------------------------------------------------------------------------ */

typedef struct Show
{
  LodgerPending *shown[CALLS];
  LodgerPending *self;
  LodgerManualHost *host;
  int count, thread, destroyed;
  int cancels_at; /* so many */
  LodgerCompleted *completed;
} Show;

static void
show (LodgerPending *self, LodgerPending *done, void *data)
{
  Show *shows = data;
  ck_assert (lodger_pending_is_done (done));
  ck_assert_int_eq (shows->destroyed, 0);
  shows->thread = test_thread_id ();
  shows->self = self;
  if (shows->count < CALLS)
    shows->shown[shows->count] = done;
  shows->count++;
  if (shows->host != NULL)
    lodger_manual_advance (shows->host, LODGER_MILLISECONDS (1));
  if (shows->count == shows->cancels_at)
    lodger_pending_cancel (self, "enough");
}

static void
show_destroy (void *data)
{
  ((Show *) data)->destroyed++;
}

static LodgerPending *
show_start (Show *shows, LodgerCompleted *completed, LodgerCaller *caller)
{
  return lodger_completed_each (completed, caller, show, shows, show_destroy, LODGER_CALL_OPTIONS (.name = "show"));
}

static LodgerCompleted *
completed_of (Source *source, size_t limit)
{
  return lodger_completed_new_from (source_give, source, source_destroy,
                                    LODGER_COMPLETED_OPTIONS (.max_concurrent = limit));
}

static void *
answer_two (void *data)
{
  LodgerPending **pendings = data;
  answer (pendings[2]);
  refuse (pendings[0]);
  return NULL;
}

START_TEST (each_outcome_comes_in_the_callers_thread)
{
  Loop loop = loop_open (0);
  LodgerPending *pendings[] = { promise (), promise (), promise () }, *pending;
  Show shows = { .count = 0 };
  pthread_t thread;
  lodger_pending_cancel (pendings[1], NULL);
  pending = show_start (&shows, lodger_completed_new (pendings, 3, NULL), loop.caller);
  ck_assert_int_eq (shows.count, 0);
  loop_run (&loop);
  ck_assert_int_eq (shows.count, 1);
  ck_assert_ptr_eq (shows.self, pending);
  thread = thread_start (answer_two, pendings);
  thread_join (thread);
  ck_assert_int_eq (shows.count, 1);
  ck_assert (!lodger_pending_is_done (pending));
  loop_run (&loop);
  ck_assert_int_eq (shows.count, 3);
  ck_assert_int_eq (shows.thread, test_thread_id ());
  ck_assert_ptr_eq (shows.shown[0], pendings[1]);
  ck_assert_ptr_eq (shows.shown[1], pendings[2]);
  ck_assert_ptr_eq (shows.shown[2], pendings[0]);
  expect_code (lodger_pending_get_outcome (pending), 0);
  ck_assert_int_eq (shows.destroyed, 1);
  lodger_pending_unref (pending);
  unref_all (pendings, 3);
  loop_close (&loop);
}
END_TEST

START_TEST (edge_44_each_of_none_ends_at_once)
{
  Loop loop = loop_open (0);
  Show shows = { .count = 0 };
  LodgerPending *pending = show_start (&shows, lodger_completed_new (NULL, 0, NULL), loop.caller);
  loop_run (&loop);
  expect_code (lodger_pending_get_outcome (pending), 0);
  ck_assert_int_eq (shows.count, 0);
  ck_assert_int_eq (shows.destroyed, 1);
  lodger_pending_unref (pending);
  loop_close (&loop);
}
END_TEST

START_TEST (edge_44_a_function_that_fails_fails_the_whole)
{
  Loop loop = loop_open (0);
  Show shows = { .count = 0 };
  Source source;
  LodgerPending *pending;
  source_open (&source, 3);
  source.fails = true;
  pending = show_start (&shows, completed_of (&source, 2), loop.caller);
  ck_assert_int_eq (source.given, 0);
  loop_run (&loop);
  ck_assert_int_eq (source.given, 2);
  answer (source.pendings[1]);
  loop_run (&loop);
  ck_assert_int_eq (source.given, 3);
  answer (source.pendings[0]);
  loop_run (&loop);
  ck_assert (!lodger_pending_is_done (pending));
  answer (source.pendings[2]);
  loop_run (&loop);
  ck_assert_int_eq (shows.count, 3);
  expect_code (lodger_pending_get_outcome (pending), LODGER_EFAILED);
  ck_assert_int_eq (lodger_error_get_code (lodger_pending_get_error (pending)), LODGER_EAGAIN);
  ck_assert_int_eq (shows.destroyed, 1);
  source_close (&source);
  lodger_pending_unref (pending);
  loop_close (&loop);
}
END_TEST

START_TEST (law_5_a_slice_ends_between_two_of_them)
{
  Loop loop = loop_open (0);
  Show shows = { .host = loop.host };
  Source source;
  LodgerPending *pending;
  int before, turns = 0;
  source_open (&source, CALLS);
  for (int i = 0; i < CALLS; i++)
    answer (source.pendings[i]);
  lodger_manual_set_slice (loop.host, LODGER_MILLISECONDS (4));
  pending = show_start (&shows, completed_of (&source, CALLS), loop.caller);
  while (!lodger_pending_is_done (pending))
    {
      before = shows.count;
      ck_assert (lodger_manual_iterate (loop.host, false));
      ck_assert_int_le (shows.count - before, 5);
      turns++;
    }
  ck_assert_int_ge (turns, CALLS / 5);
  ck_assert_int_eq (shows.count, CALLS);
  lodger_pending_unref (pending);
  loop_run (&loop);
  source_close (&source);
  loop_close (&loop);
}
END_TEST

START_TEST (no_step_of_each_walks_the_unfinished)
{
  Loop loop = loop_open (0);
  LodgerPending **pendings = malloc (MANY * sizeof (LodgerPending *)), *pending;
  Show shows = { .count = 0 };
  for (int i = 0; i < MANY; i++)
    pendings[i] = promise ();
  pending = show_start (&shows, lodger_completed_new (pendings, MANY, NULL), loop.caller);
  loop_run (&loop);
  for (int i = 0; i < MANY; i++)
    {
      answer (pendings[i % 2 == 0 ? i / 2 : MANY - 1 - i / 2]);
      loop_run (&loop);
      ck_assert_int_eq (shows.count, i + 1);
    }
  expect_code (lodger_pending_get_outcome (pending), 0);
  lodger_pending_unref (pending);
  unref_all (pendings, MANY);
  free (pendings);
  loop_close (&loop);
}
END_TEST

/* How each() is ended early. */
typedef enum Early
{
  BY_ITSELF,
  BY_CANCEL,
  BY_SCOPE,
  BY_STOP,
  EARLY_COUNT
} Early;

START_TEST (edge_45_each_that_ends_early_cancels_the_unfinished)
{
  Early early = (Early) _i;
  Loop loop = loop_open (0);
  Show shows = { .cancels_at = early == BY_ITSELF ? 1 : 0 };
  LodgerScope *scope = lodger_scope_new (NULL);
  LodgerPending *pending;
  Source source;
  source_open (&source, 4);
  pending = lodger_completed_each (completed_of (&source, 3), loop.caller, show, &shows, show_destroy,
                                   LODGER_CALL_OPTIONS (.scope = scope));
  loop_run (&loop);
  answer (source.pendings[0]);
  answer (source.pendings[1]);
  if (early == BY_CANCEL)
    lodger_pending_cancel (pending, NULL);
  else if (early == BY_SCOPE)
    lodger_scope_end (scope, NULL);
  else if (early == BY_STOP)
    lodger_caller_stop (loop.caller, true);
  loop_run (&loop);
  ck_assert_int_eq (shows.count, early == BY_ITSELF ? 1 : 0);
  expect_code (lodger_pending_get_outcome (pending), LODGER_ECANCELED);
  ck_assert_int_eq (shows.destroyed, 1);
  expect_code (lodger_pending_get_outcome (source.pendings[0]), 0);
  expect_code (lodger_pending_get_outcome (source.pendings[1]), 0);
  ck_assert (lodger_pending_is_cancelled (source.pendings[2]));
  ck_assert (!lodger_pending_is_done (source.pendings[3]));
  lodger_pending_unref (pending);
  source_close (&source);
  lodger_scope_unref (scope);
  loop_close (&loop);
}
END_TEST

START_TEST (each_that_never_begins_frees_everything)
{
  Loop loop = loop_open (0);
  Show shows = { .count = 0 };
  Source source;
  LodgerPending *pending;
  source_open (&source, 2);
  pending = show_start (&shows, completed_of (&source, 2), loop.caller);
  lodger_pending_cancel (pending, NULL);
  loop_run (&loop);
  ck_assert_int_eq (shows.destroyed, 1);
  ck_assert_int_eq (source.given, 0);
  lodger_pending_unref (pending);
  source_close (&source);
  loop_close (&loop);
}
END_TEST

START_TEST (each_that_is_refused_consumes_everything)
{
  Loop loop = loop_open (0);
  Show shows = { .count = 0 };
  Source source;
  source_open (&source, 1);
  log_capture_begin ();
  expect_code (wait_outcome (show_start (&shows, completed_of (&source, 1), NULL)), LODGER_EFAILED);
  ck_assert_int_eq (shows.destroyed, 1);
  source_close (&source);
  expect_code (wait_outcome (show_start (&shows, NULL, loop.caller)), LODGER_EFAILED);
  ck_assert_int_eq (shows.destroyed, 2);
  source_open (&source, 1);
  shows.completed = completed_of (&source, 1);
  expect_none (shows.completed, 0, LODGER_ETIMEDOUT);
  expect_code (wait_outcome (show_start (&shows, shows.completed, loop.caller)), LODGER_EFAILED);
  ck_assert_int_eq (shows.destroyed, 3);
  ck_assert (lodger_pending_is_cancelled (source.pendings[0]));
  source_close (&source);
  log_capture_end ();
  loop_close (&loop);
}
END_TEST

/* ---- races -------------------------------------------------------------------------------------------------------------- */

enum
{
  ROUNDS = 100
};

typedef struct Race
{
  LodgerPending *pendings[CALLS];
  Barrier begins;
} Race;

static void *
answer_all (void *data)
{
  Race *race = data;
  barrier_wait (&race->begins);
  for (int i = 0; i < CALLS; i++)
    lodger_pending_return_int (race->pendings[i], i);
  return NULL;
}

static void
race_open (Race *race)
{
  barrier_init (&race->begins, 2);
  for (int i = 0; i < CALLS; i++)
    race->pendings[i] = promise ();
}

static void
race_close (Race *race)
{
  for (int i = 0; i < CALLS; i++)
    ck_assert (lodger_pending_is_done (race->pendings[i]));
  unref_all (race->pendings, CALLS);
  barrier_clear (&race->begins);
}

START_TEST (each_item_comes_once_while_others_answer)
{
  for (int round = 0; round < ROUNDS; round++)
    {
      Race race;
      LodgerCompleted *completed;
      LodgerPending *done;
      pthread_t thread;
      int code, count = 0, most = round % 2 == 0 ? CALLS + 1 : round % CALLS;
      race_open (&race);
      completed = lodger_completed_new (race.pendings, CALLS, NULL);
      thread = thread_start (answer_all, &race);
      barrier_wait (&race.begins);
      while (count < most && (done = lodger_completed_next (completed, LODGER_FOREVER, &code)) != NULL)
        {
          ck_assert (lodger_pending_is_done (done));
          lodger_pending_unref (done);
          count++;
        }
      lodger_completed_free (completed);
      ck_assert_int_eq (count, most < CALLS ? most : CALLS);
      thread_join (thread);
      race_close (&race);
    }
}
END_TEST

static void *
cancel_after (void *data)
{
  LodgerPending *pending = ((void **) data)[0];
  Race *race = ((void **) data)[1];
  barrier_wait (&race->begins);
  lodger_pending_cancel (pending, NULL);
  return NULL;
}

START_TEST (each_is_cancelled_while_it_runs)
{
  LodgerCaller *worker = worker_start (NULL);
  for (int round = 0; round < ROUNDS; round++)
    {
      Race race;
      Show shows = { .count = 0 };
      LodgerPending *pending;
      void *data[2];
      pthread_t threads[2];
      race_open (&race);
      pending = show_start (&shows, lodger_completed_new (race.pendings, CALLS, NULL), worker);
      data[0] = pending;
      data[1] = &race;
      threads[0] = thread_start (answer_all, &race);
      threads[1] = thread_start (cancel_after, data);
      thread_join (threads[0]);
      thread_join (threads[1]);
      wait_done (pending);
      lodger_pending_unref (pending);
      expect_code (wait_outcome (lodger_caller_call_soon (worker, do_nothing, NULL, NULL)), 0);
      expect_code (wait_outcome (lodger_caller_call_soon (worker, do_nothing, NULL, NULL)), 0);
      ck_assert_int_le (shows.count, CALLS);
      ck_assert_int_eq (shows.destroyed, 1);
      race_close (&race);
    }
  worker_stop (worker);
}
END_TEST

int
main (int argc, char **argv)
{
  static const char *const early[EARLY_COUNT] = { "edge_45_each_that_ends_early_cancels_the_unfinished",
                                                  "edge_45_each_that_ends_early_cancels_the_unfinished/cancel",
                                                  "edge_45_each_that_ends_early_cancels_the_unfinished/scope",
                                                  "edge_45_each_that_ends_early_cancels_the_unfinished/stop" };
  Suite *suite = suite_create ("completed");
  test_add (suite, edge_44_done_failing_and_cancelled_items_all_come);
  test_add (suite, edge_44_an_empty_source_ends_at_once);
  test_add (suite, edge_44_a_function_that_fails_ends_the_iteration_with_its_error);
  test_add (suite, a_pending_may_be_there_twice);
  test_add (suite, an_iteration_is_not_used_by_its_own_function);
  test_add (suite, what_cannot_be_iterated_is_refused);
  test_add (suite, edge_43_a_function_is_asked_only_up_to_the_limit);
  test_add (suite, edge_43_the_idle_limit_is_the_default);
  test_add (suite, edge_43_the_idle_limit_of_the_caller_is_the_default);
  test_add (suite, edge_43_an_array_has_no_limit);
  test_add (suite, edge_43_no_more_than_the_limit_are_at_work);
  test_add (suite, edge_43_a_higher_limit_lets_more_work);
  test_add (suite, edge_108_lazy_calls_through_a_limit_of_two_use_two_threads);
  test_add (suite, no_step_walks_the_unfinished);
  test_add_variant (suite, "edge_45_leaving_early_cancels_the_unfinished", edge_45_leaving_early_cancels_the_unfinished,
                    0);
  test_add_variant (suite, "edge_45_leaving_early_cancels_the_unfinished/keeps",
                    edge_45_leaving_early_cancels_the_unfinished, 1);
  test_add (suite, edge_45_an_array_that_nobody_has_used_is_cancelled);
  test_add (suite, the_waiters_own_cancel_ends_the_wait_and_cancels_nothing);
  test_add (suite, law_7_an_iteration_is_refused_only_without_hope);
  test_add (suite, law_7_a_circle_that_closes_later_is_refused);
  test_add (suite, a_threads_own_loop_is_not_blocked);
  test_add (suite, each_outcome_comes_in_the_callers_thread);
  test_add (suite, edge_44_each_of_none_ends_at_once);
  test_add (suite, edge_44_a_function_that_fails_fails_the_whole);
  test_add (suite, law_5_a_slice_ends_between_two_of_them);
  test_add (suite, no_step_of_each_walks_the_unfinished);
  for (int i = 0; i < EARLY_COUNT; i++)
    test_add_variant (suite, early[i], edge_45_each_that_ends_early_cancels_the_unfinished, i);
  test_add (suite, each_that_never_begins_frees_everything);
  test_add (suite, each_that_is_refused_consumes_everything);
  test_add (suite, each_item_comes_once_while_others_answer);
  test_add (suite, each_is_cancelled_while_it_runs);
  return test_main (suite, argc, argv);
}
