/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/log.h"
#include "life/life.h"
#include "pending/carry.h"
#include "pending/extras.h"

#include <lodger/host.h>
#include <stdlib.h>
#include <string.h>

/* A cancel: its messages, the canceller that it runs once, and the error that tells of it. */

typedef struct Cancel
{
  LodgerExtra extra; /* first */
  char *message;     /* of all cancels */
  LodgerError *error;
  LodgerCancelFunc canceller; /* NULL: there is none */
  void *data;
  LodgerDestroyFunc destroy;
  bool has_run;
  bool is_busy;
} Cancel;

static void
cancel_free (LodgerExtra *extra)
{
  Cancel *cancel = (Cancel *) extra;
  if (cancel->destroy != NULL)
    lodger__destroy (cancel->destroy, cancel->data);
  lodger_error_unref (cancel->error);
  free (cancel->message);
  free (cancel);
}

static const LodgerExtraKind cancel_kind = { .free = cancel_free };

/* Locked: NULL when there is none. */
static Cancel *
find (const LodgerPending *pending)
{
  return (Cancel *) lodger__extra_find (pending, &cancel_kind);
}

/* Locked: NULL without memory. */
static Cancel *
need (LodgerPending *pending)
{
  return (Cancel *) lodger__extra_need (pending, &cancel_kind, sizeof (Cancel));
}

static bool
has_canceller (const Cancel *cancel)
{
  return cancel != NULL && cancel->canceller != NULL;
}

bool
lodger__pending_has_canceller (const LodgerPending *pending)
{
  return (lodger__pending_state (pending) & P_EXTRAS) && has_canceller (find (pending));
}

bool
lodger__pending_destroys_canceller (const LodgerPending *pending)
{
  const Cancel *cancel = lodger__pending_state (pending) & P_EXTRAS ? find (pending) : NULL;
  return cancel != NULL && cancel->destroy != NULL;
}

bool
lodger__message_append (char **message, const char *more)
{
  size_t had, add;
  char *longer;
  if (more == NULL)
    return true;
  had = *message != NULL ? strlen (*message) + 1 : 0;
  add = strlen (more) + 1;
  longer = realloc (*message, had + add);
  if (longer == NULL)
    return false;
  if (had > 0)
    longer[had - 1] = '\n';
  memcpy (longer + had, more, add);
  *message = longer;
  return true;
}

bool
lodger__pending_add_message (LodgerPending *pending, const char *message)
{
  Cancel *cancel = message != NULL ? need (pending) : NULL;
  return message == NULL || (cancel != NULL && lodger__message_append (&cancel->message, message));
}

void
lodger__message_lost (const char *message)
{
  lodger__log (LODGER_LOG_ERROR, "no memory for a cancel message: %s", message);
}

/* Without memory it says no more than what it is. */
LodgerError *
lodger__pending_cancelled_error (LodgerPending *pending, int code)
{
  Cancel *cancel = need (pending);
  if (cancel != NULL && cancel->error == NULL)
    {
      LodgerError *error = lodger__pending_state (pending) & P_UNANSWERED
                               ? lodger__pending_unanswered_error (pending)
                               : lodger_error_new (NULL, code, code == LODGER_ECANCELED ? cancel->message : NULL);
      if (lodger_error_get_code (error) == code)
        cancel->error = error;
    }
  if (cancel != NULL && cancel->error != NULL)
    return cancel->error;
  switch (code)
    {
    case LODGER_ECANCELED: return &lodger__cancelled;
    case LODGER_ETIMEDOUT: return &lodger__timed_out;
    default: return &lodger__abandoned;
    }
}

/* Locked: the canceller's data, if it is to go now. The call is done and the canceller is not busy: whoever makes the
 * second of these true comes here. */
static LodgerDestroyFunc
take_destroy (Cancel *cancel)
{
  LodgerDestroyFunc destroy = cancel->destroy;
  cancel->destroy = NULL;
  return destroy;
}

void
lodger__pending_release_canceller (LodgerPending *pending)
{
  Cancel *cancel;
  LodgerDestroyFunc destroy = NULL;
  lodger__pending_lock (pending);
  cancel = find (pending);
  if (cancel != NULL && !cancel->is_busy && (lodger__pending_state (pending) & P_DONE))
    destroy = take_destroy (cancel);
  lodger__pending_unlock (pending);
  if (destroy != NULL)
    lodger__destroy (destroy, cancel->data);
}

/* In the context of the call, which may be on another thread's stack. */
static void
call_canceller (LodgerPending *pending, const Cancel *cancel, const char *message)
{
  LodgerThread *thread = lodger__thread ();
  LodgerContext *context = lodger__carry_hold (pending);
  LodgerAside aside;
  if (thread != NULL)
    lodger__aside_enter (thread, &aside, context);
  lodger_context_unref (context);
  cancel->canceller (pending, message, cancel->data);
  if (thread != NULL)
    lodger__aside_leave (thread, &aside);
}

