/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Qt's own ways into a thread's event loop: QMetaObject::invokeMethod with a function, a custom event with
 * QCoreApplication::postEvent, and a signal whose connection is queued. The last two carry bare data for one fixed
 * function. Results come from two QThreads. An answer goes back by a second invokeMethod, to a QThread with an event
 * loop.
 */
#include "peer-qt.h"

#include <QEvent>
#include <QThread>

namespace {

const QEvent::Type post_type = static_cast<QEvent::Type> (QEvent::registerEventType ());

class PostEvent : public QEvent {
public:
  explicit PostEvent (void *what) : QEvent (post_type), data (what)
  {
  }

  void *const data;
};

} /* namespace */

/* One for each producer. */
class BenchSender : public QObject {
  Q_OBJECT

Q_SIGNALS:
  void sent (void *data);
};

/* In the GUI thread. */
class BenchReceiver : public QObject {
  Q_OBJECT

public:
  explicit BenchReceiver (const BenchLoad *load)
  {
    for (unsigned i = 0; i < load->producers; i++)
      connect (&senders[i], &BenchSender::sent, this, &BenchReceiver::receive, Qt::QueuedConnection);
  }

  void receive (void *data)
  {
    if (bench_post_arrived (data))
      loop.quit ();
  }

  BenchLoop loop;
  BenchSender senders[BENCH_MAX_PRODUCERS];

protected:
  void customEvent (QEvent *event) override
  {
    receive (static_cast<PostEvent *> (event)->data);
  }
};

namespace {

void
invoke_submit (void *peer, void *data)
{
  BenchReceiver *receiver = static_cast<BenchReceiver *> (peer);

  QMetaObject::invokeMethod (
      receiver, [receiver, data] { receiver->receive (data); }, Qt::QueuedConnection);
}

void
event_submit (void *peer, void *data)
{
  QCoreApplication::postEvent (static_cast<BenchReceiver *> (peer), new PostEvent (data));
}

void
signal_submit (void *peer, void *data)
{
  BenchReceiver *receiver = static_cast<BenchReceiver *> (peer);

  Q_EMIT receiver->senders[bench_post_producer (data)].sent (data);
}

int64_t
run_flood (const BenchLoad *load, const BenchProducing &producing)
{
  BenchReceiver receiver (load);
  BenchProducers *producers = bench_producers_new_full (load, &producing, &receiver);
  int64_t start, end;

  start = bench_producers_go (producers);
  receiver.loop.run ();
  end = bench_now ();
  bench_producers_join (producers);

  BenchLoop::drain ();
  return end - start;
}

int64_t
run_posts (const BenchLoad *load, const BenchProducing &producing)
{
  int64_t elapsed;

  bench_ledger_open_posts (load);
  elapsed = run_flood (load, producing);
  bench_ledger_close ();
  return elapsed;
}

/* ---- results of two threads -------------------------------------------------------------------------------------- */

void
result_submit (void *peer, void *data)
{
  BenchReceiver *receiver = static_cast<BenchReceiver *> (peer);
  BenchResult *result = bench_result_new (data);

  QMetaObject::invokeMethod (
      receiver,
      [receiver, result] {
        bool is_last = bench_result_arrived (result);

        std::free (result);
        if (is_last)
          receiver->loop.quit ();
      },
      Qt::QueuedConnection);
}

void
worker_start (void *, unsigned, void (*run) (void *data), void *data)
{
  QThread *thread = QThread::create (run, data);

  QObject::connect (thread, &QThread::finished, thread, &QObject::deleteLater);
  thread->start ();
}

/* ---- answers ----------------------------------------------------------------------------------------------------- */

/* The producer's. */
QObject *asker;
QEventLoop *asker_loop;

void
ask (void *peer, void *data)
{
  BenchReceiver *receiver = static_cast<BenchReceiver *> (peer);

  QMetaObject::invokeMethod (
      receiver,
      [receiver, data] {
        int64_t answer = bench_post_answer (data);

        QMetaObject::invokeMethod (
            asker,
            [receiver, data, answer] {
              if (bench_answer_arrived (data, answer))
                {
                  asker_loop->quit ();
                  receiver->loop.quit_from_thread ();
                }
            },
            Qt::QueuedConnection);
      },
      Qt::QueuedConnection);
}

void
asker_set_up (void *)
{
  asker = new QObject;
  asker_loop = new QEventLoop;
}

void
asker_wind_up (void *)
{
  asker_loop->exec ();
  delete asker_loop;
  delete asker;
}

} /* namespace */

/* ---- the contestants -------------------------------------------------------------------------------------------- */

const char *
bench_qt_version (void)
{
  return qVersion ();
}

int64_t
bench_qt_invoke_post (const BenchLoad *load)
{
  return run_posts (load, { invoke_submit, nullptr, nullptr, nullptr });
}

int64_t
bench_qt_event_post (const BenchLoad *load)
{
  return run_posts (load, { event_submit, nullptr, nullptr, nullptr });
}

int64_t
bench_qt_signal_post (const BenchLoad *load)
{
  return run_posts (load, { signal_submit, nullptr, nullptr, nullptr });
}

int64_t
bench_qt_invoke_results (const BenchLoad *load)
{
  return run_posts (load, { result_submit, worker_start, nullptr, nullptr });
}

int64_t
bench_qt_invoke_post_then (const BenchLoad *load)
{
  int64_t elapsed;

  bench_ledger_open_answers (load);
  elapsed = run_flood (load, { ask, worker_start, asker_set_up, asker_wind_up });
  bench_answers_close ();
  return elapsed;
}

#include "peer-qt.moc"
