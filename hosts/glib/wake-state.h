/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The wake state of a main context: one word that says whether the node is posted and whether a post must wake the
 * loop. Poster and owner agree by this word alone.
 *
 *      AWAKE ──post──▶ POSTED ◀──post, and wake the loop── SLEEPING
 *
 *      AWAKE ◀──consume── POSTED
 *      AWAKE ──────────will_sleep (prepare)─────────────▶ SLEEPING
 *      AWAKE ◀─────────has_woken (check)───────────────── SLEEPING
 *
 * A main context repeats prepare, poll, check, dispatch. AWAKE promises that the slice source's prepare looks at this
 * word before the context blocks again, so a post can spare the write to the eventfd. No post is lost, because:
 *
 * - POSTED stays until the node is consumed. A wake-up only ends a poll. An iteration may use one up and still not
 *   reach our sources: the set of descriptors has changed, or a source of better priority is ready. Such an iteration
 *   leaves the word alone, and the next prepare sees it.
 * - SLEEPING is entered only in prepare, from AWAKE. Poster and owner change the same word, so one of them is first.
 *   After an earlier post, will_sleep() finds POSTED, and the source is ready. A later post finds SLEEPING, and wakes.
 *   The eventfd keeps the wake-up for a poll that has not begun yet.
 * - An iteration may leave out our prepare when a source of better priority is ready, or when our source is still
 *   flagged ready from an earlier iteration. Neither iteration blocks.
 * - An iteration may leave out our check. The word is then still SLEEPING while the loop is at work. That is the safe
 *   side: the next post wakes for nothing.
 * - A nested loop runs the same steps, and our sources can recurse. A nested loop that ends with SLEEPING is on the
 *   safe side again. If it ends with AWAKE, the outer loop's next prepare is still ahead.
 * - Another thread may own and run the context for a while. It changes the word in the same way, but leaves POSTED
 *   alone: the owner's next prepare finds it.
 *
 * Every change is a read-modify-write: a plain store of AWAKE in has_woken() could overwrite a post of that moment. One
 * word is enough, since there is no second word to order it against. Release in post() and acquire in consume() hand
 * over the node and everything written before the post. */
#ifndef LODGER_GLIB_WAKE_STATE_H
#define LODGER_GLIB_WAKE_STATE_H

#include <stdatomic.h>
#include <stdbool.h>

typedef enum LodgerGlibWakeState
{
  LODGER_GLIB_AWAKE,
  LODGER_GLIB_SLEEPING,
  LODGER_GLIB_POSTED,
  LODGER_GLIB_CLOSED, /* final: posts are refused */
} LodgerGlibWakeState;

typedef struct LodgerGlibWake
{
  _Atomic (int) state;
} LodgerGlibWake;

/* Begins as SLEEPING: our sources may be attached between the prepare of other sources and the context's poll. */
static inline void
lodger__glib_wake_init (LodgerGlibWake *wake)
{
  atomic_init (&wake->state, LODGER_GLIB_SLEEPING);
}

/* Posts the node. Any thread. Returns the old state: SLEEPING asks for a wake-up, CLOSED means refused. */
static inline LodgerGlibWakeState
lodger__glib_wake_post (LodgerGlibWake *wake)
{
  int old = atomic_load_explicit (&wake->state, memory_order_relaxed);
  while (old != LODGER_GLIB_CLOSED
         && !atomic_compare_exchange_weak_explicit (&wake->state, &old, LODGER_GLIB_POSTED, memory_order_acq_rel,
                                                    memory_order_relaxed))
    ;
  return (LodgerGlibWakeState) old;
}

/* The loop may be about to block. Returns the old state: POSTED means that the loop must not block. */
static inline LodgerGlibWakeState
lodger__glib_wake_will_sleep (LodgerGlibWake *wake)
{
  int old = LODGER_GLIB_AWAKE;
  atomic_compare_exchange_strong_explicit (&wake->state, &old, LODGER_GLIB_SLEEPING, memory_order_acq_rel,
                                           memory_order_acquire);
  return (LodgerGlibWakeState) old;
}

/* The loop's poll is over. Returns the old state. */
static inline LodgerGlibWakeState
lodger__glib_wake_has_woken (LodgerGlibWake *wake)
{
  int old = LODGER_GLIB_SLEEPING;
  atomic_compare_exchange_strong_explicit (&wake->state, &old, LODGER_GLIB_AWAKE, memory_order_acq_rel,
                                           memory_order_acquire);
  return (LodgerGlibWakeState) old;
}

/* Removes the post, if there is one. The owner, in a dispatch. Returns whether the node was posted. */
static inline bool
lodger__glib_wake_consume (LodgerGlibWake *wake)
{
  int old = LODGER_GLIB_POSTED;
  return atomic_compare_exchange_strong_explicit (&wake->state, &old, LODGER_GLIB_AWAKE, memory_order_acq_rel,
                                                  memory_order_acquire);
}

static inline LodgerGlibWakeState
lodger__glib_wake_peek (LodgerGlibWake *wake)
{
  return (LodgerGlibWakeState) atomic_load_explicit (&wake->state, memory_order_acquire);
}

/* Refuses all later posts. Any thread. Returns the old state: CLOSED means closed before, POSTED means that the node
 * was posted. */
static inline LodgerGlibWakeState
lodger__glib_wake_close (LodgerGlibWake *wake)
{
  return (LodgerGlibWakeState) atomic_exchange_explicit (&wake->state, LODGER_GLIB_CLOSED, memory_order_acq_rel);
}

#endif
