/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A fiber waits twice, perhaps with a deadline, while others complete what it waits for, cancel it, and stop its
 * caller.
 *
 *   signal           signal_fiber() of core/src/fiber/fiber.c
 *   park, wait       park(), fiber_wait() and set_timer() of fiber/fiber.c
 *   yield            lodger__fiber_yield() of fiber/fiber.c
 *   resume_run, timeout_run      those of fiber/fiber.c; `on` says that the fiber has its thread: switch_to() and
 *            leave()
 *   suspend          lodger_pending_wait() of wait/wait.c, and lodger__suspend() of wait/suspend.c
 *   complete, cancel tell_listeners() of pending/complete.c, cancel_one() of pending/cancel.c: under the pending's
 *            lock
 *   owner            open_turn(), next_of_turn() of loop/turn.c: timers first, then the inbox; next() of stop/stop.c
 *
 * An inbox and a heap are as good as their own models and tests: here each has its place for the fiber's one item.
 * With LEFT the caller's end does not wait for the fiber, which is left where it waits.
 *
 * Shown: each wait ends; the fiber is resumed only where it is parked, by its thread, once for each time that it
 * parks; an item is in one place only, and in none once the fiber has ended; a fiber that is left behind touches no
 * freed caller.
 *
 * Runs:
 *   whole
 *   whole TIMED
 *   whole TIMED LEFT
 *   broken PARK_BLIND invalid end state: the fiber parks over a signal
 *   broken NO_SECOND_LOOK assertion violated: a fiber that finds a signal as it parks takes that for the end of the
 *            wait
 *   broken SIGNAL_TWICE (in_inbox): each signal of a fiber that does not run sends its item
 *   broken SIGNAL_RUNNING (in_inbox): so does that of one that runs
 *   broken TIMEOUT_BLIND TIMED assertion violated: a timer resumes the fiber, whoever has its item
 *   broken TIMER_LEFT TIMED assertion violated: the timer of a wait that has ended stays in the heap
 *   broken TIMERS_LAST TIMED assertion violated: the inbox comes before the timers that are due
 *   broken UNLOCKED frame: a waiter is signalled once the lock is given up
 *   broken UNHELD TIMED LEFT caller_lives: a parked fiber does not hold its caller
 */

#define RUNNING   0
#define PARKED    1
#define SIGNALLED 2

#define NOTHING   0
#define CANCELED  1
#define TIMED_OUT 2

byte state = RUNNING;
bool on, ended; /* the fiber has its thread; it has returned */
bool in_inbox, in_heap, is_due, inbox_closed;
bool has_timed_out;
bool caller_lives = true, left;

bool locked[3], done[2], listens[2], frame, sleeper, cancelled; /* the third lock is the fiber's own pending's */
#define SELF 2

inline lock (p)   { atomic { !locked[p] -> locked[p] = true } }
inline unlock (p) { locked[p] = false }

inline push ()
{
  atomic
  {
    assert (caller_lives);
    assert (!in_inbox);
    in_inbox = !inbox_closed
  }
}

inline signal ()
{
  atomic { assert (frame); before = state; state = SIGNALLED };
  if
#if defined (BROKEN_SIGNAL_TWICE)
  :: before != RUNNING -> push ()
#elif defined (BROKEN_SIGNAL_RUNNING)
  :: true -> push ()
#else
  :: before == PARKED -> push ()
#endif
  :: else
  fi
}

proctype completer (byte p)
{
  byte before;
  bool tells;
  lock (p);
  done[p] = true;
  tells = listens[p];
  listens[p] = false;
#ifdef BROKEN_UNLOCKED
  unlock (p);
#endif
  if
  :: tells -> signal ()
  :: else
  fi;
#ifndef BROKEN_UNLOCKED
  unlock (p)
#endif
}

proctype canceller ()
{
  byte before;
  lock (SELF);
  cancelled = true;
  if
  :: sleeper -> signal ()
  :: else
  fi;
  unlock (SELF)
}

/* ---- the fiber ---- */

inline leave ()
{
  on = false;
  if
  :: on /* it is resumed */
  :: left -> goto behind
  fi
}

