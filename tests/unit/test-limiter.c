/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Limiters: how many are at work at once, who is next, and how a call leaves its place. */
#include "test-blocked-call.h"
#include "test-loop.h"
#include "test-suite.h"

#include <string.h>

enum
{
  CALLS = 40
};

/* ---- how many ---------------------------------------------------------------------------------------------------- */

typedef struct Crowd
{
  Barrier pairs; /* two calls meet */
  atomic_int at_work, most;
} Crowd;

static void
meet (LodgerPending *self, void *data)
{
  Crowd *crowd = data;
  int now = atomic_fetch_add (&crowd->at_work, 1) + 1, most = atomic_load (&crowd->most);
  (void) self;
  while (now > most && !atomic_compare_exchange_weak (&crowd->most, &most, now))
    ;
  barrier_wait (&crowd->pairs);
  atomic_fetch_sub (&crowd->at_work, 1);
}

START_TEST (edge_43_no_more_than_the_limit_are_at_work)
{
  LodgerCaller *worker = worker_start (NULL);
  LodgerLimiter *limiter = lodger_limiter_new (LODGER_LIMITER_OPTIONS (.limit = 2));
  LodgerPending *pendings[CALLS];
  Crowd crowd = { .at_work = 0 };
  barrier_init (&crowd.pairs, 2);
  for (int i = 0; i < CALLS; i++)
    pendings[i] = lodger_caller_to_thread_full (worker, meet, &crowd, NULL, LODGER_CALL_OPTIONS (.limiter = limiter));
  for (int i = 0; i < CALLS; i++)
    expect_code (wait_outcome (pendings[i]), 0);
  ck_assert_int_eq (crowd.most, 2);
  expect_code (wait_outcome (lodger_limiter_close (limiter)), 0);
  ck_assert_uint_eq (lodger_limiter_count_running (limiter), 0);
  ck_assert_uint_eq (lodger_limiter_count_waiting (limiter), 0);
  lodger_limiter_unref (limiter);
  barrier_clear (&crowd.pairs);
  worker_stop (worker);
}
END_TEST

/* ---- calls of a loop, which answer later ------------------------------------------------------------------------- */

typedef struct Begun
{
  char text[64];
  LodgerReply *replies[8];
  int count, destroyed;
} Begun;

typedef struct Entry
{
  Begun *begun;
  char letter;
} Entry;

static void
begin (LodgerPending *self, void *data)
{
  const Entry *entry = data;
  Begun *begun = entry->begun;
  begun->text[begun->count] = entry->letter;
  begun->replies[begun->count++] = lodger_pending_defer (self);
}

static void
entry_destroy (void *data)
{
  ((Entry *) data)->begun->destroyed++;
}

static LodgerPending *
submit (LodgerCaller *caller, LodgerLimiter *limiter, Entry *entry, int priority)
{
  return lodger_caller_call_soon_full (caller, begin, entry, entry_destroy,
                                       LODGER_CALL_OPTIONS (.limiter = limiter, .priority = priority));
}

static void
answer (Loop *loop, Begun *begun, int number)
{
  lodger_reply_return_int (begun->replies[number], 0);
  loop_run (loop);
}

START_TEST (the_next_place_goes_to_the_oldest_the_newest_or_the_highest)
{
  static const LodgerLimiterOrder orders[] = { LODGER_LIMITER_FAIR, LODGER_LIMITER_NEWEST, LODGER_LIMITER_PRIORITY };
  static const char *const expected[] = { "abcd", "adcb", "acdb" };
  static const int priorities[] = { 0, 1, 2, 2 };
  for (int i = 0; i < 3; i++)
    {
      Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
      LodgerLimiter *limiter = lodger_limiter_new (LODGER_LIMITER_OPTIONS (.limit = 1, .order = orders[i]));
      Begun begun = { .count = 0 };
      Entry entries[4];
      for (int j = 0; j < 4; j++)
        {
          entries[j] = (Entry) { &begun, (char) ('a' + j) };
          lodger_pending_disown (submit (loop.caller, limiter, &entries[j], priorities[j]));
        }
      loop_run (&loop);
      ck_assert_str_eq (begun.text, "a");
      ck_assert_uint_eq (lodger_limiter_count_running (limiter), 1);
      ck_assert_uint_eq (lodger_limiter_count_waiting (limiter), 3);
      for (int j = 0; j < 4; j++)
        answer (&loop, &begun, j);
      ck_assert_str_eq (begun.text, expected[i]);
      lodger_limiter_unref (limiter);
      loop_close (&loop);
    }
}
END_TEST

