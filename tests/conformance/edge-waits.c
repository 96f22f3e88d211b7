/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Waits for several pendings, waits for oneself, and done-callbacks. */
#include "conformance.h"
#include "deferred-call.h"
#include "test-promise.h"

enum
{
  COUNT = 3
};

static const LodgerWaitMode modes[]
    = { LODGER_WAIT_ALL_COMPLETED, LODGER_WAIT_FIRST_COMPLETED, LODGER_WAIT_FIRST_EXCEPTION };

/* A worker waits for calls of the loop. */
typedef struct Waiting
{
  Subject subject;
  LodgerCaller *worker;
  DeferredCall calls[COUNT];
  LodgerPending *pendings[COUNT]; /* of the calls */
  LodgerWaitMode mode;
  int64_t timeout;
  Latch begins, is_over;
  int code, thread;
  size_t done;
} Waiting;

static void
waiting_open (Waiting *waiting, int kind, LodgerWaitMode mode)
{
  waiting->mode = mode;
  waiting->timeout = LODGER_FOREVER;
  latch_init (&waiting->begins);
  latch_init (&waiting->is_over);
  subject_open (&waiting->subject, kind, false);
  waiting->worker = lodger_caller_open_child (waiting->subject.caller, NULL, NULL);
  deferred_calls_start (waiting->calls, COUNT, &waiting->subject);
  for (int i = 0; i < COUNT; i++)
    waiting->pendings[i] = waiting->calls[i].pending;
}

static void
waiting_close (Waiting *waiting)
{
  deferred_calls_finish (waiting->calls, COUNT, &waiting->subject);
  lodger_caller_unref (waiting->worker);
  subject_close (&waiting->subject);
  latch_clear (&waiting->begins);
  latch_clear (&waiting->is_over);
}

static void
wait_for_them (LodgerPending *self, void *data)
{
  Waiting *waiting = data;
  (void) self;
  waiting->thread = test_thread_id ();
  latch_open (&waiting->begins);
  waiting->code = lodger_wait_many (waiting->pendings, COUNT, waiting->mode, waiting->timeout, LODGER_WAIT_DEFAULT,
                                    &waiting->done);
  latch_open (&waiting->is_over);
}

/* The wait has begun, and is not over. */
static LodgerPending *
start_to_wait (Waiting *waiting)
{
  LodgerPending *call = lodger_caller_call_soon (waiting->worker, wait_for_them, waiting, NULL);
  latch_wait (&waiting->begins);
  proc_wait_asleep (waiting->thread);
  ck_assert (!latch_is_open (&waiting->is_over));
  return call;
}

static void
expect_still_waits (Waiting *waiting)
{
  proc_wait_asleep (waiting->thread);
  ck_assert (!latch_is_open (&waiting->is_over));
}

/* The test's thread: `call` has waited until so many were done. */
static void
expect_over (Waiting *waiting, LodgerPending *call, size_t done)
{
  expect_code (subject_outcome (&waiting->subject, call), 0);
  expect_code (waiting->code, 0);
  ck_assert_uint_eq (waiting->done, done);
}

static void
wait_in (Waiting *waiting, LodgerCaller *caller, size_t done)
{
  expect_over (waiting, lodger_caller_call_soon (caller, wait_for_them, waiting, NULL), done);
}

/* ---- 41, 42: the modes ------------------------------------------------------------------------------------------- */

START_TEST (edge_41_each_mode_ends_with_its_pending)
{
  for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++)
    {
      Waiting waiting;
      LodgerPending *call;
      size_t done = 1;
      waiting_open (&waiting, _i, modes[i]);
      call = start_to_wait (&waiting);
      deferred_call_answer_inside (&waiting.calls[1], &waiting.subject);
      if (modes[i] == LODGER_WAIT_FIRST_EXCEPTION)
        {
          expect_still_waits (&waiting);
          deferred_call_fail_inside (&waiting.calls[2], &waiting.subject);
          done = 2;
        }
      else if (modes[i] == LODGER_WAIT_ALL_COMPLETED)
        {
          expect_still_waits (&waiting);
          deferred_call_fail_inside (&waiting.calls[0], &waiting.subject);
          expect_still_waits (&waiting);
          deferred_call_answer_inside (&waiting.calls[2], &waiting.subject);
          done = 3;
        }
      expect_over (&waiting, call, done);
      waiting_close (&waiting);
    }
}
END_TEST

