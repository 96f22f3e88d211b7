/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Direct calls: the submission in another thread than the owner's, and the run in the owner's. */
#include "rows.h"

static void
warm_up (void)
{
  row_begin ();
  for (int i = 0; i < WARM; i++)
    {
      second_run (row_post_batch);
      row_settle ();
    }
}

/* The one before has made the owner's node be posted. */
void
post_awake (void)
{
  warm_up ();
  for (int i = 0; i < TRIES; i++)
    {
      second_run (row_post);
      second_run (row_post_counted);
      row_settle ();
      count_next ();
    }
  row_end ();
}

/* The host is told. */
void
post_idle (void)
{
  warm_up ();
  for (int i = 0; i < TRIES; i++)
    {
      second_run (row_post_counted);
      row_settle ();
      count_next ();
    }
  row_end ();
}

void
post_slice (void)
{
  warm_up ();
  for (int i = 0; i < TRIES; i++)
    {
      second_run (row_post);
      count_begin ();
      lodger_manual_iterate (loop.host, false);
      count_end ();
      count_next ();
    }
  row_end ();
}

/* ---- a batch ----------------------------------------------------------------------------------------------------- */

static void
stepped_batch (void)
{
  count_begin ();
  row_post_batch ();
  count_end ();
}

/* What comes with one in a few is here. */
void
post_batched (void)
{
  warm_up ();
  second_run (row_post);
  second_run (stepped_batch);
  count_begin ();
  lodger_manual_iterate (loop.host, false);
  count_end ();
  row_end ();
}

/* ---- many -------------------------------------------------------------------------------------------------------- */

static void
counted_batch (void)
{
  count_begin_calls ();
  row_post_batch ();
  count_end ();
}

void
post_many (void)
{
  row_begin ();
  for (int i = 0; i < STEADY; i++)
    {
      second_run (row_post_batch);
      row_settle ();
    }
  for (int i = 0; i < MANY / BATCH; i++)
    {
      second_run (counted_batch);
      count_begin_calls ();
      row_settle ();
      count_end ();
    }
  row_end ();
}

/* ---- in a worker ------------------------------------------------------------------------------------------------- */

void
post_asleep (void)
{
  LodgerCaller *worker = worker_start (NULL);
  int thread_id = worker_thread_id (worker);
  for (int i = 0; i < WARM * BATCH; i++)
    worker_run (worker, do_nothing, NULL);
  for (int i = 0; i < TRIES; i++)
    {
      proc_wait_asleep (thread_id);
      count_begin ();
      lodger_caller_call_direct (worker, do_nothing, NULL, NULL);
      count_end ();
      count_next ();
      worker_run (worker, do_nothing, NULL);
    }
  worker_stop (worker);
}

static void
queue_direct (LodgerCaller *worker, LodgerDirectFunc func)
{
  test_check (lodger_caller_call_direct (worker, func, NULL, NULL) == 0);
}

/* From the begin of one to the begin of the next, which is not the last one. */
void
post_run (void)
{
  LodgerCaller *worker = worker_start (NULL);
  for (int i = 0; i < WARM + TRIES; i++)
    {
      WorkerBlock *block = worker_block (worker);
      for (int j = 0; j < BATCH; j++)
        queue_direct (worker, do_nothing);
      if (i >= WARM)
        {
          queue_direct (worker, do_begin);
          queue_direct (worker, do_end);
          queue_direct (worker, do_nothing);
        }
      worker_unblock (block);
      worker_run (worker, do_nothing, NULL);
      if (i >= WARM)
        count_next ();
    }
  worker_stop (worker);
}
