/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call/scope-bound.h"

#include "base/log.h"
#include "base/options.h"
#include "base/thread.h"
#include "life/life.h"

#include <stdlib.h>
#include <string.h>

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

const char lodger__scope_message[] = "its scope has ended";

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
    lodger__destroy (scope->options.destroy, scope->options.object);
  if (!lodger__scope_is_before_fork (scope))
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

/* ---- the end ----------------------------------------------------------------------------------------------------- */

/* The oldest stays on the list until it is cancelled: another thread that ends the scope meanwhile finds it there, and
 * does not return before. Whoever comes second leaves a message out that is there already. Under the mutex on entry and
 * on return. */
static void
cancel_bound (LodgerScope *scope, LodgerBinding *binding, bool is_first)
{
  LodgerPending *pending = lodger_pending_ref (binding->pending);
  pthread_mutex_unlock (&scope->mutex);
  if (is_first || !(lodger__pending_state (pending) & P_CANCELLED))
    lodger_pending_cancel (pending, lodger__scope_end_message (scope));
  pthread_mutex_lock (&scope->mutex);
  lodger__list_remove (&binding->link);
  pthread_mutex_unlock (&scope->mutex);
  lodger_pending_unref (pending);
  pthread_mutex_lock (&scope->mutex);
}

bool
lodger_scope_end (LodgerScope *scope, const char *message)
{
  LodgerBinding *binding;
  bool is_first, has_message = true;
  if (scope == NULL || lodger__scope_is_before_fork (scope))
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
  while ((binding = lodger__list_first (&scope->bound, LodgerBinding, link)) != NULL)
    cancel_bound (scope, binding, is_first);
  pthread_mutex_unlock (&scope->mutex);
  lodger_scope_unref (scope);
  if (!has_message)
    lodger__message_lost (message);
  return is_first;
}

/* ---- for people -------------------------------------------------------------------------------------------------- */

/* Both mutexes are held: a call on the list is alive. */
static void
write_scope (LodgerScope *scope, LodgerText *text)
{
  unsigned count = 0;
  lodger__list_for (binding, &scope->bound, LodgerBinding, link)
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
