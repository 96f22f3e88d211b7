/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls in a pool of one worker: the submission, the run, and the whole way there and back. */
#define _GNU_SOURCE
#include "rows.h"

#include <stdatomic.h>
#include <unistd.h>

static atomic_int worker_thread;

static void
note_thread (LodgerPending *self, void *data)
{
  (void) self;
  (void) data;
  atomic_store (&worker_thread, (int) gettid ());
}

static void
to_thread (LodgerCallFunc func, void *data)
{
  lodger_pending_disown (lodger_caller_to_thread (loop.caller, func, data, NULL));
}

static void
wait_for (LodgerCallFunc func)
{
  LodgerPending *call = lodger_caller_to_thread (loop.caller, func, NULL, NULL);
  loop_run_until_done (&loop, call);
  lodger_pending_unref (call);
}

/* ---- a worker that is held --------------------------------------------------------------------------------------- */

static Latch held, let_go;

static void
hold (LodgerPending *self, void *data)
{
  (void) self;
  (void) data;
  latch_open (&held);
  latch_wait (&let_go);
}

static void
hold_worker (void)
{
  latch_init (&held);
  latch_init (&let_go);
  to_thread (hold, NULL);
  latch_wait (&held);
}

static void
let_worker_go (void)
{
  latch_open (&let_go);
  wait_for (call_nothing);
}

static void
begin (void)
{
  row_begin ();
  for (int i = 0; i < WARM; i++)
    {
      hold_worker ();
      for (int j = 0; j < BATCH; j++)
        to_thread (call_nothing, NULL);
      let_worker_go ();
      row_settle ();
    }
  wait_for (note_thread);
}

void
pool_submit (void)
{
  begin ();
  for (int i = 0; i < TRIES; i++)
    {
      hold_worker ();
      to_thread (call_nothing, NULL);
      count_begin ();
      to_thread (call_nothing, NULL);
      count_end ();
      count_next ();
      let_worker_go ();
    }
  row_end ();
}

void
pool_submit_asleep (void)
{
  begin ();
  for (int i = 0; i < TRIES; i++)
    {
      proc_wait_asleep (atomic_load (&worker_thread));
      count_begin ();
      to_thread (call_nothing, NULL);
      count_end ();
      count_next ();
      wait_for (call_nothing);
    }
  row_end ();
}

/* ---- the worker's part ------------------------------------------------------------------------------------------- */

static Latch over;

static void
end_work (LodgerPending *self, void *data)
{
  call_end (self, data);
  latch_open (&over);
}

/* What lies between two calls, and not between two that follow each other. The loop's thread is awake, but looks at
 * nothing. */
static void
count_run_of (void (*submit) (void))
{
  begin ();
  for (int i = 0; i < TRIES; i++)
    {
      hold_worker ();
      latch_init (&over);
      to_thread (call_begin_less, NULL);
      to_thread (call_end, NULL);
      to_thread (call_begin, NULL);
      submit ();
      to_thread (end_work, NULL);
      to_thread (call_nothing, NULL);
      test_check (lodger_caller_call_direct (loop.caller, do_nothing, NULL, NULL) == 0);
      latch_open (&let_go);
      latch_wait (&over);
      row_settle ();
      count_next ();
    }
  row_end ();
}

static void
work (void)
{
  to_thread (call_nothing, NULL);
}

void
pool_run (void)
{
  count_run_of (work);
}

/* ---- there and back ---------------------------------------------------------------------------------------------- */

static void
work_and_come_back (void)
{
  row_trip (loop.caller);
}

void
pool_then (void)
{
  count_run_of (work_and_come_back);
}

static void
make_trips (unsigned count)
{
  for (unsigned i = 0; i < count; i++)
    {
      unsigned before = n_back;
      work_and_come_back ();
      while (n_back == before)
        lodger_manual_iterate (loop.host, true);
    }
}

/* All threads, which sleep or not as it comes. */
void
pool_trips (void)
{
  loop = loop_open_full (LODGER_MANUAL_REAL, LODGER_CALLER_OPTIONS (.max_workers = 1));
  make_trips (TRIPS);
  count_begin_all_calls ();
  make_trips (TRIPS);
  count_end ();
  loop_close (&loop);
}

static void
work_batch (unsigned count)
{
  n_back = 0;
  for (unsigned i = 0; i < count; i++)
    work_and_come_back ();
  while (n_back < count)
    lodger_manual_iterate (loop.host, true);
}

void
pool_many (void)
{
  loop = loop_open_full (LODGER_MANUAL_REAL, LODGER_CALLER_OPTIONS (.max_workers = 1));
  for (int i = 0; i < STEADY; i++)
    work_batch (BATCH);
  count_begin_all_calls ();
  for (int i = 0; i < MANY / BATCH; i++)
    work_batch (BATCH);
  count_end ();
  loop_close (&loop);
}
