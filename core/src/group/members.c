/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/context.h"
#include "group/group.h"
#include "pending/carry.h"
#include "wait/graph.h"

#include <stdlib.h>

/* The members of a group. The tie is made before the call is shared, so that joining needs no memory. A member is on a list
 * of its group from the moment when it was accepted until it is done; then it leaves the list, and only one that has failed
 * is kept. Whoever takes the last member off the list of a closed group settles the group.
 *
 * No lock of a pending is taken under the group's mutex. */

static void
member_free (LodgerExtra *extra)
{
  LodgerMember *member = (LodgerMember *) extra;
  if (member->group != NULL)
    lodger__group_release (member->group);
  free (member);
}

LODGER_EXTRA_KIND (member_kind, member_free, NULL);

/* ---- the end of a member ----------------------------------------------------------------------------------------------- */

/* Under the mutex: what it says about the group; NULL: nothing. It is kept if it has failed. */
static const char *
judge (LodgerGroup *group, LodgerMember *member)
{
  int code = lodger_pending_get_outcome (member->pending);
  group->count--;
  if (code == 0)
    return NULL;
  if (code != LODGER_ECANCELED)
    {
      lodger__list_append (&group->failed, &member->link);
      lodger_pending_ref (member->pending);
      group->failures++;
      return "another call of its group has failed";
    }
  group->has_cancelled_member = true;
  return group->options.mode == LODGER_GROUP_CANCEL || group->options.mode == LODGER_GROUP_CANCEL_QUIET
             ? "another call of its group was cancelled"
             : NULL;
}

