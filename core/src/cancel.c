/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "caller-private.h"
#include "pending-private.h"

#include <stdlib.h>
#include <string.h>

void
lodger__message_append (char **message, const char *more)
{
  size_t had, add;
  char *longer;
  if (more == NULL)
    return;
  had = *message != NULL ? strlen (*message) + 1 : 0;
  add = strlen (more) + 1;
  longer = realloc (*message, had + add);
  if (longer == NULL)
    {
      lodger__log (LODGER_LOG_ERROR, "no memory for a cancel message: %s", more);
      return;
    }
  if (had > 0)
    longer[had - 1] = '\n';
  memcpy (longer + had, more, add);
  *message = longer;
}

/* Locked on entry and on return. */
static void
run_canceller (LodgerPending *pending, const char *message)
{
  LodgerSide *side = pending->side;
  LodgerDestroyFunc destroy = NULL;
  if (side == NULL || !side->has_canceller || side->canceller_ran)
    return;
  side->canceller_ran = true;
  side->canceller_busy = true;
  lodger__pending_unlock (pending);
  side->canceller (pending, message, side->canceller_data);
  lodger__pending_lock (pending);
  side->canceller_busy = false;
  if (lodger__pending_state (pending) & P_DONE)
    {
      destroy = side->canceller_destroy;
      side->canceller_destroy = NULL;
    }
  if (destroy != NULL)
    {
      lodger__pending_unlock (pending);
      destroy (side->canceller_data);
      lodger__pending_lock (pending);
    }
}

/* Gives the one that it follows, if that has to be cancelled as well, as a reference. */
static LodgerPending *
cancel_one (LodgerPending *pending, const char *message, bool *ret_cancelled)
{
  LodgerCaller *caller = NULL;
  LodgerPending *leader = NULL;
  const LodgerItemOps *ops;
  unsigned state;
  bool first, is_queued;
  lodger__pending_lock (pending);
  state = lodger__pending_state (pending);
  if (state & (P_DONE | P_OWNED))
    {
      lodger__pending_unlock (pending);
      *ret_cancelled = (state & P_CANCELLED) != 0;
      return NULL;
    }
  lodger_pending_ref (pending);
  first = !(state & P_CANCELLED);
  is_queued = first && !(state & (P_STARTED | P_FOLLOWS));
  ops = pending->item.ops;
  if (is_queued && ops->withdraw != NULL)
    {
      caller = pending->caller; /* which the call holds, as long as it is not done */
      lodger__caller_hold (caller);
    }
  lodger__pending_add_state (pending, P_CANCELLED);
  if (message != NULL && lodger__pending_side (pending) != NULL)
    lodger__message_append (&pending->side->message, message);

  if (is_queued && (pending->side == NULL || !pending->side->has_canceller))
    lodger__pending_complete (pending);
  else
    {
      if (pending->sleeper != NULL && !pending->sleeper->cancelled)
        {
          pending->sleeper->cancelled = true;
          lodger__parker_signal (pending->sleeper->parker);
        }
      if (first && (state & P_FOLLOWS))
        leader = lodger__pending_leader (pending);
      run_canceller (pending, message);
      lodger__pending_unlock (pending);
    }
  if (caller != NULL)
    {
      ops->withdraw (pending);
      lodger__caller_release (caller);
    }
  lodger_pending_unref (pending);
  *ret_cancelled = true;
  return leader;
}

bool
lodger_pending_cancel (LodgerPending *pending, const char *message)
{
  LodgerPending *leader;
  bool cancelled, ignored;
  if (pending == NULL)
    {
      lodger__misuse (__func__, LODGER_EINVAL, "NULL given");
      return false;
    }
  if (lodger__pending_is_foreign (pending, __func__))
    return lodger_pending_is_cancelled (pending);
  leader = cancel_one (pending, message, &cancelled);
  while (leader != NULL)
    {
      LodgerPending *next = NULL;
      if (!(lodger__pending_state (leader) & P_PROTECTED))
        next = cancel_one (leader, message, &ignored);
      lodger_pending_unref (leader);
      leader = next;
    }
  return cancelled;
}

char *
lodger_pending_get_cancel_message (LodgerPending *pending)
{
  char *message = NULL;
  if (pending == NULL)
    return NULL;
  lodger__pending_lock (pending);
  if (pending->side != NULL && pending->side->message != NULL)
    message = strdup (pending->side->message);
  lodger__pending_unlock (pending);
  return message;
}

int
lodger_pending_set_canceller (LodgerPending *pending, LodgerCancelFunc func, void *data, LodgerDestroyFunc destroy)
{
  LodgerSide *side = NULL;
  unsigned state;
  int code = 0;
  if (pending == NULL || func == NULL)
    {
      if (destroy != NULL)
        destroy (data);
      return lodger__misuse (__func__, LODGER_EINVAL, "NULL given");
    }
  if (lodger__pending_is_foreign (pending, __func__))
    {
      if (destroy != NULL)
        destroy (data);
      return LODGER_ECHILD;
    }
  lodger__pending_lock (pending);
  state = lodger__pending_state (pending);
  if ((state & P_DONE) || (pending->side != NULL && pending->side->has_canceller))
    code = LODGER_EALREADY;
  else if ((side = lodger__pending_side (pending)) == NULL)
    code = LODGER_ENOMEM;
  if (code == 0)
    {
      side->has_canceller = true;
      side->canceller = func;
      side->canceller_data = data;
      side->canceller_destroy = destroy;
      if (state & P_CANCELLED)
        {
          char *message = side->message != NULL ? strdup (side->message) : NULL;
          run_canceller (pending, message);
          lodger__pending_unlock (pending);
          free (message);
          return 0;
        }
    }
  lodger__pending_unlock (pending);
  if (code != 0 && destroy != NULL)
    destroy (data);
  return code;
}
