/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/lock.h"

enum
{
  LOOKS = 50 /* about 1 us to 2 us, in which a holder that runs is through */
};

/* Whoever has slept takes it as AWAITED: others may sleep still, and his giving it back wakes the next. So a wake-up is
 * superfluous at most. A sleeper goes to sleep only while the word says AWAITED, which the system looks at under a lock of
 * its own that the wake-up takes, too: so the holder is still to give it back, and to wake. */
void
lodger__lock_wait (LodgerLock *lock)
{
  for (unsigned looks = 0; looks < LOOKS; looks++)
    {
      unsigned found = LODGER_LOCK_FREE;
      lodger__port_relax ();
      if (atomic_load_explicit (&lock->word, memory_order_relaxed) == LODGER_LOCK_FREE
          && atomic_compare_exchange_strong_explicit (&lock->word, &found, LODGER_LOCK_TAKEN, memory_order_acquire,
                                                      memory_order_relaxed))
        return;
    }
  while (atomic_exchange_explicit (&lock->word, LODGER_LOCK_AWAITED, memory_order_acquire) != LODGER_LOCK_FREE)
    lodger__port_sleep_on (&lock->word, LODGER_LOCK_AWAITED);
}
