/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Promises, calls with an outcome, continuations. */
#include "rows.h"

static void
one (void (*submit) (void))
{
  row_begin ();
  row_of_one (submit);
  row_end ();
}

static void
many (void (*submit) (void))
{
  row_begin ();
  row_of_many (submit);
  row_end ();
}

/* ---- promises ---------------------------------------------------------------------------------------------------- */

static LodgerPending *
answered (void)
{
  LodgerPending *pending = lodger_pending_new (LODGER_PENDING_DEFAULT);
  lodger_pending_return_int (pending, 1);
  return pending;
}

static void
answer (void)
{
  lodger_pending_unref (answered ());
}

void
promise (void)
{
  row_begin ();
  row_of_submission (answer);
  row_end ();
}

static void
then_nothing (LodgerPending *self, LodgerPending *done, void *data)
{
  (void) self;
  (void) done;
  (void) data;
}

static void
answer_then (void)
{
  LodgerPending *pending = lodger_pending_new (LODGER_PENDING_DEFAULT);
  lodger_pending_disown (lodger_pending_then (pending, loop.caller, then_nothing, NULL, NULL));
  lodger_pending_return_int (pending, 1);
  lodger_pending_unref (pending);
}

void
promise_then (void)
{
  one (answer_then);
}

void
then_many (void)
{
  many (answer_then);
}

static int
note_nothing (LodgerPending *done, void *data)
{
  (void) done;
  (void) data;
  return 0;
}

static void
answer_told (void)
{
  LodgerPending *pending = lodger_pending_new (LODGER_PENDING_DEFAULT);
  lodger_pending_add_done_callback (pending, note_nothing, NULL, NULL);
  lodger_pending_return_int (pending, 1);
  lodger_pending_unref (pending);
}

void
promise_callback (void)
{
  row_begin ();
  row_of_submission (answer_told);
  row_end ();
}

/* ---- calls with an outcome --------------------------------------------------------------------------------------- */

static void
call_soon (void)
{
  lodger_pending_disown (lodger_caller_call_soon (loop.caller, call_nothing, NULL, NULL));
}

void
soon (void)
{
  one (call_soon);
}

void
soon_many (void)
{
  many (call_soon);
}

static void
call_batch (void)
{
  for (int i = 0; i < BATCH; i++)
    call_soon ();
}

static void
counted_call (void)
{
  count_begin ();
  call_soon ();
  count_end ();
}

/* The submission in another thread. */
void
soon_elsewhere (void)
{
  row_begin ();
  for (int i = 0; i < WARM; i++)
    {
      second_run (call_batch);
      row_settle ();
    }
  for (int i = 0; i < TRIES; i++)
    {
      second_run (call_soon);
      second_run (counted_call);
      row_settle ();
      count_next ();
    }
  row_end ();
}

static void
call_cancelled (void)
{
  LodgerPending *call = lodger_caller_call_soon (loop.caller, call_nothing, NULL, NULL);
  lodger_pending_cancel (call, NULL);
  lodger_pending_unref (call);
}

void
soon_cancelled (void)
{
  one (call_cancelled);
}
