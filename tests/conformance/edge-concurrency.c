/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How many calls of a limiter, or of an iteration, are at work at once. */
#include "conformance.h"

enum
{
  CALLS = 40
};

/* Calls in workers, of which so many have to meet. */
typedef struct Crowd
{
  Subject subject;
  Barrier meets;
  int given, shown; /* the loop's thread */
  atomic_int at_work, most;
  Journal threads;
} Crowd;

static void
crowd_open (Crowd *crowd, int kind, unsigned meets)
{
  *crowd = (Crowd) { .given = 0 };
  barrier_init (&crowd->meets, meets);
  journal_init (&crowd->threads);
  subject_open (&crowd->subject, kind, false);
}

static void
crowd_close (Crowd *crowd)
{
  subject_close (&crowd->subject);
  journal_clear (&crowd->threads);
  barrier_clear (&crowd->meets);
}

static void
meet (LodgerPending *self, void *data)
{
  Crowd *crowd = data;
  int now = atomic_fetch_add (&crowd->at_work, 1) + 1, most = atomic_load (&crowd->most);
  (void) self;
  while (now > most && !atomic_compare_exchange_weak (&crowd->most, &most, now))
    ;
  journal_add (&crowd->threads, test_thread_id ());
  barrier_wait (&crowd->meets);
  atomic_fetch_sub (&crowd->at_work, 1);
}

START_TEST (edge_43_no_more_calls_of_a_limiter_than_its_limit_are_at_work)
{
  static const unsigned limits[] = { 2, 20 }, meet_at_least[] = { 2, 4 };
  for (int i = 0; i < 2; i++)
    {
      Crowd crowd;
      LodgerLimiter *limiter = lodger_limiter_new (LODGER_LIMITER_OPTIONS (.limit = limits[i]));
      LodgerPending *pendings[CALLS];
      crowd_open (&crowd, _i, meet_at_least[i]);
      for (int k = 0; k < CALLS; k++)
        pendings[k] = lodger_caller_to_thread_full (crowd.subject.caller, meet, &crowd, NULL,
                                                    LODGER_CALL_OPTIONS (.limiter = limiter));
      for (int k = 0; k < CALLS; k++)
        expect_code (subject_outcome (&crowd.subject, pendings[k]), 0);
      ck_assert_int_ge (crowd.most, (int) meet_at_least[i]);
      ck_assert_int_le (crowd.most, (int) limits[i]);
      lodger_limiter_unref (limiter);
      crowd_close (&crowd);
    }
}
END_TEST

static LodgerPending *
crowd_give (void *data, LodgerError **ret_error)
{
  Crowd *crowd = data;
  (void) ret_error;
  if (crowd->given == CALLS)
    return NULL;
  crowd->given++;
  return lodger_caller_to_thread (crowd->subject.caller, meet, crowd, NULL);
}

static void
crowd_show (LodgerPending *self, LodgerPending *done, void *data)
{
  Crowd *crowd = data;
  (void) self;
  test_check (lodger_pending_get_outcome (done) == 0);
  crowd->shown++;
}

/* The loop's thread makes the calls, and gets them when they are done. */
static void
crowd_run (Crowd *crowd, size_t limit)
{
  LodgerCompleted *completed
      = lodger_completed_new_from (crowd_give, crowd, NULL, LODGER_COMPLETED_OPTIONS (.max_concurrent = limit));
  LodgerPending *all = lodger_completed_each (completed, crowd->subject.caller, crowd_show, crowd, NULL, NULL);
  expect_code (subject_outcome (&crowd->subject, all), 0);
  ck_assert_int_eq (crowd->shown, CALLS);
}

START_TEST (edge_43_no_more_calls_of_an_iteration_than_its_limit_are_at_work)
{
  Crowd crowd;
  crowd_open (&crowd, _i, 2);
  crowd_run (&crowd, 2);
  ck_assert_int_eq (crowd.most, 2);
  crowd_close (&crowd);
  crowd_open (&crowd, _i, 4);
  crowd_run (&crowd, 20);
  ck_assert_int_ge (crowd.most, 4);
  ck_assert_int_le (crowd.most, 20);
  crowd_close (&crowd);
}
END_TEST

START_TEST (edge_108_calls_through_a_limit_of_two_use_two_threads)
{
  Crowd crowd;
  LodgerCaller **workers;
  size_t count = 0;
  int first, second;
  crowd_open (&crowd, _i, 2);
  crowd_run (&crowd, 2);
  ck_assert_uint_eq (journal_count (&crowd.threads), CALLS);
  first = journal_get (&crowd.threads, 0);
  second = journal_get (&crowd.threads, 1);
  ck_assert_int_ne (first, second);
  for (size_t i = 2; i < CALLS; i++)
    ck_assert (journal_get (&crowd.threads, i) == first || journal_get (&crowd.threads, i) == second);
  workers = lodger_caller_list_children (crowd.subject.caller, &count);
  ck_assert_uint_ge (count, 2);
  ck_assert_uint_le (count, 3);
  lodger_caller_list_free (workers, count);
  crowd_close (&crowd);
}
END_TEST

void
add_edge_concurrency (Suite *suite)
{
  add_edge (suite, edge_43_no_more_calls_of_a_limiter_than_its_limit_are_at_work, 0, 0);
  add_edge (suite, edge_43_no_more_calls_of_an_iteration_than_its_limit_are_at_work, 0, 0);
  add_edge (suite, edge_108_calls_through_a_limit_of_two_use_two_threads, 0, 0);
}
