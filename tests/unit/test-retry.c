/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A retry with backoff needs nothing of its own: here are both forms, for a loop that must not block and for a worker. */
#include "test-loop.h"
#include "test-suite.h"

#define PAUSE LODGER_MILLISECONDS (10)

typedef struct Retry
{
  LodgerCaller *caller;
  LodgerCallFunc func;
  void *data;
  int64_t pause; /* before the next attempt; twice as long each time */
  int attempts;  /* that are left */
} Retry;

/* ---- in a loop: each step takes the outcome of the next ------------------------------------------------------------------ */

static void try_again (LodgerPending *self, void *data);

static void
has_tried (LodgerPending *self, LodgerPending *done, void *data)
{
  Retry *retry = data;
  LodgerPending *next = lodger_pending_ref (done);
  if (lodger_pending_get_outcome (done) == LODGER_EFAILED && --retry->attempts > 0)
    {
      lodger_pending_unref (next);
      next = lodger_caller_call_later (retry->caller, retry->pause, try_again, retry, NULL);
      retry->pause *= 2;
    }
  lodger_pending_return_from (self, next);
  lodger_pending_unref (next);
}

static void
try_again (LodgerPending *self, void *data)
{
  Retry *retry = data;
  LodgerPending *attempt = lodger_caller_call_soon (retry->caller, retry->func, retry->data, NULL);
  LodgerPending *next = lodger_pending_then (attempt, retry->caller, has_tried, retry, NULL);
  lodger_pending_return_from (self, next);
  lodger_pending_unref (next);
  lodger_pending_unref (attempt);
}

/* ---- in a worker ------------------------------------------------------------------------------------------------------- */

static void
try_until_it_works (LodgerPending *self, void *data)
{
  Retry *retry = data;
  LodgerPending *never = lodger_pending_new (LODGER_PENDING_PROTECTED);
  LodgerPending *attempt = lodger_caller_to_thread (retry->caller, retry->func, retry->data, NULL);
  while (lodger_pending_wait (attempt, LODGER_FOREVER, LODGER_WAIT_DEFAULT) == LODGER_EFAILED && --retry->attempts > 0
         && lodger_pending_wait (never, retry->pause, LODGER_WAIT_DEFAULT) == LODGER_ETIMEDOUT)
    {
      lodger_pending_unref (attempt);
      attempt = lodger_caller_to_thread (retry->caller, retry->func, retry->data, NULL);
      retry->pause *= 2;
    }
  lodger_pending_return_from (self, attempt);
  lodger_pending_unref (attempt);
  lodger_pending_unref (never);
}

/* ------------------------------------------------------------------------------------------------------------------------ */

/* Work that succeeds with one of its attempts. */
typedef struct Work
{
  atomic_int attempts;
  int works_at;
} Work;

static void
work (LodgerPending *self, void *data)
{
  Work *w = data;
  int attempt = atomic_fetch_add (&w->attempts, 1);
  ck_assert_int_lt (attempt, 4);
  if (attempt + 1 == w->works_at)
    lodger_pending_return_int (self, attempt + 1);
  else
    lodger_pending_return_new_error (self, NULL, LODGER_EFAILED, "not yet");
}

START_TEST (a_retry_waits_longer_each_time)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Work w = { .works_at = 3 };
  Retry retry = { loop.caller, work, &w, PAUSE, 5 };
  LodgerPending *pending = lodger_caller_call_soon (loop.caller, try_again, &retry, NULL);
  int64_t value = 0;
  loop_run (&loop);
  ck_assert_int_eq (w.attempts, 1);
  for (int i = 0; i < 3; i++)
    {
      ck_assert (!lodger_pending_is_done (pending));
      lodger_manual_advance (loop.host, PAUSE);
      loop_run (&loop);
      ck_assert_int_eq (w.attempts, i == 2 ? 3 : 2);
    }
  expect_code (lodger_pending_get_int (pending, &value), 0);
  ck_assert_int_eq (value, 3);
  lodger_pending_unref (pending);
  loop_close (&loop);
}
END_TEST

START_TEST (a_retry_gives_up_and_can_be_cancelled)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  for (int i = 0; i < 2; i++)
    {
      Work w = { .works_at = 4 };
      Retry retry = { loop.caller, work, &w, PAUSE, 2 };
      LodgerPending *pending = lodger_caller_call_soon (loop.caller, try_again, &retry, NULL);
      loop_run (&loop);
      if (i == 1)
        lodger_pending_cancel (pending, NULL);
      else
        lodger_manual_advance (loop.host, PAUSE);
      loop_run (&loop);
      expect_code (lodger_pending_get_outcome (pending), i == 1 ? LODGER_ECANCELED : LODGER_EFAILED);
      ck_assert_int_eq (w.attempts, 2 - i);
      lodger_pending_unref (pending);
    }
  loop_close (&loop);
}
END_TEST

START_TEST (a_retry_in_a_worker_is_a_loop)
{
  LodgerCaller *worker = worker_start (NULL);
  for (int i = 0; i < 2; i++)
    {
      Work w = { .works_at = 3 };
      Retry retry = { worker, work, &w, i == 0 ? 1 : LODGER_SECONDS (600), 5 };
      LodgerPending *pending = lodger_caller_to_thread (worker, try_until_it_works, &retry, NULL);
      if (i == 1)
        lodger_pending_cancel (pending, NULL);
      wait_done (pending);
      expect_code (lodger_pending_get_outcome (pending), i == 0 ? 0 : LODGER_ECANCELED);
      lodger_pending_unref (pending);
    }
  worker_stop (worker);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("retry");
  test_add (suite, a_retry_waits_longer_each_time);
  test_add (suite, a_retry_gives_up_and_can_be_cancelled);
  test_add (suite, a_retry_in_a_worker_is_a_loop);
  return test_main (suite, argc, argv);
}
