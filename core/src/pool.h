/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The inside of a pool, shared by the room that hands out calls and the one that has the threads. */
#ifndef LODGER_POOL_H
#define LODGER_POOL_H

#include "caller-private.h"

/* Belongs to a root caller; its workers serve the whole tree. Calls wait in one list, first in, first out, until a worker
 * takes them. A worker without a call searches for a moment, and then sleeps on the list of the idle.
 *
 * Who is called when: while one searches (never two: they would only take the processor from those who work), or as many
 * are on their way as there are calls, nobody else is called; and whoever takes a call and leaves more behind calls the
 * next (an idle one, or a new thread). So a stream of short calls is served without a wake-up for each, and a burst of long ones
 * soon has all workers. Nothing is left lying: a search ends under the mutex with a last look, after which the worker
 * either has a call or is on the list of the idle; and a call is put in, and it is seen whether one searches, under the
 * same mutex. */
struct LodgerPool
{
  pthread_mutex_t mutex;
  LodgerItem *first, *last;
  atomic_uint queued;
  LodgerCaller *workers;
  LodgerCaller *idle; /* the most recently used first: its caches are warm */
  unsigned worker_count, idle_count, worker_max, made;
  unsigned thread_count; /* to be joined: a worker that could not start is none, but a thread still */
  uint64_t uses;
  unsigned called;  /* workers on their way: each will take a call, and call the next if more are left */
  bool is_searched; /* by one worker */
  bool closed;
};

/* What remains to be done, without the mutex, for calls that wait. */
typedef struct LodgerHelp
{
  LodgerCaller *worker; /* to be called, a reference */
  unsigned grows;       /* number of a new one */
} LodgerHelp;

/* Without the mutex: call that one. */
void lodger__pool_call_for_help (LodgerCaller *root, LodgerHelp help);
/* Under the mutex. */
LodgerHelp lodger__pool_find_help (LodgerCaller *root);
void lodger__pool_leave_place (LodgerPool *pool, LodgerCaller *worker);

#endif
