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
  SUBJECTS = 8,    /* pendings that are fought over at a time */
  OPERATIONS = 40, /* of a thread on them */
  KEPT = 4         /* references that a thread may hold to one */
};

/* Counts of created and of destroyed data. */
typedef struct Ledger
{
  atomic_long created;
  atomic_long destroyed;
  atomic_long told;    /* done-callbacks that ran */
  atomic_long removed; /* or were removed */
  atomic_long added;
} Ledger;

typedef struct Arena
{
  LodgerCaller *workers[2];
  LodgerPending *subjects[SUBJECTS];
  atomic_int runs[SUBJECTS]; /* of the call behind a subject */
  Ledger ledger;
  Barrier barrier;
  unsigned rounds;
} Arena;

typedef struct Fighter
{
  Arena *arena;
  unsigned number;
  TestRandom random;
  pthread_t thread;
  unsigned long waits;
  unsigned long first; /* answers that were the first */
} Fighter;

static void *
give (Ledger *ledger)
{
  atomic_fetch_add (&ledger->created, 1);
  return ledger;
}

static void
destroy (void *data)
{
  Ledger *ledger = data;
  atomic_fetch_add (&ledger->destroyed, 1);
}

static int
told (LodgerPending *done, void *data)
{
  Ledger *ledger = data;
  test_check (lodger_pending_is_done (done));
  atomic_fetch_add (&ledger->told, 1);
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
  lodger_pending_return_pointer (self, give (data), destroy);
}

/* ---- what a thread does --------------------------------------------------------------------------------------- */

static void
look (LodgerPending *subject)
{
  LodgerPendingState state = lodger_pending_get_state (subject);
  int outcome = lodger_pending_get_outcome (subject);
  char *text = lodger_pending_describe (subject), *message = lodger_pending_get_cancel_message (subject);
  LodgerError *error = lodger_pending_get_error (subject);
  int64_t number;
  test_check (text != NULL);
  test_check (state < LODGER_PENDING_SUCCEEDED || outcome != LODGER_ENOTDONE);
  test_check (outcome != LODGER_EFAILED || error != NULL);
  lodger_pending_get_int (subject, &number);
  lodger_free (text);
  lodger_free (message);
}

static void
operate (Fighter *fighter, LodgerPending *subject, LodgerPending *other)
{
  Arena *arena = fighter->arena;
  Ledger *ledger = &arena->ledger;
  LodgerCaller *worker = arena->workers[test_random_below (&fighter->random, 2)];
  char key[2] = { (char) ('a' + test_random_below (&fighter->random, 3)), '\0' };
  switch (test_random_below (&fighter->random, 16))
    {
    case 0: fighter->first += lodger_pending_return_int (subject, 7) == 0; break;
    case 1: fighter->first += lodger_pending_return_pointer (subject, give (ledger), destroy) == 0; break;
    case 2: fighter->first += lodger_pending_return_new_error (subject, "stress", 1, "%d", 1) == 0; break;
    case 3: lodger_pending_return_from (subject, other); break;
    case 4: lodger_pending_cancel (subject, "enough"); break;
    case 5: lodger_pending_set_canceller (subject, canceller, give (ledger), destroy); break;
    case 6:
    case 7:
      atomic_fetch_add (&ledger->added, 1);
      test_check (lodger_pending_add_done_callback (subject, told, give (ledger), destroy) == 0);
      break;
    case 8:
      atomic_fetch_add (&ledger->removed, (long) lodger_pending_remove_done_callback (subject, told, ledger));
      break;
    case 9:
    case 10: lodger_pending_unref (lodger_pending_then (subject, worker, continued, give (ledger), destroy)); break;
    case 11:
      {
        LodgerPending *then = lodger_pending_then (subject, worker, continued, give (ledger), destroy);
        lodger_pending_cancel (then, NULL);
        lodger_pending_unref (then);
        break;
      }
    case 12:
      lodger_pending_wait (subject, 1 + test_random_below (&fighter->random, 20000), LODGER_WAIT_PROTECT);
      fighter->waits++;
      break;
    case 13:
      lodger_pending_wait (subject, 1 + test_random_below (&fighter->random, 20000), LODGER_WAIT_NO_RESULT);
      fighter->waits++;
      break;
    case 14:
      lodger_pending_set_metadata (subject, key, give (ledger), destroy);
      lodger_pending_get_metadata (other, key);
      break;
    default: look (subject);
    }
}

