/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/tag.h"

#include "base/hash.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* A table that is never emptied: a program has few types. The names are copied, since the plug-in that named a type may be
 * unloaded before an outcome is read. */
enum
{
  NAMES = 4096
};

static _Atomic (char *) names[NAMES];

/* A place is written once. The release of whoever writes it makes the copy's text visible to whoever finds the pointer
 * there, by its acquire. If two bring the same name at once, the one whose exchange fails finds the other's copy. */
unsigned
lodger__tag (const char *name)
{
  const uint64_t hash = lodger__hash_of_string (name);
  char *copy = NULL;
  for (unsigned i = 0; i < NAMES; i++)
    {
      const unsigned at = (unsigned) ((hash + i) % NAMES);
      char *there = atomic_load_explicit (&names[at], memory_order_acquire);
      if (there == NULL)
        {
          if (copy == NULL && (copy = strdup (name)) == NULL)
            return 0;
          if (atomic_compare_exchange_strong_explicit (&names[at], &there, copy, memory_order_acq_rel,
                                                       memory_order_acquire))
            return at + 1;
        }
      if (strcmp (there, name) == 0)
        {
          free (copy);
          return at + 1;
        }
    }
  free (copy);
  return 0;
}

const char *
lodger__tag_name (unsigned tag)
{
  return atomic_load_explicit (&names[tag - 1], memory_order_acquire);
}
