/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Groups and scopes: what ends together. */
#include "model-private.h"

enum
{
  MODE_IGNORE,
  MODE_CANCEL,
  MODE_CANCEL_QUIET,
  MODE_REPORT
};

enum
{
  UNTIL_ALL,
  UNTIL_SUCCESS,
  UNTIL_FIRST
};

void
groups_begin (void)
{
  for (int i = 0; i < GROUPS; i++)
    {
      model.groups[i].winner = model.groups[i].outer = NOBODY;
      if (model.program->groups[i].scope != NOBODY)
        scope_bind (model.program->groups[i].scope, BOUND_GROUP, i);
      if (model.program->groups[i].timeout > 0)
        timer_add (0, TIMER_GROUP, i, 0, model.program->groups[i].timeout);
    }
}

/* ---- the end ----------------------------------------------------------------------------------------------------- */

static Code
outcome_of (int number)
{
  const Group *group = &model.groups[number];
  int mode = model.program->groups[number].mode;
  if (group->winner != NOBODY)
    return model.calls[group->winner].outcome;
  if (group->failures > 0)
    return CODE_FAILED;
  if ((mode == MODE_CANCEL || mode == MODE_REPORT) && (group->has_cancelled_member || group->is_cancelled))
    return CODE_CANCELED;
  return CODE_OK;
}

static bool
is_over (int number)
{
  Group *group = &model.groups[number];
  if (!group->is_closed || group->is_done
      || (group->at_work.count + group->cancelled.count > 0 && group->winner == NOBODY))
    return false;
  group->is_done = true;
  group->outcome = outcome_of (number);
  for (int i = 0; i < CALLERS; i++)
    timer_remove (i, TIMER_GROUP, number);
  return true;
}

static void
cancel_member (int number, int call)
{
  if (model.program->groups[number].spares_protected && step_of (call)->is_protected)
    group_remove (number, call);
  else
    call_cancel (call, false);
}

bool
group_cancel (int number)
{
  Group *group = &model.groups[number];
  bool was_done = group->is_done;
  int call;
  group->is_cancelled |= !was_done;
  while ((call = numbers_pop (&group->at_work)) != NOBODY)
    {
      numbers_add (&group->cancelled, call);
      cancel_member (number, call);
    }
  if (!was_done)
    fibers_group_cancelled (number);
  return !was_done;
}

void
model_group_is_cancelled (int number)
{
  model_expect (model.groups[number].is_cancelled, "group %d is cancelled", number);
}

/* What the end of a member does to its group. True: the others are cancelled. */
static bool
judge (int number, int call)
{
  const GroupOptions *options = &model.program->groups[number];
  Group *group = &model.groups[number];
  Code code = model.calls[call].outcome;
  if (group->winner != NOBODY || group->is_done)
    return false;
  if (options->until == UNTIL_FIRST || (options->until == UNTIL_SUCCESS && code == CODE_OK))
    {
      group->winner = call;
      return true;
    }
  if (code == CODE_OK)
    return false;
  if (code == CODE_CANCELED)
    {
      group->has_cancelled_member = true;
      return options->mode == MODE_CANCEL || options->mode == MODE_CANCEL_QUIET;
    }
  group->failures++;
  return options->until == UNTIL_ALL;
}

void
group_member_done (int number, int call)
{
  Group *group = &model.groups[number];
  bool cancels;
  if (!numbers_remove (&group->at_work, call))
    numbers_remove (&group->cancelled, call);
  cancels = judge (number, call);
  is_over (number);
  if (cancels)
    group_cancel (number);
}

/* ---- members ----------------------------------------------------------------------------------------------------- */

/* False: the group is done. */
static bool
join (int number, int call)
{
  Group *group = &model.groups[number];
  bool is_late = group->is_cancelled;
  if (group->is_done)
    return false;
  numbers_add (is_late ? &group->cancelled : &group->at_work, call);
  if (model.calls[call].state == CALL_DONE)
    group_member_done (number, call);
  else
    {
      numbers_add (&model.calls[call].groups, number);
      if (is_late)
        cancel_member (number, call);
    }
  return true;
}

void
group_join_all (int number, int call)
{
  for (; number != NOBODY; number = model.groups[number].outer)
    join (number, call);
}

Code
group_add (int number, int call)
{
  if (!call_is_known (call) || model.calls[call].is_refused)
    return CODE_NOTHING;
  if (numbers_have (&model.calls[call].groups, number))
    return CODE_OK;
  return join (number, call) ? CODE_OK : CODE_STATE;
}

bool
group_remove (int number, int call)
{
  Group *group = &model.groups[number];
  if (!call_is_known (call) || model.calls[call].state == CALL_DONE
      || !numbers_remove (&model.calls[call].groups, number))
    return false;
  if (!numbers_remove (&group->at_work, call))
    numbers_remove (&group->cancelled, call);
  is_over (number);
  return true;
}

/* ---- entered and left -------------------------------------------------------------------------------------------- */

Code
group_enter (int number)
{
  Frame *frame = frame_now ();
  Group *group = &model.groups[number];
  if (group->was_entered || group->is_closed)
    return CODE_ALREADY;
  group->was_entered = group->is_entered = true;
  group->outer = frame->group;
  frame->entered[frame->entered_count].group = number;
  frame->entered[frame->entered_count].outer_group = frame->group;
  frame->entered[frame->entered_count++].outer_context = frame->context;
  frame->group = number;
  return CODE_OK;
}

static bool
is_innermost (const Frame *frame, int number)
{
  return frame->entered_count > 0 && frame->entered[frame->entered_count - 1].group == number;
}

static void
leave (Frame *frame)
{
  frame->entered_count--;
  frame->group = frame->entered[frame->entered_count].outer_group;
  frame->context = frame->entered[frame->entered_count].outer_context;
  model.groups[frame->entered[frame->entered_count].group].is_entered = false;
}

void
group_settle_closed (int number)
{
  model.groups[number].is_closed = true;
  is_over (number);
}

/* CODE_STATE: another one has entered it. */
Code
group_close (int number)
{
  Frame *frame = frame_now ();
  if (is_innermost (frame, number))
    leave (frame);
  else if (model.groups[number].is_entered)
    return CODE_STATE;
  group_settle_closed (number);
  return CODE_OK;
}

void
group_leave_all (Frame *frame)
{
  while (frame->entered_count > 0)
    {
      int group = frame->entered[frame->entered_count - 1].group;
      leave (frame);
      group_cancel (group);
      group_settle_closed (group);
    }
}

/* ---- scopes ------------------------------------------------------------------------------------------------------ */

bool
scope_has_ended (int scope)
{
  return scope != NOBODY && model.scopes[scope].has_ended;
}

void
scope_bind (int number, BoundKind kind, int bound)
{
  Scope *scope = &model.scopes[number];
  scope->bound[scope->count].kind = kind;
  scope->bound[scope->count++].number = bound;
}

bool
scope_end (int number)
{
  Scope *scope = &model.scopes[number];
  if (scope->has_ended)
    return false;
  scope->has_ended = true;
  for (int i = 0; i < scope->count; i++)
    {
      int bound = scope->bound[i].number;
      switch (scope->bound[i].kind)
        {
        case BOUND_CALL: call_cancel (bound, false); break;
        case BOUND_QUEUE: queue_close (bound); break;
        case BOUND_CHANNEL: channel_leave (bound); break;
        case BOUND_GROUP:
          if (!model.groups[bound].is_done)
            group_cancel (bound);
          break;
        }
    }
  return true;
}
