/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The loops of the model: what waits for a caller's thread, in which order it begins, and what a stop makes of it.
 *
 * What is due begins before what was submitted, and each of the two in its order. That is all there is to a turn as
 * long as the clock stands still while a loop runs, which it does in these programs. Where a slice is one item, the
 * clock may move between two items of a turn: then what is due and what was submitted are two orders of their own. */
#include "model-private.h"

#include <string.h>

/* ---- frames ------------------------------------------------------------------------------------------------------ */

Frame *
frame_push (int call, int caller, int context, int group)
{
  Frame *frame = &model.frames[++model.depth];
  *frame = (Frame) { .call = call, .caller = caller, .context = context, .group = group };
  model.callers[caller].calls++;
  return frame;
}

void
frame_pop (int call)
{
  if (frame_now ()->call != call)
    model_fail ("call %d returns, and is not the one that runs", call);
  model.callers[frame_now ()->caller].calls--;
  model.depth--;
}

bool
is_in_loop (int caller)
{
  return model.callers[caller].loops > 0;
}

/* ---- the inbox --------------------------------------------------------------------------------------------------- */

static void
inbox_put (int call)
{
  model.calls[call].inbox_stamp = model.inbox_stamps++;
  numbers_add (&model.callers[step_of (call)->caller].inbox, call);
}

bool
inbox_has_before (int caller, int stamp)
{
  for (int i = 0; i < model.callers[caller].inbox.count; i++)
    {
      const Call *call = &model.calls[model.callers[caller].inbox.at[i]];
      if (call->state != CALL_DONE && call->inbox_stamp < stamp)
        return true;
    }
  return false;
}

/* In which order a stop ends what has returned is left open. Others of whom that makes calls ready find these in the
 * order in which the ends are told. */
void
inbox_add (int call)
{
  int caller = step_of (call)->caller;
  model.calls[call].is_on_its_way = true;
  if (model.draining == NOBODY || model.draining == caller || model.completing == NOBODY
      || model.calls[model.completing].is_told)
    {
      inbox_put (call);
      return;
    }
  model.held[model.held_count].source = model.completing;
  model.held[model.held_count++].call = call;
}

void
inbox_add_held (int source)
{
  int kept = 0;
  for (int i = 0; i < model.held_count; i++)
    if (model.held[i].source == source)
      inbox_put (model.held[i].call);
    else
      model.held[kept++] = model.held[i];
  model.held_count = kept;
}

/* ---- timers ------------------------------------------------------------------------------------------------------ */

void
timer_add (int caller, TimerKind kind, int number, int stamp, int delay)
{
  Caller *at = &model.callers[caller];
  if (!at->is_stopping)
    at->timers[at->timer_count++] = (Timer) { kind, number, stamp, model.now + delay };
}

static void
timer_take (Caller *caller, int i)
{
  caller->timer_count--;
  memmove (caller->timers + i, caller->timers + i + 1, (size_t) (caller->timer_count - i) * sizeof caller->timers[0]);
}

void
timer_remove (int caller, TimerKind kind, int number)
{
  Caller *at = &model.callers[caller];
  for (int i = at->timer_count - 1; i >= 0; i--)
    if (at->timers[i].kind == kind && at->timers[i].number == number)
      timer_take (at, i);
}

/* The one with the earliest deadline; of equal ones the oldest. NOBODY: there is none, or it is not due. */
static int
earliest (const Caller *caller, int until)
{
  int found = NOBODY;
  for (int i = 0; i < caller->timer_count; i++)
    if (caller->timers[i].deadline <= until
        && (found == NOBODY || caller->timers[i].deadline < caller->timers[found].deadline))
      found = i;
  return found;
}

static void
timer_over (Caller *caller, int i)
{
  const Timer timer = caller->timers[i];
  timer_take (caller, i);
  switch (timer.kind)
    {
    case TIMER_CALL:
    case TIMER_AWAIT: break;
    case TIMER_TIMEOUT: call_cancel (timer.number, true); break;
    case TIMER_SLOT: slot_timer_over (timer.number, timer.stamp); break;
    case TIMER_GROUP: group_cancel (timer.number); break;
    }
}

