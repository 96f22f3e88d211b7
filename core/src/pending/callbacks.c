/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/hash.h"
#include "base/log.h"
#include "pending/extras.h"

#include <lodger/host.h>
#include <stdlib.h>

/* Done-callbacks: user code in whatever thread completes. A crowd of them can be removed one by one: each is found by
 * its function and data. All of this is under the pending's lock, but for the callbacks themselves. */

typedef struct DoneCallback
{
  LodgerLink link;
  LodgerHashLink by_key;
  LodgerDoneFunc func;
  void *data;
  LodgerDestroyFunc destroy;
} DoneCallback;

typedef struct Callbacks
{
  LodgerExtra extra; /* first */
  LodgerList list;   /* in the order in which they were added */
  LodgerHash by_key;
} Callbacks;

static void
done_callback_free (DoneCallback *callback)
{
  if (callback->destroy != NULL)
    lodger__destroy (callback->destroy, callback->data);
  free (callback);
}

/* The thread may just be in a function of an adapter, which does not speak for the program's code. */
static void
done_callback_notify (DoneCallback *callback, LodgerPending *done)
{
  const char *outer = lodger_host_speak_for (NULL);
  int code = callback->func (done, callback->data);
  if (code < 0)
    lodger__log (LODGER_LOG_WARNING, "a done-callback of " LODGER_SITE_FORMAT " failed: %s",
                 LODGER_SITE_ARGS (&done->site), lodger_error_code_string (code));
  done_callback_free (callback);
  lodger_host_speak_for (outer);
}

static uint64_t
hash_of (LodgerDoneFunc func, const void *data)
{
  return lodger__hash_of_number ((uintptr_t) func ^ lodger__hash_of_pointer (data));
}

static DoneCallback *
take_out (Callbacks *callbacks, DoneCallback *callback)
{
  if (callback != NULL)
    {
      lodger__list_remove (&callback->link);
      lodger__hash_remove (&callbacks->by_key, &callback->by_key);
    }
  return callback;
}

static void
callbacks_free (LodgerExtra *extra)
{
  Callbacks *callbacks = (Callbacks *) extra;
  DoneCallback *callback;
  while ((callback = take_out (callbacks, lodger__list_first (&callbacks->list, DoneCallback, link))) != NULL)
    done_callback_free (callback);
  lodger__hash_clear (&callbacks->by_key);
  free (callbacks);
}

LODGER_EXTRA_KIND (callbacks_kind, callbacks_free, NULL);

static Callbacks *
find (const LodgerPending *pending)
{
  return lodger__pending_state (pending) & P_EXTRAS ? (Callbacks *) lodger__extra_find (pending, &callbacks_kind)
                                                    : NULL;
}

bool
lodger__pending_has_callbacks (const LodgerPending *pending)
{
  const Callbacks *callbacks = find (pending);
  return callbacks != NULL && callbacks->list.first != NULL;
}

void
lodger__pending_run_callbacks (LodgerPending *pending)
{
  Callbacks *callbacks;
  DoneCallback *callback;
  lodger__pending_lock (pending);
  callbacks = find (pending);
  while ((callback = take_out (callbacks, lodger__list_first (&callbacks->list, DoneCallback, link))) != NULL)
    {
      lodger__pending_unlock (pending);
      done_callback_notify (callback, pending);
      lodger__pending_lock (pending);
    }
  lodger__pending_unlock (pending);
}

/* True: it waits for the end now. */
static bool
add (LodgerPending *pending, DoneCallback *callback, int *ret_code)
{
  Callbacks *callbacks = NULL;
  bool is_done;
  lodger__pending_lock (pending);
  is_done = (lodger__pending_state (pending) & P_DONE) != 0;
  if (!is_done)
    {
      callbacks = (Callbacks *) lodger__extra_need (pending, &callbacks_kind, sizeof *callbacks);
      *ret_code = callbacks != NULL ? 0 : LODGER_ENOMEM;
    }
  if (callbacks != NULL)
    {
      lodger__list_append (&callbacks->list, &callback->link);
      lodger__hash_insert (&callbacks->by_key, &callback->by_key, hash_of (callback->func, callback->data));
    }
  lodger__pending_unlock (pending);
  return callbacks != NULL;
}

int
lodger_pending_add_done_callback (LodgerPending *pending, LodgerDoneFunc func, void *data, LodgerDestroyFunc destroy)
{
  DoneCallback *callback = NULL;
  int code = lodger_pending_is_done (pending) && pending != NULL ? 0 : lodger__pending_check (pending, __func__);
  if (code == 0 && func == NULL)
    code = lodger__misuse (__func__, LODGER_EINVAL, "NULL given");
  if (code == 0 && (callback = malloc (sizeof *callback)) == NULL)
    code = LODGER_ENOMEM;
  if (code == 0)
    {
      *callback = (DoneCallback) { .func = func, .data = data, .destroy = destroy };
      lodger__pending_see (pending);
      if (!add (pending, callback, &code) && code == 0)
        done_callback_notify (callback, pending);
    }
  if (code == 0)
    return 0;
  if (code == LODGER_ENOMEM)
    lodger__misuse (__func__, code, "no memory");
  free (callback);
  if (destroy != NULL)
    destroy (data);
  return code;
}

/* Locked: all of that key go from the pending to the list. */
static void
take (Callbacks *callbacks, LodgerDoneFunc func, const void *data, LodgerList *taken)
{
  const uint64_t hash = hash_of (func, data);
  LodgerHashLink *next;
  for (LodgerHashLink *at = lodger__hash_first (&callbacks->by_key, hash); at != NULL; at = next)
    {
      DoneCallback *callback = lodger__list_item (at, DoneCallback, by_key);
      next = lodger__hash_next (at);
      if (callback->func == func && callback->data == data)
        lodger__list_prepend (taken, &take_out (callbacks, callback)->link);
    }
}

size_t
lodger_pending_remove_done_callback (LodgerPending *pending, LodgerDoneFunc func, void *data)
{
  LodgerList taken = { NULL, NULL };
  Callbacks *callbacks;
  DoneCallback *callback;
  size_t count = 0;
  if (lodger__is_null (pending, __func__) || lodger__is_null (func, __func__))
    return 0;
  lodger__pending_lock (pending);
  callbacks = find (pending);
  if (callbacks != NULL)
    take (callbacks, func, data, &taken);
  lodger__pending_unlock (pending);
  while ((callback = lodger__list_item (lodger__list_pop (&taken), DoneCallback, link)) != NULL)
    {
      done_callback_free (callback);
      count++;
    }
  return count;
}