/* 0 or TIMED_OUT, as `slept`. */
inline wait (timed)
{
  slept = NOTHING;
  atomic { signalled = (state == SIGNALLED); state = RUNNING };
  if
  :: signalled
  :: else ->
    atomic
    {
      has_timed_out = false;
      assert (!in_heap && !is_due);
      in_heap = timed
    };
#ifdef BROKEN_PARK_BLIND
    atomic { signalled = false; state = PARKED };
#else
    atomic { signalled = (state != RUNNING); state = (signalled -> RUNNING : PARKED) };
#endif
    if
    :: !signalled -> leave ()
    :: else
    fi;
#ifndef BROKEN_TIMER_LEFT
    if
    :: timed && !has_timed_out -> in_heap = false
    :: else
    fi;
#endif
    slept = (has_timed_out -> TIMED_OUT : NOTHING)
  fi
}

inline suspend (p, timed)
{
  code = NOTHING;
  frame = true;
  lock (p);
  ok = !done[p];
  listens[p] = ok;
  unlock (p);
  if
  :: ok ->
    lock (SELF);
    sleeper = true;
    unlock (SELF);
    do
    :: done[p] -> break
    :: else ->
      if
      :: cancelled -> code = CANCELED; break
      :: else
      fi;
      wait (timed);
#ifdef BROKEN_NO_SECOND_LOOK
      code = slept;
      break
#else
      if
      :: slept != NOTHING -> code = slept; break
      :: else
      fi
#endif
    od;
    lock (SELF);
    sleeper = false;
    unlock (SELF);
    lock (p);
    code = (listens[p] -> code : NOTHING);
    listens[p] = false;
    unlock (p)
  :: else
  fi;
  frame = false;
  assert (code != NOTHING || done[p]);
  assert (code != TIMED_OUT || timed);
  assert (code != CANCELED || cancelled)
}

inline yield ()
{
  state = SIGNALLED;
  push ();
  leave ()
}

proctype fiber ()
{
  byte code, slept;
  bool ok, signalled;
  on;
#ifdef TIMED
  suspend (0, true);
  suspend (1, false);
#else
  suspend (0, false);
  yield ();
  suspend (1, false);
#endif
  assert (!in_inbox && !in_heap && !is_due && !sleeper);
  atomic { ended = true; on = false };
behind:
  skip
}

/* ---- its thread ---- */

inline switch_to ()
{
  atomic { assert (!on && !ended); on = true };
  !on
}

inline resume_run ()
{
  in_inbox = false;
  state = RUNNING;
  switch_to ()
}

inline timeout_run ()
{
  is_due = false;
#ifdef BROKEN_TIMEOUT_BLIND
  atomic { ok = true; state = RUNNING };
#else
  atomic { ok = (state == PARKED); state = (ok -> RUNNING : state) };
#endif
  if
  :: ok -> has_timed_out = true; switch_to ()
  :: else
  fi
}

proctype owner ()
{
  bool ok;
  switch_to ();
  do
  :: ended -> break
  :: !ended && in_heap -> atomic { in_heap = false; is_due = true } /* its time has come, or a stop lets it be over */
#ifdef BROKEN_TIMERS_LAST
  :: !ended && !in_inbox && is_due -> timeout_run ()
  :: !ended && in_inbox -> resume_run ()
#else
  :: !ended && is_due -> timeout_run ()
  :: !ended && in_inbox && !is_due -> resume_run ()
#endif
#ifdef LEFT
  :: !ended -> /* it waits no more */
    is_due = false;
    in_heap = false;
    atomic { inbox_closed = true; in_inbox = false; left = true };
    break
#endif
  od;
#ifdef BROKEN_UNHELD
  caller_lives = false
#else
  caller_lives = left
#endif
}

init
{
  atomic
  {
    run owner ();
    run fiber ();
    run completer (0);
    run completer (1);
    run canceller ()
  }
  atomic
  {
    _nr_pr == 1 ->
    assert (ended || left);
    assert (!in_inbox && (left || !frame))
  }
}
