/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call/admission.h"

#include "base/log.h"
#include "life/life.h"
#include "life/phase.h"
#include "mailbox/owner.h"
#include "pending/extras.h"
#include "wait/graph.h"

#include <stdlib.h>

/* Why nobody waits in vain: a thread that waits sets `has_waiters` and then looks at the number, under the mutex; whoever
 * takes a call out lowers the number and then looks at `has_waiters`; all sequentially consistent. So the one sees the space
 * or the other sees the waiter, and signals it under the same mutex. A stop changes the state under it and signals all. */

typedef struct Waiter
{
  LodgerLink link;
  LodgerParker *parker;
} Waiter;

bool
lodger__admission_init (LodgerCaller *caller, unsigned limit)
{
  if (limit == 0)
    return true;
  caller->admission = calloc (1, sizeof *caller->admission);
  if (caller->admission != NULL)
    caller->admission->limit = limit;
  return caller->admission != NULL;
}

void
lodger__admission_clear (LodgerCaller *caller)
{
  free (caller->admission);
}

static bool
try_take (LodgerAdmission *admission)
{
  unsigned queued = atomic_load (&admission->queued);
  while (queued < admission->limit)
    if (atomic_compare_exchange_weak (&admission->queued, &queued, queued + 1))
      return true;
  return false;
}

static void
wake_waiters (LodgerCaller *caller)
{
  lodger__caller_lock (caller);
  lodger__list_for (waiter, &caller->admission->waiters, Waiter, link)
    lodger__parker_signal (waiter->parker);
  lodger__caller_unlock (caller);
}

void
lodger__admission_give (LodgerCaller *caller)
{
  atomic_fetch_sub (&caller->admission->queued, 1);
  if (atomic_load (&caller->admission->has_waiters))
    wake_waiters (caller);
}

void
lodger__admission_close (LodgerCaller *caller)
{
  if (caller->admission != NULL)
    wake_waiters (caller);
}

static void
join_waiters (LodgerCaller *caller, Waiter *waiter)
{
  lodger__caller_lock (caller);
  lodger__list_append (&caller->admission->waiters, &waiter->link);
  atomic_store (&caller->admission->has_waiters, true);
  lodger__caller_unlock (caller);
}

static void
leave_waiters (LodgerCaller *caller, Waiter *waiter)
{
  lodger__caller_lock (caller);
  lodger__list_remove (&waiter->link);
  atomic_store (&caller->admission->has_waiters, caller->admission->waiters.first != NULL);
  lodger__caller_unlock (caller);
}

static int
wait_for_space (LodgerCaller *caller, const LodgerThread *thread, LodgerParker *parker)
{
  Waiter waiter = { .parker = parker };
  LodgerPending *self = lodger__thread_pending (thread);
  LodgerSleeper sleeper;
  int code = LODGER_EBUSY;
  lodger__sleeper_enter (self, &sleeper, parker);
  join_waiters (caller, &waiter);
  while (code == LODGER_EBUSY)
    {
      if (lodger__is_stopping (caller) || lodger_pending_is_cancelled (self))
        code = LODGER_ECANCELED;
      else if (try_take (caller->admission))
        code = 0;
      else
        lodger__parker_wait (parker, LODGER_FOREVER);
    }
  leave_waiters (caller, &waiter);
  lodger__sleeper_leave (self, &sleeper);
  return code;
}

int
lodger__admission_take (LodgerCaller *caller, const char *function)
{
  LodgerThread *thread;
  LodgerWait wait = { .inbox_of = caller };
  int code;
  if (try_take (caller->admission))
    return 0;
  thread = lodger__thread ();
  if (thread == NULL)
    return LODGER_ENOMEM;
  if (lodger__owner_is_in (caller, thread) && lodger__is_driven (caller))
    return lodger__misuse (function, LODGER_EDEADLK, "its inbox is full, and only this thread could make room");
  if (!lodger__thread_may_block (thread) || (thread->frame != NULL && thread->frame->pending == NULL))
    {
      lodger__log (LODGER_LOG_DEBUG, "%s: the inbox of %s is full", function, lodger__name (caller));
      return LODGER_EAGAIN;
    }
  code = lodger__wait_begin (&wait, thread, false, function);
  if (code != 0)
    return code;
  code = wait_for_space (caller, thread, &thread->parker);
  lodger__wait_end (&wait);
  return code;
}
