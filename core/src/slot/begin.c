/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "slot/slot.h"

#include "base/log.h"
#include "call/scope.h"
#include "life/life.h"
#include "mailbox/post.h"

#include <stdlib.h>

/* A gate with one place, more or less. At most one call waits; one that a newer call has taken the place of is cancelled, and
 * leaves by that. Under the mutex, whatever is at work or waits is alive: it cannot be freed before it has left, which takes
 * the mutex. Cancels are made without it. */

const char lodger__slot_replaced_message[] = "a newer call has its slot";

/* ---- who is cancelled -------------------------------------------------------------------------------------------------- */

/* What a new call, or a cancel of the slot, makes out of date. References. */
typedef struct Old
{
  LodgerPending *at_work, *waiting;
  LodgerScope *scope, *counting;
  LodgerTimeLimit *timer;
} Old;

/* Under the mutex. */
static void
take_waiting (LodgerSlot *slot, Old *old)
{
  if (slot->waiting == NULL)
    return;
  old->waiting = lodger_pending_ref (slot->waiting->pending);
  lodger__list_append (&slot->replaced, &slot->waiting->place);
  slot->waiting = NULL;
}

/* Under the mutex: those before it were cancelled when it came. */
static void
take_newest (LodgerSlot *slot, Old *old)
{
  const LodgerHold *newest = lodger__list_item (slot->at_work.last, LodgerHold, place);
  if (newest != NULL)
    old->at_work = lodger_pending_ref (newest->pending);
}

/* Under the mutex. */
static void
take_counting (LodgerSlot *slot, Old *old)
{
  old->counting = slot->counting;
  slot->counting = NULL;
}

/* Under the mutex. */
static void
take_scope (LodgerSlot *slot, Old *old)
{
  old->scope = slot->scope;
  slot->scope = NULL;
}

/* Under the mutex. */
static void
take_timer (LodgerSlot *slot, Old *old)
{
  old->timer = slot->timer;
  slot->timer = NULL;
  slot->is_timed = false;
  slot->timers++;
}

/* What the calls were for goes before their ends are told. */
static void
cancel_old (const Old *old, const char *message)
{
  lodger__time_limit_end (old->timer);
  if (old->counting != NULL)
    lodger_scope_end (old->counting, message);
  if (old->scope != NULL)
    lodger_scope_end (old->scope, message);
  lodger_pending_cancel (old->waiting, message);
  lodger_pending_cancel (old->at_work, message);
  lodger_scope_unref (old->counting);
  lodger_scope_unref (old->scope);
  lodger_pending_unref (old->waiting);
  lodger_pending_unref (old->at_work);
}

void
lodger__slot_cancel (LodgerSlot *slot, const char *message, bool for_good)
{
  Old old = { .timer = NULL };
  pthread_mutex_lock (&slot->mutex);
  take_waiting (slot, &old);
  take_timer (slot, &old);
  take_newest (slot, &old);
  take_scope (slot, &old);
  slot->has_begun = false;
  slot->is_over = slot->is_over || for_good;
  pthread_mutex_unlock (&slot->mutex);
  cancel_old (&old, message);
}

/* ---- when a call begins ------------------------------------------------------------------------------------------------ */

/* Under the mutex: how long the one that waits has to go on waiting; 0: it may begin, if the policy lets it. */
static int64_t
throttled (const LodgerSlot *slot, const LodgerHold *hold)
{
  int64_t since;
  if (slot->options.throttle == 0 || !slot->has_begun)
    return 0;
  since = lodger__host_now (hold->caller) - slot->last_begin;
  return since < slot->options.throttle ? slot->options.throttle - since : 0;
}

/* Under the mutex. */
static bool
policy_lets_begin (const LodgerSlot *slot)
{
  return slot->at_work.first == NULL || slot->options.policy == LODGER_SLOT_LATEST;
}

/* Under the mutex. */
static void
give_place (LodgerSlot *slot, LodgerHold *hold)
{
  if (slot->options.throttle > 0)
    {
      slot->last_begin = lodger__host_now (hold->caller);
      slot->has_begun = true;
    }
  lodger__list_append (&slot->at_work, &hold->place);
}

