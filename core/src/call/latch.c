/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call/latch.h"

#include "base/fork.h"
#include "base/port.h"

#include <stdlib.h>

struct LodgerLatch
{
  LodgerGate gate; /* first */
  atomic_uint refs;
  uint16_t generation;
  pthread_mutex_t mutex; /* all that follows */
  LodgerHold *kept;      /* alive: it leaves before its call goes, which takes the mutex */
  bool is_open;
};

static int
gate_check (LodgerGate *gate)
{
  (void) gate;
  return 0;
}

static bool
gate_ref (LodgerGate *gate)
{
  atomic_fetch_add_explicit (&((LodgerLatch *) gate)->refs, 1, memory_order_relaxed);
  return true;
}

static void
gate_unref (LodgerGate *gate, LodgerHold *hold)
{
  (void) hold;
  lodger__latch_unref ((LodgerLatch *) gate);
}

static bool
gate_enter (LodgerGate *gate, LodgerHold *hold)
{
  LodgerLatch *latch = (LodgerLatch *) gate;
  bool passes;
  pthread_mutex_lock (&latch->mutex);
  passes = latch->is_open || hold->has_left;
  if (!passes)
    latch->kept = hold;
  pthread_mutex_unlock (&latch->mutex);
  return passes;
}

static bool
gate_leave (LodgerGate *gate, LodgerHold *hold)
{
  LodgerLatch *latch = (LodgerLatch *) gate;
  bool was_kept;
  pthread_mutex_lock (&latch->mutex);
  hold->has_left = true;
  was_kept = latch->kept == hold;
  latch->kept = NULL;
  pthread_mutex_unlock (&latch->mutex);
  return was_kept;
}

/* Anybody may open it. */
static void
gate_blocked_on (LodgerGate *gate, const LodgerHold *hold, LodgerBlockedOn *ret_blocked)
{
  (void) gate;
  (void) hold;
  (void) ret_blocked;
}

static const LodgerGateOps gate_ops = { .check = gate_check,
                                        .ref = gate_ref,
                                        .unref = gate_unref,
                                        .enter = gate_enter,
                                        .leave = gate_leave,
                                        .blocked_on = gate_blocked_on };

LodgerLatch *
lodger__latch_new (void)
{
  LodgerLatch *latch = calloc (1, sizeof *latch);
  if (latch == NULL)
    return NULL;
  latch->gate.ops = &gate_ops;
  atomic_init (&latch->refs, 1);
  latch->generation = (uint16_t) lodger__generation_now ();
  lodger__port_mutex_init (&latch->mutex);
  return latch;
}

void
lodger__latch_unref (LodgerLatch *latch)
{
  if (latch == NULL || atomic_fetch_sub_explicit (&latch->refs, 1, memory_order_acq_rel) != 1)
    return;
  if (latch->generation == (uint16_t) lodger__generation_now ())
    pthread_mutex_destroy (&latch->mutex);
  free (latch);
}

void
lodger__latch_open (LodgerLatch *latch)
{
  LodgerHold *hold;
  LodgerPending *pending = NULL;
  pthread_mutex_lock (&latch->mutex);
  latch->is_open = true;
  hold = latch->kept;
  latch->kept = NULL;
  if (hold != NULL)
    pending = lodger_pending_ref (hold->pending);
  pthread_mutex_unlock (&latch->mutex);
  if (hold != NULL)
    lodger__hold_release (hold);
  lodger_pending_unref (pending);
}
