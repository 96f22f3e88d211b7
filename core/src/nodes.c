/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fork.h"
#include "thread.h"

#include <stdlib.h>

/* Calls are made in one thread and freed in another, so a plain per-thread list would fill on one side and run dry on
 * the other. Spares therefore travel in batches: a thread that has two batches gives one to the depot, one that has
 * none takes one from there; the depot's lock is taken once for BATCH nodes.
 *
 * After a flood the depot holds what the flood needed. That pays when the next one comes soon (fresh memory costs more
 * than all the rest of a call). What has lain there unused for a while is given back, a little at a time: turn.c watches,
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

static const size_t sizes[LODGER_NODE_CLASSES] = { 64, 128, 192 };

static struct
{
  pthread_mutex_t mutex;
  Spare *batches[LODGER_NODE_CLASSES];
  atomic_uint count[LODGER_NODE_CLASSES]; /* written under the mutex */
  unsigned lowest[LODGER_NODE_CLASSES];   /* that the count has been since the watch began */
} depot = { .mutex = PTHREAD_MUTEX_INITIALIZER };

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
put_batch (unsigned node_class, Spare *batch)
{
  bool taken;
  pthread_mutex_lock (&depot.mutex);
  taken = depot.count[node_class] < MOST;
  if (taken)
    {
      batch->next_batch = depot.batches[node_class];
      depot.batches[node_class] = batch;
      depot.count[node_class]++;
    }
  pthread_mutex_unlock (&depot.mutex);
  if (!taken)
    free_batch (batch);
}

static Spare *
get_batch (unsigned node_class)
{
  Spare *batch;
  pthread_mutex_lock (&depot.mutex);
  batch = depot.batches[node_class];
  if (batch != NULL)
    {
      depot.batches[node_class] = batch->next_batch;
      depot.count[node_class]--;
      if (depot.count[node_class] < depot.lowest[node_class])
        depot.lowest[node_class] = depot.count[node_class];
    }
  pthread_mutex_unlock (&depot.mutex);
  return batch;
}

void *
lodger__node_new (unsigned node_class)
{
  LodgerThread *thread = lodger__thread ();
  LodgerSpares *spares;
  Spare *spare;
  if (thread == NULL || is_plain ())
    return malloc (sizes[node_class]);
  spares = &thread->spares[node_class];
  if (spares->count == 0)
    {
      spares->first = get_batch (node_class);
      if (spares->first == NULL)
        return malloc (sizes[node_class]);
      spares->count = BATCH;
    }
  spare = spares->first;
  spares->first = spare->next;
  spares->count--;
  return spare;
}

void
lodger__node_free (unsigned node_class, void *node)
{
  LodgerThread *thread = lodger__thread_peek ();
  LodgerSpares *spares;
  Spare *spare = node;
  if (thread == NULL || is_plain ())
    {
      free (node);
      return;
    }
  spares = &thread->spares[node_class];
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
      put_batch (node_class, spare);
    }
}

void
lodger__nodes_release (LodgerThread *thread)
{
  for (unsigned i = 0; i < LODGER_NODE_CLASSES; i++)
    {
      free_batch (thread->spares[i].first);
      thread->spares[i].first = NULL;
      thread->spares[i].count = 0;
    }
}

bool
lodger__nodes_have_surplus (void)
{
  for (unsigned i = 0; i < LODGER_NODE_CLASSES; i++)
    if (atomic_load_explicit (&depot.count[i], memory_order_relaxed) > KEPT)
      return true;
  return false;
}

void
lodger__nodes_begin_watch (void)
{
  pthread_mutex_lock (&depot.mutex);
  for (unsigned i = 0; i < LODGER_NODE_CLASSES; i++)
    depot.lowest[i] = depot.count[i];
  pthread_mutex_unlock (&depot.mutex);
}

static unsigned
count_unused (unsigned node_class)
{
  unsigned lowest;
  pthread_mutex_lock (&depot.mutex);
  lowest = depot.lowest[node_class];
  pthread_mutex_unlock (&depot.mutex);
  return lowest > KEPT ? lowest - KEPT : 0;
}

bool
lodger__nodes_give_back (void)
{
  bool has_more = false;
  for (unsigned i = 0; i < LODGER_NODE_CLASSES; i++)
    {
      unsigned unused = count_unused (i);
      for (unsigned batches = 0; batches < unused && batches < GIVEN_BACK; batches++)
        free_batch (get_batch (i));
      has_more = has_more || unused > GIVEN_BACK;
    }
  return has_more;
}

void
lodger__nodes_lock (void)
{
  pthread_mutex_lock (&depot.mutex);
}

void
lodger__nodes_unlock (void)
{
  pthread_mutex_unlock (&depot.mutex);
}
