/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pending/carry.h"

#include "base/context.h"
#include "base/log.h"
#include "pending/extras.h"

#include <stdlib.h>

/* The context that a call carries from its submission to its thread. It is an extra of the call, made at submission if
 * there are values, or by the call itself when it sets its first one. Only the thread that runs the call changes it. */

typedef struct Carry
{
  LodgerExtra extra; /* first */
  LodgerContextSlot slot;
} Carry;

static void
carry_free (LodgerExtra *extra)
{
  lodger_context_unref (((Carry *) extra)->slot.context);
  free (extra);
}

LODGER_EXTRA_KIND (carry_kind, carry_free, NULL);

/* Locked, or not shared yet. NULL without memory. */
static Carry *
need (LodgerPending *pending)
{
  Carry *carry = (Carry *) lodger__extra_need (pending, &carry_kind, sizeof *carry);
  if (carry != NULL)
    lodger__pending_add_state (pending, P_CARRIES);
  return carry;
}

static Carry *
carry_of (LodgerPending *pending)
{
  Carry *carry;
  if (!(lodger__pending_state (pending) & P_CARRIES))
    return NULL;
  lodger__pending_lock (pending);
  carry = (Carry *) lodger__extra_find (pending, &carry_kind);
  lodger__pending_unlock (pending);
  return carry;
}

static unsigned
tracked_kinds (LodgerTracking tracking, unsigned usual)
{
  switch (tracking)
    {
    case LODGER_TRACK_ALL: return LODGER_TRACKED_GROUPS | LODGER_TRACKED_MANAGERS;
    case LODGER_TRACK_GROUPS: return LODGER_TRACKED_GROUPS;
    case LODGER_TRACK_MANAGERS: return LODGER_TRACKED_MANAGERS;
    case LODGER_TRACK_NONE:
    case LODGER_TRACK_NAMED: return 0;
    case LODGER_TRACK_DEFAULT: break;
    }
  return usual;
}

bool
lodger__carry_set (LodgerPending *pending, const LodgerCallOptions *options)
{
  const LodgerThread *thread = lodger__thread_peek ();
  LodgerContext *context = thread != NULL ? thread->context : NULL;
  LodgerTracking tracking = options != NULL ? options->trackers : LODGER_TRACK_DEFAULT;
  Carry *carry;
  if (options != NULL && options->context != NULL)
    context = options->context;
  if (context == NULL)
    return true;
  carry = need (pending);
  return carry != NULL
         && lodger__context_narrow (context, tracked_kinds (tracking, LODGER_TRACKED_GROUPS | LODGER_TRACKED_MANAGERS),
                                    tracking == LODGER_TRACK_NAMED ? options->tracked_by : NULL, &carry->slot.context);
}

void
lodger__carry_join (LodgerPending *pending)
{
  const Carry *carry = carry_of (pending);
  if (carry != NULL)
    lodger__context_join (carry->slot.context, pending);
}

/* ---- what is current ------------------------------------------------------------------------------------------------- */

LodgerCarried
lodger__carry_enter (LodgerThread *thread, LodgerPending *pending)
{
  const LodgerCarried outer = { thread->context, thread->slot };
  thread->context = pending != NULL ? lodger__carry_context (pending) : NULL;
  thread->slot = NULL;
  return outer;
}

LodgerCarried
lodger__carry_bracket (LodgerThread *thread, LodgerContextSlot *bracket, LodgerContext *context)
{
  const LodgerCarried outer = { thread->context, thread->slot };
  bracket->context = thread->context = lodger_context_ref (context);
  thread->slot = bracket;
  return outer;
}

void
lodger__carry_leave_bracket (LodgerThread *thread, LodgerContextSlot *bracket, LodgerCarried outer)
{
  lodger__carry_leave (thread, outer);
  lodger_context_unref (bracket->context);
}

LodgerContext *
lodger__carry_context (LodgerPending *pending)
{
  const Carry *carry = carry_of (pending);
  return carry != NULL ? carry->slot.context : NULL;
}

/* The slot of whoever is innermost: a bracket, a call, or the thread. */
static int
find_slot (LodgerThread *thread, LodgerContextSlot **ret_slot)
{
  LodgerPending *pending = lodger__thread_pending (thread);
  Carry *carry;
  *ret_slot = thread->slot;
  if (*ret_slot != NULL)
    return 0;
  *ret_slot = &thread->own_context;
  if (thread->frame == NULL)
    return 0;
  if (pending == NULL)
    return LODGER_ESTATE;
  lodger__pending_lock (pending);
  carry = need (pending);
  lodger__pending_unlock (pending);
  *ret_slot = carry != NULL ? &carry->slot : NULL;
  return carry != NULL ? 0 : LODGER_ENOMEM;
}

static int
find_thread (LodgerThread **ret_thread, LodgerContextSlot **ret_slot, const char *function)
{
  LodgerThread *thread = lodger__thread ();
  int code = thread != NULL ? find_slot (thread, ret_slot) : LODGER_ENOMEM;
  *ret_thread = thread;
  if (code == LODGER_ESTATE)
    return lodger__misuse (function, code, "a call_direct has no context");
  return code;
}

int
lodger_context_set (const LodgerContextKey *key, void *value, LodgerDestroyFunc destroy)
{
  LodgerThread *thread;
  LodgerContextSlot *slot = NULL;
  LodgerContext *context = NULL;
  int code = lodger__is_null (key, __func__) ? LODGER_EINVAL : find_thread (&thread, &slot, __func__);
  if (code != 0 && destroy != NULL)
    destroy (value);
  if (code != 0)
    return code;
  context = lodger__context_with (thread->context, key, value, destroy, NULL);
  if (context == NULL)
    return LODGER_ENOMEM;
  lodger__context_keep (thread, slot, context);
  return 0;
}

int
lodger_context_run (LodgerContext *context, LodgerDirectFunc func, void *data)
{
  LodgerContextSlot bracket, *slot;
  LodgerCarried outer;
  LodgerThread *thread;
  int code = find_thread (&thread, &slot, __func__);
  if (func == NULL)
    code = lodger__misuse (__func__, LODGER_EINVAL, "the function is NULL");
  if (code != 0)
    return code;
  outer = lodger__carry_bracket (thread, &bracket, context);
  func (data);
  lodger__carry_leave_bracket (thread, &bracket, outer);
  return 0;
}
