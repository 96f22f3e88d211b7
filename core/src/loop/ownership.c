/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "loop/ownership.h"

#include "base/backtrace.h"
#include "base/barrier.h"
#include "base/context.h"
#include "base/port.h"
#include "life/life.h"
#include "life/phase.h"
#include "mailbox/owner.h"

enum
{
  LOOKS = 100,     /* while the owner takes a frame away */
  NAP_NS = 1000000 /* what a processor has still to write is written by then */
};

atomic_uint lodger__ownership_readers;

static LodgerFrame *
frame_of (uintptr_t running)
{
  return (LodgerFrame *) (running & ~(uintptr_t) LODGER_RUNNING_AT_WORK);
}

LodgerHeld
lodger__ownership_begin (LodgerCaller *caller)
{
  int turning = LODGER_TURNING_FREE;
  uintptr_t running;
  if (atomic_compare_exchange_strong (&caller->ownership.turning, &turning, LODGER_TURNING_OWNER))
    return LODGER_OWNERSHIP_FROM_LOOP;
  if (turning == LODGER_TURNING_ENDING)
    return LODGER_OWNERSHIP_NONE;
  running = atomic_load (&caller->ownership.running);
  if (running == LODGER_RUNNING_TAKEN)
    return LODGER_OWNERSHIP_NONE;
  if (running == 0 || (running & LODGER_RUNNING_AT_WORK))
    return LODGER_OWNERSHIP_HELD;
  return atomic_compare_exchange_strong (&caller->ownership.running, &running, running | LODGER_RUNNING_AT_WORK)
             ? LODGER_OWNERSHIP_FROM_CALL
             : LODGER_OWNERSHIP_NONE;
}

/* Whoever finds the loop gone sets the cause and then tries to take the caller; the owner gives it back and then, in
 * `given_back`, looks at the cause. So one of the two gets to the end. */
void
lodger__ownership_end (LodgerCaller *caller, LodgerHeld held)
{
  if (held == LODGER_OWNERSHIP_FROM_CALL)
    atomic_store (&caller->ownership.running, (uintptr_t) frame_of (atomic_load (&caller->ownership.running)));
  else if (held == LODGER_OWNERSHIP_FROM_LOOP)
    {
      lodger__hold (caller);
      atomic_store (&caller->ownership.turning, LODGER_TURNING_FREE);
      caller->turn.plan->given_back (caller);
      lodger__release (caller);
    }
}

/* Without a pending there is nothing to be cancelled or settled, and a host's own thread is not taken: so nobody has to
 * find such a frame there, unless callers are watched, and the cheapest call of a GUI thread pays for none of this. */
static bool
has_to_be_published (const LodgerFrame *frame, bool is_watched)
{
  return frame->pending != NULL || lodger__is_driven (frame->caller) || is_watched;
}

/* Whoever reads this frame may be at it: it is gone for them afterwards. */
static void
wait_for_readers (const LodgerFrame *frame)
{
  LodgerCaller *caller = frame->caller;
  if (!frame->is_published || atomic_load (&lodger__ownership_readers) == 0 || lodger__is_before_fork (caller))
    return;
  lodger__caller_lock (caller);
  lodger__caller_unlock (caller);
}

/* A call may block its thread for long, so that a stop has to reach it from outside. The stop sets the state and then
 * looks at `running`; the owner sets `running` and then reads the state: so the stop finds the call, or the call finds the
 * stop. */
static bool
publish (LodgerFrame *frame)
{
  LodgerCaller *caller = frame->caller;
  frame->outer_running = atomic_load_explicit (&caller->ownership.running, memory_order_relaxed);
  if (lodger__barrier_is_there ())
    {
      atomic_store_explicit (&caller->ownership.running, (uintptr_t) frame, memory_order_release);
      atomic_signal_fence (memory_order_seq_cst);
    }
  else
    atomic_exchange (&caller->ownership.running, (uintptr_t) frame);
  return !lodger__is_stopping (caller);
}

