/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define LODGER_NO_CALL_SITES
#include "queue/queue.h"

#include "base/fork.h"
#include "base/log.h"
#include "base/options.h"
#include "base/port.h"
#include "base/site.h"
#include "call/submit.h"
#include "life/life.h"
#include "life/phase.h"
#include "mailbox/post.h"
#include "pending/carry.h"

#include <lodger/scope.h>
#include <stdlib.h>

/* A queue's life, and how items come into it. */

/* ---- life -------------------------------------------------------------------------------------------------------------- */

static bool
is_before_fork (const LodgerQueue *queue)
{
  return queue->generation != (uint16_t) lodger__generation_now ();
}

static int
check (const LodgerQueue *queue, const char *function, const LodgerQueueItemOptions *options)
{
  const char *reason = queue == NULL            ? "the queue is NULL"
                       : is_before_fork (queue) ? lodger__before_fork_message
                                                : NULL;
  if (reason == NULL)
    return 0;
  return lodger__misuse_at (function, queue == NULL ? LODGER_EINVAL : LODGER_ECHILD, reason,
                            options != NULL ? options->file : NULL, options != NULL ? options->line : 0);
}

void
lodger__queue_hold (LodgerQueue *queue)
{
  atomic_fetch_add_explicit (&queue->holds, 1, memory_order_relaxed);
}

void
lodger__queue_release (LodgerQueue *queue)
{
  if (atomic_fetch_sub_explicit (&queue->holds, 1, memory_order_acq_rel) != 1)
    return;
  lodger_pending_unref (queue->pending);
  lodger_context_unref (queue->context);
  lodger_scope_unref (queue->options.scope);
  lodger_caller_unref (queue->caller);
  lodger__heap_clear (&queue->waiting);
  if (!is_before_fork (queue))
    {
      lodger__admission_clear (&queue->admission);
      pthread_mutex_destroy (&queue->mutex);
    }
  free (queue);
}

static void
release (void *data)
{
  lodger__queue_release (data);
}

static const char *
refusal (const LodgerCaller *caller, const LodgerQueueOptions *options, int *ret_code)
{
  *ret_code = LODGER_EINVAL;
  if (caller == NULL)
    return "the caller is NULL";
  if ((unsigned) options->order > LODGER_QUEUE_PRIORITY || (unsigned) options->overflow > LODGER_QUEUE_DROP_OLDEST)
    return "an unknown order or overflow";
  *ret_code = LODGER_ECHILD;
  return lodger__is_before_fork (caller) ? lodger__before_fork_message : NULL;
}

static LodgerQueue *
make (LodgerCaller *caller, const LodgerQueueOptions *options)
{
  LodgerQueue *queue = calloc (1, sizeof *queue);
  if (queue == NULL)
    return NULL;
  atomic_init (&queue->refs, 1);
  atomic_init (&queue->holds, 1);
  queue->generation = (uint16_t) lodger__generation_now ();
  queue->caller = lodger_caller_ref (caller);
  queue->options = *options;
  lodger_scope_ref (options->scope);
  lodger__admission_init (&queue->admission, "a queue", caller, options->limit);
  queue->pump.ops = &lodger__queue_pump_ops;
  lodger__port_mutex_init (&queue->mutex);
  return queue;
}

LodgerQueue *
lodger_queue_new (LodgerCaller *caller, const LodgerQueueOptions *given)
{
  LodgerQueueOptions own, options = { .size = sizeof options };
  const char *reason;
  LodgerQueue *queue = NULL;
  int code = LODGER_EINVAL;
  given = lodger__options (given, &own, sizeof own, &reason);
  if (given != NULL)
    options = *given;
  if (reason == NULL)
    reason = refusal (caller, &options, &code);
  if (reason == NULL && (queue = make (caller, &options)) == NULL)
    {
      code = LODGER_ENOMEM;
      reason = "no memory";
    }
  if (queue == NULL)
    lodger__misuse_at (__func__, code, reason, options.file, options.line);
  return queue;
}

LodgerQueue *
lodger_queue_ref (LodgerQueue *queue)
{
  if (queue != NULL)
    {
      lodger__queue_hold (queue);
      atomic_fetch_add_explicit (&queue->refs, 1, memory_order_relaxed);
    }
  return queue;
}

void
lodger_queue_unref (LodgerQueue *queue)
{
  bool has_begun;
  if (queue == NULL)
    return;
  if (atomic_fetch_sub_explicit (&queue->refs, 1, memory_order_acq_rel) == 1 && !is_before_fork (queue))
    {
      pthread_mutex_lock (&queue->mutex);
      queue->is_released = true;
      has_begun = queue->pending != NULL;
      pthread_mutex_unlock (&queue->mutex);
      if (has_begun)
        lodger__queue_pump (queue);
    }
  lodger__queue_release (queue);
}

/* ---- its pending ------------------------------------------------------------------------------------------------------- */

/* It may be done before it has ever run. */
static void
ended (LodgerListener *listener, LodgerPending *done)
{
  LodgerQueue *queue = lodger__list_item (listener, LodgerQueue, end_listener);
  (void) done;
  lodger__queue_end (queue, "its queue has ended");
  lodger__queue_release (queue);
}

static const LodgerListenerOps end_ops = { .notify = ended, .is_late = true };

