/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Jobs of Qt: on the global QThreadPool, limited to the same number of threads as the others have; or by a signal to a
 * QThread with an event loop, and by another one back.
 */
#include "qt-errand.h"

#include <QFutureWatcher>
#include <QList>
#include <QPromise>
#include <QRunnable>
#include <QThread>
#include <QtConcurrent>

class BenchTripSender : public QObject {
  Q_OBJECT

Q_SIGNALS:
  void sent (void *data);
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

/* What QtConcurrent::run() makes and starts. Qt 6.4 crashes now and then when then() is called while the job ends: it runs
 * the continuation twice. So the job is started after that. */
class PromisedJob : public QRunnable {
public:
  PromisedJob (Errand *errand, void *data) : job (data)
  {
    promise.start ();
    promise.future ().then (&errand->context, [errand, data] (int64_t result) { errand->arrived (data, result); });
  }

  void run () override
  {
    promise.addResult (bench_job_run (job));
    promise.finish ();
  }

private:
  void *job;
  QPromise<int64_t> promise;
};

void
then_submit (Errand *errand, uint64_t index)
{
  QThreadPool::globalInstance ()->start (new PromisedJob (errand, bench_job_data (index)));
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
  static BenchTripSender *sender;
  Errand errand ([] (Errand *, uint64_t index) { Q_EMIT sender->sent (bench_job_data (index)); });
  BenchTripSender own;
  BenchWorker worker;
  QThread thread;
  int64_t elapsed;

  sender = &own;
  worker.moveToThread (&thread);
  QObject::connect (sender, &BenchTripSender::sent, &worker, &BenchWorker::work, Qt::QueuedConnection);
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

#include "peer-qt-jobs.moc"
