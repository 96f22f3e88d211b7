/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mailbox/post.h"

#include "life/life.h"
#include "life/trace.h"

int
lodger__mailbox_init (LodgerCaller *caller)
{
  int code = lodger__parker_init (&caller->mailbox.parker);
  if (code != 0)
    return code;
  code = lodger__parker_init (&caller->mailbox.gap);
  if (code != 0)
    lodger__parker_clear (&caller->mailbox.parker);
  lodger__inbox_init (&caller->mailbox.inbox);
  return code;
}

void
lodger__mailbox_clear (LodgerCaller *caller)
{
  const LodgerHostOps *ops = lodger__host_ops (caller);
  if (ops != NULL && ops->destroy != NULL)
    ops->destroy (caller->mailbox.host.impl);
  lodger__inbox_clear (&caller->mailbox.inbox);
  lodger__parker_clear (&caller->mailbox.parker);
  lodger__parker_clear (&caller->mailbox.gap);
}

/* ---- posting ----------------------------------------------------------------------------------------------------- */

bool
lodger__push_locked (LodgerCaller *caller, LodgerItem *item, bool *ret_wakes)
{
  *ret_wakes = false;
  switch (lodger__inbox_push (&caller->mailbox.inbox, item))
    {
    case LODGER_PUSH_QUIET: break;
    case LODGER_PUSH_WAKE: *ret_wakes = true; break;
    case LODGER_PUSH_LAST: lodger__parker_signal (&caller->mailbox.gap.parker); break;
    case LODGER_PUSH_CLOSED: return false;
    }
  return true;
}

bool
lodger__try_push (LodgerCaller *caller, LodgerItem *item)
{
  bool wakes;
  bool is_in = lodger__push_locked (caller, item, &wakes);
  if (wakes)
    lodger__host_post (caller);
  return is_in;
}

void
lodger__push (LodgerCaller *caller, LodgerItem *item)
{
  if (!lodger__try_push (caller, item))
    item->ops->drop (caller, item);
}

void
lodger__poke (LodgerCaller *caller)
{
  if (lodger__inbox_claim (&caller->mailbox.inbox))
    lodger__host_post (caller);
}

/* A producer in a gap has only to link its item, and then signals. */
void
lodger__mailbox_close (LodgerCaller *caller)
{
  LodgerInbox *inbox = &caller->mailbox.inbox;
  lodger__inbox_close (inbox);
  while (!lodger__inbox_is_empty (inbox))
    {
      LodgerItem *item = lodger__inbox_pop (inbox);
      if (item != NULL)
        item->ops->drop (caller, item);
      else if (!lodger__inbox_is_ready (inbox))
        lodger__parker_wait (&caller->mailbox.gap.parker, LODGER_FOREVER);
    }
}

/* Whoever comes here has set the signal to POSTED, so it is one thread at a time. The host may still have the node: an
 * owner that serves alone looks without it. It is woken instead, and so it is when the host refuses. Before the start
 * nobody waits, and the start looks. */
void
lodger__host_post (LodgerCaller *caller)
{
  LodgerHost *host = &caller->mailbox.host;
  if (lodger__is_before_fork (caller))
    return;
  lodger__trace_caller (LODGER_TRACE_WAKE, caller);
  if (!lodger__is_serving_alone (caller) && atomic_load (&host->attached))
    {
      const LodgerHostOps *ops = lodger__host_ops (caller); /* there, since attached: not to be read before that */
      if (atomic_exchange (&host->has_node, true) || ops->run_sync_soon_threadsafe (host->impl, &host->node) == 0)
        return;
      atomic_store (&host->has_node, false);
    }
  lodger__parker_signal (&caller->mailbox.parker.parker);
}

void
lodger__host_post_ahead (LodgerCaller *caller)
{
  LodgerHost *host = &caller->mailbox.host;
  const LodgerHostOps *ops = lodger__host_ops (caller);
  if (!lodger__inbox_claim (&caller->mailbox.inbox))
    return;
  if (ops == NULL || ops->run_sync_soon_not_threadsafe == NULL || !atomic_load (&host->attached)
      || lodger__is_serving_alone (caller))
    lodger__host_post (caller);
  else if (!atomic_exchange (&host->has_node, true))
    ops->run_sync_soon_not_threadsafe (host->impl, &host->node);
}

