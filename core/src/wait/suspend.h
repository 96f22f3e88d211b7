/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a thread stops, or a fiber leaves its thread, until something has happened: for a pending, for several, for
 * room, for a time. There is no other place in which a call suspends. */
#ifndef LODGER_SUSPEND_H
#define LODGER_SUSPEND_H

#include "wait/graph.h"

/* Asked in the thread that waits: 0, or another code that ends the wait; LODGER_EBUSY: not yet. */
typedef int (*LodgerLookFunc) (LodgerWait *wait);

/* Why this thread may not wait, with the reason; 0: it may: it blocks, or its fiber suspends. */
int lodger__suspend_check (LodgerThread *thread, const char **ret_reason);
/* The same, logged in the name of the function. */
int lodger__suspend_refusal (LodgerThread *thread, const char *function);
/* Whose cancel ends the wait: this thread's call and what it is in, up to a shield. Before lodger__wait_begin(). */
void lodger__suspend_listen (LodgerWait *wait, const LodgerThread *thread);
/* After lodger__wait_begin(): sleeps until the look has an answer, which it gives; or LODGER_ETIMEDOUT,
 * LODGER_ECANCELED, LODGER_EDEADLK. Whoever changes what is looked at signals the parker of the wait afterwards. */
int lodger__suspend (LodgerWait *wait, LodgerLookFunc look, int64_t deadline);
/* After lodger__suspend() with that code: the cancel of a spawned call beats what has come since it was suspended. */
bool lodger__suspend_is_too_late (const LodgerThread *thread, int code);
/* A deadline from now, in the time of this thread's waits. */
int64_t lodger__suspend_until (int64_t timeout);

#endif
