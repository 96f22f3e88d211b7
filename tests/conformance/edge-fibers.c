/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Spawned calls, which give their thread back while they wait: on each kind of loop. */
#include "conformance.h"
#include "test-promise.h"

#include <string.h>

/* A spawned call of the subject that waits for a promise. */
typedef struct Waiting
{
  Subject subject;
  LodgerPending *promise, *call;
  LodgerWaitFlags flags;
  int64_t timeout; /* 0: none */
  Counter begun, over;
  Recorder data;
  int code, again, thread;
} Waiting;

static void
waiting_open (Waiting *waiting, int kind)
{
  *waiting = (Waiting) { .code = 1, .again = 1 };
  counter_init (&waiting->begun);
  counter_init (&waiting->over);
  subject_open (&waiting->subject, kind, false);
  waiting->promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
}

static void
waiting_close (Waiting *waiting)
{
  lodger_pending_unref (waiting->call);
  lodger_pending_unref (waiting->promise);
  subject_close (&waiting->subject);
  counter_clear (&waiting->begun);
  counter_clear (&waiting->over);
}

static void
wait_for_it (LodgerPending *self, void *data)
{
  Waiting *waiting = data;
  counter_add (&waiting->begun, 1);
  waiting->code = lodger_pending_wait (waiting->promise, waiting->timeout != 0 ? waiting->timeout : LODGER_FOREVER,
                                       waiting->flags);
  test_check (lodger_pending_current () == self && lodger_caller_current () == waiting->subject.caller);
  waiting->thread = test_thread_id ();
  if (lodger_pending_is_cancelled (self))
    waiting->again = lodger_sleep (LODGER_FOREVER);
  counter_add (&waiting->over, 1);
}

static void
destroy_data (void *data)
{
  recorder_destroy (&((Waiting *) data)->data);
}

/* It waits, and its thread does other things. */
static void
waiting_start (Waiting *waiting, const LodgerCallOptions *options)
{
  waiting->call = lodger_caller_spawn_full (waiting->subject.caller, wait_for_it, waiting, destroy_data, options);
  subject_run_until (&waiting->subject, &waiting->begun, 1);
  subject_settle (&waiting->subject);
  subject_settle (&waiting->subject);
  ck_assert_int_eq (counter_get (&waiting->over), 0);
}

static void
waiting_end (Waiting *waiting, int code, int again, int outcome)
{
  subject_await (&waiting->subject, waiting->call);
  expect_code (waiting->code, code);
  expect_code (waiting->again, again);
  expect_code (lodger_pending_get_outcome (waiting->call), outcome);
  ck_assert_int_eq (waiting->thread, waiting->subject.thread_id);
  recorder_expect (&waiting->data, 0, 1);
  ck_assert_int_eq (waiting->data.destroyed_in, waiting->subject.thread_id);
}

/* ---- 6: shields -------------------------------------------------------------------------------------------------- */

START_TEST (edge_06_a_shield_holds_back_the_cancel_of_a_spawned_call)
{
  Waiting waiting;
  waiting_open (&waiting, _i);
  waiting.flags = LODGER_WAIT_SHIELD;
  waiting_start (&waiting, NULL);
  ck_assert (lodger_pending_cancel (waiting.call, "enough"));
  subject_settle (&waiting.subject);
  subject_settle (&waiting.subject);
  ck_assert_int_eq (counter_get (&waiting.over), 0);
  ck_assert (!lodger_pending_is_cancelled (waiting.promise));
  thread_join (thread_start (answer_elsewhere, &waiting.promise));
  waiting_end (&waiting, 0, LODGER_ECANCELED, LODGER_ECANCELED);
  waiting_close (&waiting);
}
END_TEST

/* ---- 12: a cancel that waits ------------------------------------------------------------------------------------- */

typedef struct Cleaning
{
  Waiting waiting; /* first */
  LodgerPending *may_end;
  Counter cleans_up;
  atomic_bool has_cleaned_up;
  bool was_clean;
  int code;
} Cleaning;

static void
wait_and_clean_up (LodgerPending *self, void *data)
{
  Cleaning *cleaning = data;
  wait_for_it (self, &cleaning->waiting);
  counter_add (&cleaning->cleans_up, 1);
  test_check (lodger_pending_wait (cleaning->may_end, LODGER_FOREVER, LODGER_WAIT_SHIELD) == 0);
  atomic_store (&cleaning->has_cleaned_up, true);
}

static void
cancel_and_wait (LodgerPending *self, void *data)
{
  Cleaning *cleaning = data;
  (void) self;
  cleaning->code = lodger_pending_cancel_wait (cleaning->waiting.call, "closing", LODGER_FOREVER, LODGER_WAIT_DEFAULT);
  cleaning->was_clean = atomic_load (&cleaning->has_cleaned_up);
}

