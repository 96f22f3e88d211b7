/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "loop/timers.h"
#include "test-loop.h"
#include "test-suite.h"

#include <stdlib.h>

typedef struct Delayed
{
  int64_t not_before;
  int64_t early; /* by how much */
  Counter *runs;
} Delayed;

static void
check_clock (LodgerPending *self, void *data)
{
  Delayed *delayed = data;
  int64_t now = test_now ();
  (void) self;
  if (now < delayed->not_before)
    delayed->early = delayed->not_before - now;
  counter_add (delayed->runs, 1);
}

START_TEST (edge_22_call_later_is_never_early)
{
  unsigned count = test_scaled (10000);
  Delayed *delayed = calloc (count, sizeof *delayed);
  TestRandom random = test_random_new (0);
  Counter runs;
  LodgerCaller *worker = worker_start (NULL);
  counter_init (&runs);
  for (unsigned i = 0; i < count; i++)
    {
      int64_t delay = 1 + test_random_below (&random, 200000000);
      delayed[i].runs = &runs;
      delayed[i].not_before = test_now () + delay;
      lodger_pending_unref (lodger_caller_call_later (worker, delay, check_clock, &delayed[i], NULL));
    }
  counter_wait (&runs, count);
  for (unsigned i = 0; i < count; i++)
    ck_assert_msg (delayed[i].early == 0, "call %u was %lld ns early", i, (long long) delayed[i].early);
  worker_stop (worker);
  counter_clear (&runs);
  free (delayed);
}
END_TEST

typedef struct Plan
{
  Loop loop;
  Journal journal;
  Recorder recorders[32];
  int count;
} Plan;

static void
plan_open (Plan *plan)
{
  *plan = (Plan) { .count = 0 };
  plan->loop = loop_open (LODGER_MANUAL_DEFAULT);
  journal_init (&plan->journal);
}

static Recorder *
plan_witness (Plan *plan, int number)
{
  Recorder *recorder = &plan->recorders[plan->count++];
  recorder->journal = &plan->journal;
  recorder->number = number;
  return recorder;
}

static LodgerPending *
plan_later (Plan *plan, int64_t delay, int number)
{
  return lodger_caller_call_later (plan->loop.caller, delay, recorder_call, plan_witness (plan, number),
                                   recorder_destroy);
}

static void
plan_soon (Plan *plan, int number)
{
  lodger_pending_unref (
      lodger_caller_call_soon (plan->loop.caller, recorder_call, plan_witness (plan, number), recorder_destroy));
}

static void
plan_close (Plan *plan)
{
  loop_close (&plan->loop);
  for (int i = 0; i < plan->count; i++)
    ck_assert_int_eq (plan->recorders[i].destroyed, 1);
  journal_clear (&plan->journal);
}

START_TEST (edge_22_not_before_its_nanosecond)
{
  Plan plan;
  LodgerPending *pending;
  int64_t start;
  plan_open (&plan);
  start = lodger_manual_now (plan.loop.host);
  pending = plan_later (&plan, 1000, 1);
  loop_run (&plan.loop);
  ck_assert_int_eq (lodger_manual_get_deadline (plan.loop.host), start + 1000);
  lodger_manual_advance (plan.loop.host, 999);
  loop_run (&plan.loop);
  ck_assert (!lodger_pending_is_done (pending));
  lodger_manual_advance (plan.loop.host, 1);
  loop_run (&plan.loop);
  expect_code (lodger_pending_get_outcome (pending), 0);
  ck_assert_int_eq (lodger_manual_get_deadline (plan.loop.host), LODGER_FOREVER);
  lodger_pending_unref (pending);
  plan_close (&plan);
}
END_TEST

START_TEST (timers_run_by_deadline_then_submission)
{
  Plan plan;
  plan_open (&plan);
  lodger_pending_unref (plan_later (&plan, 300, 4));
  lodger_pending_unref (plan_later (&plan, 100, 1));
  lodger_pending_unref (plan_later (&plan, 200, 2));
  lodger_pending_unref (plan_later (&plan, 200, 3));
  lodger_pending_unref (plan_later (&plan, 300, 5));
  lodger_manual_advance (plan.loop.host, 1000);
  loop_run (&plan.loop);
  journal_expect (&plan.journal, 1, 2, 3, 4, 5);
  plan_close (&plan);
}
END_TEST

