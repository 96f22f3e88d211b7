/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "loop/turn.h"
#include "mailbox/post.h"

/* Whether the host is to ask before it sleeps, and what the sources of a turn do then. */

bool
lodger__turn_wants_before_wait (const LodgerCaller *caller)
{
  bool wants = caller->turn.depth > 0;
  for (const LodgerTurnSource *const *source = caller->turn.plan->sources; *source != NULL; source++)
    wants = wants || ((*source)->wants_before_wait != NULL && (*source)->wants_before_wait (caller));
  return wants;
}

void
lodger__turn_want_before_wait (LodgerCaller *caller)
{
  const LodgerHostOps *ops = lodger__host_ops (caller);
  if (ops->want_before_wait != NULL && lodger__host_is_attached (caller))
    ops->want_before_wait (lodger__host_impl (caller), lodger__turn_wants_before_wait (caller));
}

void
lodger__turn_before_wait (LodgerCaller *caller, bool is_sure)
{
  for (const LodgerTurnSource *const *source = caller->turn.plan->sources; *source != NULL; source++)
    if ((*source)->before_wait != NULL)
      (*source)->before_wait (caller, is_sure);
}
