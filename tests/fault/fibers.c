/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Spawned calls: their stacks, their waits, and what they wait for. A shortage ends a wait with its code, and a call
 * without a stack fails before it begins. */
#include "scenarios.h"

enum
{
  SIZE = 65536
};

static Call *
spawn (Fixture *fixture, const char *what, unsigned ends, void (*act) (LodgerPending *self, Call *call))
{
  const LodgerCallOptions options = { .size = sizeof options, .flags = LODGER_PENDING_MAY_FAIL, .stack_size = SIZE };
  Call *call = call_new (fixture, what, ends | CALL_LACKS_RESOURCES);
  call->act = act;
  call_submitted (call, lodger_caller_spawn_full (fixture->caller, call_run, call, call_destroy, &options));
  return call;
}

static void
wait_in_each_way (LodgerPending *self, Call *call)
{
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  LodgerPending *several[2];
  (void) self;
  if (lodger_pending_is_done (promise)) /* there was no memory for it */
    return;
  several[0] = several[1] = promise;
  expect_or_shortage (lodger_yield (), 0);
  expect_or_shortage (lodger_sleep (1000), 0);
  expect_or_shortage (lodger_pending_wait (promise, 1000, LODGER_WAIT_PROTECT), LODGER_ETIMEDOUT);
  expect_or_shortage (lodger_wait_many (several, 2, LODGER_WAIT_ALL_COMPLETED, 1000, LODGER_WAIT_DEFAULT, NULL),
                      LODGER_ETIMEDOUT);
  lodger_pending_return_nothing (promise);
  expect_only (lodger_await (promise, NULL), 0);
  (void) call;
}

static void
waits (Fixture *fixture)
{
  if (!fixture_open (fixture, NULL))
    return;
  for (int i = 0; i < 3; i++)
    spawn (fixture, "a spawned call that waits", CALL_RUNS, wait_in_each_way);
  fixture_settle (fixture);
  spawn (fixture, "a spawned call after others", CALL_RUNS, wait_in_each_way);
  fixture_settle (fixture);
}

/* The two wait for each other's progress, and the last one for both. */
static void
await_other (LodgerPending *self, Call *call)
{
  LodgerPending *other = call->thing;
  (void) self;
  if (other != NULL)
    expect_or_shortage (lodger_pending_wait (other, LODGER_FOREVER, LODGER_WAIT_NO_RESULT), 0);
}

static Call *
spawn_after (Fixture *fixture, const char *what, Call *other)
{
  const LodgerCallOptions options = { .size = sizeof options, .flags = LODGER_PENDING_MAY_FAIL, .stack_size = SIZE };
  Call *call = call_new (fixture, what, CALL_RUNS | CALL_LACKS_RESOURCES);
  call->act = await_other;
  call->thing = other->pending;
  call_submitted (call, lodger_caller_spawn_full (fixture->caller, call_run, call, call_destroy, &options));
  return call;
}

static void
awaits (Fixture *fixture)
{
  Call *last;
  if (!fixture_open (fixture, NULL))
    return;
  last = spawn (fixture, "a spawned call that others wait for", CALL_RUNS, wait_in_each_way);
  for (int i = 0; i < 5; i++)
    last = spawn_after (fixture, "a spawned call that waits for another", last);
  fixture_settle (fixture);
}

static void
wait_for_ever (LodgerPending *self, Call *call)
{
  LodgerPending *never = lodger_pending_new (LODGER_PENDING_DEFAULT);
  (void) self;
  (void) call;
  if (!lodger_pending_is_done (never))
    expect_or_shortage (lodger_pending_wait (never, LODGER_FOREVER, LODGER_WAIT_DEFAULT), LODGER_ECANCELED);
  lodger_pending_unref (never);
}

/* One is cancelled, and the other is left to the stop. */
static void
ends (Fixture *fixture)
{
  Call *cancelled;
  if (!fixture_open (fixture, NULL))
    return;
  spawn (fixture, "a spawned call that a stop meets", CALL_RUNS | CALL_IS_CANCELLED, wait_for_ever);
  cancelled = spawn (fixture, "a spawned call that is cancelled", CALL_RUNS | CALL_IS_CANCELLED, wait_for_ever);
  fixture_catch_up (fixture);
  lodger_pending_cancel (cancelled->pending, "not needed");
  fixture_until_done (fixture, cancelled->pending);
}

const Scenario scenarios_fibers[] = {
  { .name = "the_first_spawned_call", .run = waits, .flags = SCENARIO_FIRST },
  { .name = "spawned_calls_that_wait", .run = waits },
  { .name = "spawned_calls_that_wait_for_each_other", .run = awaits },
  { .name = "spawned_calls_that_never_end", .run = ends },
  { .name = NULL },
};
