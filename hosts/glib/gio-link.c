/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A GCancellable that cancels a pending.
 *
 * g_cancellable_connect() and g_cancellable_disconnect() cannot be used here. The latter waits until a handler that
 * runs in another thread has returned. The pending may be done in such a handler, or in a thread that this one waits
 * for: the wait would never end. The signal's own functions never wait. One word of state closes the gaps that they
 * leave:
 *
 * - Cancel against connect. g_cancellable_cancel() sets its flag and then emits. The connecting thread connects and
 *   then reads the flag. The emission and the connection take the same lock in GLib, so the second of them sees the
 *   first: a cancel is never missed. Both may see it: FIRED lets only one of them pass.
 * - Done while the handler runs, or while an emission that has begun is about to run it. The closure keeps the link's
 *   memory, and OVER tells the handler not to touch the pending.
 * - The link's reference to the pending. The thread that sets OVER first drops it. If the handler is BUSY with the
 *   pending then, the handler drops it at its end. BUSY is set only without OVER, and every change is a
 *   read-modify-write of the one word: exactly one of the two drops it.
 * - Done before the connecting thread knows the handler's id. The connecting thread stores the id and then reads OVER.
 *   The other thread sets OVER and then fetches the id. Both are sequentially consistent, so at least one of them
 *   disconnects. The id is fetched by an exchange, so at most one does.
 *
 * All links of a cancellable share one weak reference to it: GLib would walk a list of them for each.
 *
 * The link holds the cancellable weakly: otherwise a promise that is never answered and a cancellable that is never
 * cancelled would keep each other alive. The cancellable's end destroys its closure, and that drops the pending.
 *
 * The handler has a reference of its own to the link's memory. GLib drops the closure's reference under locks of its
 * own; the order of the last use and the free should be visible without them. */
#include "drop-pending.h"
#include "fork-lock.h"
#include "gio-private.h"
#include "once-source.h"

#include <lodger/host.h>
#include <stdatomic.h>

enum
{
  FIRED = 1 << 0,
  BUSY = 1 << 1,
  OVER = 1 << 2,
};

/* The weak reference. The cancellable holds this, and so does each link. */
typedef struct Hub
{
  GWeakRef cancellable;
  atomic_uint refs;
} Hub;

typedef struct Link
{
  LodgerPending *pending; /* a reference, until OVER or until the handler's end */
  GMainContext *context;  /* NULL, or a reference as long as there is one to the pending */
  Hub *hub;
  atomic_uint refs; /* the closure's, the done-callback's, and for a while the connecting function's */
  atomic_ulong handler;
  atomic_uint state;
} Link;

static void
hub_unref (void *data)
{
  Hub *hub = data;
  if (atomic_fetch_sub_explicit (&hub->refs, 1, memory_order_acq_rel) != 1)
    return;
  g_weak_ref_clear (&hub->cancellable);
  g_free (hub);
}

/* A reference. */
static Hub *
hub_of (GCancellable *cancellable, const char *function)
{
  GQuark quark = g_quark_from_static_string ("lodger-glib-link");
  Hub *hub;
  lodger__glib_lock (LODGER_GLIB_LOCK_CANCELLABLES, function);
  hub = g_object_get_qdata (G_OBJECT (cancellable), quark);
  if (hub == NULL)
    {
      hub = g_new0 (Hub, 1);
      atomic_init (&hub->refs, 1);
      g_weak_ref_init (&hub->cancellable, cancellable);
      g_object_set_qdata_full (G_OBJECT (cancellable), quark, hub, hub_unref);
    }
  atomic_fetch_add_explicit (&hub->refs, 1, memory_order_relaxed);
  lodger__glib_unlock (LODGER_GLIB_LOCK_CANCELLABLES);
  return hub;
}

static void
link_unref (void *data)
{
  Link *link = data;
  if (atomic_fetch_sub_explicit (&link->refs, 1, memory_order_acq_rel) != 1)
    return;
  hub_unref (link->hub);
  g_free (link);
}

static void
do_nothing (void *data)
{
  (void) data;
}

static void
drop_context (Link *link)
{
  if (link->context != NULL)
    lodger__glib_context_unref (link->context);
}

