/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A pending that several threads settle at once. */
#include "test-suite.h"

#include <sched.h>

enum
{
  RACERS = 3,
  RACE_BATCH = 500
};

typedef struct Race
{
  LodgerPending *promises[RACE_BATCH];
  atomic_int told[RACE_BATCH];
  bool won[RACE_BATCH][RACERS];
  atomic_uint arrived;
  Barrier barrier;
  bool is_over; /* there is no further batch */
} Race;

typedef struct Racer
{
  Race *race;
  unsigned number;
  pthread_t thread;
} Racer;

static int
count_told (LodgerPending *done, void *data)
{
  test_check (lodger_pending_is_done (done));
  atomic_fetch_add ((atomic_int *) data, 1);
  return 0;
}

static void *
race_run (void *data)
{
  Racer *racer = data;
  Race *race = racer->race;
  unsigned i, goal = 0;
  while (barrier_wait (&race->barrier), !race->is_over)
    {
      for (i = 0; i < RACE_BATCH; i++)
        {
          LodgerPending *promise = race->promises[i];
          goal += RACERS;
          atomic_fetch_add (&race->arrived, 1);
          while (atomic_load (&race->arrived) < goal)
            sched_yield ();
          switch ((racer->number + i) % RACERS)
            {
            case 0: race->won[i][0] = lodger_pending_return_int (promise, (int) i) == 0; break;
            case 1:
              race->won[i][1] = lodger_pending_return_error (promise, lodger_error_new ("race", 1, "lost")) == 0;
              break;
            default: race->won[i][2] = lodger_pending_cancel (promise, "raced");
            }
        }
      barrier_wait (&race->barrier);
    }
  return NULL;
}

/* On a busy machine each race takes the racers' turns at the processor: then there are as many as the time allows. */
START_TEST (edge_01_a_race_ends_exactly_once)
{
  static Race race;
  static const LodgerPendingState states[RACERS]
      = { LODGER_PENDING_SUCCEEDED, LODGER_PENDING_FAILED, LODGER_PENDING_CANCELLED };
  Racer racers[RACERS];
  unsigned batch, batches = (test_scaled (100000) + RACE_BATCH - 1) / RACE_BATCH, i, k;
  int64_t until = test_now () + test_limit_ns ();
  barrier_init (&race.barrier, RACERS + 1);
  for (i = 0; i < RACERS; i++)
    {
      racers[i].race = &race;
      racers[i].number = i;
      racers[i].thread = thread_start (race_run, &racers[i]);
    }
  for (batch = 0; batch < batches && (batch == 0 || test_now () < until); batch++)
    {
      for (i = 0; i < RACE_BATCH; i++)
        {
          race.promises[i] = lodger_pending_new (LODGER_PENDING_DEFAULT);
          atomic_store (&race.told[i], 0);
          for (k = 0; k < 2; k++)
            test_check (lodger_pending_add_done_callback (race.promises[i], count_told, &race.told[i], NULL) == 0);
        }
      barrier_wait (&race.barrier);
      barrier_wait (&race.barrier);
      for (i = 0; i < RACE_BATCH; i++)
        {
          test_check (atomic_load (&race.told[i]) == 2);
          test_check (race.won[i][0] + race.won[i][1] + race.won[i][2] == 1);
          for (k = 0; k < RACERS; k++)
            test_check (race.won[i][k] == (lodger_pending_get_state (race.promises[i]) == states[k]));
          lodger_pending_unref (race.promises[i]);
        }
    }
  race.is_over = true;
  barrier_wait (&race.barrier);
  for (i = 0; i < RACERS; i++)
    thread_join (racers[i].thread);
  barrier_clear (&race.barrier);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("race");
  test_add_long (suite, edge_01_a_race_ends_exactly_once, 3);
  return test_main (suite, argc, argv);
}
