/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define LODGER_NO_CALL_SITES
#include "channel/channel.h"

#include "base/error.h"
#include "base/log.h"
#include "call/run.h"
#include "call/submit.h"
#include "life/life.h"
#include "life/phase.h"
#include "loop/ownership.h"
#include "loop/turn.h"
#include "mailbox/owner.h"
#include "mailbox/post.h"
#include "pending/carry.h"

#include <lodger/scope.h>
#include <stdlib.h>

/* Items go to a caller in batches, each a call of its own. The delivery's pending is a call that has deferred its answer, so
 * that a scope, a stop, a group and a cancel reach it like any other; it takes no room in the inbox.
 *
 * The pump is one item, sent at most once at a time. Whoever wants it changes what it looks at, and then sets `is_sent`; the
 * owner clears `is_sent`, and then looks: so that the last change is seen. A pump that comes again in the slice of the last
 * batch is not taken: it is postponed as it is. */

/* ---- a batch ----------------------------------------------------------------------------------------------------------- */

typedef struct Batch
{
  LodgerChannel *channel; /* held */
  size_t count;
  void *items[];
} Batch;

static void
batch_free (void *data)
{
  Batch *batch = data;
  for (size_t i = 0; i < batch->count; i++)
    lodger__channel_destroy_item (batch->channel, batch->items[i]);
  lodger__channel_release (batch->channel);
  free (batch);
}

static void
batch_call (LodgerPending *self, void *data)
{
  Batch *batch = data;
  batch->channel->delivery.func (self, batch->items, batch->count, batch->channel->delivery.data);
}

static void batch_exited (LodgerCaller *caller, LodgerItem *item);

static const LodgerItemOps batch_ops = { .exited = batch_exited,
                                         .ended = lodger__unfinished_ended,
                                         .blocked_on = lodger__run_blocked_on,
                                         .slab_class = LODGER_SLAB_MEDIUM };

/* Of what waits; NULL without memory. */
static Batch *
batch_take (LodgerChannel *channel)
{
  LodgerChannelEntry *entry;
  LodgerList taken = { NULL, NULL };
  Batch *batch = malloc (sizeof *batch + channel->options.batch * sizeof (void *));
  if (batch == NULL)
    return NULL;
  lodger__channel_hold (channel);
  *batch = (Batch) { .channel = channel };
  pthread_mutex_lock (&channel->mutex);
  while (batch->count < channel->options.batch && (entry = lodger__channel_take (channel)) != NULL)
    {
      batch->items[batch->count++] = entry->item;
      lodger__list_append (&taken, &entry->link);
    }
  pthread_mutex_unlock (&channel->mutex);
  while ((entry = lodger__list_item (lodger__list_pop (&taken), LodgerChannelEntry, link)) != NULL)
    lodger__channel_entry_free (entry);
  lodger__channel_taken (channel, batch->count);
  return batch;
}

/* The data is consumed. NULL without memory. */
static LodgerPending *
batch_pending (LodgerChannel *channel, Batch *batch)
{
  const LodgerDelivery *delivery = &channel->delivery;
  const LodgerWork work = lodger__work (batch_call, batch, batch_free);
  const LodgerCallOptions options = { .size = sizeof options,
                                      .name = delivery->name,
                                      .file = delivery->file,
                                      .line = delivery->line,
                                      .flags = LODGER_PENDING_MAY_FAIL,
                                      .scope = delivery->scope,
                                      .context = lodger__no_context };
  LodgerPending *pending = lodger__submit_new (&batch_ops, delivery->caller, &work, &options);
  if (pending != NULL && lodger__carry_lend (pending, lodger__carry_context (delivery->pending)))
    return pending;
  if (pending != NULL)
    lodger__pending_discard_call (pending);
  batch_free (batch);
  return NULL;
}

/* ---- the owner's side -------------------------------------------------------------------------------------------------- */

void
lodger__channel_pump (LodgerChannel *channel)
{
  if (atomic_exchange (&channel->delivery.is_sent, true))
    return;
  lodger__channel_hold (channel);
  lodger__push (channel->delivery.caller, &channel->delivery.pump);
}

