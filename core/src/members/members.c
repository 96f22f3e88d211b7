/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "members/members.h"

#include "base/port.h"

#include <stdlib.h>

/* The tie is made before the call is shared, so that joining needs no memory. A member is on a list from the moment when it
 * was accepted until it is done.
 *
 * No lock of a pending is taken under the mutex. */

static void
member_free (LodgerExtra *extra)
{
  LodgerMember *member = (LodgerMember *) extra;
  if (member->members != NULL)
    member->members->ops->release (member->members);
  free (member);
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

/* Under the mutex. */
static unsigned
leave (LodgerMembers *members, LodgerMember *member, bool is_done)
{
  lodger__list_remove (&member->link);
  members->count--;
  return members->ops->left != NULL ? members->ops->left (members, is_done ? member : NULL) : 0;
}

/* The tie is loose: whoever takes the pending's lock finds it no more. */
static void
untie (LodgerMember *member)
{
  LodgerPending *pending = member->pending;
  lodger__pending_lock (pending);
  member->members = NULL;
  lodger__pending_unlock (pending);
}

static void
member_ended (LodgerMember *member)
{
  LodgerMembers *members = member->members;
  LodgerPending *pending = member->pending;
  unsigned what;
  pthread_mutex_lock (&members->mutex);
  what = leave (members, member, true);
  pthread_mutex_unlock (&members->mutex);
  untie (member);
  if (what != 0)
    members->ops->after (members, what);
  lodger_pending_unref (pending);
  members->ops->release (members);
}

static void
member_notify (LodgerListener *listener, LodgerPending *done)
{
  (void) done;
  member_ended (lodger__list_item (listener, LodgerMember, listener));
}

static const LodgerListenerOps member_ops = { .notify = member_notify, .is_late = true };

/* ---- joining ----------------------------------------------------------------------------------------------------------- */

/* Locked, or not shared yet. */
static LodgerMember *
member_of (const LodgerPending *pending, const LodgerMembers *members)
{
  for (LodgerExtra *extra = pending->extras; extra != NULL; extra = extra->next)
    if (extra->kind == &member_kind && ((LodgerMember *) extra)->members == members)
      return (LodgerMember *) extra;
  return NULL;
}

/* Locked, or not shared yet. */
static LodgerMember *
member_new (LodgerPending *pending, LodgerMembers *members)
{
  LodgerMember *member = calloc (1, sizeof *member);
  if (member == NULL)
    return NULL;
  members->ops->hold (members);
  member->extra.kind = &member_kind;
  member->listener = lodger__listener (&member_ops);
  member->pending = pending;
  member->members = members;
  lodger__extra_add (pending, &member->extra);
  return member;
}

/* The list that it is on; NULL: it may not join. */
static LodgerList *
enlist (LodgerMembers *members, LodgerMember *member)
{
  LodgerList *list;
  pthread_mutex_lock (&members->mutex);
  list = members->ops->admit (members);
  if (list != NULL)
    {
      lodger__list_append (list, &member->link);
      lodger_pending_ref (member->pending);
      members->count++;
    }
  pthread_mutex_unlock (&members->mutex);
  return list;
}

/* The member may end at any moment once its listener is there. */
static bool
join (LodgerMembers *members, LodgerMember *member)
{
  LodgerPending *pending = lodger_pending_ref (member->pending);
  const LodgerList *list;
  members->ops->hold (members);
  list = enlist (members, member);
  if (list == NULL)
    {
      untie (member);
      members->ops->release (members);
    }
  else if (!lodger__pending_listen (pending, &member->listener))
    member_ended (member);
  else if (members->ops->joined != NULL)
    members->ops->joined (members, pending, list);
  lodger_pending_unref (pending);
  members->ops->release (members);
  return list != NULL;
}

bool
lodger__members_prepare (LodgerMembers *members, LodgerPending *pending)
{
  return member_new (pending, members) != NULL;
}

void
lodger__members_join (LodgerMembers *members, LodgerPending *pending)
{
  LodgerMember *member;
  lodger__pending_lock (pending);
  member = member_of (pending, members);
  lodger__pending_unlock (pending);
  join (members, member);
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

/* A member whose listener is taken back here has not ended, so that this takes it off its list. */
bool
lodger__members_remove (LodgerMembers *members, LodgerPending *pending)
{
  LodgerMember *member;
  unsigned what;
  lodger__pending_lock (pending);
  member = member_of (pending, members);
  lodger__pending_unlock (pending);
  if (member == NULL || !lodger__pending_unlisten (pending, &member->listener))
    return false;
  pthread_mutex_lock (&members->mutex);
  what = leave (members, member, false);
  pthread_mutex_unlock (&members->mutex);
  untie (member);
  if (what != 0)
    members->ops->after (members, what);
  lodger_pending_unref (pending);
  members->ops->release (members);
  return true;
}
