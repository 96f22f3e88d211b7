/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A worker that has nothing to do looks for more for a moment. */
#ifndef LODGER_SPIN_H
#define LODGER_SPIN_H

#include "parts.h"

enum
{
  LODGER_SPIN_CREDIT = 16 /* of a caller at its start */
};

/* Owner, in a slice, without an item: whether it may, and then does. */
bool lodger__spin_may (LodgerCaller *caller);
void lodger__spin (LodgerCaller *caller);

/* Owner, in a slice that has run many items: gives those who give it items a moment. */
void lodger__linger (LodgerCaller *caller);

#endif
