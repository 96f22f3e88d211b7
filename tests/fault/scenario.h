/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs a scenario repeatedly. Each time another operation fails, until none is left to fail. */
#ifndef LODGER_TEST_SCENARIO_H
#define LODGER_TEST_SCENARIO_H

#include "fixture.h"

enum
{
  SCENARIO_FIRST = 1 << 0, /* each iteration runs in a process of its own, to test what a process creates once */
};

typedef struct Scenario
{
  const char *name;
  void (*run) (Fixture *fixture);
  unsigned traits; /* of the loops that it can run on */
  unsigned not_traits;
  unsigned flags;
} Scenario;

/* Runs the scenario on the kind of loop.
 *
 * The Nth operation fails, with N from 1 on, until twice in succession there were fewer operations. Then all operations
 * from the Nth on fail. After each iteration every accepted call has ended, and the numbers of blocks, bytes, descriptors
 * and threads are as before. */
void scenario_run (const Scenario *scenario, const LoopKind *kind);

#endif
