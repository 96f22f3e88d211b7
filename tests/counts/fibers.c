/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Spawned calls: those that never wait, and what a wait takes. */
#include "rows.h"

static void
spawn_nothing (void)
{
  lodger_pending_disown (lodger_caller_spawn (loop.caller, call_nothing, NULL, NULL));
}

void
spawn_call (void)
{
  row_begin ();
  row_of_one (spawn_nothing);
  row_end ();
}

void
spawn_many (void)
{
  row_begin ();
  row_of_many (spawn_nothing);
  row_end ();
}

/* ---- in a spawned call ------------------------------------------------------------------------------------------- */

/* The waits of one kind are warmed up and counted in one spawned call. */
static void
waits (LodgerPending *self, void *data)
{
  void (*const *wait) (void) = data;
  (void) self;
  for (int i = 0; i < WARM * BATCH; i++)
    (*wait) ();
  for (int i = 0; i < TRIES; i++)
    {
      count_begin ();
      (*wait) ();
      count_end ();
      count_next ();
    }
}

static void
many_waits (LodgerPending *self, void *data)
{
  void (*const *wait) (void) = data;
  (void) self;
  for (int i = 0; i < STEADY * BATCH; i++)
    (*wait) ();
  count_begin_calls ();
  for (int i = 0; i < MANY; i++)
    (*wait) ();
  count_end ();
}

static void
spawn (LodgerCallFunc func, void (*wait) (void))
{
  row_begin ();
  lodger_pending_disown (lodger_caller_spawn (loop.caller, func, &wait, NULL));
  row_settle ();
  row_end ();
}

static void
yield (void)
{
  lodger_yield ();
}

void
fiber_yield (void)
{
  spawn (waits, yield);
}

static void
await_done (void)
{
  LodgerPending *pending = lodger_pending_new (LODGER_PENDING_DEFAULT);
  lodger_pending_return_int (pending, 1);
  lodger_await (pending, NULL);
}

void
fiber_await_done (void)
{
  spawn (waits, await_done);
}

static void
answer (LodgerPending *self, void *data)
{
  (void) self;
  lodger_pending_return_int (data, 1);
}

/* The call that answers comes while this one is off the thread. */
static void
await_answer (void)
{
  LodgerPending *pending = lodger_pending_new (LODGER_PENDING_DEFAULT);
  lodger_pending_disown (lodger_caller_call_soon (loop.caller, answer, pending, NULL));
  lodger_await (pending, NULL);
}

void
fiber_await (void)
{
  spawn (waits, await_answer);
}

void
fiber_many (void)
{
  spawn (many_waits, await_answer);
}
