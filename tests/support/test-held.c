/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test-held.h"

void
held_init (Held *held)
{
  *held = (Held) { .pending = NULL };
  latch_init (&held->entered);
  latch_init (&held->let_go);
}

void
held_clear (Held *held)
{
  lodger_pending_unref (held->pending);
  latch_clear (&held->entered);
  latch_clear (&held->let_go);
}

void
held_direct (void *data)
{
  Held *held = data;
  witness_direct (&held->witness);
  latch_open (&held->entered);
  latch_wait (&held->let_go);
}

void
held_call (LodgerPending *self, void *data)
{
  (void) self;
  held_direct (data);
}

void
held_then (LodgerPending *self, LodgerPending *done, void *data)
{
  (void) self;
  (void) done;
  held_direct (data);
}

void
held_destroy (void *data)
{
  witness_destroy (&((Held *) data)->witness);
}

void
held_start (Held *held, LodgerCaller *caller)
{
  held_init (held);
  held->pending = lodger_caller_to_thread (caller, held_call, held, held_destroy);
}

int
held_thread (Held *held)
{
  latch_wait (&held->entered);
  return held->witness.ran_in;
}

void
staying_call (LodgerPending *self, void *data)
{
  Staying *staying = data;
  staying->worker = lodger_caller_ref (lodger_pending_get_caller (self));
  held_call (self, &staying->held);
}
