/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The calls of the model: submitted, begun, cancelled, answered, done, and their data destroyed. */
#include "model-private.h"

/* ---- submitting -------------------------------------------------------------------------------------------------- */

bool
call_is_known (int number)
{
  return number != NOBODY && model.calls[number].is_known;
}

static Code
refusal (const Step *step)
{
  if (step->kind == STEP_DIRECT)
    return model.callers[step->caller].is_stopping ? CODE_SHUTDOWN : CODE_OK;
  if (model.callers[step->caller].is_stopping || scope_has_ended (step->scope))
    return CODE_CANCELED;
  if (step->gate == GATE_LIMITER && model.limiters[step->gate_object].is_closed)
    return CODE_FAILED;
  return CODE_OK;
}

static void
wait_for (int number, int other)
{
  if (model.calls[other].state == CALL_DONE)
    inbox_add (number);
  else
    numbers_add (&model.calls[other].listeners, number);
}

static void
put (int number)
{
  const Step *step = step_of (number);
  if (step->gate != GATE_NONE)
    gate_enter (number);
  else if (step->kind == STEP_THEN)
    wait_for (number, step->other);
  else if (step->kind == STEP_LATER)
    {
      model.calls[number].is_on_its_way = true;
      timer_add (step->caller, TIMER_CALL, number, 0, step->time);
    }
  else
    inbox_add (number);
}

Code
call_submit (int number)
{
  const Step *step = step_of (number);
  Call *call = &model.calls[number];
  Code code = refusal (step);
  if (step->kind == STEP_THEN && !call_is_known (step->other))
    return CODE_NOTHING;
  *call = (Call) { .state = CALL_WAITING,
                   .stamp = model.stamps++,
                   .is_known = step->kind != STEP_DIRECT,
                   .follows = NOBODY,
                   .awaits = NOBODY,
                   .context = step->kind != STEP_DIRECT ? frame_now ()->context : 0,
                   .group = step->kind != STEP_DIRECT && step->is_tracked ? frame_now ()->group : NOBODY };
  if (code != CODE_OK)
    {
      call->state = CALL_DONE;
      call->outcome = code;
      call->is_refused = true;
      call->is_told = step->kind == STEP_DIRECT;
      return code;
    }
  put (number);
  if (step->kind == STEP_DIRECT)
    return code;
  if (step->scope != NOBODY && call->state != CALL_DONE)
    scope_bind (step->scope, BOUND_CALL, number);
  group_join_all (call->group, number);
  if (step->timeout > 0 && call->state != CALL_DONE)
    timer_add (step->caller, TIMER_TIMEOUT, number, 0, step->timeout);
  return call->state == CALL_DONE ? call->outcome : CODE_NONE;
}

/* ---- the end ----------------------------------------------------------------------------------------------------- */

/* The outcome: a cancel beats any value. */
static void
end (int number)
{
  const Step *step = step_of (number);
  Call *call = &model.calls[number];
  call->outcome = call->is_timed_out ? CODE_TIMEDOUT : call->is_cancelled ? CODE_CANCELED : call->answer;
  call->state = CALL_DONE;
  call->is_told = step->kind == STEP_DIRECT;
  timer_remove (step->caller, TIMER_TIMEOUT, number);
  numbers_remove (&model.callers[step->caller].unfinished, number);
}

static void
adopt (Call *call, const Call *leader)
{
  call->is_cancelled |= leader->is_cancelled;
  call->is_timed_out |= leader->is_timed_out;
  call->answer = leader->answer;
}

/* First all followers have their outcome, and continuations are on their way; then places are free, and groups learn of
 * it. */
void
call_complete (int number)
{
  int ending[STEPS], count = 1, outer = model.completing;
  ending[0] = model.completing = number;
  end (number);
  for (int i = 0; i < count; i++)
    {
      const Call *call = &model.calls[ending[i]];
      for (int j = 0; j < call->listeners.count; j++)
        {
          int listener = call->listeners.at[j];
          if (model.calls[listener].state == CALL_UNFINISHED)
            {
              adopt (&model.calls[listener], call);
              end (listener);
              ending[count++] = listener;
            }
          else if (model.calls[listener].state == CALL_WAITING)
            inbox_add (listener);
          else if (model.calls[listener].awaits == ending[i])
            fiber_awaited_is_done (listener);
        }
    }
  for (int i = 0; i < count; i++)
    {
      Call *call = &model.calls[ending[i]];
      int group;
      if (step_of (ending[i])->gate != GATE_NONE)
        gate_leave (ending[i]);
      while ((group = numbers_pop (&call->groups)) != NOBODY)
        group_member_done (group, ending[i]);
    }
  model.completing = outer;
}

/* ---- cancelling -------------------------------------------------------------------------------------------------- */

/* The one that it follows, if that has to be cancelled, too. */
static int
cancel_one (int number)
{
  Call *call = &model.calls[number];
  bool is_first = !call->is_cancelled;
  if (call->state == CALL_UNKNOWN || call->state == CALL_DONE)
    return NOBODY;
  call->is_cancelled = true;
  if (call->is_suspended)
    fiber_is_cancelled (number);
  if (is_first && call->state == CALL_WAITING)
    {
      call_complete (number);
      return NOBODY;
    }
  if (call->obeys && !call->has_obeyed && !call->is_answered)
    {
      call->has_obeyed = call->is_obeying = call->is_answered = true;
      if (call->state == CALL_UNFINISHED)
        call_complete (number);
    }
  return is_first ? call->follows : NOBODY;
}

