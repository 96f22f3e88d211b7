/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Queues: one item at a time, in the queue's order. When that is, beside other calls, is left open; but an idle loop
 * has left nothing. */
#include "model-private.h"

enum
{
  OVERFLOW_BLOCK,
  OVERFLOW_REFUSE,
  OVERFLOW_DROP_OLDEST
};

enum
{
  ORDER_FIRST_IN,
  ORDER_LAST_IN,
  ORDER_PRIORITY
};

static int
next_of (int number)
{
  const Queue *queue = &model.queues[number];
  int found = queue->waiting.count > 0 ? queue->waiting.at[0] : NOBODY;
  switch (model.program->queues[number].order)
    {
    case ORDER_LAST_IN: return queue->waiting.count > 0 ? queue->waiting.at[queue->waiting.count - 1] : NOBODY;
    case ORDER_PRIORITY:
      for (int i = 1; i < queue->waiting.count; i++)
        if (step_of (queue->waiting.at[i])->priority > step_of (found)->priority)
          found = queue->waiting.at[i];
      return found;
    default: return found;
    }
}

static bool
is_running (const Queue *queue)
{
  return queue->running != NOBODY && model.calls[queue->running].state != CALL_DONE;
}

/* It never begins: its data goes in the caller's thread. */
static void
drop (int item)
{
  model.calls[item].state = CALL_DONE;
  model.calls[item].is_told = true;
}

static bool
is_full (int number)
{
  int limit = model.program->queues[number].limit;
  return limit > 0 && model.queues[number].waiting.count >= limit;
}

static Code
refusal (int number)
{
  const QueueOptions *options = &model.program->queues[number];
  Queue *queue = &model.queues[number];
  if (model.callers[options->caller].is_stopping)
    return CODE_SHUTDOWN;
  if (scope_has_ended (options->scope))
    return CODE_CANCELED;
  if (!queue->has_begun)
    {
      queue->has_begun = true;
      queue->context = frame_now ()->context;
      if (options->scope != NOBODY)
        scope_bind (options->scope, BOUND_QUEUE, number);
    }
  if (is_full (number) && options->overflow != OVERFLOW_DROP_OLDEST && !queue->is_closed)
    return CODE_AGAIN;
  return queue->is_closed ? CODE_SHUTDOWN : CODE_OK;
}

Code
queue_call (int number)
{
  int at = step_of (number)->object;
  Queue *queue = &model.queues[at];
  Code code;
  if (fiber_runs () && is_full (at) && model.program->queues[at].overflow == OVERFLOW_BLOCK)
    return CODE_NOTHING;
  code = refusal (at);
  model.calls[number] = (Call) {
    .state = CALL_WAITING, .follows = NOBODY, .awaits = NOBODY, .context = queue->context, .group = NOBODY
  };
  if (code != CODE_OK)
    {
      drop (number);
      model.calls[number].is_refused = true;
      return queue->is_closed && code == CODE_SHUTDOWN ? CODE_ANY : code;
    }
  if (is_full (at))
    drop (numbers_pop (&queue->waiting));
  numbers_add (&queue->waiting, number);
  return code;
}

bool
queue_may_start (int number)
{
  int at = step_of (number)->object;
  const Queue *queue = &model.queues[at];
  return !queue->is_closed && !is_running (queue) && next_of (at) == number;
}

void
queue_starts (int number)
{
  Queue *queue = &model.queues[step_of (number)->object];
  numbers_remove (&queue->waiting, number);
  queue->running = number;
}

void
queue_close (int number)
{
  Queue *queue = &model.queues[number];
  int item;
  queue->is_closed = true;
  if (is_running (queue))
    call_cancel (queue->running, false);
  while ((item = numbers_pop (&queue->waiting)) != NOBODY)
    drop (item);
}

void
queue_check_idle (int number)
{
  const Queue *queue = &model.queues[number];
  if (is_running (queue))
    return;
  if (queue->waiting.count > 0)
    model_fail ("caller %d is idle, and the items of queue %d did not run", model.program->queues[number].caller,
                number);
  if (queue->has_begun && queue->is_closed && !queue->is_told)
    model_fail ("queue %d has not ended", number);
}
