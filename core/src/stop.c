/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "caller-private.h"

#include <stdlib.h>

/* The order of a stop: `stopping` is signalled; the workers are told to stop, and what runs here is cancelled; then what
 * is queued, delayed or waits to continue is dropped, item by item as its turn comes, so that slices stay short; when
 * the workers and what ran have ended, `stopped` is signalled. All but the first refusal and the cancelling of what runs
 * happens in the owner's thread. */

LodgerItem *
lodger__stop_next (LodgerCaller *caller)
{
  LodgerDelayed *delayed;
  LodgerItem *item;
  if (!caller->stop_begun)
    return NULL;
  delayed = lodger__timers_pop (&caller->timers, LODGER_FOREVER - 1);
  if (delayed != NULL)
    return &delayed->pending.item;
  item = lodger__thens_take (caller);
  return item != NULL ? item : lodger__pool_pop (caller);
}

bool
lodger__stop_has_next (const LodgerCaller *caller)
{
  return caller->stop_begun
         && (lodger__timers_earliest (&caller->timers) != LODGER_FOREVER || caller->thens != NULL
             || !lodger__pool_is_empty (caller));
}

/* A cancel may run user code (a canceller, a done-callback) that ends others of the list: begin again after each. */
static void
cancel_suspended (LodgerCaller *caller)
{
  LodgerPending *pending;
  do
    {
      for (pending = caller->suspended; pending != NULL && (lodger__pending_state (pending) & (P_CANCELLED | P_DONE));
           pending = pending->side->next_suspended)
        ;
      if (pending != NULL)
        lodger_pending_cancel (pending, lodger__closed_message);
    }
  while (pending != NULL);
}

/* Any thread: the owner may be blocked in its call, and would come to the stop only after that. */
static void
cancel_running (LodgerCaller *caller)
{
  LodgerPending *pending;
  do
    {
      const LodgerFrame *frame;
      pthread_mutex_lock (&caller->mutex);
      for (frame = atomic_load (&caller->running); frame != NULL && lodger_pending_is_cancelled (frame->pending);
           frame = frame->outer_running)
        ;
      pending = frame != NULL ? lodger_pending_ref (frame->pending) : NULL;
      pthread_mutex_unlock (&caller->mutex);
      if (pending != NULL)
        lodger_pending_cancel (pending, lodger__closed_message);
      lodger_pending_unref (pending);
    }
  while (pending != NULL);
}

static void
begin (LodgerCaller *caller)
{
  if (caller->stop_begun)
    return;
  caller->stop_begun = true;
  lodger__trace (LODGER_TRACE_STATE, caller, NULL, NULL, 0, NULL);
  lodger__pending_signal (caller->stopping, NULL);
  if (caller->root != caller)
    lodger__pool_quit (caller);
  lodger__pool_stop (caller);
  lodger__timers_close (&caller->timers);
  cancel_suspended (caller);
}

static void
stop_run (LodgerCaller *caller, LodgerItem *item)
{
  (void) item;
  begin (caller);
}

static void
stop_drop (LodgerCaller *caller, LodgerItem *item)
{
  (void) caller;
  (void) item;
}

const LodgerItemOps lodger__stop_ops = { .run = stop_run, .drop = stop_drop };

/* Calls whose reply is still out when nothing can be waited for any more: whoever answers, frees. */
static void
let_go (LodgerCaller *caller)
{
  LodgerPending *pending = caller->suspended;
  caller->suspended = NULL;
  while (pending != NULL)
    {
      LodgerPending *next = pending->side->next_suspended;
      lodger__log (LODGER_LOG_WARNING, "%s ended while %s (%s:%d) was not answered", caller->name,
                   pending->name != NULL ? pending->name : "a call", pending->file != NULL ? pending->file : "?",
                   pending->line);
      pending->side->prev_suspended = pending->side->next_suspended = NULL;
      pending = next;
    }
}

