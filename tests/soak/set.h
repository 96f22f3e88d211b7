/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The callers that a soak submits to: the main thread's, and a changing set of workers and children beside it. */
#ifndef LODGER_SOAK_SET_H
#define LODGER_SOAK_SET_H

#include "test-limits.h"

#include <lodger/lodger.h>

/* The main thread's caller is there; `hasty`: stops of the others do not wait for long. */
void set_begin (LodgerCaller *main_caller, bool hasty);
/* Any thread: one of them, as a new reference. Without `may_block` none whose inbox is bounded. */
LodgerCaller *set_pick (TestRandom *random, bool may_block);
/* Any thread of the test that may block: one of them is stopped, another takes its place. */
void set_change (TestRandom *random);
/* Any thread: one of them is stopped, and stays as it is until it is changed. */
void set_stop_one (TestRandom *random);
/* All but the main thread's are told to stop. */
void set_stop (void);
/* Whether all that were in it, but the main thread's, have stopped. */
bool set_has_stopped (void);

/* How many there were, over all. */
long set_count (void);

#endif
