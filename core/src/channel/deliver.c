/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define LODGER_NO_CALL_SITES
#include "channel/channel.h"

#include "call/run.h"
#include "call/submit.h"
#include "life/phase.h"
#include "mailbox/post.h"

#include <lodger/scope.h>

/* Items go to a caller. The delivery's pending is a call that has deferred its answer, so that a scope, a stop, a group and a
 * cancel reach it like any other; it takes no room in the inbox. */

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
}

static void
delivery_free (void *data)
{
  LodgerChannel *channel = data;
  lodger__work_destroy (&channel->delivery.user);
  lodger__channel_release (channel);
}

/* It may be done before it has ever begun. */
static void
ended (LodgerListener *listener, LodgerPending *done)
{
  LodgerChannel *channel = lodger__owner (listener, LodgerChannel, delivery.end_listener);
  (void) done;
  lodger__channel_end (channel);
  lodger__channel_release (channel);
}

LODGER_LATE_LISTENER_OPS (end_ops, ended);

static const LodgerItemOps delivery_ops
    = { .ended = lodger__unfinished_ended, .blocked_on = lodger__run_blocked_on, .slab_class = LODGER_SLAB_MEDIUM };

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
  delivery->user = *user;
  delivery->name = options->name != NULL ? options->name : "a channel";
  delivery->file = options->file;
  delivery->line = options->line;
  delivery->scope = lodger_scope_ref (options->scope);
  delivery->pump.ops = &lodger__channel_pump_ops;
  delivery->end_listener = lodger__listener (&end_ops);
  lodger__channel_hold (channel);
  lodger__pending_add_listener (pending, &delivery->end_listener);
  lodger__pending_trace (LODGER_TRACE_SUBMIT, pending, delivery->caller);
  pthread_mutex_lock (&channel->mutex);
  delivery->pending = lodger_pending_ref (pending);
  channel->is_delivered = true;
  pthread_mutex_unlock (&channel->mutex);
  lodger__admission_know (&channel->admission, delivery->caller, 0);
  lodger__channel_pump (channel);
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
