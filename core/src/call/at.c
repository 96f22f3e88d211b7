/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define LODGER_NO_CALL_SITES
#include "call/at.h"

#include "base/slab.h"
#include "call/run.h"
#include "life/life.h"
#include "life/phase.h"
#include "loop/turn.h"
#include "mailbox/post.h"

#include <lodger/host.h>

/* A call among the timers holds its caller, since a cancel in another thread needs that. */

int
lodger__timers_put (LodgerCaller *caller, LodgerPending *pending, int64_t deadline)
{
  bool first = false;
  int code;
  lodger__hold (caller);
  code = lodger__timers_insert (lodger__timers (caller), &((LodgerDelayed *) pending)->timer,
                                lodger__pending_item (pending), deadline, &first);
  if (code != 0)
    {
      lodger__release (caller);
      lodger__pending_discard_call (pending);
      return code == LODGER_ENOMEM ? code : LODGER_ECANCELED;
    }
  if (first)
    lodger__poke (caller);
  return 0;
}

/* Out of the heap, and through the inbox to the owner, which finds it done and destroys its data. */
void
lodger__timers_withdraw (LodgerPending *pending)
{
  LodgerCaller *caller = lodger__pending_caller (pending);
  lodger__timers_give (lodger__timers (caller), &((LodgerDelayed *) pending)->timer, lodger__try_push, caller);
}

static void
at_drop (LodgerCaller *caller, LodgerItem *item)
{
  lodger__run_drop (caller, (LodgerPending *) item);
  lodger__release (caller);
}

static void
at_run (LodgerCaller *caller, LodgerItem *item)
{
  if (lodger__is_stopping (caller))
    lodger__run_drop (caller, (LodgerPending *) item);
  else
    lodger__run_call (caller, (LodgerPending *) item, NULL);
  lodger__release (caller);
}

static void
at_exited (LodgerCaller *caller, LodgerItem *item)
{
  lodger__run_exited (caller, (LodgerPending *) item);
  lodger__release (caller);
}

static const LodgerItemOps at_ops = { .run = at_run,
                                      .drop = at_drop,
                                      .exited = at_exited,
                                      .withdraw = lodger__timers_withdraw,
                                      .ended = lodger__unfinished_ended,
                                      .blocked_on = lodger__run_blocked_on,
                                      .slab_class = LODGER_SLAB_LARGE };

LodgerPending *
lodger__submit_at (const char *function, LodgerCaller *caller, int64_t deadline, const LodgerWork *work,
                   const LodgerCallOptions *options)
{
  const LodgerHostOps *ops = lodger__host_ops (caller);
  LodgerPending *pending = NULL;
  int code = lodger__submit_check (caller, lodger__work_has_func (work), options, function);
  if (code == 0 && ops != NULL && ops->arm == NULL)
    code = lodger__submit_misuse (function, LODGER_ENOSYS, "this host has no timers", options);
  if (code == 0 && (pending = lodger__submit_new (&at_ops, caller, work, options)) == NULL)
    code = LODGER_ENOMEM;
  if (code == 0)
    {
      lodger__pending_trace (LODGER_TRACE_SUBMIT, pending, caller);
      code = lodger__timers_put (caller, pending, deadline);
    }
  if (code != 0)
    return lodger__submit_refuse (code, caller, function, work, options);
  lodger__submit_accepted (pending);
  return pending;
}
