/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A descriptor that is watched for one of the wings above: by the caller's host, or by a thread of Lodger's in its place. */
#ifndef LODGER_LOOP_WATCH_H
#define LODGER_LOOP_WATCH_H

#include "parts.h"

typedef struct LodgerWatch LodgerWatch;
typedef struct LodgerWatched LodgerWatched;

/* Zeroed, but for `caller` and `ready`, before it begins. Its memory may go once it has ended, also within `ready`. */
struct LodgerWatch
{
  LodgerWatched *at; /* watch.c; NULL: it is not watched */
  LodgerCaller *caller;
  /* Owner, before a slice: makes items of it (lodger__turn_add_due), and runs no user code. The descriptor is told of again as
   * long as it is ready. */
  void (*ready) (LodgerWatch *watch, uint32_t revents);
  /* Whoever ends the caller: the watch has ended. NULL: nobody has to know. */
  void (*forgotten) (LodgerWatch *watch);
};

typedef enum LodgerPolled
{
  LODGER_POLLED,
  LODGER_POLL_READY, /* the owner is to come and serve it */
  LODGER_POLL_SERVED /* it is told, and not looked at until the owner resumes */
} LodgerPolled;

/* What the host has. It is a piece of memory of its own: a host that closes in another thread may be about to tell of it. */
struct LodgerWatched
{
  LodgerHostWatch host; /* first */
  LodgerCaller *caller;
  LodgerWatch *watch; /* NULL: it has ended */
  LodgerLink link;

  /* poller.c */
  LodgerLink polled;
  int fd;
  uint32_t events, revents;
  LodgerPolled state;
  unsigned place; /* in the array of the round */
  uint64_t round;
};

/* ---- watch.c ---- */

/* Owner, at work. 0, or a negative code: nothing is watched. */
int lodger__watch_begin (LodgerWatch *watch, int fd, uint32_t events);
/* Owner, at work: nothing is told afterwards, and nobody uses the descriptor. Nothing, if it has ended. */
void lodger__watch_end (LodgerWatch *watch);
/* Owner: the host tells of it. */
void lodger__watch_tell (LodgerWatched *watched, uint32_t revents);
/* Whoever ends the caller: the watches that have not ended. */
void lodger__watch_end_all (LodgerCaller *caller);
/* Owner, or whoever ends a caller that is not attached: the loop calls back no more. */
void lodger__watch_detach (LodgerCaller *caller);
/* With the caller's memory. */
void lodger__watch_clear (LodgerCaller *caller);

/* ---- poller.c: where the host watches nothing ---- */

/* Owner, at work. 0, or a negative code. */
int lodger__polls_add (LodgerWatched *watched, int fd, uint32_t events);
void lodger__polls_remove (LodgerWatched *watched);
/* Owner: some are ready. */
bool lodger__polls_is_ready (const LodgerCaller *caller);
/* Owner, at work, before it runs anything: tells of those that are ready. */
void lodger__polls_serve (LodgerCaller *caller);
/* Owner, at work: what was told of is looked at again. */
void lodger__polls_resume (LodgerCaller *caller);
/* The same, at the end of a slice. Without watches there is no thread any more. */
void lodger__polls_settle (LodgerCaller *caller);
/* Whoever ends the caller, with no watches left. */
void lodger__polls_close (LodgerCaller *caller);

#endif
