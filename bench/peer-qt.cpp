/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Qt's own ways into a thread's event loop. Each run has a QCoreApplication of its own, in the program's main thread,
 * and so a dispatcher of its own: GLib's, or with QT_NO_GLIB the one that polls by itself. contestants.c says which.
 *
 * Posts: QMetaObject::invokeMethod with a function, a custom event with QCoreApplication::postEvent, and a signal whose
 * connection is queued. The last two carry bare data for one fixed function.
 *
 * Jobs: on the global QThreadPool, limited to the same number of threads as the others have; or by a signal to a QThread
 * with an event loop, and by another one back. Qt may deliver the end of a future's job inside then(), when the job is
 * over before then() is called.
 */
#include "bench.h"

#include <QAbstractEventDispatcher>
#include <QCoreApplication>
#include <QEvent>
#include <QEventLoop>
#include <QFutureWatcher>
#include <QList>
#include <QThread>
#include <QThreadPool>
#include <QtConcurrent>
#include <clocale>
#include <cstring>

namespace {

/* ---- the GUI thread's loop --------------------------------------------------------------------------------------- */

class Loop {
public:
  Loop ()
  {
    bool is_plain = !qEnvironmentVariableIsEmpty ("QT_NO_GLIB");
    const char *kind = QAbstractEventDispatcher::instance ()->metaObject ()->className ();

    /* Qt has set the user's locale. The figures are the same everywhere. */
    std::setlocale (LC_NUMERIC, "C");
    if (is_plain && std::strstr (kind, "Glib"))
      bench_fail ("the dispatcher is %s", kind);
    QThreadPool::globalInstance ()->setMaxThreadCount (BENCH_WORKERS);
  }

  /* Until quit (), which may have been called before. */
  void run ()
  {
    if (!is_over)
      loop.exec ();
    is_over = false;
  }

  void quit ()
  {
    is_over = true;
    loop.quit ();
  }

  /* Runs whatever is still ready: a call delivered twice would come to light here. */
  static void drain ()
  {
    for (int i = 0; i < 3; i++)
      QCoreApplication::processEvents ();
  }

private:
  int argc = 1;
  char name[sizeof "lodger-bench"] = "lodger-bench";
  char *argv[2] = { name, nullptr };
  QCoreApplication application { argc, argv };
  QEventLoop loop;
  bool is_over = false;
};

/* ---- posts ------------------------------------------------------------------------------------------------------ */

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

  Loop loop;
  BenchSender senders[BENCH_MAX_PRODUCERS];

protected:
  void customEvent (QEvent *event) override
  {
    receive (static_cast<PostEvent *> (event)->data);
  }
};

/* A thread's worker for the jobs that signals carry. */
class BenchWorker : public QObject {
  Q_OBJECT

public:
  void work (void *data)
  {
    Q_EMIT done (data, bench_job_run (data));
  }

Q_SIGNALS:
  void done (void *data, qint64 result);
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
run_posts (const BenchLoad *load, BenchSubmit *submit)
{
  BenchReceiver receiver (load);
  BenchProducers *producers;
  int64_t start, end;

  bench_ledger_open_posts (load);
  producers = bench_producers_new (load, submit, &receiver);

  start = bench_producers_go (producers);
  receiver.loop.run ();
  end = bench_now ();
  bench_producers_join (producers);

  Loop::drain ();
  bench_ledger_close ();
  return end - start;
}

/* ---- jobs ------------------------------------------------------------------------------------------------------- */

class Errand;

typedef void Submit (Errand *errand, uint64_t index);

/* Either all jobs at once, or each after the one before has come back. */
class Errand {
public:
  explicit Errand (Submit *one) : submit (one)
  {
  }

  /* In the GUI thread: a job is back. */
  void arrived (void *data, int64_t result)
  {
    if (bench_job_arrived (data, result))
      loop.quit ();
    else if (next < end)
      submit (this, next++);
  }

  int64_t run (const BenchLoad *load, bool all_at_once)
  {
    lap (bench_warm_up (load), all_at_once);
    return lap (load->count, all_at_once);
  }

  Loop loop;
  QObject context; /* what lives in the GUI thread */
  uint64_t n_jobs = 0;

private:
  int64_t lap (uint64_t count, bool all_at_once)
  {
    int64_t started, ended;

    bench_ledger_open_jobs (count);
    n_jobs = count;
    next = all_at_once ? count : 1;
    end = count;
    started = bench_now ();
    for (uint64_t i = 0; i < (all_at_once ? count : 1); i++)
      submit (this, i);
    loop.run ();
    ended = bench_now ();
    Loop::drain ();
    bench_ledger_close ();
    return ended - started;
  }