static void
member_ended (LodgerMember *member)
{
  LodgerGroup *group = member->group;
  LodgerPending *pending = member->pending;
  const char *message = NULL;
  bool was_member, is_over;
  pthread_mutex_lock (&group->mutex);
  was_member = lodger__list_remove (&member->link);
  if (was_member)
    message = judge (group, member);
  is_over = lodger__group_is_over (group);
  pthread_mutex_unlock (&group->mutex);
  lodger__pending_lock (pending);
  member->group = NULL;
  lodger__pending_unlock (pending);
  if (message != NULL)
    lodger__group_cancel (group, message);
  if (is_over)
    lodger__group_settle (group);
  if (was_member)
    lodger_pending_unref (pending);
  lodger__group_release (group);
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
member_of (const LodgerPending *pending, const LodgerGroup *group)
{
  for (LodgerExtra *extra = pending->extras; extra != NULL; extra = extra->next)
    if (extra->kind == &member_kind && ((LodgerMember *) extra)->group == group)
      return (LodgerMember *) extra;
  return NULL;
}

/* Locked, or not shared yet. */
static LodgerMember *
member_new (LodgerPending *pending, LodgerGroup *group)
{
  LodgerMember *member = calloc (1, sizeof *member);
  if (member == NULL)
    return NULL;
  lodger__group_hold (group);
  member->extra.kind = &member_kind;
  member->listener = lodger__listener (&member_ops);
  member->pending = pending;
  member->group = group;
  lodger__extra_add (pending, &member->extra);
  return member;
}

/* False: the group is done. */
static bool
join (LodgerMember *member)
{
  LodgerGroup *group = member->group;
  LodgerPending *pending = member->pending, *gathers;
  bool is_late, is_cancelled;
  pthread_mutex_lock (&group->mutex);
  is_late = group->is_done;
  is_cancelled = atomic_load (&group->is_cancelled);
  if (!is_late)
    {
      lodger__list_append (is_cancelled ? &group->cancelled : &group->members, &member->link);
      lodger_pending_ref (pending);
      group->count++;
    }
  pthread_mutex_unlock (&group->mutex);
  if (is_late)
    {
      lodger__pending_lock (pending);
      member->group = NULL;
      lodger__pending_unlock (pending);
      lodger__group_release (group);
      return false;
    }
  lodger_pending_ref (pending);
  gathers = lodger_pending_ref (group->pending);
  if (!lodger__pending_listen (pending, &member->listener))
    member_ended (member);
  else
    {
      if (is_cancelled)
        lodger_pending_cancel (pending, "its group was cancelled");
      lodger__waits_look_again (gathers);
    }
  lodger_pending_unref (gathers);
  lodger_pending_unref (pending);
  return true;
}

/* Of a call that is going to join the group, and those around it. */
static bool
prepare (void *value, LodgerPending *pending)
{
  for (LodgerGroup *group = value; group != NULL; group = group->outer)
    if (member_new (pending, group) == NULL)
      return false;
  return true;
}

static void
join_all (void *value, LodgerPending *pending)
{
  for (LodgerGroup *group = value; group != NULL; group = group->outer)
    {
      LodgerMember *member;
      lodger__pending_lock (pending);
      member = member_of (pending, group);
      lodger__pending_unlock (pending);
      join (member);
    }
}

const LodgerTrackerOps lodger__group_tracker = { .prepare = prepare, .join = join_all, .kind = LODGER_TRACKED_GROUPS };
const LodgerContextKey lodger__group_key = { "the group" };

/* ---- who waits for whom ------------------------------------------------------------------------------------------------ */

static size_t
list_members (const LodgerList *list, LodgerPending **into)
{
  size_t count = 0;
  lodger__list_for (member, list, LodgerMember, link)
    into[count++] = lodger_pending_ref (member->pending);
  return count;
}

/* The group's pending hangs on each member. */
static void
blocked_on (const LodgerExtra *extra, LodgerBlockedOn *ret_blocked)
{
  LodgerGroup *group = ((const LodgerGathering *) extra)->group;
  pthread_mutex_lock (&group->mutex);
  if (group->count > 0)
    ret_blocked->all = malloc (group->count * sizeof (LodgerPending *));
  if (ret_blocked->all != NULL)
    {
      ret_blocked->all_count = list_members (&group->members, ret_blocked->all);
      ret_blocked->all_count += list_members (&group->cancelled, ret_blocked->all + ret_blocked->all_count);
    }
  pthread_mutex_unlock (&group->mutex);
}

LODGER_EXTRA_KIND (gathering_kind, NULL, blocked_on);

void
lodger__group_gather (LodgerGroup *group)
{
  group->gathering = (LodgerGathering) { .extra.kind = &gathering_kind, .group = group };
  lodger__extra_add (group->pending, &group->gathering.extra);
}

void
lodger__group_disperse (LodgerGroup *group)
{
  lodger__pending_lock (group->pending);
  lodger__extra_remove (group->pending, &group->gathering.extra);
  lodger__pending_unlock (group->pending);
}

/* ---- by hand ----------------------------------------------------------------------------------------------------------- */

int
lodger_group_add (LodgerGroup *group, LodgerPending *pending)
{
  LodgerMember *member;
  bool is_new;
  int code = lodger__group_check (group, __func__);
  if (code == 0)
    code = lodger_pending_is_done (pending) && pending != NULL ? 0 : lodger__pending_check (pending, __func__);
  if (code == 0 && pending == group->pending)
    code = lodger__misuse (__func__, LODGER_EINVAL, "a group is no member of itself");
  if (code != 0)
    return code;
  lodger__pending_lock (pending);
  member = member_of (pending, group);
  is_new = member == NULL;
  if (is_new)
    member = lodger__pending_state (pending) & P_STATIC ? NULL : member_new (pending, group);
  lodger__pending_unlock (pending);
  if (member == NULL)
    return lodger__misuse (__func__, LODGER_ENOMEM, "no memory");
  return is_new && !join (member) ? lodger__misuse (__func__, LODGER_ESTATE, "the group is done") : 0;
}

/* A member whose listener is taken back here has not ended, so that this takes it off its list. */
bool
lodger_group_remove (LodgerGroup *group, LodgerPending *pending)
{
  LodgerMember *member;
  bool is_over;
  if (lodger__group_check (group, __func__) != 0 || lodger__is_null (pending, __func__))
    return false;
  lodger__pending_lock (pending);
  member = member_of (pending, group);
  lodger__pending_unlock (pending);
  if (member == NULL || !lodger__pending_unlisten (pending, &member->listener))
    return false;
  pthread_mutex_lock (&group->mutex);
  lodger__list_remove (&member->link);
  group->count--;
  is_over = lodger__group_is_over (group);
  pthread_mutex_unlock (&group->mutex);
  lodger__pending_lock (pending);
  member->group = NULL;
  lodger__pending_unlock (pending);
  if (is_over)
    lodger__group_settle (group);
  lodger_pending_unref (pending);
  lodger__group_release (group);
  return true;
}
