/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a caller is in its life: three words, each of which only grows.
 *
 *   phase      INITIAL ─► STARTING ─► RUNNING ─┐
 *                 └───────────┴────────────────┴─► REFUSING ─► DRAINING ─► CANCELLING ─► ENDING ─► ENDED ─► STOPPED
 *                                                                 └────────────┴───────────┘ also straight to ENDED or
 *                                                                                             (DRAINING) to ENDING
 *   lateness   ON_TIME ─► LATE ─► OVERDUE
 *   cause      ASKED ─► LOOP_GONE ─► TAKEN, or ASKED ─► TAKEN
 *
 *   change       made by
 *   STARTING     the thread that starts it, under the caller's mutex
 *   RUNNING      the owner, when its start hook has returned; under the mutex
 *   REFUSING     any thread that stops it, or finds its loop gone; under the mutex. Nothing is accepted from here on
 *   DRAINING     the owner, or whoever ends it: what is queued is dropped
 *   CANCELLING   the owner: the queues are empty, and what has returned unfinished is cancelled
 *   ENDING       whoever ends it: the stop hook runs
 *   ENDED        whoever ends it, or has taken it: the inside is empty and closed
 *   STOPPED      the same: all others may know
 *   LATE         the owner: the deadline of its stop has passed, and it gives up what it still waits for. Any thread, once it
 *                has ended
 *   OVERDUE      the same: after the grace, and some more rounds, it waits for nothing any more
 *   LOOP_GONE    whoever notices that its loop or thread is gone: nothing can be waited for
 *   TAKEN        whoever takes it from a thread that hangs (loop/ownership.h), under the mutex
 *
 * An owner from whom the caller has been taken makes no change any more. */
#ifndef LODGER_PHASE_H
#define LODGER_PHASE_H

#include "parts.h"

#include <lodger/caller.h>

typedef enum LodgerPhase
{
  LODGER_PHASE_INITIAL,
  LODGER_PHASE_STARTING,
  LODGER_PHASE_RUNNING,
  LODGER_PHASE_REFUSING,
  LODGER_PHASE_DRAINING,
  LODGER_PHASE_CANCELLING,
  LODGER_PHASE_ENDING,
  LODGER_PHASE_ENDED,
  LODGER_PHASE_STOPPED
} LodgerPhase;

typedef enum LodgerLateness
{
  LODGER_ON_TIME,
  LODGER_LATE,
  LODGER_OVERDUE
} LodgerLateness;

typedef enum LodgerCause
{
  LODGER_CAUSE_ASKED,
  LODGER_CAUSE_LOOP_GONE,
  LODGER_CAUSE_TAKEN
} LodgerCause;

typedef enum LodgerChange
{
  LODGER_BECOMES_STARTING,
  LODGER_BECOMES_RUNNING,
  LODGER_BECOMES_REFUSING,
  LODGER_BECOMES_DRAINING,
  LODGER_BECOMES_CANCELLING,
  LODGER_BECOMES_ENDING,
  LODGER_BECOMES_ENDED,
  LODGER_BECOMES_STOPPED,
  LODGER_BECOMES_LATE,
  LODGER_BECOMES_OVERDUE,
  LODGER_BECOMES_LOOP_GONE,
  LODGER_BECOMES_TAKEN
} LodgerChange;

/* Makes a change. False: the word is there or further already, and nothing has changed. Any other state of the word is a
 * fault, on which a debug build aborts. */
bool lodger__phase_change (LodgerCaller *caller, LodgerChange change);

static inline LodgerPhase
lodger__phase (const LodgerCaller *caller)
{
  return (LodgerPhase) atomic_load (&caller->life.phase);
}

/* Nothing is accepted any more. */
static inline bool
lodger__is_stopping (const LodgerCaller *caller)
{
  return lodger__phase (caller) >= LODGER_PHASE_REFUSING;
}

static inline bool
lodger__is_draining (const LodgerCaller *caller)
{
  return lodger__phase (caller) >= LODGER_PHASE_DRAINING;
}

static inline bool
lodger__has_ended (const LodgerCaller *caller)
{
  return lodger__phase (caller) >= LODGER_PHASE_ENDED;
}

static inline LodgerLateness
lodger__lateness (const LodgerCaller *caller)
{
  return (LodgerLateness) atomic_load (&caller->life.lateness);
}

static inline LodgerCause
lodger__cause (const LodgerCaller *caller)
{
  return (LodgerCause) atomic_load (&caller->life.cause);
}

static inline bool
lodger__is_loop_gone (const LodgerCaller *caller)
{
  return atomic_load (&caller->life.cause) == LODGER_CAUSE_LOOP_GONE;
}

static inline bool
lodger__is_taken (const LodgerCaller *caller)
{
  return atomic_load (&caller->life.cause) == LODGER_CAUSE_TAKEN;
}

#endif
