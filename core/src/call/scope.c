/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call/scope.h"

#include "base/fork.h"
#include "base/log.h"
#include "base/options.h"
#include "base/thread.h"
#include "life/life.h"
#include "pending/extras.h"

#include <lodger/host.h>
#include <stdlib.h>
#include <string.h>

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

struct LodgerScope
{
  atomic_uint refs;
  uint16_t generation; /* base/fork.h */
  atomic_bool ended;   /* written under the mutex */
  uint64_t thread;     /* serial of its own */
  pthread_mutex_t mutex;
  LodgerList bound; /* calls, oldest first */
  char *message;    /* written once, before `ended` */
  LodgerScopeOptions options;
  LodgerLink known; /* on the list of all, under its mutex */
  uint64_t number;
};

/* All scopes, for those who look at them. */
static pthread_mutex_t scopes_mutex = PTHREAD_MUTEX_INITIALIZER;
static LodgerList scopes;
static uint64_t last_number;

static void
forget_scopes (void)
{
  scopes = (LodgerList) { NULL, NULL };
}

LODGER_FORK_LOCK (scopes_mutex, LODGER_RANK_SCOPES, forget_scopes);

/* A call's tie to its scope. */
typedef struct Binding
{
  LodgerExtra extra; /* first */
  LodgerPending *pending;
  LodgerScope *scope; /* a reference */
  LodgerListener listener;
  LodgerLink link; /* on the scope's list, under its mutex */
  bool is_held;    /* owner: the call has begun, and holds the object */
} Binding;

const char lodger__scope_message[] = "its scope has ended";

static bool
is_before_fork (const LodgerScope *scope)
{
  return scope->generation != (uint16_t) lodger__generation_now ();
}

