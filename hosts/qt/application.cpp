/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The end of QCoreApplication::exec() stops the caller of the main thread. The order is this:
 *
 * - QCoreApplication emits aboutToQuit. The first slot of all is of this file. From now on the calls that this thread gives to
 *   other threads are noted.
 * - The slots of the program follow. The caller runs, and accepts their calls.
 * - Qt deletes the objects that were to be deleted later. One of them was made by the first slot: its destructor waits for the
 *   noted calls, at most for the stop deadline, and stops the caller. Nothing of the main thread's runs meanwhile: the program
 *   may have freed what an older call would use.
 *
 * Qt runs the functions of qAddPreRoutine() when an application is made. So the slot is the first one, if Lodger is loaded
 * before. If it is loaded later, slots that were there before come first: what they give to other threads is not waited for.
 *
 * An application that is destroyed without the end of an exec() takes its dispatcher along: the carrier sees that. */
#include "qt-private.h"

#include <QCoreApplication>

#include <condition_variable>
#include <memory>
#include <vector>

namespace {

/* ---- the last work ----------------------------------------------------------------------------------------------- */

/* Each noted call shares it: its end may come after the wait. */
struct LastWork
{
  std::mutex mutex;
  std::condition_variable has_ended;
  unsigned unfinished = 0;               /* under the mutex */
  std::vector<LodgerPending *> pendings; /* the main thread's alone; references */
};

typedef std::shared_ptr<LastWork> LastWorkRef;

void
drop (void *data)
{
  delete static_cast<LastWorkRef *> (data);
}

int
on_done (LodgerPending *done, void *data)
{
  LastWork &work = **static_cast<LastWorkRef *> (data);
  (void) done;
  std::lock_guard<std::mutex> lock (work.mutex);
  if (--work.unfinished == 0)
    work.has_ended.notify_one ();
  return 0;
}

void
note (LodgerPending *given, void *data)
{
  LastWorkRef &work = *static_cast<LastWorkRef *> (data);
  auto *own = new LastWorkRef (work);
  work->pendings.push_back (lodger_pending_ref (given));
  {
    std::lock_guard<std::mutex> lock (work->mutex);
    work->unfinished++;
  }
  if (lodger_pending_add_done_callback (given, on_done, own, drop) != 0)
    on_done (given, &work);
}

/* Names the work that the stop is going to cancel. */
void
name_unfinished (LodgerPending *pending)
{
  char *line = !lodger_pending_is_done (pending) ? lodger_pending_describe (pending) : nullptr;
  if (line != nullptr)
    lodger_host_misuse ("lodger_qt_attach", LODGER_ETIMEDOUT, line);
  lodger_free (line);
}

/* ---- the end of exec() ------------------------------------------------------------------------------------------- */

/* Deleted later, in the order of an end. */
class End final : public QObject {
public:
  End ()
  {
    lodger_host_watch_given (note, &work);
  }
  ~End () override
  {
    LodgerCaller *caller = lodger_caller_find ("qt", nullptr);
    lodger_host_watch_given (nullptr, nullptr);
    waitForWork (lodger_caller_get_stop_deadline (caller));
    if (caller != nullptr)
      {
        lodger_caller_stop (caller, true);
        lodger_caller_stop_wait (caller);
        lodger_caller_unref (caller);
      }
  }

private:
  void waitForWork (int64_t limit)
  {
    {
      std::unique_lock<std::mutex> lock (work->mutex);
      const auto all = [this] { return work->unfinished == 0; };
      /* A clock's time has an end. */
      if (limit > LODGER_SECONDS (INT64_C (1000000000)))
        work->has_ended.wait (lock, all);
      else
        work->has_ended.wait_for (lock, std::chrono::nanoseconds (limit), all);
    }
    for (LodgerPending *pending : work->pendings)
      {
        name_unfinished (pending);
        lodger_pending_unref (pending);
      }
  }

  LastWorkRef work = std::make_shared<LastWork> ();
};

void
on_about_to_quit ()
{
  (new End)->deleteLater ();
}

void
hear ()
{
  QCoreApplication *application = QCoreApplication::instance ();
  QObject::connect (application, &QCoreApplication::aboutToQuit, application, on_about_to_quit, Qt::DirectConnection);
}

__attribute__ ((constructor)) void
hear_all ()
{
  lodger__qt_hear_applications ();
}

} // namespace

void
lodger__qt_hear_applications ()
{
  static const bool once = (qAddPreRoutine (hear), true);
  (void) once;
}
