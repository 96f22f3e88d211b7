/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/context.h"
#include "group/group.h"
#include "pending/carry.h"
#include "wait/graph.h"

#include <stdlib.h>

/* The members of a group. One is on a list of its group from the moment when it was accepted until it is done; then only one
 * that has failed is kept. Whoever takes the last member off the list of a closed group settles the group. */

static LodgerGroup *
group_of (LodgerMembers *members)
{
  return lodger__list_owner (members, offsetof (LodgerGroup, members));
}

static void
hold (LodgerMembers *members)
{
  lodger__group_hold (group_of (members));
}

static void
release (LodgerMembers *members)
{
  lodger__group_release (group_of (members));
}

/* ---- the end of a member ----------------------------------------------------------------------------------------------- */

/* What it says about the group. */
enum
{
  HAS_WON = 1 << 0,
  HAS_FAILED = 1 << 1,
  WAS_CANCELLED = 1 << 2,
  IS_OVER = 1 << 3
};

static bool
wins (const LodgerGroup *group, int code)
{
  return group->options.until == LODGER_GROUP_UNTIL_FIRST
         || (group->options.until == LODGER_GROUP_UNTIL_SUCCESS && code == 0);
}

/* Under the mutex. It is kept if it has failed. */
static unsigned
judge (LodgerGroup *group, LodgerMember *member)
{
  int code = lodger_pending_get_outcome (lodger__member_pending (member));
  if (group->winner != NULL || group->is_done)
    return 0;
  if (wins (group, code))
    {
      group->winner = lodger_pending_ref (lodger__member_pending (member));
      return HAS_WON;
    }
  if (code == 0)
    return 0;
  if (code != LODGER_ECANCELED)
    {
      lodger__member_append (&group->failed, member);
      lodger_pending_ref (lodger__member_pending (member));
      group->failures++;
      return group->options.until == LODGER_GROUP_UNTIL_ALL ? HAS_FAILED : 0;
    }
  group->has_cancelled_member = true;
  return group->options.mode == LODGER_GROUP_CANCEL || group->options.mode == LODGER_GROUP_CANCEL_QUIET ? WAS_CANCELLED
                                                                                                        : 0;
}

static unsigned
left (LodgerMembers *members, LodgerMember *member)
{
  LodgerGroup *group = group_of (members);
  unsigned what = member != NULL ? judge (group, member) : 0;
  return what | (lodger__group_is_over (group) ? IS_OVER : 0);
}

/* The outcome does not wait for those who lose. */
static void
after (LodgerMembers *members, unsigned what)
{
  LodgerGroup *group = group_of (members);
  if (what & IS_OVER)
    lodger__group_settle (group);
  if (what & HAS_WON)
    lodger__group_cancel (group, "another call of its group was the first");
  else if ((what & (HAS_FAILED | WAS_CANCELLED)) && !atomic_load (&group->is_cancelled))
    lodger__group_cancel (group, what & HAS_FAILED ? "another call of its group has failed"
                                                   : "another call of its group was cancelled");
}

/* ---- joining ----------------------------------------------------------------------------------------------------------- */

static LodgerList *
admit (LodgerMembers *members, bool *ret_tells)
{
  LodgerGroup *group = group_of (members);
  bool is_cancelled = atomic_load (&group->is_cancelled);
  if (group->is_done)
    return NULL;
  *ret_tells = is_cancelled || lodger__waits_are_there ();
  return is_cancelled ? &group->cancelled : &group->at_work;
}

static void
joined (LodgerMembers *members, LodgerPending *pending, const LodgerList *list)
{
  LodgerGroup *group = group_of (members);
  if (list == &group->cancelled)
    lodger__group_cancel_member (group, pending, "its group was cancelled");
  lodger__waits_look_again (group->pending);
}

const LodgerMembersOps lodger__group_members
    = { .hold = hold, .release = release, .admit = admit, .joined = joined, .left = left, .after = after };

/* Of a call that is going to join the group, and those around it. */
static bool
prepare (void *value, LodgerPending *pending)
{
  for (LodgerGroup *group = value; group != NULL; group = group->outer)
    if (!lodger__members_prepare (&group->members, pending))
      return false;
  return true;
}

const LodgerTrackerOps lodger__group_tracker = { .prepare = prepare, .kind = LODGER_TRACKED_GROUPS };
const LodgerContextKey lodger__group_key = { "the group" };

/* ---- who waits for whom ------------------------------------------------------------------------------------------------ */

/* References to all of them; NULL without any, or without memory. */
static LodgerPending **
list_all (LodgerGroup *group, size_t *ret_count)
{
  LodgerPending **all = NULL;
  size_t count = 0;
  pthread_mutex_lock (&group->members.mutex);
  if (group->members.count > 0)
    all = malloc (group->members.count * sizeof (LodgerPending *));
  if (all != NULL)
    {
      count = lodger__members_list (&group->at_work, all);
      count += lodger__members_list (&group->cancelled, all + count);
    }
  pthread_mutex_unlock (&group->members.mutex);
  *ret_count = count;
  return all;
}

/* The group's pending hangs on each member, or on any one. */
static void
blocked_on (const LodgerExtra *extra, LodgerBlockedOn *ret_blocked)
{
  LodgerGroup *group = ((const LodgerGathering *) extra)->group;
  if (group->options.until == LODGER_GROUP_UNTIL_ALL)
    ret_blocked->all = list_all (group, &ret_blocked->all_count);
  else
    ret_blocked->any = list_all (group, &ret_blocked->any_count);
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
  int code = lodger__group_check (group, __func__);
  if (code == 0)
    code = lodger__pendings_check (&pending, 1, __func__);
  if (code == 0 && pending == group->pending)
    code = lodger__misuse (__func__, LODGER_EINVAL, "a group is no member of itself");
  if (code != 0)
    return code;
  code = lodger__members_add (&group->members, pending);
  if (code == LODGER_ENOMEM)
    lodger__misuse (__func__, code, "no memory");
  return code == LODGER_ESTATE ? lodger__misuse (__func__, code, "the group is done") : code;
}

bool
lodger_group_remove (LodgerGroup *group, LodgerPending *pending)
{
  return lodger__group_check (group, __func__) == 0 && !lodger__is_null (pending, __func__)
         && lodger__members_remove (&group->members, pending);
}
