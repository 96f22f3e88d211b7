/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which waits are refused because they could never end, and which are not. */
#include "test-loop.h"
#include "test-promise.h"
#include "test-suite.h"

enum
{
  ROUNDS = 50
};

static void
do_nothing (LodgerPending *self, void *data)
{
  (void) self;
  (void) data;
}

static void
do_nothing_direct (void *data)
{
  (void) data;
}

/* A worker, and a call of it that waits without limit. */
typedef struct Waiting
{
  LodgerCaller *worker;
  LodgerPending *call, *awaited;
  LodgerWaitFlags flags;
  Latch begins;
  int thread, code;
} Waiting;

static void
wait_call (LodgerPending *self, void *data)
{
  Waiting *waiting = data;
  (void) self;
  latch_open (&waiting->begins);
  waiting->code = lodger_pending_wait (waiting->awaited, LODGER_FOREVER, LODGER_WAIT_PROTECT | waiting->flags);
}

static void
waiting_start (Waiting *waiting)
{
  waiting->thread = worker_thread_id (waiting->worker);
  latch_init (&waiting->begins);
  waiting->call = lodger_caller_call_soon_full (
      waiting->worker, wait_call, waiting, NULL,
      &(LodgerCallOptions) { .size = sizeof (LodgerCallOptions), .name = "the waiter" });
}

static void
waiting_sleeps (Waiting *waiting)
{
  latch_wait (&waiting->begins);
  proc_wait_asleep (waiting->thread);
}

static void
waiting_clear (Waiting *waiting)
{
  lodger_pending_unref (waiting->call);
  latch_clear (&waiting->begins);
}

/* ---- waits that are about to end ---------------------------------------------------------------------------------- */

typedef struct Cancelling
{
  Waiting waiting;
  LodgerCaller *own;
  int code;
} Cancelling;

static void
cancel_and_wait (LodgerPending *self, void *data)
{
  Cancelling *cancelling = data;
  (void) self;
  cancelling->waiting.awaited = lodger_caller_call_soon (cancelling->own, do_nothing, NULL, NULL);
  waiting_start (&cancelling->waiting);
  waiting_sleeps (&cancelling->waiting);
  cancelling->code = lodger_pending_cancel_wait (cancelling->waiting.call, "enough", LODGER_FOREVER, 0);
}

START_TEST (a_waiter_that_was_cancelled_is_about_to_end)
{
  LodgerCaller *other = worker_start (NULL), *own = worker_start (NULL);
  for (int i = 0; i < ROUNDS; i++)
    {
      Cancelling cancelling = { .own = own, .waiting.worker = other };
      expect_code (wait_outcome (lodger_caller_call_soon (own, cancel_and_wait, &cancelling, NULL)), 0);
      expect_code (cancelling.code, 0);
      expect_code (cancelling.waiting.code, LODGER_ECANCELED);
      waiting_clear (&cancelling.waiting);
      lodger_pending_unref (cancelling.waiting.awaited);
    }
  worker_stop (other);
  worker_stop (own);
}
END_TEST

START_TEST (a_shielded_waiter_that_was_cancelled_still_waits)
{
  LodgerCaller *other = worker_start (NULL), *own = worker_start (NULL);
  Cancelling cancelling = { .own = own, .waiting = { .worker = other, .flags = LODGER_WAIT_SHIELD } };
  log_capture_begin ();
  expect_code (wait_outcome (lodger_caller_call_soon (own, cancel_and_wait, &cancelling, NULL)), 0);
  log_capture_end ();
  expect_code (cancelling.code, LODGER_EDEADLK);
  wait_done (cancelling.waiting.call);
  expect_code (cancelling.waiting.code, 0);
  waiting_clear (&cancelling.waiting);
  lodger_pending_unref (cancelling.waiting.awaited);
  worker_stop (other);
  worker_stop (own);
}
END_TEST

