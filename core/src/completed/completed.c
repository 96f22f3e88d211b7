/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "completed/completed.h"

#include "base/fork.h"
#include "base/log.h"
#include "base/options.h"
#include "base/port.h"
#include "pool/pool.h"

#include <stdlib.h>

/* The source of an iteration, and its life. */

enum
{
  LIMIT = 10 /* without a caller */
};

static const char left_early[] = "the iteration over it has ended";

/* ---- life -------------------------------------------------------------------------------------------------------- */

static LodgerCompleted *
make (const LodgerCompletedOptions *given, const char *reason, const char *function)
{
  LodgerCompletedOptions own, options = { .size = sizeof options };
  const char *wrong;
  LodgerCompleted *completed = NULL;
  int code = LODGER_EINVAL;
  given = lodger__options (given, &own, sizeof own, &wrong);
  if (given != NULL)
    options = *given;
  if (wrong != NULL)
    reason = wrong;
  if (reason == NULL && (completed = calloc (1, sizeof *completed)) == NULL)
    {
      code = LODGER_ENOMEM;
      reason = "no memory";
    }
  if (completed == NULL)
    {
      lodger__misuse_at (function, code, reason, options.file, options.line);
      return NULL;
    }
  completed->generation = (uint16_t) lodger__generation_now ();
  completed->options = options;
  lodger__port_mutex_init (&completed->mutex);
  return completed;
}

LodgerCompleted *
lodger_completed_new (LodgerPending *const *pendings, size_t count, const LodgerCompletedOptions *options)
{
  LodgerCompleted *completed;
  if (lodger__pendings_check (pendings, count, __func__) != 0)
    return NULL;
  completed = make (options, NULL, __func__);
  if (completed == NULL)
    return NULL;
  completed->limit = SIZE_MAX;
  completed->pendings = malloc ((count > 0 ? count : 1) * sizeof (LodgerPending *));
  if (completed->pendings == NULL || completed->options.max_concurrent > 0)
    {
      if (completed->pendings == NULL)
        lodger__misuse (__func__, LODGER_ENOMEM, "no memory");
      else
        lodger__misuse (__func__, LODGER_EINVAL, "an array has no limit");
      lodger_completed_free (completed);
      return NULL;
    }
  for (; completed->count < count; completed->count++)
    completed->pendings[completed->count] = lodger_pending_ref (pendings[completed->count]);
  return completed;
}

LodgerCompleted *
lodger_completed_new_from (LodgerCompletedFunc func, void *data, LodgerDestroyFunc destroy,
                           const LodgerCompletedOptions *options)
{
  LodgerCompleted *completed = make (options, func == NULL ? "the function is NULL" : NULL, __func__);
  if (completed == NULL)
    {
      if (destroy != NULL)
        destroy (data);
      return NULL;
    }
  completed->func = func;
  completed->data = data;
  completed->destroy = destroy;
  completed->limit = completed->options.max_concurrent;
  return completed;
}

bool
lodger__completed_take (LodgerCompleted *completed)
{
  return !atomic_exchange (&completed->is_used, true);
}

void
lodger__completed_give_back (LodgerCompleted *completed)
{
  atomic_store (&completed->is_used, false);
}

static bool
is_before_fork (const LodgerCompleted *completed)
{
  return completed->generation != (uint16_t) lodger__generation_now ();
}

static bool
cancels (const LodgerCompleted *completed)
{
  return !completed->options.keeps_unfinished && !is_before_fork (completed);
}

void
lodger__completed_clear (LodgerCompleted *completed)
{
  for (; completed->at < completed->count; completed->at++)
    {
      if (cancels (completed))
        lodger_pending_cancel (completed->pendings[completed->at], left_early);
      lodger_pending_unref (completed->pendings[completed->at]);
    }
  free (completed->pendings);
  if (completed->destroy != NULL)
    lodger__destroy (completed->destroy, completed->data);
  lodger_error_unref (completed->error);
  if (!is_before_fork (completed))
    pthread_mutex_destroy (&completed->mutex);
  free (completed);
}

void
lodger_completed_free (LodgerCompleted *completed)
{
  LodgerCompletedItem *item;
  if (completed == NULL)
    return;
  if (!lodger__completed_take (completed))
    {
      lodger__misuse (__func__, LODGER_EBUSY, "the iteration is in use");
      return;
    }
  lodger__list_for (unfinished, &completed->items, LodgerCompletedItem, link)
    if (lodger__pending_unlisten (unfinished->pending, &unfinished->listener) && cancels (completed))
      lodger_pending_cancel (unfinished->pending, left_early);
  /* Each listener is through now. Before that, the one of any item could write to the item before it on the list
   * `done`. */
  while ((item = lodger__completed_item (lodger__list_pop (&completed->items))) != NULL)
    lodger__completed_item_free (item);
  lodger__completed_clear (completed);
}

const LodgerError *
lodger_completed_get_error (const LodgerCompleted *completed)
{
  return completed != NULL ? completed->error : NULL;
}

/* ---- the source -------------------------------------------------------------------------------------------------- */

static size_t
default_limit (void)
{
  const LodgerCaller *caller = lodger_caller_current ();
  unsigned limit = caller != NULL ? lodger__pool_idle_limit (caller) : 0;
  return limit > 0 ? limit : LIMIT;
}

static LodgerPending *
ask_function (LodgerCompleted *completed)
{
  LodgerError *error = NULL;
  LodgerPending *pending = completed->func (completed->data, &error);
  if (error != NULL)
    {
      completed->error = error;
      lodger_pending_unref (pending);
      return NULL;
    }
  return pending;
}

int
lodger__completed_ask (LodgerCompleted *completed, size_t size, LodgerCompletedItem **ret_item)
{
  LodgerCompletedItem *item;
  *ret_item = NULL;
  if (completed->limit == 0)
    completed->limit = default_limit ();
  if (completed->has_ended || completed->item_count >= completed->limit)
    return 0;
  item = calloc (1, size);
  if (item == NULL)
    return LODGER_ENOMEM;
  item->completed = completed;
  if (completed->func != NULL)
    item->pending = ask_function (completed);
  else if (completed->at < completed->count)
    item->pending = completed->pendings[completed->at++];
  completed->has_ended = item->pending == NULL;
  if (completed->has_ended)
    {
      free (item);
      return 0;
    }
  *ret_item = item;
  return 0;
}

void
lodger__completed_item_free (LodgerCompletedItem *item)
{
  lodger_pending_unref (item->pending);
  lodger_pending_unref (item->then);
  free (item);
}
