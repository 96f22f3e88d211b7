/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/site.h"

#include <stdatomic.h>
#include <stdint.h>
#include <string.h>

/* A table of numbers, each of which stands for one place. It is never emptied. Once it is full, no place is new, so that a
 * program with that many faults is not slowed down by its log. */
enum
{
  PLACES = 1024
};

static _Atomic uint64_t places[PLACES]; /* 0: free */

/* The file's name counts, not its address: a header is in many objects. */
static uint64_t
number_of (LodgerSiteKind kind, const char *file, int line)
{
  uint64_t hash = UINT64_C (14695981039346656037) ^ (uint64_t) kind ^ (uint64_t) (unsigned) line << 8;
  for (const char *at = file != NULL ? file : ""; *at != '\0'; at++)
    hash = (hash ^ (unsigned char) *at) * UINT64_C (1099511628211);
  hash ^= hash >> 29;
  return hash != 0 ? hash : 1;
}

/* The number itself is all that threads share here, so that relaxed operations do: of those who bring the same number at
 * once, one finds the place free, and the others find the number in it. */
bool
lodger__site_is_new (LodgerSiteKind kind, const char *file, int line)
{
  const uint64_t number = number_of (kind, file, line);
  for (unsigned i = 0; i < PLACES; i++)
    {
      _Atomic uint64_t *place = &places[(number + i) % PLACES];
      uint64_t there = atomic_load_explicit (place, memory_order_relaxed);
      if (there == 0
          && atomic_compare_exchange_strong_explicit (place, &there, number, memory_order_relaxed,
                                                      memory_order_relaxed))
        return true;
      if (there == number)
        return false;
    }
  return false;
}
