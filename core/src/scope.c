/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define LODGER_NO_CALL_SITES
#include "scope.h"
#include "caller-private.h"

#include <stdlib.h>
#include <string.h>

/* A call is bound in two steps, since an end in another thread may come at any moment:
 *
 *   side->scope   is set before anybody else knows the call: whoever is about to run it looks there for `ended`, so that
 *                 it does not start after an end, and links it, if the one who submits has not come to that yet: so that an
 *                 end after the look finds it;
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

struct LodgerScope
{
  atomic_uint refs;
  uint16_t generation; /* fork.c */
  atomic_bool ended;   /* written under the mutex */
  uint64_t thread;     /* serial of its own */
  pthread_mutex_t mutex;
  LodgerSide *first, *last; /* what is bound, oldest first */
  char *message;            /* written once, before `ended` */
  LodgerScopeOptions options;
};

const char lodger__scope_message[] = "its scope has ended";

static bool
is_foreign (const LodgerScope *scope)
{
  return scope->generation != (uint16_t) atomic_load_explicit (&lodger__generation, memory_order_relaxed);
}

LodgerScope *
lodger_scope_new (const LodgerScopeOptions *options)
{
  LodgerThread *thread = lodger__thread ();
  LodgerScope *scope = NULL;
  if (options != NULL && options->size < sizeof *options)
    {
      lodger__misuse (__func__, LODGER_EINVAL, "a wrong size given");
      return NULL;
    }
  if (thread != NULL)
    scope = calloc (1, sizeof *scope);
  if (scope == NULL)
    {
      lodger__misuse (__func__, LODGER_ENOMEM, lodger_error_code_string (LODGER_ENOMEM));
      if (options != NULL && options->destroy != NULL)
        options->destroy (options->object);
      return NULL;
    }
  atomic_init (&scope->refs, 1);
  atomic_init (&scope->ended, false);
  scope->generation = (uint16_t) atomic_load_explicit (&lodger__generation, memory_order_relaxed);
  scope->thread = thread->serial;
  lodger__port_mutex_init (&scope->mutex);
  if (options != NULL)
    scope->options = *options;
  return scope;
}

LodgerScope *
lodger_scope_ref (LodgerScope *scope)
{
  if (scope != NULL)
    atomic_fetch_add_explicit (&scope->refs, 1, memory_order_relaxed);
  return scope;
}

void
lodger_scope_unref (LodgerScope *scope)
{
  if (scope == NULL || atomic_fetch_sub_explicit (&scope->refs, 1, memory_order_acq_rel) != 1)
    return;
  if (scope->options.destroy != NULL)
    scope->options.destroy (scope->options.object);
  if (!is_foreign (scope))
    pthread_mutex_destroy (&scope->mutex);
  free (scope->message);
  free (scope);
}

bool
lodger_scope_has_ended (const LodgerScope *scope)
{
  return scope == NULL || atomic_load_explicit (&scope->ended, memory_order_acquire);
}

static const char *
message_of (const LodgerScope *scope)
{
  return scope->message != NULL ? scope->message : lodger__scope_message;
}

/* ---- the list ----------------------------------------------------------------------------------------------------- */

/* Under the mutex, all three. */
static void
append (LodgerScope *scope, LodgerSide *side)
{
  side->is_bound = true;
  side->next_bound = NULL;
  side->prev_bound = scope->last;
  if (scope->last != NULL)
    scope->last->next_bound = side;
  else
    scope->first = side;
  scope->last = side;
}

static void
take_out (LodgerScope *scope, LodgerSide *side)
{
  if (!side->is_bound)
    return;
  side->is_bound = false;
  if (side->prev_bound != NULL)
    side->prev_bound->next_bound = side->next_bound;
  else
    scope->first = side->next_bound;
  if (side->next_bound != NULL)
    side->next_bound->prev_bound = side->prev_bound;
  else
    scope->last = side->prev_bound;
}

static LodgerPending *
pop (LodgerScope *scope)
{
  LodgerSide *side = scope->first;
  if (side == NULL)
    return NULL;
  take_out (scope, side);
  return lodger_pending_ref (side->owner);
}

bool
lodger_scope_end (LodgerScope *scope, const char *message)
{
  LodgerPending *pending;
  bool is_first;
  if (scope == NULL || is_foreign (scope))
    {
      lodger__misuse (__func__, scope == NULL ? LODGER_EINVAL : LODGER_ECHILD,
                      scope == NULL ? "NULL given" : "it belongs to the parent of this process");
      return false;
    }
  lodger_scope_ref (scope);
  pthread_mutex_lock (&scope->mutex);
  is_first = !atomic_load_explicit (&scope->ended, memory_order_relaxed);
  if (is_first)
    {
      lodger__message_append (&scope->message, message);
      atomic_store_explicit (&scope->ended, true, memory_order_release);
    }
  while ((pending = pop (scope)) != NULL)
    {
      pthread_mutex_unlock (&scope->mutex);
      lodger_pending_cancel (pending, message_of (scope));
      lodger_pending_unref (pending);
      pthread_mutex_lock (&scope->mutex);
    }
  pthread_mutex_unlock (&scope->mutex);
  lodger_scope_unref (scope);
  return is_first;
}