static void
detach (LodgerCaller *caller)
{
  LodgerHost *host = &caller->host;
  const LodgerHostOps *ops = lodger__host_ops (caller);
  if (atomic_exchange (&host->attached, false) && ops->detach != NULL)
    ops->detach (host->impl);
}

static void
end (LodgerCaller *caller)
{
  LodgerItem *item;
  caller->ended = true;
  let_go (caller);
  detach (caller);
  while ((item = lodger__turn_next_due (caller)) != NULL || (item = lodger__stop_next (caller)) != NULL)
    item->ops->drop (caller, item);
  lodger__inbox_close (&caller->inbox);
  lodger__caller_drain (caller);
  lodger__caller_unlink_thread (caller);
  if (caller->is_driven && caller->backend_impl != NULL)
    caller->backend->quit (caller->backend_impl);
  atomic_store (&caller->state, LODGER_CALLER_STOPPED);
  lodger__registry_remove (caller);
  lodger__trace (LODGER_TRACE_STATE, caller, NULL, NULL, 0, NULL);
  lodger__pending_signal (caller->started, lodger_error_new (NULL, LODGER_ESHUTDOWN, lodger__closed_message));
  lodger__pending_signal (caller->stopped, NULL);
  lodger__parker_signal (&caller->parker);
  if (caller->holds_itself)
    lodger__caller_release (caller);
}

void
lodger__caller_try_end (LodgerCaller *caller)
{
  if (!caller->stop_begun || caller->ended || caller->depth > 0)
    return;
  if (!caller->is_orphaned
      && (caller->suspended != NULL || lodger__turn_is_ready (caller) || lodger__pool_worker_count (caller) > 0))
    return;
  end (caller);
}

/* The mutex keeps a start and a stop apart; from `stopping` on nothing is accepted. True when this call made it so. */
static bool
refuse_from_now (LodgerCaller *caller, LodgerCallerState *ret_before)
{
  LodgerCallerState before;
  pthread_mutex_lock (&caller->mutex);
  before = lodger_caller_get_state (caller);
  if (before < LODGER_CALLER_STOPPING)
    atomic_store (&caller->state, LODGER_CALLER_STOPPING);
  pthread_mutex_unlock (&caller->mutex);
  *ret_before = before;
  return before < LODGER_CALLER_STOPPING;
}

LodgerCallerState
lodger_caller_stop (LodgerCaller *caller, bool force)
{
  LodgerCallerState before;
  if (caller == NULL)
    {
      lodger__misuse (__func__, LODGER_EINVAL, "NULL given");
      return LODGER_CALLER_STOPPED;
    }
  if (caller->is_protected && !force)
    return lodger_caller_get_state (caller);
  lodger_caller_ref (caller);
  if (refuse_from_now (caller, &before))
    {
      if (before == LODGER_CALLER_INITIAL)
        {
          caller->is_orphaned = true;
          begin (caller);
          end (caller);
        }
      else
        {
          lodger__caller_push (caller, &caller->stop_item);
          cancel_running (caller);
        }
    }
  before = lodger_caller_get_state (caller);
  lodger_caller_unref (caller);
  return before;
}

/* Both sides say what they do before they look: the one who orphans sets the mark and then tries to take the turn; the
 * owner gives the turn back and then looks at the mark. So one of them gets to the end, and the exchange lets only one. */
void
lodger__caller_end_orphan (LodgerCaller *caller)
{
  int is_free = LODGER_TURNING_FREE;
  if (!caller->is_orphaned || caller->ended
      || !atomic_compare_exchange_strong (&caller->turning, &is_free, LODGER_TURNING_ENDING))
    return;
  if (!caller->ended)
    {
      begin (caller);
      end (caller);
    }
}

void
lodger__caller_orphan (LodgerCaller *caller)
{
  LodgerCallerState before;
  lodger__caller_hold (caller);
  refuse_from_now (caller, &before);
  caller->is_orphaned = true;
  cancel_running (caller);
  lodger__caller_end_orphan (caller);
  lodger__caller_release (caller);
}

