/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Parts of a caller: a root's pool and the calls that a child gave to it; and where a worker is for its pool. */
#ifndef LODGER_POOL_PART_H
#define LODGER_POOL_PART_H

#include "base/list.h"

#include <lodger/types.h>
#include <stdatomic.h>

typedef struct LodgerPool LodgerPool; /* queue.h */
typedef struct LodgerWorker LodgerWorker;

/* Makes a worker of a root, and starts its thread. False: no memory or no thread, and nothing is left of it. */
typedef bool (*LodgerWorkerSpawn) (LodgerCaller *root, unsigned number);

typedef struct LodgerPooling
{
  _Atomic (LodgerPool *) pool; /* a root: made under its mutex, once */
  LodgerWorkerSpawn spawn;
  unsigned max_workers, max_threads; /* 0: the usual number */
  atomic_uint idle_limit;
  _Atomic (int64_t) idle_duration;
  LodgerList child_calls;     /* what it gave to its root's pool, under the pool's mutex, as the next */
  LodgerList cancelled_calls; /* those of them that a stop has cancelled */
  atomic_bool has_child_calls;
  LodgerWorker *worker; /* NULL: it is not a worker of a pool */
} LodgerPooling;

typedef enum LodgerWorkerState
{
  LODGER_WORKER_AT_WORK,
  LODGER_WORKER_IDLE,     /* on the list of the idle */
  LODGER_WORKER_WAKING,   /* on its way: woken, or being started */
  LODGER_WORKER_SEARCHING /* the one that is going to look */
} LodgerWorkerState;

/* Under the pool's mutex, except where it says otherwise. */
struct LodgerWorker
{
  LodgerCaller *caller;         /* whose part this is */
  atomic_int state;             /* LodgerWorkerState; written under the mutex */
  LodgerLink idle;              /* on the list of the idle */
  uint64_t last_use;            /* when its last call ended */
  int64_t idle_since;           /* 0 while it works */
  _Atomic (int64_t) idle_until; /* when it has been idle for too long; written under the mutex */
  bool is_surplus;              /* owner: it is idle only for its own calls */
  bool is_forgotten;            /* the pool does not count on it any more */
  bool is_counted;              /* as running a call */
  bool is_away;                 /* runs something of its own inbox */
  bool is_blocked;              /* waits in its call, and is not counted meanwhile */
  bool has_run;                 /* owner: since `last_use` */
  LodgerPending *busy_with;     /* owner: the pool's call that it runs */
};

#endif
