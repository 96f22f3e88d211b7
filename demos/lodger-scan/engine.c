/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "engine.h"

#include "groups.h"
#include "sharing.h"
#include "walk.h"

#include <sys/resource.h>
#include <unistd.h>

/* A worker and its job need so many descriptors at the most, and the rest of the program so many. */
enum
{
  DESCRIPTORS_A_JOB = 20,
  DESCRIPTORS_ELSEWHERE = 40
};

#define TICK (INT64_C (100) * 1000 * 1000)

struct Engine
{
  LodgerCaller *caller;
  LodgerScope *life; /* ends with the engine: what comes back to the main thread is bound to it */
  LodgerScope *work; /* ends with a cancel: what goes to workers is bound to it */
  LodgerRepeat *ticking;
  EngineEvents events;
  Shared *shared;
  Walk *walk;
  Groups *groups;   /* NULL before the end of the walk, or when that has read all */
  Sharing *sharing; /* NULL before the end of the groups */
  GQueue again;     /* jobs that stopped because of a shortage */
  GQueue updates;   /* StoreDir: what is looked into next */
  guint first_new;  /* the number of the first file that this scan or update has found */
  guint running, most_running;
  StoreDir *current;
  gint64 start, end;
  gboolean has_one_worker; /* there are not enough descriptors for more; it is always the same one */
  gboolean is_over;
};

static void feed (Engine *engine);

/* Whether a job that stopped because of a shortage is to be tried again. Others that are at work will give something
 * back. If there are none, what is open without need is closed. */
static gboolean
may_try_again (Engine *engine, Job *job)
{
  gboolean closed;
  engine->most_running = MAX (engine->running, 1);
  if (engine->running > 0)
    return TRUE;
  closed = walk_shrink (engine->walk);
  if (job->kind->shrink != NULL && job->kind->shrink (job) && !job->was_shrunk)
    closed = job->was_shrunk = TRUE;
  if (closed || job->is_last_try)
    return closed;
  job->is_last_try = TRUE;
  return TRUE;
}

static void
job_returned (LodgerPending *self G_GNUC_UNUSED, LodgerPending *done, void *data)
{
  Job *job = data;
  Engine *engine = job->engine;
  int outcome = lodger_pending_get_outcome (done);
  engine->running--;
  if (outcome != LODGER_OK && outcome != LODGER_ECANCELED)
    {
      job->is_short = TRUE;
      job->reason = REASON_NO_WORKER;
    }
  if (job->is_short && !lodger_scope_has_ended (engine->work) && may_try_again (engine, job))
    g_queue_push_tail (&engine->again, job_ref (job));
  else
    job->kind->accept (job);
  feed (engine);
}

static void
run_job (LodgerPending *self, void *data)
{
  Job *job = data;
  job->kind->work (job, self);
}

/* The job is consumed. */
static void
submit (Engine *engine, Job *job)
{
  LodgerPending *call;
  LodgerPending *then;
  job->engine = engine;
  job->is_short = FALSE;
  job->reason = REASON_NONE;
  engine->current = job->dir;
  engine->running++;
  call = lodger_caller_to_thread_full (engine->caller, run_job, job_ref (job), job_unref,
                                       LODGER_CALL_OPTIONS (.name = job->kind->name, .scope = engine->work,
                                                            .worker = engine->has_one_worker ? "scan" : NULL));
  then = lodger_pending_then_full (call, engine->caller, job_returned, job, job_unref,
                                   LODGER_CALL_OPTIONS (.scope = engine->life));
  if (lodger_pending_is_done (then)) /* refused: the program ends */
    engine->running--;
  lodger_pending_unref (then);
  lodger_pending_unref (call);
}

/* The groups come after the walk. An update of a scan that compares leaves the groups as they are. */
static gboolean
begin_groups (Engine *engine)
{
  EngineReading reading = engine->shared->what.reading;
  if (engine->groups == NULL && engine->running == 0
      && (reading == ENGINE_READ_SAME_SIZE || (reading == ENGINE_COMPARE && engine->first_new == 0)))
    engine->groups = groups_new (engine->shared, engine->first_new);
  return engine->groups != NULL;
}

/* When the groups are known. */
static gboolean
begin_sharing (Engine *engine)
{
  if (engine->sharing == NULL && engine->running == 0)
    engine->sharing = sharing_new (engine->shared);
  return engine->sharing != NULL;
}

static Job *
next_job (Engine *engine)
{
  Job *job;
  if (lodger_scope_has_ended (engine->work))
    return NULL;
  job = walk_next (engine->walk, !g_queue_is_empty (&engine->again));
  if (job == NULL)
    job = g_queue_pop_head (&engine->again);
  if (job == NULL && begin_groups (engine))
    job = groups_next (engine->groups);
  if (job == NULL && begin_sharing (engine))
    job = sharing_next (engine->sharing);
  return job;
}

