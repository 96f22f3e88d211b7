/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/fork.h"
#include "base/log.h"
#include "pending/extras.h"

#include <stdlib.h>

/* A pending that takes the outcome of another, its leader. */

/* Held while one pending is made to follow another, so that no two threads close a circle between them. */
static pthread_mutex_t follow_mutex = PTHREAD_MUTEX_INITIALIZER;
LODGER_FORK_LOCK (follow_mutex, LODGER_RANK_FOLLOW, NULL);

/* What a pending needs that follows another, or a call that returns unfinished. */
typedef struct Unfinished
{
  LodgerExtra extra; /* first */
  LodgerPending *pending;
  LodgerListener follow; /* attached to the leader */
  LodgerLink link;       /* on its caller's list */
} Unfinished;

static const LodgerExtraKind unfinished_kind = { .free = NULL };

bool
lodger__pending_may_stay_unfinished (LodgerPending *pending)
{
  Unfinished *unfinished = (Unfinished *) lodger__extra_need (pending, &unfinished_kind, sizeof *unfinished);
  if (unfinished != NULL)
    unfinished->pending = pending;
  return unfinished != NULL;
}

LodgerLink *
lodger__pending_unfinished_link (LodgerPending *pending)
{
  return &((Unfinished *) lodger__extra_find (pending, &unfinished_kind))->link;
}

LodgerPending *
lodger__unfinished_pending (LodgerLink *link)
{
  const Unfinished *unfinished = lodger__list_item (link, Unfinished, link);
  return unfinished != NULL ? unfinished->pending : NULL;
}

LodgerPending *
lodger__pending_leader (LodgerPending *pending)
{
  return pending->outcome.type == V_PENDING ? lodger_pending_ref (pending->outcome.pending) : NULL;
}

static LodgerPending *
leader_of (LodgerPending *pending)
{
  LodgerPending *leader;
  lodger__pending_lock (pending);
  leader = lodger__pending_leader (pending);
  lodger__pending_unlock (pending);
  return leader;
}

static bool
leads_to (LodgerPending *from, const LodgerPending *to)
{
  LodgerPending *at = lodger_pending_ref (from);
  bool found = false;
  while (at != NULL && !found)
    {
      LodgerPending *next = leader_of (at);
      found = at == to;
      lodger_pending_unref (at);
      at = next;
    }
  lodger_pending_unref (at);
  return found;
}

int
lodger__pending_link (LodgerPending *pending, LodgerPending *leader, unsigned *ret_state)
{
  LodgerValue value = { .type = V_PENDING };
  int code = 0;
  pthread_mutex_lock (&follow_mutex);
  if (leads_to (leader, pending))
    code = LODGER_EDEADLK;
  else
    {
      value.pending = lodger_pending_ref (leader);
      lodger__pending_lock (pending);
      if (lodger__pending_state (pending) & (P_DONE | P_ANSWERED))
        code = LODGER_EALREADY;
      else if (!lodger__pending_may_stay_unfinished (pending))
        code = LODGER_ENOMEM;
      else
        {
          lodger__pending_store (pending, &value);
          lodger__pending_add_state (pending, P_ANSWERED | P_FOLLOWS);
          *ret_state = lodger__pending_state (pending);
        }
      lodger__pending_unlock (pending);
    }
  pthread_mutex_unlock (&follow_mutex);
  lodger__value_clear (&value);
  return code;
}

static void
adopt (LodgerPending *self, LodgerPending *leader)
{
  unsigned ends = lodger__pending_state (leader) & (P_CANCELLED | P_ABANDONED);
  char *message = ends != 0 ? lodger_pending_dup_cancel_message (leader) : NULL;
  bool has_message = true;
  lodger__pending_lock (self);
  if ((ends & P_CANCELLED) && !(lodger__pending_state (self) & P_CANCELLED))
    has_message = lodger__pending_add_message (self, message);
  lodger__pending_add_state (self, ends);
  if (lodger__pending_state (self) & P_PROMISE)
    lodger__pending_complete (self);
  else
    lodger__pending_end_call (self);
  if (!has_message)
    lodger__message_lost (message);
  free (message);
}

static LodgerPending *
follower (LodgerListener *listener)
{
  return lodger__list_item (listener, Unfinished, follow)->pending;
}

/* An adoption completes the follower, which may have followers: a chain of any length is worked off here, one by one,
 * instead of growing the stack by a few frames for each. */
static _Thread_local LodgerListener *first_to_adopt, *last_to_adopt;

static void
follow_notify (LodgerListener *listener, LodgerPending *done)
{
  bool outermost = first_to_adopt == NULL;
  (void) done;
  listener->next = NULL;
  if (outermost)
    first_to_adopt = listener;
  else
    last_to_adopt->next = listener;
  last_to_adopt = listener;
  while (outermost && first_to_adopt != NULL)
    {
      LodgerListener *next;
      LodgerPending *self = follower (first_to_adopt);
      adopt (self, self->outcome.pending);
      next = first_to_adopt->next;
      lodger_pending_unref (self);
      first_to_adopt = next;
    }
}

void
lodger__pending_follow (LodgerPending *pending)
{
  Unfinished *unfinished = (Unfinished *) lodger__extra_find (pending, &unfinished_kind);
  LodgerPending *leader = lodger__pending_leader (pending);
  bool cancelled = (lodger__pending_state (pending) & P_CANCELLED) != 0;
  unfinished->follow.notify = follow_notify;
  lodger__pending_unlock (pending);
  lodger_pending_ref (pending);
  if (!lodger__pending_listen (leader, &unfinished->follow))
    follow_notify (&unfinished->follow, leader);
  else if (cancelled && !(lodger__pending_state (leader) & P_PROTECTED))
    lodger_pending_cancel (leader, NULL);
  lodger_pending_unref (leader);
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
  if (code == 0 && lodger__pending_is_before_fork (other))
    code = LODGER_ECHILD;
  if (code == 0)
    code = lodger__pending_link (self, other, &state);
  if (state & P_PROMISE)
    {
      lodger__pending_lock (self);
      lodger__pending_follow (self);
    }
  return lodger__pending_refuse (code, __func__);
}
