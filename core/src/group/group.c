/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define LODGER_NO_CALL_SITES
#include "group/group.h"

#include "base/context.h"
#include "base/fork.h"
#include "base/log.h"
#include "base/options.h"
#include "base/port.h"
#include "base/site.h"
#include "call/scope.h"
#include "life/life.h"

#include <stdlib.h>

/* A group's life. */

/* ---- life -------------------------------------------------------------------------------------------------------------- */

static bool
is_before_fork (const LodgerGroup *group)
{
  return group->generation != (uint16_t) lodger__generation_now ();
}

int
lodger__group_check (const LodgerGroup *group, const char *function)
{
  if (group == NULL)
    return lodger__misuse (function, LODGER_EINVAL, "the group is NULL");
  return is_before_fork (group) ? lodger__misuse (function, LODGER_ECHILD, lodger__before_fork_message) : 0;
}

void
lodger__group_hold (LodgerGroup *group)
{
  atomic_fetch_add_explicit (&group->holds, 1, memory_order_relaxed);
}

void
lodger__group_drop_failed (LodgerGroup *group)
{
  LodgerLink *link;
  while ((link = lodger__list_pop (&group->failed)) != NULL)
    lodger_pending_unref (lodger__member_pending (lodger__member (link)));
}

void
lodger__group_release (LodgerGroup *group)
{
  if (atomic_fetch_sub_explicit (&group->holds, 1, memory_order_acq_rel) != 1)
    return;
  lodger__group_drop_failed (group);
  lodger__group_disperse (group);
  lodger_pending_unref (group->winner);
  lodger_pending_unref (group->pending);
  lodger_pending_unref (group->bound);
  lodger_group_unref (group->outer);
  lodger_caller_unref (group->clock);
  lodger__members_clear (&group->members, is_before_fork (group));
  free (group->message);
  free (group);
}

static void
release (void *data)
{
  lodger__group_release (data);
}

static void
cancel_by_pending (LodgerPending *pending, const char *message, void *data)
{
  (void) pending;
  lodger__group_cancel (data, message != NULL ? message : "the outcome of its group was cancelled");
}

static void
limit_over (void *data)
{
  lodger__group_cancel (data, "the time of its group is over");
}

static const char *
refusal (const LodgerGroupOptions *options, int *ret_code)
{
  *ret_code = LODGER_EINVAL;
  if ((unsigned) options->mode > LODGER_GROUP_REPORT || (unsigned) options->until > LODGER_GROUP_UNTIL_FIRST)
    return "an unknown mode or end";
  if (options->timeout < 0 || options->cancellation_timeout < 0)
    return "a time below 0";
  *ret_code = LODGER_ECANCELED;
  return options->scope != NULL && lodger_scope_has_ended (options->scope) ? lodger__scope_message : NULL;
}

/* False without memory. */
static bool
make_pendings (LodgerGroup *group)
{
  group->pending = lodger_pending_new (LODGER_PENDING_PROTECTED);
  if (lodger__pending_state (group->pending) & P_STATIC)
    return false;
  if (group->options.scope == NULL)
    return true;
  group->bound = lodger_pending_new (LODGER_PENDING_PROTECTED);
  return !(lodger__pending_state (group->bound) & P_STATIC) && lodger__scope_bind (group->bound, group->options.scope);
}

/* Its pending would tell of a cancel whatever the mode says. */
static void
bind (LodgerGroup *group)
{
  lodger__group_hold (group);
  lodger_pending_set_canceller (group->bound, cancel_by_pending, group, release);
  lodger__scope_link (group->bound);
}

static LodgerGroup *
make (const LodgerGroupOptions *options)
{
  LodgerGroup *group = calloc (1, sizeof *group);
  if (group == NULL)
    return NULL;
  group->options = *options;
  if (!make_pendings (group))
    {
      lodger_pending_unref (group->pending);
      lodger_pending_unref (group->bound);
      free (group);
      return NULL;
    }
  atomic_init (&group->refs, 1);
  atomic_init (&group->holds, 2); /* the reference's, and the canceller's */
  group->generation = (uint16_t) lodger__generation_now ();
  group->clock = lodger_caller_ref (lodger_caller_current ());
  lodger__members_init (&group->members, &lodger__group_members);
  lodger__group_gather (group);
  lodger_pending_set_canceller (group->pending, cancel_by_pending, group, release);
  if (options->scope != NULL)
    bind (group);
  if (options->timeout > 0)
    group->limit = lodger__group_limit (group, options->timeout, limit_over);
  return group;
}

LodgerGroup *
lodger_group_new (const LodgerGroupOptions *given)
{
  LodgerGroupOptions own, options = { .size = sizeof options };
  const char *reason;
  LodgerGroup *group = NULL;
  int code = LODGER_EINVAL;
  given = lodger__options (given, &own, sizeof own, &reason);
  if (given != NULL)
    options = *given;
  if (reason == NULL)
    reason = refusal (&options, &code);
  if (reason == NULL && (group = make (&options)) == NULL)
    {
      code = LODGER_ENOMEM;
      reason = "no memory";
    }
  if (group == NULL)
    lodger__misuse_at (__func__, code, reason, options.file, options.line);
  return group;
}

LodgerGroup *
lodger_group_ref (LodgerGroup *group)
{
  if (group != NULL)
    {
      lodger__group_hold (group);
      atomic_fetch_add_explicit (&group->refs, 1, memory_order_relaxed);
    }
  return group;
}

void
lodger_group_unref (LodgerGroup *group)
{
  if (group == NULL)
    return;
  if (atomic_fetch_sub_explicit (&group->refs, 1, memory_order_acq_rel) == 1 && !is_before_fork (group))
    lodger__group_close (group);
  lodger__group_release (group);
}

bool
lodger_group_cancel (LodgerGroup *group, const char *message)
{
  return lodger__group_check (group, __func__) == 0 && lodger__group_cancel (group, message);
}

/* ---- what it says ------------------------------------------------------------------------------------------------------ */

bool
lodger_group_is_cancelled (const LodgerGroup *group)
{
  return group != NULL && atomic_load (&group->is_cancelled);
}

size_t
lodger_group_count (LodgerGroup *group)
{
  return group != NULL && !is_before_fork (group) ? lodger__members_count (&group->members) : 0;
}

LodgerPending *
lodger_group_get_pending (const LodgerGroup *group)
{
  return group != NULL ? group->pending : NULL;
}

LodgerGroup *
lodger_group_current (void)
{
  return lodger__context_value (lodger_context_current (), &lodger__group_key, &lodger__group_tracker);
}
