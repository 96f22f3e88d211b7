/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "queue/queue.h"

#include "base/log.h"
#include "base/site.h"
#include "base/slab.h"
#include "call/run.h"
#include "call/submit.h"
#include "life/life.h"
#include "life/phase.h"
#include "mailbox/post.h"

#include <stdlib.h>

/* The owner's side. A token that comes in its turn runs the next item, or drops one that was replaced. While an item runs, or has
 * returned and is not done, nothing else runs, and tokens are counted; once it is done, the pump runs what is owed, one item
 * each time it comes, so that a slice may end in between.
 *
 * The pump is one item, sent at most once at a time. Whoever wants it changes what it looks at, and then sets `is_sent`; the
 * owner clears `is_sent`, and then looks: so that the last change is seen. */

typedef struct Token
{
  LodgerItem item; /* first */
  LodgerQueue *queue;
} Token;

static void token_run (LodgerCaller *caller, LodgerItem *item);
static void token_drop (LodgerCaller *caller, LodgerItem *item);

static const LodgerItemOps token_ops = { .run = token_run, .drop = token_drop };

LodgerItem *
lodger__queue_token_new (LodgerQueue *queue)
{
  Token *token = lodger__slab_new (LODGER_SLAB_SMALL);
  if (token == NULL)
    return NULL;
  token->item.ops = &token_ops;
  token->queue = queue;
  lodger__queue_hold (queue);
  return &token->item;
}

void
lodger__queue_token_free (LodgerItem *item)
{
  LodgerQueue *queue = ((Token *) item)->queue;
  lodger__slab_free (LODGER_SLAB_SMALL, item);
  lodger__queue_release (queue);
}

/* ---- the next item ----------------------------------------------------------------------------------------------------- */

typedef enum Fate
{
  RUNS,
  IS_DROPPED,
  WAS_REPLACED /* dropped: another item has its space */
} Fate;

/* NULL: there is none. One that runs is the running one from here on. */
static LodgerQueueItem *
take (LodgerQueue *queue, Fate *ret_fate)
{
  LodgerQueueItem *item;
  pthread_mutex_lock (&queue->mutex);
  item = lodger__list_item (lodger__list_pop (&queue->dropped), LodgerQueueItem, age);
  *ret_fate = item != NULL ? WAS_REPLACED : queue->is_closed ? IS_DROPPED : RUNS;
  if (item == NULL && queue->waiting.count > 0)
    {
      item = lodger__heap_item (lodger__heap_first (&queue->waiting), LodgerQueueItem, order);
      lodger__heap_remove (&queue->waiting, &item->order);
      lodger__list_remove (&item->age);
      if (*ret_fate == RUNS)
        queue->running = lodger_pending_ref (&item->pending);
    }
  pthread_mutex_unlock (&queue->mutex);
  return item;
}

/* It waits no more. */
static void
leave (LodgerQueue *queue)
{
  if (queue->options.limit > 0)
    lodger__admission_give (&queue->admission);
}

static void
drop (LodgerCaller *caller, LodgerQueueItem *item, Fate fate)
{
  LodgerQueue *queue = item->queue;
  if (fate == IS_DROPPED)
    leave (queue);
  lodger_pending_cancel (&item->pending, "its queue has dropped it");
  lodger__run_drop (caller, &item->pending);
  lodger__queue_release (queue);
}

static void
tell_failure (const LodgerQueue *queue, LodgerPending *pending)
{
  LodgerText text = { 0 };
  char *line;
  if (lodger_pending_get_outcome (pending) != LODGER_EFAILED)
    return;
  lodger__text_site (&text, lodger__pending_site (pending), "an item");
  line = lodger__text_take (&text);
  lodger__log (LODGER_LOG_WARNING, "the queue %s goes on: %s has failed: %s",
               queue->options.name != NULL ? queue->options.name : "", line != NULL ? line : "an item",
               lodger_error_get_message (lodger_pending_get_error (pending)));
  lodger_free (line);
}

