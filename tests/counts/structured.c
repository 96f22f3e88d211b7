/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls that belong to something: a group, a queue, a limiter, a scope; with a value; items of a channel. */
#include "rows.h"

static void
call_soon (void)
{
  lodger_pending_disown (lodger_caller_call_soon (loop.caller, call_nothing, NULL, NULL));
}

/* ---- a group ----------------------------------------------------------------------------------------------------- */

/* The loop's thread is in the group meanwhile. */
static void
in_group (void (*row) (void (*submit) (void)))
{
  LodgerGroup *group = lodger_group_new (NULL);
  row_begin ();
  test_check (lodger_group_enter (group) == 0);
  row (call_soon);
  lodger_pending_disown (lodger_group_close (group));
  lodger_group_unref (group);
  row_end ();
}

void
group_call (void)
{
  in_group (row_of_one);
}

void
group_many (void)
{
  in_group (row_of_many);
}

/* ---- a queue ----------------------------------------------------------------------------------------------------- */

static LodgerQueue *queue;

static void
queue_one (void)
{
  lodger_queue_call (queue, call_nothing, NULL, NULL);
}

static void
in_queue (void (*row) (void (*submit) (void)))
{
  row_begin ();
  queue = lodger_queue_new (loop.caller, NULL);
  row (queue_one);
  lodger_queue_unref (queue);
  row_end ();
}

void
queue_call (void)
{
  in_queue (row_of_one);
}

void
queue_many (void)
{
  in_queue (row_of_many);
}

/* ---- a limiter --------------------------------------------------------------------------------------------------- */

static LodgerLimiter *limiter;

static void
call_limited (void)
{
  lodger_pending_disown (
      lodger_caller_call_soon_full (loop.caller, call_nothing, NULL, NULL, LODGER_CALL_OPTIONS (.limiter = limiter)));
}

static void
in_limiter (void (*row) (void (*submit) (void)))
{
  row_begin ();
  limiter = lodger_limiter_new (LODGER_LIMITER_OPTIONS (.limit = 2 * BATCH));
  row (call_limited);
  lodger_limiter_unref (limiter);
  row_end ();
}

void
limiter_call (void)
{
  in_limiter (row_of_one);
}

void
limiter_many (void)
{
  in_limiter (row_of_many);
}

/* ---- a value, a scope -------------------------------------------------------------------------------------------- */

void
value_call (void)
{
  static const LodgerContextKey key = { "counts" };
  static int value;
  row_begin ();
  test_check (lodger_context_set (&key, &value, NULL) == 0);
  row_of_one (call_soon);
  row_end ();
}

static LodgerScope *scope;

static void
call_scoped (void)
{
  lodger_pending_disown (lodger_scope_call_soon (scope, loop.caller, call_nothing, NULL, NULL));
}

void
scope_call (void)
{
  row_begin ();
  scope = lodger_scope_new (NULL);
  row_of_one (call_scoped);
  lodger_scope_unref (scope);
  row_end ();
}

/* ---- a channel --------------------------------------------------------------------------------------------------- */

static LodgerChannel *channel;

static void
take_nothing (LodgerPending *self, void **items, size_t count, void *data)
{
  (void) self;
  (void) items;
  (void) count;
  (void) data;
}

static void
send_one (void)
{
  lodger_channel_send (channel, &channel);
}

static void
in_channel (void (*row) (void (*submit) (void)))
{
  row_begin ();
  channel = lodger_channel_new (NULL);
  lodger_pending_disown (lodger_channel_deliver (channel, loop.caller, take_nothing, NULL, NULL));
  row (send_one);
  lodger_channel_close (channel, NULL);
  lodger_channel_unref (channel);
  row_end ();
}

void
channel_send (void)
{
  in_channel (row_of_submission);
}

void
channel_many (void)
{
  in_channel (row_of_many);
}
