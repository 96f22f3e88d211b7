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
  lodger__lock (&pool->lock);
  lodger__list_remove (&call->link);
  atomic_store (&giver->pool.has_child_calls,
                giver->pool.child_calls.first != NULL || giver->pool.cancelled_calls.first != NULL);
  lodger__unlock (&pool->lock);
  if (lodger__is_stopping (giver))
    lodger__poke (giver);
  lodger__release (giver);
}

LODGER_LISTENER_OPS (unlink_ops, unlink_done, NULL, false);

LodgerPending *
lodger__child_call_new (const LodgerItemOps *ops, LodgerCaller *giver, const LodgerWork *work,
                        const LodgerCallOptions *options)
{
  LodgerPool *pool = lodger__pool_of (giver);
  ChildCall *call = (ChildCall *) lodger__submit_new (ops, lodger__root (giver), work, options);
  if (call == NULL)
    return NULL;
  lodger__pending_begin_with (&call->pending, P_UNASSIGNED);
  lodger__hold (giver);
  call->giver = giver;
  call->listener = lodger__listener (&unlink_ops);
  lodger__pending_add_listener (&call->pending, &call->listener);
  lodger__lock (&pool->lock);
  lodger__list_prepend (&giver->pool.child_calls, &call->link);
  atomic_store (&giver->pool.has_child_calls, true);
  lodger__unlock (&pool->lock);
  return &call->pending;
}

/* One of the list, taken to the other, as a new reference; or NULL. */
static LodgerPending *
take_over (LodgerCaller *giver, LodgerList *list, LodgerList *other)
{
  LodgerPool *pool = lodger__pool_of (giver);
  LodgerPending *pending = NULL;
  LodgerLink *link;
  if (!giver->pool.has_child_calls)
    return NULL;
  lodger__lock (&pool->lock);
  link = lodger__list_pop (list);
  if (link != NULL)
    {
      lodger__list_append (other, link);
      pending = lodger_pending_ref (&lodger__list_item (link, ChildCall, link)->pending);
    }
  lodger__unlock (&pool->lock);
  return pending;
}

static void
cancel (LodgerCaller *giver)
{
  LodgerPooling *pooling = &giver->pool;
  LodgerPending *pending;
  while ((pending = take_over (giver, &pooling->child_calls, &pooling->cancelled_calls)) != NULL)
    {
      if (!(lodger__pending_state (pending) & (P_CANCELLED | P_DONE)))
        lodger__pending_stop (pending, lodger__closed_message);
      lodger_pending_unref (pending);
    }
}

/* One that is done is off the list soon, by whoever ended it. */
static void
give_up_all (LodgerCaller *giver, LodgerList *list, LodgerList *other)
{
  LodgerPending *pending;
  while ((pending = take_over (giver, list, other)) != NULL)
    {
      if (!lodger_pending_is_done (pending))
        lodger__abandon_call (giver, pending);
      lodger_pending_unref (pending);
    }
}

static void
give_up (LodgerCaller *giver)
{
  give_up_all (giver, &giver->pool.child_calls, &giver->pool.cancelled_calls);
  give_up_all (giver, &giver->pool.cancelled_calls, &giver->pool.child_calls);
}

static bool
awaits (const LodgerCaller *giver)
{
  return atomic_load (&giver->pool.has_child_calls);
}

const LodgerStopParticipant lodger__child_calls_participant
    = { .cancel = cancel, .awaits = awaits, .give_up = give_up };
