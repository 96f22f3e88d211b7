/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "caller-private.h"
#include "custody.h"
#include "fork.h"

#include <stdlib.h>

/* Which caller's thread a promise is answered in, so that the wait graph can tell a wait for it that nobody could end, and
 * the stop what its loop still has to bring back.
 *
 * The caller is written and taken out under the promise's lock, and read under it. Held until the promise is done is only
 * its memory: a caller whose thread has ended owns no thread, and so is never one that waits. Not longer, since the promise
 * may live as long as what the caller's loop still holds, and that as long as the caller. */

typedef struct Completer
{
  LodgerListener listener; /* first */
  LodgerPending *promise;
} Completer;

static void
let_go (LodgerPending *promise)
{
  LodgerCaller *caller;
  lodger__pending_lock (promise);
  caller = promise->side->completer;
  promise->side->completer = NULL;
  lodger__pending_unlock (promise);
  if (caller != NULL)
    lodger__caller_release (caller);
}

static void
completer_discard (LodgerListener *listener)
{
  let_go (((Completer *) listener)->promise);
  free (listener);
}

static void
completer_notify (LodgerListener *listener, LodgerPending *done)
{
  (void) done;
  completer_discard (listener);
}

static int
refusal (const LodgerPending *promise)
{
  unsigned state = lodger__pending_state (promise);
  if (!(state & P_PROMISE) || (state & P_OWNED))
    return LODGER_ESTATE;
  if ((state & (P_DONE | P_ANSWERED)) || (promise->side != NULL && promise->side->completer != NULL))
    return LODGER_EALREADY;
  return 0;
}

/* ---- the stop -------------------------------------------------------------------------------------------------------- */

static const LodgerItemOps stand_in_ops = { .node_class = LODGER_NODE_MEDIUM };

/* A call that has returned, and takes the promise's outcome: the caller cancels, awaits and gives up that one as it does any
 * of its calls. At once, not by way of the inbox, where a stop could come before it. Owner only: in another thread, or if the
 * caller is being taken away, the promise is on its own. */
static int
stand_in (LodgerCaller *caller, LodgerPending *promise)
{
  const LodgerCallOptions options = { .size = sizeof options, .name = "an operation" };
  LodgerCustody custody;
  LodgerPending *call;
  unsigned state;
  int code;
  if (!caller->is_driven || caller->ended || !lodger__caller_is_in_thread (caller, lodger__thread_peek ()))
    return 0;
  call = lodger__pending_new_call (&stand_in_ops, NULL, NULL, &options);
  if (call == NULL)
    return LODGER_ENOMEM;
  call->caller = caller;
  lodger__pending_add_state (call, P_STARTED | P_RETURNED);
  code = lodger__pending_link (call, promise, &state);
  custody = code == 0 ? lodger__custody_begin (caller) : LODGER_CUSTODY_NONE;
  if (custody == LODGER_CUSTODY_NONE)
    {
      lodger_pending_unref (call);
      lodger_pending_unref (call);
      return code;
    }
  lodger__caller_suspend (caller, call);
  lodger__pending_lock (call);
  lodger__pending_follow (call);
  lodger__custody_end (caller, custody);
  lodger_pending_unref (call);
  return 0;
}

static int
set (LodgerPending *promise, LodgerCaller *caller, Completer *completer)
{
  int code;
  lodger__pending_lock (promise);
  code = refusal (promise);
  if (code == 0 && lodger__pending_side (promise) == NULL)
    code = LODGER_ENOMEM;
  if (code == 0)
    {
      lodger__caller_hold (caller);
      promise->side->completer = caller;
    }
  lodger__pending_unlock (promise);
  if (code != 0)
    {
      free (completer);
      return code;
    }
  completer->listener = (LodgerListener) { .notify = completer_notify, .discard = completer_discard, .is_quiet = true };
  completer->promise = promise;
  if (!lodger__pending_listen (promise, &completer->listener))
    {
      completer_discard (&completer->listener);
      return LODGER_EALREADY;
    }
  code = stand_in (caller, promise);
  if (code != 0)
    let_go (promise);
  return code;
}

int
lodger_pending_set_completer (LodgerPending *promise, LodgerCaller *caller)
{
  Completer *completer;
  int code;
  if (promise == NULL || caller == NULL)
    return lodger__misuse (__func__, LODGER_EINVAL, "NULL given");
  if (lodger__is_foreign (caller))
    return lodger__misuse (__func__, LODGER_ECHILD, "the caller belongs to the parent of this process");
  if (lodger__pending_is_foreign (promise, __func__))
    return LODGER_ECHILD;
  completer = malloc (sizeof *completer);
  code = completer != NULL ? set (promise, caller, completer) : LODGER_ENOMEM;
  return code == LODGER_ESTATE ? lodger__misuse (__func__, code, "it is no promise") : code;
}
