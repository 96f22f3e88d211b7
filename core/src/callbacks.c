/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pending-private.h"

#include <stdlib.h>

/* Done-callbacks: user code in whatever thread completes. */

typedef struct DoneCallback
{
  LodgerListener listener; /* first */
  LodgerDoneFunc func;
  void *data;
  LodgerDestroyFunc destroy;
} DoneCallback;

static void
done_callback_free (DoneCallback *callback)
{
  if (callback->destroy != NULL)
    callback->destroy (callback->data);
  free (callback);
}

static void
done_callback_notify (LodgerListener *listener, LodgerPending *done)
{
  DoneCallback *callback = (DoneCallback *) listener;
  int code = callback->func (done, callback->data);
  if (code < 0)
    lodger__log (LODGER_LOG_WARNING, "a done-callback of %s (%s:%d) failed: %s",
                 done->name != NULL ? done->name : "a call", done->file != NULL ? done->file : "?", done->line,
                 lodger_error_code_string (code));
  done_callback_free (callback);
}

static void
done_callback_discard (LodgerListener *listener)
{
  done_callback_free ((DoneCallback *) listener);
}

bool
lodger__pending_tells_user_code (const LodgerPending *pending)
{
  const LodgerListener *at = pending->listeners;
  bool found = false;
  if (at != NULL)
    do
      {
        found = !at->is_quiet;
        at = at->next;
      }
    while (!found && at != pending->listeners);
  return found;
}

int
lodger_pending_add_done_callback (LodgerPending *pending, LodgerDoneFunc func, void *data, LodgerDestroyFunc destroy)
{
  bool is_foreign
      = pending != NULL && !lodger_pending_is_done (pending) && lodger__pending_is_foreign (pending, __func__);
  DoneCallback *callback = pending != NULL && func != NULL && !is_foreign ? malloc (sizeof *callback) : NULL;
  if (callback == NULL)
    {
      if (destroy != NULL)
        destroy (data);
      if (is_foreign)
        return LODGER_ECHILD;
      return lodger__misuse (__func__, pending != NULL && func != NULL ? LODGER_ENOMEM : LODGER_EINVAL,
                             pending != NULL && func != NULL ? "no memory" : "NULL given");
    }
  *callback = (DoneCallback) { .listener = { .notify = done_callback_notify, .discard = done_callback_discard },
                               .func = func,
                               .data = data,
                               .destroy = destroy };
  if (!lodger__pending_listen (pending, &callback->listener))
    done_callback_notify (&callback->listener, pending);
  return 0;
}

size_t
lodger_pending_remove_done_callback (LodgerPending *pending, LodgerDoneFunc func, void *data)
{
  size_t count = 0;
  if (pending == NULL || func == NULL)
    {
      lodger__misuse (__func__, LODGER_EINVAL, "NULL given");
      return 0;
    }
  for (;;)
    {
      LodgerListener *found = NULL;
      LodgerListener *at;
      lodger__pending_lock (pending);
      at = pending->listeners;
      if (at != NULL)
        do
          {
            DoneCallback *callback = (DoneCallback *) at;
            if (at->notify == done_callback_notify && callback->func == func && callback->data == data)
              found = at;
            at = at->next;
          }
        while (found == NULL && at != pending->listeners);
      if (found != NULL)
        lodger__pending_unlink (pending, found);
      lodger__pending_unlock (pending);
      if (found == NULL)
        return count;
      done_callback_free ((DoneCallback *) found);
      count++;
    }
}