/* `filler` waits for space in the inbox of `full`, and has a call in its own inbox that `full` then waits for. */
typedef struct Filling
{
  LodgerCaller *filler, *full;
  LodgerPending *queued;
  Latch gate, gate_runs;
  int filler_thread;
  int wait_code, fill_code;
  LodgerPending *filling;
} Filling;

static void
hold_gate (LodgerPending *self, void *data)
{
  Filling *filling = data;
  (void) self;
  latch_open (&filling->gate_runs);
  latch_wait (&filling->gate);
}

static void
wait_for_queued (LodgerPending *self, void *data)
{
  Filling *filling = data;
  (void) self;
  filling->wait_code = lodger_pending_wait (filling->queued, LODGER_FOREVER, LODGER_WAIT_PROTECT);
}

static void
fill (LodgerPending *self, void *data)
{
  Filling *filling = data;
  LodgerPending *last;
  (void) self;
  filling->queued = lodger_caller_call_soon (filling->filler, do_nothing, NULL, NULL);
  lodger_pending_unref (lodger_caller_call_soon (filling->full, hold_gate, filling, NULL));
  latch_wait (&filling->gate_runs);
  lodger_pending_unref (lodger_caller_call_soon (filling->full, wait_for_queued, filling, NULL));
  last = lodger_caller_call_soon (filling->full, do_nothing, NULL, NULL);
  filling->fill_code = lodger_pending_get_outcome (last);
  lodger_pending_unref (last);
}

START_TEST (a_wait_for_space_that_was_granted_is_about_to_end)
{
  const LodgerCallerOptions options = { .size = sizeof options, .inbox_limit = 1 };
  for (int i = 0; i < ROUNDS; i++)
    {
      Filling filling = { .filler = worker_start (NULL), .full = worker_start_full (NULL, &options) };
      latch_init (&filling.gate);
      latch_init (&filling.gate_runs);
      filling.filler_thread = worker_thread_id (filling.filler);
      filling.filling = lodger_caller_call_soon (filling.filler, fill, &filling, NULL);
      latch_wait (&filling.gate_runs);
      proc_wait_asleep (filling.filler_thread);
      latch_open (&filling.gate);
      wait_done (filling.filling);
      worker_run (filling.full, do_nothing_direct, NULL);
      expect_code (filling.wait_code, 0);
      ck_assert (filling.fill_code == 0 || filling.fill_code == LODGER_ENOTDONE);
      worker_stop (filling.full);
      worker_stop (filling.filler);
      lodger_pending_unref (filling.filling);
      lodger_pending_unref (filling.queued);
      latch_clear (&filling.gate);
      latch_clear (&filling.gate_runs);
    }
}
END_TEST

/* ---- circles that are closed later -------------------------------------------------------------------------------- */

static void
defer_call (LodgerPending *self, void *reply)
{
  *(LodgerReply **) reply = lodger_pending_defer (self);
}

START_TEST (a_circle_that_return_from_closes_ends_the_wait)
{
  for (int by_reply = 0; by_reply < 2; by_reply++)
    {
      LodgerCaller *worker = worker_start (NULL), *other = worker_start (NULL);
      Waiting waiting = { .worker = worker };
      LodgerReply *reply = NULL;
      LodgerPending *queued;
      if (by_reply)
        {
          waiting.awaited = lodger_caller_call_soon (other, defer_call, &reply, NULL);
          worker_run (other, do_nothing_direct, NULL);
        }
      else
        waiting.awaited = lodger_pending_new (LODGER_PENDING_DEFAULT);
      log_capture_begin ();
      waiting_start (&waiting);
      waiting_sleeps (&waiting);
      queued = lodger_caller_call_soon (worker, do_nothing, NULL, NULL);
      if (by_reply)
        expect_code (lodger_reply_return_from (reply, queued), 0);
      else
        expect_code (lodger_pending_return_from (waiting.awaited, queued), 0);
      wait_done (waiting.call);
      expect_code (waiting.code, LODGER_EDEADLK);
      ck_assert (log_capture_has ("lodger_pending_wait: it could never end"));
      ck_assert (log_capture_has ("the waiter (?:0): running would wait for "));
      ck_assert (log_capture_has (by_reply ? "would wait for call" : "would wait for promise"));
      log_capture_end ();
      wait_done (waiting.awaited);
      expect_code (lodger_pending_get_outcome (waiting.awaited), 0);
      lodger_pending_unref (queued);
      lodger_pending_unref (waiting.awaited);
      waiting_clear (&waiting);
      worker_stop (worker);
      worker_stop (other);
    }
}
END_TEST

