/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call/timeout.h"

#include "base/log.h"
#include "base/site.h"
#include "call/time-limit.h"
#include "life/life.h"
#include "pending/extras.h"

#include <stdlib.h>

/* The limit of a call begins when the call has been accepted, and ends when the call is done, whichever of the two comes
 * first: `limit` is written and taken under the pending's lock. The limit refers to the pending until it is over or ended. */

typedef struct Timeout
{
  LodgerExtra extra; /* first */
  LodgerListener listener;
  LodgerPending *pending;
  LodgerCaller *caller; /* held */
  int64_t timeout;
  LodgerTimeLimit *limit;
} Timeout;

static void
timeout_free (LodgerExtra *extra)
{
  lodger__release (((Timeout *) extra)->caller);
  free (extra);
}

LODGER_EXTRA_KIND (timeout_kind, timeout_free, NULL);

static void
call_done (LodgerListener *listener, LodgerPending *done)
{
  Timeout *timeout = lodger__owner (listener, Timeout, listener);
  LodgerTimeLimit *limit;
  lodger__pending_lock (done);
  limit = timeout->limit;
  timeout->limit = NULL;
  lodger__pending_unlock (done);
  lodger__time_limit_end (limit);
}

LODGER_LISTENER_OPS (done_ops, call_done, NULL, false);

bool
lodger__timeout_prepare (LodgerPending *pending, int64_t time, LodgerCaller *caller)
{
  Timeout *timeout = (Timeout *) lodger__extra_need (pending, &timeout_kind, sizeof *timeout);
  if (timeout == NULL)
    return false;
  lodger__hold (caller);
  timeout->pending = pending;
  timeout->caller = caller;
  timeout->timeout = time;
  timeout->listener = lodger__listener (&done_ops);
  lodger__pending_add_state (pending, P_TIMED);
  lodger__pending_add_listener (pending, &timeout->listener);
  return true;
}

static void
time_over (void *data)
{
  lodger__pending_time_out (data);
}

static void
let_go (void *data)
{
  lodger_pending_unref (data);
}

void
lodger__timeout_begin (LodgerPending *pending)
{
  Timeout *timeout;
  LodgerTimeLimit *limit, *unused = NULL;
  lodger__pending_lock (pending);
  timeout = (Timeout *) lodger__extra_find (pending, &timeout_kind);
  lodger__pending_unlock (pending);
  limit = lodger__time_limit_new (timeout->caller, timeout->timeout, time_over, lodger_pending_ref (pending), let_go);
  if (limit == NULL)
    {
      lodger__log (LODGER_LOG_ERROR, LODGER_SITE_FORMAT " has no timeout: no memory, or no thread",
                   LODGER_SITE_ARGS (lodger__pending_site (pending)));
      return;
    }
  lodger__pending_lock (pending);
  if (lodger__pending_state (pending) & P_DONE)
    unused = limit;
  else
    timeout->limit = limit;
  lodger__pending_unlock (pending);
  lodger__time_limit_end (unused);
}
