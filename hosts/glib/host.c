/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The host "glib": what Lodger asks of a main context. */
#include "glib-private.h"

#include <string.h>

/* ---- operations -------------------------------------------------------------------------------------------------- */

/* Wakes the context if it sleeps. The node is written before the state: release there makes it seen by whoever finds
 * the state. */
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

/* The owner is at work, but may still be between our prepare and its poll: in the prepare of another source, or in a
 * poll function of the program's. Only inside before_wait is it known that there is no need. */
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

void
lodger__glib_run (GMainContext *context, GMainLoop *loop)
{
  g_main_context_push_thread_default (context);
  g_main_loop_run (loop);
  g_main_context_pop_thread_default (context);
}

static int
mainloop (void *impl)
{
  LodgerGlibHost *host = impl;
  GMainLoop *loop;
  if (host->loop != NULL)
    return LODGER_EBUSY;
  loop = host->loop = g_main_loop_new (host->context, FALSE);
  lodger__glib_run (host->context, loop);
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

void
lodger__glib_host_unref (void *impl)
{
  LodgerGlibHost *host = impl;
  if (atomic_fetch_sub_explicit (&host->refs, 1, memory_order_acq_rel) != 1)
    return;
  g_main_context_unref (host->context);
  g_free (host);
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
};

static GMainContext *
context_of (const LodgerGlibHostOptions *options)
{
  return options != NULL && options->context != NULL ? options->context : g_main_context_default ();
}

static const void *
identify_host (const void *options)
{
  return context_of (options);
}

/* A context that another thread runs just now would never call this one back. */
static int
open_host (LodgerHost *lodger_host, const void *host_options, void **ret_impl)
{
  const LodgerGlibHostOptions *options = host_options;
  GMainContext *context;
  LodgerGlibHost *host;
  if (options != NULL && options->size < sizeof *options)
    return LODGER_EINVAL;
  context = context_of (options);
  if (!g_main_context_acquire (context))
    return LODGER_EWRONGTHREAD;
  g_main_context_release (context);
  host = g_try_new0 (LodgerGlibHost, 1);
  if (host == NULL)
    return LODGER_ENOMEM;
  lodger__glib_wake_init (&host->wake);
  atomic_init (&host->refs, 1);
  atomic_init (&host->node, NULL);
  host->host = lodger_host;
  host->context = g_main_context_ref (context);
  host->owner = pthread_self ();
  host->flags = options != NULL ? options->flags : LODGER_GLIB_HOST_DEFAULT;
  host->ask_slice = options != NULL ? options->slice : NULL;
  host->slice_data = options != NULL ? options->slice_data : NULL;
  host->deadline = LODGER_FOREVER;
  host->slice = LODGER_GLIB_SLICE;
  lodger__glib_sources_attach (host);
  *ret_impl = host;
  return 0;
}

const LodgerHostDriver lodger__glib_driver = {
  .size = sizeof (LodgerHostDriver),
  .ops = &ops,
  .identify = identify_host,
  .open = open_host,
};

/* ---- what a program calls ---------------------------------------------------------------------------------------- */

int
lodger_glib_register (void)
{
  int result = lodger_host_register (&lodger__glib_driver);
  return result == 0 ? lodger_backend_register (&lodger__glib_backend) : result;
}

static LodgerCaller *
refuse (int code, LodgerError **ret_error)
{
  if (ret_error != NULL)
    *ret_error = lodger_error_new (NULL, code, NULL);
  return NULL;
}

LodgerCaller *
lodger_glib_get_caller (const LodgerGlibHostOptions *host_options, const LodgerCallerOptions *options,
                        LodgerError **ret_error)
{
  LodgerCallerOptions own = { .size = sizeof own };
  LodgerCaller *caller;
  int result = lodger_glib_register ();
  if (options != NULL)
    {
      size_t size = MIN (options->size, sizeof own);
      memcpy (&own, options, size);
      own.size = size;
    }
  if (result < 0)
    {
      if (own.hook_destroy != NULL)
        own.hook_destroy (own.hook_data);
      return refuse (result, ret_error);
    }
  own.host = ops.name;
  own.host_options = host_options;
  caller = lodger_caller_new (LODGER_CALLER_CURRENT_THREAD, &own, ret_error);
  if (caller != NULL && context_of (host_options) == g_main_context_default ())
    lodger__glib_end_with_application (caller);
  return caller;
}

LodgerCaller *
lodger_glib_attach_full (GMainContext *context, const LodgerCallerOptions *options, LodgerError **ret_error)
{
  LodgerGlibHostOptions host_options = { .size = sizeof host_options, .context = context };
  LodgerCaller *caller = lodger_glib_get_caller (&host_options, options, ret_error);
  int result = caller != NULL ? lodger_caller_enter (caller) : 0;
  if (result == 0)
    return caller;
  lodger_caller_unref (caller);
  return refuse (result, ret_error);
}

LodgerCaller *
lodger_glib_attach (GMainContext *context, GError **error)
{
  LodgerError *reason = NULL;
  LodgerCaller *caller = lodger_glib_attach_full (context, NULL, &reason);
  if (caller == NULL)
    g_propagate_error (error, lodger_glib_error_to_gerror (reason));
  lodger_error_unref (reason);
  return caller;
}
