/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rows.h"

Loop loop;
LodgerCaller *row_caller;
unsigned n_back;

/* ---- the second thread ------------------------------------------------------------------------------------------- */

static struct
{
  Counter given, done;
  void (*func) (void);
} second;

static void *
serve (void *data)
{
  for (long i = 1;; i++)
    {
      counter_wait (&second.given, i);
      second.func ();
      counter_add (&second.done, 1);
    }
  return data;
}

void
second_begin (void)
{
  counter_init (&second.given);
  counter_init (&second.done);
  thread_start (serve, NULL);
}

void
second_give (void (*func) (void))
{
  second.func = func;
  counter_add (&second.given, 1);
}

void
second_wait (void)
{
  counter_wait (&second.done, counter_get (&second.given));
}

void
second_run (void (*func) (void))
{
  second_give (func);
  second_wait ();
}

/* ---- functions of calls ------------------------------------------------------------------------------------------ */

void
do_nothing (void *data)
{
  (void) data;
}

void
call_nothing (LodgerPending *self, void *data)
{
  (void) self;
  (void) data;
}

void
do_begin (void *data)
{
  (void) data;
  count_begin ();
}

void
do_begin_less (void *data)
{
  (void) data;
  count_begin_less ();
}

void
do_end (void *data)
{
  (void) data;
  count_end ();
}

void
call_begin (LodgerPending *self, void *data)
{
  (void) self;
  do_begin (data);
}

void
call_begin_less (LodgerPending *self, void *data)
{
  (void) self;
  do_begin_less (data);
}

void
call_end (LodgerPending *self, void *data)
{
  (void) self;
  do_end (data);
}

/* ---- a row ------------------------------------------------------------------------------------------------------- */

void
row_begin (void)
{
  second_begin ();
  loop = loop_open_full (LODGER_MANUAL_DEFAULT, LODGER_CALLER_OPTIONS (.max_workers = 1));
  row_caller = loop.caller;
}

void
row_settle (void)
{
  loop_run (&loop);
}

void
row_end (void)
{
  loop_close (&loop);
}

static void
submit_batch (void (*submit) (void))
{
  for (int i = 0; i < BATCH; i++)
    submit ();
  row_settle ();
}

static void
warm_up (void (*submit) (void))
{
  for (int i = 0; i < WARM; i++)
    submit_batch (submit);
}

static void
call_direct (LodgerDirectFunc func)
{
  test_check (lodger_caller_call_direct (loop.caller, func, NULL, NULL) == 0);
}

/* The first direct call wakes the owner. */
void
row_of_submission (void (*submit) (void))
{
  warm_up (submit);
  for (int i = 0; i < TRIES; i++)
    {
      call_direct (do_nothing);
      count_begin ();
      submit ();
      count_end ();
      row_settle ();
      count_next ();
    }
}

/* What lies between two direct calls is taken away. There is always a next call: the last one costs more. */
void
row_of_one (void (*submit) (void))
{
  warm_up (submit);
  for (int i = 0; i < TRIES; i++)
    {
      call_direct (do_begin_less);
      call_direct (do_end);
      call_direct (do_nothing);
      row_settle ();
      call_direct (do_begin);
      count_begin ();
      submit ();
      count_end ();
      call_direct (do_end);
      call_direct (do_nothing);
      row_settle ();
      count_next ();
    }
}

void
row_of_many (void (*submit) (void))
{
  for (int i = 0; i < STEADY; i++)
    submit_batch (submit);
  count_begin_calls ();
  for (int i = 0; i < MANY / BATCH; i++)
    submit_batch (submit);
  count_end ();
}

/* ---- what several rows submit ------------------------------------------------------------------------------------ */

void
row_post (void)
{
  test_check (lodger_caller_call_direct (row_caller, do_nothing, NULL, NULL) == 0);
}

void
row_post_batch (void)
{
  for (int i = 0; i < BATCH; i++)
    row_post ();
}

void
row_post_counted (void)
{
  count_begin ();
  lodger_caller_call_direct (row_caller, do_nothing, NULL, NULL);
  count_end ();
}

static void
arrive (LodgerPending *self, LodgerPending *done, void *data)
{
  (void) self;
  (void) done;
  (void) data;
  n_back++;
}

void
row_trip (LodgerCaller *caller)
{
  LodgerPending *call = lodger_caller_to_thread (caller, call_nothing, NULL, NULL);
  lodger_pending_disown (lodger_pending_then (call, caller, arrive, NULL, NULL));
  lodger_pending_unref (call);
}
