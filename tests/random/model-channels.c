/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Channels: items in order, in batches or one by one. When a batch comes, beside other calls, is left open; but an idle
 * loop has left nothing that may come. */
#include "model-private.h"

enum
{
  OVERFLOW_BLOCK,
  OVERFLOW_DROP_OLDEST,
  OVERFLOW_KEEP_LATEST,
  OVERFLOW_MERGE,
  LIMIT = 1000,
  BATCH = 250
};

static int
limit_of (int number)
{
  const ChannelOptions *options = &model.program->channels[number];
  return options->overflow == OVERFLOW_KEEP_LATEST ? 1 : options->limit > 0 ? options->limit : LIMIT;
}

static int
batch_of (int number)
{
  int batch = model.program->channels[number].batch;
  return batch > 0 ? batch : BATCH;
}

static void
drop_all (Numbers *items)
{
  int item;
  while ((item = numbers_pop (items)) != NOBODY)
    model.items[item] = ITEM_GONE;
}

/* ---- producers --------------------------------------------------------------------------------------------------- */

static Code
refusal (int number)
{
  const Channel *channel = &model.channels[number];
  bool is_full = channel->waiting.count >= limit_of (number);
  if (channel->is_closed)
    return CODE_SHUTDOWN;
  if (channel->is_left
      || (channel->delivery != NOBODY && model.callers[step_of (channel->delivery)->caller].is_stopping))
    return CODE_CANCELED;
  if (is_full && model.program->channels[number].overflow == OVERFLOW_BLOCK)
    return channel->is_received ? CODE_DEADLOCK : CODE_AGAIN;
  return CODE_OK;
}

/* A thread without a caller may block: it would wait for a consumer that never comes. */
static bool
has_caller (void)
{
  for (int i = 0; i < CALLERS; i++)
    if (!model.callers[i].is_stopped)
      return true;
  return false;
}

Code
channel_send (int item)
{
  int number = step_of (item)->object;
  Channel *channel = &model.channels[number];
  Code code = refusal (number);
  if (fiber_runs () && (code == CODE_AGAIN || code == CODE_DEADLOCK))
    return CODE_NOTHING;
  if (code == CODE_AGAIN && !has_caller ())
    return CODE_NOTHING;
  model.item_channels[item] = number;
  model.items[item] = ITEM_GONE;
  if (code != CODE_OK)
    return code;
  if (channel->waiting.count >= limit_of (number))
    {
      if (model.program->channels[number].overflow == OVERFLOW_MERGE)
        {
          channel->merges = item;
          return code;
        }
      channel->dropped = numbers_pop (&channel->waiting);
      model.items[channel->dropped] = ITEM_GONE;
    }
  model.items[item] = ITEM_WAITS;
  numbers_add (&channel->waiting, item);
  return code;
}

static void
check_destroyed (int item)
{
  if (item != NOBODY && model.items[item] == ITEM_GONE)
    model_fail ("item %d was not destroyed", item);
}

/* Whatever is refused, dropped or merged is gone when the function returns. */
void
channel_sent (int item)
{
  Channel *channel = &model.channels[step_of (item)->object];
  if (channel->merges != NOBODY)
    model_fail ("item %d was not merged", item);
  check_destroyed (item);
  check_destroyed (channel->dropped);
  channel->dropped = NOBODY;
}

void
model_merge (int last, int item)
{
  Channel *channel = &model.channels[model.item_channels[item]];
  if (channel->merges != item || channel->waiting.at[channel->waiting.count - 1] != last)
    model_fail ("item %d is merged into item %d", item, last);
  channel->merges = NOBODY;
}

void
channel_close (int number, bool with_error)
{
  Channel *channel = &model.channels[number];
  if (channel->is_closed)
    return;
  channel->is_closed = true;
  channel->has_error = with_error;
}

/* ---- the consumer ------------------------------------------------------------------------------------------------ */

void
channel_leave (int number)
{
  Channel *channel = &model.channels[number];
  channel->is_left = true;
  channel->is_cancelled |= !channel->is_told; /* the end of a delivery stays as it was */
  channel->is_batch_cancelled |= channel->is_in_batch;
  drop_all (&channel->waiting);
}

