/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How it ends: by a stop, a leave, the host's death, the thread's death, the deadline. Nothing of that may need memory, or
 * lose what was accepted before. */
#include "inject.h"
#include "scenarios.h"

#include <lodger-manual.h>

#define HOUR INT64_C (3600000000000)

enum
{
  MET = DEED_RUNS | DEED_IS_CANCELLED, /* a stop meets it, before it has run or after */
};

static void
answer (Deed *deed)
{
  LodgerReply *reply = deed->reply;
  deed->reply = NULL;
  if (reply != NULL)
    lodger_reply_return_int (reply, 1);
}

static void
answer_at_stop (LodgerPending *pending, const char *message, void *deed)
{
  (void) pending;
  (void) message;
  answer (deed);
}

/* What cannot be told of a stop has to be answered at once, or that would wait for it. */
static void
defer_until_stop (LodgerPending *self, Deed *deed)
{
  deed->reply = lodger_pending_defer (self);
  if (deed->reply != NULL && lodger_pending_set_canceller (self, answer_at_stop, deed, NULL) != 0)
    answer (deed);
}

static void
wait_until_stop (LodgerPending *self, Deed *deed)
{
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  (void) self;
  (void) deed;
  lodger_pending_wait (promise, LODGER_FOREVER, LODGER_WAIT_DEFAULT);
  lodger_pending_unref (promise);
}

/* Something of every kind is there when the end comes; the first is the call whose reply is out. */
static void
fill (Stage *stage)
{
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  Deed *work;
  deed_soon (stage, "a call that is answered at the stop", MET, defer_until_stop);
  stage_catch_up (stage);
  work = deed_to_thread (stage, "work that waits for the stop", MET, wait_until_stop);
  deed_to_thread (stage, "work", MET, NULL);
  deed_soon (stage, "a call", MET, NULL);
  deed_direct (stage, "a direct call")->ends = 0;
  deed_later (stage, "a delayed call", DEED_IS_CANCELLED, HOUR);
  deed_then (stage, "what comes after the work", MET, work->pending);
  deed_then (stage, "what comes after a promise", MET, promise);
  lodger_pending_unref (promise);
}

static void
stopping (Stage *stage)
{
  if (stage_open (stage, NULL))
    fill (stage);
}

static void
leaving (Stage *stage)
{
  if (!stage_open (stage, NULL))
    return;
  fill (stage);
  expect_only (lodger_caller_leave (stage->caller), 0);
}

/* ---- nothing can be waited for ----------------------------------------------------------------------------------- */

/* A call that is out is left behind, and its data goes with the answer; work in other threads ends a little later. */
static void
see_to_the_rest (Stage *stage)
{
  Deed *out = &stage->deeds[0];
  if (stage->deed_count == 0)
    return;
  stage->has_lost_its_loop = true;
  out->ends |= DEED_IS_LEFT;
  answer (out);
  for (int i = 0; i < stage->deed_count; i++)
    if (stage->deeds[i].pending != NULL)
      stage_until_done (stage, stage->deeds[i].pending);
}

static void
dying_host (Stage *stage)
{
  if (!stage_open (stage, NULL))
    return;
  fill (stage);
  lodger_manual_close (stage->impl);
  see_to_the_rest (stage);
}

static void *
open_and_go (void *data)
{
  Stage *stage = data;
  if (stage_open (stage, NULL))
    fill (stage);
  return NULL;
}

static void
dying_thread (Stage *stage)
{
  pthread_t thread;
  inject_exempt (true);
  thread = thread_start (open_and_go, stage);
  inject_exempt (false);
  thread_join (thread);
  see_to_the_rest (stage);
}

/* ---- the deadline ------------------------------------------------------------------------------------------------ */

static Latch entered, let_go;

static void
hang (LodgerPending *self, Deed *deed)
{
  (void) self;
  (void) deed;
  latch_open (&entered);
  latch_wait (&let_go);
}

/* Without a thread that watches, the stop waits until the call returns. */
static void
deadlines (Stage *stage)
{
  const LodgerCallerOptions options = { .size = sizeof options, .stop_deadline = 1000 };
  Deed *deed;
  Counter ends;
  if (!stage_open (stage, &options))
    return;
  inject_exempt (true);
  latch_init (&entered);
  latch_init (&let_go);
  counter_init (&ends);
  inject_exempt (false);
  deed = deed_new (stage, "a call that hangs", DEED_RUNS | DEED_IS_CANCELLED | DEED_IS_LEFT);
  deed->act = hang;
  deed->recorder.ends = &ends;
  deed_asked (deed, lodger_caller_call_soon (stage->caller, deed_call, deed, deed_destroy));
  deed_soon (stage, "a call behind it", deed->was_refused ? MET : DEED_IS_CANCELLED, NULL);
  deed_later (stage, "a delayed call", DEED_IS_CANCELLED, HOUR);
  stage_until_done (stage, lodger_caller_get_started (stage->caller));
  if (!deed->was_refused && lodger_pending_get_outcome (lodger_caller_get_started (stage->caller)) == 0)
    latch_wait (&entered);
  lodger_caller_stop (stage->caller, true);
  if (inject_failed () == 0)
    stage_until_done (stage, lodger_caller_get_stopped (stage->caller));
  latch_open (&let_go);
  counter_wait (&ends, 1);
  counter_clear (&ends);
  latch_clear (&entered);
  latch_clear (&let_go);
  stage_until_done (stage, lodger_caller_get_stopped (stage->caller));
}

const Scenario scenarios_ends[] = {
  { .name = "stopping", .run = stopping },
  { .name = "leaving", .run = leaving, .not_traits = PLACE_DRIVEN },
  { .name = "dying_host", .run = dying_host, .not_traits = PLACE_DRIVEN | PLACE_GLIB },
  { .name = "dying_thread", .run = dying_thread, .not_traits = PLACE_DRIVEN },
  { .name = "deadlines", .run = deadlines, .traits = PLACE_DRIVEN },
  { .name = NULL },
};
