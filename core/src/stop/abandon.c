/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/log.h"
#include "call/submit.h"
#include "life/life.h"
#include "life/phase.h"
#include "loop/ownership.h"
#include "mailbox/post.h"
#include "stop/stop.h"

/* What does not end by the deadline of a stop is settled, named and left behind.
 *
 * First, at the deadline: a caller whose thread is inside a call is taken from it; any other is told that it is late, and
 * gives up by itself what it still waits for. Then, after the grace: whatever has not ended is taken, wherever its thread
 * is, unless that is in user code that is no call (loop/ownership.h); it is tried again until it can be taken or has ended.
 * One that has children goes after them: they are taken first, and it may end by itself then. The caller of a host's own
 * thread is never taken: what is queued there may have to be destroyed in that thread. */

enum
{
  BATCH = 8
};

/* Whose fault it is: a reply that nobody answers, or a call that does not return. */
static void
log_abandoned (const LodgerCaller *caller, LodgerPending *pending)
{
  if (lodger__pending_is_unanswered (pending))
    {
      LodgerError *error = lodger__pending_unanswered_error (pending);
      lodger__log (LODGER_LOG_ERROR, "%s: is left behind: %s", lodger__name (caller), lodger_error_get_message (error));
      lodger_error_unref (error);
    }
  else
    {
      char *line = lodger_pending_describe (pending);
      lodger__log (LODGER_LOG_ERROR, "%s: did not end in time and is left behind: %s", lodger__name (caller),
                   line != NULL ? line : "a call");
      lodger_free (line);
    }
}

/* It is told first, if nobody has done that yet: it may end by that alone, and whoever goes on with it learns that nobody
 * waits any more. */
void
lodger__abandon_call (const LodgerCaller *caller, LodgerPending *pending)
{
  if (!lodger_pending_is_cancelled (pending))
    lodger_pending_cancel (pending, lodger__closed_message);
  if (lodger_pending_is_done (pending))
    return;
  log_abandoned (caller, pending);
  lodger__pending_abandon (pending);
}

/* Calls on the caller's stack that are not done, as references. */
typedef struct Batch
{
  LodgerPending *calls[BATCH];
  unsigned count;
} Batch;

/* Under the mutex. */
static void
collect_running (LodgerCaller *caller, Batch *batch)
{
  batch->count = 0;
  for (LodgerFrame *frame = lodger__ownership_frame (caller); frame != NULL && batch->count < BATCH;
       frame = lodger__ownership_outer (frame))
    if (frame->pending != NULL && !lodger_pending_is_done (frame->pending))
      batch->calls[batch->count++] = lodger_pending_ref (frame->pending);
}

static void
settle_running (LodgerCaller *caller, Batch *batch)
{
  while (batch->count > 0)
    {
      for (unsigned i = 0; i < batch->count; i++)
        {
          lodger__abandon_call (caller, batch->calls[i]);
          lodger_pending_unref (batch->calls[i]);
        }
      lodger__caller_lock (caller);
      collect_running (caller, batch);
      lodger__caller_unlock (caller);
    }
}

/* The calls are collected under the same hold of the mutex as the caller is taken: their function may return just now, and
 * its frame goes under that mutex. So none of them is still open when the caller has stopped. */
static bool
abandon (LodgerCaller *caller, bool from_loop)
{
  Batch batch;
  bool taken;
  if (!lodger__is_driven (caller))
    return false;
  lodger__caller_lock (caller);
  taken = lodger__ownership_take (caller, from_loop);
  if (taken)
    collect_running (caller, &batch);
  lodger__caller_unlock (caller);
  if (!taken)
    return false;
  lodger__log (LODGER_LOG_ERROR, "%s: its thread did not come to its end in time and is left behind",
               lodger__name (caller));
  settle_running (caller, &batch);
  lodger__stop_each (caller, late);
  lodger__stop_taken (caller);
  lodger__host_post (caller);
  return true;
}

/* A host's own thread is never taken: only its calls are settled. */
static void
settle_in_host (LodgerCaller *caller)
{
  Batch batch;
  lodger__caller_lock (caller);
  collect_running (caller, &batch);
  lodger__caller_unlock (caller);
  settle_running (caller, &batch);
}

void
lodger__abandon_late (LodgerCaller *caller)
{
  lodger__hold (caller);
  if (lodger__has_ended (caller))
    lodger__stop_hurry (caller);
  else if (!abandon (caller, false))
    {
      if (!lodger__is_driven (caller))
        settle_in_host (caller);
      lodger__stop_post_late (caller);
    }
  if (lodger__phase (caller) != LODGER_PHASE_STOPPED)
    {
      atomic_store (&caller->stop.deadline.has_passed, true);
      lodger__deadline_begin (caller, lodger__port_now () + LODGER_GRACE);
    }
  lodger__release (caller);
}

bool
lodger__abandon_at_last (LodgerCaller *caller)
{
  bool others_go_first = false;
  if (lodger__has_ended (caller))
    return lodger__stop_hurry (caller);
  if (atomic_load (&caller->stop.deadline.patience) == 0)
    lodger__stop_any (others_go_first, caller, at_last);
  if (!others_go_first && abandon (caller, true))
    return lodger__phase (caller) == LODGER_PHASE_STOPPED;
  lodger__stop_post_late (caller);
  return false;
}
