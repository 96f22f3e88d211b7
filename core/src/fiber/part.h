/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The part of a caller that knows its fibers. */
#ifndef LODGER_FIBER_PART_H
#define LODGER_FIBER_PART_H

#include "base/list.h"

typedef struct LodgerFibers
{
  LodgerList all; /* spawned calls that have waited, and have not returned; under the caller's mutex */
} LodgerFibers;

#endif
