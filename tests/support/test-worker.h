/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A worker caller for a test, on a thread of its own. */
#ifndef LODGER_TEST_WORKER_H
#define LODGER_TEST_WORKER_H

#include <lodger/lodger.h>

/* Starts a worker and waits until it runs. Without a backend it has the native loop. */
LodgerCaller *worker_start (const char *backend);
/* The same with other options. */
LodgerCaller *worker_start_full (const char *backend, const LodgerCallerOptions *options);
/* Runs func in the worker and waits until it has returned. */
void worker_run (LodgerCaller *caller, LodgerDirectFunc func, void *data);
/* The kernel's number of the worker's thread. */
int worker_thread_id (LodgerCaller *caller);
/* Stops the worker, waits for its end, and drops the reference. */
void worker_stop (LodgerCaller *caller);

/* Blocks this thread until the pending is done. */
#define wait_done(pending) wait_done_at (pending, __FILE__, __LINE__)
void wait_done_at (LodgerPending *pending, const char *file, int line);
/* Waits for the outcome, drops the reference, and returns the outcome. */
#define wait_outcome(pending) wait_outcome_at (pending, __FILE__, __LINE__)
int wait_outcome_at (LodgerPending *pending, const char *file, int line);

/* Blocks a worker inside a call. What is submitted until worker_unblock() is queued. */
typedef struct WorkerBlock WorkerBlock;
WorkerBlock *worker_block (LodgerCaller *caller);
void worker_unblock (WorkerBlock *hold);

#endif
