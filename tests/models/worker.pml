/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Calls for a pool of two workers or three, of which one call may run at a time: they come while a worker searches,
 * goes idle, blocks, or has been idle for too long.
 *
 *   submit     lodger__pool_put() of core/src/pool/incoming.c, and choose: lodger__pool_choose() of pool/worker-state.c
 *   hush, look     lodger__pool_hush(), lodger__pool_look() of pool/incoming.c; `signal` is that of the pool's inbox
 *   wake       lodger__pool_wake() of pool/threads.c: lodger__poke(), or a new thread
 *   leave_state, uncount, make_idle      those of pool/worker-state.c
 *   take       take() of pool/queue.c, with go_on()
 *   block_and_wait, engage      lodger__worker_block(), lodger__worker_unblock(), lodger__worker_engage() of
 *            pool/worker.c
 *   worker     expire() and quit() of pool/worker.c, lodger__worker_gone() of pool/threads.c; lodger__turn_slice(),
 *            next_for_slice(), spin(),
 *              settle_down() of loop/turn.c; is_ready() of pool/worker.c
 *
 * A critical section of the pool's mutex is one step, unless it looks at what has come: `queue` is the inbox and the list
 * behind it, and whoever puts a call in has not the mutex. A worker's inbox is `posted`, as inbox.pml shows that it
 * may be. Call 1 waits for call 3 to end, and so blocks its worker. Call 2 only runs. With OWN the first worker may have
 * something of its own to run, which waits for call 2, as soon as it has come; then only that worker searches, and none
 * is idle for too long. Left out: limits of idle workers,
 * closing, a thread that cannot be had, a worker that is free before its outcome is known.
 *
 * Shown: each call runs, once; no more than one is counted as it is taken; a worker that waits or has ended is on no
 * list, and nobody is counted on who will not come.
 *
 * Runs:
 *   whole
 *   whole OWN
 *   broken CHOOSE_FIRST invalid end state: it is chosen who is woken, and then the call is put in
 *   broken SIGNAL_FIRST invalid end state: whoever puts a call in reads the signal, and then puts it in
 *   broken PUT_ALONE invalid end state: whoever is told to choose does not
 *   broken LOOK_BLIND invalid end state: a worker goes idle without a look after it has set the signal
 *   broken LOOK_LATE invalid end state: a worker looks, and then sets the signal
 *   broken CHOICE_BLIND invalid end state: whoever makes a choice possible looks, and then sets the signal
 *   broken SEARCH_BLIND invalid end state: a search ends without a last look
 *   broken SEARCH_LEFT invalid end state: a worker that finds a call still counts as searching
 *   broken BLOCK_ALONE invalid end state: a worker that blocks chooses nobody
 *   broken BLOCK_COUNTED invalid end state: a worker that blocks stays counted
 *   broken WAKING_LEFT invalid end state: a worker that was woken stays counted as on its way
 *   broken EXPIRE_BLIND invalid end state: a worker ends without a look whether it has been chosen meanwhile
 *   broken QUIT_ALONE invalid end state: a worker that ends chooses nobody
 *   broken ENGAGE_BLIND OWN invalid end state: a worker that runs something of its own stays idle
 */

#ifdef OWN
#define WORKERS     3 /* two of them may wait at once */
#else
#define WORKERS     2
#endif
#define RUNNING_MAX 1
#define CALLS       3

/* state of a worker */
#define AT_WORK   0
#define IDLE      1
#define WAKING    2
#define SEARCHING 3

chan queue = [CALLS] of { byte };
byte state[WORKERS] = AT_WORK;
bool exists[WORKERS], posted[WORKERS];
bool is_counted[WORKERS], is_blocked[WORKERS], is_away[WORKERS];
byte count, waking, running, blocked, away;
bool is_searched;
byte ran[CALLS + 1];
bool own = false;
bool locked = false; /* the mutex */
#define IDLE_SIGNAL true
bool signal = IDLE_SIGNAL; /* else it is POSTED */
bool quiet = false;
#ifdef OWN
#define EARLY 0
#else
#define EARLY 1
#endif
byte early = EARLY; /* how often a worker has been idle for too long */

#define NOBODY WORKERS

/* First in an atomic step. */
inline lock ()
{
  !locked -> locked = true
}

/* ---- under the mutex ---- */

#ifdef OWN
#define ONE_IS_IDLE (state[0] == IDLE || state[1] == IDLE || state[2] == IDLE)
#else
#define ONE_IS_IDLE (state[0] == IDLE || state[1] == IDLE)
#endif
#define MAY_GROW    (count < WORKERS && count - blocked - away < RUNNING_MAX)
#define MAY_CHOOSE  (!is_searched && running + waking < RUNNING_MAX && (ONE_IS_IDLE || MAY_GROW))

