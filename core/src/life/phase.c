/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "life/phase.h"

#include <assert.h>

#define FROM(state) (1u << (state))

typedef struct Change
{
  size_t word; /* offset in LodgerLife */
  int to;
  unsigned from;
} Change;

static const Change changes[] = {
#define PHASE(name, from_) [LODGER_BECOMES_##name] = { offsetof (LodgerLife, phase), LODGER_PHASE_##name, from_ }
  PHASE (STARTING, FROM (LODGER_PHASE_INITIAL)),
  PHASE (RUNNING, FROM (LODGER_PHASE_STARTING)),
  PHASE (REFUSING, FROM (LODGER_PHASE_INITIAL) | FROM (LODGER_PHASE_STARTING) | FROM (LODGER_PHASE_RUNNING)),
  PHASE (DRAINING, FROM (LODGER_PHASE_REFUSING)),
  PHASE (CANCELLING, FROM (LODGER_PHASE_DRAINING)),
  PHASE (ENDING, FROM (LODGER_PHASE_DRAINING) | FROM (LODGER_PHASE_CANCELLING)),
  PHASE (ENDED, FROM (LODGER_PHASE_DRAINING) | FROM (LODGER_PHASE_CANCELLING) | FROM (LODGER_PHASE_ENDING)),
  PHASE (STOPPED, FROM (LODGER_PHASE_ENDED)),
#undef PHASE
  [LODGER_BECOMES_LATE] = { offsetof (LodgerLife, lateness), LODGER_LATE, FROM (LODGER_ON_TIME) },
  [LODGER_BECOMES_OVERDUE] = { offsetof (LodgerLife, lateness), LODGER_OVERDUE, FROM (LODGER_LATE) },
  [LODGER_BECOMES_LOOP_GONE] = { offsetof (LodgerLife, cause), LODGER_CAUSE_LOOP_GONE, FROM (LODGER_CAUSE_ASKED) },
  [LODGER_BECOMES_TAKEN]
  = { offsetof (LodgerLife, cause), LODGER_CAUSE_TAKEN, FROM (LODGER_CAUSE_ASKED) | FROM (LODGER_CAUSE_LOOP_GONE) },
};

bool
lodger__phase_change (LodgerCaller *caller, LodgerChange number)
{
  const Change *change = &changes[number];
  atomic_int *word = (atomic_int *) (void *) ((char *) &caller->life + change->word);
  int now = atomic_load (word);
  while (change->from & FROM (now))
    if (atomic_compare_exchange_weak (word, &now, change->to))
      return true;
  assert (now >= change->to);
  return false;
}

LodgerCallerState
lodger_caller_get_state (const LodgerCaller *caller)
{
  LodgerPhase phase = caller != NULL ? lodger__phase (caller) : LODGER_PHASE_STOPPED;
  switch (phase)
    {
    case LODGER_PHASE_INITIAL: return LODGER_CALLER_INITIAL;
    case LODGER_PHASE_STARTING: return LODGER_CALLER_STARTING;
    case LODGER_PHASE_RUNNING: return LODGER_CALLER_RUNNING;
    case LODGER_PHASE_STOPPED: return LODGER_CALLER_STOPPED;
    default: return LODGER_CALLER_STOPPING;
    }
}

bool
lodger_caller_is_running (const LodgerCaller *caller)
{
  return caller != NULL && lodger__phase (caller) == LODGER_PHASE_RUNNING;
}