/* The item that ran is done. */
static void
end_running (LodgerQueue *queue)
{
  LodgerPending *pending = queue->running;
  tell_failure (queue, pending);
  pthread_mutex_lock (&queue->mutex);
  queue->running = NULL;
  pthread_mutex_unlock (&queue->mutex);
  lodger_pending_unref (pending);
}

/* It may be done elsewhere, and at any moment. */
static void
notify (LodgerListener *listener, LodgerPending *done)
{
  LodgerQueue *queue = lodger__owner (listener, LodgerQueue, listener);
  (void) done;
  atomic_store (&queue->is_back, true);
  lodger__queue_pump (queue);
  lodger__queue_release (queue);
}

LODGER_LISTENER_OPS (listener_ops, notify, NULL, false);

static void
run (LodgerCaller *caller, LodgerQueueItem *item)
{
  LodgerQueue *queue = item->queue;
  LodgerPending *pending = queue->running;
  leave (queue);
  if (lodger__run_call (caller, &item->pending, NULL))
    end_running (queue);
  else
    {
      queue->listener = lodger__listener (&listener_ops);
      lodger__queue_hold (queue);
      if (!lodger__pending_listen (pending, &queue->listener))
        {
          lodger__queue_release (queue);
          end_running (queue);
        }
    }
  lodger__queue_release (queue);
}

/* Nothing is to come any more. Whoever closes or releases it sends the pump afterwards, so that the owner looks again. */
static bool
is_over (LodgerQueue *queue)
{
  bool is;
  if (!atomic_load (&queue->is_closed) && !atomic_load (&queue->is_released))
    return false;
  pthread_mutex_lock (&queue->mutex);
  is = (queue->is_closed || queue->is_released) && queue->waiting.count == 0 && queue->dropped.first == NULL
       && queue->running == NULL;
  if (is)
    queue->is_closed = true;
  pthread_mutex_unlock (&queue->mutex);
  if (is)
    lodger__queue_forget (queue);
  return is;
}

/* Unless nobody refers to it, it was cancelled, or is about to be by a stop or a close. Of a cancelled pending, any answer is a
 * cancel. */
static void
answer (LodgerQueue *queue)
{
  LodgerReply *reply = queue->reply;
  LodgerPending *pending;
  bool was_closed = atomic_load (&queue->is_closed);
  if (reply == NULL || !is_over (queue))
    return;
  queue->reply = NULL;
  /* `queue->pending` is the submitter's to write, who may not have come to it. */
  pending = lodger_reply_get_pending (reply);
  if (was_closed && !lodger_pending_is_cancelled (pending))
    lodger_pending_cancel (pending,
                           lodger__is_stopping (queue->caller) ? lodger__closed_message : "its queue was closed");
  lodger_reply_return_int (reply, 0);
}

/* An item is owed, and one may leave now. Those that are dropped wait for none that runs. */
static bool
may_take (LodgerQueue *queue)
{
  bool may = queue->running == NULL || atomic_load (&queue->is_closed);
  if (queue->owed == 0 || may)
    return queue->owed > 0;
  pthread_mutex_lock (&queue->mutex);
  may = queue->dropped.first != NULL;
  pthread_mutex_unlock (&queue->mutex);
  return may;
}

static void
serve_one (LodgerCaller *caller, LodgerQueue *queue)
{
  LodgerQueueItem *item = NULL;
  Fate fate = RUNS;
  if (may_take (queue))
    {
      queue->owed--;
      item = take (queue, &fate);
    }
  if (item != NULL && fate == RUNS)
    run (caller, item);
  else if (item != NULL)
    drop (caller, item, fate);
}

/* The owner has done what it can do in this item of its turn. */
static void
go_on (LodgerQueue *queue)
{
  if (may_take (queue))
    lodger__queue_pump (queue);
  answer (queue);
}

/* ---- tokens and the pump ----------------------------------------------------------------------------------------------- */

static void
token_run (LodgerCaller *caller, LodgerItem *item)
{
  LodgerQueue *queue = ((Token *) item)->queue;
  if (lodger__is_stopping (caller))
    lodger__queue_end (queue, lodger__closed_message);
  queue->owed++;
  serve_one (caller, queue);
  go_on (queue);
  lodger__queue_token_free (item);
}

