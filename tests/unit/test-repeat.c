/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Repeating calls: when a run is due, what is skipped, and how it all ends. */
#include "test-blocked-call.h"
#include "test-loop.h"
#include "test-minimal-host.h"
#include "test-suite.h"

#define TIME LODGER_MILLISECONDS (10)

enum
{
  MOST = 8
};

/* A repeated function that notes when it runs. */
typedef struct Clock
{
  Loop loop;
  LodgerRepeat *repeat;
  int64_t began;
  int runs, destroyed;
  int64_t at[MOST];
  uint64_t skipped[MOST];
  int64_t takes;  /* so long does the next run take */
  bool defers;    /* the next run */
  int answers_at; /* the number of the run that answers; 0: none */
  int fails_at;   /* the number of the run that fails */
  bool stops;     /* a run stops the repeating call */
  LodgerReply *reply;
} Clock;

static void
tick (LodgerPending *self, uint64_t skipped, void *data)
{
  Clock *clock = data;
  ck_assert_int_lt (clock->runs, MOST);
  clock->at[clock->runs] = lodger_manual_now (clock->loop.host) - clock->began;
  clock->skipped[clock->runs++] = skipped;
  lodger_manual_advance (clock->loop.host, clock->takes);
  clock->takes = 0;
  if (clock->defers)
    clock->reply = lodger_pending_defer (self);
  clock->defers = false;
  if (clock->stops)
    expect_code (lodger_repeat_stop (clock->repeat), 0);
  if (clock->runs == clock->answers_at)
    lodger_pending_return_int (self, clock->runs);
  if (clock->runs == clock->fails_at)
    lodger_pending_return_new_error (self, NULL, LODGER_EFAILED, "no more");
}

static void
clock_destroy (void *data)
{
  ((Clock *) data)->destroyed++;
}

static void
clock_begin (Clock *clock, const LodgerRepeatOptions *options)
{
  clock->loop = loop_open (LODGER_MANUAL_DEFAULT);
  clock->began = lodger_manual_now (clock->loop.host);
  clock->repeat = lodger_repeat_new (clock->loop.caller, TIME, tick, clock, clock_destroy, options);
  loop_run (&clock->loop);
}

static void
advance (Clock *clock, int64_t time)
{
  lodger_manual_advance (clock->loop.host, time);
  loop_run (&clock->loop);
}

static void
clock_end (Clock *clock)
{
  if (clock->reply != NULL)
    lodger_reply_return_nothing (clock->reply);
  lodger_repeat_unref (clock->repeat);
  loop_close (&clock->loop);
  ck_assert_int_eq (clock->destroyed, 1);
}

static void
expect_run (const Clock *clock, int number, int64_t at, uint64_t skipped)
{
  ck_assert_int_eq (clock->runs, number);
  ck_assert_int_eq (clock->at[number - 1], at);
  ck_assert_uint_eq (clock->skipped[number - 1], skipped);
}

#define expect_outcome(clock, code)                                                                                    \
  expect_code (lodger_pending_get_outcome (lodger_repeat_get_pending ((clock)->repeat)), code)

/* ---- due times --------------------------------------------------------------------------------------------------------- */

START_TEST (it_runs_at_each_due_time)
{
  Clock clock = { 0 };
  clock_begin (&clock, NULL);
  expect_run (&clock, 1, 0, 0);
  advance (&clock, TIME - 1);
  ck_assert_int_eq (clock.runs, 1);
  advance (&clock, 1);
  expect_run (&clock, 2, TIME, 0);
  advance (&clock, TIME);
  expect_run (&clock, 3, 2 * TIME, 0);
  expect_outcome (&clock, LODGER_ENOTDONE);
  clock_end (&clock);
}
END_TEST

START_TEST (the_first_run_comes_after_the_delay)
{
  Clock clock = { 0 };
  clock_begin (&clock, LODGER_REPEAT_OPTIONS (.delay = TIME / 2));
  ck_assert_int_eq (clock.runs, 0);
  advance (&clock, TIME / 2);
  expect_run (&clock, 1, TIME / 2, 0);
  advance (&clock, TIME);
  expect_run (&clock, 2, TIME + TIME / 2, 0);
  clock_end (&clock);
}
END_TEST

