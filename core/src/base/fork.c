/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/fork.h"

#include "base/log.h"

/* A forked child has this thread only: no other thread of the parent serves a caller there. Whatever was made before the
 * fork has another generation than the child, and is refused. The child can have callers of its own, so all that callers
 * share has to be whole and unlocked there: the shared locks are held across the fork, taken in the order of their ranks.
 *
 * Entries have the alignment of the type, so that the section is an array. */

extern const LodgerForkLock __start_lodger_locks[] __attribute__ ((visibility ("hidden")));
extern const LodgerForkLock __stop_lodger_locks[] __attribute__ ((visibility ("hidden")));

atomic_uint lodger__generation;

static void
for_rank (LodgerLockRank rank, int (*act) (pthread_mutex_t *mutex))
{
  for (const LodgerForkLock *lock = __start_lodger_locks; lock < __stop_lodger_locks; lock++)
    for (unsigned i = 0; lock->rank == rank && i < lock->count; i++)
      act ((pthread_mutex_t *) (void *) ((char *) lock->mutex + i * lock->stride));
}

static void
prepare (void)
{
  for (int rank = 0; rank < LODGER_RANKS; rank++)
    for_rank ((LodgerLockRank) rank, pthread_mutex_lock);
}

static void
unlock_all (void)
{
  for (int rank = LODGER_RANKS - 1; rank >= 0; rank--)
    for_rank ((LodgerLockRank) rank, pthread_mutex_unlock);
}

static void
in_child (void)
{
  atomic_fetch_add (&lodger__generation, 1);
  for (const LodgerForkLock *lock = __start_lodger_locks; lock < __stop_lodger_locks; lock++)
    if (lock->in_child != NULL)
      lock->in_child ();
  unlock_all ();
}

static void
install (void)
{
  if (pthread_atfork (prepare, unlock_all, in_child) != 0)
    lodger__log (LODGER_LOG_WARNING, "no memory to notice a fork: a forked child must not use Lodger");
}

void
lodger__fork_notice (void)
{
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once (&once, install);
}
