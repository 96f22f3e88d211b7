/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The inside of a pending, shared by the rooms that start, answer, wait for and continue calls. */
#ifndef LODGER_PENDING_PRIVATE_H
#define LODGER_PENDING_PRIVATE_H

#include "inbox.h"
#include "log.h"
#include "thread.h"

#include <lodger/caller.h>
#include <lodger/pending.h>

/* What a caller can do with an item that it was given. */
struct LodgerItemOps
{
  /* Owner's turn: run it (or see to its end, if it was cancelled meanwhile). */
  void (*run) (LodgerCaller *caller, LodgerItem *item);
  /* It will never run: cancel it and destroy its data, in this thread. */
  void (*drop) (LodgerCaller *caller, LodgerItem *item);
  /* A call that was cancelled before it started: make it reach its caller, which destroys its data. No lock is held.
   * NULL: it is on its way. */
  void (*withdraw) (LodgerPending *pending);
  unsigned node_class;
};

enum
{
  P_DONE = 1 << 0,
  P_CANCELLED = 1 << 1,
  P_STARTED = 1 << 2,    /* its function has been entered */
  P_RETURNED = 1 << 3,   /* its function has returned */
  P_ANSWERED = 1 << 4,   /* an outcome is stored, or on its way from another pending */
  P_DEFERRED = 1 << 5,   /* a reply exists, or existed */
  P_FOLLOWS = 1 << 6,    /* the outcome comes from another pending */
  P_PROMISE = 1 << 7,    /* belongs to no call */
  P_PROTECTED = 1 << 8,  /* waiters that give up leave it alone */
  P_STATIC = 1 << 9,     /* shared, never freed */
  P_PUSHED = 1 << 10,    /* a continuation that is on its way to its caller */
  P_TAKEN = 1 << 11,     /* its pointer was taken out */
  P_OWNED = 1 << 12,     /* a caller's own: users can neither answer nor cancel it */
  P_ABANDONED = 1 << 13, /* a stop has given it up */
  P_SIDED = 1 << 14,     /* its side record was made with it, and can be looked at without the lock */
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
  V_PENDING, /* that one's outcome */
} LodgerValueType;

typedef struct LodgerBytes
{
  size_t size;
  unsigned char bytes[];
} LodgerBytes;

typedef struct LodgerValue
{
  LodgerValueType type;
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
} LodgerValue;

/* Told when a pending is done. `notify` runs in the completing thread, with no lock held unless `locked`. */
typedef struct LodgerListener LodgerListener;
struct LodgerListener
{
  LodgerListener *next;
  void (*notify) (LodgerListener *listener, LodgerPending *done);
  void (*discard) (LodgerListener *listener); /* the pending goes without ever being done; NULL: cannot happen */
  bool locked;                                /* notify is called with the pending locked: it only signals */
  bool is_quiet;                              /* no user code runs in the completing thread */
};

/* A pointer's way home: allocated when the call is accepted, and given away with the pointer. */
typedef struct LodgerHome
{
  LodgerItem item;      /* first */
  LodgerCaller *caller; /* held */
  void *pointer;
  LodgerDestroyFunc destroy;
} LodgerHome;

typedef struct LodgerMetadata
{
  struct LodgerMetadata *next;
  void *value;
  LodgerDestroyFunc destroy;
  char key[];
} LodgerMetadata;

/* What few pendings have. */
typedef struct LodgerSide LodgerSide;
struct LodgerSide
{
  char *message; /* of all cancels */
  LodgerError *cancelled_error;
  LodgerCancelFunc canceller;
  void *canceller_data;
  LodgerDestroyFunc canceller_destroy;
  bool has_canceller;
  bool canceller_ran;
  bool canceller_busy;
  LodgerMetadata *metadata;
  LodgerListener follow; /* attached to the pending whose outcome this one takes */
  LodgerPending *owner;  /* the one that this side belongs to */
  bool is_suspended;     /* on its caller's list */
  LodgerPending *prev_suspended, *next_suspended;
  LodgerHome *home;        /* where its pointer goes to be destroyed */
  LodgerHome *data_home;   /* where its data goes */
  LodgerCaller *completer; /* a promise: whose thread answers it, held; or NULL */
  LodgerScope *scope;      /* a reference; set before the call is shared */
  bool is_bound;           /* on the scope's list, which is under its mutex, as the next */
  LodgerSide *prev_bound, *next_bound;
};

/* Somebody who blocks in this call, to be woken by its cancellation. */
typedef struct LodgerSleeper
{
  LodgerParker *parker;
  bool cancelled; /* under the lock of the call's pending */
} LodgerSleeper;

