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
typedef struct LodgerGiven LodgerGiven;
typedef struct LodgerSeeker LodgerSeeker;

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

typedef struct LodgerHooks
{
  LodgerStartHook on_start;
  LodgerStopHook on_stop;
  void *data;
} LodgerHooks;

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
  LodgerPending *suspended; /* calls that have returned and are not done */
  LodgerParker parker;      /* where the last leave waits */
  atomic_bool serves_alone; /* the last leave does, without the host */

  /* who may touch all that: custody.h */
  atomic_int turning;
  _Atomic (uintptr_t) running;
  LodgerFrame *taken_frame; /* its innermost that has not returned; written under the mutex, as the next */
  atomic_bool taken;

  /* the end */
  LodgerItem stop_item;
  bool stop_begun;
  bool is_cancelling; /* owner: the queue is gone, what had returned unfinished has been cancelled */
  atomic_bool ended;
  bool is_telling;               /* owner: that it stops, before anything comes of that */
  bool is_ending;                /* whoever ends it is at that; user code may run a loop meanwhile */
  atomic_bool holds_itself;      /* from its start until it is out of its thread */
  atomic_bool is_orphaned;       /* the host or the thread is gone: nothing can be waited for */
  LodgerThen *thens, *last_then; /* accepted continuations, under the mutex */
  pthread_mutex_t drain_mutex;
  LodgerItem late_item;
  atomic_bool is_late_posted;
  bool is_late, is_too_late; /* owner: the deadline has passed; and the time after that */
  bool has_left_behind;      /* owner: something was abandoned */
  LodgerCaller *prev_watched, *next_watched;
  int64_t watched_until, patience;
  int64_t stop_until; /* the deadline of its stop; written before its state says that it stops */
  bool is_watched;
  atomic_bool is_overdue; /* its deadline has passed */

  /* the family: family.c */
  LodgerCaller *root;                    /* itself, or its parent's: the one with the pool */
  LodgerCaller *parent;                  /* a reference, or NULL */
  LodgerCaller *children, *next_sibling; /* the youngest first; under the parent's mutex */
  uint64_t births, birth;                /* how many children there were; the number of this one. The same */
  atomic_uint awaited;                   /* children that its end waits for */
  bool is_left_behind;                   /* a child: not waited for any more; under the parent's mutex */
  bool is_told;                          /* a child: to stop; the same */
  pthread_t thread;
  LodgerItem gone_item;
  bool is_driven; /* Lodger runs this thread's loop */
  bool is_main;

  /* the pool */
  _Atomic (LodgerPool *) pool; /* a root: made under the mutex, once */
  atomic_uint idle_limit;      /* a root */
  _Atomic (int64_t) idle_duration;
  LodgerGiven *given; /* what it gave to the root's pool, under that one's mutex */
  atomic_bool has_given;
  bool is_pooled; /* a worker */
  LodgerCaller *next_idle;
  bool has_run;                 /* a worker: since `last_use` */
  uint64_t last_use;            /* a worker: when its last call ended; under the pool's mutex */
  _Atomic (int64_t) idle_until; /* a worker: when it has been idle for too long; written under the pool's mutex */
  int64_t idle_since;           /* a worker: 0 while it works; under the pool's mutex */
  bool is_forgotten;            /* a worker: the pool does not count on it any more; under the pool's mutex */
  LodgerPending *busy_with;     /* a worker: the pool's call that is not done */
  bool is_counted;              /* a worker: as running a call; under the pool's mutex, as the next */
  bool is_away;                 /* a worker: runs something of its own inbox */
  bool is_blocked;              /* a worker: waits in its call, and is not counted meanwhile */
  atomic_int place;             /* a worker: LodgerPlace; written under the pool's mutex */

  /* a bounded inbox: room.c */
  unsigned inbox_limit; /* 0: none */
  atomic_uint crowd;    /* calls that wait in it */
  atomic_bool is_awaited;
  LodgerSeeker *seekers; /* threads that wait for room, under the mutex */

  const LodgerBackendOps *backend;
  void *backend_impl;

  /* what it is */
  uint64_t id;
  char *name;
  const void *host_options;
  const void *backend_options;
  const LodgerBackendOps *worker_backend;
  unsigned max_workers, max_threads;
  int64_t stop_deadline;
  bool is_protected;
  int nice; /* added in its threads to `usual_nice` of its root: the level of the thread that made that */
  int usual_nice;
  unsigned generation; /* fork.c */
  LodgerHooks hooks;
  bool has_hooked;                /* owner: the start hook has run */
  LodgerDestroyFunc hook_destroy; /* its own hooks', not inherited ones' */
  LodgerPending *started, *stopping, *stopped;
  LodgerCaller *prev_known, *next_known; /* registry */
};

/* ---- caller.c: what it is, its thread, its start ---- */

/* In the initial state, bound to no thread; NULL only without memory. Then, but else not, the options' hook data is still
 * the giver's. */
