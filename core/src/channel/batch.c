/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define LODGER_NO_CALL_SITES
#include "channel/channel.h"

#include "call/run.h"
#include "call/submit.h"
#include "life/life.h"
#include "loop/turn.h"
#include "mailbox/post.h"
#include "pending/carry.h"

#include <stdlib.h>

/* A batch of a delivery: a call of its own, which the owner makes and runs at once. While it has returned and is not done, no
 * other batch begins. */

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
  batch->channel->delivery.func (self, batch->items, batch->count, lodger__work_data (&batch->channel->delivery.user));
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

/* ---- it runs, and ends -------------------------------------------------------------------------------------------------- */

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

void
lodger__channel_end_batch (LodgerChannel *channel)
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
  LodgerChannel *channel = lodger__owner (listener, LodgerChannel, delivery.listener);
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
  LodgerChannel *channel = ((Batch *) lodger__pending_data ((LodgerPending *) item))->channel;
  lodger__run_exited (caller, (LodgerPending *) item);
  lodger__channel_end_batch (channel);
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
        lodger__channel_end_batch (channel);
      return;
    }
  delivery->listener = lodger__listener (&listener_ops);
  lodger__channel_hold (channel);
  if (!lodger__pending_listen (delivery->running, &delivery->listener))
    {
      lodger__channel_release (channel);
      lodger__channel_end_batch (channel);
    }
}

bool
lodger__channel_deliver_batch (LodgerCaller *caller, LodgerChannel *channel)
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
