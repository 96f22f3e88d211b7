/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fiber/inside.h"

#include "life/life.h"
#include "loop/frames.h"
#include "mailbox/post.h"

/* What others know of a fiber that waits, or has waited: its pending says whom a wait for it hangs on, and its caller
 * lists it. One that never waits costs nothing of this. */

/* The pending hangs on its caller's thread in any case; once it has waited, on what the fiber waits for, too. */
static void
blocked_on (const LodgerExtra *extra, LodgerBlockedOn *ret_blocked)
{
  const LodgerFiber *fiber = lodger__list_owner (extra, offsetof (LodgerFiber, extra));
  ret_blocked->fiber = fiber->serial;
}

static void
leave_to_its_fiber (LodgerExtra *extra)
{
  (void) extra;
}

LODGER_EXTRA_KIND (fiber_kind, leave_to_its_fiber, blocked_on);

void
lodger__fiber_forget (LodgerFiber *fiber)
{
  lodger__pending_lock (fiber->pending);
  lodger__extra_remove (fiber->pending, &fiber->extra);
  lodger__pending_unlock (fiber->pending);
  lodger__caller_lock (fiber->caller);
  lodger__list_remove (&fiber->listed);
  lodger__caller_unlock (fiber->caller);
}

/* Its stack is left as it is, since the thread may not be off it yet. */
bool
lodger__fiber_exited (LodgerPending *pending)
{
  LodgerExtra *extra;
  if (lodger__pending_stack_order (pending) == 0)
    return false;
  lodger__pending_lock (pending);
  extra = lodger__extra_find (pending, &fiber_kind);
  lodger__pending_unlock (pending);
  if (extra != NULL)
    lodger__fiber_forget (lodger__list_owner (extra, offsetof (LodgerFiber, extra)));
  return extra != NULL;
}

static bool
prepare (LodgerFiber *fiber)
{
  if (fiber->has_waited)
    return true;
  if (!fiber->ops->prepare (fiber->caller, fiber->pending))
    return false;
  fiber->serial = lodger__serial_new ();
  lodger__extra_init (&fiber->extra, &fiber_kind);
  fiber->listed = (LodgerLink) { NULL, NULL, NULL };
  lodger__pending_lock (fiber->pending);
  lodger__extra_add (fiber->pending, &fiber->extra);
  lodger__pending_unlock (fiber->pending);
  lodger__caller_lock (fiber->caller);
  lodger__list_append (&fiber->caller->fibers.all, &fiber->listed);
  lodger__caller_unlock (fiber->caller);
  fiber->has_waited = true;
  return true;
}

int
lodger__fiber_refusal (LodgerThread *thread, const char **ret_reason)
{
  LodgerFiber *fiber = thread->strand.fiber;
  *ret_reason = thread->strand.no_wait;
  if (*ret_reason == NULL && (fiber->frame == NULL || thread->frame != fiber->frame))
    *ret_reason = "another call is on the stack of the spawned one";
  if (*ret_reason == NULL)
    *ret_reason = lodger__guards_refusal (&fiber->guarded);
  if (*ret_reason != NULL)
    return LODGER_ESTATE;
  *ret_reason = "there is no memory";
  return prepare (fiber) ? 0 : LODGER_ENOMEM;
}

uint64_t
lodger__fiber_serial (const LodgerFiber *fiber)
{
  return fiber->serial;
}

int64_t
lodger__fiber_now (const LodgerFiber *fiber)
{
  return lodger__host_now (fiber->caller);
}

/* ---- what people see --------------------------------------------------------------------------------------------- */

/* A frame goes only after its fiber has left the list, under the mutex. */
void
lodger__fibers_write (LodgerCaller *caller, LodgerText *text)
{
  LodgerItem *dropped = NULL;
  unsigned count = 0;
  lodger__caller_lock (caller);
  lodger__list_for (fiber, &caller->fibers.all, LodgerFiber, listed)
    if (atomic_load (&fiber->state) == PARKED && count++ < LODGER_TEXT_MOST)
      lodger__frame_write (fiber->frame, "suspended", &dropped, text);
  lodger__caller_unlock (caller);
  lodger__pending_free_dropped (dropped);
  lodger__text_rest (text, 1, "suspended", count);
}