/* What the one that waits is to do. */
typedef struct Step
{
  LodgerHold *begins;    /* with a reference to its pending; or NULL */
  LodgerCaller *caller;  /* held: a timer is begun with its time; or NULL */
  LodgerScope *counting; /* of the one that begins, which nothing replaces any more: a reference, or NULL */
  int64_t delay;
  uint64_t number;
} Step;

/* Under the mutex. The debounce is over, or there is none. */
static Step
next (LodgerSlot *slot)
{
  LodgerHold *hold = slot->waiting;
  Step step = { .begins = NULL };
  if (hold == NULL || slot->is_timed || !policy_lets_begin (slot))
    return step;
  step.delay = throttled (slot, hold);
  if (step.delay > 0)
    {
      slot->is_timed = true;
      step.number = ++slot->timers;
      step.caller = hold->caller;
      lodger__hold (step.caller);
      return step;
    }
  slot->waiting = NULL;
  give_place (slot, hold);
  lodger_pending_ref (hold->pending);
  step.begins = hold;
  if (!lodger__slot_replaces (slot))
    {
      step.counting = slot->counting;
      slot->counting = NULL;
    }
  return step;
}

static void take_step (LodgerSlot *slot, const Step *step);

typedef struct Timer
{
  LodgerSlot *slot; /* a reference */
  uint64_t number;
} Timer;

static void
timer_free (void *data)
{
  lodger_slot_unref (((Timer *) data)->slot);
  free (data);
}

/* A newer timer may have been begun meanwhile. */
static void
timer_over (void *data)
{
  const Timer *timer = data;
  LodgerSlot *slot = timer->slot;
  LodgerTimeLimit *limit = NULL;
  Step step = { .begins = NULL };
  pthread_mutex_lock (&slot->mutex);
  if (slot->timers == timer->number)
    {
      limit = slot->timer;
      slot->timer = NULL;
      slot->is_timed = false;
      slot->timers++;
      step = next (slot);
    }
  pthread_mutex_unlock (&slot->mutex);
  lodger__time_limit_end (limit);
  take_step (slot, &step);
}

/* Without memory for a timer, its time is over at once. */
static void
begin_timer (LodgerSlot *slot, const Step *step)
{
  Timer *timer = malloc (sizeof *timer);
  LodgerTimeLimit *limit = NULL, *unused = NULL;
  Step none = { .begins = NULL };
  if (timer != NULL)
    {
      *timer = (Timer) { lodger_slot_ref (slot), step->number };
      limit = lodger__time_limit_new (step->caller, step->delay, timer_over, timer, timer_free);
    }
  pthread_mutex_lock (&slot->mutex);
  if (slot->timers != step->number)
    unused = limit;
  else if (limit != NULL)
    slot->timer = limit;
  else
    {
      slot->is_timed = slot->has_begun = false;
      none = next (slot);
    }
  pthread_mutex_unlock (&slot->mutex);
  lodger__time_limit_end (unused);
  take_step (slot, &none);
}

static void
take_step (LodgerSlot *slot, const Step *step)
{
  lodger_scope_unref (step->counting);
  if (step->begins != NULL)
    {
      LodgerPending *pending = step->begins->pending;
      lodger__hold_release (step->begins);
      lodger_pending_unref (pending);
    }
  if (step->caller != NULL)
    {
      begin_timer (slot, step);
      lodger__release (step->caller);
    }
}

/* ---- the gate ---------------------------------------------------------------------------------------------------------- */

static int
gate_check (LodgerGate *gate)
{
  return lodger__slot_is_before_fork ((LodgerSlot *) gate) ? LODGER_ECHILD : 0;
}

static bool
gate_ref (LodgerGate *gate)
{
  lodger_slot_ref ((LodgerSlot *) gate);
  return true;
}

static void
gate_unref (LodgerGate *gate, LodgerHold *hold)
{
  (void) hold;
  lodger_slot_unref ((LodgerSlot *) gate);
}

