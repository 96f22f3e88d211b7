/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Qt: QMetaObject::invokeMethod with a function, and the global QThreadPool, whose jobs end with the same. Ticks are a
 * precise QTimer. Each run has a QCoreApplication of its own, and so a dispatcher of its own: GLib's, or Qt's own one as
 * with QT_NO_GLIB=1.
 */
#include "jank.h"

#include <QAbstractEventDispatcher>
#include <QCoreApplication>
#include <QEventLoop>
#include <QThreadPool>
#include <QTimer>
#include <clocale>
#include <cstring>

namespace {

class Application {
public:
  explicit Application (bool has_glib)
  {
    const char *kind = QAbstractEventDispatcher::instance ()->metaObject ()->className ();

    /* Qt has set the user's locale. The figures are the same everywhere. */
    std::setlocale (LC_NUMERIC, "C");
    if (!has_glib && std::strstr (kind, "Glib"))
      bench_fail ("the dispatcher is %s", kind);
    QThreadPool::globalInstance ()->setMaxThreadCount (BENCH_WORKERS);
    timer.setSingleShot (true);
    timer.setTimerType (Qt::PreciseTimer);
    QObject::connect (&timer, &QTimer::timeout, &timer, [this] {
      jank_ticked ();
      wait_for_next ();
    });
  }

  void wait_for_next ()
  {
    int64_t left = jank_next_tick () - bench_now ();

    timer.start (left > 0 ? static_cast<int> ((left + 999999) / 1000000) : 0);
  }

private:
  int argc = 1;
  char name[sizeof "lodger-jank"] = "lodger-jank";
  char *argv[2] = { name, nullptr };
  QCoreApplication application { argc, argv };

public:
  QEventLoop loop;
  QTimer timer;
};

Application *application;

void
open_loop (bool has_glib)
{
  if (!has_glib)
    qputenv ("QT_NO_GLIB", "1");
  application = new Application (has_glib);
  qunsetenv ("QT_NO_GLIB");
}

void
open_with_glib ()
{
  open_loop (true);
}

void
open_without_glib ()
{
  open_loop (false);
}

void
start_ticks ()
{
  application->wait_for_next ();
}

void
stop_ticks ()
{
  application->timer.stop ();
}

void
run ()
{
  application->loop.exec ();
}

void
quit ()
{
  application->loop.quit ();
}

void
close_loop ()
{
  for (int i = 0; i < 3; i++)
    QCoreApplication::processEvents ();
  delete application;
}

void
post (void *data)
{
  QMetaObject::invokeMethod (
      &application->loop, [data] { jank_arrived (data); }, Qt::QueuedConnection);
}

void
submit_job (void *job)
{
  QThreadPool::globalInstance ()->start ([job] {
    int64_t result = jank_job_run (job);
    QMetaObject::invokeMethod (
        &application->loop, [job, result] { jank_job_arrived (job, result); }, Qt::QueuedConnection);
  });
}

} /* namespace */

extern "C" const Contestant jank_qt
    = { "Qt invokeMethod", true, open_with_glib, start_ticks, stop_ticks, run, quit, close_loop, post, submit_job };
extern "C" const Contestant jank_qt_unix = {
  "Qt invokeMethod, no GLib", true, open_without_glib, start_ticks, stop_ticks, run, quit, close_loop, post, submit_job
};
