/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The inside of a pool, shared by the files that hand out calls, choose who gets them, and have the threads. */
#ifndef LODGER_POOL_QUEUE_H
#define LODGER_POOL_QUEUE_H

#include "base/lock.h"
#include "life/life.h"
#include "mailbox/inbox.h"
#include "pool/pool.h"

/* Calls that wait, first in, first out. Under the pool's mutex. */
typedef struct LodgerCallQueue
{
  LodgerItem *first, *last;
  atomic_uint count; /* others may read it */
} LodgerCallQueue;

/* Belongs to a root caller; its workers serve the whole tree. A worker without a call searches for a moment, and then
 * sleeps on the list of the idle.
 *
 * How many run: a worker is counted from taking a call to its end, but not while it blocks in a Lodger wait. None takes a
 * call while as many as may run are counted. One that comes back from its wait is counted whatever the number is then.
 *
 * Who is woken when: while one searches (never two: they would only take the processor from those who work), or as many
 * are on their way as there are calls (or as may still run), nobody else is woken; and whoever takes a call and leaves
 * more behind wakes the next (an idle one, or a new thread). So a stream of short calls is served without a wake-up for
 * each, and a burst of long ones soon has all workers. Nothing is left lying: a search ends under the mutex with a last
 * look, after which the worker either has a call or is on the list of the idle; and whoever puts a call in while one may be
 * chosen learns that from the inbox, and chooses under the same mutex (incoming.c). Whoever stops being counted either
 * takes the next call itself or, if it cannot (it blocks, quits, is left behind), chooses another under that mutex. */
struct LodgerPool
{
  LodgerInbox incoming;    /* first: aligned to a cache line. Its owner is whoever has the mutex */
  LodgerLock lock;         /* "the mutex" */
  LodgerCallQueue queue;   /* what came before that, and is next; counted no further than a choice needs it */
  LodgerCallQueue settled; /* what a stop has settled, and the root has to drop */
  LodgerThreadParker gap;  /* where whoever closes it waits for a submitter */
  LodgerList idle;         /* the most recently used first: its caches are warm */
  unsigned idle_count, worker_count;
  unsigned made;    /* workers, ever */
  unsigned waking;  /* workers on their way: each will take a call, and wake the next if more are left */
  unsigned blocked; /* workers that wait in their calls */
  unsigned away;    /* others that run calls of their own inboxes */
  unsigned running; /* calls that are counted */
  unsigned running_max, worker_max;
  uint64_t uses;
  bool is_searched; /* by one worker */
  bool is_quiet;    /* the inbox's signal is POSTED, and stays so until somebody looks */
  bool closed;
};

/* The pool of a caller's root; NULL: there is none yet. */
static inline LodgerPool *
lodger__pool_of (const LodgerCaller *caller)
{
  return atomic_load_explicit (&lodger__root (caller)->pool.pool, memory_order_acquire);
}

static inline unsigned
lodger__queue_count (const LodgerCallQueue *queue)
{
  return atomic_load_explicit (&queue->count, memory_order_relaxed);
}

/* Any thread: it looks as if there were calls. */
static inline bool
lodger__pool_has_calls (const LodgerPool *pool)
{
  return lodger__queue_count (&pool->queue) > 0 || lodger__inbox_seems_ready (&pool->incoming);
}

/* There are calls for all workers that may run at once. */
static inline bool
lodger__pool_is_full (const LodgerPool *pool)
{
  return lodger__queue_count (&pool->queue) >= pool->running_max;
}

/* What remains to be done, without the mutex, for calls that wait. */
typedef struct LodgerWakeUp
{
  LodgerCaller *worker; /* to be woken, a reference */
  unsigned grows;       /* or the number of a new one */
} LodgerWakeUp;

/* ---- incoming.c ---- */

/* Any thread: a call goes in, or, if a worker that took it cannot run it, before all others, and the worker is not counted
 * any more. False: the pool is closed, and the call not in it. */
bool lodger__pool_put (LodgerCaller *root, LodgerItem *item);
bool lodger__pool_put_back (LodgerCaller *worker, LodgerItem *item);
/* Any thread: chooses, and wakes. */
void lodger__pool_choose_now (LodgerCaller *root);
/* Any thread: no more is put in. */
void lodger__pool_close (LodgerPool *pool);

/* All that follows is under the mutex. */
LodgerItem *lodger__queue_pop (LodgerCallQueue *queue);
/* At the end, or before all others. */
void lodger__queue_put (LodgerCallQueue *queue, LodgerItem *item, bool is_next);
/* The oldest call; or NULL. */
LodgerItem *lodger__pool_next (LodgerPool *pool);
/* All that has come is in the queue then. */
void lodger__pool_gather (LodgerPool *pool);
/* From here on a put is quiet. */
void lodger__pool_hush (LodgerPool *pool);
/* From here on whoever puts a call in chooses; and what has come before is in the queue, as far as it counts. */
void lodger__pool_look (LodgerPool *pool);

/* ---- worker-state.c ---- */

/* Owner: it has no call of the pool, and may take one. */
bool lodger__worker_wants_call (const LodgerCaller *worker);

/* All that follows is under the mutex. Whoever changes the pool so that one might be chosen now, calls this or
 * lodger__pool_look() after that. */
LodgerWakeUp lodger__pool_choose (LodgerCaller *root);
void lodger__worker_leave_state (LodgerPool *pool, LodgerCaller *worker);
/* It is free, or gone. */
void lodger__worker_uncount (LodgerPool *pool, LodgerCaller *worker);
/* Onto the list of the idle; false when there are enough of them. */
bool lodger__worker_make_idle (LodgerPool *pool, LodgerCaller *worker);
/* It is at work no more, and looks for a call next. */
void lodger__worker_comes (LodgerPool *pool, LodgerCaller *worker);
/* From when on it will have been idle for too long. */
void lodger__worker_note_idle (LodgerCaller *worker);

/* ---- threads.c: without the mutex ---- */

/* 0: it is there now; LODGER_ENOMEM, LODGER_ECANCELED. */
int lodger__pool_need (LodgerCaller *root);
void lodger__pool_wake (LodgerCaller *root, LodgerWakeUp wake_up);

/* ---- worker.c: a worker's own steps, without the mutex ---- */

void lodger__worker_engage (LodgerCaller *worker);
void lodger__worker_block (LodgerCaller *worker);
void lodger__worker_unblock (LodgerCaller *worker);

/* ---- child-calls.c ---- */

/* A call that a child gives to the pool, on the child's list; NULL without memory. */
LodgerPending *lodger__child_call_new (const LodgerItemOps *ops, LodgerCaller *giver, const LodgerWork *work,
                                       const LodgerCallOptions *options);

#endif
