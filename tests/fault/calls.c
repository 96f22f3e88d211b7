/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Submitting: now and later, from here and elsewhere, in nested loops, into a bounded inbox, for the very first time. */
#include "scenarios.h"

#define HOUR INT64_C (3600000000000)

static void
submit_each (Fixture *fixture)
{
  const LodgerCallOptions options = { .size = sizeof options, .name = "a call", .flags = LODGER_PENDING_PROTECTED };
  Call *call;
  call_soon (fixture, "call_soon", CALL_RUNS, NULL);
  call_direct (fixture, "call_direct");
  call_later (fixture, "call_later without a delay", CALL_RUNS, 0);
  call = call_new (fixture, "call_soon with options", CALL_RUNS);
  call_submitted (call, lodger_caller_call_soon_full (fixture->caller, call_run, call, call_destroy, &options));
}

static void *
submit_elsewhere (void *fixture)
{
  submit_each (fixture);
  return NULL;
}

static void
submitting (Fixture *fixture)
{
  if (!fixture_open (fixture, NULL))
    return;
  submit_each (fixture);
  fixture_run_in_thread (fixture, submit_elsewhere, fixture);
  submit_each (fixture);
  fixture_settle (fixture);
}

/* Makes the heap of timers grow. One timer is cancelled, and one is left to the stop. */
static void
timers (Fixture *fixture)
{
  Call *cancelled;
  if (!fixture_open (fixture, NULL))
    return;
  call_later (fixture, "a delayed call that a stop meets", CALL_IS_CANCELLED, HOUR);
  for (int i = 20; i > 0; i--)
    call_later (fixture, "a delayed call", CALL_RUNS, i * INT64_C (20000));
  cancelled = call_later (fixture, "a delayed call that is cancelled", CALL_IS_CANCELLED, HOUR);
  lodger_pending_cancel (cancelled->pending, "not needed");
  fixture_until_done (fixture, cancelled->pending);
  for (int i = 1; i < 21; i++)
    fixture_until_done (fixture, fixture->calls[i].pending);
}

static void
turn_inside (LodgerPending *self, Call *call)
{
  Fixture *fixture = call->fixture;
  (void) self;
  submit_each (fixture);
  for (int i = 0; i < 4; i++)
    fixture->kind->nest (fixture);
  submit_each (fixture);
}

static void
nesting (Fixture *fixture)
{
  if (!fixture_open (fixture, NULL))
    return;
  call_soon (fixture, "a call that turns the loop", CALL_RUNS, turn_inside);
  submit_each (fixture);
  fixture_settle (fixture);
}

enum
{
  ROOM = 3
};

/* A thread without a caller waits for space in the inbox. */
static void *
crowd_in (void *data)
{
  Fixture *fixture = data;
  for (int i = 0; i < 2 * ROOM; i++)
    {
      call_soon (fixture, "a call into a full inbox", CALL_RUNS, NULL);
      call_direct (fixture, "a direct call into a full inbox");
    }
  return NULL;
}

/* A refused call takes no space in the inbox; otherwise the inbox would soon be full. */
static void
bounded_inbox (Fixture *fixture)
{
  const LodgerCallerOptions options = { .size = sizeof options, .inbox_limit = ROOM };
  if (!fixture_open (fixture, &options))
    return;
  for (int i = 0; i < 3; i++)
    {
      call_soon (fixture, "call_soon", CALL_RUNS, NULL);
      call_direct (fixture, "call_direct");
      call_later (fixture, "call_later", CALL_RUNS, 1000);
      fixture_settle (fixture);
    }
  fixture_run_in_thread (fixture, crowd_in, fixture);
  fixture_settle (fixture);
}

/* Bound calls of each kind, whose data has a home caller. Some of them are queued when the scope ends. */
static void
submit_bound (Fixture *fixture, LodgerScope *scope, LodgerPending *promise, unsigned ends)
{
  const LodgerCallOptions options
      = { .size = sizeof options, .scope = scope, .data_home = fixture->caller, .flags = LODGER_PENDING_BOUND };
  Call *call = call_new (fixture, "a bound call", CALL_RUNS);
  call_submitted (call, lodger_caller_call_soon_full (fixture->caller, call_run, call, call_destroy, &options));
  fixture_settle (fixture);
  call = call_new (fixture, "a bound call that is delayed", ends);
  call_submitted (call, lodger_caller_call_later_full (fixture->caller, HOUR, call_run, call, call_destroy, &options));
  call = call_new (fixture, "a bound call in a worker", ends | CALL_RUNS | CALL_LACKS_RESOURCES);
  call_submitted (call, lodger_caller_to_thread_full (fixture->caller, call_run, call, call_destroy, &options));
  /* Without memory the promise is done from the start, and does not hold back its followers. */
  call = call_new (fixture, "a bound continuation", lodger_pending_is_done (promise) ? ends | CALL_RUNS : ends);
  call_submitted (call,
                  lodger_pending_then_full (promise, fixture->caller, call_run_then, call, call_destroy, &options));
}

static void
binding (Fixture *fixture)
{
  Call *object = NULL;
  LodgerScopeOptions options = { .size = sizeof options, .destroy = call_destroy };
  LodgerPending *promise;
  LodgerScope *scope;
  if (!fixture_open (fixture, NULL))
    return;
  object = call_datum (fixture, "what a scope stands for");
  options.object = object;
  scope = lodger_scope_new (&options);
  if (scope == NULL)
    return;
  promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  submit_bound (fixture, scope, promise, CALL_IS_CANCELLED);
  lodger_scope_end (scope, "the window was closed");
  lodger_scope_unref (scope);
  fixture_settle (fixture);
  lodger_pending_unref (promise);
}

/* What a process creates once is created later when the first attempt fails. */
static void
first_use (Fixture *fixture)
{
  const LodgerCallerOptions options
      = { .size = sizeof options, .hook_data = call_datum (fixture, "the hooks' data"), .hook_destroy = call_destroy };
  if (!fixture_open (fixture, &options))
    return;
  call_soon (fixture, "the first call", CALL_RUNS, NULL);
  call_to_thread (fixture, "the first call in a worker", CALL_RUNS, NULL);
  fixture_settle (fixture);
}

const Scenario scenarios_calls[] = {
  { .name = "first_use", .run = first_use, .flags = SCENARIO_FIRST },
  { .name = "submitting", .run = submitting },
  { .name = "timers", .run = timers },
  { .name = "nesting", .run = nesting, .traits = LOOP_NESTS },
  { .name = "bounded_inbox", .run = bounded_inbox },
  { .name = "binding", .run = binding },
  { .name = NULL },
};