/* The one who cancels is a spawned call of the same thread, or a plain call of a worker. */
START_TEST (edge_12_a_cancel_waits_for_the_cleanup_of_a_spawned_call)
{
  for (int from_worker = 0; from_worker < 2; from_worker++)
    {
      Cleaning cleaning = { .code = 1 };
      LodgerPending *canceller;
      char *message;
      waiting_open (&cleaning.waiting, _i);
      counter_init (&cleaning.cleans_up);
      cleaning.may_end = lodger_pending_new (LODGER_PENDING_DEFAULT);
      cleaning.waiting.call
          = lodger_caller_spawn (cleaning.waiting.subject.caller, wait_and_clean_up, &cleaning, destroy_data);
      subject_run_until (&cleaning.waiting.subject, &cleaning.waiting.begun, 1);
      canceller = from_worker
                      ? lodger_caller_to_thread (cleaning.waiting.subject.caller, cancel_and_wait, &cleaning, NULL)
                      : lodger_caller_spawn (cleaning.waiting.subject.caller, cancel_and_wait, &cleaning, NULL);
      subject_run_until (&cleaning.waiting.subject, &cleaning.cleans_up, 1);
      subject_settle (&cleaning.waiting.subject);
      ck_assert (!lodger_pending_is_done (canceller));
      lodger_pending_return_nothing (cleaning.may_end);
      expect_code (subject_outcome (&cleaning.waiting.subject, canceller), 0);
      expect_code (cleaning.code, 0);
      ck_assert (cleaning.was_clean);
      message = lodger_pending_dup_cancel_message (cleaning.waiting.call);
      ck_assert_str_eq (message, "closing");
      lodger_free (message);
      waiting_end (&cleaning.waiting, LODGER_ECANCELED, LODGER_ECANCELED, LODGER_ECANCELED);
      lodger_pending_unref (cleaning.may_end);
      waiting_close (&cleaning.waiting);
      counter_clear (&cleaning.cleans_up);
    }
}
END_TEST

/* ---- 21: cancels of what is awaited, and times ------------------------------------------------------------------- */

START_TEST (edge_21_a_cancel_of_a_spawned_call_cancels_the_call_that_it_waits_for)
{
  Waiting waiting, inner;
  waiting_open (&waiting, _i);
  inner = (Waiting) { .subject = waiting.subject, .promise = waiting.promise, .code = 1, .again = 1 };
  counter_init (&inner.begun);
  counter_init (&inner.over);
  inner.call = lodger_caller_spawn (waiting.subject.caller, wait_for_it, &inner, destroy_data);
  waiting.promise = inner.call;
  waiting_start (&waiting, NULL);
  ck_assert (lodger_pending_cancel (waiting.call, "enough"));
  waiting_end (&waiting, LODGER_ECANCELED, LODGER_ECANCELED, LODGER_ECANCELED);
  subject_await (&waiting.subject, inner.call);
  expect_code (inner.code, LODGER_ECANCELED);
  expect_code (lodger_pending_get_outcome (inner.call), LODGER_ECANCELED);
  expect_code (lodger_pending_get_outcome (inner.promise), LODGER_ECANCELED);
  lodger_pending_unref (inner.promise);
  waiting_close (&waiting);
  counter_clear (&inner.begun);
  counter_clear (&inner.over);
}
END_TEST

START_TEST (edge_21_a_timeout_inside_of_a_spawned_call_is_its_own_error)
{
  Waiting waiting;
  waiting_open (&waiting, _i);
  waiting.subject.clock_follows = true;
  waiting.timeout = LODGER_MILLISECONDS (2);
  waiting.call = lodger_caller_spawn (waiting.subject.caller, wait_for_it, &waiting, destroy_data);
  waiting_end (&waiting, LODGER_ETIMEDOUT, 1, 0);
  expect_code (lodger_pending_get_outcome (waiting.promise), LODGER_ECANCELED);
  waiting_close (&waiting);
}
END_TEST

/* ---- 23: direct calls -------------------------------------------------------------------------------------------- */

static void
try_to_wait (void *data)
{
  Waiting *waiting = data;
  waiting->code = lodger_pending_wait (waiting->promise, LODGER_FOREVER, LODGER_WAIT_PROTECT);
  waiting->again = lodger_yield ();
}

START_TEST (edge_23_a_direct_call_cannot_suspend_and_the_next_still_runs)
{
  Waiting waiting;
  waiting_open (&waiting, _i);
  log_capture_begin ();
  subject_run_inside (&waiting.subject, try_to_wait, &waiting);
  expect_code (waiting.code, LODGER_ESTATE);
  expect_code (waiting.again, LODGER_ESTATE);
  ck_assert_uint_eq (log_capture_count (), 2);
  log_capture_end ();
  waiting.again = 1;
  waiting_start (&waiting, NULL);
  lodger_pending_return_nothing (waiting.promise);
  waiting_end (&waiting, 0, 1, 0);
  waiting_close (&waiting);
}
END_TEST

