/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define _GNU_SOURCE
#include "test-worker.h"

#include "test-latch.h"
#include "test-limits.h"
#include "test-recorder.h"

#include <stdlib.h>

LodgerCaller *
worker_start_full (const char *backend, const LodgerCallerOptions *options)
{
  LodgerCallerOptions own = *options;
  LodgerError *error = NULL;
  LodgerCaller *caller;
  own.backend = backend;
  caller = lodger_caller_open (LODGER_CALLER_NEW_THREAD, &own, &error);
  if (caller == NULL)
    test_fail ("no worker: %s", lodger_error_get_message (error));
  wait_done (lodger_caller_get_started (caller));
  if (lodger_pending_get_outcome (lodger_caller_get_started (caller)) != 0)
    test_fail ("the worker did not start: %s",
               lodger_error_get_message (lodger_pending_get_error (lodger_caller_get_started (caller))));
  return caller;
}

LodgerCaller *
worker_start (const char *backend)
{
  const LodgerCallerOptions options = { .size = sizeof options };
  return worker_start_full (backend, &options);
}

typedef struct Run
{
  LodgerDirectFunc func;
  void *data;
  Latch over;
} Run;

static void
run_call (void *data)
{
  Run *run = data;
  run->func (run->data);
  latch_open (&run->over);
}

void
worker_run (LodgerCaller *caller, LodgerDirectFunc func, void *data)
{
  Run run = { .func = func, .data = data };
  latch_init (&run.over);
  test_check (lodger_caller_call_direct (caller, run_call, &run, NULL) == 0);
  latch_wait (&run.over);
  latch_clear (&run.over);
}

static void
note_thread_id (void *data)
{
  *(int *) data = test_thread_id ();
}

int
worker_thread_id (LodgerCaller *caller)
{
  int thread_id = 0;
  worker_run (caller, note_thread_id, &thread_id);
  return thread_id;
}

void
worker_stop (LodgerCaller *caller)
{
  lodger_caller_stop (caller, true);
  wait_done (lodger_caller_get_stopped (caller));
  lodger_caller_unref (caller);
}

static int
open_latch (LodgerPending *done, void *data)
{
  (void) done;
  latch_open (data);
  return 0;
}

/* A thread with a loop of its own may not call lodger_pending_wait(). */
void
wait_done_at (LodgerPending *pending, const char *file, int line)
{
  Latch done;
  latch_init (&done);
  test_check (lodger_pending_add_done_callback (pending, open_latch, &done, NULL) == 0);
  counter_wait_at (&done.opened, 1, file, line);
  latch_clear (&done);
}

int
wait_outcome_at (LodgerPending *pending, const char *file, int line)
{
  int outcome;
  wait_done_at (pending, file, line);
  outcome = lodger_pending_get_outcome (pending);
  lodger_pending_unref (pending);
  return outcome;
}

struct WorkerBlock
{
  Latch entered;
  Latch let_go;
  Latch left;
};

static void
block_call (void *data)
{
  WorkerBlock *block = data;
  latch_open (&block->entered);
  latch_wait (&block->let_go);
  latch_open (&block->left);
}

WorkerBlock *
worker_block (LodgerCaller *caller)
{
  WorkerBlock *block = malloc (sizeof *block);
  test_check (block != NULL);
  latch_init (&block->entered);
  latch_init (&block->let_go);
  latch_init (&block->left);
  test_check (lodger_caller_call_direct (caller, block_call, block, NULL) == 0);
  latch_wait (&block->entered);
  return block;
}

void
worker_unblock (WorkerBlock *block)
{
  latch_open (&block->let_go);
  latch_wait (&block->left);
  latch_clear (&block->entered);
  latch_clear (&block->let_go);
  latch_clear (&block->left);
  free (block);
}
