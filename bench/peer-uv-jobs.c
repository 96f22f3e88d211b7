/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Jobs of libuv: uv_queue_work, with UV_THREADPOOL_SIZE set to the same number of threads as the others have (main.c
 * does it); its request is allocated for each job, or used again where only one is under way.
 */
#include "bench.h"

#ifdef LODGER_HAVE_UV

#include <stdlib.h>
#include <uv.h>

static void
check (int code, const char *what)
{
  if (code)
    bench_fail ("%s: %s", what, uv_strerror (code));
}

typedef struct Job
{
  uv_work_t request;
  void *data;
  int64_t result;
} Job;

static void
job_work (uv_work_t *request)
{
  Job *job = (Job *) request;

  job->result = bench_job_run (job->data);
}

static void
fanout_done (uv_work_t *request, int status)
{
  Job *job = (Job *) request;

  check (status, "uv_queue_work");
  bench_job_arrived (job->data, job->result);
  free (job);
}

static int64_t
fanout_lap (uv_loop_t *loop, uint64_t count, unsigned pause)
{
  int64_t start, end;

  (void) pause;
  bench_ledger_open_jobs (count);
  start = bench_now ();
  for (uint64_t i = 0; i < count; i++)
    {
      Job *job = malloc (sizeof *job);

      if (!job)
        bench_fail ("no memory for a job");
      job->data = bench_job_data (i);
      check (uv_queue_work (loop, &job->request, job_work, fanout_done), "uv_queue_work");
    }
  uv_run (loop, UV_RUN_DEFAULT);
  end = bench_now ();
  bench_ledger_close ();
  return end - start;
}

typedef struct Trips
{
  Job job;
  uv_timer_t timer;
  uint64_t next, end;
  unsigned pause; /* milliseconds before the next one */
} Trips;

static void trip_done (uv_work_t *request, int status);

static void
submit_trip (Trips *trips)
{
  uv_loop_t *loop = trips->timer.loop;

  bench_trip_begin ();
  trips->job.data = bench_job_data (trips->next++);
  check (uv_queue_work (loop, &trips->job.request, job_work, trip_done), "uv_queue_work");
}

static void
pause_over (uv_timer_t *timer)
{
  submit_trip (timer->data);
}

static void
trip_done (uv_work_t *request, int status)
{
  Job *job = (Job *) request;
  Trips *trips = request->loop->data;

  check (status, "uv_queue_work");
  bench_job_arrived (job->data, job->result);
  if (trips->next == trips->end)
    uv_close ((uv_handle_t *) &trips->timer, NULL);
  else if (trips->pause)
    check (uv_timer_start (&trips->timer, pause_over, trips->pause, 0), "uv_timer_start");
  else
    submit_trip (trips);
}

static int64_t
rtt_lap (uv_loop_t *loop, uint64_t count, unsigned pause)
{
  Trips trips = { .end = count, .pause = pause };
  int64_t start, end;

  loop->data = &trips;
  check (uv_timer_init (loop, &trips.timer), "uv_timer_init");
  trips.timer.data = &trips;
  bench_ledger_open_trips (count);
  start = bench_now ();
  submit_trip (&trips);
  uv_run (loop, UV_RUN_DEFAULT);
  end = bench_now ();
  bench_ledger_close ();
  return end - start;
}

static int64_t
run_laps (const BenchLoad *load, int64_t (*lap) (uv_loop_t *loop, uint64_t count, unsigned pause))
{
  uv_loop_t loop;
  int64_t elapsed;

  check (uv_loop_init (&loop), "uv_loop_init");
  lap (&loop, bench_warm_up (load), 0);
  elapsed = lap (&loop, load->count, load->pause);
  check (uv_loop_close (&loop), "uv_loop_close");
  return elapsed;
}

int64_t
bench_uv_rtt (const BenchLoad *load)
{
  return run_laps (load, rtt_lap);
}

int64_t
bench_uv_fanout (const BenchLoad *load)
{
  return run_laps (load, fanout_lap);
}

#endif
