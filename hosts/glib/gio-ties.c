/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The ties of an operation to the caller whose loop brings it back: the wait graph, and the stop.
 *
 * An operation that has not come back when the loop ends never does, so the stop must end its pending. Where Lodger
 * drives the loop, the core sees to that: the operation counts as a call. A GUI's loop may be over already while a call
 * waits for the operation, and the stop waits for the call. There the stop cancels the operation and ends the pending
 * without it (`abandon`), in the caller's own thread. This hangs on a continuation: the stop drops it if the operation
 * has not come back. The cleanup of a call that the stop has cancelled may start another operation. That operation has
 * time until the caller has stopped, or until the deadline. */
#include "drop-pending.h"
#include "gio-private.h"

/* ---- the beginning of a stop --------------------------------------------------------------------------------------- */

/* The continuation's data. */
typedef struct Guard
{
  LodgerPending *pending;
  LodgerDoneFunc abandon;
  gboolean is_set; /* the continuation was accepted */
} Guard;

static void
come_back (LodgerPending *self, LodgerPending *done, void *guard)
{
  (void) self;
  (void) done;
  (void) guard;
}

static void
guard_free (void *data)
{
  Guard *guard = data;
  if (guard->is_set && !lodger_pending_is_done (guard->pending))
    guard->abandon (NULL, guard->pending);
  lodger_pending_unref (guard->pending);
  g_free (guard);
}

/* Runs in the caller's thread, so the continuation cannot be dropped meanwhile. A stop that has begun, in any thread,
 * refuses it. */
static int
set_guard (LodgerPending *pending, LodgerCaller *caller, LodgerDoneFunc abandon)
{
  Guard *guard = g_try_new0 (Guard, 1);
  LodgerPending *then;
  int code;
  if (guard == NULL)
    return LODGER_ENOMEM;
  guard->pending = lodger_pending_ref (pending);
  guard->abandon = abandon;
  then = lodger_pending_then (pending, caller, come_back, guard, guard_free);
  code = lodger_pending_get_outcome (then);
  if (code == LODGER_ENOTDONE)
    guard->is_set = TRUE;
  lodger_pending_unref (then);
  return code == LODGER_ENOTDONE || code == LODGER_ECANCELED ? 0 : LODGER_ENOMEM;
}

/* ---- the end of a stop --------------------------------------------------------------------------------------------- */

/* The caller's "stopped" pending may live long, and a done-callback of it holds the operation's pending. So the latter
 * removes that done-callback when it is done. */
typedef struct Tie
{
  LodgerCaller *caller;
  LodgerDoneFunc abandon;
} Tie;

static int
on_done (LodgerPending *done, void *data)
{
  Tie *tie = data;
  lodger_pending_remove_done_callback (lodger_caller_get_stopped (tie->caller), tie->abandon, done);
  return 0;
}

static void
tie_free (void *data)
{
  Tie *tie = data;
  lodger_caller_unref (tie->caller);
  g_free (tie);
}

static int
tie_to (LodgerPending *pending, LodgerCaller *caller, LodgerDoneFunc abandon)
{
  Tie *tie = g_try_new0 (Tie, 1);
  int code;
  if (tie == NULL)
    return LODGER_ENOMEM;
  tie->caller = lodger_caller_ref (caller);
  tie->abandon = abandon;
  code = lodger_pending_set_completer (pending, caller);
  if (code == 0 && lodger_caller_get_backend (caller) == NULL)
    code = set_guard (pending, caller, abandon);
  if (code == 0)
    code = lodger_pending_add_done_callback (lodger_caller_get_stopped (caller), abandon, lodger_pending_ref (pending),
                                             lodger__glib_drop_pending);
  if (code == 0)
    code = lodger_pending_add_done_callback (pending, on_done, tie, tie_free);
  else
    tie_free (tie);
  if (code != 0)
    lodger_pending_remove_done_callback (lodger_caller_get_stopped (caller), abandon, pending);
  return code;
}

int
lodger__glib_tie (LodgerPending *pending, GMainContext *context, LodgerDoneFunc abandon)
{
  const LodgerGlibHostOptions options = { .size = sizeof options, .context = context };
  LodgerCaller *caller = lodger_caller_find ("glib", &options);
  int code = caller != NULL ? tie_to (pending, caller, abandon) : 0;
  lodger_caller_unref (caller);
  return code == LODGER_EALREADY ? 0 : code;
}
