/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/log.h"
#include "fiber/fiber.h"
#include "wait/suspend.h"

#include <lodger/fiber.h>

/* Waits for nothing but time, or for a turn. */

static int
look (LodgerWait *wait)
{
  (void) wait;
  return LODGER_EBUSY;
}

int
lodger_sleep (int64_t duration)
{
  LodgerThread *thread = lodger__thread ();
  LodgerWait wait = { .other = "a time" };
  int code = thread != NULL ? lodger__suspend_refusal (thread, __func__) : LODGER_ENOMEM;
  if (code != 0)
    return code;
  lodger__suspend_listen (&wait, thread);
  if (duration <= 0)
    return lodger__wait_is_cancelled (&wait) ? LODGER_ECANCELED : 0;
  code = lodger__wait_begin (&wait, thread, true, __func__);
  if (code == 0)
    {
      code = lodger__suspend (&wait, look, lodger__suspend_until (duration));
      if (code == LODGER_ETIMEDOUT)
        code = lodger__wait_is_cancelled (&wait) ? LODGER_ECANCELED : 0;
      lodger__wait_end (&wait);
    }
  return code;
}

int
lodger_yield (void)
{
  LodgerThread *thread = lodger__thread_peek ();
  LodgerWait wait; /* never noted: it only says whose cancel counts */
  int code;
  if (thread == NULL || (thread->strand.fiber == NULL && !lodger__strand_is_left (thread)))
    return lodger__misuse (__func__, LODGER_ESTATE, "only a spawned call can let others run");
  code = lodger__suspend_refusal (thread, __func__);
  if (code != 0)
    return code;
  lodger__suspend_listen (&wait, thread);
  if (!lodger__wait_is_cancelled (&wait))
    code = lodger__fiber_yield (thread->strand.fiber);
  return code == 0 && lodger__wait_is_cancelled (&wait) ? LODGER_ECANCELED : code;
}

int
lodger_await_check (const char **ret_reason)
{
  LodgerThread *thread = lodger__thread ();
  const char *reason = NULL;
  int code = thread != NULL ? lodger__suspend_check (thread, &reason) : LODGER_ENOMEM;
  if (ret_reason != NULL)
    *ret_reason = code == 0 ? NULL : reason != NULL ? reason : "there is no memory";
  return code;
}