inline hush ()
{
  signal = !IDLE_SIGNAL;
  quiet = true
}

inline look ()
{
  signal = IDLE_SIGNAL;
  quiet = false
}

/* As `who`. */
inline pick ()
{
  if
  :: state[0] == IDLE && exists[0] -> who = 0; state[0] = WAKING; waking++
  :: state[1] == IDLE && exists[1] -> who = 1; state[1] = WAKING; waking++
#ifdef OWN
  :: state[2] == IDLE && exists[2] -> who = 2; state[2] = WAKING; waking++
#endif
  :: else ->
    if
    :: MAY_GROW ->
      who = (exists[0] || state[0] == WAKING -> (exists[1] || state[1] == WAKING -> 2 : 1) : 0);
      count++;
      waking++;
      state[who] = WAKING
    :: else
    fi
  fi
}

/* In two steps: what comes between them may be seen, and what comes after them is told to choose. */
inline choose ()
{
  may = MAY_CHOOSE;
  if
#ifdef BROKEN_CHOICE_BLIND
  :: may -> seen = len (queue)
#else
  :: may -> look ()
#endif
  :: else -> hush ()
  fi
}

/* As `who`; and the mutex is given back. */
inline chosen ()
{
  if
  :: may ->
#ifdef BROKEN_CHOICE_BLIND
    look ();
#else
    seen = len (queue);
#endif
    if
    :: seen > waking -> pick ()
    :: else
    fi;
    if
    :: !MAY_CHOOSE -> hush ()
    :: else
    fi
  :: else
  fi;
  seen = 0;
  may = false;
  locked = false
}

inline leave_state (me)
{
  if
#ifndef BROKEN_WAKING_LEFT
  :: state[me] == WAKING -> assert (waking > 0); waking--
#endif
#ifndef BROKEN_SEARCH_LEFT
  :: state[me] == SEARCHING -> assert (is_searched); is_searched = false
#endif
  :: else
  fi;
  state[me] = AT_WORK
}

inline uncount (me)
{
  running = running - is_counted[me];
  blocked = blocked - is_blocked[me];
  away = away - (is_away[me] && !is_blocked[me]);
  is_counted[me] = false;
  is_blocked[me] = false;
  is_away[me] = false
}

/* ---- without it ---- */

inline wake ()
{
  atomic
  {
    if
    :: who == NOBODY
    :: else ->
      if
      :: !exists[who] -> exists[who] = true; posted[who] = true; run worker (who)
      :: else -> posted[who] = true
      fi;
      who = NOBODY
    fi
  }
}

inline choose_now ()
{
  atomic { lock (); choose () };
  atomic { chosen () };
  wake ()
}

inline submit (call)
{
#ifdef BROKEN_CHOOSE_FIRST
  choose_now ();
  queue ! call;
  is_told = false;
#else
#ifdef BROKEN_SIGNAL_FIRST
  is_told = (signal == IDLE_SIGNAL);
  queue ! call;
#else
  queue ! call;
  is_told = (signal == IDLE_SIGNAL);
#endif
#endif
  atomic
  {
    is_told = (is_told && signal == IDLE_SIGNAL);
    if
    :: is_told -> signal = !IDLE_SIGNAL
    :: else
    fi
  };
#ifndef BROKEN_PUT_ALONE
  if
  :: is_told -> choose_now ()
  :: else
  fi
#endif
}

/* ---- a worker ---- */

inline run_it ()
{
  is_counted[me] = true;
  running++;
  assert (running <= RUNNING_MAX)
}

/* As `call`; 0: none. */
inline take (may_search)
{
  atomic
  {
    lock ();
    call = 0;
    looks = false;
    if
    :: !may_search && state[me] == IDLE
    :: is_counted[me] && quiet && running <= RUNNING_MAX && state[me] == AT_WORK && len (queue) > 0 -> queue ? call
    :: else ->
      leave_state (me);
      uncount (me);
      if
#ifdef BROKEN_SEARCH_BLIND
      :: may_search && running < RUNNING_MAX && len (queue) > 0 ->
#else
      :: running < RUNNING_MAX && len (queue) > 0 ->
#endif
        queue ? call;
        run_it ();
        choose ()
      :: else ->
        if
        :: may_search && !is_searched && len (queue) == 0 ->
          is_searched = true;
          state[me] = SEARCHING;
          hush ()
        :: else -> looks = true
        fi
      fi
    fi
  };
  if
  :: looks ->
#ifdef BROKEN_LOOK_LATE
    atomic { seen = len (queue) }
#else
    atomic { look () }
#endif
  :: else
  fi;
  atomic
  {
    if
    :: looks ->
#ifdef BROKEN_LOOK_LATE
      look ();
#else
      seen = len (queue);
#endif
      looks = false;
      if
#ifdef BROKEN_LOOK_BLIND
      :: false -> skip
#elif defined (BROKEN_SEARCH_BLIND)
      :: may_search && running < RUNNING_MAX && seen > 0 -> queue ? call; run_it (); choose ()
#else
      :: running < RUNNING_MAX && seen > 0 -> queue ? call; run_it (); choose ()
#endif
      :: else -> state[me] = IDLE
      fi
    :: else
    fi;
    chosen ()
  };
  wake ()
}

