/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The one thread that looks at the callers from outside, and what it does: it watches for stalls, and dumps on a signal. */
#ifndef LODGER_DEBUG_PRIVATE_H
#define LODGER_DEBUG_PRIVATE_H

#include "base/port.h"
#include "parts.h"

#include <lodger/debug.h>

/* What the wing above knows of callers. */
typedef struct LodgerDebugOps
{
  /* All callers that have not stopped, each held, in an array to be freed; NULL with 0. */
  LodgerCaller **(*hold_all) (size_t *ret_count);
  char *(*describe) (LodgerCaller *caller); /* in one line, given */
} LodgerDebugOps;

/* ---- watch.c ---- */

/* A caller has been made. The first one begins a watch, if the environment asks for it. */
void lodger__debug_notice (const LodgerDebugOps *ops);
/* The same, later; NULL while there has been no caller in this process. */
const LodgerDebugOps *lodger__debug_ops (void);
void lodger__debug_release_all (LodgerCaller **callers, size_t count);

/* ---- stalls.c: one thread at a time ---- */

/* Looks at all callers as at that time, and logs what is new. The next look is due at the time that it returns. The waker
 * is woken by a thread that writes its stack down; NULL: no stacks. */
int64_t lodger__stalls_look (const LodgerStallOptions *limits, int64_t now, LodgerWaker *waker);
void lodger__stalls_forget (void);
/* The same in a forked child: the memory stays, since the parent's thread may have been changing it. */
void lodger__stalls_lose (void);

/* ---- dump.c ---- */

/* To the log, line by line. */
void lodger__dump_log (void);

#endif
