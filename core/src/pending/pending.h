/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The promise: its state, its outcome, and those who are told when it is done. It knows no pool, no scope and no stop. */
#ifndef LODGER_PENDING_PRIVATE_H
#define LODGER_PENDING_PRIVATE_H

#include "base/error.h"
#include "base/list.h"
#include "base/log.h"
#include "life/trace.h"
#include "mailbox/item.h"

#include <lodger/caller.h>
#include <lodger/pending.h>

enum
{
  P_DONE = 1 << 0,
  P_CANCELLED = 1 << 1,
  P_STARTED = 1 << 2,     /* its function has been entered */
  P_RETURNED = 1 << 3,    /* its function has returned */
  P_ANSWERED = 1 << 4,    /* an outcome is stored, or on its way from another pending */
  P_DEFERRED = 1 << 5,    /* a reply exists, or existed */
  P_FOLLOWS = 1 << 6,     /* the outcome comes from another pending */
  P_PROMISE = 1 << 7,     /* belongs to no call */
  P_PROTECTED = 1 << 8,   /* waiters that give up leave it alone */
  P_STATIC = 1 << 9,      /* shared, never freed */
  P_PUSHED = 1 << 10,     /* a continuation that is on its way to its caller */
  P_EMPTIED = 1 << 11,    /* its pointer was taken out */
  P_OWNED = 1 << 12,      /* a caller's own: users can neither answer nor cancel it */
  P_ABANDONED = 1 << 13,  /* a stop has given it up */
  P_DATA_HOME = 1 << 14,  /* its data is destroyed in the thread of a caller */
  P_SCOPED = 1 << 15,     /* it is bound to a scope */
  P_UNASSIGNED = 1 << 16, /* a pool's call that no worker has taken: `caller` is the pool's root */
};

typedef enum LodgerValueType
{
  V_NOTHING,
  V_POINTER,
  V_INT,
  V_BOOLEAN,
  V_STRING,
  V_BYTES,
  V_ERROR,
  V_PENDING, /* the outcome of that pending */
} LodgerValueType;

typedef struct LodgerBytes
{
  size_t size;
  unsigned char bytes[];
} LodgerBytes;

typedef struct LodgerValue
{
  union
  {
    void *pointer;
    int64_t number;
    char *string;
    LodgerBytes *bytes;
    LodgerError *error;
    LodgerPending *pending;
  };
  LodgerDestroyFunc destroy; /* of V_POINTER */
  LodgerValueType type;
} LodgerValue;

/* Told when a pending is done. `notify` runs in the completing thread, with no lock held unless `locked`. */
typedef struct LodgerListener LodgerListener;
struct LodgerListener
{
  LodgerListener *next;
  void (*notify) (LodgerListener *listener, LodgerPending *done);
  void (*discard) (LodgerListener *listener); /* the pending goes without ever being done; NULL: nothing to do */
  bool locked;                                /* notify is called with the pending locked: it only signals */
  bool is_quiet;                              /* no user code runs in the completing thread */
};

/* One that runs no user code. `discard` may be NULL. */
static inline LodgerListener
lodger__listener (void (*notify) (LodgerListener *listener, LodgerPending *done),
                  void (*discard) (LodgerListener *listener), bool locked)
{
  return (LodgerListener) { .notify = notify, .discard = discard, .locked = locked, .is_quiet = true };
}

typedef struct LodgerExtra LodgerExtra; /* extras.h */

/* A call's function and its data. */
typedef struct LodgerWork
{
  union
  {
    LodgerCallFunc call;
    LodgerThenFunc then;
  };
  void *data;
  LodgerDestroyFunc destroy;
} LodgerWork;

static inline LodgerWork
lodger__work (LodgerCallFunc func, void *data, LodgerDestroyFunc destroy)
{
  return (LodgerWork) { .call = func, .data = data, .destroy = destroy };
}

static inline LodgerWork
lodger__work_then (LodgerThenFunc func, void *data, LodgerDestroyFunc destroy)
{
  return (LodgerWork) { .then = func, .data = data, .destroy = destroy };
}

static inline bool
lodger__work_has_func (const LodgerWork *work)
{
  return work->call != NULL;
}

/* For a call that is refused. */
static inline void
lodger__work_destroy (const LodgerWork *work)
{
  if (work->destroy != NULL)
    work->destroy (work->data);
}

