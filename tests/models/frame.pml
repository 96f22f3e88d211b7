/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The frames of an owner's calls, which others look at: a stop, which may take the caller away from its call, and a
 * reader, who says what the caller is at.
 *
 *   publish, leave_unseen   those of core/src/loop/ownership.c
 *   leave      lodger__ownership_leave()
 *   look       look() of the same file; `barrier` is lodger__barrier_pass()
 *   stop       a change of the phase; lodger__ownership_take(), and collect_running() of stop/abandon.c
 *   reader     lodger_dump(), and lodger__frames_write() of loop/frames.c
 *
 * The owner runs two calls, one after the other. A frame lives from before it is published until its call has left it.
 * What the owner stores without a locked operation lies in a store buffer, first in, first out. It comes out at any
 * time, by a locked operation of the owner, or by a barrier. All other steps are seen at once. Left out: nested loops,
 * calls that wait, watchers.
 *
 * MISSING: the system has no such barrier, and each change of `running` is a locked operation.
 *
 * Shown: nobody touches a frame that is gone; a call that was taken away knows of it when it leaves, and no other does;
 * a call finds the stop, or the stop finds the call.
 *
 * Runs:
 *   whole
 *   whole MISSING
 *   broken BARRIER_LEFT_OUT assertion violated: whoever looks does without the barrier
 *   broken SAID_LATE assertion violated: whoever looks says so afterwards
 *   broken LEAVES_BLIND assertion violated: whoever looks does not wait for a frame that is being taken away
 *   broken LEAVES_LATE assertion violated: the owner looks, and then says that it takes the frame away
 *   broken LEAVES_EARLY assertion violated: it says so no more, and then takes the frame away
 *   broken LEAVE_BLIND assertion violated: it does not look
 *   broken LEAVE_FREE assertion violated: it takes the frame away, and does not wait for whoever looks at it
 */

#define CALLS 2
#define NONE  0
#define TAKEN 3

byte running = NONE;
bool leaves, stopping, reads, locked;
bool alive[CALLS + 1];
byte taken = NONE; /* the frame that the caller was taken from */
byte top = NONE;   /* the innermost one that has not been left since */
bool looked;       /* the stop has, and this is what it has found */
byte found = NONE;

/* The owner's store buffer: for a store of `leaves`, 10 and its value. */
#define LEAVES 10
chan buffer = [6] of { byte };

/* In an atomic step. */
inline put (stored)
{
  if
  :: stored >= LEAVES -> leaves = stored - LEAVES
  :: else -> running = stored
  fi
}

inline flush ()
{
  do
  :: nempty (buffer) -> buffer ? value; put (value)
  :: else -> break
  od
}

active proctype processor ()
{
  byte value;
end:
  do
  :: atomic { buffer ? value; put (value) }
  od
}

inline lock ()
{
  atomic { !locked -> locked = true }
}

inline unlock ()
{
  locked = false
}

/* ---- the owner ---- */

inline publish ()
{
#ifdef MISSING
  running = me;
#else
  buffer ! me;
#endif
  saw_stop = stopping
}

inline leave_unseen ()
{
  is_unseen = false;
#ifndef MISSING
#ifndef BROKEN_LEAVES_LATE
  buffer ! LEAVES + 1;
#endif
#ifdef BROKEN_LEAVE_BLIND
  is_unseen = true;
#else
  is_unseen = !stopping;
  if
  :: is_unseen -> is_unseen = !reads
  :: else
  fi;
#endif
#ifdef BROKEN_LEAVES_LATE
  buffer ! LEAVES + 1;
#endif
#ifdef BROKEN_LEAVES_EARLY
  buffer ! LEAVES;
#endif
  if
  :: is_unseen -> buffer ! NONE
  :: else
  fi;
#ifndef BROKEN_LEAVES_EARLY
  buffer ! LEAVES;
#endif
#endif
}

inline leave ()
{
  leave_unseen ();
  is_ours = true;
  if
  :: is_unseen
  :: else ->
    atomic {
      flush ();
      is_ours = running == me;
      if
      :: is_ours -> running = NONE
      :: else
      fi
    }
#ifndef BROKEN_LEAVE_FREE
    if
    :: stopping || reads ->
      lock ();
      if
      :: !is_ours -> top = NONE
      :: else
      fi;
      unlock ()
    :: else
    fi
#endif
  fi
}

active proctype owner ()
{
  byte me = 1, value;
  bool saw_stop, is_unseen, is_ours;
  do
  :: me <= CALLS && taken == NONE ->
    alive[me] = true;
    publish ();
    /* its function runs, unless it has found the stop */
    assert (!looked || saw_stop || found == me);
    leave ();
    assert (is_ours == (taken != me));
    alive[me] = false;
    me++
  :: else -> break
  od
}

/* ---- the others ---- */

inline look ()
{
  skip;
#ifndef MISSING
#ifndef BROKEN_BARRIER_LEFT_OUT
  atomic { flush () };
#endif
#ifndef BROKEN_LEAVES_BLIND
  !leaves;
#endif
#endif
}

active proctype stop ()
{
  byte frame = NONE, value;
#ifndef BROKEN_SAID_LATE
  stopping = true;
#endif
  lock ();
  look ();
  atomic {
    found = running;
    looked = true
  }
#ifdef BROKEN_SAID_LATE
  stopping = true;
#endif
  look ();
  atomic {
    if
    :: running != NONE -> frame = running; running = TAKEN; taken = frame; top = frame
    :: else
    fi
  }
  if
  :: frame != NONE -> assert (alive[frame])
  :: else
  fi;
  unlock ()
}

active proctype reader ()
{
  byte frame, value;
#ifndef BROKEN_SAID_LATE
  reads = true;
#endif
  lock ();
  look ();
  frame = running;
  if
  :: frame == TAKEN -> frame = top
  :: else
  fi;
#ifdef BROKEN_SAID_LATE
  reads = true;
#endif
  if
  :: frame != NONE -> assert (alive[frame]); assert (alive[frame])
  :: else
  fi;
  unlock ();
  reads = false
}
