/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A signal of a GObject as a pending.
 *
 * The handler's closure is the only tie to the emitter that ends it: an emission invokes it, and dispose, finalize and
 * each disconnect finalize it. So an object that dies needs no weak notification, which could not be taken back quietly
 * while another thread disposes. The pending decides, once, which of them is the outcome.
 *
 * - Who touches the object. A strong reference of another thread could turn out to be the last one, and the object
 *   would be disposed of there. Only the thread that owns the main context of lodger_glib_signal_next() disconnects.
 *   Without an owner, any thread may be it. Otherwise a source goes to the context. The object is held for the
 *   disconnect only, by way of a weak reference: it cannot be disposed of by its last reference meanwhile.
 * - Done before the connecting thread knows the handler's id. The connecting thread stores the id and then reads
 *   `is_over`. The other thread sets `is_over` and then fetches the id. Both are sequentially consistent, so at least
 *   one of them disconnects. The id is fetched by an exchange, so at most one does.
 * - The link's reference to the pending. Whoever claims the link first drops it: the emission or the end, after it has
 *   answered, or else the pending's own end. So an emission that comes too late does not touch the pending. */
#include "gio-private.h"
#include "once-source.h"
#include "signal-arguments.h"

#include <lodger/host.h>
#include <stdatomic.h>

typedef struct Link
{
  LodgerPending *pending; /* a reference, which whoever claims the link drops */
  GWeakRef object;
  GMainContext *context; /* where the object is touched */
  const char *signal;    /* static */
  GValue answer;         /* unset: none */
  atomic_uint refs;      /* the closure's, the done-callback's, the connecting function's, a source's */
  atomic_ulong handler;
  atomic_bool is_claimed; /* by the emission or by the end that speaks to the pending */
  atomic_bool is_over;
} Link;

static void
link_unref (void *data)
{
  Link *link = data;
  if (atomic_fetch_sub_explicit (&link->refs, 1, memory_order_acq_rel) != 1)
    return;
  g_weak_ref_clear (&link->object);
  lodger__glib_context_unref (link->context);
  if (G_IS_VALUE (&link->answer))
    g_value_unset (&link->answer);
  g_free (link);
}

static Link *
link_ref (Link *link)
{
  atomic_fetch_add_explicit (&link->refs, 1, memory_order_relaxed);
  return link;
}

/* ---- the handler's end ------------------------------------------------------------------------------------------- */

/* In the thread that may touch the object. */
static void
disconnect (void *data)
{
  Link *link = data;
  gulong handler = atomic_exchange (&link->handler, 0);
  GObject *object = handler != 0 ? g_weak_ref_get (&link->object) : NULL;
  if (object == NULL)
    return;
  if (g_signal_handler_is_connected (object, handler))
    g_signal_handler_disconnect (object, handler);
  g_object_unref (object);
}

static void
detach (Link *link)
{
  if (atomic_load (&link->handler) == 0)
    return;
  if (g_main_context_acquire (link->context))
    {
      disconnect (link);
      g_main_context_release (link->context);
    }
  else
    lodger__glib_once_send (lodger__glib_once_new ("lodger disconnects a signal", G_PRIORITY_DEFAULT, disconnect,
                                                   link_ref (link), link_unref),
                            link->context);
}

/* The reference to the pending, for the first who asks: NULL for the others. */
static LodgerPending *
claim (Link *link)
{
  return atomic_exchange (&link->is_claimed, true) ? NULL : link->pending;
}

/* Runs in the thread that completes the pending. */
static int
on_done (LodgerPending *done, void *data)
{
  Link *link = data;
  (void) done;
  atomic_store (&link->is_over, true);
  detach (link);
  lodger_pending_unref (claim (link));
  return 0;
}

/* ---- what ends it ------------------------------------------------------------------------------------------------ */

