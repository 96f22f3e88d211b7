/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "custody.h"
#include "ending.h"

/* The last leave: the owner waits for the end itself, and serves without the host meanwhile. */

static void
say_late (LodgerCaller *caller)
{
  if (!atomic_exchange (&caller->is_late_posted, true))
    lodger__caller_push (caller, &caller->late_item);
}

/* Each round sets the signal to IDLE before it looks, so that a submission after the look signals the parker. It looks at
 * the time itself, so that nobody else has to watch it: at the deadline it is late, and after the grace at its end. If the
 * loop is gone, another thread may be ending it just now: then that is waited for. */
static void
serve_until_stopped (LodgerCaller *caller)
{
  int64_t until = caller->stop_until;
  atomic_store (&caller->serves_alone, true);
  while (!lodger_pending_is_done (caller->stopped))
    {
      lodger__turn_slice (caller, LODGER_FOREVER, true);
      if (!lodger_pending_is_done (caller->stopped) && !lodger__parker_wait (&caller->parker, until))
        {
          until = lodger__port_now () + LODGER_GRACE;
          say_late (caller);
        }
    }
  atomic_store (&caller->serves_alone, false);
}

/* Why it may not be left here, from where the thread is; 0: it may. */
static int
refusal (LodgerCaller *caller, const char *function)
{
  const LodgerThread *thread = lodger__thread_peek ();
  const LodgerFrame *frame = thread != NULL ? thread->frame : NULL;
  bool is_here = lodger__caller_is_in_thread (caller, thread);
  bool is_stopped = lodger_caller_get_state (caller) == LODGER_CALLER_STOPPED;
  if (lodger__is_foreign (caller))
    return lodger__misuse (function, LODGER_ECHILD, "it belongs to the parent of this process");
  if (!is_here && !caller->ended)
    return lodger__misuse (function, LODGER_EWRONGTHREAD, "only in the caller's own thread");
  while (frame != NULL && frame->caller != caller)
    frame = frame->outer;
  if (frame != NULL
      || (is_here && !is_stopped && (caller->is_telling || atomic_load (&caller->turning) == LODGER_TURNING_OWNER)))
    return lodger__misuse (function, LODGER_EBUSY, "not from inside what the caller runs");
  return 0;
}

static int
stop_and_serve (LodgerCaller *caller)
{
  int code;
  lodger_caller_ref (caller);
  lodger_caller_stop (caller, true);
  serve_until_stopped (caller);
  code = caller->has_left_behind ? LODGER_EABANDONED : 0;
  lodger_caller_unref (caller);
  return code;
}

int
lodger_caller_stop_wait (LodgerCaller *caller)
{
  int code;
  if (caller == NULL)
    return lodger__misuse (__func__, LODGER_EINVAL, "NULL given");
  code = refusal (caller, __func__);
  return code != 0 ? code : stop_and_serve (caller);
}

int
lodger_caller_leave (LodgerCaller *caller)
{
  int code;
  if (caller == NULL)
    return lodger__misuse (__func__, LODGER_EINVAL, "NULL given");
  code = refusal (caller, __func__);
  if (code != 0)
    return code;
  if (caller->enters == 0)
    return lodger__misuse (__func__, LODGER_ESTATE, "left more often than entered");
  if (--caller->enters > 0 || lodger_caller_get_state (caller) == LODGER_CALLER_STOPPED)
    return 0;
  return stop_and_serve (caller);
}
