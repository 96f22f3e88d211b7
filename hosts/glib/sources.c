/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The three sources by which a main context calls Lodger back.
 *
 * The slice source runs the node. Its priority is below GTK's redraw (120), so a flood of calls never starves the
 * redraw. Frames that come back to back would then starve the calls. The ageing source, at the default priority, runs
 * calls that have waited too long. It runs them for an eighth of that time, and the program has the rest. GLib asks the
 * before-wait source last, before the context blocks.
 *
 * A worker's context has nothing to paint: its slice source has the default priority, and it has no ageing source.
 *
 * Time limits are set in prepare, not by a source's ready time: a ready time set inside a dispatch makes GLib poll
 * twice. */
#include "glib-private.h"

typedef struct Source
{
  GSource source;
  LodgerGlibHost *host; /* valid while the source is not destroyed, and in its dispatch */
} Source;

static LodgerGlibHost *
host_of (GSource *source)
{
  return ((Source *) source)->host;
}

bool
lodger__glib_is_owner (LodgerGlibHost *host)
{
  return pthread_equal (pthread_self (), host->owner) != 0;
}

int
lodger__glib_priority (const LodgerGlibHost *host)
{
  return (host->flags & LODGER_GLIB_HOST_WORKER) != 0 ? (int) G_PRIORITY_DEFAULT : (int) LODGER_GLIB_PRIORITY_SLICE;
}

int64_t
lodger__glib_ask_slice (LodgerGlibHost *host)
{
  return host->ask_slice != NULL ? host->ask_slice (host->slice_data) : LODGER_GLIB_SLICE;
}

int64_t
lodger__glib_aged_slice (int64_t waited)
{
  return MIN (waited / LODGER_GLIB_AGED_SHARE, LODGER_GLIB_AGED_SLICE);
}

static void
warn_once (LodgerGlibHost *host)
{
  if (!host->has_warned)
    g_log ("Lodger", G_LOG_LEVEL_WARNING,
           "lodger: a main context is run by another thread than the one that attached it; its calls wait");
  host->has_warned = true;
}

static int64_t
now_ns (GSource *source)
{
  return g_source_get_time (source) * 1000;
}

/* Rounded up: waking early would only cost another iteration. */
static int
timeout_until (GSource *source, int64_t deadline)
{
  int64_t left;
  if (deadline == LODGER_FOREVER)
    return -1;
  left = deadline - now_ns (source);
  if (left <= 0)
    return 0;
  left = left / 1000000 + (left % 1000000 != 0);
  return left < G_MAXINT ? (int) left : G_MAXINT;
}

static bool
is_due (LodgerGlibHost *host, GSource *source)
{
  return host->deadline != LODGER_FOREVER && now_ns (source) >= host->deadline;
}

/* One slice for the node or for the deadline. A slice for the node also runs the calls that are due. */
static void
serve (LodgerGlibHost *host, int64_t slice)
{
  int64_t outer = host->slice;
  host->waiting_since = 0;
  host->slice = slice;
  if (lodger__glib_wake_consume (&host->wake))
    lodger_host_run_node (atomic_load_explicit (&host->node, memory_order_relaxed));
  else if (host->deadline != LODGER_FOREVER && g_get_monotonic_time () * 1000 >= host->deadline)
    {
      host->deadline = LODGER_FOREVER;
      lodger_host_deadline (host->host);
    }
  host->slice = outer;
}

/* ---- the slice source -------------------------------------------------------------------------------------------- */

static gboolean
slice_prepare (GSource *source, int *timeout)
{
  LodgerGlibHost *host = host_of (source);
  LodgerGlibWakeState state = lodger__glib_wake_will_sleep (&host->wake);
  *timeout = -1;
  if (state == LODGER_GLIB_CLOSED)
    return FALSE;
  if (!lodger__glib_is_owner (host))
    {
      if (state == LODGER_GLIB_POSTED)
        warn_once (host);
      return FALSE;
    }
  if (state == LODGER_GLIB_POSTED)
    return TRUE;
  *timeout = timeout_until (source, host->deadline);
  return *timeout == 0;
}

static gboolean
slice_check (GSource *source)
{
  LodgerGlibHost *host = host_of (source);
  LodgerGlibWakeState state = lodger__glib_wake_has_woken (&host->wake);
  if (state == LODGER_GLIB_CLOSED || !lodger__glib_is_owner (host))
    return FALSE;
  return state == LODGER_GLIB_POSTED || is_due (host, source);
}

static gboolean
slice_dispatch (GSource *source, GSourceFunc callback, void *data)
{
  LodgerGlibHost *host = host_of (source);
  (void) callback;
  (void) data;
  if (lodger__glib_is_owner (host))
    serve (host, lodger__glib_ask_slice (host));
  return G_SOURCE_CONTINUE;
}

/* ---- the ageing source ------------------------------------------------------------------------------------------- */

/* GLib also asks this source when a source between the two priorities is ready, and then does not ask the slice source.
 * So this source looks at the deadline too. It needs no timeout of its own: a posted node or a due deadline makes the
 * slice source ready, and the context does not block. */