START_TEST (a_run_that_begins_late_moves_no_other)
{
  Clock clock = { 0 };
  clock_begin (&clock, NULL);
  advance (&clock, TIME + 1);
  expect_run (&clock, 2, TIME + 1, 0);
  advance (&clock, TIME - 1);
  expect_run (&clock, 3, 2 * TIME, 0);
  advance (&clock, 3 * TIME + 1);
  expect_run (&clock, 4, 5 * TIME + 1, 2);
  advance (&clock, TIME - 1);
  expect_run (&clock, 5, 6 * TIME, 0);
  clock_end (&clock);
}
END_TEST

START_TEST (a_run_that_takes_long_skips_and_is_told)
{
  Clock clock = { .takes = 2 * TIME + 1 };
  clock_begin (&clock, NULL);
  expect_run (&clock, 1, 0, 0);
  advance (&clock, TIME - 2);
  ck_assert_int_eq (clock.runs, 1);
  advance (&clock, 1);
  expect_run (&clock, 2, 3 * TIME, 2);
  clock.takes = TIME;
  advance (&clock, TIME);
  ck_assert_int_eq (clock.runs, 4);
  ck_assert_int_eq (clock.at[3], 5 * TIME);
  ck_assert_uint_eq (clock.skipped[3], 0);
  clock_end (&clock);
}
END_TEST

START_TEST (a_deferred_run_is_never_overlapped)
{
  Clock clock = { .defers = true };
  clock_begin (&clock, NULL);
  advance (&clock, 3 * TIME + 1);
  expect_run (&clock, 1, 0, 0);
  lodger_reply_return_nothing (clock.reply);
  clock.reply = NULL;
  loop_run (&clock.loop);
  ck_assert_int_eq (clock.runs, 1);
  advance (&clock, TIME - 1);
  expect_run (&clock, 2, 4 * TIME, 3);
  clock_end (&clock);
}
END_TEST

START_TEST (a_full_inbox_does_not_hold_it_up)
{
  Clock clock = { 0 };
  Recorder recorder = { 0 };
  clock.loop = loop_open_full (LODGER_MANUAL_DEFAULT, LODGER_CALLER_OPTIONS (.inbox_limit = 1));
  clock.began = lodger_manual_now (clock.loop.host);
  lodger_pending_disown (
      lodger_caller_call_later (clock.loop.caller, LODGER_SECONDS (9), recorder_call, &recorder, recorder_destroy));
  clock.repeat = lodger_repeat_new (clock.loop.caller, TIME, tick, &clock, clock_destroy, NULL);
  loop_run (&clock.loop);
  advance (&clock, TIME);
  advance (&clock, TIME);
  expect_run (&clock, 3, 2 * TIME, 0);
  clock_end (&clock);
}
END_TEST

/* ---- pauses ------------------------------------------------------------------------------------------------------------ */

START_TEST (a_pause_holds_up_the_runs)
{
  Clock clock = { 0 };
  clock_begin (&clock, NULL);
  expect_code (lodger_repeat_pause (clock.repeat), 0);
  expect_code (lodger_repeat_pause (clock.repeat), 0);
  ck_assert (lodger_repeat_is_paused (clock.repeat));
  advance (&clock, 2 * TIME + 1);
  ck_assert_int_eq (clock.runs, 1);
  expect_code (lodger_repeat_resume (clock.repeat), 0);
  loop_run (&clock.loop);
  ck_assert_int_eq (clock.runs, 1);
  expect_code (lodger_repeat_resume (clock.repeat), 0);
  ck_assert (!lodger_repeat_is_paused (clock.repeat));
  loop_run (&clock.loop);
  expect_run (&clock, 2, 2 * TIME + 1, 1);
  advance (&clock, TIME - 1);
  expect_run (&clock, 3, 3 * TIME, 0);
  clock_end (&clock);
}
END_TEST

START_TEST (a_short_pause_changes_nothing)
{
  Clock clock = { 0 };
  clock_begin (&clock, NULL);
  for (int i = 0; i < 3; i++)
    {
      expect_code (lodger_repeat_pause (clock.repeat), 0);
      expect_code (lodger_repeat_resume (clock.repeat), 0);
    }
  advance (&clock, TIME - 1);
  ck_assert_int_eq (clock.runs, 1);
  advance (&clock, 1);
  expect_run (&clock, 2, TIME, 0);
  clock_end (&clock);
}
END_TEST

