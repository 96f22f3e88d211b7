/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "channel/channel.h"

#include "base/log.h"

/* A thread that takes items one by one. It is the consumer from its first call on. Several spawned calls of it may wait
 * for items at once: the one that has waited longest is woken first. Whoever changes what they look at does so under
 * the mutex, and signals them there. */

/* Under the mutex: 0: this thread is the consumer. */
static int
claim (LodgerChannel *channel, const LodgerThread *thread, bool *ret_is_new)
{
  *ret_is_new = channel->receiver == 0;
  if (channel->is_delivered || (channel->receiver != 0 && channel->receiver != thread->serial))
    return LODGER_EALREADY;
  channel->receiver = thread->serial;
  return 0;
}

/* LODGER_EBUSY: nothing yet. */
static int
take (LodgerChannel *channel, void **ret_item)
{
  LodgerChannelEntry *entry = NULL;
  int code = LODGER_EBUSY;
  pthread_mutex_lock (&channel->mutex);
  if (channel->is_left)
    code = LODGER_ECANCELED;
  else if ((entry = lodger__channel_take (channel)) != NULL)
    code = 0;
  else if (lodger__channel_is_over (channel))
    code = channel->error != NULL ? LODGER_EFAILED : LODGER_ESHUTDOWN;
  pthread_mutex_unlock (&channel->mutex);
  if (entry != NULL)
    {
      *ret_item = entry->item;
      lodger__channel_entry_free (entry);
      lodger__channel_taken (channel, 1);
    }
  return code;
}

static int
look (LodgerWait *wait)
{
  LodgerChannelReceiver *receiver = (LodgerChannelReceiver *) wait;
  return take (receiver->channel, &receiver->item);
}

static void
join (LodgerChannelReceiver *receiver)
{
  pthread_mutex_lock (&receiver->channel->mutex);
  lodger__list_append (&receiver->channel->receivers, &receiver->link);
  pthread_mutex_unlock (&receiver->channel->mutex);
}

static void
leave (LodgerChannelReceiver *receiver)
{
  pthread_mutex_lock (&receiver->channel->mutex);
  lodger__list_remove (&receiver->link);
  pthread_mutex_unlock (&receiver->channel->mutex);
}

static int
wait_for_item (LodgerChannel *channel, LodgerThread *thread, int64_t timeout, void **ret_item, const char *function)
{
  LodgerChannelReceiver receiver = { .wait.other = "an item of a channel", .channel = channel };
  int code = lodger__suspend_refusal (thread, function);
  if (code != 0)
    return code;
  lodger__suspend_listen (&receiver.wait, thread);
  code = lodger__wait_begin (&receiver.wait, thread, timeout != LODGER_FOREVER, function);
  if (code != 0)
    return code;
  join (&receiver);
  code = lodger__suspend (&receiver.wait, look, lodger__suspend_until (timeout));
  leave (&receiver);
  lodger__wait_end (&receiver.wait);
  if (code == 0)
    *ret_item = receiver.item;
  return code;
}

int
lodger_channel_receive (LodgerChannel *channel, int64_t timeout, void **ret_item)
{
  LodgerThread *thread;
  void *item = NULL;
  bool is_new;
  int code = lodger__channel_check (channel, __func__);
  if (code == 0 && ret_item == NULL)
    code = lodger__misuse (__func__, LODGER_EINVAL, "NULL given");
  if (code != 0)
    return code;
  thread = lodger__thread ();
  if (thread == NULL)
    return LODGER_ENOMEM;
  pthread_mutex_lock (&channel->mutex);
  code = claim (channel, thread, &is_new);
  pthread_mutex_unlock (&channel->mutex);
  if (code != 0)
    return lodger__misuse (__func__, code, "the channel has a consumer");
  if (is_new)
    lodger__admission_know (&channel->admission, NULL, thread->serial);
  lodger__channel_hold (channel);
  code = take (channel, &item);
  if (code == LODGER_EBUSY)
    code = timeout > 0 ? wait_for_item (channel, thread, timeout, &item, __func__) : LODGER_ETIMEDOUT;
  lodger__channel_release (channel);
  if (code == 0)
    *ret_item = item;
  return code;
}
