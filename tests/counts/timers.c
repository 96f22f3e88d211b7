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
call_later (void)
{
  lodger_pending_disown (lodger_caller_call_later (loop.caller, DELAY, call_nothing, NULL, NULL));
}

static void
fire (unsigned count)
{
  for (unsigned i = 0; i < count; i++)
    call_later ();
  lodger_manual_advance (loop.host, DELAY);
  row_settle ();
}

/* The loop has nothing else to do: what it takes to come round is part of it. */
void
timer_fires (void)
{
  row_begin ();
  for (int i = 0; i < WARM; i++)
    fire (BATCH);
  for (int i = 0; i < TRIES; i++)
    {
      fire (1);
      count_begin ();
      fire (1);
      count_end ();
      count_next ();
    }
  row_end ();
}

void
timer_many (void)
{
  row_begin ();
  for (int i = 0; i < STEADY; i++)
    fire (BATCH);
  count_begin_calls ();
  for (int i = 0; i < MANY / BATCH; i++)
    fire (BATCH);
  count_end ();
  row_end ();
}
