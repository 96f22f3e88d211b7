/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Limiters and slots: which of the calls that are given to them may go on their way. */
#include "model-private.h"

/* ---- limiters ---------------------------------------------------------------------------------------------------------- */

enum
{
  ORDER_FAIR,
  ORDER_NEWEST,
  ORDER_PRIORITY
};

static int
next_of (const Limiter *limiter, int order)
{
  int found = limiter->waiting.at[0];
  if (order == ORDER_NEWEST)
    return limiter->waiting.at[limiter->waiting.count - 1];
  for (int i = 1; order == ORDER_PRIORITY && i < limiter->waiting.count; i++)
    if (step_of (limiter->waiting.at[i])->priority > step_of (found)->priority)
      found = limiter->waiting.at[i];
  return found;
}

static void
limiter_enter (int number, int call)
{
  Limiter *limiter = &model.limiters[number];
  limiter->calls++;
  if (limiter->running < model.program->limiters[number].limit)
    {
      limiter->running++;
      inbox_add (call);
    }
  else
    numbers_add (&limiter->waiting, call);
}

static void
limiter_check_drained (Limiter *limiter)
{
  if (limiter->is_closed && limiter->calls == 0)
    limiter->is_drained = true;
}

static void
limiter_leave (int number, int call)
{
  Limiter *limiter = &model.limiters[number];
  limiter->calls--;
  if (!numbers_remove (&limiter->waiting, call))
    limiter->running--;
  limiter_check_drained (limiter);
  if (limiter->running < model.program->limiters[number].limit && limiter->waiting.count > 0)
    {
      int next = next_of (limiter, model.program->limiters[number].order);
      numbers_remove (&limiter->waiting, next);
      limiter->running++;
      inbox_add (next);
    }
}

void
limiter_close (int number)
{
  model.limiters[number].is_closed = true;
  limiter_check_drained (&model.limiters[number]);
}

/* ---- slots ------------------------------------------------------------------------------------------------------------- */

enum
{
  POLICY_LATEST,
  POLICY_REPLACE,
  POLICY_NEXT,
  POLICY_FIRST
};

/* What the one that waits is to do: one of the two, or nothing. It is decided first, and done after the cancels. */
typedef struct Next
{
  int begins, timed; /* or NOBODY */
  int delay, number;
} Next;

static const Next nothing = { NOBODY, NOBODY, 0, 0 };

static Next
next_in (int number)
{
  const SlotOptions *options = &model.program->slots[number];
  Slot *slot = &model.slots[number];
  Next next = nothing;
  int since = model.now - slot->last_begin;
  if (slot->waiting == NOBODY || slot->is_timed || (slot->at_work.count > 0 && options->policy != POLICY_LATEST))
    return next;
  if (options->throttle > 0 && slot->has_begun && since < options->throttle)
    {
      slot->is_timed = true;
      return (Next) { NOBODY, slot->waiting, options->throttle - since, ++slot->timers };
    }
  next.begins = slot->waiting;
  slot->waiting = NOBODY;
  numbers_add (&slot->at_work, next.begins);
  slot->last_begin = model.now;
  slot->has_begun = true;
  return next;
}

static void
go_on (int number, Next next)
{
  if (next.begins != NOBODY && model.calls[next.begins].state == CALL_WAITING)
    inbox_add (next.begins);
  if (next.timed != NOBODY && next.number == model.slots[number].timers)
    timer_add (step_of (next.timed)->caller, TIMER_SLOT, number, next.number, next.delay);
}

void
slot_timer_over (int number, int stamp)
{
  Slot *slot = &model.slots[number];
  if (slot->timers != stamp)
    return;
  slot->is_timed = false;
  slot->timers++;
  go_on (number, next_in (number));
}

static void
forget_timer (int number)
{
  Slot *slot = &model.slots[number];
  slot->is_timed = false;
  slot->timers++;
  for (int i = 0; i < CALLERS; i++)
    timer_remove (i, TIMER_SLOT, number);
}

static void
cancel_both (int waiting, int at_work)
{
  if (waiting != NOBODY)
    call_cancel (waiting, false);
  if (at_work != NOBODY)
    call_cancel (at_work, false);
}

static int
newest (const Slot *slot)
{
  return slot->at_work.count > 0 ? slot->at_work.at[slot->at_work.count - 1] : NOBODY;
}

static void
slot_enter (int number, int call)
{
  const SlotOptions *options = &model.program->slots[number];
  Slot *slot = &model.slots[number];
  int waiting = slot->waiting, at_work = NOBODY;
  Next next;
  if (options->policy == POLICY_FIRST && (slot->at_work.count > 0 || waiting != NOBODY))
    {
      call_cancel (call, false);
      return;
    }
  forget_timer (number);
  if (options->policy == POLICY_LATEST || options->policy == POLICY_REPLACE)
    at_work = newest (slot);
  slot->waiting = call;
  if (options->debounce > 0)
    {
      slot->is_timed = true;
      next = (Next) { NOBODY, call, options->debounce, ++slot->timers };
    }
  else
    next = next_in (number);
  cancel_both (waiting, at_work);
  go_on (number, next);
}

static void
slot_leave (int number, int call)
{
  Slot *slot = &model.slots[number];
  if (slot->waiting == call)
    slot->waiting = NOBODY;
  numbers_remove (&slot->at_work, call);
  go_on (number, next_in (number));
}

void
slot_cancel (int number)
{
  Slot *slot = &model.slots[number];
  int waiting = slot->waiting;
  slot->waiting = NOBODY;
  forget_timer (number);
  slot->has_begun = false;
  cancel_both (waiting, newest (slot));
}

/* ---- gates ------------------------------------------------------------------------------------------------------------- */

void
gate_enter (int call)
{
  const Step *step = step_of (call);
  if (step->gate == GATE_LIMITER)
    limiter_enter (step->gate_object, call);
  else
    slot_enter (step->gate_object, call);
}

void
gate_leave (int call)
{
  const Step *step = step_of (call);
  if (step->gate == GATE_LIMITER)
    limiter_leave (step->gate_object, call);
  else
    slot_leave (step->gate_object, call);
}
