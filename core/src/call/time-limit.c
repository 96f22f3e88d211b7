/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define LODGER_NO_CALL_SITES
#include "call/time-limit.h"

#include "base/alarm.h"
#include "life/life.h"
#include "life/phase.h"
#include "pending/pending.h"

#include <stdlib.h>

/* Two hold it: whoever has made it, and the alarm or the delayed call. Which of them decides is said by `is_over`, which the
 * first of the two sets. */

struct LodgerTimeLimit
{
  atomic_uint holds;
  atomic_bool is_over;
  LodgerAlarm alarm;
  LodgerPending *timer; /* NULL: it is an alarm */
  void (*over) (void *data, bool has_come);
  void *data;
};

static void
release (LodgerTimeLimit *limit)
{
  if (atomic_fetch_sub (&limit->holds, 1) == 1)
    free (limit);
}

static void
come (LodgerTimeLimit *limit, bool has_come)
{
  if (!atomic_exchange (&limit->is_over, true))
    limit->over (limit->data, has_come);
}

static void
ring (LodgerAlarm *alarm)
{
  LodgerTimeLimit *limit = lodger__list_owner (alarm, offsetof (LodgerTimeLimit, alarm));
  come (limit, true);
  release (limit);
}

static void
timer_runs (LodgerPending *self, void *data)
{
  (void) self;
  come (data, true);
}

static void
timer_goes (void *data)
{
  come (data, false);
  release (data);
}

static bool
begin (LodgerTimeLimit *limit, LodgerCaller *caller, int64_t delay)
{
  const LodgerCallOptions options = { .size = sizeof options, .name = "a time limit", .trackers = LODGER_TRACK_NONE };
  int64_t now;
  if (caller != NULL && !lodger__is_driven (caller) && !lodger__is_stopping (caller))
    {
      limit->timer = lodger_caller_call_later_full (caller, delay, timer_runs, limit, timer_goes, &options);
      return true;
    }
  now = lodger__port_now ();
  limit->alarm.ring = ring;
  return lodger__alarm_set (&limit->alarm, delay < LODGER_FOREVER - now ? now + delay : LODGER_FOREVER);
}

LodgerTimeLimit *
lodger__time_limit_new (LodgerCaller *caller, int64_t delay, void (*over) (void *data, bool has_come), void *data)
{
  LodgerTimeLimit *limit = calloc (1, sizeof *limit);
  if (limit == NULL)
    return NULL;
  atomic_init (&limit->holds, 2);
  limit->over = over;
  limit->data = data;
  if (begin (limit, caller, delay))
    return limit;
  free (limit);
  return NULL;
}

bool
lodger__time_limit_end (LodgerTimeLimit *limit)
{
  LodgerPending *timer;
  bool is_first;
  if (limit == NULL)
    return false;
  is_first = !atomic_exchange (&limit->is_over, true);
  timer = limit->timer;
  if (timer == NULL && lodger__alarm_clear (&limit->alarm))
    release (limit);
  else if (timer != NULL)
    {
      lodger_pending_cancel (timer, NULL);
      lodger_pending_unref (timer);
    }
  release (limit);
  return is_first;
}
