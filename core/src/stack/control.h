/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The floating-point control of this thread: rounding, precision, which exceptions trap. The flags of exceptions that
 * have come are no part of it. */
#ifndef LODGER_STACK_CONTROL_H
#define LODGER_STACK_CONTROL_H

#include <stdint.h>

/* clang-format off */
#if defined(__x86_64__) || (defined(__i386__) && defined(__SSE__))

typedef struct LodgerControl
{
  uint32_t vectors; /* mxcsr */
  uint16_t x87;
} LodgerControl;

#define LODGER_CONTROL_FLAGS UINT32_C (0x3f)

/* Member by member: a copy of the whole would be read before both writes have come to the cache, and wait for them. */
static inline void
lodger__control_get (LodgerControl *control)
{
  __asm__ volatile ("stmxcsr %0" : "=m" (control->vectors));
  __asm__ volatile ("fnstcw %0" : "=m" (control->x87));
}

/* The flags stay as they are. */
static inline void
lodger__control_load (const LodgerControl *control)
{
  LodgerControl now;
  lodger__control_get (&now);
  now.vectors = (control->vectors & ~LODGER_CONTROL_FLAGS) | (now.vectors & LODGER_CONTROL_FLAGS);
  __asm__ volatile ("ldmxcsr %0" : : "m" (now.vectors));
  __asm__ volatile ("fldcw %0" : : "m" (control->x87));
}

static inline int
lodger__control_differs (const LodgerControl *one, const LodgerControl *other)
{
  return ((one->vectors ^ other->vectors) & ~LODGER_CONTROL_FLAGS) != 0 || one->x87 != other->x87;
}

#elif defined(__aarch64__)

typedef uint64_t LodgerControl;

static inline void
lodger__control_get (LodgerControl *control)
{
  __asm__ volatile ("mrs %0, fpcr" : "=r" (*control));
}

static inline void
lodger__control_load (const LodgerControl *control)
{
  __asm__ volatile ("msr fpcr, %0" : : "r" (*control));
}

static inline int
lodger__control_differs (const LodgerControl *one, const LodgerControl *other)
{
  return *one != *other;
}

#else

#include <fenv.h>
/* A program that changes it has the library of these, and then they are there. */
#pragma weak fegetround
#pragma weak fesetround

typedef int LodgerControl;

static inline void
lodger__control_get (LodgerControl *control)
{
  *control = fegetround != NULL ? fegetround () : 0;
}

static inline void
lodger__control_load (const LodgerControl *control)
{
  if (fesetround != NULL)
    fesetround (*control);
}

static inline int
lodger__control_differs (const LodgerControl *one, const LodgerControl *other)
{
  return *one != *other;
}

#endif
/* clang-format on */

/* Changes from what another context had to what this one had. Loading is slow, and rarely is there a difference. */
static inline void
lodger__control_change (const LodgerControl *from, const LodgerControl *to)
{
  if (__builtin_expect (lodger__control_differs (from, to), 0))
    lodger__control_load (to);
}

#endif
