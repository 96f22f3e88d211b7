/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The host "uv": what Lodger asks of a libuv loop, as the table of operations and the driver. */
#include "uv-private.h"

#include <unistd.h>

/* ---- operations -------------------------------------------------------------------------------------------------- */

static void
wake_up (const LodgerUvHost *host)
{
  const uint64_t one = 1;
  ssize_t size = write (host->event_fd, &one, sizeof one); /* fails only when it is readable anyway */
  (void) size;
}

static LodgerUvWakeState
put (LodgerUvHost *host, LodgerHostNode *node)
{
  atomic_store_explicit (&host->node, node, memory_order_relaxed);
  return lodger__uv_wake_post (&host->wake);
}

static void
post_from_owner (void *impl, LodgerHostNode *node)
{
  LodgerUvHost *host = impl;
  if (put (host, node) == LODGER_UV_AWAY)
    lodger__uv_handles_settle (host);
}

/* The node is written before the state. The state's release makes the node visible to a thread that reads POSTED. The
 * eventfd is the host's own, and closed with the host's memory: a thread that comes here late writes it in vain. */
static int
post (void *impl, LodgerHostNode *node)
{
  LodgerUvHost *host = impl;
  LodgerUvWakeState old = put (host, node);
  if (old == LODGER_UV_AWAY && pthread_equal (pthread_self (), host->owner.thread))
    lodger__uv_handles_settle (host);
  else if (old == LODGER_UV_AWAY)
    wake_up (host);
  return old == LODGER_UV_CLOSED ? LODGER_ESHUTDOWN : 0;
}

static void
want_before_wait (void *impl, bool on)
{
  ((LodgerUvHost *) impl)->wants_before_wait = on;
}

static void
arm (void *impl, int64_t deadline)
{
  LodgerUvHost *host = impl;
  host->deadline = deadline;
  if (!host->is_in_run)
    lodger__uv_handles_settle (host);
}

static int
watch_fd (void *impl, LodgerHostWatch *watch, int fd, uint32_t events)
{
  LodgerUvHost *host = impl;
  int code = lodger__uv_watches_add (&host->watches, watch, fd, events);
  if (code != 0)
    return code;
  code = lodger__uv_handles_watch (host);
  if (code != 0)
    lodger__uv_watches_remove (&host->watches, watch);
  else
    lodger__uv_handles_settle (host);
  return code;
}

static void
unwatch_fd (void *impl, LodgerHostWatch *watch)
{
  LodgerUvHost *host = impl;
  if (!lodger__uv_watches_remove (&host->watches, watch))
    lodger__uv_handles_watch_anew (host);
}

/* libuv does not nest. uv_stop() of the program's ends no lodger_run(). */
static int
mainloop (void *impl)
{
  LodgerUvHost *host = impl;
  if (host->is_in_run || host->runs)
    return LODGER_EBUSY;
  host->runs = true;
  lodger__uv_handles_count (host, true);
  while (!host->quits && host->has_handles)
    uv_run (host->loop, UV_RUN_DEFAULT);
  if ((host->flags & LODGER_UV_HOST_UNREF) != 0)
    lodger__uv_handles_count (host, false);
  host->runs = host->quits = false;
  return 0;
}

static void
quit (void *impl)
{
  LodgerUvHost *host = impl;
  host->quits = true;
  if (host->runs)
    uv_stop (host->loop);
}

static int
attach (void *impl)
{
  return lodger__uv_handles_make (impl);
}

static bool
detach (void *impl)
{
  LodgerUvHost *host = impl;
  LodgerUvWakeState old = lodger__uv_wake_close (&host->wake);
  host->deadline = host->wait_until = LODGER_FOREVER;
  host->wants_before_wait = false;
  lodger__uv_handles_close (host);
  lodger__uv_disown (&host->owner);
  return old == LODGER_UV_POSTED;
}

/* Handles that are still there belong to a thread that was given up. If it comes back, it finds the closed word. */
static void
destroy (void *impl)
{
  LodgerUvHost *host = impl;
  lodger__uv_wake_close (&host->wake);
  lodger__uv_disown (&host->owner);
  lodger__uv_host_unref (host);
}

/* ---- the driver -------------------------------------------------------------------------------------------------- */

static const LodgerHostOps ops = {
  .size = sizeof (LodgerHostOps),
  .name = "uv",
  .worker_backend = "uv",
  .run_sync_soon_threadsafe = post,
  .run_sync_soon_not_threadsafe = post_from_owner,
  .want_before_wait = want_before_wait,
  .arm = arm,
  .watch_fd = watch_fd,
  .unwatch_fd = unwatch_fd,
  .mainloop = mainloop,
  .quit = quit,
  .attach = attach,
  .detach = detach,
  .destroy = destroy,
};

static const void *
identify_host (const void *options)
{
  return lodger__uv_loop_of (options);
}

static int
open_host (LodgerHost *lodger_host, const void *host_options, void **ret_impl)
{
  LodgerUvHostOptions own;
  const char *reason;
  const LodgerUvHostOptions *options = lodger_host_read_options (host_options, &own, sizeof own, &reason);
  LodgerUvHost *host;
  int code;
  if (reason != NULL)
    return lodger_host_misuse ("lodger_uv_open_caller", LODGER_EINVAL, reason);
  code = lodger__uv_host_new (lodger_host, options, &host);
  if (code == 0)
    *ret_impl = host;
  return code;
}

const LodgerHostDriver lodger__uv_driver = {
  .size = sizeof (LodgerHostDriver),
  .ops = &ops,
  .identify = identify_host,
  .open = open_host,
};
