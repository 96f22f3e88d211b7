/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/log.h"
#include "life/life.h"
#include "pending/extras.h"

#include <stdlib.h>

struct LodgerReply
{
  LodgerPending *pending;
};

LodgerReply *
lodger_pending_defer (LodgerPending *self)
{
  const unsigned wrong = P_PROMISE | P_RETURNED | P_ANSWERED | P_DEFERRED | P_DONE;
  LodgerReply *reply = NULL;
  bool right = false;
  if (self != NULL && lodger__pending_check (self, __func__) != 0)
    return NULL;
  if (self != NULL)
    {
      lodger__pending_lock (self);
      right = (lodger__pending_state (self) & (wrong | P_STARTED)) == P_STARTED && lodger__pending_is_on_stack (self);
      if (right && lodger__pending_may_stay_unfinished (self))
        reply = malloc (sizeof *reply);
      if (reply != NULL)
        {
          reply->pending = lodger_pending_ref (self);
          lodger__pending_add_state (self, P_DEFERRED);
        }
      lodger__pending_unlock (self);
    }
  if (reply == NULL)
    lodger__misuse (__func__, LODGER_ESTATE, right ? "no memory" : "only a call, in its own function, and once");
  return reply;
}

LodgerPending *
lodger_reply_get_pending (LodgerReply *reply)
{
  return reply != NULL ? reply->pending : NULL;
}

/* The answer may come from any thread, also while the call's function has not returned yet: then the run time publishes
 * it when it has. */
static int
reply (LodgerReply *self, LodgerValue value, const char *function)
{
  LodgerPending *pending;
  int code = 0;
  if (self == NULL)
    {
      lodger__value_clear (&value);
      return lodger__misuse (function, LODGER_EINVAL, "NULL given");
    }
  pending = self->pending;
  free (self);
  if (value.type == V_ERROR && value.error == &lodger__no_memory)
    code = LODGER_ENOMEM;
  if (lodger__pending_check (pending, function) != 0)
    {
      lodger__value_clear (&value);
      lodger_pending_unref (pending);
      return LODGER_ECHILD;
    }
  lodger__pending_lock (pending);
  if (lodger__pending_state (pending) & P_CANCELLED)
    code = LODGER_ECANCELED;
  if (code != LODGER_ECANCELED || lodger__destroy_in_keeps (pending, &value))
    lodger__pending_store (pending, &value);
  if (lodger__pending_state (pending) & P_RETURNED)
    lodger__pending_end_call_with (pending, P_ANSWERED);
  else
    lodger__pending_unlock_with (pending, P_ANSWERED);
  lodger__value_clear (&value);
  lodger_pending_unref (pending);
  return code;
}

/* Answers misuse: the call fails with the same code. */
static int
fail (LodgerReply *self, int code, const char *function, const char *reason)
{
  LodgerError *error = lodger_error_new (NULL, code, NULL);
  lodger__misuse (function, code, reason);
  if (lodger__pending_is_before_fork (self->pending))
    {
      lodger_error_unref (error);
      lodger_pending_unref (self->pending);
      free (self);
    }
  else
    reply (self, (LodgerValue) { .type = V_ERROR, .error = error }, function);
  return code;
}

int
lodger_reply_return_pointer (LodgerReply *self, void *value, LodgerDestroyFunc destroy)
{
  return reply (self, (LodgerValue) { .type = V_POINTER, .pointer = value, .destroy = destroy }, __func__);
}

int
lodger_reply_return_typed (LodgerReply *self, const char *type, void *value, LodgerDestroyFunc destroy)
{
  LodgerValue untyped = { .type = V_POINTER, .pointer = value, .destroy = destroy };
  if (type != NULL)
    return reply (self, lodger__value_typed (type, value, destroy), __func__);
  lodger__value_clear (&untyped);
  if (self != NULL)
    return fail (self, LODGER_EINVAL, __func__, "the type is NULL");
  return lodger__misuse (__func__, LODGER_EINVAL, "NULL given");
}

int
lodger_reply_return_int (LodgerReply *self, int64_t value)
{
  return reply (self, (LodgerValue) { .type = V_INT, .number = value }, __func__);
}

int
lodger_reply_return_boolean (LodgerReply *self, bool value)
{
  return reply (self, (LodgerValue) { .type = V_BOOLEAN, .number = value }, __func__);
}

int
lodger_reply_return_string (LodgerReply *self, const char *value)
{
  return reply (self, lodger__value_string (value), __func__);
}

int
lodger_reply_return_bytes (LodgerReply *self, const void *value, size_t size)
{
  if (self == NULL)
    return lodger__misuse (__func__, LODGER_EINVAL, "NULL given");
  if (value == NULL && size > 0)
    return fail (self, LODGER_EINVAL, __func__, "NULL given");
  return reply (self, lodger__value_bytes (value, size), __func__);
}

int
lodger_reply_return_nothing (LodgerReply *self)
{
  return reply (self, (LodgerValue) { .type = V_NOTHING }, __func__);
}

int
lodger_reply_return_error (LodgerReply *self, LodgerError *error)
{
  if (self != NULL && error == NULL)
    return fail (self, LODGER_EINVAL, __func__, "NULL given");
  return reply (self, (LodgerValue) { .type = V_ERROR, .error = error }, __func__);
}

int
lodger_reply_return_from (LodgerReply *self, LodgerPending *other)
{
  LodgerPending *pending;
  unsigned state = 0;
  int code;
  if (self == NULL || other == NULL)
    {
      if (self != NULL)
        return fail (self, LODGER_EINVAL, __func__, "NULL given");
      return lodger__misuse (__func__, LODGER_EINVAL, "NULL given");
    }
  pending = self->pending;
  if (lodger__pending_is_before_fork (pending) || lodger__pending_is_before_fork (other))
    return fail (self, LODGER_ECHILD, __func__, lodger__before_fork_message);
  code = lodger__pending_link (pending, other, &state);
  if (code == LODGER_EALREADY) /* by a stop that has given it up */
    return lodger_reply_return_nothing (self);
  if (code != 0)
    return fail (self, code, __func__,
                 code == LODGER_EDEADLK ? "the other takes its outcome from this call" : "no memory");
  free (self);
  if (state & P_RETURNED)
    {
      lodger__pending_lock (pending);
      lodger__pending_go_on (pending);
    }
  lodger_pending_unref (pending);
  return state & P_CANCELLED ? LODGER_ECANCELED : 0;
}

LodgerError *
lodger__pending_unanswered_error (const LodgerPending *pending)
{
  return lodger_error_newf (NULL, LODGER_EABANDONED,
                            LODGER_SITE_FORMAT
                            " returned and deferred its answer, and its LodgerReply was never answered",
                            LODGER_SITE_ARGS (&pending->site));
}

void
lodger_reply_free (LodgerReply *self)
{
  LodgerPending *pending;
  if (self == NULL)
    return;
  pending = self->pending;
  if (lodger__pending_is_before_fork (pending))
    {
      free (self);
      lodger_pending_unref (pending);
      return;
    }
  lodger__log (LODGER_LOG_WARNING, "%s: the reply of " LODGER_SITE_FORMAT " was freed unanswered", __func__,
               LODGER_SITE_ARGS (&pending->site));
  lodger_reply_return_error (self, lodger_error_new (NULL, LODGER_EUNANSWERED, NULL));
}
