/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/heap.h"

#include <stdlib.h>

enum
{
  CAPACITY_MIN = 16
};

static bool
is_before (const LodgerHeapLink *a, const LodgerHeapLink *b)
{
  return a->key != b->key ? a->key < b->key : a->sequence < b->sequence;
}

static void
put (LodgerHeap *heap, size_t index, LodgerHeapLink *link)
{
  heap->links[index] = link;
  link->place = index + 1;
}

static void
sift_up (LodgerHeap *heap, size_t index, LodgerHeapLink *link)
{
  while (index > 0 && is_before (link, heap->links[(index - 1) / 2]))
    {
      put (heap, index, heap->links[(index - 1) / 2]);
      index = (index - 1) / 2;
    }
  put (heap, index, link);
}

static void
sift_down (LodgerHeap *heap, size_t index, LodgerHeapLink *link)
{
  for (;;)
    {
      size_t child = 2 * index + 1;
      if (child >= heap->count)
        break;
      if (child + 1 < heap->count && is_before (heap->links[child + 1], heap->links[child]))
        child++;
      if (!is_before (heap->links[child], link))
        break;
      put (heap, index, heap->links[child]);
      index = child;
    }
  put (heap, index, link);
}

static bool
resize (LodgerHeap *heap, size_t capacity)
{
  LodgerHeapLink **links = realloc (heap->links, capacity * sizeof (LodgerHeapLink *));
  if (links == NULL)
    return false;
  heap->links = links;
  heap->capacity = capacity;
  return true;
}

static bool
grow (LodgerHeap *heap)
{
  return resize (heap, heap->capacity > 0 ? heap->capacity * 2 : CAPACITY_MIN);
}

bool
lodger__heap_reserve (LodgerHeap *heap)
{
  if (heap->reserved >= heap->capacity && !grow (heap))
    return false;
  heap->reserved++;
  return true;
}

void
lodger__heap_unreserve (LodgerHeap *heap)
{
  heap->reserved--;
}

bool
lodger__heap_insert (LodgerHeap *heap, LodgerHeapLink *link, int64_t key)
{
  if (heap->count == heap->capacity && !grow (heap))
    return false;
  link->key = key;
  link->sequence = ++heap->sequence;
  sift_up (heap, heap->count++, link);
  return true;
}

/* After a flood it shrinks, but keeps room for one that is put back. That the smaller memory cannot be had is no harm. */
bool
lodger__heap_remove (LodgerHeap *heap, LodgerHeapLink *link)
{
  size_t index = link->place - 1;
  LodgerHeapLink *last;
  if (link->place == 0)
    return false;
  last = heap->links[--heap->count];
  link->place = 0;
  if (last != link && index > 0 && is_before (last, heap->links[(index - 1) / 2]))
    sift_up (heap, index, last);
  else if (last != link)
    sift_down (heap, index, last);
  if (heap->count < heap->capacity / 4 && heap->capacity / 2 >= CAPACITY_MIN && heap->reserved <= heap->capacity / 2)
    resize (heap, heap->capacity / 2);
  return true;
}

void
lodger__heap_put_back (LodgerHeap *heap, LodgerHeapLink *link)
{
  sift_up (heap, heap->count++, link);
}

void
lodger__heap_clear (LodgerHeap *heap)
{
  free (heap->links);
  *heap = (LodgerHeap) { .links = NULL };
}
