/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A running call takes one of a limiter's places, waits for it in the line, and gives it back. */
#include "test-blocked-call.h"
#include "test-loop.h"
#include "test-suite.h"

#include <stdio.h>

enum
{
  CALLS = 40
};

/* ---- a holder ---------------------------------------------------------------------------------------------------- */

/* A limiter with one place, which a call has taken. */
typedef struct Held
{
  LodgerCaller *worker;
  LodgerLimiter *limiter;
  Latch entered, let_go;
  LodgerPending *holder;
} Held;

static void
hold_place (LodgerPending *self, void *data)
{
  Held *held = data;
  (void) self;
  expect_code (lodger_limiter_enter (held->limiter, LODGER_FOREVER), 0);
  latch_open (&held->entered);
  latch_wait (&held->let_go);
  expect_code (lodger_limiter_leave (held->limiter), 0);
}

static void
held_init (Held *held, LodgerLimiterOrder order)
{
  *held = (Held) { .worker = worker_start (NULL),
                   .limiter = lodger_limiter_new (LODGER_LIMITER_OPTIONS (.limit = 1, .order = order)) };
  latch_init (&held->entered);
  latch_init (&held->let_go);
  held->holder = lodger_caller_to_thread (held->worker, hold_place, held, NULL);
  latch_wait (&held->entered);
}

static void
held_let_go (Held *held)
{
  latch_open (&held->let_go);
  expect_code (wait_outcome (held->holder), 0);
}

static void
held_clear (Held *held)
{
  ck_assert_uint_eq (lodger_limiter_count_running (held->limiter), 0);
  ck_assert_uint_eq (lodger_limiter_count_waiting (held->limiter), 0);
  expect_code (wait_outcome (lodger_limiter_close (held->limiter)), 0);
  lodger_limiter_unref (held->limiter);
  worker_stop (held->worker);
  latch_clear (&held->let_go);
  latch_clear (&held->entered);
}

/* A call that enters the limiter, and leaves it at once. */
typedef struct Guest
{
  Held *held;
  int64_t timeout;
  int priority, number;
  Journal *journal; /* NULL: nobody asks when it came in */
  Latch begins;
  atomic_int thread;
  int code;
} Guest;

static void
visit (LodgerPending *self, void *data)
{
  Guest *guest = data;
  (void) self;
  atomic_store (&guest->thread, test_thread_id ());
  latch_open (&guest->begins);
  guest->code = lodger_limiter_enter_full (guest->held->limiter, guest->timeout,
                                           LODGER_LIMITER_ENTRY_OPTIONS (.priority = guest->priority));
  if (guest->code != 0)
    return;
  if (guest->journal != NULL)
    journal_add (guest->journal, guest->number);
  expect_code (lodger_limiter_leave (guest->held->limiter), 0);
}

/* In a worker; it waits already, unless there is a place. */
static LodgerPending *
send_guest (Guest *guest, Held *held)
{
  LodgerPending *pending;
  guest->held = held;
  latch_init (&guest->begins);
  pending = lodger_caller_to_thread (held->worker, visit, guest, NULL);
  latch_wait (&guest->begins);
  proc_wait_asleep (atomic_load (&guest->thread));
  return pending;
}

/* ---- a place ----------------------------------------------------------------------------------------------------- */

static void
enter_and_leave (LodgerPending *self, void *data)
{
  LodgerLimiter *limiter = data;
  (void) self;
  for (int i = 0; i < 3; i++)
    {
      expect_code (lodger_limiter_enter (limiter, 0), 0);
      ck_assert_uint_eq (lodger_limiter_count_running (limiter), 1);
      expect_code (lodger_limiter_enter (limiter, 0), LODGER_ETIMEDOUT);
      expect_code (lodger_limiter_enter (limiter, -1), LODGER_ETIMEDOUT);
      expect_code (lodger_limiter_leave (limiter), 0);
      ck_assert_uint_eq (lodger_limiter_count_running (limiter), 0);
    }
}

START_TEST (a_running_call_takes_a_place_and_gives_it_back)
{
  LodgerCaller *worker = worker_start (NULL);
  LodgerLimiter *limiter = lodger_limiter_new (LODGER_LIMITER_OPTIONS (.limit = 1));
  expect_code (wait_outcome (lodger_caller_to_thread (worker, enter_and_leave, limiter, NULL)), 0);
  expect_code (wait_outcome (lodger_caller_call_soon (worker, enter_and_leave, limiter, NULL)), 0);
  expect_code (wait_outcome (lodger_limiter_close (limiter)), 0);
  lodger_limiter_unref (limiter);
  worker_stop (worker);
}
END_TEST

