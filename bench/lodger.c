/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lodger, as a GLib program has it: a plain GMainLoop on the default context, and one line that attaches to it.
 */
#include "bench.h"

#include <glib.h>
#include <lodger-glib.h>
#include <lodger/lodger.h>

/* Everything that the call-backs need. */
typedef struct Errand
{
  LodgerCaller *caller;
  GMainLoop *loop;
  uint64_t next, end; /* jobs one after the other; next == end: nothing follows a completion */
} Errand;

static Errand errand;

static void
set_up (void)
{
  GError *error = NULL;

  errand.caller = lodger_glib_attach_full (NULL, LODGER_CALLER_OPTIONS (.max_workers = BENCH_WORKERS), &error);
  if (!errand.caller)
    bench_fail ("cannot attach: %s", error->message);
  errand.loop = g_main_loop_new (NULL, FALSE);
}

static void
tear_down (void)
{
  int code;

  while (g_main_context_iteration (NULL, FALSE))
    ;
  code = lodger_caller_leave (errand.caller);
  if (code)
    bench_fail ("cannot leave: %s", lodger_error_code_string (code));
  lodger_caller_unref (errand.caller);
  g_main_loop_unref (errand.loop);
}

/* ---- posts ------------------------------------------------------------------------------------------------------ */

static void
direct_arrived (void *data)
{
  if (bench_post_arrived (data))
    g_main_loop_quit (errand.loop);
}

static void
direct_submit (void *peer, void *data)
{
  int code = lodger_caller_call_direct (peer, direct_arrived, data, NULL);

  if (code)
    bench_fail ("a call was refused: %s", lodger_error_code_string (code));
}

static void
soon_arrived (LodgerPending *self, void *data)
{
  (void) self;
  direct_arrived (data);
}

static void
soon_submit (void *peer, void *data)
{
  lodger_pending_disown (lodger_caller_call_soon (peer, soon_arrived, data, NULL));
}

static int64_t
run_posts (const BenchLoad *load, BenchSubmit *submit)
{
  BenchProducers *producers;
  int64_t start, end;

  set_up ();
  bench_ledger_open_posts (load);
  producers = bench_producers_new (load, submit, errand.caller);

  start = bench_producers_go (producers);
  g_main_loop_run (errand.loop);
  end = bench_now ();
  bench_producers_join (producers);

  tear_down ();
  bench_ledger_close ();
  return end - start;
}

int64_t
bench_lodger_post (const BenchLoad *load)
{
  return run_posts (load, direct_submit);
}

int64_t
bench_lodger_post_soon (const BenchLoad *load)
{
  return run_posts (load, soon_submit);
}

/* ---- jobs ------------------------------------------------------------------------------------------------------- */

static void
job_work (LodgerPending *self, void *data)
{
  lodger_pending_return_int (self, bench_job_run (data));
}

static void submit_job (uint64_t index);

static void
job_done (LodgerPending *self, LodgerPending *done, void *data)
{
  int64_t result;
  int code = lodger_pending_get_int (done, &result);

  (void) self;
  if (code)
    bench_fail ("a job failed: %s", lodger_error_code_string (code));
  if (bench_job_arrived (data, result))
    g_main_loop_quit (errand.loop);
  else if (errand.next < errand.end)
    submit_job (errand.next++);
}

static void
submit_job (uint64_t index)
{
  void *data = bench_job_data (index);
  LodgerPending *work = lodger_caller_to_thread (errand.caller, job_work, data, NULL);

  lodger_pending_disown (lodger_pending_then (work, errand.caller, job_done, data, NULL));
  lodger_pending_unref (work);
}

static int64_t
lap (uint64_t count, bool all_at_once)
{
  int64_t start, end;

  bench_ledger_open_jobs (count);
  errand.next = all_at_once ? count : 1;
  errand.end = count;
  start = bench_now ();
  for (uint64_t i = 0; i < (all_at_once ? count : 1); i++)
    submit_job (i);
  g_main_loop_run (errand.loop);
  end = bench_now ();
  while (g_main_context_iteration (NULL, FALSE))
    ;
  bench_ledger_close ();
  return end - start;
}

static int64_t
run_jobs (const BenchLoad *load, bool all_at_once)
{
  int64_t elapsed;

  set_up ();
  lap (bench_warm_up (load), all_at_once);
  elapsed = lap (load->count, all_at_once);
  tear_down ();
  return elapsed;
}

int64_t
bench_lodger_rtt (const BenchLoad *load)
{
  return run_jobs (load, false);
}

int64_t
bench_lodger_fanout (const BenchLoad *load)
{
  return run_jobs (load, true);
}