LodgerCaller *lodger__caller_make (LodgerCallerOptions *options);
void lodger__caller_hold (LodgerCaller *caller);
void lodger__caller_release (LodgerCaller *caller);
bool lodger__caller_is_in_thread (const LodgerCaller *caller, const LodgerThread *thread);
bool lodger__caller_thread_may_block (const LodgerThread *thread);
/* A new reference, or NULL. */
LodgerCaller *lodger__caller_first_in_thread (const LodgerThread *thread);
/* Owner: make the host's state. */
int lodger__caller_open_host (LodgerCaller *caller);
/* Owner: this thread's loop is its host's; let it run. Not 0: the start hook's code. */
int lodger__caller_attach (LodgerCaller *caller, LodgerThread *thread);
/* Owner: it cannot start. */
void lodger__caller_fail_start (LodgerCaller *caller, int code, const char *what);
void lodger__caller_unlink_thread (LodgerCaller *caller);
bool lodger__caller_set_state (LodgerCaller *caller, LodgerCallerState from, LodgerCallerState to);

/* ---- make.c: finding or making one ---- */

/* The one that is there, if that is what the options mean; else an error. */
LodgerCaller *lodger__make_matching (LodgerCaller *caller, const LodgerCallerOptions *options, const char *function,
                                     LodgerError **ret_error);
LodgerCaller *lodger__make_fail (LodgerError **ret_error, const char *function, int code, const char *reason,
                                 const char *name);

/* ---- submit.c: any thread to owner ---- */

/* Puts an item in and gets the owner called back. The caller has to live until this returns, also if the item was what
 * held it. */
void lodger__caller_push (LodgerCaller *caller, LodgerItem *item);
/* Has the owner look round, without an item. */
void lodger__caller_poke (LodgerCaller *caller);
static inline bool
lodger__caller_accepts (const LodgerCaller *caller)
{
  return lodger_caller_get_state (caller) < LODGER_CALLER_STOPPING;
}
/* It was submitted to a caller that stops. */
void lodger__submit_note_late (const char *function, const LodgerCallOptions *options);
/* The answer to a submission that was not accepted: with LODGER_ECANCELED because the caller is stopping, or its scope has
 * ended. */
LodgerPending *lodger__submit_refused (int code, const char *function, const LodgerCallOptions *options);
/* lodger_caller_call_soon_full() in the name of another function. */
LodgerPending *lodger__call_soon (const char *function, LodgerCaller *caller, LodgerCallFunc func, void *data,
                                  LodgerDestroyFunc destroy, const LodgerCallOptions *options);
/* What speaks against this submission; 0: nothing. */
int lodger__submit_check (const LodgerCaller *caller, bool has_func, const LodgerCallOptions *options,
                          const char *function);
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
/* Owner: run turns for that long. If it looks, whoever pushes from here on asks for a call-back again. */
void lodger__turn_slice (LodgerCaller *caller, int64_t budget, bool looks);
/* Owner: the next of this turn's timers. */
LodgerItem *lodger__turn_next_due (LodgerCaller *caller);
/* Owner: something could run now. */
bool lodger__turn_is_ready (const LodgerCaller *caller);
/* Owner: run a call's function, `done` being what a continuation waited for. False when it goes on after that. */
bool lodger__turn_call (LodgerCaller *caller, LodgerPending *pending, LodgerPending *done);
/* Owner: see to the end of a call that never runs. */
void lodger__turn_skip (LodgerPending *pending);
void lodger__turn_direct (LodgerCaller *caller, LodgerDirectFunc func, void *data);
/* Owner: run the caller's hooks. */
int lodger__turn_start_hook (LodgerCaller *caller);
void lodger__turn_stop_hook (LodgerCaller *caller);

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

/* ---- fork.c ---- */

extern atomic_uint lodger__generation;

static inline bool
lodger__is_foreign (const LodgerCaller *caller)
{
  return caller->generation != atomic_load_explicit (&lodger__generation, memory_order_relaxed);
}

/* ---- worker.c ---- */

/* A thread that Lodger drives; 0 or LODGER_EAGAIN. One with a parent gives it its reference when it is gone. */
int lodger__worker_start (LodgerCaller *caller);

/* ---- then.c ---- */

/* Owner, of a caller that stops: the next continuation that was accepted and is not on its way, or NULL. */
LodgerItem *lodger__thens_take (LodgerCaller *caller);
bool lodger__thens_has_next (const LodgerCaller *caller);
/* Locked, not on its way yet: the one it waits for. */
LodgerPending *lodger__then_source (LodgerPending *then);
bool lodger__is_then (const LodgerPending *pending);

/* ---- registry.c ---- */

const LodgerHostDriver *lodger__registry_host (const char *name);
const LodgerBackendOps *lodger__registry_backend (const char *name);
void lodger__registry_add (LodgerCaller *caller);
void lodger__registry_remove (LodgerCaller *caller);
/* A caller for which `matches` says so, and that is not as far as `below`, as a new reference, or NULL. */
LodgerCaller *lodger__registry_find (bool (*matches) (const LodgerCaller *caller, const void *what), const void *what,
                                     LodgerCallerState below);

/* ---- native.c ---- */

extern const LodgerBackendOps lodger__native_backend;
extern const LodgerHostDriver lodger__native_driver;

#endif
