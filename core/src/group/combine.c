/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/log.h"
#include "group/group.h"

/* Several pendings as one: groups of just these. */

static int
add_all (LodgerGroup *group, LodgerPending *const *pendings, size_t count)
{
  int code = 0;
  for (size_t i = 0; i < count && code == 0; i++)
    code = lodger__members_add (&group->members, pendings[i]);
  for (size_t i = 0; i < count && code != 0; i++)
    lodger__members_remove (&group->members, pendings[i]);
  return code;
}

static LodgerPending *
combine (LodgerPending *const *pendings, size_t count, LodgerGroupUntil until, const char *function)
{
  LodgerGroup *group;
  LodgerPending *pending;
  int code = lodger__pendings_check (pendings, count, function);
  if (code == 0 && count == 0 && until != LODGER_GROUP_UNTIL_ALL)
    code = lodger__misuse (function, LODGER_EINVAL, "none of none is ever the first");
  if (code != 0)
    return lodger__pending_refused (code, NULL);
  group = lodger_group_new (
      LODGER_GROUP_OPTIONS (.name = function, .spares_protected = true, .until = until,
                            .mode = until == LODGER_GROUP_UNTIL_ALL ? LODGER_GROUP_CANCEL : LODGER_GROUP_REPORT));
  code = group != NULL ? add_all (group, pendings, count) : LODGER_ENOMEM;
  pending = code == 0 ? lodger_group_close (group) : lodger__pending_refused (code, NULL);
  lodger_group_unref (group);
  return pending;
}

LodgerPending *
lodger_pending_all (LodgerPending *const *pendings, size_t count)
{
  return combine (pendings, count, LODGER_GROUP_UNTIL_ALL, __func__);
}

LodgerPending *
lodger_pending_any (LodgerPending *const *pendings, size_t count)
{
  return combine (pendings, count, LODGER_GROUP_UNTIL_SUCCESS, __func__);
}

LodgerPending *
lodger_pending_race (LodgerPending *const *pendings, size_t count)
{
  return combine (pendings, count, LODGER_GROUP_UNTIL_FIRST, __func__);
}
