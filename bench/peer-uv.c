/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libuv: the GUI thread is replaced by a thread that runs a libuv loop of its own, which is libuv at its best: not as a
 * guest of GLib's.
 *
 * Posts: an array under a mutex, taken as a whole by the call-back of a uv_async_t, which is signalled only by the push
 * that finds the array empty. It carries bare data for one fixed function, as the GAsyncQueue's does. Jobs:
 * uv_queue_work, with UV_THREADPOOL_SIZE set to the same number of threads as the others have (main.c does it); its
 * request is allocated for each job, or used again where only one is under way.
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

/* ---- posts ------------------------------------------------------------------------------------------------------ */

typedef struct Batch
{
  void **items;
  size_t length, capacity;
} Batch;

typedef struct PostQueue
{
  uv_loop_t loop;
  uv_async_t async;
  uv_mutex_t lock;
  Batch filling; /* under the lock */
  Batch taken;   /* the loop's own */
} PostQueue;

static void
post_submit (void *peer, void *data)
{
  PostQueue *queue = peer;
  Batch *batch = &queue->filling;
  bool was_empty;

  uv_mutex_lock (&queue->lock);
  was_empty = batch->length == 0;
  if (batch->length == batch->capacity)
    {
      size_t capacity = batch->capacity ? 2 * batch->capacity : 1024;
      void **items = realloc (batch->items, capacity * sizeof *items);

      if (!items)
        bench_fail ("no memory for the queue");
      batch->items = items;
      batch->capacity = capacity;
    }
  batch->items[batch->length++] = data;
  uv_mutex_unlock (&queue->lock);

  /* The call-back takes everything, so whoever finds the array empty is the first since; sends that meet a call-back
   * under way are not swallowed by it, libuv runs it again. */
  if (was_empty)
    check (uv_async_send (&queue->async), "uv_async_send");
}

static void
posts_arrived (uv_async_t *async)
{
  PostQueue *queue = async->data;
  Batch batch;

  uv_mutex_lock (&queue->lock);
  batch = queue->filling;
  queue->filling = queue->taken;
  queue->filling.length = 0;
  uv_mutex_unlock (&queue->lock);

  queue->taken = batch;
  for (size_t i = 0; i < batch.length; i++)
    if (bench_post_arrived (batch.items[i]))
      uv_stop (&queue->loop);
}

int64_t
bench_uv_post (const BenchLoad *load)
{
  PostQueue queue = { .filling = { 0 } };
  BenchProducers *producers;
  int64_t start, end;

  check (uv_loop_init (&queue.loop), "uv_loop_init");
  check (uv_async_init (&queue.loop, &queue.async, posts_arrived), "uv_async_init");
  check (uv_mutex_init (&queue.lock), "uv_mutex_init");
  queue.async.data = &queue;
  bench_ledger_open_posts (load);
  producers = bench_producers_new (load, post_submit, &queue);

  start = bench_producers_go (producers);
  uv_run (&queue.loop, UV_RUN_DEFAULT);
  end = bench_now ();
  bench_producers_join (producers);

  uv_run (&queue.loop, UV_RUN_NOWAIT);
  bench_ledger_close ();
  uv_close ((uv_handle_t *) &queue.async, NULL);
  uv_run (&queue.loop, UV_RUN_DEFAULT);
  check (uv_loop_close (&queue.loop), "uv_loop_close");
  uv_mutex_destroy (&queue.lock);
  free (queue.filling.items);
  free (queue.taken.items);
  return end - start;
}

/* ---- jobs ------------------------------------------------------------------------------------------------------- */

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
fanout_lap (uv_loop_t *loop, uint64_t count)
{
  int64_t start, end;

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
  uint64_t next, end;
} Trips;

static void
trip_done (uv_work_t *request, int status)
{
  Job *job = (Job *) request;
  Trips *trips = request->loop->data;

  check (status, "uv_queue_work");
  bench_job_arrived (job->data, job->result);
  if (trips->next == trips->end)
    return;
  job->data = bench_job_data (trips->next++);
  check (uv_queue_work (request->loop, request, job_work, trip_done), "uv_queue_work");
}

static int64_t
rtt_lap (uv_loop_t *loop, uint64_t count)
{
  Trips trips = { .next = 1, .end = count };
  int64_t start, end;

  loop->data = &trips;
  trips.job.data = bench_job_data (0);
  bench_ledger_open_jobs (count);
  start = bench_now ();
  check (uv_queue_work (loop, &trips.job.request, job_work, trip_done), "uv_queue_work");
  uv_run (loop, UV_RUN_DEFAULT);
  end = bench_now ();
  bench_ledger_close ();
  return end - start;
}

static int64_t
run_laps (const BenchLoad *load, int64_t (*lap) (uv_loop_t *loop, uint64_t count))
{
  uv_loop_t loop;
  int64_t elapsed;

  check (uv_loop_init (&loop), "uv_loop_init");
  lap (&loop, bench_warm_up (load));
  elapsed = lap (&loop, load->count);
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
