/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The inside of a caller, shared by the rooms that run, feed, start and stop it. */
#ifndef LODGER_CALLER_PRIVATE_H
#define LODGER_CALLER_PRIVATE_H

#include "inbox.h"
#include "pending-private.h"
#include "timers.h"

#include <lodger/backend.h>
#include <lodger/host.h>

typedef struct LodgerPool LodgerPool;
typedef struct LodgerThen LodgerThen;

struct LodgerHost
{
  LodgerHostNode node; /* first */
  const LodgerHostDriver *driver;
  _Atomic (const LodgerHostOps *) ops; /* NULL before it is open; publishes impl */
  void *impl;
  const void *identity;
  atomic_bool attached; /* its operations may be called */
  atomic_bool has_node;
  atomic_bool is_closed;
};

struct LodgerHostWatch
{
  void (*ready) (LodgerHostWatch *watch, uint32_t revents);
};

/* Where the owner is in its current batch. Survives the C stack, so that a nested loop goes on with it. */
typedef struct LodgerTurn
{
  LodgerItem *due; /* timers of this turn, oldest deadline first */
  LodgerItem *last_due;
  const LodgerItem *mark; /* the inbox's part of this turn ends with it; NULL: has ended */
} LodgerTurn;

typedef enum LodgerTurning
{
  LODGER_TURNING_FREE,
  LODGER_TURNING_OWNER, /* a slice is on the owner's stack */
  LODGER_TURNING_ENDING /* the host is gone: whoever noticed ends the caller */
} LodgerTurning;

/* Where a worker is for its pool. */
typedef enum LodgerPlace
{
  LODGER_PLACE_AT_WORK,
  LODGER_PLACE_IDLE,     /* on the list of the idle */
  LODGER_PLACE_CALLED,   /* on its way: woken, or being started */
  LODGER_PLACE_SEARCHING /* the one that is going to look */
} LodgerPlace;

struct LodgerCaller
{
  LodgerInbox inbox; /* first: aligned to a cache line */
  LodgerHost host;
  atomic_uint refs;  /* users' */
  atomic_uint holds; /* all: its memory goes with the last */
  atomic_int state;  /* LodgerCallerState; written under the mutex */
  pthread_mutex_t mutex;

  /* owner's */
  _Atomic (uint64_t) owner;  /* serial of its thread; 0: none */
  LodgerThread *thread_data; /* while it is in that thread's list */
  LodgerCaller *next_in_thread;
  LodgerTimers timers;
  LodgerTurn turn;
  unsigned depth; /* slices on the C stack */
  unsigned enters;
  int64_t armed;
  int64_t tidy_at; /* when to give spare nodes back; LODGER_FOREVER: there is no need */
  int spin_credit;
  _Atomic (LodgerFrame *) running; /* its innermost call: a stop finds it from any thread */
  LodgerPending *suspended;        /* calls that have returned and are not done */
  LodgerParker parker;             /* where the last leave waits */
  atomic_bool serves_alone;        /* the last leave does, without the host */

  /* the end */
  LodgerItem stop_item;
  bool stop_begun;
  atomic_bool ended;
  bool holds_itself;             /* from its start to its end */
  atomic_int turning;            /* LodgerTurning: who may run slices, or end it */
  atomic_bool is_orphaned;       /* the host or the thread is gone: nothing can be waited for */
  LodgerThen *thens, *last_then; /* accepted continuations, under the mutex */
  pthread_mutex_t drain_mutex;

  /* the family */
  LodgerCaller *root;          /* itself, or the one whose pool it works for (a reference) */
  _Atomic (LodgerPool *) pool; /* made under the mutex, once */
  bool is_driven;              /* Lodger runs this thread's loop */
  bool is_main;
  LodgerCaller *next_worker, *next_idle;
  bool has_run;             /* a worker: since `last_use` */
  uint64_t last_use;        /* a worker: when its last call ended; under the pool's mutex */
  LodgerPending *busy_with; /* a worker: the pool's call that is not done */
  bool is_told;             /* a worker: to stop */
  atomic_int place;         /* a worker: LodgerPlace; written under the pool's mutex */
  pthread_t thread;
  LodgerItem gone_item;
  const LodgerBackendOps *backend;
  void *backend_impl;

  /* what it is */
  uint64_t id;
  char *name;
  const void *host_options;
  const void *backend_options;
  const LodgerBackendOps *worker_backend;
  unsigned max_workers;
  int64_t stop_deadline;
  bool is_protected;
  LodgerPending *started, *stopping, *stopped;
  LodgerCaller *prev_known, *next_known; /* registry */
};

/* ---- caller.c: making, finding the thread's ---- */

/* In the initial state, bound to no thread; NULL only without memory. */
LodgerCaller *lodger__caller_make (const LodgerCallerOptions *options);
void lodger__caller_hold (LodgerCaller *caller);
void lodger__caller_release (LodgerCaller *caller);
bool lodger__caller_is_in_thread (const LodgerCaller *caller, const LodgerThread *thread);
bool lodger__caller_thread_may_block (const LodgerThread *thread);
/* Owner: make the host's state. */
int lodger__caller_open_host (LodgerCaller *caller);
/* Owner: this thread's loop is its host's; let it run. */
void lodger__caller_attach (LodgerCaller *caller, LodgerThread *thread);
void lodger__caller_unlink_thread (LodgerCaller *caller);
bool lodger__caller_set_state (LodgerCaller *caller, LodgerCallerState from, LodgerCallerState to);

/* ---- submit.c: any thread to owner ---- */

