/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which thread waits for which, so that a wait which nobody could end is refused. */
#ifndef LODGER_WAIT_GRAPH_H
#define LODGER_WAIT_GRAPH_H

#include "base/hash.h"
#include "parts.h"
#include "pending/pending.h"
#include "wait/room.h"

/* Several pendings that a thread waits for at once. They are the same ones from the begin of the wait to its end. */
typedef struct LodgerWaitSet LodgerWaitSet;
struct LodgerWaitSet
{
  /* Any thread: the one after the place, which moves on; NULL: there are no more. The first place is NULL. */
  LodgerPending *(*next) (const LodgerWaitSet *set, const void **place);
  bool needs_all; /* each of them, not any one */
};

/* A thread that waits: for pendings, for room, or for something that anybody may bring. On its stack. */
typedef struct LodgerWait
{
  LodgerPending *pending;       /* of a set: its first */
  const LodgerWaitSet *set;     /* NULL: it is for one pending, or for none */
  const LodgerRoom *room;       /* what is full */
  unsigned room_changes;        /* of it, as the wait was judged */
  const char *other;            /* without both: what it is for, in messages */
  LodgerPending *self;          /* the call whose cancellation ends the wait; NULL: there is none */
  const LodgerBracket *bracket; /* and what that call is in; NULL: nothing */

  LodgerHashLink by_thread, by_crew;
  LodgerLink listed;       /* among all of them */
  uint64_t thread;         /* its serial, or that of the fiber that waits in it */
  LodgerCaller *crew_hand; /* its caller, if that thread belongs to a crew; else NULL */
  const LodgerCaller *crew;
  LodgerParker *parker;
  bool is_noted;          /* it is without limit */
  bool is_in_call;        /* a call's frame has it, too */
  bool is_of_fiber;       /* it keeps no thread */
  atomic_bool is_granted; /* there is space for it */
  atomic_bool is_refused; /* it could never end any more */
  LodgerLink found;       /* by the judge, and what it says */
  bool is_hopeless;
} LodgerWait;

/* 0, or LODGER_EDEADLK when nobody could ever end it: then it is not noted, and the log names both ends. */
int lodger__wait_begin (LodgerWait *wait, LodgerThread *thread, bool is_bounded, const char *function);
void lodger__wait_end (LodgerWait *wait);
/* Any thread, while it is noted: it has the space that it waits for. Wakes its thread. */
void lodger__wait_grant (LodgerWait *wait);

/* Any thread, while it is noted; and its thread. */
bool lodger__wait_is_cancelled (const LodgerWait *wait);
/* Its thread: after it began, somebody has closed a circle that it is part of. It is woken then. */
static inline bool
lodger__wait_is_refused (const LodgerWait *wait)
{
  return atomic_load (&wait->is_refused);
}

/* Any thread: it has to begin anew, since it is known now who makes the room that it waits for. Its thread is woken
 * then. */
static inline bool
lodger__wait_is_outdated (const LodgerWait *wait)
{
  return atomic_load (&wait->room->changes) != wait->room_changes;
}

/* Its thread, of one that is refused: the log names both ends. LODGER_EDEADLK. */
int lodger__wait_refuse (const LodgerWait *wait, const LodgerThread *thread, const char *function);
/* Any thread, no lock: a pending that was not done hangs on somebody from now on. */
void lodger__waits_look_again (LodgerPending *pending);
/* Somebody waits. To be asked under a lock that a look at the graph takes, too: so none is missed that has not seen
 * what was done under it. */
bool lodger__waits_are_there (void);
/* Any thread: the unlimited waits of threads that are in no call, a line each. */
void lodger__waits_write (LodgerText *text);

#endif
