/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ending.h"
#include "pool-private.h"

/* Calls that a child has given to the root's pool: its own stop cancels them and waits for them, while the pool goes on.
 * Each is on its giver's list, under the pool's mutex, until it is done. */

struct LodgerGiven
{
  LodgerPending pending; /* first */
  LodgerListener listener;
  LodgerCaller *giver; /* held while it is on the list */
  LodgerGiven *prev, *next;
};

_Static_assert(sizeof (LodgerGiven) <= 192, "a given call is a large node");

static void
given_notify (LodgerListener *listener, LodgerPending *done)
{
  LodgerGiven *given = (LodgerGiven *) done;
  LodgerCaller *giver = given->giver;
  LodgerPool *pool = giver->root->pool;
  (void) listener;
  pthread_mutex_lock (&pool->mutex);
  if (given->prev != NULL)
    given->prev->next = given->next;
  else
    giver->given = given->next;
  if (given->next != NULL)
    given->next->prev = given->prev;
  atomic_store (&giver->has_given, giver->given != NULL);
  pthread_mutex_unlock (&pool->mutex);
  if (lodger_caller_get_state (giver) >= LODGER_CALLER_STOPPING)
    lodger__caller_poke (giver);
  lodger__caller_release (giver);
}

LodgerPending *
lodger__given_new (LodgerCaller *giver, void *data, LodgerDestroyFunc destroy, const LodgerCallOptions *options)
{
  LodgerPool *pool = giver->root->pool;
  LodgerGiven *given = (LodgerGiven *) lodger__pending_new_call (&lodger__given_call_ops, data, destroy, options);
  if (given == NULL)
    return NULL;
  lodger__caller_hold (giver);
  given->giver = giver;
  given->listener = (LodgerListener) { .notify = given_notify, .is_quiet = true };
  lodger__pending_listen (&given->pending, &given->listener);
  pthread_mutex_lock (&pool->mutex);
  given->prev = NULL;
  given->next = giver->given;
  if (giver->given != NULL)
    giver->given->prev = given;
  giver->given = given;
  atomic_store (&giver->has_given, true);
  pthread_mutex_unlock (&pool->mutex);
  return &given->pending;
}

/* The first that has none of these bits, as a new reference. */
static LodgerPending *
next_given (LodgerCaller *giver, unsigned without)
{
  LodgerGiven *given;
  LodgerPending *pending = NULL;
  if (!giver->has_given)
    return NULL;
  pthread_mutex_lock (&giver->root->pool->mutex);
  for (given = giver->given; given != NULL && (lodger__pending_state (&given->pending) & without); given = given->next)
    ;
  if (given != NULL)
    pending = lodger_pending_ref (&given->pending);
  pthread_mutex_unlock (&giver->root->pool->mutex);
  return pending;
}

void
lodger__given_cancel (LodgerCaller *giver)
{
  LodgerPending *pending;
  while ((pending = next_given (giver, P_CANCELLED | P_DONE)) != NULL)
    {
      lodger_pending_cancel (pending, lodger__closed_message);
      lodger_pending_unref (pending);
    }
}

void
lodger__given_abandon (LodgerCaller *giver)
{
  LodgerPending *pending;
  while ((pending = next_given (giver, P_DONE)) != NULL)
    {
      lodger__abandon_call (giver, pending);
      lodger_pending_unref (pending);
    }
}