/* Where it was submitted. */
typedef struct LodgerSite
{
  const char *file;
  const char *name;
  int line;
} LodgerSite;

struct LodgerPending
{
  LodgerItem item; /* first */
  atomic_uint refs;
  atomic_uint state; /* written under the lock */
  LodgerCaller *caller;
  LodgerWork work;
  LodgerSite site;
  LodgerValue outcome;
  LodgerListener *listeners; /* the newest; circular, so that its next is the oldest */
  LodgerExtra *extras;       /* the oldest; under the lock */
  uint16_t generation;       /* base/fork.h */
  uint8_t slab_class;
};

/* ---- life and locks: pending.c ---- */

void lodger__pending_lock (const LodgerPending *pending);
void lodger__pending_unlock (const LodgerPending *pending);
static inline unsigned
lodger__pending_state (const LodgerPending *pending)
{
  return atomic_load_explicit (&pending->state, memory_order_acquire);
}
/* Locked. */
static inline void
lodger__pending_add_state (LodgerPending *pending, unsigned bits)
{
  atomic_store_explicit (&pending->state, atomic_load_explicit (&pending->state, memory_order_relaxed) | bits,
                         memory_order_release);
}
/* A call's pending, with a reference for the one who asked and one for its run; NULL without memory. Then the data stays
 * the giver's. */
LodgerPending *lodger__pending_new_call (const LodgerItemOps *ops, LodgerCaller *caller, const LodgerWork *work,
                                         const LodgerCallOptions *options);
/* One that was made for a call which is refused after all: both references go. Its data stays the giver's. */
void lodger__pending_discard_call (LodgerPending *pending);
/* A done pending that stands for a refusal. */
LodgerPending *lodger__pending_refused (int code, const char *message);
/* A caller's own. */
LodgerPending *lodger__pending_new_owned (void);
/* Done, with success or the error (consumed), if it is not done yet. */
void lodger__pending_signal (LodgerPending *pending, LodgerError *error);
/* Done as given up by a stop, if it is not done yet. */
void lodger__pending_abandon (LodgerPending *pending);
/* Drops a reference. True: it was the last one, and whoever dropped it frees the pending. */
bool lodger__pending_drop (LodgerPending *pending);
void lodger__pending_free (LodgerPending *pending);
/* Without any reference: the user's code is going to destroy something. */
bool lodger__pending_has_left_data (const LodgerPending *pending);
/* Destroys the call's data, once. No lock. */
void lodger__pending_destroy_data (LodgerPending *pending);
static inline void
lodger__pending_trace (LodgerTraceKind kind, LodgerPending *pending, LodgerCaller *caller)
{
  lodger__trace (kind, caller, pending, pending->site.file, pending->site.line, pending->site.name);
}
/* Runs the function of a call, or of a continuation of `done`. */
static inline void
lodger__pending_invoke (LodgerPending *pending, LodgerCaller *caller, LodgerPending *done)
{
  lodger__pending_trace (LODGER_TRACE_START, pending, caller);
  if (done != NULL)
    pending->work.then (pending, done, pending->work.data);
  else
    pending->work.call (pending, pending->work.data);
  lodger__pending_trace (LODGER_TRACE_END, pending, caller);
}

static inline LodgerItem *
lodger__pending_item (LodgerPending *pending)
{
  return &pending->item;
}

static inline const LodgerItemOps *
lodger__pending_ops (const LodgerPending *pending)
{
  return pending->item.ops;
}

/* The caller that runs it or has it queued; NULL for a promise. */
static inline LodgerCaller *
lodger__pending_caller (const LodgerPending *pending)
{
  return pending->caller;
}

/* Owner, not done: another caller has it now, or it is another kind of item. */
void lodger__pending_assign (LodgerPending *pending, LodgerCaller *caller);
static inline void
lodger__pending_become (LodgerPending *pending, const LodgerItemOps *ops)
{
  pending->item.ops = ops;
}

/* Where the call was submitted, for options that say nothing of it. */
void lodger__pending_lend_site (const LodgerPending *pending, LodgerCallOptions *options);

/* ---- listeners: listeners.c ---- */

