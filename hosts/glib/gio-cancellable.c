/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The GCancellable that a pending has: cancelled by the pending's canceller, alive as long as the pending. */
#include "gio-private.h"

#include <lodger/host.h>
#include <pthread.h>

static const char key[] = "lodger-glib-cancellable";

/* Two threads may ask first at once, and both have to get the same. No code of a user runs under this lock: nobody can be
 * connected yet to what is cancelled in it. A fork holds it, so that in the child it is free. */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void
lock (void)
{
  pthread_mutex_lock (&mutex);
}

static void
unlock (void)
{
  pthread_mutex_unlock (&mutex);
}

static void
notice_forks (void)
{
  if (pthread_atfork (lock, unlock, unlock) != 0)
    lodger_host_misuse ("lodger_glib_pending_get_cancellable", LODGER_ENOMEM,
                        "no memory to notice a fork: a forked child must not use it");
}

static void
cancel (LodgerPending *pending, const char *message, void *cancellable)
{
  (void) pending;
  (void) message;
  g_cancellable_cancel (cancellable);
}

static int
make (LodgerPending *pending, GCancellable **ret_cancellable)
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
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  int code;
  if (cancellable != NULL)
    return cancellable;
  pthread_once (&once, notice_forks);
  lock ();
  cancellable = lodger_pending_get_metadata (pending, key);
  code = cancellable == NULL ? make (pending, &cancellable) : 0;
  unlock ();
  if (code != 0 && code != LODGER_ECHILD) /* that was said */
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
