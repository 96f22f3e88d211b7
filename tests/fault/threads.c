/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Work in other threads, and waiting for it. */
#include "scenarios.h"

/* A caller that could not start cancels its calls in the pool. */
static void
answer_string (LodgerPending *self, Call *call)
{
  int code = lodger_pending_return_string (self, "from a worker");
  (void) call;
  if (!lodger_pending_is_cancelled (self))
    expect_or_shortage (code, 0);
}

static void
to_thread (Fixture *fixture)
{
  if (!fixture_open (fixture, NULL))
    return;
  for (int i = 0; i < 3; i++)
    {
      Call *work = call_to_thread (fixture, "work", CALL_RUNS, i == 1 ? answer_string : NULL);
      call_then (fixture, "a continuation of the work", CALL_RUNS, work->pending);
    }
  fixture_settle (fixture);
  call_to_thread (fixture, "work for one that rests", CALL_RUNS, NULL);
  fixture_settle (fixture);
}

/* A waiting worker is not counted, so another starts if it can. */
static void
work_and_wait (LodgerPending *self, Call *call)
{
  Call *inner = call_to_thread (call->fixture, "work that a worker waits for", CALL_RUNS, answer_string);
  int code = lodger_pending_wait (inner->pending, LODGER_FOREVER, LODGER_WAIT_NO_RESULT);
  if (!lodger_pending_is_cancelled (self))
    expect_only (code, 0);
}

/* With one call at a time the second runs because the first waits. */
static void
waiting_workers (Fixture *fixture)
{
  const LodgerCallerOptions options = { .size = sizeof options, .max_workers = 1 };
  if (!fixture_open (fixture, &options))
    return;
  call_to_thread (fixture, "work that waits", CALL_RUNS, work_and_wait);
  call_to_thread (fixture, "more work that waits", CALL_RUNS, work_and_wait);
  fixture_settle (fixture);
}

/* A worker submits to itself, also from its own calls. */
static void
ask_itself (LodgerPending *self, Call *call)
{
  Call *own = call_new (call->fixture, "a worker's call to itself", CALL_RUNS | CALL_IS_CANCELLED);
  (void) self;
  own->act = work_and_wait;
  call_submitted (own, lodger_caller_call_soon (lodger_caller_current (), call_run, own, call_destroy));
}

static void
workers_own_calls (Fixture *fixture)
{
  const LodgerCallerOptions options = { .size = sizeof options, .max_workers = 1 };
  if (!fixture_open (fixture, &options))
    return;
  call_to_thread (fixture, "work that asks its worker", CALL_RUNS, ask_itself);
  call_to_thread (fixture, "more work that asks its worker", CALL_RUNS, ask_itself);
  fixture_settle (fixture);
}

/* ---- threads that Lodger has not seen ---------------------------------------------------------------------------- */

static void *
wait_elsewhere (void *data)
{
  Fixture *fixture = data;
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  bool is_made = !lodger_pending_is_done (promise);
  Call *call = call_soon (fixture, "a call that is waited for", CALL_RUNS, NULL);
  int code = lodger_pending_wait (call->pending, LODGER_FOREVER, LODGER_WAIT_NO_RESULT);
  expect_or_shortage (code, 0);
  code = lodger_pending_wait (promise, 1, LODGER_WAIT_PROTECT);
  expect_or_shortage (code, is_made ? LODGER_ETIMEDOUT : LODGER_EFAILED);
  code = lodger_pending_cancel_wait (promise, "not needed", LODGER_FOREVER, LODGER_WAIT_DEFAULT);
  expect_or_shortage (code, 0);
  lodger_pending_unref (promise);
  return NULL;
}

static void
waiting (Fixture *fixture)
{
  if (!fixture_open (fixture, NULL))
    return;
  fixture_run_in_thread (fixture, wait_elsewhere, fixture);
  fixture_settle (fixture);
}

/* ---- threads with a name ----------------------------------------------------------------------------------------- */

/* A worker that could not start has cancelled its calls. */
static void
ask_named (Fixture *fixture, const char *name)
{
  const LodgerCallOptions options = { .size = sizeof options, .worker = name };
  Call *call = call_new (fixture, name, CALL_RUNS | CALL_LACKS_RESOURCES | CALL_IS_CANCELLED);
  call_submitted (call, lodger_caller_to_thread_full (fixture->caller, call_run, call, call_destroy, &options));
}

static void
named_workers (Fixture *fixture)
{
  if (!fixture_open (fixture, NULL))
    return;
  ask_named (fixture, "one");
  ask_named (fixture, "two");
  ask_named (fixture, "one");
  fixture_settle (fixture);
}

/* ---- what all threads are at --------------------------------------------------------------------------------------- */

static void
dump_in_call (LodgerPending *self, Call *call)
{
  char *text = lodger_dump ();
  (void) self;
  (void) call;
  expect_or_shortage (text != NULL ? 0 : LODGER_ENOMEM, 0);
  lodger_free (text);
}

static void
dumping (Fixture *fixture)
{
  if (!fixture_open (fixture, NULL))
    return;
  for (int i = 0; i < 3; i++)
    {
      Call *work = call_to_thread (fixture, "work", CALL_RUNS, dump_in_call);
      call_then (fixture, "a continuation of the work", CALL_RUNS, work->pending);
    }
  fixture_settle (fixture);
}

const Scenario scenarios_threads[] = {
  { .name = "to_thread", .run = to_thread },
  { .name = "waiting_workers", .run = waiting_workers },
  { .name = "workers_own_calls", .run = workers_own_calls },
  { .name = "waiting", .run = waiting },
  { .name = "dumping", .run = dumping },
  { .name = "named_workers", .run = named_workers },
  { .name = NULL },
};
