/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define LODGER_NO_CALL_SITES
#include "queue/queue.h"

#include "base/log.h"
#include "base/options.h"
#include "call/spawn.h"
#include "life/phase.h"
#include "mailbox/post.h"
#include "pending/carry.h"

#include <lodger/scope.h>

/* How items come into a queue. */

/* Space for an item. True in *ret_replaces: it is that of the oldest one. */
static int
admit (LodgerQueue *queue, bool *ret_replaces, const char *function)
{
  if (queue->options.limit == 0 || lodger__admission_try (&queue->admission))
    return 0;
  switch (queue->options.overflow)
    {
    case LODGER_QUEUE_BLOCK: return lodger__admission_take (&queue->admission, function);
    case LODGER_QUEUE_REFUSE: return LODGER_EAGAIN;
    case LODGER_QUEUE_DROP_OLDEST: break;
    }
  *ret_replaces = true;
  return 0;
}

static int64_t
key_of (const LodgerQueue *queue, int priority)
{
  switch (queue->options.order)
    {
    case LODGER_QUEUE_LAST_IN: return -(int64_t) queue->waiting.sequence;
    case LODGER_QUEUE_PRIORITY: return -(int64_t) priority;
    case LODGER_QUEUE_FIRST_IN: break;
    }
  return 0;
}

/* Under the mutex: the oldest leaves its space to another. None waits: it has just begun, and has given its space
 * back. */
static int
replace_oldest (LodgerQueue *queue)
{
  LodgerQueueItem *oldest = lodger__list_first (&queue->by_age, LodgerQueueItem, age);
  if (oldest == NULL)
    return lodger__admission_try (&queue->admission) ? 0 : LODGER_EAGAIN;
  lodger__list_remove (&oldest->age);
  lodger__heap_remove (&queue->waiting, &oldest->order);
  lodger__list_append (&queue->dropped, &oldest->age);
  return 0;
}

/* It is in the queue then, or what speaks against it. */
static int
put_in (LodgerQueue *queue, LodgerQueueItem *item, int priority, bool replaces)
{
  int code = 0;
  pthread_mutex_lock (&queue->mutex);
  if (queue->is_closed)
    code = LODGER_ESHUTDOWN;
  else if (!lodger__heap_insert (&queue->waiting, &item->order, key_of (queue, priority)))
    code = LODGER_ENOMEM;
  else if (replaces && (code = replace_oldest (queue)) != 0)
    lodger__heap_remove (&queue->waiting, &item->order);
  else
    lodger__list_append (&queue->by_age, &item->age);
  pthread_mutex_unlock (&queue->mutex);
  return code;
}

static LodgerQueueItem *
item_new (LodgerQueue *queue, const LodgerWork *work, const LodgerQueueItemOptions *given)
{
  const LodgerCallOptions options = { .size = sizeof options,
                                      .name = given->name,
                                      .file = given->file,
                                      .line = given->line,
                                      .flags = LODGER_PENDING_MAY_FAIL,
                                      .context = lodger__no_context };
  LodgerQueueItem *item
      = (LodgerQueueItem *) lodger__pending_new_call (&lodger__queue_item_ops, queue->caller, work, &options);
  if (item == NULL)
    return NULL;
  lodger__pending_set_stack_order (&item->pending, lodger__spawn_stack_order (given->stack_size));
  item->order = (LodgerHeapLink) { 0, 0, 0 };
  item->age = (LodgerLink) { NULL, NULL, NULL };
  item->queue = queue;
  if (lodger__carry_lend (&item->pending, queue->context))
    return item;
  lodger__pending_discard_call (&item->pending);
  return NULL;
}

