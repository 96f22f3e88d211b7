/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A QCoreApplication of its own for each run, and so a dispatcher of its own: GLib's, which is the usual one on Linux,
 * or Qt's own one as with QT_NO_GLIB=1.
 *
 * A redraw is an event of low priority, as a window's is; a timer posts it.
 */
#include "guests.h"

#include <QAbstractEventDispatcher>
#include <QCoreApplication>
#include <QEventLoop>
#include <QTimer>
#include <clocale>
#include <cstring>
#include <lodger-qt.h>

namespace {

class Ticks : public QObject {
public:
  Ticks (Func *tick, void *what) : func (tick), data (what)
  {
    timer.setSingleShot (true);
    timer.setTimerType (Qt::PreciseTimer);
    connect (&timer, &QTimer::timeout, this,
             [this] { QCoreApplication::postEvent (this, new QEvent (QEvent::UpdateRequest), Qt::LowEventPriority); });
    wait ();
  }

  bool event (QEvent *event) override
  {
    if (event->type () != QEvent::UpdateRequest)
      return QObject::event (event);
    wait ();
    func (data);
    return true;
  }

private:
  /* Until the next tick that is not yet due. */
  void wait ()
  {
    const int64_t period = 1000000000 / TICKS_HZ;
    int64_t now = bench_now ();

    if (due == 0)
      due = now;
    while (due <= now)
      due += period;
    timer.start (static_cast<int> ((due - now + 999999) / 1000000));
  }

  Func *func;
  void *data;
  QTimer timer;
  int64_t due = 0;
};

class Application {
public:
  explicit Application (bool has_glib)
  {
    const char *kind = QAbstractEventDispatcher::instance ()->metaObject ()->className ();

    /* Qt has set the user's locale. The figures are the same everywhere. */
    std::setlocale (LC_NUMERIC, "C");
    if (!has_glib && std::strstr (kind, "Glib"))
      bench_fail ("the dispatcher is %s", kind);
  }

private:
  int argc = 1;
  char name[sizeof "lodger-guests"] = "lodger-guests";
  char *argv[2] = { name, nullptr };
  QCoreApplication application { argc, argv };

public:
  QEventLoop loop;
};

Application *application;
LodgerCaller *caller;
Ticks *ticks;

LodgerCaller *
open_host (bool has_glib)
{
  LodgerError *error = nullptr;

  if (!has_glib)
    qputenv ("QT_NO_GLIB", "1");
  application = new Application (has_glib);
  qunsetenv ("QT_NO_GLIB");
  caller = lodger_qt_attach (&error);
  if (caller == nullptr)
    bench_fail ("cannot attach: %s", lodger_error_get_message (error));
  return caller;
}

LodgerCaller *
open_with_glib ()
{
  return open_host (true);
}

LodgerCaller *
open_without_glib ()
{
  return open_host (false);
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
close_host ()
{
  int code;

  for (int i = 0; i < 3; i++)
    QCoreApplication::processEvents ();
  code = lodger_caller_leave (caller);
  if (code)
    bench_fail ("cannot leave: %s", lodger_error_code_string (code));
  lodger_caller_unref (caller);
  delete application;
}

void
start_ticks (Func *tick, void *data)
{
  ticks = new Ticks (tick, data);
}

void
stop_ticks ()
{
  delete ticks;
}

} /* namespace */

extern "C" const Host host_qt = { "Qt", "fd", open_with_glib, run, quit, close_host, start_ticks, stop_ticks };
extern "C" const Host host_qt_unix
    = { "Qt, no GLib", "fd", open_without_glib, run, quit, close_host, start_ticks, stop_ticks };