/* In the loop's own thread, too, which may not block. */
START_TEST (edge_41_what_is_done_already_counts)
{
  Waiting waiting;
  waiting_open (&waiting, _i, LODGER_WAIT_FIRST_COMPLETED);
  deferred_call_answer_inside (&waiting.calls[1], &waiting.subject);
  wait_in (&waiting, waiting.worker, 1);
  wait_in (&waiting, waiting.subject.caller, 1);
  waiting.mode = LODGER_WAIT_FIRST_EXCEPTION;
  deferred_call_fail_inside (&waiting.calls[2], &waiting.subject);
  wait_in (&waiting, waiting.worker, 2);
  wait_in (&waiting, waiting.subject.caller, 2);
  waiting.mode = LODGER_WAIT_ALL_COMPLETED;
  deferred_call_answer_inside (&waiting.calls[0], &waiting.subject);
  wait_in (&waiting, waiting.worker, 3);
  wait_in (&waiting, waiting.subject.caller, 3);
  waiting_close (&waiting);
}
END_TEST

START_TEST (edge_41_all_without_an_exception_end_the_wait_for_one)
{
  Waiting waiting;
  LodgerPending *call;
  waiting_open (&waiting, _i, LODGER_WAIT_FIRST_EXCEPTION);
  deferred_call_answer_inside (&waiting.calls[2], &waiting.subject);
  call = start_to_wait (&waiting);
  for (int i = 0; i < 2; i++)
    {
      expect_still_waits (&waiting);
      deferred_call_answer_inside (&waiting.calls[i], &waiting.subject);
    }
  expect_over (&waiting, call, COUNT);
  waiting_close (&waiting);
}
END_TEST

START_TEST (edge_42_a_cancelled_pending_counts_as_an_exception)
{
  Waiting waiting;
  Recorder never = { 0 };
  LodgerPending *call, *delayed;
  waiting_open (&waiting, _i, LODGER_WAIT_FIRST_EXCEPTION);
  delayed = lodger_caller_call_later (waiting.subject.caller, LODGER_SECONDS (3600), recorder_call, &never, NULL);
  waiting.pendings[1] = delayed;
  call = start_to_wait (&waiting);
  deferred_call_answer_inside (&waiting.calls[0], &waiting.subject);
  expect_still_waits (&waiting);
  ck_assert (lodger_pending_cancel (delayed, NULL));
  expect_over (&waiting, call, 2);
  recorder_expect (&never, 0, 0);
  lodger_pending_unref (delayed);
  waiting_close (&waiting);
}
END_TEST

START_TEST (edge_42_a_timeout_is_no_error_of_the_pendings_and_cancels_nothing)
{
  Waiting waiting;
  waiting_open (&waiting, _i, LODGER_WAIT_ALL_COMPLETED);
  deferred_call_answer_inside (&waiting.calls[0], &waiting.subject);
  for (waiting.timeout = 0; waiting.timeout < 3; waiting.timeout++)
    {
      expect_code (
          subject_outcome (&waiting.subject, lodger_caller_call_soon (waiting.worker, wait_for_them, &waiting, NULL)),
          0);
      expect_code (waiting.code, LODGER_ETIMEDOUT);
      ck_assert_uint_eq (waiting.done, 1);
    }
  for (int i = 1; i < COUNT; i++)
    {
      ck_assert (!lodger_pending_is_cancelled (waiting.pendings[i]));
      deferred_call_answer_inside (&waiting.calls[i], &waiting.subject);
      expect_code (lodger_pending_get_outcome (waiting.pendings[i]), 0);
    }
  wait_in (&waiting, waiting.worker, COUNT);
  waiting_close (&waiting);
}
END_TEST

/* ---- 46: oneself ------------------------------------------------------------------------------------------------- */

typedef struct Selves
{
  int alone, among, next, first; /* codes */
  LodgerPending *done;
} Selves;

