/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The wake-up of an inbox: two producers and one that pokes, the owner, and the native loop as its host.
 *
 *   append, link       append() of core/src/mailbox/inbox.c: the change of `tail`, and the store of the link after it
 *   push, claim, look  lodger__inbox_push(), lodger__inbox_claim(), lodger__inbox_look()
 *   skip_hollow, pop   skip_hollow(), and lodger__inbox_pop() or lodger__inbox_take(), whichever it is
 *   has_link           has_link(), without its pauses; `barrier` is lodger__barrier_pass()
 *   see_ready          lodger__inbox_is_ready()
 *   close, clear       lodger__inbox_close(), lodger__inbox_is_empty(), lodger__inbox_clear(), and
 *                      lodger__mailbox_close() of mailbox/post.c
 *   try_push, poke     lodger__try_push(), lodger__poke()
 *   host_post          lodger__host_post(), and run_sync_soon() of loop/native.c
 *   owner              backend_run() and sleep_until_needed() of loop/native.c: the node, and the sleep
 *   slice              lodger__turn_slice(), run_items(), next_for_slice(), spin() and settle_down() of loop/turn.c
 *
 * Each access to a shared word is a step of its own; a compare-and-swap is one with the load before it and with its
 * loop, since one that fails changes nothing. A producer's link is a release, which others may see late: it lies in a
 * store buffer of the producer, and comes out at any time, by a locked operation of the producer, or by a barrier of the
 * owner. All other steps are seen at once. An item is freed as it is popped; one that is taken where it is, as the owner
 * goes on from it. Left out: turns (they only cut the slices), an owner that serves alone, a host that refuses a node
 * or closes.
 *
 * MISSING: the system has no such barrier, and the link is sequentially consistent. DENIED: it had one, and denies it
 * now.
 *
 * Shown: each item comes out once, in its producer's order, or is refused; none is touched after it was freed; none is
 * left; whoever pokes is seen; the owner never sleeps over an item, and never turns in a circle while a producer is
 * preempted in a gap.
 *
 * Runs:
 *   whole
 *   whole POKES
 *   whole MISSING
 *   whole DENIED
 *   live POKES
 *   broken LINK_LATE invalid end state: the signal is read before the link is written
 *   broken LINK_WEAK MISSING invalid end state: without the barrier, the link is no more than a release
 *   broken SETTLE_LEFT_OUT invalid end state: the owner sleeps over a gap without waiting for what is on its way
 *   broken BARRIER_LEFT_OUT invalid end state: it only looks at the link once more
 *   broken LOOK_LATE invalid end state: the owner looks once it has settled
 *   broken SPIN_KEEPS invalid end state: a search keeps its claim
 *   broken SETTLE_BLIND invalid end state: a slice that has used up its time does not ask for the next
 *   broken SLEEP_BLIND invalid end state: the loop goes to sleep over a post
 *   broken NODE_LATE invalid end state: the node is given back after the look
 *   broken ANCHOR_TWICE assertion violated: a pop in a gap appends the anchor again
 *   broken GAP_BLIND assertion violated: a pop takes the anchor for the successor, whoever came between
 *   broken HOLLOW_EARLY assertion violated: an item that is taken where it is is freed at once
 *   broken HOLLOW_KEPT assertion violated: an item that was taken where it is is never freed
 *   broken CLOSE_UNSAID invalid end state: the producer in the gap is not told that the inbox is being closed
 *   broken CLOSE_BLIND invalid end state: whoever closes it waits at a gap without the barrier
 *   broken READY_IN_GAP POKES non-progress: the owner counts as ready while the next link is missing
 */

#ifdef POKES
#define ITEMS  2
#else
#define ITEMS  3
#endif
#define ANCHOR 0
#define END    4
#define NIL    5
#ifdef POKES
#define POKED  false
#else
#define POKED  true
#endif

/* signal */
#define IDLE   0
#define POSTED 1
#define CLOSED 2
/* loop: what the native loop does */
#define AWAKE  0
#define ASLEEP 1
#define CALLED 2
/* what a push says */
#define QUIET   0
#define WAKE    1
#define LAST    2
#define REFUSED 3

byte tail = ANCHOR;
byte next[NIL] = NIL;
bool alive[NIL] = false;
byte from[NIL], number[NIL]; /* of the item in that place */
byte signal = IDLE;

bool has_node, waker, gap; /* the host's flag; the wake-up of the sleep; the parker of whoever closes */
byte loop = AWAKE;

bool poked = POKED, poke_ends = POKED;
byte pushed, taken, refused; /* how many */
byte expected[2];

/* Of each producer: a link that is on its way, from where and to what. The last one is the owner's, whose links are of no
 * use to others. */
