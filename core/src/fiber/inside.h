/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* For the files of this folder. */
#ifndef LODGER_FIBER_INSIDE_H
#define LODGER_FIBER_INSIDE_H

#include "fiber/fiber.h"
#include "loop/turn.h"
#include "pending/carry.h"
#include "pending/extras.h"
#include "stack/stack.h"

/* Where it is: fiber.c. */
enum
{
  RUNNING,
  PARKED,
  SIGNALLED
};

/* It lies at the top of its own stack. */
struct LodgerFiber
{
  LodgerParker parker; /* first */
  atomic_int state;
  bool is_done;       /* the answer of `run` */
  bool has_timed_out; /* its timer has resumed it */
  bool has_timer;     /* its item is in the heap, or on its way */
  bool has_waited;    /* it is listed, and its extra is there */
  LodgerItem resume;  /* in the inbox, or nowhere */
  LodgerItem timeout; /* in the heap by `timer`, or nowhere */
  LodgerTimer timer;
  LodgerTimers *timers; /* whose heap that is */
  const LodgerFiberOps *ops;
  LodgerStack *stack;
  LodgerCaller *caller;
  LodgerPending *pending;
  LodgerFrame *frame;   /* NULL: its call has not begun, or has returned */
  LodgerCarried own;    /* what is current in it, while it is parked */
  LodgerCarried around; /* what was current where it was resumed */
  uint64_t serial;
  LodgerExtra extra; /* of its pending: says whom a wait for it hangs on */
  LodgerLink listed; /* among the caller's, under the caller's mutex */
  LodgerGuarded guarded;
};

/* Owner: its pending and its caller know it no more, which had waited. */
void lodger__fiber_forget (LodgerFiber *fiber);

#endif