/* Under the mutex: it is cancelled. */
static void
refuse (LodgerSlot *slot, LodgerHold *hold, Old *old)
{
  lodger__list_append (&slot->replaced, &hold->place);
  old->waiting = lodger_pending_ref (hold->pending);
}

/* Under the mutex: what the call that comes makes out of date, by the policy. */
static void
make_way (LodgerSlot *slot, LodgerHold *hold, Old *old)
{
  hold->is_replaced = !slot->is_over && slot->options.policy == LODGER_SLOT_FIRST
                      && (slot->at_work.first != NULL || slot->waiting != NULL);
  if (slot->is_over || hold->is_replaced)
    {
      refuse (slot, hold, old);
      return;
    }
  if (slot->waiting != NULL)
    slot->waiting->is_replaced = true;
  take_waiting (slot, old);
  take_timer (slot, old);
  take_counting (slot, old);
  if (lodger__slot_replaces (slot))
    take_newest (slot, old);
  take_scope (slot, old);
  hold->number = ++slot->calls;
  slot->waiting = hold;
}

/* A call always waits, if only for a moment: so there is one way to begin. */
static bool
gate_enter (LodgerGate *gate, LodgerHold *hold)
{
  LodgerSlot *slot = (LodgerSlot *) gate;
  Old old = { .timer = NULL };
  Step step = { .begins = NULL };
  const char *message;
  bool has_left;
  pthread_mutex_lock (&slot->mutex);
  has_left = hold->has_left;
  if (!has_left)
    make_way (slot, hold, &old);
  if (!has_left && slot->options.debounce > 0 && slot->waiting == hold)
    {
      slot->is_timed = true;
      step = (Step) { .caller = hold->caller, .delay = slot->options.debounce, .number = ++slot->timers };
      lodger__hold (step.caller);
    }
  else if (!has_left)
    step = next (slot);
  message = slot->is_over ? lodger__scope_message : lodger__slot_replaced_message;
  pthread_mutex_unlock (&slot->mutex);
  cancel_old (&old, message);
  take_step (slot, &step);
  return has_left;
}

static bool
gate_leave (LodgerGate *gate, LodgerHold *hold)
{
  LodgerSlot *slot = (LodgerSlot *) gate;
  Old old = { .timer = NULL };
  Step step;
  bool waited;
  pthread_mutex_lock (&slot->mutex);
  hold->has_left = true;
  if (hold->number == slot->calls && !lodger__slot_replaces (slot))
    take_counting (slot, &old);
  waited = slot->waiting == hold || hold->place.list == &slot->replaced;
  if (slot->waiting == hold)
    {
      slot->waiting = NULL;
      take_timer (slot, &old); /* it refers to the slot, and a stop of its caller has ended it without a word */
    }
  lodger__list_remove (&hold->place);
  step = next (slot);
  pthread_mutex_unlock (&slot->mutex);
  lodger__time_limit_end (old.timer);
  lodger_scope_unref (old.counting);
  take_step (slot, &step);
  return waited;
}

/* The one that waits needs the end of each that is at work. */
static void
gate_blocked_on (LodgerGate *gate, const LodgerHold *hold, LodgerBlockedOn *ret_blocked)
{
  LodgerSlot *slot = (LodgerSlot *) gate;
  size_t count = 0;
  pthread_mutex_lock (&slot->mutex);
  if (slot->waiting == hold && !policy_lets_begin (slot))
    {
      lodger__list_for (at, &slot->at_work, LodgerHold, place)
        count++;
      ret_blocked->all = malloc (count * sizeof (LodgerPending *));
      if (ret_blocked->all != NULL)
        lodger__list_for (at, &slot->at_work, LodgerHold, place)
          ret_blocked->all[ret_blocked->all_count++] = lodger_pending_ref (at->pending);
    }
  pthread_mutex_unlock (&slot->mutex);
}

const LodgerGateOps lodger__slot_gate_ops = { .check = gate_check,
                                              .ref = gate_ref,
                                              .unref = gate_unref,
                                              .enter = gate_enter,
                                              .leave = gate_leave,
                                              .blocked_on = gate_blocked_on };
