/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who may touch the inside of a caller: its inbox's end, its timers' pops, its turn, what it has suspended.
 *
 * That is the owner, whenever it is at work on it, until somebody takes the caller away for good: because its loop is
 * gone, or because a call does not return by the deadline of a stop. Two words say who has it.
 *
 *   turning   FREE     the owner is elsewhere: in its loop, asleep, not started
 *             OWNER    the owner is at work, or in user code that it runs
 *             ENDING   somebody has taken it
 *   running   0        no user code is being run (or none that could be cancelled or taken away)
 *             frame    in the function of that call: the owner touches nothing until this is back, so that another thread
 *                      may take the caller by putting TAKEN here
 *             frame|1  in that function, but at work again: a nested loop, a reply answered from inside
 *             TAKEN    for good
 *
 * Each change by which one of two gets it is a compare-and-swap of the one word that both must change: FREE to OWNER
 * against FREE to ENDING; the frame's end, or its tag, against TAKEN. What the taker then does to the inside, the owner
 * does not read any more, but for what it needs to get out of its stack: depth, thread, backend, which the taker leaves
 * alone.
 *
 * Frames live on the owner's stack. Another thread looks at them only under the caller's mutex, only once the state
 * says that it stops (or `lodger__ownership_readers` that somebody looks at all of them), and found through `running`;
 * and the owner, when it leaves a frame then, waits for that mutex before the frame goes. A reader counts itself before
 * it looks, and until it has given the mutex back.
 *
 * The stop and the reader say so first, and then look; the owner changes `running` and then looks whether they have said
 * so: one of the two sees the other. The owner does that for each call, and they do it seldom: so they pay for both. Before
 * they look, all threads of the process pass a barrier. What the owner has written before that can be read then, and what
 * it reads after that is new. The owner needs no locked operation: a plain store publishes a frame, and a plain store takes
 * it away, as long as nobody has said anything.
 *
 * Between the owner's look and that last store the barrier may come. So the owner sets `leaves` before it looks, and
 * clears it after the store. Whoever has passed the barrier waits until it is clear: from then on the owner's next look
 * finds what was said, and `running` changes by compare-and-swap only. Without such a barrier in the system, all of it is
 * sequentially consistent, and each change is a locked operation. */
#ifndef LODGER_OWNERSHIP_H
#define LODGER_OWNERSHIP_H

#include "parts.h"

typedef enum LodgerTurning
{
  LODGER_TURNING_FREE,
  LODGER_TURNING_OWNER,
  LODGER_TURNING_ENDING
} LodgerTurning;

enum
{
  LODGER_RUNNING_AT_WORK = 1,
  LODGER_RUNNING_TAKEN = 2
};

/* How the owner has come to be at work. */
typedef enum LodgerHeld
{
  LODGER_OWNERSHIP_NONE, /* it is not the owner's any more */
  LODGER_OWNERSHIP_HELD, /* it was before */
  LODGER_OWNERSHIP_FROM_LOOP,
  LODGER_OWNERSHIP_FROM_CALL
} LodgerHeld;

/* Who looks at the frames of all callers: a reader is about to, and counts itself for that time; a watcher does so
 * again and again, and owners note the time for it. */
enum
{
  LODGER_OWNERSHIP_READER = 1,
  LODGER_OWNERSHIP_WATCHER = 1 << 16
};
extern atomic_uint lodger__ownership_readers;

static inline bool
lodger__ownership_is_watched (void)
{
  return atomic_load_explicit (&lodger__ownership_readers, memory_order_relaxed) >= LODGER_OWNERSHIP_WATCHER;
}

/* Owner: before it touches the inside, and after. The caller may be gone after the end, unless it is held. */
LodgerHeld lodger__ownership_begin (LodgerCaller *caller);
void lodger__ownership_end (LodgerCaller *caller, LodgerHeld ownership);

/* Owner, at work: user code begins; false when the caller is stopping, so that it should not. It ends; false when the
 * caller was taken away meanwhile. */
bool lodger__ownership_enter (LodgerFrame *frame, LodgerCaller *caller, LodgerPending *pending, const LodgerSite *site);
bool lodger__ownership_leave (LodgerFrame *frame);

/* Owner, at work: the innermost call, whose frame is published, leaves the thread for a while: false, and nothing has
 * changed, when the caller has ended, was taken away, or is at work inside of the call. And it comes back, on top of
 * what is there: false when the caller is stopping. */
bool lodger__ownership_pause (LodgerFrame *frame);
bool lodger__ownership_go_on (LodgerFrame *frame);

/* Any thread that blocks, in a call or not: until that is done, or until something of that caller has room; both may be
 * NULL. And that does so no more. */
void lodger__ownership_note_wait (LodgerPending *awaited, LodgerCaller *room_in, bool waits);

/* Owner: it is in Lodger's hands at this moment, for those who watch. */
void lodger__ownership_note_time (LodgerCaller *caller);
static inline void
lodger__ownership_is_here (LodgerCaller *caller)
{
  if (lodger__ownership_is_watched ())
    lodger__ownership_note_time (caller);
}
/* Any thread: when that was last; 0: never. */
int64_t lodger__ownership_last_here (const LodgerCaller *caller);

/* Owner, at work: no other thread reads or writes the inside. */
bool lodger__ownership_is_at_work (const LodgerCaller *caller);

/* Any thread, of a caller whose loop is gone: gets it, if its owner is not at work. */
bool lodger__ownership_take_idle (LodgerCaller *caller);
/* Owner, whose thread ends: all frames are gone. False when the caller was taken from one of them. */
bool lodger__ownership_drop_stack (LodgerCaller *caller);

/* Any thread, under the mutex, of a caller that stops: takes it from its call; or, if that is said, from the loop. */
bool lodger__ownership_take (LodgerCaller *caller, bool from_loop);
/* Under the mutex, of a caller that stops, or as a reader: its innermost frame, and the one around; or NULL. */
LodgerFrame *lodger__ownership_frame (LodgerCaller *caller);
LodgerFrame *lodger__ownership_outer (const LodgerFrame *frame);

#endif
