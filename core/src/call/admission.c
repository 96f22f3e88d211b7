/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call/admission.h"

#include "base/log.h"
#include "life/life.h"
#include "life/phase.h"
#include "mailbox/owner.h"
#include "wait/suspend.h"

#include <stdlib.h>

/* Why nobody waits in vain: a thread that waits sets `has_waiters` and then looks at the number; whoever takes
 * something out lowers the number and then looks at `has_waiters`; all sequentially consistent. So the one sees the
 * space or the other sees the waiter. Both then give what space there is to those who have waited longest, under the
 * mutex. A stop changes the state under another mutex, then closes, and signals all under this one.
 *
 * Who makes room may become known while threads wait: each of them then begins its wait anew, so that it is judged with
 * that. */

typedef struct Waiter
{
  LodgerLink link; /* on no list any more: it has its space */
  LodgerWait wait;
  LodgerAdmission *admission;
} Waiter;

static Waiter *
waiter_of (LodgerWait *wait)
{
  return lodger__list_owner (wait, offsetof (Waiter, wait));
}

void
lodger__admission_init (LodgerAdmission *admission, const char *where, LodgerCaller *caller, unsigned limit)
{
  admission->room.where = where;
  atomic_init (&admission->room.caller, caller);
  atomic_init (&admission->room.thread, 0);
  admission->limit = limit;
  lodger__port_mutex_init (&admission->mutex);
}

void
lodger__admission_clear (LodgerAdmission *admission)
{
  pthread_mutex_destroy (&admission->mutex);
}

bool
lodger__admission_make (LodgerCaller *caller, unsigned limit)
{
  if (limit == 0)
    return true;
  caller->calls.admission = calloc (1, sizeof *caller->calls.admission);
  if (caller->calls.admission != NULL)
    lodger__admission_init (caller->calls.admission, "the inbox", caller, limit);
  return caller->calls.admission != NULL;
}

void
lodger__admission_free (LodgerCaller *caller)
{
  if (caller->calls.admission == NULL)
    return;
  if (!lodger__is_before_fork (caller))
    lodger__admission_clear (caller->calls.admission);
  free (caller->calls.admission);
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
  pthread_mutex_lock (&admission->mutex);
  while (admission->waiters.first != NULL && lodger__admission_try (admission))
    lodger__wait_grant (&lodger__list_item (lodger__list_pop (&admission->waiters), Waiter, link)->wait);
  atomic_store (&admission->has_waiters, admission->waiters.first != NULL);
  pthread_mutex_unlock (&admission->mutex);
}

void
lodger__admission_give (LodgerAdmission *admission)
{
  atomic_fetch_sub (&admission->queued, 1);
  if (atomic_load (&admission->has_waiters))
    serve_waiters (admission);
}

/* Under the mutex. */
static void
wake_all (LodgerAdmission *admission)
{
  lodger__list_for (waiter, &admission->waiters, Waiter, link)
    lodger__parker_signal (waiter->wait.parker);
}

void
lodger__admission_close (LodgerAdmission *admission)
{
  pthread_mutex_lock (&admission->mutex);
  atomic_store (&admission->is_closed, true);
  wake_all (admission);
  pthread_mutex_unlock (&admission->mutex);
}

void
lodger__admission_know (LodgerAdmission *admission, LodgerCaller *caller, uint64_t thread)
{
  pthread_mutex_lock (&admission->mutex);
  atomic_store (&admission->room.caller, caller);
  atomic_store (&admission->room.thread, thread);
  atomic_fetch_add (&admission->room.changes, 1);
  wake_all (admission);
  pthread_mutex_unlock (&admission->mutex);
}

static void
join_waiters (LodgerAdmission *admission, Waiter *waiter)
{
  pthread_mutex_lock (&admission->mutex);
  lodger__list_append (&admission->waiters, &waiter->link);
  atomic_store (&admission->has_waiters, true);
  pthread_mutex_unlock (&admission->mutex);
  serve_waiters (admission);
}

/* False: it has its space, and is not on the list. */
static bool
leave_waiters (LodgerAdmission *admission, Waiter *waiter)
{
  bool waited;
  pthread_mutex_lock (&admission->mutex);
  waited = lodger__list_remove (&waiter->link);
  atomic_store (&admission->has_waiters, admission->waiters.first != NULL);
  pthread_mutex_unlock (&admission->mutex);
  return waited;
}

/* LODGER_EAGAIN: it has to begin anew. */
static int
look (LodgerWait *wait)
{
  const Waiter *waiter = waiter_of (wait);
  const LodgerCaller *caller = atomic_load (&wait->room->caller);
  if (atomic_load (&wait->is_granted))
    return 0;
  if ((caller != NULL && lodger__is_stopping (caller)) || atomic_load (&waiter->admission->is_closed))
    return LODGER_ECANCELED;
  return lodger__wait_is_outdated (wait) ? LODGER_EAGAIN : LODGER_EBUSY;
}

/* The space of one that was cancelled meanwhile is another's. */
static int
wait_for_space (LodgerAdmission *admission, Waiter *waiter, const LodgerThread *thread)
{
  int code;
  join_waiters (admission, waiter);
  code = lodger__suspend (&waiter->wait, look, LODGER_FOREVER);
  if (leave_waiters (admission, waiter))
    return code;
  if (!lodger__suspend_is_too_late (thread, code))
    return 0;
  lodger__admission_give (admission);
  return code;
}

/* Only this thread could make room. */
static bool
is_maker (LodgerAdmission *admission, const LodgerThread *thread)
{
  const LodgerCaller *caller = atomic_load (&admission->room.caller);
  if (thread->strand.fiber != NULL)
    return false;
  return caller != NULL ? lodger__owner_is_in (caller, thread) && lodger__is_driven (caller)
                        : atomic_load (&admission->room.thread) == thread->serial;
}

static int
refuse_maker (const LodgerAdmission *admission, const char *function)
{
  lodger__log (LODGER_LOG_WARNING, "%s: %s is full, and only this thread could make room",
               lodger__spoken_for (function), admission->room.where);
  return LODGER_EDEADLK;
}

static int
wait_once (LodgerAdmission *admission, LodgerThread *thread, const char *function)
{
  Waiter waiter = { .wait = { .room = &admission->room, .room_changes = atomic_load (&admission->room.changes) },
                    .admission = admission };
  int code;
  lodger__suspend_listen (&waiter.wait, thread);
  code = lodger__wait_begin (&waiter.wait, thread, false, function);
  if (code != 0)
    return code;
  code = wait_for_space (admission, &waiter, thread);
  lodger__wait_end (&waiter.wait);
  return code == LODGER_EDEADLK ? lodger__wait_refuse (&waiter.wait, thread, function) : code;
}

int
lodger__admission_take (LodgerAdmission *admission, const char *function)
{
  LodgerThread *thread;
  const char *reason;
  int code;
  if (lodger__admission_try (admission))
    return 0;
  thread = lodger__thread ();
  if (thread == NULL)
    return LODGER_ENOMEM;
  do
    {
      if (is_maker (admission, thread))
        return refuse_maker (admission, function);
      if (lodger__suspend_check (thread, &reason) != 0)
        {
          lodger__log (LODGER_LOG_DEBUG, "%s: %s is full, and %s", function, admission->room.where, reason);
          return LODGER_EAGAIN;
        }
      code = wait_once (admission, thread, function);
    }
  while (code == LODGER_EAGAIN);
  return code;
}
