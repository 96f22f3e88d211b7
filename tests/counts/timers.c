/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Delayed calls. */
#include "rows.h"

enum
{
  DELAY = 1000000
};

static void
call_and_cancel (void)
{
  LodgerPending *call = lodger_caller_call_later (loop.caller, DELAY, call_nothing, NULL, NULL);
  lodger_pending_cancel (call, NULL);
  lodger_pending_unref (call);
}

void
timer_cancelled (void)
{
  row_begin ();
  row_of_one (call_and_cancel);
  row_end ();
}

static void
call_later (LodgerCallFunc func)
{
  lodger_pending_disown (lodger_caller_call_later (loop.caller, DELAY, func, NULL, NULL));
}

static void
come_round (void)
{
  lodger_manual_advance (loop.host, DELAY);
  row_settle ();
}

static void
run_batch (void)
{
  for (int i = 0; i < BATCH; i++)
    call_later (call_nothing);
  come_round ();
}

/* The submission, and the run; what lies between two delayed calls is taken away. */
void
timer_fires (void)
{
  row_begin ();
  for (int i = 0; i < WARM; i++)
    run_batch ();
  for (int i = 0; i < TRIES; i++)
    {
      call_later (call_begin_less);
      call_later (call_end);
      call_later (call_nothing);
      come_round ();
      call_later (call_begin);
      count_begin ();
      call_later (call_nothing);
      count_end ();
      call_later (call_end);
      call_later (call_nothing);
      come_round ();
      count_next ();
    }
  row_end ();
}

void
timer_many (void)
{
  row_begin ();
  for (int i = 0; i < STEADY; i++)
    run_batch ();
  count_begin_calls ();
  for (int i = 0; i < MANY / BATCH; i++)
    run_batch ();
  count_end ();
  row_end ();
}
