/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/log.h"
#include "call/run.h"
#include "life/life.h"
#include "life/phase.h"
#include "loop/ownership.h"
#include "loop/turn.h"
#include "loop/watch.h"
#include "mailbox/owner.h"
#include "mailbox/post.h"
#include "stop/stop.h"

/* A caller whose loop or thread is gone: nobody comes who would end it, so that whoever notices does. */

/* Both sides say what they do before they look: whoever finds the loop gone sets the cause and then tries to take the
 * caller; the owner gives it back and then looks at the cause. So one of them gets to the end, and the exchange lets only
 * one. */
void
lodger__loop_gone_end (LodgerCaller *caller)
{
  if (!lodger__is_loop_gone (caller) || lodger__has_ended (caller) || !lodger__ownership_take_idle (caller))
    return;
  if (!lodger__has_ended (caller))
    {
      lodger__stop_begin (caller);
      lodger__stop_end (caller);
    }
}

void
lodger__loop_gone (LodgerCaller *caller)
{
  LodgerCallerState before;
  lodger__hold (caller);
  lodger__stop_refuse (caller, &before);
  lodger__phase_change (caller, LODGER_BECOMES_LOOP_GONE);
  lodger__stop_cancel_running (caller);
  lodger__loop_gone_end (caller);
  lodger__release (caller);
}

/* Whatever was on the stack is gone with it: its calls are settled, and each slice there held the caller. */
void
lodger__thread_ends_caller (LodgerCaller *caller)
{
  unsigned depth = lodger__turn_forget_stack (caller);
  bool is_ours;
  lodger__hold (caller);
  lodger__log (LODGER_LOG_WARNING, "the thread of %s has ended before it was %s", lodger__name (caller),
               lodger__phase (caller) == LODGER_PHASE_INITIAL ? "entered" : "left");
  is_ours = lodger__ownership_drop_stack (caller);
  if (is_ours)
    lodger__watch_detach (caller);
  lodger__on_stack_exit (caller);
  if (is_ours)
    lodger__loop_gone (caller);
  else
    lodger__stop_come_back (caller);
  lodger__owner_leave (caller);
  for (; depth > 0; depth--)
    lodger__release (caller);
  lodger__release (caller);
}

void
lodger__thread_ends (LodgerThread *thread)
{
  LodgerCaller *caller;
  while ((caller = lodger__thread_any_caller (thread)) != NULL)
    {
      lodger__thread_ends_caller (caller);
      lodger_caller_unref (caller);
    }
}
