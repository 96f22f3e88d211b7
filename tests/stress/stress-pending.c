/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Several threads use the same pendings at once in every way: answer, cancel, wait, continue, follow, add and remove
 * callbacks, read, drop.
 *
 * In the end each pending has ended once, each callback has run once, and all data was destroyed once.
 *
 *   stress-pending      LODGER_STRESS_CALLS (200000 operations), LODGER_STRESS_ROUNDS (1), LODGER_SEED */
#include "test-latch.h"
#include "test-limits.h"
#include "test-worker.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

enum
{
  THREADS = 4,
  PENDINGS = 8,    /* pendings that are raced for at a time */
  OPERATIONS = 40, /* of a thread on them */
  KEPT = 4         /* references that a thread may hold to one */
};

/* Counts of created and of destroyed data. */
typedef struct Totals
{
  atomic_long created;
  atomic_long destroyed;
  atomic_long ran;     /* done-callbacks that ran */
  atomic_long removed; /* or were removed */
  atomic_long added;
} Totals;

typedef struct Shared
{
  LodgerCaller *workers[2];
  LodgerPending *pendings[PENDINGS];
  atomic_int runs[PENDINGS]; /* of the call behind a pending */
  Totals totals;
  Barrier barrier;
  unsigned rounds;
} Shared;

typedef struct Racer
{
  Shared *shared;
  unsigned number;
  TestRandom random;
  pthread_t thread;
  unsigned long waits;
  unsigned long first; /* answers that were the first */
} Racer;

static void *
new_data (Totals *totals)
{
  atomic_fetch_add (&totals->created, 1);
  return totals;
}

static void
destroy (void *data)
{
  Totals *totals = data;
  atomic_fetch_add (&totals->destroyed, 1);
}

static int
note_ran (LodgerPending *done, void *data)
{
  Totals *totals = data;
  test_check (lodger_pending_is_done (done));
  atomic_fetch_add (&totals->ran, 1);
  return 0;
}

static void
continued (LodgerPending *self, LodgerPending *done, void *data)
{
  (void) data;
  test_check (lodger_pending_is_done (done));
  lodger_pending_return_int (self, 1);
}

static void
canceller (LodgerPending *pending, const char *message, void *data)
{
  (void) message;
  (void) data;
  test_check (lodger_pending_is_cancelled (pending));
  lodger_pending_return_nothing (pending);
}

static void
short_call (LodgerPending *self, void *data)
{
  lodger_pending_return_pointer (self, new_data (data), destroy);
}

/* ---- what a thread does --------------------------------------------------------------------------------------- */

static void
look (LodgerPending *pending)
{
  LodgerPendingState state = lodger_pending_get_state (pending);
  int outcome = lodger_pending_get_outcome (pending);
  char *text = lodger_pending_describe (pending), *message = lodger_pending_dup_cancel_message (pending);
  LodgerError *error = lodger_pending_get_error (pending);
  int64_t number;
  test_check (text != NULL);
  test_check (state < LODGER_PENDING_SUCCEEDED || outcome != LODGER_ENOTDONE);
  test_check (outcome != LODGER_EFAILED || error != NULL);
  lodger_pending_get_int (pending, &number);
  lodger_free (text);
  lodger_free (message);
}

static void
operate (Racer *racer, LodgerPending *pending, LodgerPending *other)
{
  Shared *shared = racer->shared;
  Totals *totals = &shared->totals;
  LodgerCaller *worker = shared->workers[test_random_below (&racer->random, 2)];
  char key[2] = { (char) ('a' + test_random_below (&racer->random, 3)), '\0' };
  switch (test_random_below (&racer->random, 16))
    {
    case 0: racer->first += lodger_pending_return_int (pending, 7) == 0; break;
    case 1: racer->first += lodger_pending_return_pointer (pending, new_data (totals), destroy) == 0; break;
    case 2: racer->first += lodger_pending_return_new_error (pending, "stress", 1, "%d", 1) == 0; break;
    case 3: lodger_pending_return_from (pending, other); break;
    case 4: lodger_pending_cancel (pending, "enough"); break;
    case 5: lodger_pending_set_canceller (pending, canceller, new_data (totals), destroy); break;
    case 6:
    case 7:
      atomic_fetch_add (&totals->added, 1);
      test_check (lodger_pending_add_done_callback (pending, note_ran, new_data (totals), destroy) == 0);
      break;
    case 8:
      atomic_fetch_add (&totals->removed, (long) lodger_pending_remove_done_callback (pending, note_ran, totals));
      break;
    case 9:
    case 10: lodger_pending_unref (lodger_pending_then (pending, worker, continued, new_data (totals), destroy)); break;
    case 11:
      {
        LodgerPending *then = lodger_pending_then (pending, worker, continued, new_data (totals), destroy);
        lodger_pending_cancel (then, NULL);
        lodger_pending_unref (then);
        break;
      }
    case 12:
      lodger_pending_wait (pending, 1 + test_random_below (&racer->random, 20000), LODGER_WAIT_PROTECT);
      racer->waits++;
      break;
    case 13:
      lodger_pending_wait (pending, 1 + test_random_below (&racer->random, 20000), LODGER_WAIT_NO_RESULT);
      racer->waits++;
      break;
    case 14:
      lodger_pending_set_metadata (pending, key, new_data (totals), destroy);
      lodger_pending_get_metadata (other, key);
      break;
    default: look (pending);
    }
}

