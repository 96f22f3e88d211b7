/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/site.h"

#include "base/hash.h"

#include <stdatomic.h>

/* A table of numbers, each of which stands for one place. It is never emptied. Once it is full, no place is new, so that a
 * program with that many faults is not slowed down by its log. */
enum
{
  PLACES = 1024
};

static _Atomic uint64_t places[PLACES]; /* 0: free */

/* The file's name counts, not its address: a header is in many objects. */
static uint64_t
number_of (LodgerSiteKind kind, const LodgerSite *site)
{
  const uint64_t file = lodger__hash_of_string (site->file != NULL ? site->file : "");
  const uint64_t hash = lodger__hash_of_number (file ^ (uint64_t) (unsigned) site->line << 8 ^ (uint64_t) kind);
  return hash != 0 ? hash : 1;
}

/* The number itself is all that threads share here, so that relaxed operations do: of those who bring the same number at
 * once, one finds the place free, and the others find the number in it. */
bool
lodger__site_is_new (LodgerSiteKind kind, const LodgerSite *site)
{
  const uint64_t number = number_of (kind, site);
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