START_TEST (a_run_goes_on_in_a_pause)
{
  Clock clock = { .defers = true };
  clock_begin (&clock, NULL);
  expect_code (lodger_repeat_pause (clock.repeat), 0);
  ck_assert (!lodger_pending_is_cancelled (lodger_reply_get_pending (clock.reply)));
  lodger_reply_return_nothing (clock.reply);
  clock.reply = NULL;
  advance (&clock, TIME);
  ck_assert_int_eq (clock.runs, 1);
  expect_code (lodger_repeat_resume (clock.repeat), 0);
  loop_run (&clock.loop);
  expect_run (&clock, 2, TIME, 0);
  clock_end (&clock);
}
END_TEST

START_TEST (a_resume_in_a_run_begins_no_other)
{
  Clock clock = { .defers = true };
  clock_begin (&clock, NULL);
  expect_code (lodger_repeat_pause (clock.repeat), 0);
  expect_code (lodger_repeat_resume (clock.repeat), 0);
  advance (&clock, 2 * TIME);
  ck_assert_int_eq (clock.runs, 1);
  lodger_reply_return_nothing (clock.reply);
  clock.reply = NULL;
  loop_run (&clock.loop);
  expect_run (&clock, 2, 2 * TIME, 1);
  clock_end (&clock);
}
END_TEST

/* ---- ends -------------------------------------------------------------------------------------------------------------- */

START_TEST (a_stop_lets_the_run_end)
{
  Clock clock = { .defers = true };
  clock_begin (&clock, NULL);
  expect_code (lodger_repeat_stop (clock.repeat), 0);
  loop_run (&clock.loop);
  expect_outcome (&clock, LODGER_ENOTDONE);
  ck_assert (!lodger_pending_is_cancelled (lodger_reply_get_pending (clock.reply)));
  lodger_reply_return_nothing (clock.reply);
  clock.reply = NULL;
  loop_run (&clock.loop);
  expect_outcome (&clock, 0);
  ck_assert_int_eq (clock.destroyed, 1);
  expect_code (lodger_repeat_stop (clock.repeat), 0);
  advance (&clock, 2 * TIME);
  ck_assert_int_eq (clock.runs, 1);
  clock_end (&clock);
}
END_TEST

START_TEST (a_stop_between_two_runs_ends_it_at_once)
{
  Clock clock = { 0 };
  clock_begin (&clock, NULL);
  expect_code (lodger_repeat_stop (clock.repeat), 0);
  expect_outcome (&clock, 0);
  loop_run (&clock.loop);
  ck_assert_int_eq (clock.destroyed, 1);
  clock_end (&clock);
}
END_TEST

START_TEST (a_stop_before_it_begins_lets_nothing_run)
{
  Clock clock = { .loop = loop_open (LODGER_MANUAL_DEFAULT) };
  clock.repeat = lodger_repeat_new (clock.loop.caller, TIME, tick, &clock, clock_destroy, NULL);
  expect_code (lodger_repeat_stop (clock.repeat), 0);
  loop_run (&clock.loop);
  expect_outcome (&clock, 0);
  ck_assert_int_eq (clock.runs, 0);
  clock_end (&clock);
}
END_TEST

START_TEST (a_run_can_stop_it)
{
  Clock clock = { .stops = true };
  clock_begin (&clock, NULL);
  expect_outcome (&clock, 0);
  advance (&clock, TIME);
  ck_assert_int_eq (clock.runs, 1);
  clock_end (&clock);
}
END_TEST

START_TEST (a_run_that_answers_is_the_last)
{
  Clock clock = { .answers_at = 3 };
  int64_t value = 0;
  clock_begin (&clock, NULL);
  for (int i = 0; i < 4; i++)
    advance (&clock, TIME);
  ck_assert_int_eq (clock.runs, 3);
  expect_code (lodger_pending_get_int (lodger_repeat_get_pending (clock.repeat), &value), 0);
  ck_assert_int_eq (value, 3);
  clock_end (&clock);
}
END_TEST

START_TEST (a_run_that_fails_is_the_last)
{
  Clock clock = { .fails_at = 2 };
  clock_begin (&clock, NULL);
  for (int i = 0; i < 3; i++)
    advance (&clock, TIME);
  ck_assert_int_eq (clock.runs, 2);
  expect_outcome (&clock, LODGER_EFAILED);
  clock_end (&clock);
}
END_TEST

