/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "group/group.h"

#include "base/log.h"
#include "life/life.h"

/* A group's times, its end and its cancel. */

#define PATIENCE INT64_C (10000000000)

static void
limit_free (void *data)
{
  lodger__group_release (data);
}

/* A limit that cannot be had is told: the group goes on without. */
LodgerTimeLimit *
lodger__group_limit (LodgerGroup *group, int64_t delay, LodgerDirectFunc over)
{
  LodgerTimeLimit *limit;
  lodger__group_hold (group);
  limit = lodger__time_limit_new (group->clock, delay, over, group, limit_free);
  if (limit != NULL)
    return limit;
  lodger__log (LODGER_LOG_ERROR, "a group (%s:%d) has no time limit: no memory, or no thread",
               group->options.file != NULL ? group->options.file : "?", group->options.line);
  return NULL;
}

/* ---- the end ----------------------------------------------------------------------------------------------------- */

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

/* Its context may refer to the group. */
static void
drop_winner (LodgerGroup *group)
{
  LodgerPending *winner;
  pthread_mutex_lock (&group->members.mutex);
  winner = group->winner;
  group->winner = NULL;
  pthread_mutex_unlock (&group->members.mutex);
  lodger_pending_unref (winner);
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
  drop_winner (group);
  lodger__group_drop_failed (group);
  lodger__group_release (group);
}

/* ---- the cancel -------------------------------------------------------------------------------------------------- */

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
  limit = lodger__group_limit (group, patience, patience_over);
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
  return lodger_pending_ref (lodger__member_pending (lodger__member (link)));
}

void
lodger__group_cancel_member (LodgerGroup *group, LodgerPending *pending, const char *message)
{
  if (group->options.spares_protected && (lodger__pending_state (pending) & P_PROTECTED))
    lodger__members_remove (&group->members, pending);
  else
    lodger_pending_cancel (pending, message);
}

/* One at a time: what is cancelled may be done at once, and its end cancels the group again. */
static void
cancel_members (LodgerGroup *group, const char *message)
{
  LodgerPending *pending;
  pthread_mutex_lock (&group->members.mutex);
  if (group->cancels)
    {
      pthread_mutex_unlock (&group->members.mutex);
      return;
    }
  group->cancels = true;
  while ((pending = next_to_cancel (group)) != NULL)
    {
      pthread_mutex_unlock (&group->members.mutex);
      lodger__group_cancel_member (group, pending, message);
      lodger_pending_unref (pending);
      pthread_mutex_lock (&group->members.mutex);
    }
  group->cancels = false;
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
    lodger__parker_signal (group->entered_in);
  pthread_mutex_unlock (&group->members.mutex);
  cancel_members (group, message);
  if (is_first && is_closed)
    begin_patience (group);
  if (!has_message)
    lodger__message_lost (message);
  lodger__group_release (group);
  return !is_done;
}
