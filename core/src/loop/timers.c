/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "loop/timers.h"

void
lodger__timers_init (LodgerTimers *timers)
{
  timers->lock = (LodgerLock) { 0 };
  timers->heap = (LodgerHeap) { .entries = NULL };
  timers->closed = false;
  atomic_init (&timers->earliest, LODGER_FOREVER);
}

void
lodger__timers_clear (LodgerTimers *timers)
{
  lodger__heap_clear (&timers->heap);
}

/* Under the lock. Most of what comes and goes is not the earliest: then there is nothing to say. */
static void
note_earliest (LodgerTimers *timers)
{
  const LodgerHeapEntry *first = lodger__heap_first_entry (&timers->heap);
  int64_t earliest = first != NULL ? first->key : LODGER_FOREVER;
  if (earliest != atomic_load_explicit (&timers->earliest, memory_order_relaxed))
    atomic_store (&timers->earliest, earliest);
}

int
lodger__timers_insert (LodgerTimers *timers, LodgerTimer *timer, LodgerItem *item, int64_t deadline, bool *ret_first)
{
  int code = 0;
  *timer = (LodgerTimer) { .item = item };
  lodger__lock (&timers->lock);
  if (timers->closed)
    code = LODGER_ESHUTDOWN;
  else if (!lodger__heap_insert (&timers->heap, &timer->link, deadline))
    code = LODGER_ENOMEM;
  else
    {
      *ret_first = lodger__heap_first (&timers->heap) == &timer->link;
      note_earliest (timers);
    }
  lodger__unlock (&timers->lock);
  return code;
}

/* Under the lock, so that whoever ends the caller, and empties the heap last, finds it here or has been given it. A
 * pop looks at `earliest` without the lock first: so that says nothing new before it is known whether this one comes
 * back. */
void
lodger__timers_give (LodgerTimers *timers, LodgerTimer *timer, bool (*give) (LodgerCaller *caller, LodgerItem *item),
                     LodgerCaller *caller)
{
  lodger__lock (&timers->lock);
  if (lodger__heap_remove (&timers->heap, &timer->link))
    {
      if (!give (caller, timer->item))
        lodger__heap_put_back (&timers->heap, &timer->link);
      note_earliest (timers);
    }
  lodger__unlock (&timers->lock);
}

LodgerItem *
lodger__timers_pop (LodgerTimers *timers, int64_t now)
{
  const LodgerHeapEntry *first;
  LodgerItem *item = NULL;
  if (lodger__timers_earliest (timers) > now)
    return NULL;
  lodger__lock (&timers->lock);
  first = lodger__heap_first_entry (&timers->heap);
  if (first != NULL && first->key <= now)
    {
      LodgerHeapLink *link = first->link;
      lodger__heap_remove (&timers->heap, link);
      note_earliest (timers);
      item = lodger__heap_item (link, LodgerTimer, link)->item;
    }
  lodger__unlock (&timers->lock);
  return item;
}

bool
lodger__timers_remove (LodgerTimers *timers, LodgerTimer *timer)
{
  bool was_there;
  lodger__lock (&timers->lock);
  was_there = lodger__heap_remove (&timers->heap, &timer->link);
  note_earliest (timers);
  lodger__unlock (&timers->lock);
  return was_there;
}

void
lodger__timers_close (LodgerTimers *timers)
{
  lodger__lock (&timers->lock);
  timers->closed = true;
  lodger__unlock (&timers->lock);
}
