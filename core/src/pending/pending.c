/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pending/pending.h"

#include "base/fork.h"
#include "base/log.h"
#include "base/options.h"
#include "base/slab.h"
#include "life/life.h"
#include "pending/carry.h"
#include "pending/extras.h"

#include <assert.h>
#include <stdlib.h>

static const LodgerItemOps promise_ops = { .slab_class = LODGER_SLAB_MEDIUM };

static LodgerPending out_of_memory
    = { .state = P_DONE | P_STATIC, .is_seen = true, .outcome = { .type = V_ERROR, .error = &lodger__no_memory } };

static LodgerPending *
pending_new (const LodgerItemOps *ops, unsigned state, unsigned refs)
{
  LodgerPending *pending = lodger__slab_new (ops->slab_class);
  static_assert (sizeof (LodgerPending) <= 128, "a pending is a medium piece of the slab");
  static_assert (offsetof (LodgerPending, site) == 64, "what every call needs is in the first line");
  if (pending == NULL)
    return NULL;
  pending->item.ops = ops;
  atomic_init (&pending->refs, refs);
  atomic_init (&pending->state, state);
  pending->generation = (uint16_t) lodger__generation_now ();
  pending->slab_class = (uint8_t) ops->slab_class;
  pending->stack_order = 0;
  atomic_init (&pending->is_seen, false);
  pending->outcome = (LodgerValue) { .type = V_NOTHING };
  pending->listeners = NULL;
  pending->extras = NULL;
  return pending;
}

static bool
has_home (const LodgerCallOptions *options)
{
  return options != NULL && (options->data_home != NULL || options->result_home != NULL);
}

/* It may have a context of its own. */
static bool
has_context (const LodgerCallOptions *options)
{
  const LodgerThread *thread = lodger__thread_peek ();
  return (thread != NULL && thread->context != NULL) || (options != NULL && options->context != NULL);
}

LodgerPending *
lodger__pending_new_call (const LodgerItemOps *ops, LodgerCaller *caller, const LodgerWork *work,
                          const LodgerCallOptions *options)
{
  bool is_protected = options != NULL && (options->flags & LODGER_PENDING_PROTECTED);
  LodgerPending *pending = pending_new (ops, is_protected ? P_PROTECTED : 0, 2);
  if (pending == NULL)
    return NULL;
  pending->caller = caller;
  pending->work = *work;
  pending->site = lodger__site_of (options);
  if (options != NULL && (options->flags & LODGER_PENDING_MAY_FAIL))
    atomic_init (&pending->is_seen, true);
  if ((!has_home (options) || lodger__destroy_in_set (pending, options))
      && (!has_context (options) || lodger__carry_set (pending, options)))
    return pending;
  lodger__pending_discard_call (pending);
  return NULL;
}

void
lodger__pending_invoke (LodgerPending *pending, LodgerCaller *caller, LodgerPending *done)
{
  LodgerThread *thread = lodger__thread_peek ();
  const LodgerCarried outer = lodger__carry_enter (thread, pending);
  lodger__pending_trace (LODGER_TRACE_START, pending, caller);
  if (done != NULL)
    pending->work.then (pending, done, pending->work.data);
  else
    pending->work.call (pending, pending->work.data);
  lodger__pending_trace (LODGER_TRACE_END, pending, caller);
  lodger__carry_leave (thread, outer);
}

/* It belongs to no call. */
static LodgerPending *
promise_with (unsigned state)
{
  LodgerPending *promise = pending_new (&promise_ops, P_PROMISE | state, 1);
  if (promise == NULL)
    return NULL;
  promise->caller = NULL;
  promise->work = lodger__work (NULL, NULL, NULL);
  promise->site = (LodgerSite) { NULL, NULL, 0 };
  return promise;
}

static LodgerPending *
promise_new (const LodgerPendingOptions *options)
{
  unsigned is_protected = options->flags & LODGER_PENDING_PROTECTED ? P_PROTECTED : 0;
  LodgerPending *promise = promise_with (P_PROMISE | is_protected);
  if (promise == NULL)
    return NULL;
  promise->site = (LodgerSite) { options->file, options->name, options->line };
  if (lodger__carry_set_promise (promise, options))
    {
      lodger__carry_join (promise);
      return promise;
    }
  lodger__pending_discard_call (promise);
  return NULL;
}

