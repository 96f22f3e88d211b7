/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Spawned calls of several threads wait for each other's pendings, for promises, for times and turns, and cancel each
 * other, all at once; in some rounds their callers stop meanwhile.
 *
 * In the end each call has ended once, each was itself after each wait, and all data was destroyed once.
 *
 *   stress-fibers      LODGER_STRESS_ROUNDS (1000), LODGER_SEED */
#include "test-latch.h"
#include "test-limits.h"
#include "test-worker.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

enum
{
  WORKERS = 3,
  FIBERS = 24,
  PROMISES = 8,
  STEPS = 12,    /* of each fiber */
  STOPS_IN = 10, /* one round in so many */
  ECHOES = 50    /* for each round */
};

typedef struct Round Round;

typedef struct Fiber
{
  Round *round;
  int number;
  TestRandom random;
  LodgerPending *pending;
  atomic_int runs, ends, destroyed;
} Fiber;

struct Round
{
  LodgerCaller *workers[WORKERS];
  LodgerPending *promises[PROMISES];
  Fiber fibers[FIBERS];
};

/* What has happened, so that a test in which nothing happens is seen. */
static atomic_ulong waits, ended_well, cancelled, timed_out, refused;

static void
no_log (LodgerLogLevel level, const char *line, void *data)
{
  (void) level;
  (void) line;
  (void) data;
}

static void
note_code (int code)
{
  atomic_fetch_add (&waits, 1);
  switch (code)
    {
    case 0: atomic_fetch_add (&ended_well, 1); break;
    case LODGER_ECANCELED: atomic_fetch_add (&cancelled, 1); break;
    case LODGER_ETIMEDOUT: atomic_fetch_add (&timed_out, 1); break;
    case LODGER_EDEADLK: atomic_fetch_add (&refused, 1); break;
    default: test_fail ("a wait gives %d (%s)", code, lodger_error_code_string (code));
    }
}

static unsigned
below (Fiber *fiber, unsigned limit)
{
  return test_random_below (&fiber->random, limit);
}

/* Half of them have a limit, which is short. */
static int64_t
some_timeout (Fiber *fiber)
{
  return below (fiber, 2) == 0 ? LODGER_FOREVER : 1 + (int64_t) below (fiber, 50000);
}

/* A stop has no times: what is shielded has no limit, but the end of what it waits for. */
static int
wait_for (Fiber *fiber, LodgerPending *pending)
{
  LodgerWaitFlags flags = LODGER_WAIT_NO_RESULT;
  int64_t timeout = some_timeout (fiber);
  if (below (fiber, 2) == 0)
    flags |= LODGER_WAIT_PROTECT;
  if (timeout == LODGER_FOREVER && below (fiber, 3) == 0)
    flags |= LODGER_WAIT_SHIELD;
  return lodger_pending_wait (pending, timeout, flags);
}

static LodgerPending *
some_pending (Fiber *fiber)
{
  Round *round = fiber->round;
  return below (fiber, 2) == 0 ? round->promises[below (fiber, PROMISES)]
                               : round->fibers[below (fiber, FIBERS)].pending;
}

/* With a limit, since those that are left in the end may be in a circle that was none when the wait began. */
static void
wait_for_several (Fiber *fiber)
{
  LodgerPending *several[3];
  for (int i = 0; i < 3; i++)
    several[i] = some_pending (fiber);
  note_code (lodger_wait_many (several, 3, (LodgerWaitMode) below (fiber, 3), 1 + (int64_t) below (fiber, 50000),
                               LODGER_WAIT_DEFAULT, NULL));
}

static void
step (Fiber *fiber)
{
  switch (below (fiber, 8))
    {
    case 0:
    case 1:
    case 2: note_code (wait_for (fiber, some_pending (fiber))); break;
    case 3: wait_for_several (fiber); break;
    case 4: note_code (lodger_yield ()); break;
    case 5: note_code (lodger_sleep ((int64_t) below (fiber, 50000))); break;
    case 6: lodger_pending_return_nothing (fiber->round->promises[below (fiber, PROMISES)]); break;
    default: lodger_pending_cancel (fiber->round->fibers[below (fiber, FIBERS)].pending, "stress"); break;
    }
}

static void
run_fiber (LodgerPending *self, void *data)
{
  Fiber *fiber = data;
  test_check (atomic_fetch_add (&fiber->runs, 1) == 0);
  for (int i = 0; i < STEPS; i++)
    {
      step (fiber);
      test_check (lodger_pending_current () == self);
    }
  test_check (atomic_fetch_add (&fiber->ends, 1) == 0);
}

static void
destroy_fiber (void *data)
{
  test_check (atomic_fetch_add (&((Fiber *) data)->destroyed, 1) == 0);
}