static void *
fight (void *data)
{
  Fighter *fighter = data;
  Arena *arena = fighter->arena;
  for (unsigned round = 0; round < arena->rounds; round++)
    {
      LodgerPending *mine[SUBJECTS];
      barrier_wait (&arena->barrier);
      for (int i = 0; i < SUBJECTS; i++)
        mine[i] = lodger_pending_ref (arena->subjects[i]);
      for (int i = 0; i < OPERATIONS; i++)
        {
          unsigned a = test_random_below (&fighter->random, SUBJECTS),
                   b = test_random_below (&fighter->random, SUBJECTS);
          if (mine[a] != NULL && mine[b] != NULL)
            operate (fighter, mine[a], mine[b]);
          if (test_random_below (&fighter->random, 32) == 0)
            {
              lodger_pending_unref (mine[a]);
              mine[a] = NULL;
            }
        }
      for (int i = 0; i < SUBJECTS; i++)
        lodger_pending_unref (mine[i]);
      barrier_wait (&arena->barrier);
    }
  return NULL;
}

/* ---- rounds --------------------------------------------------------------------------------------------------- */

/* Promises, calls, and calls that cannot start before the round is over. */
static void
make_subjects (Arena *arena, WorkerBlock **block, TestRandom *random)
{
  LodgerCaller *busy = arena->workers[0];
  *block = test_random_below (random, 2) == 0 ? worker_block (busy) : NULL;
  for (int i = 0; i < SUBJECTS; i++)
    switch (i % 4)
      {
      case 0: arena->subjects[i] = lodger_pending_new (LODGER_PENDING_DEFAULT); break;
      case 1: arena->subjects[i] = lodger_pending_new (LODGER_PENDING_PROTECTED); break;
      case 2: arena->subjects[i] = lodger_caller_call_soon (busy, short_call, give (&arena->ledger), destroy); break;
      default:
        arena->subjects[i] = lodger_caller_call_later (arena->workers[1], 1 + test_random_below (random, 100000),
                                                       short_call, give (&arena->ledger), destroy);
      }
}

/* A follower ends with its source, so two rounds of answers end all promises. */
static void
end_subjects (Arena *arena)
{
  for (int i = 0; i < SUBJECTS; i++)
    if (i % 4 < 2)
      lodger_pending_return_nothing (arena->subjects[i]);
  for (int i = 0; i < SUBJECTS; i++)
    {
      wait_done (arena->subjects[i]);
      lodger_pending_unref (arena->subjects[i]);
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

/* The short calls have the ledger as their data, and return it as a result too. */
static void
run (unsigned operations, unsigned stream)
{
  Arena arena = { .rounds = operations / THREADS / OPERATIONS + 1 };
  Fighter fighters[THREADS];
  TestRandom random = test_random_new (stream * 8 + 7);
  WorkerBlock *block;
  for (int i = 0; i < 2; i++)
    arena.workers[i] = worker_start (NULL);
  barrier_init (&arena.barrier, THREADS + 1);
  for (unsigned i = 0; i < THREADS; i++)
    {
      fighters[i] = (Fighter) { .arena = &arena, .number = i, .random = test_random_new (stream * 8 + i) };
      fighters[i].thread = thread_start (fight, &fighters[i]);
    }
  for (unsigned round = 0; round < arena.rounds; round++)
    {
      make_subjects (&arena, &block, &random);
      barrier_wait (&arena.barrier);
      barrier_wait (&arena.barrier);
      if (block != NULL)
        worker_unblock (block);
      end_subjects (&arena);
    }
  for (unsigned i = 0; i < THREADS; i++)
    thread_join (fighters[i].thread);
  for (int i = 0; i < 2; i++)
    worker_run (arena.workers[i], do_nothing, NULL);
  for (int i = 0; i < 2; i++)
    worker_stop (arena.workers[i]);
  barrier_clear (&arena.barrier);
  if (arena.ledger.created != arena.ledger.destroyed)
    test_fail ("%ld data created, %ld destroyed", arena.ledger.created, arena.ledger.destroyed);
  if (arena.ledger.told + arena.ledger.removed != arena.ledger.added)
    test_fail ("%ld callbacks were added, %ld ran, %ld were removed", arena.ledger.added, arena.ledger.told,
               arena.ledger.removed);
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
      run (operations, round);
      printf ("round %u of %u: %u operations in %lld ms\n", round + 1, rounds, operations,
              (long long) (test_now () - start) / 1000000);
      fflush (stdout);
    }
  return EXIT_SUCCESS;
}
