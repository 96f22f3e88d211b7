/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What ThreadSanitizer is told about objects of GLib.
 *
 * GLib hands an object from one thread to another under locks of its own. ThreadSanitizer does not see these locks, so
 * each such hand-over is announced to it. */
#ifndef LODGER_GLIB_HAND_OVER_H
#define LODGER_GLIB_HAND_OVER_H

#include <glib.h>

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

/* Whoever drops the last reference to a context frees what the others have done with it. */
static inline void
lodger__glib_context_unref (GMainContext *context)
{
  lodger__glib_tsan_release (context);
  lodger__glib_tsan_acquire (context);
  g_main_context_unref (context);
}

#endif
