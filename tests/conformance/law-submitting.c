/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Laws 1 and 2: later, never inline; and in order. */
#include "call-order.h"

#include <stdlib.h>

/* ---- law 1 ---------------------------------------------------------------------------------------------------- */

static _Thread_local bool submitting;

typedef struct Inline
{
  Subject *subject;
  LodgerPending *done;
  atomic_int ran_inline;
  Counter ran;
  Counter arrived;
} Inline;

static void
note_inline (void *data)
{
  Inline *in = data;
  if (submitting)
    atomic_fetch_add (&in->ran_inline, 1);
}

static void
note_inline_direct (void *data)
{
  Inline *in = data;
  note_inline (in);
  counter_add (&in->ran, 1);
}

static void
note_inline_call (LodgerPending *self, void *data)
{
  (void) self;
  note_inline_direct (data);
}

static void
note_inline_then (LodgerPending *self, LodgerPending *done, void *data)
{
  (void) self;
  (void) done;
  note_inline_direct (data);
}

static void
arrive (LodgerPending *self, LodgerPending *done, void *data)
{
  Inline *in = data;
  (void) self;
  (void) done;
  counter_add (&in->arrived, 1);
}

enum
{
  WAYS = 7
};

/* Submits in each way. The destroy function of the data is user code too. A call in a worker does not wake this loop, but
 * its continuation does. */
static void
submit_each_way (void *data)
{
  Inline *in = data;
  LodgerCaller *caller = in->subject->caller;
  LodgerPending *pendings[WAYS];
  submitting = true;
  pendings[0] = lodger_caller_call_soon (caller, note_inline_call, in, note_inline);
  pendings[1] = lodger_caller_call_later (caller, 0, note_inline_call, in, note_inline);
  pendings[2] = lodger_caller_call_later (caller, 1, note_inline_call, in, note_inline);
  pendings[3] = lodger_pending_then (in->done, caller, note_inline_then, in, note_inline);
  pendings[4] = lodger_pending_then (pendings[0], caller, note_inline_then, in, note_inline);
  pendings[5] = lodger_caller_to_thread (caller, note_inline_call, in, note_inline);
  pendings[6] = lodger_pending_then (pendings[5], caller, arrive, in, note_inline);
  test_check (lodger_caller_call_direct (caller, note_inline_direct, in, note_inline) == 0);
  submitting = false;
  for (int i = 0; i < WAYS; i++)
    lodger_pending_unref (pendings[i]);
}

static void *
submit_each_way_elsewhere (void *data)
{
  submit_each_way (data);
  return NULL;
}

START_TEST (law_1_submitting_never_runs_inline)
{
  Subject subject;
  Inline in = { .subject = &subject, .done = lodger_pending_new (LODGER_PENDING_DEFAULT) };
  counter_init (&in.ran);
  counter_init (&in.arrived);
  lodger_pending_return_nothing (in.done);
  subject_open (&subject, _i, true);
  subject.clock_follows = true;
  subject_run_inside (&subject, submit_each_way, &in);
  submit_each_way (&in);
  thread_join (thread_start (submit_each_way_elsewhere, &in));
  subject_run_until (&subject, &in.arrived, 3);
  subject_run_until (&subject, &in.ran, 3 * WAYS);
  subject_close (&subject);
  ck_assert_int_eq (counter_get (&in.ran), 3 * WAYS);
  ck_assert_int_eq (in.ran_inline, 0);
  lodger_pending_unref (in.done);
  counter_clear (&in.ran);
  counter_clear (&in.arrived);
}
END_TEST

/* ---- law 2 ---------------------------------------------------------------------------------------------------- */

enum
{
  PRODUCERS = 3
};

typedef struct Order
{
  Subject *subject;
  unsigned count;
  int producer;
  int *next; /* the number that this producer's next call must have */
  Counter *ran;
} Order;

typedef struct Numbered
{
  Order order;
  int number;
} Numbered;

static void
check_number (void *data)
{
  Numbered *numbered = data;
  if (*numbered->order.next != numbered->number)
    test_fail ("producer %d: call %d came, expected %d", numbered->order.producer, numbered->number,
               *numbered->order.next);
  ++*numbered->order.next;
  counter_add (numbered->order.ran, 1);
}

static void
check_number_call (LodgerPending *self, void *data)
{
  (void) self;
  check_number (data);
}

static void
submit_numbers (void *data)
{
  Order *order = data;
  LodgerCaller *caller = order->subject->caller;
  TestRandom random = test_random_new ((unsigned) order->producer);
  for (unsigned i = 0; i < order->count; i++)
    {
      Numbered *numbered = malloc (sizeof *numbered);
      test_check (numbered != NULL);
      *numbered = (Numbered) { *order, (int) i };
      switch (test_random_below (&random, 3))
        {
        case 0: test_check (lodger_caller_call_direct (caller, check_number, numbered, free) == 0); break;
        case 1: lodger_pending_unref (lodger_caller_call_soon (caller, check_number_call, numbered, free)); break;
        default: lodger_pending_unref (lodger_caller_call_later (caller, -1, check_number_call, numbered, free));
        }
    }
}

static void *
submit_numbers_elsewhere (void *data)
{
  submit_numbers (data);
  return NULL;
}

