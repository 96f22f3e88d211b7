/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A lock in one word, for what is done in a few instructions. Zeroed: nobody has it. */
#ifndef LODGER_LOCK_H
#define LODGER_LOCK_H

#include "base/port.h"

enum
{
  LODGER_LOCK_FREE,
  LODGER_LOCK_TAKEN,
  LODGER_LOCK_AWAITED /* and somebody may sleep until it is given back */
};

typedef struct LodgerLock
{
  atomic_uint word;
} LodgerLock;

/* After somebody else was found to have it. */
void lodger__lock_wait (LodgerLock *lock);

static inline void
lodger__lock (LodgerLock *lock)
{
  unsigned found = LODGER_LOCK_FREE;
  if (!atomic_compare_exchange_strong_explicit (&lock->word, &found, LODGER_LOCK_TAKEN, memory_order_acquire,
                                                memory_order_relaxed))
    lodger__lock_wait (lock);
}

/* Whoever takes it after that may free it: the wake-up uses its address alone. */
static inline void
lodger__unlock (LodgerLock *lock)
{
  if (atomic_exchange_explicit (&lock->word, LODGER_LOCK_FREE, memory_order_release) == LODGER_LOCK_AWAITED)
    lodger__port_wake_one (&lock->word);
}

#endif
