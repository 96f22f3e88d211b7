/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "channel/channel.h"

#include "base/log.h"
#include "base/slab.h"
#include "life/phase.h"

#include <assert.h>

/* How items come into a channel. User code (a merge, a destroy) runs without the mutex. While an item is being merged into
 * another, that one is busy: it stays in its place, the consumer waits for it, and whoever sends meanwhile puts his item
 * behind it. So the order stays, nobody waits for a merge, and there is at most one item beyond the limit for each thread
 * that merges. */

static_assert (sizeof (LodgerChannelEntry) <= 64, "an entry is a small piece of the slab");

/* What an item does to those that wait. */
typedef struct Step
{
  LodgerChannelEntry *dropped; /* it has gone for the item */
  LodgerChannelEntry *into;    /* the item goes into this one, which is busy */
} Step;

/* Under the mutex. */
static int
why_refused (const LodgerChannel *channel)
{
  if (channel->is_closed)
    return LODGER_ESHUTDOWN;
  return channel->is_left || (channel->is_delivered && lodger__is_stopping (channel->delivery.caller))
             ? LODGER_ECANCELED
             : 0;
}

static int
why_refused_now (LodgerChannel *channel)
{
  int code;
  pthread_mutex_lock (&channel->mutex);
  code = why_refused (channel);
  pthread_mutex_unlock (&channel->mutex);
  return code;
}

/* Under the mutex: the limit is reached, and it is not a limit for which anybody waits. */
static void
make_room (LodgerChannel *channel, Step *step)
{
  LodgerChannelEntry *last = lodger__list_item (channel->waiting.last, LodgerChannelEntry, link);
  if (channel->options.overflow != LODGER_CHANNEL_MERGE)
    step->dropped = lodger__channel_take (channel);
  else if (!last->is_busy)
    {
      last->is_busy = true;
      step->into = last;
    }
}

static void
put_in (LodgerChannel *channel, LodgerChannelEntry *entry, Step *step)
{
  if (channel->options.overflow != LODGER_CHANNEL_BLOCK && channel->count >= channel->options.limit)
    make_room (channel, step);
  if (step->into != NULL)
    return;
  lodger__list_append (&channel->waiting, &entry->link);
  channel->count++;
}

/* Consumes the item. Whoever has left meanwhile, and found it busy, has left it to this thread, unless an owner is told. */
static void
merge (LodgerChannel *channel, LodgerChannelEntry *into, void *item)
{
  bool is_left, is_delivered;
  channel->options.merge (into->item, item, channel->options.data);
  lodger__channel_destroy_item (channel, item);
  pthread_mutex_lock (&channel->mutex);
  into->is_busy = false;
  is_left = channel->is_left;
  is_delivered = lodger__channel_wake (channel);
  pthread_mutex_unlock (&channel->mutex);
  if (is_delivered)
    lodger__channel_pump (channel);
  else if (is_left)
    lodger__channel_drop (channel, SIZE_MAX);
}

/* Space, if it has to be waited for. */
static int
admit (LodgerChannel *channel, const char *function)
{
  int code = why_refused_now (channel);
  if (code != 0 || channel->options.overflow != LODGER_CHANNEL_BLOCK)
    return code;
  code = lodger__admission_take (&channel->admission, function);
  if (code == LODGER_ECANCELED)
    {
      int reason = why_refused_now (channel);
      return reason != 0 ? reason : code;
    }
  return code;
}

/* With space for it. */
static int
put (LodgerChannel *channel, LodgerChannelEntry *entry)
{
  void *item = entry->item;
  Step step = { NULL, NULL };
  bool is_delivered = false;
  int code;
  pthread_mutex_lock (&channel->mutex);
  code = why_refused (channel);
  if (code == 0)
    {
      put_in (channel, entry, &step);
      is_delivered = lodger__channel_wake (channel);
    }
  pthread_mutex_unlock (&channel->mutex);
  if (code != 0)
    return code;
  if (step.dropped != NULL)
    {
      lodger__channel_destroy_item (channel, step.dropped->item);
      lodger__channel_entry_free (step.dropped);
    }
  if (step.into != NULL)
    {
      lodger__channel_entry_free (entry);
      merge (channel, step.into, item);
    }
  else if (is_delivered)
    lodger__channel_pump (channel);
  return 0;
}

static int
send (LodgerChannel *channel, const LodgerChannelEntry *filled, const char *function)
{
  LodgerChannelEntry *entry;
  int code = admit (channel, function);
  if (code != 0)
    return code;
  entry = lodger__slab_new (LODGER_SLAB_SMALL);
  code = LODGER_ENOMEM;
  if (entry != NULL)
    {
      *entry = *filled;
      code = put (channel, entry);
    }
  if (code == 0)
    return 0;
  lodger__channel_taken (channel, 1);
  if (entry != NULL)
    {
      entry->gone = NULL;
      lodger__channel_entry_free (entry);
    }
  return code;
}

int
lodger__channel_send (LodgerChannel *channel, void *item, void (*gone) (void *data), void *data, const char *function)
{
  const LodgerChannelEntry filled = { .item = item, .gone = gone, .gone_data = data };
  int code = lodger__channel_check (channel, function);
  if (channel == NULL)
    return code;
  if (code == 0 && item == NULL)
    code = lodger__misuse (function, LODGER_EINVAL, "the item is NULL");
  lodger__channel_hold (channel);
  if (code == 0)
    code = send (channel, &filled, function);
  if (code != 0)
    lodger__channel_destroy_item (channel, item);
  lodger__channel_release (channel);
  return code;
}

int
lodger_channel_send (LodgerChannel *channel, void *item)
{
  return lodger__channel_send (channel, item, NULL, NULL, __func__);
}
