/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fork.h"

#include "caller-private.h"

/* A forked child has this thread only, and of the parent's callers no other thread that would serve them. Whatever was made
 * before the fork is marked with another generation than the child's, and refused. What is shared by all callers has to be
 * whole and unlocked in the child, which can then have callers of its own: so its locks are held across the fork. They are
 * taken in the order in which any thread may hold two of them. */

atomic_uint lodger__generation;

static void
prepare (void)
{
  lodger__outcome_lock ();
  lodger__waits_lock ();
  lodger__registry_lock ();
  lodger__pendings_lock ();
  lodger__watch_lock ();
  lodger__threads_lock ();
  lodger__nodes_lock ();
  lodger__errors_lock ();
  lodger__log_lock ();
}

static void
unlock_all (bool in_child)
{
  lodger__log_unlock ();
  lodger__errors_unlock ();
  lodger__nodes_unlock ();
  lodger__threads_unlock ();
  lodger__watch_unlock (in_child);
  lodger__pendings_unlock ();
  lodger__registry_unlock (in_child);
  lodger__waits_unlock (in_child);
  lodger__outcome_unlock ();
}

static void
in_parent (void)
{
  unlock_all (false);
}

static void
in_child (void)
{
  atomic_fetch_add (&lodger__generation, 1);
  unlock_all (true);
  lodger__thread_forget ();
}

static void
install (void)
{
  if (pthread_atfork (prepare, in_parent, in_child) != 0)
    lodger__log (LODGER_LOG_WARNING, "no memory to notice a fork: a forked child must not use Lodger");
}

void
lodger__fork_notice (void)
{
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once (&once, install);
}
