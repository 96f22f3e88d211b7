/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The callers that a soak submits to: the main thread's, and a changing set of workers and children beside it. */
#ifndef LODGER_SOAK_CALLER_SET_H
#define LODGER_SOAK_CALLER_SET_H

#include "test-limits.h"

#include <lodger/lodger.h>

/* Begins the set with the main thread's caller. `with_short_deadlines`: the other callers get short stop deadlines. */
void caller_set_begin (LodgerCaller *main_caller, bool with_short_deadlines);
/* Returns a new reference to some caller of the set. Any thread. Without `may_block`, its inbox has no limit. */
LodgerCaller *caller_set_pick (TestRandom *random, bool may_block);
/* Stops a caller of the set and puts a new one in its slot. Any thread of the test that may block. */
void caller_set_change (TestRandom *random);
/* Stops a caller of the set, which keeps its slot. Any thread. */
void caller_set_stop_one (TestRandom *random);
/* Stops all callers but the main thread's. */
void caller_set_stop (void);
/* Whether all callers that were ever in the set have stopped, but the main thread's. */
bool caller_set_has_stopped (void);

/* How many callers were created. */
long caller_set_count (void);

#endif
