/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the rooms for GIO share. */
#ifndef LODGER_GLIB_GIO_PRIVATE_H
#define LODGER_GLIB_GIO_PRIVATE_H

#include "lodger-glib.h"

/* GLib hands a thing from one thread to another under locks of its own, which ThreadSanitizer does not see: it is told. */
#if defined __SANITIZE_THREAD__
#define LODGER_GLIB_IS_WATCHED 1
#elif defined __has_feature
#if __has_feature(thread_sanitizer)
#define LODGER_GLIB_IS_WATCHED 1
#endif
#endif
#ifdef LODGER_GLIB_IS_WATCHED
#include <sanitizer/tsan_interface.h>
#define lodger__glib_hand_over(thing) __tsan_release (thing)
#define lodger__glib_take_over(thing) __tsan_acquire (thing)
#else
#define lodger__glib_hand_over(thing) ((void) (thing))
#define lodger__glib_take_over(thing) ((void) (thing))
#endif

/* gio-link.c: lodger_glib_pending_cancel_with() in the name of `function`. Where the link's reference to the pending turns
 * out to be the last, in the thread that cancels, it is dropped in `context`; NULL: there. */
int lodger__glib_cancel_with (LodgerPending *pending, GCancellable *cancellable, GMainContext *context,
                              const char *function);

/* gio-cancellable.c: lodger_glib_pending_get_cancellable() in the name of `function`. */
GCancellable *lodger__glib_cancellable_of (LodgerPending *pending, const char *function);

/* gio-ties.c: this thread's caller, if it lives in `context`, completes the pending of an operation; its stop calls `left`
 * when it is over and the pending is not done. 0 or LODGER_ENOMEM. */
int lodger__glib_tie (LodgerPending *pending, GMainContext *context, LodgerDoneFunc left);

#endif
