/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The host "glib": what Lodger asks of a main context, as the table of operations and the driver. */
#include "glib-private.h"

/* ---- operations -------------------------------------------------------------------------------------------------- */

/* Wakes the context if it sleeps. The node is written before the state. The state's release makes the node visible to a
 * thread that reads POSTED. */
static int
post (void *impl, LodgerHostNode *node)
{
  LodgerGlibHost *host = impl;
  LodgerGlibWakeState old;
  atomic_store_explicit (&host->node, node, memory_order_relaxed);
  old = lodger__glib_wake_post (&host->wake);
  if (old == LODGER_GLIB_SLEEPING)
    g_main_context_wakeup (host->context);
  return old == LODGER_GLIB_CLOSED ? LODGER_ESHUTDOWN : 0;
}

/* The owner is at work, but it may be between our prepare and its poll: in another source's prepare, or in the
 * program's own poll function. A wake-up is known to be needless only inside before_wait. */
static void
post_from_owner (void *impl, LodgerHostNode *node)
{
  LodgerGlibHost *host = impl;
  LodgerGlibWakeState old;
  atomic_store_explicit (&host->node, node, memory_order_relaxed);
  old = lodger__glib_wake_post (&host->wake);
  if (old == LODGER_GLIB_SLEEPING && !host->is_before_wait)
    g_main_context_wakeup (host->context);
}

static void
want_before_wait (void *impl, bool on)
{
  ((LodgerGlibHost *) impl)->wants_before_wait = on;
}

static void
arm (void *impl, int64_t deadline)
{
  ((LodgerGlibHost *) impl)->deadline = deadline;
}

static int64_t
slice_ns (void *impl)
{
  return ((LodgerGlibHost *) impl)->slice;
}

static int
mainloop (void *impl)
{
  LodgerGlibHost *host = impl;
  GMainLoop *loop;
  if (host->loop != NULL)
    return LODGER_EBUSY;
  loop = host->loop = g_main_loop_new (host->context, FALSE);
  g_main_context_push_thread_default (host->context);
  g_main_loop_run (loop);
  g_main_context_pop_thread_default (host->context);
  host->loop = NULL;
  g_main_loop_unref (loop);
  return 0;
}

static void
quit (void *impl)
{
  LodgerGlibHost *host = impl;
  if (host->loop != NULL)
    g_main_loop_quit (host->loop);
}

static int
attach (void *impl)
{
  lodger__glib_sources_attach (impl);
  return 0;
}

static bool
detach (void *impl)
{
  LodgerGlibHost *host = impl;
  LodgerGlibWakeState old = lodger__glib_wake_close (&host->wake);
  host->deadline = LODGER_FOREVER;
  host->wants_before_wait = false;
  lodger__glib_sources_detach (host);
  return old == LODGER_GLIB_POSTED;
}

static void
destroy (void *impl)
{
  detach (impl);
  lodger__glib_host_unref (impl);
}

/* ---- the driver -------------------------------------------------------------------------------------------------- */

static const LodgerHostOps ops = {
  .size = sizeof (LodgerHostOps),
  .name = "glib",
  .worker_backend = "glib",
  .run_sync_soon_threadsafe = post,
  .run_sync_soon_not_threadsafe = post_from_owner,
  .want_before_wait = want_before_wait,
  .arm = arm,
  .slice_ns = slice_ns,
  .mainloop = mainloop,
  .quit = quit,
  .detach = detach,
  .destroy = destroy,
  .attach = attach,
};

static const void *
identify_host (const void *options)
{
  return lodger__glib_context_of (options);
}

/* A context that another thread runs at the moment would never call this thread back. */
static int
open_host (LodgerHost *lodger_host, const void *host_options, void **ret_impl)
{
  LodgerGlibHostOptions own;
  const char *reason;
  const LodgerGlibHostOptions *options = lodger_host_read_options (host_options, &own, sizeof own, &reason);
  GMainContext *context;
  LodgerGlibHost *host;
  if (reason != NULL)
    return lodger_host_misuse ("lodger_glib_open_caller", LODGER_EINVAL, reason);
  context = lodger__glib_context_of (options);
  if (!g_main_context_acquire (context))
    return LODGER_EWRONGTHREAD;
  g_main_context_release (context);
  host = lodger__glib_host_new (lodger_host, context, options);
  if (host == NULL)
    return LODGER_ENOMEM;
  *ret_impl = host;
  return 0;
}

const LodgerHostDriver lodger__glib_driver = {
  .size = sizeof (LodgerHostDriver),
  .ops = &ops,
  .identify = identify_host,
  .open = open_host,
};
