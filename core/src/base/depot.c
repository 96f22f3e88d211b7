/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define _GNU_SOURCE
#include "base/depot.h"

#include "base/fork.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

/* Slabs are parts of regions, which stay mapped. After a flood the depot has what the flood needed. That pays when the
 * next one comes soon: fresh memory costs more than all the rest of a call. What has lain there unused for a while is
 * given back, a little at a time: loop/tidy.c watches, and says when. A slab whose pages were given back is blank: it
 * costs no memory, and its region remembers it. */

enum
{
  KEPT = 128,      /* free slabs that are never given back */
  MOST = 12288,    /* free slabs; what exceeds that is given back at once */
  GIVEN_BACK = 32, /* free slabs at a time */
  SLABS = 128      /* of a region */
};

typedef struct Region
{
  char *slabs;
  struct Region *older; /* all stay; a leak checker that looks for them finds them here */
  LodgerLink link;      /* it has blank slabs */
  unsigned blanks;
  bool is_blank[SLABS];
} Region;

static struct
{
  pthread_mutex_t mutex;
  LodgerList parts[LODGER_SLAB_CLASSES], free, regions;
  atomic_uint count; /* of free ones; written under the mutex */
  unsigned lowest;   /* that the count has been since the watch began */
  Region *newest;
} depot = { .mutex = PTHREAD_ADAPTIVE_MUTEX_INITIALIZER_NP };
LODGER_FORK_LOCKS (depot_across_fork, &depot.mutex, 0, 1, LODGER_RANK_SLAB, NULL);

static void
count_free (int change)
{
  unsigned count = atomic_load_explicit (&depot.count, memory_order_relaxed) + (unsigned) change;
  atomic_store_explicit (&depot.count, count, memory_order_relaxed);
  if (count < depot.lowest)
    depot.lowest = count;
}

/* Under the mutex, as all that follows. */
static void
take_out (LodgerSlab *slab)
{
  if (slab->link.list == &depot.free)
    count_free (-1);
  lodger__list_remove (&slab->link);
}

/* ---- regions ----------------------------------------------------------------------------------------------------- */

static Region *
region_new (void)
{
  const size_t size = (size_t) SLABS * LODGER_SLAB_SIZE;
  Region *region = calloc (1, sizeof *region);
  char *memory = region != NULL ? mmap (NULL, size + LODGER_SLAB_SIZE, PROT_READ | PROT_WRITE,
                                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
                                : MAP_FAILED;
  if (memory == MAP_FAILED)
    {
      free (region);
      return NULL;
    }
  /* Huge pages would make the first call of a thread cost two megabytes. */
  madvise (memory, size + LODGER_SLAB_SIZE, MADV_NOHUGEPAGE);
  region->slabs = memory + (LODGER_SLAB_SIZE - (uintptr_t) memory % LODGER_SLAB_SIZE) % LODGER_SLAB_SIZE;
  region->blanks = SLABS;
  for (unsigned i = 0; i < SLABS; i++)
    region->is_blank[i] = true;
  region->older = depot.newest;
  depot.newest = region;
  lodger__list_append (&depot.regions, &region->link);
  return region;
}

/* Its pages come with the first look at it, which is not under the mutex. */
static LodgerSlab *
take_blank (Region **ret_region)
{
  Region *region = lodger__list_first (&depot.regions, Region, link);
  LodgerSlab *slab;
  unsigned at = 0;
  if (region == NULL && (region = region_new ()) == NULL)
    return NULL;
  while (!region->is_blank[at])
    at++;
  region->is_blank[at] = false;
  if (--region->blanks == 0)
    lodger__list_remove (&region->link);
  slab = (LodgerSlab *) (void *) (region->slabs + (size_t) at * LODGER_SLAB_SIZE);
  *ret_region = region;
  return slab;
}

/* Without the mutex, of one that was taken out. Where the system refuses, the slab is as good as it was. */
static void
blank (LodgerSlab *slab)
{
  Region *region = slab->region;
  const size_t at = (size_t) ((char *) slab - region->slabs) / LODGER_SLAB_SIZE;
  if (madvise (slab, LODGER_SLAB_SIZE, MADV_DONTNEED) != 0)
    atomic_store (&slab->word, 0);
  pthread_mutex_lock (&depot.mutex);
  region->is_blank[at] = true;
  if (region->blanks++ == 0)
    lodger__list_append (&depot.regions, &region->link);
  pthread_mutex_unlock (&depot.mutex);
}

/* ---- what threads do --------------------------------------------------------------------------------------------- */

LodgerSlab *
lodger__depot_take (unsigned class, unsigned *ret_word)
{
  LodgerSlab *slab;
  Region *region = NULL;
  pthread_mutex_lock (&depot.mutex);
  slab = lodger__list_first (&depot.parts[class], LodgerSlab, link);
  if (slab == NULL)
    slab = lodger__list_first (&depot.free, LodgerSlab, link);
  if (slab != NULL)
    {
      take_out (slab);
      *ret_word = lodger__slab_own (slab);
      if (slab->class != class) /* nobody else has a piece of it, and so reads this */
        slab->class = class;
    }
  else
    slab = take_blank (&region);
  pthread_mutex_unlock (&depot.mutex);
  if (region != NULL)
    {
      *ret_word = 0;
      slab->region = region;
      slab->class = class;
    }
  return slab;
}

/* It may have changed once more, or been taken. */
void
lodger__depot_place (LodgerSlab *slab)
{
  LodgerSlabState state;
  bool is_too_much = false;
  pthread_mutex_lock (&depot.mutex);
  state = lodger__slab_state (slab);
  if (state == LODGER_SLAB_FREE && slab->link.list != &depot.free)
    {
      take_out (slab);
      is_too_much = atomic_load_explicit (&depot.count, memory_order_relaxed) >= MOST;
      if (is_too_much)
        lodger__slab_own (slab);
      else
        {
          lodger__list_append (&depot.free, &slab->link);
          count_free (1);
        }
    }
  else if (state == LODGER_SLAB_PART && slab->link.list == NULL)
    lodger__list_append (&depot.parts[slab->class], &slab->link);
  pthread_mutex_unlock (&depot.mutex);
  if (is_too_much)
    blank (slab);
}

/* ---- after a flood ----------------------------------------------------------------------------------------------- */

bool
lodger__slab_have_surplus (void)
{
  return atomic_load_explicit (&depot.count, memory_order_relaxed) > KEPT;
}

void
lodger__slab_begin_watch (void)
{
  pthread_mutex_lock (&depot.mutex);
  depot.lowest = atomic_load_explicit (&depot.count, memory_order_relaxed);
  pthread_mutex_unlock (&depot.mutex);
}

static bool
give_back_one (unsigned *ret_unused)
{
  LodgerSlab *slab;
  pthread_mutex_lock (&depot.mutex);
  *ret_unused = depot.lowest > KEPT ? depot.lowest - KEPT : 0;
  slab = *ret_unused > 0 ? lodger__list_first (&depot.free, LodgerSlab, link) : NULL;
  if (slab != NULL)
    {
      take_out (slab);
      lodger__slab_own (slab);
    }
  pthread_mutex_unlock (&depot.mutex);
  if (slab != NULL)
    blank (slab);
  return slab != NULL;
}

bool
lodger__slab_give_back (void)
{
  unsigned unused = 0;
  for (unsigned i = 0; i < GIVEN_BACK; i++)
    if (!give_back_one (&unused))
      return false;
  return unused > 1;
}