/* Whether it is cancelled now. */
bool
call_cancel (int number, bool by_time)
{
  Call *call = &model.calls[number];
  int leader;
  if (by_time && call->state != CALL_DONE && !call->is_cancelled)
    call->is_timed_out = true;
  leader = cancel_one (number);
  while (leader != NOBODY)
    leader = step_of (leader)->is_protected ? NOBODY : cancel_one (leader);
  return call->is_cancelled || (call->is_refused && call->outcome == CODE_CANCELED);
}

void
call_drop (int number)
{
  Call *call = &model.calls[number];
  if (call->state != CALL_WAITING)
    return;
  if (step_of (number)->kind == STEP_DIRECT)
    end (number);
  else
    call_cancel (number, false);
}

/* ---- answers ----------------------------------------------------------------------------------------------------- */

void
model_answer (int number, bool fails)
{
  Call *call = &model.calls[number];
  if (step_of (number)->kind == STEP_DELIVER)
    {
      batch_answer (number);
      return;
    }
  call->is_answered = true;
  call->answer = fails ? CODE_FAILED : CODE_OK;
  if (call->state == CALL_UNFINISHED)
    call_complete (number);
}

void
model_defer (int number, bool obeys)
{
  Call *call = &model.calls[number];
  call->is_deferred = true;
  call->obeys = obeys;
  if (obeys && call->is_cancelled)
    call->has_obeyed = call->is_obeying = call->is_answered = true;
}

Code
model_follow (int number)
{
  Call *call = &model.calls[number];
  int leader = step_of (number)->leader;
  const Call *other;
  bool was_cancelled = call->is_cancelled;
  int at = leader;
  if (!call_is_known (leader) || model.calls[leader].is_refused)
    return CODE_NOTHING;
  other = &model.calls[leader];
  while (other->state != CALL_DONE && at != number && model.calls[at].follows != NOBODY
         && model.calls[at].state != CALL_DONE)
    at = model.calls[at].follows;
  if (at == number)
    return CODE_DEADLOCK;
  if (other->state == CALL_DONE && !other->is_cancelled)
    call->answer = other->answer;
  else
    call->follows = leader;
  return was_cancelled ? CODE_CANCELED : CODE_OK;
}

static void
follow (int number)
{
  Call *call = &model.calls[number];
  const Call *leader = &model.calls[call->follows];
  if (leader->state == CALL_DONE)
    {
      adopt (call, leader);
      call_complete (number);
      return;
    }
  numbers_add (&model.calls[call->follows].listeners, number);
  if (call->is_cancelled && !step_of (call->follows)->is_protected)
    call_cancel (call->follows, false);
}

void
model_return (int number)
{
  Call *call = &model.calls[number];
  const Step *step = step_of (number);
  group_leave_all (frame_now ());
  frame_pop (number);
  fiber_returned (number);
  if (step->answer == ANSWER_FAIL && step->kind != STEP_DIRECT)
    call->answer = CODE_FAILED;
  call->state = CALL_UNFINISHED;
  if (call->is_deferred || call->follows != NOBODY)
    numbers_add_first (&model.callers[step->caller].unfinished, number);
  if (call->follows != NOBODY)
    follow (number);
  else if (!call->is_deferred || call->is_answered)
    call_complete (number);
}

/* ---- events ------------------------------------------------------------------------------------------------------ */

void
model_canceller (int number)
{
  model_expect (model.calls[number].is_obeying, "the canceller of call %d runs, and need not", number);
  model.calls[number].is_obeying = false;
}

void
model_done (int number, Code outcome)
{
  Call *call = &model.calls[number];
  model_expect (call->state == CALL_DONE && !call->is_told, "call %d is done: %s%s", number, code_name (outcome),
                call->state == CALL_DONE ? ", once more" : "");
  if (outcome != call->outcome)
    model_fail ("call %d is done: %s, not %s", number, code_name (outcome), code_name (call->outcome));
  call->is_told = true;
  inbox_add_held (number);
}

void
model_is_cancelled (int number)
{
  const Call *call = &model.calls[number];
  model_expect (call->is_cancelled || (call->is_refused && call->outcome == CODE_CANCELED), "call %d is cancelled",
                number);
}

/* Not as long as its function runs, or its answer is to come. The call may be done only after this. */
void
model_destroyed (int number)
{
  Call *call = &model.calls[number];
  if (step_of (number)->kind == STEP_DELIVER)
    {
      delivery_destroyed (number);
      return;
    }
  if (call->is_destroyed)
    model_fail ("the data of call %d is destroyed twice", number);
  model_expect (call->state == CALL_DONE, "the data of call %d is destroyed too early", number);
  call->is_destroyed = true;
}

void
calls_check_told (void)
{
  if (model.in_stop > 0)
    return;
  for (int i = 0; i < model.program->count; i++)
    {
      const Call *call = &model.calls[i];
      if (call->is_obeying)
        model_fail ("the canceller of call %d did not run", i);
      if (call->state == CALL_DONE && !call->is_told)
        model_fail ("call %d is not done: %s is due", i, code_name (call->outcome));
      if (call->is_refused && !call->is_destroyed)
        model_fail ("call %d was refused, and its data was not destroyed", i);
    }
}

void
call_check_destroyed (int number)
{
  const Call *call = &model.calls[number];
  if (call->state == CALL_DONE && !call->is_destroyed)
    model_fail ("caller %d is idle, and the data of call %d was not destroyed", step_of (number)->caller, number);
}
