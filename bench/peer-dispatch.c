/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libdispatch, on Linux: posts are dispatch_async_f() to the main queue, jobs dispatch_async_f() to the global queue
 * and then to the main queue.
 *
 * The program's main thread takes the main queue as a GUI's does: a loop polls the queue's descriptor and calls the
 * function that CoreFoundation's run loop calls. dispatch_main() would end the main thread. The global queue has as
 * many threads as there are processors.
 */
#include "bench.h"
#include "dispatch-headers.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>

/* CoreFoundation's own: libdispatch has no header for them. */
extern int _dispatch_get_main_queue_handle_4CF (void);
extern void _dispatch_main_queue_callback_4CF (void *message);

static bool is_over;

/* Until is_over. The queue is taken as a whole, as libuv's array is. */
static void
run_main_queue (void)
{
  struct pollfd poll_main = { .fd = _dispatch_get_main_queue_handle_4CF (), .events = POLLIN };
  eventfd_t count;

  while (!is_over)
    {
      if (poll (&poll_main, 1, -1) != 1)
        continue;
      eventfd_read (poll_main.fd, &count);
      _dispatch_main_queue_callback_4CF (NULL);
    }
  is_over = false;
}

/* Runs whatever is still ready: a call delivered twice would come to light here. */
static void
drain (void)
{
  struct pollfd poll_main = { .fd = _dispatch_get_main_queue_handle_4CF (), .events = POLLIN };
  eventfd_t count;

  while (poll (&poll_main, 1, 0) == 1)
    {
      eventfd_read (poll_main.fd, &count);
      _dispatch_main_queue_callback_4CF (NULL);
    }
}

/* ---- posts ------------------------------------------------------------------------------------------------------ */

static int64_t
run_flood (const BenchLoad *load, const BenchProducing *producing)
{
  BenchProducers *producers = bench_producers_new_full (load, producing, NULL);
  int64_t start = bench_producers_go (producers), end;

  run_main_queue ();
  end = bench_now ();
  bench_producers_join (producers);
  drain ();
  return end - start;
}

static int64_t
run_posts (const BenchLoad *load, const BenchProducing *producing)
{
  int64_t elapsed;

  bench_ledger_open_posts (load);
  elapsed = run_flood (load, producing);
  bench_ledger_close ();
  return elapsed;
}

static void
post_arrived (void *data)
{
  if (bench_post_arrived (data))
    is_over = true;
}

static void
post_submit (void *peer, void *data)
{
  (void) peer;
  dispatch_async_f (dispatch_get_main_queue (), data, post_arrived);
}

int64_t
bench_dispatch_post (const BenchLoad *load)
{
  return run_posts (load, &(BenchProducing) { .submit = post_submit });
}

/* ---- results of two threads of the global queue ------------------------------------------------------------------ */

static void
result_arrived (void *data)
{
  if (bench_result_arrived (data))
    is_over = true;
  free (data);
}

static void
result_submit (void *peer, void *data)
{
  (void) peer;
  dispatch_async_f (dispatch_get_main_queue (), bench_result_new (data), result_arrived);
}

static void
worker_start (void *peer, unsigned number, void (*run) (void *data), void *data)
{
  (void) peer;
  (void) number;
  dispatch_async_f (dispatch_get_global_queue (DISPATCH_QUEUE_PRIORITY_DEFAULT, 0), data, run);
}

int64_t
bench_dispatch_results (const BenchLoad *load)
{
  return run_posts (load, &(BenchProducing) { .submit = result_submit, .start = worker_start });
}

/* ---- jobs ------------------------------------------------------------------------------------------------------- */

typedef struct Job
{
  void *data;
  int64_t result;
} Job;

static struct
{
  uint64_t next, end; /* one after the other; next == end: nothing follows a completion */
  unsigned pause;     /* milliseconds before the next one */
} errand;

static void submit (uint64_t index);

static void
submit_trip (void *data)
{
  (void) data;
  bench_trip_begin ();
  submit (errand.next++);
}

static void
job_done (void *data)
{
  Job job = *(Job *) data;

  free (data);
  if (bench_job_arrived (job.data, job.result))
    is_over = true;
  else if (errand.next < errand.end && errand.pause)
    dispatch_after_f (dispatch_time (DISPATCH_TIME_NOW, errand.pause * (int64_t) NSEC_PER_MSEC),
                      dispatch_get_main_queue (), NULL, submit_trip);
  else if (errand.next < errand.end)
    submit_trip (NULL);
}

static void
job_work (void *data)
{
  Job *job = data;

  job->result = bench_job_run (job->data);
  dispatch_async_f (dispatch_get_main_queue (), job, job_done);
}

static void
submit (uint64_t index)
{
  Job *job = malloc (sizeof *job);

  if (!job)
    bench_fail ("no memory for a job");
  job->data = bench_job_data (index);
  dispatch_async_f (dispatch_get_global_queue (DISPATCH_QUEUE_PRIORITY_DEFAULT, 0), job, job_work);
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
    submit (i);
  run_main_queue ();
  end = bench_now ();
  drain ();
  bench_ledger_close ();
  return end - start;
}

static int64_t
run_jobs (const BenchLoad *load, bool all_at_once)
{
  errand.pause = 0;
  lap (bench_warm_up (load), all_at_once);
  errand.pause = load->pause;
  return lap (load->count, all_at_once);
}

int64_t
bench_dispatch_rtt (const BenchLoad *load)
{
  return run_jobs (load, false);
}

int64_t
bench_dispatch_fanout (const BenchLoad *load)
{
  return run_jobs (load, true);
}