START_TEST (due_calls_go_before_queued_calls)
{
  Plan plan;
  plan_open (&plan);
  lodger_pending_unref (plan_later (&plan, 100, 1));
  loop_run (&plan.loop);
  lodger_manual_advance (plan.loop.host, 100);
  plan_soon (&plan, 2);
  loop_run (&plan.loop);
  journal_expect (&plan.journal, 1, 2);
  plan_close (&plan);
}
END_TEST

static void
take_time (LodgerPending *self, void *data)
{
  Plan *plan = data;
  (void) self;
  journal_add (&plan->journal, 0);
  lodger_manual_advance (plan->loop.host, 1000);
}

START_TEST (edge_22_a_delay_counts_from_the_submission)
{
  Plan plan;
  int64_t start;
  plan_open (&plan);
  start = lodger_manual_now (plan.loop.host);
  lodger_pending_unref (lodger_caller_call_soon (plan.loop.caller, take_time, &plan, NULL));
  lodger_pending_unref (plan_later (&plan, 500, 1));
  lodger_pending_unref (plan_later (&plan, 1500, 2));
  loop_run (&plan.loop);
  journal_expect (&plan.journal, 0, 1);
  ck_assert_int_eq (lodger_manual_get_deadline (plan.loop.host), start + 1500);
  lodger_manual_advance (plan.loop.host, 500);
  loop_run (&plan.loop);
  journal_expect (&plan.journal, 0, 1, 2);
  plan_close (&plan);
}
END_TEST

START_TEST (edge_22_zero_and_negative_delays_are_call_soon)
{
  Plan plan;
  plan_open (&plan);
  plan_soon (&plan, 1);
  lodger_pending_unref (plan_later (&plan, 0, 2));
  plan_soon (&plan, 3);
  lodger_pending_unref (plan_later (&plan, -1, 4));
  lodger_pending_unref (plan_later (&plan, INT64_MIN, 5));
  plan_soon (&plan, 6);
  loop_run (&plan.loop);
  journal_expect (&plan.journal, 1, 2, 3, 4, 5, 6);
  plan_close (&plan);
}
END_TEST

START_TEST (edge_22_the_largest_delay_does_not_overflow)
{
  Plan plan;
  LodgerPending *pending;
  plan_open (&plan);
  pending = plan_later (&plan, LODGER_FOREVER, 1);
  lodger_pending_unref (plan_later (&plan, LODGER_FOREVER - 1, 2));
  lodger_pending_unref (plan_later (&plan, 5, 3));
  loop_run (&plan.loop);
  lodger_manual_advance (plan.loop.host, 5);
  loop_run (&plan.loop);
  journal_expect (&plan.journal, 3);
  ck_assert (!lodger_pending_is_done (pending));
  lodger_pending_unref (pending);
  plan_close (&plan);
}
END_TEST

START_TEST (a_cancelled_timer_clears_the_deadline)
{
  Plan plan;
  int64_t start;
  LodgerPending *pending;
  plan_open (&plan);
  start = lodger_manual_now (plan.loop.host);
  pending = plan_later (&plan, 100, 1);
  lodger_pending_unref (plan_later (&plan, 300, 2));
  loop_run (&plan.loop);
  lodger_pending_cancel (pending, NULL);
  loop_run (&plan.loop);
  ck_assert_int_eq (plan.recorders[0].destroyed, 1);
  lodger_manual_advance (plan.loop.host, 100);
  loop_run (&plan.loop);
  ck_assert_int_eq (lodger_manual_get_deadline (plan.loop.host), start + 300);
  lodger_manual_advance (plan.loop.host, 200);
  loop_run (&plan.loop);
  journal_expect (&plan.journal, 2);
  lodger_pending_unref (pending);
  plan_close (&plan);
}
END_TEST

