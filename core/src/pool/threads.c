/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "life/life.h"
#include "life/phase.h"
#include "mailbox/post.h"
#include "pool/queue.h"

#include <stdlib.h>
#include <string.h>

/* The pool of a root, and its threads: how they come, and how they go. */

enum
{
  WORKERS_MIN = 8,
  WORKERS_PER_CPU = 4,
  THREADS_MAX = 256,
  IDLE_LIMIT = 10
};

static const int64_t IDLE_DURATION = INT64_C (60000000000);

void
lodger__pool_init (LodgerCaller *caller, unsigned max_workers, unsigned max_threads, LodgerWorkerSpawn spawn)
{
  LodgerPooling *pooling = &caller->pool;
  pooling->spawn = spawn;
  pooling->max_workers = max_workers;
  pooling->max_threads = max_threads;
  atomic_init (&pooling->idle_limit, IDLE_LIMIT);
  atomic_init (&pooling->idle_duration, IDLE_DURATION);
}

void
lodger__pool_clear (LodgerCaller *caller)
{
  LodgerPool *pool = caller->pool.pool;
  if (pool != NULL)
    {
      lodger__parker_clear (&pool->gap);
    }
  free (pool);
  free (caller->pool.worker);
}

static LodgerPool *
pool_new (const LodgerPooling *pooling)
{
  LodgerPool *pool = aligned_alloc (alignof (LodgerPool), sizeof *pool);
  unsigned usual = WORKERS_PER_CPU * lodger__port_cpu_count ();
  if (pool == NULL)
    return NULL;
  memset (pool, 0, sizeof *pool);
  if (lodger__parker_init (&pool->gap) != 0)
    {
      free (pool);
      return NULL;
    }
  lodger__inbox_init (&pool->incoming);
  pool->running_max = pooling->max_workers;
  if (pool->running_max == 0)
    pool->running_max = usual > WORKERS_MIN ? usual : WORKERS_MIN;
  pool->worker_max = pooling->max_threads > 0 ? pooling->max_threads : THREADS_MAX;
  return pool;
}

/* None is made after a stop has looked for it: that changes the phase under the same mutex. */
int
lodger__pool_need (LodgerCaller *root)
{
  LodgerPool *pool = lodger__pool_of (root);
  bool is_stopping;
  if (pool != NULL)
    return 0;
  lodger__caller_lock (root);
  pool = root->pool.pool;
  is_stopping = lodger__is_stopping (root);
  if (!is_stopping && pool == NULL)
    root->pool.pool = pool = pool_new (&root->pool);
  lodger__caller_unlock (root);
  if (is_stopping)
    return LODGER_ECANCELED;
  return pool != NULL ? 0 : LODGER_ENOMEM;
}

/* No thread could be had, because of that error, which is consumed. The workers that there are will come to the calls
 * that are queued, those that have become idle meanwhile if they are woken; if there is none, or each waits in its call
 * and may be waiting for just that, it ends here. */
static void
shrink (LodgerCaller *root, LodgerError *error)
{
  LodgerPool *pool = lodger__pool_of (root);
  LodgerItem *item = NULL;
  LodgerWakeUp wake_up = { NULL, 0 };
  lodger__lock (&pool->lock);
  if (--pool->worker_count == pool->blocked)
    {
      lodger__pool_look (pool);
      lodger__pool_gather (pool);
      item = pool->queue.first;
      pool->queue.first = pool->queue.last = NULL;
      atomic_store (&pool->queue.count, 0);
    }
  else if (pool->idle.first != NULL)
    wake_up = lodger__pool_choose (root);
  else
    lodger__pool_look (pool);
  lodger__unlock (&pool->lock);
  lodger__pool_wake (root, wake_up);
  while (item != NULL)
    {
      LodgerPending *pending = (LodgerPending *) item;
      item = atomic_load_explicit (&item->next, memory_order_relaxed);
      lodger__pending_destroy_data (pending);
      lodger__pending_signal (pending, lodger_error_ref (error));
      lodger_pending_unref (pending);
    }
  lodger_error_unref (error);
  lodger__poke (root);
}

/* The pool counts the new worker already, and as waking. */
void
lodger__pool_wake (LodgerCaller *root, LodgerWakeUp wake_up)
{
  LodgerPool *pool = lodger__pool_of (root);
  if (wake_up.worker != NULL)
    {
      lodger__poke (wake_up.worker);
      lodger_caller_unref (wake_up.worker);
    }
  else if (wake_up.grows > 0 && !root->pool.spawn (root, wake_up.grows))
    {
      lodger__lock (&pool->lock);
      pool->waking--;
      lodger__unlock (&pool->lock);
      shrink (root, lodger_error_new (NULL, LODGER_EAGAIN, "no worker thread"));
    }
}

void
lodger__pool_start (LodgerCaller *root)
{
  if (root->pool.pool != NULL)
    lodger__pool_choose_now (root);
}

void
lodger__worker_failed (LodgerCaller *caller)
{
  LodgerPool *pool = lodger__pool_of (caller);
  bool is_counted;
  lodger__lock (&pool->lock);
  is_counted = !caller->pool.worker->is_forgotten;
  caller->pool.worker->is_forgotten = true;
  lodger__unlock (&pool->lock);
  if (is_counted)
    shrink (lodger__root (caller), lodger_error_ref (lodger__start_error (caller)));
}

/* One that could not start, or was left behind, is forgotten already. */
void
lodger__worker_gone (LodgerCaller *caller)
{
  LodgerPool *pool = lodger__pool_of (caller);
  LodgerWakeUp wake_up = { NULL, 0 };
  lodger__lock (&pool->lock);
  if (!caller->pool.worker->is_forgotten)
    {
      lodger__worker_uncount (pool, caller);
      pool->worker_count--;
      wake_up = lodger__pool_choose (lodger__root (caller));
    }
  lodger__unlock (&pool->lock);
  lodger__pool_wake (lodger__root (caller), wake_up);
}

unsigned
lodger__pool_worker_count (const LodgerCaller *root)
{
  LodgerPool *pool = root->pool.pool;
  unsigned count;
  if (pool == NULL)
    return 0;
  lodger__lock (&pool->lock);
  count = pool->worker_count;
  lodger__unlock (&pool->lock);
  return count;
}

/* ---- how many rest, and for how long ----------------------------------------------------------------------------- */

int
lodger_caller_set_idle_limit (LodgerCaller *caller, unsigned limit)
{
  lodger__guard_caller (caller, guard);
  atomic_store (&lodger__root (caller)->pool.idle_limit, limit);
  return 0;
}

unsigned
lodger__pool_idle_limit (const LodgerCaller *caller)
{
  return atomic_load (&lodger__root (caller)->pool.idle_limit);
}

/* Those that are idle learn of it from their own loops, which each have to come round for that. */
int
lodger_caller_set_idle_duration (LodgerCaller *caller, int64_t duration)
{
  LodgerPool *pool;
  lodger__guard_caller (caller, guard);
  atomic_store (&lodger__root (caller)->pool.idle_duration, duration);
  pool = lodger__pool_of (caller);
  if (pool == NULL)
    return 0;
  lodger__lock (&pool->lock);
  lodger__list_for (worker, &pool->idle, LodgerWorker, idle)
    {
      lodger__worker_note_idle (worker->caller);
      lodger__poke (worker->caller);
    }
  lodger__unlock (&pool->lock);
  return 0;
}
