/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/log.h"
#include "base/slab.h"
#include "call/run.h"
#include "life/life.h"
#include "life/phase.h"
#include "loop/ownership.h"
#include "mailbox/owner.h"
#include "pending/extras.h"
#include "wait/graph.h"

#include <stdlib.h>

/* Which caller's thread a promise is answered in, so that the wait graph can tell a wait for it that nobody could end,
 * and the stop what its loop still has to bring back.
 *
 * The caller is written and taken out under the promise's lock, and read under it. Held until the promise is done is
 * only its memory: a caller whose thread has ended owns no thread, and so is never one that waits. Not longer, since
 * the promise may live as long as what the caller's loop still holds, and that as long as the caller. */

typedef struct Completer
{
  LodgerExtra extra;    /* first */
  LodgerCaller *caller; /* held; NULL: let go */
  LodgerListener listener;
} Completer;

static void
completer_blocked_on (const LodgerExtra *extra, LodgerBlockedOn *ret_blocked)
{
  ret_blocked->caller = ((const Completer *) extra)->caller;
}

static void
completer_free (LodgerExtra *extra)
{
  Completer *completer = (Completer *) extra;
  if (completer->caller != NULL)
    lodger__release (completer->caller);
  free (completer);
}

LODGER_EXTRA_KIND (completer_kind, completer_free, completer_blocked_on);

static void
let_go (LodgerListener *listener, LodgerPending *promise)
{
  Completer *completer = lodger__owner (listener, Completer, listener);
  LodgerCaller *caller;
  lodger__pending_lock (promise);
  caller = completer->caller;
  completer->caller = NULL;
  lodger__pending_unlock (promise);
  if (caller != NULL)
    lodger__release (caller);
}

LODGER_LISTENER_OPS (let_go_ops, let_go, NULL, false);

/* Locked. */
static int
refusal (const LodgerPending *promise)
{
  unsigned state = lodger__pending_state (promise);
  if (!(state & P_PROMISE) || (state & P_OWNED))
    return LODGER_ESTATE;
  if ((state & (P_DONE | P_ANSWERED)) || lodger__extra_find (promise, &completer_kind) != NULL)
    return LODGER_EALREADY;
  return 0;
}

/* ---- the stop ---------------------------------------------------------------------------------------------------- */

static const LodgerItemOps stand_in_ops = { .ended = lodger__unfinished_ended, .slab_class = LODGER_SLAB_MEDIUM };

/* A call that has returned, and takes the promise's outcome: the caller cancels, awaits and gives up that one as it
 * does any of its calls. At once, not by way of the inbox, where a stop could come before it. Owner only: in another
 * thread, or if the caller is being taken away, the promise is on its own. */
static int
stand_in (LodgerCaller *caller, LodgerPending *promise)
{
  /* Whoever has the promise reads why. */
  const LodgerCallOptions options
      = { .size = sizeof options, .name = "an operation", .flags = LODGER_PENDING_MAY_FAIL };
  const LodgerWork work = lodger__work (NULL, NULL, NULL);
  LodgerHeld held;
  LodgerPending *call;
  unsigned state;
  int code;
  if (!lodger__is_driven (caller) || lodger__has_ended (caller) || !lodger__owner_is_here (caller))
    return 0;
  call = lodger__pending_new_call (&stand_in_ops, caller, &work, &options);
  if (call == NULL)
    return LODGER_ENOMEM;
  lodger__pending_add_state (call, P_STARTED | P_RETURNED);
  code = lodger__pending_link (call, promise, &state);
  held = code == 0 ? lodger__ownership_begin (caller) : LODGER_OWNERSHIP_NONE;
  if (held == LODGER_OWNERSHIP_NONE)
    {
      lodger_pending_unref (call);
      lodger_pending_unref (call);
      return code;
    }
  lodger__pending_lock (call);
  lodger__unfinished_add (caller, call, true);
  lodger__pending_go_on (call);
  lodger__ownership_end (caller, held);
  lodger_pending_unref (call);
  return 0;
}

/* Consumes the completer. */
static int
set (LodgerPending *promise, LodgerCaller *caller, Completer *completer)
{
  int code;
  lodger__pending_lock (promise);
  code = refusal (promise);
  if (code == 0)
    {
      lodger__hold (caller);
      *completer
          = (Completer) { .extra.kind = &completer_kind, .caller = caller, .listener = lodger__listener (&let_go_ops) };
      lodger__extra_add (promise, &completer->extra);
    }
  lodger__pending_unlock (promise);
  if (code != 0)
    {
      free (completer);
      return code;
    }
  if (!lodger__pending_listen (promise, &completer->listener))
    {
      let_go (&completer->listener, promise);
      return LODGER_EALREADY;
    }
  lodger__waits_look_again (promise);
  code = stand_in (caller, promise);
  if (code != 0 && lodger__pending_unlisten (promise, &completer->listener))
    {
      lodger__pending_lock (promise);
      lodger__extra_remove (promise, &completer->extra);
      lodger__pending_unlock (promise);
      completer_free (&completer->extra);
    }
  return code;
}

int
lodger_pending_set_completer (LodgerPending *promise, LodgerCaller *caller)
{
  Completer *completer;
  int code;
  if (promise == NULL)
    return lodger__misuse (__func__, LODGER_EINVAL, "NULL given");
  lodger__guard_caller (caller, guard);
  lodger__guard_pending (promise, guard);
  completer = malloc (sizeof *completer);
  code = completer != NULL ? set (promise, caller, completer) : LODGER_ENOMEM;
  return code == LODGER_ESTATE ? lodger__misuse (__func__, code, "it is no promise") : code;
}
