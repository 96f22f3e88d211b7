/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which waits could never end. All of this is under the mutex of the graph. */
#ifndef LODGER_WAIT_JUDGE_H
#define LODGER_WAIT_JUDGE_H

#include "wait/graph.h"

/* From here on it counts: it is found by its thread, and by its crew. */
void lodger__judge_know (LodgerWait *wait);
void lodger__judge_forget (LodgerWait *wait);
/* In a forked child. */
void lodger__judge_forget_all (void);
/* Nobody could ever end it. It is known. */
bool lodger__judge_refuses (LodgerWait *wait);
/* One that waits for the pending, which hangs on it; NULL: there is none that nobody could end. */
LodgerWait *lodger__judge_find_circle (LodgerPending *pending);
/* References that it was the last to hold, to be freed without the mutex. */
LodgerItem *lodger__judge_take_dropped (void);

#endif
