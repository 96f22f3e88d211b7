/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Waiting for several pendings at once. */
#include "test-suite.h"

enum
{
  COUNT = 3
};

typedef struct Waiting
{
  LodgerPending *pendings[COUNT];
  LodgerWaitMode mode;
  LodgerWaitFlags flags;
  int64_t timeout;
  Latch begins, is_over;
  int code, thread;
  size_t done;
} Waiting;

static void
waiting_open (Waiting *waiting, LodgerWaitMode mode)
{
  *waiting = (Waiting) { .mode = mode, .timeout = LODGER_FOREVER };
  latch_init (&waiting->begins);
  latch_init (&waiting->is_over);
  for (int i = 0; i < COUNT; i++)
    waiting->pendings[i] = lodger_pending_new (LODGER_PENDING_DEFAULT);
}

static void
waiting_close (Waiting *waiting)
{
  for (int i = 0; i < COUNT; i++)
    lodger_pending_unref (waiting->pendings[i]);
  latch_clear (&waiting->begins);
  latch_clear (&waiting->is_over);
}

static void
wait_for_all_of_them (Waiting *waiting)
{
  waiting->code
      = lodger_wait_many (waiting->pendings, COUNT, waiting->mode, waiting->timeout, waiting->flags, &waiting->done);
}

static void *
wait_in_a_thread (void *data)
{
  Waiting *waiting = data;
  waiting->thread = test_thread_id ();
  latch_open (&waiting->begins);
  wait_for_all_of_them (waiting);
  latch_open (&waiting->is_over);
  return NULL;
}

static pthread_t
waiting_start (Waiting *waiting)
{
  pthread_t thread = thread_start (wait_in_a_thread, waiting);
  latch_wait (&waiting->begins);
  proc_wait_asleep (waiting->thread);
  return thread;
}

static void
answer (LodgerPending *promise)
{
  ck_assert_int_eq (lodger_pending_return_int (promise, 1), 0);
}

static void
refuse (LodgerPending *promise)
{
  ck_assert_int_eq (lodger_pending_return_new_error (promise, NULL, LODGER_EBUSY, "no"), 0);
}

/* ---- the modes --------------------------------------------------------------------------------------------------------- */

START_TEST (edge_41_each_mode_ends_with_its_pending)
{
  const LodgerWaitMode mode = (LodgerWaitMode) _i;
  Waiting waiting;
  pthread_t thread;
  waiting_open (&waiting, mode);
  thread = waiting_start (&waiting);
  answer (waiting.pendings[1]);
  if (mode != LODGER_WAIT_FIRST_COMPLETED)
    {
      proc_wait_asleep (waiting.thread);
      ck_assert (!latch_is_open (&waiting.is_over));
      if (mode == LODGER_WAIT_FIRST_EXCEPTION)
        refuse (waiting.pendings[2]);
      else
        {
          refuse (waiting.pendings[0]);
          proc_wait_asleep (waiting.thread);
          ck_assert (!latch_is_open (&waiting.is_over));
          answer (waiting.pendings[2]);
        }
    }
  thread_join (thread);
  expect_code (waiting.code, 0);
  ck_assert_uint_eq (waiting.done, mode == LODGER_WAIT_FIRST_COMPLETED ? 1 : mode == LODGER_WAIT_ALL_COMPLETED ? 3 : 2);
  waiting_close (&waiting);
}
END_TEST

START_TEST (edge_41_what_is_done_already_counts)
{
  const LodgerWaitMode mode = (LodgerWaitMode) _i;
  Waiting waiting;
  waiting_open (&waiting, mode);
  for (int i = 0; i < COUNT; i++)
    answer (waiting.pendings[i]);
  wait_for_all_of_them (&waiting);
  expect_code (waiting.code, 0);
  ck_assert_uint_eq (waiting.done, COUNT);
  expect_code (lodger_wait_many (NULL, 0, mode, 0, LODGER_WAIT_DEFAULT, NULL), 0);
  waiting_close (&waiting);
}
END_TEST

START_TEST (edge_42_a_cancelled_pending_counts_as_an_exception)
{
  Waiting waiting;
  pthread_t thread;
  waiting_open (&waiting, LODGER_WAIT_FIRST_EXCEPTION);
  thread = waiting_start (&waiting);
  lodger_pending_cancel (waiting.pendings[0], NULL);
  thread_join (thread);
  expect_code (waiting.code, 0);
  ck_assert_uint_eq (waiting.done, 1);
  waiting_close (&waiting);
}
END_TEST

START_TEST (edge_42_a_timeout_cancels_nothing)
{
  Waiting waiting;
  waiting_open (&waiting, LODGER_WAIT_ALL_COMPLETED);
  answer (waiting.pendings[0]);
  for (waiting.timeout = 0; waiting.timeout < 3; waiting.timeout++)
    {
      wait_for_all_of_them (&waiting);
      expect_code (waiting.code, LODGER_ETIMEDOUT);
      ck_assert_uint_eq (waiting.done, 1);
    }
  for (int i = 1; i < COUNT; i++)
    ck_assert (!lodger_pending_is_cancelled (waiting.pendings[i]));
  waiting_close (&waiting);
}
END_TEST

