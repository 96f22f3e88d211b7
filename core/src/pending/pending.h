/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The promise: its state, its outcome, and those who are told when it is done. It knows no pool, no scope and no
 * stop. */
#ifndef LODGER_PENDING_PRIVATE_H
#define LODGER_PENDING_PRIVATE_H

#include "base/error.h"
#include "base/list.h"
#include "base/log.h"
#include "base/thread.h"
#include "life/trace.h"
#include "mailbox/item.h"
#include "pending/bits.h"
#include "pending/listener.h"
#include "pending/value.h"
#include "pending/work.h"

#include <lodger/caller.h>
#include <lodger/pending.h>
#include <lodger/typed.h>

/* A pending that ends: complete.c. For a follower it is made before, as its leader's listener. */
typedef struct LodgerEnding LodgerEnding;
struct LodgerEnding
{
  LodgerListener listener; /* first */
  LodgerPending *pending;
  LodgerPending *leader, *beyond; /* what is dropped afterwards */
  LodgerEnding *next;
  LodgerListener *late; /* the late listeners, by `prev`, the newest first */
  unsigned adds;        /* the state has these bits with P_DONE */
  bool is_held;         /* by whoever ends it: it is no reference here */
  bool ends_call;       /* it had returned without an outcome */
  bool is_told, has_callbacks, has_canceller;
};

typedef struct LodgerExtra LodgerExtra; /* extras.h */

typedef void (*LodgerLinkedFunc) (LodgerPending *pending);

static inline LodgerSite
lodger__site_of (const LodgerCallOptions *options)
{
  return options != NULL ? (LodgerSite) { options->file, options->name, options->line } : (LodgerSite) { 0 };
}

/* A call that nobody waits for, and that answers nothing, is run and freed by its first line of 64 bytes alone: what
 * the rest has, the state says. */
struct LodgerPending
{
  LodgerItem item; /* first */
  atomic_uint refs;
  atomic_uint state; /* bits.h; written under the lock, which it is */
  LodgerCaller *caller;
  LodgerWork work;
  uint16_t generation; /* base/fork.h */
  uint8_t slab_class;
  uint8_t stack_order; /* of a spawned call: its stack has 2 to the power of that bytes; 0: it is none */
  atomic_bool is_seen; /* somebody has read or continued its outcome, or need not */
  LodgerSite site;     /* the second line */
  LodgerValue outcome;
  LodgerListener *listeners; /* the oldest */
  LodgerExtra *extras;       /* the oldest; under the lock */
};

/* ---- the state, which is the lock: lock.c ---- */

/* For a few instructions. Nobody holds two of them, and user code runs under none. */
void lodger__pending_lock (const LodgerPending *pending);
void lodger__pending_unlock (const LodgerPending *pending);
/* The same, and these bits are set by then. */
void lodger__pending_unlock_with (LodgerPending *pending, unsigned bits);
/* The same, and others are clear. */
void lodger__pending_unlock_into (LodgerPending *pending, unsigned set, unsigned clear);
/* This is a forked child, in which nobody will ever finish what another thread of the parent was changing here. */
bool lodger__pending_is_torn (const LodgerPending *pending);
static inline unsigned
lodger__pending_state (const LodgerPending *pending)
{
  return atomic_load_explicit (&pending->state, memory_order_acquire);
}
/* Locked, or not shared yet. */
void lodger__pending_add_state (LodgerPending *pending, unsigned bits);
/* Any thread, without the lock. False: somebody has set it before. */
static inline bool
lodger__pending_claim (LodgerPending *pending, unsigned bit)
{
  return !(atomic_fetch_or_explicit (&pending->state, bit, memory_order_acq_rel) & bit);
}
/* Whoever has set it takes it back. */
static inline void
lodger__pending_unclaim (LodgerPending *pending, unsigned bit)
{
  atomic_fetch_and_explicit (&pending->state, ~bit, memory_order_release);
}
/* In one write, if it has none of some bits, and nobody has the lock. That is as if it were locked for that: the write
 * acquires what those have stored who had the lock before, and releases what this thread has stored. */
