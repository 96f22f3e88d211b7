/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call/run.h"
#include "life/life.h"
#include "pool/queue.h"

/* A pool, for people: how many threads it has, and which calls wait for one. */

/* Under the pool's mutex a call that waits stays where it is. */
static void
write_queue (LodgerPool *pool, LodgerText *text)
{
  unsigned count = 0;
  for (LodgerItem *item = pool->queue.first; item != NULL;
       item = atomic_load_explicit (&item->next, memory_order_relaxed))
    if (count++ < LODGER_TEXT_MOST)
      {
        lodger__text_label (text, 1, count == 1 ? "queue" : "");
        lodger__pending_write ((const LodgerPending *) item, text);
        lodger__text_add (text, "\n");
      }
  lodger__text_rest (text, 1, "", count);
}

void
lodger__pool_write (const LodgerCaller *root, LodgerText *text)
{
  LodgerPool *pool = atomic_load_explicit (&root->pool.pool, memory_order_acquire);
  if (pool == NULL)
    return;
  lodger__lock (&pool->lock);
  lodger__pool_gather (pool);
  lodger__text_label (text, 1, "pool");
  lodger__text_add (text, "%u of %u threads, %u idle, %u in waits; %u of %u calls run, %u queued%s\n",
                    pool->worker_count, pool->worker_max, pool->idle_count, pool->blocked, pool->running,
                    pool->running_max, lodger__queue_count (&pool->queue), pool->closed ? "; closed" : "");
  write_queue (pool, text);
  lodger__unlock (&pool->lock);
}
