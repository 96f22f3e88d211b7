/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a caller is made of: a part for each wing that has state in it. Only the files of that wing touch the part. This
 * file and the headers of parts stand beside the order of the wings: each wing may include them to reach its own
 * part. */
#ifndef LODGER_PARTS_H
#define LODGER_PARTS_H

#include "call/part.h"
#include "caller/part.h"
#include "children/part.h"
#include "fiber/part.h"
#include "guest/part.h"
#include "life/part.h"
#include "loop/part.h"
#include "mailbox/part.h"
#include "pool/part.h"
#include "stop/part.h"

struct LodgerCaller
{
  LodgerMailbox mailbox; /* first: aligned to a cache line */
  LodgerLife life;
  LodgerTurn turn;
  LodgerOwnership ownership;
  LodgerCalls calls;
  LodgerStop stop;
  LodgerChildren children;
  LodgerGuests guests;
  LodgerFibers fibers;
  LodgerPooling pool;
  LodgerIdentity id; /* from here on hardly ever written */
  LodgerSetup setup;
};

#endif
