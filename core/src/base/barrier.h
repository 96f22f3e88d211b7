/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A barrier in all threads of the process at once. It lets the many go without one of their own, where the one who asks
 * does so seldom. */
#ifndef LODGER_BARRIER_H
#define LODGER_BARRIER_H

#include <stdatomic.h>
#include <stdbool.h>

/* Before the first other thread may depend on it: asks the system, once. */
void lodger__barrier_prepare (void);
/* What each of the other threads wrote before a certain moment can be read now, and what it reads after that moment is
 * new. False: the system has refused it after all. */
bool lodger__barrier_pass (void);

extern atomic_int lodger__barrier_state;

enum
{
  LODGER_BARRIER_UNKNOWN,
  LODGER_BARRIER_THERE,
  LODGER_BARRIER_MISSING
};

/* Once it was prepared; it does not change any more. */
static inline bool
lodger__barrier_is_there (void)
{
  return atomic_load_explicit (&lodger__barrier_state, memory_order_relaxed) == LODGER_BARRIER_THERE;
}

#endif
