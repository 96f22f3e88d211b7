/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Several trees of callers, and random actions on all of them. */
#ifndef LODGER_TEST_FOREST_H
#define LODGER_TEST_FOREST_H

#include "test-tree.h"

#include <lodger-manual.h>

enum
{
  FOREST_TREES = 4
};

extern Tree forest[FOREST_TREES];
/* Optional. The manual host of this thread, which calls may iterate. */
extern _Thread_local LodgerManualHost *forest_host;

void forest_init (void);
void forest_clear (void);
/* Returns a new reference to some caller of some tree, or NULL. Any thread, also in a call. */
LodgerCaller *forest_pick (TestRandom *random, bool may_block);
/* Does one action on some tree. Any thread, also in a call.
 *
 * It adds a child, stops a caller, describes one, changes its idle limits, or iterates the host. */
void forest_act (TestRandom *random);

#endif