START_TEST (failures_can_be_ignored)
{
  Clock clock = { .fails_at = 2 };
  log_capture_begin ();
  clock_begin (&clock, LODGER_REPEAT_OPTIONS (.name = "poll", .ignores_failures = true));
  advance (&clock, TIME);
  ck_assert (log_capture_has ("no more"));
  log_capture_end ();
  advance (&clock, TIME);
  ck_assert_int_eq (clock.runs, 3);
  expect_outcome (&clock, LODGER_ENOTDONE);
  clock_end (&clock);
}
END_TEST

START_TEST (a_cancel_reaches_the_run)
{
  Clock clock = { .defers = true };
  clock_begin (&clock, NULL);
  ck_assert (lodger_pending_cancel (lodger_repeat_get_pending (clock.repeat), "enough"));
  ck_assert (lodger_pending_is_cancelled (lodger_reply_get_pending (clock.reply)));
  expect_outcome (&clock, LODGER_ENOTDONE);
  lodger_reply_return_nothing (clock.reply);
  clock.reply = NULL;
  loop_run (&clock.loop);
  expect_outcome (&clock, LODGER_ECANCELED);
  ck_assert_int_eq (clock.destroyed, 1);
  clock_end (&clock);
}
END_TEST

START_TEST (it_ends_with_its_scope)
{
  LodgerScope *scope = lodger_scope_new (NULL);
  Clock clock = { 0 };
  clock_begin (&clock, LODGER_REPEAT_OPTIONS (.scope = scope));
  lodger_scope_end (scope, NULL);
  expect_outcome (&clock, LODGER_ECANCELED);
  advance (&clock, TIME);
  ck_assert_int_eq (clock.runs, 1);
  ck_assert_int_eq (clock.destroyed, 1);
  lodger_repeat_unref (clock.repeat);
  clock.repeat = lodger_repeat_new (clock.loop.caller, TIME, tick, &clock, clock_destroy,
                                    LODGER_REPEAT_OPTIONS (.scope = scope));
  ck_assert_int_eq (clock.destroyed, 2);
  expect_outcome (&clock, LODGER_ECANCELED);
  clock.destroyed--;
  lodger_scope_unref (scope);
  clock_end (&clock);
}
END_TEST

START_TEST (a_stop_of_its_caller_ends_it)
{
  for (int i = 0; i < 3; i++)
    {
      Clock clock = { .defers = i == 1 };
      clock_begin (&clock, NULL);
      if (i == 2)
        expect_code (lodger_repeat_pause (clock.repeat), 0);
      lodger_caller_stop (clock.loop.caller, true);
      loop_run (&clock.loop);
      if (i == 1)
        {
          ck_assert (lodger_pending_is_cancelled (lodger_reply_get_pending (clock.reply)));
          lodger_reply_return_nothing (clock.reply);
          clock.reply = NULL;
          loop_run (&clock.loop);
        }
      expect_outcome (&clock, LODGER_ECANCELED);
      expect_code (lodger_pending_get_outcome (lodger_caller_get_stopped (clock.loop.caller)), 0);
      ck_assert_int_eq (clock.destroyed, 1);
      clock_end (&clock);
    }
}
END_TEST

START_TEST (it_goes_on_when_nobody_refers_to_it)
{
  Clock clock = { .answers_at = 3 };
  clock_begin (&clock, NULL);
  ck_assert_ptr_eq (lodger_repeat_ref (clock.repeat), clock.repeat);
  lodger_repeat_unref (clock.repeat);
  lodger_repeat_unref (clock.repeat);
  clock.repeat = NULL;
  advance (&clock, TIME);
  ck_assert_int_eq (clock.runs, 2);
  advance (&clock, TIME);
  ck_assert_int_eq (clock.destroyed, 1);
  clock_end (&clock);
}
END_TEST

START_TEST (a_host_without_timers_has_none)
{
  MinimalHost minimal = { 0 };
  LodgerCaller *caller = minimal_host_attach (&minimal, NULL);
  Clock clock = { 0 };
  LodgerRepeat *repeat;
  log_capture_begin ();
  repeat = lodger_repeat_new (caller, TIME, tick, &clock, clock_destroy, NULL);
  lodger_caller_start_sync (caller);
  minimal_host_run (&minimal);
  ck_assert_int_eq (lodger_error_get_code (lodger_pending_get_error (lodger_repeat_get_pending (repeat))),
                    LODGER_ENOSYS);
  ck_assert_int_eq (clock.destroyed, 1);
  lodger_repeat_unref (repeat);
  minimal_host_close (&minimal);
  minimal_host_run (&minimal);
  lodger_caller_unref (caller);
  log_capture_end ();
}
END_TEST

