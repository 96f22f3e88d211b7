/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What ties an operation to the caller whose loop brings it back: the wait graph, and the stop.
 *
 * An operation that has not come back when the loop ends never does: the stop has to see to it. Where Lodger drives the
 * loop, the core does: the operation counts as a call. A GUI's loop may be over already, and waiting for it would only use
 * up the stop's deadline: there the stop cancels when it begins, which is enough as long as the loop turns on, and what is
 * left when the caller has stopped is ended by itself. */
#include "gio-private.h"

static void
drop_pending (void *pending)
{
  lodger_pending_unref (pending);
}

static void
drop_caller (void *caller)
{
  lodger_caller_unref (caller);
}

static int
on_stopping (LodgerPending *stopping, void *pending)
{
  (void) stopping;
  lodger_pending_cancel (pending, "the caller was closed");
  return 0;
}

/* The caller's two pendings may live long; each of the call-backs there holds the operation's. */
typedef struct Tie
{
  LodgerCaller *caller;
  LodgerDoneFunc left;
} Tie;

static int
on_done (LodgerPending *done, void *data)
{
  Tie *tie = data;
  lodger_pending_remove_done_callback (lodger_caller_get_stopping (tie->caller), on_stopping, done);
  lodger_pending_remove_done_callback (lodger_caller_get_stopped (tie->caller), tie->left, done);
  return 0;
}

static void
tie_free (void *data)
{
  Tie *tie = data;
  drop_caller (tie->caller);
  g_free (tie);
}

static int
tie_to (LodgerPending *pending, LodgerCaller *caller, LodgerDoneFunc left)
{
  Tie *tie = g_try_new0 (Tie, 1);
  int code;
  if (tie == NULL)
    return LODGER_ENOMEM;
  tie->caller = lodger_caller_ref (caller);
  tie->left = left;
  code = lodger_pending_set_completer (pending, caller);
  /* The cleanup of a call that the stop has cancelled may need operations too: those it leaves alone. */
  if (code == 0 && lodger_caller_get_backend (caller) == NULL && lodger_caller_is_running (caller))
    code = lodger_pending_add_done_callback (lodger_caller_get_stopping (caller), on_stopping,
                                             lodger_pending_ref (pending), drop_pending);
  if (code == 0)
    code = lodger_pending_add_done_callback (lodger_caller_get_stopped (caller), left, lodger_pending_ref (pending),
                                             drop_pending);
  if (code == 0)
    return lodger_pending_add_done_callback (pending, on_done, tie, tie_free);
  on_done (pending, tie);
  tie_free (tie);
  return code;
}

int
lodger__glib_tie (LodgerPending *pending, GMainContext *context, LodgerDoneFunc left)
{
  const LodgerGlibHostOptions options = { .size = sizeof options, .context = context };
  LodgerCaller *caller = lodger_caller_find ("glib", &options);
  int code = caller != NULL ? tie_to (pending, caller, left) : 0;
  lodger_caller_unref (caller);
  return code == LODGER_EALREADY ? 0 : code;
}
