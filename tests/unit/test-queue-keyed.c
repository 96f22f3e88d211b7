/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Queues that are found by a key: made when they are first used, gone when they are empty or their owner ends. */
#include "test-loop.h"
#include "test-suite.h"

#include <stdlib.h>
#include <string.h>

enum
{
  THREADS = 4,
  CALLS = 500
};

static const char one = 0, two = 0; /* keys */

typedef struct Log
{
  LodgerCaller *caller;
  char text[64];
  int destroyed;
  LodgerReply *reply; /* of an item that answers later */
} Log;

typedef struct Entry
{
  Log *log;
  char letter;
} Entry;

static Entry *
entry (Log *log, char letter)
{
  Entry *new = malloc (sizeof *new);
  *new = (Entry) { log, letter };
  return new;
}

static void
entry_destroy (void *data)
{
  ((Entry *) data)->log->destroyed++;
  free (data);
}

static void
write_down (LodgerPending *self, void *data)
{
  const Entry *item = data;
  (void) self;
  item->log->text[strlen (item->log->text)] = item->letter;
}

static void
write_and_answer_later (LodgerPending *self, void *data)
{
  write_down (self, data);
  ((const Entry *) data)->log->reply = lodger_pending_defer (self);
}

static void
add (Log *log, const void *key, LodgerCallFunc func, char letter)
{
  expect_code (lodger_queue_call_keyed (log->caller, key, func, entry (log, letter), entry_destroy), 0);
}

static bool
has_queue (LodgerCaller *caller, const void *key)
{
  LodgerQueue *queue = lodger_queue_find (caller, key);
  lodger_queue_unref (queue);
  return queue != NULL;
}

/* The pending of the queue of the key, as a reference. */
static LodgerPending *
pending_of (LodgerCaller *caller, const void *key)
{
  LodgerQueue *queue = lodger_queue_find (caller, key);
  LodgerPending *pending = lodger_pending_ref (lodger_queue_get_pending (queue));
  ck_assert_ptr_nonnull (pending);
  lodger_queue_unref (queue);
  return pending;
}

/* ---- one queue for a key ----------------------------------------------------------------------------------------------- */

START_TEST (calls_of_one_key_run_one_at_a_time_in_order)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Log log = { .caller = loop.caller };
  add (&log, &one, write_and_answer_later, 'a');
  add (&log, &one, write_down, 'b');
  add (&log, &two, write_down, 'x');
  loop_run (&loop);
  add (&log, &one, write_down, 'c');
  loop_run (&loop);
  ck_assert_str_eq (log.text, "ax");
  lodger_reply_return_int (log.reply, 0);
  loop_run (&loop);
  ck_assert_str_eq (log.text, "axbc");
  ck_assert_int_eq (log.destroyed, 4);
  loop_close (&loop);
}
END_TEST

START_TEST (a_queue_with_a_key_is_gone_when_it_is_empty)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Log log = { .caller = loop.caller };
  LodgerPending *first, *second;
  ck_assert (!has_queue (loop.caller, &one));
  add (&log, &one, write_down, 'a');
  first = pending_of (loop.caller, &one);
  loop_run (&loop);
  ck_assert (!has_queue (loop.caller, &one));
  expect_code (lodger_pending_get_outcome (first), 0);
  add (&log, &one, write_down, 'b');
  second = pending_of (loop.caller, &one);
  ck_assert_ptr_ne (first, second);
  loop_run (&loop);
  ck_assert_str_eq (log.text, "ab");
  expect_code (lodger_pending_get_outcome (second), 0);
  lodger_pending_unref (first);
  lodger_pending_unref (second);
  loop_close (&loop);
}
END_TEST

