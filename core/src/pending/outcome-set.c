/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/log.h"
#include "base/tag.h"
#include "base/thread.h"
#include "life/life.h"
#include "pending/extras.h"

#include <stdlib.h>
#include <string.h>

bool
lodger__pending_is_on_stack (const LodgerPending *pending)
{
  const LodgerThread *thread = lodger__thread_peek ();
  const LodgerFrame *frame = thread != NULL ? thread->frame : NULL;
  while (frame != NULL && frame->pending != pending)
    frame = frame->outer;
  return frame != NULL;
}

int
lodger__pending_refusal (const LodgerPending *self)
{
  unsigned state = lodger__pending_state (self);
  if (lodger__pending_is_before_fork (self))
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
static LodgerExtra *
home_of_abandoned (LodgerPending *self, const LodgerValue *value)
{
  bool keeps = (lodger__pending_state (self) & P_ABANDONED) && lodger__destroy_in_keeps (self, value);
  return keeps ? lodger__destroy_in_take_result (self) : NULL;
}

int
lodger__pending_refuse (int code, const char *function)
{
  switch (code)
    {
    case LODGER_ESTATE:
      return lodger__misuse (function, code, "a call is answered in its own function, or by its reply");
    case LODGER_ECHILD: return lodger__misuse (function, code, lodger__before_fork_message);
    case LODGER_EDEADLK:
      return lodger__misuse (function, code, "each of the two would take its outcome from the other");
    default: return code;
    }
}

/* A call that answers twice has a mistake in its function. A promise may be answered by whoever comes first. What a
 * cancel or a stop has ended is no mistake at all. */
static void
note_second (const LodgerPending *self, unsigned state, const char *function)
{
  const LodgerSite *site = &self->site;
  if ((state & P_ANSWERED) && !(state & (P_CANCELLED | P_ABANDONED)))
    lodger__log (state & P_PROMISE ? LODGER_LOG_DEBUG : LODGER_LOG_WARNING, "%s: %s (%s:%d) has been answered before",
                 function,
                 site->name != NULL    ? site->name
                 : (state & P_PROMISE) ? "a promise"
                                       : "a call",
                 site->file != NULL ? site->file : "?", site->line);
}

static int
answer (LodgerPending *self, LodgerValue value, const char *function)
{
  LodgerExtra *home = NULL;
  int code = LODGER_EINVAL;
  unsigned state = 0;
  bool no_memory = value.type == V_ERROR && value.error == &lodger__no_memory;
  if (self == NULL)
    {
      lodger__value_clear (&value);
      return lodger__misuse (function, code, "NULL given");
    }
  lodger__pending_lock (self);
  code = lodger__pending_refusal (self);
  if (code == 0)
    {
      if (lodger__pending_state (self) & P_CANCELLED)
        code = LODGER_ECANCELED;
      if (code == 0 || lodger__destroy_in_keeps (self, &value))
        lodger__pending_store (self, &value);
      if (lodger__pending_state (self) & P_PROMISE)
        lodger__pending_complete_with (self, P_ANSWERED);
      else
        lodger__pending_unlock_with (self, P_ANSWERED);
    }
  else
    {
      state = lodger__pending_state (self);
      home = code == LODGER_EALREADY ? home_of_abandoned (self, &value) : NULL;
      lodger__pending_unlock (self);
    }
  if (home != NULL)
    lodger__destroy_in_send (home, value.pointer, value.destroy);
  else
    lodger__value_clear (&value);
  lodger__pending_refuse (code, function);
  if (code == LODGER_EALREADY)
    note_second (self, state, function);
  return code == 0 && no_memory ? LODGER_ENOMEM : code;
}

/* ---- values ------------------------------------------------------------------------------------------------------ */

void
lodger__value_clear (LodgerValue *value)
{
  switch (value->type)
    {
    case V_POINTER:
      if (value->destroy != NULL)
        lodger__destroy (value->destroy, value->pointer);
      break;
    case V_STRING:
    case V_BYTES: free (value->pointer); break;
    case V_ERROR: lodger_error_unref (value->error); break;
    case V_LEADER:
    case V_SHARED: lodger_pending_unref (value->pending); break;
    case V_NOTHING:
    case V_INT:
    case V_BOOLEAN: break;
    }
  value->type = V_NOTHING;
}

void
lodger__pending_store (LodgerPending *pending, LodgerValue *value)
{
  pending->outcome = *value;
  value->type = V_NOTHING;
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

/* ---- the ways to answer ------------------------------------------------------------------------------------------ */

int
lodger_pending_return_pointer (LodgerPending *self, void *value, LodgerDestroyFunc destroy)
{
  return answer (self, (LodgerValue) { .type = V_POINTER, .pointer = value, .destroy = destroy }, __func__);
}

LodgerValue
lodger__value_typed (const char *type, void *value, LodgerDestroyFunc destroy)
{
  LodgerValue typed = { .type = V_POINTER, .pointer = value, .destroy = destroy, .tag = lodger__tag (type) };
  if (typed.tag == 0)
    {
      lodger__value_clear (&typed);
      typed = (LodgerValue) { .type = V_ERROR, .error = &lodger__no_memory };
    }
  return typed;
}

int
lodger_pending_return_typed (LodgerPending *self, const char *type, void *value, LodgerDestroyFunc destroy)
{
  LodgerValue untyped = { .type = V_POINTER, .pointer = value, .destroy = destroy };
  if (type != NULL)
    return answer (self, lodger__value_typed (type, value, destroy), __func__);
  lodger__value_clear (&untyped);
  return lodger__misuse (__func__, LODGER_EINVAL, "the type is NULL");
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