LodgerScope *
lodger_scope_new (const LodgerScopeOptions *options)
{
  LodgerThread *thread = lodger__thread ();
  LodgerScope *scope = NULL;
  LodgerScopeOptions own;
  const char *reason;
  options = lodger__options (options, &own, sizeof own, &reason);
  if (thread != NULL && reason == NULL)
    scope = calloc (1, sizeof *scope);
  if (scope == NULL)
    {
      int code = reason != NULL ? LODGER_EINVAL : LODGER_ENOMEM;
      lodger__misuse_at (__func__, code, reason != NULL ? reason : lodger_error_code_string (code),
                         options != NULL ? options->file : NULL, options != NULL ? options->line : 0);
      if (options != NULL && options->destroy != NULL)
        options->destroy (options->object);
      return NULL;
    }
  atomic_init (&scope->refs, 1);
  atomic_init (&scope->ended, false);
  scope->generation = (uint16_t) lodger__generation_now ();
  scope->thread = thread->serial;
  lodger__port_mutex_init (&scope->mutex);
  if (options != NULL)
    scope->options = *options;
  pthread_mutex_lock (&scopes_mutex);
  scope->number = ++last_number;
  lodger__list_append (&scopes, &scope->known);
  pthread_mutex_unlock (&scopes_mutex);
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
  if (!is_before_fork (scope))
    {
      pthread_mutex_lock (&scopes_mutex);
      lodger__list_remove (&scope->known);
      pthread_mutex_unlock (&scopes_mutex);
      pthread_mutex_destroy (&scope->mutex);
    }
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

/* ---- the end --------------------------------------------------------------------------------------------------------- */

/* Under the mutex: the oldest, taken off the list, as a new reference. */
static LodgerPending *
pop (LodgerScope *scope)
{
  const Binding *binding = lodger__list_item (lodger__list_pop (&scope->bound), Binding, link);
  return binding != NULL ? lodger_pending_ref (binding->pending) : NULL;
}

bool
lodger_scope_end (LodgerScope *scope, const char *message)
{
  LodgerPending *pending;
  bool is_first, has_message = true;
  if (scope == NULL || is_before_fork (scope))
    {
      lodger__misuse (__func__, scope == NULL ? LODGER_EINVAL : LODGER_ECHILD,
                      scope == NULL ? "NULL given" : lodger__before_fork_message);
      return false;
    }
  lodger_scope_ref (scope);
  pthread_mutex_lock (&scope->mutex);
  is_first = !atomic_load_explicit (&scope->ended, memory_order_relaxed);
  if (is_first)
    {
      has_message = lodger__message_append (&scope->message, message);
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
  if (!has_message)
    lodger__message_lost (message);
  return is_first;
}

/* ---- what is bound ------------------------------------------------------------------------------------------------ */

int
lodger__scope_check (const LodgerCallOptions *options, const char *function)
{
  if (options == NULL)
    return 0;
  if ((options->data_home != NULL && lodger__is_before_fork (options->data_home))
      || (options->result_home != NULL && lodger__is_before_fork (options->result_home)))
    return lodger__misuse_at (function, LODGER_ECHILD, "its home belongs to the parent of this process", options->file,
                              options->line);
  if (options->scope == NULL)
    return options->flags & LODGER_PENDING_BOUND
               ? lodger__misuse_at (function, LODGER_EINVAL, "a bound call needs a scope", options->file, options->line)
               : 0;
  if (is_before_fork (options->scope))
    return lodger__misuse_at (function, LODGER_ECHILD, "its scope belongs to the parent of this process", options->file,
                              options->line);
  return lodger_scope_has_ended (options->scope) ? LODGER_ECANCELED : 0;
}

/* Whoever completes the call: the end need not know of it any more. */
static void
unlink_done (LodgerListener *listener, LodgerPending *done)
{
  Binding *binding = lodger__owner (listener, Binding, listener);
  (void) done;
  if (is_before_fork (binding->scope))
    return;
  pthread_mutex_lock (&binding->scope->mutex);
  lodger__list_remove (&binding->link);
  pthread_mutex_unlock (&binding->scope->mutex);
}

LODGER_LISTENER_OPS (unlink_ops, unlink_done, NULL, false);

static void
binding_free (LodgerExtra *extra)
{
  lodger_scope_unref (((Binding *) extra)->scope);
  free (extra);
}

LODGER_EXTRA_KIND (binding_kind, binding_free, NULL);

bool
lodger__scope_bind (LodgerPending *pending, LodgerScope *scope)
{
  Binding *binding = (Binding *) lodger__extra_need (pending, &binding_kind, sizeof *binding);
  if (binding == NULL)
    return false;
  binding->pending = pending;
  binding->scope = lodger_scope_ref (scope);
  binding->listener = lodger__listener (&unlink_ops);
  lodger__pending_add_state (pending, P_SCOPED);
  lodger__pending_add_listener (pending, &binding->listener);
  return true;
}

static Binding *
binding_of (LodgerPending *pending)
{
  Binding *binding = NULL;
  if (lodger__pending_state (pending) & P_SCOPED)
    {
      lodger__pending_lock (pending);
      binding = (Binding *) lodger__extra_find (pending, &binding_kind);
      lodger__pending_unlock (pending);
    }
  return binding;
}

/* False: the scope has ended, and cancels nothing any more. */
static bool
put_on (Binding *binding)
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
  Binding *binding = binding_of (pending);
  if (binding != NULL && !put_on (binding))
    lodger_pending_cancel (pending, message_of (binding->scope));
}

/* Its object is held only in its own thread. */
static bool
has_hold (const LodgerScope *scope)
{
  const LodgerThread *thread = lodger__thread_peek ();
  return scope->options.hold != NULL && thread != NULL && thread->serial == scope->thread;
}

void
lodger__scope_enter (LodgerPending *pending, LodgerScope **ret_held)
{
  Binding *binding = binding_of (pending);
  LodgerScope *scope;
  bool has_ended, is_gone;
  if (binding == NULL)
    return;
  scope = binding->scope;
  has_ended = is_gone = !put_on (binding);
  if (!is_gone && has_hold (scope))
    {
      is_gone = !scope->options.hold (scope->options.object);
      binding->is_held = !is_gone;
      if (!is_gone)
        *ret_held = lodger_scope_ref (scope);
    }
  if (is_gone)
    lodger_pending_cancel (pending, has_ended ? message_of (scope) : lodger__scope_message);
}

void
lodger__scope_exited (LodgerPending *pending)
{
  const Binding *binding = binding_of (pending);
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
  if (lodger_scope_has_ended (scope) || is_before_fork (scope))
    return false;
  if (has_hold (scope) && !scope->options.hold (scope->options.object))
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

/* ---- for people ------------------------------------------------------------------------------------------------------ */

/* Both mutexes are held: a call on the list is alive. */
static void
write_scope (LodgerScope *scope, LodgerText *text)
{
  unsigned count = 0;
  lodger__list_for (binding, &scope->bound, Binding, link)
    {
      if (count == 0)
        {
          lodger__text_add (text, "scope #%llu", (unsigned long long) scope->number);
          if (scope->options.object != NULL)
            lodger__text_add (text, " of the object %p", scope->options.object);
          lodger__text_add (text, ": not ended\n");
        }
      if (count++ < LODGER_TEXT_MOST)
        {
          lodger__text_label (text, 1, count == 1 ? "bound" : "");
          lodger__pending_write (binding->pending, text);
          lodger__text_add (text, "\n");
        }
    }
  lodger__text_rest (text, 1, "", count);
}

void
lodger__scopes_write (LodgerText *text)
{
  pthread_mutex_lock (&scopes_mutex);
  lodger__list_for (scope, &scopes, LodgerScope, known)
    {
      pthread_mutex_lock (&scope->mutex);
      write_scope (scope, text);
      pthread_mutex_unlock (&scope->mutex);
    }
  pthread_mutex_unlock (&scopes_mutex);
}
