// SPDX-License-Identifier: LGPL-2.1-or-later
#include "qt-program.h"

#include <QAbstractEventDispatcher>
#include <QBasicTimer>
#include <QCoreApplication>
#include <QEvent>
#include <QTimerEvent>

#include <cstdlib>
#include <semaphore.h>
#include <thread>
#include <unistd.h>

static QCoreApplication *
make_application ()
{
  static int argc = 1;
  static char name[] = "test";
  static char *argv[] = { name, nullptr };
  QCoreApplication::setSetuidAllowed (true);
  return new QCoreApplication (argc, argv);
}

void
qt_application_start (bool with_glib)
{
  if (QCoreApplication::instance () != nullptr)
    return;
  if (!with_glib)
    setenv ("QT_NO_GLIB", "1", 1);
  make_application ();
}

void
qt_application_start_elsewhere (void)
{
  static sem_t is_made;
  if (QCoreApplication::instance () != nullptr)
    return;
  setenv ("QT_NO_GLIB", "1", 1);
  sem_init (&is_made, 0, 0);
  std::thread ([] {
    make_application ();
    sem_post (&is_made);
    for (;;)
      pause ();
  }).detach ();
  while (sem_wait (&is_made) != 0)
    ;
}

struct QtProgram : public QObject
{
  void (*redraw) (void *data);
  void (*tick) (void *data);
  void *data;
  QBasicTimer timer;
  bool has_done = false;
  bool is_requested = false; /* as Qt does: one paint event at a time */

  QtProgram ()
  {
    auto *dispatcher = QAbstractEventDispatcher::instance ();
    connect (
        dispatcher, &QAbstractEventDispatcher::aboutToBlock, this,
        [this, dispatcher] {
          if (has_done)
            dispatcher->interrupt ();
        },
        Qt::DirectConnection);
  }

  bool event (QEvent *event) override
  {
    has_done = true;
    if (event->type () == QEvent::User)
      {
        is_requested = false;
        redraw (data);
      }
    else if (event->type () == QEvent::Timer)
      tick (data);
    else
      return QObject::event (event);
    return true;
  }
};

QtProgram *
qt_program_new (void (*redraw) (void *data), void (*tick) (void *data), void *data)
{
  QEventLoop makes_dispatcher; /* for a thread that has none */
  auto *program = new QtProgram;
  program->redraw = redraw;
  program->tick = tick;
  program->data = data;
  return program;
}

void
qt_program_free (QtProgram *program)
{
  delete program;
}

void
qt_program_request_redraw (QtProgram *program)
{
  if (program->is_requested)
    return;
  program->is_requested = true;
  QCoreApplication::postEvent (program, new QEvent (QEvent::User), Qt::LowEventPriority);
}

void
qt_program_set_timer (QtProgram *program, bool on)
{
  if (on)
    program->timer.start (1, Qt::PreciseTimer, program);
  else
    program->timer.stop ();
}

void
qt_program_turn (QtProgram *program)
{
  program->has_done = false;
  QAbstractEventDispatcher::instance ()->processEvents (QEventLoop::AllEvents | QEventLoop::WaitForMoreEvents);
}

void
qt_program_nest (QtProgram *)
{
  QAbstractEventDispatcher::instance ()->processEvents (QEventLoop::AllEvents);
}

void
qt_program_note (QtProgram *program)
{
  program->has_done = true;
}
