/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The descriptors that a main context watches for Lodger.
 *
 * Each watch has a source at the priority of the slice source: a descriptor that is always ready never starves the
 * redraw. A second source at the default priority ages as the ageing source does. It watches the descriptor too, since
 * GLib does not poll for the first one while a source of better priority is ready. A worker's watch has no second source.
 *
 * A watch's memory is Lodger's, and may be gone after the host has closed. The state CLOSED is looked at first. */
#include "glib-private.h"

enum
{
  SERVED,
  AGED,
  SOURCES
};

typedef struct LodgerGlibWatch LodgerGlibWatch;

typedef struct WatchSource
{
  GSource source;
  LodgerGlibHost *host;   /* valid while the source is not destroyed, and in its dispatch */
  LodgerGlibWatch *watch; /* the same; the owner's alone */
  GPollFD fd;             /* not g_source_add_unix_fd(): GLib would find the source ready without asking it */
  gushort events;
} WatchSource;

struct LodgerGlibWatch
{
  LodgerGlibHost *host;
  LodgerHostWatch *told;
  GSource *sources[SOURCES];
  int64_t waiting_since; /* when the aged source first saw the unserved event; 0: there is none */
  LodgerGlibWatch *next, **link;
};

static WatchSource *
watch_source (GSource *source)
{
  return (WatchSource *) source;
}

static bool
is_open (LodgerGlibHost *host)
{
  return lodger__glib_wake_peek (&host->wake) != LODGER_GLIB_CLOSED;
}

/* Whether the events may be told here and now. */
static bool
is_served_here (GSource *source)
{
  LodgerGlibHost *host = watch_source (source)->host;
  return lodger__glib_is_owner (host) && is_open (host);
}

static uint32_t
events_of (GSource *source)
{
  return watch_source (source)->fd.revents;
}

static int64_t
now_ns (GSource *source)
{
  return g_source_get_time (source) * 1000;
}

/* Tells of the events. The watch may be gone when it returns, and the host may be closed. */
static void
tell (LodgerGlibWatch *watch, uint32_t events, int64_t slice)
{
  LodgerGlibHost *host = watch->host;
  int64_t outer = host->slice;
  watch->waiting_since = 0;
  host->slice = slice;
  lodger_host_fd_ready (watch->told, events);
  host->slice = outer;
}

/* While another thread runs the context, nobody may tell of the events. They would keep that thread from sleeping. */
static void
mute (WatchSource *source, bool is_muted)
{
  source->fd.events = is_muted ? 0 : source->events;
}

static gboolean
prepare (GSource *source, int *timeout)
{
  LodgerGlibHost *host = watch_source (source)->host;
  *timeout = -1;
  if (is_open (host))
    mute (watch_source (source), !lodger__glib_is_owner (host));
  else
    g_source_destroy (source);
  return FALSE;
}

/* ---- the source that is served ----------------------------------------------------------------------------------- */

static gboolean
served_check (GSource *source)
{
  return is_served_here (source) && events_of (source) != 0;
}

static gboolean
served_dispatch (GSource *source, GSourceFunc callback, void *data)
{
  (void) callback;
  (void) data;
  if (is_served_here (source))
    tell (watch_source (source)->watch, events_of (source), lodger__glib_ask_slice (watch_source (source)->host));
  return G_SOURCE_CONTINUE;
}

/* ---- the source that ages ---------------------------------------------------------------------------------------- */

static gboolean
aged_check (GSource *source)
{
  LodgerGlibWatch *watch = watch_source (source)->watch;
  if (!is_served_here (source))
    return FALSE;
  if (events_of (source) == 0)
    {
      watch->waiting_since = 0;
      return FALSE;
    }
  if (watch->waiting_since == 0)
    watch->waiting_since = now_ns (source);
  return now_ns (source) - watch->waiting_since >= LODGER_GLIB_AGE;
}

/* A nested loop may have served it since. */
static gboolean
aged_dispatch (GSource *source, GSourceFunc callback, void *data)
{
  LodgerGlibWatch *watch = watch_source (source)->watch;
  (void) callback;
  (void) data;
  if (is_served_here (source) && watch->waiting_since != 0)
    {
      int64_t waited = g_get_monotonic_time () * 1000 - watch->waiting_since;
      if (waited >= LODGER_GLIB_AGE)
        tell (watch, events_of (source), lodger__glib_aged_slice (waited));
    }
  return G_SOURCE_CONTINUE;
}

/* ---- beginning and ending ---------------------------------------------------------------------------------------- */

static GSourceFuncs served_funcs = { .prepare = prepare, .check = served_check, .dispatch = served_dispatch };
static GSourceFuncs aged_funcs = { .prepare = prepare, .check = aged_check, .dispatch = aged_dispatch };

static gboolean
no_callback (void *data)
{
  (void) data;
  return G_SOURCE_CONTINUE;
}

static void
unref_host (void *data)
{
  lodger__glib_host_unref (data);
}

static GSource *
attach (LodgerGlibWatch *watch, GSourceFuncs *funcs, int priority, int fd, uint32_t events)
{
  GSource *source = g_source_new (funcs, sizeof (WatchSource));
  watch_source (source)->host = watch->host;
  watch_source (source)->watch = watch;
  watch_source (source)->events = (gushort) events;
  watch_source (source)->fd = (GPollFD) { .fd = fd, .events = (gushort) events };
  g_source_add_poll (source, &watch_source (source)->fd);
  g_source_set_name (source, "lodger watch");
  g_source_set_priority (source, priority);
  g_source_set_can_recurse (source, TRUE);
  g_source_set_callback (source, no_callback, lodger__glib_host_ref (watch->host), unref_host);
  g_source_attach (source, watch->host->context);
  return source;
}

int
lodger__glib_watch_fd (void *impl, LodgerHostWatch *told, int fd, uint32_t events)
{
  LodgerGlibHost *host = impl;
  LodgerGlibWatch *watch;
  int priority = lodger__glib_priority (host);
  if (fd < 0)
    return LODGER_EINVAL;
  if (!is_open (host))
    return LODGER_ESHUTDOWN;
  watch = g_try_new0 (LodgerGlibWatch, 1);
  if (watch == NULL)
    return LODGER_ENOMEM;
  watch->host = host;
  watch->told = told;
  watch->next = host->watches;
  watch->link = &host->watches;
  if (watch->next != NULL)
    watch->next->link = &watch->next;
  host->watches = watch;
  watch->sources[SERVED] = attach (watch, &served_funcs, priority, fd, events);
  if (priority != LODGER_GLIB_PRIORITY_AGEING)
    watch->sources[AGED] = attach (watch, &aged_funcs, LODGER_GLIB_PRIORITY_AGEING, fd, events);
  told->host_data = watch;
  return 0;
}

static void
watch_free (LodgerGlibWatch *watch)
{
  *watch->link = watch->next;
  if (watch->next != NULL)
    watch->next->link = watch->link;
  for (unsigned i = 0; i < SOURCES; i++)
    if (watch->sources[i] != NULL)
      {
        g_source_destroy (watch->sources[i]);
        g_source_unref (watch->sources[i]);
      }
  g_free (watch);
}

void
lodger__glib_unwatch_fd (void *impl, LodgerHostWatch *told)
{
  LodgerGlibWatch *watch = told->host_data;
  (void) impl;
  told->host_data = NULL;
  if (watch != NULL)
    watch_free (watch);
}

void
lodger__glib_watches_free (LodgerGlibHost *host)
{
  while (host->watches != NULL)
    watch_free (host->watches);
}