void
lodger__serve_alone (LodgerCaller *caller, bool on)
{
  atomic_store (&caller->mailbox.serves_alone, on);
}

bool
lodger__is_serving_alone (const LodgerCaller *caller)
{
  return atomic_load (&caller->mailbox.serves_alone);
}

LodgerParker *
lodger__mailbox_parker (LodgerCaller *caller)
{
  return &caller->mailbox.parker.parker;
}

/* ---- the host ---------------------------------------------------------------------------------------------------- */

const void *
lodger__host_identify (const LodgerHostDriver *driver, const void *options)
{
  return driver->identify != NULL ? driver->identify (options) : options;
}

void
lodger__host_choose (LodgerCaller *caller, const LodgerHostDriver *driver, const void *options)
{
  caller->mailbox.host.driver = driver;
  caller->mailbox.host.identity = lodger__host_identify (driver, options);
}

int
lodger__host_open (LodgerCaller *caller, const void *options)
{
  LodgerHost *host = &caller->mailbox.host;
  const LodgerHostDriver *driver = host->driver;
  int code = driver->open (host, options, &host->impl);
  if (code == 0)
    atomic_store_explicit (&host->ops, driver->ops, memory_order_release);
  return code;
}

bool
lodger__host_is (const LodgerCaller *caller, const LodgerHostDriver *driver, const void *identity)
{
  return caller->mailbox.host.driver == driver && caller->mailbox.host.identity == identity;
}

/* What `attach` has made is taken away by `detach`, or by the host that closes first, in whatever thread: it says that
 * it is closed and then takes `has_handles`, the owner sets that and then looks whether the host is closed. So a host
 * that closes meanwhile is never detached. `attached` is set and taken in the same way. */
int
lodger__host_attach (LodgerCaller *caller)
{
  LodgerHost *host = &caller->mailbox.host;
  const LodgerHostOps *ops = lodger__host_ops (caller);
  int code;
  if (atomic_load (&host->is_closed))
    return 0;
  code = ops->attach != NULL ? ops->attach (host->impl) : 0;
  if (code < 0)
    return code;
  atomic_store (&host->has_handles, true);
  if (atomic_load (&host->is_closed))
    atomic_store (&host->has_handles, false);
  return 0;
}

void
lodger__host_begin (LodgerCaller *caller)
{
  LodgerHost *host = &caller->mailbox.host;
  atomic_store (&host->attached, true);
  if (atomic_load (&host->is_closed))
    atomic_store (&host->attached, false);
}

void
lodger__host_detach (LodgerCaller *caller)
{
  LodgerHost *host = &caller->mailbox.host;
  const LodgerHostOps *ops = lodger__host_ops (caller);
  atomic_store (&host->attached, false);
  if (atomic_exchange (&host->has_handles, false) && ops->detach != NULL)
    ops->detach (host->impl);
}

bool
lodger__host_close (LodgerCaller *caller)
{
  LodgerHost *host = &caller->mailbox.host;
  if (atomic_exchange (&host->is_closed, true))
    return false;
  atomic_store (&host->attached, false);
  atomic_store (&host->has_handles, false);
  return true;
}

LodgerCaller *
lodger__host_caller (LodgerHost *host)
{
  return (LodgerCaller *) (void *) ((char *) host - offsetof (LodgerCaller, mailbox.host));
}

LodgerCaller *
lodger__host_take_node (LodgerHostNode *node)
{
  LodgerHost *host = (LodgerHost *) node;
  atomic_store (&host->has_node, false);
  return lodger__host_caller (host);
}

LodgerHost *
lodger__host_of (LodgerCaller *caller)
{
  return &caller->mailbox.host;
}

int64_t
lodger__host_now (const LodgerCaller *caller)
{
  const LodgerHostOps *ops = lodger__host_ops (caller);
  return ops != NULL && ops->now != NULL ? ops->now (caller->mailbox.host.impl) : lodger__port_now ();
}

const char *
lodger_caller_get_host (const LodgerCaller *caller)
{
  const LodgerHostOps *ops = caller != NULL ? lodger__host_ops (caller) : NULL;
  return ops != NULL ? ops->name : NULL;
}
