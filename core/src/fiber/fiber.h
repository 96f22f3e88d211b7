/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A fiber is a spawned call: it runs on a stack of its own, and gives its thread back while it waits. It runs in its
 * caller's thread only. */
#ifndef LODGER_FIBER_PRIVATE_H
#define LODGER_FIBER_PRIVATE_H

#include "parts.h"
#include "pending/pending.h"

/* What the wing above does with a call, on the call's stack. */
typedef struct LodgerFiberOps
{
  /* The whole call. True: it is done; false: it goes on after its return. */
  bool (*run) (LodgerCaller *caller, LodgerPending *pending);
  /* Before it waits for the first time: what it needs for that. False without memory. */
  bool (*prepare) (LodgerCaller *caller, LodgerPending *pending);
  /* Its frame leaves the thread; false: it must not, since the caller has ended or was taken away. And it comes
   * back. */
  bool (*pause) (LodgerFrame *frame);
  void (*go_on) (LodgerFrame *frame);
} LodgerFiberOps;

/* Owner: begins the call on a stack of the size that the pending says. 0, and whether the call is done by now; or
 * LODGER_ENOMEM: there is no stack, and nothing has happened. */
int lodger__fiber_run (LodgerCaller *caller, LodgerPending *pending, const LodgerFiberOps *ops, bool *ret_is_done);

/* In `run`: the call's frame is on its thread. */
void lodger__fiber_entered (LodgerThread *thread, LodgerFrame *frame);
/* In `run`: the call's function has returned. From here on its thread counts as on its own stack. True: it has
 * waited. */
bool lodger__fiber_returned (LodgerThread *thread);

/* The call has ended its thread instead. True: it had waited. */
bool lodger__fiber_exited (LodgerPending *pending);

/* The thread's strand is a fiber: 0: it may wait here; or a code and the reason why not. */
int lodger__fiber_refusal (LodgerThread *thread, const char **ret_reason);
/* That of one that may wait, and of no other, and of no thread. */
uint64_t lodger__fiber_serial (const LodgerFiber *fiber);
/* The time that its deadlines are in. */
int64_t lodger__fiber_now (const LodgerFiber *fiber);
/* One that may wait: goes on in a later turn. LODGER_ECANCELED: its caller has ended. */
int lodger__fiber_yield (LodgerFiber *fiber);

/* Any thread: the fibers of a caller that wait, and what for; a line or two each. */
void lodger__fibers_write (LodgerCaller *caller, LodgerText *text);

/* guard.c: what adapters say against a wait. The states are those of one fiber. */
enum
{
  LODGER_AWAIT_GUARDS_MOST = 4
};
typedef struct LodgerGuarded
{
  uintptr_t states[LODGER_AWAIT_GUARDS_MOST][2];
  unsigned count; /* of those that have noted something */
} LodgerGuarded;
void lodger__guards_note (LodgerGuarded *guarded);
const char *lodger__guards_refusal (LodgerGuarded *guarded);

#endif