/* ---- its context, and its group ---------------------------------------------------------------------------------------- */

static const LodgerContextKey key = { "a value" };

typedef struct Member
{
  LodgerGroup *group;
  LodgerCaller *caller;
  Recorder recorder;
  int runs;
} Member;

static void
check_context (LodgerPending *self, uint64_t skipped, void *data)
{
  Member *member = data;
  (void) self;
  (void) skipped;
  ck_assert_ptr_eq (lodger_context_get (&key), member);
  ck_assert_ptr_eq (lodger_group_current (), member->group);
  ck_assert_uint_eq (lodger_group_count (member->group), 1);
  if (member->runs++ == 0)
    return;
  lodger_pending_disown (lodger_caller_call_later (member->caller, LODGER_SECONDS (9), recorder_call, &member->recorder,
                                                   recorder_destroy));
  ck_assert_uint_eq (lodger_group_count (member->group), 2);
}

START_TEST (its_group_knows_it_and_what_its_runs_submit)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Member member = { .group = lodger_group_new (NULL), .caller = loop.caller };
  LodgerRepeat *repeat;
  LodgerPending *end;
  expect_code (lodger_context_set (&key, &member, NULL), 0);
  expect_code (lodger_group_enter (member.group), 0);
  repeat = lodger_repeat_new (loop.caller, TIME, check_context, &member, NULL, NULL);
  end = lodger_group_close (member.group);
  expect_code (lodger_context_set (&key, NULL, NULL), 0);
  loop_run (&loop);
  lodger_manual_advance (loop.host, TIME);
  loop_run (&loop);
  ck_assert_int_eq (member.runs, 2);
  lodger_pending_cancel (end, NULL);
  loop_run (&loop);
  expect_code (lodger_pending_get_outcome (lodger_repeat_get_pending (repeat)), LODGER_ECANCELED);
  ck_assert (lodger_pending_is_done (end));
  recorder_expect (&member.recorder, 0, 1);
  lodger_pending_unref (end);
  lodger_repeat_unref (repeat);
  lodger_group_unref (member.group);
  loop_close (&loop);
}
END_TEST

/* ---- workers ----------------------------------------------------------------------------------------------------------- */

typedef struct Elsewhere
{
  atomic_int at_work, most, thread;
  Counter runs;
  Latch destroyed;
} Elsewhere;

static void
elsewhere_run (LodgerPending *self, uint64_t skipped, void *data)
{
  Elsewhere *elsewhere = data;
  int at_work = atomic_fetch_add (&elsewhere->at_work, 1) + 1;
  (void) self;
  (void) skipped;
  if (at_work > atomic_load (&elsewhere->most))
    atomic_store (&elsewhere->most, at_work);
  atomic_store (&elsewhere->thread, test_thread_id ());
  atomic_fetch_sub (&elsewhere->at_work, 1);
  counter_add (&elsewhere->runs, 1);
}

static void
elsewhere_destroy (void *data)
{
  latch_open (&((Elsewhere *) data)->destroyed);
}

static void
elsewhere_init (Elsewhere *elsewhere)
{
  *elsewhere = (Elsewhere) { 0 };
  counter_init (&elsewhere->runs);
  latch_init (&elsewhere->destroyed);
}

static void
elsewhere_clear (Elsewhere *elsewhere)
{
  latch_wait (&elsewhere->destroyed);
  ck_assert_int_eq (atomic_load (&elsewhere->most), 1);
  counter_clear (&elsewhere->runs);
  latch_clear (&elsewhere->destroyed);
}