static LodgerPending *
new_promise (const LodgerPendingOptions *options, const char *reason, const char *function)
{
  LodgerPending *promise;
  if ((unsigned) options->flags & ~(unsigned) LODGER_PENDING_PROTECTED)
    reason = "unknown flags";
  else if ((unsigned) options->trackers > LODGER_TRACK_NAMED)
    reason = "unknown trackers";
  if (reason != NULL)
    {
      lodger__misuse_at (function, LODGER_EINVAL, reason, options->file, options->line);
      return lodger__pending_refused (LODGER_EINVAL, NULL);
    }
  promise = promise_new (options);
  return promise != NULL ? promise : lodger__pending_refused (LODGER_ENOMEM, NULL);
}

LodgerPending *
lodger_pending_new (LodgerPendingFlags flags)
{
  const LodgerPendingOptions options = { .size = sizeof options, .flags = flags };
  return new_promise (&options, NULL, __func__);
}

LodgerPending *
lodger_pending_new_full (const LodgerPendingOptions *given)
{
  LodgerPendingOptions own, options = { .size = sizeof options };
  const char *reason;
  given = lodger__options (given, &own, sizeof own, &reason);
  if (given != NULL)
    options = *given;
  return new_promise (&options, reason, __func__);
}

LodgerPending *
lodger__pending_new_owned (void)
{
  return promise_with (P_PROTECTED | P_OWNED);
}

void
lodger__pending_signal (LodgerPending *pending, LodgerError *error)
{
  LodgerValue value = { .type = error != NULL ? V_ERROR : V_NOTHING, .error = error };
  lodger__pending_lock (pending);
  if (!(lodger__pending_state (pending) & P_DONE))
    lodger__pending_store (pending, &value);
  lodger__pending_complete_with (pending, P_VALUED);
  lodger__value_clear (&value);
}

LodgerPending *
lodger__pending_failed (LodgerError *error)
{
  LodgerPending *pending = promise_with (P_DONE | P_VALUED);
  if (pending != NULL)
    pending->outcome = (LodgerValue) { .type = V_ERROR, .error = error };
  else
    lodger_error_unref (error);
  return pending != NULL ? pending : &out_of_memory;
}

LodgerPending *
lodger__pending_refused (int code, const char *message)
{
  LodgerPending *pending = code == LODGER_ENOMEM ? NULL : promise_with (P_DONE);
  if (pending == NULL)
    return &out_of_memory;
  if (code == LODGER_ECANCELED)
    {
      lodger__pending_begin_with (pending, P_CANCELLED);
      if (!lodger__pending_add_message (pending, message))
        lodger__message_lost (message);
      return pending;
    }
  lodger__pending_begin_with (pending, P_VALUED);
  pending->outcome = (LodgerValue) { .type = V_ERROR, .error = lodger_error_new (NULL, code, message) };
  return pending;
}

void
lodger__pending_discard_call (LodgerPending *pending)
{
  lodger__extras_free (pending);
  lodger__slab_free (pending->slab_class, pending);
}

void
lodger__pending_abandon (LodgerPending *pending)
{
  lodger__pending_lock (pending);
  if (lodger__pending_is_unanswered (pending))
    lodger__pending_add_state (pending, P_UNANSWERED);
  if (!(lodger__pending_state (pending) & P_DONE))
    lodger__pending_add_state (pending, P_ABANDONED | P_CANCELLED);
  lodger__pending_complete (pending);
}

LodgerPending *
lodger_pending_ref (LodgerPending *pending)
{
  if (pending != NULL && !(lodger__pending_state (pending) & P_STATIC))
    atomic_fetch_add_explicit (&pending->refs, 1, memory_order_relaxed);
  return pending;
}

/* A reference is made from another one: if this is the only one, nobody makes one meanwhile. */
bool
lodger__pending_let_go (LodgerPending *pending)
{
  return !(lodger__pending_state (pending) & P_STATIC)
         && (atomic_load_explicit (&pending->refs, memory_order_acquire) == 1
             || atomic_fetch_sub_explicit (&pending->refs, 1, memory_order_acq_rel) == 1);
}

/* Without any reference: nothing is left but its memory. */
static bool
is_bare (const LodgerPending *pending)
{
  return !(lodger__pending_state (pending) & (P_ANSWERED | P_VALUED | P_LISTENED | P_EXTRAS | P_CARRIES | P_LOCKED));
}

