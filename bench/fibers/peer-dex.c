/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* libdex: its fibers run in the default main context. */
#include "fibers.h"

#include <libdex.h>

enum
{
  BATCH = 100 /* fibers that are there at once */
};

static DexScheduler *scheduler;
static uint64_t n_done, n_wanted;
static int64_t time_taken;

void
dex_begin (void)
{
  dex_init ();
  scheduler = dex_scheduler_get_default ();
}

static void
run_until_done (uint64_t count)
{
  while (n_done < count)
    g_main_context_iteration (NULL, TRUE);
}

static DexFuture *
count_one (gpointer data)
{
  (void) data;
  n_done++;
  return dex_future_new_true ();
}

int64_t
dex_spawned (uint64_t count)
{
  int64_t start = fibers_clock ();
  n_done = 0;
  for (uint64_t i = BATCH; i <= count; i += BATCH)
    {
      for (int j = 0; j < BATCH; j++)
        dex_unref (dex_scheduler_spawn (scheduler, 0, count_one, NULL, NULL));
      run_until_done (i);
    }
  return fibers_clock () - start;
}

/* A fiber that measures itself. */
static int64_t
run_fiber (DexFiberFunc func, uint64_t count)
{
  DexFuture *fiber;
  n_done = 0;
  n_wanted = count;
  fiber = dex_scheduler_spawn (scheduler, 0, func, NULL, NULL);
  while (dex_future_is_pending (fiber))
    g_main_context_iteration (NULL, TRUE);
  dex_unref (fiber);
  if (n_done != count)
    bench_fail ("%llu of %llu were done", (unsigned long long) n_done, (unsigned long long) count);
  return time_taken;
}

static void
await (gpointer future)
{
  GError *error = NULL;
  if (!dex_await (future, &error))
    bench_fail ("an await: %s", error->message);
}

static DexFuture *
await_done (gpointer data)
{
  DexFuture *future = dex_future_new_true ();
  int64_t start = fibers_clock ();
  (void) data;
  for (; n_done < n_wanted; n_done++)
    await (dex_ref (future));
  time_taken = fibers_clock () - start;
  dex_unref (future);
  return dex_future_new_true ();
}

int64_t
dex_done (uint64_t count)
{
  return run_fiber (await_done, count);
}

static void
answer (gpointer promise)
{
  dex_promise_resolve_boolean (promise, TRUE);
  dex_unref (promise);
}

static DexFuture *
await_answers (gpointer data)
{
  int64_t start = fibers_clock ();
  (void) data;
  for (; n_done < n_wanted; n_done++)
    {
      DexPromise *promise = dex_promise_new ();
      dex_scheduler_push (scheduler, answer, dex_ref (promise));
      await (promise);
    }
  time_taken = fibers_clock () - start;
  return dex_future_new_true ();
}

int64_t
dex_answered (uint64_t count)
{
  return run_fiber (await_answers, count);
}

/* ---- many that wait ---------------------------------------------------------------------------------------------- */

static DexPromise *awaited;

static DexFuture *
park (gpointer data)
{
  (void) data;
  n_done++;
  await (dex_ref (awaited));
  n_wanted++;
  return dex_future_new_true ();
}

uint64_t
dex_park (uint64_t count)
{
  dex_begin ();
  awaited = dex_promise_new ();
  for (uint64_t i = 0; i < count; i++)
    dex_unref (dex_scheduler_spawn (scheduler, 0, park, NULL, NULL));
  run_until_done (count);
  parked_all ();
  dex_promise_resolve_boolean (awaited, TRUE);
  while (n_wanted < count)
    g_main_context_iteration (NULL, TRUE);
  parked_over ();
  dex_unref (awaited);
  return n_wanted;
}
