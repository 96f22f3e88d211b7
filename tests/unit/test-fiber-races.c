/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What comes to a spawned call just as it begins or ends a wait. */
#include "test-fiber.h"
#include "test-loop.h"
#include "test-suite.h"

#include <poll.h>
#include <unistd.h>

enum
{
  TIME = 1000
};

/* ---- while it gives its thread back ------------------------------------------------------------------------------ */

typedef struct Sleeper
{
  Loop loop;
  LodgerScope *scope;
  int64_t time;
  int rounds, code;
} Sleeper;

static bool
hold (void *data)
{
  (void) data;
  return true;
}

/* The last user of an object runs a loop as it goes, and the time is over by then. */
static void
release_and_run (void *data)
{
  Sleeper *sleeper = data;
  if (sleeper->rounds-- <= 0)
    return;
  lodger_manual_advance (sleeper->loop.host, sleeper->time);
  loop_run (&sleeper->loop);
}

static void
sleep_once (LodgerPending *self, void *data)
{
  Sleeper *sleeper = data;
  (void) self;
  sleeper->code = lodger_sleep (TIME);
}

START_TEST (a_time_that_is_over_before_the_call_is_off_its_thread_ends_the_wait)
{
  Sleeper sleeper = { .loop = loop_open (LODGER_MANUAL_DEFAULT), .time = TIME, .rounds = 1, .code = 1 };
  LodgerPending *call;
  sleeper.scope
      = lodger_scope_new (LODGER_SCOPE_OPTIONS (.hold = hold, .release = release_and_run, .object = &sleeper));
  call = lodger_caller_spawn_full (sleeper.loop.caller, sleep_once, &sleeper, NULL,
                                   LODGER_CALL_OPTIONS (.scope = sleeper.scope));
  loop_run (&sleeper.loop);
  loop_run (&sleeper.loop);
  ck_assert (lodger_pending_is_done (call));
  expect_code (sleeper.code, 0);
  lodger_pending_unref (call);
  lodger_scope_unref (sleeper.scope);
  loop_close (&sleeper.loop);
}
END_TEST

/* The one that frees the object runs the loop for a moment: the answer comes in it, and the time is over, and is to be
 * told later. */
typedef struct Hurried
{
  Sleeper sleeper; /* first */
  LodgerPending *first, *second;
  int codes[2];
} Hurried;

static void
answer_first (LodgerPending *self, void *data)
{
  (void) self;
  lodger_pending_return_nothing (((Hurried *) data)->first);
}

static void
release_and_iterate (void *data)
{
  Hurried *hurried = data;
  if (hurried->sleeper.rounds-- <= 0)
    return;
  lodger_manual_advance (hurried->sleeper.loop.host, hurried->sleeper.time);
  while (!lodger_pending_is_done (hurried->first))
    test_check (lodger_manual_iterate (hurried->sleeper.loop.host, false));
}

static void
wait_for_both (LodgerPending *self, void *data)
{
  Hurried *hurried = data;
  (void) self;
  hurried->codes[0] = lodger_pending_wait (hurried->first, TIME, LODGER_WAIT_PROTECT);
  hurried->codes[1] = lodger_pending_wait (hurried->second, TIME * 1000, LODGER_WAIT_PROTECT);
}

START_TEST (a_time_that_comes_after_its_wait_does_not_end_the_next_one)
{
  Hurried hurried = { .sleeper = { .loop = loop_open (LODGER_MANUAL_DEFAULT), .time = TIME, .rounds = 1 },
                      .first = lodger_pending_new (LODGER_PENDING_DEFAULT),
                      .second = lodger_pending_new (LODGER_PENDING_DEFAULT),
                      .codes = { 1, 1 } };
  Loop *loop = &hurried.sleeper.loop;
  LodgerScope *scope
      = lodger_scope_new (LODGER_SCOPE_OPTIONS (.hold = hold, .release = release_and_iterate, .object = &hurried));
  LodgerPending *call;
  lodger_manual_set_slice (loop->host, 0);
  lodger_pending_disown (lodger_caller_call_later (loop->caller, TIME / 2, answer_first, &hurried, NULL));
  call = lodger_caller_spawn_full (loop->caller, wait_for_both, &hurried, NULL, LODGER_CALL_OPTIONS (.scope = scope));
  loop_run (loop);
  expect_code (hurried.codes[0], 0);
  ck_assert_int_eq (hurried.codes[1], 1);
  lodger_manual_advance (loop->host, TIME * 10);
  loop_run (loop);
  ck_assert_int_eq (hurried.codes[1], 1);
  lodger_pending_return_nothing (hurried.second);
  loop_run (loop);
  expect_code (hurried.codes[1], 0);
  ck_assert (lodger_pending_is_done (call));
  lodger_pending_unref (call);
  lodger_pending_unref (hurried.first);
  lodger_pending_unref (hurried.second);
  lodger_scope_unref (scope);
  loop_close (loop);
}
END_TEST