static void
set_running (LodgerChannel *channel, LodgerPending *pending)
{
  pthread_mutex_lock (&channel->mutex);
  channel->delivery.running = pending;
  pthread_mutex_unlock (&channel->mutex);
}

/* The consumer has failed, and leaves. The error is consumed. */
static void
fail (LodgerChannel *channel, LodgerError *error)
{
  if (channel->delivery.failure == NULL)
    channel->delivery.failure = error;
  else
    lodger_error_unref (error);
  lodger__channel_end (channel);
}

/* The batch that ran is done. */
static void
end_running (LodgerChannel *channel)
{
  LodgerPending *pending = channel->delivery.running;
  set_running (channel, NULL);
  if (lodger_pending_get_outcome (pending) == LODGER_EFAILED)
    fail (channel, lodger_error_ref (lodger_pending_get_error (pending)));
  lodger_pending_unref (pending);
}

/* It may be done elsewhere, and at any moment. */
static void
notify (LodgerListener *listener, LodgerPending *done)
{
  LodgerChannel *channel = lodger__list_item (listener, LodgerChannel, delivery.listener);
  (void) done;
  atomic_store (&channel->delivery.is_back, true);
  lodger__channel_pump (channel);
  lodger__channel_release (channel);
}

LODGER_LISTENER_OPS (listener_ops, notify, NULL, false);

/* Whoever ran it does not come back to let go of the channel. */
static void
batch_exited (LodgerCaller *caller, LodgerItem *item)
{
  LodgerChannel *channel = ((Batch *) ((LodgerPending *) item)->work.data)->channel;
  lodger__run_exited (caller, (LodgerPending *) item);
  end_running (channel);
  lodger__channel_release (channel);
}

static void
run_batch (LodgerCaller *caller, LodgerChannel *channel, LodgerPending *pending)
{
  LodgerDelivery *delivery = &channel->delivery;
  set_running (channel, lodger_pending_ref (pending));
  lodger_pending_unref (pending); /* the asker's; the run has its own */
  if (lodger__run_call (caller, pending, NULL))
    {
      if (!lodger__is_before_fork (caller))
        end_running (channel);
      return;
    }
  delivery->listener = lodger__listener (&listener_ops);
  lodger__channel_hold (channel);
  if (!lodger__pending_listen (delivery->running, &delivery->listener))
    {
      lodger__channel_release (channel);
      end_running (channel);
    }
}

/* False: nothing could be taken. */
static bool
deliver_batch (LodgerCaller *caller, LodgerChannel *channel)
{
  LodgerDelivery *delivery = &channel->delivery;
  Batch *batch = batch_take (channel);
  LodgerPending *pending = NULL;
  if (batch != NULL && batch->count == 0)
    {
      batch_free (batch);
      return false;
    }
  if (batch != NULL)
    pending = batch_pending (channel, batch);
  if (pending == NULL)
    {
      fail (channel, lodger_error_new (NULL, LODGER_ENOMEM, NULL));
      return false;
    }
  delivery->slice = lodger__turn_slice_number (caller);
  delivery->last = lodger__host_now (caller);
  delivery->has_delivered = true;
  run_batch (caller, channel, pending);
  return true;
}

/* ---- the time between batches ------------------------------------------------------------------------------------------ */

static void
time_over (void *data)
{
  LodgerChannel *channel = data;
  atomic_store (&channel->delivery.is_time, true);
  lodger__channel_pump (channel);
}

static void
time_free (void *data)
{
  lodger__channel_release (data);
}

static void
end_timer (LodgerDelivery *delivery)
{
  lodger__time_limit_end (delivery->timer);
  delivery->timer = NULL;
  atomic_store (&delivery->is_time, false);
}

/* Without memory for a timer, its time is over at once. */
static bool
is_time (LodgerCaller *caller, LodgerChannel *channel)
{
  LodgerDelivery *delivery = &channel->delivery;
  int64_t since;
  if (delivery->timer != NULL && !atomic_load (&delivery->is_time))
    return false;
  end_timer (delivery);
  if (channel->options.interval == 0 || !delivery->has_delivered)
    return true;
  since = lodger__host_now (caller) - delivery->last;
  if (since >= channel->options.interval)
    return true;
  lodger__channel_hold (channel);
  delivery->timer = lodger__time_limit_new (caller, channel->options.interval - since, time_over, channel, time_free);
  return delivery->timer == NULL;
}

