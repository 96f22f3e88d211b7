/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Thousands of calls at once. They are only counted. */
#ifndef LODGER_SOAK_FLOOD_H
#define LODGER_SOAK_FLOOD_H

#include "test-limits.h"

#include <lodger/lodger.h>

typedef struct FloodCounts
{
  long floods, accepted, refused;
  long ran, destroyed;
} FloodCounts;

/* Submits a flood of calls, unless too many are still on their way. Any thread. */
void flood (TestRandom *random, LodgerCaller *caller);
FloodCounts flood_counts (void);

#endif
