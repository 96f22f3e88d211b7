/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "life/life.h"
#include "mailbox/post.h"
#include "pending/pending.h"

/* The end of a pending, and of all that take its outcome.
 *
 * First everybody learns of it who runs no user code: each follower, of whatever depth, has its outcome and is done, its
 * waiters are woken and its continuations are on their way. Then the calls among them are at their end for their callers.
 * Only then do late listeners and done-callbacks run. So a callback may do what it likes: whatever it waits for, nested
 * loops and the end of a caller included, has no part that is still to be done by this thread.
 *
 * Nothing here recurses, and nothing is kept for the thread: a pending that a callback answers ends in a list of its own,
 * before that answer returns. */

/* Locked. It is done before anybody else gets the lock: by then `*adds` is set, and 0. */
static void
let_push (LodgerPending *pending, LodgerListener *listener, unsigned *adds)
{
  LodgerCaller *caller = listener->ops->push (listener);
  if (caller == NULL)
    return;
  lodger__pending_unlock_with (pending, *adds);
  *adds = 0;
  lodger__host_post (caller);
  lodger__release (caller);
  lodger__pending_lock (pending);
}

/* Locked on entry, unlocked on return. The followers go to the end of the list. */
static void
tell_listeners (LodgerEnding *ending, LodgerEnding **last)
{
  LodgerPending *pending = ending->pending;
  LodgerListener *listener;
  unsigned adds = P_DONE | ending->adds; /* set when somebody may see it for the first time */
  ending->late = NULL;
  ending->has_callbacks = lodger__pending_has_callbacks (pending);
  ending->has_canceller = lodger__pending_has_canceller (pending);
  while ((listener = lodger__pending_pop_listener (pending)) != NULL)
    if (listener->ops->follows)
      {
        LodgerEnding *follower = (LodgerEnding *) listener;
        follower->leader = pending;
        follower->next = NULL;
        (*last)->next = follower;
        *last = follower;
      }
    else if (listener->ops->is_late)
      {
        listener->prev = ending->late;
        ending->late = listener;
      }
    else if (listener->ops->push != NULL)
      let_push (pending, listener, &adds);
    else if (listener->ops->locked)
      {
        if (adds != 0)
          lodger__pending_add_state (pending, adds);
        adds = 0;
        listener->ops->notify (listener, pending);
      }
    else
      {
        const bool is_last = pending->listeners == NULL; /* since it is done, no other comes */
        lodger__pending_unlock_with (pending, adds);
        adds = 0;
        listener->ops->notify (listener, pending);
        if (is_last)
          return;
        lodger__pending_lock (pending);
      }
  lodger__pending_unlock_with (pending, adds);
}

/* In the order in which they asked. */
static void
tell_late (LodgerEnding *ending)
{
  LodgerListener *oldest_first = NULL;
  while (ending->late != NULL)
    {
      LodgerListener *listener = ending->late;
      ending->late = listener->prev;
      listener->prev = oldest_first;
      oldest_first = listener;
    }
  while (oldest_first != NULL)
    {
      LodgerListener *listener = oldest_first;
      oldest_first = listener->prev;
      listener->prev = NULL;
      listener->ops->notify (listener, ending->pending);
    }
}

/* Each in the list is a reference. One that was done before is not told again, but its call ends here. A root without a
 * leader is locked. */
static void
end_all (LodgerEnding *root)
{
  LodgerEnding *last = root;
  for (LodgerEnding *at = root; at != NULL; at = at->next)
    {
      at->is_told = at->leader == NULL || lodger__follower_adopt (at);
      if (at->is_told)
        tell_listeners (at, &last);
    }
  for (LodgerEnding *at = root; at != NULL; at = at->next)
    if (at->ends_call)
      lodger__pending_ops (at->pending)->ended (at->pending);
  for (LodgerEnding *at = root; at != NULL; at = at->next)
    tell_late (at);
  for (LodgerEnding *at = root, *next; at != NULL; at = next)
    {
      next = at->next;
      if (at->is_told && at->has_callbacks)
        lodger__pending_run_callbacks (at->pending);
      if (at->is_told && at->has_canceller)
        lodger__pending_release_canceller (at->pending);
      lodger_pending_unref (at->leader);
      lodger_pending_unref (at->beyond);
      if (!at->is_held)
        lodger_pending_unref (at->pending);
    }
}

void
lodger__follower_end (LodgerEnding *follower, LodgerPending *leader)
{
  follower->leader = leader;
  follower->next = NULL;
  end_all (follower);
}

/* Locked: nobody else is to be told. */
static bool
has_only_pusher (const LodgerPending *pending, unsigned state)
{
  const LodgerListener *first = pending->listeners;
  return !(state & P_EXTRAS) && first != NULL && first->next == first && first->ops->push != NULL;
}

/* Locked on entry, unlocked on return. Without listeners and extras there is nobody to be told. One who pushes may do that
 * just before it is done, as whoever takes out what is pushed waits for this lock. */
static void
end (LodgerPending *pending, unsigned adds, bool is_held, bool ends_call)
{
  const unsigned state = lodger__pending_state (pending);
  LodgerCaller *waked = NULL;
  if (!(state & P_DONE) && has_only_pusher (pending, state))
    {
      LodgerListener *listener = lodger__pending_pop_listener (pending);
      waked = listener->ops->push (listener);
    }
  else if (!(state & P_DONE) && (state & (P_LISTENED | P_EXTRAS)))
    {
      LodgerEnding root = { .pending = pending, .adds = adds, .is_held = is_held, .ends_call = ends_call };
      if (!is_held)
        lodger_pending_ref (pending);
      end_all (&root);
      return;
    }
  lodger__pending_unlock_with (pending, P_DONE | adds);
  if (waked != NULL)
    {
      lodger__host_post (waked);
      lodger__release (waked);
    }
  if (ends_call)
    lodger__pending_ops (pending)->ended (pending);
}

void
lodger__pending_complete (LodgerPending *pending)
{
  end (pending, 0, false, false);
}

void
lodger__pending_complete_with (LodgerPending *pending, unsigned bits)
{
  end (pending, bits, false, false);
}

void
lodger__pending_end_call (LodgerPending *pending)
{
  end (pending, 0, false, true);
}

void
lodger__pending_end_call_with (LodgerPending *pending, unsigned bits)
{
  end (pending, bits, false, true);
}

void
lodger__pending_return_locked (LodgerPending *pending)
{
  end (pending, P_RETURNED, true, false);
}

/* If nobody listens, and it has nothing that has to be seen to at its end, one write does it all. Whoever asks to be told
 * has come before that write, which then fails, or sees that it is done. */
void
lodger__pending_return (LodgerPending *pending)
{
  if (lodger__pending_add_state_unless (pending, P_DONE | P_LISTENED | P_EXTRAS, P_RETURNED | P_DONE))
    return;
  lodger__pending_lock (pending);
  lodger__pending_return_locked (pending);
}

bool
lodger__pending_tells_user_code (const LodgerPending *pending)
{
  return (lodger__pending_state (pending) & (P_LEADS | P_TELLS)) || lodger__pending_has_callbacks (pending)
         || lodger__pending_destroys_canceller (pending);
}
