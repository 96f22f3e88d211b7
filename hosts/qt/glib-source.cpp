/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A source of the main context that a dispatcher with GLib runs. GLib asks it last of all, before each poll: in the
 * dispatcher's own rounds, and in each loop of GLib's that a program runs inside. Qt's timers have been asked before: one that
 * is set then does not count for this poll, so the source itself gives its time. */
#include "qt-private.h"

#include <glib.h>

class LodgerQtSource {
public:
  GSource source;
  int (*ask) (void *data); /* returns for how many milliseconds the loop may sleep; or -1 */
  void *data;
};

static gboolean
prepare (GSource *source, int *timeout)
{
  auto *own = reinterpret_cast<LodgerQtSource *> (source);
  *timeout = own->ask (own->data);
  return FALSE;
}

static gboolean
check (GSource *source)
{
  (void) source;
  return FALSE;
}

static gboolean
dispatch (GSource *source, GSourceFunc callback, void *data)
{
  (void) source;
  (void) callback;
  (void) data;
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs funcs = { prepare, check, dispatch, nullptr, nullptr, nullptr };

/* Qt pushes the context of a thread's dispatcher as the thread's default. */
static GMainContext *
context_of_thread ()
{
  QAbstractEventDispatcher *dispatcher = QAbstractEventDispatcher::instance ();
  GMainContext *context = g_main_context_get_thread_default ();
  if (dispatcher == nullptr || !dispatcher->inherits ("QEventDispatcherGlib"))
    return nullptr;
  return context != nullptr ? context : g_main_context_default ();
}

const void *
lodger__qt_source_context ()
{
  return context_of_thread ();
}

LodgerQtSource *
lodger__qt_source_new (int (*ask) (void *data), void *data)
{
  GMainContext *context = context_of_thread ();
  GSource *source;
  if (context == nullptr)
    return nullptr;
  source = g_source_new (&funcs, sizeof (LodgerQtSource));
  reinterpret_cast<LodgerQtSource *> (source)->ask = ask;
  reinterpret_cast<LodgerQtSource *> (source)->data = data;
  g_source_set_name (source, "lodger before wait");
  g_source_set_priority (source, G_MAXINT);
  g_source_set_can_recurse (source, TRUE);
  g_source_attach (source, context);
  return reinterpret_cast<LodgerQtSource *> (source);
}

void
lodger__qt_source_free (LodgerQtSource *source)
{
  if (source == nullptr)
    return;
  g_source_destroy (&source->source);
  g_source_unref (&source->source);
}
