/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define LODGER_NO_CALL_SITES
#include "custody.h"
#include "scope.h"
#include "waits.h"

#include <stdlib.h>

const char lodger__closed_message[] = "the caller was closed";

_Static_assert(sizeof (LodgerDelayed) <= 192, "a delayed call is a large node");

void
lodger__caller_push (LodgerCaller *caller, LodgerItem *item)
{
  switch (lodger__inbox_push (&caller->inbox, item))
    {
    case LODGER_PUSH_QUIET: break;
    case LODGER_PUSH_WAKE: lodger__host_post (caller); break;
    case LODGER_PUSH_CLOSED: lodger__caller_drain (caller); break;
    }
}

void
lodger__caller_poke (LodgerCaller *caller)
{
  if (lodger__inbox_claim (&caller->inbox))
    lodger__host_post (caller);
}

/* Several threads may have pushed too late, and each drains. Where one meets the gap of another, it leaves the rest to
 * that one, whose drain is still to come. */
void
lodger__caller_drain (LodgerCaller *caller)
{
  for (;;)
    {
      LodgerItem *item;
      pthread_mutex_lock (&caller->drain_mutex);
      item = lodger__inbox_pop (&caller->inbox);
      pthread_mutex_unlock (&caller->drain_mutex);
      if (item == NULL)
        return;
      item->ops->drop (caller, item);
    }
}

/* Not a warning: at a program's end it is usual. */
void
lodger__submit_note_late (const char *function, const LodgerCallOptions *options)
{
  lodger__log (LODGER_LOG_DEBUG, "%s: %s: %s (%s:%d)", function, lodger__closed_message,
               options != NULL && options->name != NULL ? options->name : "a call",
               options != NULL && options->file != NULL ? options->file : "?", options != NULL ? options->line : 0);
}

LodgerPending *
lodger__submit_refused (int code, const char *function, const LodgerCallOptions *options)
{
  if (code != LODGER_ECANCELED)
    return lodger__pending_refused (code, NULL);
  if (options != NULL && options->scope != NULL && lodger_scope_has_ended (options->scope))
    return lodger__pending_refused (code, lodger__scope_message);
  lodger__submit_note_late (function, options);
  return lodger__pending_refused (code, lodger__closed_message);
}

int
lodger__submit_check (const LodgerCaller *caller, bool has_func, const LodgerCallOptions *options, const char *function)
{
  if (caller == NULL || !has_func || (options != NULL && options->size < sizeof *options))
    return lodger__misuse (function, LODGER_EINVAL, "NULL or a wrong size given");
  if (lodger__is_foreign (caller))
    return lodger__misuse (function, LODGER_ECHILD, "it belongs to the parent of this process");
  return lodger__caller_accepts (caller) ? lodger__scope_check (options, function) : LODGER_ECANCELED;
}

/* ---- calls -------------------------------------------------------------------------------------------------------- */

static void
drop (LodgerPending *pending)
{
  lodger_pending_cancel (pending, lodger__closed_message);
  lodger__turn_skip (pending);
  lodger_pending_unref (pending);
}

static void
call_drop (LodgerCaller *caller, LodgerItem *item)
{
  lodger__room_leave (caller);
  drop ((LodgerPending *) item);
}

static void
call_run (LodgerCaller *caller, LodgerItem *item)
{
  lodger__room_leave (caller);
  if (lodger__caller_accepts (caller))
    lodger__turn_call (caller, (LodgerPending *) item, NULL);
  else
    drop ((LodgerPending *) item);
}

/* It holds its caller, since a cancel in another thread needs that. */
static void
delayed_drop (LodgerCaller *caller, LodgerItem *item)
{
  call_drop (caller, item);
  lodger__caller_release (caller);
}

static void
delayed_run (LodgerCaller *caller, LodgerItem *item)
{
  call_run (caller, item);
  lodger__caller_release (caller);
}

/* Out of the heap, and through the inbox to the owner, which finds it done and destroys its data. */
static void
delayed_withdraw (LodgerPending *pending)
{
  LodgerCaller *caller = pending->caller;
  if (lodger__timers_remove (&caller->timers, (LodgerDelayed *) pending))
    lodger__caller_push (caller, &pending->item);
}

static const LodgerItemOps call_ops = { .run = call_run, .drop = call_drop, .node_class = LODGER_NODE_MEDIUM };
static const LodgerItemOps delayed_ops
    = { .run = delayed_run, .drop = delayed_drop, .withdraw = delayed_withdraw, .node_class = LODGER_NODE_LARGE };

/* Refuses, or makes the pending. NULL: *ret_refused is the answer, and the data is destroyed. */
static LodgerPending *
prepare (const char *function, LodgerCaller *caller, const LodgerItemOps *ops, LodgerCallFunc func, void *data,
         LodgerDestroyFunc destroy, const LodgerCallOptions *options, LodgerPending **ret_refused)
{
  LodgerPending *pending = NULL;
  int code = lodger__submit_check (caller, func != NULL, options, function);
  if (code == 0)
    code = lodger__room_enter (caller, function);
  if (code == 0 && (pending = lodger__pending_new_call (ops, data, destroy, options)) == NULL)
    {
      lodger__room_leave (caller);
      code = LODGER_ENOMEM;
    }
  if (code != 0)
    {
      if (destroy != NULL)
        destroy (data);
      *ret_refused = lodger__submit_refused (code, function, options);
      return NULL;
    }
  pending->caller = caller;
  pending->func.call = func;
  lodger__trace (LODGER_TRACE_SUBMIT, caller, pending, pending->file, pending->line, pending->name);
  return pending;
}

