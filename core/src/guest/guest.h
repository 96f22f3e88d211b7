/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A guest is a loop that a caller's thread serves beside its own. It is an item of the caller, at most once on its way. */
#ifndef LODGER_GUEST_PRIVATE_H
#define LODGER_GUEST_PRIVATE_H

#include "base/text.h"
#include "loop/watch.h"
#include "mailbox/item.h"

#include <lodger/backend.h>
#include <lodger/guest.h>

struct LodgerGuest
{
  LodgerItem item;      /* first */
  atomic_uint holds;    /* the memory: users, the caller's list, the item on its way */
  LodgerCaller *caller; /* held */
  const LodgerBackendOps *backend;
  const void *identity;
  LodgerSite site;
  uint64_t thread;     /* the serial of its own */
  atomic_bool is_sent; /* the item is on its way, or in the turn */
  atomic_bool is_over;
  atomic_bool is_left;     /* over, and its loop is not closed */
  atomic_bool is_unwanted; /* it is to end when its item comes */

  /* The owner's alone. */
  void *impl;
  LodgerLink link;
  LodgerWatch watch;
  int fd;           /* what is watched, or what cannot be watched; -1: nothing */
  bool lacks_watch; /* of `fd`, for want of memory or descriptors */
  bool has_run;     /* since it was last prepared */
  int64_t deadline; /* of the host's clock */
  unsigned depth;   /* what is between enter and leave; it does not end meanwhile */
  bool is_ending;   /* it ends as soon as that is left */
};

extern const LodgerTurnSource lodger__guest_source;
extern const LodgerStopParticipant lodger__guest_participant;

/* ---- guest.c ---- */

/* 0; LODGER_EINVAL for NULL; LODGER_ECHILD. Logs what is not 0. */
int lodger__guest_check (const LodgerGuest *guest, const char *function);
/* Owner, at work: the one of that identity, a new reference; or NULL. */
LodgerGuest *lodger__guest_find (const LodgerCaller *caller, const LodgerBackendOps *backend, const void *identity);
/* Owner, at work: another one, a new reference. NULL, and the code. */
LodgerGuest *lodger__guest_open (LodgerCaller *caller, const LodgerBackendOps *backend, const void *identity,
                                 const void *options, int *ret_code);
/* Owner, at work: it ends now, or as soon as nothing is inside. */
void lodger__guest_end (LodgerGuest *guest);
/* Owner, at work, last of all: also if something was inside, whose stack is gone. */
void lodger__guest_close (LodgerGuest *guest);
/* The same, of one that is to end: false: something is inside, or it is being prepared. */
bool lodger__guest_close_if_left (LodgerGuest *guest);
/* Any thread: it ends in its own thread, soon. */
void lodger__guest_dismiss (LodgerGuest *guest);
/* Any thread: a line for each. */
void lodger__guests_write (LodgerCaller *caller, LodgerText *text);
void lodger__guest_hold (LodgerGuest *guest);
void lodger__guest_release (LodgerGuest *guest);

/* ---- visit.c ---- */

extern const LodgerItemOps lodger__guest_item_ops;

/* Owner, at work: what follows runs inside; and no more. `frame` is told. */
void lodger__guest_enter (LodgerGuest *guest);
void lodger__guest_leave (LodgerGuest *guest);
/* Owner: the second half of the latter, where the caller may have been taken away in the meantime. */
void lodger__guest_leave_loop (LodgerGuest *guest);

/* ---- prepare.c ---- */

/* Owner, at work: its item is in the turn. */
void lodger__guest_become_due (LodgerGuest *guest);
/* Owner, at work: nothing is watched for it any more. */
void lodger__guest_watch_nothing (LodgerGuest *guest);

#endif
