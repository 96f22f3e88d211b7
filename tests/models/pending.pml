/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A thread waits for two pendings, one after the other, while others complete them, the second perhaps only when it
 * is cancelled, and cancel the call that waits. With CANCELLER: the call of the first sets a canceller and answers,
 * and two threads cancel it.
 *
 *   wait_for     lodger_pending_wait() of core/src/wait/wait.c, and lodger__suspend() of wait/suspend.c
 *   listen       lodger__pending_listen() of pending/listeners.c
 *   unlisten     lodger__pending_unlisten() of pending/listeners.c
 *   block        lodger__sleeper_enter(), lodger__sleeper_leave() of pending/extras.c
 *   signal       lodger__parker_signal(), lodger__parker_wait() of base/port.c
 *   complete     lodger__pending_complete(): tell_listeners() and end_all() of pending/complete.c
 *   settle       lodger__pending_signal() of pending/pending.c. The end by one write, without listeners, is in lock.pml
 *   cancel       lodger_pending_cancel(): cancel_one() of pending/cancel.c
 *   set_canceller, run_canceller, release_canceller      those of pending/cancel.c
 *   unref        lodger_pending_unref() of pending/pending.c
 *
 * The listener and the sleeper are on the waiting thread's stack: `frame` is true while they are there. A second
 * listener, which is told without the lock, stands for a scope's. Left out: followers, late listeners, callbacks, the
 * graph of waits.
 *
 * Shown: the wait ends, with the outcome if all had been told of the end before it was left; no frame is touched that
 * is gone, and no pending that is freed; the canceller runs at most once, and its data is destroyed once, not while
 * it runs.
 *
 * Runs:
 *   whole
 *   whole TIMED
 *   whole CANCELLER
 *   broken DONE_LATE told: the pending is done once its listeners have been told
 *   broken NOTIFY_UNLOCKED frame: a waiter is told without the lock
 *   broken LISTENER_LEFT assertion violated: a wait that ends early does not take its listener back
 *   broken SLEEPER_LEFT frame: nor its sleeper
 *   broken LATE_OUTCOME told: a wait that is cancelled as the pending ends does not ask which came first
 *   broken SIGNAL_TRUSTED done: a signal is taken for the end of the wait, whoever has left it
 *   broken SLEEPS_LATE invalid end state: the waiter looks whether it is cancelled before it is a sleeper
 *   broken MARK_LATE invalid end state: a cancel wakes the sleepers, and then says that it has come
 *   broken RELEASE_BUSY CANCELLER busy: the canceller's data is destroyed while it runs
 *   broken RUN_TWICE CANCELLER runs: each cancel runs the canceller
 *   broken UNCOUNTED CANCELLER assertion violated: whoever cancels holds no reference
 */

#define FIRST  0
#define SECOND 1
#define SELF   2 /* the call that waits */

#define NOTHING   0 /* what a wait says */
#define CANCELED  1
#define TIMED_OUT 2

bool locked[3], done[3], cancelled[3], freed[3], has_outcome[3];
byte refs[3] = 1;
bool listens[2]; /* the waiter's listener is on the list */
bool told[3]; /* all listeners have been */
bool other = true; /* the first has a listener that is told without the lock */
bool sleeper; /* the waiter's is on the call that waits */
bool signalled; /* the parker */
bool frame;

bool has_canceller, has_data, has_run, busy;
byte runs, destroyed;

inline lock (p)
{
  atomic { assert (!freed[p]); !locked[p] -> locked[p] = true }
}

inline unlock (p)
{
  atomic { assert (locked[p] && !freed[p]); locked[p] = false }
}

inline unref (p)
{
  atomic
  {
    assert (refs[p] > 0 && !freed[p]);
    refs[p]--;
    if
    :: refs[p] == 0 ->
      assert (!locked[p] && (p != FIRST || !busy));
      freed[p] = true;
      destroyed = destroyed + (p == FIRST && has_data);
      has_data = has_data && p != FIRST
    :: else
    fi
  }
}

/* A parker's mutex makes it one step. */
inline signal ()
{
  signalled = true
}

/* ---- the canceller, of the first alone ---- */

inline destroy_canceller ()
{
  atomic { assert (!busy && has_data); has_data = false; destroyed++ }
}

/* Locked on entry and on return. It may answer. */
inline run_canceller (p)
{
  if
#ifdef BROKEN_RUN_TWICE
  :: p == FIRST && has_canceller ->
#else
  :: p == FIRST && has_canceller && !has_run ->
#endif
    has_run = true;
    busy = true;
    unlock (p);
    atomic { runs++; assert (runs == 1 && has_data) };
    lock (p);
    busy = false;
    if
    :: done[p] && has_data -> destroy_canceller ()
    :: else
    fi
  :: else
  fi
}

inline release_canceller (p)
{
  lock (p);
  if
#ifdef BROKEN_RELEASE_BUSY
  :: p == FIRST && has_data -> assert (!busy); destroy_canceller ()
#else
  :: p == FIRST && has_data && !busy -> destroy_canceller ()
#endif
  :: else
  fi;
  unlock (p)
}

/* Locked on entry, unlocked on return. */
inline set_canceller (p)
{
  if
  :: done[p]
  :: else ->
    has_canceller = true;
    has_data = true;
    if
    :: cancelled[p] -> run_canceller (p)
    :: else
    fi
  fi;
  unlock (p)
}

