/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Awaiting a GIO operation.
 *
 * What the operation was given may live on the stack of the call that waits. So the wait goes on until the operation
 * has called back, whatever else happens: a cancel of the call, a refusal, or a stop whose loop has ended. */
#include "gio-private.h"
#include "glib-private.h"
#include "signal-arguments.h"

#include <lodger/host.h>

/* The result is the outcome, also of a GTask that has failed: its `…_finish` tells why. */
static void
answer (LodgerPending *self, GObject *source, GAsyncResult *result, void *data)
{
  (void) source;
  (void) data;
  lodger_pending_return_pointer (self, g_object_ref (result), g_object_unref);
}

LodgerPending *
lodger_glib_await_new (void)
{
  const char *reason = NULL;
  LodgerPending *pending = lodger_glib_async_new (NULL, answer, NULL, NULL);
  int code = lodger__glib_await_check (&reason);
  if (code != 0)
    lodger__glib_async_abandon (pending, lodger_host_misuse (__func__, code, reason), reason);
  return pending;
}

/* The caller of this call is stopping, and Lodger does not drive its loop, which may be over: the stop waits for this
 * call. What was started before the stop began is abandoned by gio-ties.c, but not what was started in it. */
static bool
is_loop_over (void)
{
  LodgerCaller *caller = lodger_caller_current ();
  return caller != NULL && !lodger_caller_is_running (caller) && lodger_caller_get_backend (caller) == NULL;
}

/* The sources of this thread's context go on meanwhile, in any case. */
static void
see_it_through (LodgerPending *pending)
{
  GMainContext *context;
  lodger_pending_cancel (pending, "nobody waits for it any more");
  if (!is_loop_over ())
    lodger_pending_wait (pending, LODGER_FOREVER, LODGER_WAIT_SHIELD | LODGER_WAIT_NO_RESULT);
  context = g_main_context_ref_thread_default ();
  while (!lodger__glib_async_has_returned (pending))
    g_main_context_iteration (context, TRUE);
  g_main_context_unref (context);
}

int
lodger_glib_await_end (LodgerPending *pending, GAsyncResult **ret_result)
{
  void *result = NULL;
  int code;
  if (ret_result != NULL)
    *ret_result = NULL;
  if (pending == NULL)
    return lodger_host_misuse (__func__, LODGER_EINVAL, "NULL given");
  code = lodger_pending_wait (pending, LODGER_FOREVER, LODGER_WAIT_DEFAULT);
  if (!lodger__glib_async_has_returned (pending) && code != LODGER_ECHILD)
    see_it_through (pending);
  if (code == 0)
    code = lodger_pending_take_pointer (pending, &result);
  code = lodger__glib_own_code (pending, code);
  lodger_pending_unref (pending);
  if (ret_result != NULL)
    *ret_result = result;
  else if (result != NULL)
    g_object_unref (result);
  return code;
}