/* Puts an item in and gets the owner called back. The caller has to live until this returns, also if the item was what
 * held it. */
void lodger__caller_push (LodgerCaller *caller, LodgerItem *item);
/* The answer to a submission that was not accepted: with LODGER_ECANCELED because the caller is stopping. */
LodgerPending *lodger__submit_refused (int code, const char *function, const LodgerCallOptions *options);
/* The inbox is closed: drop what is in it, here. */
void lodger__caller_drain (LodgerCaller *caller);
/* A call that had returned unfinished is done: its data goes, in the owner's thread. */
void lodger__caller_call_ended (LodgerCaller *caller, LodgerPending *pending);
void lodger__caller_suspend (LodgerCaller *caller, LodgerPending *pending);
extern const char lodger__closed_message[];

/* ---- turn.c: the only room that runs user code ---- */

/* Owner: the next time that something is due. */
int64_t lodger__turn_deadline (const LodgerCaller *caller);
int64_t lodger__turn_now (const LodgerCaller *caller);
void lodger__turn_slice (LodgerCaller *caller, int64_t budget);
/* Owner: the next of this turn's timers. */
LodgerItem *lodger__turn_next_due (LodgerCaller *caller);
/* Owner: something could run now. */
bool lodger__turn_is_ready (const LodgerCaller *caller);
/* Owner: run a call's function, `done` being what a continuation waited for. False when it goes on after that. */
bool lodger__turn_call (LodgerCaller *caller, LodgerPending *pending, LodgerPending *done);
/* Owner: see to the end of a call that never runs. */
void lodger__turn_skip (LodgerPending *pending);
void lodger__turn_direct (LodgerCaller *caller, LodgerDirectFunc func, void *data);

/* ---- host.c ---- */

/* Any thread: NULL while there is none. */
static inline const LodgerHostOps *
lodger__host_ops (const LodgerCaller *caller)
{
  return atomic_load_explicit (&caller->host.ops, memory_order_acquire);
}

/* Any thread, after a push or a claim said so: have the node called back. */
void lodger__host_post (LodgerCaller *caller);
/* Owner: the same if there is need. */
void lodger__host_post_ahead (LodgerCaller *caller);
void lodger__host_arm (LodgerCaller *caller);

/* ---- stop.c ---- */

void lodger__caller_try_end (LodgerCaller *caller);
/* Owner, of a caller that stops: what has to be dropped and is in no inbox, one by one. */
LodgerItem *lodger__stop_next (LodgerCaller *caller);
bool lodger__stop_has_next (const LodgerCaller *caller);
void lodger__caller_thread_ends (LodgerCaller *caller);
/* The loop is gone. Any thread: ends it here, or in the owner's thread if that runs a slice just now. */
void lodger__caller_orphan (LodgerCaller *caller);
/* The owner has run its outermost slice: end it if it was orphaned meanwhile. */
void lodger__caller_end_orphan (LodgerCaller *caller);
extern const LodgerItemOps lodger__stop_ops;

/* ---- pool.c ---- */

/* Owner, a worker: the next call of the pool. Without one it searches from here on, if it says so: then it has to come
 * back with `searches` false. */
LodgerItem *lodger__pool_take (LodgerCaller *worker, bool searches);
bool lodger__pool_has_calls (const LodgerCaller *worker);
/* Owner, a worker: its call has returned. */
void lodger__pool_rest (LodgerCaller *worker, LodgerPending *pending);
bool lodger__pool_is_ready (const LodgerCaller *worker);
/* Owner, a worker: it stops. */
void lodger__pool_quit (LodgerCaller *worker);
/* Owner, a worker: something of its own inbox is going to run. */
void lodger__pool_engage (LodgerCaller *worker);
/* Owner, the root: refuse, and stop the workers. */
void lodger__pool_stop (LodgerCaller *root);
/* Owner, the root, after that: what is queued still, one by one. */
LodgerItem *lodger__pool_pop (LodgerCaller *root);
bool lodger__pool_is_empty (const LodgerCaller *root);
unsigned lodger__pool_worker_count (LodgerCaller *root);
/* Owner, the root: new references, for lodger_caller_list_free(). */
LodgerCaller **lodger__pool_workers (LodgerCaller *root, size_t *ret_count);
/* Owner, the root: what was submitted before the start may run. */
void lodger__pool_start (LodgerCaller *root);
/* A worker's thread: it could not start, and the calls that waited for it may have nobody else. */
void lodger__pool_worker_failed (LodgerCaller *worker);
void lodger__pool_free (LodgerPool *pool);
extern const LodgerItemOps lodger__pool_call_ops;

/* ---- worker.c ---- */

int lodger__worker_start (LodgerCaller *caller);

/* ---- then.c ---- */

/* Owner, of a caller that stops: the next continuation that was accepted and is not on its way, or NULL. */
LodgerItem *lodger__thens_take (LodgerCaller *caller);

/* ---- registry.c ---- */

const LodgerHostDriver *lodger__registry_host (const char *name);
const LodgerBackendOps *lodger__registry_backend (const char *name);
void lodger__registry_add (LodgerCaller *caller);
void lodger__registry_remove (LodgerCaller *caller);
/* The living caller for which `matches` says so, as a new reference, or NULL. */
LodgerCaller *lodger__registry_find (bool (*matches) (const LodgerCaller *caller, const void *what), const void *what);

/* ---- native.c ---- */

extern const LodgerBackendOps lodger__native_backend;
extern const LodgerHostDriver lodger__native_driver;

#endif
