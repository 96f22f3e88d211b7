/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Random actions on callers: submit in every way, wait, cancel, continue, defer, follow.
 *
 * Each submission is entered in the ledger. An action is done by a thread of the test or by a submitted call. */
#ifndef LODGER_TEST_RANDOM_ACTIONS_H
#define LODGER_TEST_RANDOM_ACTIONS_H

#include "test-latch.h"
#include "test-ledger.h"
#include "test-limits.h"

typedef struct RandomActions
{
  /* Returns a new reference to some caller, or NULL. Any thread. Without `may_block`, its inbox has no limit. */
  LodgerCaller *(*pick) (TestRandom *random, bool may_block);
  /* An action of the test's own, which does not block. Any thread, also in a call. */
  void (*special) (TestRandom *random);
  /* Calls may hang until random_actions_let_go() has been called, and threads of the test wait for nobody without limit. */
  bool hangs;
  bool is_orderly;        /* nothing is ever abandoned */
  LodgerPending *promise; /* is never answered */
  /* Counts of what happened. */
  atomic_ulong waits, deadlocks, timeouts, hung;
} RandomActions;

void random_actions_begin (RandomActions *actions);
/* To be called when every caller has stopped. */
void random_actions_end (RandomActions *actions);
/* Lets some of the calls that hang end, or all. */
void random_actions_let_go (bool all);
/* Does one action, in a thread of the test. */
void random_action (TestRandom *random, LedgerRing *ring);

#endif
