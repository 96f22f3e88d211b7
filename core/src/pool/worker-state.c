/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call/run.h"
#include "life/life.h"
#include "life/phase.h"
#include "mailbox/post.h"
#include "pool/queue.h"

#include <stdlib.h>

/* Where the workers of a pool are, how many of them count, and who is woken next. What changes is under the pool's
 * mutex. */

/* On cache lines of its own: each worker writes to its part at each call. */
bool
lodger__worker_init (LodgerCaller *caller)
{
  LodgerWorker *worker = aligned_alloc (64, (sizeof *worker + 63) / 64 * 64);
  caller->pool.worker = worker;
  if (worker == NULL)
    return false;
  *worker = (LodgerWorker) { .caller = caller };
  atomic_init (&worker->state, LODGER_WORKER_WAKING);
  atomic_init (&worker->idle_until, LODGER_FOREVER);
  return true;
}

bool
lodger__is_worker (const LodgerCaller *caller)
{
  return caller->pool.worker != NULL;
}

void
lodger__worker_never_came (LodgerCaller *caller)
{
  atomic_store (&caller->pool.worker->state, LODGER_WORKER_AT_WORK);
}

bool
lodger__worker_wants_call (const LodgerCaller *caller)
{
  return caller->pool.worker->busy_with == NULL && !lodger__is_stopping (caller);
}

/* A look around between a call and the sleep is no use of it. */
void
lodger__worker_note_idle (LodgerCaller *caller)
{
  LodgerWorker *worker = caller->pool.worker;
  int64_t duration = atomic_load (&lodger__root (caller)->pool.idle_duration);
  if (worker->idle_since == 0)
    worker->idle_since = lodger__host_now (caller);
  atomic_store (&worker->idle_until, duration > 0 && duration < LODGER_FOREVER - worker->idle_since
                                         ? worker->idle_since + duration
                                         : LODGER_FOREVER);
}

/* One that the pool does not need is kept for its own calls, which its end would cancel. */
bool
lodger__worker_make_idle (LodgerPool *pool, LodgerCaller *caller)
{
  LodgerWorker *worker = caller->pool.worker;
  LodgerLink *at;
  worker->is_surplus
      = pool->idle_count >= atomic_load (&lodger__root (caller)->pool.idle_limit) && pool->queue.first == NULL;
  if (pool->closed || !lodger__worker_wants_call (caller)
      || (worker->is_surplus && !lodger__calls_are_to_come (caller)))
    return false;
  lodger__worker_note_idle (caller);
  atomic_store (&worker->state, LODGER_WORKER_IDLE);
  for (at = pool->idle.first; at != NULL && lodger__list_item (at, LodgerWorker, idle)->last_use > worker->last_use;
       at = at->next)
    ;
  lodger__list_insert (&pool->idle, &worker->idle, at);
  pool->idle_count++;
  return true;
}

void
lodger__worker_comes (LodgerPool *pool, LodgerCaller *caller)
{
  atomic_store (&caller->pool.worker->state, LODGER_WORKER_WAKING);
  pool->waking++;
}

void
lodger__worker_leave_state (LodgerPool *pool, LodgerCaller *caller)
{
  LodgerWorker *worker = caller->pool.worker;
  switch ((LodgerWorkerState) atomic_load (&worker->state))
    {
    case LODGER_WORKER_AT_WORK: return;
    case LODGER_WORKER_WAKING: pool->waking--; break;
    case LODGER_WORKER_SEARCHING: pool->is_searched = false; break;
    case LODGER_WORKER_IDLE:
      lodger__list_remove (&worker->idle);
      pool->idle_count--;
      break;
    }
  atomic_store (&worker->state, LODGER_WORKER_AT_WORK);
}

void
lodger__worker_uncount (LodgerPool *pool, LodgerCaller *caller)
{
  LodgerWorker *worker = caller->pool.worker;
  if (worker->is_counted)
    pool->running--;
  if (worker->is_blocked)
    pool->blocked--;
  else if (worker->is_away)
    pool->away--;
  worker->is_counted = worker->is_blocked = worker->is_away = false;
}

static bool
may_grow (const LodgerPool *pool)
{
  return pool->worker_count < pool->worker_max && pool->worker_count - pool->blocked - pool->away < pool->running_max;
}

/* Somebody would be woken if there were a call too many. */
static bool
may_choose (const LodgerCaller *root, const LodgerPool *pool)
{
  return !pool->is_searched && !pool->closed && pool->running + pool->waking < pool->running_max
         && (pool->idle.first != NULL || may_grow (pool)) && lodger__phase (root) != LODGER_PHASE_INITIAL;
}

LodgerWakeUp
lodger__pool_choose (LodgerCaller *root)
{
  LodgerPool *pool = lodger__pool_of (root);
  LodgerWakeUp wake_up = { NULL, 0 };
  if (!may_choose (root, pool))
    {
      lodger__pool_hush (pool);
      return wake_up;
    }
  lodger__pool_look (pool);
  if (lodger__queue_count (&pool->queue) <= pool->waking)
    return wake_up;
  if (pool->idle.first != NULL)
    {
      wake_up.worker = lodger_caller_ref (lodger__list_first (&pool->idle, LodgerWorker, idle)->caller);
      lodger__worker_leave_state (pool, wake_up.worker);
      atomic_store (&wake_up.worker->pool.worker->state, LODGER_WORKER_WAKING);
      pool->waking++;
    }
  else
    {
      pool->worker_count++;
      pool->waking++;
      wake_up.grows = ++pool->made;
    }
  if (!may_choose (root, pool))
    lodger__pool_hush (pool);
  return wake_up;
}
