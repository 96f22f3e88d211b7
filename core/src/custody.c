/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "custody.h"
#include "ending.h"

atomic_bool lodger__custody_is_read;

static LodgerFrame *
frame_of (uintptr_t running)
{
  return (LodgerFrame *) (running & ~(uintptr_t) LODGER_RUNNING_AT_WORK);
}

LodgerCustody
lodger__custody_begin (LodgerCaller *caller)
{
  int turning = LODGER_TURNING_FREE;
  uintptr_t running;
  if (atomic_compare_exchange_strong (&caller->turning, &turning, LODGER_TURNING_OWNER))
    return LODGER_CUSTODY_FROM_LOOP;
  if (turning == LODGER_TURNING_ENDING)
    return LODGER_CUSTODY_NONE;
  running = atomic_load (&caller->running);
  if (running == LODGER_RUNNING_TAKEN)
    return LODGER_CUSTODY_NONE;
  if (running == 0 || (running & LODGER_RUNNING_AT_WORK))
    return LODGER_CUSTODY_HELD;
  return atomic_compare_exchange_strong (&caller->running, &running, running | LODGER_RUNNING_AT_WORK)
             ? LODGER_CUSTODY_FROM_CALL
             : LODGER_CUSTODY_NONE;
}

/* Whoever orphans the caller sets the mark and then tries to take it; the owner gives it back and then looks at the mark.
 * So one of the two gets to the end. */
void
lodger__custody_end (LodgerCaller *caller, LodgerCustody custody)
{
  if (custody == LODGER_CUSTODY_FROM_CALL)
    atomic_store (&caller->running, (uintptr_t) frame_of (atomic_load (&caller->running)));
  else if (custody == LODGER_CUSTODY_FROM_LOOP)
    {
      lodger__caller_hold (caller);
      atomic_store (&caller->turning, LODGER_TURNING_FREE);
      lodger__caller_end_orphan (caller);
      lodger__caller_release (caller);
    }
}

/* Without a pending there is nothing to be cancelled or settled, and a host's own thread is not taken: so nobody has to
 * find such a frame there, and the cheapest call of a GUI thread pays for none of this. */
static bool
is_published (const LodgerFrame *frame)
{
  return frame->pending != NULL || frame->caller->is_driven;
}

/* A call may block its thread for long, so that a stop has to reach it from outside. The stop sets the state and then
 * reads `running`; the owner sets `running` and then reads the state; all of it sequentially consistent: so the stop finds
 * the call, or the call finds the stop. */
bool
lodger__custody_enter (LodgerFrame *frame, LodgerCaller *caller, LodgerPending *pending)
{
  LodgerThread *thread = lodger__thread_peek ();
  *frame = (LodgerFrame) { .outer = thread->frame, .caller = caller, .pending = pending };
  thread->frame = frame;
  if (!is_published (frame))
    return lodger_caller_get_state (caller) < LODGER_CALLER_STOPPING;
  frame->outer_running = atomic_load_explicit (&caller->running, memory_order_relaxed);
  atomic_exchange (&caller->running, (uintptr_t) frame);
  return lodger_caller_get_state (caller) < LODGER_CALLER_STOPPING;
}

/* A stop that has found this frame had set the state before, and that is seen here; so the owner waits for the mutex,
 * under which the stop takes its references. */
bool
lodger__custody_leave (LodgerFrame *frame)
{
  LodgerCaller *caller = frame->caller;
  uintptr_t running = (uintptr_t) frame;
  bool is_ours;
  lodger__thread_peek ()->frame = frame->outer;
  if (!is_published (frame))
    return true;
  is_ours = atomic_compare_exchange_strong (&caller->running, &running, frame->outer_running);
  if ((lodger_caller_get_state (caller) >= LODGER_CALLER_STOPPING || atomic_load (&lodger__custody_is_read))
      && !lodger__is_foreign (caller))
    {
      pthread_mutex_lock (&caller->mutex);
      if (!is_ours)
        caller->taken_frame = frame_of (frame->outer_running);
      pthread_mutex_unlock (&caller->mutex);
    }
  return is_ours;
}

/* Under the mutex, since others look at frames under it. Where the loop is gone, another thread may be ending the caller. */
bool
lodger__custody_drop_stack (LodgerCaller *caller)
{
  int turning = LODGER_TURNING_OWNER;
  bool is_ours;
  lodger__thread_peek ()->frame = NULL;
  pthread_mutex_lock (&caller->mutex);
  is_ours = !caller->taken;
  caller->taken_frame = NULL;
  if (is_ours)
    {
      atomic_store (&caller->running, 0);
      atomic_compare_exchange_strong (&caller->turning, &turning, LODGER_TURNING_FREE);
    }
  pthread_mutex_unlock (&caller->mutex);
  return is_ours;
}

/* FREE is tried under the mutex as well, so that `taken` and the words agree for all who look under it. */
bool
lodger__custody_take (LodgerCaller *caller, bool from_loop)
{
  uintptr_t running;
  int turning = LODGER_TURNING_FREE;
  bool taken = false;
  pthread_mutex_lock (&caller->mutex);
  running = atomic_load (&caller->running);
  if (!caller->taken && running != 0 && !(running & LODGER_RUNNING_AT_WORK)
      && atomic_compare_exchange_strong (&caller->running, &running, LODGER_RUNNING_TAKEN))
    {
      caller->taken_frame = (LodgerFrame *) running;
      atomic_store (&caller->turning, LODGER_TURNING_ENDING);
      taken = true;
    }
  else if (!caller->taken && from_loop
           && atomic_compare_exchange_strong (&caller->turning, &turning, LODGER_TURNING_ENDING))
    {
      /* In its last turn the owner may have ended it by itself: it said so before it gave it back. */
      taken = !caller->ended;
      if (!taken)
        atomic_store (&caller->turning, LODGER_TURNING_FREE);
    }
  if (taken)
    caller->taken = true;
  pthread_mutex_unlock (&caller->mutex);
  return taken;
}

LodgerFrame *
lodger__custody_frame (LodgerCaller *caller)
{
  uintptr_t running = atomic_load (&caller->running);
  return running == LODGER_RUNNING_TAKEN ? caller->taken_frame : frame_of (running);
}

LodgerFrame *
lodger__custody_outer (const LodgerFrame *frame)
{
  return frame_of (frame->outer_running);
}
