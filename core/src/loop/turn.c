/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "loop/turn.h"

#include "life/life.h"
#include "life/phase.h"
#include "loop/ownership.h"
#include "loop/slice-clock.h"
#include "loop/spin.h"
#include "loop/watch.h"
#include "mailbox/post.h"

enum
{
  MANY = 16 /* items that had another one behind them: then the owner waits a moment for more */
};

#define for_each_source(source, caller)                                                                                \
  for (const LodgerTurnSource *const *source = (caller)->turn.plan->sources; *source != NULL; source++)

void
lodger__turn_init (LodgerCaller *caller, const LodgerLoopPlan *plan)
{
  LodgerTurn *turn = &caller->turn;
  lodger__timers_init (&turn->timers);
  lodger__timers_init (&turn->timers_of_stop);
  turn->plan = plan;
  turn->armed = LODGER_FOREVER;
  turn->tidy_at = LODGER_FOREVER;
  turn->spin.credit = LODGER_SPIN_CREDIT;
}

void
lodger__turn_clear (LodgerCaller *caller)
{
  lodger__timers_clear (&caller->turn.timers);
  lodger__timers_clear (&caller->turn.timers_of_stop);
  lodger__watch_clear (caller);
}

/* ---- deadlines --------------------------------------------------------------------------------------------------- */

int64_t
lodger__turn_deadline (const LodgerCaller *caller)
{
  const LodgerTurn *turn = &caller->turn;
  int64_t earliest = lodger__timers_earliest (&turn->timers);
  int64_t of_stop = lodger__timers_earliest (&turn->timers_of_stop);
  earliest = of_stop < earliest ? of_stop : earliest;
  for_each_source (source, caller)
    if ((*source)->deadline != NULL)
      {
        int64_t deadline = (*source)->deadline (caller);
        earliest = deadline < earliest ? deadline : earliest;
      }
  return earliest < turn->tidy_at ? earliest : turn->tidy_at;
}

void
lodger__turn_arm (LodgerCaller *caller)
{
  const LodgerHostOps *ops = lodger__host_ops (caller);
  int64_t earliest = lodger__turn_deadline (caller);
  if (earliest == caller->turn.armed || !lodger__host_is_attached (caller) || ops->arm == NULL)
    return;
  caller->turn.armed = earliest;
  ops->arm (lodger__host_impl (caller), earliest);
}

/* ---- order ------------------------------------------------------------------------------------------------------- */

static void
append (LodgerItem **first, LodgerItem **last, LodgerItem *item)
{
  atomic_store_explicit (&item->next, NULL, memory_order_relaxed);
  if (*first == NULL)
    *first = item;
  else
    atomic_store_explicit (&(*last)->next, item, memory_order_relaxed);
  *last = item;
}

static LodgerItem *
take (LodgerItem **first)
{
  LodgerItem *item = *first;
  if (item != NULL)
    *first = atomic_load_explicit (&item->next, memory_order_relaxed);
  return item;
}

void
lodger__turn_add_due (LodgerCaller *caller, LodgerItem *item)
{
  append (&caller->turn.due, &caller->turn.last_due, item);
}

void
lodger__turn_yield (LodgerCaller *caller, LodgerItem *item)
{
  append (&caller->turn.yields.next.first, &caller->turn.yields.next.last, item);
}

/* A turn is opened only when the one before is used up: what is submitted during a turn belongs to a later one. Its
 * part of the inbox is what was there when it was opened; its timers are those due by then, and go first; what has let
 * others run by then goes last. */
static void
open_turn (LodgerCaller *caller)
{
  LodgerTurn *turn = &caller->turn;
  LodgerTimers *timers = lodger__is_draining (caller) ? &turn->timers_of_stop : &turn->timers;
  if (lodger__timers_earliest (timers) != LODGER_FOREVER)
    {
      int64_t now = lodger__host_now (caller);
      LodgerItem *item;
      while ((item = lodger__timers_pop (timers, now)) != NULL)
        lodger__turn_add_due (caller, item);
    }
  turn->mark = lodger__inbox_mark (lodger__inbox (caller));
  turn->yields.going_on = turn->yields.next.first;
  turn->yields.next.first = NULL;
}

LodgerItem *
lodger__turn_next_due (LodgerCaller *caller)
{
  return take (&caller->turn.due);
}