START_TEST (it_runs_in_a_worker)
{
  LodgerCaller *worker = worker_start (NULL);
  for (int i = 0; i < 3; i++)
    {
      const LodgerRepeatOptions *options = i == 0   ? LODGER_REPEAT_OPTIONS (.in_worker = true)
                                           : i == 1 ? LODGER_REPEAT_OPTIONS (.worker = "clock")
                                                    : LODGER_REPEAT_OPTIONS (.delay = 1);
      Elsewhere elsewhere;
      LodgerRepeat *repeat;
      elsewhere_init (&elsewhere);
      repeat = lodger_repeat_new (worker, 1000, elsewhere_run, &elsewhere, elsewhere_destroy, options);
      counter_wait (&elsewhere.runs, 20);
      ck_assert_int_eq (atomic_load (&elsewhere.thread) == worker_thread_id (worker), i == 2);
      expect_code (lodger_repeat_stop (repeat), 0);
      wait_done (lodger_repeat_get_pending (repeat));
      expect_code (lodger_pending_get_outcome (lodger_repeat_get_pending (repeat)), 0);
      lodger_repeat_unref (repeat);
      elsewhere_clear (&elsewhere);
    }
  worker_stop (worker);
}
END_TEST

static void
blocked_run (LodgerPending *self, uint64_t skipped, void *data)
{
  (void) skipped;
  blocked_call_run (self, data);
}

/* The work goes on in its thread; nothing else runs, and the data lives. */
START_TEST (a_cancel_waits_for_the_run_in_its_worker)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  BlockedCall blocked;
  LodgerRepeat *repeat;
  LodgerPending *pending;
  blocked_call_init (&blocked);
  repeat = lodger_repeat_new (loop.caller, TIME, blocked_run, &blocked, blocked_call_destroy,
                              LODGER_REPEAT_OPTIONS (.in_worker = true));
  pending = lodger_repeat_get_pending (repeat);
  loop_run (&loop);
  latch_wait (&blocked.entered);
  lodger_manual_advance (loop.host, 3 * TIME);
  loop_run (&loop);
  ck_assert (lodger_pending_cancel (pending, NULL));
  loop_run (&loop);
  ck_assert (!lodger_pending_is_done (pending));
  recorder_expect (&blocked.recorder, 1, 0);
  latch_open (&blocked.let_go);
  loop_run_until_done (&loop, pending);
  expect_code (lodger_pending_get_outcome (pending), LODGER_ECANCELED);
  lodger_repeat_unref (repeat);
  loop_close (&loop);
  recorder_expect (&blocked.recorder, 1, 1);
  blocked_call_clear (&blocked);
}
END_TEST

typedef struct Toggler
{
  LodgerRepeat *repeat;
  Barrier *barrier;
  int end; /* 0: it stops, 1: it cancels, 2: it leaves that to others */
} Toggler;

static void *
toggle (void *data)
{
  const Toggler *toggler = data;
  barrier_wait (toggler->barrier);
  for (int i = 0; i < 20; i++)
    {
      expect_code (lodger_repeat_pause (toggler->repeat), 0);
      expect_code (lodger_repeat_resume (toggler->repeat), 0);
    }
  if (toggler->end == 0)
    expect_code (lodger_repeat_stop (toggler->repeat), 0);
  if (toggler->end == 1)
    lodger_pending_cancel (lodger_repeat_get_pending (toggler->repeat), NULL);
  return NULL;
}

START_TEST (pauses_stops_and_runs_of_all_threads_meet)
{
  LodgerCaller *worker = worker_start (NULL);
  for (int round = 0; round < 60; round++)
    {
      Elsewhere elsewhere;
      Toggler togglers[3];
      pthread_t threads[3];
      Barrier barrier;
      LodgerRepeat *repeat;
      int outcome;
      elsewhere_init (&elsewhere);
      barrier_init (&barrier, 3);
      repeat = lodger_repeat_new (worker, 1, elsewhere_run, &elsewhere, elsewhere_destroy,
                                  LODGER_REPEAT_OPTIONS (.in_worker = round % 2 == 0));
      counter_wait (&elsewhere.runs, 1);
      for (int i = 0; i < 3; i++)
        {
          togglers[i] = (Toggler) { repeat, &barrier, i == 0 ? round % 4 / 2 : 2 };
          threads[i] = thread_start (toggle, &togglers[i]);
        }
      for (int i = 0; i < 3; i++)
        thread_join (threads[i]);
      wait_done (lodger_repeat_get_pending (repeat));
      outcome = lodger_pending_get_outcome (lodger_repeat_get_pending (repeat));
      expect_code (outcome, round % 4 / 2 == 0 ? 0 : LODGER_ECANCELED);
      lodger_repeat_unref (repeat);
      elsewhere_clear (&elsewhere);
      barrier_clear (&barrier);
    }
  worker_stop (worker);
}
END_TEST

