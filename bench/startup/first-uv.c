/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "../bench.h"
#include "startup.h"

#include <uv.h>

static uv_loop_t loop;
static uv_async_t async;
static uv_work_t job;

static void
open_loop (void)
{
  if (uv_loop_init (&loop) != 0)
    bench_fail ("no loop");
}

static void
close_loop (void)
{
  uv_run (&loop, UV_RUN_DEFAULT);
  if (uv_loop_close (&loop) != 0)
    bench_fail ("the loop is busy");
}

static void
note (uv_async_t *handle)
{
  (void) handle;
  uv_stop (&loop);
}

static void
begin_async (void)
{
  open_loop ();
  if (uv_async_init (&loop, &async, note) != 0 || uv_async_send (&async) != 0)
    bench_fail ("no async");
  uv_run (&loop, UV_RUN_DEFAULT);
}

static void
end_async (void)
{
  uv_close ((uv_handle_t *) &async, NULL);
  close_loop ();
}

static void
work (uv_work_t *request)
{
  request->data = request;
}

static void
come_back (uv_work_t *request, int status)
{
  if (status != 0 || request->data != request)
    bench_fail ("the job has failed");
}

static void
begin_job (void)
{
  open_loop ();
  if (uv_queue_work (&loop, &job, work, come_back) != 0)
    bench_fail ("no job");
  uv_run (&loop, UV_RUN_DEFAULT);
}

const Way ways_uv[] = {
  { "libuv: uv_async_send", "a loop, an async, the end of the loop", NULL, begin_async, end_async },
  { "libuv: uv_queue_work", "a loop, a job, the end of the loop; its 2 threads stay", NULL, begin_job, close_loop },
};
const size_t n_ways_uv = sizeof ways_uv / sizeof ways_uv[0];