/* ---- while its caller is taken away ------------------------------------------------------------------------------ */

enum
{
  LIMIT = 2 * 1000 * 1000,
  TURNS = 200
};

typedef struct Late
{
  Recorder begins;
  int64_t delay;
  bool waits_first; /* so that it is known, and forgotten at its end; or it becomes known at last */
} Late;

static void
end_with_deadline (LodgerPending *self, void *data)
{
  Late *late = data;
  int64_t until;
  if (late->waits_first)
    lodger_yield ();
  counter_add (late->begins.runs, 1);
  while (!lodger_pending_is_cancelled (self))
    ;
  until = test_now () + late->delay;
  while (test_now () < until)
    ;
  if (!late->waits_first)
    lodger_await_check (NULL);
}

/* The thread that takes it settles what waits there. */
START_TEST (a_spawned_call_waits_or_ends_just_as_its_caller_is_taken_away)
{
  static Late lates[TURNS];
  Counter begins;
  counter_init (&begins);
  log_capture_begin ();
  for (unsigned i = 0; i < test_scaled (TURNS); i++)
    {
      LodgerCaller *worker = worker_start_full (NULL, LODGER_CALLER_OPTIONS (.stop_deadline = LIMIT));
      LodgerPending *call;
      lates[i].begins.runs = &begins;
      lates[i].waits_first = _i == 1;
      lates[i].delay = LIMIT + ((int64_t) (i % 40) - 10) * 10000;
      call = lodger_caller_spawn (worker, end_with_deadline, &lates[i], NULL);
      counter_wait (&begins, i + 1);
      lodger_caller_stop (worker, true);
      wait_done (lodger_caller_get_stopped (worker));
      wait_done (call);
      lodger_pending_unref (call);
      lodger_caller_unref (worker);
    }
  log_capture_end ();
}
END_TEST

/* ---- yields ------------------------------------------------------------------------------------------------------ */

static void
yield_for_ever (LodgerPending *self, void *data)
{
  (void) self;
  (void) data;
  while (lodger_yield () == 0)
    ;
}

static void
read_byte (LodgerPending *self, uint32_t revents, void *data)
{
  char byte;
  (void) self;
  (void) revents;
  test_check (read (*(int *) data, &byte, 1) == 1);
}

static void
do_nothing (LodgerPending *self, void *data)
{
  (void) self;
  (void) data;
}

/* Calls, times and descriptors of the worker have their turns, and so has its stop. */
START_TEST (a_call_that_yields_for_ever_starves_nobody)
{
  LodgerCaller *worker = worker_start (_i == 0 ? NULL : "glib");
  LodgerPending *storms[3], *watching, *later;
  int ends[2];
  ck_assert_int_eq (pipe (ends), 0);
  for (int i = 0; i < 3; i++)
    storms[i] = lodger_caller_spawn (worker, yield_for_ever, NULL, NULL);
  expect_code (wait_outcome (lodger_caller_call_soon (worker, do_nothing, NULL, NULL)), 0);
  watching = lodger_caller_watch_fd_full (worker, ends[0], POLLIN, read_byte, &ends[0], NULL,
                                          LODGER_WATCH_OPTIONS (.times = 1));
  later = lodger_caller_call_later (worker, 1000000, do_nothing, NULL, NULL);
  expect_code (wait_outcome (later), 0);
  ck_assert_int_eq (write (ends[1], "x", 1), 1);
  wait_done (watching);
  lodger_pending_unref (watching);
  worker_stop (worker);
  for (int i = 0; i < 3; i++)
    lodger_pending_unref (storms[i]);
  close (ends[0]);
  close (ends[1]);
}
END_TEST

