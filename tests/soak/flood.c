/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "flood.h"

#include "test-ledger.h"

enum
{
  LEAST = 2000,
  MOST = 20000,
  ON_THE_WAY = 60000
};

static atomic_long floods, accepted, refused, ran, destroyed;

static void
run_direct (void *data)
{
  (void) data;
  atomic_fetch_add_explicit (&ran, 1, memory_order_relaxed);
}

static void
run_call (LodgerPending *self, void *data)
{
  (void) self;
  run_direct (data);
}

static void
run_then (LodgerPending *self, LodgerPending *done, void *data)
{
  (void) self;
  test_check (lodger_pending_is_done (done));
  run_direct (data);
}

static void
destroy (void *data)
{
  (void) data;
  atomic_fetch_add_explicit (&destroyed, 1, memory_order_relaxed);
}

static void
submit (LodgerCaller *caller, unsigned how, LodgerPending *promise)
{
  LodgerPending *pending = NULL;
  unsigned mark = ledger_mark ();
  switch (how)
    {
    case 0: lodger_caller_call_direct (caller, run_direct, &floods, destroy); break;
    case 1: pending = lodger_caller_call_soon (caller, run_call, &floods, destroy); break;
    case 2: pending = lodger_caller_call_later (caller, 1000000, run_call, &floods, destroy); break;
    case 3: pending = lodger_caller_to_thread (caller, run_call, &floods, destroy); break;
    default: pending = lodger_pending_then (promise, caller, run_then, &floods, destroy);
    }
  lodger_pending_unref (pending);
  if (ledger_mark () != mark)
    atomic_fetch_add_explicit (&accepted, 1, memory_order_relaxed);
  else
    atomic_fetch_add_explicit (&refused, 1, memory_order_relaxed);
}

/* The promise is the source of the continuations, which all run when it is answered. */
void
flood (TestRandom *random, LodgerCaller *caller)
{
  LodgerPending *promise;
  unsigned how = test_random_below (random, 5), count = LEAST + test_random_below (random, MOST - LEAST);
  if (accepted + refused - destroyed > ON_THE_WAY)
    return;
  atomic_fetch_add (&floods, 1);
  promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  for (unsigned i = 0; i < count; i++)
    submit (caller, how, promise);
  lodger_pending_return_nothing (promise);
  lodger_pending_unref (promise);
}

FloodCounts
flood_counts (void)
{
  return (FloodCounts) { floods, accepted, refused, ran, destroyed };
}