/* False, and nothing has changed: somebody may look at the frame, or take the caller. */
static bool
leave_unseen (LodgerFrame *frame)
{
  LodgerOwnership *ownership = &frame->caller->ownership;
  bool is_unseen;
  if (!lodger__barrier_is_there ())
    return false;
  atomic_store_explicit (&ownership->leaves, true, memory_order_relaxed);
  atomic_signal_fence (memory_order_seq_cst);
  is_unseen = !lodger__is_stopping (frame->caller) && atomic_load (&lodger__ownership_readers) == 0
              && atomic_load_explicit (&ownership->running, memory_order_relaxed) == (uintptr_t) frame;
  if (is_unseen)
    atomic_store_explicit (&ownership->running, frame->outer_running, memory_order_release);
  atomic_store_explicit (&ownership->leaves, false, memory_order_release);
  return is_unseen;
}

bool
lodger__ownership_enter (LodgerFrame *frame, LodgerCaller *caller, LodgerPending *pending, const LodgerSite *site)
{
  LodgerThread *thread = lodger__thread_peek ();
  bool is_watched = lodger__ownership_is_watched ();
  *frame = (LodgerFrame) { .outer = thread->frame, .caller = caller, .pending = pending, .site = site };
  frame->is_published = has_to_be_published (frame, is_watched);
  thread->frame = frame;
  if (is_watched)
    {
      lodger__ownership_note_time (caller);
      frame->since = lodger__ownership_last_here (caller);
    }
  return frame->is_published ? publish (frame) : !lodger__is_stopping (caller);
}

/* A stop that has found this frame had set the state before, and that is seen here; so the owner waits for the mutex,
 * under which the stop takes its references. */
bool
lodger__ownership_leave (LodgerFrame *frame)
{
  LodgerCaller *caller = frame->caller;
  uintptr_t running = (uintptr_t) frame;
  bool is_ours;
  if (lodger__is_before_fork (caller)) /* the child has forgotten what was on the stack */
    return true;
  lodger__thread_peek ()->frame = frame->outer;
  if (frame->since != 0)
    lodger__ownership_note_time (caller);
  if (!frame->is_published || leave_unseen (frame))
    return true;
  is_ours = atomic_compare_exchange_strong (&caller->ownership.running, &running, frame->outer_running);
  if (lodger__is_stopping (caller) || atomic_load (&lodger__ownership_readers) > 0)
    {
      lodger__caller_lock (caller);
      if (!is_ours)
        caller->ownership.taken_frame = frame_of (frame->outer_running);
      lodger__caller_unlock (caller);
    }
  return is_ours;
}

/* As with a call that returns: a stop or a dump that has found this frame holds the mutex while it looks, and the frame
 * is not written again before that. A frame that is paused is found by the list of fibers only, under the same
 * mutex. */
bool
lodger__ownership_pause (LodgerFrame *frame)
{
  LodgerCaller *caller = frame->caller;
  uintptr_t running = (uintptr_t) frame;
  if (lodger__has_ended (caller)
      || !atomic_compare_exchange_strong (&caller->ownership.running, &running, frame->outer_running))
    return false;
  lodger__thread_peek ()->frame = frame->outer;
  if (frame->since != 0)
    lodger__ownership_note_time (caller);
  if (lodger__is_stopping (caller))
    {
      lodger__caller_lock (caller);
      lodger__caller_unlock (caller);
    }
  else
    wait_for_readers (frame);
  return true;
}

bool
lodger__ownership_go_on (LodgerFrame *frame)
{
  LodgerThread *thread = lodger__thread_peek ();
  frame->outer = thread->frame;
  thread->frame = frame;
  if (frame->since != 0)
    lodger__ownership_note_time (frame->caller);
  return publish (frame);
}

/* The one who waits keeps both alive until the second call. That is why it waits for the readers there. */
void
lodger__ownership_note_wait (LodgerPending *awaited, LodgerCaller *room_in, bool waits)
{
  LodgerFrame *frame = lodger__thread_peek ()->frame;
  if (frame == NULL)
    return;
  atomic_store (&frame->awaited, awaited);
  atomic_store (&frame->awaited_room, room_in);
  atomic_store (&frame->waits, waits);
  lodger__ownership_is_here (frame->caller);
  if (!waits)
    wait_for_readers (frame);
}

