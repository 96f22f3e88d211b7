/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "crowds.h"

#include <stdio.h>

/* ---- done-callbacks ----------------------------------------------------------------------------------------------- */

static int
do_nothing (LodgerPending *done, void *data)
{
  (void) done;
  (void) data;
  return 0;
}

int64_t
crowd_callbacks (size_t count)
{
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  char *keys = g_malloc (count);
  size_t removed = 0;
  int64_t start = crowd_now ();
  for (size_t i = 0; i < count; i++)
    lodger_pending_add_done_callback (promise, do_nothing, &keys[i], NULL);
  for (size_t i = count; i > 0; i--)
    removed += lodger_pending_remove_done_callback (promise, do_nothing, &keys[i - 1]);
  start = crowd_now () - start;
  crowd_expect ("removed callbacks", removed, count);
  lodger_pending_unref (promise);
  g_free (keys);
  return start;
}

/* ---- continuations ------------------------------------------------------------------------------------------------ */

static void
continued (LodgerPending *self, LodgerPending *done, void *data)
{
  (void) self;
  (void) done;
  (void) data;
}

int64_t
crowd_continuations (size_t count)
{
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT), **thens = crowd_new (count);
  size_t destroyed = 0;
  int64_t start = crowd_now ();
  for (size_t i = 0; i < count; i++)
    thens[i] = lodger_pending_then (promise, crowd_caller, continued, &destroyed, crowd_count);
  for (size_t i = count; i > 0; i--)
    {
      lodger_pending_cancel (thens[i - 1], NULL);
      lodger_pending_unref (thens[i - 1]);
    }
  crowd_iterate_until (&destroyed, count);
  start = crowd_now () - start;
  crowd_expect ("destroyed data", destroyed, count);
  lodger_pending_unref (promise);
  g_free (thens);
  return start;
}

/* ---- followers ---------------------------------------------------------------------------------------------------- */

int64_t
crowd_followers (size_t count)
{
  LodgerPending **chain = crowd_new (count);
  int64_t start, number = 0;
  size_t done = 0;
  for (size_t i = 0; i < count; i++)
    chain[i] = lodger_pending_new (LODGER_PENDING_DEFAULT);
  start = crowd_now ();
  for (size_t i = 1; i < count; i++)
    done += lodger_pending_return_from (chain[i], chain[i - 1]) == 0;
  lodger_pending_return_int (chain[0], 5);
  start = crowd_now () - start;
  crowd_expect ("followers", done, count - 1);
  lodger_pending_get_int (chain[count - 1], &number);
  crowd_expect ("the outcome", (size_t) number, 5);
  for (size_t i = 0; i < count; i++)
    lodger_pending_unref (chain[i]);
  g_free (chain);
  return start;
}

int64_t
crowd_steps (size_t count)
{
  LodgerPending *tail = lodger_pending_new (LODGER_PENDING_DEFAULT);
  const char *text = "";
  int64_t start = crowd_now ();
  lodger_pending_return_string (tail, "five");
  for (size_t i = 0; i < count; i++)
    {
      LodgerPending *next = lodger_pending_new (LODGER_PENDING_DEFAULT);
      lodger_pending_return_from (next, tail);
      lodger_pending_unref (tail);
      tail = next;
    }
  start = crowd_now () - start;
  lodger_pending_get_string (tail, &text);
  crowd_expect ("the outcome", text[0] == 'f', true);
  lodger_pending_unref (tail);
  return start;
}

/* ---- metadata ----------------------------------------------------------------------------------------------------- */

int64_t
crowd_metadata (size_t count)
{
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  size_t destroyed = 0, found = 0;
  int64_t start = crowd_now ();
  for (int round = 0; round < 2; round++)
    for (size_t i = 0; i < count; i++)
      {
        char key[32];
        snprintf (key, sizeof key, "key %zu", i);
        if (round == 0)
          lodger_pending_set_metadata (promise, key, &destroyed, crowd_count);
        else
          found += lodger_pending_get_metadata (promise, key) == &destroyed;
      }
  lodger_pending_unref (promise);
  start = crowd_now () - start;
  crowd_expect ("found values", found, count);
  crowd_expect ("destroyed values", destroyed, count);
  return start;
}

/* ---- calls of a scope, and delayed ones --------------------------------------------------------------------------- */

static void
never (LodgerPending *self, void *data)
{
  (void) self;
  (void) data;
}

static int64_t
cancel_calls (size_t count, LodgerScope *scope)
{
  const LodgerCallOptions *options = LODGER_CALL_OPTIONS (.scope = scope);
  LodgerPending **calls = crowd_new (count);
  size_t destroyed = 0;
  int64_t start = crowd_now ();
  for (size_t i = 0; i < count; i++)
    calls[i] = lodger_caller_call_later_full (crowd_caller, INT64_C (3600000000000) + (int64_t) i, never, &destroyed,
                                              crowd_count, options);
  for (size_t i = 0; i < count; i++)
    {
      lodger_pending_cancel (calls[i], NULL);
      lodger_pending_unref (calls[i]);
    }
  crowd_iterate_until (&destroyed, count);
  start = crowd_now () - start;
  crowd_expect ("destroyed data", destroyed, count);
  g_free (calls);
  return start;
}

int64_t
crowd_delayed (size_t count)
{
  return cancel_calls (count, NULL);
}

int64_t
crowd_scope (size_t count)
{
  LodgerScope *scope = lodger_scope_new (NULL);
  int64_t elapsed = cancel_calls (count, scope);
  lodger_scope_end (scope, NULL);
  lodger_scope_unref (scope);
  return elapsed;
}
