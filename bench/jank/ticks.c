/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * When ticks are due, and how late each one was. A tick is due in each period. If its loop is late by more than a
 * period, the ticks that were due in the meantime never come, as frames do not: the one that comes is as late as the
 * first of them.
 */
#include "jank.h"

#include <stdlib.h>

enum
{
  MOST = 100000
};

static struct
{
  int64_t start, next; /* the number of the next one, from 1 on */
  int64_t waited;      /* as the main thread has, until the tick before */
  unsigned count;
  bool is_over;
} ticks;

/* Of each tick; and the same less what the main thread has waited for a processor since the tick before. */
static double late[MOST], own[MOST];
static size_t n_late;

void
jank_ticks_begin (int64_t start)
{
  ticks.start = start;
  ticks.next = 1;
  ticks.waited = jank_waited ();
  ticks.count = 0;
  ticks.is_over = false;
}

int64_t
jank_next_tick (void)
{
  return ticks.start + ticks.next * 1000000000 / TICKS_HZ;
}

static void
note (int64_t ns)
{
  int64_t waited = jank_waited (), own_ns = ns - (waited - ticks.waited);

  if (n_late == MOST)
    bench_fail ("too many ticks");
  late[n_late] = (double) ns;
  own[n_late++] = own_ns > 0 ? (double) own_ns : 0;
  ticks.waited = waited;
}

/* The first one after the end of the time does not count, but was late all the same if it was due before. */
void
jank_ticked (void)
{
  int64_t now = bench_now ();

  if (now < jank_next_tick ())
    return;
  if (jank_is_over () || jank_next_tick () >= jank_end_of_run ())
    {
      jank_ticks_end (jank_end_of_run (), now);
      jank_tick_after_end ();
    }
  else
    {
      note (now - jank_next_tick ());
      ticks.count++;
    }
  while (jank_next_tick () <= now)
    ticks.next++;
}

unsigned
jank_ticks_end (int64_t end, int64_t now)
{
  if (!ticks.is_over && jank_next_tick () < end)
    note (now - jank_next_tick ());
  ticks.is_over = true;
  return ticks.count;
}

static int
compare (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

Lateness
jank_lateness (void)
{
  Lateness lateness = { 0 };

  if (n_late == 0)
    return lateness;
  qsort (late, n_late, sizeof *late, compare);
  lateness.median = bench_median (late, n_late);
  lateness.p99 = late[(n_late * 99 + 99) / 100 - 1];
  lateness.max = late[n_late - 1];
  qsort (own, n_late, sizeof *own, compare);
  lateness.own_p99 = own[(n_late * 99 + 99) / 100 - 1];
  return lateness;
}

void
jank_forget_lateness (void)
{
  n_late = 0;
}
