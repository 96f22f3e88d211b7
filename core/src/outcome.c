/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "caller-private.h"
#include "fork.h"
#include "pending-private.h"

#include <stdlib.h>
#include <string.h>

/* Held while one pending is made to follow another, so that no two threads close a circle between them. */
static pthread_mutex_t follow_mutex = PTHREAD_MUTEX_INITIALIZER;

bool
lodger__pending_is_on_stack (const LodgerPending *pending)
{
  const LodgerThread *thread = lodger__thread_peek ();
  const LodgerFrame *frame = thread != NULL ? thread->frame : NULL;
  while (frame != NULL && frame->pending != pending)
    frame = frame->outer;
  return frame != NULL;
}

/* Locked. What speaks against an answer by the pending itself; 0 = nothing. */
static int
refusal (const LodgerPending *self)
{
  unsigned state = lodger__pending_state (self);
  if (lodger__pending_is_foreign (self, NULL))
    return LODGER_ECHILD;
  if (state & (P_DONE | P_ANSWERED))
    return LODGER_EALREADY;
  if (state & P_OWNED)
    return LODGER_ESTATE;
  if (!(state & P_PROMISE)
      && (!(state & P_STARTED) || (state & (P_RETURNED | P_DEFERRED)) || !lodger__pending_is_on_stack (self)))
    return LODGER_ESTATE;
  return 0;
}

/* Locked: nobody reads what an abandoned call answers after all; but it goes home. */
static LodgerHome *
home_of_abandoned (LodgerPending *self, const LodgerValue *value)
{
  LodgerHome *home = NULL;
  if ((lodger__pending_state (self) & P_ABANDONED) && lodger__home_keeps (self, value))
    {
      home = self->side->home;
      self->side->home = NULL;
    }
  return home;
}

static int
answer (LodgerPending *self, LodgerValue value, const char *function)
{
  LodgerHome *home = NULL;
  int code = LODGER_EINVAL;
  bool no_memory = value.type == V_ERROR && value.error == &lodger__no_memory;
  if (self == NULL)
    {
      lodger__value_clear (&value);
      return lodger__misuse (function, code, "NULL given");
    }
  lodger__pending_lock (self);
  code = refusal (self);
  if (code == 0)
    {
      if (lodger__pending_state (self) & P_CANCELLED)
        code = LODGER_ECANCELED;
      if (code == 0 || lodger__home_keeps (self, &value))
        lodger__pending_store (self, &value);
      lodger__pending_add_state (self, P_ANSWERED);
      if (lodger__pending_state (self) & P_PROMISE)
        lodger__pending_complete (self);
      else
        lodger__pending_unlock (self);
    }
  else
    {
      home = code == LODGER_EALREADY ? home_of_abandoned (self, &value) : NULL;
      lodger__pending_unlock (self);
    }
  if (home != NULL)
    lodger__home_send (home, value.pointer, value.destroy);
  else
    lodger__value_clear (&value);
  if (code == LODGER_ESTATE)
    lodger__misuse (function, code, "a call is answered in its own function, or by its reply");
  if (code == LODGER_ECHILD)
    lodger__misuse (function, code, "it belongs to the parent of this process");
  return code == 0 && no_memory ? LODGER_ENOMEM : code;
}

LodgerValue
lodger__value_string (const char *string)
{
  LodgerValue value = { .type = V_STRING };
  if (string == NULL)
    return value;
  value.string = strdup (string);
  if (value.string == NULL)
    value = (LodgerValue) { .type = V_ERROR, .error = &lodger__no_memory };
  return value;
}

LodgerValue
lodger__value_bytes (const void *bytes, size_t size)
{
  LodgerValue value = { .type = V_BYTES };
  value.bytes = size < SIZE_MAX - sizeof (LodgerBytes) ? malloc (sizeof (LodgerBytes) + size) : NULL;
  if (value.bytes == NULL)
    return (LodgerValue) { .type = V_ERROR, .error = &lodger__no_memory };
  value.bytes->size = size;
  if (size > 0)
    memcpy (value.bytes->bytes, bytes, size);
  return value;
}

int
lodger_pending_return_pointer (LodgerPending *self, void *value, LodgerDestroyFunc destroy)
{
  return answer (self, (LodgerValue) { .type = V_POINTER, .pointer = value, .destroy = destroy }, __func__);
}

int
lodger_pending_return_int (LodgerPending *self, int64_t value)
{
  return answer (self, (LodgerValue) { .type = V_INT, .number = value }, __func__);
}

int
lodger_pending_return_boolean (LodgerPending *self, bool value)
{
  return answer (self, (LodgerValue) { .type = V_BOOLEAN, .number = value }, __func__);
}

int
lodger_pending_return_string (LodgerPending *self, const char *value)
{
  return answer (self, lodger__value_string (value), __func__);
}

int
lodger_pending_return_bytes (LodgerPending *self, const void *value, size_t size)
{
  if (value == NULL && size > 0)
    return lodger__misuse (__func__, LODGER_EINVAL, "NULL given");
  return answer (self, lodger__value_bytes (value, size), __func__);
}

int
lodger_pending_return_nothing (LodgerPending *self)
{
  return answer (self, (LodgerValue) { .type = V_NOTHING }, __func__);
}

int
lodger_pending_return_error (LodgerPending *self, LodgerError *error)
{
  if (error == NULL)
    return lodger__misuse (__func__, LODGER_EINVAL, "NULL given");
  return answer (self, (LodgerValue) { .type = V_ERROR, .error = error }, __func__);
}

int
lodger_pending_return_new_error (LodgerPending *self, const char *domain, int code, const char *format, ...)
{
  LodgerError *error;
  va_list args;
  va_start (args, format);
  error = lodger__error_new_va (domain, code, format, args);
  va_end (args);
  return answer (self, (LodgerValue) { .type = V_ERROR, .error = error }, __func__);
}

