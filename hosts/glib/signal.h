/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether the node is posted, and whether posting it has to wake the loop: one word, the only one that other threads
 * write.
 *
 *      AWAKE ──post──▶ SIGNALLED ◀──post, and wake the loop── SLEEPING
 *
 *      AWAKE ◀──take── SIGNALLED
 *      AWAKE ──────────will_sleep (prepare)─────────────────▶ SLEEPING
 *      AWAKE ◀─────────has_woken (check)───────────────────── SLEEPING
 *
 * A main context turns as prepare, poll, check, dispatch, over and over. AWAKE says: before this context blocks again,
 * the slice source's prepare is going to look at this word, so a post can spare the write to the eventfd. Why no post
 * is lost:
 *
 * - SIGNALLED stays until the node is taken. A wake-up only ends a poll; an iteration that consumes one without coming
 *   to our sources (the set of descriptors had changed, something of a better priority was ready) leaves the word
 *   alone, and the next prepare sees it.
 * - SLEEPING is entered only in prepare, out of AWAKE. Poster and owner change the same word, so one of them is first:
 *   a post before it makes will_sleep() find SIGNALLED, and the source is ready; a post after it finds SLEEPING, and
 *   wakes. The eventfd keeps the wake-up for a poll that has not begun yet.
 * - An iteration may leave out our prepare in two ways. Something of a better priority is ready, or our source is still
 *   flagged ready from an iteration before: in both cases this iteration does not block.
 * - An iteration may leave out our check: the word is then still SLEEPING while the loop is at work. That is the safe
 *   side: the next post wakes for nothing.
 * - A nested loop turns in the same way, and our sources can recurse. When it ends with the word at SLEEPING, that is
 *   the safe side again; when at AWAKE, the outer loop's next prepare is still ahead.
 * - Another thread may own and turn the context for a while. It moves the word in the same way, but leaves SIGNALLED
 *   alone: the owner's next prepare finds it.
 *
 * Every change is a read-modify-write: a plain store of AWAKE in has_woken() could overwrite a post of that moment. One
 * word is enough, there is no second one to order it against; release in post() and acquire in take() hand over the
 * node and all that was written before. */
#ifndef LODGER_GLIB_SIGNAL_H
#define LODGER_GLIB_SIGNAL_H

#include <stdatomic.h>
#include <stdbool.h>

typedef enum LodgerGlibState
{
  LODGER_GLIB_AWAKE,
  LODGER_GLIB_SLEEPING,
  LODGER_GLIB_SIGNALLED,
  LODGER_GLIB_CLOSED, /* for good: nothing is accepted */
} LodgerGlibState;

typedef struct LodgerGlibSignal
{
  _Atomic (int) state;
} LodgerGlibSignal;

/* SLEEPING, because the context may be between the prepare of others and its poll when our sources come. */
static inline void
lodger__glib_signal_init (LodgerGlibSignal *signal)
{
  atomic_init (&signal->state, LODGER_GLIB_SLEEPING);
}

/* Any thread. The state that was: SLEEPING asks for a wake-up, CLOSED means refused. */
static inline LodgerGlibState
lodger__glib_signal_post (LodgerGlibSignal *signal)
{
  int old = atomic_load_explicit (&signal->state, memory_order_relaxed);
  while (old != LODGER_GLIB_CLOSED
         && !atomic_compare_exchange_weak_explicit (&signal->state, &old, LODGER_GLIB_SIGNALLED, memory_order_acq_rel,
                                                    memory_order_relaxed))
    ;
  return (LodgerGlibState) old;
}

/* The loop may be about to block. The state that was: SIGNALLED means that it must not. */
static inline LodgerGlibState
lodger__glib_signal_will_sleep (LodgerGlibSignal *signal)
{
  int old = LODGER_GLIB_AWAKE;
  atomic_compare_exchange_strong_explicit (&signal->state, &old, LODGER_GLIB_SLEEPING, memory_order_acq_rel,
                                           memory_order_acquire);
  return (LodgerGlibState) old;
}

/* The loop's poll is over. The state that was. */
static inline LodgerGlibState
lodger__glib_signal_has_woken (LodgerGlibSignal *signal)
{
  int old = LODGER_GLIB_SLEEPING;
  atomic_compare_exchange_strong_explicit (&signal->state, &old, LODGER_GLIB_AWAKE, memory_order_acq_rel,
                                           memory_order_acquire);
  return (LodgerGlibState) old;
}

/* The owner, in a dispatch: true if the node was posted; it is taken with that. */
static inline bool
lodger__glib_signal_take (LodgerGlibSignal *signal)
{
  int old = LODGER_GLIB_SIGNALLED;
  return atomic_compare_exchange_strong_explicit (&signal->state, &old, LODGER_GLIB_AWAKE, memory_order_acq_rel,
                                                  memory_order_acquire);
}

static inline LodgerGlibState
lodger__glib_signal_peek (LodgerGlibSignal *signal)
{
  return (LodgerGlibState) atomic_load_explicit (&signal->state, memory_order_acquire);
}

/* Any thread: refuse from now on. The state that was: CLOSED means that somebody else has closed it, SIGNALLED that the
 * node was posted. */
static inline LodgerGlibState
lodger__glib_signal_close (LodgerGlibSignal *signal)
{
  return (LodgerGlibState) atomic_exchange_explicit (&signal->state, LODGER_GLIB_CLOSED, memory_order_acq_rel);
}

#endif