typedef struct Crowd
{
  LodgerLimiter *limiter;
  Barrier pairs; /* two calls meet */
  atomic_int at_work, most;
} Crowd;

static void
meet (LodgerPending *self, void *data)
{
  Crowd *crowd = data;
  int now, most;
  (void) self;
  expect_code (lodger_limiter_enter (crowd->limiter, LODGER_FOREVER), 0);
  now = atomic_fetch_add (&crowd->at_work, 1) + 1;
  most = atomic_load (&crowd->most);
  while (now > most && !atomic_compare_exchange_weak (&crowd->most, &most, now))
    ;
  barrier_wait (&crowd->pairs);
  atomic_fetch_sub (&crowd->at_work, 1);
  expect_code (lodger_limiter_leave (crowd->limiter), 0);
}

START_TEST (edge_43_no_more_than_the_limit_have_entered)
{
  LodgerCaller *worker = worker_start (NULL);
  Crowd crowd = { .limiter = lodger_limiter_new (LODGER_LIMITER_OPTIONS (.limit = 2)) };
  LodgerPending *pendings[CALLS];
  barrier_init (&crowd.pairs, 2);
  for (int i = 0; i < CALLS; i++)
    pendings[i] = lodger_caller_to_thread (worker, meet, &crowd, NULL);
  for (int i = 0; i < CALLS; i++)
    expect_code (wait_outcome (pendings[i]), 0);
  ck_assert_int_eq (crowd.most, 2);
  expect_code (wait_outcome (lodger_limiter_close (crowd.limiter)), 0);
  lodger_limiter_unref (crowd.limiter);
  barrier_clear (&crowd.pairs);
  worker_stop (worker);
}
END_TEST

/* ---- the line ---------------------------------------------------------------------------------------------------- */

typedef struct Queued
{
  Journal *journal;
  int number;
} Queued;

static void
note (LodgerPending *self, void *data)
{
  const Queued *queued = data;
  (void) self;
  journal_add (queued->journal, queued->number);
}

/* The second of the line was submitted with the limiter. */
START_TEST (the_next_place_goes_to_the_oldest_the_newest_or_the_highest_of_all)
{
  static const LodgerLimiterOrder orders[] = { LODGER_LIMITER_FAIR, LODGER_LIMITER_NEWEST, LODGER_LIMITER_PRIORITY };
  static const int expected[][4] = { { 0, 1, 2, 3 }, { 3, 2, 1, 0 }, { 2, 3, 1, 0 } };
  static const int priorities[] = { 0, 1, 2, 2 };
  Held held;
  Journal journal;
  Guest guests[4];
  LodgerPending *pendings[4];
  const int *order = expected[_i];
  Queued queued = { &journal, 1 };
  held_init (&held, orders[_i]);
  journal_init (&journal);
  for (int i = 0; i < 4; i++)
    {
      guests[i] = (Guest) { .timeout = LODGER_FOREVER, .priority = priorities[i], .number = i, .journal = &journal };
      pendings[i] = i != 1 ? send_guest (&guests[i], &held)
                           : lodger_caller_to_thread_full (
                               held.worker, note, &queued, NULL,
                               LODGER_CALL_OPTIONS (.limiter = held.limiter, .priority = priorities[i]));
    }
  ck_assert_uint_eq (lodger_limiter_count_waiting (held.limiter), 4);
  held_let_go (&held);
  for (int i = 0; i < 4; i++)
    expect_code (wait_outcome (pendings[i]), 0);
  journal_expect (&journal, order[0], order[1], order[2], order[3]);
  for (int i = 0; i < 4; i++)
    if (i != 1)
      latch_clear (&guests[i].begins);
  journal_clear (&journal);
  held_clear (&held);
}
END_TEST

