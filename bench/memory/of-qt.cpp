/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Qt's: promises that have begun, calls and events that are posted, and timers. */
#include "memory.h"

#include <QCoreApplication>
#include <QEvent>
#include <QPromise>
#include <QTimer>

namespace {

QObject *
receiver ()
{
  static int argc = 1;
  static char name[] = "lodger-memory";
  static char *argv[] = { name, nullptr };
  static QCoreApplication *application;
  static QObject *object;

  if (!application)
    application = new QCoreApplication (argc, argv);
  if (!object)
    object = new QObject;
  return object;
}

const QEvent::Type event_type = static_cast<QEvent::Type> (QEvent::registerEventType ());

class Event : public QEvent {
public:
  explicit Event (void *what) : QEvent (event_type), data (what)
  {
  }

  void *const data;
};

} /* namespace */

void
memory_qt_promises (uint64_t count)
{
  for (uint64_t i = 0; i < count; i++)
    {
      QPromise<qint64> *promise = new QPromise<qint64>;

      promise->start ();
      memory_keep (promise);
    }
}

void
memory_qt_invokes (uint64_t count)
{
  QObject *object = receiver ();

  for (uint64_t i = 0; i < count; i++)
    QMetaObject::invokeMethod (
        object, [object, i] { bench_fail ("call %llu of %p", static_cast<unsigned long long> (i), object); },
        Qt::QueuedConnection);
}

void
memory_qt_events (uint64_t count)
{
  QObject *object = receiver ();

  for (uint64_t i = 0; i < count; i++)
    QCoreApplication::postEvent (object, new Event (object));
}

void
memory_qt_timers (uint64_t count)
{
  receiver ();
  for (uint64_t i = 0; i < count; i++)
    {
      QTimer *timer = new QTimer;

      timer->setSingleShot (true);
      QObject::connect (timer, &QTimer::timeout, timer, [timer] { timer->stop (); });
      timer->start (MEMORY_LONG);
      memory_keep (timer);
    }
}
