/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The inside of test-deeds.h: what calls do, and how they are submitted, which each needs the other. */
#ifndef LODGER_TEST_DEEDS_PRIVATE_H
#define LODGER_TEST_DEEDS_PRIVATE_H

#include "test-deeds.h"

/* What a call does. The plain ones end by themselves, or are refused by Lodger, so that they may be waited for without
 * limit; whoever waits for another waits for a plain one. */
typedef enum Kind
{
  ANSWER,
  IDLE,           /* takes a while, and does not look at its cancellation */
  ASK,            /* submits another and waits for it */
  ACT,            /* does deeds */
  SPECIAL,        /* or the test's own */
  ABORT,          /* cancels itself */
  PLAIN,          /* how many they are */
  FOLLOW = PLAIN, /* ends as another does */
  DEFER,          /* answers later, from elsewhere */
  REFUSE,         /* is answered only by its cancellation */
  FOREVER,        /* waits for what never comes, or ends as that does */
  HANG,           /* does not end before others have */
  KINDS
} Kind;

/* Who does something: a thread of the test, or a call. */
typedef struct Doer
{
  TestRandom *random;
  LedgerBag *bag; /* NULL: a call */
  unsigned depth;
} Doer;

enum
{
  LONGEST_DELAY = 4000000 /* nanoseconds */
};

extern DeedsWorld *deeds_world;

static inline unsigned
below (const Doer *doer, unsigned limit)
{
  return test_random_below (doer->random, limit);
}

/* ---- test-deeds.c ---- */

/* Submits one of that kind to some caller: a new reference, or NULL when there is no caller. */
LodgerPending *deeds_submit (const Doer *doer, Kind kind);
/* Any deed. */
void deeds_act (const Doer *doer);

/* ---- test-deeds-calls.c ---- */

void deeds_init_calls (void);
void deeds_wait_for (const Doer *doer, LodgerPending *pending, bool is_plain);
/* As functions of a call, whose data is a LedgerEntry. */
void deeds_run_call (LodgerPending *self, void *data);
void deeds_run_then (LodgerPending *self, LodgerPending *done, void *data);
void deeds_run_direct (void *data);

#endif
