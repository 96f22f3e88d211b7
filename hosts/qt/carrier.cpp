/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The object by which an event dispatcher calls Lodger back.
 *
 * A posted event runs the node, reports ready descriptors, and runs what is due. Its priority is that of Qt's own paint
 * events, Qt::LowEventPriority. Qt sends the events that are there when a round of the loop begins; an event that is
 * posted meanwhile waits for the next round, and timers and descriptors come in between. So one slice is one round. When
 * the rounds are long, slices are longer, too: calls that have waited for 10 ms have an eighth of that time.
 *
 * Qt's dispatchers tell when they are about to block, and when they are awake. QEventDispatcherUNIX tells the latter
 * before it sends posted events, in each round; it tells the former only if it may block. Lodger is asked in both, since a
 * nested processEvents() may do without the former. A dispatcher with GLib tells neither when a program runs a nested loop
 * of GLib's: a source of GLib's, which is asked last, stands for both there. */
#include "qt-private.h"

#include <QCoreApplication>
#include <QEvent>
#include <QTimerEvent>

#include <climits>
#include <exception>
#include <new>

static const int64_t usual_slice = 1000000;
static const int64_t age = 10000000;
static const int aged_share = 8;
static const int64_t aged_slice = 8000000;

static QEvent::Type
wake_type ()
{
  static const int type = QEvent::registerEventType ();
  return QEvent::Type (type);
}

LodgerQtCarrier::LodgerQtCarrier (LodgerQtHost *owner, QAbstractEventDispatcher *of)
    : watches ([] (void *carrier) { static_cast<LodgerQtCarrier *> (carrier)->noteReady (); }, this),
      host (lodger__qt_host_ref (owner)), dispatcher (of)
{
#ifdef LODGER_QT_HAVE_GLIB
  source = lodger__qt_source_new (
      [] (void *carrier) { return static_cast<LodgerQtCarrier *> (carrier)->askForTime (); }, this);
#endif
  connect (
      of, &QAbstractEventDispatcher::awake, this, [this] { onAwake (); }, Qt::DirectConnection);
  if (source == nullptr)
    connect (
        of, &QAbstractEventDispatcher::aboutToBlock, this, [this] { ask (); }, Qt::DirectConnection);
  connect (
      of, &QObject::destroyed, this, [this] { onDispatcherGone (); }, Qt::DirectConnection);
}

LodgerQtCarrier::~LodgerQtCarrier ()
{
  lodger__qt_host_unref (host);
}

/* Around each function of the carrier that may end it. The carrier may be gone with the outermost. A thread that exits in
 * a call unwinds through here, too. */
class LodgerQtCarrier::OnStack {
public:
  explicit OnStack (LodgerQtCarrier *of) : carrier (of)
  {
    carrier->depth++;
  }
  OnStack (const OnStack &) = delete;
  OnStack &operator= (const OnStack &) = delete;
  ~OnStack ()
  {
    if (--carrier->depth == 0 && carrier->has_ended)
      delete carrier;
  }

private:
  LodgerQtCarrier *const carrier;
};

/* In its own event an object is deleted last of all, as by QObject::deleteLater(). */
void
LodgerQtCarrier::end ()
{
  const OnStack here (this);
  has_ended = true;
  wants_before_wait = false;
  deadline = wait_until = timer_target = LODGER_FOREVER;
  timer.stop ();
  watches.clear ();
#ifdef LODGER_QT_HAVE_GLIB
  lodger__qt_source_free (source);
#endif
  source = nullptr;
  if (!dispatcher.isNull ())
    disconnect (dispatcher, nullptr, this, nullptr);
  QCoreApplication::removePostedEvents (this);
}

/* ---- posts ------------------------------------------------------------------------------------------------------- */

/* Qt allocates for an event, and may throw. */
bool
LodgerQtCarrier::send ()
{
  QEvent *event = new (std::nothrow) QEvent (wake_type ());
  if (event == nullptr)
    return false;
  try
    {
      QCoreApplication::postEvent (this, event, Qt::LowEventPriority);
  } catch (const std::exception &)
    {
      return false;
  }
  return true;
}

/* A wake-up needs no memory. */
void
LodgerQtCarrier::wake ()
{
  if (!dispatcher.isNull ())
    dispatcher->wakeUp ();
}

/* The loop may wake up while the event is being posted, and wants the mutex then: so it is not held meanwhile. Whoever takes
 * the carrier out waits until nobody posts to it any more. */
void
lodger__qt_host_send (LodgerQtHost *host, std::unique_lock<std::mutex> &lock)
{
  LodgerQtCarrier *const carrier = host->carrier;
  if (carrier == nullptr || host->is_sent)
    return;
  host->is_sent = true;
  host->senders++;
  lock.unlock ();
  const bool is_sent = carrier->send ();
  lock.lock ();
  if (!is_sent)
    {
      host->is_sent = false;
      carrier->wake ();
    }
  if (--host->senders == 0)
    host->nobody_sends.notify_all ();
}

bool
LodgerQtCarrier::event (QEvent *event)
{
  if (event->type () == QEvent::Timer && static_cast<QTimerEvent *> (event)->timerId () == timer.timerId ())
    onTimer ();
  else if (event->type () == wake_type ())
    serve ();
  else
    return QObject::event (event);
  return true;
}