/* ---- the end ---- */

inline tell_waiter (p)
{
  if
  :: p != SELF && listens[p] ->
    listens[p] = false;
#ifdef BROKEN_NOTIFY_UNLOCKED
    unlock (p);
#endif
    atomic { assert (frame); signal () };
#ifdef BROKEN_NOTIFY_UNLOCKED
    lock (p)
#endif
  :: else
  fi
}

inline tell_other (p)
{
  if
  :: p == FIRST && other -> other = false; unlock (p); lock (p)
  :: else
  fi
}

/* Locked on entry, unlocked on return. The order of the two listeners is the one in which they came. */
inline complete (p)
{
  if
  :: done[p] -> unlock (p)
  :: else ->
    atomic { refs[p]++; had = has_canceller };
#ifndef BROKEN_DONE_LATE
    done[p] = true;
#endif
    if
    :: true -> tell_waiter (p); tell_other (p)
    :: true -> tell_other (p); tell_waiter (p)
    fi;
    told[p] = true;
    unlock (p);
#ifdef BROKEN_DONE_LATE
    done[p] = true;
#endif
    if
    :: had -> release_canceller (p)
    :: else
    fi;
    unref (p)
  fi
}

inline settle (p)
{
  lock (p);
  if
  :: !done[p] -> has_outcome[p] = true
  :: else
  fi;
  complete (p)
}

inline cancel (p)
{
  lock (p);
  if
  :: done[p] -> unlock (p)
  :: else ->
    refs[p]++;
#ifndef BROKEN_MARK_LATE
    cancelled[p] = true;
#endif
    if
    :: p == SELF && sleeper -> atomic { assert (frame); signal () }
    :: else
    fi;
#ifdef BROKEN_MARK_LATE
    cancelled[p] = true;
#endif
    run_canceller (p);
    unlock (p);
    unref (p)
  fi
}

/* ---- who waits ---- */

inline listen (p)
{
  lock (p);
  ok = !done[p];
  if
  :: ok -> listens[p] = true
  :: else
  fi;
  unlock (p)
}

inline unlisten (p)
{
  lock (p);
#ifdef BROKEN_LISTENER_LEFT
  ok = false;
#else
  ok = listens[p];
  listens[p] = false;
#endif
#ifndef BROKEN_LATE_OUTCOME
  code = (ok -> code : NOTHING);
#endif
  assert (code == NOTHING || !told[p]);
  unlock (p)
}

/* Under the lock of the call that waits. */
inline block (on)
{
  lock (SELF);
  sleeper = on;
  unlock (SELF)
}

inline wait_for (p)
{
  code = NOTHING;
  if
  :: done[p]
  :: else ->
    frame = true;
    listen (p);
    if
    :: ok ->
#ifdef BROKEN_SLEEPS_LATE
      code = (cancelled[SELF] -> CANCELED : NOTHING);
#endif
      block (true);
      do
      :: code != NOTHING -> break
      :: else ->
        if
        :: done[p] -> break
        :: else
        fi;
#ifndef BROKEN_SLEEPS_LATE
        if
        :: cancelled[SELF] -> code = CANCELED; break
        :: else
        fi;
#endif
        if
        :: atomic { signalled -> signalled = false };
#ifdef BROKEN_SIGNAL_TRUSTED
          break
#endif
#ifdef TIMED
        :: !signalled -> code = TIMED_OUT
#endif
        fi
      od;
#ifndef BROKEN_SLEEPER_LEFT
      block (false);
#endif
      unlisten (p)
    :: else
    fi;
    frame = false
  fi;
  if
  :: code == NOTHING -> assert (done[p])
  :: else -> cancel (p)
  fi;
  unref (p)
}

proctype waiter ()
{
  bool ok, had;
  byte code;
  wait_for (FIRST);
  wait_for (SECOND);
  settle (SELF);
  unref (SELF)
}

/* The first one's call: it has a canceller from some moment on, and answers. */
proctype caller ()
{
  bool had;
#ifdef CANCELLER
  lock (FIRST);
  set_canceller (FIRST);
#endif
  settle (FIRST);
  unref (FIRST)
}

proctype completer ()
{
  bool had, needs_cancel;
  if
  :: needs_cancel = true
  :: true
  fi;
  !needs_cancel || cancelled[SECOND];
  settle (SECOND);
  unref (SECOND)
}

proctype canceller (byte p)
{
  bool had;
  cancel (p);
#ifndef BROKEN_UNCOUNTED
  unref (p)
#endif
}

init
{
  atomic
  {
#ifdef CANCELLER
    refs[FIRST] = 3;
#ifdef BROKEN_UNCOUNTED
    refs[FIRST] = 1;
#endif
    freed[SECOND] = true;
    freed[SELF] = true;
    run canceller (FIRST);
    run canceller (FIRST);
#else
    refs[FIRST] = 2;
    refs[SECOND] = 2;
    refs[SELF] = 2;
    run waiter ();
    run completer ();
    run canceller (SELF);
#endif
    run caller ()
  }
  atomic
  {
    _nr_pr == 1 ->
    assert (freed[FIRST] && freed[SECOND] && freed[SELF]);
    assert (destroyed == has_canceller && !listens[FIRST] && !listens[SECOND])
  }
}
