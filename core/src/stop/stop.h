/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How a caller ends: in order, or left behind after its deadline. The wings above take part by a table of operations, and
 * are known to none of these files. */
#ifndef LODGER_STOP_H
#define LODGER_STOP_H

#include "parts.h"
#include "pending/pending.h"

extern const LodgerTurnSource lodger__stop_source;

/* 0: the usual deadline. */
void lodger__stop_init (LodgerCaller *caller, const LodgerStopParticipant *const *participants, int64_t limit);

#define lodger__stop_each(caller, operation)                                                                           \
  for (const LodgerStopParticipant *const *at = (caller)->stop.participants; *at != NULL; at++)                        \
    if ((*at)->operation != NULL)                                                                                      \
  (*at)->operation (caller)

/* The same for an answer: `result` becomes true with the first one that says so. */
#define lodger__stop_any(result, caller, operation)                                                                    \
  for (const LodgerStopParticipant *const *at = (caller)->stop.participants; !(result) && *at != NULL; at++)           \
  (result) = (*at)->operation != NULL && (*at)->operation (caller)

/* ---- stop.c: the order ---- */

/* Any thread: from here on nothing is accepted. True when this call made it so; and its state before. */
bool lodger__stop_refuse (LodgerCaller *caller, LodgerCallerState *ret_before);
/* Any thread: the owner may be blocked in its call, and would come to the stop only after that. */
void lodger__stop_cancel_running (LodgerCaller *caller);
/* Whoever ends it, each once: what is queued is to be dropped from now on; all that is left, and the end. */
void lodger__stop_begin (LodgerCaller *caller);
void lodger__stop_end (LodgerCaller *caller);
/* Whoever has taken it: ends it for all others. The owner gets out of its thread later. */
void lodger__stop_taken (LodgerCaller *caller);
/* Any thread: others that held up its end have stopped. */
void lodger__stop_publish (LodgerCaller *caller);
/* Any thread, of a caller that has ended and is held up, at its deadline and from time to time after that. True: it has
 * stopped. */
bool lodger__stop_hurry (LodgerCaller *caller);
/* Owner, of a caller that was taken, with none of its calls on the stack any more. */
void lodger__stop_come_back (LodgerCaller *caller);
/* Owner: the deadline has passed; and then the grace. */
void lodger__stop_is_late (LodgerCaller *caller);
/* Any thread: let the owner know that. False: it is on its way to it. */
bool lodger__stop_post_late (LodgerCaller *caller);
/* Whoever ends it: settles what had returned unfinished. */
void lodger__stop_give_up_unfinished (LodgerCaller *caller);

/* ---- stop-wait.c: waiting for the end ---- */

/* The thread of a caller that Lodger drives, out of its loop. */
void lodger__stop_await (LodgerCaller *caller);

/* ---- loop-gone.c: a loop or a thread that is gone ---- */

/* Any thread: ends it here, or in the owner's thread if that is at work just now. */
void lodger__loop_gone (LodgerCaller *caller);
/* The owner is no more at work: ends it if its loop was gone meanwhile. */
void lodger__loop_gone_end (LodgerCaller *caller);
/* A thread that had callers, as its last act; and the same for one of them. */
void lodger__thread_ends (LodgerThread *thread);
void lodger__thread_ends_caller (LodgerCaller *caller);

/* ---- abandon.c: what does not end in time ---- */

/* Settles it, and names it. */
void lodger__abandon_call (const LodgerCaller *caller, LodgerPending *pending);
/* Any thread, of a caller that stops: its deadline has passed. */
void lodger__abandon_late (LodgerCaller *caller);
/* The same, and the grace has, too. False when it has to be tried again. */
bool lodger__abandon_at_last (LodgerCaller *caller);

/* ---- deadline.c: who watches it ---- */

/* After a deadline comes this long for what is late to end by itself. */
#define LODGER_GRACE INT64_C (100000000)

/* Any thread, of a caller that stops: see to it at that time, unless it has ended by then. */
void lodger__deadline_begin (LodgerCaller *caller, int64_t until);
/* The same, at its own deadline. */
void lodger__deadline_begin_own (LodgerCaller *caller);
void lodger__deadline_end (LodgerCaller *caller);

#endif