/* Their callers are blocked until all of them are submitted. */
static void
submit (Round *round, unsigned number)
{
  WorkerBlock *blocks[WORKERS];
  for (int i = 0; i < WORKERS; i++)
    blocks[i] = worker_block (round->workers[i]);
  for (int i = 0; i < FIBERS; i++)
    {
      Fiber *fiber = &round->fibers[i];
      *fiber = (Fiber) { .round = round, .number = i, .random = test_random_new (number * FIBERS + (unsigned) i) };
      fiber->pending = lodger_caller_spawn_full (round->workers[i % WORKERS], run_fiber, fiber, destroy_fiber,
                                                 LODGER_CALL_OPTIONS (.timeout = i % 7 == 0 ? 200000 : 0));
    }
  for (int i = 0; i < WORKERS; i++)
    worker_unblock (blocks[i]);
}

static void
start_workers (Round *round)
{
  for (int i = 0; i < WORKERS; i++)
    round->workers[i] = worker_start_full (NULL, LODGER_CALLER_OPTIONS (.stack_size = 65536));
}

static void
stop_workers (Round *round)
{
  for (int i = 0; i < WORKERS; i++)
    lodger_caller_stop (round->workers[i], true);
  for (int i = 0; i < PROMISES; i++) /* what is shielded waits for them */
    lodger_pending_return_nothing (round->promises[i]);
  for (int i = 0; i < WORKERS; i++)
    worker_stop (round->workers[i]);
}

static void
check_fiber (Fiber *fiber)
{
  int code;
  wait_done (fiber->pending);
  code = lodger_pending_get_outcome (fiber->pending);
  test_check (code == 0 || code == LODGER_ECANCELED || code == LODGER_ETIMEDOUT);
  test_check (code != 0 || atomic_load (&fiber->ends) == 1);
}

static void
do_nothing (void *data)
{
  (void) data;
}

/* The data of those that were cancelled before they began is destroyed in their threads. */
static void
check_data (Round *round, bool has_stopped)
{
  for (int i = 0; i < WORKERS && !has_stopped; i++)
    worker_run (round->workers[i], do_nothing, NULL);
  for (int i = 0; i < FIBERS; i++)
    {
      test_check (atomic_load (&round->fibers[i].runs) == atomic_load (&round->fibers[i].ends));
      test_check (atomic_load (&round->fibers[i].destroyed) == 1);
    }
}

static void
run_round (Round *round, unsigned number)
{
  bool stops = number % STOPS_IN == 0;
  for (int i = 0; i < PROMISES; i++)
    round->promises[i] = lodger_pending_new (LODGER_PENDING_DEFAULT);
  submit (round, number);
  if (stops)
    stop_workers (round);
  for (int i = 0; i < PROMISES; i++)
    lodger_pending_return_nothing (round->promises[i]);
  for (int i = 0; i < FIBERS; i++)
    check_fiber (&round->fibers[i]);
  check_data (round, stops);
  for (int i = 0; i < FIBERS; i++)
    lodger_pending_unref (round->fibers[i].pending);
  for (int i = 0; i < PROMISES; i++)
    lodger_pending_unref (round->promises[i]);
  if (stops)
    start_workers (round);
}

/* ---- answers that come as the call suspends ---------------------------------------------------------------------- */

typedef struct Echo
{
  _Atomic (LodgerPending *) asked;
  atomic_bool is_over;
  unsigned count;
} Echo;

/* It keeps its thread awake, to be as quick as it can. */
static void
answer_all (void *data)
{
  Echo *echo = data;
  while (!atomic_load (&echo->is_over))
    {
      LodgerPending *asked = atomic_exchange (&echo->asked, NULL);
      if (asked != NULL)
        lodger_pending_return_nothing (asked);
      lodger_pending_unref (asked);
    }
}

static void
ask (LodgerPending *self, void *data)
{
  Echo *echo = data;
  (void) self;
  for (unsigned i = 0; i < echo->count; i++)
    {
      LodgerPending *asked = lodger_pending_new (LODGER_PENDING_DEFAULT);
      atomic_store (&echo->asked, lodger_pending_ref (asked));
      test_check (lodger_pending_wait (asked, LODGER_FOREVER, LODGER_WAIT_DEFAULT) == 0);
      lodger_pending_unref (asked);
    }
  atomic_store (&echo->is_over, true);
}

static void
run_echo (Round *round, unsigned count)
{
  Echo echo = { .count = count };
  LodgerPending *asks = lodger_caller_spawn (round->workers[0], ask, &echo, NULL);
  worker_run (round->workers[1], answer_all, &echo);
  test_check (wait_outcome (asks) == 0);
}

int
main (void)
{
  static Round round;
  unsigned rounds = test_scaled ((unsigned) test_env ("LODGER_STRESS_ROUNDS", 1000));
  test_seed ();
  test_expect_end ();
  lodger_set_log_func (no_log, NULL);
  start_workers (&round);
  run_echo (&round, rounds * ECHOES);
  for (unsigned i = 1; i <= rounds; i++)
    {
      run_round (&round, i);
      test_expect_end ();
    }
  for (int i = 0; i < WORKERS; i++)
    worker_stop (round.workers[i]);
  printf ("stress-fibers: %lu waits: %lu ended well, %lu cancelled, %lu timed out, %lu refused\n", waits, ended_well,
          cancelled, timed_out, refused);
  test_check (ended_well > 0 && cancelled > 0 && timed_out > 0);
  return EXIT_SUCCESS;
}