Code
channel_receive (int number)
{
  Channel *channel = &model.channels[number];
  if (channel->delivery != NOBODY)
    return CODE_ALREADY;
  channel->is_received = true;
  if (channel->is_left)
    return CODE_CANCELED;
  if (channel->waiting.count > 0)
    return CODE_OK;
  return !channel->is_closed ? CODE_TIMEDOUT : channel->has_error ? CODE_FAILED : CODE_SHUTDOWN;
}

void
channel_received (int number, int item)
{
  if (numbers_pop (&model.channels[number].waiting) != item)
    model_fail ("item %d is received from channel %d, and is not the first", item, number);
  model.items[item] = ITEM_RECEIVED;
}

Code
channel_deliver (int number)
{
  const Step *step = step_of (number);
  Channel *channel = &model.channels[step->object];
  bool is_gone = model.callers[step->caller].is_stopping || scope_has_ended (step->scope);
  Call *call = &model.calls[number];
  *call = (Call) {
    .state = CALL_DONE, .is_refused = true, .follows = NOBODY, .awaits = NOBODY, .outcome = CODE_CANCELED
  };
  if (channel->delivery != NOBODY || channel->is_received)
    call->outcome = CODE_FAILED;
  else if (is_gone)
    channel_leave (step->object);
  if (call->outcome == CODE_FAILED || is_gone || channel->is_left)
    return call->outcome;
  *call = (Call) { .state = CALL_UNFINISHED, .follows = NOBODY };
  channel->delivery = number;
  channel->context = frame_now ()->context;
  if (step->scope != NOBODY)
    scope_bind (step->scope, BOUND_CHANNEL, step->object);
  return CODE_NONE;
}

/* ---- batches ----------------------------------------------------------------------------------------------------- */

static bool
interval_is_over (int number)
{
  const Channel *channel = &model.channels[number];
  return !channel->has_delivered || model.now - channel->last >= model.program->channels[number].interval;
}

static bool
may_deliver (int number)
{
  const Channel *channel = &model.channels[number];
  int caller = step_of (channel->delivery)->caller;
  return !channel->is_left && !channel->is_in_batch && !model.callers[caller].is_stopping
         && (channel->flushes > 0 || (is_in_loop (caller) && timers_are_over (caller) && interval_is_over (number)));
}

void
model_batch (int delivery, int context, int group, const int *items, int count)
{
  int number = step_of (delivery)->object;
  Channel *channel = &model.channels[number];
  int expected = channel->waiting.count < batch_of (number) ? channel->waiting.count : batch_of (number);
  model_expect (may_deliver (number), "a batch of channel %d must not come now", number);
  calls_check_told ();
  if (count == 0 || count != expected)
    model_fail ("a batch of channel %d has %d items, not %d", number, count, expected);
  for (int i = 0; i < count; i++)
    {
      if (items[i] != channel->waiting.at[0])
        model_fail ("item %d comes from channel %d before item %d", items[i], number, channel->waiting.at[0]);
      numbers_pop (&channel->waiting);
      numbers_add (&channel->batch, items[i]);
      model.items[items[i]] = ITEM_IN_BATCH;
    }
  if (context != channel->context || group != NOBODY)
    model_fail ("a batch of channel %d has the context %d and the group %d", number, context, group);
  channel->has_delivered = channel->is_in_batch = true;
  channel->is_batch_cancelled = channel->is_batch_deferred = channel->may_be_busy = false;
  channel->last = model.now;
  frame_push (delivery, step_of (delivery)->caller, channel->context, NOBODY);
}

static void
end_batch (Channel *channel)
{
  channel->is_in_batch = channel->is_batch_deferred = false;
  drop_all (&channel->batch);
}

void
model_batch_return (int delivery, Answer answer)
{
  int number = step_of (delivery)->object;
  Channel *channel = &model.channels[number];
  group_leave_all (frame_now ());
  frame_pop (delivery);
  if (answer == ANSWER_DEFER)
    {
      channel->is_batch_deferred = true;
      return;
    }
  if (answer == ANSWER_FAIL && !channel->is_batch_cancelled && !channel->is_cancelled)
    {
      channel_leave (number);
      channel->is_cancelled = false;
      channel->has_failed = true;
    }
  end_batch (channel);
}

bool
batch_answer (int delivery)
{
  Channel *channel = &model.channels[step_of (delivery)->object];
  if (channel->delivery != delivery || !channel->is_batch_deferred)
    return false;
  end_batch (channel);
  channel->may_be_busy = true;
  return true;
}

