/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Spawned calls that wait in every way. A wait that has no memory says so, and the call goes on. */
#include "scenarios.h"

#include <poll.h>
#include <unistd.h>

enum
{
  MOMENT = 1000
};

static Call *
spawn (Fixture *fixture, const char *what, unsigned ends, void (*act) (LodgerPending *self, Call *call))
{
  Call *call = call_new (fixture, what, ends | CALL_LACKS_RESOURCES);
  call->act = act;
  call_submitted (call, lodger_caller_spawn (fixture->caller, call_run, call, call_destroy));
  return call;
}

static void
yield (LodgerPending *self, Call *call)
{
  (void) self;
  (void) call;
  expect_or_shortage (lodger_yield (), 0);
  expect_or_shortage (lodger_await_check (NULL), 0);
}

static void
sleep_twice (LodgerPending *self, Call *call)
{
  (void) self;
  (void) call;
  expect_or_shortage (lodger_sleep (MOMENT), 0);
  expect_or_shortage (lodger_sleep (MOMENT), 0);
}

static void
do_nothing (LodgerPending *self, void *data)
{
  (void) self;
  (void) data;
}

static void
await_others (LodgerPending *self, Call *call)
{
  LodgerPending *pendings[2];
  (void) self;
  for (int i = 0; i < 2; i++)
    pendings[i] = lodger_caller_spawn (call->fixture->caller, do_nothing, NULL, NULL);
  lodger_wait_many (pendings, 2, LODGER_WAIT_ALL_COMPLETED, LODGER_FOREVER, LODGER_WAIT_DEFAULT, NULL);
  for (int i = 0; i < 2; i++)
    lodger_await (pendings[i], NULL);
}

static void
await_promise (LodgerPending *self, Call *call)
{
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  (void) self;
  (void) call;
  if (!lodger_pending_is_done (promise))
    expect_or_shortage (lodger_pending_wait (promise, MOMENT, LODGER_WAIT_DEFAULT), LODGER_ETIMEDOUT);
  lodger_pending_unref (promise);
}

static void
enter_group (LodgerPending *self, Call *call)
{
  LodgerGroup *group = lodger_group_new (NULL);
  (void) self;
  if (group == NULL || lodger_group_enter (group) != 0)
    {
      lodger_group_unref (group);
      return;
    }
  lodger_pending_unref (lodger_caller_spawn (call->fixture->caller, do_nothing, NULL, NULL));
  if (lodger_group_leave (group, NULL) == LODGER_ENOMEM)
    lodger_pending_unref (lodger_group_close (group));
  lodger_group_unref (group);
}

static void
share_limiter (LodgerPending *self, Call *call)
{
  (void) self;
  if (lodger_limiter_enter (call->thing, LODGER_FOREVER) != 0)
    return;
  lodger_yield ();
  lodger_limiter_leave (call->thing);
}

static void
wait_for_descriptor (LodgerPending *self, Call *call)
{
  uint32_t events;
  int ends[2];
  (void) self;
  (void) call;
  if (pipe (ends) != 0)
    return;
  lodger_wait_fd (ends[0], POLLIN, MOMENT, &events);
  test_check (write (ends[1], "x", 1) == 1);
  lodger_wait_fd (ends[0], POLLIN, LODGER_FOREVER, &events);
  close (ends[0]);
  close (ends[1]);
}

static void
spawning (Fixture *fixture)
{
  if (!fixture_open (fixture, NULL))
    return;
  spawn (fixture, "a call that yields", CALL_RUNS, yield);
  spawn (fixture, "a call that sleeps", CALL_RUNS, sleep_twice);
  spawn (fixture, "a call that waits for others", CALL_RUNS, await_others);
  spawn (fixture, "a call that waits for a promise", CALL_RUNS, await_promise);
  spawn (fixture, "a call that has a group", CALL_RUNS, enter_group);
  fixture_settle (fixture);
  spawn (fixture, "a call that watches", CALL_RUNS, wait_for_descriptor);
  fixture_settle (fixture);
}

static void
limiting (Fixture *fixture)
{
  LodgerLimiter *limiter = lodger_limiter_new (LODGER_LIMITER_OPTIONS (.limit = 1));
  if (limiter == NULL || !fixture_open (fixture, NULL))
    {
      lodger_limiter_unref (limiter);
      return;
    }
  for (int i = 0; i < 3; i++)
    {
      Call *call = call_new (fixture, "a call that enters a limiter", CALL_RUNS | CALL_LACKS_RESOURCES);
      call->thing = limiter;
      call->act = share_limiter;
      call_submitted (call, lodger_caller_spawn (fixture->caller, call_run, call, call_destroy));
    }
  fixture_settle (fixture);
  lodger_limiter_unref (limiter);
}

static void
sleep_long (LodgerPending *self, Call *call)
{
  (void) self;
  (void) call;
  expect_or_shortage (lodger_sleep (INT64_C (3600000000000)), LODGER_ECANCELED);
}

/* Some wait as the caller stops. */
static void
stopping (Fixture *fixture)
{
  if (!fixture_open (fixture, NULL))
    return;
  for (int i = 0; i < 3; i++)
    spawn (fixture, "a call that sleeps in a stop", CALL_RUNS | CALL_IS_CANCELLED, sleep_long);
  call_soon (fixture, "call_soon", CALL_RUNS, NULL);
  fixture_catch_up (fixture);
}

const Scenario scenarios_fibers[] = {
  { .name = "spawning", .run = spawning },
  { .name = "limiting", .run = limiting },
  { .name = "stopping_spawned", .run = stopping },
  { .name = NULL },
};
