/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who waits for whom, and for room in whose inbox. */
#ifndef LODGER_WAITS_H
#define LODGER_WAITS_H

#include "caller-private.h"

/* ---- room.c: bounded inboxes ---- */

/* Any thread: a place in the inbox, or why there is none. */
int lodger__room_take (LodgerCaller *caller, const char *function);
/* Whoever takes the call out: its place is free again. */
void lodger__room_free (LodgerCaller *caller);
/* Any thread, of a caller that stops: there will be no more. */
void lodger__room_close (LodgerCaller *caller);

static inline int
lodger__room_enter (LodgerCaller *caller, const char *function)
{
  return caller->inbox_limit == 0 ? 0 : lodger__room_take (caller, function);
}

static inline void
lodger__room_leave (LodgerCaller *caller)
{
  if (caller->inbox_limit != 0)
    lodger__room_free (caller);
}

/* ---- waitgraph.c: who waits for whom ---- */

/* A thread that waits, for one of the two. */
typedef struct LodgerWait
{
  struct LodgerWait *prev, *next;
  uint64_t thread;             /* its serial */
  LodgerCaller *worker, *root; /* what it is in a pool, and whose; or NULL */
  LodgerPending *pending;
  LodgerCaller *room; /* that has a full inbox */
  bool is_noted;      /* it is without limit */
  bool is_hopeless;
} LodgerWait;

/* 0, or LODGER_EDEADLK when nobody could ever end it: then it is not noted, and the log names both ends. */
int lodger__wait_begin (LodgerWait *wait, const LodgerThread *thread, bool is_bounded, const char *function);
void lodger__wait_end (LodgerWait *wait);

#endif
