/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "channel/channel.h"

#include "base/fork.h"
#include "base/log.h"
#include "base/options.h"
#include "base/port.h"
#include "base/slab.h"
#include "life/life.h"

#include <lodger/scope.h>
#include <stdlib.h>

/* A channel's life, what waits in it, and its ends. */

enum
{
  LIMIT = 1000,
  BATCH = 250
};

const char lodger__channel_left_message[] = "its channel was left";

/* ---- life -------------------------------------------------------------------------------------------------------- */

static bool
is_before_fork (const LodgerChannel *channel)
{
  return channel->generation != (uint16_t) lodger__generation_now ();
}

int
lodger__channel_check (const LodgerChannel *channel, const char *function)
{
  if (channel == NULL)
    return lodger__misuse (function, LODGER_EINVAL, "the channel is NULL");
  return is_before_fork (channel) ? lodger__misuse (function, LODGER_ECHILD, lodger__before_fork_message) : 0;
}

void
lodger__channel_hold (LodgerChannel *channel)
{
  atomic_fetch_add_explicit (&channel->holds, 1, memory_order_relaxed);
}

void
lodger__channel_release (LodgerChannel *channel)
{
  LodgerChannelEntry *entry;
  if (atomic_fetch_sub_explicit (&channel->holds, 1, memory_order_acq_rel) != 1)
    return;
  while ((entry = lodger__channel_take (channel)) != NULL)
    {
      lodger__channel_destroy_item (channel, entry->item);
      lodger__channel_entry_free (entry);
    }
  lodger_error_unref (channel->error);
  lodger_error_unref (channel->delivery.failure);
  lodger_pending_unref (channel->delivery.pending);
  lodger_scope_unref (channel->delivery.scope);
  lodger_caller_unref (channel->delivery.caller);
  if (channel->options.data_destroy != NULL)
    lodger__destroy (channel->options.data_destroy, channel->options.data);
  if (!is_before_fork (channel))
    {
      lodger__admission_clear (&channel->admission);
      pthread_mutex_destroy (&channel->mutex);
    }
  free (channel);
}

static const char *
refusal (const LodgerChannelOptions *options)
{
  if ((unsigned) options->overflow > LODGER_CHANNEL_MERGE)
    return "an unknown overflow";
  if ((options->overflow == LODGER_CHANNEL_MERGE) != (options->merge != NULL))
    return options->merge != NULL ? "a merge function without LODGER_CHANNEL_MERGE" : "the merge function is NULL";
  return options->interval < 0 ? "a time below 0" : NULL;
}

static LodgerChannel *
make (const LodgerChannelOptions *options)
{
  LodgerChannel *channel = calloc (1, sizeof *channel);
  if (channel == NULL)
    return NULL;
  atomic_init (&channel->refs, 1);
  atomic_init (&channel->holds, 1);
  channel->generation = (uint16_t) lodger__generation_now ();
  channel->options = *options;
  if (options->overflow == LODGER_CHANNEL_KEEP_LATEST)
    channel->options.limit = 1;
  else if (options->limit == 0)
    channel->options.limit = LIMIT;
  if (options->batch == 0)
    channel->options.batch = BATCH;
  lodger__admission_init (&channel->admission, "a channel", NULL, channel->options.limit);
  lodger__port_mutex_init (&channel->mutex);
  return channel;
}

LodgerChannel *
lodger_channel_new (const LodgerChannelOptions *given)
{
  LodgerChannelOptions own, options = { .size = sizeof options };
  const char *reason;
  LodgerChannel *channel = NULL;
  int code = LODGER_EINVAL;
  given = lodger__options (given, &own, sizeof own, &reason);
  if (given != NULL)
    options = *given;
  if (reason == NULL)
    reason = refusal (&options);
  if (reason == NULL && (channel = make (&options)) == NULL)
    {
      code = LODGER_ENOMEM;
      reason = "no memory";
    }
  if (channel != NULL)
    return channel;
  lodger__misuse_at (__func__, code, reason, options.file, options.line);
  if (options.data_destroy != NULL)
    options.data_destroy (options.data);
  return NULL;
}

LodgerChannel *
lodger_channel_ref (LodgerChannel *channel)
{
  if (channel != NULL)
    {
      lodger__channel_hold (channel);
      atomic_fetch_add_explicit (&channel->refs, 1, memory_order_relaxed);
    }
  return channel;
}

/* ---- what waits -------------------------------------------------------------------------------------------------- */

void
lodger__channel_entry_free (LodgerChannelEntry *entry)
{
  if (entry->gone != NULL)
    entry->gone (entry->gone_data);
  lodger__slab_free (LODGER_SLAB_SMALL, entry);
}

void
lodger__channel_destroy_item (const LodgerChannel *channel, void *item)
{
  if (channel->options.destroy != NULL && item != NULL)
    lodger__destroy (channel->options.destroy, item);
}

