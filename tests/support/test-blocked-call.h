/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A call that blocks until the test opens its latch `let_go`.
 *
 * Lodger cannot wake it, as it cannot wake a call that hangs in read(). */
#ifndef LODGER_TEST_BLOCKED_CALL_H
#define LODGER_TEST_BLOCKED_CALL_H

#include "test-latch.h"
#include "test-recorder.h"

typedef struct BlockedCall
{
  Latch entered; /* the call runs */
  Latch let_go;
  Recorder recorder;
  LodgerPending *pending; /* Optional. blocked_call_clear() drops the reference. */
} BlockedCall;

void blocked_call_init (BlockedCall *blocked);
void blocked_call_clear (BlockedCall *blocked);

/* Functions of a call, whose data is the BlockedCall. */
void blocked_call_run (LodgerPending *self, void *blocked);
void blocked_call_then (LodgerPending *self, LodgerPending *done, void *blocked);
void blocked_call_direct (void *blocked);
/* Records the destruction, and frees nothing. */
void blocked_call_destroy (void *blocked);

/* A blocked call that also records its caller. */
typedef struct BlockedCallInCaller
{
  BlockedCall blocked;  /* first */
  LodgerCaller *worker; /* a reference */
} BlockedCallInCaller;

void blocked_call_run_in_caller (LodgerPending *self, void *in_caller);

/* Initialises it, and submits it with lodger_caller_to_thread(). */
void blocked_call_start (BlockedCall *blocked, LodgerCaller *caller);
/* Waits until the call runs. Returns the number of its thread. */
int blocked_call_thread (BlockedCall *blocked);

#endif
