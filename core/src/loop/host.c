/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/log.h"
#include "life/life.h"
#include "life/phase.h"
#include "loop/ownership.h"
#include "loop/turn.h"
#include "loop/watch.h"
#include "mailbox/owner.h"
#include "mailbox/post.h"

/* What a host calls: its node runs, its deadline has come, it is about to wait, it has closed. */

enum
{
  SLICE_NS = 1000000
};

/* Owner: nothing is to be done for it, since it has been taken away. With none of its calls on the stack, it gets out of
 * its loop. */
static bool
is_over (LodgerCaller *caller)
{
  if (!lodger__is_taken (caller))
    return false;
  if (caller->turn.depth == 0)
    caller->turn.plan->came_back (caller);
  return true;
}

/* Whether the owner is here, in the process that it belongs to. */
static bool
is_right (const LodgerCaller *caller, const char *function)
{
  if (lodger__is_before_fork (caller))
    lodger__misuse (function, LODGER_ECHILD, lodger__before_fork_message);
  else if (!lodger__owner_is_here (caller))
    lodger__misuse (function, LODGER_EWRONGTHREAD, "called in another thread than the one that attached");
  else
    return true;
  return false;
}

static int64_t
slice_ns (const LodgerCaller *caller)
{
  const LodgerHostOps *ops = lodger__host_ops (caller);
  return ops->slice_ns != NULL ? ops->slice_ns (lodger__host_impl (caller)) : SLICE_NS;
}

void
lodger_host_run_node (LodgerHostNode *node)
{
  LodgerCaller *caller;
  if (lodger__is_null (node, __func__))
    return;
  caller = lodger__host_take_node (node);
  if (!lodger__host_is_attached (caller))
    return;
  if (!is_right (caller, __func__))
    {
      if (!lodger__is_before_fork (caller))
        lodger__host_post (caller);
      return;
    }
  if (is_over (caller))
    return;
  lodger__turn_slice (caller, slice_ns (caller), true);
}

void
lodger_host_deadline (LodgerHost *host)
{
  LodgerCaller *caller;
  if (lodger__is_null (host, __func__))
    return;
  caller = lodger__host_caller (host);
  if (!lodger__host_is_attached (caller) || !is_right (caller, __func__) || is_over (caller))
    return;
  caller->turn.armed = LODGER_FOREVER;
  lodger__turn_slice (caller, slice_ns (caller), false);
}

int64_t
lodger_host_before_wait (LodgerHost *host)
{
  LodgerCaller *caller;
  LodgerHeld held;
  int64_t until = LODGER_FOREVER;
  if (lodger__is_null (host, __func__))
    return LODGER_FOREVER;
  caller = lodger__host_caller (host);
  /* A loop that is carried over into a forked child comes here each time it sleeps: that is no line each. */
  if (!lodger__host_is_attached (caller) || lodger__is_before_fork (caller) || !is_right (caller, __func__))
    return LODGER_FOREVER;
  held = lodger__ownership_begin (caller);
  if (held == LODGER_OWNERSHIP_NONE)
    return LODGER_FOREVER;
  lodger__ownership_is_here (caller);
  if (lodger__turn_is_ready (caller))
    {
      lodger__host_post_ahead (caller);
      until = 0;
    }
  else
    {
      lodger__polls_resume (caller);
      lodger__turn_arm (caller);
      until = lodger__turn_deadline (caller);
    }
  lodger__ownership_end (caller, held);
  return until;
}

void
lodger_host_fd_ready (LodgerHostWatch *watch, uint32_t revents)
{
  LodgerWatched *watched = (LodgerWatched *) watch;
  LodgerCaller *caller;
  if (lodger__is_null (watch, __func__) || revents == 0)
    return;
  caller = watched->caller;
  if (!lodger__host_is_attached (caller) || !is_right (caller, __func__) || is_over (caller))
    return;
  lodger__watch_tell (watched, revents);
  lodger__turn_slice (caller, slice_ns (caller), false);
}

void
lodger_host_closed (LodgerHost *host)
{
  LodgerCaller *caller;
  if (lodger__is_null (host, __func__))
    return;
  caller = lodger__host_caller (host);
  if (!lodger__is_before_fork (caller) && lodger__host_close (caller))
    caller->turn.plan->loop_gone (caller);
}
