/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "caller-private.h"
#include "fork.h"

/* Which caller's thread a promise is answered in, so that the wait graph can tell a wait for it that nobody could end.
 *
 * The caller is written once, under the promise's lock, and read under it; it is held until the promise goes, because the
 * wait graph may look at a promise at any time before that. Held is only its memory: a caller whose thread has ended owns
 * no thread, and so is never one that waits. */

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

int
lodger_pending_set_completer (LodgerPending *promise, LodgerCaller *caller)
{
  int code;
  if (promise == NULL || caller == NULL)
    return lodger__misuse (__func__, LODGER_EINVAL, "NULL given");
  if (lodger__is_foreign (caller))
    return lodger__misuse (__func__, LODGER_ECHILD, "the caller belongs to the parent of this process");
  if (lodger__pending_is_foreign (promise, __func__))
    return LODGER_ECHILD;
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
  return code == LODGER_ESTATE ? lodger__misuse (__func__, code, "it is no promise") : code;
}
