/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "loop/timers.h"

void
lodger__timers_init (LodgerTimers *timers)
{
  pthread_mutex_init (&timers->mutex, NULL);
  timers->heap = (LodgerHeap) { .links = NULL };
  timers->closed = false;
  atomic_init (&timers->earliest, LODGER_FOREVER);
}

void
lodger__timers_clear (LodgerTimers *timers)
{
  lodger__heap_clear (&timers->heap);
  pthread_mutex_destroy (&timers->mutex);
}

static void
note_earliest (LodgerTimers *timers)
{
  const LodgerHeapLink *first = lodger__heap_first (&timers->heap);
  atomic_store (&timers->earliest, first != NULL ? first->key : LODGER_FOREVER);
}

int
lodger__timers_insert (LodgerTimers *timers, LodgerTimer *timer, LodgerItem *item, int64_t deadline, bool *ret_first)
{
  int code = 0;
  *timer = (LodgerTimer) { .item = item };
  pthread_mutex_lock (&timers->mutex);
  if (timers->closed)
    code = LODGER_ESHUTDOWN;
  else if (!lodger__heap_insert (&timers->heap, &timer->link, deadline))
    code = LODGER_ENOMEM;
  else
    {
      *ret_first = lodger__heap_first (&timers->heap) == &timer->link;
      note_earliest (timers);
    }
  pthread_mutex_unlock (&timers->mutex);
  return code;
}

/* Under the mutex, so that whoever ends the caller, and empties the heap last, finds it here or has been given it. A
 * pop looks at `earliest` without the mutex first: so that says nothing new before it is known whether this one comes
 * back. */
void
lodger__timers_give (LodgerTimers *timers, LodgerTimer *timer, bool (*give) (LodgerCaller *caller, LodgerItem *item),
                     LodgerCaller *caller)
{
  pthread_mutex_lock (&timers->mutex);
  if (lodger__heap_remove (&timers->heap, &timer->link))
    {
      if (!give (caller, timer->item))
        lodger__heap_put_back (&timers->heap, &timer->link);
      note_earliest (timers);
    }
  pthread_mutex_unlock (&timers->mutex);
}

LodgerItem *
lodger__timers_pop (LodgerTimers *timers, int64_t now)
{
  LodgerHeapLink *first;
  bool is_due;
  if (lodger__timers_earliest (timers) > now)
    return NULL;
  pthread_mutex_lock (&timers->mutex);
  first = lodger__heap_first (&timers->heap);
  is_due = first != NULL && first->key <= now;
  if (is_due)
    {
      lodger__heap_remove (&timers->heap, first);
      note_earliest (timers);
    }
  pthread_mutex_unlock (&timers->mutex);
  return is_due ? lodger__heap_item (first, LodgerTimer, link)->item : NULL;
}

bool
lodger__timers_remove (LodgerTimers *timers, LodgerTimer *timer)
{
  bool was_there;
  pthread_mutex_lock (&timers->mutex);
  was_there = lodger__heap_remove (&timers->heap, &timer->link);
  note_earliest (timers);
  pthread_mutex_unlock (&timers->mutex);
  return was_there;
}

void
lodger__timers_close (LodgerTimers *timers)
{
  pthread_mutex_lock (&timers->mutex);
  timers->closed = true;
  pthread_mutex_unlock (&timers->mutex);
}
