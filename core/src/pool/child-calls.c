/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/slab.h"
#include "call/submit.h"
#include "life/life.h"
#include "life/phase.h"
#include "mailbox/post.h"
#include "pool/queue.h"
#include "stop/stop.h"

#include <assert.h>

/* Calls that a child has given to the root's pool: its own stop cancels them and waits for them, while the pool goes on.
 * Each is on its giver's list, under the pool's mutex, until it is done. */

typedef struct ChildCall
{
  LodgerPending pending; /* first */
  LodgerListener listener;
  LodgerCaller *giver; /* held while it is on the list */
  LodgerLink link;
} ChildCall;

static_assert (sizeof (ChildCall) <= 192, "a child's call is a large piece of the slab");

static void
unlink_done (LodgerListener *listener, LodgerPending *done)
{
  ChildCall *call = (ChildCall *) done;
  LodgerCaller *giver = call->giver;
  LodgerPool *pool = lodger__pool_of (giver);
  (void) listener;
  pthread_mutex_lock (&pool->mutex);
  lodger__list_remove (&call->link);
  atomic_store (&giver->pool.has_child_calls, giver->pool.child_calls.first != NULL);
  pthread_mutex_unlock (&pool->mutex);
  if (lodger__is_stopping (giver))
    lodger__poke (giver);
  lodger__release (giver);
}

LodgerPending *
lodger__child_call_new (const LodgerItemOps *ops, LodgerCaller *giver, const LodgerWork *work,
                        const LodgerCallOptions *options)
{
  LodgerPool *pool = lodger__pool_of (giver);
  ChildCall *call = (ChildCall *) lodger__submit_new (ops, lodger__root (giver), work, options);
  if (call == NULL)
    return NULL;
  lodger__pending_add_state (&call->pending, P_UNASSIGNED);
  lodger__hold (giver);
  call->giver = giver;
  call->listener = lodger__listener (unlink_done, NULL, false);
  lodger__pending_add_listener (&call->pending, &call->listener);
  pthread_mutex_lock (&pool->mutex);
  lodger__list_prepend (&giver->pool.child_calls, &call->link);
  atomic_store (&giver->pool.has_child_calls, true);
  pthread_mutex_unlock (&pool->mutex);
  return &call->pending;
}

/* The first that has none of these bits, as a new reference. */
static LodgerPending *
next_call (LodgerCaller *giver, unsigned without)
{
  LodgerPool *pool = lodger__pool_of (giver);
  LodgerPending *pending = NULL;
  if (!giver->pool.has_child_calls)
    return NULL;
  pthread_mutex_lock (&pool->mutex);
  lodger__list_for (call, &giver->pool.child_calls, ChildCall, link)
    if (pending == NULL && !(lodger__pending_state (&call->pending) & without))
      pending = lodger_pending_ref (&call->pending);
  pthread_mutex_unlock (&pool->mutex);
  return pending;
}

static void
cancel (LodgerCaller *giver)
{
  LodgerPending *pending;
  while ((pending = next_call (giver, P_CANCELLED | P_DONE)) != NULL)
    {
      lodger_pending_cancel (pending, lodger__closed_message);
      lodger_pending_unref (pending);
    }
}

static void
give_up (LodgerCaller *giver)
{
  LodgerPending *pending;
  while ((pending = next_call (giver, P_DONE)) != NULL)
    {
      lodger__abandon_call (giver, pending);
      lodger_pending_unref (pending);
    }
}

static bool
awaits (const LodgerCaller *giver)
{
  return atomic_load (&giver->pool.has_child_calls);
}

const LodgerStopParticipant lodger__child_calls_participant
    = { .cancel = cancel, .awaits = awaits, .give_up = give_up };
