/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs a scenario again and again: each time another operation fails, until none is left to fail. */
#ifndef LODGER_TEST_ROUND_H
#define LODGER_TEST_ROUND_H

#include "stage.h"

enum
{
  SCENARIO_FIRST = 1 << 0, /* each round in a process of its own: what is made once in a process is made there */
};

typedef struct Scenario
{
  const char *name;
  void (*run) (Stage *stage);
  unsigned traits; /* of the places where it can be run */
  unsigned not_traits;
  unsigned flags;
} Scenario;

/* In that place. The Nth operation fails, for N from 1 until a round has fewer operations, twice in succession; then the
 * same again with all after it failing as well. After each round everything that was accepted has ended, and there are as
 * many blocks, bytes, descriptors and threads as before. */
void round_all (const Scenario *scenario, const PlaceKind *kind);

#endif
