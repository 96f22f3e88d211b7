/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Delayed calls. Those that will be cancelled are kept by their pendings.
 */
#include "lodger-side.h"

static LodgerSide side;
static LodgerPending **limits; /* the second one of each two */

static void
fired (LodgerPending *self, void *data)
{
  uint64_t index = (uint64_t) (uintptr_t) data;
  LodgerPending *limit = limits[index / 2];

  (void) self;
  if (bench_timer_fired (index))
    g_main_loop_quit (side.loop);
  lodger_pending_cancel (limit, NULL);
  lodger_pending_unref (limit);
}

static LodgerPending *
start (uint64_t index)
{
  int64_t delay = bench_timer_start (index) * INT64_C (1000000);

  return lodger_caller_call_later (side.caller, delay, fired, (void *) (uintptr_t) index, NULL);
}

int64_t
bench_lodger_timers (const BenchLoad *load)
{
  int64_t begin, end;

  lodger_side_attach (&side);
  bench_timers_open (load, 0);
  begin = bench_process_now ();
  limits = g_new (LodgerPending *, load->count / 2);
  for (uint64_t i = 0; i < load->count; i += 2)
    {
      lodger_pending_disown (start (i));
      limits[i / 2] = start (i + 1);
    }
  g_main_loop_run (side.loop);
  g_free (limits);
  end = bench_process_now ();
  lodger_side_leave (&side);
  bench_timers_close ();
  return end - begin;
}