static inline bool
lodger__pending_add_state_unless (LodgerPending *pending, unsigned unless, unsigned bits)
{
  unsigned state = atomic_load_explicit (&pending->state, memory_order_relaxed);
  while (!(state & (unless | P_LOCKED)))
    if (atomic_compare_exchange_weak_explicit (&pending->state, &state, state | bits, memory_order_acq_rel,
                                               memory_order_relaxed))
      return true;
  return false;
}
/* Not shared yet, or alone. */
static inline void
lodger__pending_begin_with (LodgerPending *pending, unsigned bits)
{
  atomic_store_explicit (&pending->state, atomic_load_explicit (&pending->state, memory_order_relaxed) | bits,
                         memory_order_relaxed);
}

/* ---- life: pending.c ---- */

/* A call's pending, with a reference for the one who asked and one for its run; NULL without memory. Then the data
 * stays the giver's. */
LodgerPending *lodger__pending_new_call (const LodgerItemOps *ops, LodgerCaller *caller, const LodgerWork *work,
                                         const LodgerCallOptions *options);
/* One that was made for a call which is refused after all: both references go. Its data stays the giver's. */
void lodger__pending_discard_call (LodgerPending *pending);
/* A done pending that stands for a refusal; the latter with the error, which is consumed. */
LodgerPending *lodger__pending_refused (int code, const char *message);
LodgerPending *lodger__pending_failed (LodgerError *error);
/* A caller's own. */
LodgerPending *lodger__pending_new_owned (void);
/* Done, with success or the error (consumed), if it is not done yet. */
void lodger__pending_signal (LodgerPending *pending, LodgerError *error);
/* Done as given up by a stop, if it is not done yet. */
void lodger__pending_abandon (LodgerPending *pending);
/* Drops a reference. True: it was the last one, and whoever dropped it frees the pending. */
bool lodger__pending_let_go (LodgerPending *pending);
void lodger__pending_free (LodgerPending *pending);
/* Without any reference: the user's code is going to destroy something. */
bool lodger__pending_has_left_data (const LodgerPending *pending);
/* Destroys the call's data, once. No lock. */
void lodger__pending_destroy_its_data (LodgerPending *pending);
static inline void
lodger__pending_destroy_data (LodgerPending *pending)
{
  if (pending->work.destroy != NULL)
    lodger__pending_destroy_its_data (pending);
}
static inline void
lodger__pending_trace (LodgerTraceKind kind, LodgerPending *pending, LodgerCaller *caller)
{
  lodger__trace (kind, caller, pending, pending->site.file, pending->site.line, pending->site.name);
}
/* Runs the function of a call, or of a continuation of `done`, in its context. */
void lodger__pending_invoke (LodgerPending *pending, LodgerCaller *caller, LodgerPending *done);

static inline const LodgerSite *
lodger__pending_site (const LodgerPending *pending)
{
  return &pending->site;
}

/* `name (file:line): state`, without a lock. It has to stay alive. */
void lodger__pending_write (const LodgerPending *pending, LodgerText *text);

static inline LodgerItem *
lodger__pending_item (LodgerPending *pending)
{
  return &pending->item;
}

/* Not shared yet: it is a spawned call. 0: it is none. */
static inline void
lodger__pending_set_stack_order (LodgerPending *pending, unsigned order)
{
  pending->stack_order = (uint8_t) order;
}

static inline unsigned
lodger__pending_stack_order (const LodgerPending *pending)
{
  return pending->stack_order;
}

static inline const LodgerItemOps *
lodger__pending_ops (const LodgerPending *pending)
{
  return pending->item.ops;
}

static inline void *
lodger__pending_data (const LodgerPending *pending)
{
  return lodger__work_data (&pending->work);
}

/* The caller that runs it or has it queued; NULL for a promise. */
static inline LodgerCaller *
lodger__pending_caller (const LodgerPending *pending)
{
  return pending->caller;
}

/* Owner: its function is going to be entered, by that caller. False: it was cancelled before, or is done. */
bool lodger__pending_start (LodgerPending *pending, LodgerCaller *caller);
/* Owner, who has a reference, while no frame leads to it: nobody else has one, and nothing hangs on it. References are made
 * from others, and each that went has released what was done with it: so this thread may change the state by plain
 * stores. */