/* ---- taking another's outcome ---------------------------------------------------------------------------------- */

LodgerPending *
lodger__pending_leader (LodgerPending *pending)
{
  return pending->value_type == V_PENDING ? lodger_pending_ref (pending->value.pointer) : NULL;
}

static LodgerPending *
leader_of (LodgerPending *pending)
{
  LodgerPending *leader;
  lodger__pending_lock (pending);
  leader = lodger__pending_leader (pending);
  lodger__pending_unlock (pending);
  return leader;
}

static bool
leads_to (LodgerPending *from, const LodgerPending *to)
{
  LodgerPending *at = lodger_pending_ref (from);
  bool found = false;
  while (at != NULL && !found)
    {
      LodgerPending *next = leader_of (at);
      found = at == to;
      lodger_pending_unref (at);
      at = next;
    }
  lodger_pending_unref (at);
  return found;
}

int
lodger__pending_link (LodgerPending *pending, LodgerPending *leader, unsigned *ret_state)
{
  LodgerValue value = { .type = V_PENDING };
  int code = 0;
  pthread_mutex_lock (&follow_mutex);
  if (leads_to (leader, pending))
    code = LODGER_EDEADLK;
  else
    {
      value.pending = lodger_pending_ref (leader);
      lodger__pending_lock (pending);
      if (lodger__pending_state (pending) & (P_DONE | P_ANSWERED))
        code = LODGER_EALREADY;
      else if (lodger__pending_side (pending) == NULL)
        code = LODGER_ENOMEM;
      else
        {
          lodger__pending_store (pending, &value);
          lodger__pending_add_state (pending, P_ANSWERED | P_FOLLOWS);
          *ret_state = lodger__pending_state (pending);
        }
      lodger__pending_unlock (pending);
    }
  pthread_mutex_unlock (&follow_mutex);
  lodger__value_clear (&value);
  return code;
}

static void
adopt (LodgerPending *self, LodgerPending *leader)
{
  unsigned ends = lodger__pending_state (leader) & (P_CANCELLED | P_ABANDONED);
  char *message = ends != 0 ? lodger_pending_get_cancel_message (leader) : NULL;
  lodger__pending_lock (self);
  if ((ends & P_CANCELLED) && !(lodger__pending_state (self) & P_CANCELLED))
    lodger__message_append (&self->side->message, message);
  lodger__pending_add_state (self, ends);
  if (lodger__pending_state (self) & P_PROMISE)
    lodger__pending_complete (self);
  else
    lodger__pending_end_call (self);
  free (message);
}

static LodgerPending *
follower (LodgerListener *listener)
{
  return ((LodgerSide *) ((char *) listener - offsetof (LodgerSide, follow)))->owner;
}

/* An adoption completes the follower, which may have followers: a chain of any length is worked off here, one by one,
 * instead of growing the stack by a few frames for each. */
static _Thread_local LodgerListener *first_to_adopt, *last_to_adopt;

static void
follow_notify (LodgerListener *listener, LodgerPending *done)
{
  bool outermost = first_to_adopt == NULL;
  (void) done;
  listener->next = NULL;
  if (outermost)
    first_to_adopt = listener;
  else
    last_to_adopt->next = listener;
  last_to_adopt = listener;
  while (outermost && first_to_adopt != NULL)
    {
      LodgerListener *next;
      LodgerPending *self = follower (first_to_adopt);
      adopt (self, self->value.pointer);
      next = first_to_adopt->next;
      lodger_pending_unref (self);
      first_to_adopt = next;
    }
}

void
lodger__pending_follow (LodgerPending *pending)
{
  LodgerPending *leader = lodger__pending_leader (pending);
  bool cancelled = (lodger__pending_state (pending) & P_CANCELLED) != 0;
  pending->side->follow.notify = follow_notify;
  lodger__pending_unlock (pending);
  lodger_pending_ref (pending);
  if (!lodger__pending_listen (leader, &pending->side->follow))
    follow_notify (&pending->side->follow, leader);
  else if (cancelled && !(lodger__pending_state (leader) & P_PROTECTED))
    lodger_pending_cancel (leader, NULL);
  lodger_pending_unref (leader);
}

int
lodger_pending_return_from (LodgerPending *self, LodgerPending *other)
{
  unsigned state = 0;
  int code;
  if (self == NULL || other == NULL)
    return lodger__misuse (__func__, LODGER_EINVAL, "NULL given");
  lodger__pending_lock (self);
  code = refusal (self);
  lodger__pending_unlock (self);
  if (code == 0 && lodger__pending_is_foreign (other, NULL))
    code = LODGER_ECHILD;
  if (code == 0)
    code = lodger__pending_link (self, other, &state);
  if (code == LODGER_ESTATE)
    return lodger__misuse (__func__, code, "a call is answered in its own function, or by its reply");
  if (code == LODGER_ECHILD)
    return lodger__misuse (__func__, code, "it belongs to the parent of this process");
  if (code == LODGER_EDEADLK)
    return lodger__misuse (__func__, code, "each of the two would take its outcome from the other");
  if (state & P_PROMISE)
    {
      lodger__pending_lock (self);
      lodger__pending_follow (self);
    }
  return code;
}

void
lodger__pending_end_call (LodgerPending *pending)
{
  LodgerCaller *caller = pending->caller;
  lodger__pending_complete (pending);
  lodger__caller_call_ended (caller, pending);
}

void
lodger__outcome_lock (void)
{
  pthread_mutex_lock (&follow_mutex);
}

void
lodger__outcome_unlock (void)
{
  pthread_mutex_unlock (&follow_mutex);
}