/* ---- at once ----------------------------------------------------------------------------------------------------- */

Code
channel_flush (int number)
{
  Channel *channel = &model.channels[number];
  if (channel->delivery == NOBODY)
    return CODE_STATE;
  if (channel->is_in_batch)
    return CODE_BUSY;
  channel->flushes++;
  channel->flushed = channel->waiting.count > 0 ? channel->waiting.at[channel->waiting.count - 1] : NOBODY;
  return channel->may_be_busy || model.callers[step_of (channel->delivery)->caller].is_stopping ? CODE_ANY : CODE_OK;
}

/* All that waited has come, unless the consumer is at work or gone. */
void
channel_flushed (int number, Code expected)
{
  Channel *channel = &model.channels[number];
  if (expected != CODE_OK && expected != CODE_ANY)
    return;
  channel->flushes--;
  if (expected == CODE_OK && !channel->is_in_batch && !channel->is_left
      && !model.callers[step_of (channel->delivery)->caller].is_stopping
      && numbers_have (&channel->waiting, channel->flushed))
    model_fail ("channel %d was flushed, and item %d still waits", number, channel->flushed);
}

/* ---- the end ----------------------------------------------------------------------------------------------------- */

static bool
is_over (const Channel *channel)
{
  if (channel->is_cancelled || channel->has_failed)
    return true;
  return channel->is_closed && channel->waiting.count == 0 && !channel->is_in_batch;
}

static Code
outcome_of (const Channel *channel)
{
  if (channel->is_cancelled)
    return CODE_CANCELED;
  return channel->has_failed || channel->has_error ? CODE_FAILED : CODE_OK;
}

void
delivery_done (int delivery, Code outcome)
{
  Channel *channel = &model.channels[step_of (delivery)->object];
  Call *call = &model.calls[delivery];
  if (call->is_refused)
    {
      if (call->is_told || outcome != call->outcome)
        model_fail ("delivery %d is refused: %s, not %s", delivery, code_name (outcome), code_name (call->outcome));
      call->is_told = true;
      return;
    }
  model_expect (!channel->is_told && is_over (channel) && outcome == outcome_of (channel),
                "the delivery of channel %d is done: %s", step_of (delivery)->object, code_name (outcome));
  channel->is_told = true;
}

void
delivery_destroyed (int delivery)
{
  const Channel *channel = &model.channels[step_of (delivery)->object];
  Call *call = &model.calls[delivery];
  if (call->is_destroyed)
    model_fail ("the data of delivery %d is destroyed twice", delivery);
  model_expect (call->is_refused || is_over (channel), "the data of delivery %d is destroyed too early", delivery);
  call->is_destroyed = true;
}

Code
delivery_cancel (int delivery)
{
  Channel *channel = &model.channels[step_of (delivery)->object];
  const Call *call = &model.calls[delivery];
  if (call->state == CALL_UNKNOWN)
    return CODE_NOTHING;
  if (call->is_refused)
    return call->outcome == CODE_CANCELED ? CODE_TRUE : CODE_FALSE;
  if (channel->is_told)
    return channel->is_cancelled ? CODE_TRUE : CODE_FALSE;
  channel_leave (step_of (delivery)->object);
  return CODE_TRUE;
}

void
channel_check_idle (int number)
{
  const Channel *channel = &model.channels[number];
  bool is_stopping = model.callers[step_of (channel->delivery)->caller].is_stopping;
  if (channel->is_in_batch)
    return;
  if (channel->waiting.count > 0 && !channel->is_left && !is_stopping && interval_is_over (number))
    model_fail ("item %d waits in channel %d, and the loop is idle", channel->waiting.at[0], number);
  if (is_over (channel) && (!channel->is_told || !model.calls[channel->delivery].is_destroyed))
    model_fail ("the delivery of channel %d is not done", number);
  for (int i = 0; i < model.program->count; i++)
    if (model.item_channels[i] == number)
      check_destroyed (i);
}

void
model_item_destroyed (int item)
{
  model_expect (model.items[item] == ITEM_GONE, "item %d is destroyed%s", item,
                model.items[item] == ITEM_DESTROYED ? " twice" : " too early");
  model.items[item] = ITEM_DESTROYED;
}