static void
on_emission (GClosure *closure, GValue *return_value, guint count, const GValue *values, void *hint, void *data)
{
  Link *link = link_ref (closure->data);
  LodgerPending *pending;
  (void) hint;
  (void) data;
  lodger__glib_tsan_acquire (link);
  pending = claim (link);
  if (pending != NULL)
    {
      if (return_value != NULL && G_IS_VALUE (&link->answer))
        g_value_copy (&link->answer, return_value);
      lodger__glib_arguments_return (pending, count - 1, values + 1);
      lodger_pending_unref (pending);
    }
  link_unref (link);
}

/* The object is being disposed of, or is finalized, or somebody has disconnected the handler. */
static void
closure_gone (void *data, GClosure *closure)
{
  Link *link = data;
  LodgerPending *pending;
  (void) closure;
  lodger__glib_tsan_acquire (link);
  pending = claim (link);
  atomic_store (&link->handler, 0);
  if (pending != NULL)
    lodger_pending_return_new_error (
        pending, NULL, LODGER_EUNANSWERED,
        "the object was disposed of, or the handler was disconnected, before it emitted '%s'", link->signal);
  lodger_pending_unref (pending);
  link_unref (link);
}

/* ---- connecting -------------------------------------------------------------------------------------------------- */

typedef struct Signal
{
  GObject *object;
  guint id;
  GQuark detail;
  const LodgerGlibSignalOptions *options;
} Signal;

static Link *
link_new (const Signal *signal, LodgerPending *pending)
{
  Link *link = g_try_new0 (Link, 1);
  if (link == NULL)
    return NULL;
  link->pending = lodger_pending_ref (pending);
  g_weak_ref_init (&link->object, signal->object);
  link->context = g_main_context_ref_thread_default ();
  link->signal = g_signal_name (signal->id);
  atomic_init (&link->refs, 3);
  atomic_init (&link->handler, 0);
  atomic_init (&link->is_claimed, false);
  atomic_init (&link->is_over, false);
  return link;
}

static void
copy_answer (Link *link, const GValue *answer, GType type)
{
  g_value_init (&link->answer, type & ~G_SIGNAL_TYPE_STATIC_SCOPE);
  g_value_copy (answer, &link->answer);
}

static int
listen (const Signal *signal, LodgerPending *pending, GType return_type)
{
  Link *link = link_new (signal, pending);
  GClosure *closure;
  int code;
  if (link == NULL)
    return LODGER_ENOMEM;
  if (signal->options != NULL && signal->options->answer != NULL)
    copy_answer (link, signal->options->answer, return_type);
  code = lodger_pending_add_done_callback (pending, on_done, link, link_unref);
  if (code != 0)
    {
      lodger_pending_unref (pending);
      link_unref (link);
      link_unref (link);
      return code;
    }
  closure = g_closure_new_simple (sizeof (GClosure), link);
  g_closure_set_marshal (closure, on_emission);
  g_closure_add_finalize_notifier (closure, link, closure_gone);
  lodger__glib_tsan_release (link);
  atomic_store (&link->handler, g_signal_connect_closure_by_id (signal->object, signal->id, signal->detail, closure,
                                                                signal->options != NULL && signal->options->after));
  if (atomic_load (&link->is_over))
    disconnect (link);
  link_unref (link);
  return 0;
}

/* Why the signal cannot be listened to. NULL: it can. */
static const char *
find (Signal *signal, const char *detailed_signal, const LodgerGlibSignalOptions *options, GSignalQuery *ret_query)
{
  const GValue *answer = options != NULL ? options->answer : NULL;
  if (signal->object == NULL || detailed_signal == NULL)
    return "NULL given";
  if (!G_IS_OBJECT (signal->object))
    return "that is no GObject";
  if (!g_signal_parse_name (detailed_signal, G_OBJECT_TYPE (signal->object), &signal->id, &signal->detail, TRUE))
    return "the object has no such signal, or that takes no detail";
  g_signal_query (signal->id, ret_query);
  if (answer == NULL)
    return NULL;
  if (!g_type_check_value (answer)
      || !g_value_type_compatible (answer->g_type, ret_query->return_type & ~G_SIGNAL_TYPE_STATIC_SCOPE))
    return "the signal returns another type than the answer given";
  return NULL;
}