/* What was cancelled holds nobody up. */
static void
forget_dead (Caller *caller)
{
  while (caller->inbox.count > 0 && model.calls[caller->inbox.at[0]].state == CALL_DONE)
    numbers_pop (&caller->inbox);
  for (int i = caller->timer_count - 1; i >= 0; i--)
    if (caller->timers[i].kind == TIMER_CALL && model.calls[caller->timers[i].number].state == CALL_DONE)
      timer_take (caller, i);
}

/* A limit of time that is over, and comes before any call that is due. */
static bool
move_time (Caller *caller)
{
  int i;
  forget_dead (caller);
  i = earliest (caller, model.now);
  if (i == NOBODY || caller->timers[i].kind <= TIMER_AWAIT)
    return false;
  timer_over (caller, i);
  return true;
}

bool
timer_is_next (int caller, TimerKind kind, int number)
{
  Caller *at = &model.callers[caller];
  int i;
  forget_dead (at);
  i = earliest (at, model.now);
  return i != NOBODY && at->timers[i].kind == kind && at->timers[i].number == number;
}

bool
timers_are_over (int caller)
{
  forget_dead (&model.callers[caller]);
  return model.program->is_fine || earliest (&model.callers[caller], model.now) == NOBODY;
}

/* ---- a stop ------------------------------------------------------------------------------------------------------ */

static void
drop_timers (Caller *caller, int until)
{
  int i;
  while ((i = earliest (caller, until)) != NOBODY)
    {
      const Timer timer = caller->timers[i];
      timer_take (caller, i);
      if (timer.kind == TIMER_CALL)
        call_drop (timer.number);
    }
}

static bool
is_at (int call, int caller)
{
  return model.calls[call].state == CALL_WAITING && step_of (call)->caller == caller;
}

/* The oldest one that waits elsewhere than in the inbox: for another call, or else at a gate. */
static int
first_elsewhere (int caller, bool is_then)
{
  int found = NOBODY;
  for (int i = 0; i < model.program->count; i++)
    if (is_at (i, caller) && !model.calls[i].is_on_its_way && step_of (i)->kind != STEP_ITEM
        && (step_of (i)->kind == STEP_THEN) == is_then
        && (found == NOBODY || model.calls[i].stamp < model.calls[found].stamp))
      found = i;
  return found == NOBODY && is_then ? first_elsewhere (caller, false) : found;
}

static void
drop_calls (int number)
{
  Caller *caller = &model.callers[number];
  int call;
  drop_timers (caller, model.now);
  for (;;)
    {
      while ((call = numbers_pop (&caller->inbox)) != NOBODY)
        call_drop (call);
      drop_timers (caller, INT32_MAX);
      if (caller->inbox.count == 0)
        {
          call = first_elsewhere (number, true);
          if (call == NOBODY)
            return;
          call_drop (call);
        }
    }
}

/* Everything that has not begun goes; then what has returned or is suspended, and is not done, is told. */
static void
drain (int number)
{
  Caller *caller = &model.callers[number];
  Numbers unfinished;
  caller->is_drained = true;
  model.draining = number;
  drop_calls (number);
  for (int i = 0; i < QUEUES; i++)
    if (model.program->queues[i].caller == number)
      queue_close (i);
  for (int i = 0; i < CHANNELS; i++)
    if (model.channels[i].delivery != NOBODY && step_of (model.channels[i].delivery)->caller == number
        && !model.channels[i].has_failed)
      channel_leave (i);
  unfinished = caller->unfinished;
  for (int i = 0; i < unfinished.count; i++)
    call_cancel (unfinished.at[i], false);
  model.draining = NOBODY;
}

void
model_stop (int number)
{
  Caller *caller = &model.callers[number];
  if (caller->is_stopping)
    return;
  caller->is_stopping = true;
  for (int i = model.depth; i > 0; i--)
    if (model.frames[i].caller == number)
      {
        int call = model.frames[i].call;
        if (step_of (call)->kind == STEP_DELIVER)
          model.channels[step_of (call)->object].is_batch_cancelled = true;
        else if (step_of (call)->kind != STEP_DIRECT)
          call_cancel (call, false);
      }
}

/* ---- moves ------------------------------------------------------------------------------------------------------- */