bool
lodger__pending_has_left_data (const LodgerPending *pending)
{
  const LodgerValue *value = &pending->outcome;
  if (is_bare (pending))
    return false;
  return pending->extras != NULL || value->type == V_SHARED || (value->type == V_POINTER && value->destroy != NULL);
}

/* One that is torn is left as it is. */
static LodgerPending *
free_with_all (LodgerPending *pending)
{
  LodgerValue value = pending->outcome;
  LodgerExtra *home = NULL;
  LodgerPending *leader = NULL;
  if (lodger__pending_is_torn (pending))
    return NULL;
  if (value.type == V_ERROR)
    lodger__pending_tell_unread (pending);
  lodger__pending_discard_listeners (pending);
  if (value.type == V_LEADER || value.type == V_SHARED)
    leader = value.pending;
  else if (value.type == V_POINTER && value.destroy != NULL)
    home = lodger__destroy_in_take_result (pending);
  if (home != NULL)
    lodger__destroy_in_send (home, value.pointer, value.destroy);
  else if (leader == NULL)
    lodger__value_clear (&value);
  lodger__extras_free (pending);
  lodger__slab_free (pending->slab_class, pending);
  return leader;
}

/* Gives the one whose outcome it has, a reference; or NULL. */
static LodgerPending *
pending_free (LodgerPending *pending)
{
  if (!is_bare (pending))
    return free_with_all (pending);
  lodger__slab_free (pending->slab_class, pending);
  return NULL;
}

void
lodger__pending_free (LodgerPending *pending)
{
  do
    pending = pending_free (pending);
  while (pending != NULL && lodger__pending_let_go (pending));
}

void
lodger_pending_unref (LodgerPending *pending)
{
  if (pending != NULL && lodger__pending_let_go (pending))
    lodger__pending_free (pending);
}

/* Without a reference it is in no inbox, so that its item can be on the list. */
void
lodger__pending_drop (LodgerPending *pending, LodgerItem **dropped)
{
  if (pending == NULL || !lodger__pending_let_go (pending))
    return;
  atomic_store_explicit (&pending->item.next, *dropped, memory_order_relaxed);
  *dropped = &pending->item;
}

void
lodger__pending_free_dropped (LodgerItem *dropped)
{
  while (dropped != NULL)
    {
      LodgerPending *pending = (LodgerPending *) dropped;
      dropped = atomic_load_explicit (&dropped->next, memory_order_relaxed);
      lodger_pending_unref (pending_free (pending));
    }
}

void
lodger_pending_disown (LodgerPending *pending)
{
  lodger_pending_unref (pending);
}

void
lodger__pending_destroy_its_data (LodgerPending *pending)
{
  LodgerDestroyFunc destroy = pending->work.destroy;
  LodgerExtra *home = NULL;
  pending->work.destroy = NULL;
  if (lodger__pending_state (pending) & P_DATA_HOME)
    {
      lodger__pending_lock (pending);
      home = lodger__destroy_in_take_data (pending);
      lodger__pending_unlock (pending);
    }
  if (home != NULL)
    lodger__destroy_in_send (home, pending->work.data, destroy);
  else
    lodger__destroy (destroy, pending->work.data);
}

/* ---- a call ------------------------------------------------------------------------------------------------------ */

/* A pool's call has its caller from here on. */
bool
lodger__pending_start (LodgerPending *pending, LodgerCaller *caller)
{
  unsigned state;
  if (lodger__pending_add_state_unless (pending, P_UNASSIGNED | P_CANCELLED | P_DONE, P_STARTED))
    return true;
  lodger__pending_lock (pending);
  state = lodger__pending_state (pending);
  if (state & (P_CANCELLED | P_DONE))
    {
      lodger__pending_unlock (pending);
      return false;
    }
  if (state & P_UNASSIGNED)
    pending->caller = caller;
  lodger__pending_unlock_into (pending, P_STARTED, P_UNASSIGNED);
  return true;
}

void
lodger__pending_lend_site (const LodgerPending *pending, LodgerCallOptions *options)
{
  if (options->file == NULL)
    {
      options->file = pending->site.file;
      options->line = pending->site.line;
    }
  if (options->name == NULL)
    options->name = pending->site.name;
}