void
lodger__turn_remove_due (LodgerCaller *caller, LodgerItem *item)
{
  LodgerTurn *turn = &caller->turn;
  LodgerItem *before = NULL, *at = turn->due, *next;
  while (at != NULL && at != item)
    {
      before = at;
      at = atomic_load_explicit (&at->next, memory_order_relaxed);
    }
  if (at == NULL)
    return;
  next = atomic_load_explicit (&at->next, memory_order_relaxed);
  if (before == NULL)
    turn->due = next;
  else
    atomic_store_explicit (&before->next, next, memory_order_relaxed);
  if (next == NULL)
    turn->last_due = before;
}

void
lodger__turn_postpone (LodgerCaller *caller, LodgerItem *item)
{
  append (&caller->turn.postponed.first, &caller->turn.postponed.last, item);
}

LodgerItem *
lodger__turn_next_postponed (LodgerCaller *caller)
{
  return take (&caller->turn.postponed.first);
}

LodgerItem *
lodger__turn_next_yielded (LodgerCaller *caller)
{
  LodgerItem *item = take (&caller->turn.yields.going_on);
  return item != NULL ? item : take (&caller->turn.yields.next.first);
}

static LodgerItem *
next_of_turn (LodgerCaller *caller)
{
  LodgerTurn *turn = &caller->turn;
  LodgerItem *item = lodger__turn_next_due (caller);
  turn->yields.is_going_on = turn->slice.stays = false;
  if (item != NULL)
    return item;
  if (turn->mark != NULL && lodger__inbox_passed (lodger__inbox (caller), turn->mark))
    turn->mark = NULL;
  if (turn->mark == NULL && (item = take (&turn->yields.going_on)) != NULL)
    turn->yields.is_going_on = true;
  if (turn->mark == NULL)
    return item;
  item = turn->slice.may_stay ? lodger__inbox_take (lodger__inbox (caller), &turn->slice.stays)
                              : lodger__inbox_pop (lodger__inbox (caller));
  if (item == turn->mark)
    turn->mark = NULL;
  return item;
}

static LodgerItem *
next_item (LodgerCaller *caller)
{
  LodgerItem *item = next_of_turn (caller);
  if (item == NULL && caller->turn.mark == NULL)
    {
      open_turn (caller);
      item = next_of_turn (caller);
    }
  if (item != NULL)
    return item;
  for_each_source (source, caller)
    if (item == NULL && (*source)->next != NULL)
      item = (*source)->next (caller);
  return item;
}

bool
lodger__turn_is_ready (const LodgerCaller *caller)
{
  const LodgerTurn *turn = &caller->turn;
  bool is_ready = turn->due != NULL || turn->yields.going_on != NULL || turn->yields.next.first != NULL
                  || lodger__mailbox_is_ready (caller) || lodger__polls_is_ready (caller);
  for_each_source (source, caller)
    is_ready = is_ready || ((*source)->is_ready != NULL && (*source)->is_ready (caller));
  return is_ready;
}

bool
lodger__turn_has_time (const LodgerCaller *caller)
{
  return lodger__host_now (caller) < caller->turn.slice.clock.end;
}

void
lodger__turn_start (LodgerCaller *caller)
{
  lodger__inbox_look (lodger__inbox (caller));
  lodger__turn_arm (caller);
  if (lodger__crew (caller) != NULL || lodger__turn_is_ready (caller))
    lodger__host_post_ahead (caller);
}

unsigned
lodger__turn_depth (const LodgerCaller *caller)
{
  return caller->turn.depth;
}

unsigned
lodger__turn_forget_stack (LodgerCaller *caller)
{
  unsigned depth = caller->turn.depth;
  caller->turn.depth = 0;
  return depth;
}

/* ---- budget ------------------------------------------------------------------------------------------------------ */

static LodgerItem *
own_item (LodgerCaller *caller)
{
  const LodgerCrew *crew = lodger__crew (caller);
  LodgerItem *item = next_item (caller);
  if (item != NULL && crew != NULL)
    crew->engage (caller);
  return item;
}

/* The owner's own inbox goes before the shared queue: that is where its stop comes from. A nested loop takes no calls
 * of that queue. */
static LodgerItem *
next_for_slice (LodgerCaller *caller)
{
  unsigned *lately = &caller->turn.slice.lately;
  const LodgerCrew *crew = caller->turn.depth == 1 ? lodger__crew (caller) : NULL;
  LodgerItem *item = own_item (caller);
  bool spins;
  if (item == NULL && crew == NULL && *lately >= MANY)
    {
      *lately = 0;
      lodger__linger (caller);
      item = own_item (caller);
    }
  if (item != NULL || caller->turn.mark != NULL)
    return item;
  spins = lodger__spin_may (caller);
  if (crew != NULL)
    item = crew->take (caller, spins, &spins);
  if (item != NULL || !spins)
    return item;
  *lately = 0;
  lodger__spin (caller);
  item = own_item (caller);
  if (item == NULL && crew != NULL)
    item = crew->take (caller, false, &spins);
  return item;
}