#define OWNER 2
byte link_at[3] = NIL, link_to[3] = NIL;

/* In an atomic step. */
inline flush (whose)
{
  if
  :: link_at[whose] != NIL ->
    assert (alive[link_at[whose]]);
    next[link_at[whose]] = link_to[whose];
    link_at[whose] = NIL;
    link_to[whose] = NIL
  :: else
  fi
}

inline barrier ()
{
#if defined (MISSING) || defined (BROKEN_BARRIER_LEFT_OUT)
  skip
#else
  atomic { flush (0); flush (1) }
#endif
}

proctype memory ()
{
end:
  do
  :: atomic { link_at[0] != NIL -> flush (0) }
  :: atomic { link_at[1] != NIL -> flush (1) }
  od
}

/* ---- any thread; `me`, `prev`, `ok`, `seen`, `result` are its own ---- */

inline append (item)
{
  atomic
  {
    flush (me);
    prev = tail;
    ok = (prev != END);
    if
    :: ok -> next[item] = NIL; tail = item
    :: else
    fi
  }
}

inline link (item)
{
  atomic
  {
    assert (alive[prev]);
    link_at[me] = prev;
    link_to[me] = item;
#if defined (MISSING) && !defined (BROKEN_LINK_WEAK)
    flush (me)
#else
    if
    :: me == OWNER -> flush (me)
    :: else
    fi
#endif
  }
}

inline claim (won)
{
  atomic
  {
    seen = signal;
    won = (seen == IDLE);
    if
    :: won -> flush (me); signal = POSTED
    :: else
    fi
  }
}

inline push (item)
{
  append (item);
  if
  :: !ok -> result = REFUSED
  :: else ->
#ifdef BROKEN_LINK_LATE
    claim (ok);
    link (item);
#else
    link (item);
    claim (ok);
#endif
    result = (ok -> WAKE : (seen == CLOSED -> LAST : QUIET))
  fi
}

inline host_post ()
{
  atomic { flush (me); ok = !has_node; has_node = true };
  if
  :: ok ->
    atomic { seen = loop; loop = CALLED };
    if
    :: seen == ASLEEP -> waker = true
    :: else
    fi
  :: else
  fi
}

inline try_push (item)
{
  push (item);
  if
  :: result == WAKE -> host_post ()
  :: result == LAST -> atomic { flush (me); gap = true }
  :: result == REFUSED -> atomic { alive[item] = false; refused++ }
  :: else
  fi
}

inline submit (place, who, nr)
{
  atomic { alive[place] = true; from[place] = who; number[place] = nr };
  try_push (place);
  pushed++
}

proctype producer (byte me)
{
  byte prev, seen, result;
  bool ok;
  if
  :: me == 0 -> submit (1, 0, 0); submit (2, 0, 1)
  :: me == 1 -> submit (3, 1, 0)
  fi
}

proctype poker ()
{
  byte me = 1, seen;
  bool ok;
  poked = true;
  claim (ok);
  if
  :: ok -> host_post ()
  :: else
  fi;
  poke_ends = true
}

/* ---- owner ---- */

inline go_on_from (at)
{
#ifdef BROKEN_HOLLOW_KEPT
  skip
#else
  alive[at] = (at == ANCHOR)
#endif
}

/* To the item behind what is hollow; `ok`: there is one to be seen. */
inline skip_hollow ()
{
  atomic
  {
    ok = true;
    if
    :: head == hollow ->
      nx = next[head];
      ok = (nx != NIL);
      if
      :: ok -> go_on_from (head); head = nx; hollow = ANCHOR
      :: else
      fi
    :: else
    fi
  }
}

/* The item that is `item` stays if `hollow` is it. */
inline pop ()
{
  item = NIL;
  skip_hollow ();
  if
  :: !ok
  :: else ->
    atomic { h = head; nx = next[h] };
    if
    :: nx == NIL && h != END && stays_are_taken -> hollow = h; item = h
    :: nx == NIL ->
#ifdef BROKEN_ANCHOR_TWICE
      seen = h;
#else
      seen = tail;
#endif
      if
      :: seen == h ->
        append (ANCHOR); /* refused: it has been closed */
        if
        :: ok ->
          link (ANCHOR);
#ifdef BROKEN_GAP_BLIND
          nx = ANCHOR
#else
          nx = next[h]
#endif
        :: else
        fi
      :: else
      fi
    :: else
    fi;
    if
    :: nx != NIL -> head = nx; item = h
    :: else
    fi
  fi
}

