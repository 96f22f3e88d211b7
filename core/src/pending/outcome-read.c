/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/log.h"
#include "base/tag.h"
#include "pending/pending.h"

#include <string.h>

/* Once a pending is done, its outcome is not written any more (but for a pointer that is taken), so that it can be read
 * without the lock: the acquiring load of the state sees all that was stored before it. */

static const LodgerPending *
resolve (const LodgerPending *pending)
{
  return pending->outcome.type == V_SHARED ? pending->outcome.pending : pending;
}

bool
lodger_pending_is_done (const LodgerPending *pending)
{
  return pending == NULL || (lodger__pending_state (pending) & P_DONE);
}

bool
lodger_pending_is_cancelled (const LodgerPending *pending)
{
  return pending != NULL && (lodger__pending_state (pending) & P_CANCELLED);
}

static int
outcome (const LodgerPending *pending)
{
  unsigned state = lodger__pending_state (pending);
  if (!(state & P_DONE))
    return LODGER_ENOTDONE;
  if (state & P_ABANDONED)
    return LODGER_EABANDONED;
  if (state & P_CANCELLED)
    return state & P_TIMED_OUT ? LODGER_ETIMEDOUT : LODGER_ECANCELED;
  if (resolve (pending)->outcome.type != V_ERROR)
    return 0;
  lodger__pending_see (pending);
  return LODGER_EFAILED;
}

bool
lodger__pending_is_empty (const LodgerPending *pending)
{
  return outcome (pending) == 0 && resolve (pending)->outcome.type == V_NOTHING;
}

int
lodger_pending_get_outcome (const LodgerPending *pending)
{
  return pending != NULL ? outcome (pending) : lodger__misuse (__func__, LODGER_EINVAL, "NULL given");
}

LodgerPendingState
lodger_pending_get_state (const LodgerPending *pending)
{
  switch (pending != NULL ? outcome (pending) : LODGER_EINVAL)
    {
    case 0: return LODGER_PENDING_SUCCEEDED;
    case LODGER_ECANCELED: return LODGER_PENDING_CANCELLED;
    case LODGER_ENOTDONE:
      return lodger__pending_state (pending) & P_STARTED ? LODGER_PENDING_RUNNING : LODGER_PENDING_QUEUED;
    default: return LODGER_PENDING_FAILED;
    }
}

/* 0, or why there is no value to be read. */
static int
check_value (const LodgerPending *pending, bool has_place, const char *function)
{
  int code = pending != NULL ? outcome (pending) : LODGER_EINVAL;
  if (pending == NULL || (code == 0 && !has_place))
    return lodger__misuse (function, LODGER_EINVAL, "NULL given");
  return code;
}

/* The same, and the pending that the value is in. */
static int
open_value (const LodgerPending **pending, bool has_place, const char *function)
{
  int code = check_value (*pending, has_place, function);
  if (code == 0)
    *pending = resolve (*pending);
  return code;
}

int
lodger_pending_get_pointer (const LodgerPending *pending, void **ret_value)
{
  int code = open_value (&pending, ret_value != NULL, __func__);
  if (code != 0)
    return code;
  switch (pending->outcome.type)
    {
    case V_NOTHING: *ret_value = NULL; return 0;
    case V_POINTER:
      *ret_value = lodger__pending_state (pending) & P_EMPTIED ? NULL : pending->outcome.pointer;
      return 0;
    case V_STRING: *ret_value = pending->outcome.pointer; return 0;
    case V_BYTES: *ret_value = ((LodgerBytes *) pending->outcome.pointer)->bytes; return 0;
    default: return LODGER_ETYPE;
    }
}

int
lodger_pending_get_int (const LodgerPending *pending, int64_t *ret_value)
{
  int code = open_value (&pending, ret_value != NULL, __func__);
  if (code != 0)
    return code;
  if (pending->outcome.type != V_INT && pending->outcome.type != V_BOOLEAN)
    return LODGER_ETYPE;
  *ret_value = pending->outcome.number;
  return 0;
}