/* Locked on entry and on return. */
static void
run_canceller (LodgerPending *pending, const char *message)
{
  Cancel *cancel = find (pending);
  LodgerDestroyFunc destroy = NULL;
  if (!has_canceller (cancel) || cancel->has_run)
    return;
  cancel->has_run = cancel->is_busy = true;
  lodger__pending_unlock (pending);
  call_canceller (pending, cancel, message);
  lodger__pending_lock (pending);
  cancel->is_busy = false;
  if (lodger__pending_state (pending) & P_DONE)
    destroy = take_destroy (cancel);
  if (destroy != NULL)
    {
      lodger__pending_unlock (pending);
      lodger__destroy (destroy, cancel->data);
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
  bool first, is_queued, has_message;
  lodger__pending_lock (pending);
  state = lodger__pending_state (pending);
  if (state & (P_DONE | P_OWNED))
    {
      if ((state & (P_DONE | P_OWNED | P_STATIC)) == P_DONE)
        lodger__pending_add_state (pending, P_TOO_LATE);
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
      lodger__hold (caller);
    }
  lodger__pending_add_state (pending, P_CANCELLED);
  has_message = lodger__pending_add_message (pending, message);
  if (is_queued && !lodger__pending_has_canceller (pending))
    lodger__pending_complete (pending);
  else
    {
      lodger__sleepers_wake (pending);
      if (first && (state & P_FOLLOWS))
        leader = lodger__pending_leader (pending);
      run_canceller (pending, message);
      lodger__pending_unlock (pending);
    }
  if (!has_message)
    lodger__message_lost (message);
  if (caller != NULL)
    {
      ops->withdraw (pending);
      lodger__release (caller);
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
    return false;
  lodger__guard_pending (pending, lodger_pending_is_cancelled (pending));
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

void
lodger__pending_stop (LodgerPending *pending, const char *message)
{
  const LodgerExtra *extra = NULL;
  void *held = NULL;
  if (lodger__pending_state (pending) & P_STOPS)
    {
      lodger__pending_lock (pending);
      extra = pending->extras;
      while (extra != NULL && extra->kind->hold_stop == NULL)
        extra = extra->next;
      if (extra != NULL && (held = extra->kind->hold_stop (extra)) != NULL)
        lodger__pending_add_state (pending, P_TOLD);
      lodger__pending_unlock (pending);
    }
  if (held != NULL)
    extra->kind->tell_stop (held);
  else
    lodger_pending_cancel (pending, message);
}

bool
lodger_host_was_cancelled_late (const LodgerPending *pending)
{
  return pending != NULL && (lodger__pending_state (pending) & P_TOO_LATE);
}

/* A cancel that has come before is what it was. */
void
lodger__pending_time_out (LodgerPending *pending)
{
  lodger__pending_lock (pending);
  if (!(lodger__pending_state (pending) & (P_DONE | P_CANCELLED)))
    lodger__pending_add_state (pending, P_TIMED_OUT);
  lodger__pending_unlock (pending);
  lodger_pending_cancel (pending, "its time is over");
}

char *
lodger_pending_dup_cancel_message (LodgerPending *pending)
{
  const Cancel *cancel;
  char *message = NULL;
  if (pending == NULL)
    return NULL;
  lodger__pending_lock (pending);
  cancel = find (pending);
  if (cancel != NULL && cancel->message != NULL)
    message = strdup (cancel->message);
  lodger__pending_unlock (pending);
  return message;
}

/* Locked on entry, unlocked on return. */
static int
set_canceller (LodgerPending *pending, LodgerCancelFunc func, void *data, LodgerDestroyFunc destroy)
{
  Cancel *cancel = find (pending);
  char *message = NULL;
  int code = 0;
  if ((lodger__pending_state (pending) & P_DONE) || has_canceller (cancel))
    code = LODGER_EALREADY;
  else if ((cancel = need (pending)) == NULL)
    code = LODGER_ENOMEM;
  else
    {
      cancel->canceller = func;
      cancel->data = data;
      cancel->destroy = destroy;
      if (lodger__pending_state (pending) & P_CANCELLED)
        {
          message = cancel->message != NULL ? strdup (cancel->message) : NULL;
          run_canceller (pending, message);
        }
    }
  lodger__pending_unlock (pending);
  free (message);
  return code;
}

int
lodger_pending_set_canceller (LodgerPending *pending, LodgerCancelFunc func, void *data, LodgerDestroyFunc destroy)
{
  int code = lodger__pending_check (pending, __func__);
  if (code == 0 && func == NULL)
    code = lodger__misuse (__func__, LODGER_EINVAL, "NULL given");
  if (code == 0)
    {
      lodger__pending_lock (pending);
      code = set_canceller (pending, func, data, destroy);
    }
  if (code != 0 && destroy != NULL)
    destroy (data);
  return code;
}