START_TEST (a_circle_over_two_threads_that_return_from_closes_ends_one_wait)
{
  LodgerCaller *one = worker_start (NULL), *two = worker_start (NULL);
  LodgerPending *first = lodger_pending_new (LODGER_PENDING_DEFAULT), *queued;
  Waiting waits_for_first = { .worker = one, .awaited = first }, waits_for_one = { .worker = two };
  log_capture_begin ();
  waiting_start (&waits_for_first);
  waiting_sleeps (&waits_for_first);
  waits_for_one.awaited = waits_for_first.call;
  waiting_start (&waits_for_one);
  waiting_sleeps (&waits_for_one);
  queued = lodger_caller_call_soon (two, do_nothing, NULL, NULL);
  expect_code (lodger_pending_return_from (first, queued), 0);
  wait_done (waits_for_first.call);
  wait_done (waits_for_one.call);
  wait_done (queued);
  ck_assert ((waits_for_first.code == LODGER_EDEADLK) != (waits_for_one.code == LODGER_EDEADLK));
  ck_assert_uint_eq (log_capture_count (), 1);
  log_capture_end ();
  lodger_pending_unref (queued);
  lodger_pending_unref (first);
  waiting_clear (&waits_for_first);
  waiting_clear (&waits_for_one);
  worker_stop (one);
  worker_stop (two);
}
END_TEST

START_TEST (a_circle_that_a_completer_closes_ends_the_wait)
{
  LodgerCaller *worker = worker_start (NULL);
  Waiting waiting = { .worker = worker, .awaited = lodger_pending_new (LODGER_PENDING_DEFAULT) };
  log_capture_begin ();
  waiting_start (&waiting);
  waiting_sleeps (&waiting);
  expect_code (lodger_pending_set_completer (waiting.awaited, worker), 0);
  wait_done (waiting.call);
  expect_code (waiting.code, LODGER_EDEADLK);
  log_capture_end ();
  lodger_pending_unref (waiting.awaited);
  waiting_clear (&waiting);
  worker_stop (worker);
}
END_TEST

START_TEST (return_from_leaves_a_wait_alone_that_can_end)
{
  LodgerCaller *worker = worker_start (NULL), *other = worker_start (NULL);
  WorkerBlock *block = worker_block (other);
  Waiting waiting = { .worker = worker, .awaited = lodger_pending_new (LODGER_PENDING_DEFAULT) };
  LodgerPending *queued = lodger_caller_call_soon (other, do_nothing, NULL, NULL);
  waiting_start (&waiting);
  waiting_sleeps (&waiting);
  expect_code (lodger_pending_return_from (waiting.awaited, queued), 0);
  worker_unblock (block);
  wait_done (waiting.call);
  expect_code (waiting.code, 0);
  lodger_pending_unref (queued);
  lodger_pending_unref (waiting.awaited);
  waiting_clear (&waiting);
  worker_stop (worker);
  worker_stop (other);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("deadlock");
  test_add (suite, a_waiter_that_was_cancelled_is_about_to_end);
  test_add (suite, a_shielded_waiter_that_was_cancelled_still_waits);
  test_add (suite, a_wait_for_space_that_was_granted_is_about_to_end);
  test_add (suite, a_circle_that_return_from_closes_ends_the_wait);
  test_add (suite, a_circle_over_two_threads_that_return_from_closes_ends_one_wait);
  test_add (suite, a_circle_that_a_completer_closes_ends_the_wait);
  test_add (suite, return_from_leaves_a_wait_alone_that_can_end);
  return test_main (suite, argc, argv);
}
