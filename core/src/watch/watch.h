/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A watch of a descriptor, and its runs. */
#ifndef LODGER_WATCH_PRIVATE_H
#define LODGER_WATCH_PRIVATE_H

#include "base/hash.h"
#include "loop/watch.h"
#include "pending/pending.h"

#include <lodger/watch.h>

typedef struct LodgerFdWatch
{
  atomic_uint holds; /* the memory: the data of its pending, runs, its item, the loop, a channel's item */
  atomic_uint uses;  /* the data: its pending, runs */
  uint16_t generation;
  LodgerCaller *caller;       /* held */
  LodgerWatchOptions options; /* with references */
  int fd;
  uint32_t events;
  LodgerWatchFunc func;
  void *data;
  LodgerDestroyFunc destroy;
  LodgerContext *context; /* of its runs; written before the first of them; a reference */

  LodgerHashLink by_fd;   /* of those that are not over, under the mutex of watch.c, as the next */
  LodgerPending *pending; /* NULL: it is just being submitted; a reference */

  /* Owner. */
  LodgerWatch loop;
  uint32_t revents; /* of the run */
  unsigned runs;    /* how many have been made */
  LodgerListener listener;
  LodgerItem item; /* to the owner: look what comes next */

  pthread_mutex_t mutex; /* all that follows */
  LodgerReply *reply;    /* of its pending; NULL: it has not begun, or is over */
  LodgerPending *run;    /* the one that is not done; a reference, or NULL */
  LodgerPending *last;   /* a run whose outcome is that of the watch; a reference, or NULL */
  int code;              /* why it fails; 0: it does not */
  bool is_over;          /* no other run comes */
  bool is_resting;       /* the loop does not watch: it is told of once what holds it up is over */
  bool is_held_up;       /* by an item in its channel */
  bool is_sent;          /* the item is on its way */
} LodgerFdWatch;

void lodger__fd_watch_hold (LodgerFdWatch *watch);
void lodger__fd_watch_release (LodgerFdWatch *watch);
/* Whoever holds it: its data is not needed any more. */
void lodger__fd_watch_end_use (LodgerFdWatch *watch);
/* No lock: another watch of the descriptor is welcome. */
void lodger__fd_watch_forget (LodgerFdWatch *watch);

/* ---- serve.c ---- */

/* Once it has its reply, and after each change: the owner looks what comes next. Any thread, no lock. */
void lodger__fd_watch_look (LodgerFdWatch *watch);
/* Any thread, no lock: no other run comes, and the one that is at work is cancelled. */
void lodger__fd_watch_cancel (LodgerFdWatch *watch, const char *message);
extern const LodgerItemOps lodger__fd_watch_ops;
/* For the loop. */
void lodger__fd_watch_ready (LodgerWatch *loop, uint32_t revents);
void lodger__fd_watch_forgotten (LodgerWatch *loop);

/* ---- run.c ---- */

/* Owner, under no lock: the run for `revents`, a reference; or NULL without memory. */
LodgerPending *lodger__fd_watch_new_run (LodgerFdWatch *watch);

extern const char lodger__watch_function[];

#endif
