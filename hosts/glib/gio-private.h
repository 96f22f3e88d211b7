/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The functions that the gio files share.
 *
 * Order, lowest first; a file calls only files before it: hand-over.h, drop-pending.h, once-source.c, fork-lock.c,
 * gerror.c, gio-cancellable.c, gio-link.c, gio-ties.c, gio-offer.c, gio-async.c, signal-arguments.c, signal.c,
 * await-guard.c, gio-await.c. */
#ifndef LODGER_GLIB_GIO_PRIVATE_H
#define LODGER_GLIB_GIO_PRIVATE_H

#include "hand-over.h"
#include "lodger-glib.h"

/* gio-link.c: lodger_glib_pending_cancel_with(), whose log lines name `function`. The link's reference to the pending
 * may turn out to be the last one, in the thread that cancels: it is then dropped in `context`. Without a context it is
 * dropped in that thread. */
int lodger__glib_cancel_with (LodgerPending *pending, GCancellable *cancellable, GMainContext *context,
                              const char *function);

/* gio-cancellable.c: lodger_glib_pending_get_cancellable(), whose log lines name `function`. */
GCancellable *lodger__glib_cancellable_of (LodgerPending *pending, const char *function);

/* gio-ties.c: makes this thread's caller the completer of an operation's pending. A caller of another context than
 * `context` is left alone. If the pending is not done when the caller's stop is over, the stop calls `abandon`. 0 or
 * LODGER_ENOMEM. */
int lodger__glib_tie (LodgerPending *pending, GMainContext *context, LodgerDoneFunc abandon);

/* gio-async.c: ends the pending without the operation, unless that has come back. */
void lodger__glib_async_abandon (LodgerPending *pending, int code, const char *reason);
/* Whether the operation has called back, or was given back: it uses nothing of the program any more. */
bool lodger__glib_async_has_returned (LodgerPending *pending);

#endif
