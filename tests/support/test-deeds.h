/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What threads, and calls, do with callers: submit in every way, wait, cancel, continue, defer, follow; at random, and
 * written down in the ledger. A deed may be done by a thread of the test or from inside a call, which does others in
 * turn. */
#ifndef LODGER_TEST_DEEDS_H
#define LODGER_TEST_DEEDS_H

#include "test-latch.h"
#include "test-ledger.h"
#include "test-limits.h"

typedef struct DeedsWorld
{
  /* Any thread: a caller, as a new reference, or NULL. If that is said none that could block the submitter for long. */
  LodgerCaller *(*pick) (TestRandom *random, bool may_block);
  /* Any thread, also inside a call: something of the test's own. It does not block. */
  void (*special) (TestRandom *random);
  /* Calls may hang until deeds_let_go() has been called, and threads of the test wait for nobody without limit. */
  bool hangs;
  bool is_orderly;        /* nothing is ever left behind */
  LodgerPending *promise; /* is never answered */
  /* how often */
  atomic_ulong waits, deadlocks, timeouts, hung;
} DeedsWorld;

void deeds_begin (DeedsWorld *world);
/* Everything has stopped. */
void deeds_end (DeedsWorld *world);
/* Lets go of some calls that hang, or of all. */
void deeds_let_go (bool all);
/* One deed, by a thread of the test. */
void deed (TestRandom *random, LedgerBag *bag);

#endif
