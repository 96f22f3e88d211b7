/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Jobs of libdex: a fiber of its pool of threads, and what follows it in the GUI thread by dex_future_then(). libdex
 * may run the latter inside dex_future_then(), when the job is over before that. The size of the pool is libdex's own
 * affair: half as many threads as there are processors, at least one.
 */
#include "bench.h"

#include <libdex.h>

static struct
{
  DexScheduler *pool;
  GMainLoop *loop;
  uint64_t next, end; /* one after the other; next == end: nothing follows a completion */
  unsigned pause;     /* milliseconds before the next one */
  bool is_over;       /* perhaps before the loop runs */
} errand;

static void submit (uint64_t index);

static gboolean
submit_trip (gpointer data)
{
  (void) data;
  bench_trip_begin ();
  submit (errand.next++);
  return G_SOURCE_REMOVE;
}

static DexFuture *
work (gpointer data)
{
  return dex_future_new_for_int64 (bench_job_run (data));
}

static DexFuture *
done (DexFuture *future, gpointer data)
{
  GError *error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  if (!value)
    bench_fail ("a job failed: %s", error->message);
  if (bench_job_arrived (data, g_value_get_int64 (value)))
    {
      errand.is_over = true;
      g_main_loop_quit (errand.loop);
    }
  else if (errand.next < errand.end && errand.pause)
    g_timeout_add (errand.pause, submit_trip, NULL);
  else if (errand.next < errand.end)
    submit_trip (NULL);
  return NULL;
}

static void
submit (uint64_t index)
{
  void *data = bench_job_data (index);

  dex_future_disown (dex_future_then (dex_scheduler_spawn (errand.pool, 0, work, data, NULL), done, data, NULL));
}

static int64_t
lap (uint64_t count, bool all_at_once)
{
  int64_t start, end;

  if (all_at_once)
    bench_ledger_open_jobs (count);
  else
    bench_ledger_open_trips (count);
  errand.next = all_at_once ? count : 0;
  errand.end = count;
  errand.is_over = false;
  start = bench_now ();
  if (!all_at_once)
    submit_trip (NULL);
  for (uint64_t i = 0; i < count && all_at_once; i++)
    submit (i);
  if (!errand.is_over)
    g_main_loop_run (errand.loop);
  end = bench_now ();
  while (g_main_context_iteration (NULL, FALSE))
    ;
  bench_ledger_close ();
  return end - start;
}

static int64_t
run (const BenchLoad *load, bool all_at_once)
{
  int64_t elapsed;

  dex_init ();
  errand.pool = dex_thread_pool_scheduler_get_default ();
  errand.loop = g_main_loop_new (NULL, FALSE);
  errand.pause = 0;
  lap (bench_warm_up (load), all_at_once);
  errand.pause = load->pause;
  elapsed = lap (load->count, all_at_once);
  g_main_loop_unref (errand.loop);
  return elapsed;
}

int64_t
bench_dex_rtt (const BenchLoad *load)
{
  return run (load, false);
}

int64_t
bench_dex_fanout (const BenchLoad *load)
{
  return run (load, true);
}
