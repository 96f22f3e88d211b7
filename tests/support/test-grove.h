/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Several trees of callers, and what anybody may do to any of them at any time. */
#ifndef LODGER_TEST_GROVE_H
#define LODGER_TEST_GROVE_H

#include "test-tree.h"

#include <lodger-manual.h>

enum
{
  GROVE_TREES = 4
};

extern Tree grove[GROVE_TREES];
/* The host that lives in this thread, or NULL: calls may turn it. */
extern _Thread_local LodgerManualHost *grove_host;

void grove_init (void);
void grove_clear (void);
/* Any thread, also in a call: some caller of some tree, as a new reference, or NULL. */
LodgerCaller *grove_pick (TestRandom *random, bool may_block);
/* Any thread, also in a call: makes a tree grow, stops a caller, looks at one, sets how long workers rest, turns the loop. */
void grove_act (TestRandom *random);

#endif
