/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pool/queue.h"

#include "life/life.h"
#include "mailbox/inbox.h"

#include <limits.h>

/* How calls come into a pool. Any thread puts one in without the pool's mutex; whoever has the mutex is the owner of that
 * inbox, and moves calls to the queue: as many as may run at once, as no more of them have to be counted.
 *
 * The inbox's signal says what a put has to do beside. POSTED: nothing; as the pool is, nobody would be woken. IDLE: the
 * one who puts takes the mutex and chooses who is woken.
 *
 * Why no call is left lying: whoever makes a choice possible (lodger__pool_choose() says when it is) sets the signal to
 * IDLE, under the mutex, and then looks at the inbox until it is told that nothing is ready, as an owner does before it
 * sleeps; inbox.c argues why that is enough. So either the call is seen by that look, or its put reads IDLE, or a
 * POSTED that another put has made of that IDLE, which is about to take the mutex and to look at all that has come. An
 * IDLE that was not needed costs one put the mutex, no more. */

/* Under the mutex. */
static void
count_queued (LodgerCallQueue *queue, int change)
{
  unsigned count = lodger__queue_count (queue);
  atomic_store_explicit (&queue->count, count + (unsigned) change, memory_order_relaxed);
}

LodgerItem *
lodger__queue_pop (LodgerCallQueue *queue)
{
  LodgerItem *item = queue->first;
  if (item != NULL)
    {
      queue->first = atomic_load_explicit (&item->next, memory_order_relaxed);
      count_queued (queue, -1);
    }
  return item;
}

void
lodger__queue_put (LodgerCallQueue *queue, LodgerItem *item, bool is_next)
{
  atomic_store_explicit (&item->next, is_next ? queue->first : NULL, memory_order_relaxed);
  if (queue->first != NULL && !is_next)
    atomic_store_explicit (&queue->last->next, item, memory_order_relaxed);
  if (queue->first == NULL || is_next)
    {
      queue->last = queue->first == NULL ? item : queue->last;
      queue->first = item;
    }
  else
    queue->last = item;
  count_queued (queue, 1);
}

static void
gather (LodgerPool *pool, unsigned most)
{
  LodgerItem *item;
  while (lodger__queue_count (&pool->queue) < most && (item = lodger__inbox_pop (&pool->incoming)) != NULL)
    lodger__queue_put (&pool->queue, item, false);
}

void
lodger__pool_gather (LodgerPool *pool)
{
  gather (pool, UINT_MAX);
}

void
lodger__pool_hush (LodgerPool *pool)
{
  if (!pool->is_quiet)
    lodger__inbox_claim (&pool->incoming);
  pool->is_quiet = true;
}

void
lodger__pool_look (LodgerPool *pool)
{
  if (!pool->closed)
    lodger__inbox_look (&pool->incoming);
  pool->is_quiet = false;
  do
    gather (pool, pool->running_max);
  while (lodger__queue_count (&pool->queue) < pool->running_max && lodger__inbox_is_ready (&pool->incoming));
}

LodgerItem *
lodger__pool_next (LodgerPool *pool)
{
  LodgerItem *item = lodger__queue_pop (&pool->queue);
  gather (pool, pool->running_max);
  return item != NULL ? item : lodger__queue_pop (&pool->queue);
}

/* ---- any thread -------------------------------------------------------------------------------------------------- */

void
lodger__pool_choose_now (LodgerCaller *root)
{
  LodgerPool *pool = lodger__pool_of (root);
  LodgerWakeUp wake_up;
  lodger__lock (&pool->lock);
  wake_up = lodger__pool_choose (root);
  lodger__unlock (&pool->lock);
  lodger__pool_wake (root, wake_up);
}

bool
lodger__pool_put (LodgerCaller *root, LodgerItem *item)
{
  LodgerPool *pool = lodger__pool_of (root);
  switch (lodger__inbox_push (&pool->incoming, item))
    {
    case LODGER_PUSH_QUIET: break;
    case LODGER_PUSH_WAKE: lodger__pool_choose_now (root); break;
    case LODGER_PUSH_LAST: lodger__parker_signal (&pool->gap.parker); break;
    case LODGER_PUSH_CLOSED: return false;
    }
  return true;
}

bool
lodger__pool_put_back (LodgerCaller *worker, LodgerItem *item)
{
  LodgerCaller *root = lodger__root (worker);
  LodgerPool *pool = lodger__pool_of (root);
  LodgerWakeUp wake_up = { NULL, 0 };
  bool is_open;
  lodger__lock (&pool->lock);
  lodger__worker_uncount (pool, worker);
  is_open = !pool->closed;
  if (is_open)
    {
      lodger__queue_put (&pool->queue, item, true);
      wake_up = lodger__pool_choose (root);
    }
  lodger__unlock (&pool->lock);
  lodger__pool_wake (root, wake_up);
  return is_open;
}

/* All that were put in before are in the queue then. A submitter in a gap has only to link its call, and then signals. */
void
lodger__pool_close (LodgerPool *pool)
{
  lodger__lock (&pool->lock);
  if (!pool->closed)
    {
      pool->closed = true;
      lodger__inbox_close (&pool->incoming);
    }
  while (pool->idle.first != NULL)
    lodger__worker_leave_state (pool, lodger__list_first (&pool->idle, LodgerWorker, idle)->caller);
  lodger__pool_gather (pool);
  while (!lodger__inbox_is_empty (&pool->incoming))
    {
      if (!lodger__inbox_is_ready (&pool->incoming))
        {
          lodger__unlock (&pool->lock);
          lodger__parker_wait (&pool->gap.parker, LODGER_FOREVER);
          lodger__lock (&pool->lock);
        }
      lodger__pool_gather (pool);
    }
  lodger__unlock (&pool->lock);
}
