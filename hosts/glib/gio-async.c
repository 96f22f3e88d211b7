/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A GIO operation as a pending.
 *
 * The operation has a reference to the pending, as its user data, and drops it in lodger_glib_async_ready(). This
 * always runs in the thread whose context the operation was started in. If the loop has ended, the operation may never
 * come back, and nobody can know. Its reference then stays, and the pending ends without the operation. `phase`
 * decides, once, which of the two ends the pending. */
#include "gio-private.h"

#include <lodger/host.h>
#include <stdatomic.h>

static const char key[] = "lodger-glib-async";

enum
{
  WAITING,   /* for the operation */
  RETURNED,  /* the operation has come back */
  ABANDONED, /* the pending has ended without the operation */
};

/* Lives as long as the pending. */
typedef struct Async
{
  LodgerGlibFinishFunc finish;
  void *data;
  LodgerDestroyFunc destroy;
  GCancellable *cancellable; /* the pending's; NULL: the operation was refused */
  atomic_int phase;
  _Atomic (GAsyncResult *) result; /* the pending's outcome, for comparison only */
} Async;

static void
destroy_data (Async *async)
{
  LodgerDestroyFunc destroy = async->destroy;
  async->destroy = NULL;
  if (destroy != NULL)
    destroy (async->data);
}

static void
async_free (void *data)
{
  destroy_data (data);
  g_free (data);
}

static Async *
async_of (LodgerPending *pending)
{
  return lodger_pending_get_metadata (pending, key);
}

/* ---- starting ---------------------------------------------------------------------------------------------------- */

void
lodger__glib_async_abandon (LodgerPending *pending, int code, const char *reason)
{
  Async *async = async_of (pending);
  int phase = WAITING;
  if (!atomic_compare_exchange_strong (&async->phase, &phase, ABANDONED))
    return;
  destroy_data (async);
  lodger_pending_return_new_error (pending, NULL, code, "%s", reason);
}

static int
on_stopped (LodgerPending *stopped, void *pending)
{
  static const char reason[] = "the caller was closed";
  (void) stopped;
  if (!lodger_pending_is_done (pending))
    lodger_pending_cancel (pending, reason);
  lodger__glib_async_abandon (pending, LODGER_ESHUTDOWN, reason);
  return 0;
}

static int
prepare (LodgerPending *pending, Async *async, GCancellable *cancellable)
{
  GMainContext *context;
  GCancellable *own;
  int code = lodger_pending_set_metadata (pending, key, async, async_free);
  if (code != 0)
    return code;
  if (cancellable != NULL && !G_IS_CANCELLABLE (cancellable))
    return lodger_host_misuse ("lodger_glib_async_new", LODGER_EINVAL, "that is no GCancellable");
  own = lodger__glib_cancellable_of (pending, "lodger_glib_async_new");
  if (own == NULL)
    return LODGER_ENOMEM;
  context = g_main_context_ref_thread_default ();
  code = lodger__glib_tie (pending, context, on_stopped);
  if (code == 0 && cancellable != NULL)
    code = lodger__glib_cancel_with (pending, cancellable, context, "lodger_glib_async_new");
  g_main_context_unref (context);
  if (code == 0)
    async->cancellable = own;
  return code;
}

LodgerPending *
lodger_glib_async_new (GCancellable *cancellable, LodgerGlibFinishFunc finish, void *data, LodgerDestroyFunc destroy)
{
  LodgerPending *pending = lodger_pending_new (LODGER_PENDING_DEFAULT);
  Async *async = !lodger_pending_is_done (pending) ? g_try_new0 (Async, 1) : NULL;
  int code = LODGER_ENOMEM;
  if (async != NULL)
    {
      async->finish = finish;
      async->data = data;
      async->destroy = destroy;
      atomic_init (&async->result, NULL);
      atomic_init (&async->phase, WAITING);
      code = prepare (pending, async, cancellable);
    }
  else if (destroy != NULL)
    destroy (data);
  if (code != 0 && async_of (pending) != NULL)
    lodger__glib_async_abandon (pending, code, lodger_error_code_string (code));
  else if (code != 0 && !lodger_pending_is_done (pending))
    lodger_pending_return_new_error (pending, NULL, code, "%s", lodger_error_code_string (code));
  return lodger_pending_ref (pending);
}

GCancellable *
lodger_glib_async_get_cancellable (LodgerPending *pending)
{
  const Async *async = pending != NULL ? async_of (pending) : NULL;
  return async != NULL ? async->cancellable : NULL;
}

/* ---- coming back ------------------------------------------------------------------------------------------------- */

/* A GTask tells whether it has failed. It is asked before its `…_finish` runs, which would consume the error. */
static void
answer_with_result (LodgerPending *pending, Async *async, GAsyncResult *result)
{
  GError *error = NULL;
  if (G_IS_TASK (result) && g_task_had_error (G_TASK (result)))
    {
      g_task_propagate_pointer (G_TASK (result), &error);
      lodger_glib_pending_return_gerror (pending, error);
      return;
    }
  atomic_store (&async->result, result);
  lodger_pending_return_pointer (pending, g_object_ref (result), g_object_unref);
}

/* The program may have cancelled the operation's cancellable directly. */
static void
note_cancel (LodgerPending *pending)
{
  GCancellable *cancellable = lodger_glib_async_get_cancellable (pending);
  if (cancellable != NULL && g_cancellable_is_cancelled (cancellable) && !lodger_pending_is_cancelled (pending))
    lodger_pending_cancel (pending, "the operation's GCancellable was cancelled");
}

static void
come_back (LodgerPending *pending, Async *async, GObject *source, GAsyncResult *result)
{
  note_cancel (pending);
  if (result == NULL)
    lodger_pending_return_new_error (pending, NULL, LODGER_EUNANSWERED, "the operation was not started");
  else if (async->finish == NULL)
    answer_with_result (pending, async, result);
  else
    {
      async->finish (pending, source, result, async->data);
      if (!lodger_pending_is_done (pending))
        lodger_pending_return_nothing (pending);
    }
  destroy_data (async);
}

bool
lodger__glib_async_has_returned (LodgerPending *pending)
{
  const Async *async = async_of (pending);
  return async == NULL || atomic_load (&async->phase) == RETURNED;
}

/* Without memory for an Async, the pending's outcome is the only record of the refusal. */
void
lodger_glib_async_ready (GObject *source, GAsyncResult *result, gpointer pending)
{
  Async *async = pending != NULL ? async_of (pending) : NULL;
  int phase = ABANDONED;
  if (pending == NULL
      || (async == NULL && !lodger_error_matches (lodger_pending_get_error (pending), NULL, LODGER_ENOMEM)))
    {
      lodger_host_misuse (__func__, LODGER_EINVAL, pending == NULL ? "NULL given" : "not of lodger_glib_async_new()");
      return;
    }
  if (async != NULL)
    phase = atomic_exchange (&async->phase, RETURNED);
  if (phase == RETURNED)
    {
      lodger_host_misuse (__func__, LODGER_EALREADY, "the operation has come back before");
      return;
    }
  if (phase == WAITING)
    come_back (pending, async, source, result);
  lodger_pending_unref (pending);
}

GAsyncResult *
lodger_glib_async_get_result (LodgerPending *done)
{
  Async *async = done != NULL ? async_of (done) : NULL;
  GAsyncResult *result = async != NULL ? atomic_load (&async->result) : NULL;
  void *pointer = NULL;
  if (result == NULL || lodger_pending_get_pointer (done, &pointer) != 0 || pointer != result)
    return NULL;
  return result;
}
