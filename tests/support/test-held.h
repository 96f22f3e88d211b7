/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A call that stays where it runs until it is let go, as one that hangs in read() would: Lodger cannot wake it. */
#ifndef LODGER_TEST_HELD_H
#define LODGER_TEST_HELD_H

#include "test-latch.h"
#include "test-witness.h"

typedef struct Held
{
  Latch entered;
  Latch let_go;
  Witness witness;
  LodgerPending *pending; /* the user's, or NULL; dropped at the end */
} Held;

void held_init (Held *held);
void held_clear (Held *held);

/* As functions of a call. */
void held_call (LodgerPending *self, void *held);
void held_then (LodgerPending *self, LodgerPending *done, void *held);
void held_direct (void *held);
/* Notes that. */
void held_destroy (void *held);

/* One that says which caller it is in. */
typedef struct Staying
{
  Held held;            /* first */
  LodgerCaller *worker; /* a reference */
} Staying;

void staying_call (LodgerPending *self, void *staying);

/* Initialises it, and gives it to the caller's pool. */
void held_start (Held *held, LodgerCaller *caller);
/* The thread that it is in, once it is there. */
int held_thread (Held *held);

#endif
