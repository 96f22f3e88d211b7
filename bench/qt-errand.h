/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the runs of jobs share whose GUI thread has a loop of Qt. */
#ifndef LODGER_BENCH_QT_ERRAND_H
#define LODGER_BENCH_QT_ERRAND_H

#include "peer-qt.h"

#include <QTimer>

namespace {

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
    else if (next < end && pause)
      QTimer::singleShot (static_cast<int> (pause), Qt::PreciseTimer, &context, [this] { submit_trip (); });
    else if (next < end)
      submit_trip ();
  }

  int64_t run (const BenchLoad *load, bool all_at_once)
  {
    lap (bench_warm_up (load), all_at_once);
    pause = load->pause;
    return lap (load->count, all_at_once);
  }

  BenchLoop loop;
  QObject context; /* what lives in the GUI thread */
  uint64_t n_jobs = 0;

private:
  void submit_trip ()
  {
    bench_trip_begin ();
    submit (this, next++);
  }

  int64_t lap (uint64_t count, bool all_at_once)
  {
    int64_t started, ended;

    if (all_at_once)
      bench_ledger_open_jobs (count);
    else
      bench_ledger_open_trips (count);
    n_jobs = count;
    next = all_at_once ? count : 0;
    end = count;
    started = bench_now ();
    if (!all_at_once)
      submit_trip ();
    for (uint64_t i = 0; i < count && all_at_once; i++)
      submit (this, i);
    loop.run ();
    ended = bench_now ();
    BenchLoop::drain ();
    bench_ledger_close ();
    return ended - started;
  }

  Submit *submit;
  unsigned pause = 0;         /* milliseconds before the next one */
  uint64_t next = 0, end = 0; /* one after the other; next == end: nothing follows a completion */
};

} /* namespace */

#endif
