/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Work in threads with GLib: the completion comes back to the default context, run by a GMainLoop.
 *
 * GTask: g_task_run_in_thread, the result by g_task_propagate_int in the call-back. All tasks of a process share one
 * pool of GLib's, with 10 threads at first and more when they stall: it cannot be set to 2, so its figures are those of
 * a pool larger than the others'.
 *
 * GThreadPool: 2 threads of its own, started before the clock is; each job is a small allocation, sent back with
 * g_main_context_invoke_full.
 */
#include "bench.h"

#include <gio/gio.h>

/* One contestant's run: either all jobs at once, or each after the one before has come back. */
typedef struct Errand
{
  GMainContext *context;
  GMainLoop *loop;
  GThreadPool *pool; /* GThreadPool's only */
  void (*submit) (struct Errand *errand, uint64_t index);
  uint64_t next, end; /* one after the other; next == end: nothing follows a completion */
  unsigned pause;     /* milliseconds before the next one */
} Errand;

static gboolean
submit_trip (gpointer data)
{
  Errand *errand = data;

  bench_trip_begin ();
  errand->submit (errand, errand->next++);
  return G_SOURCE_REMOVE;
}

/* In the GUI thread: a job is back. */
static void
arrived (Errand *errand, void *data, int64_t result)
{
  if (bench_job_arrived (data, result))
    g_main_loop_quit (errand->loop);
  else if (errand->next < errand->end && errand->pause)
    g_timeout_add (errand->pause, submit_trip, errand);
  else if (errand->next < errand->end)
    submit_trip (errand);
}

static int64_t
lap (Errand *errand, uint64_t count, bool all_at_once)
{
  int64_t start, end;

  if (all_at_once)
    bench_ledger_open_jobs (count);
  else
    bench_ledger_open_trips (count);
  errand->next = all_at_once ? count : 0;
  errand->end = count;

  /* g_main_context_invoke_full would run the completion in the worker while nobody owns the context. */
  g_main_context_acquire (errand->context);
  start = bench_now ();
  if (!all_at_once)
    submit_trip (errand);
  for (uint64_t i = 0; i < count && all_at_once; i++)
    errand->submit (errand, i);
  g_main_loop_run (errand->loop);
  end = bench_now ();
  g_main_context_release (errand->context);

  while (g_main_context_iteration (errand->context, FALSE))
    ;
  bench_ledger_close ();
  return end - start;
}

static int64_t
run_errand (Errand *errand, const BenchLoad *load, bool all_at_once)
{
  int64_t elapsed;

  errand->context = g_main_context_default ();
  errand->loop = g_main_loop_new (errand->context, FALSE);
  lap (errand, bench_warm_up (load), all_at_once);
  errand->pause = load->pause;
  elapsed = lap (errand, load->count, all_at_once);
  g_main_loop_unref (errand->loop);
  return elapsed;
}

/* ---- GTask ------------------------------------------------------------------------------------------------------ */

static void
task_work (GTask *task, gpointer source_object, gpointer task_data, GCancellable *cancellable)
{
  (void) source_object;
  (void) cancellable;
  g_task_return_int (task, (gssize) bench_job_run (task_data));
}

static void
task_done (GObject *source_object, GAsyncResult *result, gpointer data)
{
  GTask *task = G_TASK (result);
  GError *error = NULL;
  gssize value = g_task_propagate_int (task, &error);

  (void) source_object;
  if (error)
    bench_fail ("a task failed: %s", error->message);
  arrived (data, g_task_get_task_data (task), value);
}

static void
task_submit (Errand *errand, uint64_t index)
{
  GTask *task = g_task_new (NULL, NULL, task_done, errand);

  g_task_set_task_data (task, bench_job_data (index), NULL);
  g_task_run_in_thread (task, task_work);
  g_object_unref (task);
}

int64_t
bench_gtask_rtt (const BenchLoad *load)
{
  Errand errand = { .submit = task_submit };

  return run_errand (&errand, load, false);
}

int64_t
bench_gtask_fanout (const BenchLoad *load)
{
  Errand errand = { .submit = task_submit };

  return run_errand (&errand, load, true);
}

/* ---- GThreadPool ------------------------------------------------------------------------------------------------ */

typedef struct PoolJob
{
  Errand *errand;
  void *data;
  int64_t result;
} PoolJob;

static gboolean
pool_done (gpointer data)
{
  PoolJob *job = data;

  arrived (job->errand, job->data, job->result);
  return G_SOURCE_REMOVE;
}

static void
pool_work (gpointer data, gpointer user_data)
{
  PoolJob *job = data;

  (void) user_data;
  job->result = bench_job_run (job->data);
  g_main_context_invoke_full (job->errand->context, G_PRIORITY_DEFAULT, pool_done, job, g_free);
}

static void
pool_submit (Errand *errand, uint64_t index)
{
  PoolJob *job = g_new (PoolJob, 1);
  GError *error = NULL;

  job->errand = errand;
  job->data = bench_job_data (index);
  job->result = 0;
  if (!g_thread_pool_push (errand->pool, job, &error))
    bench_fail ("a job was refused: %s", error->message);
}

static int64_t
run_pool (const BenchLoad *load, bool all_at_once)
{
  Errand errand = { .submit = pool_submit };
  GError *error = NULL;
  int64_t elapsed;

  errand.pool = g_thread_pool_new (pool_work, NULL, BENCH_WORKERS, TRUE, &error);
  if (!errand.pool)
    bench_fail ("no thread pool: %s", error->message);
  elapsed = run_errand (&errand, load, all_at_once);
  g_thread_pool_free (errand.pool, FALSE, TRUE);
  return elapsed;
}

int64_t
bench_thread_pool_rtt (const BenchLoad *load)
{
  return run_pool (load, false);
}

int64_t
bench_thread_pool_fanout (const BenchLoad *load)
{
  return run_pool (load, true);
}
