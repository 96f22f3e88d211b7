/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/log.h"
#include "pending/extras.h"
#include "wait/suspend.h"

/* Lives on the waiting thread's stack. It is told under the lock of what it waits for, so that once it has been taken
 * back, or was found to be gone, no other thread touches it. */
typedef struct Waiter
{
  LodgerListener listener; /* first */
  LodgerParker *parker;
} Waiter;

static void
waiter_notify (LodgerListener *listener, LodgerPending *done)
{
  (void) done;
  lodger__parker_signal (((Waiter *) listener)->parker);
}

LODGER_LISTENER_OPS (waiter_ops, waiter_notify, NULL, true);

static int
outcome (const LodgerPending *pending, LodgerWaitFlags flags)
{
  int code = lodger_pending_get_outcome (pending);
  return flags & LODGER_WAIT_NO_RESULT ? 0 : code;
}

static int
look (LodgerWait *wait)
{
  return lodger_pending_is_done (wait->pending) ? 0 : LODGER_EBUSY;
}

static bool
has_unknown (LodgerWaitFlags flags)
{
  return ((unsigned) flags & ~(unsigned) (LODGER_WAIT_PROTECT | LODGER_WAIT_SHIELD | LODGER_WAIT_NO_RESULT)) != 0;
}

int
lodger_pending_wait (LodgerPending *pending, int64_t timeout, LodgerWaitFlags flags)
{
  LodgerThread *thread;
  LodgerWait wait = { .pending = pending };
  Waiter waiter;
  int64_t deadline;
  int code;

  if (pending == NULL || has_unknown (flags))
    return lodger__misuse (__func__, LODGER_EINVAL, "NULL or unknown flags given");
  if (lodger_pending_is_done (pending))
    return outcome (pending, flags);
  lodger__guard_pending (pending, guard);
  if (timeout <= 0)
    return LODGER_ETIMEDOUT;
  deadline = lodger__suspend_until (timeout);
  thread = lodger__thread ();
  if (thread == NULL)
    return LODGER_ENOMEM;
  code = lodger__suspend_refusal (thread, __func__);
  if (!(flags & LODGER_WAIT_SHIELD))
    lodger__suspend_listen (&wait, thread);
  if (code == 0)
    code = lodger__wait_begin (&wait, thread, timeout != LODGER_FOREVER, __func__);
  if (code != 0)
    return code;

  waiter = (Waiter) { .listener = lodger__listener (&waiter_ops), .parker = thread->strand.parker };
  if (lodger__pending_listen (pending, &waiter.listener))
    {
      code = lodger__suspend (&wait, look, deadline);
      if (!lodger__pending_unlisten (pending, &waiter.listener) && !lodger__suspend_is_too_late (thread, code))
        code = 0;
    }
  lodger__wait_end (&wait);
  if (code == 0)
    return outcome (pending, flags);
  if (code == LODGER_EDEADLK)
    return lodger__wait_refuse (&wait, thread, __func__);
  if (!(flags & LODGER_WAIT_PROTECT) && !(lodger__pending_state (pending) & P_PROTECTED))
    lodger_pending_cancel (pending, code == LODGER_ECANCELED ? "the one who waited was cancelled"
                                                             : "the one who waited gave up: the time was over");
  return code;
}

int
lodger_pending_cancel_wait (LodgerPending *pending, const char *message, int64_t timeout, LodgerWaitFlags flags)
{
  if (pending == NULL || has_unknown (flags))
    return lodger__misuse (__func__, LODGER_EINVAL, "NULL or unknown flags given");
  if (!lodger_pending_is_done (pending))
    lodger__guard_pending (pending, guard);
  lodger_pending_cancel (pending, message);
  return lodger_pending_wait (pending, timeout, flags | LODGER_WAIT_NO_RESULT);
}
