/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* For tests of spawned calls: letters in the order in which things happen, and a call that waits for a pending. */
#ifndef LODGER_TEST_FIBER_H
#define LODGER_TEST_FIBER_H

#include "test-recorder.h"

#include <lodger/lodger.h>

/* It belongs to one thread at a time. */
typedef struct Trail
{
  char letters[64];
  LodgerPending *awaited; /* what trail_wait() waits for */
  int64_t timeout;        /* 0: without limit */
  LodgerWaitFlags flags;
  int code, again;   /* of the wait, and of another one after it */
  bool was_itself;   /* it was the current call after the wait, too */
  Recorder recorder; /* of its data */
} Trail;

void trail_note (Trail *trail, char letter);

/* A function of a spawned call: notes 'a', waits, notes 'c', and answers 7. */
void trail_wait (LodgerPending *self, void *trail);
/* The same, which waits once more for what is never answered. */
void trail_wait_twice (LodgerPending *self, void *trail);
/* A function of a call: notes 'b'. */
void trail_note_b (LodgerPending *self, void *trail);
/* A destroy function of a trail, which notes 'd'. */
void trail_destroy (void *trail);

#endif
