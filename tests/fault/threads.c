/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Work in other threads, and waiting for it. */
#include "scenarios.h"

/* A caller that could not start cancels what it has given away. */
static void
answer_string (LodgerPending *self, Deed *deed)
{
  int code = lodger_pending_return_string (self, "from a worker");
  (void) deed;
  if (!lodger_pending_is_cancelled (self))
    expect_or_want (code, 0);
}

static void
to_thread (Stage *stage)
{
  if (!stage_open (stage, NULL))
    return;
  for (int i = 0; i < 3; i++)
    {
      Deed *work = deed_to_thread (stage, "work", DEED_RUNS, i == 1 ? answer_string : NULL);
      deed_then (stage, "what comes home", DEED_RUNS, work->pending);
    }
  stage_settle (stage);
  deed_to_thread (stage, "work for one that rests", DEED_RUNS, NULL);
  stage_settle (stage);
}

/* A worker that waits is not counted, so that another comes, if it can. */
static void
work_and_wait (LodgerPending *self, Deed *deed)
{
  Deed *inner = deed_to_thread (deed->stage, "work that a worker waits for", DEED_RUNS, answer_string);
  int code = lodger_pending_wait (inner->pending, LODGER_FOREVER, LODGER_WAIT_NO_RESULT);
  if (!lodger_pending_is_cancelled (self))
    expect_only (code, 0);
}

/* With one call at a time the second runs because the first waits. */
static void
waiting_workers (Stage *stage)
{
  const LodgerCallerOptions options = { .size = sizeof options, .max_workers = 1 };
  if (!stage_open (stage, &options))
    return;
  deed_to_thread (stage, "work that waits", DEED_RUNS, work_and_wait);
  deed_to_thread (stage, "more work that waits", DEED_RUNS, work_and_wait);
  stage_settle (stage);
}

/* What a worker asks of itself waits in its own inbox, and may wait in there as well. */
static void
ask_itself (LodgerPending *self, Deed *deed)
{
  Deed *own = deed_new (deed->stage, "a worker's call to itself", DEED_RUNS | DEED_IS_CANCELLED);
  (void) self;
  own->act = work_and_wait;
  deed_asked (own, lodger_caller_call_soon (lodger_caller_current (), deed_call, own, deed_destroy));
}

static void
workers_own_calls (Stage *stage)
{
  const LodgerCallerOptions options = { .size = sizeof options, .max_workers = 1 };
  if (!stage_open (stage, &options))
    return;
  deed_to_thread (stage, "work that asks its worker", DEED_RUNS, ask_itself);
  deed_to_thread (stage, "more work that asks its worker", DEED_RUNS, ask_itself);
  stage_settle (stage);
}

/* ---- threads that Lodger has not seen ---------------------------------------------------------------------------- */

static void *
wait_elsewhere (void *data)
{
  Stage *stage = data;
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  bool is_made = !lodger_pending_is_done (promise);
  Deed *deed = deed_soon (stage, "a call that is waited for", DEED_RUNS, NULL);
  int code = lodger_pending_wait (deed->pending, LODGER_FOREVER, LODGER_WAIT_NO_RESULT);
  expect_or_want (code, 0);
  code = lodger_pending_wait (promise, 1, LODGER_WAIT_PROTECT);
  expect_or_want (code, is_made ? LODGER_ETIMEDOUT : LODGER_EFAILED);
  code = lodger_pending_cancel_wait (promise, "not needed", LODGER_FOREVER, LODGER_WAIT_DEFAULT);
  expect_or_want (code, 0);
  lodger_pending_unref (promise);
  return NULL;
}

static void
waiting (Stage *stage)
{
  if (!stage_open (stage, NULL))
    return;
  stage_elsewhere (stage, wait_elsewhere, stage);
  stage_settle (stage);
}

/* ---- threads with a name ----------------------------------------------------------------------------------------- */

/* One that could not start has cancelled what it had. */
static void
ask_named (Stage *stage, const char *name)
{
  const LodgerCallOptions options = { .size = sizeof options, .worker = name };
  Deed *deed = deed_new (stage, name, DEED_RUNS | DEED_LACKS | DEED_IS_CANCELLED);
  deed_asked (deed, lodger_caller_to_thread_full (stage->caller, deed_call, deed, deed_destroy, &options));
}

static void
named_workers (Stage *stage)
{
  if (!stage_open (stage, NULL))
    return;
  ask_named (stage, "one");
  ask_named (stage, "two");
  ask_named (stage, "one");
  stage_settle (stage);
}

const Scenario scenarios_threads[] = {
  { .name = "to_thread", .run = to_thread },
  { .name = "waiting_workers", .run = waiting_workers },
  { .name = "workers_own_calls", .run = workers_own_calls },
  { .name = "waiting", .run = waiting },
  { .name = "named_workers", .run = named_workers },
  { .name = NULL },
};
