/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The floating-point control of this thread: rounding, precision, which exceptions trap. The flags of exceptions that have
 * come are no part of it. */
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

enum { LODGER_CONTROL_FLAGS = 0x3f };

static inline LodgerControl
lodger__control_get (void)
{
  LodgerControl control;
  __asm__ volatile ("stmxcsr %0" : "=m" (control.vectors));
  __asm__ volatile ("fnstcw %0" : "=m" (control.x87));
  return control;
}

/* Loading costs more than looking, and rarely is there a difference. */
static inline void
lodger__control_set (LodgerControl control)
{
  const LodgerControl now = lodger__control_get ();
  if (((control.vectors ^ now.vectors) & ~(uint32_t) LODGER_CONTROL_FLAGS) != 0)
    {
      const uint32_t vectors = (control.vectors & ~(uint32_t) LODGER_CONTROL_FLAGS) | (now.vectors & LODGER_CONTROL_FLAGS);
      __asm__ volatile ("ldmxcsr %0" : : "m" (vectors));
    }
  if (control.x87 != now.x87)
    __asm__ volatile ("fldcw %0" : : "m" (control.x87));
}

#elif defined(__aarch64__)

typedef uint64_t LodgerControl;

static inline LodgerControl
lodger__control_get (void)
{
  LodgerControl control;
  __asm__ volatile ("mrs %0, fpcr" : "=r" (control));
  return control;
}

static inline void
lodger__control_set (LodgerControl control)
{
  if (control != lodger__control_get ())
    __asm__ volatile ("msr fpcr, %0" : : "r" (control));
}

#else

#include <fenv.h>
/* A program that changes it has the library of these, and then they are there. */
#pragma weak fegetround
#pragma weak fesetround

typedef int LodgerControl;

static inline LodgerControl
lodger__control_get (void)
{
  return fegetround != NULL ? fegetround () : 0;
}

static inline void
lodger__control_set (LodgerControl control)
{
  if (fesetround != NULL && control != fegetround ())
    fesetround (control);
}

#endif
/* clang-format on */

#endif