static void
wait_for_itself (LodgerPending *self, void *data)
{
  Selves *selves = data;
  LodgerPending *both[] = { self, selves->done };
  LodgerCompleted *completed = lodger_completed_new (&self, 1, LODGER_COMPLETED_OPTIONS (.keeps_unfinished = true));
  selves->alone = lodger_pending_wait (self, LODGER_FOREVER, LODGER_WAIT_DEFAULT);
  selves->among = lodger_wait_many (both, 2, LODGER_WAIT_ALL_COMPLETED, LODGER_FOREVER, LODGER_WAIT_DEFAULT, NULL);
  selves->first = lodger_wait_many (both, 2, LODGER_WAIT_FIRST_COMPLETED, LODGER_FOREVER, LODGER_WAIT_DEFAULT, NULL);
  test_check (lodger_completed_next (completed, LODGER_FOREVER, &selves->next) == NULL);
  lodger_completed_free (completed);
}

/* In the thread of a host each wait that would block is refused before anybody looks for what it waits for. */
START_TEST (edge_46_a_call_that_waits_for_its_own_pending_is_refused)
{
  Waiting waiting;
  waiting_open (&waiting, _i, LODGER_WAIT_ALL_COMPLETED);
  deferred_call_answer_inside (&waiting.calls[0], &waiting.subject);
  for (int i = 0; i < 2; i++)
    {
      LodgerCaller *caller = i == 0 ? waiting.worker : waiting.subject.caller;
      int code = i == 0 || subject_is (&waiting.subject, SUBJECT_DRIVEN) ? LODGER_EDEADLK : LODGER_EWRONGTHREAD;
      Selves selves = { .done = waiting.pendings[0] };
      log_capture_begin ();
      expect_code (subject_outcome (&waiting.subject, lodger_caller_call_soon (caller, wait_for_itself, &selves, NULL)),
                   0);
      ck_assert_uint_eq (log_capture_count (), 3);
      log_capture_end ();
      expect_code (selves.alone, code);
      expect_code (selves.among, code);
      expect_code (selves.next, code);
      expect_code (selves.first, 0);
    }
  waiting_close (&waiting);
}
END_TEST

/* ---- 107: done-callbacks ----------------------------------------------------------------------------------------- */

START_TEST (edge_107_a_done_callback_that_is_removed_and_added_again_runs_once)
{
  Waiting waiting;
  Recorder recorder = { 0 }, other = { 0 };
  LodgerPending *pending;
  waiting_open (&waiting, _i, LODGER_WAIT_ALL_COMPLETED);
  pending = waiting.pendings[0];
  expect_code (lodger_pending_add_done_callback (pending, note_done, &recorder, recorder_destroy), 0);
  expect_code (lodger_pending_add_done_callback (pending, note_done, &other, recorder_destroy), 0);
  for (int i = 1; i <= 3; i++)
    {
      ck_assert_uint_eq (lodger_pending_remove_done_callback (pending, note_done, &recorder), 1);
      ck_assert_uint_eq (lodger_pending_remove_done_callback (pending, note_done, &recorder), 0);
      recorder_expect (&recorder, 0, i);
      expect_code (lodger_pending_add_done_callback (pending, note_done, &recorder, recorder_destroy), 0);
    }
  deferred_call_answer_inside (&waiting.calls[0], &waiting.subject);
  recorder_expect (&recorder, 1, 4);
  recorder_expect (&other, 1, 1);
  ck_assert_int_eq (recorder.ran_in, waiting.subject.thread_id);
  waiting_close (&waiting);
}
END_TEST

void
add_edge_waits (Suite *suite)
{
  add_edge (suite, edge_41_each_mode_ends_with_its_pending, 0, 0);
  add_edge (suite, edge_41_what_is_done_already_counts, 0, 0);
  add_edge (suite, edge_41_all_without_an_exception_end_the_wait_for_one, 0, 0);
  add_edge (suite, edge_42_a_cancelled_pending_counts_as_an_exception, 0, 0);
  add_edge (suite, edge_42_a_timeout_is_no_error_of_the_pendings_and_cancels_nothing, 0, 0);
  add_edge (suite, edge_46_a_call_that_waits_for_its_own_pending_is_refused, 0, 0);
  add_edge (suite, edge_107_a_done_callback_that_is_removed_and_added_again_runs_once, 0, 0);
}
