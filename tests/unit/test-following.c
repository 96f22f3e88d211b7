/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pendings that take the outcome of another: when they are done, and what they keep. */
#include "test-loop.h"
#include "test-promise.h"
#include "test-suite.h"

#include <stdlib.h>
#include <string.h>

enum
{
  LONG_CHAIN = 100000,
  STEPS = 2000,
  SECOND = 1000000000
};

static LodgerPending *
promise (void)
{
  return lodger_pending_new (LODGER_PENDING_DEFAULT);
}

/* ---- done-callbacks beside followers ------------------------------------------------------------------------------ */

/* A done-callback that answers `source`, if there is one, and then waits for `follower`. */
typedef struct Answering
{
  LodgerPending *source, *follower;
  bool was_done;
  int code;
} Answering;

static int
answer_and_wait (LodgerPending *done, void *data)
{
  Answering *answering = data;
  (void) done;
  if (answering->source != NULL)
    expect_code (lodger_pending_return_int (answering->source, 7), 0);
  answering->was_done = lodger_pending_is_done (answering->follower);
  answering->code = lodger_pending_wait (answering->follower, SECOND, LODGER_WAIT_PROTECT);
  return 0;
}

START_TEST (a_follower_is_done_when_a_done_callback_has_answered_its_source)
{
  LodgerPending *first = promise (), *second = promise (), *source = promise (), *follower = promise ();
  Answering answering = { .source = source, .follower = follower };
  expect_code (lodger_pending_return_from (second, first), 0);
  expect_code (lodger_pending_return_from (follower, source), 0);
  lodger_pending_add_done_callback (second, answer_and_wait, &answering, NULL);
  expect_code (lodger_pending_return_int (first, 1), 0);
  ck_assert (answering.was_done);
  expect_code (answering.code, 0);
  lodger_pending_unref (first);
  lodger_pending_unref (second);
  lodger_pending_unref (source);
  lodger_pending_unref (follower);
}
END_TEST

START_TEST (a_follower_does_not_wait_for_done_callbacks)
{
  for (int callback_first = 0; callback_first < 2; callback_first++)
    {
      LodgerPending *source = promise (), *follower = promise (), *last = promise ();
      Answering answering = { .follower = last };
      if (callback_first)
        lodger_pending_add_done_callback (source, answer_and_wait, &answering, NULL);
      expect_code (lodger_pending_return_from (follower, source), 0);
      expect_code (lodger_pending_return_from (last, follower), 0);
      if (!callback_first)
        lodger_pending_add_done_callback (source, answer_and_wait, &answering, NULL);
      expect_code (lodger_pending_return_int (source, 1), 0);
      ck_assert (answering.was_done);
      expect_code (answering.code, 0);
      lodger_pending_unref (source);
      lodger_pending_unref (follower);
      lodger_pending_unref (last);
    }
}
END_TEST

/* A done-callback that blocks until a thread has learned of the end. */
static int
block_until (LodgerPending *done, void *data)
{
  Latch *ended = data;
  (void) done;
  latch_wait (ended);
  return 0;
}

typedef struct Sleeper
{
  LodgerPending *awaited;
  atomic_int thread;
  Latch begins, ended;
} Sleeper;

static void *
sleep_until_done (void *data)
{
  Sleeper *sleeper = data;
  atomic_store (&sleeper->thread, test_thread_id ());
  latch_open (&sleeper->begins);
  expect_code (lodger_pending_wait (sleeper->awaited, LODGER_FOREVER, LODGER_WAIT_PROTECT), 0);
  latch_open (&sleeper->ended);
  return NULL;
}

START_TEST (a_waiter_and_a_continuation_do_not_wait_for_done_callbacks)
{
  LodgerCaller *worker = worker_start (NULL);
  LodgerPending *source = promise (), *follower = promise (), *then;
  Recorder continued = { 0 };
  Sleeper sleeper = { .awaited = follower };
  pthread_t thread;
  latch_init (&sleeper.begins);
  latch_init (&sleeper.ended);
  lodger_pending_add_done_callback (source, block_until, &sleeper.ended, NULL);
  expect_code (lodger_pending_return_from (follower, source), 0);
  then = lodger_pending_then (follower, worker, recorder_then, &continued, NULL);
  lodger_pending_add_done_callback (source, answer_and_wait, &(Answering) { .follower = then }, NULL);
  thread = thread_start (sleep_until_done, &sleeper);
  latch_wait (&sleeper.begins);
  proc_wait_asleep (atomic_load (&sleeper.thread));
  expect_code (lodger_pending_return_int (source, 1), 0);
  thread_join (thread);
  recorder_expect (&continued, 1, 0);
  lodger_pending_unref (then);
  lodger_pending_unref (source);
  lodger_pending_unref (follower);
  latch_clear (&sleeper.begins);
  latch_clear (&sleeper.ended);
  worker_stop (worker);
}
END_TEST

