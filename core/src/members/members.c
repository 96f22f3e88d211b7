/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "members/members.h"

#include "base/port.h"
#include "base/slab.h"

#include <assert.h>

/* The tie is made, and listens, before the call is shared, so that joining needs no memory. A member is on a list from the
 * moment when it has joined until it is done. It joins once its call was accepted: then the call may be done already.
 *
 * No lock of a pending is taken under the mutex. */

static_assert (sizeof (LodgerMember) <= 128, "a member is a medium piece of the slab");

static void
member_free (LodgerExtra *extra)
{
  LodgerMember *member = (LodgerMember *) extra;
  LodgerMembers *members = atomic_load (&member->members);
  if (members != NULL)
    members->ops->release (members);
  lodger__slab_free (LODGER_SLAB_MEDIUM, member);
}

LODGER_EXTRA_KIND (member_kind, member_free, NULL);

void
lodger__members_init (LodgerMembers *members, const LodgerMembersOps *ops)
{
  members->ops = ops;
  members->count = 0;
  lodger__port_mutex_init (&members->mutex);
}

void
lodger__members_clear (LodgerMembers *members, bool is_before_fork)
{
  if (!is_before_fork)
    pthread_mutex_destroy (&members->mutex);
}

size_t
lodger__members_count (LodgerMembers *members)
{
  size_t count;
  pthread_mutex_lock (&members->mutex);
  count = members->count;
  pthread_mutex_unlock (&members->mutex);
  return count;
}

size_t
lodger__members_list (const LodgerList *list, LodgerPending **into)
{
  size_t count = 0;
  lodger__list_for (member, list, LodgerMember, link)
    into[count++] = lodger_pending_ref (member->pending);
  return count;
}

/* ---- the end of a member ----------------------------------------------------------------------------------------------- */

/* Whoever asks for it finds it no more. */
static void
untie (LodgerMembers *members, LodgerMember *member)
{
  atomic_store_explicit (&member->members, NULL, memory_order_release);
  members->ops->release (members);
}

/* Under the mutex, which is given back: it is done, or taken out. It may have joined no list. */
static void
leave (LodgerMembers *members, LodgerMember *member, bool is_done)
{
  LodgerPending *pending = member->pending;
  bool was_in = lodger__list_remove (&member->link);
  unsigned what = 0;
  if (was_in)
    members->count--;
  if (was_in && members->ops->left != NULL)
    what = members->ops->left (members, is_done ? member : NULL);
  pthread_mutex_unlock (&members->mutex);
  if (what != 0)
    members->ops->after (members, what);
  untie (members, member);
  if (was_in)
    lodger_pending_unref (pending);
}

static void
member_notify (LodgerListener *listener, LodgerPending *done)
{
  LodgerMember *member = lodger__owner (listener, LodgerMember, listener);
  LodgerMembers *members = atomic_load (&member->members);
  (void) done;
  pthread_mutex_lock (&members->mutex);
  member->has_ended = true;
  if (member->has_joined)
    leave (members, member, true);
  else
    pthread_mutex_unlock (&members->mutex);
}

LODGER_LATE_LISTENER_OPS (member_ops, member_notify);

/* ---- joining ----------------------------------------------------------------------------------------------------------- */

/* Locked, or not shared yet. */
static LodgerMember *
member_of (const LodgerPending *pending, const LodgerMembers *members)
{
  for (LodgerExtra *extra = lodger__extra_find (pending, &member_kind); extra != NULL;
       extra = lodger__extra_next (extra))
    if (atomic_load (&((LodgerMember *) extra)->members) == members)
      return (LodgerMember *) extra;
  return NULL;
}

static void join_prepared (LodgerJoiner *joiner);

/* Locked, or not shared yet. */
static LodgerMember *
member_new (LodgerPending *pending, LodgerMembers *members)
{
  LodgerMember *member = lodger__slab_new (LODGER_SLAB_MEDIUM);
  if (member == NULL)
    return NULL;
  members->ops->hold (members);
  *member = (LodgerMember) { .extra.kind = &member_kind,
                             .listener = lodger__listener (&member_ops),
                             .joiner.join = join_prepared,
                             .pending = pending,
                             .members = members,
                             .has_ended = lodger__pending_state (pending) & P_DONE };
  lodger__extra_add (pending, &member->extra);
  if (!member->has_ended)
    lodger__pending_add_listener (pending, &member->listener);
  return member;
}

/* Under the mutex: the list that it is on; NULL: it may not join. */
static LodgerList *
enlist (LodgerMembers *members, LodgerMember *member, bool *ret_tells)
{
  LodgerList *list = members->ops->admit (members, ret_tells);
  member->has_joined = true;
  if (list == NULL)
    return NULL;
  lodger__list_append (list, &member->link);
  lodger_pending_ref (member->pending);
  members->count++;
  return list;
}

/* No lock, with a reference to the pending. The member may end, and those who keep track may go, at any moment after the
 * mutex. */
static bool
join (LodgerMembers *members, LodgerMember *member)
{
  const LodgerList *list;
  bool tells = false;
  pthread_mutex_lock (&members->mutex);
  list = enlist (members, member, &tells);
  if (member->has_ended)
    {
      leave (members, member, true);
      return list != NULL;
    }
  if (list != NULL && tells)
    members->ops->hold (members);
  pthread_mutex_unlock (&members->mutex);
  if (list == NULL && lodger__pending_unlisten (member->pending, &member->listener))
    untie (members, member);
  if (list != NULL && tells)
    {
      members->ops->joined (members, member->pending, list);
      members->ops->release (members);
    }
  return list != NULL;
}

static void
join_prepared (LodgerJoiner *joiner)
{
  LodgerMember *member = lodger__list_item (joiner, LodgerMember, joiner);
  join (atomic_load (&member->members), member);
}

bool
lodger__members_prepare (LodgerMembers *members, LodgerPending *pending)
{
  LodgerMember *member = member_new (pending, members);
  if (member != NULL)
    lodger__carry_add_joiner (pending, &member->joiner);
  return member != NULL;
}

/* ---- by hand ----------------------------------------------------------------------------------------------------------- */

int
lodger__members_add (LodgerMembers *members, LodgerPending *pending)
{
  LodgerMember *member;
  bool is_new;
  lodger__pending_lock (pending);
  member = member_of (pending, members);
  is_new = member == NULL;
  if (is_new)
    member = lodger__pending_state (pending) & P_STATIC ? NULL : member_new (pending, members);
  lodger__pending_unlock (pending);
  if (member == NULL)
    return LODGER_ENOMEM;
  return is_new && !join (members, member) ? LODGER_ESTATE : 0;
}

static bool
has_joined (LodgerMembers *members, const LodgerMember *member)
{
  bool has;
  pthread_mutex_lock (&members->mutex);
  has = member->has_joined;
  pthread_mutex_unlock (&members->mutex);
  return has;
}

/* A member whose listener is taken back here has not ended, so that this takes it off its list. */
bool
lodger__members_remove (LodgerMembers *members, LodgerPending *pending)
{
  LodgerMember *member;
  lodger__pending_lock (pending);
  member = member_of (pending, members);
  lodger__pending_unlock (pending);
  if (member == NULL || !has_joined (members, member) || !lodger__pending_unlisten (pending, &member->listener))
    return false;
  pthread_mutex_lock (&members->mutex);
  leave (members, member, false);
  return true;
}
