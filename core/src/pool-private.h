/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The inside of a pool, shared by the room that hands out calls, the one that says who gets them, and the one that has
 * the threads. */
#ifndef LODGER_POOL_PRIVATE_H
#define LODGER_POOL_PRIVATE_H

#include "pool.h"

/* Belongs to a root caller; its workers serve the whole tree. Calls wait in one list, first in, first out, until a worker
 * takes them. A worker without a call searches for a moment, and then sleeps on the list of the idle.
 *
 * How many run: a worker is counted from taking a call to its end, but not while it blocks in a Lodger wait. None takes a
 * call while as many as may run are counted. One that comes back from its wait is counted whatever the number is then.
 *
 * Who is called when: while one searches (never two: they would only take the processor from those who work), or as many
 * are on their way as there are calls (or as may still run), nobody else is called; and whoever takes a call and leaves
 * more behind calls the next (an idle one, or a new thread). So a stream of short calls is served without a wake-up for
 * each, and a burst of long ones soon has all workers. Nothing is left lying: a search ends under the mutex with a last
 * look, after which the worker either has a call or is on the list of the idle; and a call is put in, and it is seen
 * whether one searches, under the same mutex. Whoever stops being counted either takes the next call itself or, if it
 * cannot (it blocks, quits, is left behind), calls for help under that mutex. */
struct LodgerPool
{
  pthread_mutex_t mutex;
  LodgerItem *first, *last;
  atomic_uint queued;
  LodgerCaller *idle; /* the most recently used first: its caches are warm */
  unsigned worker_count, idle_count, made;
  unsigned blocked; /* workers that wait in their calls */
  unsigned away;    /* others that run calls of their own inboxes */
  unsigned running; /* calls that are counted */
  unsigned running_max, worker_max;
  uint64_t uses;
  unsigned called;  /* workers on their way: each will take a call, and call the next if more are left */
  bool is_searched; /* by one worker */
  bool closed;
};

/* What remains to be done, without the mutex, for calls that wait. */
typedef struct LodgerHelp
{
  LodgerCaller *worker; /* to be called, a reference */
  unsigned grows;       /* number of a new one */
} LodgerHelp;

extern const LodgerItemOps lodger__pool_call_ops, lodger__given_call_ops;

/* Under the mutex; others only look. */
static inline void
lodger__pool_count_queued (LodgerPool *pool, int change)
{
  unsigned queued = atomic_load_explicit (&pool->queued, memory_order_relaxed);
  atomic_store_explicit (&pool->queued, queued + (unsigned) change, memory_order_relaxed);
}

/* Without the mutex: call that one. */
void lodger__pool_call_for_help (LodgerCaller *root, LodgerHelp help);
/* Under the mutex. */
LodgerHelp lodger__pool_find_help (LodgerCaller *root);
void lodger__pool_leave_place (LodgerPool *pool, LodgerCaller *worker);
/* Under the mutex: it is free, or gone. */
void lodger__pool_uncount (LodgerPool *pool, LodgerCaller *worker);
/* Under the mutex: onto the list of the idle; false when there are enough of them. */
bool lodger__pool_make_idle (LodgerPool *pool, LodgerCaller *worker);
/* Under the mutex: from when on it will have been idle for too long. */
void lodger__pool_note_idle (LodgerCaller *worker);
bool lodger__pool_wants_call (const LodgerCaller *worker);

#endif
