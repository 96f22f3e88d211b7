/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "../bench.h"
#include "startup.h"

#include <QCoreApplication>
#include <QEventLoop>
#include <QThreadPool>
#include <QtConcurrent>
#include <clocale>

namespace {

QCoreApplication *application;
bool arrived;

/* A program of Qt has it anyway. */
void
prepare ()
{
  static int argc = 1;
  static char name[] = "lodger-startup";
  static char *argv[] = { name, nullptr };
  application = new QCoreApplication (argc, argv);
  /* Qt has set the user's locale. The figures are the same everywhere. */
  std::setlocale (LC_NUMERIC, "C");
}

void
iterate ()
{
  while (!arrived)
    QCoreApplication::processEvents (QEventLoop::WaitForMoreEvents);
}

void
begin_invoke ()
{
  QMetaObject::invokeMethod (
      application, [] { arrived = true; }, Qt::QueuedConnection);
  iterate ();
}

void
begin_then ()
{
  QThreadPool::globalInstance ()->setMaxThreadCount (BENCH_WORKERS);
  QtConcurrent::run ([] { return 1; }).then (application, [] (int result) { arrived = result == 1; });
  iterate ();
}

void
end_nothing ()
{
}

void
end_pool ()
{
  QThreadPool::globalInstance ()->waitForDone ();
}

} // namespace

extern "C" const Way ways_qt[] = {
  { "Qt: invokeMethod", "QMetaObject::invokeMethod, queued", prepare, begin_invoke, end_nothing },
  { "Qt: QtConcurrent", "QtConcurrent::run and then, the end of the threads", prepare, begin_then, end_pool },
};
extern "C" const size_t n_ways_qt = sizeof ways_qt / sizeof ways_qt[0];