  Submit *submit;
  uint64_t next = 0, end = 0; /* one after the other; next == end: nothing follows a completion */
};

void
then_submit (Errand *errand, uint64_t index)
{
  void *data = bench_job_data (index);

  QtConcurrent::run (bench_job_run, data).then (&errand->context, [errand, data] (int64_t result) {
    errand->arrived (data, result);
  });
}

void
pool_submit (Errand *errand, uint64_t index)
{
  void *data = bench_job_data (index);

  QThreadPool::globalInstance ()->start ([errand, data] {
    int64_t result = bench_job_run (data);
    QMetaObject::invokeMethod (
        &errand->context, [errand, data, result] { errand->arrived (data, result); }, Qt::QueuedConnection);
  });
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
  return run_posts (load, invoke_submit);
}

int64_t
bench_qt_event_post (const BenchLoad *load)
{
  return run_posts (load, event_submit);
}

int64_t
bench_qt_signal_post (const BenchLoad *load)
{
  return run_posts (load, signal_submit);
}

int64_t
bench_qt_then_rtt (const BenchLoad *load)
{
  return Errand (then_submit).run (load, false);
}

int64_t
bench_qt_pool_rtt (const BenchLoad *load)
{
  return Errand (pool_submit).run (load, false);
}

/* One watcher, used again for each trip. */
int64_t
bench_qt_watcher_rtt (const BenchLoad *load)
{
  static QFutureWatcher<int64_t> *watcher;
  static void *data;
  Errand errand ([] (Errand *, uint64_t index) {
    data = bench_job_data (index);
    watcher->setFuture (QtConcurrent::run (bench_job_run, data));
  });
  QFutureWatcher<int64_t> own;

  watcher = &own;
  QObject::connect (watcher, &QFutureWatcherBase::finished, &errand.context,
                    [&errand] { errand.arrived (data, watcher->result ()); });
  return errand.run (load, false);
}

/* To the thread and back, each time by a signal whose connection is queued. */
int64_t
bench_qt_signal_rtt (const BenchLoad *load)
{
  static BenchSender *sender;
  Errand errand ([] (Errand *, uint64_t index) { Q_EMIT sender->sent (bench_job_data (index)); });
  BenchSender own;
  BenchWorker worker;
  QThread thread;
  int64_t elapsed;

  sender = &own;
  worker.moveToThread (&thread);
  QObject::connect (sender, &BenchSender::sent, &worker, &BenchWorker::work, Qt::QueuedConnection);
  QObject::connect (
      &worker, &BenchWorker::done, &errand.context,
      [&errand] (void *data, qint64 result) { errand.arrived (data, result); }, Qt::QueuedConnection);
  thread.start ();
  elapsed = errand.run (load, false);
  thread.quit ();
  thread.wait ();
  return elapsed;
}

int64_t
bench_qt_then_fanout (const BenchLoad *load)
{
  return Errand (then_submit).run (load, true);
}

int64_t
bench_qt_pool_fanout (const BenchLoad *load)
{
  return Errand (pool_submit).run (load, true);
}

/* One call for the whole list: the watcher tells of the results that have come, many at a time. */
int64_t
bench_qt_mapped_fanout (const BenchLoad *load)
{
  static QFutureWatcher<int64_t> *watcher;
  Errand errand ([] (Errand *self, uint64_t index) {
    if (index == 0)
      {
        QList<void *> list;

        list.reserve (static_cast<qsizetype> (self->n_jobs));
        for (uint64_t i = 0; i < self->n_jobs; i++)
          list.append (bench_job_data (i));
        watcher->setFuture (QtConcurrent::mapped (std::move (list), bench_job_run));
      }
  });
  QFutureWatcher<int64_t> own;

  watcher = &own;
  QObject::connect (watcher, &QFutureWatcherBase::resultsReadyAt, &errand.context, [&errand] (int begin, int end) {
    for (int i = begin; i < end; i++)
      errand.arrived (bench_job_data (static_cast<uint64_t> (i)), watcher->resultAt (i));
  });
  return errand.run (load, true);
}

#include "peer-qt.moc"
