/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "crowds.h"

/* Crowds of calls that belong to something. All of one crowd are there before the first one ends. */

static void
do_nothing (LodgerPending *self, void *data)
{
  (void) self;
  (void) data;
}

/* Begins in the middle. */
static size_t
from_the_middle (size_t i, size_t count)
{
  return (count / 2 + i) % count;
}

static void
cancel_all (LodgerPending **calls, size_t count)
{
  for (size_t i = 0; i < count; i++)
    lodger_pending_cancel (calls[from_the_middle (i, count)], NULL);
}

static void
drop_all (LodgerPending **calls, size_t count)
{
  for (size_t i = 0; i < count; i++)
    lodger_pending_unref (calls[i]);
  g_free (calls);
}

/* ---- groups ------------------------------------------------------------------------------------------------------- */

static int64_t
end_members (size_t count, bool cancels)
{
  LodgerPending **calls = crowd_new (count), *whole;
  LodgerGroup *group = lodger_group_new (NULL);
  size_t destroyed = 0;
  int64_t start = crowd_now ();
  crowd_expect ("entering the group", lodger_group_enter (group) == 0, 1);
  for (size_t i = 0; i < count; i++)
    calls[i] = lodger_caller_call_soon (crowd_caller, do_nothing, &destroyed, crowd_count);
  whole = lodger_group_close (group);
  if (cancels)
    cancel_all (calls, count);
  crowd_iterate_until (&destroyed, count);
  start = crowd_now () - start;
  while (!lodger_pending_is_done (whole))
    g_main_context_iteration (NULL, TRUE);
  crowd_expect ("members that are left", lodger_group_count (group), 0);
  lodger_pending_unref (whole);
  lodger_group_unref (group);
  drop_all (calls, count);
  return start;
}

int64_t
crowd_members (size_t count)
{
  return end_members (count, false);
}

int64_t
crowd_cancelled_members (size_t count)
{
  return end_members (count, true);
}

/* ---- queues ------------------------------------------------------------------------------------------------------- */

int64_t
crowd_queued (size_t count)
{
  LodgerQueue *queue = lodger_queue_new (crowd_caller, NULL);
  size_t destroyed = 0, accepted = 0;
  int64_t start = crowd_now ();
  for (size_t i = 0; i < count; i++)
    accepted += lodger_queue_call (queue, do_nothing, &destroyed, crowd_count) == 0;
  crowd_iterate_until (&destroyed, count);
  start = crowd_now () - start;
  crowd_expect ("queued calls", accepted, count);
  lodger_queue_unref (queue);
  return start;
}

/* ---- limiters ----------------------------------------------------------------------------------------------------- */

static int64_t
end_limited (size_t count, bool cancels)
{
  LodgerPending **calls = crowd_new (count);
  LodgerLimiter *limiter = lodger_limiter_new (LODGER_LIMITER_OPTIONS (.limit = 1));
  const LodgerCallOptions *options = LODGER_CALL_OPTIONS (.limiter = limiter);
  size_t destroyed = 0;
  int64_t start = crowd_now ();
  for (size_t i = 0; i < count; i++)
    calls[i] = lodger_caller_call_soon_full (crowd_caller, do_nothing, &destroyed, crowd_count, options);
  crowd_expect ("calls that wait", lodger_limiter_count_waiting (limiter), count - 1);
  if (cancels)
    cancel_all (calls, count);
  crowd_iterate_until (&destroyed, count);
  start = crowd_now () - start;
  crowd_expect ("calls that are left", lodger_limiter_count_waiting (limiter), 0);
  drop_all (calls, count);
  lodger_limiter_unref (limiter);
  return start;
}

int64_t
crowd_limited (size_t count)
{
  return end_limited (count, false);
}

int64_t
crowd_cancelled_limited (size_t count)
{
  return end_limited (count, true);
}

/* ---- contexts ----------------------------------------------------------------------------------------------------- */

static const LodgerContextKey key = { "crowd" };

static void
look (LodgerPending *self, void *data)
{
  (void) self;
  (void) data;
  crowd_count (lodger_context_get (&key));
}

/* Each call has a value of its own. */
int64_t
crowd_contexts (size_t count)
{
  size_t seen = 0, destroyed = 0, values = 0;
  int64_t start = crowd_now ();
  for (size_t i = 0; i < count; i++)
    {
      lodger_context_set (&key, &seen, NULL);
      values += lodger_context_get (&key) == &seen;
      lodger_pending_disown (lodger_caller_call_soon (crowd_caller, look, &destroyed, crowd_count));
    }
  lodger_context_set (&key, NULL, NULL);
  crowd_iterate_until (&destroyed, count);
  start = crowd_now () - start;
  crowd_expect ("values", values, count);
  crowd_expect ("values that were seen", seen, count);
  return start;
}

/* ---- repeating calls ---------------------------------------------------------------------------------------------- */

static void
run_once (LodgerPending *self, uint64_t skipped, void *data)
{
  (void) self;
  (void) skipped;
  (void) data;
}

/* Each has run once, and waits for its next due time, when they are stopped. */
int64_t
crowd_repeats (size_t count)
{
  LodgerRepeat **repeats = g_new (LodgerRepeat *, count);
  size_t destroyed = 0;
  int64_t start = crowd_now ();
  for (size_t i = 0; i < count; i++)
    repeats[i] = lodger_repeat_new (crowd_caller, LODGER_SECONDS (3600), run_once, &destroyed, crowd_count, NULL);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  for (size_t i = 0; i < count; i++)
    lodger_repeat_stop (repeats[from_the_middle (i, count)]);
  crowd_iterate_until (&destroyed, count);
  start = crowd_now () - start;
  for (size_t i = 0; i < count; i++)
    lodger_repeat_unref (repeats[i]);
  g_free (repeats);
  return start;
}
