/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/heap.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* With many links what a removal costs is the lines that it has to wait for. So the key stands in the array, beside the
 * link: the way down reads no link, unless keys are equal. An entry has four below it, which are one line of the array, so
 * that the way down has half as many steps as with two. It writes to the links that it moves, and waits for none. */

enum
{
  BELOW = 4,        /* so many are below an entry */
  ROOT = BELOW - 1, /* with the first one here, those below an entry begin at a line */
  LINE = 64,
  SLOTS_MIN = 16,
  SLOTS_KEPT
      = 256 /* room that does not go: one page, so that links which come and go do not ask for memory each time */
};

static_assert (BELOW * sizeof (LodgerHeapEntry) == LINE, "those below an entry are one line");

static size_t
above (size_t index)
{
  return (index - ROOT - 1) / BELOW + ROOT;
}

static size_t
below (size_t index)
{
  return (index - ROOT) * BELOW + 1 + ROOT;
}

static bool
is_before (LodgerHeapEntry a, LodgerHeapEntry b)
{
  return a.key != b.key ? a.key < b.key : a.link->sequence < b.link->sequence;
}

static void
put (LodgerHeap *heap, size_t index, LodgerHeapEntry entry)
{
  heap->entries[index] = entry;
  entry.link->place = index;
}

static void
sift_up (LodgerHeap *heap, size_t index, LodgerHeapEntry entry)
{
  while (index > ROOT && is_before (entry, heap->entries[above (index)]))
    {
      put (heap, index, heap->entries[above (index)]);
      index = above (index);
    }
  put (heap, index, entry);
}

static size_t
first_among (const LodgerHeapEntry *entries, size_t begin, size_t end)
{
  size_t first = begin;
  for (size_t at = begin + 1; at < end; at++)
    if (is_before (entries[at], entries[first]))
      first = at;
  return first;
}

/* Which of them is the first is as good as random: no branch depends on it, but on whether others have its key. */
static size_t
first_of_four (const LodgerHeapEntry *entries, size_t begin)
{
  const LodgerHeapEntry *at = entries + begin;
  size_t left = at[1].key < at[0].key, right = 2 + (size_t) (at[3].key < at[2].key);
  size_t first = left + (at[right].key < at[left].key) * (right - left);
  int64_t key = at[first].key;
  int with_key = (at[0].key == key) + (at[1].key == key) + (at[2].key == key) + (at[3].key == key);
  return with_key == 1 ? begin + first : first_among (entries, begin, begin + BELOW);
}

static void
sift_down (LodgerHeap *heap, size_t index, LodgerHeapEntry entry)
{
  const size_t end = ROOT + heap->count;
  size_t begin, first;
  while ((begin = below (index)) < end)
    {
      first = begin + BELOW <= end ? first_of_four (heap->entries, begin) : first_among (heap->entries, begin, end);
      if (!is_before (heap->entries[first], entry))
        break;
      put (heap, index, heap->entries[first]);
      index = first;
    }
  put (heap, index, entry);
}

static size_t
capacity_of (size_t slots)
{
  return slots > 0 ? slots - ROOT : 0;
}

static bool
resize (LodgerHeap *heap, size_t slots)
{
  LodgerHeapEntry *entries = aligned_alloc (LINE, slots * sizeof (LodgerHeapEntry));
  if (entries == NULL)
    return false;
  if (heap->count > 0)
    memcpy (entries + ROOT, heap->entries + ROOT, heap->count * sizeof (LodgerHeapEntry));
  free (heap->entries);
  heap->entries = entries;
  heap->slots = slots;
  return true;
}

static bool
grow (LodgerHeap *heap)
{
  return resize (heap, heap->slots > 0 ? heap->slots * 2 : SLOTS_MIN);
}

bool
lodger__heap_reserve (LodgerHeap *heap)
{
  if (heap->reserved >= capacity_of (heap->slots) && !grow (heap))
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
  if (heap->count == capacity_of (heap->slots) && !grow (heap))
    return false;
  link->key = key;
  link->sequence = ++heap->sequence;
  lodger__heap_put_back (heap, link);
  return true;
}

/* After a flood it shrinks, but keeps room for one that is put back. That the smaller memory cannot be had is no harm. */
bool
lodger__heap_remove (LodgerHeap *heap, LodgerHeapLink *link)
{
  size_t index = link->place;
  LodgerHeapEntry last;
  if (index == 0)
    return false;
  last = heap->entries[ROOT + --heap->count];
  link->place = 0;
  if (last.link != link && index > ROOT && is_before (last, heap->entries[above (index)]))
    sift_up (heap, index, last);
  else if (last.link != link)
    sift_down (heap, index, last);
  if (heap->count < heap->slots / 8 && heap->slots > SLOTS_KEPT && heap->reserved <= capacity_of (heap->slots / 2))
    resize (heap, heap->slots / 2);
  return true;
}

void
lodger__heap_put_back (LodgerHeap *heap, LodgerHeapLink *link)
{
  sift_up (heap, ROOT + heap->count++, (LodgerHeapEntry) { link->key, link });
}

const LodgerHeapEntry *
lodger__heap_first_entry (const LodgerHeap *heap)
{
  return heap->count > 0 ? &heap->entries[ROOT] : NULL;
}

LodgerHeapLink *
lodger__heap_first (const LodgerHeap *heap)
{
  return heap->count > 0 ? heap->entries[ROOT].link : NULL;
}

void
lodger__heap_clear (LodgerHeap *heap)
{
  free (heap->entries);
  *heap = (LodgerHeap) { .entries = NULL };
}
