/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The backend "uv": each worker thread has a loop of its own. */
#include "uv-private.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct WorkerLoop
{
  uv_loop_t loop;
  LodgerUvHostOptions host_options;
  LodgerCaller *parent; /* a reference; NULL before the run, and for a root */
  const char *name;     /* the caller's, which its thread keeps until `close` has returned */
  bool quits;
} WorkerLoop;

static int
open_uv_loop (const void *options, void **ret_impl)
{
  WorkerLoop *worker;
  int code;
  (void) options;
  worker = calloc (1, sizeof *worker);
  if (worker == NULL)
    return LODGER_ENOMEM;
  code = lodger__uv_loop_make (&worker->loop);
  if (code != 0)
    {
      free (worker);
      return code;
    }
  worker->host_options = (LodgerUvHostOptions) { .size = sizeof (LodgerUvHostOptions), .loop = &worker->loop };
  lodger__uv_push_loop (&worker->loop);
  *ret_impl = worker;
  return 0;
}

static const LodgerHostDriver *
get_host (void *impl, const void **ret_host_options)
{
  *ret_host_options = &((WorkerLoop *) impl)->host_options;
  return &lodger__uv_driver;
}

/* uv_stop() of the program's does not end a worker. */
static int
run_loop (void *impl)
{
  WorkerLoop *worker = impl;
  LodgerCaller *caller = lodger_caller_current ();
  worker->parent = lodger_caller_find_parent (caller);
  worker->name = lodger_caller_get_name (caller);
  while (!worker->quits && uv_run (&worker->loop, UV_RUN_DEFAULT) != 0)
    ;
  worker->quits = false;
  return 0;
}

static void
quit_loop (void *impl)
{
  WorkerLoop *worker = impl;
  worker->quits = true;
  uv_stop (&worker->loop);
}

/* At the end of the whole tree it is no surprise that nothing is called any more. */
static void
warn_of_left_handles (const WorkerLoop *worker, unsigned count)
{
  char line[160];
  if (count == 0 || !lodger_caller_is_running (worker->parent))
    return;
  snprintf (
      line, sizeof line,
      "it ends, and %u of the program's handles in its libuv loop are closed. A server, a timer or the like needs a "
      "named worker",
      count);
  lodger_host_misuse (worker->name, LODGER_EBUSY, line);
}

static void
close_loop (void *impl)
{
  WorkerLoop *worker = impl;
  warn_of_left_handles (worker, lodger__uv_drain (&worker->loop));
  lodger_caller_unref (worker->parent);
  lodger__uv_pop_loop ();
  free (worker);
}

const LodgerBackendOps lodger__uv_backend = {
  .size = sizeof (LodgerBackendOps),
  .name = "uv",
  .open = open_uv_loop,
  .host = get_host,
  .run = run_loop,
  .quit = quit_loop,
  .close = close_loop,
  .guest_identify = lodger__uv_guest_identify,
  .guest_open = lodger__uv_guest_open,
  .guest_prepare = lodger__uv_guest_prepare,
  .guest_dispatch = lodger__uv_guest_dispatch,
  .guest_enter = lodger__uv_guest_enter,
  .guest_leave = lodger__uv_guest_leave,
  .guest_close = lodger__uv_guest_close,
};
