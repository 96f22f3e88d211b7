/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Timers of Qt, each of them a QTimer. They are precise ones: the others may come early.
 */
#include "peer-qt.h"

#include <QTimer>
#include <vector>

namespace {

/* Its clock may round to a millisecond. */
const int64_t early = 1000000;

class Timers {
public:
  explicit Timers (uint64_t n) : count (n), limits (n / 2)
  {
  }

  void start_all ()
  {
    for (uint64_t i = 0; i < count; i += 2)
      {
        start (i);
        limits[i / 2] = start (i + 1);
      }
  }

  BenchLoop loop;

private:
  QTimer *start (uint64_t index)
  {
    QTimer *timer = new QTimer;

    timer->setSingleShot (true);
    timer->setTimerType (Qt::PreciseTimer);
    QObject::connect (timer, &QTimer::timeout, timer, [this, index, timer] { fired (index, timer); });
    timer->start (static_cast<int> (bench_timer_start (index)));
    return timer;
  }

  void fired (uint64_t index, QTimer *timer)
  {
    bool is_last = bench_timer_fired (index);

    delete limits[index / 2];
    timer->deleteLater ();
    if (is_last)
      loop.quit ();
  }

  uint64_t count;
  std::vector<QTimer *> limits; /* the second one of each two */
};

} /* namespace */

int64_t
bench_qt_timers (const BenchLoad *load)
{
  int64_t begin, end;

  bench_timers_open (load, early);
  {
    Timers timers (load->count);

    begin = bench_process_now ();
    timers.start_all ();
    timers.loop.run ();
    end = bench_process_now ();
    BenchLoop::drain ();
  }
  bench_timers_close ();
  return end - begin;
}
