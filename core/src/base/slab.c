/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/slab.h"

#include "base/fork.h"
#include "base/thread.h"

#include <stdlib.h>

/* Calls are made in one thread and freed in another, so a plain per-thread list would fill on one side and run dry on
 * the other. Spares therefore travel in batches: a thread that has two batches gives one to the depot, one that has
 * none takes one from there; the depot's lock is taken once for BATCH pieces.
 *
 * After a flood the depot holds what the flood needed. That pays when the next one comes soon (fresh memory costs more
 * than all the rest of a call). What has lain there unused for a while is given back, a little at a time: loop/turn.c watches,
 * and says when. */

enum
{
  BATCH = 64,
  KEPT = 128,     /* batches of a class that are never given back */
  MOST = 4096,    /* batches of a class; what exceeds that goes back to malloc at once */
  GIVEN_BACK = 16 /* batches at a time */
};

typedef struct Spare
{
  struct Spare *next;
  struct Spare *next_batch; /* in the first of a batch that is in the depot */
} Spare;

static const size_t sizes[LODGER_SLAB_CLASSES] = { 64, 128, 192 };

static struct
{
  pthread_mutex_t mutex;
  Spare *batches[LODGER_SLAB_CLASSES];
  atomic_uint count[LODGER_SLAB_CLASSES]; /* written under the mutex */
  unsigned lowest[LODGER_SLAB_CLASSES];   /* that the count has been since the watch began */
} depot = { .mutex = PTHREAD_MUTEX_INITIALIZER };
LODGER_FORK_LOCKS (depot_across_fork, &depot.mutex, 0, 1, LODGER_RANK_SLAB, NULL);

static bool
is_plain (void)
{
  static atomic_int plain;
  int known = atomic_load_explicit (&plain, memory_order_relaxed);
  if (known == 0)
    {
      known = lodger__port_is_checked () ? 1 : -1;
      atomic_store_explicit (&plain, known, memory_order_relaxed);
    }
  return known > 0;
}

static void
free_batch (Spare *spare)
{
  while (spare != NULL)
    {
      Spare *next = spare->next;
      free (spare);
      spare = next;
    }
}

static void
put_batch (unsigned class, Spare *batch)
{
  bool taken;
  pthread_mutex_lock (&depot.mutex);
  taken = depot.count[class] < MOST;
  if (taken)
    {
      batch->next_batch = depot.batches[class];
      depot.batches[class] = batch;
      depot.count[class]++;
    }
  pthread_mutex_unlock (&depot.mutex);
  if (!taken)
    free_batch (batch);
}

static Spare *
get_batch (unsigned class)
{
  Spare *batch;
  pthread_mutex_lock (&depot.mutex);
  batch = depot.batches[class];
  if (batch != NULL)
    {
      depot.batches[class] = batch->next_batch;
      depot.count[class]--;
      if (depot.count[class] < depot.lowest[class])
        depot.lowest[class] = depot.count[class];
    }
  pthread_mutex_unlock (&depot.mutex);
  return batch;
}

void *
lodger__slab_new (unsigned class)
{
  LodgerThread *thread = lodger__thread ();
  LodgerSpares *spares;
  Spare *spare;
  if (thread == NULL || is_plain ())
    return malloc (sizes[class]);
  spares = &thread->spares[class];
  if (spares->count == 0)
    {
      spares->first = get_batch (class);
      if (spares->first == NULL)
        return malloc (sizes[class]);
      spares->count = BATCH;
    }
  spare = spares->first;
  spares->first = spare->next;
  spares->count--;
  return spare;
}

void
lodger__slab_free (unsigned class, void *memory)
{
  LodgerThread *thread = lodger__thread_peek ();
  LodgerSpares *spares;
  Spare *spare = memory;
  if (thread == NULL || is_plain ())
    {
      free (memory);
      return;
    }
  spares = &thread->spares[class];
  spare->next = spares->first;
  spares->first = spare;
  if (++spares->count == 2 * BATCH)
    {
      Spare *last = spare;
      for (unsigned i = 1; i < BATCH; i++)
        last = last->next;
      spares->first = last->next;
      spares->count = BATCH;
      last->next = NULL;
      put_batch (class, spare);
    }
}

void
lodger__slab_release (LodgerSpares spares[LODGER_SLAB_CLASSES])
{
  for (unsigned i = 0; i < LODGER_SLAB_CLASSES; i++)
    {
      free_batch (spares[i].first);
      spares[i] = (LodgerSpares) { NULL, 0 };
    }
}

bool
lodger__slab_have_surplus (void)
{
  for (unsigned i = 0; i < LODGER_SLAB_CLASSES; i++)
    if (atomic_load_explicit (&depot.count[i], memory_order_relaxed) > KEPT)
      return true;
  return false;
}

void
lodger__slab_begin_watch (void)
{
  pthread_mutex_lock (&depot.mutex);
  for (unsigned i = 0; i < LODGER_SLAB_CLASSES; i++)
    depot.lowest[i] = depot.count[i];
  pthread_mutex_unlock (&depot.mutex);
}

static unsigned
count_unused (unsigned class)
{
  unsigned lowest;
  pthread_mutex_lock (&depot.mutex);
  lowest = depot.lowest[class];
  pthread_mutex_unlock (&depot.mutex);
  return lowest > KEPT ? lowest - KEPT : 0;
}

bool
lodger__slab_give_back (void)
{
  bool has_more = false;
  for (unsigned i = 0; i < LODGER_SLAB_CLASSES; i++)
    {
      unsigned unused = count_unused (i);
      for (unsigned batches = 0; batches < unused && batches < GIVEN_BACK; batches++)
        free_batch (get_batch (i));
      has_more = has_more || unused > GIVEN_BACK;
    }
  return has_more;
}