static gboolean
ageing_prepare (GSource *source, int *timeout)
{
  LodgerGlibHost *host = host_of (source);
  *timeout = -1;
  if (!lodger__glib_is_owner (host))
    return FALSE;
  if (lodger__glib_wake_peek (&host->wake) != LODGER_GLIB_POSTED && !is_due (host, source))
    {
      host->waiting_since = 0;
      return FALSE;
    }
  if (host->waiting_since == 0)
    host->waiting_since = now_ns (source);
  return now_ns (source) - host->waiting_since >= LODGER_GLIB_AGE;
}

/* GLib reaches this check in more iterations than the slice source's: an iteration with an input event or a frame to
 * dispatch leaves out the latter. A post during such an iteration is spared the wake-up. */
static gboolean
ageing_check (GSource *source)
{
  lodger__glib_wake_has_woken (&host_of (source)->wake);
  return FALSE;
}

static gboolean
ageing_dispatch (GSource *source, GSourceFunc callback, void *data)
{
  LodgerGlibHost *host = host_of (source);
  (void) callback;
  (void) data;
  /* A nested loop may have run the calls since. */
  if (lodger__glib_is_owner (host) && host->waiting_since != 0)
    {
      int64_t waited = g_get_monotonic_time () * 1000 - host->waiting_since;
      if (waited >= LODGER_GLIB_AGE)
        serve (host, lodger__glib_aged_slice (waited));
    }
  return G_SOURCE_CONTINUE;
}

/* ---- the before-wait source -------------------------------------------------------------------------------------- */

/* Never ready itself. If Lodger says that the context must not block, it has posted the node. The poll then does not
 * wait, and the slice source's check finds the node. If GLib does not ask this source, another source is ready, and the
 * context does not block. */
static gboolean
before_wait_prepare (GSource *source, int *timeout)
{
  LodgerGlibHost *host = host_of (source);
  *timeout = -1;
  if (host->wants_before_wait && lodger__glib_is_owner (host)
      && lodger__glib_wake_peek (&host->wake) != LODGER_GLIB_CLOSED)
    {
      int64_t deadline;
      host->is_before_wait = true;
      deadline = lodger_host_before_wait (host->host);
      host->is_before_wait = false;
      *timeout = deadline == 0 ? 0 : timeout_until (source, deadline);
    }
  return FALSE;
}

static gboolean
before_wait_check (GSource *source)
{
  (void) source;
  return FALSE;
}

static gboolean
before_wait_dispatch (GSource *source, GSourceFunc callback, void *data)
{
  (void) source;
  (void) callback;
  (void) data;
  return G_SOURCE_CONTINUE;
}

/* ---- attaching and detaching ------------------------------------------------------------------------------------- */

static GSourceFuncs slice_funcs = { .prepare = slice_prepare, .check = slice_check, .dispatch = slice_dispatch };
static GSourceFuncs ageing_funcs = { .prepare = ageing_prepare, .check = ageing_check, .dispatch = ageing_dispatch };
static GSourceFuncs before_wait_funcs
    = { .prepare = before_wait_prepare, .check = before_wait_check, .dispatch = before_wait_dispatch };

/* The sources need no call-back, only its data. GLib releases the data, without a lock, whoever destroys the source. It
 * keeps the data while the source is dispatched. */
static gboolean
no_callback (void *data)
{
  (void) data;
  return G_SOURCE_CONTINUE;
}

static void
source_gone (void *data)
{
  LodgerGlibHost *host = data;
  if (lodger__glib_wake_close (&host->wake) != LODGER_GLIB_CLOSED)
    lodger_host_closed (host->host);
  lodger__glib_host_unref (host);
}

static GSource *
attach (LodgerGlibHost *host, GSourceFuncs *funcs, const char *name, int priority)
{
  GSource *source = g_source_new (funcs, sizeof (Source));
  ((Source *) source)->host = host;
  g_source_set_name (source, name);
  g_source_set_priority (source, priority);
  g_source_set_can_recurse (source, TRUE);
  g_source_set_callback (source, no_callback, lodger__glib_host_ref (host), source_gone);
  g_source_attach (source, host->context);
  return source;
}

void
lodger__glib_sources_attach (LodgerGlibHost *host)
{
  bool is_worker = (host->flags & LODGER_GLIB_HOST_WORKER) != 0;
  host->sources[0] = attach (host, &slice_funcs, "lodger slice", lodger__glib_priority (host));
  host->sources[1] = attach (host, &before_wait_funcs, "lodger before wait", LODGER_GLIB_PRIORITY_BEFORE_WAIT);
  host->sources[2] = is_worker ? NULL : attach (host, &ageing_funcs, "lodger ageing", LODGER_GLIB_PRIORITY_AGEING);
}

void
lodger__glib_sources_detach (LodgerGlibHost *host)
{
  for (unsigned i = 0; i < LODGER_GLIB_SOURCES; i++)
    {
      GSource *source = host->sources[i];
      host->sources[i] = NULL;
      if (source == NULL)
        continue;
      g_source_destroy (source);
      g_source_unref (source);
    }
}
