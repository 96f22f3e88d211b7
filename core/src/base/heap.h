/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The one heap: the smallest key first, and of equal ones the one that was inserted first. Zeroed memory is an empty heap,
 * and a link that is in none. It takes no lock. */
#ifndef LODGER_HEAP_H
#define LODGER_HEAP_H

#include "base/list.h"

typedef struct LodgerHeapLink
{
  int64_t key;
  uint64_t sequence;
  size_t place; /* in the heap; 0: not in it */
} LodgerHeapLink;

typedef struct LodgerHeapEntry
{
  int64_t key; /* the link's */
  LodgerHeapLink *link;
} LodgerHeapEntry;

typedef struct LodgerHeap
{
  LodgerHeapEntry *entries;
  size_t count, slots;
  size_t reserved;   /* there is room for so many */
  uint64_t sequence; /* of the last one that was inserted */
} LodgerHeap;

/* Room for one more, and for one less. False without memory. */
bool lodger__heap_reserve (LodgerHeap *heap);
void lodger__heap_unreserve (LodgerHeap *heap);
/* False without memory, which cannot be as long as there are no more than reserved. */
bool lodger__heap_insert (LodgerHeap *heap, LodgerHeapLink *link, int64_t key);
/* False: it was not in it. */
bool lodger__heap_remove (LodgerHeap *heap, LodgerHeapLink *link);
/* One that was just removed, before anything else happens: at its old place in the order. It needs no memory. */
void lodger__heap_put_back (LodgerHeap *heap, LodgerHeapLink *link);
void lodger__heap_clear (LodgerHeap *heap);

/* NULL: it is empty. The entry is there until the heap changes. */
LodgerHeapLink *lodger__heap_first (const LodgerHeap *heap);
const LodgerHeapEntry *lodger__heap_first_entry (const LodgerHeap *heap);

#define lodger__heap_item(link, Type, member) ((Type *) lodger__list_owner ((link), offsetof (Type, member)))

#endif
