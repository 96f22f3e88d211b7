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

/* A group's life, its cancel and its end. */

#define PATIENCE INT64_C (10000000000)

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

static void
drop_failed (LodgerGroup *group)
{
  LodgerLink *link;
  while ((link = lodger__list_pop (&group->failed)) != NULL)
    lodger_pending_unref (lodger__member (link)->pending);
}

void
lodger__group_release (LodgerGroup *group)
{
  if (atomic_fetch_sub_explicit (&group->holds, 1, memory_order_acq_rel) != 1)
    return;
  drop_failed (group);
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

/* A limit that cannot be had is told: the group goes on without. */
static LodgerTimeLimit *
limit_new (LodgerGroup *group, int64_t delay, LodgerDirectFunc over)
{
  LodgerTimeLimit *limit;
  lodger__group_hold (group);
  limit = lodger__time_limit_new (group->clock, delay, over, group, release);
  if (limit != NULL)
    return limit;
  lodger__log (LODGER_LOG_ERROR, "a group (%s:%d) has no time limit: no memory, or no thread",
               group->options.file != NULL ? group->options.file : "?", group->options.line);
  return NULL;
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
    group->limit = limit_new (group, options->timeout, limit_over);
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

/* ---- the end ----------------------------------------------------------------------------------------------------------- */

bool
lodger__group_is_over (LodgerGroup *group)
{
  if (!group->is_closed || group->is_done || (group->members.count > 0 && group->winner == NULL))
    return false;
  group->is_done = true;
  return true;
}

static void
signal_cancelled (LodgerGroup *group)
{
  lodger__pending_lock (group->pending);
  if (!(lodger__pending_state (group->pending) & P_DONE))
    {
      lodger__pending_add_state (group->pending, P_CANCELLED);
      lodger__pending_add_message (group->pending, group->message);
    }
  lodger__pending_complete (group->pending);
}

/* Unless the program has cancelled the group's pending meanwhile. */
static void
signal_winner (LodgerGroup *group)
{
  if (!lodger_pending_is_cancelled (group->pending))
    lodger_pending_return_from (group->pending, group->winner);
  lodger__pending_signal (group->pending, NULL);
}

void
lodger__group_settle (LodgerGroup *group)
{
  const LodgerGroupMode mode = group->options.mode;
  bool tells_cancel = mode == LODGER_GROUP_CANCEL || mode == LODGER_GROUP_REPORT;
  lodger__group_hold (group);
  lodger__time_limit_end (group->limit);
  lodger__time_limit_end (group->patience);
  if (group->bound != NULL)
    lodger__pending_signal (group->bound, NULL);
  if (group->is_given_up)
    lodger__pending_abandon (group->pending);
  else if (group->winner != NULL)
    signal_winner (group);
  else if (group->failures > 0)
    lodger__pending_signal (group->pending, lodger__group_error (group));
  else if (tells_cancel && (group->has_cancelled_member || atomic_load (&group->is_cancelled)))
    signal_cancelled (group);
  else
    lodger__pending_signal (group->pending, NULL);
  drop_failed (group);
  lodger__group_release (group);
}

/* ---- the cancel -------------------------------------------------------------------------------------------------------- */

/* What was cancelled has not ended in time. */
static void
patience_over (void *data)
{
  LodgerGroup *group = data;
  bool is_over;
  pthread_mutex_lock (&group->members.mutex);
  is_over = !group->is_done;
  if (is_over)
    group->is_done = group->is_given_up = true;
  pthread_mutex_unlock (&group->members.mutex);
  if (is_over)
    {
      lodger__group_name_late (group);
      lodger__group_settle (group);
    }
}

/* Once it is both cancelled and closed: nobody waits for its members before. */
static void
begin_patience (LodgerGroup *group)
{
  int64_t patience = group->options.cancellation_timeout;
  LodgerTimeLimit *limit, *unused = NULL;
  if (patience == 0)
    patience = PATIENCE;
  if (patience == LODGER_FOREVER)
    return;
  limit = limit_new (group, patience, patience_over);
  pthread_mutex_lock (&group->members.mutex);
  if (group->is_done)
    unused = limit;
  else
    group->patience = limit;
  pthread_mutex_unlock (&group->members.mutex);
  lodger__time_limit_end (unused);
}

void
lodger__group_close (LodgerGroup *group)
{
  bool is_over, is_late;
  pthread_mutex_lock (&group->members.mutex);
  is_late = !group->is_closed && atomic_load (&group->is_cancelled);
  group->is_closed = true;
  is_over = lodger__group_is_over (group);
  pthread_mutex_unlock (&group->members.mutex);
  if (is_over)
    lodger__group_settle (group);
  else if (is_late)
    begin_patience (group);
}

/* Under the mutex: the oldest that was not told, as a new reference, now among the cancelled ones; or NULL. */
static LodgerPending *
next_to_cancel (LodgerGroup *group)
{
  LodgerLink *link = lodger__list_pop (&group->at_work);
  if (link == NULL)
    return NULL;
  lodger__list_append (&group->cancelled, link);
  return lodger_pending_ref (lodger__member (link)->pending);
}

void
lodger__group_cancel_member (LodgerGroup *group, LodgerPending *pending, const char *message)
{
  if (group->options.spares_protected && (lodger__pending_state (pending) & P_PROTECTED))
    lodger__members_remove (&group->members, pending);
  else
    lodger_pending_cancel (pending, message);
}

static void
cancel_members (LodgerGroup *group, const char *message)
{
  LodgerPending *pending;
  pthread_mutex_lock (&group->members.mutex);
  while ((pending = next_to_cancel (group)) != NULL)
    {
      pthread_mutex_unlock (&group->members.mutex);
      lodger__group_cancel_member (group, pending, message);
      lodger_pending_unref (pending);
      pthread_mutex_lock (&group->members.mutex);
    }
  pthread_mutex_unlock (&group->members.mutex);
}

bool
lodger__group_cancel (LodgerGroup *group, const char *message)
{
  bool is_done, is_first, is_closed, has_message = true;
  lodger__group_hold (group);
  pthread_mutex_lock (&group->members.mutex);
  is_done = group->is_done;
  is_closed = group->is_closed;
  is_first = !is_done && !atomic_exchange (&group->is_cancelled, true);
  if (!is_done)
    has_message = lodger__message_append (&group->message, message);
  if (is_first && group->entered_in != NULL)
    lodger__parker_signal (&group->entered_in->parker);
  pthread_mutex_unlock (&group->members.mutex);
  cancel_members (group, message);
  if (is_first && is_closed)
    begin_patience (group);
  if (!has_message)
    lodger__message_lost (message);
  lodger__group_release (group);
  return !is_done;
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
