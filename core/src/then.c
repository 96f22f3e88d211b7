/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "caller-private.h"
#include "scope.h"

/* A continuation is held by two: the pending it waits for (through its listener), and its caller (through the list of
 * what was accepted, so that a stop finds it). It reaches the caller's inbox once, by whoever comes first: the source's
 * completion or a cancel; P_PUSHED says that somebody is about to, or has. It is on the list until it has been taken out of
 * there, so that a stop waits for one that is on its way. The data is destroyed in the caller's thread alone. */

struct LodgerThen
{
  LodgerPending pending; /* first */
  LodgerListener listener;
  LodgerPending *source;
  LodgerThen *prev, *next;
};

_Static_assert(sizeof (LodgerThen) <= 192, "a continuation is a large node");

static bool
claim (LodgerPending *pending)
{
  bool mine;
  lodger__pending_lock (pending);
  mine = !(lodger__pending_state (pending) & P_PUSHED);
  lodger__pending_add_state (pending, P_PUSHED);
  lodger__pending_unlock (pending);
  return mine;
}

static void
push_once (LodgerThen *then)
{
  LodgerPending *pending = &then->pending;
  if (claim (pending))
    {
      LodgerCaller *caller = pending->caller;
      lodger__caller_hold (caller);
      lodger__caller_push (caller, &pending->item);
      lodger__caller_release (caller);
    }
}

static void
then_notify (LodgerListener *listener, LodgerPending *done)
{
  LodgerThen *then = (LodgerThen *) ((char *) listener - offsetof (LodgerThen, listener));
  (void) done;
  push_once (then);
  lodger_pending_unref (&then->pending);
}

static void
then_discard (LodgerListener *listener)
{
  LodgerThen *then = (LodgerThen *) ((char *) listener - offsetof (LodgerThen, listener));
  lodger_pending_unref (&then->pending);
}

static void
then_withdraw (LodgerPending *pending)
{
  push_once ((LodgerThen *) pending);
}

/* Under the caller's mutex. */
static void
unlink_then (LodgerCaller *caller, LodgerThen *then)
{
  if (then->prev != NULL)
    then->prev->next = then->next;
  else
    caller->thens = then->next;
  if (then->next != NULL)
    then->next->prev = then->prev;
  else
    caller->last_then = then->prev;
}

/* It has been taken out of the inbox: nobody but the caller's thread looks at it any more. */
static LodgerPending *
detach (LodgerCaller *caller, LodgerThen *then)
{
  LodgerPending *source = then->source;
  pthread_mutex_lock (&caller->mutex);
  unlink_then (caller, then);
  pthread_mutex_unlock (&caller->mutex);
  if (lodger__pending_unlisten (source, &then->listener))
    lodger_pending_unref (&then->pending);
  return source;
}

static void
then_drop (LodgerCaller *caller, LodgerItem *item)
{
  LodgerThen *then = (LodgerThen *) item;
  LodgerPending *source = detach (caller, then);
  lodger_pending_cancel (&then->pending, lodger__closed_message);
  lodger__turn_skip (&then->pending);
  lodger_pending_unref (source);
  lodger_pending_unref (&then->pending);
  lodger__caller_release (caller);
}

static void
then_run (LodgerCaller *caller, LodgerItem *item)
{
  LodgerThen *then = (LodgerThen *) item;
  LodgerPending *source;
  if (lodger_caller_get_state (caller) >= LODGER_CALLER_STOPPING)
    {
      then_drop (caller, item);
      return;
    }
  source = detach (caller, then);
  lodger__turn_call (caller, &then->pending, source);
  lodger_pending_unref (source);
  lodger__caller_release (caller);
}

static const LodgerItemOps then_ops
    = { .run = then_run, .drop = then_drop, .withdraw = then_withdraw, .node_class = LODGER_NODE_LARGE };

