/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lodger, as a GLib program has it: direct calls, calls with an outcome whose completion is called in turn, and results
 * of workers. */
#include "jank.h"

#include <lodger-glib.h>

static LodgerCaller *caller;

static void
open_loop (void)
{
  GError *error = NULL;

  jank_glib_open ();
  caller = lodger_glib_attach_full (NULL, LODGER_CALLER_OPTIONS (.max_workers = BENCH_WORKERS), &error);
  if (caller == NULL)
    bench_fail ("cannot attach: %s", error->message);
}

static void
close_loop (void)
{
  int code;

  while (g_main_context_iteration (NULL, FALSE))
    ;
  code = lodger_caller_leave (caller);
  if (code)
    bench_fail ("cannot leave: %s", lodger_error_code_string (code));
  lodger_caller_unref (caller);
  jank_glib_close ();
}

/* ---- calls ------------------------------------------------------------------------------------------------------- */

static void
post_direct (void *data)
{
  int code = lodger_caller_call_direct (caller, jank_arrived, data, NULL);

  if (code)
    bench_fail ("a call was refused: %s", lodger_error_code_string (code));
}

static void
return_data (LodgerPending *self, void *data)
{
  lodger_pending_return_pointer (self, data, NULL);
}

static void
then_arrived (LodgerPending *self, LodgerPending *done, void *data)
{
  (void) self;
  (void) done;
  jank_arrived (data);
}

/* It counts when its completion comes. */
static void
post_then (void *data)
{
  LodgerPending *pending = lodger_caller_call_soon (caller, return_data, data, NULL);

  lodger_pending_disown (lodger_pending_then (pending, caller, then_arrived, data, NULL));
  lodger_pending_unref (pending);
}

/* ---- results ----------------------------------------------------------------------------------------------------- */

static void
job_work (LodgerPending *self, void *job)
{
  lodger_pending_return_int (self, jank_job_run (job));
}

static void
job_done (LodgerPending *self, LodgerPending *done, void *job)
{
  int64_t result;
  int code = lodger_pending_get_int (done, &result);

  (void) self;
  if (code)
    bench_fail ("a job failed: %s", lodger_error_code_string (code));
  jank_job_arrived (job, result);
}

static void
submit_job (void *job)
{
  LodgerPending *pending = lodger_caller_to_thread (caller, job_work, job, NULL);

  lodger_pending_disown (lodger_pending_then (pending, caller, job_done, job, NULL));
  lodger_pending_unref (pending);
}

const Contestant jank_lodger = {
  .name = BENCH_LODGER,
  .is_calm = true,
  .open = open_loop,
  .start_ticks = jank_glib_start_ticks,
  .stop_ticks = jank_glib_stop_ticks,
  .run = jank_glib_run,
  .quit = jank_glib_quit,
  .close = close_loop,
  .post = post_direct,
  .submit = submit_job,
};

const Contestant jank_lodger_soon = {
  .name = "Lodger, call_soon and then",
  .open = open_loop,
  .start_ticks = jank_glib_start_ticks,
  .stop_ticks = jank_glib_stop_ticks,
  .run = jank_glib_run,
  .quit = jank_glib_quit,
  .close = close_loop,
  .post = post_then,
};