/* 0: its time is over. 1: it is cancelled. */
START_TEST (a_call_that_gives_up_leaves_the_line)
{
  Held held;
  Guest first = { .timeout = _i == 0 ? LODGER_MILLISECONDS (1) : LODGER_FOREVER };
  Guest second = { .timeout = LODGER_FOREVER };
  LodgerPending *pendings[2];
  held_init (&held, LODGER_LIMITER_FAIR);
  first.held = &held;
  latch_init (&first.begins);
  pendings[0] = lodger_caller_to_thread (held.worker, visit, &first, NULL);
  latch_wait (&first.begins);
  if (_i == 1)
    proc_wait_asleep (atomic_load (&first.thread));
  pendings[1] = send_guest (&second, &held);
  if (_i == 1)
    lodger_pending_cancel (pendings[0], NULL);
  expect_code (wait_outcome (pendings[0]), _i == 0 ? 0 : LODGER_ECANCELED);
  ck_assert (!lodger_pending_is_done (pendings[1]));
  held_let_go (&held);
  expect_code (wait_outcome (pendings[1]), 0);
  expect_code (second.code, 0);
  held_clear (&held); /* the first one's function has returned */
  expect_code (first.code, _i == 0 ? LODGER_ETIMEDOUT : LODGER_ECANCELED);
  latch_clear (&first.begins);
  latch_clear (&second.begins);
}
END_TEST

START_TEST (a_stop_ends_the_wait_for_a_place)
{
  Held held;
  LodgerCaller *other = worker_start (NULL);
  Guest guest = { .timeout = LODGER_FOREVER };
  LodgerPending *pending;
  held_init (&held, LODGER_LIMITER_FAIR);
  guest.held = &held;
  latch_init (&guest.begins);
  pending = lodger_caller_call_soon (other, visit, &guest, NULL);
  latch_wait (&guest.begins);
  lodger_caller_stop (other, true);
  worker_stop (other);
  expect_code (wait_outcome (pending), LODGER_ECANCELED);
  expect_code (guest.code, LODGER_ECANCELED);
  ck_assert_uint_eq (lodger_limiter_count_waiting (held.limiter), 0);
  held_let_go (&held);
  held_clear (&held);
  latch_clear (&guest.begins);
}
END_TEST

START_TEST (a_closed_limiter_lets_in_who_waits_and_nobody_else)
{
  Held held;
  Guest waits = { .timeout = LODGER_FOREVER }, late = { .timeout = LODGER_FOREVER };
  LodgerPending *pending, *end;
  held_init (&held, LODGER_LIMITER_FAIR);
  pending = send_guest (&waits, &held);
  end = lodger_limiter_close (held.limiter);
  late.held = &held;
  latch_init (&late.begins);
  expect_code (wait_outcome (lodger_caller_to_thread (held.worker, visit, &late, NULL)), 0);
  expect_code (late.code, LODGER_ESHUTDOWN);
  ck_assert (!lodger_pending_is_done (end));
  held_let_go (&held);
  expect_code (wait_outcome (pending), 0);
  expect_code (waits.code, 0);
  expect_code (wait_outcome (end), 0);
  held_clear (&held);
  latch_clear (&waits.begins);
  latch_clear (&late.begins);
}
END_TEST

/* Whoever gives up just when its turn comes hands the place on. */
typedef struct Rush
{
  LodgerLimiter *limiter;
  Counter entered;
  atomic_int at_work;
  atomic_bool is_wrong;
} Rush;

static void
rush (LodgerPending *self, void *data)
{
  Rush *all = data;
  for (int i = 0; i < 200 && !lodger_pending_is_cancelled (self); i++)
    if (lodger_limiter_enter (all->limiter, i % 7 == 0 ? LODGER_FOREVER : i % 7 * 1000) == 0)
      {
        counter_add (&all->entered, 1);
        if (atomic_fetch_add (&all->at_work, 1) >= 2)
          all->is_wrong = true;
        atomic_fetch_sub (&all->at_work, 1);
        lodger_limiter_leave (all->limiter);
      }
}

