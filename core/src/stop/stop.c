/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stop/stop.h"

#include "call/admission.h"
#include "call/gate.h"
#include "call/run.h"
#include "call/submit.h"
#include "life/life.h"
#include "life/phase.h"
#include "life/trace.h"
#include "loop/ownership.h"
#include "loop/turn.h"
#include "loop/watch.h"
#include "mailbox/owner.h"
#include "mailbox/post.h"

/* The order of a stop. In the thread that asks for it: nothing is accepted any more, `stopping` is signalled, the
 * participants refuse (and children are told), and what is on the caller's stack is cancelled, since it may block the
 * thread. In the owner's thread: what is queued, delayed or waits to continue is dropped, item by item as its turn
 * comes, so that slices stay short; then what has returned unfinished is cancelled; when all that has ended, and the
 * participants wait for nothing, the stop hook runs and `stopped` is signalled.
 *
 * The ender is the owner. If the loop is gone, it is the thread that finds that; at a deadline, the thread that takes
 * the caller from an owner that hangs. Neither of the two waits for the participants: then `stopped` comes later, from
 * whoever brings the last of them to its end. */

enum
{
  HURRIES = 5 /* rounds after the deadline in which what is late is left behind, if it can be */
};

static LodgerItem *
next (LodgerCaller *caller)
{
  LodgerItem *item;
  if (!lodger__is_draining (caller))
    return NULL;
  item = lodger__timers_pop (lodger__timers (caller), LODGER_FOREVER - 1);
  if (item == NULL)
    item = lodger__thens_take (caller);
  if (item == NULL)
    item = lodger__held_take (caller);
  for (const LodgerStopParticipant *const *at = caller->stop.participants; item == NULL && *at != NULL; at++)
    if ((*at)->next != NULL)
      item = (*at)->next (caller);
  return item;
}

static bool
has_next (const LodgerCaller *caller)
{
  bool has;
  if (!lodger__is_draining (caller))
    return false;
  has = lodger__turn_has_timers (caller) || lodger__thens_has_next (caller) || lodger__held_has_next (caller);
  lodger__stop_any (has, caller, has_next);
  return has;
}

/* ---- the end ----------------------------------------------------------------------------------------------------- */

void
lodger__stop_cancel_running (LodgerCaller *caller)
{
  LodgerPending *pending;
  bool is_in_call;
  do
    {
      const LodgerFrame *frame;
      lodger__caller_lock (caller);
      frame = lodger__ownership_frame (caller);
      is_in_call = frame != NULL;
      while (frame != NULL
             && (frame->pending == NULL || (lodger__pending_state (frame->pending) & (P_CANCELLED | P_TOLD))))
        frame = lodger__ownership_outer (frame);
      pending = frame != NULL ? lodger_pending_ref (frame->pending) : NULL;
      lodger__caller_unlock (caller);
      if (pending != NULL)
        lodger__pending_stop (pending, lodger__closed_message);
      lodger_pending_unref (pending);
    }
  while (pending != NULL);
  if (is_in_call && lodger__is_driven (caller))
    lodger__stop_each (caller, in_call);
}

void
lodger__stop_begin (LodgerCaller *caller)
{
  if (!lodger__phase_change (caller, LODGER_BECOMES_DRAINING))
    return;
  lodger__stop_each (caller, begin);
  lodger__timers_close (lodger__timers (caller));
}

/* One that is done all the same is answered just now in another thread, which would find the inbox closed. */
void
lodger__stop_give_up_unfinished (LodgerCaller *caller)
{
  LodgerPending *pending;
  while ((pending = lodger__unfinished_pop (caller)) != NULL)
    {
      lodger__abandon_call (caller, pending);
      if (!(lodger__pending_state (pending) & P_ABANDONED))
        lodger__pending_destroy_data (pending);
      lodger_pending_unref (pending);
    }
}

static void
get_out_of_thread (LodgerCaller *caller)
{
  lodger__owner_leave (caller);
  lodger__stop_each (caller, quit);
}

/* Until the inbox is closed, another thread may just be bringing something to it; after that it leaves it where it was,
 * in the timers or on the list of continuations. So these are emptied last. */
static void
drop_all (LodgerCaller *caller)
{
  LodgerItem *item;
  while ((item = lodger__turn_next_due (caller)) != NULL || (item = lodger__turn_next_yielded (caller)) != NULL
         || (item = lodger__turn_next_postponed (caller)) != NULL || (item = next (caller)) != NULL)
    item->ops->drop (caller, item);
  lodger__mailbox_close (caller);
  while ((item = next (caller)) != NULL)
    item->ops->drop (caller, item);
}

static void
publish (LodgerCaller *caller)
{
  if (!lodger__phase_change (caller, LODGER_BECOMES_STOPPED))
    return;
  lodger__deadline_end (caller);
  lodger__stop_each (caller, stopped);
  lodger__trace_caller (LODGER_TRACE_STATE, caller);
  lodger__pending_signal (lodger_caller_get_stopped (caller), NULL);
  lodger__parker_signal (lodger__mailbox_parker (caller));
  if (lodger__is_taken (caller))
    lodger__stop_each (caller, left_behind);
}

/* The ender empties the inside, says so, and then looks for others that have to stop before; the last of them says so,
 * and then looks whether it is empty. So one of the two publishes the end, and the change of phase lets only one. An
 * owner that has waited for them in vain does not wait any more. */
