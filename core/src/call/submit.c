/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define LODGER_NO_CALL_SITES
#include "call/submit.h"

#include "base/log.h"
#include "base/site.h"
#include "base/slab.h"
#include "call/admission.h"
#include "call/at.h"
#include "call/gate.h"
#include "call/run.h"
#include "call/scope.h"
#include "call/spawn.h"
#include "call/timeout.h"
#include "life/life.h"
#include "life/phase.h"
#include "loop/timers.h"
#include "loop/turn.h"
#include "mailbox/owner.h"
#include "mailbox/post.h"
#include "pending/carry.h"

#include <assert.h>
#include <lodger/host.h>

const char lodger__closed_message[] = "the caller was closed";

static_assert (sizeof (LodgerDelayed) <= 192, "a delayed call is a large piece of the slab");

/* While the caller stops, it is usual: other threads cannot know. Once it has stopped, a program that goes on
 * submitting has missed that, and is told once for each place. */
void
lodger__submit_note_late (const LodgerCaller *caller, const char *function, const LodgerCallOptions *options)
{
  const LodgerSite site = lodger__site_of (options);
  bool is_misuse = lodger__phase (caller) == LODGER_PHASE_STOPPED && lodger__site_is_new (LODGER_SITE_LATE, &site);
  lodger__log (is_misuse ? LODGER_LOG_WARNING : LODGER_LOG_DEBUG, "%s: %s: " LODGER_SITE_FORMAT,
               lodger__spoken_for (function), lodger__closed_message, LODGER_SITE_ARGS (&site));
}

int
lodger__submit_misuse (const char *function, int code, const char *reason, const LodgerCallOptions *options)
{
  return lodger__misuse_at (function, code, reason, options != NULL ? options->file : NULL,
                            options != NULL ? options->line : 0);
}

LodgerPending *
lodger__submit_refuse (int code, const LodgerCaller *caller, const char *function, const LodgerWork *work,
                       const LodgerCallOptions *options)
{
  LodgerError *error = code == LODGER_ECANCELED ? lodger__start_error (caller) : NULL;
  lodger__work_destroy (work);
  if (error != NULL)
    return lodger__pending_failed (lodger_error_ref (error));
  if (code != LODGER_ECANCELED)
    return lodger__pending_refused (code, NULL);
  if (options != NULL && options->scope != NULL && lodger_scope_has_ended (options->scope))
    return lodger__pending_refused (code, lodger__scope_message);
  lodger__submit_note_late (caller, function, options);
  return lodger__pending_refused (code, lodger__closed_message);
}

int
lodger__submit_check (const LodgerCaller *caller, bool has_func, const LodgerCallOptions *options, const char *function)
{
  if (caller == NULL)
    return lodger__submit_misuse (function, LODGER_EINVAL, "the caller is NULL", options);
  if (!has_func)
    return lodger__submit_misuse (function, LODGER_EINVAL, "the function is NULL", options);
  if (lodger__is_before_fork (caller))
    return lodger__submit_misuse (function, LODGER_ECHILD, lodger__before_fork_message, options);
  if (options != NULL && options->timeout < 0)
    return lodger__submit_misuse (function, LODGER_EINVAL, "a timeout below 0", options);
  if (options != NULL && options->limiter != NULL && options->slot != NULL)
    return lodger__submit_misuse (function, LODGER_EINVAL, "a limiter and a slot", options);
  return lodger__is_stopping (caller) ? LODGER_ECANCELED : lodger__scope_check (options, function);
}

LodgerPending *
lodger__submit_new (const LodgerItemOps *ops, LodgerCaller *caller, const LodgerWork *work,
                    const LodgerCallOptions *options)
{
  LodgerPending *pending = lodger__pending_new_call (ops, caller, work, options);
  if (pending == NULL || options == NULL)
    return pending;
  if (options->stack_size != 0)
    lodger__pending_set_stack_order (pending, lodger__spawn_stack_order (options->stack_size));
  if ((options->scope == NULL || lodger__scope_bind (pending, options->scope))
      && (lodger__gate_of (options) == NULL || lodger__gate_prepare (pending, options, caller))
      && (options->timeout == 0 || lodger__timeout_prepare (pending, options->timeout, caller)))
    return pending;
  lodger__pending_discard_call (pending);
  return NULL;
}

void
lodger__submit_accepted (LodgerPending *pending)
{
  unsigned state = lodger__pending_state (pending);
  if (state & P_SCOPED)
    lodger__scope_link (pending);
  if (state & P_CARRIES)
    lodger__carry_join (pending);
  if (state & P_TIMED)
    lodger__timeout_begin (pending);
}

