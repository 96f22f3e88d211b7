/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "custody.h"
#include "ending.h"
#include "pool.h"
#include "waits.h"

/* The order of a stop. In the thread that asks for it: nothing is accepted any more, `stopping` is signalled, the children
 * are told, and what is on the caller's stack is cancelled, since it may block the thread. In the owner's thread: what is
 * queued, delayed or waits to continue is dropped, item by item as its turn comes, so that slices stay short; then what has
 * returned unfinished is cancelled; when all that has ended, and the children have, the stop hook runs and `stopped` is
 * signalled. */

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
         && (lodger__timers_earliest (&caller->timers) != LODGER_FOREVER || lodger__thens_has_next (caller)
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

void
lodger__stop_cancel_running (LodgerCaller *caller)
{
  LodgerPending *pending;
  do
    {
      const LodgerFrame *frame;
      pthread_mutex_lock (&caller->mutex);
      for (frame = lodger__custody_frame (caller);
           frame != NULL && (frame->pending == NULL || lodger_pending_is_cancelled (frame->pending));
           frame = lodger__custody_outer (frame))
        ;
      pending = frame != NULL ? lodger_pending_ref (frame->pending) : NULL;
      pthread_mutex_unlock (&caller->mutex);
      if (pending != NULL)
        lodger_pending_cancel (pending, lodger__closed_message);
      lodger_pending_unref (pending);
    }
  while (pending != NULL);
}

void
lodger__stop_begin (LodgerCaller *caller)
{
  if (caller->stop_begun)
    return;
  caller->stop_begun = true;
  if (caller->is_pooled)
    lodger__pool_quit (caller);
  lodger__timers_close (&caller->timers);
}

static void
stop_run (LodgerCaller *caller, LodgerItem *item)
{
  (void) item;
  lodger__stop_begin (caller);
}

static void
stop_drop (LodgerCaller *caller, LodgerItem *item)
{
  (void) caller;
  (void) item;
}

const LodgerItemOps lodger__stop_ops = { .run = stop_run, .drop = stop_drop };

/* ---- the end --------------------------------------------------------------------------------------------------------- */

/* Calls that have returned and cannot be waited for any more: whoever answers them after all, frees their data. */
static void
give_up_suspended (LodgerCaller *caller)
{
  LodgerPending *pending;
  while ((pending = caller->suspended) != NULL)
    {
      LodgerSide *side = pending->side;
      caller->suspended = side->next_suspended;
      if (caller->suspended != NULL)
        caller->suspended->side->prev_suspended = NULL;
      side->next_suspended = NULL;
      side->is_suspended = false;
      lodger_pending_ref (pending);
      lodger__abandon_call (caller, pending);
      lodger_pending_unref (pending);
    }
}

void
lodger__stop_detach (LodgerCaller *caller)
{
  LodgerHost *host = &caller->host;
  const LodgerHostOps *ops = lodger__host_ops (caller);
  if (atomic_exchange (&host->attached, false) && ops->detach != NULL)
    ops->detach (host->impl);
}

static void
get_out_of_thread (LodgerCaller *caller)
{
  lodger__caller_unlink_thread (caller);
  if (caller->is_driven && caller->backend_impl != NULL)
    caller->backend->quit (caller->backend_impl);
}

static void
drop_all (LodgerCaller *caller)
{
  LodgerItem *item;
  while ((item = lodger__turn_next_due (caller)) != NULL || (item = lodger__stop_next (caller)) != NULL)
    item->ops->drop (caller, item);
  lodger__inbox_close (&caller->inbox);
  lodger__caller_drain (caller);
}

static void
publish_end (LodgerCaller *caller)
{
  atomic_store (&caller->state, LODGER_CALLER_STOPPED);
  lodger__registry_remove (caller);
  lodger__watch_end (caller);
  lodger__family_watch (caller);
  lodger__trace (LODGER_TRACE_STATE, caller, NULL, NULL, 0, NULL);
  if (!lodger_pending_is_done (caller->started))
    lodger__pending_signal (caller->started, lodger_error_new (NULL, LODGER_ESHUTDOWN, lodger__closed_message));
  lodger__pending_signal (caller->stopped, NULL);
  lodger__parker_signal (&caller->parker);
}

/* A host may be closed elsewhere just when its thread ends. */
static void
let_itself_go (LodgerCaller *caller)
{
  if (atomic_exchange (&caller->holds_itself, false))
    lodger__caller_release (caller);
}

/* Once: the stop hook, or what is cancelled just before this, may run a loop, which comes here as well. */
void
lodger__stop_end (LodgerCaller *caller)
{
  if (caller->is_ending)
    return;
  caller->is_ending = true;
  if (lodger__caller_is_in_thread (caller, lodger__thread_peek ()))
    lodger__turn_stop_hook (caller);
  if (caller->taken)
    return;
  caller->ended = true;
  give_up_suspended (caller);
  lodger__given_cancel (caller);
  lodger__given_abandon (caller);
  lodger__stop_detach (caller);
  drop_all (caller);
  get_out_of_thread (caller);
  publish_end (caller);
  let_itself_go (caller);
}

void
lodger__stop_taken (LodgerCaller *caller)
{
  lodger__stop_begin (caller);
  caller->ended = true;
  give_up_suspended (caller);
  lodger__given_abandon (caller);
  drop_all (caller);
  publish_end (caller);
}

/* The loop calls back as long as it is attached: so this comes, by the end of the call that hung, or by the node. */
void
lodger__stop_come_back (LodgerCaller *caller)
{
  if (!caller->holds_itself)
    return;
  lodger__stop_detach (caller);
  get_out_of_thread (caller);
  let_itself_go (caller);
}

/* A child that was told by its parent has that one's deadline, unless its own is earlier. */
static bool
has_its_parents_deadline (const LodgerCaller *caller)
{
  const LodgerCaller *parent = caller->parent;
  return parent != NULL && lodger_caller_get_state (parent) == LODGER_CALLER_STOPPING
         && caller->stop_until >= parent->stop_until;
}

static bool
awaits_something (LodgerCaller *caller)
{
  return caller->suspended != NULL || caller->has_given || atomic_load (&caller->awaited) > 0
         || lodger__pool_worker_count (caller) > 0;
}

void
lodger__caller_try_end (LodgerCaller *caller)
{
  if (!caller->stop_begun || caller->ended || (lodger__turn_is_ready (caller) && !caller->is_too_late))
    return;
  if (!caller->is_cancelling)
    {
      caller->is_cancelling = true;
      cancel_suspended (caller);
      lodger__given_cancel (caller);
    }
  if (caller->depth > 0)
    return;
  if (caller->is_orphaned || caller->is_too_late || (!awaits_something (caller) && caller->thens == NULL))
    lodger__stop_end (caller);
  else if (!caller->serves_alone && !has_its_parents_deadline (caller))
    lodger__watch_begin (caller, caller->stop_until);
}

void
lodger__stop_is_late (LodgerCaller *caller)
{
  if (!caller->stop_begun || caller->ended)
    return;
  caller->has_left_behind = caller->has_left_behind || awaits_something (caller);
  if (caller->is_late)
    caller->is_too_late = true;
  else
    {
      caller->is_late = true;
      give_up_suspended (caller);
      lodger__given_abandon (caller);
      lodger__family_late (caller);
    }
}

/* ---- asking for it --------------------------------------------------------------------------------------------------- */

/* The mutex keeps a start and a stop apart. */
bool
lodger__stop_refuse (LodgerCaller *caller, LodgerCallerState *ret_before)
{
  int64_t now = lodger__port_now ();
  bool is_here = lodger__caller_is_in_thread (caller, lodger__thread_peek ());
  LodgerCallerState before;
  pthread_mutex_lock (&caller->mutex);
  before = lodger_caller_get_state (caller);
  if (before < LODGER_CALLER_STOPPING)
    {
      caller->stop_until = caller->stop_deadline < LODGER_FOREVER - now ? now + caller->stop_deadline : LODGER_FOREVER;
      atomic_store (&caller->state, LODGER_CALLER_STOPPING);
    }
  pthread_mutex_unlock (&caller->mutex);
  *ret_before = before;
  if (before >= LODGER_CALLER_STOPPING)
    return false;
  if (is_here)
    caller->is_telling = true;
  lodger__trace (LODGER_TRACE_STATE, caller, NULL, NULL, 0, NULL);
  lodger__pending_signal (caller->stopping, NULL);
  lodger__room_close (caller);
  lodger__pool_close (caller);
  lodger__family_stop (caller);
  if (is_here)
    caller->is_telling = false;
  return true;
}

/* Its thread may hang, now or as soon as it comes to the stop. */
static bool
needs_watch (const LodgerCaller *caller)
{
  const LodgerThread *thread = lodger__thread_peek ();
  if (has_its_parents_deadline (caller))
    return false;
  return !lodger__caller_is_in_thread (caller, thread) || thread->frame != NULL;
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
  if (lodger__is_foreign (caller))
    {
      lodger__misuse (__func__, LODGER_ECHILD, "it belongs to the parent of this process");
      return lodger_caller_get_state (caller);
    }
  if (caller->is_protected && !force)
    return lodger_caller_get_state (caller);
  lodger_caller_ref (caller);
  if (lodger__stop_refuse (caller, &before))
    {
      if (before == LODGER_CALLER_INITIAL)
        {
          caller->is_orphaned = true;
          lodger__caller_end_orphan (caller);
        }
      else
        {
          lodger__caller_push (caller, &caller->stop_item);
          if (needs_watch (caller))
            lodger__watch_begin (caller, caller->stop_until);
          lodger__stop_cancel_running (caller);
        }
    }
  before = lodger_caller_get_state (caller);
  lodger_caller_unref (caller);
  return before;
}
