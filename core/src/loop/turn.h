/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A turn takes what is ready from its sources, in order: due timers, the inbox, then what the wings above have to
 * give. */
#ifndef LODGER_TURN_H
#define LODGER_TURN_H

#include "parts.h"

void lodger__turn_init (LodgerCaller *caller, const LodgerLoopPlan *plan);
void lodger__turn_clear (LodgerCaller *caller);

/* Owner, at its start: the loop may call back from here on. */
void lodger__turn_start (LodgerCaller *caller);
/* Owner: run turns for that long. If it looks, whoever pushes from here on asks for a call-back again. */
void lodger__turn_slice (LodgerCaller *caller, int64_t budget, bool looks);
/* Owner, at work: the item, which is in no inbox, is the next of this turn. */
void lodger__turn_add_due (LodgerCaller *caller, LodgerItem *item);
/* Owner: it does not come in this turn, if it would have. */
void lodger__turn_remove_due (LodgerCaller *caller, LodgerItem *item);
/* Owner, in a slice: its time is not over. */
bool lodger__turn_has_time (const LodgerCaller *caller);
/* Owner: before_wait is wanted: by a slice, or by a source. */
bool lodger__turn_wants_before_wait (const LodgerCaller *caller);
/* Owner: tells the host whether before_wait is wanted now. */
void lodger__turn_want_before_wait (LodgerCaller *caller);
/* Owner, at work: its sources look round, as their `before_wait` says. */
void lodger__turn_before_wait (LodgerCaller *caller, bool is_sure);
/* Owner: something could run now. */
bool lodger__turn_is_ready (const LodgerCaller *caller);
/* Owner: the next time that something is due; the host is told. */
int64_t lodger__turn_deadline (const LodgerCaller *caller);
void lodger__turn_arm (LodgerCaller *caller);
/* tidy.c. Owner, at the end of a slice: looks whether spare memory is too much, or is due to be given back. */
void lodger__turn_tidy (LodgerCaller *caller);
/* Whoever ends it: the next of this turn's timers that has not run. */
LodgerItem *lodger__turn_next_due (LodgerCaller *caller);
/* Owner: the item, which is in no inbox, runs in the next slice, after what is in the inbox at the end of this one. */
void lodger__turn_postpone (LodgerCaller *caller, LodgerItem *item);
/* Owner, at work: the item, which is in no inbox, runs in the next turn, after what is in the inbox when that
 * begins. */
void lodger__turn_yield (LodgerCaller *caller, LodgerItem *item);
/* Whoever ends it: the next that has yielded. */
LodgerItem *lodger__turn_next_yielded (LodgerCaller *caller);
/* Whoever ends it: the next that was postponed. */
LodgerItem *lodger__turn_next_postponed (LodgerCaller *caller);
/* Owner: the number of the slice that it is in. */
static inline uint64_t
lodger__turn_slice_number (const LodgerCaller *caller)
{
  return caller->turn.slices;
}

/* Owner, in an item's `run`, before it runs user code: the inbox keeps the item's memory. */
static inline bool
lodger__turn_item_stays (const LodgerCaller *caller)
{
  return caller->turn.slice.stays;
}

/* Owner, in an item's `run`, once its user code has returned: the next item, if it is like this one and nothing else is to
 * be seen to first. It is taken out of the inbox. `function` is what lodger__item_function() gives for both. */
LodgerItem *lodger__turn_next_alike (LodgerCaller *caller, const LodgerItemOps *ops, uintptr_t function);

/* Slices on the owner's stack. They are gone with the thread: how many there were. */
unsigned lodger__turn_depth (const LodgerCaller *caller);
unsigned lodger__turn_forget_stack (LodgerCaller *caller);

static inline LodgerTimers *
lodger__timers (LodgerCaller *caller)
{
  return &caller->turn.timers;
}

static inline LodgerTimers *
lodger__timers_of_stop (LodgerCaller *caller)
{
  return &caller->turn.timers_of_stop;
}

static inline bool
lodger__turn_has_timers (const LodgerCaller *caller)
{
  return lodger__timers_earliest (&caller->turn.timers) != LODGER_FOREVER;
}

/* The crew that a caller's thread belongs to, or NULL. */
static inline const LodgerCrew *
lodger__crew (const LodgerCaller *caller)
{
  return caller->turn.plan->crew;
}

#endif
