/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A gate decides when a call that was accepted goes on its way to its thread. Limiters and slots are gates: a gate is their
 * first member. The call has its pending from the start: it can be cancelled, waited for and bound, as any other. */
#ifndef LODGER_GATE_H
#define LODGER_GATE_H

#include "base/heap.h"
#include "mailbox/item.h"
#include "parts.h"

typedef struct LodgerGate LodgerGate;
typedef struct LodgerHold LodgerHold;

typedef struct LodgerGateOps
{
  /* Before the call is made: 0, or why the gate takes none. */
  int (*check) (LodgerGate *gate);
  /* A hold is made: the gate lives as long, and has room for it. False without memory. And the hold goes. */
  bool (*ref) (LodgerGate *gate);
  void (*unref) (LodgerGate *gate, LodgerHold *hold);
  /* The call is not shared yet: true: it goes at once, and has entered. NULL: the gate never says that. */
  bool (*pass) (LodgerGate *gate, LodgerHold *hold);
  /* Any thread, no lock, once: true: the call goes at once. False: the gate keeps it, and says lodger__hold_release(). */
  bool (*enter) (LodgerGate *gate, LodgerHold *hold);
  /* Any thread, no lock, once, and perhaps before it has entered: the call is done. True: the gate had kept it, and does so
   * no more. */
  bool (*leave) (LodgerGate *gate, LodgerHold *hold);
  /* Its pending is locked: whom the gate waits for, if it keeps it. */
  void (*blocked_on) (LodgerGate *gate, const LodgerHold *hold, LodgerBlockedOn *ret_blocked);
} LodgerGateOps;

struct LodgerGate
{
  const LodgerGateOps *ops;
};

/* A call at its gate, as long as the call lives. What comes after the caller is the gate's own. */
struct LodgerHold
{
  LodgerGate *gate; /* a reference */
  LodgerPending *pending;
  LodgerCaller *caller; /* held: a stop of this one drops the call, while it is at the gate */
  int priority;
  LodgerHeapLink order;
  LodgerLink place;
  bool has_left;
  bool is_replaced; /* the gate prefers another call to this one */
  uint64_t number;
};

/* That of the options, or NULL. */
static inline LodgerGate *
lodger__gate_of (const LodgerCallOptions *options)
{
  if (options == NULL)
    return NULL;
  return options->limiter != NULL ? (LodgerGate *) options->limiter : (LodgerGate *) options->slot;
}

/* Whoever submits: what speaks against it; 0: nothing. `gate` may be NULL, here and in the next. */
int lodger__gate_check (LodgerGate *gate);
/* The same, before the call is shared: a stop of that caller drops it. False without memory. */
bool lodger__gate_prepare (LodgerPending *pending, const LodgerCallOptions *options, LodgerCaller *caller);
/* The same, just before it would be delivered: true: it goes at once, as a call without a gate. */
bool lodger__gate_passes (LodgerPending *pending);
/* The same, if it does not: instead of delivering it. */
void lodger__gate_send (LodgerPending *pending);
/* For `blocked_on` of a call that goes to its caller's inbox. */
void lodger__gate_blocked_on (LodgerPending *pending, LodgerBlockedOn *ret_blocked);
/* Locked: it is at its gate. */
bool lodger__gate_keeps (LodgerPending *pending);
/* Any thread, no lock: that of the call, which lives as long as the call; or NULL. */
LodgerHold *lodger__gate_hold_of (LodgerPending *pending);
/* Any thread, no lock: the gate lets it go. */
void lodger__hold_release (LodgerHold *hold);

/* Any thread. */
static inline bool
lodger__gate_has_held (const LodgerCaller *caller)
{
  return atomic_load (&caller->calls.has_held);
}

/* The calls at gates, in a stop of their caller. */
LodgerItem *lodger__held_take (LodgerCaller *caller);
bool lodger__held_has_next (const LodgerCaller *caller);

#endif