START_TEST (a_reference_keeps_the_queue_of_a_key)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Log log = { .caller = loop.caller };
  LodgerQueue *queue = lodger_queue_open (loop.caller, &one, LODGER_QUEUE_OPTIONS (.order = LODGER_QUEUE_LAST_IN));
  LodgerQueue *again = lodger_queue_open (loop.caller, &one, NULL);
  ck_assert_ptr_eq (queue, again);
  lodger_queue_unref (again);
  for (char letter = 'a'; letter < 'd'; letter++)
    add (&log, &one, write_down, letter);
  loop_run (&loop);
  ck_assert_str_eq (log.text, "cba");
  ck_assert (has_queue (loop.caller, &one));
  lodger_queue_unref (queue);
  loop_run (&loop);
  ck_assert (!has_queue (loop.caller, &one));
  lodger_queue_unref (lodger_queue_open (loop.caller, &one, NULL));
  ck_assert (!has_queue (loop.caller, &one));
  loop_close (&loop);
}
END_TEST

START_TEST (a_key_has_a_queue_in_each_caller)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT), other = loop_open (LODGER_MANUAL_DEFAULT);
  Log log = { .caller = loop.caller }, others = { .caller = other.caller };
  add (&log, &one, write_and_answer_later, 'a');
  add (&others, &one, write_down, 'b');
  loop_run (&loop);
  loop_run (&other);
  ck_assert_str_eq (others.text, "b");
  lodger_reply_return_int (log.reply, 0);
  loop_close (&other);
  loop_close (&loop);
}
END_TEST

/* ---- ends -------------------------------------------------------------------------------------------------------------- */

/* The data of an item that is dropped uses the key once more. */
static void
use_the_key_again (void *data)
{
  Log *log = ((Entry *) data)->log;
  entry_destroy (data);
  add (log, &one, write_down, 'e');
}

START_TEST (edge_34_a_key_that_was_closed_has_a_new_queue_at_once)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Log log = { .caller = loop.caller };
  LodgerPending *old, *new;
  LodgerReply *cleans_up;
  add (&log, &one, write_and_answer_later, 'a');
  loop_run (&loop);
  cleans_up = log.reply;
  expect_code (lodger_queue_call_keyed (loop.caller, &one, write_down, entry (&log, 'b'), use_the_key_again), 0);
  old = pending_of (loop.caller, &one);
  ck_assert (lodger_queue_close_keyed (loop.caller, &one, "enough"));
  ck_assert (!lodger_queue_close_keyed (loop.caller, &one, "enough"));
  add (&log, &one, write_and_answer_later, 'c');
  add (&log, &one, write_down, 'd');
  new = pending_of (loop.caller, &one);
  ck_assert_ptr_ne (old, new);
  loop_run (&loop);
  ck_assert_str_eq (log.text, "ac");
  ck_assert (!lodger_pending_is_done (old));
  ck_assert (!lodger_pending_is_cancelled (new));
  expect_code (lodger_reply_return_int (cleans_up, 0), LODGER_ECANCELED);
  loop_run_until_done (&loop, old);
  expect_code (lodger_pending_get_outcome (old), LODGER_ECANCELED);
  ck_assert (has_queue (loop.caller, &one));
  lodger_reply_return_int (log.reply, 0);
  loop_run_until_done (&loop, new);
  expect_code (lodger_pending_get_outcome (new), 0);
  ck_assert_str_eq (log.text, "acde");
  ck_assert_int_eq (log.destroyed, 5);
  lodger_pending_unref (old);
  lodger_pending_unref (new);
  loop_close (&loop);
}
END_TEST

