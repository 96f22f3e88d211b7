/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "life/life.h"

#include "base/log.h"
#include "life/phase.h"

#include <stdlib.h>

const char lodger__before_fork_message[] = "it belongs to the parent of this process";

void
lodger__life_init (LodgerCaller *caller, const LodgerBirth *birth)
{
  LodgerLife *life = &caller->life;
  LodgerCaller *parent = lodger_caller_ref (birth->parent);
  caller->id = (LodgerIdentity) { .name = birth->name,
                                  .generation = lodger__generation_now (),
                                  .root = parent != NULL ? parent->id.root : caller,
                                  .parent = parent,
                                  .is_driven = birth->is_driven,
                                  .is_main = birth->is_main,
                                  .is_protected = birth->is_protected,
                                  .is_hidden = birth->is_hidden || (parent != NULL && parent->id.is_hidden) };
  life->ops = birth->ops;
  life->started = birth->started;
  life->stopping = birth->stopping;
  life->stopped = birth->stopped;
  atomic_init (&life->refs, 1);
  atomic_init (&life->holds, 1);
}

void
lodger__life_clear (LodgerCaller *caller)
{
  lodger_caller_unref (caller->id.parent);
  lodger_error_unref (lodger__start_error (caller));
  free (caller->id.name);
}

void
lodger__life_set_number (LodgerCaller *caller, uint64_t number)
{
  caller->id.number = number;
}

void
lodger__life_fail (LodgerCaller *caller, LodgerError *error)
{
  atomic_store (&caller->life.start_error, error);
}

LodgerError *
lodger__start_error (const LodgerCaller *caller)
{
  return atomic_load (&caller->life.start_error);
}

/* ---- references ------------------------------------------------------------------------------------------------------ */

void
lodger__hold (LodgerCaller *caller)
{
  atomic_fetch_add_explicit (&caller->life.holds, 1, memory_order_relaxed);
}

/* In a forked child the memory stays: its locks and its host are in whatever state they were. */
void
lodger__release (LodgerCaller *caller)
{
  if (atomic_fetch_sub_explicit (&caller->life.holds, 1, memory_order_acq_rel) == 1 && !lodger__is_before_fork (caller))
    caller->life.ops->free (caller);
}

void
lodger__hold_itself (LodgerCaller *caller)
{
  lodger__hold (caller);
  atomic_store (&caller->life.holds_itself, true);
}

/* A host may be closed elsewhere just when its thread ends. */
void
lodger__let_itself_go (LodgerCaller *caller)
{
  if (atomic_exchange (&caller->life.holds_itself, false))
    lodger__release (caller);
}

bool
lodger__holds_itself (const LodgerCaller *caller)
{
  return atomic_load (&caller->life.holds_itself);
}

LodgerCaller *
lodger_caller_ref (LodgerCaller *caller)
{
  if (caller != NULL)
    {
      lodger__hold (caller);
      atomic_fetch_add_explicit (&caller->life.refs, 1, memory_order_relaxed);
    }
  return caller;
}

/* What is delayed or continues in a caller holds it, and only its end lets go of that. One that was never started has
 * nobody else to end it when its last user goes. */
void
lodger_caller_unref (LodgerCaller *caller)
{
  if (caller == NULL)
    return;
  if (atomic_fetch_sub_explicit (&caller->life.refs, 1, memory_order_acq_rel) == 1
      && lodger__phase (caller) == LODGER_PHASE_INITIAL && !lodger__is_before_fork (caller))
    caller->life.ops->forgotten (caller);
  lodger__release (caller);
}

bool
lodger__life_try_hold (LodgerCaller *caller)
{
  unsigned holds = atomic_load (&caller->life.holds);
  while (holds > 0)
    if (atomic_compare_exchange_weak (&caller->life.holds, &holds, holds + 1))
      return true;
  return false;
}

/* The last user of one that has not started has let go of it, and is about to stop it: no other user may have it. Who asks
 * here has a mutex under which whoever ends the caller takes it out, and which that thread has not passed: so the hold is
 * not the last one. */
LodgerCaller *
lodger__life_try_ref (LodgerCaller *caller)
{
  unsigned refs;
  if (!lodger__life_try_hold (caller))
    return NULL;
  refs = atomic_load (&caller->life.refs);
  do
    if (refs == 0 && lodger__phase (caller) == LODGER_PHASE_INITIAL)
      {
        lodger__release (caller);
        return NULL;
      }
  while (!atomic_compare_exchange_weak (&caller->life.refs, &refs, refs + 1));
  return caller;
}

/* ---- what it is ------------------------------------------------------------------------------------------------------ */

int
lodger__caller_check (const LodgerCaller *caller, const char *function)
{
  if (caller == NULL)
    return lodger__misuse (function, LODGER_EINVAL, "NULL given");
  if (lodger__is_before_fork (caller))
    return lodger__misuse (function, LODGER_ECHILD, lodger__before_fork_message);
  return 0;
}

uint64_t
lodger_caller_get_id (const LodgerCaller *caller)
{
  return caller != NULL ? caller->id.number : 0;
}

const char *
lodger_caller_get_name (const LodgerCaller *caller)
{
  return caller != NULL ? caller->id.name : NULL;
}

bool
lodger_caller_is_protected (const LodgerCaller *caller)
{
  return caller != NULL && caller->id.is_protected;
}

LodgerCaller *
lodger_caller_find_parent (LodgerCaller *caller)
{
  if (caller == NULL || caller->id.parent == NULL || lodger__phase (caller->id.parent) == LODGER_PHASE_STOPPED)
    return NULL;
  return lodger_caller_ref (caller->id.parent);
}

LodgerPending *
lodger_caller_get_started (LodgerCaller *caller)
{
  return caller != NULL ? caller->life.started : NULL;
}

LodgerPending *
lodger_caller_get_stopping (LodgerCaller *caller)
{
  return caller != NULL ? caller->life.stopping : NULL;
}

LodgerPending *
lodger_caller_get_stopped (LodgerCaller *caller)
{
  return caller != NULL ? caller->life.stopped : NULL;
}
