/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* In which thread a caller lives, and which callers live in a thread. */
#ifndef LODGER_OWNER_H
#define LODGER_OWNER_H

#include "parts.h"

#include <lodger/lifecycle.h>

/* Once it has a host: it may start in this thread; `at_end` is called when that thread ends. */
void lodger__owner_claim (LodgerCaller *caller, LodgerThread *thread, void (*at_end) (LodgerThread *thread));
/* The same, and it is one of the thread's callers from here on. */
void lodger__owner_enter (LodgerCaller *caller, LodgerThread *thread, void (*at_end) (LodgerThread *thread));
void lodger__owner_leave (LodgerCaller *caller);
/* 0: it is in no thread. */
uint64_t lodger__owner_serial (const LodgerCaller *caller);
/* The system's number of its thread, which may be gone. */
int lodger__owner_system_thread (const LodgerCaller *caller);
bool lodger__owner_is_in (const LodgerCaller *caller, const LodgerThread *thread);
/* In the thread of this call. */
bool lodger__owner_is_here (const LodgerCaller *caller);

/* Every loop of this thread is one that Lodger runs. */
bool lodger__thread_may_block (const LodgerThread *thread);
/* A new reference, or NULL. */
LodgerCaller *lodger__thread_first_caller (const LodgerThread *thread);
/* The same: one of that loop whose state is before `below`, also one that has not started. */
LodgerCaller *lodger__thread_find_caller (const LodgerThread *thread, const LodgerHostDriver *driver,
                                          const void *identity, LodgerCallerState below);
/* A caller of this thread has a host that runs that loop of that backend. */
bool lodger__thread_has_loop (const LodgerThread *thread, const char *backend, const void *identity);
/* The first, or one that has not started. */
LodgerCaller *lodger__thread_any_caller (const LodgerThread *thread);
/* Borrowed, this thread's own, or NULL. */
LodgerCaller *lodger__thread_own_caller (const LodgerThread *thread);

#endif
