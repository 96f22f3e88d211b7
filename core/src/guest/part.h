/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The part of a caller that has its guests. */
#ifndef LODGER_GUEST_PART_H
#define LODGER_GUEST_PART_H

#include "base/list.h"

typedef struct LodgerGuests
{
  LodgerList list; /* those that have not ended; changed by the owner, or whoever ends it, under the caller's mutex */
  unsigned looks;  /* owner: they are being prepared; none is closed meanwhile */
} LodgerGuests;

#endif
