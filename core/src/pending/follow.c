/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/fork.h"
#include "base/log.h"
#include "pending/extras.h"

#include <stdlib.h>

/* A pending that takes the outcome of another, its leader.
 *
 * A leader that is done gives its outcome at once: a number or an error as a copy, any other value as a reference to the
 * pending that has it. That is never one that has taken it over itself, so that a chain of any length keeps two pendings
 * at most. */

/* Held while one pending is made to follow another that is not done, so that no two threads close a circle between them. */
static pthread_mutex_t follow_mutex = PTHREAD_MUTEX_INITIALIZER;
LODGER_FORK_LOCK (follow_mutex, LODGER_RANK_FOLLOW, NULL);

_Atomic (LodgerLinkedFunc) lodger__pending_linked;

/* What a pending needs that follows another, or a call that returns unfinished. */
typedef struct Unfinished
{
  LodgerExtra extra;     /* first */
  LodgerEnding ending;   /* attached to the leader */
  LodgerLink link;       /* on its caller's list */
  LodgerPending *beyond; /* further towards the end of its leaders, or NULL: a reference */
} Unfinished;

static void
unfinished_free (LodgerExtra *extra)
{
  lodger_pending_unref (((Unfinished *) extra)->beyond);
  free (extra);
}

LODGER_EXTRA_KIND (unfinished_kind, unfinished_free, NULL);

static Unfinished *
unfinished_of (const LodgerPending *pending)
{
  return (Unfinished *) lodger__extra_find (pending, &unfinished_kind);
}

/* A stop may read it without the lock, once the call has returned: what is there is not written again. */
bool
lodger__pending_may_stay_unfinished (LodgerPending *pending)
{
  Unfinished *unfinished = (Unfinished *) lodger__extra_need (pending, &unfinished_kind, sizeof *unfinished);
  if (unfinished != NULL && unfinished->ending.pending == NULL)
    {
      unfinished->ending.pending = pending;
      unfinished->ending.ends_call = !(lodger__pending_state (pending) & P_PROMISE);
    }
  return unfinished != NULL;
}

LodgerLink *
lodger__pending_unfinished_link (LodgerPending *pending)
{
  return &unfinished_of (pending)->link;
}

LodgerPending *
lodger__unfinished_pending (LodgerLink *link)
{
  const Unfinished *unfinished = lodger__list_item (link, Unfinished, link);
  return unfinished != NULL ? unfinished->ending.pending : NULL;
}

/* ---- circles ------------------------------------------------------------------------------------------------------ */

LodgerPending *
lodger__pending_leader (LodgerPending *pending)
{
  return pending->outcome.type == V_LEADER ? lodger_pending_ref (pending->outcome.pending) : NULL;
}

LodgerPending *
lodger__pending_beyond (LodgerPending *pending)
{
  const Unfinished *unfinished = pending->outcome.type == V_LEADER ? unfinished_of (pending) : NULL;
  return unfinished != NULL && unfinished->beyond != NULL ? lodger_pending_ref (unfinished->beyond)
                                                          : lodger__pending_leader (pending);
}

static LodgerPending *
beyond_of (LodgerPending *pending)
{
  LodgerPending *next;
  lodger__pending_lock (pending);
  next = lodger__pending_beyond (pending);
  lodger__pending_unlock (pending);
  return next;
}

/* Under the follow mutex: from here on the way from `pending` is shorter. Not if it has its outcome meanwhile. */
static void
shorten (LodgerPending *pending, LodgerPending *further, LodgerItem **dropped)
{
  LodgerPending *old = NULL;
  lodger__pending_lock (pending);
  if (pending->outcome.type == V_LEADER)
    {
      Unfinished *unfinished = unfinished_of (pending);
      old = unfinished->beyond;
      unfinished->beyond = lodger_pending_ref (further);
    }
  lodger__pending_unlock (pending);
  lodger__pending_drop (old, dropped);
}

/* Under the follow mutex. One that is to follow has no leader yet: it is at the end of a way that leads to it. Each way is
 * half as long for the next who goes it, so that a long chain can be made link by link. Calls that have not returned are
 * not left out: they hang on their threads, too. */
static bool
leads_to (LodgerPending *from, const LodgerPending *to, LodgerItem **dropped)
{
  LodgerPending *at = lodger_pending_ref (from), *next;
  bool found;
  while ((next = beyond_of (at)) != NULL)
    {
      bool waits_only = (lodger__pending_state (next) & (P_PROMISE | P_RETURNED)) != 0;
      LodgerPending *further = waits_only ? beyond_of (next) : NULL;
      if (further != NULL)
        {
          shorten (at, further, dropped);
          lodger__pending_drop (next, dropped);
          next = further;
        }
      lodger__pending_drop (at, dropped);
      at = next;
    }
  found = at == to;
  lodger__pending_drop (at, dropped);
  return found;
}

/* ---- the outcome -------------------------------------------------------------------------------------------------- */

static unsigned
cancelled_bits (const LodgerPending *pending)
{
  return lodger__pending_state (pending) & (P_CANCELLED | P_ABANDONED | P_TIMED_OUT);
}

/* Locked: what the follower had instead is the giver's to drop, without the lock. */
static void
take_over (LodgerPending *self, LodgerPending *leader)
{
  LodgerPending *owner = leader->outcome.type == V_SHARED ? leader->outcome.pending : leader;
  LodgerValue value = { .type = cancelled_bits (leader) == 0 ? owner->outcome.type : V_NOTHING };
  switch (value.type)
    {
    case V_ERROR: value.error = lodger_error_ref (owner->outcome.error); break;
    case V_INT:
    case V_BOOLEAN: value.number = owner->outcome.number; break;
    case V_POINTER:
    case V_STRING:
    case V_BYTES: value = (LodgerValue) { .type = V_SHARED, .pending = lodger_pending_ref (owner) }; break;
    default: value.type = V_NOTHING;
    }
  self->outcome = value;
}

