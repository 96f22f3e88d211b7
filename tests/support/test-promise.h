/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* For tests of promises: a canceller, a done-callback, and a thread that answers. */
#ifndef LODGER_TEST_PROMISE_H
#define LODGER_TEST_PROMISE_H

#include "test-recorder.h"

/* A canceller that records its run and its message ("none" for NULL). */
typedef struct Canceller
{
  Recorder recorder;
  char message[32];
  bool settles; /* the canceller answers the pending */
} Canceller;

void canceller_run (LodgerPending *pending, const char *message, void *canceller);
void canceller_destroy (void *canceller);

/* A done-callback, which checks that the pending is done and records the run. */
int note_done (LodgerPending *done, void *recorder);

/* A function of a thread. It answers the promise (LodgerPending **) with the number of the thread. */
void *answer_elsewhere (void *promise);

#endif
