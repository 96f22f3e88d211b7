/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ending.h"
#include "pool-private.h"

#include <stdio.h>
#include <stdlib.h>

/* The threads of a pool: how they come, and how they go. */

static LodgerCaller *
worker_new (LodgerCaller *root, unsigned number)
{
  char name[24];
  LodgerCallerOptions options
      = { .size = sizeof options, .name = name, .stop_deadline = root->stop_deadline, .nice = root->nice };
  LodgerCaller *worker;
  snprintf (name, sizeof name, "worker-%u", number);
  worker = lodger__caller_make (&options);
  if (worker == NULL)
    return NULL;
  worker->root = root;
  worker->parent = lodger_caller_ref (root);
  worker->backend = root->worker_backend;
  worker->worker_backend = root->worker_backend;
  worker->hooks = root->hooks;
  worker->is_driven = true;
  worker->is_pooled = true;
  atomic_init (&worker->place, LODGER_PLACE_CALLED);
  return worker;
}

/* The pool counts it already, and as called. */
static bool
grow (LodgerCaller *root, unsigned number)
{
  LodgerPool *pool = root->pool;
  LodgerCaller *worker = worker_new (root, number);
  bool started = worker != NULL && lodger__family_start (root, worker, false) == 0;
  if (!started)
    {
      pthread_mutex_lock (&pool->mutex);
      pool->called--;
      pthread_mutex_unlock (&pool->mutex);
    }
  if (!started && worker != NULL)
    {
      atomic_store (&worker->place, LODGER_PLACE_AT_WORK);
      worker->is_pooled = false;
      lodger__caller_orphan (worker);
    }
  lodger_caller_unref (worker);
  return started;
}

/* No thread could be had. The workers that there are will come to what is queued, those that have become idle meanwhile
 * if they are called; if there is none, or each waits in its call and may be waiting for just that, it ends here. */
static void
shrink (LodgerCaller *root)
{
  LodgerPool *pool = root->pool;
  LodgerItem *item = NULL;
  LodgerHelp help = { NULL, 0 };
  pthread_mutex_lock (&pool->mutex);
  if (--pool->worker_count == pool->blocked)
    {
      item = pool->first;
      pool->first = pool->last = NULL;
      atomic_store (&pool->queued, 0);
    }
  else if (pool->idle != NULL)
    help = lodger__pool_find_help (root);
  pthread_mutex_unlock (&pool->mutex);
  lodger__pool_call_for_help (root, help);
  while (item != NULL)
    {
      LodgerPending *pending = (LodgerPending *) item;
      item = atomic_load_explicit (&item->next, memory_order_relaxed);
      lodger__pending_destroy_data (pending);
      lodger__pending_signal (pending, lodger_error_new (NULL, LODGER_EAGAIN, "no worker thread"));
      lodger_pending_unref (pending);
    }
  lodger__caller_poke (root);
}

void
lodger__pool_call_for_help (LodgerCaller *root, LodgerHelp help)
{
  if (help.worker != NULL)
    {
      lodger__caller_poke (help.worker);
      lodger_caller_unref (help.worker);
    }
  else if (help.grows > 0 && !grow (root, help.grows))
    shrink (root);
}

void
lodger__pool_worker_failed (LodgerCaller *worker)
{
  LodgerPool *pool = worker->root->pool;
  bool is_counted;
  pthread_mutex_lock (&pool->mutex);
  is_counted = !worker->is_forgotten;
  worker->is_forgotten = true;
  pthread_mutex_unlock (&pool->mutex);
  if (is_counted)
    shrink (worker->root);
}

/* One that could not start, or was left behind, is forgotten already. */
void
lodger__pool_worker_gone (LodgerCaller *worker)
{
  LodgerCaller *root = worker->root;
  LodgerPool *pool = root->pool;
  LodgerHelp help = { NULL, 0 };
  pthread_mutex_lock (&pool->mutex);
  if (!worker->is_forgotten)
    {
      lodger__pool_uncount (pool, worker);
      pool->worker_count--;
      help = lodger__pool_find_help (root);
    }
  pthread_mutex_unlock (&pool->mutex);
  lodger__pool_call_for_help (root, help);
}

unsigned
lodger__pool_worker_count (LodgerCaller *root)
{
  LodgerPool *pool = root->pool;
  unsigned count;
  if (pool == NULL)
    return 0;
  pthread_mutex_lock (&pool->mutex);
  count = pool->worker_count;
  pthread_mutex_unlock (&pool->mutex);
  return count;
}

bool
lodger__pool_is_full (LodgerCaller *root, unsigned *ret_workers)
{
  LodgerPool *pool = root->pool;
  bool is_full;
  pthread_mutex_lock (&pool->mutex);
  is_full = pool->worker_count >= pool->worker_max;
  *ret_workers = pool->worker_count;
  pthread_mutex_unlock (&pool->mutex);
  return is_full;
}

void
lodger__pool_close (LodgerCaller *root)
{
  LodgerPool *pool = root->pool;
  if (pool == NULL)
    return;
  pthread_mutex_lock (&pool->mutex);
  pool->closed = true;
  while (pool->idle != NULL)
    lodger__pool_leave_place (pool, pool->idle);
  pthread_mutex_unlock (&pool->mutex);
}

/* ---- how many rest, and for how long ---------------------------------------------------------------------------------- */

static int
check (const LodgerCaller *caller, const char *function)
{
  if (caller == NULL)
    return lodger__misuse (function, LODGER_EINVAL, "NULL given");
  if (lodger__is_foreign (caller))
    return lodger__misuse (function, LODGER_ECHILD, "it belongs to the parent of this process");
  return 0;
}

int
lodger_caller_set_idle_limit (LodgerCaller *caller, unsigned limit)
{
  int code = check (caller, __func__);
  if (code == 0)
    atomic_store (&caller->root->idle_limit, limit);
  return code;
}

/* Those that are idle learn of it from their own loops, which each have to come round for that. */
int
lodger_caller_set_idle_duration (LodgerCaller *caller, int64_t duration)
{
  LodgerPool *pool;
  int code = check (caller, __func__);
  if (code != 0)
    return code;
  atomic_store (&caller->root->idle_duration, duration);
  pool = caller->root->pool;
  if (pool == NULL)
    return 0;
  pthread_mutex_lock (&pool->mutex);
  for (LodgerCaller *worker = pool->idle; worker != NULL; worker = worker->next_idle)
    {
      lodger__pool_note_idle (worker);
      lodger__caller_poke (worker);
    }
  pthread_mutex_unlock (&pool->mutex);
  return 0;
}
