/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/log.h"
#include "base/text.h"
#include "group/group.h"

/* What a group says of its members: the error that lists each failure, and the names of those that have not ended. */

static void
add_failure (LodgerText *text, LodgerPending *pending)
{
  const LodgerSite *site = lodger__pending_site (pending);
  const LodgerError *error = lodger_pending_get_error (pending);
  lodger__text_add (text, "\n  ");
  lodger__text_site (text, site, "call");
  lodger__text_add (text, ": %s", lodger_error_get_message (error));
}

/* Domain and code are those of the first failure. Nobody changes the list any more. Without memory it is that failure
 * itself. */
LodgerError *
lodger__group_error (LodgerGroup *group)
{
  const LodgerError *first = NULL;
  LodgerError *error;
  LodgerText text = { 0 };
  char *message;
  lodger__text_add (&text,
                    group->failures == 1 ? "a call of the group has failed:" : "%zu calls of the group have failed:",
                    group->failures);
  lodger__members_for (member, &group->failed)
  {
    if (first == NULL)
      first = lodger_pending_get_error (lodger__member_pending (member));
    add_failure (&text, lodger__member_pending (member));
  }
  message = lodger__text_take (&text);
  error = message != NULL ? lodger_error_new (lodger_error_get_domain (first), lodger_error_get_code (first), message)
                          : lodger_error_ref ((LodgerError *) (uintptr_t) first);
  lodger_free (message);
  return error;
}

/* Under the mutex a member on the list is alive. What is said of it is logged without the mutex. */
void
lodger__group_name_late (LodgerGroup *group)
{
  LodgerText text = { 0 };
  size_t count = 0;
  char *lines;
  pthread_mutex_lock (&group->members.mutex);
  for (int i = 0; i < 2; i++)
    lodger__members_for (member, i == 0 ? &group->at_work : &group->cancelled) if (count++ < LODGER_TEXT_MOST)
    {
      lodger__text_add (&text, "; ");
      lodger__pending_write (lodger__member_pending (member), &text);
    }
  pthread_mutex_unlock (&group->members.mutex);
  lines = lodger__text_take (&text);
  lodger__log (LODGER_LOG_WARNING, "a group (%s:%d) gives up calls that do not end, %zu of them%s",
               group->options.file != NULL ? group->options.file : "?", group->options.line, count,
               lines != NULL ? lines : "");
  lodger_free (lines);
}
