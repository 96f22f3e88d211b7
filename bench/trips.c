/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The time of each round trip: from just before its submission to its delivery. One trip is under way at a time. The
 * clock is read twice a trip, for everybody.
 */
#include "bench.h"

#include <stdlib.h>

static int64_t *times;
static uint64_t n_times, capacity;
static int64_t begun; /* 0: none is under way */

/* Before the ledger looks at the job. */
static void
end_trip (void)
{
  int64_t now = bench_now ();

  if (!begun || n_times == capacity)
    bench_fail ("a trip has ended that has not begun");
  times[n_times++] = now - begun;
  begun = 0;
}

void
bench_ledger_open_trips (uint64_t count)
{
  free (times);
  times = calloc (count, sizeof *times);
  if (!times)
    bench_fail ("no memory for the times of the trips");
  /* Its pages are there before the first trip. */
  for (uint64_t i = 0; i < count; i++)
    times[i] = -1;
  capacity = count;
  n_times = 0;
  begun = 0;
  bench_ledger_open_jobs (count);
  bench_ledger_on_job (end_trip);
}

void
bench_trip_begin (void)
{
  if (begun)
    bench_fail ("a trip begins before the last one has ended");
  begun = bench_now ();
}

static int
compare (const void *a, const void *b)
{
  int64_t x = *(const int64_t *) a, y = *(const int64_t *) b;

  return (x > y) - (x < y);
}

void
bench_trips_sum_up (int64_t *ret_median, int64_t *ret_tail)
{
  if (n_times == 0 || n_times != capacity)
    bench_fail ("%llu of %llu trips have a time", (unsigned long long) n_times, (unsigned long long) capacity);
  qsort (times, n_times, sizeof *times, compare);
  *ret_median = times[n_times / 2];
  *ret_tail = times[(n_times - 1) * 99 / 100];
}