/* ---- what a thread gives to others ------------------------------------------------------------------------------- */

static _Thread_local LodgerGivenFunc given_func;
static _Thread_local void *given_data;

void
lodger_host_watch_given (LodgerGivenFunc func, void *data)
{
  given_func = func;
  given_data = data;
}

void
lodger__submit_tell (LodgerPending *pending)
{
  if (given_func != NULL)
    given_func (pending, given_data);
}

/* ---- calls, now and later ---------------------------------------------------------------------------------------- */

static void
call_drop (LodgerCaller *caller, LodgerItem *item)
{
  lodger__admission_leave (caller);
  lodger__run_drop (caller, (LodgerPending *) item);
}

static void
run_admitted (LodgerCaller *caller, LodgerItem *item)
{
  lodger__admission_leave (caller);
  if (lodger__is_stopping (caller))
    lodger__run_drop (caller, (LodgerPending *) item);
  else
    lodger__run_call (caller, (LodgerPending *) item, NULL);
}

/* In a row, whatever their functions are: each has a frame of its own. */
static void
call_run (LodgerCaller *caller, LodgerItem *item)
{
  const LodgerItemOps *ops = item->ops;
  do
    {
      run_admitted (caller, item);
      item = lodger__is_before_fork (caller) ? NULL : lodger__turn_next_alike (caller, ops, 0);
    }
  while (item != NULL);
}

static void
call_exited (LodgerCaller *caller, LodgerItem *item)
{
  lodger__run_exited (caller, (LodgerPending *) item);
}

/* It holds its caller, since a cancel in another thread needs that. */
static void
delayed_drop (LodgerCaller *caller, LodgerItem *item)
{
  call_drop (caller, item);
  lodger__release (caller);
}

static void
delayed_run (LodgerCaller *caller, LodgerItem *item)
{
  run_admitted (caller, item);
  lodger__release (caller);
}

static void
delayed_exited (LodgerCaller *caller, LodgerItem *item)
{
  call_exited (caller, item);
  lodger__release (caller);
}

static const LodgerItemOps call_ops = { .run = call_run,
                                        .drop = call_drop,
                                        .exited = call_exited,
                                        .ended = lodger__unfinished_ended,
                                        .blocked_on = lodger__run_blocked_on,
                                        .slab_class = LODGER_SLAB_MEDIUM };
static const LodgerItemOps delayed_ops = { .run = delayed_run,
                                           .drop = delayed_drop,
                                           .exited = delayed_exited,
                                           .withdraw = lodger__timers_withdraw,
                                           .ended = lodger__unfinished_ended,
                                           .blocked_on = lodger__run_blocked_on,
                                           .slab_class = LODGER_SLAB_LARGE };

typedef LodgerPending *(*NewCall) (const LodgerItemOps *ops, LodgerCaller *caller, const LodgerWork *work,
                                   const LodgerCallOptions *options);

/* 0 and *ret_pending; or there is no room for it, or no memory. */
static inline int
admit_checked (const char *function, LodgerCaller *caller, NewCall new_call, const LodgerItemOps *ops,
               const LodgerWork *work, const LodgerCallOptions *options, LodgerPending **ret_pending)
{
  LodgerPending *pending;
  int code = lodger__admission_enter (caller, function);
  if (code != 0)
    return code;
  pending = new_call (ops, caller, work, options);
  if (pending == NULL)
    {
      lodger__admission_leave (caller);
      return LODGER_ENOMEM;
    }
  lodger__pending_trace (LODGER_TRACE_SUBMIT, pending, caller);
  *ret_pending = pending;
  return 0;
}

/* The same; or what else speaks against it. */
static int
admit (const char *function, LodgerCaller *caller, const LodgerItemOps *ops, const LodgerWork *work,
       const LodgerCallOptions *options, LodgerPending **ret_pending)
{
  int code = lodger__submit_check (caller, lodger__work_has_func (work), options, function);
  if (code == 0)
    code = lodger__scope_ask (options, caller);
  return code != 0 ? code : admit_checked (function, caller, lodger__submit_new, ops, work, options, ret_pending);
}

/* A call with a gate does not count in its inbox: it has waited elsewhere. */
static void
gated_drop (LodgerCaller *caller, LodgerItem *item)
{
  lodger__run_drop (caller, (LodgerPending *) item);
}

static void
gated_run (LodgerCaller *caller, LodgerItem *item)
{
  if (lodger__is_stopping (caller))
    gated_drop (caller, item);
  else
    lodger__run_call (caller, (LodgerPending *) item, NULL);
}