/* Owner, at the end of a slice: arms, asks to be called again, and lets its sources settle at last. They may end the
 * caller, or lose it: nothing here looks at the inside after that. */
static void
settle_down (LodgerCaller *caller, bool has_run)
{
  bool is_alone = lodger__host_ops (caller)->want_before_wait == NULL || lodger__is_serving_alone (caller);
  LodgerItem *postponed;
  lodger__polls_settle (caller);
  while ((postponed = lodger__turn_next_postponed (caller)) != NULL)
    lodger__push (caller, postponed);
  if (caller->turn.depth == 0)
    lodger__turn_tidy (caller);
  if (is_alone || lodger__turn_is_ready (caller))
    lodger__turn_before_wait (caller, is_alone);
  lodger__turn_arm (caller);
  if (lodger__turn_is_ready (caller))
    lodger__host_post_ahead (caller);
  if (caller->turn.depth == 0)
    lodger__turn_want_before_wait (caller);
  for_each_source (source, caller)
    if ((*source)->settle != NULL)
      (*source)->settle (caller, has_run);
}

/* What is likely to take as long as one like it has taken. */
static uintptr_t
kind_of (const LodgerCaller *caller, const LodgerItem *item)
{
  return caller->turn.yields.is_going_on ? LODGER_KIND_YIELDED : lodger__item_function (item);
}

/* Without before_wait the host is asked ahead of each call for what is left behind it. That may be user code, with a
 * nested loop: the item is taken out then, since nothing may come between one that stays and its run. */
static void
run_items (LodgerCaller *caller, int64_t budget, bool asks, bool *ret_has_run)
{
  LodgerSlice *slice = &caller->turn.slice;
  const LodgerSlice outer = *slice;
  uintptr_t kind;
  LodgerItem *item;
  *slice = (LodgerSlice) { .may_stay = asks && caller->turn.depth == 1 };
  lodger__slice_clock_start (&slice->clock, caller, budget);
  while ((item = next_for_slice (caller)) != NULL)
    {
      if (!asks)
        {
          lodger__turn_before_wait (caller, true);
          lodger__turn_arm (caller);
          if (lodger__turn_is_ready (caller))
            lodger__host_post_ahead (caller);
        }
      *ret_has_run = true;
      kind = kind_of (caller, item);
      slice->lately += lodger__inbox_has_more (lodger__inbox (caller));
      item->ops->run (caller, item);
      if (lodger__has_ended (caller) || lodger__is_taken (caller) || lodger__is_before_fork (caller) || slice->is_over
          || lodger__slice_clock_is_over (&slice->clock, caller, kind))
        break;
    }
  *slice = outer;
}

/* It looks only once the caller is its own: whoever has ended it has closed the inbox, and a look would open it
 * again. */
void
lodger__turn_slice (LodgerCaller *caller, int64_t budget, bool looks)
{
  const LodgerHostOps *ops = lodger__host_ops (caller);
  bool asks = ops->want_before_wait != NULL && lodger__host_is_attached (caller);
  LodgerHeld held = lodger__ownership_begin (caller);
  LodgerThread *thread = lodger__thread_peek ();
  LodgerStrand outer;
  bool has_run = false;
  if (held == LODGER_OWNERSHIP_NONE)
    return;
  outer = lodger__strand_enter (thread, NULL, &thread->parker.parker);
  lodger__ownership_is_here (caller);
  lodger__hold (caller);
  caller->turn.slices++;
  if (looks)
    lodger__inbox_look (lodger__inbox (caller));
  lodger__polls_serve (caller);
  if (caller->turn.depth++ == 0 && asks)
    ops->want_before_wait (lodger__host_impl (caller), true);
  for_each_source (source, caller)
    if ((*source)->begin != NULL)
      (*source)->begin (caller);
  run_items (caller, budget, asks, &has_run);
  caller->turn.depth--;
  if (lodger__is_taken (caller))
    {
      if (caller->turn.depth == 0)
        caller->turn.plan->came_back (caller);
    }
  else
    {
      if (!lodger__has_ended (caller) && !lodger__is_before_fork (caller))
        settle_down (caller, has_run);
      lodger__ownership_end (caller, held);
    }
  lodger__strand_leave (thread, outer);
  lodger__release (caller);
}
