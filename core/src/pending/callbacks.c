/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/log.h"
#include "pending/pending.h"

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
                 done->site.name != NULL ? done->site.name : "a call", done->site.file != NULL ? done->site.file : "?",
                 done->site.line, lodger_error_code_string (code));
  done_callback_free (callback);
}

static void
done_callback_discard (LodgerListener *listener)
{
  done_callback_free ((DoneCallback *) listener);
}

int
lodger_pending_add_done_callback (LodgerPending *pending, LodgerDoneFunc func, void *data, LodgerDestroyFunc destroy)
{
  DoneCallback *callback = NULL;
  int code = lodger_pending_is_done (pending) && pending != NULL ? 0 : lodger__pending_check (pending, __func__);
  if (code == 0 && func == NULL)
    code = lodger__misuse (__func__, LODGER_EINVAL, "NULL given");
  if (code == 0 && (callback = malloc (sizeof *callback)) == NULL)
    code = lodger__misuse (__func__, LODGER_ENOMEM, "no memory");
  if (code != 0)
    {
      if (destroy != NULL)
        destroy (data);
      return code;
    }
  *callback = (DoneCallback) { .listener = { .notify = done_callback_notify, .discard = done_callback_discard },
                               .func = func,
                               .data = data,
                               .destroy = destroy };
  if (!lodger__pending_listen (pending, &callback->listener))
    done_callback_notify (&callback->listener, pending);
  return 0;
}

static bool
is_callback (const LodgerListener *listener, const void *what)
{
  const DoneCallback *callback = (const DoneCallback *) listener;
  const DoneCallback *wanted = what;
  return listener->notify == done_callback_notify && callback->func == wanted->func && callback->data == wanted->data;
}

size_t
lodger_pending_remove_done_callback (LodgerPending *pending, LodgerDoneFunc func, void *data)
{
  const DoneCallback wanted = { .func = func, .data = data };
  size_t count = 0;
  if (lodger__is_null (pending, __func__) || lodger__is_null (func, __func__))
    return 0;
  for (;;)
    {
      LodgerListener *found;
      lodger__pending_lock (pending);
      found = lodger__pending_find_listener (pending, is_callback, &wanted);
      if (found != NULL)
        lodger__pending_unlink (pending, found);
      lodger__pending_unlock (pending);
      if (found == NULL)
        return count;
      done_callback_free ((DoneCallback *) found);
      count++;
    }
}