/* With space for it. Afterwards the queue may be gone, if that was its last call. */
static int
submit (LodgerQueue *queue, const LodgerWork *work, const LodgerQueueItemOptions *options, bool replaces)
{
  LodgerQueueItem *item = item_new (queue, work, options);
  LodgerItem *token = item != NULL ? lodger__queue_token_new (queue) : NULL;
  int code = token != NULL ? 0 : LODGER_ENOMEM;
  if (code == 0)
    {
      lodger__queue_hold (queue);
      code = put_in (queue, item, options->priority, replaces);
      if (code != 0)
        lodger__queue_release (queue);
    }
  if (code == 0)
    {
      lodger__push (queue->caller, token);
      lodger_pending_unref (&item->pending);
      return 0;
    }
  if (token != NULL)
    lodger__queue_token_free (token);
  if (item != NULL)
    lodger__pending_discard_call (&item->pending);
  return code;
}

int
lodger__queue_call (LodgerQueue *queue, const LodgerWork *work, const LodgerQueueItemOptions *options,
                    const char *function)
{
  bool replaces = false;
  int code = 0;
  if (lodger__is_stopping (queue->caller))
    code = LODGER_ESHUTDOWN;
  else if (lodger_scope_has_ended (queue->options.scope) && queue->options.scope != NULL)
    code = LODGER_ECANCELED;
  if (code == 0)
    code = lodger__queue_start (queue);
  if (code == 0)
    code = admit (queue, &replaces, function);
  if (code != 0)
    return code;
  code = submit (queue, work, options, replaces);
  if (code != 0 && !replaces && queue->options.limit > 0)
    lodger__admission_give (&queue->admission);
  return code;
}

int
lodger__queue_read_item (const LodgerQueueItemOptions *given, const LodgerWork *work,
                         LodgerQueueItemOptions *ret_options, const char *function)
{
  LodgerQueueItemOptions own;
  const char *reason;
  *ret_options = (LodgerQueueItemOptions) { .size = sizeof *ret_options };
  given = lodger__options (given, &own, sizeof own, &reason);
  if (given != NULL)
    *ret_options = *given;
  if (reason == NULL && !lodger__work_has_func (work))
    reason = "the function is NULL";
  return reason != NULL ? lodger__misuse_at (function, LODGER_EINVAL, reason, ret_options->file, ret_options->line) : 0;
}

static int
add (LodgerQueue *queue, const LodgerWork *work, const LodgerQueueItemOptions *given, bool is_spawned,
     const char *function)
{
  LodgerQueueItemOptions options;
  const char *reason = NULL;
  int code = lodger__queue_read_item (given, work, &options, function);
  if (code == 0)
    code = lodger__queue_check (queue, function, &options);
  if (code == 0 && options.scope != NULL)
    reason = "an item has no scope: its queue has";
  else if (code == 0 && !is_spawned && options.stack_size != 0)
    reason = "only a spawned item has a stack of its own";
  else if (code == 0 && is_spawned
           && (options.stack_size = lodger__spawn_stack_size (queue->caller, options.stack_size)) == 0)
    reason = "a stack of more than 1 GiB";
  if (reason != NULL)
    code = lodger__misuse_at (function, LODGER_EINVAL, reason, options.file, options.line);
  if (code == 0)
    code = lodger__queue_call (queue, work, &options, function);
  if (code != 0)
    lodger__work_destroy (work);
  return code;
}

int
lodger_queue_call_full (LodgerQueue *queue, LodgerCallFunc func, void *data, LodgerDestroyFunc destroy,
                        const LodgerQueueItemOptions *options)
{
  const LodgerWork work = lodger__work (func, data, destroy);
  return add (queue, &work, options, false, "lodger_queue_call");
}

int
lodger_queue_spawn_full (LodgerQueue *queue, LodgerCallFunc func, void *data, LodgerDestroyFunc destroy,
                         const LodgerQueueItemOptions *options)
{
  const LodgerWork work = lodger__work (func, data, destroy);
  return add (queue, &work, options, true, "lodger_queue_spawn");
}

int
lodger_queue_spawn (LodgerQueue *queue, LodgerCallFunc func, void *data, LodgerDestroyFunc destroy)
{
  return lodger_queue_spawn_full (queue, func, data, destroy, NULL);
}

int
lodger_queue_call (LodgerQueue *queue, LodgerCallFunc func, void *data, LodgerDestroyFunc destroy)
{
  return lodger_queue_call_full (queue, func, data, destroy, NULL);
}