/* wait.c: puts the sleeper where a cancel of `self` finds it, and gives the one that was there. `self` may be NULL. */
LodgerSleeper *lodger__sleeper_swap (LodgerPending *self, LodgerSleeper *sleeper);
bool lodger__sleeper_is_cancelled (LodgerPending *self, const LodgerSleeper *sleeper);

struct LodgerPending
{
  LodgerItem item; /* first */
  atomic_uint refs;
  atomic_uint state; /* written under the lock */
  LodgerCaller *caller;
  union
  {
    LodgerCallFunc call;
    LodgerThenFunc then;
  } func;
  void *data;
  LodgerDestroyFunc destroy;
  const char *file;
  const char *name;
  int line;
  uint8_t value_type; /* LodgerValueType */
  uint8_t node_class;
  uint16_t generation; /* fork.c */
  union
  {
    void *pointer;
    int64_t number;
  } value;
  LodgerDestroyFunc value_destroy;
  LodgerListener *listeners; /* the newest; circular, so that its next is the oldest */
  LodgerSide *side;
  LodgerSleeper *sleeper;
};

/* ---- pending.c: life, locks, settling ---- */

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
/* A call's pending, with a reference for the one who asked and one for its run; NULL without memory. */
LodgerPending *lodger__pending_new_call (const LodgerItemOps *ops, void *data, LodgerDestroyFunc destroy,
                                         const LodgerCallOptions *options);
/* One that was made for a call which is refused after all; its data stays the caller's. */
void lodger__pending_discard_call (LodgerPending *pending);
/* A done pending that stands for a refusal. */
LodgerPending *lodger__pending_refused (int code, const char *message);
/* An owned one: done, with success or the error (consumed), if it is not done yet. */
LodgerPending *lodger__pending_new_owned (void);
void lodger__pending_signal (LodgerPending *pending, LodgerError *error);
/* Locked on entry, unlocked on return: it is done now, if it was not before. Tells all who listen. */
void lodger__pending_complete (LodgerPending *pending);
/* A stop has given it up: done, if it is not yet. */
void lodger__pending_abandon (LodgerPending *pending);
/* This is a forked child, and the pending is its parent's: logged, and true. */
bool lodger__pending_is_foreign (const LodgerPending *pending, const char *function);
/* Locked. */
void lodger__pending_store (LodgerPending *pending, LodgerValue *value);
void lodger__value_clear (LodgerValue *value);
/* Destroys the call's data, once. */
void lodger__pending_destroy_data (LodgerPending *pending);
/* Adds a listener, or says that it is done already. */
bool lodger__pending_listen (LodgerPending *pending, LodgerListener *listener);
/* Takes a listener back; false when it was or is being told. */
bool lodger__pending_unlisten (LodgerPending *pending, LodgerListener *listener);
/* The same, locked. */
bool lodger__pending_unlink (LodgerPending *pending, LodgerListener *listener);
void lodger__message_append (char **message, const char *more);

/* ---- side.c ---- */

/* Locked: the side record, made if need be; NULL without memory. */
LodgerSide *lodger__pending_side (LodgerPending *pending);
/* Not shared yet: what the options say; false without memory. */
bool lodger__side_set (LodgerPending *pending, const LodgerCallOptions *options);
void lodger__side_free (LodgerSide *side);

/* ---- home.c ---- */

/* A way there; NULL without memory. */
LodgerHome *lodger__home_new (LodgerCaller *caller);
/* The pointer is destroyed there; or the home is given up without one. */
void lodger__home_send (LodgerHome *home, void *pointer, LodgerDestroyFunc destroy);
/* Locked: a pointer that nobody will get may go the same way. */
bool lodger__home_keeps (const LodgerPending *pending, const LodgerValue *value);

/* ---- callbacks.c ---- */

/* Locked: its completion is going to run user code. */
bool lodger__pending_tells_user_code (const LodgerPending *pending);

/* ---- outcome.c ---- */

/* Its function is on this thread's stack. */
bool lodger__pending_is_on_stack (const LodgerPending *pending);
/* Locked on entry, unlocked on return: the one whose outcome it takes is known; be told when that is done. */
void lodger__pending_follow (LodgerPending *pending);
/* Locked on entry, unlocked on return: a call that had returned without an outcome has one now. */
void lodger__pending_end_call (LodgerPending *pending);
/* Locked: the one whose outcome it takes, as a new reference, or NULL. */
LodgerPending *lodger__pending_leader (LodgerPending *pending);
/* Stores the leader, unless that would close a circle, and gives the state at that moment: whether the linking thread
 * (for a promise, or a call that has returned) or the owner, at the return, goes on with lodger__pending_follow. */
int lodger__pending_link (LodgerPending *pending, LodgerPending *leader, unsigned *ret_state);
LodgerValue lodger__value_string (const char *string);
LodgerValue lodger__value_bytes (const void *bytes, size_t size);

#endif