/* ---- a modal loop in a done-callback ------------------------------------------------------------------------------ */

static void
return_done_promise (LodgerPending *self, void *data)
{
  LodgerPending *other = promise ();
  (void) data;
  lodger_pending_return_nothing (other);
  expect_code (lodger_pending_return_from (self, other), 0);
  lodger_pending_unref (other);
}

static void
return_from_data (LodgerPending *self, void *other)
{
  expect_code (lodger_pending_return_from (self, other), 0);
}

typedef struct Dialog
{
  Loop *loop;
  bool call_done, follower_done;
  int continued;
} Dialog;

static int
run_dialog (LodgerPending *done, void *data)
{
  Dialog *dialog = data;
  Recorder continued = { 0 };
  LodgerPending *source = promise (), *call, *follower, *then;
  (void) done;
  call = lodger_caller_call_soon (dialog->loop->caller, return_done_promise, NULL, NULL);
  follower = lodger_caller_call_soon (dialog->loop->caller, return_from_data, source, NULL);
  then = lodger_pending_then (follower, dialog->loop->caller, recorder_then, &continued, NULL);
  loop_run (dialog->loop);
  lodger_pending_return_nothing (source);
  loop_run (dialog->loop);
  dialog->call_done = lodger_pending_is_done (call);
  dialog->follower_done = lodger_pending_is_done (follower);
  dialog->continued = atomic_load (&continued.ran);
  lodger_pending_unref (source);
  lodger_pending_unref (call);
  lodger_pending_unref (follower);
  lodger_pending_unref (then);
  return 0;
}

START_TEST (a_modal_loop_in_a_done_callback_stalls_no_follower)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Dialog dialog = { .loop = &loop };
  LodgerPending *source = promise ();
  LodgerPending *call = lodger_caller_call_soon (loop.caller, return_from_data, source, NULL);
  lodger_pending_add_done_callback (call, run_dialog, &dialog, NULL);
  loop_run (&loop);
  lodger_pending_return_nothing (source);
  ck_assert (dialog.call_done);
  ck_assert (dialog.follower_done);
  ck_assert_int_eq (dialog.continued, 1);
  lodger_pending_unref (call);
  lodger_pending_unref (source);
  loop_close (&loop);
}
END_TEST

/* ---- the last leave in a done-callback ---------------------------------------------------------------------------- */

typedef struct Leaving
{
  LodgerCaller *caller;
  LodgerPending *source; /* NULL: it is answered already */
  int code;
} Leaving;

static int
answer_and_leave (LodgerPending *done, void *data)
{
  Leaving *leaving = data;
  (void) done;
  if (leaving->source != NULL)
    lodger_pending_return_int (leaving->source, 7);
  leaving->code = lodger_caller_leave (leaving->caller);
  return 0;
}

START_TEST (a_caller_is_left_in_order_in_a_done_callback)
{
  const LodgerCallerOptions options = { .size = sizeof options, .stop_deadline = SECOND };
  Loop loop = loop_open_full (LODGER_MANUAL_DEFAULT, &options);
  LodgerPending *first = promise (), *second = promise (), *source = promise ();
  LodgerPending *call = lodger_caller_call_soon (loop.caller, return_from_data, source, NULL);
  Leaving leaving = { .caller = loop.caller, .source = source };
  loop_run (&loop);
  expect_code (lodger_pending_return_from (second, first), 0);
  lodger_pending_add_done_callback (second, answer_and_leave, &leaving, NULL);
  expect_code (lodger_pending_return_int (first, 1), 0);
  expect_code (leaving.code, 0);
  expect_code (lodger_pending_get_outcome (call), 0);
  lodger_pending_unref (call);
  lodger_pending_unref (first);
  lodger_pending_unref (second);
  lodger_pending_unref (source);
  loop_close (&loop);
}
END_TEST

static void
defer_call (LodgerPending *self, void *reply)
{
  *(LodgerReply **) reply = lodger_pending_defer (self);
}

