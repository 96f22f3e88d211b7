/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wait/suspend.h"

#include "base/log.h"
#include "mailbox/owner.h"
#include "pending/extras.h"

int
lodger__suspend_refusal (const LodgerThread *thread, const char *function)
{
  if (thread->frame != NULL && thread->frame->pending == NULL)
    return lodger__misuse (function, LODGER_ESTATE, "a call_direct cannot wait");
  if (!lodger__thread_may_block (thread))
    return lodger__misuse (function, LODGER_EWRONGTHREAD,
                           "this thread's loop is not driven by Lodger: use lodger_pending_then");
  return 0;
}

void
lodger__suspend_listen (LodgerWait *wait, const LodgerThread *thread)
{
  const LodgerBracket *bracket = thread->bracket;
  wait->bracket = bracket;
  wait->self = lodger__thread_pending (thread);
  for (; bracket != NULL; bracket = bracket->outer)
    if (bracket->ops != NULL && bracket->ops->is_shield (bracket))
      {
        wait->self = NULL;
        return;
      }
}

bool
lodger__wait_is_cancelled (const LodgerWait *wait)
{
  for (const LodgerBracket *at = wait->bracket; at != NULL; at = at->outer)
    {
      if (at->ops != NULL && at->ops->is_cancelled (at))
        return true;
      if (at->ops != NULL && at->ops->is_shield (at))
        return false;
    }
  return lodger_pending_is_cancelled (wait->self);
}

int
lodger__suspend (LodgerWait *wait, LodgerLookFunc look, int64_t deadline)
{
  LodgerSleeper sleeper;
  int code;
  lodger__sleeper_enter (wait->self, &sleeper, wait->parker);
  do
    {
      code = look (wait);
      if (code == LODGER_EBUSY && lodger__wait_is_cancelled (wait))
        code = LODGER_ECANCELED;
      else if (code == LODGER_EBUSY && lodger__wait_is_refused (wait))
        code = LODGER_EDEADLK;
    }
  while (code == LODGER_EBUSY && lodger__parker_wait (wait->parker, deadline));
  lodger__sleeper_leave (wait->self, &sleeper);
  return code == LODGER_EBUSY ? LODGER_ETIMEDOUT : code;
}

int64_t
lodger__suspend_until (int64_t timeout)
{
  int64_t now = lodger__port_now ();
  return timeout < LODGER_FOREVER - now ? now + timeout : LODGER_FOREVER;
}
