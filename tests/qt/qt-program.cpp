// SPDX-License-Identifier: LGPL-2.1-or-later
#include "qt-program.h"

#include <QAbstractEventDispatcher>
#include <QBasicTimer>
#include <QCoreApplication>
#include <QEvent>
#include <QEventLoop>
#include <QThread>
#include <QTimerEvent>

#include <atomic>
#include <cstdlib>
#include <new>
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
  if (with_glib)
    unsetenv ("QT_NO_GLIB");
  else
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

void
qt_application_free (void)
{
  delete QCoreApplication::instance ();
}

void
qt_application_exec (QtFunc func, void *data)
{
  qt_post (func, data);
  QCoreApplication::exec ();
}

void
qt_application_quit (void)
{
  QCoreApplication::quit ();
}

void
qt_application_hear_quit (QtFunc func, void *data)
{
  QObject::connect (QCoreApplication::instance (), &QCoreApplication::aboutToQuit, [func, data] { func (data); });
}

/* ---- other loops ------------------------------------------------------------------------------------------------- */

void
qt_process_events (bool with_sockets)
{
  QAbstractEventDispatcher::instance ()->processEvents (with_sockets ? QEventLoop::AllEvents
                                                                     : QEventLoop::ExcludeSocketNotifiers);
}

static thread_local QEventLoop *innermost;

void
qt_loop_exec (void)
{
  QEventLoop loop, *outer = innermost;
  innermost = &loop;
  loop.exec ();
  innermost = outer;
}

void
qt_loop_quit (void)
{
  innermost->quit ();
}

namespace {

struct Posted : public QEvent
{
  QtFunc func;
  void *data;
  Posted (QtFunc f, void *d) : QEvent (QEvent::User), func (f), data (d)
  {
  }
};

struct Receiver : public QObject
{
  bool event (QEvent *event) override
  {
    if (event->type () != QEvent::User)
      return QObject::event (event);
    static_cast<Posted *> (event)->func (static_cast<Posted *> (event)->data);
    deleteLater ();
    return true;
  }
};

} // namespace

void
qt_post (QtFunc func, void *data)
{
  QCoreApplication::postEvent (new Receiver, new Posted (func, data));
}

static std::atomic<bool> refuses_memory;

void
qt_refuse_memory (bool on)
{
  refuses_memory = on;
}

void *
operator new (std::size_t size, const std::nothrow_t &) noexcept
{
  return refuses_memory ? nullptr : ::operator new (size);
}

void
qt_post_to_main (QtFunc func, void *data)
{
  auto *receiver = new Receiver;
  receiver->moveToThread (QCoreApplication::instance ()->thread ());
  QCoreApplication::postEvent (receiver, new Posted (func, data));
}

struct QtThread : public QThread
{
  QtFunc func;
  void *data;

  void run () override
  {
    func (data);
    exec ();
  }
};

QtThread *
qt_thread_start (QtFunc func, void *data)
{
  auto *thread = new QtThread;
  thread->func = func;
  thread->data = data;
  thread->start ();
  return thread;
}

void
qt_thread_join (QtThread *thread)
{
  thread->quit ();
  thread->wait ();
  delete thread;
}

/* ---- objects ----------------------------------------------------------------------------------------------------- */

QObject *
qt_object_new (void)
{
  return new QObject;
}

void
qt_object_free (QObject *object)
{
  delete object;
}

void
qt_object_free_later (QObject *object)
{
  object->deleteLater ();
}

void
qt_object_move (QObject *object, QtThread *thread)
{
  object->moveToThread (thread);
}

void
qt_object_hear_destroyed (QObject *object, QtFunc func, void *data)
{
  QObject::connect (object, &QObject::destroyed, [func, data] { func (data); });
}

/* ---- a redraw and a timer ---------------------------------------------------------------------------------------- */

struct QtProgram : public QObject
{
  QtFunc redraw, tick;
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
            dispatcher->wakeUp ();
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
qt_program_new (QtFunc redraw, QtFunc tick, void *data)
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
qt_program_note (QtProgram *program)
{
  program->has_done = true;
}