/* ---- slices ------------------------------------------------------------------------------------------------------ */

static int64_t
slice_of (const LodgerQtHost *host, int64_t waited)
{
  const int64_t usual = host->ask_slice != nullptr ? host->ask_slice (host->slice_data) : usual_slice;
  return waited >= age ? qMax (usual, qMin (waited / aged_share, aged_slice)) : usual;
}

/* A slice for the node also runs the calls that are due. A flood of calls leaves every other slice to the descriptors. */
void
LodgerQtCarrier::runOne (LodgerHostNode *node, int64_t slice)
{
  if (watches.isReady () && (node == nullptr || serves_watches))
    {
      serves_watches = false;
      if (node != nullptr)
        {
          std::lock_guard<std::mutex> lock (host->mutex);
          if (!host->is_closed)
            host->node = node;
        }
      watches.report (slice, &has_ended);
    }
  else if (node != nullptr)
    {
      serves_watches = true;
      lodger_host_run_node (node);
    }
  else if (deadline != LODGER_FOREVER && lodger__qt_now () >= deadline)
    {
      deadline = LODGER_FOREVER;
      lodger_host_deadline (host->host);
    }
}

void
LodgerQtCarrier::serve ()
{
  const int64_t outer = host->slice;
  LodgerHostNode *node;
  int64_t waited = 0;
  const OnStack here (this);
  {
    std::lock_guard<std::mutex> lock (host->mutex);
    node = host->node;
    host->node = nullptr;
    host->is_sent = false;
    if (node != nullptr)
      waited = lodger__qt_now () - host->waiting_since;
  }
  if (!has_ended)
    {
      host->slice = slice_of (host, waited);
      runOne (node, host->slice);
      host->slice = outer;
    }
  if (!has_ended)
    {
      std::unique_lock<std::mutex> lock (host->mutex);
      if (host->node != nullptr || watches.isReady ())
        lodger__qt_host_send (host, lock);
    }
}

void
LodgerQtCarrier::noteReady ()
{
  std::unique_lock<std::mutex> lock (host->mutex);
  lodger__qt_host_send (host, lock);
}

/* ---- time -------------------------------------------------------------------------------------------------------- */

int
LodgerQtCarrier::timeLeft () const
{
  if (timer_target == LODGER_FOREVER)
    return -1;
  const int64_t left = qMax (timer_target - lodger__qt_now (), int64_t (0));
  return int (qMin (left / 1000000 + (left % 1000000 != 0), int64_t (INT_MAX)));
}

/* Rounded up: the timer would come early otherwise, and be set again. */
void
LodgerQtCarrier::setTimer ()
{
  const int64_t target = qMin (deadline, wait_until);
  if (target == timer_target)
    return;
  timer_target = target;
  if (target == LODGER_FOREVER)
    timer.stop ();
  else
    timer.start (timeLeft (), Qt::PreciseTimer, this);
}

void
LodgerQtCarrier::arm (int64_t at)
{
  deadline = at;
  setTimer ();
}

/* What is due is run at the priority of the node. When the time is over that Lodger has given the loop to sleep, it is
 * asked again before the next sleep. */
void
LodgerQtCarrier::onTimer ()
{
  const int64_t now = lodger__qt_now ();
  timer.stop ();
  timer_target = LODGER_FOREVER;
  if (now >= wait_until)
    wait_until = LODGER_FOREVER;
  if (now >= deadline)
    noteReady ();
  else
    setTimer ();
}

/* ---- before the loop blocks -------------------------------------------------------------------------------------- */

void
LodgerQtCarrier::setWants (bool on)
{
  wants_before_wait = on;
  if (!on)
    wait_until = LODGER_FOREVER;
}

/* If the loop must not block, Lodger has posted the node, and Qt has woken the loop. */
void
LodgerQtCarrier::ask ()
{
  if (!wants_before_wait || is_asking)
    return;
  const OnStack here (this);
  is_asking = true;
  const int64_t until = lodger_host_before_wait (host->host);
  is_asking = false;
  if (!has_ended)
    {
      wait_until = until != 0 ? until : LODGER_FOREVER;
      setTimer ();
    }
}

int
LodgerQtCarrier::askForTime ()
{
  const OnStack here (this);
  ask ();
  return timeLeft ();
}

/* A node whose event there was no memory for is served here. */
void
LodgerQtCarrier::onAwake ()
{
  bool is_left;
  const OnStack here (this);
  {
    std::lock_guard<std::mutex> lock (host->mutex);
    is_left = host->node != nullptr && !host->is_sent;
  }
  if (is_left)
    serve ();
  if (source == nullptr)
    ask ();
}

/* ---- the end of the loop ----------------------------------------------------------------------------------------- */

void
LodgerQtCarrier::onDispatcherGone ()
{
  const OnStack here (this);
  bool was_closed;
  lodger__qt_host_close (host, &was_closed);
  end ();
  if (was_closed)
    return;
  lodger_host_misuse ("lodger_qt_attach", LODGER_ESHUTDOWN, "the event loop has ended before it was left");
  lodger_host_closed (host->host);
}
