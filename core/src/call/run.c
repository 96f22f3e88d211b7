/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call/run.h"

#include "call/scope.h"
#include "call/submit.h"
#include "fiber/fiber.h"
#include "life/life.h"
#include "loop/ownership.h"
#include "loop/turn.h"
#include "pending/carry.h"

void
lodger__run_direct_enter (LodgerDirectRun *run, LodgerCaller *caller, const LodgerSite *site)
{
  run->thread = lodger__thread_peek ();
  run->outer = lodger__carry_enter (run->thread, NULL);
  lodger__ownership_enter (&run->frame, caller, NULL, site);
}

void
lodger__run_direct_leave (LodgerDirectRun *run)
{
  lodger__ownership_leave (&run->frame);
  lodger__carry_leave (run->thread, run->outer);
}

void
lodger__run_skip (LodgerPending *pending)
{
  lodger__pending_destroy_data (pending);
  if (lodger__pending_state (pending) & P_DONE)
    return;
  lodger__pending_lock (pending);
  lodger__pending_complete_with (pending, lodger__pending_state (pending) & P_DONE ? 0 : P_CANCELLED);
}

void
lodger__run_refuse (const LodgerCaller *caller, LodgerPending *pending)
{
  LodgerError *error = lodger__start_error (caller);
  if (error != NULL)
    lodger__pending_signal (pending, lodger_error_ref (error));
  else
    lodger_pending_cancel (pending, lodger__closed_message);
}

void
lodger__run_drop (const LodgerCaller *caller, LodgerPending *pending)
{
  lodger__run_refuse (caller, pending);
  lodger__run_skip (pending);
  lodger_pending_unref (pending);
}

void
lodger__run_blocked_on (LodgerPending *pending, LodgerBlockedOn *ret_blocked)
{
  if (!(lodger__pending_state (pending) & P_RETURNED))
    ret_blocked->caller = lodger__pending_caller (pending);
}

/* `is_ours`: the caller was not taken away meanwhile. */
static bool
is_told_of_return (const LodgerPending *pending, bool is_ours)
{
  return is_ours && lodger__pending_ops (pending)->returned != NULL;
}

/* The user's code runs behind the outcome. A worker may count as idle since the call has returned. */
static void
engage (LodgerCaller *caller, bool is_ours)
{
  const LodgerCrew *crew = lodger__crew (caller);
  if (is_ours && crew != NULL)
    crew->engage (caller);
}

static void
let_go (LodgerCaller *caller, LodgerPending *pending, bool is_ours)
{
  if (!lodger__pending_let_go (pending))
    return;
  if (lodger__pending_has_left_data (pending))
    engage (caller, is_ours);
  lodger__pending_free (pending);
}

/* Nobody can ask for the outcome of a call that has returned, has none, and is alone: it is freed as it is. */
static void
finish (LodgerCaller *caller, LodgerPending *pending, bool is_ours)
{
  lodger__pending_destroy_data (pending);
  lodger__on_stack_pop (caller);
  if (lodger__pending_ops (pending)->returned == NULL && lodger__pending_is_alone (pending))
    {
      lodger__pending_free (pending);
      return;
    }
  if (is_told_of_return (pending, is_ours))
    {
      lodger__pending_lock (pending);
      lodger__pending_ops (pending)->returned (caller, pending);
      lodger__pending_return_locked (pending);
    }
  else
    lodger__pending_return (pending);
  let_go (caller, pending, is_ours);
}

static void
leave_unfinished (LodgerCaller *caller, LodgerPending *pending, bool is_ours)
{
  lodger__pending_lock (pending);
  lodger__unfinished_add (caller, pending, is_ours);
  lodger__on_stack_pop (caller);
  if (is_told_of_return (pending, is_ours))
    lodger__pending_ops (pending)->returned (caller, pending);
  lodger__pending_add_state (pending, P_RETURNED);
  lodger__pending_go_on (pending);
}

/* A call on some stack: its thread's, or its own. */
typedef struct Run
{
  LodgerFrame frame;
  LodgerScope *held; /* what its scope stands for; or NULL */
} Run;

/* The last reference that the scope has held may go in either. */
static void
hold_scope (Run *run, LodgerCaller *caller, LodgerPending *pending)
{
  run->held = NULL;
  if (lodger__pending_state (pending) & P_SCOPED)
    lodger__scope_enter (pending, caller, &run->held);
}

/* In its frame. One that is alone counts as started since before others could find it by that. */
static bool
start (LodgerCaller *caller, LodgerPending *pending, bool was_alone)
{
  return was_alone ? !(lodger__pending_state (pending) & (P_CANCELLED | P_DONE))
                   : lodger__pending_start (pending, caller);
}