START_TEST (a_caller_is_left_in_order_in_a_done_callback_of_its_own_call)
{
  const LodgerCallerOptions options = { .size = sizeof options, .stop_deadline = SECOND };
  Loop loop = loop_open_full (LODGER_MANUAL_DEFAULT, &options);
  LodgerReply *reply = NULL;
  LodgerPending *call = lodger_caller_call_soon (loop.caller, defer_call, &reply, NULL);
  Leaving leaving = { .caller = loop.caller };
  lodger_pending_add_done_callback (call, answer_and_leave, &leaving, NULL);
  loop_run (&loop);
  expect_code (lodger_reply_return_int (reply, 5), 0);
  expect_code (leaving.code, 0);
  expect_code (lodger_pending_get_outcome (call), 0);
  lodger_pending_unref (call);
  loop_close (&loop);
}
END_TEST

/* ---- order, and length -------------------------------------------------------------------------------------------- */

START_TEST (the_callbacks_of_followers_run_after_those_of_their_source)
{
  Journal journal;
  Recorder recorders[6] = { 0 };
  LodgerPending *source = promise (), *one = promise (), *two = promise ();
  journal_init (&journal);
  for (int i = 0; i < 6; i++)
    {
      recorders[i].journal = &journal;
      recorders[i].number = i;
    }
  lodger_pending_add_done_callback (one, note_done, &recorders[2], NULL);
  lodger_pending_add_done_callback (two, note_done, &recorders[4], NULL);
  expect_code (lodger_pending_return_from (one, source), 0);
  expect_code (lodger_pending_return_from (two, source), 0);
  lodger_pending_add_done_callback (source, note_done, &recorders[0], NULL);
  lodger_pending_add_done_callback (source, note_done, &recorders[1], NULL);
  lodger_pending_add_done_callback (one, note_done, &recorders[3], NULL);
  lodger_pending_add_done_callback (two, note_done, &recorders[5], NULL);
  lodger_pending_return_nothing (source);
  journal_expect (&journal, 0, 1, 2, 3, 4, 5);
  journal_clear (&journal);
  lodger_pending_unref (source);
  lodger_pending_unref (one);
  lodger_pending_unref (two);
}
END_TEST

/* The stack of the thread has 8 MiB at most. `upwards`: each link is made at the end of the chain. */
START_TEST (a_chain_of_followers_of_any_length_ends)
{
  for (int upwards = 0; upwards < 2; upwards++)
    {
      LodgerPending **chain = calloc (LONG_CHAIN, sizeof *chain);
      Recorder last = { 0 };
      int64_t number = 0;
      for (int i = 0; i < LONG_CHAIN; i++)
        chain[i] = promise ();
      for (int i = 1; i < LONG_CHAIN; i++)
        {
          int at = upwards ? i : LONG_CHAIN - i;
          expect_code (lodger_pending_return_from (chain[at], chain[at - 1]), 0);
        }
      log_capture_begin ();
      expect_code (lodger_pending_return_from (chain[0], chain[LONG_CHAIN - 1]), LODGER_EDEADLK);
      log_capture_end ();
      lodger_pending_add_done_callback (chain[LONG_CHAIN - 1], note_done, &last, NULL);
      lodger_pending_return_int (chain[0], 9);
      expect_code (lodger_pending_get_int (chain[LONG_CHAIN - 1], &number), 0);
      ck_assert_int_eq (number, 9);
      recorder_expect (&last, 1, 0);
      for (int i = 0; i < LONG_CHAIN; i++)
        lodger_pending_unref (chain[i]);
      free (chain);
    }
}
END_TEST

START_TEST (a_chain_of_followers_that_is_never_answered_is_freed)
{
  LodgerPending *tail = promise ();
  Recorder kept = { 0 };
  lodger_pending_set_metadata (tail, "kept", &kept, recorder_destroy);
  for (int i = 0; i < LONG_CHAIN; i++)
    {
      LodgerPending *next = promise ();
      expect_code (lodger_pending_return_from (next, tail), 0);
      lodger_pending_unref (tail);
      tail = next;
    }
  recorder_expect (&kept, 0, 0);
  lodger_pending_cancel (tail, NULL);
  recorder_expect (&kept, 0, 1);
  ck_assert (lodger_pending_is_done (tail));
  lodger_pending_unref (tail);
}
END_TEST

/* ---- a promise that was cancelled --------------------------------------------------------------------------------- */

static void
cancelled_call (LodgerPending *self, void *other)
{
  lodger_pending_cancel (self, "enough");
  expect_code (lodger_pending_return_from (self, other), LODGER_ECANCELED);
}

