/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The end of a scope against the delivery of two calls that are bound to it: one thread submits both, the owner runs
 * them, two threads end the scope.
 *
 *   submit        lodger__submit_soon() and lodger__submit_accepted() of core/src/call/submit.c
 *   put_on        put_on() of call/scope-bound.c, a critical section of the scope's mutex
 *   scope_link    lodger__scope_link(), scope_enter: lodger__scope_enter() of call/scope-bound.c
 *   run_call      lodger__run_call(): start(), finish() and lodger__run_skip() of call/run.c
 *   complete      end_all() of pending/complete.c, with unlink_done() of call/scope-bound.c as the listener
 *   cancel        cancel_one() of pending/cancel.c
 *   ender, find   lodger_scope_end(), cancel_bound() of call/scope.c
 *   unref         lodger_pending_unref(), whose extras hold the scope: binding_free() of call/scope-bound.c
 *
 * Each critical section is one step, unless a step of it is seen without its lock. Left out: objects that are held,
 * checks, a call whose caller stops.
 *
 * Shown: once an end has returned, no bound call starts, and those that run or wait are cancelled or done; a call
 * that is done is on no list; no call and no scope is touched that is freed, and all are freed in the end; each call
 * ends once.
 *
 * Runs:
 *   whole
 *   broken ENTER_BLIND assertion violated: a call that is about to run looks for the end, but is not put on the list
 *   broken LINK_BLIND assertion violated: a call that is done is put on the list
 *   broken UNLINK_FIRST assertion violated: a call leaves the list before it is done
 *   broken LINK_TRUSTING assertion violated: the link does not look whether the scope has ended
 *   broken END_LATE assertion violated: an end cancels what is on the list, and then says that it has come
 *   broken FIND_UNCOUNTED freed: an end refers to the call that it takes off the list without the mutex
 *   broken POP_FIRST has_returned: an end takes a call off the list, and then cancels it, while another end returns
 */

#define CALLS 2

bool ended, has_returned; /* the scope: it has ended; an end has returned */
byte scope_refs;
bool scope_freed;

bool mutex[CALLS]; /* the pendings' */
bool pushed[CALLS], listed[CALLS], cancelled[CALLS], started[CALLS], done[CALLS], told[CALLS], freed[CALLS];
byte refs[CALLS];

inline touch (c) { assert (!freed[c]) }

inline lock (c)   { atomic { touch (c); !mutex[c] -> mutex[c] = true } }
inline unlock (c) { atomic { touch (c); mutex[c] = false } }

inline scope_unref ()
{
  atomic
  {
    assert (!scope_freed && scope_refs > 0);
    scope_refs--;
    scope_freed = (scope_refs == 0);
    assert (!scope_freed || (!listed[0] && !listed[1]))
  }
}

inline unref (c)
{
  atomic
  {
    touch (c);
    refs[c]--;
    if
    :: refs[c] == 0 ->
      assert (!listed[c] && done[c]);
      freed[c] = true;
      scope_unref ()
    :: else
    fi
  }
}

inline unlink (c)
{
  atomic { assert (!scope_freed); listed[c] = false }
}

/* Locked on entry, unlocked on return. */
inline complete (c)
{
  if
  :: done[c] -> unlock (c)
  :: else ->
    refs[c]++;
#ifdef BROKEN_UNLINK_FIRST
    unlock (c);
    unlink (c);
    lock (c);
#endif
    atomic { assert (!told[c] || done[c]); done[c] = true };
    unlock (c);
#ifndef BROKEN_UNLINK_FIRST
    unlink (c);
#endif
    atomic { assert (!told[c]); told[c] = true };
    unref (c)
  fi
}

inline cancel (c)
{
  lock (c);
  if
  :: done[c] -> unlock (c)
  :: else ->
    atomic { refs[c]++; cancelled[c] = true };
    if
    :: !started[c] -> complete (c)
    :: else -> unlock (c)
    fi;
    unref (c)
  fi
}

/* As `has_ended`. */
inline put_on (c)
{
  atomic
  {
    touch (c);
    assert (!scope_freed);
    has_ended = ended;
#ifdef BROKEN_LINK_BLIND
    listed[c] = listed[c] || !ended
#else
    listed[c] = listed[c] || (!ended && !done[c])
#endif
  }
}

inline scope_link (c)
{
  put_on (c);
#ifndef BROKEN_LINK_TRUSTING
  if
  :: has_ended -> cancel (c)
  :: else
  fi
#endif
}

inline scope_enter (c)
{
#ifdef BROKEN_ENTER_BLIND
  has_ended = ended;
#else
  put_on (c);
#endif
  if
  :: has_ended -> cancel (c)
  :: else
  fi
}

inline run_call (c)
{
  scope_enter (c);
  lock (c);
  starts = !cancelled[c] && !done[c];
  if
  :: starts ->
    atomic { assert (!has_returned); started[c] = true };
    unlock (c)
    /* its function runs */
  :: else ->
    cancelled[c] = true;
    unlock (c)
  fi;
  lock (c);
  complete (c);
  unref (c)
}

inline submit (c)
{
  if
  :: ended -> /* it is refused */
    atomic { refs[c] = 0; done[c] = true; told[c] = true; freed[c] = true; pushed[c] = true }
  :: else ->
    atomic { refs[c] = 2; scope_refs++ };
    pushed[c] = true;
    scope_link (c);
    assert (!has_returned || cancelled[c] || done[c]);
    unref (c)
  fi
}

proctype submitter ()
{
  bool has_ended;
  submit (0);
  submit (1);
  scope_unref () /* its own */
}

proctype owner ()
{
  bool has_ended, starts;
  pushed[0];
  if
  :: !freed[0] || refs[0] > 0 -> run_call (0)
  :: else
  fi;
  pushed[1];
  if
  :: !freed[1] || refs[1] > 0 -> run_call (1)
  :: else
  fi
}

/* The first on the list. */
inline find ()
{
  atomic
  {
    at = CALLS;
    if
    :: listed[0] -> at = 0
    :: listed[1] -> at = 1
    :: else
    fi;
    if
    :: at < CALLS ->
#ifdef BROKEN_POP_FIRST
      listed[at] = false;
#endif
#ifndef BROKEN_FIND_UNCOUNTED
      touch (at);
      refs[at]++
#endif
    :: else
    fi
  }
}

proctype ender ()
{
  byte at;
  bool is_first;
  atomic
  {
    is_first = !ended;
#ifndef BROKEN_END_LATE
    ended = true
#endif
  };
  do
  :: find ();
    if
    :: at < CALLS ->
#ifdef BROKEN_FIND_UNCOUNTED
      atomic { touch (at); refs[at]++ };
#endif
      if
      :: is_first || !cancelled[at] -> cancel (at)
      :: else
      fi;
      unlink (at);
      unref (at)
    :: else -> break
    fi
  od;
#ifdef BROKEN_END_LATE
  ended = true;
#endif
  atomic
  {
    has_returned = true;
    assert (!started[0] || cancelled[0] || done[0]);
    assert (!started[1] || cancelled[1] || done[1])
  };
  scope_unref ()
}

init
{
  atomic
  {
    scope_refs = 3;
    run submitter ();
    run owner ();
    run ender ();
    run ender ()
  }
  atomic
  {
    _nr_pr == 1 ->
    assert (scope_freed && freed[0] && freed[1] && told[0] && told[1]);
    assert (!listed[0] && !listed[1])
  }
}
