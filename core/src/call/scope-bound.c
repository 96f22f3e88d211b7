/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call/scope-bound.h"
#include "base/log.h"
#include "life/life.h"
#include "mailbox/owner.h"

#include <lodger/host.h>
#include <stdlib.h>

/* A call is bound in two steps, since an end in another thread may come at any moment:
 *
 *   the extra     is added before anybody else knows the call: whoever is about to run it looks there for `ended`, so that
 *                 it does not start after an end, and links it, if the submitter has not come to that yet: so that an end
 *                 after the look finds it;
 *   the list      has it from the moment when it has been accepted until it is done, so that an end cancels it. That needs
 *                 a call which can be cancelled in full (it is in an inbox, a heap, a pool, on its source), and so comes
 *                 after all that.
 *
 * An end between the two sets `ended` under the mutex; the link looks under the same mutex, and cancels by itself. A call
 * that is done before it is linked has P_DONE by then: completion sets that, and takes the mutex afterwards to unlink; a
 * link looks at it under the mutex. If the link came first, unlink finds it on the list; else the link finds P_DONE.
 *
 * No lock of a pending is taken under the mutex, nor the other way round. A pending on the list is alive: who completes it
 * holds it until it is off the list. */

/* ---- what is bound ------------------------------------------------------------------------------------------------ */

int
lodger__scope_check_named (const LodgerCallOptions *options, const char *function)
{
  if ((options->data_home != NULL && lodger__is_before_fork (options->data_home))
      || (options->result_home != NULL && lodger__is_before_fork (options->result_home)))
    return lodger__misuse_at (function, LODGER_ECHILD, "its home belongs to the parent of this process", options->file,
                              options->line);
  if (options->scope == NULL)
    return options->flags & LODGER_PENDING_BOUND
               ? lodger__misuse_at (function, LODGER_EINVAL, "a bound call needs a scope", options->file, options->line)
               : 0;
  if (lodger__scope_is_before_fork (options->scope))
    return lodger__misuse_at (function, LODGER_ECHILD, "its scope belongs to the parent of this process", options->file,
                              options->line);
  return lodger_scope_has_ended (options->scope) ? LODGER_ECANCELED : 0;
}

/* Whoever completes the call: the end need not know of it any more. */
static void
unlink_done (LodgerListener *listener, LodgerPending *done)
{
  LodgerBinding *binding = lodger__owner (listener, LodgerBinding, listener);
  (void) done;
  if (lodger__scope_is_before_fork (binding->scope))
    return;
  pthread_mutex_lock (&binding->scope->mutex);
  lodger__list_remove (&binding->link);
  pthread_mutex_unlock (&binding->scope->mutex);
}

LODGER_LISTENER_OPS (unlink_ops, unlink_done, NULL, false);

static void
binding_free (LodgerExtra *extra)
{
  lodger_scope_unref (((LodgerBinding *) extra)->scope);
  free (extra);
}

LODGER_EXTRA_KIND (binding_kind, binding_free, NULL);

bool
lodger__scope_bind (LodgerPending *pending, LodgerScope *scope)
{
  LodgerBinding *binding = (LodgerBinding *) lodger__extra_need (pending, &binding_kind, sizeof *binding);
  if (binding == NULL)
    return false;
  binding->pending = pending;
  binding->scope = lodger_scope_ref (scope);
  binding->listener = lodger__listener (&unlink_ops);
  lodger__pending_add_state (pending, P_SCOPED);
  lodger__pending_add_listener (pending, &binding->listener);
  return true;
}

static LodgerBinding *
binding_of (LodgerPending *pending)
{
  LodgerBinding *binding = NULL;
  if (lodger__pending_state (pending) & P_SCOPED)
    {
      lodger__pending_lock (pending);
      binding = (LodgerBinding *) lodger__extra_find (pending, &binding_kind);
      lodger__pending_unlock (pending);
    }
  return binding;
}

/* False: the scope has ended, and cancels nothing any more. */
static bool
put_on (LodgerBinding *binding)
{
  LodgerScope *scope = binding->scope;
  bool has_ended;
  pthread_mutex_lock (&scope->mutex);
  has_ended = atomic_load_explicit (&scope->ended, memory_order_relaxed);
  if (!has_ended && binding->link.list == NULL && !(lodger__pending_state (binding->pending) & P_DONE))
    lodger__list_append (&scope->bound, &binding->link);
  pthread_mutex_unlock (&scope->mutex);
  return !has_ended;
}

void
lodger__scope_link (LodgerPending *pending)
{
  LodgerBinding *binding = binding_of (pending);
  if (binding != NULL && !put_on (binding))
    lodger_pending_cancel (pending, lodger__scope_end_message (binding->scope));
}

static bool
is_own_thread (const LodgerScope *scope)
{
  const LodgerThread *thread = lodger__thread_peek ();
  return thread != NULL && thread->serial == scope->thread;
}

/* Its object is held only in its own thread. */
static bool
has_hold (const LodgerScope *scope)
{
  return scope->options.hold != NULL && is_own_thread (scope);
}

/* 0, or a negative code. A worker is not asked for: what it does for the scope does not use the object. */
static int
ask (const LodgerScope *scope, const LodgerCaller *caller)
{
  int code = 0;
  if (scope->options.check != NULL && (is_own_thread (scope) || (caller != NULL && !lodger__is_driven (caller))))
    code = scope->options.check (scope->options.object);
  return code < 0 ? code : 0;
}

int
lodger__scope_ask_here (LodgerScope *scope, const LodgerCaller *caller)
{
  return lodger__owner_is_here (caller) ? ask (scope, caller) : 0;
}

void
lodger__scope_enter (LodgerPending *pending, const LodgerCaller *caller, LodgerScope **ret_held)
{
  LodgerBinding *binding = binding_of (pending);
  LodgerScope *scope;
  bool has_ended, is_gone;
  int code;
  if (binding == NULL)
    return;
  scope = binding->scope;
  has_ended = is_gone = !put_on (binding);
  code = is_gone ? 0 : ask (scope, caller);
  if (code != 0)
    {
      lodger__pending_signal (pending, lodger_error_new (NULL, code, NULL));
      return;
    }
  if (!is_gone && has_hold (scope))
    {
      is_gone = !scope->options.hold (scope->options.object);
      binding->is_held = !is_gone;
      if (!is_gone)
        *ret_held = lodger_scope_ref (scope);
    }
  if (is_gone)
    lodger_pending_cancel (pending, has_ended ? lodger__scope_end_message (scope) : lodger__scope_message);
}

void
lodger__scope_exited (LodgerPending *pending)
{
  const LodgerBinding *binding = binding_of (pending);
  if (binding != NULL && binding->is_held)
    lodger__scope_leave (binding->scope);
}

void
lodger__scope_leave (LodgerScope *held)
{
  if (held == NULL)
    return;
  if (held->options.release != NULL)
    held->options.release (held->options.object);
  lodger_scope_unref (held);
}

/* ---- without a call ------------------------------------------------------------------------------------------------- */

bool
lodger_host_hold_scope (LodgerScope *scope)
{
  if (lodger_scope_has_ended (scope) || lodger__scope_is_before_fork (scope))
    return false;
  if (ask (scope, NULL) != 0 || (has_hold (scope) && !scope->options.hold (scope->options.object)))
    return false;
  lodger_scope_ref (scope);
  return true;
}

void
lodger_host_release_scope (LodgerScope *scope)
{
  if (scope != NULL && has_hold (scope))
    lodger__scope_leave (scope);
  else
    lodger_scope_unref (scope);
}
