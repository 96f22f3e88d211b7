/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The model's side of each step, and the outcomes of objects. */
#include "model-private.h"

#include <stdarg.h>
#include <string.h>

State model;

const char *
code_name (Code code)
{
  static const char *const names[]
      = { "ok",      "failed", "cancelled", "timed out", "shut down",      "again",   "deadlock", "already",
          "a state", "busy",   "true",      "false",     "no outcome yet", "nothing", "any",      "another code" };
  return names[code];
}

void
model_fail_at (const char *where, const char *format, ...)
{
  char what[256];
  va_list args;
  (void) where;
  va_start (args, format);
  vsnprintf (what, sizeof what, format, args);
  va_end (args);
  model.fail (what);
}

void
model_begin (const Program *program, ModelFailFunc fail)
{
  memset (&model, 0, sizeof model);
  model.program = program;
  model.fail = fail;
  model.draining = model.completing = NOBODY;
  model.frames[0] = (Frame) { .call = MAIN, .group = NOBODY };
  for (int i = 0; i < QUEUES; i++)
    model.queues[i].running = NOBODY;
  for (int i = 0; i < SLOTS; i++)
    model.slots[i].waiting = NOBODY;
  for (int i = 0; i < CHANNELS; i++)
    model.channels[i].delivery = model.channels[i].dropped = model.channels[i].merges = NOBODY;
  for (int i = 0; i < STEPS; i++)
    model.item_channels[i] = NOBODY;
  groups_begin ();
}

/* ---- steps ------------------------------------------------------------------------------------------------------- */

static Code
truth (bool is_true)
{
  return is_true ? CODE_TRUE : CODE_FALSE;
}

static Code
cancel (int other)
{
  if (other != NOBODY && step_of (other)->kind == STEP_DELIVER)
    return delivery_cancel (other);
  return call_is_known (other) ? truth (call_cancel (other, false)) : CODE_NOTHING;
}

static Code
answer (const Step *step)
{
  const Call *call;
  bool was_cancelled;
  if (step->other == NOBODY)
    return CODE_NOTHING;
  call = &model.calls[step->other];
  if (step_of (step->other)->kind == STEP_DELIVER)
    {
      was_cancelled = model.channels[step_of (step->other)->object].is_batch_cancelled;
      if (!batch_answer (step->other))
        return CODE_NOTHING;
      return was_cancelled ? CODE_CANCELED : CODE_OK;
    }
  if (!call->is_deferred || call->is_answered)
    return CODE_NOTHING;
  was_cancelled = call->is_cancelled;
  model_answer (step->other, step->fails);
  return was_cancelled ? CODE_CANCELED : CODE_OK;
}

static Code
outcome_of_group (int number, Code code)
{
  if (code == CODE_STATE)
    return CODE_FAILED;
  return model.groups[number].is_done ? model.groups[number].outcome : CODE_NONE;
}

static Code
nothing (void)
{
  return CODE_OK;
}

static Code
do_step (int number, const Step *step)
{
  switch (step->kind)
    {
    case STEP_SOON:
    case STEP_LATER:
    case STEP_THEN:
    case STEP_DIRECT: return call_submit (number);
    case STEP_ITEM: return queue_call (number);
    case STEP_DELIVER: return channel_deliver (number);
    case STEP_SEND: return channel_send (number);
    case STEP_RECEIVE: return channel_receive (step->object);
    case STEP_FLUSH: return channel_flush (step->object);
    case STEP_CLOSE_CHANNEL: return channel_close (step->object, step->fails), nothing ();
    case STEP_LEAVE_CHANNEL: return channel_leave (step->object), nothing ();
    case STEP_CLOSE_QUEUE: return queue_close (step->object), nothing ();
    case STEP_CLOSE_LIMITER:
      limiter_close (step->object);
      return model.limiters[step->object].is_drained ? CODE_OK : CODE_NONE;
    case STEP_CANCEL_SLOT: return slot_cancel (step->object), nothing ();
    case STEP_ENTER_GROUP: return group_enter (step->object);
    case STEP_CLOSE_GROUP: return outcome_of_group (step->object, group_close (step->object));
    case STEP_CANCEL_GROUP: return truth (group_cancel (step->object));
    case STEP_ADD: return group_add (step->object, step->other);
    case STEP_REMOVE: return truth (group_remove (step->object, step->other));
    case STEP_END_SCOPE: return truth (scope_end (step->object));
    case STEP_CANCEL: return cancel (step->other);
    case STEP_ANSWER: return answer (step);
    case STEP_SET_CONTEXT: return frame_now ()->context = number + 1, nothing ();
    case STEP_ADVANCE: return model_advance (step->time), nothing ();
    case STEP_AWAIT:
    case STEP_SLEEP:
    case STEP_YIELD: return fiber_wait (step);
    case STEP_STOP: return model_stop (step->caller), nothing ();
    case STEP_ITERATE:
    case STEP_RUN: return nothing ();
    default: return CODE_NOTHING;
    }
}

Code
model_step (int number)
{
  return model.expected[number] = fiber_is_in_stop () ? CODE_NOTHING : do_step (number, step_of (number));
}