/* ---- several of one thread --------------------------------------------------------------------------------------- */

enum
{
  RECEIVERS = 3
};

typedef struct Receiving
{
  LodgerChannel *channel;
  int64_t timeout;
  int code;
  void *item;
} Receiving;

static void
receive_one (LodgerPending *self, void *data)
{
  Receiving *receiving = data;
  (void) self;
  receiving->code = lodger_channel_receive (receiving->channel, receiving->timeout, &receiving->item);
}

/* One of them gives up, and one is cancelled as an item is on its way to it. */
START_TEST (spawned_calls_of_one_thread_share_a_channel)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerChannel *channel = lodger_channel_new (NULL);
  Receiving receiving[RECEIVERS + 2];
  LodgerPending *calls[RECEIVERS + 2];
  int items[RECEIVERS];
  for (int i = 0; i < RECEIVERS + 2; i++)
    {
      receiving[i] = (Receiving) { channel, i == 1 ? TIME : LODGER_FOREVER, 1, NULL };
      calls[i] = lodger_caller_spawn (loop.caller, receive_one, &receiving[i], NULL);
    }
  loop_run (&loop);
  lodger_manual_advance (loop.host, TIME);
  loop_run (&loop);
  expect_code (receiving[1].code, LODGER_ETIMEDOUT);
  expect_code (lodger_channel_send (channel, &items[0]), 0);
  lodger_pending_cancel (calls[0], NULL);
  for (int i = 1; i < RECEIVERS; i++)
    expect_code (lodger_channel_send (channel, &items[i]), 0);
  loop_run (&loop);
  expect_code (receiving[0].code, LODGER_ECANCELED);
  for (int i = 2; i < RECEIVERS + 2; i++)
    {
      expect_code (receiving[i].code, 0);
      ck_assert_ptr_eq (receiving[i].item, &items[i - 2]);
    }
  for (int i = 0; i < RECEIVERS + 2; i++)
    lodger_pending_unref (calls[i]);
  lodger_channel_unref (channel);
  loop_close (&loop);
}
END_TEST

/* ---- others look, cancel and crowd ------------------------------------------------------------------------------- */

enum
{
  CROWD = 16
};

typedef struct Busy
{
  LodgerCaller *caller;
  LodgerLimiter *limiter;
  _Atomic (LodgerGroup *) group; /* a reference, for whoever takes it */
  Counter *ends;
  unsigned rounds;
} Busy;

/* The group is cancelled at any moment, by another thread. */
static void
wait_in_group (Busy *busy)
{
  LodgerGroup *group = lodger_group_new (LODGER_GROUP_OPTIONS (.mode = LODGER_GROUP_CANCEL));
  LodgerPending *never = lodger_pending_new (LODGER_PENDING_DEFAULT);
  test_check (lodger_group_enter (group) == 0);
  lodger_group_unref (atomic_exchange (&busy->group, lodger_group_ref (group)));
  if (busy->rounds % 2 == 0)
    lodger_pending_wait (never, 20000, LODGER_WAIT_DEFAULT);
  else
    lodger_pending_wait (never, 1000000000, LODGER_WAIT_DEFAULT);
  lodger_group_leave (group, NULL);
  lodger_group_unref (group);
  lodger_pending_unref (never);
}

static void
be_busy (LodgerPending *self, void *data)
{
  Busy *busy = data;
  (void) self;
  while (busy->rounds-- > 0)
    {
      test_check (lodger_yield () == 0);
      test_check (lodger_limiter_enter (busy->limiter, LODGER_FOREVER) == 0);
      test_check (lodger_sleep (1000) == 0);
      test_check (lodger_limiter_leave (busy->limiter) == 0);
      test_check (lodger_await (lodger_caller_spawn (busy->caller, do_nothing, NULL, NULL), NULL) == 0);
      test_check (lodger_await (lodger_caller_call_soon (busy->caller, do_nothing, NULL, NULL), NULL) == 0);
      wait_in_group (busy);
    }
  counter_add (busy->ends, 1);
}

