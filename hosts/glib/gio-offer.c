/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A pending behind an `…_async`/`…_finish` pair: a GTask that is returned, and dropped, where it was made.
 *
 * g_task_return_pointer() may be called in any thread, and its call-back runs in the right one. But the calling thread
 * may then hold the last reference to the task, and so to the source object, which usually belongs to the GUI. So a
 * source holds the task, and the thread that completes the pending only attaches the source to its context. Not earlier:
 * a loop looks at each of its sources in each iteration, and offers may be many. */
#include "drop-pending.h"
#include "gio-private.h"
#include "once-source.h"

#include <lodger/host.h>
#include <stdatomic.h>

/* The source and the pending's done-callback each hold a reference. */
typedef struct Offer
{
  atomic_uint refs;
  GTask *task; /* the source's */
  GSource *source;
  LodgerPending *outcome; /* NULL: there will be none, because of `code` */
  int code;
} Offer;

/* The state of the task, as data of the object. In the thread of its context only. */
static const char was_returned[] = "lodger-returned", was_finished[] = "lodger-finished";

static void
mark (GTask *task, const char *what)
{
  g_object_set_data (G_OBJECT (task), what, GINT_TO_POINTER (TRUE));
}

static bool
is_marked (GTask *task, const char *what)
{
  return g_object_get_data (G_OBJECT (task), what) != NULL;
}

static GError *
reason_of (LodgerPending *done)
{
  GError *error = NULL;
  if (lodger_glib_pending_propagate_error (done, &error) && lodger_pending_get_outcome (done) == LODGER_ECANCELED)
    {
      GError *cancelled = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, error->message);
      g_error_free (error);
      return cancelled;
    }
  return error;
}

static void
offer_unref (Offer *offer)
{
  if (atomic_fetch_sub_explicit (&offer->refs, 1, memory_order_acq_rel) != 1)
    return;
  lodger_pending_unref (offer->outcome);
  g_free (offer);
}

static void
give (void *data)
{
  Offer *offer = data;
  LodgerPending *outcome = offer->outcome;
  GError *error;
  offer->outcome = NULL;
  error = outcome != NULL
              ? reason_of (outcome)
              : g_error_new_literal (LODGER_GLIB_ERROR, offer->code, lodger_error_code_string (offer->code));
  mark (offer->task, was_returned);
  if (error == NULL)
    g_task_return_pointer (offer->task, outcome, lodger__glib_drop_pending);
  else
    {
      lodger_pending_unref (outcome);
      g_task_return_error (offer->task, error);
    }
}

/* Runs in the context. If the context ends first, it runs there without a return of the task. */
static void
source_gone (void *data)
{
  Offer *offer = data;
  g_object_unref (offer->task);
  offer_unref (offer);
}

static int
on_done (LodgerPending *done, void *data)
{
  ((Offer *) data)->outcome = lodger_pending_ref (done);
  return 0;
}

/* Runs in the thread that completes the pending, or that drops the last reference to a promise. */
static void
send (void *data)
{
  Offer *offer = data;
  lodger__glib_once_send (offer->source, g_task_get_context (offer->task));
  offer_unref (offer);
}

static Offer *
offer_new (GTask *task)
{
  Offer *offer = g_new0 (Offer, 1);
  atomic_init (&offer->refs, 2);
  offer->task = task;
  offer->code = LODGER_EUNANSWERED;
  offer->source
      = lodger__glib_once_new ("lodger offers a pending", g_task_get_priority (task), give, offer, source_gone);
  return offer;
}

void
lodger_glib_pending_offer (LodgerPending *pending, GObject *source, GCancellable *cancellable,
                           GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (source, cancellable, callback, user_data);
  Offer *offer;
  g_task_set_source_tag (task, lodger_glib_pending_offer);
  offer = offer_new (task);
  if (pending == NULL)
    {
      offer->code = lodger_host_misuse (__func__, LODGER_EINVAL, "NULL given");
      send (offer);
      return;
    }
  lodger_pending_ref (pending);
  if (lodger_pending_add_done_callback (pending, on_done, offer, send) == 0 && cancellable != NULL)
    lodger__glib_cancel_with (pending, cancellable, NULL, __func__);
  lodger_pending_unref (pending);
}

/* Why the task has no pending to fetch. 0 means that it has one. */
static int
refusal (GAsyncResult *result, GObject *source)
{
  if (!G_IS_TASK (result) || g_task_get_source_tag (G_TASK (result)) != lodger_glib_pending_offer
      || !g_task_is_valid (result, source))
    return LODGER_EINVAL;
  if (is_marked (G_TASK (result), was_finished))
    return LODGER_EALREADY;
  return is_marked (G_TASK (result), was_returned) ? 0 : LODGER_ENOTDONE;
}

LodgerPending *
lodger_glib_pending_finish (GAsyncResult *result, GObject *source, GError **error)
{
  int code = refusal (result, source);
  if (code != 0)
    {
      lodger_host_misuse (__func__, code, result == NULL ? "NULL given" : NULL);
      g_set_error_literal (error, LODGER_GLIB_ERROR, code, lodger_error_code_string (code));
      return NULL;
    }
  mark (G_TASK (result), was_finished);
  return g_task_propagate_pointer (G_TASK (result), error);
}
