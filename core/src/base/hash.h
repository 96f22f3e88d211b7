/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The one intrusive hash table. Zeroed memory is an empty table and a link that is in none. It needs memory only to stay
 * fast: without any it is one list. */
#ifndef LODGER_HASH_H
#define LODGER_HASH_H

#include "base/list.h"

typedef struct LodgerHashLink LodgerHashLink;
struct LodgerHashLink
{
  LodgerHashLink *next, **at; /* at: what points to this link; NULL: it is in no table */
  uint64_t hash;
};

typedef struct LodgerHash
{
  LodgerHashLink **buckets; /* NULL: `only` is the only one */
  LodgerHashLink *only;
  size_t count;
  size_t size; /* of the buckets, a power of 2; 0: see above */
} LodgerHash;

void lodger__hash_insert (LodgerHash *table, LodgerHashLink *link, uint64_t hash);
/* False: it was not in it. */
bool lodger__hash_remove (LodgerHash *table, LodgerHashLink *link);
/* The first link with that hash, and the next after it: different keys may have one hash. Or NULL. */
LodgerHashLink *lodger__hash_first (const LodgerHash *table, uint64_t hash);
LodgerHashLink *lodger__hash_next (const LodgerHashLink *link);
/* Frees its memory. The links are not touched. */
void lodger__hash_clear (LodgerHash *table);

uint64_t lodger__hash_of_number (uint64_t number);
uint64_t lodger__hash_of_string (const char *string);

static inline uint64_t
lodger__hash_of_pointer (const void *pointer)
{
  return lodger__hash_of_number ((uintptr_t) pointer);
}

/* All items with that hash. */
#define lodger__hash_for(item, table, hash_, Type, member)                                                             \
  for (Type *item = lodger__list_item (lodger__hash_first ((table), (hash_)), Type, member); item != NULL;             \
       item = lodger__list_item (lodger__hash_next (&item->member), Type, member))

#endif