/* The inboxes are small, and each call fills its own and that of the other worker. */
START_TEST (spawned_calls_wait_while_others_look_and_cancel_and_their_inboxes_are_full)
{
  static Busy busy[CROWD];
  LodgerCaller *workers[2];
  LodgerLimiter *limiter = lodger_limiter_new (LODGER_LIMITER_OPTIONS (.limit = 2));
  Counter ends;
  counter_init (&ends);
  for (int i = 0; i < 2; i++)
    workers[i] = worker_start_full (NULL, LODGER_CALLER_OPTIONS (.inbox_limit = 2));
  for (int i = 0; i < CROWD; i++)
    {
      busy[i]
          = (Busy) { .caller = workers[(i / 2) % 2], .limiter = limiter, .ends = &ends, .rounds = test_scaled (100) };
      lodger_pending_unref (lodger_caller_spawn (workers[i % 2], be_busy, &busy[i], NULL));
    }
  for (int i = 0; counter_get (&ends) < CROWD; i++)
    {
      LodgerGroup *group = atomic_exchange (&busy[i % CROWD].group, NULL);
      if (group != NULL)
        lodger_group_cancel (group, "not needed");
      lodger_group_unref (group);
      lodger_free (lodger_dump ());
    }
  for (int i = 0; i < CROWD; i++)
    lodger_group_unref (atomic_exchange (&busy[i].group, NULL));
  for (int i = 0; i < 2; i++)
    worker_stop (workers[i]);
  lodger_limiter_unref (limiter);
}
END_TEST

/* ---- its answer is there before it returns ----------------------------------------------------------------------- */

typedef struct Answered
{
  Trail trail; /* first */
  LodgerReply *reply;
} Answered;

static void
defer_and_wait (LodgerPending *self, void *data)
{
  Answered *answered = data;
  answered->reply = lodger_pending_defer (self);
  trail_note (&answered->trail, 'a');
  answered->trail.code = lodger_pending_wait (answered->trail.awaited, LODGER_FOREVER, LODGER_WAIT_SHIELD);
  trail_note (&answered->trail, 'c');
}

START_TEST (a_call_that_waits_is_answered_by_its_reply)
{
  for (int i = 0; i < 3; i++)
    {
      Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
      Answered answered = { .trail.awaited = lodger_pending_new (LODGER_PENDING_DEFAULT) };
      LodgerPending *call = lodger_caller_spawn (loop.caller, defer_and_wait, &answered, trail_destroy);
      loop_run (&loop);
      ck_assert_str_eq (answered.trail.letters, "a");
      lodger_reply_return_int (answered.reply, 3);
      loop_run (&loop);
      ck_assert_str_eq (answered.trail.letters, "a");
      if (i == 1)
        {
          lodger_caller_stop (loop.caller, true);
          loop_run (&loop);
        }
      if (i == 2)
        lodger_pending_cancel (call, NULL);
      lodger_pending_return_int (answered.trail.awaited, 3);
      loop_run (&loop);
      ck_assert_str_eq (answered.trail.letters, "acd");
      ck_assert (lodger_pending_is_done (call));
      lodger_pending_unref (call);
      lodger_pending_unref (answered.trail.awaited);
      loop_close (&loop);
      recorder_expect (&answered.trail.recorder, 0, 1);
    }
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("fiber-races");
  test_add (suite, a_time_that_is_over_before_the_call_is_off_its_thread_ends_the_wait);
  test_add (suite, a_time_that_comes_after_its_wait_does_not_end_the_next_one);
  test_add_variant (suite, "a_spawned_call_waits_or_ends_just_as_its_caller_is_taken_away/waits",
                    a_spawned_call_waits_or_ends_just_as_its_caller_is_taken_away, 0);
  test_add_variant (suite, "a_spawned_call_waits_or_ends_just_as_its_caller_is_taken_away/ends",
                    a_spawned_call_waits_or_ends_just_as_its_caller_is_taken_away, 1);
  test_add_variant (suite, "a_call_that_yields_for_ever_starves_nobody/native",
                    a_call_that_yields_for_ever_starves_nobody, 0);
  test_add (suite, spawned_calls_of_one_thread_share_a_channel);
  test_add (suite, spawned_calls_wait_while_others_look_and_cancel_and_their_inboxes_are_full);
  test_add (suite, a_call_that_waits_is_answered_by_its_reply);
  return test_main (suite, argc, argv);
}
