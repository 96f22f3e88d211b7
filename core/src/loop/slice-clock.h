/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* When a slice is over. A clock that is read after each call costs more than a short call, so that it is read only where
 * it may say something new. */
#ifndef LODGER_SLICE_CLOCK_H
#define LODGER_SLICE_CLOCK_H

#include <lodger/types.h>
#include <stdint.h>

typedef struct LodgerSliceClock
{
  int64_t end;           /* the slice should be over then */
  uint64_t short_ticks;  /* so far the counter may run until the clock is read; 0: it cannot be used */
  uint64_t looked, last; /* what the counter was when the clock was read, and when it was itself read */
  uintptr_t kind;        /* of what took little time just now; 0: none */
  unsigned blind;        /* so many more of that kind without a look */
} LodgerSliceClock;

void lodger__slice_clock_start (LodgerSliceClock *clock, LodgerCaller *caller, int64_t budget);
/* Something of that kind has run; 0: of none. */
bool lodger__slice_clock_is_over (LodgerSliceClock *clock, LodgerCaller *caller, uintptr_t kind);

/* The kind of what lets others run and goes on. */
enum
{
  LODGER_KIND_YIELDED = 1
};

#endif