START_TEST (edge_32_the_end_of_its_scope_ends_the_queue_of_a_key)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerScope *scope = lodger_scope_new (NULL), *next = lodger_scope_new (NULL);
  Log log = { .caller = loop.caller };
  LodgerPending *old;
  expect_code (lodger_queue_call_keyed_full (loop.caller, &one, write_and_answer_later, entry (&log, 'a'),
                                             entry_destroy, LODGER_QUEUE_ITEM_OPTIONS (.scope = scope)),
               0);
  add (&log, &one, write_down, 'b');
  loop_run (&loop);
  old = pending_of (loop.caller, &one);
  lodger_scope_end (scope, NULL);
  ck_assert (lodger_pending_is_cancelled (old));
  ck_assert (!has_queue (loop.caller, &one));
  expect_code (lodger_queue_call_keyed_full (loop.caller, &one, write_down, entry (&log, 'c'), entry_destroy,
                                             LODGER_QUEUE_ITEM_OPTIONS (.scope = scope)),
               LODGER_ECANCELED);
  expect_code (lodger_queue_call_keyed_full (loop.caller, &one, write_down, entry (&log, 'd'), entry_destroy,
                                             LODGER_QUEUE_ITEM_OPTIONS (.scope = next)),
               0);
  loop_run (&loop);
  ck_assert_str_eq (log.text, "ad");
  expect_code (lodger_reply_return_int (log.reply, 0), LODGER_ECANCELED);
  loop_run_until_done (&loop, old);
  ck_assert_int_eq (log.destroyed, 4);
  lodger_pending_unref (old);
  lodger_scope_unref (scope);
  lodger_scope_unref (next);
  loop_close (&loop);
}
END_TEST

START_TEST (the_queue_of_a_key_has_one_scope)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerScope *scope = lodger_scope_new (NULL), *other = lodger_scope_new (NULL);
  LodgerQueue *queue = lodger_queue_open (loop.caller, &one, LODGER_QUEUE_OPTIONS (.scope = scope));
  LodgerQueue *same = lodger_queue_open (loop.caller, &one, LODGER_QUEUE_OPTIONS (.scope = scope));
  Log log = { .caller = loop.caller };
  ck_assert_ptr_eq (queue, same);
  log_capture_begin ();
  ck_assert_ptr_null (lodger_queue_open (loop.caller, &one, LODGER_QUEUE_OPTIONS (.scope = other)));
  ck_assert (log_capture_has ("has another scope"));
  log_capture_end ();
  add (&log, &one, write_down, 'a');
  loop_run (&loop);
  ck_assert_str_eq (log.text, "a");
  lodger_queue_unref (same);
  lodger_queue_unref (queue);
  lodger_scope_unref (scope);
  lodger_scope_unref (other);
  loop_close (&loop);
}
END_TEST

START_TEST (the_stop_of_its_caller_ends_the_queue_of_a_key)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Log log = { .caller = loop.caller };
  LodgerQueue *unused = lodger_queue_open (loop.caller, &two, NULL);
  LodgerPending *pending;
  add (&log, &one, write_and_answer_later, 'a');
  loop_run (&loop);
  add (&log, &one, write_down, 'b');
  pending = pending_of (loop.caller, &one);
  lodger_caller_stop (loop.caller, true);
  expect_code (lodger_queue_call_keyed (loop.caller, &one, write_down, entry (&log, 'c'), entry_destroy),
               LODGER_ESHUTDOWN);
  loop_run (&loop);
  expect_code (lodger_reply_return_int (log.reply, 0), LODGER_ECANCELED);
  lodger_caller_ref (log.caller);
  loop_close (&loop);
  ck_assert (lodger_pending_is_done (pending));
  ck_assert (!has_queue (log.caller, &one));
  ck_assert_int_eq (log.destroyed, 3);
  ck_assert_str_eq (log.text, "a");
  lodger_queue_unref (unused);
  lodger_pending_unref (pending);
  lodger_caller_unref (log.caller);
}
END_TEST

/* ---- threads ----------------------------------------------------------------------------------------------------------- */

typedef struct Crowd
{
  LodgerCaller *caller;
  Barrier barrier;
  bool closes;
  int ran, at_work, overlaps, out_of_order; /* owner, as the next */
  int last[THREADS];                        /* the number of the last item of each thread */
  atomic_int refused, destroyed;
} Crowd;

/* A thread, or an item of it. */
typedef struct Member
{
  Crowd *crowd;
  int thread, number;
  LodgerReply *reply;
} Member;

static void
member_destroy (void *data)
{
  atomic_fetch_add (&((Member *) data)->crowd->destroyed, 1);
  free (data);
}

static void
answer (LodgerPending *self, void *data)
{
  Member *item = data;
  (void) self;
  item->crowd->at_work--;
  lodger_reply_return_nothing (item->reply);
}