/* Adds a listener, or says that it is done already. */
bool lodger__pending_listen (LodgerPending *pending, LodgerListener *listener);
/* Not shared yet, or locked and not done. */
void lodger__pending_add_listener (LodgerPending *pending, LodgerListener *listener);
/* Takes a listener back; false when it was or is being told. The latter: locked. */
bool lodger__pending_unlisten (LodgerPending *pending, LodgerListener *listener);
bool lodger__pending_unlink (LodgerPending *pending, LodgerListener *listener);
/* Locked on entry, unlocked on return: it is done now, if it was not before. Tells all who listen. */
void lodger__pending_complete (LodgerPending *pending);
/* It goes without ever being done. */
void lodger__pending_discard_listeners (LodgerPending *pending);
/* Locked: its completion is going to run user code. */
bool lodger__pending_tells_user_code (const LodgerPending *pending);
/* Locked: the first listener with that `notify` for which `matches` says so, or NULL. */
LodgerListener *lodger__pending_find_listener (const LodgerPending *pending,
                                               bool (*matches) (const LodgerListener *listener, const void *what),
                                               const void *what);

/* ---- outcomes: outcome-set.c, outcome-read.c ---- */

/* Locked: the value is the pending's now. */
void lodger__pending_store (LodgerPending *pending, LodgerValue *value);
void lodger__value_clear (LodgerValue *value);
LodgerValue lodger__value_string (const char *string);
LodgerValue lodger__value_bytes (const void *bytes, size_t size);
/* Its function is on this thread's stack. */
bool lodger__pending_is_on_stack (const LodgerPending *pending);
/* Locked on entry, unlocked on return: a call that had returned without an outcome has one now. */
void lodger__pending_end_call (LodgerPending *pending);

/* Locked. What speaks against an answer by the pending itself; 0: nothing. The latter logs that, if it is a misuse. */
int lodger__pending_refusal (const LodgerPending *self);
int lodger__pending_refuse (int code, const char *function);

/* ---- taking another's outcome: follow.c ---- */

/* Stores the leader, unless that would close a circle, and gives the state at that moment: whether the linking thread
 * (for a promise, or a call that has returned) or the owner, at the return, goes on with lodger__pending_follow. */
int lodger__pending_link (LodgerPending *pending, LodgerPending *leader, unsigned *ret_state);
/* Locked on entry, unlocked on return: the one whose outcome it takes is known; be told when that is done. */
void lodger__pending_follow (LodgerPending *pending);
/* Locked: the one whose outcome it takes, as a new reference, or NULL. */
LodgerPending *lodger__pending_leader (LodgerPending *pending);
/* Locked, so that a call can return unfinished without asking for memory then: makes its place on a caller's list. */
bool lodger__pending_may_stay_unfinished (LodgerPending *pending);
/* Locked: that place. And back, without the lock. */
LodgerLink *lodger__pending_unfinished_link (LodgerPending *pending);
LodgerPending *lodger__unfinished_pending (LodgerLink *link);

/* ---- cancelling: cancel.c ---- */

/* Joins the messages of all cancels. False without memory: to be logged by the last of the three, once no lock is held. The
 * first one: locked. */
bool lodger__pending_add_message (LodgerPending *pending, const char *message);
bool lodger__message_append (char **message, const char *more);
void lodger__message_lost (const char *message);
/* Locked: the error of a cancelled or abandoned pending. Made when it is first asked for, and kept. */
LodgerError *lodger__pending_cancelled_error (LodgerPending *pending, int code);
/* Locked. */
bool lodger__pending_has_canceller (const LodgerPending *pending);
/* Locked: its data goes with the completion, or when a canceller that runs just now has returned. */
bool lodger__pending_destroys_canceller (const LodgerPending *pending);
/* The call is done: a canceller's data goes when both are through, by whoever comes last. */
void lodger__pending_release_canceller (LodgerPending *pending);

/* ---- a fork: pending.c ---- */

/* This is a forked child, and the pending is its parent's. */
bool lodger__pending_is_before_fork (const LodgerPending *pending);
/* 0; LODGER_EINVAL for NULL; LODGER_ECHILD. Logs what is not 0. */
int lodger__pending_check (const LodgerPending *pending, const char *function);

#define lodger__guard_pending(pending, answer) lodger__guard (lodger__pending_check ((pending), __func__), answer)

#endif