int
lodger_pending_get_boolean (const LodgerPending *pending, bool *ret_value)
{
  int code = open_value (&pending, ret_value != NULL, __func__);
  if (code != 0)
    return code;
  if (pending->outcome.type != V_BOOLEAN)
    return LODGER_ETYPE;
  *ret_value = pending->outcome.number != 0;
  return 0;
}

int
lodger_pending_get_string (const LodgerPending *pending, const char **ret_value)
{
  int code = open_value (&pending, ret_value != NULL, __func__);
  if (code != 0)
    return code;
  if (pending->outcome.type != V_STRING && pending->outcome.type != V_NOTHING)
    return LODGER_ETYPE;
  *ret_value = pending->outcome.type == V_STRING ? pending->outcome.pointer : NULL;
  return 0;
}

int
lodger_pending_get_bytes (const LodgerPending *pending, const void **ret_value, size_t *ret_size)
{
  const LodgerBytes *bytes;
  int code = open_value (&pending, ret_value != NULL && ret_size != NULL, __func__);
  if (code != 0)
    return code;
  if (pending->outcome.type != V_BYTES)
    return LODGER_ETYPE;
  bytes = pending->outcome.pointer;
  *ret_value = bytes->bytes;
  *ret_size = bytes->size;
  return 0;
}

/* 0, or LODGER_ETYPE, logged: the outcome is no pointer of that type. */
static int
check_type (const LodgerPending *pending, const LodgerPending *source, const char *type, const char *function)
{
  static const char *const names[]
      = { "no value", "a pointer without a type", "a number", "a truth value", "a string", "bytes" };
  const LodgerValue *value = &source->outcome;
  const char *there = value->tag != 0 ? lodger__tag_name (value->tag) : names[value->type];
  if (value->type == V_POINTER && value->tag != 0 && strcmp (there, type) == 0)
    return 0;
  lodger__log (LODGER_LOG_WARNING, "%s: the outcome of " LODGER_SITE_FORMAT " is %s, not %s",
               lodger__spoken_for (function), LODGER_SITE_ARGS (&pending->site), there, type);
  return LODGER_ETYPE;
}

/* 0, or why there is no pointer of that type. */
static int
open_typed (const LodgerPending *pending, const char *type, bool has_place, const char *function)
{
  int code = type == NULL ? lodger__misuse (function, LODGER_EINVAL, "the type is NULL")
                          : check_value (pending, has_place, function);
  return code == 0 ? check_type (pending, resolve (pending), type, function) : code;
}

int
lodger_pending_get_typed (const LodgerPending *pending, const char *type, void **ret_value)
{
  int code = open_typed (pending, type, ret_value != NULL, __func__);
  return code == 0 ? lodger_pending_get_pointer (pending, ret_value) : code;
}

int
lodger_pending_take_typed (LodgerPending *pending, const char *type, void **ret_value)
{
  int code = open_typed (pending, type, ret_value != NULL, __func__);
  return code == 0 ? lodger_pending_take_pointer (pending, ret_value) : code;
}

int
lodger_pending_take_pointer (LodgerPending *pending, void **ret_value)
{
  int code = check_value (pending, ret_value != NULL, __func__);
  if (code != 0)
    return code;
  lodger__pending_lock (pending);
  if (pending->outcome.type != V_POINTER)
    code = LODGER_ETYPE;
  else if (lodger__pending_state (pending) & P_EMPTIED)
    code = LODGER_EALREADY;
  else
    {
      lodger__pending_add_state (pending, P_EMPTIED);
      *ret_value = pending->outcome.pointer;
      pending->outcome.destroy = NULL;
    }
  lodger__pending_unlock (pending);
  return code;
}

LodgerError *
lodger_pending_get_error (LodgerPending *pending)
{
  LodgerError *error;
  int code = pending != NULL ? outcome (pending) : 0;
  if (code == LODGER_EFAILED)
    return resolve (pending)->outcome.error;
  if (code == 0 || code == LODGER_ENOTDONE)
    return NULL;
  lodger__pending_lock (pending);
  error = lodger__pending_cancelled_error (pending, code);
  lodger__pending_unlock (pending);
  return error;
}