static bool
accept (LodgerCaller *caller, LodgerThen *then)
{
  bool accepted;
  pthread_mutex_lock (&caller->mutex);
  accepted = lodger_caller_get_state (caller) < LODGER_CALLER_STOPPING;
  if (accepted)
    {
      then->next = NULL;
      then->prev = caller->last_then;
      if (caller->last_then != NULL)
        caller->last_then->next = then;
      else
        caller->thens = then;
      caller->last_then = then;
    }
  pthread_mutex_unlock (&caller->mutex);
  return accepted;
}

static int
check (const LodgerPending *done, const LodgerCaller *caller, LodgerThenFunc func, const LodgerCallOptions *options)
{
  if (done == NULL || caller == NULL || func == NULL || (options != NULL && options->size < sizeof *options))
    return lodger__misuse ("lodger_pending_then", LODGER_EINVAL, "NULL or a wrong size given");
  if (lodger__is_foreign (caller) || lodger__pending_is_foreign (done, NULL))
    return lodger__misuse ("lodger_pending_then", LODGER_ECHILD, "it belongs to the parent of this process");
  return lodger__scope_check (options, "lodger_pending_then");
}

static LodgerCallOptions
complete_options (const LodgerCallOptions *given, const LodgerPending *done)
{
  LodgerCallOptions options = { .size = sizeof options };
  if (given != NULL)
    options = *given;
  if (options.file == NULL)
    {
      options.file = done->file;
      options.line = done->line;
    }
  if (options.name == NULL)
    options.name = done->name;
  return options;
}

LodgerPending *
lodger_pending_then_full (LodgerPending *done, LodgerCaller *caller, LodgerThenFunc func, void *data,
                          LodgerDestroyFunc destroy, const LodgerCallOptions *given)
{
  LodgerCallOptions options = { .size = sizeof options };
  LodgerThen *then = NULL;
  int code = check (done, caller, func, given);
  if (code == 0)
    {
      options = complete_options (given, done);
      then = (LodgerThen *) lodger__pending_new_call (&then_ops, data, destroy, &options);
      code = then != NULL ? 0 : LODGER_ENOMEM;
    }
  if (code == 0)
    {
      then->pending.caller = caller;
      then->pending.func.then = func;
      then->source = lodger_pending_ref (done);
      then->listener = (LodgerListener) { .notify = then_notify, .discard = then_discard, .is_quiet = true };
      lodger_pending_ref (&then->pending);
      lodger__caller_hold (caller);
      if (!accept (caller, then))
        {
          lodger__caller_release (caller);
          lodger_pending_unref (done);
          lodger__pending_discard_call (&then->pending);
          code = LODGER_ECANCELED;
        }
    }
  if (code != 0)
    {
      if (destroy != NULL)
        destroy (data);
      return lodger__submit_refused (code, "lodger_pending_then", given != NULL ? given : &options);
    }
  lodger__trace (LODGER_TRACE_SUBMIT, caller, &then->pending, options.file, options.line, options.name);
  if (!lodger__pending_listen (done, &then->listener))
    then_notify (&then->listener, done);
  lodger__scope_link (&then->pending);
  return &then->pending;
}

LodgerPending *
lodger_pending_then (LodgerPending *done, LodgerCaller *caller, LodgerThenFunc func, void *data,
                     LodgerDestroyFunc destroy)
{
  return lodger_pending_then_full (done, caller, func, data, destroy, NULL);
}

bool
lodger__is_then (const LodgerPending *pending)
{
  return pending->item.ops == &then_ops;
}

LodgerPending *
lodger__then_source (LodgerPending *then)
{
  return ((LodgerThen *) then)->source;
}

LodgerItem *
lodger__thens_take (LodgerCaller *caller)
{
  LodgerThen *then;
  pthread_mutex_lock (&caller->mutex);
  for (then = caller->thens; then != NULL && !claim (&then->pending); then = then->next)
    ;
  pthread_mutex_unlock (&caller->mutex);
  return then != NULL ? &then->pending.item : NULL;
}

/* A stop has begun: nobody but the owner changes the list any more. */
bool
lodger__thens_has_next (const LodgerCaller *caller)
{
  const LodgerThen *then = caller->thens;
  while (then != NULL && (lodger__pending_state (&then->pending) & P_PUSHED))
    then = then->next;
  return then != NULL;
}