void
lodger__stop_publish (LodgerCaller *caller)
{
  bool waits = false;
  if (!atomic_load (&caller->stop.is_empty))
    return;
  if (lodger__lateness (caller) < LODGER_OVERDUE)
    lodger__stop_any (waits, caller, holds_up);
  if (!waits)
    publish (caller);
}

/* Once for each caller, by its ender. */
static void
finish_end (LodgerCaller *caller)
{
  LodgerPending *started = lodger_caller_get_started (caller);
  drop_all (caller);
  if (!lodger_pending_is_done (started))
    lodger__pending_signal (started, lodger_error_new (NULL, LODGER_ESHUTDOWN, lodger__closed_message));
  if (!lodger__is_taken (caller))
    get_out_of_thread (caller);
  atomic_store (&caller->stop.ender, 0);
  atomic_store (&caller->stop.is_empty, true);
  lodger__stop_publish (caller);
  if (lodger__phase (caller) != LODGER_PHASE_STOPPED)
    lodger__deadline_begin_own (caller);
}

/* After the deadline, from time to time. False: this was the last time. */
static bool
hurry (LodgerCaller *caller)
{
  bool ignored = false;
  lodger__stop_any (ignored, caller, at_last);
  return atomic_fetch_add (&caller->stop.hurries, 1) < HURRIES;
}

/* The last resort is for one that hangs in user code that is no call. */
bool
lodger__stop_hurry (LodgerCaller *caller)
{
  if (!atomic_load (&caller->stop.is_empty))
    return false;
  atomic_store (&caller->stop.has_left_behind, true);
  if (lodger__phase_change (caller, LODGER_BECOMES_LATE))
    {
      lodger__stop_each (caller, late);
    }
  else if (!hurry (caller))
    lodger__phase_change (caller, LODGER_BECOMES_OVERDUE);
  lodger__stop_publish (caller);
  return lodger__phase (caller) == LODGER_PHASE_STOPPED;
}

/* Once: the stop hook, or what is cancelled just before this, may run a loop, which comes here as well. */
void
lodger__stop_end (LodgerCaller *caller)
{
  if (!lodger__phase_change (caller, LODGER_BECOMES_ENDING))
    return;
  atomic_store (&caller->stop.ender, lodger__thread_mark ());
  if (lodger__owner_is_here (caller))
    lodger__stop_each (caller, run_hook);
  if (lodger__is_taken (caller) || lodger__is_before_fork (caller))
    return;
  lodger__phase_change (caller, LODGER_BECOMES_ENDED);
  lodger__watch_end_all (caller);
  lodger__stop_give_up_unfinished (caller);
  lodger__stop_each (caller, cancel);
  lodger__stop_each (caller, give_up);
  lodger__watch_detach (caller);
  finish_end (caller);
  lodger__let_itself_go (caller);
}

void
lodger__stop_taken (LodgerCaller *caller)
{
  lodger__stop_begin (caller);
  atomic_store (&caller->stop.ender, lodger__thread_mark ());
  lodger__phase_change (caller, LODGER_BECOMES_ENDED);
  lodger__stop_give_up_unfinished (caller);
  lodger__stop_each (caller, give_up);
  finish_end (caller);
}

/* The loop calls back as long as it is attached: so this comes, by the end of the call that hung, or by the node. */
void
lodger__stop_come_back (LodgerCaller *caller)
{
  if (!lodger__holds_itself (caller))
    return;
  lodger__watch_detach (caller);
  get_out_of_thread (caller);
  lodger__let_itself_go (caller);
}

static bool
awaits_something (const LodgerCaller *caller)
{
  bool awaits = !lodger__unfinished_is_empty (caller);
  lodger__stop_any (awaits, caller, awaits);
  return awaits;
}

/* Owner, when a slice settles: it ends once nothing is left to be waited for. */
static void
try_end (LodgerCaller *caller, bool has_run)
{
  bool waits_no_more;
  (void) has_run;
  if (!lodger__is_draining (caller) || lodger__has_ended (caller)
      || (lodger__turn_is_ready (caller) && lodger__lateness (caller) < LODGER_OVERDUE))
    return;
  if (lodger__phase_change (caller, LODGER_BECOMES_CANCELLING))
    {
      lodger__unfinished_cancel (caller);
      lodger__stop_each (caller, cancel);
    }
  if (lodger__turn_depth (caller) > 0)
    return;
  waits_no_more = lodger__is_loop_gone (caller) || lodger__lateness (caller) >= LODGER_OVERDUE;
  if (waits_no_more
      || (!awaits_something (caller) && lodger__thens_is_empty (caller) && !lodger__gate_has_held (caller)))
    lodger__stop_end (caller);
  else if (!lodger__is_serving_alone (caller))
    lodger__deadline_begin_own (caller);
}

const LodgerTurnSource lodger__stop_source = { .next = next, .is_ready = has_next, .settle = try_end };

void
lodger__stop_is_late (LodgerCaller *caller)
{
  if (!lodger__is_draining (caller) || lodger__has_ended (caller))
    return;
  if (awaits_something (caller))
    atomic_store (&caller->stop.has_left_behind, true);
  if (lodger__phase_change (caller, LODGER_BECOMES_LATE))
    {
      lodger__stop_give_up_unfinished (caller);
      lodger__stop_each (caller, give_up);
      lodger__stop_each (caller, late);
    }
  else if (!hurry (caller) || !awaits_something (caller))
    lodger__phase_change (caller, LODGER_BECOMES_OVERDUE);
}
