/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pending-private.h"

#include "caller-private.h"
#include "fork.h"
#include "scope.h"

#include <stdlib.h>
#include <string.h>

/* A pending is locked for a few instructions at a time, and hardly ever by two threads at once: a few shared mutexes do
 * for all. No thread holds two of them, and none is held while user code runs. */
enum
{
  LOCKS = 32 /* all are held across a fork; ThreadSanitizer can bear 64 at once, with others */
};

static struct
{
  _Alignas(64) pthread_mutex_t mutex;
} locks[LOCKS] = { [0 ... LOCKS - 1] = { PTHREAD_MUTEX_INITIALIZER } };

static const LodgerItemOps promise_ops = { .node_class = LODGER_NODE_MEDIUM };

static LodgerPending out_of_memory
    = { .state = P_DONE | P_STATIC, .value_type = V_ERROR, .value = { .pointer = &lodger__no_memory } };

static pthread_mutex_t *
lock_of (const LodgerPending *pending)
{
  uintptr_t address = (uintptr_t) pending / 64;
  return &locks[(address ^ address / LOCKS) % LOCKS].mutex;
}

void
lodger__pending_lock (const LodgerPending *pending)
{
  pthread_mutex_lock (lock_of (pending));
}

void
lodger__pending_unlock (const LodgerPending *pending)
{
  pthread_mutex_unlock (lock_of (pending));
}

static LodgerPending *
pending_new (const LodgerItemOps *ops, unsigned state, unsigned refs)
{
  LodgerPending *pending = lodger__node_new (ops->node_class);
  _Static_assert(sizeof (LodgerPending) <= 128, "a pending is a medium node");
  if (pending == NULL)
    return NULL;
  memset (pending, 0, sizeof *pending);
  pending->item.ops = ops;
  pending->node_class = (uint8_t) ops->node_class;
  pending->generation = (uint16_t) atomic_load_explicit (&lodger__generation, memory_order_relaxed);
  atomic_init (&pending->refs, refs);
  atomic_init (&pending->state, state);
  return pending;
}

LodgerPending *
lodger__pending_new_call (const LodgerItemOps *ops, void *data, LodgerDestroyFunc destroy,
                          const LodgerCallOptions *options)
{
  bool is_protected = options != NULL && (options->flags & LODGER_PENDING_PROTECTED);
  LodgerPending *pending = pending_new (ops, is_protected ? P_PROTECTED : 0, 2);
  if (pending == NULL)
    return NULL;
  pending->data = data;
  pending->destroy = destroy;
  if (options != NULL)
    {
      pending->file = options->file;
      pending->name = options->name;
      pending->line = options->line;
      if (!lodger__side_set (pending, options))
        {
          lodger__pending_discard_call (pending);
          return NULL;
        }
    }
  return pending;
}

LodgerPending *
lodger_pending_new (LodgerPendingFlags flags)
{
  LodgerPending *pending;
  if ((unsigned) flags & ~(unsigned) LODGER_PENDING_PROTECTED)
    return lodger__pending_refused (lodger__misuse (__func__, LODGER_EINVAL, "unknown flags"), NULL);
  pending = pending_new (&promise_ops, P_PROMISE | (flags & LODGER_PENDING_PROTECTED ? P_PROTECTED : 0), 1);
  return pending != NULL ? pending : lodger__pending_refused (LODGER_ENOMEM, NULL);
}

LodgerPending *
lodger__pending_new_owned (void)
{
  return pending_new (&promise_ops, P_PROMISE | P_PROTECTED | P_OWNED, 1);
}

void
lodger__pending_signal (LodgerPending *pending, LodgerError *error)
{
  LodgerValue value = { .type = error != NULL ? V_ERROR : V_NOTHING, .error = error };
  lodger__pending_lock (pending);
  if (!(lodger__pending_state (pending) & P_DONE))
    lodger__pending_store (pending, &value);
  lodger__pending_complete (pending);
  lodger__value_clear (&value);
}

