/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The source is attached without a time, so that the context leaves it alone, and then gets one. All that attaching
 * writes has been written when the context looks at it. GLib's lock of the context says so as well; ThreadSanitizer
 * does not see that lock, and is told. */
#include "once-source.h"

#include "hand-over.h"

typedef struct OnceSource
{
  GSource source;
  GSourceOnceFunc func;
  void *data;
  GDestroyNotify destroy;
} OnceSource;

static gboolean
dispatch (GSource *source, GSourceFunc callback, void *data)
{
  OnceSource *once = data;
  (void) source;
  (void) callback;
  lodger__glib_tsan_acquire (once);
  once->func (once->data);
  return G_SOURCE_REMOVE;
}

static GSourceFuncs funcs = { .dispatch = dispatch };

static gboolean
no_callback (void *data)
{
  (void) data;
  return G_SOURCE_REMOVE;
}

/* The context still has a reference to the source. */
static void
gone (void *data)
{
  OnceSource *once = data;
  void *users = once->data;
  GDestroyNotify destroy = once->destroy;
  lodger__glib_tsan_acquire (once);
  g_source_unref (&once->source);
  destroy (users);
}

GSource *
lodger__glib_once_new (const char *name, int priority, GSourceOnceFunc func, void *data, GDestroyNotify destroy)
{
  GSource *source = g_source_new (&funcs, sizeof (OnceSource));
  OnceSource *once = (OnceSource *) source;
  once->func = func;
  once->data = data;
  once->destroy = destroy;
  g_source_set_static_name (source, name);
  g_source_set_priority (source, priority);
  g_source_set_callback (source, no_callback, once, gone);
  return source;
}

void
lodger__glib_once_send (GSource *source, GMainContext *context)
{
  g_main_context_ref (context);
  g_source_attach (source, context);
  lodger__glib_tsan_release (source);
  g_source_set_ready_time (source, 0);
  lodger__glib_context_unref (context);
}
