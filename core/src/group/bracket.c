/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/context.h"
#include "base/log.h"
#include "group/group.h"
#include "pending/carry.h"
#include "wait/suspend.h"

/* A group that a call has entered: it is the current one until the call leaves or closes it, and its cancel ends the
 * waits of the call. `entered_in` says whose parker a cancel signals; it is there from the entry to the leave, which
 * the thread itself makes. */

static LodgerGroup *
group_of (const LodgerBracket *bracket)
{
  return lodger__list_owner (bracket, offsetof (LodgerGroup, bracket));
}

static bool
is_cancelled (const LodgerBracket *bracket)
{
  return atomic_load (&group_of (bracket)->is_cancelled);
}

static bool
is_shield (const LodgerBracket *bracket)
{
  return group_of (bracket)->options.is_shielded;
}

/* The call is over, so that nobody waits for the group. */
static void
is_left (LodgerBracket *bracket)
{
  LodgerGroup *group = group_of (bracket);
  char *name = lodger_pending_describe (lodger_pending_current ());
  lodger__log (LODGER_LOG_WARNING, "%s has returned without leaving its group (%s:%d)", name != NULL ? name : "a call",
               group->options.file != NULL ? group->options.file : "?", group->options.line);
  lodger_free (name);
  lodger_group_ref (group);
  lodger__group_pop (group, lodger__thread_peek ());
  lodger__group_cancel (group, "the call that had entered the group has returned");
  lodger__group_close (group);
  lodger_group_unref (group);
}

static const LodgerBracketOps bracket_ops
    = { .is_cancelled = is_cancelled, .is_shield = is_shield, .is_left = is_left };

static void
unref_group (void *group)
{
  lodger_group_unref (group);
}

/* Under the mutex. */
static bool
may_enter (LodgerGroup *group, LodgerThread *thread)
{
  if (group->was_entered || group->is_closed)
    return false;
  group->was_entered = true;
  group->entered_in = thread->strand.parker;
  return true;
}

int
lodger_group_enter (LodgerGroup *group)
{
  LodgerThread *thread = lodger__thread ();
  LodgerContext *context;
  bool may;
  int code = lodger__group_check (group, __func__);
  if (code == 0 && thread == NULL)
    code = lodger__misuse (__func__, LODGER_ENOMEM, "no memory");
  if (code == 0 && thread->frame != NULL && thread->frame->pending == NULL && thread->bracket == NULL)
    code = lodger__misuse (__func__, LODGER_ESTATE, "a call_direct enters no group");
  if (code != 0)
    return code;
  context = lodger__context_with (thread->context, &lodger__group_key, lodger_group_ref (group), unref_group,
                                  &lodger__group_tracker);
  if (context == NULL)
    return lodger__misuse (__func__, LODGER_ENOMEM, "no memory");
  pthread_mutex_lock (&group->members.mutex);
  may = may_enter (group, thread);
  pthread_mutex_unlock (&group->members.mutex);
  if (may)
    {
      lodger_group_ref (group);
      group->outer = lodger_group_ref (lodger_group_current ());
      group->bracket.ops = &bracket_ops;
      lodger__bracket_enter (thread, &group->bracket, context);
    }
  lodger_context_unref (context);
  return may ? 0 : lodger__misuse (__func__, LODGER_EALREADY, "the group was entered or closed before");
}

void
lodger__group_pop (LodgerGroup *group, LodgerThread *thread)
{
  pthread_mutex_lock (&group->members.mutex);
  group->entered_in = NULL;
  pthread_mutex_unlock (&group->members.mutex);
  lodger__bracket_leave (thread, &group->bracket);
  lodger_group_unref (group);
}

/* It is entered, and this thread's innermost bracket. */
static bool
is_innermost (const LodgerGroup *group, const LodgerThread *thread)
{
  return thread != NULL && thread->bracket == &group->bracket;
}

/* ---- close ------------------------------------------------------------------------------------------------------- */

static bool
is_entered (LodgerGroup *group)
{
  bool is;
  pthread_mutex_lock (&group->members.mutex);
  is = group->entered_in != NULL;
  pthread_mutex_unlock (&group->members.mutex);
  return is;
}

LodgerPending *
lodger_group_close (LodgerGroup *group)
{
  LodgerThread *thread = lodger__thread_peek ();
  LodgerPending *pending;
  int code = lodger__group_check (group, __func__);
  if (code == 0 && !is_innermost (group, thread) && is_entered (group))
    code = lodger__misuse (__func__, LODGER_ESTATE, "it is entered, and not the innermost group of this call");
  if (code != 0)
    return lodger__pending_refused (code, NULL);
  pending = lodger_pending_ref (group->pending);
  lodger_group_ref (group);
  if (is_innermost (group, thread))
    lodger__group_pop (group, thread);
  lodger__group_close (group);
  lodger_group_unref (group);
  return pending;
}

/* ---- leave ------------------------------------------------------------------------------------------------------- */

/* The members' cleanup is waited for, whatever happens to the call that waits. A failure says more than a cancel, which
 * it may have caused: of a group around this one. */
static int
wait_for_cleanup (LodgerGroup *group, int code, const char *message)
{
  int outcome;
  lodger__group_cancel (group, message);
  outcome = lodger_pending_wait (group->pending, LODGER_FOREVER, LODGER_WAIT_PROTECT | LODGER_WAIT_SHIELD);
  if (outcome == LODGER_EABANDONED || (outcome == LODGER_EFAILED && code == LODGER_ECANCELED))
    return outcome;
  return code;
}

static int
wait_for_members (LodgerGroup *group)
{
  LodgerWaitFlags flags = LODGER_WAIT_PROTECT;
  int code;
  if (group->options.is_shielded)
    flags |= LODGER_WAIT_SHIELD;
  code = lodger_pending_wait (group->pending, LODGER_FOREVER, flags);
  if (lodger_pending_is_done (group->pending))
    return code;
  if (code == LODGER_ECANCELED)
    return wait_for_cleanup (group, code, "the call that waits for its group was cancelled");
  return wait_for_cleanup (group, code, "the call that waits for its group cannot wait");
}

int
lodger_group_leave (LodgerGroup *group, LodgerError **ret_error)
{
  LodgerThread *thread = lodger__thread_peek ();
  int code = lodger__group_check (group, __func__);
  if (code == 0 && !is_innermost (group, thread))
    code = lodger__misuse (__func__, LODGER_ESTATE, "it is not the innermost group of this call");
  if (code == 0 && lodger_group_count (group) > 0)
    code = lodger__suspend_refusal (thread, __func__);
  if (code != 0)
    return code;
  lodger_group_ref (group);
  lodger__group_pop (group, thread);
  lodger__group_close (group);
  code = wait_for_members (group);
  if (code == LODGER_EFAILED && ret_error != NULL)
    *ret_error = lodger_error_ref (lodger_pending_get_error (group->pending));
  lodger_group_unref (group);
  return code;
}
