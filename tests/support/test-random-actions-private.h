/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The inside of test-random-actions.h. What calls do and how they are submitted need each other. */
#ifndef LODGER_TEST_RANDOM_ACTIONS_PRIVATE_H
#define LODGER_TEST_RANDOM_ACTIONS_PRIVATE_H

#include "test-random-actions.h"

/* What a call does.
 *
 * The kinds before PLAIN end by themselves, or Lodger refuses them. Only these are waited for without a limit. */
typedef enum Kind
{
  ANSWER,
  IDLE,           /* takes a while, and does not look at its cancellation */
  ASK,            /* submits another call and waits for it */
  ACT,            /* does an action, as a thread of the test does */
  SPECIAL,        /* does the action of the test's own */
  ABORT,          /* cancels itself */
  PLAIN,          /* the number of the kinds above */
  FOLLOW = PLAIN, /* takes the outcome of another call */
  DEFER,          /* is answered later, by another call */
  REFUSE,         /* is answered only by its cancellation */
  FOREVER,        /* waits for the promise that is never answered, or takes its outcome */
  HANG,           /* blocks until random_actions_let_go() */
  KINDS
} Kind;

/* A thread of the test, or a call, that acts. */
typedef struct Actor
{
  TestRandom *random;
  LedgerRing *ring; /* NULL in a call */
  unsigned depth;
} Actor;

enum
{
  LONGEST_DELAY = 4000000 /* nanoseconds */
};

extern RandomActions *random_actions;

static inline unsigned
below (const Actor *actor, unsigned limit)
{
  return test_random_below (actor->random, limit);
}

/* ---- test-random-actions.c ---- */

/* Submits a call of the kind to some caller. Returns a new reference, or NULL without a caller. */
LodgerPending *random_actions_submit (const Actor *actor, Kind kind);
/* Does one action. */
void random_actions_act (const Actor *actor);

/* ---- test-random-calls.c ---- */

void random_calls_init (void);
void random_calls_wait_for (const Actor *actor, LodgerPending *pending, bool is_plain);
/* Functions of a call, whose data is a LedgerEntry. */
void random_calls_run_call (LodgerPending *self, void *data);
void random_calls_run_then (LodgerPending *self, LodgerPending *done, void *data);
void random_calls_run_direct (void *data);

#endif
