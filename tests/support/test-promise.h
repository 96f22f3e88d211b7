/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Those who answer, cancel and are told of a promise. */
#ifndef LODGER_TEST_PROMISE_H
#define LODGER_TEST_PROMISE_H

#include "test-witness.h"

/* A canceller that notes that it ran, and with what message ("none" for NULL). */
typedef struct Canceller
{
  Witness witness;
  char message[32];
  bool settles; /* it answers the pending */
} Canceller;

void canceller_run (LodgerPending *pending, const char *message, void *canceller);
void canceller_destroy (void *canceller);

/* As a done-callback: checks that it is done, and notes the run. */
int note_done (LodgerPending *done, void *witness);

/* As a thread's function: answers the promise (LodgerPending **) with the thread's number. */
void *answer_elsewhere (void *promise);

#endif