START_TEST (a_cancelled_call_gives_up_its_place_in_the_line)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerLimiter *limiter = lodger_limiter_new (LODGER_LIMITER_OPTIONS (.limit = 1));
  Begun begun = { .count = 0 };
  Entry entries[3] = { { &begun, 'a' }, { &begun, 'b' }, { &begun, 'c' } };
  LodgerPending *pendings[3];
  for (int i = 0; i < 3; i++)
    pendings[i] = submit (loop.caller, limiter, &entries[i], 0);
  loop_run (&loop);
  ck_assert (lodger_pending_cancel (pendings[1], NULL));
  ck_assert (lodger_pending_is_done (pendings[1]));
  ck_assert_int_eq (begun.destroyed, 0);
  ck_assert_uint_eq (lodger_limiter_count_waiting (limiter), 1);
  loop_run (&loop);
  ck_assert_int_eq (begun.destroyed, 1);
  answer (&loop, &begun, 0);
  answer (&loop, &begun, 1);
  ck_assert_str_eq (begun.text, "ac");
  for (int i = 0; i < 3; i++)
    lodger_pending_unref (pendings[i]);
  lodger_limiter_unref (limiter);
  loop_close (&loop);
}
END_TEST

START_TEST (a_stop_drops_what_waits_for_a_place)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerCaller *worker = worker_start (NULL);
  LodgerLimiter *limiter = lodger_limiter_new (LODGER_LIMITER_OPTIONS (.limit = 1));
  Begun begun = { .count = 0 };
  Entry entries[2] = { { &begun, 'a' }, { &begun, 'b' } };
  BlockedCall blocked;
  LodgerPending *first, *pendings[2], *end;
  blocked_call_init (&blocked);
  first = lodger_caller_to_thread_full (worker, blocked_call_run, &blocked, blocked_call_destroy,
                                        LODGER_CALL_OPTIONS (.limiter = limiter));
  latch_wait (&blocked.entered);
  pendings[0] = submit (loop.caller, limiter, &entries[0], 0);
  pendings[1] = lodger_caller_to_thread_full (loop.caller, begin, &entries[1], entry_destroy,
                                              LODGER_CALL_OPTIONS (.limiter = limiter));
  lodger_caller_stop (loop.caller, true);
  loop_close (&loop);
  for (int i = 0; i < 2; i++)
    {
      expect_code (lodger_pending_get_outcome (pendings[i]), LODGER_ECANCELED);
      lodger_pending_unref (pendings[i]);
    }
  ck_assert_int_eq (begun.destroyed, 2);
  ck_assert_uint_eq (lodger_limiter_count_waiting (limiter), 0);
  end = lodger_limiter_close (limiter);
  ck_assert (!lodger_pending_is_done (end));
  latch_open (&blocked.let_go);
  expect_code (wait_outcome (first), 0);
  expect_code (wait_outcome (end), 0);
  lodger_limiter_unref (limiter);
  worker_stop (worker);
  blocked_call_clear (&blocked);
}
END_TEST

START_TEST (a_closed_limiter_is_done_after_its_last_call)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerLimiter *limiter = lodger_limiter_new (LODGER_LIMITER_OPTIONS (.limit = 1));
  Begun begun = { .count = 0 };
  Entry entries[3] = { { &begun, 'a' }, { &begun, 'b' }, { &begun, 'c' } };
  LodgerPending *end, *refused;
  lodger_pending_disown (submit (loop.caller, limiter, &entries[0], 0));
  lodger_pending_disown (submit (loop.caller, limiter, &entries[1], 0));
  loop_run (&loop);
  end = lodger_limiter_close (limiter);
  refused = submit (loop.caller, limiter, &entries[2], 0);
  ck_assert_int_eq (lodger_error_get_code (lodger_pending_get_error (refused)), LODGER_ESHUTDOWN);
  ck_assert_int_eq (begun.destroyed, 1);
  answer (&loop, &begun, 0);
  ck_assert (!lodger_pending_is_done (end));
  answer (&loop, &begun, 1);
  ck_assert (lodger_pending_is_done (end));
  ck_assert_str_eq (begun.text, "ab");
  lodger_pending_unref (refused);
  lodger_pending_unref (end);
  lodger_limiter_unref (limiter);
  loop_close (&loop);
}
END_TEST

START_TEST (a_limiter_that_nobody_refers_to_goes_on)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerLimiter *limiter = lodger_limiter_new (LODGER_LIMITER_OPTIONS (.limit = 1));
  Begun begun = { .count = 0 };
  Entry entries[2] = { { &begun, 'a' }, { &begun, 'b' } };
  for (int i = 0; i < 2; i++)
    lodger_pending_disown (submit (loop.caller, limiter, &entries[i], 0));
  lodger_limiter_unref (lodger_limiter_ref (limiter));
  lodger_limiter_unref (limiter);
  loop_run (&loop);
  answer (&loop, &begun, 0);
  answer (&loop, &begun, 1);
  ck_assert_str_eq (begun.text, "ab");
  ck_assert_int_eq (begun.destroyed, 2);
  loop_close (&loop);
}
END_TEST

