/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call/gate.h"

#include "base/log.h"
#include "base/slab.h"
#include "call/run.h"
#include "life/life.h"
#include "life/phase.h"
#include "mailbox/post.h"
#include "pending/extras.h"
#include "wait/graph.h"

#include <assert.h>

/* A call at a gate is on the list of its caller, so that a stop finds it. Whoever lets it go takes it off that list,
 * and counts it as coming until it has been delivered, so that the stop waits for it; a stop that takes it off first
 * drops it.
 *
 * A call whose gate lets it pass at once, before anybody else knows it, is on no list: it goes as a call without a
 * gate.
 *
 * The gate is left once, when the call is done: by its return, or by a cancel. A call that was cancelled at the gate is
 * delivered, too: its thread finds it done, and destroys its data.
 *
 * Once it was delivered, it hangs on its thread, where it hung on those at its gate: that may close a circle. */

typedef struct AtGate
{
  LodgerExtra extra; /* first */
  LodgerHold hold;
  LodgerListener listener;
  LodgerLink link;           /* on the caller's list, under its mutex */
  atomic_bool is_on_its_way; /* written under that mutex, or before the call is shared */
} AtGate;

static_assert (sizeof (AtGate) <= 192, "it is a large piece of the slab");

static void
hold_free (LodgerExtra *extra)
{
  AtGate *at = (AtGate *) extra;
  at->hold.gate->ops->unref (at->hold.gate, &at->hold);
  lodger__release (at->hold.caller);
  lodger__slab_free (LODGER_SLAB_LARGE, at);
}

static void
hold_blocked_on (const LodgerExtra *extra, LodgerBlockedOn *ret_blocked)
{
  const LodgerHold *hold = &((const AtGate *) extra)->hold;
  hold->gate->ops->blocked_on (hold->gate, hold, ret_blocked);
}

LODGER_EXTRA_KIND (hold_kind, hold_free, hold_blocked_on);

static void
hold_done (LodgerListener *listener, LodgerPending *done)
{
  LodgerHold *hold = &lodger__owner (listener, AtGate, listener)->hold;
  (void) done;
  if (hold->gate->ops->leave (hold->gate, hold))
    lodger__hold_release (hold);
}

LODGER_LATE_LISTENER_OPS (hold_ops, hold_done);

int
lodger__gate_check (LodgerGate *gate)
{
  return gate != NULL ? gate->ops->check (gate) : 0;
}

bool
lodger__gate_prepare (LodgerPending *pending, const LodgerCallOptions *options, LodgerCaller *caller)
{
  LodgerGate *gate = lodger__gate_of (options);
  AtGate *at = lodger__slab_new (LODGER_SLAB_LARGE);
  if (at == NULL)
    return false;
  if (!gate->ops->ref (gate))
    {
      lodger__slab_free (LODGER_SLAB_LARGE, at);
      return false;
    }
  *at = (AtGate) { .extra.kind = &hold_kind,
                   .hold = { .gate = gate, .pending = pending, .caller = caller, .priority = options->priority },
                   .listener = lodger__listener (&hold_ops) };
  lodger__hold (caller);
  lodger__extra_add (pending, &at->extra);
  /* Its place is free before its groups learn that it is done. */
  lodger__pending_add_first_listener (pending, &at->listener);
  return true;
}

/* Under the mutex. */
static void
note_held (LodgerCaller *caller)
{
  atomic_store (&caller->calls.has_held, caller->calls.held.first != NULL || caller->calls.coming > 0);
}

/* Locked, or not shared yet. */
static AtGate *
at_gate (const LodgerPending *pending)
{
  return (AtGate *) lodger__extra_find (pending, &hold_kind);
}

LodgerHold *
lodger__gate_hold_of (LodgerPending *pending)
{
  AtGate *at;
  lodger__pending_lock (pending);
  at = at_gate (pending);
  lodger__pending_unlock (pending);
  return at != NULL ? &at->hold : NULL;
}

bool
lodger__gate_passes (LodgerPending *pending)
{
  AtGate *at = at_gate (pending);
  LodgerGate *gate = at->hold.gate;
  bool passes = gate->ops->pass != NULL && gate->ops->pass (gate, &at->hold);
  atomic_store_explicit (&at->is_on_its_way, passes, memory_order_relaxed);
  return passes;
}

void
lodger__gate_send (LodgerPending *pending)
{
  AtGate *at = at_gate (pending);
  LodgerCaller *caller = at->hold.caller;
  bool is_accepted;
  lodger__caller_lock (caller);
  is_accepted = !lodger__is_stopping (caller);
  if (is_accepted)
    {
      lodger__list_append (&caller->calls.held, &at->link);
      note_held (caller);
    }
  lodger__caller_unlock (caller);
  if (!is_accepted)
    lodger__pending_ops (pending)->drop (lodger__pending_caller (pending), lodger__pending_item (pending));
  else if (at->hold.gate->ops->enter (at->hold.gate, &at->hold))
    lodger__hold_release (&at->hold);
}

void
lodger__hold_release (LodgerHold *hold)
{
  AtGate *at = lodger__list_item (hold, AtGate, hold);
  LodgerPending *pending = lodger_pending_ref (hold->pending);
  LodgerCaller *caller = hold->caller;
  bool is_mine;
  lodger__hold (caller);
  lodger__caller_lock (caller);
  is_mine = lodger__list_remove (&at->link);
  caller->calls.coming += is_mine;
  atomic_store (&at->is_on_its_way, true);
  lodger__caller_unlock (caller);
  if (is_mine)
    {
      lodger__pending_ops (pending)->deliver (pending);
      lodger__waits_look_again (pending);
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
  const AtGate *at = at_gate (pending);
  return at != NULL && !atomic_load (&at->is_on_its_way);
}

void
lodger__gate_blocked_on (LodgerPending *pending, LodgerBlockedOn *ret_blocked)
{
  if (!lodger__gate_keeps (pending))
    lodger__run_blocked_on (pending, ret_blocked);
}

/* ---- a stop ------------------------------------------------------------------------------------------------------ */

LodgerItem *
lodger__held_take (LodgerCaller *caller)
{
  AtGate *at;
  if (!lodger__gate_has_held (caller))
    return NULL;
  lodger__caller_lock (caller);
  at = lodger__list_item (lodger__list_pop (&caller->calls.held), AtGate, link);
  note_held (caller);
  lodger__caller_unlock (caller);
  return at != NULL ? lodger__pending_item (at->hold.pending) : NULL;
}

/* Owner, of a caller that stops: nobody adds to the list any more. */
bool
lodger__held_has_next (const LodgerCaller *caller)
{
  return caller->calls.held.first != NULL;
}