inline engage ()
{
#ifdef BROKEN_ENGAGE_BLIND
  skip
#else
  if
  :: state[me] != AT_WORK ->
    atomic
    {
      lock ();
      leave_state (me);
      if
      :: !is_away[me] && !is_counted[me] && !is_blocked[me] -> is_away[me] = true; away++
      :: else
      fi;
      choose ()
    };
    atomic { chosen () };
    wake ()
  :: else
  fi
#endif
}

inline block_and_wait (other)
{
  engage ();
  atomic
  {
    lock ();
    if
    :: is_counted[me] || is_away[me] ->
#ifndef BROKEN_BLOCK_COUNTED
      running = running - is_counted[me];
#endif
      away = away - (!is_counted[me]);
      is_counted[me] = false;
      is_blocked[me] = true;
      blocked++;
#ifndef BROKEN_BLOCK_ALONE
      choose ()
#endif
    :: else
    fi
  };
  atomic { chosen () };
  wake ();
  ran[other] > 0;
  atomic
  {
    lock ();
    if
    :: is_blocked[me] ->
      is_blocked[me] = false;
      is_counted[me] = !is_away[me];
      blocked--;
      away = away + is_away[me];
      running = running + !is_away[me]
    :: else
    fi;
    locked = false
  };
  posted[me] = true
}

inline run_call ()
{
  atomic { assert (state[me] == AT_WORK && is_counted[me]) };
  if
  :: call == 1 -> block_and_wait (3)
  :: else
  fi;
  atomic { ran[call]++; assert (ran[call] == 1) }
}

inline run_own ()
{
  if
  :: me == 0 && own && !did_own ->
    did_own = true;
    engage ();
    block_and_wait (2)
  :: else
  fi
}

proctype worker (byte me)
{
  byte call, who = NOBODY, seen;
  bool did_own, is_over, may, looks;
  do
  :: atomic { posted[me] -> posted[me] = false };
    /* a slice */
    do
    :: run_own ();
      if
#ifdef OWN
      :: me == 0 -> take (true)
      :: me != 0 -> take (false)
#else
      :: true -> take (true)
      :: true -> take (false)
#endif
      fi;
      if
      :: call == 0 && state[me] == SEARCHING ->
        run_own (); /* it has looked round for a while */
        take (false)
      :: else
      fi;
      if
      :: call != 0 -> run_call ()
      :: else -> break
      fi
    od;
    if
    :: state[me] != IDLE || (me == 0 && own && !did_own) -> posted[me] = true
    :: else
    fi
  :: atomic { early > 0 && state[me] == IDLE && !(me == 0 && own && !did_own) -> early-- };
    /* it seems to have been idle for too long */
    atomic
    {
      lock ();
#ifdef BROKEN_EXPIRE_BLIND
      is_over = true;
      state[me] = AT_WORK;
#else
      is_over = (state[me] == IDLE);
      if
      :: is_over -> leave_state (me)
      :: else
      fi;
#endif
      locked = false
    };
    if
    :: is_over ->
#ifndef BROKEN_QUIT_ALONE
      atomic { lock (); leave_state (me); choose () };
      atomic { chosen () };
      wake ();
#endif
      atomic
      {
        lock ();
        uncount (me);
        count--;
        exists[me] = false;
#ifndef BROKEN_QUIT_ALONE
        choose ()
#endif
      };
      atomic { chosen () };
      wake ();
      break
    :: else
    fi
  :: atomic { ran[1] == 1 && ran[2] == 1 && ran[3] == 1 && !posted[me] && state[me] == IDLE -> break }
  od
}

proctype first ()
{
  byte who = NOBODY, seen;
  bool may, is_told;
  submit (1);
  submit (3)
}

proctype second ()
{
  byte who = NOBODY, seen;
  bool may, is_told;
#ifdef OWN
  atomic
  {
    own = true;
    if
    :: exists[0] -> posted[0] = true
    :: else
    fi
  };
#endif
  submit (2)
}

init
{
  atomic { run first (); run second () };
  ran[1] == 1 && ran[2] == 1 && ran[3] == 1
}
