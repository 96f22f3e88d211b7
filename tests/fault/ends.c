/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How a caller ends: by a stop, a leave, the end of its host or thread, a stop deadline.
 *
 * None of these ends may need memory, or lose what was accepted before. */
#include "inject.h"
#include "scenarios.h"

#include <lodger-manual.h>

#define HOUR INT64_C (3600000000000)

enum
{
  MET = CALL_RUNS | CALL_IS_CANCELLED, /* a stop comes before or after its run */
};

static void
answer (Call *call)
{
  LodgerReply *reply = call->reply;
  call->reply = NULL;
  if (reply != NULL)
    lodger_reply_return_int (reply, 1);
}

static void
answer_at_stop (LodgerPending *pending, const char *message, void *call)
{
  (void) pending;
  (void) message;
  answer (call);
}

/* Without a canceller, the reply has to be answered at once: the stop would wait for it. */
static void
defer_until_stop (LodgerPending *self, Call *call)
{
  call->reply = lodger_pending_defer (self);
  if (call->reply != NULL && lodger_pending_set_canceller (self, answer_at_stop, call, NULL) != 0)
    answer (call);
}

static void
wait_until_stop (LodgerPending *self, Call *call)
{
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  (void) self;
  (void) call;
  lodger_pending_wait (promise, LODGER_FOREVER, LODGER_WAIT_DEFAULT);
  lodger_pending_unref (promise);
}

/* Leaves calls of every kind to the end. The first is a deferred call whose reply is not answered. */
static void
fill (Fixture *fixture)
{
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  Call *work;
  call_soon (fixture, "a call that is answered at the stop", MET, defer_until_stop);
  fixture_catch_up (fixture);
  work = call_to_thread (fixture, "work that waits for the stop", MET, wait_until_stop);
  call_to_thread (fixture, "work", MET, NULL);
  call_soon (fixture, "a call", MET, NULL);
  call_direct (fixture, "a direct call")->ends = 0;
  call_later (fixture, "a delayed call", CALL_IS_CANCELLED, HOUR);
  call_then (fixture, "what comes after the work", MET, work->pending);
  call_then (fixture, "what comes after a promise", MET, promise);
  lodger_pending_unref (promise);
}

static void
stopping (Fixture *fixture)
{
  if (fixture_open (fixture, NULL))
    fill (fixture);
}

static void
leaving (Fixture *fixture)
{
  if (!fixture_open (fixture, NULL))
    return;
  fill (fixture);
  expect_only (lodger_caller_leave (fixture->caller), 0);
}

/* ---- nothing can be waited for ----------------------------------------------------------------------------------- */

/* A deferred call is abandoned, and its data is destroyed with the answer. Work in other threads ends a little later. */
static void
see_to_the_rest (Fixture *fixture)
{
  Call *out = &fixture->calls[0];
  if (fixture->call_count == 0)
    return;
  fixture->has_lost_its_loop = true;
  out->ends |= CALL_IS_ABANDONED;
  answer (out);
  for (int i = 0; i < fixture->call_count; i++)
    if (fixture->calls[i].pending != NULL)
      fixture_until_done (fixture, fixture->calls[i].pending);
}

static void
dying_host (Fixture *fixture)
{
  if (!fixture_open (fixture, NULL))
    return;
  fill (fixture);
  lodger_manual_close (fixture->impl);
  see_to_the_rest (fixture);
}

static void *
open_and_go (void *data)
{
  Fixture *fixture = data;
  if (fixture_open (fixture, NULL))
    fill (fixture);
  return NULL;
}

static void
dying_thread (Fixture *fixture)
{
  pthread_t thread;
  inject_exempt (true);
  thread = thread_start (open_and_go, fixture);
  inject_exempt (false);
  thread_join (thread);
  see_to_the_rest (fixture);
}

/* ---- the deadline ------------------------------------------------------------------------------------------------ */

static Latch entered, let_go;

static void
hang (LodgerPending *self, Call *call)
{
  (void) self;
  (void) call;
  latch_open (&entered);
  latch_wait (&let_go);
}

/* Without a thread that watches the deadline, the stop waits until the call returns. */
static void
deadlines (Fixture *fixture)
{
  const LodgerCallerOptions options = { .size = sizeof options, .stop_deadline = 1000 };
  Call *call;
  Counter ends;
  if (!fixture_open (fixture, &options))
    return;
  inject_exempt (true);
  latch_init (&entered);
  latch_init (&let_go);
  counter_init (&ends);
  inject_exempt (false);
  call = call_new (fixture, "a call that hangs", CALL_RUNS | CALL_IS_CANCELLED | CALL_IS_ABANDONED);
  call->act = hang;
  call->recorder.ends = &ends;
  call_submitted (call, lodger_caller_call_soon (fixture->caller, call_run, call, call_destroy));
  call_soon (fixture, "a call behind it", call->was_refused ? MET : CALL_IS_CANCELLED, NULL);
  call_later (fixture, "a delayed call", CALL_IS_CANCELLED, HOUR);
  fixture_until_done (fixture, lodger_caller_get_started (fixture->caller));
  if (!call->was_refused && lodger_pending_get_outcome (lodger_caller_get_started (fixture->caller)) == 0)
    latch_wait (&entered);
  lodger_caller_stop (fixture->caller, true);
  if (inject_failed () == 0)
    fixture_until_done (fixture, lodger_caller_get_stopped (fixture->caller));
  latch_open (&let_go);
  counter_wait (&ends, 1);
  counter_clear (&ends);
  latch_clear (&entered);
  latch_clear (&let_go);
  fixture_until_done (fixture, lodger_caller_get_stopped (fixture->caller));
}

const Scenario scenarios_ends[] = {
  { .name = "stopping", .run = stopping },
  { .name = "leaving", .run = leaving, .not_traits = LOOP_DRIVEN },
  { .name = "dying_host", .run = dying_host, .not_traits = LOOP_DRIVEN | LOOP_GLIB | LOOP_UV },
  { .name = "dying_thread", .run = dying_thread, .not_traits = LOOP_DRIVEN },
  { .name = "deadlines", .run = deadlines, .traits = LOOP_DRIVEN },
  { .name = NULL },
};
