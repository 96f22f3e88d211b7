/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The part of a caller that a stop needs. How far the stop is, the words of life/phase.h say. */
#ifndef LODGER_STOP_PART_H
#define LODGER_STOP_PART_H

#include "base/list.h"
#include "mailbox/inbox.h"

#include <stdatomic.h>

/* A part that a wing above has in a stop. NULL: none. The ender is the owner, or the thread that ends a caller in its place:
 * stop.c says when. */
typedef struct LodgerStopParticipant
{
  void (*refuse) (LodgerCaller *caller); /* any thread: accept nothing from here on */
  /* any thread: the owner is in a call, which may block until something is settled */
  void (*in_call) (LodgerCaller *caller);
  void (*begin) (LodgerCaller *caller);          /* ender: queued items are going to be dropped */
  LodgerItem *(*next) (LodgerCaller *caller);    /* ender: the next item that is queued outside of the inbox; or NULL */
  bool (*has_next) (const LodgerCaller *caller); /* owner: `next` would give one */
  void (*cancel) (LodgerCaller *caller);         /* ender: cancel the calls that go on elsewhere */
  bool (*awaits) (const LodgerCaller *caller);   /* owner: the end has to wait for something */
  void (*give_up) (LodgerCaller *caller);        /* ender: settle the calls that are not waited for any more */
  void (*late) (LodgerCaller *caller);           /* any thread: the deadline has passed */
  bool (*at_last) (LodgerCaller *caller); /* any thread, after the grace: others that go first. False: there are none */
  bool (*holds_up) (const LodgerCaller *caller); /* any thread: others have to stop before it has */
  void (*run_hook) (LodgerCaller *caller);       /* owner: run the stop hook */
  void (*quit) (LodgerCaller *caller);           /* ender: let the thread leave the loop */
  void (*stopped) (LodgerCaller *caller);        /* ender: it has stopped */
  void (*left_behind) (LodgerCaller *caller);    /* any thread: the caller's thread is not waited for any more */
} LodgerStopParticipant;

/* Under the mutex of deadline.c. */
typedef struct LodgerDeadline
{
  LodgerLink link;
  int64_t until;
  _Atomic (int64_t) patience; /* 0: it has not been tried for the last time */
  atomic_bool has_passed;
} LodgerDeadline;

typedef struct LodgerStop
{
  const LodgerStopParticipant *const *participants; /* in order, NULL at the end */
  LodgerItem stop_item, late_item;
  atomic_bool is_late_posted;  /* late_item is on its way */
  int64_t limit;               /* how long a stop may take */
  int64_t until;               /* the deadline of this one; written before the phase says that it stops */
  atomic_uint enters;          /* by the program; written by the owner */
  LodgerList entries;          /* by calls, under the caller's mutex: entries.c */
  bool is_telling;             /* owner: that it stops, before anything comes of that */
  atomic_bool has_left_behind; /* something was abandoned */
  atomic_bool is_empty;        /* it has ended, and nothing is in it */
  atomic_uint hurries;         /* how often those that hold up the end were reminded */
  _Atomic (uintptr_t) ender;   /* the thread that is just emptying it, by lodger__thread_mark(); 0: none */

  LodgerDeadline deadline;
} LodgerStop;

#endif
