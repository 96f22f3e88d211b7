/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define LODGER_NO_CALL_SITES
#include "base/log.h"
#include "base/slab.h"
#include "call/gate.h"
#include "call/run.h"
#include "call/scope.h"
#include "call/submit.h"
#include "life/life.h"
#include "life/phase.h"
#include "mailbox/post.h"
#include "pending/extras.h"

#include <assert.h>

/* A continuation is held by its caller, through the list of what was accepted, so that a stop finds it; the pending it waits
 * for has only its listener. The list holds the caller as long as there is one on it, as a cancel of any needs that. It
 * reaches the caller once, by whoever claims it first (P_PUSHED): the source's completion or a cancel, by way of the inbox,
 * or a stop, which takes it off the list. It is on the list until it has been taken out of the inbox, so that a stop waits
 * for one that is on its way. The data is destroyed in the caller's thread alone.
 *
 * The completion claims it and pushes it under the lock of the source, and touches neither it nor its caller after that.
 * So whoever takes it out of the inbox, and is going to free it, takes that lock once, unless it sees that the completion
 * has let go of it: P_DONE without P_LOCKED is stored by that, after the push. A cancel claims it and pushes it under the
 * caller's mutex, which whoever takes it out needs for the list. The stop looks under both: if the inbox is closed before,
 * the claim is taken back under the same lock, and the continuation stays for whoever ends the caller, which looks once
 * more after that. */

typedef struct Then
{
  LodgerPending pending; /* first */
  LodgerListener listener;
  LodgerPending *source;
  LodgerLink link;   /* on its caller's list of accepted ones */
  bool is_of_source; /* it is the source's completion that has pushed it; written before the push */
  bool holds;        /* owner: it was the last on the list, and has the list's hold on the caller */
} Then;

static_assert (sizeof (Then) <= 192, "a continuation is a large piece of the slab");

static bool
is_pushed (const Then *then)
{
  return (lodger__pending_state (&then->pending) & P_PUSHED) != 0;
}

/* Under the lock of the source, or the caller's mutex. *ret_wakes as of lodger__push_locked(). */
static void
push_once (Then *then, bool is_source, bool *ret_wakes)
{
  LodgerPending *pending = &then->pending;
  *ret_wakes = false;
  if (!lodger__pending_claim (pending, P_PUSHED))
    return;
  then->is_of_source = is_source;
  if (!lodger__push_locked (lodger__pending_caller (pending), lodger__pending_item (pending), ret_wakes))
    lodger__pending_unclaim (pending, P_PUSHED);
}

/* The source is locked. After that the caller may be gone with the continuation. */
static LodgerCaller *
then_push (LodgerListener *listener)
{
  Then *then = lodger__owner (listener, Then, listener);
  LodgerCaller *caller = lodger__pending_caller (&then->pending);
  bool wakes;
  push_once (then, true, &wakes);
  if (!wakes)
    return NULL;
  lodger__hold (caller);
  return caller;
}

LODGER_PUSHING_LISTENER_OPS (listener_ops, then_push);

/* The source is done already. */
static void
push_now (Then *then, LodgerPending *done)
{
  LodgerCaller *caller;
  lodger__pending_lock (done);
  caller = then_push (&then->listener);
  lodger__pending_unlock (done);
  if (caller == NULL)
    return;
  lodger__host_post (caller);
  lodger__release (caller);
}

static void
then_withdraw (LodgerPending *pending)
{
  LodgerCaller *caller = lodger__pending_caller (pending);
  bool wakes;
  lodger__caller_lock (caller);
  push_once ((Then *) pending, false, &wakes);
  lodger__caller_unlock (caller);
  if (wakes)
    lodger__host_post (caller);
}

/* It has been taken out of the inbox: nobody but the caller's thread looks at it any more, once the source has let go. */
static LodgerPending *
detach (LodgerCaller *caller, Then *then)
{
  LodgerPending *source = then->source;
  lodger__caller_lock (caller);
  lodger__list_remove (&then->link);
  then->holds = caller->calls.thens.first == NULL && caller->calls.coming_thens.first == NULL;
  if (then->holds)
    atomic_store (&caller->calls.has_thens, false);
  lodger__caller_unlock (caller);
  if (!then->is_of_source || (lodger__pending_state (source) & (P_DONE | P_LOCKED)) != P_DONE)
    lodger__pending_unlisten (source, &then->listener);
  return source;
}