START_TEST (return_from_says_that_the_pending_was_cancelled)
{
  for (int is_done = 0; is_done < 2; is_done++)
    {
      Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
      Canceller canceller = { 0 };
      LodgerPending *cancelled = promise (), *others[3] = { promise (), promise (), promise () };
      LodgerPending *call = lodger_caller_call_soon (loop.caller, cancelled_call, others[1], NULL), *deferred;
      LodgerReply *reply = NULL;
      for (int i = 0; is_done && i < 3; i++)
        lodger_pending_return_int (others[i], 1);
      lodger_pending_set_canceller (cancelled, canceller_run, &canceller, NULL);
      lodger_pending_cancel (cancelled, "enough");
      expect_code (lodger_pending_return_from (cancelled, others[0]), LODGER_ECANCELED);
      deferred = lodger_caller_call_soon (loop.caller, defer_call, &reply, NULL);
      loop_run (&loop);
      lodger_pending_cancel (deferred, "enough");
      expect_code (lodger_reply_return_from (reply, others[2]), LODGER_ECANCELED);
      expect_code (lodger_pending_get_outcome (cancelled), LODGER_ECANCELED);
      expect_code (lodger_pending_get_outcome (call), LODGER_ECANCELED);
      expect_code (lodger_pending_get_outcome (deferred), LODGER_ECANCELED);
      for (int i = 0; i < 3; i++)
        {
          expect_code (lodger_pending_get_outcome (others[i]), is_done ? 0 : LODGER_ECANCELED);
          lodger_pending_unref (others[i]);
        }
      lodger_pending_unref (cancelled);
      lodger_pending_unref (call);
      lodger_pending_unref (deferred);
      loop_close (&loop);
    }
}
END_TEST

/* ---- what a follower keeps ---------------------------------------------------------------------------------------- */

typedef enum Kind
{
  A_NUMBER,
  A_STRING,
  A_POINTER,
  AN_ERROR,
  A_CANCEL,
  KINDS
} Kind;

static void
answer_as (LodgerPending *pending, Kind kind, Recorder *value)
{
  switch (kind)
    {
    case A_NUMBER: lodger_pending_return_int (pending, 5); break;
    case A_STRING: lodger_pending_return_string (pending, "five"); break;
    case A_POINTER: lodger_pending_return_pointer (pending, value, recorder_destroy); break;
    case AN_ERROR: lodger_pending_return_new_error (pending, "disk", 5, "five"); break;
    default: lodger_pending_cancel (pending, "five");
    }
}

static void
expect_answer (LodgerPending *pending, Kind kind, Recorder *value)
{
  int64_t number = 0;
  const char *string = NULL;
  void *pointer = NULL;
  switch (kind)
    {
    case A_NUMBER:
      expect_code (lodger_pending_get_int (pending, &number), 0);
      ck_assert_int_eq (number, 5);
      break;
    case A_STRING:
      expect_code (lodger_pending_get_string (pending, &string), 0);
      ck_assert_str_eq (string, "five");
      break;
    case A_POINTER:
      expect_code (lodger_pending_get_pointer (pending, &pointer), 0);
      ck_assert_ptr_eq (pointer, value);
      recorder_expect (value, 0, 0);
      break;
    default: ck_assert_str_eq (lodger_error_get_message (lodger_pending_get_error (pending)), "five");
    }
  expect_code (lodger_pending_take_pointer (pending, &pointer), kind == AN_ERROR   ? LODGER_EFAILED
                                                                : kind == A_CANCEL ? LODGER_ECANCELED
                                                                                   : LODGER_ETYPE);
}

static void
pass_on (LodgerPending *self, LodgerPending *done, void *data)
{
  (void) data;
  lodger_pending_return_from (self, done);
}

/* Metadata is destroyed with its pending: so this counts how many pendings are gone. */
static void
note_life (LodgerPending *pending, Recorder *lives)
{
  expect_code (lodger_pending_set_metadata (pending, "life", lives, recorder_destroy), 0);
}

START_TEST (a_chain_of_steps_keeps_no_step_but_the_first_and_the_last)
{
  for (Kind kind = 0; kind < KINDS; kind++)
    for (int is_call = 0; is_call < 2; is_call++)
      {
        Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
        Recorder lives = { 0 }, value = { 0 };
        LodgerPending *tail = promise (), *next;
        note_life (tail, &lives);
        answer_as (tail, kind, &value);
        for (int i = 0; i < STEPS; i++)
          {
            next = is_call ? lodger_pending_then (tail, loop.caller, pass_on, NULL, NULL) : promise ();
            note_life (next, &lives);
            if (!is_call)
              expect_code (lodger_pending_return_from (next, tail), 0);
            loop_run (&loop);
            lodger_pending_unref (tail);
            tail = next;
            ck_assert_int_ge (atomic_load (&lives.destroyed), i - 1);
          }
        expect_answer (tail, kind, &value);
        lodger_pending_unref (tail);
        recorder_expect (&lives, 0, STEPS + 1);
        recorder_expect (&value, 0, kind == A_POINTER);
        loop_close (&loop);
      }
}
END_TEST