/* ---- what is bound ------------------------------------------------------------------------------------------------ */

int
lodger__scope_check (const LodgerCallOptions *options, const char *function)
{
  if (options == NULL)
    return 0;
  if ((options->data_home != NULL && lodger__is_foreign (options->data_home))
      || (options->result_home != NULL && lodger__is_foreign (options->result_home)))
    return lodger__misuse (function, LODGER_ECHILD, "its home belongs to the parent of this process");
  if (options->scope == NULL)
    return options->flags & LODGER_PENDING_BOUND
               ? lodger__misuse (function, LODGER_EINVAL, "a bound call needs a scope")
               : 0;
  if (is_foreign (options->scope))
    return lodger__misuse (function, LODGER_ECHILD, "its scope belongs to the parent of this process");
  return lodger_scope_has_ended (options->scope) ? LODGER_ECANCELED : 0;
}

static LodgerScope *
scope_of (const LodgerPending *pending)
{
  return lodger__pending_state (pending) & P_SIDED ? pending->side->scope : NULL;
}

/* False: the scope has ended, and cancels nothing any more. */
static bool
put_on (LodgerScope *scope, LodgerPending *pending)
{
  bool has_ended;
  pthread_mutex_lock (&scope->mutex);
  has_ended = atomic_load_explicit (&scope->ended, memory_order_relaxed);
  if (!has_ended && !pending->side->is_bound && !(lodger__pending_state (pending) & P_DONE))
    append (scope, pending->side);
  pthread_mutex_unlock (&scope->mutex);
  return !has_ended;
}

void
lodger__scope_link (LodgerPending *pending)
{
  LodgerScope *scope = scope_of (pending);
  if (scope != NULL && !put_on (scope, pending))
    lodger_pending_cancel (pending, message_of (scope));
}

void
lodger__scope_unlink (LodgerPending *pending)
{
  LodgerScope *scope = pending->side->scope;
  if (is_foreign (scope))
    return;
  pthread_mutex_lock (&scope->mutex);
  take_out (scope, pending->side);
  pthread_mutex_unlock (&scope->mutex);
}

void
lodger__scope_enter (LodgerPending *pending, LodgerScope **ret_held)
{
  LodgerScope *scope = scope_of (pending);
  bool has_ended, is_gone;
  if (scope == NULL)
    return;
  has_ended = is_gone = !put_on (scope, pending);
  if (!is_gone && scope->options.hold != NULL && lodger__thread ()->serial == scope->thread)
    {
      is_gone = !scope->options.hold (scope->options.object);
      if (!is_gone)
        *ret_held = lodger_scope_ref (scope);
    }
  if (is_gone)
    lodger_pending_cancel (pending, has_ended ? message_of (scope) : lodger__scope_message);
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

/* ---- without options ---------------------------------------------------------------------------------------------- */

static LodgerCallOptions
bound (LodgerScope *scope)
{
  return (LodgerCallOptions) { .size = sizeof (LodgerCallOptions), .flags = LODGER_PENDING_BOUND, .scope = scope };
}

LodgerPending *
lodger_scope_call_soon (LodgerScope *scope, LodgerCaller *caller, LodgerCallFunc func, void *data,
                        LodgerDestroyFunc destroy)
{
  const LodgerCallOptions options = bound (scope);
  return lodger_caller_call_soon_full (caller, func, data, destroy, &options);
}

LodgerPending *
lodger_scope_call_later (LodgerScope *scope, LodgerCaller *caller, int64_t delay, LodgerCallFunc func, void *data,
                         LodgerDestroyFunc destroy)
{
  const LodgerCallOptions options = bound (scope);
  return lodger_caller_call_later_full (caller, delay, func, data, destroy, &options);
}

LodgerPending *
lodger_scope_to_thread (LodgerScope *scope, LodgerCaller *caller, LodgerCallFunc func, void *data,
                        LodgerDestroyFunc destroy)
{
  const LodgerCallOptions options = bound (scope);
  return lodger_caller_to_thread_full (caller, func, data, destroy, &options);
}

LodgerPending *
lodger_scope_then (LodgerScope *scope, LodgerPending *done, LodgerCaller *caller, LodgerThenFunc func, void *data,
                   LodgerDestroyFunc destroy)
{
  const LodgerCallOptions options = bound (scope);
  return lodger_pending_then_full (done, caller, func, data, destroy, &options);
}
