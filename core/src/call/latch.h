/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A gate of one call: it keeps the call until it is opened. */
#ifndef LODGER_LATCH_H
#define LODGER_LATCH_H

#include "call/gate.h"

typedef struct LodgerLatch LodgerLatch;

/* NULL without memory. */
LodgerLatch *lodger__latch_new (void);
void lodger__latch_unref (LodgerLatch *latch);
/* Any thread, no lock: the call goes on its way, now or when it comes. */
void lodger__latch_open (LodgerLatch *latch);

/* For the options of the call. */
static inline LodgerLimiter *
lodger__latch_as_limiter (LodgerLatch *latch)
{
  return (LodgerLimiter *) latch;
}

#endif
