/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "limiter/limiter.h"
#include "base/fork.h"
#include "base/log.h"
#include "base/options.h"
#include "base/port.h"
#include "life/life.h"
#include "pending/pending.h"

#include <stdlib.h>

/* A gate with so many places. Whoever leaves a place gives it to the next one that waits. Under the mutex, whatever
 * waits or has a place is alive: it cannot be freed before it has left, which takes the mutex. */

struct LodgerLimiter
{
  LodgerGate gate; /* first */
  atomic_uint refs;
  uint16_t generation;
  unsigned limit;
  LodgerLimiterOrder order;
  LodgerSite site;
  LodgerPending *drained; /* a promise */

  pthread_mutex_t mutex; /* all that follows */
  LodgerHeap waiting;    /* holds */
  LodgerList places;     /* holds that have one */
  size_t running;
  atomic_bool is_closed; /* written under the mutex */
  bool is_drained;
};

static bool
is_before_fork (const LodgerLimiter *limiter)
{
  return limiter->generation != (uint16_t) lodger__generation_now ();
}

LodgerLimiter *
lodger_limiter_ref (LodgerLimiter *limiter)
{
  if (limiter != NULL)
    atomic_fetch_add_explicit (&limiter->refs, 1, memory_order_relaxed);
  return limiter;
}

void
lodger_limiter_unref (LodgerLimiter *limiter)
{
  if (limiter == NULL || atomic_fetch_sub_explicit (&limiter->refs, 1, memory_order_acq_rel) != 1)
    return;
  lodger_pending_unref (limiter->drained);
  lodger__heap_clear (&limiter->waiting);
  if (!is_before_fork (limiter))
    pthread_mutex_destroy (&limiter->mutex);
  free (limiter);
}

/* ---- the gate ---------------------------------------------------------------------------------------------------- */

/* Under the mutex: all calls have left a closed limiter. Whoever finds that says so, once, without the mutex. */
static bool
is_drained (LodgerLimiter *limiter)
{
  bool is_now = limiter->is_closed && !limiter->is_drained && limiter->waiting.reserved == 0;
  limiter->is_drained = limiter->is_drained || is_now;
  return is_now;
}

static int
gate_check (LodgerGate *gate)
{
  LodgerLimiter *limiter = (LodgerLimiter *) gate;
  if (is_before_fork (limiter))
    return LODGER_ECHILD;
  return atomic_load (&limiter->is_closed) ? LODGER_ESHUTDOWN : 0;
}

static bool
gate_ref (LodgerGate *gate)
{
  LodgerLimiter *limiter = (LodgerLimiter *) gate;
  bool has_room;
  pthread_mutex_lock (&limiter->mutex);
  has_room = lodger__heap_reserve (&limiter->waiting);
  pthread_mutex_unlock (&limiter->mutex);
  if (has_room)
    lodger_limiter_ref (limiter);
  return has_room;
}

/* One that has not left was never accepted. */
static void
gate_unref (LodgerGate *gate, LodgerHold *hold)
{
  LodgerLimiter *limiter = (LodgerLimiter *) gate;
  bool drained = false;
  if (!hold->has_left && !is_before_fork (limiter))
    {
      pthread_mutex_lock (&limiter->mutex);
      lodger__heap_unreserve (&limiter->waiting);
      drained = is_drained (limiter);
      pthread_mutex_unlock (&limiter->mutex);
    }
  if (drained)
    lodger__pending_signal (limiter->drained, NULL);
  lodger_limiter_unref (limiter);
}

static int64_t
key_of (const LodgerLimiter *limiter, const LodgerHold *hold)
{
  switch (limiter->order)
    {
    case LODGER_LIMITER_NEWEST: return -(int64_t) limiter->waiting.sequence;
    case LODGER_LIMITER_PRIORITY: return -(int64_t) hold->priority;
    case LODGER_LIMITER_FAIR: break;
    }
  return 0;
}

/* Under the mutex. */
static void
give_place (LodgerLimiter *limiter, LodgerHold *hold)
{
  limiter->running++;
  lodger__list_append (&limiter->places, &hold->place);
}

static bool
gate_pass (LodgerGate *gate, LodgerHold *hold)
{
  LodgerLimiter *limiter = (LodgerLimiter *) gate;
  bool passes;
  pthread_mutex_lock (&limiter->mutex);
  passes = limiter->running < limiter->limit;
  if (passes)
    give_place (limiter, hold);
  pthread_mutex_unlock (&limiter->mutex);
  return passes;
}

static bool
gate_enter (LodgerGate *gate, LodgerHold *hold)
{
  LodgerLimiter *limiter = (LodgerLimiter *) gate;
  bool passes;
  pthread_mutex_lock (&limiter->mutex);
  passes = hold->has_left || limiter->running < limiter->limit;
  if (passes && !hold->has_left)
    give_place (limiter, hold);
  else if (!passes)
    lodger__heap_insert (&limiter->waiting, &hold->order, key_of (limiter, hold));
  pthread_mutex_unlock (&limiter->mutex);
  return passes;
}

/* Who has the place that has become free. */
typedef struct Follower
{
  LodgerHold *hold;       /* a call at the gate, which its pending keeps; NULL: one that enters, or nobody */
  LodgerPending *pending; /* a reference: the call, or the turn of one that enters; NULL: nobody */
} Follower;

