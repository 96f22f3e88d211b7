/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pool.h"

#include <stdio.h>
#include <stdlib.h>

/* The threads of a pool: how they come, and how the root sees them go. */

static bool grow (LodgerCaller *root, LodgerPool *pool, unsigned number);

/* No thread could be had. The workers that there are will come to what is queued; without any it ends here. */
static void
shrink (LodgerCaller *root, LodgerPool *pool)
{
  LodgerItem *item = NULL;
  pthread_mutex_lock (&pool->mutex);
  if (--pool->worker_count == 0)
    {
      item = pool->first;
      pool->first = pool->last = NULL;
      atomic_store (&pool->queued, 0);
    }
  pthread_mutex_unlock (&pool->mutex);
  while (item != NULL)
    {
      LodgerPending *pending = (LodgerPending *) item;
      item = atomic_load_explicit (&item->next, memory_order_relaxed);
      lodger__pending_destroy_data (pending);
      lodger__pending_signal (pending, lodger_error_new (NULL, LODGER_EAGAIN, "no worker thread"));
      lodger_pending_unref (pending);
    }
  if (lodger__inbox_claim (&root->inbox))
    lodger__host_post (root);
}

void
lodger__pool_call_for_help (LodgerCaller *root, LodgerHelp help)
{
  if (help.worker != NULL)
    {
      if (lodger__inbox_claim (&help.worker->inbox))
        lodger__host_post (help.worker);
      lodger_caller_unref (help.worker);
    }
  else if (help.grows > 0 && !grow (root, root->pool, help.grows))
    shrink (root, root->pool);
}

void
lodger__pool_worker_failed (LodgerCaller *worker)
{
  shrink (worker->root, worker->root->pool);
}

static void
gone_run (LodgerCaller *root, LodgerItem *item)
{
  LodgerCaller *worker = (LodgerCaller *) ((char *) item - offsetof (LodgerCaller, gone_item));
  LodgerPool *pool = root->pool;
  LodgerHelp help = { NULL, 0 };
  LodgerCaller **at;
  pthread_join (worker->thread, NULL);
  pthread_mutex_lock (&pool->mutex);
  for (at = &pool->workers; *at != worker; at = &(*at)->next_worker)
    ;
  *at = worker->next_worker;
  pool->thread_count--;
  if (lodger_pending_get_outcome (worker->started) == 0)
    {
      pool->worker_count--;
      help = lodger__pool_find_help (root);
    }
  pthread_mutex_unlock (&pool->mutex);
  lodger__pool_call_for_help (root, help);
  lodger_caller_unref (worker);
}

/* The root is gone before its worker, whose own thread this is. */
static void
gone_drop (LodgerCaller *root, LodgerItem *item)
{
  LodgerCaller *worker = (LodgerCaller *) ((char *) item - offsetof (LodgerCaller, gone_item));
  (void) root;
  pthread_detach (worker->thread);
  lodger_caller_unref (worker);
}

static const LodgerItemOps gone_ops = { .run = gone_run, .drop = gone_drop };

static LodgerCaller *
worker_new (LodgerCaller *root, unsigned number)
{
  char name[24];
  const LodgerCallerOptions options = { .size = sizeof options, .name = name };
  LodgerCaller *worker;
  snprintf (name, sizeof name, "worker-%u", number);
  worker = lodger__caller_make (&options);
  if (worker == NULL)
    return NULL;
  worker->root = lodger_caller_ref (root);
  worker->backend = root->worker_backend;
  worker->worker_backend = root->worker_backend;
  worker->is_driven = true;
  worker->gone_item.ops = &gone_ops;
  return worker;
}

static bool
grow (LodgerCaller *root, LodgerPool *pool, unsigned number)
{
  LodgerCaller *worker = worker_new (root, number);
  bool linked = false;
  pthread_mutex_lock (&pool->mutex);
  if (worker != NULL && !pool->closed)
    {
      worker->next_worker = pool->workers;
      pool->workers = worker;
      linked = lodger__worker_start (worker) == 0;
      if (!linked)
        pool->workers = worker->next_worker;
    }
  if (linked)
    {
      atomic_store (&worker->place, LODGER_PLACE_CALLED);
      pool->thread_count++;
    }
  else
    pool->called--;
  pthread_mutex_unlock (&pool->mutex);
  if (!linked && worker != NULL)
    {
      lodger__caller_orphan (worker);
      lodger_caller_unref (worker);
    }
  return linked;
}

unsigned
lodger__pool_worker_count (LodgerCaller *root)
{
  LodgerPool *pool = root->pool;
  unsigned count;
  if (pool == NULL)
    return 0;
  pthread_mutex_lock (&pool->mutex);
  count = pool->worker_count > pool->thread_count ? pool->worker_count : pool->thread_count;
  pthread_mutex_unlock (&pool->mutex);
  return count;
}

LodgerCaller **
lodger__pool_workers (LodgerCaller *root, size_t *ret_count)
{
  LodgerCaller **list;
  LodgerCaller *worker;
  *ret_count = 0;
  if (root->pool == NULL)
    return NULL;
  pthread_mutex_lock (&root->pool->mutex);
  list = calloc (root->pool->thread_count + 1, sizeof (LodgerCaller *));
  for (worker = root->pool->workers; list != NULL && worker != NULL; worker = worker->next_worker)
    list[(*ret_count)++] = lodger_caller_ref (worker);
  pthread_mutex_unlock (&root->pool->mutex);
  return list;
}

static LodgerCaller *
untold_worker (LodgerPool *pool)
{
  LodgerCaller *worker;
  pthread_mutex_lock (&pool->mutex);
  for (worker = pool->workers; worker != NULL && worker->is_told; worker = worker->next_worker)
    ;
  if (worker != NULL)
    {
      worker->is_told = true;
      lodger_caller_ref (worker);
    }
  pthread_mutex_unlock (&pool->mutex);
  return worker;
}

void
lodger__pool_stop (LodgerCaller *root)
{
  LodgerPool *pool = root->pool;
  LodgerCaller *worker;
  if (pool == NULL)
    return;
  pthread_mutex_lock (&pool->mutex);
  pool->closed = true;
  while (pool->idle != NULL)
    lodger__pool_leave_place (pool, pool->idle);
  pthread_mutex_unlock (&pool->mutex);
  while ((worker = untold_worker (pool)) != NULL)
    {
      lodger_caller_stop (worker, true);
      lodger_caller_unref (worker);
    }
}