START_TEST (followers_that_wait_let_go_of_all_between_them)
{
  for (Kind kind = 0; kind < KINDS; kind++)
    {
      Recorder lives = { 0 }, value = { 0 };
      LodgerPending *first = promise (), *tail = lodger_pending_ref (first);
      note_life (first, &lives);
      for (int i = 0; i < STEPS; i++)
        {
          LodgerPending *next = promise ();
          note_life (next, &lives);
          expect_code (lodger_pending_return_from (next, tail), 0);
          lodger_pending_unref (tail);
          tail = next;
        }
      recorder_expect (&lives, 0, 0);
      answer_as (first, kind, &value);
      recorder_expect (&lives, 0, STEPS - 1);
      lodger_pending_unref (first);
      expect_answer (tail, kind, &value);
      lodger_pending_unref (tail);
      recorder_expect (&lives, 0, STEPS + 1);
      recorder_expect (&value, 0, kind == A_POINTER);
    }
}
END_TEST

static void
return_recorder (LodgerPending *self, void *value)
{
  lodger_pending_return_pointer (self, value, recorder_destroy);
}

static void *
drop_elsewhere (void *pending)
{
  lodger_pending_unref (pending);
  return NULL;
}

START_TEST (a_value_that_was_passed_on_is_destroyed_once_in_its_home)
{
  LodgerCaller *worker = worker_start (NULL);
  const LodgerCallOptions options = { .size = sizeof options, .result_home = worker };
  int thread = worker_thread_id (worker);
  Recorder value = { 0 };
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerPending *tail = lodger_caller_call_soon_full (loop.caller, return_recorder, &value, NULL, &options);
  loop_run (&loop);
  for (int i = 0; i < 10; i++)
    {
      LodgerPending *next = i % 2 == 0 ? promise () : lodger_pending_then (tail, loop.caller, pass_on, NULL, NULL);
      if (i % 2 == 0)
        expect_code (lodger_pending_return_from (next, tail), 0);
      loop_run (&loop);
      lodger_pending_unref (tail);
      tail = next;
    }
  recorder_expect (&value, 0, 0);
  thread_join (thread_start (drop_elsewhere, tail));
  loop_close (&loop);
  worker_stop (worker);
  recorder_expect (&value, 0, 1);
  ck_assert_int_eq (value.destroyed_in, thread);
}
END_TEST

START_TEST (a_pointer_that_was_taken_is_not_read_by_a_follower)
{
  Recorder value = { 0 };
  void *pointer = &value;
  LodgerPending *source = promise (), *follower = promise ();
  lodger_pending_return_pointer (source, &value, recorder_destroy);
  expect_code (lodger_pending_return_from (follower, source), 0);
  expect_code (lodger_pending_take_pointer (source, &pointer), 0);
  expect_code (lodger_pending_get_pointer (follower, &pointer), 0);
  ck_assert_ptr_null (pointer);
  lodger_pending_unref (source);
  lodger_pending_unref (follower);
  recorder_expect (&value, 0, 0);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("following");
  test_add (suite, a_follower_is_done_when_a_done_callback_has_answered_its_source);
  test_add (suite, a_follower_does_not_wait_for_done_callbacks);
  test_add (suite, a_waiter_and_a_continuation_do_not_wait_for_done_callbacks);
  test_add (suite, a_modal_loop_in_a_done_callback_stalls_no_follower);
  test_add (suite, a_caller_is_left_in_order_in_a_done_callback);
  test_add (suite, a_caller_is_left_in_order_in_a_done_callback_of_its_own_call);
  test_add (suite, the_callbacks_of_followers_run_after_those_of_their_source);
  test_add (suite, a_chain_of_followers_of_any_length_ends);
  test_add (suite, a_chain_of_followers_that_is_never_answered_is_freed);
  test_add (suite, return_from_says_that_the_pending_was_cancelled);
  test_add (suite, a_chain_of_steps_keeps_no_step_but_the_first_and_the_last);
  test_add (suite, followers_that_wait_let_go_of_all_between_them);
  test_add (suite, a_value_that_was_passed_on_is_destroyed_once_in_its_home);
  test_add (suite, a_pointer_that_was_taken_is_not_read_by_a_follower);
  return test_main (suite, argc, argv);
}