static void
be_alone (LodgerPending *self, void *data)
{
  Member *item = data;
  Crowd *crowd = item->crowd;
  crowd->overlaps += crowd->at_work++ != 0;
  crowd->out_of_order += item->number <= crowd->last[item->thread];
  crowd->last[item->thread] = item->number;
  crowd->ran++;
  item->reply = lodger_pending_defer (self);
  lodger_pending_disown (lodger_caller_call_soon (crowd->caller, answer, item, NULL));
}

static void *
submit_many (void *data)
{
  const Member *member = data;
  Crowd *crowd = member->crowd;
  barrier_wait (&crowd->barrier);
  for (int i = 1; i <= CALLS; i++)
    {
      Member *item = malloc (sizeof *item);
      *item = (Member) { .crowd = crowd, .thread = member->thread, .number = i };
      if (lodger_queue_call_keyed (crowd->caller, &one, be_alone, item, member_destroy) != 0)
        atomic_fetch_add (&crowd->refused, 1);
      if (crowd->closes && i % 8 == 0)
        lodger_queue_close_keyed (crowd->caller, &one, NULL);
    }
  return NULL;
}

static void
do_nothing (void *data)
{
  (void) data;
}

/* It is gone and made again all the time; with closes, others find a queue that was closed in between. */
START_TEST (calls_of_many_threads_share_the_queue_of_a_key)
{
  Crowd crowd = { .caller = worker_start (NULL), .closes = _i == 1 };
  Member members[THREADS];
  pthread_t threads[THREADS];
  LodgerQueue *queue;
  barrier_init (&crowd.barrier, THREADS);
  for (int i = 0; i < THREADS; i++)
    {
      members[i] = (Member) { .crowd = &crowd, .thread = i };
      threads[i] = thread_start (submit_many, &members[i]);
    }
  for (int i = 0; i < THREADS; i++)
    thread_join (threads[i]);
  while ((queue = lodger_queue_find (crowd.caller, &one)) != NULL)
    {
      LodgerPending *pending = lodger_pending_ref (lodger_queue_get_pending (queue));
      lodger_queue_unref (queue);
      wait_done (pending);
      lodger_pending_unref (pending);
    }
  /* First all tokens have come, and then all answers. */
  worker_run (crowd.caller, do_nothing, NULL);
  worker_run (crowd.caller, do_nothing, NULL);
  worker_stop (crowd.caller);
  ck_assert_int_eq (atomic_load (&crowd.refused), 0);
  ck_assert_int_eq (atomic_load (&crowd.destroyed), THREADS * CALLS);
  ck_assert_int_eq (crowd.at_work, 0);
  if (!crowd.closes)
    {
      ck_assert_int_eq (crowd.ran, THREADS * CALLS);
      ck_assert_int_eq (crowd.overlaps, 0);
      ck_assert_int_eq (crowd.out_of_order, 0);
    }
  barrier_clear (&crowd.barrier);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("queue-keyed");
  test_add (suite, calls_of_one_key_run_one_at_a_time_in_order);
  test_add (suite, a_queue_with_a_key_is_gone_when_it_is_empty);
  test_add (suite, a_reference_keeps_the_queue_of_a_key);
  test_add (suite, a_key_has_a_queue_in_each_caller);
  test_add (suite, edge_34_a_key_that_was_closed_has_a_new_queue_at_once);
  test_add (suite, edge_32_the_end_of_its_scope_ends_the_queue_of_a_key);
  test_add (suite, the_queue_of_a_key_has_one_scope);
  test_add (suite, the_stop_of_its_caller_ends_the_queue_of_a_key);
  test_add_variant (suite, "calls_of_many_threads_share_the_queue_of_a_key",
                    calls_of_many_threads_share_the_queue_of_a_key, 0);
  test_add_variant (suite, "calls_of_many_threads_share_the_queue_of_a_key/closed",
                    calls_of_many_threads_share_the_queue_of_a_key, 1);
  return test_main (suite, argc, argv);
}
