/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define LODGER_NO_CALL_SITES
#include "queue/queue.h"

#include "base/fork.h"
#include "base/log.h"
#include "base/options.h"
#include "base/port.h"
#include "call/submit.h"
#include "life/life.h"
#include "pending/carry.h"

#include <lodger/scope.h>
#include <stdlib.h>

/* A queue's life, and its pending. */

static bool
is_before_fork (const LodgerQueue *queue)
{
  return queue->generation != (uint16_t) lodger__generation_now ();
}

int
lodger__queue_check (const LodgerQueue *queue, const char *function, const LodgerQueueItemOptions *options)
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

int
lodger__queue_read (const LodgerCaller *caller, const LodgerQueueOptions *given, LodgerQueueOptions *ret_options,
                    const char *function)
{
  LodgerQueueOptions own;
  const char *reason;
  int code = LODGER_EINVAL;
  *ret_options = (LodgerQueueOptions) { .size = sizeof *ret_options };
  given = lodger__options (given, &own, sizeof own, &reason);
  if (given != NULL)
    *ret_options = *given;
  if (reason == NULL)
    reason = refusal (caller, ret_options, &code);
  return reason != NULL ? lodger__misuse_at (function, code, reason, ret_options->file, ret_options->line) : 0;
}

LodgerQueue *
lodger__queue_new (LodgerCaller *caller, const LodgerQueueOptions *options, const char *function)
{
  LodgerQueue *queue = calloc (1, sizeof *queue);
  if (queue == NULL)
    {
      lodger__misuse_at (function, LODGER_ENOMEM, "no memory", options->file, options->line);
      return NULL;
    }
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
  LodgerQueueOptions options;
  return lodger__queue_read (caller, given, &options, __func__) == 0 ? lodger__queue_new (caller, &options, __func__)
                                                                     : NULL;
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

bool
lodger__queue_revive (LodgerQueue *queue)
{
  bool may;
  pthread_mutex_lock (&queue->mutex);
  may = !queue->is_closed && !(queue->options.scope != NULL && lodger_scope_has_ended (queue->options.scope));
  if (may)
    {
      queue->is_released = false;
      lodger_queue_ref (queue);
    }
  pthread_mutex_unlock (&queue->mutex);
  return may;
}

/* One with a key may have been found again by now. */
static void
let_go (LodgerQueue *queue)
{
  bool has_begun, is_over = false;
  pthread_mutex_lock (&queue->mutex);
  has_begun = queue->pending != NULL;
  if (atomic_load_explicit (&queue->refs, memory_order_relaxed) == 0)
    {
      queue->is_released = true;
      is_over = !has_begun;
      if (is_over)
        queue->is_closed = true;
    }
  pthread_mutex_unlock (&queue->mutex);
  if (has_begun)
    lodger__queue_pump (queue);
  else if (is_over)
    lodger__queue_forget (queue);
}

void
lodger_queue_unref (LodgerQueue *queue)
{
  if (queue == NULL)
    return;
  if (atomic_fetch_sub_explicit (&queue->refs, 1, memory_order_acq_rel) == 1 && !is_before_fork (queue))
    let_go (queue);
  lodger__queue_release (queue);
}

/* ---- its pending ------------------------------------------------------------------------------------------------------- */

/* It may be done before it has ever run. */
static void
ended (LodgerListener *listener, LodgerPending *done)
{
  LodgerQueue *queue = lodger__owner (listener, LodgerQueue, end_listener);
  (void) done;
  lodger__queue_end (queue, "its queue has ended");
  lodger__queue_release (queue);
}

LODGER_LATE_LISTENER_OPS (end_ops, ended);

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

int
lodger__queue_start (LodgerQueue *queue)
{
  LodgerContext *context = NULL;
  bool is_first;
  int code = 0;
  if (atomic_load (&queue->has_begun))
    return 0;
  if (!lodger__context_narrow (lodger_context_current (), LODGER_TRACKED_MANAGERS, NULL, &context))
    return LODGER_ENOMEM;
  pthread_mutex_lock (&queue->mutex);
  is_first = !atomic_load (&queue->has_begun);
  if (is_first)
    queue->context = lodger_context_ref (context);
  atomic_store (&queue->has_begun, true);
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
  atomic_store (&queue->has_begun, false);
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
  if (lodger__queue_check (queue, __func__, NULL) != 0)
    return;
  message = message != NULL ? message : "its queue was closed";
  pending = lodger_queue_get_pending (queue);
  lodger__queue_hold (queue);
  lodger_pending_cancel (pending, message);
  lodger__queue_end (queue, message);
  lodger__queue_release (queue);
}