/* A call that was taken away with its caller has its outcome already, and the caller's inside is not to be touched any
 * more: what is left to do here is to destroy its data. */
static bool
run_here (LodgerCaller *caller, LodgerPending *pending, LodgerPending *done)
{
  LodgerThread *thread = lodger__thread_peek ();
  const bool was_alone = lodger__pending_start_alone (pending);
  Run run;
  bool is_ours, is_done, has_waited;
  lodger__on_stack_push (caller, lodger__pending_item (pending));
  if (!lodger__ownership_enter (&run.frame, caller, pending, lodger__pending_site (pending)))
    lodger_pending_cancel (pending, lodger__closed_message);
  hold_scope (&run, caller, pending);
  if (!start (caller, pending, was_alone))
    {
      lodger__ownership_leave (&run.frame);
      lodger__run_skip (pending);
      lodger__on_stack_pop (caller);
      lodger_pending_unref (pending);
      lodger__scope_leave (run.held);
      return true;
    }
  if (thread->strand.fiber != NULL)
    lodger__fiber_entered (thread, &run.frame);
  lodger__pending_invoke (pending, caller, done);
  has_waited = thread->strand.fiber != NULL && lodger__fiber_returned (thread);
  is_ours = lodger__ownership_leave (&run.frame);
  if (has_waited)
    lodger__unfinished_forget (caller, pending);
  if (lodger__is_before_fork (caller))
    return true;
  is_done = !(lodger__pending_state (pending) & (P_DEFERRED | P_FOLLOWS));
  if (is_done)
    finish (caller, pending, is_ours);
  else
    leave_unfinished (caller, pending, is_ours);
  if (run.held != NULL)
    {
      engage (caller, is_ours);
      lodger__scope_leave (run.held);
    }
  return is_done;
}

/* ---- a spawned call ---------------------------------------------------------------------------------------------- */

static bool
run_spawned (LodgerCaller *caller, LodgerPending *pending)
{
  return run_here (caller, pending, NULL);
}

/* From here on a stop knows it by the list of those that are unfinished. The list belongs to whoever ends the caller:
 * as long as the call's frame says that it may be taken away, another thread may be emptying it. */
static bool
prepare (LodgerCaller *caller, LodgerPending *pending)
{
  LodgerHeld held;
  bool may;
  lodger__pending_lock (pending);
  may = lodger__pending_may_stay_unfinished (pending);
  lodger__pending_unlock (pending);
  if (!may)
    return false;
  held = lodger__ownership_begin (caller);
  lodger__unfinished_add (caller, pending, held != LODGER_OWNERSHIP_NONE);
  lodger__ownership_end (caller, held);
  return true;
}

static Run *
run_of (LodgerFrame *frame)
{
  return (Run *) frame;
}

/* While it waits, it is bound to its scope as a call that is queued: it does not keep the object. */
static bool
pause (LodgerFrame *frame)
{
  LodgerScope *held = run_of (frame)->held;
  if (!lodger__ownership_pause (frame))
    return false;
  lodger__on_stack_pop (frame->caller);
  run_of (frame)->held = NULL;
  lodger__scope_leave (held);
  return true;
}

static void
go_on (LodgerFrame *frame)
{
  LodgerPending *pending = frame->pending;
  lodger__on_stack_push (frame->caller, lodger__pending_item (pending));
  if (!lodger__ownership_go_on (frame) && !(lodger__pending_state (pending) & (P_CANCELLED | P_TOLD | P_DONE)))
    lodger__pending_stop (pending, lodger__closed_message);
  hold_scope (run_of (frame), frame->caller, pending);
}

static const LodgerFiberOps fiber_ops = { .run = run_spawned, .prepare = prepare, .pause = pause, .go_on = go_on };

/* It fails: nothing of it has run. */
static void
fail (LodgerPending *pending, int code)
{
  lodger__pending_signal (pending, lodger_error_new (NULL, code, "there is no stack for a spawned call"));
  lodger__run_skip (pending);
  lodger_pending_unref (pending);
}

bool
lodger__run_call (LodgerCaller *caller, LodgerPending *pending, LodgerPending *done)
{
  bool is_done = true;
  int code;
  if (lodger__pending_stack_order (pending) == 0 || (lodger__pending_state (pending) & (P_CANCELLED | P_DONE)))
    return run_here (caller, pending, done);
  code = lodger__fiber_run (caller, pending, &fiber_ops, &is_done);
  if (code != 0)
    fail (pending, code);
  return is_done;
}
