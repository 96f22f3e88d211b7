/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls at a time of their caller's host. */
#ifndef LODGER_AT_H
#define LODGER_AT_H

#include "call/submit.h"

/* The call, a delayed one that was not shared yet, is among the timers then. Otherwise it is gone, and the answer says
 * why. */
int lodger__timers_put (LodgerCaller *caller, LodgerPending *pending, int64_t deadline);
/* For `withdraw` of such a call. */
void lodger__timers_withdraw (LodgerPending *pending);
/* Lodger's own call: as lodger_caller_call_later_full(), but at that time, and also if the inbox is full. */
LodgerPending *lodger__submit_at (const char *function, LodgerCaller *caller, int64_t deadline, const LodgerWork *work,
                                  const LodgerCallOptions *options);

#endif
