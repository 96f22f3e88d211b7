/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "caller-private.h"
#include "waits.h"

/* Bounded inboxes: at most so many calls wait in a caller, and whoever comes then waits for room, or is refused.
 *
 * Why nobody waits in vain: who seeks room sets `is_awaited` and then looks at the number, under the mutex; who takes a
 * call out lowers the number and then looks at `is_awaited`; all sequentially consistent. So the one sees the room or the
 * other sees the seeker, and signals it under the same mutex. A stop changes the state under it and signals all. */

struct LodgerSeeker
{
  LodgerSeeker *next;
  LodgerParker *parker;
};

static bool
try_take (LodgerCaller *caller)
{
  unsigned crowd = atomic_load (&caller->crowd);
  while (crowd < caller->inbox_limit)
    if (atomic_compare_exchange_weak (&caller->crowd, &crowd, crowd + 1))
      return true;
  return false;
}

static void
wake_seekers (LodgerCaller *caller)
{
  pthread_mutex_lock (&caller->mutex);
  for (LodgerSeeker *seeker = caller->seekers; seeker != NULL; seeker = seeker->next)
    lodger__parker_signal (seeker->parker);
  pthread_mutex_unlock (&caller->mutex);
}

void
lodger__room_free (LodgerCaller *caller)
{
  atomic_fetch_sub (&caller->crowd, 1);
  if (atomic_load (&caller->is_awaited))
    wake_seekers (caller);
}

void
lodger__room_close (LodgerCaller *caller)
{
  if (caller->inbox_limit != 0)
    wake_seekers (caller);
}

static void
join_seekers (LodgerCaller *caller, LodgerSeeker *seeker)
{
  pthread_mutex_lock (&caller->mutex);
  seeker->next = caller->seekers;
  caller->seekers = seeker;
  atomic_store (&caller->is_awaited, true);
  pthread_mutex_unlock (&caller->mutex);
}

static void
leave_seekers (LodgerCaller *caller, LodgerSeeker *seeker)
{
  LodgerSeeker **at;
  pthread_mutex_lock (&caller->mutex);
  for (at = &caller->seekers; *at != seeker; at = &(*at)->next)
    ;
  *at = seeker->next;
  atomic_store (&caller->is_awaited, caller->seekers != NULL);
  pthread_mutex_unlock (&caller->mutex);
}

static int
wait_for_room (LodgerCaller *caller, const LodgerThread *thread, LodgerParker *parker)
{
  LodgerSeeker seeker = { .parker = parker };
  LodgerSleeper sleeper = { .parker = parker };
  LodgerPending *self = thread->frame != NULL ? thread->frame->pending : NULL;
  LodgerSleeper *before = lodger__sleeper_swap (self, &sleeper);
  int code = LODGER_EBUSY;
  join_seekers (caller, &seeker);
  while (code == LODGER_EBUSY)
    {
      if (lodger_caller_get_state (caller) >= LODGER_CALLER_STOPPING || lodger__sleeper_is_cancelled (self, &sleeper))
        code = LODGER_ECANCELED;
      else if (try_take (caller))
        code = 0;
      else
        lodger__parker_wait (parker, LODGER_FOREVER);
    }
  leave_seekers (caller, &seeker);
  lodger__sleeper_swap (self, before);
  return code;
}

int
lodger__room_take (LodgerCaller *caller, const char *function)
{
  LodgerThread *thread;
  LodgerWait wait = { .room = caller };
  int code;
  if (try_take (caller))
    return 0;
  thread = lodger__thread ();
  if (thread == NULL)
    return LODGER_ENOMEM;
  if (lodger__caller_is_in_thread (caller, thread) && caller->is_driven)
    return lodger__misuse (function, LODGER_EDEADLK, "its inbox is full, and only this thread could make room");
  if (!lodger__caller_thread_may_block (thread) || (thread->frame != NULL && thread->frame->pending == NULL))
    {
      lodger__log (LODGER_LOG_DEBUG, "%s: the inbox of %s is full", function, caller->name);
      return LODGER_EAGAIN;
    }
  code = lodger__wait_begin (&wait, thread, false, function);
  if (code != 0)
    return code;
  code = wait_for_room (caller, thread, &thread->parker);
  lodger__wait_end (&wait);
  return code;
}