START_TEST (a_stop_of_its_caller_meets_the_runs)
{
  for (int round = 0; round < 60; round++)
    {
      LodgerCaller *worker = worker_start (NULL);
      Elsewhere elsewhere;
      LodgerRepeat *repeat;
      elsewhere_init (&elsewhere);
      repeat = lodger_repeat_new (worker, 1, elsewhere_run, &elsewhere, elsewhere_destroy,
                                  LODGER_REPEAT_OPTIONS (.in_worker = round % 2 == 0));
      counter_wait (&elsewhere.runs, 1 + round % 3);
      worker_stop (worker);
      expect_code (lodger_pending_get_outcome (lodger_repeat_get_pending (repeat)), LODGER_ECANCELED);
      lodger_repeat_unref (repeat);
      elsewhere_clear (&elsewhere);
    }
}
END_TEST

/* ---- misuse ------------------------------------------------------------------------------------------------------------ */

START_TEST (misuse_is_answered)
{
  Clock clock = { 0 };
  clock_begin (&clock, NULL);
  log_capture_begin ();
  ck_assert_ptr_null (lodger_repeat_new (NULL, TIME, tick, &clock, clock_destroy, NULL));
  ck_assert_ptr_null (lodger_repeat_new (clock.loop.caller, TIME, NULL, &clock, clock_destroy, NULL));
  ck_assert_ptr_null (lodger_repeat_new (clock.loop.caller, 0, tick, &clock, clock_destroy, NULL));
  ck_assert_ptr_null (
      lodger_repeat_new (clock.loop.caller, TIME, tick, &clock, clock_destroy, LODGER_REPEAT_OPTIONS (.delay = -1)));
  ck_assert_int_eq (clock.destroyed, 4);
  expect_code (lodger_repeat_pause (NULL), LODGER_EINVAL);
  expect_code (lodger_repeat_resume (NULL), LODGER_EINVAL);
  expect_code (lodger_repeat_stop (NULL), LODGER_EINVAL);
  expect_code (lodger_repeat_resume (clock.repeat), LODGER_ESTATE);
  ck_assert_uint_eq (log_capture_count (), 8);
  log_capture_end ();
  ck_assert (!lodger_repeat_is_paused (NULL));
  ck_assert_ptr_null (lodger_repeat_get_pending (NULL));
  ck_assert_ptr_null (lodger_repeat_ref (NULL));
  lodger_repeat_unref (NULL);
  clock.destroyed = 0;
  clock_end (&clock);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("repeat");
  test_add (suite, it_runs_at_each_due_time);
  test_add (suite, the_first_run_comes_after_the_delay);
  test_add (suite, a_run_that_begins_late_moves_no_other);
  test_add (suite, a_run_that_takes_long_skips_and_is_told);
  test_add (suite, a_deferred_run_is_never_overlapped);
  test_add (suite, a_full_inbox_does_not_hold_it_up);
  test_add (suite, a_pause_holds_up_the_runs);
  test_add (suite, a_short_pause_changes_nothing);
  test_add (suite, a_run_goes_on_in_a_pause);
  test_add (suite, a_resume_in_a_run_begins_no_other);
  test_add (suite, a_stop_lets_the_run_end);
  test_add (suite, a_stop_between_two_runs_ends_it_at_once);
  test_add (suite, a_stop_before_it_begins_lets_nothing_run);
  test_add (suite, a_run_can_stop_it);
  test_add (suite, a_run_that_answers_is_the_last);
  test_add (suite, a_run_that_fails_is_the_last);
  test_add (suite, failures_can_be_ignored);
  test_add (suite, a_cancel_reaches_the_run);
  test_add (suite, it_ends_with_its_scope);
  test_add (suite, a_stop_of_its_caller_ends_it);
  test_add (suite, it_goes_on_when_nobody_refers_to_it);
  test_add (suite, a_host_without_timers_has_none);
  test_add (suite, its_group_knows_it_and_what_its_runs_submit);
  test_add (suite, it_runs_in_a_worker);
  test_add (suite, a_cancel_waits_for_the_run_in_its_worker);
  test_add (suite, pauses_stops_and_runs_of_all_threads_meet);
  test_add (suite, a_stop_of_its_caller_meets_the_runs);
  test_add (suite, misuse_is_answered);
  return test_main (suite, argc, argv);
}
