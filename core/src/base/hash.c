/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/hash.h"

#include <stdlib.h>

enum
{
  SIZE_MIN = 16,
  LOAD_MAX = 2, /* items for each bucket, above which it grows */
  SPARSE = 8    /* buckets for each item, above which it shrinks */
};

static size_t
index_of (const LodgerHash *table, uint64_t hash)
{
  return (size_t) hash & (table->size - 1);
}

static void
put (LodgerHash *table, LodgerHashLink *link)
{
  LodgerHashLink **bucket = table->buckets != NULL ? &table->buckets[index_of (table, link->hash)] : &table->only;
  link->next = *bucket;
  link->at = bucket;
  if (link->next != NULL)
    link->next->at = &link->next;
  *bucket = link;
}

/* Without memory it stays as it is. */
static void
resize (LodgerHash *table, size_t size)
{
  LodgerHashLink **buckets = calloc (size, sizeof (LodgerHashLink *));
  LodgerHash old = *table;
  if (buckets == NULL)
    return;
  table->buckets = buckets;
  table->size = size;
  table->only = NULL;
  for (size_t i = 0; i < (old.buckets != NULL ? old.size : 1); i++)
    {
      LodgerHashLink *link = old.buckets != NULL ? old.buckets[i] : old.only;
      while (link != NULL)
        {
          LodgerHashLink *next = link->next;
          put (table, link);
          link = next;
        }
    }
  free (old.buckets);
}

void
lodger__hash_insert (LodgerHash *table, LodgerHashLink *link, uint64_t hash)
{
  if (++table->count > (table->size > 0 ? table->size * LOAD_MAX : SIZE_MIN / 2))
    resize (table, table->size > 0 ? table->size * LOAD_MAX : SIZE_MIN);
  link->hash = hash;
  put (table, link);
}

bool
lodger__hash_remove (LodgerHash *table, LodgerHashLink *link)
{
  if (link->at == NULL)
    return false;
  *link->at = link->next;
  if (link->next != NULL)
    link->next->at = link->at;
  *link = (LodgerHashLink) { NULL, NULL, 0 };
  table->count--;
  if (table->size > SIZE_MIN && table->count < table->size / SPARSE)
    resize (table, table->size / 2);
  return true;
}

static LodgerHashLink *
find_from (LodgerHashLink *link, uint64_t hash)
{
  while (link != NULL && link->hash != hash)
    link = link->next;
  return link;
}

LodgerHashLink *
lodger__hash_first (const LodgerHash *table, uint64_t hash)
{
  return find_from (table->buckets != NULL ? table->buckets[index_of (table, hash)] : table->only, hash);
}

LodgerHashLink *
lodger__hash_next (const LodgerHashLink *link)
{
  return find_from (link->next, link->hash);
}

void
lodger__hash_clear (LodgerHash *table)
{
  free (table->buckets);
  *table = (LodgerHash) { NULL, NULL, 0, 0 };
}

/* Every bit of the number reaches every bit of the hash. */
uint64_t
lodger__hash_of_number (uint64_t number)
{
  number ^= number >> 32;
  number *= UINT64_C (0xd6e8feb86659fd93);
  number ^= number >> 32;
  number *= UINT64_C (0xd6e8feb86659fd93);
  return number ^ number >> 32;
}

uint64_t
lodger__hash_of_string (const char *string)
{
  uint64_t hash = 0;
  for (; *string != '\0'; string++)
    hash = (hash ^ (unsigned char) *string) * UINT64_C (0x100000001b3);
  return lodger__hash_of_number (hash);
}
