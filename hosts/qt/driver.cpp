/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The host "qt": what Lodger asks of an event dispatcher, as the table of operations and the driver. */
#include "qt-private.h"

#include <QCoreApplication>
#include <QEventLoop>
#include <QThread>

#include <exception>

static LodgerQtHost *
host_of (void *impl)
{
  return static_cast<LodgerQtHost *> (impl);
}

/* ---- operations -------------------------------------------------------------------------------------------------- */

static int
post (void *impl, LodgerHostNode *node)
{
  LodgerQtHost *host = host_of (impl);
  std::unique_lock<std::mutex> lock (host->mutex);
  if (host->is_closed)
    return LODGER_ESHUTDOWN;
  host->node = node;
  host->waiting_since = lodger__qt_now ();
  lodger__qt_host_send (host, lock);
  return 0;
}

static void
want_before_wait (void *impl, bool on)
{
  if (host_of (impl)->carrier != nullptr)
    host_of (impl)->carrier->setWants (on);
}

static void
arm (void *impl, int64_t deadline)
{
  if (host_of (impl)->carrier != nullptr)
    host_of (impl)->carrier->arm (deadline);
}

static int
watch_fd (void *impl, LodgerHostWatch *watch, int fd, uint32_t events)
{
  LodgerQtCarrier *carrier = host_of (impl)->carrier;
  return carrier != nullptr ? carrier->watches.add (watch, fd, events) : LODGER_ESHUTDOWN;
}

static void
unwatch_fd (void *impl, LodgerHostWatch *watch)
{
  if (host_of (impl)->carrier != nullptr)
    host_of (impl)->carrier->watches.remove (watch);
}

static int64_t
slice_ns (void *impl)
{
  return host_of (impl)->slice;
}

/* QCoreApplication::quit() ends exec(), but no other loop. So a program's own end finds this loop, too. */
static int
mainloop (void *impl)
{
  LodgerQtHost *host = host_of (impl);
  QThread *thread = QThread::currentThread ();
  if (host->runs)
    return LODGER_EBUSY;
  if (QCoreApplication::instance () == nullptr)
    return LODGER_ESTATE;
  if (host->quits)
    {
      host->quits = false;
      return 0;
    }
  host->runs = true;
  if (thread == QCoreApplication::instance ()->thread () && thread->loopLevel () == 0)
    QCoreApplication::exec ();
  else
    {
      QEventLoop loop;
      host->loop = &loop;
      loop.exec ();
      host->loop = nullptr;
    }
  host->runs = false;
  return 0;
}

static void
quit (void *impl)
{
  LodgerQtHost *host = host_of (impl);
  if (!host->runs)
    host->quits = true;
  else if (host->loop != nullptr)
    host->loop->quit ();
  else
    QCoreApplication::exit (0);
}

static int
attach (void *impl)
{
  LodgerQtHost *host = host_of (impl);
  QAbstractEventDispatcher *dispatcher = QAbstractEventDispatcher::instance ();
  LodgerQtCarrier *carrier;
  if (dispatcher == nullptr)
    return LODGER_ESTATE;
  try
    {
      carrier = new LodgerQtCarrier (host, dispatcher);
  } catch (const std::exception &)
    {
      return LODGER_ENOMEM;
  }
  std::unique_lock<std::mutex> lock (host->mutex);
  host->carrier = carrier;
  if (host->node != nullptr)
    lodger__qt_host_send (host, lock);
  return 0;
}

static bool
detach (void *impl)
{
  LodgerQtHost *host = host_of (impl);
  LodgerQtCarrier *carrier = host->carrier;
  bool was_closed;
  bool had_node = lodger__qt_host_close (host, &was_closed) != nullptr;
  if (carrier != nullptr)
    carrier->end ();
  return had_node;
}

static void
destroy (void *impl)
{
  lodger__qt_host_unref (host_of (impl));
}

/* ---- the driver -------------------------------------------------------------------------------------------------- */

/* This thread has a dispatcher afterwards, if it can have one. The first event loop of a thread makes it. Before there
 * is a QCoreApplication nothing of Qt's is asked: Qt would take this thread for the main thread. */
bool
lodger__qt_have_dispatcher ()
{
  if (QCoreApplication::instance () == nullptr)
    return false;
  if (QAbstractEventDispatcher::instance () == nullptr)
    QEventLoop makes_dispatcher;
  return QAbstractEventDispatcher::instance () != nullptr;
}

/* The loop of the thread that asks. A main context that the dispatcher runs is no guest here: see `runs_backend`. */
static const void *
identify_host (const void *options)
{
  static const char none = 0;
  (void) options;
  if (!lodger__qt_have_dispatcher ())
    return &none;
#ifdef LODGER_QT_HAVE_GLIB
  const void *context = lodger__qt_source_context ();
  if (context != nullptr)
    return context;
#endif
  return QThread::currentThread ();
}

static int
open_host (LodgerHost *lodger_host, const void *host_options, void **ret_impl)
{
  LodgerQtHostOptions own;
  const char *reason;
  const auto *options
      = static_cast<const LodgerQtHostOptions *> (lodger_host_read_options (host_options, &own, sizeof own, &reason));
  LodgerQtHost *host;
  if (reason != nullptr)
    return lodger_host_misuse ("lodger_qt_open_caller", LODGER_EINVAL, reason);
  if (!lodger__qt_have_dispatcher ())
    return LODGER_ESTATE;
  host = lodger__qt_host_new (lodger_host, options);
  if (host == nullptr)
    return LODGER_ENOMEM;
  lodger__qt_guard_this_thread ();
  *ret_impl = host;
  return 0;
}

static LodgerHostOps
make_ops ()
{
  LodgerHostOps ops = {};
  ops.size = sizeof ops;
  ops.name = "qt";
  ops.run_sync_soon_threadsafe = post;
  ops.want_before_wait = want_before_wait;
  ops.arm = arm;
  ops.watch_fd = watch_fd;
  ops.unwatch_fd = unwatch_fd;
  ops.slice_ns = slice_ns;
  ops.mainloop = mainloop;
  ops.quit = quit;
  ops.detach = detach;
  ops.destroy = destroy;
  ops.attach = attach;
  return ops;
}

const LodgerHostDriver *
lodger__qt_driver ()
{
  static const LodgerHostOps ops = make_ops ();
  static const LodgerHostDriver driver = { sizeof (LodgerHostDriver), &ops, identify_host, open_host, "glib" };
  return &driver;
}
