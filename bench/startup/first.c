/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The first call of a program with a GMainContext: by Lodger, and by GLib itself.
 */
#include "../bench.h"
#include "startup.h"

#include <lodger-glib.h>

static bool arrived;

static void
prepare (void)
{
  g_main_context_default ();
}

static void
iterate (void)
{
  while (!arrived)
    g_main_context_iteration (NULL, TRUE);
}

/* ---- Lodger ------------------------------------------------------------------------------------------------------- */

static LodgerCaller *caller;

static void
attach (void)
{
  caller = lodger_glib_attach (NULL, NULL);
  if (caller == NULL)
    bench_fail ("cannot attach");
}

static void
leave (void)
{
  if (lodger_caller_leave (caller) != 0)
    bench_fail ("cannot leave");
  lodger_caller_unref (caller);
}

static void
note (void *data)
{
  (void) data;
  arrived = true;
}

static void
begin_direct (void)
{
  attach ();
  if (lodger_caller_call_direct (caller, note, NULL, NULL) != 0)
    bench_fail ("the call was refused");
  iterate ();
}

static void
soon (LodgerPending *self, void *data)
{
  (void) self;
  note (data);
}

static void
begin_soon (void)
{
  attach ();
  lodger_pending_disown (lodger_caller_call_soon (caller, soon, NULL, NULL));
  iterate ();
}

static void
begin_spawned (void)
{
  attach ();
  lodger_pending_disown (lodger_caller_spawn (caller, soon, NULL, NULL));
  iterate ();
}

static void
work (LodgerPending *self, void *data)
{
  (void) data;
  lodger_pending_return_int (self, 1);
}

static void
come_back (LodgerPending *self, LodgerPending *done, void *data)
{
  int64_t result;
  (void) self;
  if (lodger_pending_get_int (done, &result) != 0)
    bench_fail ("the job has failed");
  note (data);
}

static void
begin_job (void)
{
  LodgerPending *job;
  attach ();
  job = lodger_caller_to_thread (caller, work, NULL, NULL);
  lodger_pending_disown (lodger_pending_then (job, caller, come_back, NULL, NULL));
  lodger_pending_unref (job);
  iterate ();
}

/* ---- GLib --------------------------------------------------------------------------------------------------------- */

static void
end_nothing (void)
{
}

static gboolean
note_source (gpointer data)
{
  note (data);
  return G_SOURCE_REMOVE;
}

static void
begin_idle (void)
{
  g_idle_add (note_source, NULL);
  iterate ();
}

static void
task_work (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  (void) source;
  (void) data;
  (void) cancellable;
  g_task_return_int (task, 1);
}

static void
task_done (GObject *source, GAsyncResult *result, gpointer data)
{
  (void) source;
  if (g_task_propagate_int (G_TASK (result), NULL) != 1)
    bench_fail ("the task has failed");
  note (data);
}

static void
begin_task (void)
{
  GTask *task = g_task_new (NULL, NULL, task_done, NULL);
  g_task_run_in_thread (task, task_work);
  g_object_unref (task);
  iterate ();
}

static GThreadPool *pool;

static void
pool_work (gpointer data, gpointer pool_data)
{
  (void) pool_data;
  g_main_context_invoke_full (NULL, G_PRIORITY_DEFAULT, note_source, data, NULL);
}

static void
begin_pool (void)
{
  pool = g_thread_pool_new (pool_work, NULL, BENCH_WORKERS, TRUE, NULL);
  if (pool == NULL || !g_thread_pool_push (pool, &arrived, NULL))
    bench_fail ("no pool");
  iterate ();
}

static void
end_pool (void)
{
  g_thread_pool_free (pool, FALSE, TRUE);
}

const Way ways_glib[] = {
  { "Lodger: call", "attach, lodger_caller_call_direct, leave", prepare, begin_direct, leave },
  { "Lodger: call with an outcome", "attach, lodger_caller_call_soon, leave", prepare, begin_soon, leave },
  { "Lodger: spawned call", "attach, lodger_caller_spawn, leave", prepare, begin_spawned, leave },
  { "Lodger: job", "attach, lodger_caller_to_thread and then, leave", prepare, begin_job, leave },
  { "GLib: idle source", "g_idle_add", prepare, begin_idle, end_nothing },
  { "GLib: GTask", "g_task_run_in_thread; its threads stay", prepare, begin_task, end_nothing },
  { "GLib: GThreadPool", "a pool of 2 threads, a source, the end of the pool", prepare, begin_pool, end_pool },
};
const size_t n_ways_glib = sizeof ways_glib / sizeof ways_glib[0];
