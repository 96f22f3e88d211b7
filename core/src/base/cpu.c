/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/cpu.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <stdatomic.h>

/* The time-stamp counter runs at between one and six gigahertz: so this is between 20 and 130 microseconds. */
static const uint64_t SHORT = 1 << 17;

enum
{
  LEAF_POWER = 0x80000007,
  INVARIANT = 1 << 8,
  UNKNOWN = 0,
  RELIABLE,
  UNRELIABLE
};

/* To ask a processor takes long in a virtual machine. */
uint64_t
lodger__cpu_short_ticks (void)
{
  static atomic_int state;
  unsigned a, b, c, d;
  int known = atomic_load_explicit (&state, memory_order_relaxed);
  if (known == UNKNOWN)
    {
      known = __get_cpuid (LEAF_POWER, &a, &b, &c, &d) != 0 && (d & INVARIANT) ? RELIABLE : UNRELIABLE;
      atomic_store_explicit (&state, known, memory_order_relaxed);
    }
  return known == RELIABLE ? SHORT : 0;
}
#endif