LodgerChannelEntry *
lodger__channel_take (LodgerChannel *channel)
{
  LodgerChannelEntry *entry = lodger__list_first (&channel->waiting, LodgerChannelEntry, link);
  if (entry == NULL || entry->is_busy)
    return NULL;
  lodger__list_remove (&entry->link);
  channel->count--;
  return entry;
}

void
lodger__channel_taken (LodgerChannel *channel, size_t count)
{
  if (channel->options.overflow == LODGER_CHANNEL_BLOCK)
    for (size_t i = 0; i < count; i++)
      lodger__admission_give (&channel->admission);
}

bool
lodger__channel_is_over (const LodgerChannel *channel)
{
  return (channel->is_closed || channel->is_left) && channel->count == 0;
}

/* ---- ends -------------------------------------------------------------------------------------------------------- */

/* All of them, since one that is woken may be cancelled, and leave the item to the next. */
bool
lodger__channel_wake (LodgerChannel *channel)
{
  lodger__list_for (receiver, &channel->receivers, LodgerChannelReceiver, link)
    lodger__parker_signal (receiver->wait.parker);
  return channel->is_delivered;
}

bool
lodger__channel_end (LodgerChannel *channel)
{
  LodgerPending *running;
  bool was_left, is_delivered;
  pthread_mutex_lock (&channel->mutex);
  was_left = channel->is_left;
  channel->is_left = true;
  is_delivered = lodger__channel_wake (channel);
  running = lodger_pending_ref (channel->delivery.running);
  pthread_mutex_unlock (&channel->mutex);
  if (!was_left)
    lodger__admission_close (&channel->admission);
  lodger_pending_cancel (running, "its channel was left");
  lodger_pending_unref (running);
  if (is_delivered && !was_left)
    lodger__channel_pump (channel);
  return !was_left;
}

bool
lodger__channel_drop (LodgerChannel *channel, size_t most)
{
  LodgerChannelEntry *entry;
  bool has_more = true;
  for (size_t i = 0; i < most && has_more; i++)
    {
      pthread_mutex_lock (&channel->mutex);
      entry = lodger__channel_take (channel);
      pthread_mutex_unlock (&channel->mutex);
      has_more = entry != NULL;
      if (entry != NULL)
        {
          lodger__channel_destroy_item (channel, entry->item);
          lodger__channel_entry_free (entry);
        }
    }
  return has_more;
}

static void
close_it (LodgerChannel *channel, LodgerError *error)
{
  bool was_closed, is_delivered;
  pthread_mutex_lock (&channel->mutex);
  was_closed = channel->is_closed;
  channel->is_closed = true;
  if (!was_closed)
    channel->error = error;
  is_delivered = lodger__channel_wake (channel);
  pthread_mutex_unlock (&channel->mutex);
  if (was_closed)
    {
      lodger_error_unref (error);
      return;
    }
  lodger__admission_close (&channel->admission);
  if (is_delivered)
    lodger__channel_pump (channel);
}

void
lodger_channel_unref (LodgerChannel *channel)
{
  if (channel == NULL)
    return;
  if (atomic_fetch_sub_explicit (&channel->refs, 1, memory_order_acq_rel) == 1 && !is_before_fork (channel))
    close_it (channel, NULL);
  lodger__channel_release (channel);
}

void
lodger_channel_close (LodgerChannel *channel, LodgerError *error)
{
  if (lodger__channel_check (channel, __func__) == 0)
    close_it (channel, error);
  else
    lodger_error_unref (error);
}

void
lodger_channel_leave (LodgerChannel *channel)
{
  LodgerPending *pending;
  if (lodger__channel_check (channel, __func__) != 0)
    return;
  lodger__channel_hold (channel);
  pthread_mutex_lock (&channel->mutex);
  pending = lodger_pending_ref (channel->delivery.pending);
  pthread_mutex_unlock (&channel->mutex);
  lodger_pending_cancel (pending, lodger__channel_left_message);
  lodger__channel_end (channel);
  if (pending == NULL)
    lodger__channel_drop (channel, SIZE_MAX);
  lodger_pending_unref (pending);
  lodger__channel_release (channel);
}

/* ---- what is known ----------------------------------------------------------------------------------------------- */

LodgerError *
lodger_channel_get_error (LodgerChannel *channel)
{
  LodgerError *error;
  if (channel == NULL || is_before_fork (channel))
    return NULL;
  pthread_mutex_lock (&channel->mutex);
  error = channel->error;
  pthread_mutex_unlock (&channel->mutex);
  return error;
}

size_t
lodger_channel_count (LodgerChannel *channel)
{
  size_t count;
  if (channel == NULL || is_before_fork (channel))
    return 0;
  pthread_mutex_lock (&channel->mutex);
  count = channel->count;
  pthread_mutex_unlock (&channel->mutex);
  return count;
}
