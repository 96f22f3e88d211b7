/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A fork holds the locks: in the child they are free, and everything they guard is whole. */
#include "fork-lock.h"

#include <lodger/error.h>
#include <lodger/host.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

static pthread_mutex_t mutexes[LODGER_GLIB_LOCKS] = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER };
static atomic_bool is_untold; /* forks are not noticed, and no log line has said so yet */

static void
lock_all (void)
{
  for (unsigned i = 0; i < LODGER_GLIB_LOCKS; i++)
    pthread_mutex_lock (&mutexes[i]);
}

static void
unlock_all (void)
{
  for (unsigned i = LODGER_GLIB_LOCKS; i > 0; i--)
    pthread_mutex_unlock (&mutexes[i - 1]);
}

static void
notice_forks (void)
{
  if (pthread_atfork (lock_all, unlock_all, unlock_all) != 0)
    atomic_store (&is_untold, true);
}

/* The handlers are registered without a lock held: a fork in another thread may hold their list while it waits for
 * one. */
void
lodger__glib_lock (LodgerGlibLock lock, const char *function)
{
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once (&once, notice_forks);
  if (atomic_load (&is_untold) && atomic_exchange (&is_untold, false))
    lodger_host_misuse (function, LODGER_ENOMEM, "no memory to notice a fork: a forked child must not use it");
  pthread_mutex_lock (&mutexes[lock]);
}

void
lodger__glib_unlock (LodgerGlibLock lock)
{
  pthread_mutex_unlock (&mutexes[lock]);
}
