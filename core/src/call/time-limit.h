/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A function that is told when a time is over.
 *
 * The time is that of the caller's host, in its thread, if somebody else runs that thread's loop: a program's main loop, or a
 * test's clock. A thread that Lodger drives may be blocked by the very call whose time is over; so for such a caller, and for
 * none, it is told by an alarm. */
#ifndef LODGER_TIME_LIMIT_H
#define LODGER_TIME_LIMIT_H

#include "parts.h"

typedef struct LodgerTimeLimit LodgerTimeLimit;

/* `over` is called at most once, and not after the limit was ended. The data is consumed: it is destroyed when neither the
 * limit nor `over` needs it any more. NULL without memory, or where there are no timers. */
LodgerTimeLimit *lodger__time_limit_new (LodgerCaller *caller, int64_t delay, LodgerDirectFunc over, void *data,
                                         LodgerDestroyFunc destroy);
/* Any thread, once, and whatever has come; NULL is ignored. */
void lodger__time_limit_end (LodgerTimeLimit *limit);

#endif