static LodgerPending *
signal_new (void *object, const char *detailed_signal, const LodgerGlibSignalOptions *given, const char *function)
{
  Signal signal = { .object = object };
  LodgerGlibSignalOptions own;
  GSignalQuery query = { 0 };
  LodgerPending *pending;
  const char *reason;
  int code = 0;
  signal.options = lodger_host_read_options (given, &own, sizeof own, &reason);
  if (reason == NULL)
    reason = find (&signal, detailed_signal, signal.options, &query);
  pending = lodger_pending_new (LODGER_PENDING_DEFAULT);
  if (lodger_pending_is_done (pending))
    return pending;
  if (reason != NULL)
    code = lodger_host_misuse (function, LODGER_EINVAL, reason);
  else
    code = listen (&signal, pending, query.return_type);
  if (code != 0)
    lodger_pending_return_new_error (pending, NULL, code, "%s",
                                     reason != NULL ? reason : lodger_error_code_string (code));
  return pending;
}

LodgerPending *
lodger_glib_signal_next (void *object, const char *detailed_signal, const LodgerGlibSignalOptions *options)
{
  return signal_new (object, detailed_signal, options, __func__);
}

/* ---- awaiting ---------------------------------------------------------------------------------------------------- */

/* Consumes the pending, unless it has succeeded. */
static int
await (LodgerPending *pending, int64_t timeout)
{
  int code = lodger_pending_wait (pending, timeout, LODGER_WAIT_DEFAULT);
  if (code == 0)
    return 0;
  if (!lodger_pending_is_done (pending))
    lodger_pending_cancel (pending, "nobody waits for it any more");
  code = lodger__glib_own_code (pending, code);
  lodger_pending_unref (pending);
  return code;
}

int
lodger_glib_await_signal (void *object, const char *detailed_signal, int64_t timeout, GValue *ret_first)
{
  LodgerPending *pending;
  const GValue *first;
  int code;
  if (ret_first != NULL && G_IS_VALUE (ret_first))
    return lodger_host_misuse (__func__, LODGER_EINVAL, "the value is in use: it must be all zero");
  pending = signal_new (object, detailed_signal, NULL, __func__);
  code = await (pending, timeout);
  if (code != 0)
    return code;
  first = ret_first != NULL ? lodger_glib_signal_get_argument (pending, 0) : NULL;
  if (first != NULL)
    {
      g_value_init (ret_first, first->g_type);
      g_value_copy (first, ret_first);
    }
  lodger_pending_unref (pending);
  return 0;
}

static bool
has_number (GObject *dialog)
{
  GSignalQuery query = { 0 };
  guint id = g_signal_lookup ("response", G_OBJECT_TYPE (dialog));
  if (id != 0)
    g_signal_query (id, &query);
  return id == 0 || (query.n_params > 0 && lodger__glib_is_number (query.param_types[0] & ~G_SIGNAL_TYPE_STATIC_SCOPE));
}

int
lodger_glib_await_response (void *dialog, int *ret_response)
{
  LodgerPending *pending;
  int64_t response = 0;
  int code;
  if (dialog != NULL && G_IS_OBJECT (dialog) && !has_number (dialog))
    return lodger_host_misuse (__func__, LODGER_EINVAL, "its signal 'response' has no number");
  pending = signal_new (dialog, "response", NULL, __func__);
  code = await (pending, LODGER_FOREVER);
  if (code != 0)
    return code;
  code = lodger_glib_signal_get_int (pending, 0, &response);
  if (code == 0 && ret_response != NULL)
    *ret_response = (int) response;
  lodger_pending_unref (pending);
  return code;
}
