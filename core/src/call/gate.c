/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call/gate.h"

#include "base/log.h"
#include "call/run.h"
#include "life/life.h"
#include "life/phase.h"
#include "mailbox/post.h"

#include <stdlib.h>

/* A call at a gate is on the list of its caller, so that a stop finds it. Whoever lets it go takes it off that list, and
 * counts it as coming until it has been delivered, so that the stop waits for it; a stop that takes it off first drops it.
 *
 * The gate is left once, when the call is done: by its return, or by a cancel. A call that was cancelled at the gate is
 * delivered, too: its thread finds it done, and destroys its data. */

static void
hold_free (LodgerExtra *extra)
{
  LodgerHold *hold = (LodgerHold *) extra;
  hold->gate->ops->unref (hold->gate, hold);
  lodger__release (hold->caller);
  free (hold);
}

static void
hold_blocked_on (const LodgerExtra *extra, LodgerBlockedOn *ret_blocked)
{
  const LodgerHold *hold = (const LodgerHold *) extra;
  hold->gate->ops->blocked_on (hold->gate, hold, ret_blocked);
}

LODGER_EXTRA_KIND (hold_kind, hold_free, hold_blocked_on);

static void
hold_done (LodgerListener *listener, LodgerPending *done)
{
  LodgerHold *hold = lodger__list_item (listener, LodgerHold, listener);
  (void) done;
  if (hold->gate->ops->leave (hold->gate, hold))
    lodger__hold_release (hold);
}

static const LodgerListenerOps hold_ops = { .notify = hold_done, .is_late = true };

int
lodger__gate_check (LodgerGate *gate)
{
  return gate != NULL ? gate->ops->check (gate) : 0;
}

bool
lodger__gate_prepare (LodgerPending *pending, const LodgerCallOptions *options, LodgerCaller *caller)
{
  LodgerGate *gate = lodger__gate_of (options);
  LodgerHold *hold = calloc (1, sizeof *hold);
  if (hold == NULL || !gate->ops->ref (gate))
    {
      free (hold);
      return false;
    }
  hold->extra.kind = &hold_kind;
  lodger__extra_add (pending, &hold->extra);
  hold->priority = options->priority;
  lodger__hold (caller);
  hold->pending = pending;
  hold->gate = gate;
  hold->caller = caller;
  hold->listener = lodger__listener (&hold_ops);
  lodger__pending_add_listener (pending, &hold->listener);
  return true;
}

/* Under the mutex. */
static void
note_held (LodgerCaller *caller)
{
  atomic_store (&caller->calls.has_held, caller->calls.held.first != NULL || caller->calls.coming > 0);
}

LodgerHold *
lodger__gate_hold_of (LodgerPending *pending)
{
  LodgerHold *hold;
  lodger__pending_lock (pending);
  hold = (LodgerHold *) lodger__extra_find (pending, &hold_kind);
  lodger__pending_unlock (pending);
  return hold;
}

void
lodger__gate_send (LodgerPending *pending)
{
  LodgerHold *hold = lodger__gate_hold_of (pending);
  LodgerCaller *caller = hold->caller;
  bool is_accepted;
  lodger__caller_lock (caller);
  is_accepted = !lodger__is_stopping (caller);
  if (is_accepted)
    {
      lodger__list_append (&caller->calls.held, &hold->link);
      note_held (caller);
    }
  lodger__caller_unlock (caller);
  if (!is_accepted)
    lodger__pending_ops (pending)->drop (lodger__pending_caller (pending), lodger__pending_item (pending));
  else if (hold->gate->ops->enter (hold->gate, hold))
    lodger__hold_release (hold);
}

void
lodger__hold_release (LodgerHold *hold)
{
  LodgerPending *pending = lodger_pending_ref (hold->pending);
  LodgerCaller *caller = hold->caller;
  bool is_mine;
  lodger__hold (caller);
  lodger__caller_lock (caller);
  is_mine = lodger__list_remove (&hold->link);
  caller->calls.coming += is_mine;
  atomic_store (&hold->is_on_its_way, true);
  lodger__caller_unlock (caller);
  if (is_mine)
    {
      lodger__pending_ops (pending)->deliver (pending);
      lodger__caller_lock (caller);
      caller->calls.coming--;
      note_held (caller);
      lodger__caller_unlock (caller);
      if (lodger__is_stopping (caller))
        lodger__poke (caller);
    }
  lodger_pending_unref (pending);
  lodger__release (caller);
}

/* Once it is on its way to its thread, that thread has to act. */
bool
lodger__gate_keeps (LodgerPending *pending)
{
  const LodgerHold *hold = (LodgerHold *) lodger__extra_find (pending, &hold_kind);
  return hold != NULL && !atomic_load (&hold->is_on_its_way);
}

void
lodger__gate_blocked_on (LodgerPending *pending, LodgerBlockedOn *ret_blocked)
{
  if (!lodger__gate_keeps (pending))
    lodger__run_blocked_on (pending, ret_blocked);
}

/* ---- a stop ------------------------------------------------------------------------------------------------------------ */

LodgerItem *
lodger__held_take (LodgerCaller *caller)
{
  LodgerHold *hold;
  if (!lodger__gate_has_held (caller))
    return NULL;
  lodger__caller_lock (caller);
  hold = lodger__list_item (lodger__list_pop (&caller->calls.held), LodgerHold, link);
  note_held (caller);
  lodger__caller_unlock (caller);
  return hold != NULL ? lodger__pending_item (hold->pending) : NULL;
}

/* Owner, of a caller that stops: nobody adds to the list any more. */
bool
lodger__held_has_next (const LodgerCaller *caller)
{
  return caller->calls.held.first != NULL;
}