void
lodger__caller_thread_ends (LodgerCaller *caller)
{
  lodger__log (LODGER_LOG_WARNING, "the thread of %s has ended before it was left", caller->name);
  detach (caller);
  caller->depth = 0;
  atomic_store (&caller->turning, LODGER_TURNING_FREE);
  lodger__caller_orphan (caller);
}

/* ---- leaving -------------------------------------------------------------------------------------------------------- */

/* Each round sets the signal to IDLE before it looks, so that a submission after the look signals the parker. The same
 * makes the way back safe: a submitter that still took this for the only server did so before the last look. */
static void
serve_until_stopped (LodgerCaller *caller)
{
  int64_t now = lodger__port_now ();
  int64_t deadline = caller->stop_deadline < LODGER_FOREVER - now ? now + caller->stop_deadline : LODGER_FOREVER;
  bool in_time = true;
  atomic_store (&caller->serves_alone, true);
  while (!caller->ended && in_time)
    {
      lodger__inbox_look (&caller->inbox);
      lodger__turn_slice (caller, LODGER_FOREVER);
      in_time = caller->ended || lodger__parker_wait (&caller->parker, deadline);
    }
  atomic_store (&caller->serves_alone, false);
  if (caller->ended)
    return;
  lodger__inbox_look (&caller->inbox);
  if (lodger__turn_is_ready (caller))
    lodger__host_post_ahead (caller);
}

static void
log_pending (const LodgerCaller *caller, LodgerPending *pending)
{
  char *line = lodger_pending_describe (pending);
  lodger__log (LODGER_LOG_ERROR, "lodger_caller_leave: %s: still there: %s", caller->name, line != NULL ? line : "?");
  lodger_free (line);
}

static void
log_running (LodgerCaller *worker)
{
  LodgerPending *pending = NULL;
  const LodgerFrame *frame;
  pthread_mutex_lock (&worker->mutex);
  frame = atomic_load (&worker->running);
  if (frame != NULL)
    pending = lodger_pending_ref (frame->pending);
  pthread_mutex_unlock (&worker->mutex);
  if (pending != NULL)
    log_pending (worker, pending);
  lodger_pending_unref (pending);
}

static void
log_remains (LodgerCaller *caller)
{
  LodgerPending *pending;
  size_t count;
  LodgerCaller **workers = lodger__pool_workers (caller, &count);
  for (pending = caller->suspended; pending != NULL; pending = pending->side->next_suspended)
    log_pending (caller, pending);
  for (size_t i = 0; i < count; i++)
    log_running (workers[i]);
  lodger_caller_list_free (workers, count);
}

int
lodger_caller_leave (LodgerCaller *caller)
{
  const LodgerThread *thread = lodger__thread_peek ();
  const LodgerFrame *frame;
  bool is_stopped;
  int code = 0;
  if (caller == NULL)
    return lodger__misuse (__func__, LODGER_EINVAL, "NULL given");
  is_stopped = lodger_caller_get_state (caller) == LODGER_CALLER_STOPPED;
  if (!is_stopped && !lodger__caller_is_in_thread (caller, thread))
    return lodger__misuse (__func__, LODGER_EWRONGTHREAD, "only in the caller's own thread");
  for (frame = thread != NULL ? thread->frame : NULL; frame != NULL; frame = frame->outer)
    if (frame->caller == caller)
      break;
  if (frame != NULL || (!is_stopped && caller->depth > 0))
    return lodger__misuse (__func__, LODGER_EBUSY, "not from inside what the caller runs");
  if (caller->enters == 0)
    return lodger__misuse (__func__, LODGER_ESTATE, "left more often than entered");
  if (--caller->enters > 0 || is_stopped)
    return 0;
  lodger_caller_ref (caller);
  lodger_caller_stop (caller, true);
  serve_until_stopped (caller);
  if (!caller->ended)
    {
      log_remains (caller);
      code = LODGER_ETIMEDOUT;
    }
  lodger_caller_unref (caller);
  return code;
}