/* FALSE when there is none. */
static gboolean
begin_update (Engine *engine)
{
  if (g_queue_is_empty (&engine->updates) || lodger_scope_has_ended (engine->work))
    return FALSE;
  g_clear_pointer (&engine->groups, groups_free);
  g_clear_pointer (&engine->sharing, sharing_free);
  engine->first_new = engine->shared->store->files->len;
  while (!g_queue_is_empty (&engine->updates))
    walk_update (engine->walk, g_queue_pop_head (&engine->updates));
  return TRUE;
}

static void
feed (Engine *engine)
{
  Job *job;
  do
    while (engine->running < engine->most_running && (job = next_job (engine)) != NULL)
      submit (engine, job);
  while (engine->running == 0 && begin_update (engine));
  if (engine->running > 0)
    return;
  engine->is_over = TRUE;
  if (engine->end == 0)
    engine->end = g_get_monotonic_time ();
  lodger_repeat_stop (engine->ticking);
  g_clear_pointer (&engine->ticking, lodger_repeat_unref);
  engine->events.finished (engine, engine->events.data);
}

static void
begin (LodgerPending *self G_GNUC_UNUSED, void *data)
{
  feed (data);
}

static void
tick (LodgerPending *self G_GNUC_UNUSED, uint64_t skipped G_GNUC_UNUSED, void *data)
{
  Engine *engine = data;
  engine->events.progress (engine, engine->events.data);
}

/* No event comes before this returns. */
static void
begin_soon (Engine *engine)
{
  engine->is_over = FALSE;
  engine->ticking = lodger_repeat_new (engine->caller, TICK, tick, engine, NULL,
                                       LODGER_REPEAT_OPTIONS (.delay = TICK, .scope = engine->life));
  lodger_pending_disown (lodger_scope_call_soon (engine->life, engine->caller, begin, engine, NULL));
}

static guint
most_jobs (void)
{
  guint most = 8 + 4 * (guint) MAX (sysconf (_SC_NPROCESSORS_ONLN), 1);
  struct rlimit limit;
  if (getrlimit (RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < DESCRIPTORS_ELSEWHERE + most * DESCRIPTORS_A_JOB)
    most = (guint) (limit.rlim_cur - MIN (limit.rlim_cur, DESCRIPTORS_ELSEWHERE)) / DESCRIPTORS_A_JOB;
  return MAX (most, 1);
}

Engine *
engine_start (LodgerCaller *caller, const EngineOptions *options, const EngineEvents *events, char **ret_message)
{
  Shared *shared = shared_new (options, ret_message);
  Engine *engine;
  if (shared == NULL)
    return NULL;
  engine = g_new0 (Engine, 1);
  engine->caller = lodger_caller_ref (caller);
  engine->life = lodger_scope_new (NULL);
  engine->work = lodger_scope_new (NULL);
  engine->events = *events;
  engine->shared = shared;
  engine->walk = walk_new (shared);
  engine->most_running = most_jobs ();
  engine->has_one_worker = engine->most_running == 1;
  engine->current = shared->roots[0].dir;
  engine->start = g_get_monotonic_time ();
  begin_soon (engine);
  return engine;
}

void
engine_cancel (Engine *engine)
{
  lodger_scope_end (engine->work, "the scan was cancelled");
  walk_drop (engine->walk);
  g_queue_clear_full (&engine->again, job_unref);
}

void
engine_update (Engine *engine, const GPtrArray *folders)
{
  if (lodger_scope_has_ended (engine->work))
    return;
  for (guint i = 0; i < folders->len; i++)
    g_queue_push_tail (&engine->updates, g_ptr_array_index (folders, i));
  if (engine->is_over && folders->len > 0)
    begin_soon (engine);
}

void
engine_free (Engine *engine)
{
  if (engine == NULL)
    return;
  engine_cancel (engine);
  lodger_scope_end (engine->life, "the engine is freed");
  lodger_scope_unref (engine->life);
  lodger_scope_unref (engine->work);
  lodger_repeat_unref (engine->ticking);
  groups_free (engine->groups);
  sharing_free (engine->sharing);
  walk_free (engine->walk);
  shared_unref (engine->shared);
  lodger_caller_unref (engine->caller);
  g_queue_clear (&engine->updates);
  g_free (engine);
}

const char *
engine_get_root (const Engine *engine)
{
  return engine->shared->n_roots > 1 ? "/" : engine->shared->what.folders[0];
}

Store *
engine_get_store (Engine *engine)
{
  return engine->shared->store;
}

guint64
engine_get_bytes (Engine *engine)
{
  return atomic_load (&engine->shared->bytes);
}

double
engine_get_seconds (Engine *engine)
{
  gint64 end = engine->end != 0 ? engine->end : g_get_monotonic_time ();
  return (double) (end - engine->start) / G_USEC_PER_SEC;
}

char *
engine_get_current (Engine *engine)
{
  GString *path = g_string_new (NULL);
  store_append_path (path, engine->current, NULL);
  return g_string_free (path, FALSE);
}
