/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How many threads a pool has: as many as calls may run at once, and more only for those that wait in their calls. */
#include "test-loop.h"
#include "test-suite.h"

enum
{
  WIDTH = 2,
  CALLS = 100000,
  SEEN_MOST = 64
};

typedef struct Flood
{
  atomic_int now, most;
  atomic_int threads[SEEN_MOST];
  unsigned returned;
} Flood;

static void
note_thread (Flood *flood)
{
  static _Thread_local int self;
  if (self == 0)
    self = test_thread_id ();
  for (int i = 0; i < SEEN_MOST; i++)
    {
      int free_place = 0;
      if (atomic_load (&flood->threads[i]) == self
          || atomic_compare_exchange_strong (&flood->threads[i], &free_place, self))
        return;
    }
  test_fail ("more than %d threads", SEEN_MOST);
}

static void
be_short (LodgerPending *self, void *data)
{
  Flood *flood = data;
  int now = atomic_fetch_add (&flood->now, 1) + 1;
  int most = atomic_load (&flood->most);
  (void) self;
  while (now > most && !atomic_compare_exchange_weak (&flood->most, &most, now))
    ;
  note_thread (flood);
  atomic_fetch_sub (&flood->now, 1);
}

static void
come_home (LodgerPending *self, LodgerPending *done, void *data)
{
  Flood *flood = data;
  (void) self;
  test_check (lodger_pending_get_outcome (done) == 0);
  flood->returned++;
}

/* Workers are about as fast as the one who submits, so that the queue is empty often, just when the next call comes. */
START_TEST (a_flood_of_short_calls_has_no_more_threads_than_may_run)
{
  LodgerCallerOptions options = { .size = sizeof options, .max_workers = WIDTH };
  Loop loop = loop_open_full (LODGER_MANUAL_DEFAULT, &options);
  Flood flood = { .returned = 0 };
  unsigned calls = test_scaled (CALLS);
  int seen = 0;
  for (unsigned i = 0; i < calls; i++)
    {
      LodgerPending *call = lodger_caller_to_thread (loop.caller, be_short, &flood, NULL);
      lodger_pending_unref (lodger_pending_then (call, loop.caller, come_home, &flood, NULL));
      lodger_pending_unref (call);
    }
  while (flood.returned < calls)
    lodger_manual_iterate (loop.host, false);
  while (seen < SEEN_MOST && atomic_load (&flood.threads[seen]) != 0)
    seen++;
  ck_assert_int_le (seen, WIDTH);
  ck_assert_int_le (atomic_load (&flood.most), WIDTH);
  loop_close (&loop);
}
END_TEST

/* ---- between two calls -------------------------------------------------------------------------------------- */

/* A worker that has ended its call, and not yet taken the next, is held where it wakes the one who is told of the end. */
typedef struct Between
{
  Latch entered, let_go;
  Latch held, go_on;
  atomic_int worker;
} Between;

static Between between;

static void
hold_call (LodgerPending *self, void *data)
{
  (void) self;
  (void) data;
  atomic_store (&between.worker, test_thread_id ());
  latch_open (&between.entered);
  latch_wait (&between.let_go);
}

static void
hold_wake (const LodgerTraceEvent *event, void *data)
{
  (void) data;
  if (event->kind != LODGER_TRACE_WAKE || test_thread_id () != atomic_load (&between.worker))
    return;
  latch_open (&between.held);
  latch_wait (&between.go_on);
}

START_TEST (a_worker_between_two_calls_is_not_replaced)
{
  LodgerCallerOptions options = { .size = sizeof options, .max_workers = 1 };
  Loop loop = loop_open_full (LODGER_MANUAL_DEFAULT, &options);
  Recorder returned = { 0 }, next[2] = { 0 };
  LodgerPending *first, *then, *last = NULL;
  latch_init (&between.entered);
  latch_init (&between.let_go);
  latch_init (&between.held);
  latch_init (&between.go_on);
  first = lodger_caller_to_thread (loop.caller, hold_call, NULL, NULL);
  latch_wait (&between.entered);
  then = lodger_pending_then (first, loop.caller, recorder_then, &returned, recorder_destroy);
  lodger_pending_unref (lodger_caller_to_thread (loop.caller, recorder_call, &next[0], recorder_destroy));
  lodger_set_trace_func (hold_wake, NULL);
  latch_open (&between.let_go);
  latch_wait (&between.held);
  last = lodger_caller_to_thread (loop.caller, recorder_call, &next[1], recorder_destroy);
  lodger_set_trace_func (NULL, NULL);
  latch_open (&between.go_on);
  loop_run_until_done (&loop, last);
  loop_run_until_done (&loop, then);
  for (int i = 0; i < 2; i++)
    {
      recorder_expect (&next[i], 1, 1);
      ck_assert_int_eq (next[i].ran_in, atomic_load (&between.worker));
    }
  lodger_pending_unref (first);
  lodger_pending_unref (then);
  lodger_pending_unref (last);
  loop_close (&loop);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("pool-width");
  test_add (suite, a_flood_of_short_calls_has_no_more_threads_than_may_run);
  test_add (suite, a_worker_between_two_calls_is_not_replaced);
  return test_main (suite, argc, argv);
}
