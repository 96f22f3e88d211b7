/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libuv, in a loop of its own: posts are an array under a mutex, which the call-back of a uv_async_t takes as a whole (as
 * in ../peer-uv.c); jobs are uv_queue_work. Ticks are a uv_timer_t, which the loop looks at once in each iteration.
 */
#include "jank.h"

#include <stdlib.h>
#include <uv.h>

typedef struct Batch
{
  void **items;
  size_t length, capacity;
} Batch;

static uv_loop_t loop;
static uv_async_t async;
static uv_timer_t timer;
static uv_mutex_t lock;
static Batch filling; /* under the lock */
static Batch taken;   /* the loop's own */

static void
check (int code, const char *what)
{
  if (code)
    bench_fail ("%s: %s", what, uv_strerror (code));
}

/* ---- posts ------------------------------------------------------------------------------------------------------- */

static void
post (void *data)
{
  bool was_empty;

  uv_mutex_lock (&lock);
  was_empty = filling.length == 0;
  if (filling.length == filling.capacity)
    {
      filling.capacity = filling.capacity ? 2 * filling.capacity : 1024;
      filling.items = realloc (filling.items, filling.capacity * sizeof *filling.items);
      if (filling.items == NULL)
        bench_fail ("no memory for the queue");
    }
  filling.items[filling.length++] = data;
  uv_mutex_unlock (&lock);
  if (was_empty)
    check (uv_async_send (&async), "uv_async_send");
}

static void
posts_arrived (uv_async_t *handle)
{
  Batch batch;

  (void) handle;
  uv_mutex_lock (&lock);
  batch = filling;
  filling = taken;
  filling.length = 0;
  uv_mutex_unlock (&lock);
  taken = batch;
  for (size_t i = 0; i < batch.length; i++)
    jank_arrived (batch.items[i]);
}

/* ---- jobs -------------------------------------------------------------------------------------------------------- */

typedef struct Request
{
  uv_work_t work;
  void *job;
  int64_t result;
} Request;

static void
job_work (uv_work_t *work)
{
  Request *request = (Request *) work;

  request->result = jank_job_run (request->job);
}

static void
job_done (uv_work_t *work, int status)
{
  Request *request = (Request *) work;

  check (status, "uv_queue_work");
  jank_job_arrived (request->job, request->result);
  free (request);
}

static void
submit_job (void *job)
{
  Request *request = malloc (sizeof *request);

  if (request == NULL)
    bench_fail ("no memory for a job");
  request->job = job;
  check (uv_queue_work (&loop, &request->work, job_work, job_done), "uv_queue_work");
}

/* ---- ticks ------------------------------------------------------------------------------------------------------- */

static void wait_for_next (void);

static void
tick (uv_timer_t *handle)
{
  (void) handle;
  jank_ticked ();
  wait_for_next ();
}

static void
wait_for_next (void)
{
  int64_t left = jank_next_tick () - bench_now ();

  uv_update_time (&loop);
  check (uv_timer_start (&timer, tick, left > 0 ? (uint64_t) (left + 999999) / 1000000 : 0, 0), "uv_timer_start");
}

static void
start_ticks (void)
{
  check (uv_timer_init (&loop, &timer), "uv_timer_init");
  wait_for_next ();
}

static void
stop_ticks (void)
{
  uv_close ((uv_handle_t *) &timer, NULL);
}

/* ---- the loop ---------------------------------------------------------------------------------------------------- */

static void
open_loop (void)
{
  check (uv_loop_init (&loop), "uv_loop_init");
  check (uv_async_init (&loop, &async, posts_arrived), "uv_async_init");
  check (uv_mutex_init (&lock), "uv_mutex_init");
  filling = taken = (Batch) { 0 };
}

static void
run (void)
{
  uv_run (&loop, UV_RUN_DEFAULT);
}

static void
quit (void)
{
  uv_stop (&loop);
}

static void
close_loop (void)
{
  uv_close ((uv_handle_t *) &async, NULL);
  uv_run (&loop, UV_RUN_DEFAULT);
  check (uv_loop_close (&loop), "uv_loop_close");
  uv_mutex_destroy (&lock);
  free (filling.items);
  free (taken.items);
}

const Contestant jank_uv = {
  .name = "libuv",
  .is_calm = true,
  .open = open_loop,
  .start_ticks = start_ticks,
  .stop_ticks = stop_ticks,
  .run = run,
  .quit = quit,
  .close = close_loop,
  .post = post,
  .submit = submit_job,
};