static void *
race (void *data)
{
  Racer *racer = data;
  Shared *shared = racer->shared;
  for (unsigned round = 0; round < shared->rounds; round++)
    {
      LodgerPending *mine[PENDINGS];
      barrier_wait (&shared->barrier);
      for (int i = 0; i < PENDINGS; i++)
        mine[i] = lodger_pending_ref (shared->pendings[i]);
      for (int i = 0; i < OPERATIONS; i++)
        {
          unsigned a = test_random_below (&racer->random, PENDINGS), b = test_random_below (&racer->random, PENDINGS);
          if (mine[a] != NULL && mine[b] != NULL)
            operate (racer, mine[a], mine[b]);
          if (test_random_below (&racer->random, 32) == 0)
            {
              lodger_pending_unref (mine[a]);
              mine[a] = NULL;
            }
        }
      for (int i = 0; i < PENDINGS; i++)
        lodger_pending_unref (mine[i]);
      barrier_wait (&shared->barrier);
    }
  return NULL;
}

/* ---- rounds --------------------------------------------------------------------------------------------------- */

/* Promises, calls, and calls that cannot start before the round is over. */
static void
create_pendings (Shared *shared, WorkerBlock **block, TestRandom *random)
{
  LodgerCaller *busy = shared->workers[0];
  *block = test_random_below (random, 2) == 0 ? worker_block (busy) : NULL;
  for (int i = 0; i < PENDINGS; i++)
    switch (i % 4)
      {
      case 0: shared->pendings[i] = lodger_pending_new (LODGER_PENDING_DEFAULT); break;
      case 1: shared->pendings[i] = lodger_pending_new (LODGER_PENDING_PROTECTED); break;
      case 2:
        shared->pendings[i] = lodger_caller_call_soon (busy, short_call, new_data (&shared->totals), destroy);
        break;
      default:
        shared->pendings[i] = lodger_caller_call_later (shared->workers[1], 1 + test_random_below (random, 100000),
                                                        short_call, new_data (&shared->totals), destroy);
      }
}

/* A follower ends with its source, so two rounds of answers end all promises. */
static void
end_pendings (Shared *shared)
{
  for (int i = 0; i < PENDINGS; i++)
    if (i % 4 < 2)
      lodger_pending_return_nothing (shared->pendings[i]);
  for (int i = 0; i < PENDINGS; i++)
    {
      wait_done (shared->pendings[i]);
      lodger_pending_unref (shared->pendings[i]);
    }
}

static void
swallow (LodgerLogLevel level, const char *line, void *data)
{
  (void) level;
  (void) line;
  (void) data;
}

static void
do_nothing (void *data)
{
  (void) data;
}

/* The short calls have the totals as their data, and return it as a result too. */
static void
run (unsigned operations, unsigned stream)
{
  Shared shared = { .rounds = operations / THREADS / OPERATIONS + 1 };
  Racer racers[THREADS];
  TestRandom random = test_random_new (stream * 8 + 7);
  WorkerBlock *block;
  for (int i = 0; i < 2; i++)
    shared.workers[i] = worker_start (NULL);
  barrier_init (&shared.barrier, THREADS + 1);
  for (unsigned i = 0; i < THREADS; i++)
    {
      racers[i] = (Racer) { .shared = &shared, .number = i, .random = test_random_new (stream * 8 + i) };
      racers[i].thread = thread_start (race, &racers[i]);
    }
  for (unsigned round = 0; round < shared.rounds; round++)
    {
      create_pendings (&shared, &block, &random);
      barrier_wait (&shared.barrier);
      barrier_wait (&shared.barrier);
      if (block != NULL)
        worker_unblock (block);
      end_pendings (&shared);
    }
  for (unsigned i = 0; i < THREADS; i++)
    thread_join (racers[i].thread);
  for (int i = 0; i < 2; i++)
    worker_run (shared.workers[i], do_nothing, NULL);
  for (int i = 0; i < 2; i++)
    worker_stop (shared.workers[i]);
  barrier_clear (&shared.barrier);
  if (shared.totals.created != shared.totals.destroyed)
    test_fail ("%ld data created, %ld destroyed", shared.totals.created, shared.totals.destroyed);
  if (shared.totals.ran + shared.totals.removed != shared.totals.added)
    test_fail ("%ld callbacks were added, %ld ran, %ld were removed", shared.totals.added, shared.totals.ran,
               shared.totals.removed);
}

int
main (void)
{
  unsigned operations = (unsigned) test_env ("LODGER_STRESS_CALLS", test_scaled (200000));
  unsigned rounds = (unsigned) test_env ("LODGER_STRESS_ROUNDS", 1);
  test_seed ();
  lodger_set_log_func (swallow, NULL);
  for (unsigned round = 0; round < rounds; round++)
    {
      int64_t start = test_now ();
      test_expect_end ();
      run (operations, round);
      printf ("round %u of %u: %u operations in %lld ms\n", round + 1, rounds, operations,
              (long long) (test_now () - start) / 1000000);
      fflush (stdout);
    }
  return EXIT_SUCCESS;
}
