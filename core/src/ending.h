/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How a caller ends: in order, or left behind after its deadline; and the family whose ends go before. */
#ifndef LODGER_ENDING_H
#define LODGER_ENDING_H

#include "caller-private.h"

/* ---- stop.c: how it ends, in order ---- */

/* Owner: once nothing is left to be waited for, it ends. */
void lodger__caller_try_end (LodgerCaller *caller);
/* Owner, of a caller that stops: what has to be dropped and is in no inbox, one by one. */
LodgerItem *lodger__stop_next (LodgerCaller *caller);
bool lodger__stop_has_next (const LodgerCaller *caller);
/* Owner: the deadline has passed; and then the time after that. */
void lodger__stop_is_late (LodgerCaller *caller);
/* Any thread: from `stopping` on nothing is accepted. True when this call made it so; and what it was before. */
bool lodger__stop_refuse (LodgerCaller *caller, LodgerCallerState *ret_before);
/* Any thread: the owner may be blocked in its call, and would come to the stop only after that. */
void lodger__stop_cancel_running (LodgerCaller *caller);
/* Whoever ends it, each once: what is queued is to be dropped from now on; all that is left, and the end. */
void lodger__stop_begin (LodgerCaller *caller);
void lodger__stop_end (LodgerCaller *caller);
/* Once: its loop has nothing to do with it any more. */
void lodger__stop_detach (LodgerCaller *caller);
/* Whoever has taken it: ends it for all others. The owner gets out of its thread later. */
void lodger__stop_taken (LodgerCaller *caller);
/* Owner, of a caller that was taken, with none of its calls on the stack any more. */
void lodger__stop_come_back (LodgerCaller *caller);
extern const LodgerItemOps lodger__stop_ops;

/* ---- orphan.c: a loop or a thread that is gone ---- */

/* The thread, as its last act. */
void lodger__caller_thread_ends (LodgerCaller *caller);
/* The loop is gone. Any thread: ends it here, or in the owner's thread if that is at work just now. */
void lodger__caller_orphan (LodgerCaller *caller);
/* The owner is no more at work: end it if it was orphaned meanwhile. */
void lodger__caller_end_orphan (LodgerCaller *caller);

/* ---- abandon.c: what does not end in time ---- */

/* Settles it, and names it. */
void lodger__abandon_call (const LodgerCaller *caller, LodgerPending *pending);
/* Any thread, of a caller that stops: its deadline has passed. */
void lodger__abandon_late (LodgerCaller *caller);
/* The same, and the time after that has, too. False when it has to be tried again. */
bool lodger__abandon_at_last (LodgerCaller *caller);
extern const LodgerItemOps lodger__late_ops;

/* ---- watch.c ---- */

/* After a deadline comes this long for what is late to end by itself. */
#define LODGER_GRACE INT64_C (100000000)

/* Any thread, of a caller that stops: see to it at that time, unless it has ended by then. */
void lodger__watch_begin (LodgerCaller *caller, int64_t until);
void lodger__watch_end (LodgerCaller *caller);

/* ---- family.c ---- */

/* Any thread: starts the child's thread. LODGER_ESHUTDOWN, LODGER_EALREADY (it is to be the only one of its name and is
 * not), or as lodger__worker_start. */
int lodger__family_start (LodgerCaller *parent, LodgerCaller *child, bool is_only);
/* Any thread: tells all children to stop. */
void lodger__family_stop (LodgerCaller *parent);
/* Any thread: they are late. */
void lodger__family_late (LodgerCaller *parent);
/* The same, and the time after that has passed, too. */
void lodger__family_at_last (LodgerCaller *parent);
/* Any thread: their parent waits for them no more, so that their deadlines are their own. */
void lodger__family_watch (LodgerCaller *parent);
/* Any thread: nobody waits for it any more. */
void lodger__family_leave_behind (LodgerCaller *child);
/* The child's thread, as its very last act; the parent is a reference. */
void lodger__family_gone (LodgerCaller *parent, LodgerCaller *child);
/* A new reference, or NULL. */
LodgerCaller *lodger__family_find (LodgerCaller *parent, const char *name);
/* New references, for lodger_caller_list_free(). */
LodgerCaller **lodger__family_list (LodgerCaller *parent, size_t *ret_count);

#endif
