/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The wake state of a libuv loop: one word that says whether the node is posted and whether a post of another thread must
 * wake the loop. Poster and owner agree by this word alone.
 *
 *      RUNNING ──post──▶ POSTED ◀──post, and wake the loop── AWAY
 *
 *      RUNNING ◀──begin_run── POSTED or AWAY
 *      RUNNING ───end_run───▶ AWAY
 *
 * RUNNING promises that the owner looks at the word again before its loop blocks: it is in a run of Lodger's calls, at
 * whose end it does. So a post can spare the write to the eventfd. Everywhere else the word is AWAY. A loop may be
 * embedded, which means that somebody polls its descriptor outside of uv_run(). Then it sleeps without having come through
 * a prepare handle, so no state of the loop can promise more.
 *
 * No post is lost, because POSTED stays until a run consumes it. A poster that finds AWAY writes to the eventfd, which is
 * read only at the beginning of a run, before the word is changed. A poster that finds RUNNING changes the word before
 * end_run() does, which then finds POSTED and keeps the loop from blocking. A poster that finds POSTED is behind another
 * one, whose wake-up is on its way.
 *
 * Every change is a read-modify-write: a plain store of AWAY in end_run() could overwrite a post of that moment. Release
 * in post() and acquire in begin_run() hand over the node and everything written before the post. */
#ifndef LODGER_UV_WAKE_STATE_H
#define LODGER_UV_WAKE_STATE_H

#include <stdatomic.h>
#include <stdbool.h>

typedef enum LodgerUvWakeState
{
  LODGER_UV_AWAY,
  LODGER_UV_RUNNING,
  LODGER_UV_POSTED,
  LODGER_UV_CLOSED, /* final: posts are refused */
} LodgerUvWakeState;

typedef struct LodgerUvWake
{
  _Atomic (int) state;
} LodgerUvWake;

static inline void
lodger__uv_wake_init (LodgerUvWake *wake)
{
  atomic_init (&wake->state, LODGER_UV_AWAY);
}

/* Changes the word unless it is closed. Returns the old state. */
static inline LodgerUvWakeState
lodger__uv_wake_change (LodgerUvWake *wake, LodgerUvWakeState state)
{
  int old = atomic_load_explicit (&wake->state, memory_order_relaxed);
  while (old != LODGER_UV_CLOSED
         && !atomic_compare_exchange_weak_explicit (&wake->state, &old, (int) state, memory_order_acq_rel,
                                                    memory_order_acquire))
    ;
  return (LodgerUvWakeState) old;
}

/* Posts the node. Any thread. Returns the old state: AWAY asks for a wake-up, CLOSED means refused. */
static inline LodgerUvWakeState
lodger__uv_wake_post (LodgerUvWake *wake)
{
  return lodger__uv_wake_change (wake, LODGER_UV_POSTED);
}

/* Removes the post, if there is one. The owner. Returns the old state: POSTED means that the node was posted. */
static inline LodgerUvWakeState
lodger__uv_wake_begin_run (LodgerUvWake *wake)
{
  return lodger__uv_wake_change (wake, LODGER_UV_RUNNING);
}

/* The owner. Posts of other threads wake the loop again. */
static inline void
lodger__uv_wake_end_run (LodgerUvWake *wake)
{
  int old = LODGER_UV_RUNNING;
  atomic_compare_exchange_strong_explicit (&wake->state, &old, LODGER_UV_AWAY, memory_order_acq_rel,
                                           memory_order_acquire);
}

static inline LodgerUvWakeState
lodger__uv_wake_peek (LodgerUvWake *wake)
{
  return (LodgerUvWakeState) atomic_load_explicit (&wake->state, memory_order_acquire);
}

/* Refuses all later posts. Any thread. Returns the old state: CLOSED means closed before, POSTED means that the node was
 * posted. */
static inline LodgerUvWakeState
lodger__uv_wake_close (LodgerUvWake *wake)
{
  return (LodgerUvWakeState) atomic_exchange_explicit (&wake->state, LODGER_UV_CLOSED, memory_order_acq_rel);
}

#endif
