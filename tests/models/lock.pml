/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The state of a pending, which is its lock: a call returns, while one thread begins to listen and two change something
 * under the lock.
 *
 *   lock, sleep_on        lodger__pending_lock() and wait_for() of core/src/pending/lock.c
 *   unlock                give_back() of pending/lock.c
 *   add_state             lodger__pending_add_state() of pending/lock.c
 *   returns               lodger__pending_return() of pending/complete.c
 *   listen                lodger__pending_listen() of pending/listeners.c
 *
 * Each access of the word is a step. The system compares the word as it puts a thread to sleep. Whom a wake-up wakes
 * is left open. Left out: the looks before a thread sleeps, and a fork.
 *
 * Shown: one thread at a time has the lock; no bit is lost; whoever sleeps is woken; a listener is told, or sees that
 * the call is done.
 *
 * Runs:
 *   whole
 *   broken SILENT invalid end state: the lock is given back without a wake-up
 *   broken ONE_SLEEPER invalid end state: whoever was woken does not say that others may sleep
 *   broken STORE invalid end state: a holder sets a bit by a load and a store
 *   broken UNCOMPARED invalid end state: a thread sleeps though the word has changed
 *   broken LOOK_FIRST assertion violated: the call looks for listeners, and then ends
 *   broken BARGES assertion violated: the end in one write ignores the lock
 */

#define THREADS 4

#define LOCKED   1
#define AWAITED  2
#define CHANGED  4
#define LISTENED 8
#define DONE     16

byte word;
bool asleep[THREADS];
byte inside; /* threads that have the lock */
byte changes; /* guarded by it */
bool listens, told;

inline swap (old, new)
{
  atomic
  {
    if
    :: word == (old) -> word = (new); ok = true
    :: else -> ok = false
    fi
  }
}

inline sleep_on (value)
{
  atomic
  {
    if
#ifdef BROKEN_UNCOMPARED
    :: asleep[me] = true
#else
    :: word == (value) -> asleep[me] = true
    :: else
#endif
    fi
  };
  !asleep[me]
}

inline wake_one ()
{
  atomic
  {
    if
    :: asleep[0] -> asleep[0] = false
    :: asleep[1] -> asleep[1] = false
    :: asleep[2] -> asleep[2] = false
    :: asleep[3] -> asleep[3] = false
    :: else
    fi
  }
}

inline lock ()
{
  takes = LOCKED;
  ok = false;
  do
  :: ok -> break
  :: else ->
    seen = word;
    if
    :: !(seen & LOCKED) -> swap (seen, seen | takes)
    :: else ->
#ifndef BROKEN_ONE_SLEEPER
      takes = LOCKED | AWAITED;
#endif
      ok = true;
      if
      :: !(seen & AWAITED) -> swap (seen, seen | AWAITED)
      :: else
      fi;
      if
      :: ok -> sleep_on (seen | AWAITED); ok = false
      :: else
      fi
    fi
  od;
  inside++;
  assert (inside == 1)
}

inline unlock (bits)
{
  inside--;
  ok = false;
  do
  :: ok -> break
  :: else -> seen = word; swap (seen, (seen | bits) & (CHANGED | LISTENED | DONE))
  od;
#ifndef BROKEN_SILENT
  if
  :: seen & AWAITED -> wake_one ()
  :: else
  fi
#endif
}

inline add_state (bits)
{
#ifdef BROKEN_STORE
  seen = word;
  word = seen | bits
#else
  atomic { word = word | bits }
#endif
}

proctype change (byte me)
{
  byte seen, takes, before;
  bool ok;
  lock ();
  before = changes;
  add_state (CHANGED);
  changes = before + 1;
  unlock (0)
}

proctype listen (byte me)
{
  byte seen, takes;
  bool ok;
  lock ();
  if
  :: !(word & DONE) -> listens = true; unlock (LISTENED)
  :: else -> unlock (0)
  fi
}

proctype returns (byte me)
{
  byte seen, takes;
  bool ok, alone;
  do
  :: seen = word;
    if
#ifdef BROKEN_BARGES
    :: !(seen & LISTENED) ->
#else
    :: !(seen & (LOCKED | LISTENED)) ->
#endif
#ifdef BROKEN_LOOK_FIRST
      atomic { word = word | DONE };
      ok = true;
#else
      swap (seen, seen | DONE);
#endif
      if
      :: ok -> alone = true; break
      :: else
      fi
    :: else -> break
    fi
  od;
  if
  :: !alone ->
    lock ();
    add_state (DONE);
    told = listens;
    unlock (0)
  :: else
  fi
}

init
{
  atomic { run returns (0); run listen (1); run change (2); run change (3) };
  _nr_pr == 1;
  assert (changes == 2 && word == (CHANGED | DONE | (listens -> LISTENED : 0)));
  assert (!listens || told)
}
