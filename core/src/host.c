/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "custody.h"
#include "ending.h"

enum
{
  SLICE_NS = 1000000
};

static LodgerCaller *
caller_of (LodgerHost *host)
{
  return (LodgerCaller *) ((char *) host - offsetof (LodgerCaller, host));
}

/* Whoever comes here has set the signal to POSTED, so it is one thread at a time. The host may still have the node: the
 * last leave looks without it. While that serves alone it is woken instead, and so it is when the host refuses. Before
 * the start nobody waits, and the start looks. */
void
lodger__host_post (LodgerCaller *caller)
{
  LodgerHost *host = &caller->host;
  if (lodger__is_foreign (caller))
    return;
  lodger__trace (LODGER_TRACE_WAKE, caller, NULL, NULL, 0, NULL);
  if (!atomic_load (&caller->serves_alone) && atomic_load (&host->attached))
    {
      const LodgerHostOps *ops = lodger__host_ops (caller); /* there, since attached: not to be read before that */
      if (atomic_exchange (&host->has_node, true) || ops->run_sync_soon_threadsafe (host->impl, &host->node) == 0)
        return;
      atomic_store (&host->has_node, false);
    }
  lodger__parker_signal (&caller->parker);
}

void
lodger__host_post_ahead (LodgerCaller *caller)
{
  LodgerHost *host = &caller->host;
  const LodgerHostOps *ops = lodger__host_ops (caller);
  if (!lodger__inbox_claim (&caller->inbox))
    return;
  if (ops == NULL || ops->run_sync_soon_not_threadsafe == NULL || !atomic_load (&host->attached)
      || atomic_load (&caller->serves_alone))
    lodger__host_post (caller);
  else if (!atomic_exchange (&host->has_node, true))
    ops->run_sync_soon_not_threadsafe (host->impl, &host->node);
}

void
lodger__host_arm (LodgerCaller *caller)
{
  LodgerHost *host = &caller->host;
  const LodgerHostOps *ops = lodger__host_ops (caller);
  int64_t earliest = lodger__turn_deadline (caller);
  if (earliest == caller->armed || !atomic_load (&host->attached) || ops->arm == NULL)
    return;
  caller->armed = earliest;
  ops->arm (host->impl, earliest);
}

static bool
is_owner (const LodgerCaller *caller)
{
  return lodger__caller_is_in_thread (caller, lodger__thread_peek ());
}

/* Owner: nothing is to be done for it, since it has been taken away; then, with none of its calls on the stack, it gets
 * out of its loop. */
static bool
is_over (LodgerCaller *caller)
{
  if (!caller->taken)
    return false;
  if (caller->depth == 0)
    lodger__stop_come_back (caller);
  return true;
}

/* Whether the owner is here, in the process that it belongs to. */
static bool
is_right (const LodgerCaller *caller, const char *function)
{
  if (lodger__is_foreign (caller))
    lodger__misuse (function, LODGER_ECHILD, "it belongs to the parent of this process");
  else if (!is_owner (caller))
    lodger__misuse (function, LODGER_EWRONGTHREAD, "called in another thread than the one that attached");
  else
    return true;
  return false;
}

static int64_t
slice_ns (const LodgerCaller *caller)
{
  const LodgerHostOps *ops = lodger__host_ops (caller);
  return ops->slice_ns != NULL ? ops->slice_ns (caller->host.impl) : SLICE_NS;
}

void
lodger_host_run_node (LodgerHostNode *node)
{
  LodgerHost *host = (LodgerHost *) node;
  LodgerCaller *caller;
  if (node == NULL)
    {
      lodger__misuse (__func__, LODGER_EINVAL, "NULL given");
      return;
    }
  caller = caller_of (host);
  atomic_store (&host->has_node, false);
  if (!atomic_load (&host->attached))
    return;
  if (!is_right (caller, __func__))
    {
      if (!lodger__is_foreign (caller))
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
  if (host == NULL)
    {
      lodger__misuse (__func__, LODGER_EINVAL, "NULL given");
      return;
    }
  caller = caller_of (host);
  if (!atomic_load (&host->attached) || !is_right (caller, __func__) || is_over (caller))
    return;
  caller->armed = LODGER_FOREVER;
  lodger__turn_slice (caller, slice_ns (caller), false);
}

int64_t
lodger_host_before_wait (LodgerHost *host)
{
  LodgerCaller *caller;
  LodgerCustody custody;
  int64_t until = LODGER_FOREVER;
  if (host == NULL)
    {
      lodger__misuse (__func__, LODGER_EINVAL, "NULL given");
      return LODGER_FOREVER;
    }
  caller = caller_of (host);
  /* A loop that is carried over into a forked child comes here each time it sleeps: that is no line each. */
  if (!atomic_load (&host->attached) || lodger__is_foreign (caller) || !is_right (caller, __func__))
    return LODGER_FOREVER;
  custody = lodger__custody_begin (caller);
  if (custody == LODGER_CUSTODY_NONE)
    return LODGER_FOREVER;
  if (lodger__turn_is_ready (caller))
    {
      lodger__host_post_ahead (caller);
      until = 0;
    }
  else
    {
      lodger__host_arm (caller);
      until = lodger__turn_deadline (caller);
    }
  lodger__custody_end (caller, custody);
  return until;
}

void
lodger_host_fd_ready (LodgerHostWatch *watch, uint32_t revents)
{
  if (watch == NULL)
    lodger__misuse (__func__, LODGER_EINVAL, "NULL given");
  else if (watch->ready != NULL)
    watch->ready (watch, revents);
}

void
lodger_host_closed (LodgerHost *host)
{
  if (host == NULL)
    {
      lodger__misuse (__func__, LODGER_EINVAL, "NULL given");
      return;
    }
  if (lodger__is_foreign (caller_of (host)) || atomic_exchange (&host->is_closed, true))
    return;
  atomic_store (&host->attached, false);
  lodger__caller_orphan (caller_of (host));
}