/* What it lets go of is dropped later, without the lock. */
bool
lodger__follower_adopt (LodgerEnding *follower)
{
  LodgerPending *self = follower->pending;
  unsigned ends = cancelled_bits (follower->leader);
  char *message = ends != 0 ? lodger_pending_dup_cancel_message (follower->leader) : NULL;
  bool adopts, has_message = true;
  lodger__pending_lock (self);
  adopts = !(lodger__pending_state (self) & P_DONE);
  if (adopts)
    {
      Unfinished *unfinished = unfinished_of (self);
      follower->beyond = unfinished->beyond;
      unfinished->beyond = NULL;
      if ((ends & P_CANCELLED) && !(lodger__pending_state (self) & P_CANCELLED))
        has_message = lodger__pending_add_message (self, message);
      lodger__pending_add_state (self, ends);
      take_over (self, follower->leader);
    }
  else
    {
      follower->leader = NULL;
      lodger__pending_unlock (self);
    }
  if (!has_message)
    lodger__message_lost (message);
  free (message);
  return adopts;
}

/* ---- following ---------------------------------------------------------------------------------------------------- */

static const LodgerListenerOps follow_ops = { .follows = true };

/* Locked. */
static int
link_locked (LodgerPending *pending, LodgerPending *leader, bool takes_over)
{
  unsigned state = lodger__pending_state (pending);
  if (state & (P_DONE | P_ANSWERED))
    return LODGER_EALREADY;
  if (takes_over && !(state & P_CANCELLED))
    take_over (pending, leader);
  else if (!takes_over)
    {
      if (!lodger__pending_may_stay_unfinished (pending))
        return LODGER_ENOMEM;
      pending->outcome = (LodgerValue) { .type = V_LEADER, .pending = lodger_pending_ref (leader) };
      lodger__pending_add_state (pending, P_FOLLOWS);
    }
  lodger__pending_add_state (pending, P_ANSWERED);
  return 0;
}

/* A call that takes over a cancellation is not cancelled before it returns: so it follows, though the leader is done. */
int
lodger__pending_link (LodgerPending *pending, LodgerPending *leader, unsigned *ret_state)
{
  LodgerLinkedFunc linked;
  LodgerItem *dropped = NULL;
  bool is_done = lodger_pending_is_done (leader);
  int code = 0;
  if (!is_done)
    pthread_mutex_lock (&follow_mutex);
  if (!is_done && leads_to (leader, pending, &dropped))
    code = LODGER_EDEADLK;
  else
    {
      lodger__pending_lock (pending);
      code = link_locked (pending, leader, is_done && cancelled_bits (leader) == 0);
      *ret_state = lodger__pending_state (pending);
      lodger__pending_unlock (pending);
    }
  if (!is_done)
    pthread_mutex_unlock (&follow_mutex);
  lodger__pending_free_dropped (dropped);
  if (code == 0)
    lodger__pending_see (leader);
  linked = atomic_load (&lodger__pending_linked);
  if (code == 0 && !is_done && linked != NULL)
    linked (pending);
  return code;
}

/* Locked on entry, unlocked on return. */
static void
follow (LodgerPending *pending)
{
  LodgerEnding *ending = &unfinished_of (pending)->ending;
  LodgerPending *leader = lodger__pending_leader (pending);
  bool cancelled = (lodger__pending_state (pending) & P_CANCELLED) != 0, follows;
  ending->listener.ops = &follow_ops;
  lodger__pending_unlock (pending);
  lodger_pending_ref (pending);
  lodger__pending_lock (leader);
  follows = !(lodger__pending_state (leader) & P_DONE);
  if (follows)
    {
      lodger__pending_add_listener (leader, &ending->listener);
      lodger__pending_add_state (leader, P_LEADS);
    }
  lodger__pending_unlock (leader);
  if (!follows)
    lodger__follower_end (ending, leader);
  else if (cancelled && !(lodger__pending_state (leader) & P_PROTECTED))
    lodger_pending_cancel (leader, NULL);
  lodger_pending_unref (leader);
}

void
lodger__pending_go_on (LodgerPending *pending)
{
  unsigned state = lodger__pending_state (pending);
  if (state & P_FOLLOWS)
    follow (pending);
  else if (!(state & P_ANSWERED))
    lodger__pending_unlock (pending);
  else if (state & P_PROMISE)
    lodger__pending_complete (pending);
  else
    lodger__pending_end_call (pending);
}

int
lodger_pending_return_from (LodgerPending *self, LodgerPending *other)
{
  unsigned state = 0;
  int code;
  if (self == NULL || other == NULL)
    return lodger__misuse (__func__, LODGER_EINVAL, "NULL given");
  lodger__pending_lock (self);
  code = lodger__pending_refusal (self);
  lodger__pending_unlock (self);
  if (code == 0 && !lodger_pending_is_done (other) && lodger__pending_is_before_fork (other))
    code = LODGER_ECHILD;
  if (code == 0)
    code = lodger__pending_link (self, other, &state);
  if (code == 0 && (state & P_PROMISE))
    {
      lodger__pending_lock (self);
      lodger__pending_go_on (self);
    }
  if (code == 0 && (state & P_CANCELLED))
    code = LODGER_ECANCELED;
  return lodger__pending_refuse (code, __func__);
}
