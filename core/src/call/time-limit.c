/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define LODGER_NO_CALL_SITES
#include "call/time-limit.h"

#include "base/alarm.h"
#include "base/context.h"
#include "call/at.h"
#include "life/life.h"
#include "life/phase.h"
#include "mailbox/post.h"

#include <stdlib.h>

/* Two hold it: whoever has made it, and the alarm or the delayed call. Which of them decides is said by `is_over`,
 * which the first of the two sets. */

struct LodgerTimeLimit
{
  atomic_uint holds;
  atomic_bool is_over;
  LodgerAlarm alarm;
  LodgerPending *timer; /* NULL: it is an alarm */
  LodgerDirectFunc over;
  void *data;
  LodgerDestroyFunc destroy;
};

static void
release (void *data)
{
  LodgerTimeLimit *limit = data;
  if (atomic_fetch_sub (&limit->holds, 1) != 1)
    return;
  if (limit->destroy != NULL)
    lodger__destroy (limit->destroy, limit->data);
  free (limit);
}

static void
come (LodgerTimeLimit *limit)
{
  if (!atomic_exchange (&limit->is_over, true))
    limit->over (limit->data);
}

static void
ring (LodgerAlarm *alarm)
{
  LodgerTimeLimit *limit = lodger__list_owner (alarm, offsetof (LodgerTimeLimit, alarm));
  come (limit);
  release (limit);
}

static void
timer_runs (LodgerPending *self, void *data)
{
  (void) self;
  come (data);
}

/* It has begun to stop. A timer that has run already was not refused. */
static bool
was_refused (LodgerPending *timer)
{
  return lodger_pending_is_done (timer) && lodger_pending_get_outcome (timer) != 0;
}

static int64_t
deadline_after (int64_t now, int64_t delay)
{
  return delay < LODGER_FOREVER - now ? now + delay : LODGER_FOREVER - 1;
}

static bool
begin (LodgerTimeLimit *limit, LodgerCaller *caller, int64_t delay)
{
  const LodgerCallOptions options = {
    .size = sizeof options, .name = "a time limit", .context = lodger__no_context, .trackers = LODGER_TRACK_NONE
  };
  const LodgerWork work = lodger__work (timer_runs, limit, release);
  int64_t now;
  if (caller != NULL && !lodger__is_driven (caller) && !lodger__is_stopping (caller))
    {
      now = lodger__host_now (caller);
      atomic_fetch_add (&limit->holds, 1); /* a refusal lets go of one, and the alarm needs it */
      limit->timer = lodger__submit_at ("a time limit", caller, deadline_after (now, delay), &work, &options);
      if (!was_refused (limit->timer))
        {
          release (limit);
          return true;
        }
      lodger_pending_unref (limit->timer);
      limit->timer = NULL;
    }
  now = lodger__port_now ();
  limit->alarm.ring = ring;
  return lodger__alarm_set (&limit->alarm, deadline_after (now, delay));
}

LodgerTimeLimit *
lodger__time_limit_new (LodgerCaller *caller, int64_t delay, LodgerDirectFunc over, void *data,
                        LodgerDestroyFunc destroy)
{
  LodgerTimeLimit *limit = calloc (1, sizeof *limit);
  if (limit != NULL)
    {
      atomic_init (&limit->holds, 2);
      limit->over = over;
      limit->data = data;
      limit->destroy = destroy;
      if (begin (limit, caller, delay))
        return limit;
    }
  free (limit);
  if (destroy != NULL)
    destroy (data);
  return NULL;
}

void
lodger__time_limit_end (LodgerTimeLimit *limit)
{
  LodgerPending *timer;
  if (limit == NULL)
    return;
  atomic_store (&limit->is_over, true);
  timer = limit->timer;
  if (timer == NULL && lodger__alarm_clear (&limit->alarm))
    release (limit);
  else if (timer != NULL)
    {
      lodger_pending_cancel (timer, NULL);
      lodger_pending_unref (timer);
    }
  release (limit);
}
