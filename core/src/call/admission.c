/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call/admission.h"

#include "base/log.h"
#include "life/life.h"
#include "life/phase.h"
#include "mailbox/owner.h"
#include "wait/suspend.h"

#include <stdlib.h>

/* Why nobody waits in vain: a thread that waits sets `has_waiters` and then looks at the number; whoever takes a call out
 * lowers the number and then looks at `has_waiters`; all sequentially consistent. So the one sees the space or the other
 * sees the waiter. Both then give what space there is to those who have waited longest, under the mutex. A stop changes the
 * state under it and signals all. */

typedef struct Waiter
{
  LodgerLink link; /* on no list any more: it has its space */
  LodgerWait wait;
  const LodgerAdmission *admission;
} Waiter;

static const Waiter *
waiter_of (const LodgerWait *wait)
{
  return lodger__list_owner (wait, offsetof (Waiter, wait));
}

bool
lodger__admission_init (LodgerCaller *caller, unsigned limit)
{
  if (limit == 0)
    return true;
  caller->admission = calloc (1, sizeof *caller->admission);
  if (caller->admission != NULL)
    {
      caller->admission->caller = caller;
      caller->admission->limit = limit;
    }
  return caller->admission != NULL;
}

void
lodger__admission_clear (LodgerCaller *caller)
{
  free (caller->admission);
}

bool
lodger__admission_try (LodgerAdmission *admission)
{
  unsigned queued = atomic_load (&admission->queued);
  while (queued < admission->limit)
    if (atomic_compare_exchange_weak (&admission->queued, &queued, queued + 1))
      return true;
  return false;
}

static void
serve_waiters (LodgerAdmission *admission)
{
  LodgerCaller *caller = admission->caller;
  lodger__caller_lock (caller);
  while (admission->waiters.first != NULL && lodger__admission_try (admission))
    lodger__wait_grant (&lodger__list_item (lodger__list_pop (&admission->waiters), Waiter, link)->wait);
  atomic_store (&admission->has_waiters, admission->waiters.first != NULL);
  lodger__caller_unlock (caller);
}

void
lodger__admission_give (LodgerAdmission *admission)
{
  atomic_fetch_sub (&admission->queued, 1);
  if (atomic_load (&admission->has_waiters))
    serve_waiters (admission);
}

void
lodger__admission_close (LodgerAdmission *admission)
{
  lodger__caller_lock (admission->caller);
  atomic_store (&admission->is_closed, true);
  lodger__list_for (waiter, &admission->waiters, Waiter, link)
    lodger__parker_signal (waiter->wait.parker);
  lodger__caller_unlock (admission->caller);
}

static void
join_waiters (LodgerAdmission *admission, Waiter *waiter)
{
  lodger__caller_lock (admission->caller);
  lodger__list_append (&admission->waiters, &waiter->link);
  atomic_store (&admission->has_waiters, true);
  lodger__caller_unlock (admission->caller);
  serve_waiters (admission);
}

/* False: it has its space, and is not on the list. */
static bool
leave_waiters (LodgerAdmission *admission, Waiter *waiter)
{
  bool waited;
  lodger__caller_lock (admission->caller);
  waited = lodger__list_remove (&waiter->link);
  atomic_store (&admission->has_waiters, admission->waiters.first != NULL);
  lodger__caller_unlock (admission->caller);
  return waited;
}

static int
look (LodgerWait *wait)
{
  if (atomic_load (&wait->is_granted))
    return 0;
  return lodger__is_stopping (wait->inbox_of) || atomic_load (&waiter_of (wait)->admission->is_closed)
             ? LODGER_ECANCELED
             : LODGER_EBUSY;
}

static int
wait_for_space (LodgerAdmission *admission, Waiter *waiter)
{
  int code;
  join_waiters (admission, waiter);
  code = lodger__suspend (&waiter->wait, look, LODGER_FOREVER);
  return leave_waiters (admission, waiter) ? code : 0;
}

int
lodger__admission_take (LodgerAdmission *admission, const char *function)
{
  LodgerCaller *caller = admission->caller;
  LodgerThread *thread;
  Waiter waiter = { .wait.inbox_of = caller, .admission = admission };
  int code;
  if (lodger__admission_try (admission))
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
  lodger__suspend_listen (&waiter.wait, thread);
  code = lodger__wait_begin (&waiter.wait, thread, false, function);
  if (code != 0)
    return code;
  code = wait_for_space (admission, &waiter);
  lodger__wait_end (&waiter.wait);
  return code == LODGER_EDEADLK ? lodger__wait_refuse (&waiter.wait, thread, function) : code;
}