/* ---- 25: order --------------------------------------------------------------------------------------------------- */

enum
{
  TRIPLES = 1000,
  WAYS = 4
};

typedef struct Order
{
  Subject *subject;
  LodgerQueue *queue;
  Recorder recorders[TRIPLES * WAYS];
  Journal begun;
  Counter ends;
} Order;

static void
submit_all (void *data)
{
  Order *order = data;
  LodgerCaller *caller = order->subject->caller;
  for (int i = 0; i < TRIPLES * WAYS; i++)
    {
      Recorder *recorder = &order->recorders[i];
      *recorder = (Recorder) { .journal = &order->begun, .ends = &order->ends, .number = i };
      switch (i % WAYS)
        {
        case 0:
          test_check (lodger_caller_call_direct (caller, recorder_direct, recorder, recorder_destroy) == 0);
          break;
        case 1: test_check (lodger_queue_spawn (order->queue, recorder_call, recorder, recorder_destroy) == 0); break;
        case 2: lodger_pending_disown (lodger_caller_spawn (caller, recorder_call, recorder, recorder_destroy)); break;
        default: lodger_pending_disown (lodger_caller_call_soon (caller, recorder_call, recorder, recorder_destroy));
        }
    }
}

START_TEST (edge_25_interleaved_calls_begin_in_the_order_of_submission)
{
  static Order order;
  Subject subject;
  subject_open (&subject, _i, false);
  order = (Order) { .subject = &subject, .queue = lodger_queue_new (subject.caller, NULL) };
  journal_init (&order.begun);
  counter_init (&order.ends);
  if (subject_is (&subject, SUBJECT_DRIVEN))
    submit_all (&order);
  else
    subject_run_inside (&subject, submit_all, &order);
  subject_run_until (&subject, &order.ends, TRIPLES * WAYS);
  ck_assert_uint_eq (journal_count (&order.begun), TRIPLES * WAYS);
  for (int i = 0; i < TRIPLES * WAYS; i++)
    ck_assert_int_eq (journal_get (&order.begun, (size_t) i), i);
  lodger_queue_unref (order.queue);
  subject_close (&subject);
  journal_clear (&order.begun);
  counter_clear (&order.ends);
}
END_TEST

/* ---- laws 4 and 8 ------------------------------------------------------------------------------------------------ */

START_TEST (law_4_a_stop_ends_spawned_calls_that_wait)
{
  Waiting waiting;
  waiting_open (&waiting, _i);
  waiting_start (&waiting, NULL);
  lodger_caller_stop (waiting.subject.caller, true);
  subject_run_until_done (&waiting.subject, lodger_caller_get_stopped (waiting.subject.caller));
  expect_code (waiting.code, LODGER_ECANCELED);
  expect_code (waiting.again, LODGER_ECANCELED);
  expect_code (lodger_pending_get_outcome (waiting.call), LODGER_ECANCELED);
  recorder_expect (&waiting.data, 0, 1);
  ck_assert_int_eq (waiting.data.destroyed_in, waiting.subject.thread_id);
  waiting_close (&waiting);
}
END_TEST

START_TEST (law_8_the_end_of_a_scope_ends_the_wait_of_its_call)
{
  Waiting waiting;
  LodgerScope *scope = lodger_scope_new (NULL);
  waiting_open (&waiting, _i);
  waiting_start (&waiting, LODGER_CALL_OPTIONS (.scope = scope));
  ck_assert (lodger_scope_end (scope, NULL));
  waiting_end (&waiting, LODGER_ECANCELED, LODGER_ECANCELED, LODGER_ECANCELED);
  waiting_close (&waiting);
  lodger_scope_unref (scope);
}
END_TEST

void
add_edge_fibers (Suite *suite)
{
  add_edge (suite, edge_06_a_shield_holds_back_the_cancel_of_a_spawned_call, 0, 0);
  add_edge (suite, edge_12_a_cancel_waits_for_the_cleanup_of_a_spawned_call, 0, 0);
  add_edge (suite, edge_21_a_cancel_of_a_spawned_call_cancels_the_call_that_it_waits_for, 0, 0);
  add_edge (suite, edge_21_a_timeout_inside_of_a_spawned_call_is_its_own_error, 0, 0);
  add_edge (suite, edge_23_a_direct_call_cannot_suspend_and_the_next_still_runs, 0, 0);
  add_law (suite, edge_25_interleaved_calls_begin_in_the_order_of_submission, 0, 0);
  add_law (suite, law_4_a_stop_ends_spawned_calls_that_wait, 0, 0);
  add_law (suite, law_8_the_end_of_a_scope_ends_the_wait_of_its_call, 0, 0);
}