/* ---- what there is to do ----------------------------------------------------------------------------------------------- */

typedef struct Look
{
  bool waits; /* something can be taken */
  bool is_left, is_over;
} Look;

static Look
look (LodgerChannel *channel)
{
  const LodgerChannelEntry *first;
  Look now;
  pthread_mutex_lock (&channel->mutex);
  first = lodger__list_first (&channel->waiting, LodgerChannelEntry, link);
  now = (Look) { first != NULL && !first->is_busy, channel->is_left, lodger__channel_is_over (channel) };
  pthread_mutex_unlock (&channel->mutex);
  return now;
}

/* Who has left without a failure was cancelled, or is about to be by a stop. Of a cancelled pending, any answer is a cancel. */
static void
answer (LodgerChannel *channel)
{
  LodgerReply *reply = channel->delivery.reply;
  LodgerError *error = channel->delivery.failure;
  end_timer (&channel->delivery);
  if (reply == NULL)
    return;
  channel->delivery.reply = NULL;
  if (error == NULL && look (channel).is_left)
    lodger_pending_cancel (channel->delivery.pending, lodger__closed_message);
  if (error == NULL)
    error = lodger_channel_get_error (channel);
  if (error != NULL)
    lodger_reply_return_error (reply, lodger_error_ref (error));
  else
    lodger_reply_return_nothing (reply);
}

/* One batch at most is delivered, or as many items are destroyed. */
static void
step (LodgerCaller *caller, LodgerChannel *channel)
{
  LodgerDelivery *delivery = &channel->delivery;
  Look now = look (channel);
  if (delivery->running != NULL)
    return;
  if (now.is_left)
    lodger__channel_drop (channel, channel->options.batch);
  else if (delivery->has_begun && now.waits && is_time (caller, channel))
    deliver_batch (caller, channel);
  if (lodger__is_before_fork (caller) || delivery->running != NULL)
    return;
  now = look (channel);
  if (now.is_over)
    answer (channel);
  else if (now.waits && (now.is_left || (delivery->has_begun && delivery->timer == NULL)))
    lodger__channel_pump (channel);
}

static bool
is_too_soon (const LodgerCaller *caller, LodgerChannel *channel)
{
  const LodgerDelivery *delivery = &channel->delivery;
  return delivery->has_delivered && delivery->running == NULL && delivery->slice == lodger__turn_slice_number (caller)
         && !lodger__is_stopping (caller) && !look (channel).is_over;
}

static void
pump_run (LodgerCaller *caller, LodgerItem *item)
{
  LodgerChannel *channel = lodger__list_item (item, LodgerChannel, delivery.pump);
  if (is_too_soon (caller, channel))
    {
      lodger__turn_postpone (caller, item);
      return;
    }
  atomic_store (&channel->delivery.is_sent, false);
  if (lodger__is_stopping (caller))
    lodger__channel_end (channel);
  if (atomic_exchange (&channel->delivery.is_back, false))
    end_running (channel);
  step (caller, channel);
  lodger__channel_release (channel);
}

/* The caller is at its end. */
static void
pump_drop (LodgerCaller *caller, LodgerItem *item)
{
  LodgerChannel *channel = lodger__list_item (item, LodgerChannel, delivery.pump);
  (void) caller;
  atomic_store (&channel->delivery.is_sent, false);
  lodger__channel_end (channel);
  if (atomic_exchange (&channel->delivery.is_back, false))
    end_running (channel);
  lodger__channel_drop (channel, SIZE_MAX);
  if (channel->delivery.running == NULL)
    answer (channel);
  lodger__channel_release (channel);
}

static const LodgerItemOps pump_ops = { .run = pump_run, .drop = pump_drop };

/* ---- its pending ------------------------------------------------------------------------------------------------------- */

static void
on_cancel (LodgerPending *pending, const char *message, void *data)
{
  (void) pending;
  (void) message;
  lodger__channel_end (data);
}

static void
let_go (void *data)
{
  lodger__channel_release (data);
}