LodgerPending *
lodger__pending_refused (int code, const char *message)
{
  LodgerPending *pending = code == LODGER_ENOMEM ? NULL : pending_new (&promise_ops, P_PROMISE | P_DONE, 1);
  if (pending == NULL)
    return &out_of_memory;
  if (code == LODGER_ECANCELED)
    {
      lodger__pending_add_state (pending, P_CANCELLED);
      if (lodger__pending_side (pending) != NULL)
        lodger__message_append (&pending->side->message, message);
      return pending;
    }
  pending->value_type = V_ERROR;
  pending->value.pointer = lodger_error_new (NULL, code, message);
  return pending;
}

void
lodger__pending_discard_call (LodgerPending *pending)
{
  lodger__side_free (pending->side);
  lodger__node_free (pending->node_class, pending);
}

LodgerPending *
lodger_pending_ref (LodgerPending *pending)
{
  if (pending != NULL && !(lodger__pending_state (pending) & P_STATIC))
    atomic_fetch_add_explicit (&pending->refs, 1, memory_order_relaxed);
  return pending;
}

static LodgerListener *
listener_pop (LodgerPending *pending)
{
  LodgerListener *newest = pending->listeners;
  LodgerListener *oldest;
  if (newest == NULL)
    return NULL;
  oldest = newest->next;
  if (oldest == newest)
    pending->listeners = NULL;
  else
    newest->next = oldest->next;
  oldest->next = NULL;
  return oldest;
}

static LodgerPending *
pending_free (LodgerPending *pending)
{
  LodgerPending *leader = NULL;
  LodgerListener *listener;
  LodgerValue value = { .type = (LodgerValueType) pending->value_type, .destroy = pending->value_destroy };
  while ((listener = listener_pop (pending)) != NULL)
    if (listener->discard != NULL)
      listener->discard (listener);
  value.pointer = pending->value.pointer;
  if (value.type == V_PENDING)
    leader = value.pending;
  else if (value.type == V_POINTER && value.destroy != NULL && pending->side != NULL && pending->side->home != NULL)
    {
      lodger__home_send (pending->side->home, value.pointer, value.destroy);
      pending->side->home = NULL;
    }
  else
    lodger__value_clear (&value);
  lodger__side_free (pending->side);
  lodger__node_free (pending->node_class, pending);
  return leader;
}

void
lodger_pending_unref (LodgerPending *pending)
{
  while (pending != NULL && !(lodger__pending_state (pending) & P_STATIC)
         && atomic_fetch_sub_explicit (&pending->refs, 1, memory_order_acq_rel) == 1)
    pending = pending_free (pending);
}

void
lodger__pending_destroy_data (LodgerPending *pending)
{
  LodgerDestroyFunc destroy = pending->destroy;
  LodgerHome *home = lodger__pending_state (pending) & P_SIDED ? pending->side->data_home : NULL;
  pending->destroy = NULL;
  if (destroy != NULL && home != NULL)
    {
      pending->side->data_home = NULL;
      lodger__home_send (home, pending->data, destroy);
    }
  else if (destroy != NULL)
    destroy (pending->data);
}

void
lodger__value_clear (LodgerValue *value)
{
  switch (value->type)
    {
    case V_POINTER:
      if (value->destroy != NULL)
        value->destroy (value->pointer);
      break;
    case V_STRING:
    case V_BYTES: free (value->pointer); break;
    case V_ERROR: lodger_error_unref (value->error); break;
    case V_PENDING: lodger_pending_unref (value->pending); break;
    case V_NOTHING:
    case V_INT:
    case V_BOOLEAN: break;
    }
  value->type = V_NOTHING;
}

void
lodger__pending_store (LodgerPending *pending, LodgerValue *value)
{
  pending->value_type = (uint8_t) value->type;
  if (value->type == V_INT || value->type == V_BOOLEAN)
    pending->value.number = value->number;
  else
    pending->value.pointer = value->pointer;
  pending->value_destroy = value->type == V_POINTER ? value->destroy : NULL;
  value->type = V_NOTHING;
}