static void
gated_deliver (LodgerPending *pending)
{
  lodger__push (lodger__pending_caller (pending), lodger__pending_item (pending));
}

static const LodgerItemOps gated_ops = { .run = gated_run,
                                         .drop = gated_drop,
                                         .exited = call_exited,
                                         .deliver = gated_deliver,
                                         .ended = lodger__unfinished_ended,
                                         .blocked_on = lodger__gate_blocked_on,
                                         .slab_class = LODGER_SLAB_MEDIUM };

static LodgerPending *
submit_gated (const char *function, LodgerCaller *caller, const LodgerWork *work, const LodgerCallOptions *options)
{
  LodgerPending *pending;
  int code = lodger__submit_check (caller, lodger__work_has_func (work), options, function);
  if (code == 0)
    code = lodger__scope_ask (options, caller);
  if (code == 0)
    code = lodger__gate_check (lodger__gate_of (options));
  if (code == 0 && (pending = lodger__submit_new (&gated_ops, caller, work, options)) == NULL)
    code = LODGER_ENOMEM;
  if (code != 0)
    return lodger__submit_refuse (code, caller, function, work, options);
  lodger__pending_trace (LODGER_TRACE_SUBMIT, pending, caller);
  if (lodger__gate_passes (pending))
    gated_deliver (pending);
  else
    lodger__gate_send (pending);
  lodger__submit_accepted (pending);
  lodger__submit_tell (pending);
  return pending;
}

LodgerPending *
lodger__submit_soon (const char *function, LodgerCaller *caller, const LodgerWork *work,
                     const LodgerCallOptions *options)
{
  LodgerPending *pending;
  int code;
  if (lodger__submit_is_usual (caller, lodger__work_has_func (work), options))
    code = admit_checked (function, caller, lodger__pending_new_call, &call_ops, work, options, &pending);
  else if (lodger__gate_of (options) != NULL)
    return submit_gated (function, caller, work, options);
  else
    code = admit (function, caller, &call_ops, work, options, &pending);
  if (code != 0)
    return lodger__submit_refuse (code, caller, function, work, options);
  lodger__push (caller, lodger__pending_item (pending));
  lodger__submit_accepted (pending);
  if (given_func != NULL && !lodger__owner_is_here (caller))
    lodger__submit_tell (pending);
  return pending;
}

/* It is in the heap then; or 0 is not the answer, and it is gone. */
static int
delay_until (LodgerCaller *caller, LodgerPending *pending, int64_t delay)
{
  int64_t now = lodger__host_now (caller);
  int code = lodger__timers_put (caller, pending, delay < LODGER_FOREVER - now ? now + delay : LODGER_FOREVER - 1);
  if (code != 0)
    lodger__admission_leave (caller);
  return code;
}

LodgerPending *
lodger_caller_call_later_full (LodgerCaller *caller, int64_t delay, LodgerCallFunc func, void *data,
                               LodgerDestroyFunc destroy, const LodgerCallOptions *given)
{
  static const char function[] = "lodger_caller_call_later";
  const LodgerWork work = lodger__work (func, data, destroy);
  const LodgerHostOps *ops = caller != NULL ? lodger__host_ops (caller) : NULL;
  LodgerCallOptions own;
  const LodgerCallOptions *options = given;
  LodgerPending *pending;
  int code = lodger__submit_options (&options, &own, function);
  if (code == 0 && delay <= 0)
    return lodger__submit_soon (function, caller, &work, options);
  if (code == 0 && lodger__gate_of (options) != NULL)
    code = lodger__submit_misuse (function, LODGER_EINVAL, "a delayed call has no limiter and no slot", options);
  if (code == 0 && ops != NULL && ops->arm == NULL)
    code = lodger__submit_misuse (function, LODGER_ENOSYS, "this host has no timers", options);
  if (code == 0)
    code = admit (function, caller, &delayed_ops, &work, options, &pending);
  if (code == 0)
    code = delay_until (caller, pending, delay);
  if (code != 0)
    return lodger__submit_refuse (code, caller, function, &work, options);
  lodger__submit_accepted (pending);
  return pending;
}

LodgerPending *
lodger_caller_call_soon_full (LodgerCaller *caller, LodgerCallFunc func, void *data, LodgerDestroyFunc destroy,
                              const LodgerCallOptions *options)
{
  static const char function[] = "lodger_caller_call_soon";
  const LodgerWork work = lodger__work (func, data, destroy);
  LodgerCallOptions own;
  int code = lodger__submit_options (&options, &own, function);
  return code == 0 ? lodger__submit_soon (function, caller, &work, options)
                   : lodger__submit_refuse (code, caller, function, &work, options);
}

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
