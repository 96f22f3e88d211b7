/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call/gate.h"
#include "call/run.h"
#include "call/submit.h"
#include "life/life.h"
#include "life/phase.h"
#include "loop/ownership.h"
#include "loop/turn.h"
#include "mailbox/owner.h"
#include "mailbox/post.h"

/* Calls that have returned and are not done: deferred ones, and those that take another's outcome; and spawned calls
 * from their first wait until they return. Each is on its caller's list, which a stop cancels and waits for. */

void
lodger__unfinished_add (LodgerCaller *caller, LodgerPending *pending, bool is_ours)
{
  lodger__hold (caller);
  if (is_ours && !lodger__has_ended (caller) && !lodger__is_taken (caller))
    lodger__list_prepend (&caller->calls.unfinished, lodger__pending_unfinished_link (pending));
}

/* A stop may have given it up meanwhile. */
void
lodger__unfinished_forget (LodgerCaller *caller, LodgerPending *pending)
{
  if (!lodger__has_ended (caller) && !lodger__is_taken (caller))
    lodger__list_remove (lodger__pending_unfinished_link (pending));
  lodger__release (caller);
}

static void
finish (LodgerCaller *caller, LodgerItem *item)
{
  LodgerPending *pending = (LodgerPending *) item;
  lodger__pending_lock (pending);
  lodger__list_remove (lodger__pending_unfinished_link (pending));
  lodger__pending_unlock (pending);
  lodger__pending_destroy_data (pending);
  lodger_pending_unref (pending);
  lodger__release (caller);
}

static const LodgerItemOps ended_ops = { .run = finish, .drop = finish };

/* Outside of a slice one is asked for: a worker may have to end now, and a stop may come to its end. */
void
lodger__unfinished_ended (LodgerPending *pending)
{
  LodgerCaller *caller = lodger__pending_caller (pending);
  bool is_here = !lodger__has_ended (caller) && lodger__owner_is_here (caller);
  LodgerHeld held = is_here ? lodger__ownership_begin (caller) : LODGER_OWNERSHIP_NONE;
  lodger__pending_become (pending, &ended_ops);
  lodger__hold (caller);
  if (held == LODGER_OWNERSHIP_NONE)
    lodger__push (caller, lodger__pending_item (pending));
  else
    {
      if (lodger__turn_depth (caller) == 0)
        lodger__host_post_ahead (caller);
      finish (caller, lodger__pending_item (pending));
      lodger__ownership_end (caller, held);
    }
  lodger__release (caller);
}

bool
lodger__unfinished_is_empty (const LodgerCaller *caller)
{
  return caller->calls.unfinished.first == NULL && caller->calls.cancelled.first == NULL;
}

bool
lodger__calls_are_to_come (const LodgerCaller *caller)
{
  return !lodger__unfinished_is_empty (caller) || lodger__turn_has_timers (caller) || !lodger__thens_is_empty (caller)
         || lodger__gate_has_held (caller);
}

/* ---- a stop ------------------------------------------------------------------------------------------------------ */

/* A cancel may run user code (a canceller, a done-callback) that ends others of the list, or adds some. */
void
lodger__unfinished_cancel (LodgerCaller *caller)
{
  LodgerLink *link;
  while ((link = lodger__list_pop (&caller->calls.unfinished)) != NULL)
    {
      LodgerPending *pending = lodger__unfinished_pending (link);
      lodger__list_append (&caller->calls.cancelled, link);
      if (!(lodger__pending_state (pending) & (P_CANCELLED | P_DONE)))
        lodger__pending_stop (pending, lodger__closed_message);
    }
}

LodgerPending *
lodger__unfinished_pop (LodgerCaller *caller)
{
  LodgerLink *link = lodger__list_pop (&caller->calls.unfinished);
  if (link == NULL)
    link = lodger__list_pop (&caller->calls.cancelled);
  return lodger_pending_ref (lodger__unfinished_pending (link));
}