static void
token_drop (LodgerCaller *caller, LodgerItem *item)
{
  LodgerQueue *queue = ((Token *) item)->queue;
  LodgerQueueItem *dropped;
  Fate fate;
  lodger__queue_end (queue, lodger__closed_message);
  if ((dropped = take (queue, &fate)) != NULL)
    drop (caller, dropped, fate);
  lodger__queue_token_free (item);
}

void
lodger__queue_pump (LodgerQueue *queue)
{
  if (atomic_exchange (&queue->is_sent, true))
    return;
  lodger__queue_hold (queue);
  lodger__push (queue->caller, &queue->pump);
}

static void
pump_run (LodgerCaller *caller, LodgerItem *item)
{
  LodgerQueue *queue = lodger__list_item (item, LodgerQueue, pump);
  atomic_store (&queue->is_sent, false);
  if (lodger__is_stopping (caller))
    lodger__queue_end (queue, lodger__closed_message);
  if (atomic_exchange (&queue->is_back, false))
    end_running (queue);
  serve_one (caller, queue);
  go_on (queue);
  lodger__queue_release (queue);
}

/* The caller is at its end: what is owed has no token any more. */
static void
pump_drop (LodgerCaller *caller, LodgerItem *item)
{
  LodgerQueue *queue = lodger__list_item (item, LodgerQueue, pump);
  LodgerQueueItem *dropped;
  Fate fate;
  atomic_store (&queue->is_sent, false);
  lodger__queue_end (queue, lodger__closed_message);
  while ((dropped = take (queue, &fate)) != NULL)
    drop (caller, dropped, fate);
  if (atomic_exchange (&queue->is_back, false))
    end_running (queue);
  answer (queue);
  lodger__queue_release (queue);
}

const LodgerItemOps lodger__queue_pump_ops = { .run = pump_run, .drop = pump_drop };

/* The thread is gone, and with it the caller. */
static void
item_exited (LodgerCaller *caller, LodgerItem *item)
{
  LodgerQueue *queue = ((LodgerQueueItem *) item)->queue;
  lodger__run_exited (caller, (LodgerPending *) item);
  end_running (queue);
  lodger__queue_release (queue);
}

const LodgerItemOps lodger__queue_item_ops = { .exited = item_exited,
                                               .ended = lodger__unfinished_ended,
                                               .blocked_on = lodger__run_blocked_on,
                                               .slab_class = LODGER_SLAB_LARGE };

/* ---- begin and end ----------------------------------------------------------------------------------------------------- */

static void
on_cancel (LodgerPending *pending, const char *message, void *data)
{
  (void) pending;
  lodger__queue_end (data, message != NULL ? message : "its queue was cancelled");
}

static void
let_go (void *data)
{
  lodger__queue_release (data);
}

/* A cancel cancels the running item inside of it. The owner may bring the queue to its end meanwhile. */
void
lodger__queue_begin (LodgerPending *self, void *data)
{
  LodgerQueue *queue = data;
  queue->reply = lodger_pending_defer (self);
  lodger__queue_hold (queue);
  lodger_pending_set_canceller (self, on_cancel, queue, let_go);
  answer (queue);
}

void
lodger__queue_end (LodgerQueue *queue, const char *message)
{
  LodgerPending *running;
  bool was_closed;
  pthread_mutex_lock (&queue->mutex);
  was_closed = queue->is_closed;
  queue->is_closed = true;
  running = was_closed ? NULL : lodger_pending_ref (queue->running);
  pthread_mutex_unlock (&queue->mutex);
  lodger__queue_forget (queue);
  if (was_closed)
    return;
  if (queue->options.limit > 0)
    lodger__admission_close (&queue->admission);
  if (!lodger_pending_is_cancelled (running))
    lodger_pending_cancel (running, message);
  lodger_pending_unref (running);
  lodger__queue_pump (queue);
}