LodgerPending *
lodger__call_soon (const char *function, LodgerCaller *caller, LodgerCallFunc func, void *data,
                   LodgerDestroyFunc destroy, const LodgerCallOptions *options)
{
  LodgerPending *refused;
  LodgerPending *pending = prepare (function, caller, &call_ops, func, data, destroy, options, &refused);
  if (pending == NULL)
    return refused;
  lodger__caller_push (caller, &pending->item);
  lodger__scope_link (pending);
  return pending;
}

LodgerPending *
lodger_caller_call_soon_full (LodgerCaller *caller, LodgerCallFunc func, void *data, LodgerDestroyFunc destroy,
                              const LodgerCallOptions *options)
{
  return lodger__call_soon ("lodger_caller_call_soon", caller, func, data, destroy, options);
}

LodgerPending *
lodger_caller_call_later_full (LodgerCaller *caller, int64_t delay, LodgerCallFunc func, void *data,
                               LodgerDestroyFunc destroy, const LodgerCallOptions *options)
{
  LodgerPending *refused;
  LodgerPending *pending;
  LodgerDelayed *delayed;
  const LodgerHostOps *ops = caller != NULL ? lodger__host_ops (caller) : NULL;
  bool first = false;
  int64_t now;
  int code;
  if (delay <= 0)
    return lodger__call_soon ("lodger_caller_call_later", caller, func, data, destroy, options);
  if (ops != NULL && ops->arm == NULL)
    {
      if (destroy != NULL)
        destroy (data);
      return lodger__pending_refused (
          lodger__misuse ("lodger_caller_call_later", LODGER_ENOSYS, "this host has no timers"), NULL);
    }
  pending = prepare ("lodger_caller_call_later", caller, &delayed_ops, func, data, destroy, options, &refused);
  if (pending == NULL)
    return refused;
  delayed = (LodgerDelayed *) pending;
  now = lodger__turn_now (caller);
  delayed->deadline = delay < LODGER_FOREVER - now ? now + delay : LODGER_FOREVER - 1;
  lodger__caller_hold (caller);
  code = lodger__timers_insert (&caller->timers, delayed, &first);
  if (code != 0)
    {
      lodger__room_leave (caller);
      lodger__caller_release (caller);
      pending->destroy = NULL;
      if (destroy != NULL)
        destroy (data);
      lodger_pending_unref (pending);
      lodger_pending_unref (pending);
      return lodger__submit_refused (code == LODGER_ENOMEM ? code : LODGER_ECANCELED, "lodger_caller_call_later",
                                     options);
    }
  if (first)
    lodger__caller_poke (caller);
  lodger__scope_link (pending);
  return pending;
}

#undef lodger_caller_call_soon
LodgerPending *
lodger_caller_call_soon (LodgerCaller *caller, LodgerCallFunc func, void *data, LodgerDestroyFunc destroy)
{
  return lodger_caller_call_soon_full (caller, func, data, destroy, NULL);
}

LodgerPending *
lodger_caller_call_later (LodgerCaller *caller, int64_t delay, LodgerCallFunc func, void *data,
                          LodgerDestroyFunc destroy)
{
  return lodger_caller_call_later_full (caller, delay, func, data, destroy, NULL);
}

LodgerPending *
lodger_caller_to_thread (LodgerCaller *caller, LodgerCallFunc func, void *data, LodgerDestroyFunc destroy)
{
  return lodger_caller_to_thread_full (caller, func, data, destroy, NULL);
}

/* ---- calls that have returned unfinished --------------------------------------------------------------------------- */

/* Outside of a slice one is asked for: a worker may take its next call now, and a stop may come to its end. */
static void
ended_finish (LodgerCaller *caller, LodgerItem *item)
{
  LodgerPending *pending = (LodgerPending *) item;
  LodgerSide *side = pending->side;
  if (side->is_suspended)
    {
      side->is_suspended = false;
      if (side->prev_suspended != NULL)
        side->prev_suspended->side->next_suspended = side->next_suspended;
      else
        caller->suspended = side->next_suspended;
      if (side->next_suspended != NULL)
        side->next_suspended->side->prev_suspended = side->prev_suspended;
    }
  if (!caller->ended && caller->busy_with == pending)
    caller->busy_with = NULL;
  lodger__pending_destroy_data (pending);
  lodger_pending_unref (pending);
  lodger__caller_release (caller);
}

static const LodgerItemOps ended_ops = { .run = ended_finish, .drop = ended_finish };

void
lodger__caller_suspend (LodgerCaller *caller, LodgerPending *pending)
{
  LodgerSide *side = pending->side;
  lodger__caller_hold (caller);
  if (caller->ended || caller->taken)
    return;
  side->is_suspended = true;
  side->prev_suspended = NULL;
  side->next_suspended = caller->suspended;
  if (caller->suspended != NULL)
    caller->suspended->side->prev_suspended = pending;
  caller->suspended = pending;
}

void
lodger__caller_call_ended (LodgerCaller *caller, LodgerPending *pending)
{
  bool is_here = !caller->ended && lodger__caller_is_in_thread (caller, lodger__thread_peek ());
  LodgerCustody custody = is_here ? lodger__custody_begin (caller) : LODGER_CUSTODY_NONE;
  pending->item.ops = &ended_ops;
  lodger__caller_hold (caller);
  if (custody == LODGER_CUSTODY_NONE)
    lodger__caller_push (caller, &pending->item);
  else
    {
      if (caller->depth == 0)
        lodger__host_post_ahead (caller);
      ended_finish (caller, &pending->item);
      lodger__custody_end (caller, custody);
    }
  lodger__caller_release (caller);
}
