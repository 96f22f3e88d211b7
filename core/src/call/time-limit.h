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

/* `over` is called at most once, unless the limit is ended before: has_come, or it never will, since the caller has
 * stopped. NULL without memory, or where there are no timers; then it is never called. */
LodgerTimeLimit *lodger__time_limit_new (LodgerCaller *caller, int64_t delay, void (*over) (void *data, bool has_come),
                                         void *data);
/* Any thread, once, and whatever has come; NULL is ignored. True: `over` will not be called. */
bool lodger__time_limit_end (LodgerTimeLimit *limit);

#endif
