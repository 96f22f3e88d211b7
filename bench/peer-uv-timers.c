/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Timers of libuv, each of them allocated. Its clock has whole milliseconds, so that one may come by one of them early.
 */
#include "bench.h"

#ifdef LODGER_HAVE_UV

#include <stdlib.h>
#include <uv.h>

#define EARLY 1000000

static uv_loop_t loop;
static uv_timer_t **limits; /* the second one of each two */

static void
free_timer (uv_handle_t *timer)
{
  free (timer);
}

/* The loop ends when the last timer is closed. */
static void
fired (uv_timer_t *timer)
{
  uint64_t index = (uint64_t) (uintptr_t) timer->data;

  bench_timer_fired (index);
  uv_close ((uv_handle_t *) limits[index / 2], free_timer);
  uv_close ((uv_handle_t *) timer, free_timer);
}

static uv_timer_t *
start (uint64_t index, unsigned time)
{
  uv_timer_t *timer = malloc (sizeof *timer);

  if (!timer)
    bench_fail ("no memory for a timer");
  uv_timer_init (&loop, timer);
  timer->data = (void *) (uintptr_t) index;
  uv_timer_start (timer, fired, time, 0);
  return timer;
}

int64_t
bench_uv_timers (const BenchLoad *load)
{
  int64_t begin, end;

  if (uv_loop_init (&loop))
    bench_fail ("no loop");
  bench_timers_open (load, EARLY);
  begin = bench_process_now ();
  limits = calloc (load->count / 2, sizeof (uv_timer_t *));
  if (!limits)
    bench_fail ("no memory for the timers");
  for (uint64_t i = 0; i < load->count; i += 2)
    {
      unsigned first = bench_timer_start (i), second = bench_timer_start (i + 1);

      /* Else the loop's time is that of its last turn, and the timers come early. */
      uv_update_time (&loop);
      start (i, first);
      limits[i / 2] = start (i + 1, second);
    }
  uv_run (&loop, UV_RUN_DEFAULT);
  free (limits);
  end = bench_process_now ();
  if (uv_loop_close (&loop))
    bench_fail ("a timer is left");
  bench_timers_close ();
  return end - begin;
}

#endif
