/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The private face of the Qt adapter: one attached event dispatcher, and the files that share it.
 *
 * Order, lowest first; a file calls only files before it: host.cpp, watches.cpp, glib-source.cpp, carrier.cpp,
 * await-guard.cpp, driver.cpp, application.cpp, attach.cpp. Beside these stands scope.cpp. To report upward, a file
 * calls <lodger/host.h>. The core calls driver.cpp by its table.
 *
 * What belongs to the owner's thread is marked. All else is under the mutex. Under the mutex nothing runs but Qt's code
 * for a wake-up. */
#ifndef LODGER_QT_PRIVATE_H
#define LODGER_QT_PRIVATE_H

#include "lodger-qt.h"

#include <lodger/host.h>

#include <QAbstractEventDispatcher>
#include <QBasicTimer>
#include <QObject>
#include <QPointer>

#include <atomic>
#include <condition_variable>
#include <mutex>

class QThread;
class QEventLoop;
class LodgerQtCarrier;
class LodgerQtSource;
struct LodgerQtWatch;

struct LodgerQtHost
{
  std::atomic<unsigned> refs { 1 }; /* the core's, and the carrier's */
  LodgerHost *host = nullptr;
  int64_t (*ask_slice) (void *data) = nullptr; /* Optional. */
  void *slice_data = nullptr;

  std::mutex mutex;
  LodgerHostNode *node = nullptr;     /* posted and not run; its memory is the core's */
  int64_t waiting_since = 0;          /* of the node */
  LodgerQtCarrier *carrier = nullptr; /* NULL before `attach` and after the end */
  bool is_sent = false;               /* an event is on its way to the carrier */
  bool is_closed = false;
  unsigned senders = 0;                 /* threads that are posting that event */
  std::condition_variable nobody_sends; /* there are none any more */

  /* The owner's alone. */
  int64_t slice = 0;          /* the length of the slice that starts now */
  QEventLoop *loop = nullptr; /* while `mainloop` runs; NULL while QCoreApplication::exec() is that loop */
  bool runs = false;          /* `mainloop` */
  bool quits = false;         /* `quit` has come before `mainloop` */
};

/* ---- host.cpp ---- */

/* One reference, for the core. NULL without memory. */
LodgerQtHost *lodger__qt_host_new (LodgerHost *lodger_host, const LodgerQtHostOptions *options);
LodgerQtHost *lodger__qt_host_ref (LodgerQtHost *host);
void lodger__qt_host_unref (LodgerQtHost *host);
/* Refuses posts, and takes the carrier out: no other thread uses it any more. Returns the node, if it was posted. Any
 * thread. */
LodgerHostNode *lodger__qt_host_close (LodgerQtHost *host, bool *ret_was_closed);

int64_t lodger__qt_now ();

/* ---- watches.cpp ---- */

/* The watched descriptors of a host, and which of them are ready. The owner's alone. */
class LodgerQtWatches {
public:
  /* `tell` is called when one is ready and none was. */
  LodgerQtWatches (void (*tell) (void *data), void *data);
  ~LodgerQtWatches ();
  /* 0 or a negative code. */
  int add (LodgerHostWatch *watch, int fd, uint32_t events);
  void remove (LodgerHostWatch *watch);
  void clear ();
  /* Whether a descriptor is ready that has not been reported. */
  bool isReady () const;
  /* Reports ready descriptors, for about a slice. One of these calls may end watches, or destroy the host: `alive`
   * tells. */
  void report (int64_t slice, const bool *is_over);

private:
  friend struct LodgerQtWatch;
  void (*const is_ready) (void *data);
  void *const ready_data;
  LodgerQtWatch *all = nullptr;
  LodgerQtWatch *first_ready = nullptr, **last_ready = &first_ready;
};

/* ---- glib-source.cpp, only with GLib ---- */

/* Makes a source that calls `ask` before each poll of the main context that this thread's dispatcher runs. It says how
 * many milliseconds the poll may take, or -1. NULL if the dispatcher runs none. */
LodgerQtSource *lodger__qt_source_new (int (*ask) (void *data), void *data);
void lodger__qt_source_free (LodgerQtSource *source);
/* The main context that this thread's dispatcher runs, or NULL. */
const void *lodger__qt_source_context ();

/* ---- carrier.cpp ---- */

/* What lives in the owner's thread: it is called by the event dispatcher. Made and destroyed there. */
class LodgerQtCarrier final : public QObject {
public:
  /* The dispatcher is this thread's. */
  LodgerQtCarrier (LodgerQtHost *owner, QAbstractEventDispatcher *dispatcher);
  ~LodgerQtCarrier () override;

  /* Posts the event that serves the node. Any thread, as long as the carrier lives. False: there is no memory. Then the
   * carrier serves the node as soon as the loop is awake. */
  bool send ();
  void wake ();
  void arm (int64_t deadline);
  void setWants (bool on);
  /* The loop is about to block, or may be. */
  void ask ();
  /* Milliseconds, rounded up, until the timer comes; -1: it is not set. */
  int timeLeft () const;
  int askForTime ();
  /* A descriptor is ready. */
  void noteReady ();
  /* Lets go of the loop. Then it is destroyed, at once or when it has returned to the loop. */
  void end ();

  LodgerQtWatches watches;

protected:
  bool event (QEvent *event) override;

private:
  void onAwake ();
  void onDispatcherGone ();
  void onTimer ();
  void serve ();
  void runOne (LodgerHostNode *node, int64_t slice);
  void setTimer ();
  class OnStack;

  LodgerQtHost *const host;
  QPointer<QAbstractEventDispatcher> dispatcher;
  LodgerQtSource *source = nullptr; /* only where the dispatcher runs a main context of GLib's */
  QBasicTimer timer;
  int64_t timer_target = LODGER_FOREVER;
  int64_t deadline = LODGER_FOREVER;
  int64_t wait_until = LODGER_FOREVER; /* what lodger_host_before_wait() has said */
  unsigned depth = 0;                  /* how many functions of the carrier are on the stack */
  bool wants_before_wait = false;
  bool is_asking = false;
  bool serves_watches = false; /* the watches come next, if both they and the node wait */
  bool has_ended = false;
};

/* Gets the carrier to be called, if it is there. Under the mutex. Any thread. */
void lodger__qt_host_send (LodgerQtHost *host, std::unique_lock<std::mutex> &lock);

/* ---- await-guard.cpp, driver.cpp, application.cpp ---- */

/* No spawned call waits inside of a nested QEventLoop of a watched thread. 0, or a negative code. */
int lodger__qt_guard_awaits ();
/* From now on this thread is watched. */
void lodger__qt_guard_this_thread ();

const LodgerHostDriver *lodger__qt_driver ();
/* Whether this thread has an event dispatcher. It is made if the thread has none and can have one. */
bool lodger__qt_have_dispatcher ();

/* The end of each application is heard from now on. */
void lodger__qt_hear_applications ();

#endif