START_TEST (law_2_one_threads_calls_start_in_order)
{
  Subject subject;
  Order orders[PRODUCERS + 1];
  int next[PRODUCERS + 1] = { 0 };
  pthread_t threads[PRODUCERS];
  unsigned count = test_scaled (5000);
  Counter ran;
  counter_init (&ran);
  test_seed ();
  subject_open (&subject, _i, true);
  for (int i = 0; i <= PRODUCERS; i++)
    orders[i] = (Order) { &subject, count, i, &next[i], &ran };
  for (int i = 0; i < PRODUCERS; i++)
    threads[i] = thread_start (submit_numbers_elsewhere, &orders[i]);
  subject_run_inside (&subject, submit_numbers, &orders[PRODUCERS]);
  subject_run_until (&subject, &ran, (PRODUCERS + 1) * (long) count);
  for (int i = 0; i < PRODUCERS; i++)
    thread_join (threads[i]);
  subject_close (&subject);
  counter_clear (&ran);
}
END_TEST

static void
submit_more (LodgerPending *self, void *data)
{
  CallOrder *order = data;
  (void) self;
  journal_add (&order->journal, 1);
  call_order_submit (order, 4);
  call_order_submit (order, 5);
}

static void
submit_a_turn (void *data)
{
  CallOrder *order = data;
  lodger_pending_unref (lodger_caller_call_soon (order->subject->caller, submit_more, order, NULL));
  call_order_submit (order, 2);
  call_order_submit (order, 3);
}

START_TEST (law_2_a_call_submitted_in_a_turn_starts_in_a_later_turn)
{
  Subject subject;
  CallOrder order;
  call_order_init (&order, &subject);
  subject_open (&subject, _i, true);
  subject_run_inside (&subject, submit_a_turn, &order);
  subject_run_until (&subject, &order.ran, 4);
  journal_expect (&order.journal, 1, 2, 3, 4, 5);
  subject_close (&subject);
  call_order_clear (&order);
}
END_TEST

/* Calls 4 and 5 are submitted in the turn of 1, 2 and 3. Due calls go first, but in the next turn. */
static void
submit_more_with_a_delay (LodgerPending *self, void *data)
{
  CallOrder *order = data;
  Recorder *recorder = &order->recorders[5];
  (void) self;
  journal_add (&order->journal, 1);
  call_order_submit (order, 4);
  *recorder = (Recorder) { .journal = &order->journal, .number = 5, .runs = &order->ran };
  lodger_pending_unref (
      lodger_caller_call_later (order->subject->caller, 1, recorder_call, recorder, recorder_destroy));
  subject_spend (order->subject, 10);
}

static void
submit_a_turn_with_a_delay (void *data)
{
  CallOrder *order = data;
  lodger_pending_unref (lodger_caller_call_soon (order->subject->caller, submit_more_with_a_delay, order, NULL));
  call_order_submit (order, 2);
  call_order_submit (order, 3);
}

START_TEST (law_2_due_calls_go_first_in_the_next_turn)
{
  Subject subject;
  CallOrder order;
  call_order_init (&order, &subject);
  subject_open (&subject, _i, false);
  subject_run_inside (&subject, submit_a_turn_with_a_delay, &order);
  subject_run_until (&subject, &order.ran, 4);
  journal_expect (&order.journal, 1, 2, 3, 5, 4);
  subject_close (&subject);
  call_order_clear (&order);
}
END_TEST

enum
{
  DELAYS = 5,
  DELAY = 2000000
};

/* The deadlines as the test knows them. With a running clock each is an interval. */
typedef struct Delays
{
  CallOrder order;
  int64_t earliest[DELAYS];
  int64_t latest[DELAYS];
} Delays;

static void
submit_delays (void *data)
{
  static const int64_t delays[DELAYS] = { 3, 1, 2, 1, 3 };
  Delays *all = data;
  CallOrder *order = &all->order;
  for (int i = 0; i < DELAYS; i++)
    {
      Recorder *recorder = &order->recorders[i];
      *recorder = (Recorder) { .journal = &order->journal, .number = i, .runs = &order->ran };
      all->earliest[i] = test_now () + delays[i] * DELAY;
      lodger_pending_unref (lodger_caller_call_later (order->subject->caller, delays[i] * DELAY, recorder_call,
                                                      recorder, recorder_destroy));
      all->latest[i] = test_now () + delays[i] * DELAY;
    }
}

START_TEST (law_2_delays_come_by_deadline)
{
  Subject subject;
  Delays all;
  call_order_init (&all.order, &subject);
  subject_open (&subject, _i, true);
  subject.clock_follows = true;
  subject_run_inside (&subject, submit_delays, &all);
  subject_run_until (&subject, &all.order.ran, DELAYS);
  if (subject_is (&subject, SUBJECT_VIRTUAL))
    journal_expect (&all.order.journal, 1, 3, 2, 0, 4);
  else
    for (size_t i = 0; i < DELAYS; i++)
      for (size_t k = i + 1; k < DELAYS; k++)
        {
          int before = journal_get (&all.order.journal, i), after = journal_get (&all.order.journal, k);
          ck_assert_msg (all.earliest[before] <= all.latest[after], "call %d came before %d", before, after);
        }
  subject_close (&subject);
  call_order_clear (&all.order);
}
END_TEST

void
add_law_submitting (Suite *suite)
{
  add_law (suite, law_1_submitting_never_runs_inline, 0, 0);
  add_law (suite, law_2_one_threads_calls_start_in_order, 0, 0);
  add_law (suite, law_2_a_call_submitted_in_a_turn_starts_in_a_later_turn, 0, 0);
  add_law (suite, law_2_due_calls_go_first_in_the_next_turn, 0, 0);
  add_law (suite, law_2_delays_come_by_deadline, 0, 0);
}
