/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/log.h"
#include "call/admission.h"
#include "life/life.h"
#include "life/phase.h"
#include "life/trace.h"
#include "mailbox/owner.h"
#include "mailbox/post.h"
#include "stop/stop.h"

/* Asking for a stop: in any thread. */

static const int64_t USUAL_LIMIT = INT64_C (10000000000);

static void
stop_run (LodgerCaller *caller, LodgerItem *item)
{
  (void) item;
  lodger__stop_begin (caller);
}

static void
late_run (LodgerCaller *caller, LodgerItem *item)
{
  (void) item;
  atomic_store (&caller->stop.is_late_posted, false);
  lodger__stop_is_late (caller);
}

static void
drop_nothing (LodgerCaller *caller, LodgerItem *item)
{
  (void) caller;
  (void) item;
}

static const LodgerItemOps stop_ops = { .run = stop_run, .drop = drop_nothing };
static const LodgerItemOps late_ops = { .run = late_run, .drop = drop_nothing };

void
lodger__stop_init (LodgerCaller *caller, const LodgerStopParticipant *const *participants, int64_t limit)
{
  caller->stop.participants = participants;
  caller->stop.limit = limit > 0 ? limit : USUAL_LIMIT;
  caller->stop.stop_item.ops = &stop_ops;
  caller->stop.late_item.ops = &late_ops;
}

int64_t
lodger_caller_get_stop_deadline (const LodgerCaller *caller)
{
  return caller != NULL ? caller->stop.limit : 0;
}

bool
lodger__stop_post_late (LodgerCaller *caller)
{
  if (atomic_exchange (&caller->stop.is_late_posted, true))
    return false;
  lodger__push (caller, &caller->stop.late_item);
  return true;
}

/* The mutex keeps a start and a stop apart. */
bool
lodger__stop_refuse (LodgerCaller *caller, LodgerCallerState *ret_before)
{
  int64_t now = lodger__port_now ();
  int64_t limit = caller->stop.limit;
  bool is_here = lodger__owner_is_here (caller);
  lodger__caller_lock (caller);
  *ret_before = lodger_caller_get_state (caller);
  if (*ret_before < LODGER_CALLER_STOPPING)
    {
      caller->stop.until = limit < LODGER_FOREVER - now ? now + limit : LODGER_FOREVER;
      lodger__phase_change (caller, LODGER_BECOMES_REFUSING);
    }
  lodger__caller_unlock (caller);
  if (*ret_before >= LODGER_CALLER_STOPPING)
    return false;
  if (is_here)
    caller->stop.is_telling = true;
  lodger__trace_caller (LODGER_TRACE_STATE, caller);
  lodger__pending_signal (lodger_caller_get_stopping (caller), NULL);
  lodger__admission_end (caller);
  lodger__stop_each (caller, refuse);
  if (is_here)
    caller->stop.is_telling = false;
  return true;
}

/* Its thread may hang, now or as soon as it comes to the stop. */
static bool
may_hang (const LodgerCaller *caller)
{
  const LodgerThread *thread = lodger__thread_peek ();
  return !lodger__owner_is_in (caller, thread) || thread->frame != NULL;
}

static void
stop (LodgerCaller *caller)
{
  LodgerCallerState before;
  if (!lodger__stop_refuse (caller, &before))
    return;
  if (before == LODGER_CALLER_INITIAL)
    {
      lodger__phase_change (caller, LODGER_BECOMES_LOOP_GONE);
      lodger__loop_gone_end (caller);
      return;
    }
  lodger__push (caller, &caller->stop.stop_item);
  if (may_hang (caller))
    lodger__deadline_begin_own (caller);
  lodger__stop_cancel_running (caller);
}

LodgerCallerState
lodger_caller_stop (LodgerCaller *caller, bool force)
{
  LodgerCallerState state;
  lodger__guard_caller (caller, lodger_caller_get_state (caller));
  if (force || !lodger_caller_is_protected (caller))
    {
      lodger__hold (caller); /* a reference would let others find one whose last user has gone */
      stop (caller);
      state = lodger_caller_get_state (caller);
      lodger__release (caller);
      return state;
    }
  return lodger_caller_get_state (caller);
}