static void
let_go (LodgerCaller *caller, bool holds)
{
  if (holds)
    lodger__release (caller);
}

static void
then_drop (LodgerCaller *caller, LodgerItem *item)
{
  Then *then = (Then *) item;
  LodgerPending *source = detach (caller, then);
  const bool holds = then->holds;
  lodger__run_refuse (caller, &then->pending);
  lodger__run_skip (&then->pending);
  lodger_pending_unref (source);
  lodger_pending_unref (&then->pending);
  let_go (caller, holds);
}

static void
then_run (LodgerCaller *caller, LodgerItem *item)
{
  Then *then = (Then *) item;
  LodgerPending *source;
  bool holds;
  if (lodger__is_stopping (caller))
    {
      then_drop (caller, item);
      return;
    }
  source = detach (caller, then);
  holds = then->holds;
  lodger__run_call (caller, &then->pending, source);
  lodger_pending_unref (source);
  let_go (caller, holds);
}

static void
then_exited (LodgerCaller *caller, LodgerItem *item)
{
  LodgerPending *source = ((Then *) item)->source;
  const bool holds = ((Then *) item)->holds;
  lodger__run_exited (caller, (LodgerPending *) item);
  lodger_pending_unref (source);
  let_go (caller, holds);
}

/* Until it is on its way, it hangs on its source too. */
static void
then_blocked_on (LodgerPending *pending, LodgerBlockedOn *ret_blocked)
{
  lodger__run_blocked_on (pending, ret_blocked);
  if (!(lodger__pending_state (pending) & (P_PUSHED | P_STARTED)))
    ret_blocked->next = lodger_pending_ref (((Then *) pending)->source);
}

static const LodgerItemOps then_ops = { .run = then_run,
                                        .drop = then_drop,
                                        .exited = then_exited,
                                        .withdraw = then_withdraw,
                                        .ended = lodger__unfinished_ended,
                                        .blocked_on = then_blocked_on,
                                        .slab_class = LODGER_SLAB_LARGE };

static bool
accept (LodgerCaller *caller, Then *then)
{
  bool accepted;
  lodger__caller_lock (caller);
  accepted = !lodger__is_stopping (caller);
  if (accepted)
    {
      if (!caller->calls.has_thens)
        {
          lodger__hold (caller);
          atomic_store (&caller->calls.has_thens, true);
        }
      lodger__list_append (&caller->calls.thens, &then->link);
    }
  lodger__caller_unlock (caller);
  return accepted;
}

static const char function[] = "lodger_pending_then";

static int
check (const LodgerPending *done, const LodgerCaller *caller, LodgerThenFunc func, const LodgerCallOptions *options)
{
  if (done == NULL)
    return lodger__submit_misuse (function, LODGER_EINVAL, "the pending is NULL", options);
  if (caller == NULL)
    return lodger__submit_misuse (function, LODGER_EINVAL, "the caller is NULL", options);
  if (func == NULL)
    return lodger__submit_misuse (function, LODGER_EINVAL, "the function is NULL", options);
  if (lodger__gate_of (options) != NULL)
    return lodger__submit_misuse (function, LODGER_EINVAL, "a continuation has no limiter and no slot", options);
  if (lodger__is_before_fork (caller) || lodger__pending_is_before_fork (done))
    return lodger__submit_misuse (function, LODGER_ECHILD, lodger__before_fork_message, options);
  return lodger__scope_check (options, function);
}

/* 0 and *ret_then, linked to its caller; or what speaks against it. */
static int
make (LodgerPending *done, LodgerCaller *caller, const LodgerWork *work, const LodgerCallOptions *options,
      Then **ret_then)
{
  Then *then = (Then *) lodger__submit_new (&then_ops, caller, work, options);
  if (then == NULL)
    return LODGER_ENOMEM;
  lodger__pending_take_site (&then->pending, done);
  then->source = lodger_pending_ref (done);
  lodger__pending_see (done);
  then->listener = lodger__listener (&listener_ops);
  then->link = (LodgerLink) { NULL, NULL, NULL };
  then->is_of_source = then->holds = false;
  if (accept (caller, then))
    {
      *ret_then = then;
      return 0;
    }
  lodger_pending_unref (done);
  lodger__pending_discard_call (&then->pending);
  return LODGER_ECANCELED;
}

