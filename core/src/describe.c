/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define _GNU_SOURCE
#include "caller-private.h"
#include "ending.h"
#include "pool.h"

#include <stdio.h>
#include <stdlib.h>

/* What a caller and a pending are, for programs and for people. */

LodgerCaller *
lodger_caller_current (void)
{
  const LodgerThread *thread = lodger__thread_peek ();
  LodgerCaller *first;
  if (thread == NULL || thread->frame != NULL)
    return thread != NULL ? thread->frame->caller : NULL;
  first = lodger__caller_first_in_thread (thread);
  lodger_caller_unref (first);
  return first;
}

LodgerPending *
lodger_pending_current (void)
{
  const LodgerThread *thread = lodger__thread_peek ();
  return thread != NULL && thread->frame != NULL ? thread->frame->pending : NULL;
}

LodgerCaller *
lodger_pending_get_caller (LodgerPending *pending)
{
  LodgerCaller *caller = NULL;
  if (pending == NULL)
    return NULL;
  lodger__pending_lock (pending);
  if (!(lodger__pending_state (pending) & P_DONE) && !lodger__pool_is_queued (pending))
    caller = pending->caller;
  lodger__pending_unlock (pending);
  return caller;
}

uint64_t
lodger_caller_get_id (const LodgerCaller *caller)
{
  return caller != NULL ? caller->id : 0;
}

const char *
lodger_caller_get_name (const LodgerCaller *caller)
{
  return caller != NULL ? caller->name : NULL;
}

const char *
lodger_caller_get_host (const LodgerCaller *caller)
{
  const LodgerHostOps *ops = caller != NULL ? lodger__host_ops (caller) : NULL;
  return ops != NULL ? ops->name : NULL;
}

const char *
lodger_caller_get_backend (const LodgerCaller *caller)
{
  return caller != NULL && caller->backend != NULL ? caller->backend->name : NULL;
}

LodgerCallerState
lodger_caller_get_state (const LodgerCaller *caller)
{
  return caller != NULL ? (LodgerCallerState) atomic_load (&caller->state) : LODGER_CALLER_STOPPED;
}

bool
lodger_caller_is_running (const LodgerCaller *caller)
{
  return lodger_caller_get_state (caller) == LODGER_CALLER_RUNNING;
}

bool
lodger_caller_is_protected (const LodgerCaller *caller)
{
  return caller != NULL && caller->is_protected;
}

bool
lodger_caller_is_current_thread (const LodgerCaller *caller)
{
  return caller != NULL && lodger__caller_is_in_thread (caller, lodger__thread_peek ());
}

LodgerCaller *
lodger_caller_get_parent (LodgerCaller *caller)
{
  if (caller == NULL || caller->parent == NULL || lodger_caller_get_state (caller->parent) == LODGER_CALLER_STOPPED)
    return NULL;
  return lodger_caller_ref (caller->parent);
}

LodgerPending *
lodger_caller_get_started (LodgerCaller *caller)
{
  return caller != NULL ? caller->started : NULL;
}

LodgerPending *
lodger_caller_get_stopping (LodgerCaller *caller)
{
  return caller != NULL ? caller->stopping : NULL;
}

LodgerPending *
lodger_caller_get_stopped (LodgerCaller *caller)
{
  return caller != NULL ? caller->stopped : NULL;
}

LodgerCaller **
lodger_caller_get_children (LodgerCaller *caller, size_t *ret_count)
{
  if (ret_count != NULL)
    *ret_count = 0;
  if (caller == NULL || ret_count == NULL)
    {
      lodger__misuse (__func__, LODGER_EINVAL, "NULL given");
      return NULL;
    }
  return lodger__family_list (caller, ret_count);
}

char *
lodger_caller_describe (LodgerCaller *caller)
{
  static const char *const states[] = { "initial", "starting", "running", "stopping", "stopped" };
  const char *host = lodger_caller_get_host (caller);
  const char *backend = lodger_caller_get_backend (caller);
  unsigned workers;
  char *line = NULL;
  if (caller == NULL)
    return NULL;
  workers = lodger__pool_worker_count (caller);
  if (asprintf (&line, "%s #%llu: %s%s%s%s%s, %u worker%s%s", caller->name, (unsigned long long) caller->id,
                states[lodger_caller_get_state (caller)], host != NULL ? ", host " : "", host != NULL ? host : "",
                backend != NULL ? ", backend " : "", backend != NULL ? backend : "", workers, workers == 1 ? "" : "s",
                caller->is_protected ? ", protected" : "")
      < 0)
    return NULL;
  return line;
}

char *
lodger_pending_describe (LodgerPending *pending)
{
  const char *what = "queued";
  const char *why = NULL;
  char *message, *line = NULL;
  unsigned state;
  if (pending == NULL)
    return NULL;
  message = lodger_pending_get_cancel_message (pending);
  state = lodger__pending_state (pending);
  switch (lodger_pending_get_state (pending))
    {
    case LODGER_PENDING_QUEUED: what = state & P_CANCELLED ? "cancelled, not done" : "queued"; break;
    case LODGER_PENDING_RUNNING: what = state & P_CANCELLED ? "running, cancelled" : "running"; break;
    case LODGER_PENDING_SUCCEEDED: what = "done"; break;
    case LODGER_PENDING_FAILED:
      what = "failed";
      why = lodger_error_get_message (lodger_pending_get_error (pending));
      break;
    case LODGER_PENDING_CANCELLED: what = "cancelled"; break;
    }
  if (why == NULL)
    why = message;
  if (asprintf (&line, "%s (%s:%d): %s%s%s",
                pending->name != NULL ? pending->name
                : state & P_PROMISE   ? "promise"
                                      : "call",
                pending->file != NULL ? pending->file : "?", pending->line, what, why != NULL ? ": " : "",
                why != NULL ? why : "")
      < 0)
    line = NULL;
  for (char *at = line; at != NULL && *at != '\0'; at++)
    if (*at == '\n')
      *at = ' ';
  free (message);
  return line;
}