START_TEST (a_host_that_cannot_be_armed_refuses_delays)
{
  Recorder recorder = { 0 };
  Loop loop = loop_open (LODGER_MANUAL_NO_ARM);
  LodgerPending *pending;
  log_capture_begin ();
  pending = lodger_caller_call_later (loop.caller, 5, recorder_call, &recorder, recorder_destroy);
  expect_code (lodger_pending_get_outcome (pending), LODGER_EFAILED);
  ck_assert (lodger_error_matches (lodger_pending_get_error (pending), NULL, LODGER_ENOSYS));
  recorder_expect (&recorder, 0, 1);
  lodger_pending_unref (pending);
  log_capture_end ();
  pending = lodger_caller_call_later (loop.caller, 0, recorder_call, &recorder, recorder_destroy);
  loop_run (&loop);
  expect_code (lodger_pending_get_outcome (pending), 0);
  recorder_expect (&recorder, 1, 2);
  lodger_pending_unref (pending);
  loop_close (&loop);
}
END_TEST

START_TEST (many_deadlines_come_in_order)
{
  enum
  {
    COUNT = 2000
  };
  static Recorder recorders[COUNT];
  Journal journal;
  TestRandom random = test_random_new (1);
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  size_t ran;
  int cancelled = 0, last = -1;
  journal_init (&journal);
  for (int i = 0; i < COUNT; i++)
    {
      int delay = 1 + (int) test_random_below (&random, 1000);
      LodgerPending *pending;
      recorders[i].journal = &journal;
      recorders[i].number = delay;
      pending = lodger_caller_call_later (loop.caller, delay, recorder_call, &recorders[i], recorder_destroy);
      if (test_random_below (&random, 4) == 0)
        {
          lodger_pending_cancel (pending, NULL);
          cancelled++;
        }
      lodger_pending_unref (pending);
    }
  for (int i = 0; i < 100; i++)
    {
      lodger_manual_advance (loop.host, 10);
      loop_run (&loop);
    }
  ran = journal_count (&journal);
  ck_assert_uint_eq (ran, (size_t) (COUNT - cancelled));
  for (size_t i = 0; i < ran; i++)
    {
      ck_assert_int_ge (journal_get (&journal, i), last);
      last = journal_get (&journal, i);
    }
  for (int i = 0; i < COUNT; i++)
    ck_assert_int_eq (recorders[i].destroyed, 1);
  loop_close (&loop);
  journal_clear (&journal);
}
END_TEST

static LodgerTimers timers;

/* Whoever ends the caller looks at this moment, without a lock. */
static bool
refuse_what_is_given (LodgerCaller *caller, LodgerItem *item)
{
  (void) caller;
  (void) item;
  ck_assert_int_eq (lodger__timers_earliest (&timers), 7);
  return false;
}

START_TEST (law_3_a_cancelled_call_that_nobody_takes_is_always_seen)
{
  LodgerDelayed delayed = { .pending = { .caller = NULL } };
  bool first = false;
  lodger__timers_init (&timers);
  ck_assert_int_eq (lodger__timers_insert (&timers, &delayed.timer, lodger__pending_item (&delayed.pending), 7, &first),
                    0);
  lodger__timers_give (&timers, &delayed.timer, refuse_what_is_given, NULL);
  ck_assert_ptr_eq (lodger__timers_pop (&timers, LODGER_FOREVER - 1), &delayed);
  ck_assert_int_eq (lodger__timers_earliest (&timers), LODGER_FOREVER);
  lodger__timers_clear (&timers);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("timers");
  test_add (suite, edge_22_call_later_is_never_early);
  test_add (suite, edge_22_not_before_its_nanosecond);
  test_add (suite, timers_run_by_deadline_then_submission);
  test_add (suite, due_calls_go_before_queued_calls);
  test_add (suite, edge_22_a_delay_counts_from_the_submission);
  test_add (suite, edge_22_zero_and_negative_delays_are_call_soon);
  test_add (suite, edge_22_the_largest_delay_does_not_overflow);
  test_add (suite, a_cancelled_timer_clears_the_deadline);
  test_add (suite, a_host_that_cannot_be_armed_refuses_delays);
  test_add (suite, many_deadlines_come_in_order);
  test_add (suite, law_3_a_cancelled_call_that_nobody_takes_is_always_seen);
  return test_main (suite, argc, argv);
}