/* A stop may have claimed it meanwhile, and have found no listener to take back. It claims under the source's lock: so it
 * is seen here, or the stop finds the listener. */
static void
listen (Then *then, LodgerPending *done)
{
  if (!lodger__pending_listen (done, &then->listener))
    push_now (then, done);
  else if (is_pushed (then))
    lodger__pending_unlisten (done, &then->listener);
}

/* It is told of with the place of its source, if it has none. */
static LodgerPending *
refuse (int code, const LodgerPending *done, const LodgerCaller *caller, const LodgerWork *work,
        const LodgerCallOptions *given)
{
  LodgerCallOptions options = { .size = sizeof options };
  if (given != NULL)
    options = *given;
  if (code == LODGER_ECANCELED)
    lodger__pending_lend_site (done, &options);
  return lodger__submit_refuse (code, caller, function, work, &options);
}

LodgerPending *
lodger_pending_then_full (LodgerPending *done, LodgerCaller *caller, LodgerThenFunc func, void *data,
                          LodgerDestroyFunc destroy, const LodgerCallOptions *options)
{
  const LodgerWork work = lodger__work_then (func, data, destroy);
  LodgerCallOptions own;
  Then *then = NULL;
  int code = lodger__submit_options (&options, &own, function);
  if (code == 0)
    code = check (done, caller, func, options);
  if (code == 0)
    code = make (done, caller, &work, options, &then);
  if (code != 0)
    return refuse (code, done, caller, &work, options);
  lodger__pending_trace (LODGER_TRACE_SUBMIT, &then->pending, caller);
  listen (then, done);
  lodger__submit_accepted (&then->pending);
  return &then->pending;
}

LodgerPending *
lodger_pending_then (LodgerPending *done, LodgerCaller *caller, LodgerThenFunc func, void *data,
                     LodgerDestroyFunc destroy)
{
  return lodger_pending_then_full (done, caller, func, data, destroy, NULL);
}

/* ---- a stop ---------------------------------------------------------------------------------------------------------- */

/* One that is on its way is put aside when it is met, so that none is met twice. */
LodgerItem *
lodger__thens_take (LodgerCaller *caller)
{
  LodgerCalls *calls = &caller->calls;
  Then *then = NULL;
  bool found = false;
  lodger__caller_lock (caller);
  while (!found && (then = lodger__list_first (&calls->thens, Then, link)) != NULL)
    {
      lodger__pending_lock (then->source);
      found = lodger__pending_claim (&then->pending, P_PUSHED);
      lodger__pending_unlock (then->source);
      lodger__list_remove (&then->link);
      lodger__list_append (&calls->coming_thens, &then->link);
    }
  lodger__caller_unlock (caller);
  return found ? lodger__pending_item (&then->pending) : NULL;
}

/* Owner, of a caller that stops: nobody else changes the list any more. */
bool
lodger__thens_has_next (const LodgerCaller *caller)
{
  return caller->calls.thens.first != NULL;
}

bool
lodger__thens_is_empty (const LodgerCaller *caller)
{
  return !atomic_load (&caller->calls.has_thens);
}

/* Under the mutex each is on the list, and has its source. */
void
lodger__thens_write (LodgerCaller *caller, LodgerText *text)
{
  LodgerItem *dropped = NULL;
  unsigned count = 0;
  lodger__caller_lock (caller);
  lodger__list_for (then, &caller->calls.thens, Then, link)
    if (count++ < LODGER_TEXT_MOST)
      {
        lodger__text_label (text, 1, count == 1 ? "continues" : "");
        lodger__text_site (text, lodger__pending_site (&then->pending), "call");
        lodger__text_add (text, " after ");
        lodger__blocked_write (then->source, &dropped, text);
      }
  lodger__caller_unlock (caller);
  lodger__pending_free_dropped (dropped);
  lodger__text_rest (text, 1, "", count);
}
