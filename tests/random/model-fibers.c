/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The spawned calls of the model: they leave their thread where they wait, and come back to it in their caller's order.
 *
 * All waits for calls have a limit of time, so that none could be for ever, and leave alone what they waited for. In a
 * stop the order in which they come back is left open. */
#include "model-private.h"

static bool
is_cancelled (int number, const Frame *frame)
{
  if (model.calls[number].is_cancelled)
    return true;
  for (int i = 0; i < frame->entered_count; i++)
    if (model.groups[frame->entered[i].group].is_cancelled)
      return true;
  return false;
}

static bool
has_come (const Call *call)
{
  return call->awaits != NOBODY && model.calls[call->awaits].state == CALL_DONE;
}

/* It goes on in the place of its inbox. */
static void
signal_in_order (int number)
{
  model.calls[number].is_signalled = true;
  timer_remove (step_of (number)->caller, TIMER_AWAIT, number);
  inbox_add (number);
}

void
fiber_awaited_is_done (int number)
{
  if (!model.calls[number].is_signalled)
    signal_in_order (number);
}

/* In which order a cancel reaches several is left open. */
void
fiber_is_cancelled (int number)
{
  Call *call = &model.calls[number];
  if (call->is_signalled)
    return;
  call->is_signalled = call->is_loose = true;
  timer_remove (step_of (number)->caller, TIMER_AWAIT, number);
}

void
fibers_group_cancelled (int group)
{
  for (int i = 0; i < model.program->count; i++)
    for (int k = 0; model.calls[i].is_suspended && k < model.suspended[i].entered_count; k++)
      if (model.suspended[i].entered[k].group == group)
        fiber_is_cancelled (i);
}

/* Its frame leaves the stack. */
static void
suspend (int number, const Step *step)
{
  Call *call = &model.calls[number];
  int caller = step_of (number)->caller;
  if (!call->has_waited)
    numbers_add_first (&model.callers[caller].unfinished, number);
  model.suspended[number] = *frame_now ();
  frame_pop (number);
  call->has_waited = call->is_suspended = true;
  call->is_signalled = call->is_loose = false;
  call->yield_stamp = 0;
  if (step->kind == STEP_YIELD)
    {
      call->is_signalled = true;
      call->yield_stamp = ++model.inbox_stamps;
      return;
    }
  timer_add (caller, TIMER_AWAIT, number, 0, step->time);
  if (step->kind != STEP_AWAIT)
    return;
  call->awaits = step->other;
  numbers_add (&model.calls[step->other].listeners, number);
}

bool
fiber_runs (void)
{
  int number = frame_now ()->call;
  return number != MAIN && step_of (number)->is_spawned;
}

bool
fiber_is_in_stop (void)
{
  int number = frame_now ()->call;
  return number != MAIN && model.calls[number].is_in_stop;
}

Code
fiber_wait (const Step *step)
{
  int number = frame_now ()->call;
  if (!fiber_runs () || number != step->in)
    return CODE_NOTHING;
  if (step->kind == STEP_AWAIT && !call_is_known (step->other))
    return CODE_NOTHING;
  if (step->kind == STEP_AWAIT && model.calls[step->other].state == CALL_DONE)
    return model.calls[step->other].outcome;
  if (is_cancelled (number, frame_now ()))
    return CODE_CANCELED;
  suspend (number, step);
  return CODE_ANY;
}

/* What its wait gives, if it goes on now. `by_time`: its time is over. */
static Code
outcome_of_wait (int number, const Step *step, bool by_time)
{
  const Call *call = &model.calls[number];
  if (is_cancelled (number, &model.suspended[number]))
    return CODE_CANCELED;
  if (has_come (call))
    return model.calls[call->awaits].outcome;
  if (by_time && step->kind == STEP_AWAIT)
    return CODE_TIMEDOUT;
  return by_time || step->kind == STEP_YIELD ? CODE_OK : CODE_NONE;
}

/* What has been submitted before goes first; what comes later may. */
static bool
is_after_others (int number)
{
  const Call *call = &model.calls[number];
  int caller = step_of (number)->caller;
  return call->yield_stamp > 0 && timers_are_over (caller) && !inbox_has_before (caller, call->yield_stamp);
}

static bool
is_first_in_inbox (int number, const Caller *caller)
{
  return model.calls[number].is_signalled && timers_are_over (step_of (number)->caller) && caller->inbox.count > 0
         && caller->inbox.at[0] == number;
}

/* Whether it has to go on now; and whether because its time is over. */
static bool
may_go_on (int number, bool *ret_by_time)
{
  int at = step_of (number)->caller;
  const Caller *caller = &model.callers[at];
  *ret_by_time = timer_is_next (at, TIMER_AWAIT, number);
  return *ret_by_time || caller->is_stopping || is_after_others (number)
         || (model.calls[number].is_loose && timers_are_over (at)) || is_first_in_inbox (number, caller);
}

static void
go_on (int number)
{
  Call *call = &model.calls[number];
  Caller *caller = &model.callers[step_of (number)->caller];
  Frame *frame;
  timer_remove (step_of (number)->caller, TIMER_AWAIT, number);
  numbers_remove (&caller->inbox, number);
  if (call->awaits != NOBODY)
    numbers_remove (&model.calls[call->awaits].listeners, number);
  call->awaits = NOBODY;
  call->is_suspended = call->is_signalled = call->is_loose = false;
  frame = frame_push (number, step_of (number)->caller, 0, NOBODY);
  *frame = model.suspended[number];
}

void
model_resume (int number, int step, Code code, int context, int group)
{
  bool by_time;
  int caller = step_of (number)->caller;
  Code expected;
  if (!model.calls[number].is_suspended)
    model_fail ("call %d goes on, and has not been suspended", number);
  if (!is_in_loop (caller))
    model_fail ("call %d goes on outside of its loop", number);
  model_expect (may_go_on (number, &by_time), "call %d must not go on now", number);
  if (model.callers[caller].is_stopping)
    {
      call_cancel (number, false);
      model.calls[number].is_in_stop = true;
      model.in_stop++;
    }
  expected = outcome_of_wait (number, step_of (step), by_time);
  if (code != expected)
    model_fail ("the wait of call %d in step %d: %s, not %s", number, step, code_name (code), code_name (expected));
  go_on (number);
  if (context != frame_now ()->context)
    model_fail ("call %d goes on with the context %d, not %d", number, context, frame_now ()->context);
  if (group != frame_now ()->group)
    model_fail ("call %d goes on in group %d, not %d", number, group, frame_now ()->group);
}

void
fibers_check_idle (int caller)
{
  for (int i = 0; i < model.program->count; i++)
    if (model.calls[i].is_suspended && model.calls[i].is_signalled && step_of (i)->caller == caller)
      model_fail ("caller %d is idle, and call %d has not gone on", caller, i);
}

void
fiber_returned (int number)
{
  Call *call = &model.calls[number];
  numbers_remove (&model.callers[step_of (number)->caller].unfinished, number);
  model.in_stop -= call->is_in_stop;
  call->is_in_stop = false;
}
