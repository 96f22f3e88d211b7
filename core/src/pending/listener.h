/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who is told when a pending is done: listeners.c. */
#ifndef LODGER_LISTENER_H
#define LODGER_LISTENER_H

#include <lodger/pending.h>
#include <stdbool.h>

/* Told when a pending is done, by a thread that runs no user code meanwhile, unless it says so. */
typedef struct LodgerListener LodgerListener;
typedef struct LodgerListenerOps
{
  void (*notify) (LodgerListener *listener, LodgerPending *done);
  void (*discard) (LodgerListener *listener); /* the pending goes without ever being done; NULL: nothing to do */
  /* Instead of notify, with the pending locked: it puts something into a caller's inbox, and gives that caller, as a hold,
   * if its owner has to be called back. */
  LodgerCaller *(*push) (LodgerListener *listener);
  bool locked;  /* notify is called with the pending locked: it only signals */
  bool follows; /* it is a follower's: follow.c, instead of notify */
  bool is_late; /* notify may run user code: it is told after all others */
} LodgerListenerOps;

struct LodgerListener
{
  LodgerListener *prev, *next; /* circular; NULL: it is on none */
  const LodgerListenerOps *ops;
};

#define LODGER_LISTENER_OPS(name_, notify_, discard_, locked_)                                                         \
  static const LodgerListenerOps name_ = { .notify = (notify_), .discard = (discard_), .locked = (locked_) }
/* Its `notify` comes after all others, and may run user code. */
#define LODGER_LATE_LISTENER_OPS(name_, notify_)                                                                       \
  static const LodgerListenerOps name_ = { .notify = (notify_), .is_late = true }
/* It pushes, and is told nothing else. */
#define LODGER_PUSHING_LISTENER_OPS(name_, push_) static const LodgerListenerOps name_ = { .push = (push_) }

static inline LodgerListener
lodger__listener (const LodgerListenerOps *ops)
{
  return (LodgerListener) { .ops = ops };
}

/* Adds a listener, or says that it is done already. */
bool lodger__pending_listen (LodgerPending *pending, LodgerListener *listener);
/* Not shared yet, or locked and not done. */
void lodger__pending_add_listener (LodgerPending *pending, LodgerListener *listener);
/* The same, before all that were added. */
void lodger__pending_add_first_listener (LodgerPending *pending, LodgerListener *listener);
/* Takes a listener back; false when it was or is being told. */
bool lodger__pending_unlisten (LodgerPending *pending, LodgerListener *listener);
/* It goes without ever being done. */
void lodger__pending_discard_listeners (LodgerPending *pending);
/* Locked: the oldest, taken out; or NULL. */
LodgerListener *lodger__pending_pop_listener (LodgerPending *pending);

#endif
