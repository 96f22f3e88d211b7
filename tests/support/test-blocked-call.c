/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test-blocked-call.h"

void
blocked_call_init (BlockedCall *blocked)
{
  *blocked = (BlockedCall) { .pending = NULL };
  latch_init (&blocked->entered);
  latch_init (&blocked->let_go);
}

void
blocked_call_clear (BlockedCall *blocked)
{
  lodger_pending_unref (blocked->pending);
  latch_clear (&blocked->entered);
  latch_clear (&blocked->let_go);
}

void
blocked_call_direct (void *data)
{
  BlockedCall *blocked = data;
  recorder_direct (&blocked->recorder);
  latch_open (&blocked->entered);
  latch_wait (&blocked->let_go);
}

void
blocked_call_run (LodgerPending *self, void *data)
{
  (void) self;
  blocked_call_direct (data);
}

void
blocked_call_then (LodgerPending *self, LodgerPending *done, void *data)
{
  (void) self;
  (void) done;
  blocked_call_direct (data);
}

void
blocked_call_destroy (void *data)
{
  recorder_destroy (&((BlockedCall *) data)->recorder);
}

void
blocked_call_start (BlockedCall *blocked, LodgerCaller *caller)
{
  blocked_call_init (blocked);
  blocked->pending = lodger_caller_to_thread (caller, blocked_call_run, blocked, blocked_call_destroy);
}

int
blocked_call_thread (BlockedCall *blocked)
{
  latch_wait (&blocked->entered);
  return blocked->recorder.ran_in;
}

void
blocked_call_run_in_caller (LodgerPending *self, void *data)
{
  BlockedCallInCaller *in_caller = data;
  in_caller->worker = lodger_caller_ref (lodger_pending_get_caller (self));
  blocked_call_run (self, &in_caller->blocked);
}
