/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The functions that the gio files share.
 *
 * Order, lowest first; a file calls only files before it: drop-pending.h, fork-lock.c, gerror.c,
 * gio-cancellable.c, gio-link.c, gio-ties.c, gio-offer.c, gio-async.c. */
#ifndef LODGER_GLIB_GIO_PRIVATE_H
#define LODGER_GLIB_GIO_PRIVATE_H

#include "lodger-glib.h"

/* GLib hands an object from one thread to another under locks of its own. ThreadSanitizer does not see these locks, so
 * each such hand-over is announced to it. */
#if defined __SANITIZE_THREAD__
#define LODGER_GLIB_IS_WATCHED 1
#elif defined __has_feature
#if __has_feature(thread_sanitizer)
#define LODGER_GLIB_IS_WATCHED 1
#endif
#endif
#ifdef LODGER_GLIB_IS_WATCHED
#include <sanitizer/tsan_interface.h>
#define lodger__glib_tsan_release(thing) __tsan_release (thing)
#define lodger__glib_tsan_acquire(thing) __tsan_acquire (thing)
#else
#define lodger__glib_tsan_release(thing) ((void) (thing))
#define lodger__glib_tsan_acquire(thing) ((void) (thing))
#endif

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

#endif