static inline bool
lodger__pending_is_alone (const LodgerPending *pending)
{
  return atomic_load_explicit (&pending->refs, memory_order_acquire) == 1
         && !(lodger__pending_state (pending) & ~(unsigned) (P_STARTED | P_PROTECTED | P_PUSHED));
}
/* The same, ahead of the start: true, if it is alone. Then it was neither cancelled nor done. */
static inline bool
lodger__pending_start_alone (LodgerPending *pending)
{
  if (!lodger__pending_is_alone (pending))
    return false;
  lodger__pending_begin_with (pending, P_STARTED);
  return true;
}
/* Owner, not done: it is another kind of item. */
static inline void
lodger__pending_become (LodgerPending *pending, const LodgerItemOps *ops)
{
  pending->item.ops = ops;
}

/* Where the call was submitted, for options that say nothing of it. */
void lodger__pending_lend_site (const LodgerPending *pending, LodgerCallOptions *options);
/* The same for one that is not shared yet. */
static inline void
lodger__pending_take_site (LodgerPending *pending, const LodgerPending *from)
{
  if (pending->site.file == NULL)
    {
      pending->site.file = from->site.file;
      pending->site.line = from->site.line;
    }
  if (pending->site.name == NULL)
    pending->site.name = from->site.name;
}

/* ---- failures that nobody has read: unread.c ---- */

/* Somebody reads or continues the outcome. */
static inline void
lodger__pending_see (const LodgerPending *pending)
{
  atomic_bool *is_seen = (atomic_bool *) (uintptr_t) &pending->is_seen;
  if (!atomic_load_explicit (is_seen, memory_order_relaxed))
    atomic_store_explicit (is_seen, true, memory_order_relaxed);
}
static inline bool
lodger__pending_was_seen (const LodgerPending *pending)
{
  return atomic_load_explicit (&pending->is_seen, memory_order_relaxed);
}
/* The last reference goes. */
void lodger__pending_tell_unread (LodgerPending *pending);

/* ---- the end: complete.c ---- */

/* Locked on entry, unlocked on return: it is done now, if it was not before. Tells all who listen. */
void lodger__pending_complete (LodgerPending *pending);
/* The same, and these bits are set with that. */
void lodger__pending_complete_with (LodgerPending *pending, unsigned bits);
/* The same for a call that had returned without an outcome, and has one now. */
void lodger__pending_end_call (LodgerPending *pending);
void lodger__pending_end_call_with (LodgerPending *pending, unsigned bits);
/* Owner, not locked, with a reference: the call's function has returned, and nothing is to come for an outcome. */
void lodger__pending_return (LodgerPending *pending);
/* The same, locked on entry, unlocked on return. */
void lodger__pending_return_locked (LodgerPending *pending);
/* The same for a follower, a reference, whose leader is done. No lock. */
void lodger__follower_end (LodgerEnding *follower, LodgerPending *leader);
/* Locked: its completion is going to run user code. */
bool lodger__pending_tells_user_code (const LodgerPending *pending);

/* ---- done-callbacks: callbacks.c ---- */

/* Locked. */
bool lodger__pending_has_callbacks (const LodgerPending *pending);
/* No lock, done: runs them in the order in which they were added. */
void lodger__pending_run_callbacks (LodgerPending *pending);

/* ---- outcomes: outcome-set.c, outcome-read.c ---- */

/* Locked: the value is the pending's now. */
void lodger__pending_store (LodgerPending *pending, LodgerValue *value);
/* It has succeeded without a value. */
bool lodger__pending_is_empty (const LodgerPending *pending);
/* Its function is on this thread's stack. */
bool lodger__pending_is_on_stack (const LodgerPending *pending);

/* It has returned, and nobody has answered its reply. */
static inline bool
lodger__pending_is_unanswered (const LodgerPending *pending)
{
  return (lodger__pending_state (pending) & (P_DEFERRED | P_RETURNED | P_ANSWERED | P_DONE))
         == (P_DEFERRED | P_RETURNED);
}

