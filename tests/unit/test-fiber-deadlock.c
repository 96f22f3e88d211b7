/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Waits of spawned calls that could never end: who waits for whom, over calls that give their thread back. */
#include "test-fiber.h"
#include "test-loop.h"
#include "test-suite.h"

#include <string.h>

/* A call that waits for another. */
typedef struct Link
{
  LodgerPending *awaited;
  Latch *begins; /* Optional. */
  int code;
} Link;

static void
wait_for_other (LodgerPending *self, void *data)
{
  Link *link = data;
  (void) self;
  if (link->begins != NULL)
    latch_open (link->begins);
  link->code = lodger_pending_wait (link->awaited, LODGER_FOREVER, LODGER_WAIT_PROTECT);
}

static LodgerPending *
spawn_named (LodgerCaller *caller, Link *link, const char *name)
{
  return lodger_caller_spawn_full (caller, wait_for_other, link, NULL, LODGER_CALL_OPTIONS (.name = name));
}

START_TEST (edge_46_a_spawned_call_that_waits_for_itself_is_refused)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Link link = { .code = 1 };
  LodgerPending *call = spawn_named (loop.caller, &link, "narcissus");
  link.awaited = call;
  log_capture_begin ();
  loop_run (&loop);
  expect_code (link.code, LODGER_EDEADLK);
  ck_assert (log_capture_has ("narcissus"));
  log_capture_end ();
  expect_code (lodger_pending_get_outcome (call), 0);
  lodger_pending_unref (call);
  loop_close (&loop);
}
END_TEST

START_TEST (spawned_calls_that_wait_for_each_other_are_refused)
{
  for (int count = 2; count <= 5; count++)
    {
      Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
      Link links[5];
      LodgerPending *calls[5];
      for (int i = 0; i < count; i++)
        {
          links[i] = (Link) { .code = 1 };
          calls[i] = spawn_named (loop.caller, &links[i],
                                  i == 0           ? "the first"
                                  : i == count - 1 ? "the last"
                                                   : "another");
        }
      for (int i = 0; i < count; i++)
        links[i].awaited = calls[(i + 1) % count];
      log_capture_begin ();
      loop_run (&loop);
      expect_code (links[count - 1].code, LODGER_EDEADLK);
      for (int i = 0; i < count - 1; i++)
        expect_code (links[i].code, 0);
      ck_assert_uint_eq (log_capture_count (), 1);
      ck_assert (log_capture_has ("the first"));
      ck_assert (log_capture_has ("the last"));
      log_capture_end ();
      for (int i = 0; i < count; i++)
        lodger_pending_unref (calls[i]);
      loop_close (&loop);
    }
}
END_TEST

/* A plain call keeps the thread that the spawned call needs. */
START_TEST (a_plain_call_that_waits_for_a_spawned_one_of_its_thread_is_refused)
{
  LodgerCaller *worker = worker_start (NULL);
  Latch begins;
  Link spawned = { .awaited = lodger_pending_new (LODGER_PENDING_DEFAULT), .begins = &begins }, plain = { .code = 1 };
  LodgerPending *call;
  latch_init (&begins);
  call = spawn_named (worker, &spawned, "the spawned one");
  latch_wait (&begins);
  plain.awaited = call;
  log_capture_begin ();
  expect_code (wait_outcome (lodger_caller_call_soon_full (worker, wait_for_other, &plain, NULL,
                                                           LODGER_CALL_OPTIONS (.name = "the plain one"))),
               0);
  expect_code (plain.code, LODGER_EDEADLK);
  ck_assert (log_capture_has ("the spawned one"));
  log_capture_end ();
  lodger_pending_return_nothing (spawned.awaited);
  wait_done (call);
  expect_code (spawned.code, 0);
  lodger_pending_unref (call);
  lodger_pending_unref (spawned.awaited);
  worker_stop (worker);
  latch_clear (&begins);
}
END_TEST

/* The other way round: the plain call waits in another thread. */
START_TEST (a_circle_of_a_spawned_call_and_a_worker_is_refused)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerCaller *worker = worker_start (NULL);
  int thread = worker_thread_id (worker);
  Latch begins;
  Link spawned = { .code = 1 }, plain = { .begins = &begins, .code = 1 };
  LodgerPending *calls[2];
  latch_init (&begins);
  calls[0] = spawn_named (loop.caller, &spawned, "the spawned one");
  plain.awaited = calls[0];
  calls[1] = lodger_caller_call_soon_full (worker, wait_for_other, &plain, NULL,
                                           LODGER_CALL_OPTIONS (.name = "the plain one"));
  spawned.awaited = calls[1];
  latch_wait (&begins);
  proc_wait_asleep (thread);
  log_capture_begin ();
  loop_run_until_done (&loop, calls[0]);
  expect_code (spawned.code, LODGER_EDEADLK);
  ck_assert (log_capture_has ("the spawned one"));
  ck_assert (log_capture_has ("the plain one"));
  log_capture_end ();
  wait_done (calls[1]);
  expect_code (plain.code, 0);
  lodger_pending_unref (calls[0]);
  lodger_pending_unref (calls[1]);
  worker_stop (worker);
  loop_close (&loop);
  latch_clear (&begins);
}
END_TEST

