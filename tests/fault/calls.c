/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Submitting: now and later, from here and elsewhere, in nested loops, into a bounded inbox, for the very first time. */
#include "scenarios.h"

#define HOUR INT64_C (3600000000000)

static void
submit_each (Stage *stage)
{
  const LodgerCallOptions options = { .size = sizeof options, .name = "a call", .flags = LODGER_PENDING_PROTECTED };
  Deed *deed;
  deed_soon (stage, "call_soon", DEED_RUNS, NULL);
  deed_direct (stage, "call_direct");
  deed_later (stage, "call_later without a delay", DEED_RUNS, 0);
  deed = deed_new (stage, "call_soon with options", DEED_RUNS);
  deed_asked (deed, lodger_caller_call_soon_full (stage->caller, deed_call, deed, deed_destroy, &options));
}

static void *
submit_elsewhere (void *stage)
{
  submit_each (stage);
  return NULL;
}

static void
submitting (Stage *stage)
{
  if (!stage_open (stage, NULL))
    return;
  submit_each (stage);
  stage_elsewhere (stage, submit_elsewhere, stage);
  submit_each (stage);
  stage_settle (stage);
}

/* More than the heap has room for at first; one is cancelled, and one is left to the stop. */
static void
timers (Stage *stage)
{
  Deed *cancelled;
  if (!stage_open (stage, NULL))
    return;
  deed_later (stage, "a delayed call that a stop meets", DEED_IS_CANCELLED, HOUR);
  for (int i = 20; i > 0; i--)
    deed_later (stage, "a delayed call", DEED_RUNS, i * INT64_C (20000));
  cancelled = deed_later (stage, "a delayed call that is cancelled", DEED_IS_CANCELLED, HOUR);
  lodger_pending_cancel (cancelled->pending, "not needed");
  stage_until_done (stage, cancelled->pending);
  for (int i = 1; i < 21; i++)
    stage_until_done (stage, stage->deeds[i].pending);
}

static void
turn_inside (LodgerPending *self, Deed *deed)
{
  Stage *stage = deed->stage;
  (void) self;
  submit_each (stage);
  for (int i = 0; i < 4; i++)
    stage->kind->nest (stage);
  submit_each (stage);
}

static void
nesting (Stage *stage)
{
  if (!stage_open (stage, NULL))
    return;
  deed_soon (stage, "a call that turns the loop", DEED_RUNS, turn_inside);
  submit_each (stage);
  stage_settle (stage);
}

enum
{
  ROOM = 3
};

/* A thread without a caller waits for room. */
static void *
crowd_in (void *data)
{
  Stage *stage = data;
  for (int i = 0; i < 2 * ROOM; i++)
    {
      deed_soon (stage, "a call into a full inbox", DEED_RUNS, NULL);
      deed_direct (stage, "a direct call into a full inbox");
    }
  return NULL;
}

/* What was refused takes no room: it would be missed soon. */
static void
bounded_inbox (Stage *stage)
{
  const LodgerCallerOptions options = { .size = sizeof options, .inbox_limit = ROOM };
  if (!stage_open (stage, &options))
    return;
  for (int i = 0; i < 3; i++)
    {
      deed_soon (stage, "call_soon", DEED_RUNS, NULL);
      deed_direct (stage, "call_direct");
      deed_later (stage, "call_later", DEED_RUNS, 1000);
      stage_settle (stage);
    }
  stage_elsewhere (stage, crowd_in, stage);
  stage_settle (stage);
}

/* Bound calls of each kind, their data with a home; some of them are there when the scope ends. */
static void
submit_bound (Stage *stage, LodgerScope *scope, LodgerPending *promise, unsigned ends)
{
  const LodgerCallOptions options
      = { .size = sizeof options, .scope = scope, .data_home = stage->caller, .flags = LODGER_PENDING_BOUND };
  Deed *deed = deed_new (stage, "a bound call", DEED_RUNS);
  deed_asked (deed, lodger_caller_call_soon_full (stage->caller, deed_call, deed, deed_destroy, &options));
  stage_settle (stage);
  deed = deed_new (stage, "a bound call that is delayed", ends);
  deed_asked (deed, lodger_caller_call_later_full (stage->caller, HOUR, deed_call, deed, deed_destroy, &options));
  deed = deed_new (stage, "a bound call in a worker", ends | DEED_RUNS | DEED_LACKS);
  deed_asked (deed, lodger_caller_to_thread_full (stage->caller, deed_call, deed, deed_destroy, &options));
  /* Without memory for a promise there is one that is done already, so that nothing holds back what follows it. */
  deed = deed_new (stage, "a bound continuation", lodger_pending_is_done (promise) ? ends | DEED_RUNS : ends);
  deed_asked (deed, lodger_pending_then_full (promise, stage->caller, deed_continue, deed, deed_destroy, &options));
}

static void
binding (Stage *stage)
{
  Deed *object = NULL;
  LodgerScopeOptions options = { .size = sizeof options, .destroy = deed_destroy };
  LodgerPending *promise;
  LodgerScope *scope;
  if (!stage_open (stage, NULL))
    return;
  object = deed_datum (stage, "what a scope stands for");
  options.object = object;
  scope = lodger_scope_new (&options);
  if (scope == NULL)
    return;
  promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  submit_bound (stage, scope, promise, DEED_IS_CANCELLED);
  lodger_scope_end (scope, "the window was closed");
  lodger_scope_unref (scope);
  stage_settle (stage);
  lodger_pending_unref (promise);
}

/* What is made once for all in a process has to be made after all when it could not be at first. */
static void
first_use (Stage *stage)
{
  const LodgerCallerOptions options
      = { .size = sizeof options, .hook_data = deed_datum (stage, "the hooks' data"), .hook_destroy = deed_destroy };
  if (!stage_open (stage, &options))
    return;
  deed_soon (stage, "the first call", DEED_RUNS, NULL);
  deed_to_thread (stage, "the first call in a worker", DEED_RUNS, NULL);
  stage_settle (stage);
}

const Scenario scenarios_calls[] = {
  { .name = "first_use", .run = first_use, .flags = SCENARIO_FIRST },
  { .name = "submitting", .run = submitting },
  { .name = "timers", .run = timers },
  { .name = "nesting", .run = nesting, .traits = PLACE_NESTS },
  { .name = "bounded_inbox", .run = bounded_inbox },
  { .name = "binding", .run = binding },
  { .name = NULL },
};
