/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Jobs of Lodger's pool, each with a continuation in the GUI thread.
 */
#include "lodger-side.h"

#include <stdlib.h>

/* Everything that the call-backs need. */
static struct
{
  LodgerSide side;
  uint64_t next, end; /* jobs one after the other; next == end: nothing follows a completion */
  unsigned pause;     /* milliseconds before the next one */
  bool is_direct;     /* the results come by direct calls */
} errand;

static void
job_work (LodgerPending *self, void *data)
{
  lodger_pending_return_int (self, bench_job_run (data));
}

static void submit_job (uint64_t index);

static gboolean
submit_trip (gpointer data)
{
  (void) data;
  bench_trip_begin ();
  submit_job (errand.next++);
  return G_SOURCE_REMOVE;
}

static void
job_done (LodgerPending *self, LodgerPending *done, void *data)
{
  int64_t result;
  int code = lodger_pending_get_int (done, &result);

  (void) self;
  if (code)
    bench_fail ("a job failed: %s", lodger_error_code_string (code));
  if (bench_job_arrived (data, result))
    g_main_loop_quit (errand.side.loop);
  else if (errand.next < errand.end && errand.pause)
    g_timeout_add (errand.pause, submit_trip, NULL);
  else if (errand.next < errand.end)
    submit_trip (NULL);
}

static void
submit_job (uint64_t index)
{
  void *data = bench_job_data (index);
  LodgerPending *work = lodger_caller_to_thread (errand.side.caller, job_work, data, NULL);

  lodger_pending_disown (lodger_pending_then (work, errand.side.caller, job_done, data, NULL));
  lodger_pending_unref (work);
}

/* A job whose result goes to the GUI thread by a direct call: nobody can wait for it, and it has no outcome. */
typedef struct DirectJob
{
  void *data;
  int64_t result;
} DirectJob;

static void
direct_done (void *data)
{
  DirectJob *job = data;

  if (bench_job_arrived (job->data, job->result))
    g_main_loop_quit (errand.side.loop);
  free (job);
}

static void
direct_work (LodgerPending *self, void *data)
{
  DirectJob *job = data;
  int code;

  (void) self;
  job->result = bench_job_run (job->data);
  code = lodger_caller_call_direct (errand.side.caller, direct_done, job, NULL);
  if (code)
    bench_fail ("a result was refused: %s", lodger_error_code_string (code));
}

static void
submit_direct (uint64_t index)
{
  DirectJob *job = malloc (sizeof *job);

  if (!job)
    bench_fail ("no memory for a job");
  job->data = bench_job_data (index);
  lodger_pending_disown (lodger_caller_to_thread (errand.side.caller, direct_work, job, NULL));
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
  start = bench_now ();
  if (!all_at_once)
    submit_trip (NULL);
  for (uint64_t i = 0; i < count && all_at_once; i++)
    (errand.is_direct ? submit_direct : submit_job) (i);
  g_main_loop_run (errand.side.loop);
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

  lodger_side_attach (&errand.side);
  errand.pause = 0;
  lap (bench_warm_up (load), all_at_once);
  errand.pause = load->pause;
  elapsed = lap (load->count, all_at_once);
  lodger_side_leave (&errand.side);
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

int64_t
bench_lodger_fanout_direct (const BenchLoad *load)
{
  int64_t elapsed;

  errand.is_direct = true;
  elapsed = run_jobs (load, true);
  errand.is_direct = false;
  return elapsed;
}
