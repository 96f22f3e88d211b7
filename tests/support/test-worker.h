/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A worker caller for a test, on a thread of its own. */
#ifndef LODGER_TEST_WORKER_H
#define LODGER_TEST_WORKER_H

#include <lodger/lodger.h>

/* Starts one and waits until it runs. NULL is the native loop. */
LodgerCaller *worker_start (const char *backend);
/* The same with other options. */
LodgerCaller *worker_start_full (const char *backend, const LodgerCallerOptions *options);
/* Runs func there and waits until it has returned. */
void worker_run (LodgerCaller *caller, LodgerDirectFunc func, void *data);
/* The kernel's number of its thread. */
int worker_thread_id (LodgerCaller *caller);
/* Stops it, waits until that is over, and drops the reference. */
void worker_stop (LodgerCaller *caller);

/* Blocks this thread until it is done. */
#define wait_done(pending) wait_done_at (pending, __FILE__, __LINE__)
void wait_done_at (LodgerPending *pending, const char *file, int line);
/* The outcome, after which the reference is dropped. */
#define wait_outcome(pending) wait_outcome_at (pending, __FILE__, __LINE__)
int wait_outcome_at (LodgerPending *pending, const char *file, int line);

/* A worker that is held inside a call until it is let go: what is submitted meanwhile queues. */
typedef struct WorkerHold WorkerHold;
WorkerHold *worker_hold (LodgerCaller *caller);
void worker_let_go (WorkerHold *hold);

#endif
