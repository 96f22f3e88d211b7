/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Delayed calls, and other items that come at a time, by deadline, then submission. A heap that is told the time: it
 * reads no clock. */
#ifndef LODGER_TIMERS_H
#define LODGER_TIMERS_H

#include "base/heap.h"
#include "base/lock.h"
#include "pending/pending.h"

/* An item that comes at a time. It is in the heap, or taken out of it. */
typedef struct LodgerTimer
{
  LodgerHeapLink link; /* its key is the deadline */
  LodgerItem *item;
} LodgerTimer;

typedef struct LodgerDelayed
{
  LodgerPending pending; /* first */
  LodgerTimer timer;
} LodgerDelayed;

typedef struct LodgerTimers
{
  LodgerLock lock;
  LodgerHeap heap;
  _Atomic (int64_t) earliest; /* LODGER_FOREVER: none. Written under the lock */
  bool closed;
} LodgerTimers;

void lodger__timers_init (LodgerTimers *timers);
void lodger__timers_clear (LodgerTimers *timers);
/* Any thread. 0, LODGER_ENOMEM or LODGER_ESHUTDOWN; *ret_first: it is the earliest now. */
int lodger__timers_insert (LodgerTimers *timers, LodgerTimer *timer, LodgerItem *item, int64_t deadline,
                           bool *ret_first);
/* Any thread: `give` gets one that is still there, and takes it out; if it refuses it, it stays. */
void lodger__timers_give (LodgerTimers *timers, LodgerTimer *timer,
                          bool (*give) (LodgerCaller *caller, LodgerItem *item), LodgerCaller *caller);
/* Owner: the next one that is due, or NULL. */
LodgerItem *lodger__timers_pop (LodgerTimers *timers, int64_t now);
/* Any thread: it comes no more. False: it is not there, or on its way. */
bool lodger__timers_remove (LodgerTimers *timers, LodgerTimer *timer);
/* Inserts are refused from here on. */
void lodger__timers_close (LodgerTimers *timers);

/* With the inbox's signal as with a link: who inserts writes this and reads the signal, the owner writes the signal and
 * reads this; all sequentially consistent, so that one of them sees the other. */
static inline int64_t
lodger__timers_earliest (const LodgerTimers *timers)
{
  return atomic_load (&timers->earliest);
}

#endif
