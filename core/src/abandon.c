/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "custody.h"
#include "ending.h"
#include "pool.h"

#include <stdlib.h>

/* What does not end by the deadline of a stop is settled, named and left behind.
 *
 * First, at the deadline: a caller whose thread is inside a call is taken from it; any other is told that it is late, and
 * gives up by itself what it still waits for. Then, after the grace: whatever has not ended is taken, wherever its thread
 * is, unless that is in user code that is no call (see custody.h); it is tried again until it can be taken or has ended.
 * One that has children goes after them: they are taken first, and it may end by itself then. The caller of a host's own
 * thread is never taken: what is queued there may have to be destroyed in that thread. */

enum
{
  BATCH = 8
};

void
lodger__pending_abandon (LodgerPending *pending)
{
  lodger__pending_lock (pending);
  if (!(lodger__pending_state (pending) & P_DONE))
    lodger__pending_add_state (pending, P_ABANDONED | P_CANCELLED);
  lodger__pending_complete (pending);
}

/* It is told first, if nobody has done that yet: it may end by that alone, and whoever goes on with it learns that nobody
 * waits any more. */
void
lodger__abandon_call (const LodgerCaller *caller, LodgerPending *pending)
{
  char *line;
  if (!lodger_pending_is_cancelled (pending))
    lodger_pending_cancel (pending, lodger__closed_message);
  if (lodger_pending_is_done (pending))
    return;
  line = lodger_pending_describe (pending);
  lodger__log (LODGER_LOG_ERROR, "%s: did not end in time and is left behind: %s", caller->name,
               line != NULL ? line : "a call");
  lodger_free (line);
  lodger__pending_abandon (pending);
}

static unsigned
collect_running (LodgerCaller *caller, LodgerPending *batch[BATCH])
{
  unsigned count = 0;
  pthread_mutex_lock (&caller->mutex);
  for (LodgerFrame *frame = lodger__custody_frame (caller); frame != NULL && count < BATCH;
       frame = lodger__custody_outer (frame))
    if (frame->pending != NULL && !lodger_pending_is_done (frame->pending))
      batch[count++] = lodger_pending_ref (frame->pending);
  pthread_mutex_unlock (&caller->mutex);
  return count;
}

static void
settle_running (LodgerCaller *caller)
{
  LodgerPending *batch[BATCH];
  unsigned count;
  while ((count = collect_running (caller, batch)) > 0)
    for (unsigned i = 0; i < count; i++)
      {
        lodger__abandon_call (caller, batch[i]);
        lodger_pending_unref (batch[i]);
      }
}

static bool
abandon (LodgerCaller *caller, bool from_loop)
{
  if (!lodger__custody_take (caller, from_loop))
    return false;
  lodger__log (LODGER_LOG_ERROR, "%s: its thread did not come to its end in time and is left behind", caller->name);
  settle_running (caller);
  lodger__family_late (caller);
  lodger__stop_taken (caller);
  if (caller->is_pooled)
    lodger__pool_forget (caller);
  lodger__family_leave_behind (caller);
  lodger__host_post (caller);
  return true;
}

static void
late_run (LodgerCaller *caller, LodgerItem *item)
{
  (void) item;
  caller->is_late_posted = false;
  lodger__stop_is_late (caller);
}

static void
late_drop (LodgerCaller *caller, LodgerItem *item)
{
  (void) caller;
  (void) item;
}

const LodgerItemOps lodger__late_ops = { .run = late_run, .drop = late_drop };

void
lodger__abandon_late (LodgerCaller *caller)
{
  lodger__caller_hold (caller);
  if (!caller->ended && !(caller->is_driven && abandon (caller, false)))
    {
      if (!caller->is_driven)
        settle_running (caller);
      if (!atomic_exchange (&caller->is_late_posted, true))
        lodger__caller_push (caller, &caller->late_item);
      caller->is_overdue = true;
      lodger__watch_begin (caller, lodger__port_now () + LODGER_GRACE);
    }
  lodger__caller_release (caller);
}

bool
lodger__abandon_at_last (LodgerCaller *caller)
{
  bool has_waited_for_family = caller->patience == 0 && atomic_load (&caller->awaited) > 0;
  if (caller->ended)
    return true;
  if (has_waited_for_family)
    lodger__family_at_last (caller);
  else if (caller->is_driven && abandon (caller, true))
    return true;
  if (atomic_exchange (&caller->is_late_posted, true))
    return false;
  lodger__caller_push (caller, &caller->late_item);
  return !caller->is_driven;
}
