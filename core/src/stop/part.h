/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The part of a caller that a stop needs. How far the stop is, the words of life/phase.h say. */
#ifndef LODGER_STOP_PART_H
#define LODGER_STOP_PART_H

#include "base/list.h"
#include "mailbox/inbox.h"

#include <stdatomic.h>

/* What a wing above has to do in a stop. NULL: nothing. "Whoever ends it": see stop.c. */
typedef struct LodgerStopParticipant
{
  void (*refuse) (LodgerCaller *caller);         /* any thread: nothing is accepted from here on */
  void (*begin) (LodgerCaller *caller);          /* whoever ends it: what is queued is going to be dropped */
  LodgerItem *(*next) (LodgerCaller *caller);    /* the same: what is queued in no inbox, one by one; or NULL */
  bool (*has_next) (const LodgerCaller *caller); /* owner */
  void (*cancel) (LodgerCaller *caller);         /* the same: what goes on elsewhere */
  bool (*awaits) (const LodgerCaller *caller);   /* the same: is there something to be waited for? */
  void (*give_up) (LodgerCaller *caller);        /* whoever ends it: settle what is not going to be waited for */
  void (*late) (LodgerCaller *caller);           /* any thread: the deadline has passed */
  bool (*at_last) (LodgerCaller *caller);        /* the grace has passed: others that go first. False: there are none */
  void (*run_hook) (LodgerCaller *caller);       /* owner: the stop hook */
  void (*quit) (LodgerCaller *caller);           /* owner: let its thread leave the loop */
  void (*stopped) (LodgerCaller *caller);        /* whoever ends it: it is over */
  void (*left_behind) (LodgerCaller *caller);    /* any thread: its thread is not waited for any more */
  void (*thread_ended) (LodgerCaller *caller);   /* its thread, by pthread_exit out of a call */
} LodgerStopParticipant;

typedef struct LodgerStop
{
  const LodgerStopParticipant *const *participants; /* in order, NULL at the end */
  LodgerItem stop_item, late_item;
  atomic_bool is_late_posted; /* late_item is on its way */
  int64_t limit;              /* how long a stop may take */
  int64_t until;              /* the deadline of this one; written before the phase says that it stops */
  unsigned enters;            /* owner */
  bool is_telling;            /* owner: that it stops, before anything comes of that */
  bool has_left_behind;       /* owner: something was abandoned */

  LodgerLink watched; /* deadline.c: under its mutex, as the next two */
  int64_t watched_until, patience;
  atomic_bool has_passed; /* its deadline has */
} LodgerStop;

#endif
