/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Parts of a caller: where its owner is in its turn, and who may touch the inside. */
#ifndef LODGER_LOOP_PART_H
#define LODGER_LOOP_PART_H

#include "base/list.h"
#include "base/thread.h"
#include "loop/slice-clock.h"
#include "loop/timers.h"
#include "mailbox/inbox.h"

/* A source of a turn, beside the timers and the inbox. All in the owner's thread; NULL: nothing to say. */
typedef struct LodgerTurnSource
{
  void (*begin) (LodgerCaller *caller);             /* a slice begins: what it has for it becomes due */
  LodgerItem *(*next) (LodgerCaller *caller);       /* the next item, when the turn has no other; or NULL */
  bool (*is_ready) (const LodgerCaller *caller);    /* something could run now */
  int64_t (*deadline) (const LodgerCaller *caller); /* when it wants a slice; LODGER_FOREVER: never */
  /* The loop may be about to sleep: what could run becomes due, and deadlines are known. `is_sure`: it comes to a poll.
   * Otherwise the slice is at its end: only what has changed in it is looked at. */
  void (*before_wait) (LodgerCaller *caller, bool is_sure);
  bool (*wants_before_wait) (const LodgerCaller *caller); /* the latter is wanted also while no slice runs */
  void (*settle) (LodgerCaller *caller, bool has_run);    /* a slice is at its end, and has or has not run something */
} LodgerTurnSource;

/* A queue that several callers share: its threads are a crew. */
typedef struct LodgerCrew
{
  /* Owner: the next call. Without one the caller searches from here on, if it `may_search`: *ret_searches says so, and
   * it has to come back with `may_search` false. */
  LodgerItem *(*take) (LodgerCaller *caller, bool may_search, bool *ret_searches);
  bool (*has_calls) (const LodgerCaller *caller);
  /* Owner: something of its own inbox is going to run. */
  void (*engage) (LodgerCaller *caller);
  /* Owner, in its call: it blocks, and goes on. */
  void (*block) (LodgerCaller *caller);
  void (*unblock) (LodgerCaller *caller);
} LodgerCrew;

/* Constant for each kind of caller: caller/plan.c. The operations report to the wing above that ends callers. */
typedef struct LodgerLoopPlan
{
  const LodgerTurnSource *const *sources;    /* in order, NULL at the end */
  const LodgerCrew *crew;                    /* NULL: it shares no queue */
  void (*given_back) (LodgerCaller *caller); /* owner: it is at work no more; the caller may be gone afterwards */
  void (*came_back) (LodgerCaller *caller);  /* owner, of a taken caller: none of its calls is on the stack any more */
  void (*loop_gone) (LodgerCaller *caller);  /* any thread: the host has closed */
} LodgerLoopPlan;

typedef struct LodgerPolls LodgerPolls;

/* watch.c. Whoever is at work on the caller. */
typedef struct LodgerWatches
{
  LodgerList all;
  LodgerList left;    /* have ended; the host may be about to tell of them */
  LodgerPolls *polls; /* poller.c; NULL: no descriptor is polled */
} LodgerWatches;

/* The oldest first. */
typedef struct LodgerItems
{
  LodgerItem *first, *last;
} LodgerItems;

/* What has let others run. */
typedef struct LodgerYields
{
  LodgerItem *going_on; /* at the end of this turn; the oldest first */
  LodgerItems next;     /* at the end of the next one */
  bool is_going_on;     /* the item that was taken last is one of these */
} LodgerYields;

/* The innermost slice on the C stack. */
typedef struct LodgerSlice
{
  LodgerSliceClock clock;
  unsigned lately; /* items with another one behind them, since the owner had to wait for one */
  bool may_stay;   /* the next item of the inbox may be taken where it is */
  bool stays;      /* the item that was taken last was: its memory stays the inbox's */
  bool is_over;    /* the clock has said so */
} LodgerSlice;

/* A worker's search for more. */
typedef struct LodgerSpin
{
  int credit;
  unsigned tries;         /* how often it was about to */
  bool has_one_processor; /* when the system was last asked */
} LodgerSpin;

/* Survives the C stack, so that a nested loop goes on with the current batch. */
typedef struct LodgerTurn
{
  const LodgerLoopPlan *plan;
  LodgerTimers timers;
  LodgerTimers timers_of_stop; /* of those that still wait in a stop, which closes the others */
  LodgerItem *due, *last_due;  /* timers of this turn, oldest deadline first */
  const LodgerItem *mark;      /* the inbox's part of this turn ends with it; NULL: has ended */
  LodgerYields yields;
  LodgerSlice slice;
  LodgerItems postponed; /* to the next slice */
  unsigned depth;        /* slices on the C stack */
  uint64_t slices;       /* how many there have been */
  int64_t armed;
  int64_t tidy_at; /* when to give spare memory back; LODGER_FOREVER: there is no need */
  LodgerSpin spin;
  LodgerWatches watches;
} LodgerTurn;

typedef struct LodgerOwnership
{
  atomic_int turning; /* ownership.h, both */
  _Atomic (uintptr_t) running;
  atomic_bool leaves;        /* the owner is changing `running` without a locked operation */
  LodgerFrame *taken_frame;  /* of a taken caller: the innermost that has not returned. Under the caller's mutex */
  _Atomic (int64_t) here_at; /* when the owner was last in Lodger's hands, while somebody watches */
} LodgerOwnership;

#endif