bool
move (void)
{
  for (int i = model.loop_depth - 1; i >= 0; i--)
    {
      Caller *caller = &model.callers[model.loops[i]];
      if (caller->is_stopping && !caller->is_drained)
        {
          drain (model.loops[i]);
          return true;
        }
      if (!caller->is_stopping && move_time (caller))
        return true;
    }
  return false;
}

/* ---- the order --------------------------------------------------------------------------------------------------- */

/* Whether the call is the next one of its caller. */
static bool
is_next (int call)
{
  const Step *step = step_of (call);
  Caller *caller = &model.callers[step->caller];
  int due;
  forget_dead (caller);
  if (step->kind == STEP_ITEM)
    return timers_are_over (step->caller) && queue_may_start (call);
  due = earliest (caller, model.now);
  if (step->kind == STEP_LATER)
    return due != NOBODY && caller->timers[due].kind == TIMER_CALL && caller->timers[due].number == call;
  return timers_are_over (step->caller) && caller->inbox.count > 0 && caller->inbox.at[0] == call;
}

static void
take (int call)
{
  const Step *step = step_of (call);
  if (step->kind == STEP_ITEM)
    queue_starts (call);
  else if (step->kind == STEP_LATER)
    timer_remove (step->caller, TIMER_CALL, call);
  else
    numbers_pop (&model.callers[step->caller].inbox);
}

void
model_start (int number, int context, int group)
{
  Call *call = &model.calls[number];
  const Step *step = step_of (number);
  if (!is_in_loop (step->caller))
    model_fail ("call %d begins outside of its loop", number);
  model_expect (call->state == CALL_WAITING && is_next (number), "call %d must not begin now", number);
  if (model.callers[step->caller].is_stopping)
    model_fail ("call %d begins, and its caller is stopping", number);
  calls_check_told ();
  take (number);
  call->state = CALL_RUNNING;
  call->is_known = step->kind != STEP_DIRECT;
  if (context != call->context)
    model_fail ("call %d has the context %d, not %d", number, context, call->context);
  if (group != call->group)
    model_fail ("the current group of call %d is %d, not %d", number, group, call->group);
  frame_push (number, step->caller, call->context, call->group);
}

/* ---- rounds ------------------------------------------------------------------------------------------------------ */

void
model_loop_begins (int caller)
{
  model.loops[model.loop_depth++] = caller;
  model.callers[caller].loops++;
}

static void
check_running (int number)
{
  Caller *caller = &model.callers[number];
  if (caller->timer_count > 0 && earliest (caller, model.now) != NOBODY)
    model_fail ("caller %d is idle, and call %d is due", number, caller->timers[earliest (caller, model.now)].number);
  if (caller->inbox.count > 0)
    model_fail ("caller %d is idle, and call %d has not begun", number, caller->inbox.at[0]);
  fibers_check_idle (number);
}

static bool
is_in_batch (int caller)
{
  for (int i = 0; i < CHANNELS; i++)
    if (model.channels[i].is_in_batch && step_of (model.channels[i].delivery)->caller == caller)
      return true;
  return false;
}

static void
check_idle (int number)
{
  Caller *caller = &model.callers[number];
  forget_dead (caller);
  if (!caller->is_stopping)
    check_running (number);
  for (int i = 0; i < QUEUES; i++)
    if (model.program->queues[i].caller == number)
      queue_check_idle (i);
  for (int i = 0; i < CHANNELS; i++)
    if (model.channels[i].delivery != NOBODY && step_of (model.channels[i].delivery)->caller == number)
      channel_check_idle (i);
  for (int i = 0; i < model.program->count; i++)
    if (step_submits (step_of (i)) && step_of (i)->caller == number)
      call_check_destroyed (i);
  if (caller->is_stopping && !caller->is_stopped && caller->calls == 0 && caller->loops == 0
      && caller->unfinished.count == 0 && !is_in_batch (number))
    model_fail ("caller %d has not stopped", number);
}

void
model_loop_ends (int number, bool is_idle)
{
  Caller *caller = &model.callers[number];
  if (caller->is_stopping && !caller->is_drained)
    drain (number);
  if (!caller->is_stopping && (is_idle || (!model.program->is_fine && model.loop_depth == 1)))
    while (move_time (caller))
      ;
  model.loop_depth--;
  caller->loops--;
  calls_check_told ();
  if (is_idle)
    check_idle (number);
}