/* 0, or why there is none. Another call may begin the queue later. */
static int
make_pending (LodgerQueue *queue)
{
  const LodgerCallOptions options = { .size = sizeof options,
                                      .name = queue->options.name != NULL ? queue->options.name : "a queue",
                                      .file = queue->options.file,
                                      .line = queue->options.line,
                                      .scope = queue->options.scope,
                                      .trackers = LODGER_TRACK_MANAGERS };
  LodgerPending *pending;
  bool is_closed;
  int code;
  lodger__queue_hold (queue);
  pending = lodger_caller_call_soon_full (queue->caller, lodger__queue_begin, queue, release, &options);
  code = lodger_pending_get_outcome (pending);
  if (code == LODGER_EFAILED && !lodger_pending_is_cancelled (pending))
    {
      code = lodger_error_get_code (lodger_pending_get_error (pending));
      lodger_pending_unref (pending);
      return code;
    }
  pthread_mutex_lock (&queue->mutex);
  queue->pending = pending;
  is_closed = queue->is_closed;
  pthread_mutex_unlock (&queue->mutex);
  queue->end_listener = lodger__listener (&end_ops);
  lodger__queue_hold (queue);
  if (!lodger__pending_listen (pending, &queue->end_listener))
    ended (&queue->end_listener, pending);
  else if (is_closed)
    lodger_pending_cancel (pending, "its queue was closed");
  return 0;
}

/* The first call begins the queue, in its context. */
static int
begin (LodgerQueue *queue)
{
  LodgerContext *context = NULL;
  bool is_first;
  int code
      = lodger__context_narrow (lodger_context_current (), LODGER_TRACKED_MANAGERS, NULL, &context) ? 0 : LODGER_ENOMEM;
  if (code != 0)
    return code;
  pthread_mutex_lock (&queue->mutex);
  is_first = !queue->has_begun;
  queue->has_begun = true;
  if (is_first)
    queue->context = lodger_context_ref (context);
  pthread_mutex_unlock (&queue->mutex);
  lodger_context_unref (context);
  if (!is_first)
    return 0;
  code = make_pending (queue);
  if (code == 0)
    return 0;
  pthread_mutex_lock (&queue->mutex);
  context = queue->context;
  queue->context = NULL;
  queue->has_begun = false;
  pthread_mutex_unlock (&queue->mutex);
  lodger_context_unref (context);
  return code;
}

LodgerPending *
lodger_queue_get_pending (LodgerQueue *queue)
{
  LodgerPending *pending;
  if (queue == NULL || is_before_fork (queue))
    return NULL;
  pthread_mutex_lock (&queue->mutex);
  pending = queue->pending;
  pthread_mutex_unlock (&queue->mutex);
  return pending;
}

void
lodger_queue_close (LodgerQueue *queue, const char *message)
{
  LodgerPending *pending;
  if (check (queue, __func__, NULL) != 0)
    return;
  message = message != NULL ? message : "its queue was closed";
  pending = lodger_queue_get_pending (queue);
  lodger__queue_hold (queue);
  lodger__queue_end (queue, message);
  lodger_pending_cancel (pending, message);
  lodger__queue_release (queue);
}

/* ---- items ------------------------------------------------------------------------------------------------------------- */

/* Space for an item. True in *ret_replaces: it is that of the oldest one. */
static int
admit (LodgerQueue *queue, bool *ret_replaces, const char *function)
{
  if (queue->admission.limit == 0 || lodger__admission_try (&queue->admission))
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

/* Under the mutex: the oldest leaves its space to another. None waits: it has just begun, and has given its space back. */
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
  item->order = (LodgerHeapLink) { 0, 0, 0 };
  item->age = (LodgerLink) { NULL, NULL, NULL };
  item->queue = queue;
  if (lodger__carry_lend (&item->pending, queue->context))
    return item;
  lodger__pending_discard_call (&item->pending);
  return NULL;
}

/* With space for it. */
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

static int
call (LodgerQueue *queue, const LodgerWork *work, const LodgerQueueItemOptions *options, const char *function)
{
  bool replaces = false;
  int code = 0;
  if (lodger__is_stopping (queue->caller))
    code = LODGER_ESHUTDOWN;
  else if (lodger_scope_has_ended (queue->options.scope) && queue->options.scope != NULL)
    code = LODGER_ECANCELED;
  if (code == 0)
    code = begin (queue);
  if (code == 0)
    code = admit (queue, &replaces, function);
  if (code != 0)
    return code;
  lodger__queue_hold (queue);
  code = submit (queue, work, options, replaces);
  if (code != 0 && !replaces && queue->admission.limit > 0)
    lodger__admission_give (&queue->admission);
  lodger__queue_release (queue);
  return code;
}

int
lodger_queue_call_full (LodgerQueue *queue, LodgerCallFunc func, void *data, LodgerDestroyFunc destroy,
                        const LodgerQueueItemOptions *given)
{
  static const char function[] = "lodger_queue_call";
  const LodgerWork work = lodger__work (func, data, destroy);
  LodgerQueueItemOptions own, options = { .size = sizeof options };
  const char *reason;
  int code;
  given = lodger__options (given, &own, sizeof own, &reason);
  if (given != NULL)
    options = *given;
  code = reason == NULL ? check (queue, function, &options)
                        : lodger__misuse_at (function, LODGER_EINVAL, reason, options.file, options.line);
  if (code == 0 && func == NULL)
    code = lodger__misuse_at (function, LODGER_EINVAL, "the function is NULL", options.file, options.line);
  if (code == 0)
    code = call (queue, &work, &options, function);
  if (code != 0)
    lodger__work_destroy (&work);
  return code;
}

int
lodger_queue_call (LodgerQueue *queue, LodgerCallFunc func, void *data, LodgerDestroyFunc destroy)
{
  return lodger_queue_call_full (queue, func, data, destroy, NULL);
}