START_TEST (edge_43_no_place_is_lost_by_one_that_gives_up)
{
  LodgerCaller *worker = worker_start (NULL);
  Rush all = { .limiter = lodger_limiter_new (LODGER_LIMITER_OPTIONS (.limit = 2)) };
  LodgerPending *pendings[8];
  counter_init (&all.entered);
  for (int i = 0; i < 8; i++)
    pendings[i] = lodger_caller_to_thread (worker, rush, &all, NULL);
  counter_wait (&all.entered, 50);
  lodger_pending_cancel (pendings[0], NULL);
  lodger_pending_cancel (pendings[1], NULL);
  for (int i = 0; i < 8; i++)
    {
      wait_done (pendings[i]);
      lodger_pending_unref (pendings[i]);
    }
  expect_code (wait_outcome (lodger_limiter_close (all.limiter)), 0);
  ck_assert (!all.is_wrong);
  ck_assert_uint_eq (lodger_limiter_count_running (all.limiter), 0);
  ck_assert_uint_eq (lodger_limiter_count_waiting (all.limiter), 0);
  lodger_limiter_unref (all.limiter);
  counter_clear (&all.entered);
  worker_stop (worker);
}
END_TEST

/* ---- brackets ---------------------------------------------------------------------------------------------------- */

LODGER_DECLARE_CONTEXT_KEY (color, const char)

LODGER_DEFINE_CONTEXT_KEY (color)

static void
nest (LodgerPending *self, void *data)
{
  LodgerLimiter *outer = data, *inner = lodger_limiter_new (LODGER_LIMITER_OPTIONS (.limit = 1));
  LodgerGroup *group = lodger_group_new (NULL);
  (void) self;
  log_capture_begin ();
  expect_code (lodger_limiter_leave (outer), LODGER_ESTATE);
  expect_code (lodger_limiter_enter (outer, 0), 0);
  expect_code (lodger_limiter_enter (inner, 0), 0);
  expect_code (lodger_limiter_leave (outer), LODGER_ESTATE);
  expect_code (lodger_limiter_leave (inner), 0);
  expect_code (lodger_group_enter (group), 0);
  expect_code (lodger_limiter_leave (outer), LODGER_ESTATE);
  expect_code (lodger_group_leave (group, NULL), 0);
  expect_code (lodger_limiter_enter (outer, 0), 0);
  ck_assert_uint_eq (lodger_limiter_count_running (outer), 2);
  expect_code (lodger_limiter_leave (outer), 0);
  ck_assert_uint_eq (lodger_limiter_count_running (outer), 1);
  expect_code (lodger_limiter_leave (outer), 0);
  expect_code (lodger_limiter_leave (outer), LODGER_ESTATE);
  ck_assert_uint_eq (log_capture_count (), 4);
  log_capture_end ();
  lodger_group_unref (group);
  lodger_limiter_unref (inner);
}

START_TEST (what_was_entered_last_is_left_first)
{
  LodgerCaller *worker = worker_start (NULL);
  LodgerLimiter *limiter = lodger_limiter_new (LODGER_LIMITER_OPTIONS (.limit = 2));
  expect_code (wait_outcome (lodger_caller_call_soon (worker, nest, limiter, NULL)), 0);
  lodger_limiter_unref (limiter);
  worker_stop (worker);
}
END_TEST

static void
set_values (LodgerPending *self, void *data)
{
  (void) self;
  expect_code (color_set ("red", NULL), 0);
  expect_code (lodger_limiter_enter (data, 0), 0);
  ck_assert_str_eq (color_get (), "red");
  expect_code (color_set ("blue", NULL), 0);
  expect_code (lodger_limiter_leave (data), 0);
  ck_assert_str_eq (color_get (), "red");
}

START_TEST (values_that_are_set_with_a_place_are_gone_without_it)
{
  LodgerCaller *worker = worker_start (NULL);
  LodgerLimiter *limiter = lodger_limiter_new (LODGER_LIMITER_OPTIONS (.limit = 1));
  expect_code (wait_outcome (lodger_caller_call_soon (worker, set_values, limiter, NULL)), 0);
  lodger_limiter_unref (limiter);
  worker_stop (worker);
}
END_TEST

static void
forget (LodgerPending *self, void *data)
{
  (void) self;
  expect_code (lodger_limiter_enter (data, 0), 0);
  expect_code (lodger_limiter_enter (data, 0), 0);
}

START_TEST (edge_43_a_call_that_returns_gives_its_places_back)
{
  LodgerCaller *worker = worker_start (NULL);
  LodgerLimiter *limiter = lodger_limiter_new (LODGER_LIMITER_OPTIONS (.limit = 2));
  log_capture_begin ();
  expect_code (wait_outcome (lodger_caller_call_soon (worker, forget, limiter, NULL)), 0);
  ck_assert_uint_eq (log_capture_count_of ("has returned without leaving its limiter (" __FILE__), 2);
  log_capture_end ();
  ck_assert_uint_eq (lodger_limiter_count_running (limiter), 0);
  expect_code (wait_outcome (lodger_limiter_close (limiter)), 0);
  lodger_limiter_unref (limiter);
  worker_stop (worker);
}
END_TEST