/* Spawned calls of two threads. */
START_TEST (a_circle_of_spawned_calls_of_two_threads_is_refused)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerCaller *worker = worker_start (NULL);
  Link here = { .code = 1 }, there = { .code = 1 };
  LodgerPending *calls[2];
  calls[0] = spawn_named (loop.caller, &here, "the one here");
  there.awaited = calls[0];
  calls[1] = spawn_named (worker, &there, "the one there");
  here.awaited = calls[1];
  worker_run (worker, recorder_direct, &(Recorder) { .ran = 0 });
  log_capture_begin ();
  loop_run_until_done (&loop, calls[0]);
  expect_code (here.code, LODGER_EDEADLK);
  ck_assert (log_capture_has ("the one here"));
  ck_assert (log_capture_has ("the one there"));
  log_capture_end ();
  wait_done (calls[1]);
  expect_code (there.code, 0);
  lodger_pending_unref (calls[0]);
  lodger_pending_unref (calls[1]);
  worker_stop (worker);
  loop_close (&loop);
}
END_TEST

/* A wait with a limit, a promise, and a call that is queued behind: all of these can end. */
START_TEST (waits_of_spawned_calls_that_can_end_are_not_refused)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Trail timed = { .timeout = LODGER_SECONDS (1), .flags = LODGER_WAIT_PROTECT, .code = 1 };
  Link other = { .code = 1 }, behind = { .code = 1 };
  Recorder recorder = { .ran = 0 };
  LodgerPending *calls[3];
  calls[0] = lodger_caller_spawn (loop.caller, trail_wait, &timed, NULL);
  other.awaited = calls[0];
  calls[1] = spawn_named (loop.caller, &other, "the other");
  timed.awaited = calls[1];
  calls[2] = spawn_named (loop.caller, &behind, "before");
  behind.awaited = lodger_caller_call_soon (loop.caller, recorder_call, &recorder, NULL);
  loop_run (&loop);
  expect_code (behind.code, 0);
  lodger_manual_advance (loop.host, LODGER_SECONDS (1));
  loop_run (&loop);
  expect_code (timed.code, LODGER_ETIMEDOUT);
  expect_code (other.code, 0);
  for (int i = 0; i < 3; i++)
    lodger_pending_unref (calls[i]);
  lodger_pending_unref (behind.awaited);
  loop_close (&loop);
}
END_TEST

/* ---- frames below ------------------------------------------------------------------------------------------------ */

typedef struct Nested
{
  Loop loop;
  Link inner;
  LodgerPending *call;
} Nested;

static void
spawn_and_run_loop (LodgerPending *self, void *data)
{
  Nested *nested = data;
  nested->inner.awaited = self;
  nested->call = spawn_named (nested->loop.caller, &nested->inner, "the inner one");
  loop_run (&nested->loop);
}

/* The outer call is below on the thread's stack: it goes on once the inner one has left. */
START_TEST (a_spawned_call_may_wait_for_the_call_whose_loop_runs_it)
{
  for (int is_spawned = 0; is_spawned < 2; is_spawned++)
    {
      Nested nested = { .loop = loop_open (LODGER_MANUAL_DEFAULT), .inner.code = 1 };
      LodgerPending *outer = is_spawned
                                 ? lodger_caller_spawn (nested.loop.caller, spawn_and_run_loop, &nested, NULL)
                                 : lodger_caller_call_soon (nested.loop.caller, spawn_and_run_loop, &nested, NULL);
      loop_run (&nested.loop);
      expect_code (nested.inner.code, 0);
      expect_code (lodger_pending_get_outcome (outer), 0);
      lodger_pending_unref (outer);
      lodger_pending_unref (nested.call);
      loop_close (&nested.loop);
    }
}
END_TEST

/* A circle that is closed by a return. */

static void
follow_it (LodgerPending *self, void *data)
{
  expect_code (lodger_yield (), 0);
  lodger_pending_return_from (self, ((Link *) data)->awaited);
}

START_TEST (a_circle_that_a_return_closes_ends_the_wait)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Link waiter = { .code = 1 }, follower = { .code = 1 };
  LodgerPending *calls[2];
  log_capture_begin ();
  calls[0] = spawn_named (loop.caller, &waiter, "the waiter");
  follower.awaited = calls[0];
  calls[1] = lodger_caller_spawn (loop.caller, follow_it, &follower, NULL);
  waiter.awaited = calls[1];
  loop_run (&loop);
  expect_code (waiter.code, LODGER_EDEADLK);
  ck_assert (lodger_pending_is_done (calls[1]));
  log_capture_end ();
  lodger_pending_unref (calls[0]);
  lodger_pending_unref (calls[1]);
  loop_close (&loop);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("fiber-deadlock");
  test_add (suite, edge_46_a_spawned_call_that_waits_for_itself_is_refused);
  test_add (suite, spawned_calls_that_wait_for_each_other_are_refused);
  test_add (suite, a_plain_call_that_waits_for_a_spawned_one_of_its_thread_is_refused);
  test_add (suite, a_circle_of_a_spawned_call_and_a_worker_is_refused);
  test_add (suite, a_circle_of_spawned_calls_of_two_threads_is_refused);
  test_add (suite, waits_of_spawned_calls_that_can_end_are_not_refused);
  test_add (suite, a_spawned_call_may_wait_for_the_call_whose_loop_runs_it);
  test_add (suite, a_circle_that_a_return_closes_ends_the_wait);
  return test_main (suite, argc, argv);
}