/* Under the mutex. Without it, one that enters may be gone as soon as its turn has come. */
static Follower
next (LodgerLimiter *limiter)
{
  LodgerHold *hold;
  if (limiter->running < limiter->limit && limiter->waiting.count > 0)
    {
      hold = lodger__heap_item (lodger__heap_first (&limiter->waiting), LodgerHold, order);
      lodger__heap_remove (&limiter->waiting, &hold->order);
      give_place (limiter, hold);
      if (hold->caller == NULL)
        return (Follower) { NULL, lodger_pending_ref (lodger__limiter_turn (hold)) };
      return (Follower) { hold, lodger_pending_ref (hold->pending) };
    }
  return (Follower) { NULL, NULL };
}

static bool
gate_leave (LodgerGate *gate, LodgerHold *hold)
{
  LodgerLimiter *limiter = (LodgerLimiter *) gate;
  Follower follower;
  bool waited, drained;
  pthread_mutex_lock (&limiter->mutex);
  hold->has_left = true;
  waited = lodger__heap_remove (&limiter->waiting, &hold->order);
  if (lodger__list_remove (&hold->place))
    limiter->running--;
  lodger__heap_unreserve (&limiter->waiting);
  follower = next (limiter);
  drained = is_drained (limiter);
  pthread_mutex_unlock (&limiter->mutex);
  if (follower.hold != NULL)
    lodger__hold_release (follower.hold);
  else if (follower.pending != NULL)
    lodger__pending_signal (follower.pending, NULL);
  lodger_pending_unref (follower.pending);
  if (drained)
    lodger__pending_signal (limiter->drained, NULL);
  return waited;
}

/* For a place, each that has one would do. */
static void
gate_blocked_on (LodgerGate *gate, const LodgerHold *hold, LodgerBlockedOn *ret_blocked)
{
  LodgerLimiter *limiter = (LodgerLimiter *) gate;
  pthread_mutex_lock (&limiter->mutex);
  if (hold->order.place != 0)
    ret_blocked->any = malloc (limiter->running * sizeof (LodgerPending *));
  if (ret_blocked->any != NULL)
    lodger__list_for (at, &limiter->places, LodgerHold, place)
      ret_blocked->any[ret_blocked->any_count++] = lodger_pending_ref (at->pending);
  pthread_mutex_unlock (&limiter->mutex);
}

static const LodgerGateOps gate_ops = { .check = gate_check,
                                        .ref = gate_ref,
                                        .unref = gate_unref,
                                        .pass = gate_pass,
                                        .enter = gate_enter,
                                        .leave = gate_leave,
                                        .blocked_on = gate_blocked_on };

/* ---- a limiter --------------------------------------------------------------------------------------------------- */

static const char *
refusal (const LodgerLimiterOptions *options)
{
  if (options == NULL)
    return "there are no options, and so no limit";
  if (options->limit == 0)
    return "the limit is 0";
  return (unsigned) options->order > LODGER_LIMITER_PRIORITY ? "an unknown order" : NULL;
}

LodgerLimiter *
lodger_limiter_new (const LodgerLimiterOptions *options)
{
  LodgerLimiterOptions own;
  LodgerLimiter *limiter = NULL;
  const char *reason;
  int code = LODGER_EINVAL;
  options = lodger__options (options, &own, sizeof own, &reason);
  if (reason == NULL)
    reason = refusal (options);
  if (reason == NULL && (limiter = calloc (1, sizeof *limiter)) == NULL)
    {
      code = LODGER_ENOMEM;
      reason = "no memory";
    }
  if (limiter == NULL)
    {
      lodger__misuse_at (__func__, code, reason, options != NULL ? options->file : NULL,
                         options != NULL ? options->line : 0);
      return NULL;
    }
  limiter->gate.ops = &gate_ops;
  atomic_init (&limiter->refs, 1);
  limiter->generation = (uint16_t) lodger__generation_now ();
  limiter->limit = options->limit;
  limiter->order = options->order;
  limiter->site = (LodgerSite) { options->file, NULL, options->line };
  limiter->drained = lodger_pending_new (LODGER_PENDING_PROTECTED);
  lodger__port_mutex_init (&limiter->mutex);
  return limiter;
}

LodgerSite
lodger__limiter_site (const LodgerLimiter *limiter)
{
  return limiter->site;
}

LodgerPending *
lodger_limiter_close (LodgerLimiter *limiter)
{
  bool drained;
  if (limiter == NULL || is_before_fork (limiter))
    return lodger__pending_refused (
        lodger__misuse (__func__, limiter == NULL ? LODGER_EINVAL : LODGER_ECHILD,
                        limiter == NULL ? "the limiter is NULL" : lodger__before_fork_message),
        NULL);
  pthread_mutex_lock (&limiter->mutex);
  limiter->is_closed = true;
  drained = is_drained (limiter);
  pthread_mutex_unlock (&limiter->mutex);
  if (drained)
    lodger__pending_signal (limiter->drained, NULL);
  return lodger_pending_ref (limiter->drained);
}

static size_t
count (LodgerLimiter *limiter, bool waits)
{
  size_t number;
  if (limiter == NULL || is_before_fork (limiter))
    return 0;
  pthread_mutex_lock (&limiter->mutex);
  number = waits ? limiter->waiting.count : limiter->running;
  pthread_mutex_unlock (&limiter->mutex);
  return number;
}

size_t
lodger_limiter_count_running (LodgerLimiter *limiter)
{
  return count (limiter, false);
}

size_t
lodger_limiter_count_waiting (LodgerLimiter *limiter)
{
  return count (limiter, true);
}
