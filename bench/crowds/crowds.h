/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the files of lodger-crowds share: what one item costs, however many there are.
 *
 *   main.c          the command line, the rounds, the lines
 *   pendings.c      crowds that need no thread
 *   ends.c          crowds that are ended: promises, timers, scopes, windows
 *   threads.c       crowds of calls and of threads
 *   callers.c       crowds of callers
 *   operations.c    crowds of GIO
 *   structured.c    crowds of calls in a group, a queue, a limiter, with a context; of repeating calls
 */
#ifndef LODGER_CROWDS_H
#define LODGER_CROWDS_H

#include <lodger-glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Makes a crowd of `count`, ends it, and checks that each of them ended as it had to. The answer is the time of that part
 * which each of them has a share in. */
typedef int64_t CrowdRun (size_t count);

typedef struct Crowd
{
  const char *name;
  const char *what;
  CrowdRun *run;
  bool is_of_threads; /* there can be no more than some of them */
  bool waits;         /* it runs in a thread without a caller */
} Crowd;

extern const Crowd crowds[];
extern const size_t n_crowds;

extern CrowdRun crowd_callbacks, crowd_continuations, crowd_followers, crowd_steps, crowd_metadata, crowd_scope,
    crowd_delayed;
extern CrowdRun crowd_pendings, crowd_timers, crowd_scopes, crowd_windows;
extern CrowdRun crowd_deferred, crowd_given, crowd_pool, crowd_space, crowd_children, crowd_waiters;
extern CrowdRun crowd_callers, crowd_operations, crowd_offers, crowd_cancellable;
extern CrowdRun crowd_members, crowd_cancelled_members, crowd_queued, crowd_limited, crowd_cancelled_limited,
    crowd_contexts, crowd_repeats;

/* The caller of the main thread's context; NULL where a crowd waits. */
extern LodgerCaller *crowd_caller;

/* The processor's time that the process has used, in nanoseconds. */
int64_t crowd_now (void);
/* Ends the program with a line that names the crowd, unless both are equal. */
void crowd_expect (const char *what, size_t actual, size_t expected);
/* Iterates the main context until the number is there. */
void crowd_iterate_until (const size_t *number, size_t expected);
/* A destroy function that counts. */
void crowd_count (void *number);
/* An array of `count` pendings. */
LodgerPending **crowd_new (size_t count);

#endif
