/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The list of timers. They come in twos: the first one fires and cancels the second one, which would fire later. So
 * half of them are cancelled, at all times of the run, as time limits are. The times are the same in every run.
 */
#include "bench.h"

#include <stdlib.h>

typedef struct Timer
{
  int64_t due; /* 0: not started */
  unsigned time;
  bool has_fired;
} Timer;

static Timer *timers;
static uint64_t n_timers, n_fired;
static int64_t may_be_early;

void
bench_timers_open (const BenchLoad *load, int64_t early)
{
  timers = calloc (load->count, sizeof *timers);
  if (!timers)
    bench_fail ("no memory for the list of timers");
  n_timers = load->count;
  n_fired = 0;
  may_be_early = early;
  for (uint64_t i = 0; i < n_timers; i += 2)
    {
      unsigned first = 1 + (unsigned) bench_scramble (i) % (load->span - 1);

      timers[i].time = first;
      timers[i + 1].time = first + 1 + (unsigned) bench_scramble (i + 1) % (load->span - first);
    }
}

unsigned
bench_timer_start (uint64_t index)
{
  Timer *timer = &timers[index];

  timer->due = bench_now () + timer->time * INT64_C (1000000);
  return timer->time;
}

bool
bench_timer_fired (uint64_t index)
{
  if (index >= n_timers || timers[index].has_fired || !timers[index].due)
    bench_fail ("timer %llu has fired twice, or was not started", (unsigned long long) index);
  if (index % 2)
    bench_fail ("timer %llu has fired after its cancel", (unsigned long long) index);
  if (bench_now () < timers[index].due - may_be_early)
    bench_fail ("timer %llu of %u ms has fired early", (unsigned long long) index, timers[index].time);
  timers[index].has_fired = true;
  return ++n_fired == n_timers / 2;
}

void
bench_timers_close (void)
{
  if (n_fired != n_timers / 2)
    bench_fail ("%llu of %llu timers have fired", (unsigned long long) n_fired, (unsigned long long) n_timers / 2);
  free (timers);
  timers = NULL;
}
