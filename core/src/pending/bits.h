/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The bits of a pending's state. */
#ifndef LODGER_PENDING_BITS_H
#define LODGER_PENDING_BITS_H

enum
{
  P_DONE = 1 << 0,
  P_CANCELLED = 1 << 1,
  P_STARTED = 1 << 2,     /* its function has been entered */
  P_RETURNED = 1 << 3,    /* its function has returned */
  P_ANSWERED = 1 << 4,    /* an outcome is stored, or on its way from another pending */
  P_DEFERRED = 1 << 5,    /* a reply exists, or existed */
  P_FOLLOWS = 1 << 6,     /* the outcome comes from another pending */
  P_PROMISE = 1 << 7,     /* belongs to no call */
  P_PROTECTED = 1 << 8,   /* waiters that give up leave it alone */
  P_STATIC = 1 << 9,      /* shared, never freed */
  P_PUSHED = 1 << 10,     /* a continuation that is on its way to its caller */
  P_EMPTIED = 1 << 11,    /* its pointer was taken out */
  P_OWNED = 1 << 12,      /* a caller's own: users can neither answer nor cancel it */
  P_ABANDONED = 1 << 13,  /* a stop has given it up */
  P_DATA_HOME = 1 << 14,  /* its data is destroyed in the thread of a caller */
  P_SCOPED = 1 << 15,     /* it is bound to a scope */
  P_UNASSIGNED = 1 << 16, /* a pool's call that no worker has taken: `caller` is the pool's root */
  P_LEADS = 1 << 17,      /* others take its outcome */
  P_UNANSWERED = 1 << 18, /* given up after it had returned, since its reply was not answered */
  P_TOO_LATE = 1 << 19,   /* a cancel has come since it was done, and has changed nothing else */
  P_CARRIES = 1 << 20,    /* it has a context */
  P_TELLS = 1 << 21,      /* it has, or had, a late listener */
  P_TIMED_OUT = 1 << 22,  /* cancelled, since its time was over */
  P_TIMED = 1 << 23,      /* it has a time limit */
  P_STOPS = 1 << 24,      /* a stop tells it in a way of its own, instead of cancelling it */
  P_TOLD = 1 << 25,       /* a stop has done that */
  P_LISTENED = 1 << 26,   /* it has, or had, a listener */
  P_EXTRAS = 1 << 27,     /* it has, or had, an extra besides its context */
  P_LOCKED = 1 << 28,     /* somebody has the lock: lock.c */
  P_AWAITED = 1 << 29,    /* and somebody may be asleep until it is given back */
  P_VALUED = 1 << 30,     /* it has an outcome that is no answer */
};

#endif