/* Drops the pending at a handler's end. The operation has come back meanwhile, and the outcome must be destroyed in the
 * operation's context. */
static void
drop_in_context (Link *link)
{
  if (link->context == NULL || g_main_context_is_owner (link->context))
    lodger_pending_unref (link->pending);
  else
    lodger__glib_once_send (lodger__glib_once_new ("lodger drops a pending", G_PRIORITY_DEFAULT_IDLE, do_nothing,
                                                   link->pending, lodger__glib_drop_pending),
                            link->context);
  drop_context (link);
}

static void
fire (Link *link)
{
  unsigned state = atomic_load (&link->state);
  do
    if (state & (FIRED | OVER))
      return;
  while (!atomic_compare_exchange_weak (&link->state, &state, state | FIRED | BUSY));
  lodger_pending_cancel (link->pending, "its GCancellable was cancelled");
  if (atomic_fetch_and (&link->state, ~(unsigned) BUSY) & OVER)
    drop_in_context (link);
}

static void
on_cancelled (GCancellable *cancellable, void *data)
{
  Link *link = data;
  (void) cancellable;
  lodger__glib_tsan_acquire (link);
  atomic_fetch_add_explicit (&link->refs, 1, memory_order_relaxed);
  fire (link);
  link_unref (link);
}

/* The pending is done, or the cancellable is finalized, or both at once. */
static void
end (Link *link)
{
  unsigned before = atomic_fetch_or (&link->state, OVER);
  if (before & (OVER | BUSY))
    return;
  lodger_pending_unref (link->pending);
  drop_context (link);
}

static void
disconnect (Link *link)
{
  gulong handler = atomic_exchange (&link->handler, 0);
  GObject *cancellable = handler != 0 ? g_weak_ref_get (&link->hub->cancellable) : NULL;
  if (cancellable == NULL)
    return;
  if (g_signal_handler_is_connected (cancellable, handler))
    g_signal_handler_disconnect (cancellable, handler);
  g_object_unref (cancellable);
}

static int
on_done (LodgerPending *done, void *data)
{
  Link *link = data;
  (void) done;
  end (link);
  disconnect (link);
  return 0;
}

static void
closure_gone (void *data, GClosure *closure)
{
  (void) closure;
  end (data);
  link_unref (data);
}

static Link *
link_new (LodgerPending *pending, GCancellable *cancellable, GMainContext *context, const char *function)
{
  Link *link = g_try_new0 (Link, 1);
  if (link == NULL)
    return NULL;
  link->pending = lodger_pending_ref (pending);
  link->context = context != NULL ? g_main_context_ref (context) : NULL;
  link->hub = hub_of (cancellable, function);
  atomic_init (&link->handler, 0);
  atomic_init (&link->state, 0);
  atomic_init (&link->refs, 3);
  return link;
}

int
lodger__glib_cancel_with (LodgerPending *pending, GCancellable *cancellable, GMainContext *context,
                          const char *function)
{
  Link *link;
  gulong handler;
  int code;
  if (pending == NULL || !G_IS_CANCELLABLE (cancellable))
    return lodger_host_misuse (function, LODGER_EINVAL,
                               pending == NULL || cancellable == NULL ? "NULL given" : "that is no GCancellable");
  if (lodger_pending_is_done (pending))
    return 0;
  link = link_new (pending, cancellable, context, function);
  if (link == NULL)
    return lodger_host_misuse (function, LODGER_ENOMEM, NULL);
  code = lodger_pending_add_done_callback (pending, on_done, link, link_unref);
  if (code != 0)
    {
      end (link);
      link_unref (link);
      link_unref (link);
      return code;
    }
  lodger__glib_tsan_release (link);
  handler = g_signal_connect_data (cancellable, "cancelled", G_CALLBACK (on_cancelled), link, closure_gone, 0);
  atomic_store (&link->handler, handler);
  if (atomic_load (&link->state) & OVER)
    disconnect (link);
  else if (g_cancellable_is_cancelled (cancellable))
    fire (link);
  link_unref (link);
  return 0;
}

int
lodger_glib_pending_cancel_with (LodgerPending *pending, GCancellable *cancellable)
{
  return lodger__glib_cancel_with (pending, cancellable, NULL, __func__);
}