/* The owner may bring the delivery to its end while a cancel in another thread is under way. */
static void
begin (LodgerPending *self, void *data)
{
  LodgerChannel *channel = data;
  channel->delivery.reply = lodger_pending_defer (self);
  channel->delivery.has_begun = true;
  lodger__channel_hold (channel);
  lodger_pending_set_canceller (self, on_cancel, channel, let_go);
  lodger__channel_pump (channel);
}

static void
delivery_free (void *data)
{
  LodgerChannel *channel = data;
  if (channel->delivery.destroy != NULL)
    channel->delivery.destroy (channel->delivery.data);
  lodger__channel_release (channel);
}

/* It may be done before it has ever begun. */
static void
ended (LodgerListener *listener, LodgerPending *done)
{
  LodgerChannel *channel = lodger__list_item (listener, LodgerChannel, delivery.end_listener);
  (void) done;
  lodger__channel_end (channel);
  lodger__channel_release (channel);
}

static const LodgerListenerOps end_ops = { .notify = ended, .is_late = true };

static void
delivery_run (LodgerCaller *caller, LodgerItem *item)
{
  if (lodger__is_stopping (caller))
    lodger__run_drop (caller, (LodgerPending *) item);
  else
    lodger__run_call (caller, (LodgerPending *) item, NULL);
}

static void
delivery_drop (LodgerCaller *caller, LodgerItem *item)
{
  lodger__run_drop (caller, (LodgerPending *) item);
}

static const LodgerItemOps delivery_ops = { .run = delivery_run,
                                            .drop = delivery_drop,
                                            .ended = lodger__unfinished_ended,
                                            .blocked_on = lodger__run_blocked_on,
                                            .slab_class = LODGER_SLAB_MEDIUM };

/* Whoever claims it is the consumer, for good; unless there is no memory for that. */
static int
claim (LodgerChannel *channel, LodgerCaller *caller)
{
  int code = 0;
  pthread_mutex_lock (&channel->mutex);
  if (channel->receiver != 0 || channel->delivery.caller != NULL)
    code = LODGER_EALREADY;
  else if (channel->is_left)
    code = LODGER_ECANCELED;
  else
    channel->delivery.caller = lodger_caller_ref (caller);
  pthread_mutex_unlock (&channel->mutex);
  return code;
}

/* With the function of the user's, and its data. */
static LodgerPending *
start (LodgerChannel *channel, const LodgerWork *user, LodgerBatchFunc func, const LodgerCallOptions *options)
{
  LodgerDelivery *delivery = &channel->delivery;
  const LodgerWork work = lodger__work (begin, channel, delivery_free);
  LodgerPending *pending = lodger__submit_new (&delivery_ops, delivery->caller, &work, options);
  if (pending == NULL)
    return NULL;
  lodger__channel_hold (channel);
  delivery->func = func;
  delivery->data = user->data;
  delivery->destroy = user->destroy;
  delivery->name = options->name != NULL ? options->name : "a channel";
  delivery->file = options->file;
  delivery->line = options->line;
  delivery->scope = lodger_scope_ref (options->scope);
  delivery->pump.ops = &pump_ops;
  delivery->end_listener = lodger__listener (&end_ops);
  lodger__channel_hold (channel);
  lodger__pending_add_listener (pending, &delivery->end_listener);
  pthread_mutex_lock (&channel->mutex);
  delivery->pending = lodger_pending_ref (pending);
  channel->is_delivered = true;
  pthread_mutex_unlock (&channel->mutex);
  lodger__admission_know (&channel->admission, delivery->caller, 0);
  lodger__pending_trace (LODGER_TRACE_SUBMIT, pending, delivery->caller);
  lodger__push (delivery->caller, lodger__pending_item (pending));
  lodger__submit_accepted (pending);
  return pending;
}

static void
unclaim (LodgerChannel *channel)
{
  LodgerCaller *caller;
  pthread_mutex_lock (&channel->mutex);
  caller = channel->delivery.caller;
  channel->delivery.caller = NULL;
  pthread_mutex_unlock (&channel->mutex);
  lodger_caller_unref (caller);
}

/* The consumer is gone before it has come; unless there is another one, which stays. */
static int
leave_for (LodgerChannel *channel, LodgerCaller *caller)
{
  int code = claim (channel, caller);
  if (code != 0)
    return code;
  lodger_channel_leave (channel);
  unclaim (channel);
  return LODGER_ECANCELED;
}