/* The limiter's last reference but the call's own goes while the call is inside. */
static void
keep_the_last (LodgerPending *self, void *data)
{
  (void) self;
  expect_code (lodger_limiter_enter (data, 0), 0);
  lodger_limiter_unref (data);
  expect_code (lodger_limiter_leave (data), 0);
}

START_TEST (a_limiter_lives_while_a_call_is_inside)
{
  LodgerCaller *worker = worker_start (NULL);
  expect_code (wait_outcome (lodger_caller_call_soon (worker, keep_the_last,
                                                      lodger_limiter_new (LODGER_LIMITER_OPTIONS (.limit = 1)), NULL)),
               0);
  worker_stop (worker);
}
END_TEST

/* ---- threads ----------------------------------------------------------------------------------------------------- */

static void
enter_in_a_loop (LodgerPending *self, void *data)
{
  Held *held = data;
  (void) self;
  log_capture_begin ();
  expect_code (lodger_limiter_enter (held->limiter, 0), LODGER_ETIMEDOUT);
  ck_assert_uint_eq (log_capture_count (), 0);
  expect_code (lodger_limiter_enter (held->limiter, LODGER_FOREVER), LODGER_EWRONGTHREAD);
  ck_assert_uint_eq (log_capture_count_of ("lodger_limiter_enter"), 1);
  log_capture_end ();
  held_let_go (held);
  expect_code (lodger_limiter_enter (held->limiter, LODGER_FOREVER), 0);
  expect_code (lodger_limiter_leave (held->limiter), 0);
}

START_TEST (a_loop_of_the_program_takes_what_is_free)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Held held;
  held_init (&held, LODGER_LIMITER_FAIR);
  lodger_pending_disown (lodger_caller_call_soon (loop.caller, enter_in_a_loop, &held, NULL));
  loop_run (&loop);
  held_clear (&held);
  loop_close (&loop);
}
END_TEST

/* ---- waits without end ------------------------------------------------------------------------------------------- */

static void
enter_twice (LodgerPending *self, void *data)
{
  (void) self;
  expect_code (lodger_limiter_enter (data, LODGER_FOREVER), 0);
  log_capture_begin ();
  expect_code (lodger_limiter_enter (data, LODGER_FOREVER), LODGER_EDEADLK);
  ck_assert_uint_eq (log_capture_count_of ("a place in the limiter (" __FILE__), 1);
  log_capture_end ();
  expect_code (lodger_limiter_enter (data, 1), LODGER_ETIMEDOUT);
  expect_code (lodger_limiter_leave (data), 0);
}

START_TEST (law_7_a_place_that_the_call_has_itself_is_not_waited_for)
{
  LodgerCaller *worker = worker_start (NULL);
  LodgerLimiter *limiter = lodger_limiter_new (LODGER_LIMITER_OPTIONS (.limit = 1));
  expect_code (wait_outcome (lodger_caller_to_thread (worker, enter_twice, limiter, NULL)), 0);
  ck_assert_uint_eq (lodger_limiter_count_running (limiter), 0);
  ck_assert_uint_eq (lodger_limiter_count_waiting (limiter), 0);
  lodger_limiter_unref (limiter);
  worker_stop (worker);
}
END_TEST

typedef struct Cross
{
  LodgerLimiter *first, *second;
  Barrier *both;
  int code;
} Cross;

static void
cross (LodgerPending *self, void *data)
{
  Cross *own = data;
  (void) self;
  expect_code (lodger_limiter_enter (own->first, LODGER_FOREVER), 0);
  barrier_wait (own->both);
  own->code = lodger_limiter_enter (own->second, LODGER_FOREVER);
  if (own->code == 0)
    expect_code (lodger_limiter_leave (own->second), 0);
  expect_code (lodger_limiter_leave (own->first), 0);
}

