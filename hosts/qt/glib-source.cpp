/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A source of the main context that a dispatcher with GLib runs. GLib asks it last of all, before each poll: in the
 * dispatcher's own rounds, and in each loop of GLib's that a program runs inside.
 *
 * Qt's own source for timers has been asked by then. So a timer that is set here is told to this poll, too. When the poll
 * ends, Qt finds the timer due. */
#include "qt-private.h"

#include <QCoreApplication>
#include <QThread>
#include <glib.h>

class LodgerQtSource {
public:
  GSource source;
  int (*ask) (void *data);
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

namespace {

/* What a thread's dispatcher was found to run. */
struct Found
{
  QPointer<QAbstractEventDispatcher> dispatcher;
  GMainContext *context = nullptr; /* the dispatcher's, borrowed */
};

} // namespace

static thread_local Found found;

/* In the main thread, a dispatcher with GLib runs the default context. In another thread it makes one, and pushes that as
 * the thread's default when it is made. Others are pushed and popped later, as by each dispatch of a guest. So the first
 * look counts. */
static GMainContext *
context_of_thread ()
{
  QAbstractEventDispatcher *dispatcher = QAbstractEventDispatcher::instance ();
  if (dispatcher == nullptr || !dispatcher->inherits ("QEventDispatcherGlib"))
    return nullptr;
  if (QCoreApplication::instance () != nullptr && QCoreApplication::instance ()->thread () == QThread::currentThread ())
    return g_main_context_default ();
  if (found.dispatcher != dispatcher)
    {
      found.dispatcher = dispatcher;
      found.context = g_main_context_get_thread_default ();
    }
  return found.context;
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
