/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "custody.h"
#include "ending.h"

/* A caller whose loop or thread is gone: nobody comes who would end it, so that whoever notices does. */

/* Both sides say what they do before they look: the one who orphans sets the mark and then tries to take the caller; the
 * owner gives it back and then looks at the mark. So one of them gets to the end, and the exchange lets only one. */
void
lodger__caller_end_orphan (LodgerCaller *caller)
{
  int is_free = LODGER_TURNING_FREE;
  if (!caller->is_orphaned || caller->ended
      || !atomic_compare_exchange_strong (&caller->turning, &is_free, LODGER_TURNING_ENDING))
    return;
  if (!caller->ended)
    {
      lodger__stop_begin (caller);
      lodger__stop_end (caller);
    }
}

void
lodger__caller_orphan (LodgerCaller *caller)
{
  LodgerCallerState before;
  lodger__caller_hold (caller);
  lodger__stop_refuse (caller, &before);
  caller->is_orphaned = true;
  lodger__stop_cancel_running (caller);
  lodger__caller_end_orphan (caller);
  lodger__caller_release (caller);
}

/* By pthread_exit, out of a call: what that was is not known any more, but for a pool's. */
static void
bury_call (LodgerCaller *caller)
{
  LodgerPending *pending = caller->busy_with;
  if (pending == NULL || !(lodger__pending_state (pending) & P_STARTED)
      || (lodger__pending_state (pending) & P_RETURNED))
    return;
  caller->busy_with = NULL;
  lodger__abandon_call (caller, pending);
  lodger__pending_destroy_data (pending);
  lodger_pending_unref (pending);
}

/* Whatever was on the stack is gone with it; each slice there held the caller. */
void
lodger__caller_thread_ends (LodgerCaller *caller)
{
  unsigned depth = caller->depth;
  lodger__caller_hold (caller);
  lodger__log (LODGER_LOG_WARNING, "the thread of %s has ended before it was left", caller->name);
  caller->depth = 0;
  if (lodger__custody_drop_stack (caller))
    {
      lodger__stop_detach (caller);
      bury_call (caller);
      lodger__caller_orphan (caller);
    }
  else
    lodger__stop_come_back (caller);
  lodger__caller_unlink_thread (caller);
  for (; depth > 0; depth--)
    lodger__caller_release (caller);
  lodger__caller_release (caller);
}