/* The error of such a call, once a stop gives it up. */
LodgerError *lodger__pending_unanswered_error (const LodgerPending *pending);

/* Locked. What speaks against an answer by the pending itself; 0: nothing. The latter logs that, if it is a misuse. */
int lodger__pending_refusal (const LodgerPending *self);
int lodger__pending_refuse (int code, const char *function);

/* ---- taking another's outcome: follow.c ---- */

/* The pending takes the outcome of the leader: at once, if that is done, or it follows the leader, unless that would
 * close a circle. Gives the state at that moment: whether the linking thread (for a promise, or a call that has
 * returned) or the owner, at the return, goes on with lodger__pending_go_on. */
int lodger__pending_link (LodgerPending *pending, LodgerPending *leader, unsigned *ret_state);
/* Locked on entry, unlocked on return: it has its outcome and is done, or its leader is known and will tell it. */
void lodger__pending_go_on (LodgerPending *pending);
/* Handed down by the wing that knows who waits: the pending follows another from now on, so that a wait may have become
 * hopeless. NULL: nobody has ever waited. */
extern _Atomic (LodgerLinkedFunc) lodger__pending_linked;
/* The leader is done, no lock. True: the follower has its outcome, is not done yet, and is locked. */
bool lodger__follower_adopt (LodgerEnding *follower);
/* Locked: the one whose outcome it takes, as a new reference, or NULL. */
LodgerPending *lodger__pending_leader (LodgerPending *pending);
/* The same, but leaders that are not done and only wait for theirs may be left out. */
LodgerPending *lodger__pending_beyond (LodgerPending *pending);
/* Locked, so that a call can return unfinished without asking for memory then: makes its place on a caller's list. */
bool lodger__pending_may_stay_unfinished (LodgerPending *pending);
/* Locked: that place. And back, without the lock. */
LodgerLink *lodger__pending_unfinished_link (LodgerPending *pending);
LodgerPending *lodger__unfinished_pending (LodgerLink *link);

/* ---- cancelling: cancel.c ---- */

/* What a stop does to a call that is not done: cancels it, or tells it in a way of its own, once. */
void lodger__pending_stop (LodgerPending *pending, const char *message);
/* Joins the messages of all cancels. False without memory: to be logged by the last of the three, once no lock is held.
 * The first one: locked. */
bool lodger__pending_add_message (LodgerPending *pending, const char *message);
bool lodger__message_append (char **message, const char *more);
void lodger__message_lost (const char *message);
/* Any thread, no lock: its time is over. It is told as by a cancel, and its outcome is LODGER_ETIMEDOUT. */
void lodger__pending_time_out (LodgerPending *pending);
/* Locked: the error of a cancelled, abandoned or timed out pending. Made when it is first asked for, and kept. */
LodgerError *lodger__pending_cancelled_error (LodgerPending *pending, int code);
/* Locked. */
bool lodger__pending_has_canceller (const LodgerPending *pending);
/* Locked: its data goes with the completion, or when a canceller that runs just now has returned. */
bool lodger__pending_destroys_canceller (const LodgerPending *pending);
/* The call is done: a canceller's data goes when both are through, by whoever comes last. */
void lodger__pending_release_canceller (LodgerPending *pending);

/* ---- references under a lock: pending.c ---- */

/* For one who holds a lock under which no user code may run: what the last reference would free is put on a list of
 * items, and freed without the lock. */
void lodger__pending_drop (LodgerPending *pending, LodgerItem **dropped);
void lodger__pending_free_dropped (LodgerItem *dropped);

/* ---- a fork: inherited.c ---- */

/* This is a forked child, and the pending is its parent's. */
bool lodger__pending_is_before_fork (const LodgerPending *pending);
/* 0; LODGER_EINVAL for NULL; LODGER_ECHILD. Logs what is not 0. */
int lodger__pending_check (const LodgerPending *pending, const char *function);
/* The same for each of them, but one that is done is right in a child, too. */
int lodger__pendings_check (LodgerPending *const *pendings, size_t count, const char *function);

#define lodger__guard_pending(pending, answer) lodger__guard (lodger__pending_check ((pending), __func__), answer)

#endif