START_TEST (a_pending_may_be_there_twice)
{
  Waiting waiting;
  LodgerPending *pendings[2];
  waiting_open (&waiting, LODGER_WAIT_ALL_COMPLETED);
  pendings[0] = pendings[1] = waiting.pendings[0];
  answer (pendings[0]);
  expect_code (lodger_wait_many (pendings, 2, LODGER_WAIT_ALL_COMPLETED, 0, LODGER_WAIT_DEFAULT, &waiting.done), 0);
  ck_assert_uint_eq (waiting.done, 2);
  waiting_close (&waiting);
}
END_TEST

/* ---- the waiter's own end ---------------------------------------------------------------------------------------------- */

static void
wait_in_a_call (LodgerPending *self, void *data)
{
  (void) self;
  wait_in_a_thread (data);
}

START_TEST (the_waiters_own_cancel_ends_the_wait_and_cancels_nothing)
{
  LodgerCaller *worker = worker_start (NULL);
  Waiting waiting;
  LodgerPending *call;
  waiting_open (&waiting, LODGER_WAIT_ALL_COMPLETED);
  call = lodger_caller_call_soon (worker, wait_in_a_call, &waiting, NULL);
  latch_wait (&waiting.begins);
  lodger_pending_cancel (call, NULL);
  latch_wait (&waiting.is_over);
  expect_code (waiting.code, LODGER_ECANCELED);
  for (int i = 0; i < COUNT; i++)
    ck_assert (!lodger_pending_is_cancelled (waiting.pendings[i]));
  lodger_pending_unref (call);
  worker_stop (worker);
  waiting_close (&waiting);
}
END_TEST

/* ---- waits without end ------------------------------------------------------------------------------------------------- */

static void
wait_for_itself (LodgerPending *self, void *data)
{
  Waiting *waiting = data;
  lodger_pending_unref (waiting->pendings[1]);
  waiting->pendings[1] = lodger_pending_ref (self);
  log_capture_begin ();
  wait_for_all_of_them (waiting);
  log_capture_end ();
}

START_TEST (edge_46_waiting_for_oneself_is_refused_if_that_is_needed)
{
  LodgerCaller *worker = worker_start (NULL);
  Waiting waiting;
  waiting_open (&waiting, LODGER_WAIT_ALL_COMPLETED);
  expect_code (wait_outcome (lodger_caller_call_soon (worker, wait_for_itself, &waiting, NULL)), 0);
  expect_code (waiting.code, LODGER_EDEADLK);
  waiting.mode = LODGER_WAIT_FIRST_COMPLETED;
  waiting.timeout = LODGER_FOREVER;
  answer (waiting.pendings[2]);
  expect_code (wait_outcome (lodger_caller_call_soon (worker, wait_for_itself, &waiting, NULL)), 0);
  expect_code (waiting.code, 0);
  worker_stop (worker);
  waiting_close (&waiting);
}
END_TEST

static void
do_nothing (LodgerPending *self, void *data)
{
  (void) self;
  (void) data;
}

static void
wait_for_the_next_call (LodgerPending *self, void *data)
{
  Waiting *waiting = data;
  (void) self;
  lodger_pending_unref (waiting->pendings[0]);
  waiting->pendings[0] = lodger_caller_call_soon (lodger_caller_current (), do_nothing, NULL, NULL);
  log_capture_begin ();
  wait_in_a_thread (waiting);
  log_capture_end ();
}

START_TEST (law_7_a_wait_for_any_of_several_is_refused_only_without_hope)
{
  LodgerCaller *worker = worker_start (NULL);
  Waiting waiting;
  LodgerPending *call;
  waiting_open (&waiting, LODGER_WAIT_ALL_COMPLETED);
  expect_code (wait_outcome (lodger_caller_call_soon (worker, wait_for_the_next_call, &waiting, NULL)), 0);
  expect_code (waiting.code, LODGER_EDEADLK);
  waiting_close (&waiting);

  waiting_open (&waiting, LODGER_WAIT_FIRST_COMPLETED);
  call = lodger_caller_call_soon (worker, wait_for_the_next_call, &waiting, NULL);
  latch_wait (&waiting.begins);
  proc_wait_asleep (waiting.thread);
  answer (waiting.pendings[2]);
  expect_code (wait_outcome (call), 0);
  expect_code (waiting.code, 0);
  worker_stop (worker);
  waiting_close (&waiting);
}
END_TEST

int
main (int argc, char **argv)
{
  static const char *const names[][2]
      = { { "edge_41_each_mode_ends_with_its_pending", "edge_41_what_is_done_already_counts" },
          { "edge_41_each_mode_ends_with_its_pending/first", "edge_41_what_is_done_already_counts/first" },
          { "edge_41_each_mode_ends_with_its_pending/exception", "edge_41_what_is_done_already_counts/exception" } };
  Suite *suite = suite_create ("wait-many");
  for (int i = 0; i < 3; i++)
    {
      test_add_variant (suite, names[i][0], edge_41_each_mode_ends_with_its_pending, i);
      test_add_variant (suite, names[i][1], edge_41_what_is_done_already_counts, i);
    }
  test_add (suite, edge_42_a_cancelled_pending_counts_as_an_exception);
  test_add (suite, edge_42_a_timeout_cancels_nothing);
  test_add (suite, a_pending_may_be_there_twice);
  test_add (suite, the_waiters_own_cancel_ends_the_wait_and_cancels_nothing);
  test_add (suite, edge_46_waiting_for_oneself_is_refused_if_that_is_needed);
  test_add (suite, law_7_a_wait_for_any_of_several_is_refused_only_without_hope);
  return test_main (suite, argc, argv);
}
