/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/log.h"
#include "life/life.h"
#include "life/phase.h"
#include "loop/ownership.h"
#include "loop/turn.h"
#include "mailbox/owner.h"
#include "mailbox/post.h"
#include "stop/entries.h"
#include "stop/stop.h"

/* The last leave: the owner waits for the end itself, and serves without the host meanwhile. */

enum
{
  SLICE_NS = 1000000,
  ROUND_NS = 5000000
};

/* Until then this thread may sleep. Nobody tells it what comes to a source that looks round before a sleep: it looks
 * again after a while. */
static int64_t
next_round (const LodgerCaller *caller, int64_t until)
{
  int64_t now;
  if (!lodger__turn_wants_before_wait (caller))
    return until;
  now = lodger__port_now ();
  return until - now > ROUND_NS ? now + ROUND_NS : until;
}

/* The same, and no longer than until the deadline, which is by the host's clock: that may stand still. */
static int64_t
next_look (LodgerCaller *caller, int64_t until, int64_t deadline)
{
  int64_t now = lodger__port_now (), away;
  until = next_round (caller, until);
  if (deadline == LODGER_FOREVER)
    return until;
  away = deadline - lodger__host_now (caller);
  if (away < SLICE_NS)
    away = SLICE_NS;
  return away < until - now ? now + away : until;
}

/* What has a time in a stop, while the caller is there to look at it. */
static int64_t
next_deadline (LodgerCaller *caller)
{
  return lodger__has_ended (caller) ? LODGER_FOREVER : lodger__timers_earliest (lodger__timers_of_stop (caller));
}

/* Each round sets the signal to IDLE before it looks, so that a submission after the look signals the parker. It looks
 * at the time itself, so that nobody else has to watch it: at the deadline it is late, and after the grace at its end.
 * If the loop is gone, another thread may be ending it just now: then that is waited for, and so are those that hold up
 * its end. */
static void
serve_until_stopped (LodgerCaller *caller)
{
  const LodgerPending *stopped = lodger_caller_get_stopped (caller);
  int64_t until = caller->stop.until, patience = LODGER_GRACE;
  lodger__serve_alone (caller, true);
  while (!lodger_pending_is_done (stopped))
    {
      lodger__turn_slice (caller, LODGER_FOREVER, true);
      if (!lodger_pending_is_done (stopped)
          && lodger__parker_wait (lodger__mailbox_parker (caller), next_look (caller, until, next_deadline (caller)))
                 != 0
          && lodger__port_now () >= until)
        {
          until = lodger__port_now () + patience;
          patience *= 2;
          if (lodger__has_ended (caller))
            lodger__stop_hurry (caller);
          else
            lodger__stop_post_late (caller);
        }
    }
  lodger__serve_alone (caller, false);
}

/* Why it may not be left here, from where the thread is; 0: it may. */
static int
refusal (LodgerCaller *caller, const char *function)
{
  const LodgerThread *thread = lodger__thread_peek ();
  const LodgerFrame *frame = thread != NULL ? thread->frame : NULL;
  bool is_here, is_at_work, is_ending;
  int code = lodger__caller_check (caller, function);
  if (code != 0)
    return code;
  is_here = lodger__owner_is_in (caller, thread);
  if (!is_here && !lodger__has_ended (caller))
    return lodger__misuse (function, LODGER_EWRONGTHREAD, "only in the caller's own thread");
  while (frame != NULL && frame->caller != caller)
    frame = frame->outer;
  is_at_work = is_here && lodger__phase (caller) != LODGER_PHASE_STOPPED
               && (caller->stop.is_telling || lodger__ownership_is_at_work (caller));
  is_ending = atomic_load (&caller->stop.ender) == lodger__thread_mark ();
  return frame != NULL || is_at_work || is_ending
             ? lodger__misuse (function, LODGER_EBUSY, "not from inside what the caller runs")
             : 0;
}

static int
stop_and_serve (LodgerCaller *caller)
{
  int code;
  lodger_caller_ref (caller);
  lodger_caller_stop (caller, true);
  serve_until_stopped (caller);
  code = atomic_load (&caller->stop.has_left_behind) ? LODGER_EABANDONED : 0;
  lodger_caller_unref (caller);
  return code;
}

int
lodger_caller_stop_wait (LodgerCaller *caller)
{
  int code = refusal (caller, __func__);
  return code != 0 ? code : stop_and_serve (caller);
}

/* Calls that have entered the caller go on, and may need it: it is served without the host, as long as a stop may take.
 * Each round looks as serve_until_stopped() does. Whoever leaves an entry takes it off the list, and then looks whether
 * the owner serves alone; the owner serves alone, and then looks at the list: so one of the two sees the other. */
static void
serve_until_left (LodgerCaller *caller)
{
  const LodgerPending *stopped = lodger_caller_get_stopped (caller);
  int64_t now = lodger__port_now (), limit = caller->stop.limit;
  int64_t until = limit < LODGER_FOREVER - now ? now + limit : LODGER_FOREVER;
  lodger__serve_alone (caller, true);
  while (lodger__port_now () < until && !lodger_pending_is_done (stopped) && !lodger__is_stopping (caller))
    {
      lodger__turn_slice (caller, SLICE_NS, true);
      if (lodger__entries_count (caller) == 0)
        break;
      lodger__parker_wait (lodger__mailbox_parker (caller), next_look (caller, until, lodger__turn_deadline (caller)));
    }
  lodger__serve_alone (caller, false);
}

int
lodger_caller_leave (LodgerCaller *caller)
{
  int code;
  if (lodger__entries_leave (caller))
    return 0;
  code = refusal (caller, __func__);
  if (code != 0)
    return code;
  if (atomic_load (&caller->stop.enters) == 0)
    return lodger__misuse (__func__, LODGER_ESTATE, "left more often than entered");
  lodger_caller_ref (caller);
  if (atomic_load (&caller->stop.enters) == 1 && lodger__entries_count (caller) > 0)
    serve_until_left (caller);
  if (atomic_fetch_sub (&caller->stop.enters, 1) == 1 && !lodger_pending_is_done (lodger_caller_get_stopped (caller)))
    code = stop_and_serve (caller);
  lodger_caller_unref (caller);
  return code;
}

void
lodger__stop_await (LodgerCaller *caller)
{
  while (!lodger_pending_is_done (lodger_caller_get_stopped (caller)))
    lodger__parker_wait (lodger__mailbox_parker (caller), LODGER_FOREVER);
}
