/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define LODGER_NO_CALL_SITES
#include "channel/channel.h"

#include "base/log.h"
#include "call/run.h"
#include "call/submit.h"
#include "life/life.h"
#include "life/phase.h"
#include "loop/ownership.h"
#include "loop/turn.h"
#include "mailbox/owner.h"
#include "mailbox/post.h"

/* The owner's side of a delivery: when a batch leaves, and when the delivery is over.
 *
 * The first pump, or a flush before that, gives the pending its turn: so a delivery has begun before a batch of it comes.
 *
 * The pump is one item, sent at most once at a time. Whoever wants it changes what it looks at, and then sets `is_sent`; the
 * owner clears `is_sent`, and then looks: so that the last change is seen. A pump that comes again in the slice of the last
 * batch is not taken: it is postponed as it is. */

void
lodger__channel_pump (LodgerChannel *channel)
{
  if (atomic_exchange (&channel->delivery.is_sent, true))
    return;
  lodger__channel_hold (channel);
  lodger__push (channel->delivery.caller, &channel->delivery.pump);
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

/* Who has left without a failure was cancelled, or is about to be by a stop or a leave. Of a cancelled pending, any answer is a
 * cancel. */
static void
answer (LodgerChannel *channel)
{
  LodgerPending *pending = channel->delivery.pending;
  LodgerReply *reply = channel->delivery.reply;
  LodgerError *error = channel->delivery.failure;
  end_timer (&channel->delivery);
  if (reply == NULL)
    return;
  channel->delivery.reply = NULL;
  if (error == NULL && look (channel).is_left && !lodger_pending_is_cancelled (pending))
    lodger_pending_cancel (pending, lodger__is_stopping (channel->delivery.caller) ? lodger__closed_message
                                                                                   : lodger__channel_left_message);
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
    lodger__channel_deliver_batch (caller, channel);
  if (lodger__is_before_fork (caller) || delivery->running != NULL)
    return;
  now = look (channel);
  if (now.is_over)
    answer (channel);
  else if (now.waits && (now.is_left || (delivery->has_begun && delivery->timer == NULL)))
    lodger__channel_pump (channel);
}

/* The turn of its pending. */
static void
come (LodgerCaller *caller, LodgerChannel *channel)
{
  LodgerDelivery *delivery = &channel->delivery;
  if (delivery->has_come)
    return;
  delivery->has_come = true;
  if (lodger__is_stopping (caller))
    lodger__run_drop (caller, delivery->pending);
  else
    lodger__run_call (caller, delivery->pending, NULL);
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
  come (caller, channel);
  if (lodger__is_stopping (caller))
    lodger__channel_end (channel);
  if (atomic_exchange (&channel->delivery.is_back, false))
    lodger__channel_end_batch (channel);
  step (caller, channel);
  lodger__channel_release (channel);
}

/* The caller is at its end. */
static void
pump_drop (LodgerCaller *caller, LodgerItem *item)
{
  LodgerChannel *channel = lodger__list_item (item, LodgerChannel, delivery.pump);
  atomic_store (&channel->delivery.is_sent, false);
  come (caller, channel);
  lodger__channel_end (channel);
  if (atomic_exchange (&channel->delivery.is_back, false))
    lodger__channel_end_batch (channel);
  lodger__channel_drop (channel, SIZE_MAX);
  if (channel->delivery.running == NULL)
    answer (channel);
  lodger__channel_release (channel);
}

const LodgerItemOps lodger__channel_pump_ops = { .run = pump_run, .drop = pump_drop };

/* ---- all that waits, now ----------------------------------------------------------------------------------------------- */

/* Not more than waited when it began, so that producers do not keep it. */
static void
flush (LodgerCaller *caller, LodgerChannel *channel)
{
  size_t most = lodger_channel_count (channel) / channel->options.batch + 1;
  LodgerDelivery *delivery = &channel->delivery;
  if (!lodger__is_stopping (caller))
    come (caller, channel);
  while (most-- > 0 && delivery->running == NULL && !look (channel).is_left && !lodger__is_stopping (caller)
         && lodger__channel_deliver_batch (caller, channel) && !lodger__is_before_fork (caller))
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
