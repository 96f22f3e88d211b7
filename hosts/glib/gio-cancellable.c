/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The GCancellable of a pending: cancelled by the pending's canceller, alive as long as the pending.
 *
 * Two threads may ask first at once, and both must get the same GCancellable: it is made under a lock. A pending that
 * is cancelled already cancels it there, but nobody can be connected to it yet. */
#include "fork-lock.h"
#include "gio-private.h"

#include <lodger/host.h>

static const char key[] = "lodger-glib-cancellable";

static void
cancel (LodgerPending *pending, const char *message, void *cancellable)
{
  (void) pending;
  (void) message;
  g_cancellable_cancel (cancellable);
}

static int
create (LodgerPending *pending, GCancellable **ret_cancellable)
{
  GCancellable *cancellable = g_cancellable_new ();
  int code = lodger_pending_set_canceller (pending, cancel, g_object_ref (cancellable), g_object_unref);
  if (code != 0)
    g_object_unref (cancellable);
  else
    code = lodger_pending_set_metadata (pending, key, cancellable, g_object_unref);
  if (code == 0)
    *ret_cancellable = cancellable;
  return code;
}

GCancellable *
lodger__glib_cancellable_of (LodgerPending *pending, const char *function)
{
  GCancellable *cancellable = lodger_pending_get_metadata (pending, key);
  int code;
  if (cancellable != NULL)
    return cancellable;
  lodger__glib_lock (LODGER_GLIB_LOCK_CANCELLABLES, function);
  cancellable = lodger_pending_get_metadata (pending, key);
  code = cancellable == NULL ? create (pending, &cancellable) : 0;
  lodger__glib_unlock (LODGER_GLIB_LOCK_CANCELLABLES);
  if (code != 0 && code != LODGER_ECHILD) /* ECHILD is logged by the core */
    lodger_host_misuse (function, code,
                        code == LODGER_EALREADY ? "it is done, or has a canceller of somebody else" : NULL);
  return cancellable;
}

GCancellable *
lodger_glib_pending_get_cancellable (LodgerPending *pending)
{
  if (pending != NULL)
    return lodger__glib_cancellable_of (pending, __func__);
  lodger_host_misuse (__func__, LODGER_EINVAL, "NULL given");
  return NULL;
}
