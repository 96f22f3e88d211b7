/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "loop/timers.h"

#include <stdlib.h>

enum
{
  CAPACITY_MIN = 16
};

void
lodger__timers_init (LodgerTimers *timers)
{
  pthread_mutex_init (&timers->mutex, NULL);
  timers->heap = NULL;
  timers->count = timers->capacity = 0;
  timers->sequence = 0;
  timers->closed = false;
  atomic_init (&timers->earliest, LODGER_FOREVER);
}

void
lodger__timers_clear (LodgerTimers *timers)
{
  free (timers->heap);
  pthread_mutex_destroy (&timers->mutex);
}

static bool
is_before (const LodgerDelayed *a, const LodgerDelayed *b)
{
  return a->deadline != b->deadline ? a->deadline < b->deadline : a->sequence < b->sequence;
}

static void
put (LodgerTimers *timers, size_t index, LodgerDelayed *delayed)
{
  timers->heap[index] = delayed;
  delayed->index = index;
}

static void
sift_up (LodgerTimers *timers, size_t index, LodgerDelayed *delayed)
{
  while (index > 0 && is_before (delayed, timers->heap[(index - 1) / 2]))
    {
      put (timers, index, timers->heap[(index - 1) / 2]);
      index = (index - 1) / 2;
    }
  put (timers, index, delayed);
}

static void
sift_down (LodgerTimers *timers, size_t index, LodgerDelayed *delayed)
{
  for (;;)
    {
      size_t child = 2 * index + 1;
      if (child >= timers->count)
        break;
      if (child + 1 < timers->count && is_before (timers->heap[child + 1], timers->heap[child]))
        child++;
      if (!is_before (timers->heap[child], delayed))
        break;
      put (timers, index, timers->heap[child]);
      index = child;
    }
  put (timers, index, delayed);
}

static void
note_earliest (LodgerTimers *timers)
{
  atomic_store (&timers->earliest, timers->count > 0 ? timers->heap[0]->deadline : LODGER_FOREVER);
}

/* After a flood. That the smaller one cannot be had is no harm. */
static void
shrink (LodgerTimers *timers)
{
  size_t capacity = timers->capacity / 2;
  LodgerDelayed **heap;
  if (timers->count >= timers->capacity / 4 || capacity < CAPACITY_MIN)
    return;
  heap = realloc (timers->heap, capacity * sizeof (LodgerDelayed *));
  if (heap == NULL)
    return;
  timers->heap = heap;
  timers->capacity = capacity;
}

static void
take_out (LodgerTimers *timers, LodgerDelayed *delayed)
{
  size_t index = delayed->index;
  LodgerDelayed *last = timers->heap[--timers->count];
  delayed->index = SIZE_MAX;
  if (last != delayed)
    {
      if (index > 0 && is_before (last, timers->heap[(index - 1) / 2]))
        sift_up (timers, index, last);
      else
        sift_down (timers, index, last);
    }
  shrink (timers);
}

int
lodger__timers_insert (LodgerTimers *timers, LodgerDelayed *delayed, bool *ret_first)
{
  int code = 0;
  delayed->index = SIZE_MAX;
  pthread_mutex_lock (&timers->mutex);
  if (timers->closed)
    code = LODGER_ESHUTDOWN;
  else if (timers->count == timers->capacity)
    {
      size_t capacity = timers->capacity > 0 ? timers->capacity * 2 : CAPACITY_MIN;
      LodgerDelayed **heap = realloc (timers->heap, capacity * sizeof (LodgerDelayed *));
      if (heap != NULL)
        {
          timers->heap = heap;
          timers->capacity = capacity;
        }
      else
        code = LODGER_ENOMEM;
    }
  if (code == 0)
    {
      delayed->sequence = timers->sequence++;
      sift_up (timers, timers->count++, delayed);
      *ret_first = delayed->index == 0;
      note_earliest (timers);
    }
  pthread_mutex_unlock (&timers->mutex);
  return code;
}

/* Under the mutex, so that whoever ends the caller, and empties the heap last, finds it here or has been given it. A pop
 * looks at `earliest` without the mutex first: so that says nothing new before it is known whether this one comes back.
 * There is room for it. */
void
lodger__timers_give (LodgerTimers *timers, LodgerDelayed *delayed,
                     bool (*give) (LodgerCaller *caller, LodgerItem *item), LodgerCaller *caller)
{
  pthread_mutex_lock (&timers->mutex);
  if (delayed->index != SIZE_MAX)
    {
      take_out (timers, delayed);
      if (!give (caller, lodger__pending_item (&delayed->pending)))
        sift_up (timers, timers->count++, delayed);
      note_earliest (timers);
    }
  pthread_mutex_unlock (&timers->mutex);
}

LodgerDelayed *
lodger__timers_pop (LodgerTimers *timers, int64_t now)
{
  LodgerDelayed *delayed = NULL;
  if (lodger__timers_earliest (timers) > now)
    return NULL;
  pthread_mutex_lock (&timers->mutex);
  if (timers->count > 0 && timers->heap[0]->deadline <= now)
    {
      delayed = timers->heap[0];
      take_out (timers, delayed);
      note_earliest (timers);
    }
  pthread_mutex_unlock (&timers->mutex);
  return delayed;
}

void
lodger__timers_close (LodgerTimers *timers)
{
  pthread_mutex_lock (&timers->mutex);
  timers->closed = true;
  pthread_mutex_unlock (&timers->mutex);
}
