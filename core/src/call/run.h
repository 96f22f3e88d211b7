/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The only file that runs the functions of calls, and what becomes of a call that has returned unfinished. */
#ifndef LODGER_RUN_PRIVATE_H
#define LODGER_RUN_PRIVATE_H

#include "parts.h"
#include "pending/carry.h"
#include "pending/pending.h"

/* ---- run.c ---- */

/* Owner: run a call's function, `done` being the pending that a continuation waited for. False when the call goes on
 * after that. */
bool lodger__run_call (LodgerCaller *caller, LodgerPending *pending, LodgerPending *done);
/* See to the end of a call that never runs: its data goes, and it is cancelled. */
void lodger__run_skip (LodgerPending *pending);
/* A call that its caller cannot run any more: it fails with the error of the start that failed, or is cancelled. */
void lodger__run_refuse (const LodgerCaller *caller, LodgerPending *pending);
/* Both, and lets go of its reference. */
void lodger__run_drop (const LodgerCaller *caller, LodgerPending *pending);

/* Owner: direct calls, one after the other, in one frame. */
typedef struct LodgerDirectRun
{
  LodgerFrame frame;
  LodgerThread *thread;
  LodgerCarried outer;
} LodgerDirectRun;

/* `site` is that of the first one. */
void lodger__run_direct_enter (LodgerDirectRun *run, LodgerCaller *caller, const LodgerSite *site);
void lodger__run_direct_leave (LodgerDirectRun *run);
/* For `blocked_on` of a call: its caller, until it has returned. */
void lodger__run_blocked_on (LodgerPending *pending, LodgerBlockedOn *ret_blocked);

/* ---- on-stack.c ---- */

/* Owner: it runs a call from here on; and no more. */
static inline void
lodger__on_stack_push (LodgerCaller *caller, LodgerItem *item)
{
  atomic_store_explicit (&item->next, caller->calls.on_stack, memory_order_relaxed);
  caller->calls.on_stack = item;
}

static inline void
lodger__on_stack_pop (LodgerCaller *caller)
{
  caller->calls.on_stack = atomic_load_explicit (&caller->calls.on_stack->next, memory_order_relaxed);
}

/* The owner's thread, which ends, with calls on its stack: each is settled. */
void lodger__on_stack_exit (LodgerCaller *caller);
/* For `exited` of a call: it is given up, and its data goes. */
void lodger__run_exited (LodgerCaller *caller, LodgerPending *pending);

/* ---- unfinished.c ---- */

/* Owner: it has returned, and is not done (locked then); or it is a spawned call that is about to wait. `is_ours`: the
 * caller was not taken away meanwhile. */
void lodger__unfinished_add (LodgerCaller *caller, LodgerPending *pending, bool is_ours);
/* Owner, off the thread: the latter has returned, or has ended its thread. */
void lodger__unfinished_forget (LodgerCaller *caller, LodgerPending *pending);
/* For `ended` of a call: its data goes, in the owner's thread. */
void lodger__unfinished_ended (LodgerPending *pending);

bool lodger__unfinished_is_empty (const LodgerCaller *caller);
/* Owner: calls of its own are delayed, wait to continue, or have returned and are not done. It comes to what is in its
 * inbox in any case. */
bool lodger__calls_are_to_come (const LodgerCaller *caller);

/* Owner, of a caller that stops. */
void lodger__unfinished_cancel (LodgerCaller *caller);
/* Whoever ends it: takes one off the list, as a new reference; or NULL. Whoever answers it after all frees its data. */
LodgerPending *lodger__unfinished_pop (LodgerCaller *caller);

/* ---- then.c ---- */

/* Owner, of a caller that stops: the next continuation that was accepted and is not on its way, or NULL. */
LodgerItem *lodger__thens_take (LodgerCaller *caller);
bool lodger__thens_has_next (const LodgerCaller *caller);
/* Any thread. */
bool lodger__thens_is_empty (const LodgerCaller *caller);
/* Any thread: the accepted continuations, and what they wait for, a line each. */
void lodger__thens_write (LodgerCaller *caller, LodgerText *text);

#endif
