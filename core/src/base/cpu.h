/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Single instructions that C has no word for. */
#ifndef LODGER_CPU_H
#define LODGER_CPU_H

#include <stdint.h>

/* This thread is going to write there soon. The processor that has the line gives it up meanwhile. GCC's builtin asks for
 * reading only, unless the whole file is compiled for newer processors; older ones take the instruction for a no-op. */
static inline void
lodger__cpu_prefetch_for_write (const void *address)
{
  /* clang-format off */
#if defined(__x86_64__)
  __asm__ volatile ("prefetchw %0" : : "m" (*(const char *) address));
#else
  __builtin_prefetch (address, 1);
#endif
  /* clang-format on */
}

/* A counter of the processor that takes half as long to read as the clock, and how far it comes in a hundredth of a
 * millisecond or more; 0: there is none, or it does not always run at the same pace. Its steps are no measure of time, but
 * few of them say that little time has passed. In another processor it may be behind: then the difference is huge. */
#if defined(__x86_64__)
uint64_t lodger__cpu_short_ticks (void);

static inline uint64_t
lodger__cpu_ticks (void)
{
  return __builtin_ia32_rdtsc ();
}
#else
static inline uint64_t
lodger__cpu_short_ticks (void)
{
  return 0;
}

static inline uint64_t
lodger__cpu_ticks (void)
{
  return 0;
}
#endif

#endif
