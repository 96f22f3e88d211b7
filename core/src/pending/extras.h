/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What few pendings have. An extra belongs to the file that defines its kind; it is found by that kind, under the
 * lock. */
#ifndef LODGER_EXTRAS_H
#define LODGER_EXTRAS_H

#include "pending/pending.h"

typedef struct LodgerExtraKind
{
  void (*free) (LodgerExtra *extra); /* the pending goes. NULL: free () */
  /* Locked: as in LodgerItemOps. NULL: it says nothing about that. */
  void (*blocked_on) (const LodgerExtra *extra, LodgerBlockedOn *ret_blocked);
  /* For a call that is to end by itself in a stop (P_STOPS). Locked: whoever tells it, held; NULL: nobody any more. And
   * without the lock: tells it, and lets go of that. */
  void *(*hold_stop) (const LodgerExtra *extra);
  void (*tell_stop) (void *held);
} LodgerExtraKind;

#define LODGER_EXTRA_KIND(name_, free_, blocked_on_)                                                                   \
  static const LodgerExtraKind name_ = { .free = (free_), .blocked_on = (blocked_on_) }
/* Of a call that is to end by itself in a stop. */
#define LODGER_STOPS_EXTRA_KIND(name_, hold_stop_, tell_stop_)                                                         \
  static const LodgerExtraKind name_ = { .hold_stop = (hold_stop_), .tell_stop = (tell_stop_) }

struct LodgerExtra
{
  const LodgerExtraKind *kind;
  LodgerExtra *next;
};

/* In memory of whoever adds it then. */
static inline void
lodger__extra_init (LodgerExtra *extra, const LodgerExtraKind *kind)
{
  *extra = (LodgerExtra) { .kind = kind };
}

/* Locked, or not shared yet, all that follows. */
void lodger__extra_add (LodgerPending *pending, LodgerExtra *extra);
/* The oldest of that kind, or NULL. */
LodgerExtra *lodger__extra_find (const LodgerPending *pending, const LodgerExtraKind *kind);
/* The next of the same kind, or NULL. */
LodgerExtra *lodger__extra_next (const LodgerExtra *extra);
/* The same as the first, made (zeroed, of that size) if there is none; NULL without memory. */
LodgerExtra *lodger__extra_need (LodgerPending *pending, const LodgerExtraKind *kind, size_t size);
void lodger__extra_remove (LodgerPending *pending, LodgerExtra *extra);
/* Locked: who would have to act for it to be done. Under a lock that allows no user code, too: see
 * lodger__pending_drop. */
LodgerBlockedOn lodger__pending_blocked_on (LodgerPending *pending, LodgerItem **dropped);
/* The same, but no pending is left out on the way. */
LodgerBlockedOn lodger__pending_hangs_on (LodgerPending *pending, LodgerItem **dropped);
/* No lock of a pending: drops the references in `all`. */
void lodger__blocked_drop_all (LodgerBlockedOn *blocked, LodgerItem **dropped);
/* No lock: what it is, and who would have to act for it to be done; one line. */
void lodger__blocked_write (LodgerPending *pending, LodgerItem **dropped, LodgerText *text);
/* The pending goes. */
void lodger__extras_free (LodgerPending *pending);

/* ---- a thread that blocks in this call, to be woken by its cancel ---- */

typedef struct LodgerSleeper
{
  LodgerExtra extra; /* first; on the stack of that thread */
  LodgerParker *parker;
} LodgerSleeper;

/* `self` may be NULL: nobody can cancel that wait. */
void lodger__sleeper_enter (LodgerPending *self, LodgerSleeper *sleeper, LodgerParker *parker);
void lodger__sleeper_leave (LodgerPending *self, LodgerSleeper *sleeper);
/* Locked: wakes all. */
void lodger__sleepers_wake (LodgerPending *pending);

/* ---- in whose thread a pointer is destroyed: destroy-in.c ---- */

/* The options' result_home and data_home; false without memory. Not shared yet. */
bool lodger__destroy_in_set (LodgerPending *pending, const LodgerCallOptions *options);
/* Locked: a pointer that nobody will get may still go to the result's home. */
bool lodger__destroy_in_keeps (const LodgerPending *pending, const LodgerValue *value);
/* Locked: takes the result's home, or the data's, or NULL. No lock: the pointer is destroyed there. */
LodgerExtra *lodger__destroy_in_take_result (LodgerPending *pending);
LodgerExtra *lodger__destroy_in_take_data (LodgerPending *pending);
void lodger__destroy_in_send (LodgerExtra *home, void *pointer, LodgerDestroyFunc destroy);

#endif