static int
check (LodgerChannel *channel, LodgerCaller *caller, bool has_func, const LodgerCallOptions *options,
       const char *function)
{
  int code;
  if (channel == NULL)
    return lodger__submit_misuse (function, LODGER_EINVAL, "the channel is NULL", options);
  code = lodger__channel_check (channel, function);
  if (code == 0 && (options->limiter != NULL || options->slot != NULL))
    code = lodger__submit_misuse (function, LODGER_EINVAL, "a delivery has no limiter and no slot", options);
  return code == 0 ? lodger__submit_check (caller, has_func, options, function) : code;
}

LodgerPending *
lodger_channel_deliver_full (LodgerChannel *channel, LodgerCaller *caller, LodgerBatchFunc func, void *data,
                             LodgerDestroyFunc destroy, const LodgerCallOptions *options)
{
  static const char function[] = "lodger_channel_deliver";
  static const LodgerCallOptions defaults = { .size = sizeof defaults };
  const LodgerWork user = lodger__work (NULL, data, destroy);
  LodgerPending *pending = NULL;
  LodgerCallOptions own;
  int code = lodger__submit_options (&options, &own, function);
  if (options == NULL)
    options = &defaults;
  if (code == 0)
    code = check (channel, caller, func != NULL, options, function);
  if (code == LODGER_ECANCELED)
    code = leave_for (channel, caller);
  else if (code == 0 && (code = claim (channel, caller)) == LODGER_ECANCELED)
    {
      lodger__work_destroy (&user);
      return lodger__pending_refused (code, "its channel was left");
    }
  if (code == LODGER_EALREADY)
    lodger__submit_misuse (function, code, "the channel has a consumer", options);
  if (code == 0 && (pending = start (channel, &user, func, options)) == NULL)
    {
      unclaim (channel);
      code = LODGER_ENOMEM;
    }
  return code == 0 ? pending : lodger__submit_refuse (code, caller, function, &user, options);
}

LodgerPending *
lodger_channel_deliver (LodgerChannel *channel, LodgerCaller *caller, LodgerBatchFunc func, void *data,
                        LodgerDestroyFunc destroy)
{
  return lodger_channel_deliver_full (channel, caller, func, data, destroy, NULL);
}

/* ---- all that waits, now ----------------------------------------------------------------------------------------------- */

/* Not more than waited when it began, so that producers do not keep it. */
static void
flush (LodgerCaller *caller, LodgerChannel *channel)
{
  size_t most = lodger_channel_count (channel) / channel->options.batch + 1;
  LodgerDelivery *delivery = &channel->delivery;
  while (most-- > 0 && delivery->running == NULL && !look (channel).is_left && !lodger__is_stopping (caller)
         && deliver_batch (caller, channel) && !lodger__is_before_fork (caller))
    ;
  if (!lodger__is_before_fork (caller))
    lodger__channel_pump (channel);
}

int
lodger_channel_flush (LodgerChannel *channel)
{
  LodgerCaller *caller;
  LodgerHeld held;
  int code = lodger__channel_check (channel, __func__);
  if (code != 0)
    return code;
  pthread_mutex_lock (&channel->mutex);
  caller = channel->is_delivered ? channel->delivery.caller : NULL;
  pthread_mutex_unlock (&channel->mutex);
  if (caller == NULL)
    return lodger__misuse (__func__, LODGER_ESTATE, "the channel is not delivered to a caller");
  if (lodger__has_ended (caller))
    return LODGER_ESHUTDOWN;
  if (!lodger__owner_is_here (caller))
    return lodger__misuse (__func__, LODGER_EWRONGTHREAD, "it belongs into the caller's thread");
  if (channel->delivery.running != NULL)
    return LODGER_EBUSY;
  held = lodger__ownership_begin (caller);
  if (held == LODGER_OWNERSHIP_NONE)
    return LODGER_ESHUTDOWN;
  lodger__channel_hold (channel);
  flush (caller, channel);
  if (!lodger__is_before_fork (caller) && !lodger__is_taken (caller))
    lodger__ownership_end (caller, held);
  lodger__channel_release (channel);
  return 0;
}