void
model_step_done (int number, Code code, int item)
{
  const Step *step = step_of (number);
  Code expected = model.expected[number];
  if (code != expected && expected != CODE_ANY)
    model_fail ("step %d: %s, not %s", number, code_name (code), code_name (expected));
  if (step->kind == STEP_RECEIVE && code == CODE_OK)
    channel_received (step->object, item);
  else if (step->kind == STEP_FLUSH)
    channel_flushed (step->object, expected);
  else if (step->kind == STEP_SEND)
    channel_sent (number);
  model_sync ();
}

int
model_entered_by_main (void)
{
  const Frame *main = &model.frames[0];
  return main->entered_count > 0 ? main->entered[main->entered_count - 1].group : NOBODY;
}

void
model_close_group (int group)
{
  group_close (group);
}

void
model_advance (int ticks)
{
  model.now += ticks;
}

void
model_close_all (void)
{
  for (int i = 0; i < GROUPS; i++)
    group_settle_closed (i);
  for (int i = 0; i < LIMITERS; i++)
    limiter_close (i);
  for (int i = 0; i < CHANNELS; i++)
    if (model.channels[i].delivery == NOBODY)
      channel_leave (i);
}

/* ---- the outcomes of objects ------------------------------------------------------------------------------------- */

static void
expect_done (const char *thing, int number, bool *is_told, bool is_done, Code outcome, Code expected)
{
  if (*is_told || !is_done || outcome != expected)
    model_fail ("%s %d is done%s: %s; it should be %s", thing, number, *is_told ? " twice" : "", code_name (outcome),
                code_name (is_done ? expected : CODE_NONE));
  *is_told = true;
}

static void
queue_done (int number, Code outcome)
{
  Queue *queue = &model.queues[number];
  model_expect (queue->has_begun && queue->is_closed
                    && (queue->running == NOBODY || model.calls[queue->running].state == CALL_DONE),
                "queue %d has ended too early", number);
  expect_done ("queue", number, &queue->is_told, true, outcome, CODE_CANCELED);
}

static void
caller_done (int number, Code outcome)
{
  Caller *caller = &model.callers[number];
  model_expect (caller->is_drained && caller->unfinished.count == 0 && caller->calls == 0,
                "caller %d has stopped too early", number);
  expect_done ("caller", number, &caller->is_stopped, true, outcome, CODE_OK);
}

void
model_thing_done (Thing thing, int number, Code outcome)
{
  switch (thing)
    {
    case THING_QUEUE: queue_done (number, outcome); break;
    case THING_CALLER: caller_done (number, outcome); break;
    case THING_DELIVERY: delivery_done (number, outcome); break;
    case THING_LIMITER:
      model_expect (model.limiters[number].is_drained, "limiter %d is done: %s", number, code_name (outcome));
      expect_done ("limiter", number, &model.limiters[number].is_told, model.limiters[number].is_drained, outcome,
                   CODE_OK);
      break;
    case THING_GROUP:
      model_expect (model.groups[number].is_done, "group %d is done: %s", number, code_name (outcome));
      expect_done ("group", number, &model.groups[number].is_told, true, outcome, model.groups[number].outcome);
      break;
    }
}

/* ---- what is missing --------------------------------------------------------------------------------------------- */

void
model_sync (void)
{
  calls_check_told ();
  for (int i = 0; model.in_stop == 0 && i < GROUPS; i++)
    if (model.groups[i].is_done && !model.groups[i].is_told)
      model_fail ("group %d is not done", i);
  for (int i = 0; model.in_stop == 0 && i < LIMITERS; i++)
    if (model.limiters[i].is_drained && !model.limiters[i].is_told)
      model_fail ("limiter %d is not done", i);
  for (int i = 0; i < model.program->count; i++)
    if (model.items[i] == ITEM_GONE && model.channels[model.item_channels[i]].delivery == NOBODY)
      model_fail ("item %d was not destroyed", i);
}

static void
check_call (int number)
{
  const Call *call = &model.calls[number];
  if (call->state == CALL_UNKNOWN)
    return;
  if (step_of (number)->kind != STEP_DELIVER && call->state != CALL_DONE)
    model_fail ("at the end, call %d is not done", number);
  if (!call->is_destroyed)
    model_fail ("at the end, the data of call %d was not destroyed", number);
}

void
model_end (void)
{
  model_sync ();
  for (int i = 0; i < model.program->count; i++)
    check_call (i);
  for (int i = 0; i < model.program->count; i++)
    if (model.items[i] != ITEM_UNKNOWN && model.items[i] != ITEM_DESTROYED && model.items[i] != ITEM_RECEIVED)
      model_fail ("at the end, item %d was not destroyed", i);
  for (int i = 0; i < QUEUES; i++)
    if (model.queues[i].has_begun && !model.queues[i].is_told)
      model_fail ("at the end, queue %d has not ended", i);
  for (int i = 0; i < GROUPS; i++)
    if (!model.groups[i].is_told)
      model_fail ("at the end, group %d is not done", i);
  for (int i = 0; i < CALLERS; i++)
    if (!model.callers[i].is_stopped)
      model_fail ("at the end, caller %d has not stopped", i);
}