/* ---- waits without end ------------------------------------------------------------------------------------------- */

typedef struct Nest
{
  LodgerLimiter *limiter;
  int code;
} Nest;

static void
do_nothing (LodgerPending *self, void *data)
{
  (void) self;
  (void) data;
}

static void
wait_for_another (LodgerPending *self, void *data)
{
  Nest *nest = data;
  LodgerPending *inner = lodger_caller_to_thread_full (lodger_caller_current (), do_nothing, NULL, NULL,
                                                       LODGER_CALL_OPTIONS (.limiter = nest->limiter));
  (void) self;
  nest->code = lodger_pending_wait (inner, LODGER_FOREVER, LODGER_WAIT_DEFAULT);
  lodger_pending_cancel (inner, NULL);
  lodger_pending_unref (inner);
}

START_TEST (law_7_a_place_that_only_the_waiter_could_free_is_not_waited_for)
{
  LodgerCaller *worker = worker_start (NULL);
  Nest nest = { .limiter = lodger_limiter_new (LODGER_LIMITER_OPTIONS (.limit = 1)) };
  log_capture_begin ();
  expect_code (wait_outcome (lodger_caller_to_thread_full (worker, wait_for_another, &nest, NULL,
                                                           LODGER_CALL_OPTIONS (.limiter = nest.limiter))),
               0);
  expect_code (nest.code, LODGER_EDEADLK);
  log_capture_end ();
  lodger_limiter_unref (nest.limiter);

  nest.limiter = lodger_limiter_new (LODGER_LIMITER_OPTIONS (.limit = 2));
  expect_code (wait_outcome (lodger_caller_to_thread_full (worker, wait_for_another, &nest, NULL,
                                                           LODGER_CALL_OPTIONS (.limiter = nest.limiter))),
               0);
  expect_code (nest.code, 0);
  lodger_limiter_unref (nest.limiter);
  worker_stop (worker);
}
END_TEST

/* The place goes to a call of the thread that waits. */
typedef struct Own
{
  LodgerLimiter *limiter;
  Latch begins;
  atomic_int thread;
  int code;
} Own;

static void
wait_for_an_own_call (LodgerPending *self, void *data)
{
  Own *own = data;
  LodgerPending *call = lodger_caller_call_soon_full (lodger_caller_current (), do_nothing, NULL, NULL,
                                                      LODGER_CALL_OPTIONS (.limiter = own->limiter));
  (void) self;
  atomic_store (&own->thread, test_thread_id ());
  latch_open (&own->begins);
  own->code = lodger_pending_wait (call, LODGER_FOREVER, LODGER_WAIT_PROTECT);
  lodger_pending_disown (call);
}

START_TEST (law_7_a_place_that_is_given_to_a_call_of_the_waiter_closes_a_circle)
{
  LodgerCaller *worker = worker_start (NULL);
  Own own = { .limiter = lodger_limiter_new (LODGER_LIMITER_OPTIONS (.limit = 1)) };
  BlockedCall blocked;
  LodgerPending *first, *waits;
  latch_init (&own.begins);
  blocked_call_init (&blocked);
  first = lodger_caller_to_thread_full (worker, blocked_call_run, &blocked, blocked_call_destroy,
                                        LODGER_CALL_OPTIONS (.limiter = own.limiter));
  latch_wait (&blocked.entered);
  waits = lodger_caller_call_soon (worker, wait_for_an_own_call, &own, NULL);
  latch_wait (&own.begins);
  proc_wait_asleep (atomic_load (&own.thread));
  log_capture_begin ();
  latch_open (&blocked.let_go);
  expect_code (wait_outcome (waits), 0);
  expect_code (own.code, LODGER_EDEADLK);
  ck_assert_uint_eq (log_capture_count (), 1);
  log_capture_end ();
  expect_code (wait_outcome (first), 0);
  expect_code (wait_outcome (lodger_limiter_close (own.limiter)), 0);
  lodger_limiter_unref (own.limiter);
  worker_stop (worker);
  blocked_call_clear (&blocked);
  latch_clear (&own.begins);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("limiter");
  test_add (suite, edge_43_no_more_than_the_limit_are_at_work);
  test_add (suite, the_next_place_goes_to_the_oldest_the_newest_or_the_highest);
  test_add (suite, a_cancelled_call_gives_up_its_place_in_the_line);
  test_add (suite, a_stop_drops_what_waits_for_a_place);
  test_add (suite, a_closed_limiter_is_done_after_its_last_call);
  test_add (suite, a_limiter_that_nobody_refers_to_goes_on);
  test_add (suite, law_7_a_place_that_only_the_waiter_could_free_is_not_waited_for);
  test_add (suite, law_7_a_place_that_is_given_to_a_call_of_the_waiter_closes_a_circle);
  return test_main (suite, argc, argv);
}