/* A canceller's data goes when both the canceller and the call are through, by whoever comes last. */
static void
canceller_release (LodgerPending *pending)
{
  LodgerSide *side;
  LodgerDestroyFunc destroy = NULL;
  void *data = NULL;
  lodger__pending_lock (pending);
  side = pending->side;
  if (side != NULL && side->has_canceller && !side->canceller_busy && (lodger__pending_state (pending) & P_DONE))
    {
      destroy = side->canceller_destroy;
      data = side->canceller_data;
      side->canceller_destroy = NULL;
    }
  lodger__pending_unlock (pending);
  if (destroy != NULL)
    destroy (data);
}

void
lodger__pending_complete (LodgerPending *pending)
{
  LodgerListener *listener;
  bool has_canceller = pending->side != NULL && pending->side->has_canceller;
  bool has_scope = pending->side != NULL && pending->side->scope != NULL;
  if (lodger__pending_state (pending) & P_DONE)
    {
      lodger__pending_unlock (pending);
      return;
    }
  lodger_pending_ref (pending);
  lodger__pending_add_state (pending, P_DONE);
  while ((listener = listener_pop (pending)) != NULL)
    {
      if (listener->locked)
        {
          listener->notify (listener, pending);
          continue;
        }
      lodger__pending_unlock (pending);
      listener->notify (listener, pending);
      lodger__pending_lock (pending);
    }
  lodger__pending_unlock (pending);
  if (has_scope)
    lodger__scope_unlink (pending);
  if (has_canceller)
    canceller_release (pending);
  lodger_pending_unref (pending);
}

bool
lodger__pending_listen (LodgerPending *pending, LodgerListener *listener)
{
  bool listens;
  lodger__pending_lock (pending);
  listens = !(lodger__pending_state (pending) & P_DONE);
  if (listens)
    {
      LodgerListener *newest = pending->listeners;
      listener->next = newest != NULL ? newest->next : listener;
      if (newest != NULL)
        newest->next = listener;
      pending->listeners = listener;
    }
  lodger__pending_unlock (pending);
  return listens;
}

bool
lodger__pending_unlink (LodgerPending *pending, LodgerListener *listener)
{
  LodgerListener *prev = pending->listeners;
  if (prev == NULL)
    return false;
  do
    {
      if (prev->next == listener)
        {
          if (prev == listener)
            pending->listeners = NULL;
          else
            {
              prev->next = listener->next;
              if (pending->listeners == listener)
                pending->listeners = prev;
            }
          return true;
        }
      prev = prev->next;
    }
  while (prev != pending->listeners);
  return false;
}

bool
lodger__pending_unlisten (LodgerPending *pending, LodgerListener *listener)
{
  bool found;
  lodger__pending_lock (pending);
  found = lodger__pending_unlink (pending, listener);
  lodger__pending_unlock (pending);
  return found;
}

/* ---- a fork ------------------------------------------------------------------------------------------------------ */

bool
lodger__pending_is_foreign (const LodgerPending *pending, const char *function)
{
  bool is_foreign
      = !(lodger__pending_state (pending) & P_STATIC)
        && pending->generation != (uint16_t) atomic_load_explicit (&lodger__generation, memory_order_relaxed);
  if (is_foreign && function != NULL)
    lodger__misuse (function, LODGER_ECHILD, "it belongs to the parent of this process");
  return is_foreign;
}

void
lodger__pendings_lock (void)
{
  for (unsigned i = 0; i < LOCKS; i++)
    pthread_mutex_lock (&locks[i].mutex);
}

void
lodger__pendings_unlock (void)
{
  for (unsigned i = 0; i < LOCKS; i++)
    pthread_mutex_unlock (&locks[i].mutex);
}