/* A time that is read late does no harm: nothing hangs on it but what is said of a stall. */
void
lodger__ownership_note_time (LodgerCaller *caller)
{
  lodger__backtrace_allow ();
  atomic_store_explicit (&caller->ownership.here_at, lodger__port_now (), memory_order_relaxed);
}

int64_t
lodger__ownership_last_here (const LodgerCaller *caller)
{
  return atomic_load_explicit (&caller->ownership.here_at, memory_order_relaxed);
}

bool
lodger__ownership_is_at_work (const LodgerCaller *caller)
{
  return atomic_load (&caller->ownership.turning) == LODGER_TURNING_OWNER;
}

bool
lodger__ownership_take_idle (LodgerCaller *caller)
{
  int is_free = LODGER_TURNING_FREE;
  return atomic_compare_exchange_strong (&caller->ownership.turning, &is_free, LODGER_TURNING_ENDING);
}

/* Under the mutex, since others look at frames under it. Where the loop is gone, another thread may be ending the
 * caller. */
bool
lodger__ownership_drop_stack (LodgerCaller *caller)
{
  int turning = LODGER_TURNING_OWNER;
  bool is_ours;
  lodger__thread_drop_stack (lodger__thread_peek ());
  lodger__caller_lock (caller);
  is_ours = !lodger__is_taken (caller);
  caller->ownership.taken_frame = NULL;
  if (is_ours)
    {
      atomic_store (&caller->ownership.running, 0);
      atomic_compare_exchange_strong (&caller->ownership.turning, &turning, LODGER_TURNING_FREE);
    }
  lodger__caller_unlock (caller);
  return is_ours;
}

/* Under the mutex: what the owner has done before can be seen, and what it does from here on it does with a locked
 * operation. If the system refuses the barrier after all, time has to do. In a forked child the owner may be gone. */
static void
look (LodgerCaller *caller)
{
  if (!lodger__barrier_is_there () || lodger__owner_is_here (caller))
    return;
  if (!lodger__barrier_pass ())
    lodger__port_nap (NAP_NS);
  for (unsigned i = 0; atomic_load_explicit (&caller->ownership.leaves, memory_order_acquire); i++)
    if (lodger__is_before_fork (caller))
      return;
    else if (i < LOOKS)
      lodger__port_relax ();
    else
      lodger__port_nap (NAP_NS);
}

/* FREE is tried under the mutex as well, so that the cause and the words agree for all who look under it. */
bool
lodger__ownership_take (LodgerCaller *caller, bool from_loop)
{
  uintptr_t running;
  int turning = LODGER_TURNING_FREE;
  bool taken = false;
  look (caller);
  running = atomic_load (&caller->ownership.running);
  if (!lodger__is_taken (caller) && running != 0 && !(running & LODGER_RUNNING_AT_WORK)
      && atomic_compare_exchange_strong (&caller->ownership.running, &running, LODGER_RUNNING_TAKEN))
    {
      caller->ownership.taken_frame = (LodgerFrame *) running;
      atomic_store (&caller->ownership.turning, LODGER_TURNING_ENDING);
      taken = true;
    }
  else if (!lodger__is_taken (caller) && from_loop
           && atomic_compare_exchange_strong (&caller->ownership.turning, &turning, LODGER_TURNING_ENDING))
    {
      /* In its last turn the owner may have ended it by itself: it said so before it gave it back. */
      taken = !lodger__has_ended (caller);
      if (!taken)
        atomic_store (&caller->ownership.turning, LODGER_TURNING_FREE);
    }
  if (taken)
    lodger__phase_change (caller, LODGER_BECOMES_TAKEN);
  return taken;
}

LodgerFrame *
lodger__ownership_frame (LodgerCaller *caller)
{
  uintptr_t running;
  look (caller);
  running = atomic_load (&caller->ownership.running);
  return running == LODGER_RUNNING_TAKEN ? caller->ownership.taken_frame : frame_of (running);
}

LodgerFrame *
lodger__ownership_outer (const LodgerFrame *frame)
{
  return frame_of (frame->outer_running);
}