START_TEST (law_7_two_calls_that_have_what_the_other_waits_for_are_a_circle)
{
  LodgerCaller *worker = worker_start (NULL);
  LodgerLimiter *limiters[2];
  Barrier both;
  Cross crosses[2];
  LodgerPending *pendings[2];
  barrier_init (&both, 2);
  for (int i = 0; i < 2; i++)
    limiters[i] = lodger_limiter_new (LODGER_LIMITER_OPTIONS (.limit = 1));
  log_capture_begin ();
  for (int i = 0; i < 2; i++)
    {
      crosses[i] = (Cross) { limiters[i], limiters[1 - i], &both, 1 };
      pendings[i] = lodger_caller_to_thread (worker, cross, &crosses[i], NULL);
    }
  for (int i = 0; i < 2; i++)
    expect_code (wait_outcome (pendings[i]), 0);
  ck_assert_uint_eq (log_capture_count (), 1);
  log_capture_end ();
  ck_assert ((crosses[0].code == LODGER_EDEADLK) != (crosses[1].code == LODGER_EDEADLK));
  ck_assert_int_eq (crosses[0].code + crosses[1].code, LODGER_EDEADLK);
  for (int i = 0; i < 2; i++)
    lodger_limiter_unref (limiters[i]);
  barrier_clear (&both);
  worker_stop (worker);
}
END_TEST

/* The thread that waits in the line has the one before it in its inbox. */
START_TEST (law_7_a_line_behind_a_call_of_the_own_thread_closes_a_circle)
{
  Held held;
  LodgerCaller *other = worker_start (NULL);
  Guest guest = { .timeout = LODGER_FOREVER };
  Journal journal;
  Queued queued = { &journal, 1 };
  LodgerPending *waits, *before;
  WorkerBlock *block = worker_block (other);
  journal_init (&journal);
  held_init (&held, LODGER_LIMITER_FAIR);
  guest.held = &held;
  latch_init (&guest.begins);
  waits = lodger_caller_call_soon (other, visit, &guest, NULL);
  before = lodger_caller_call_soon_full (other, note, &queued, NULL, LODGER_CALL_OPTIONS (.limiter = held.limiter));
  log_capture_begin ();
  worker_unblock (block);
  latch_wait (&guest.begins);
  proc_wait_asleep (atomic_load (&guest.thread));
  held_let_go (&held);
  expect_code (wait_outcome (waits), 0);
  expect_code (guest.code, LODGER_EDEADLK);
  expect_code (wait_outcome (before), 0);
  log_capture_end ();
  held_clear (&held);
  worker_stop (other);
  journal_expect (&journal, 1);
  journal_clear (&journal);
  latch_clear (&guest.begins);
}
END_TEST

int
main (int argc, char **argv)
{
  static const char *const orders[] = { "fair", "newest", "priority" }, *const ways[] = { "time", "cancel" };
  Suite *suite = suite_create ("limiter-place");
  char name[128];
  test_add (suite, a_running_call_takes_a_place_and_gives_it_back);
  test_add (suite, edge_43_no_more_than_the_limit_have_entered);
  for (int i = 0; i < 3; i++)
    {
      snprintf (name, sizeof name, "the_next_place_goes_to_the_oldest_the_newest_or_the_highest_of_all/%s", orders[i]);
      test_add_variant (suite, name, the_next_place_goes_to_the_oldest_the_newest_or_the_highest_of_all, i);
    }
  for (int i = 0; i < 2; i++)
    {
      snprintf (name, sizeof name, "a_call_that_gives_up_leaves_the_line/%s", ways[i]);
      test_add_variant (suite, name, a_call_that_gives_up_leaves_the_line, i);
    }
  test_add (suite, a_stop_ends_the_wait_for_a_place);
  test_add (suite, a_closed_limiter_lets_in_who_waits_and_nobody_else);
  test_add (suite, edge_43_no_place_is_lost_by_one_that_gives_up);
  test_add (suite, what_was_entered_last_is_left_first);
  test_add (suite, values_that_are_set_with_a_place_are_gone_without_it);
  test_add (suite, edge_43_a_call_that_returns_gives_its_places_back);
  test_add (suite, a_limiter_lives_while_a_call_is_inside);
  test_add (suite, a_loop_of_the_program_takes_what_is_free);
  test_add (suite, law_7_a_place_that_the_call_has_itself_is_not_waited_for);
  test_add (suite, law_7_two_calls_that_have_what_the_other_waits_for_are_a_circle);
  test_add (suite, law_7_a_line_behind_a_call_of_the_own_thread_closes_a_circle);
  return test_main (suite, argc, argv);
}
