/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wait/suspend.h"

#include "base/log.h"
#include "fiber/fiber.h"
#include "mailbox/owner.h"
#include "pending/extras.h"

int
lodger__suspend_check (LodgerThread *thread, const char **ret_reason)
{
  *ret_reason = thread->strand.no_wait;
  if (lodger__strand_is_left (thread))
    return LODGER_ECHILD;
  *ret_reason = "a call_direct cannot wait";
  if (thread->frame != NULL && thread->frame->pending == NULL)
    return LODGER_ESTATE;
  if (thread->strand.fiber != NULL)
    return lodger__fiber_refusal (thread, ret_reason);
  *ret_reason = "this thread's loop is not driven by Lodger: use lodger_pending_then, or a spawned call";
  return lodger__thread_may_block (thread) ? 0 : LODGER_EWRONGTHREAD;
}

int
lodger__suspend_refusal (LodgerThread *thread, const char *function)
{
  const char *reason;
  int code = lodger__suspend_check (thread, &reason);
  return code != 0 ? lodger__misuse (function, code, reason) : 0;
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
  const LodgerThread *thread = lodger__thread_peek ();
  bool is_resumed = false;
  LodgerSleeper sleeper;
  int code, slept;
  lodger__sleeper_enter (wait->self, &sleeper, wait->parker);
  do
    {
      /* Others have run in this thread since a spawned call was suspended: the end of its scope among them, which
       * cancels it. So a cancel comes first then, also if what it waits for has come as well: after a wait that is 0,
       * the scope's object is there. */
      code = is_resumed && lodger__wait_is_cancelled (wait) ? LODGER_ECANCELED : look (wait);
      is_resumed = thread != NULL && thread->strand.fiber != NULL;
      if (code == LODGER_EBUSY && lodger__wait_is_cancelled (wait))
        code = LODGER_ECANCELED;
      else if (code == LODGER_EBUSY && lodger__wait_is_refused (wait))
        code = LODGER_EDEADLK;
      slept = code == LODGER_EBUSY ? lodger__parker_wait (wait->parker, deadline) : code;
    }
  while (slept == 0 && code == LODGER_EBUSY);
  if (slept == LODGER_ETIMEDOUT && lodger__wait_is_cancelled (wait)) /* the end of its scope may have come first */
    slept = LODGER_ECANCELED;
  lodger__sleeper_leave (wait->self, &sleeper);
  return slept;
}

bool
lodger__suspend_is_too_late (const LodgerThread *thread, int code)
{
  return code == LODGER_ECANCELED && thread->strand.fiber != NULL;
}

int64_t
lodger__suspend_until (int64_t timeout)
{
  const LodgerThread *thread = lodger__thread_peek ();
  const LodgerFiber *fiber = thread != NULL ? thread->strand.fiber : NULL;
  int64_t now = fiber != NULL ? lodger__fiber_now (fiber) : lodger__port_now ();
  return timeout < LODGER_FOREVER - now ? now + timeout : LODGER_FOREVER;
}