inline has_link (at)
{
#ifdef BROKEN_SETTLE_LEFT_OUT
  ready = false
#else
#ifdef DENIED
  next[at] != NIL;
#else
  barrier ();
#endif
#ifdef BROKEN_READY_IN_GAP
  ready = true
#else
  ready = (next[at] != NIL)
#endif
#endif
}

inline see_ready ()
{
  atomic { h = head; nx = next[h]; ready = true };
  if
  :: h == hollow ->
    if
    :: nx == NIL ->
      seen = tail;
      if
      :: seen == h -> ready = false
      :: else -> has_link (h)
      fi
    :: else
    fi;
    if
    :: ready -> h = next[h]
    :: else
    fi
  :: else
  fi;
  if
  :: ready && h != NIL && next[h] == NIL ->
    seen = tail;
    if
    :: seen == h
    :: else -> has_link (h)
    fi
  :: else
  fi
}

inline take (item_)
{
  atomic
  {
    assert (item_ >= 1 && item_ <= ITEMS && alive[item_]);
    assert (number[item_] == expected[from[item_]]);
    expected[from[item_]]++;
#ifdef BROKEN_HOLLOW_EARLY
    alive[item_] = false;
#else
    alive[item_] = (item_ == hollow);
#endif
    taken++
  }
}

/* A search between the call and the sleep: its claim keeps others from waking it. */
inline spin ()
{
  claim (ok);
  if
  :: ok ->
#ifndef BROKEN_SPIN_KEEPS
    signal = IDLE;
#endif
    searched = true
  :: else
  fi
}

inline slice ()
{
#ifndef BROKEN_LOOK_LATE
  signal = IDLE; /* lodger__inbox_look() */
#endif
  searched = false;
  do
  :: pop ();
    if
    :: item != NIL ->
progress_took:
      take (item);
      if
      :: break /* its time is over */
      :: true
      fi
    :: else ->
      if
      :: !searched ->
        spin ();
        if
        :: searched
        :: else -> break
        fi
      :: !searched -> break
      :: searched -> break
      fi
    fi
  od;
  saw_poke = saw_poke || poked;
#ifdef BROKEN_SETTLE_BLIND
  ready = false;
#else
  see_ready ();
#endif
#ifdef BROKEN_LOOK_LATE
  signal = IDLE;
#endif
  if
  :: ready ->
    claim (ok);
    if
    :: ok -> host_post ()
    :: else
    fi
  :: else
  fi
}

inline close ()
{
#ifndef BROKEN_CLOSE_UNSAID
  signal = CLOSED;
#endif
  atomic { prev = tail; tail = END };
  next[prev] = END;
  do
  :: h = head;
    if
    :: h == hollow -> h = next[h]
    :: else
    fi;
    if
    :: h == END -> break
    :: else
    fi;
    pop ();
    if
    :: item != NIL -> take (item)
    :: else ->
#ifdef BROKEN_CLOSE_BLIND
      ready = false;
#else
      see_ready ();
#endif
      if
      :: ready
      :: else -> atomic { gap -> gap = false }
      fi
    fi
  od
}

inline clear ()
{
  if
  :: head == hollow -> go_on_from (head)
  :: else
  fi
}

proctype owner ()
{
  byte me = OWNER, head = ANCHOR, hollow = ANCHOR, h, nx, item, prev, seen, early = 1;
  bool stays_are_taken = true, ok, ready, searched, saw_poke, sleeps;
  do
  :: stays_are_taken = false; close (); break
  :: true ->
    atomic { ok = (loop == CALLED); loop = (ok -> AWAKE : loop) };
    if
    :: ok ->
#ifdef BROKEN_NODE_LATE
      slice ();
      has_node = false
#else
      has_node = false;
      slice ()
#endif
    :: else
    fi;
#ifdef BROKEN_SLEEP_BLIND
    sleeps = true; loop = ASLEEP;
#else
    atomic { sleeps = (loop == AWAKE); loop = (sleeps -> ASLEEP : loop) };
#endif
    if
    :: !sleeps -> waker = false
    :: atomic { sleeps && waker -> waker = false };
progress_slept:
      skip
    :: sleeps && early > 0 -> early-- /* its deadline */
    :: sleeps && taken == ITEMS && saw_poke -> break
    fi;
    atomic { loop = (loop == ASLEEP -> AWAKE : loop) }
  od;
  pushed == ITEMS && poke_ends;
  clear ();
  assert (taken + refused == ITEMS);
  assert (!alive[1] && !alive[2] && !alive[3])
}

init
{
  atomic
  {
    alive[ANCHOR] = true;
    alive[END] = true;
    run memory ();
    run owner ();
    run producer (0);
#ifdef POKES
    run poker ()
#else
    run producer (1)
#endif
  }
}
