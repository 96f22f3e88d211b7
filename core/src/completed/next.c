/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/fork.h"
#include "base/log.h"
#include "completed/completed.h"
#include "life/life.h"
#include "wait/suspend.h"

/* The iteration of a thread that may block. Each pending has a listener, told under the pending's lock, that puts its
 * item on the list of those that are done. The list of all items belongs to the thread: while it waits, the list does
 * not change, so that the wait graph may look at it. */

typedef struct Next
{
  LodgerWait wait; /* first */
  LodgerWaitSet set;
  LodgerCompleted *completed;
} Next;

/* The mutex of an iteration is taken under the lock of a pending, never the other way round. */
static void
item_notify (LodgerListener *listener, LodgerPending *done)
{
  LodgerCompletedItem *item = lodger__owner (listener, LodgerCompletedItem, listener);
  LodgerCompleted *completed = item->completed;
  (void) done;
  pthread_mutex_lock (&completed->mutex);
  lodger__list_append (&completed->done, &item->done);
  if (completed->parker != NULL)
    lodger__parker_signal (completed->parker);
  pthread_mutex_unlock (&completed->mutex);
}

LODGER_LISTENER_OPS (item_ops, item_notify, NULL, true);

/* Up to the limit. */
static int
fill (LodgerCompleted *completed)
{
  LodgerCompletedItem *item;
  int code;
  while ((code = lodger__completed_ask (completed, sizeof *item, &item)) == 0 && item != NULL)
    {
      lodger__list_append (&completed->items, &item->link);
      completed->item_count++;
      item->listener = lodger__listener (&item_ops);
      if (!lodger__pending_listen (item->pending, &item->listener))
        item_notify (&item->listener, item->pending);
    }
  return code;
}

/* The pending of the first one that is done, as a reference; or NULL. The lock of the pending makes sure that its
 * listener is through. */
static LodgerPending *
take_done (LodgerCompleted *completed)
{
  LodgerCompletedItem *item;
  LodgerPending *pending;
  pthread_mutex_lock (&completed->mutex);
  item = lodger__list_item (lodger__list_pop (&completed->done), LodgerCompletedItem, done);
  pthread_mutex_unlock (&completed->mutex);
  if (item == NULL)
    return NULL;
  pending = lodger_pending_ref (item->pending);
  lodger__pending_unlisten (pending, &item->listener);
  lodger__list_remove (&item->link);
  completed->item_count--;
  lodger__completed_item_free (item);
  return pending;
}

/* ---- the wait ---------------------------------------------------------------------------------------------------- */

static LodgerPending *
next_of (const LodgerWaitSet *set, const void **place)
{
  const Next *next = lodger__list_owner (set, offsetof (Next, set));
  const LodgerLink *at = *place;
  const LodgerCompletedItem *item;
  at = at != NULL ? at->next : next->completed->items.first;
  *place = at;
  item = lodger__completed_item ((LodgerLink *) (uintptr_t) at);
  return item != NULL ? item->pending : NULL;
}

static bool
has_done (LodgerCompleted *completed)
{
  bool has;
  pthread_mutex_lock (&completed->mutex);
  has = completed->done.first != NULL;
  pthread_mutex_unlock (&completed->mutex);
  return has;
}

static int
look (LodgerWait *wait)
{
  return has_done (((Next *) wait)->completed) ? 0 : LODGER_EBUSY;
}

static void
set_parker (LodgerCompleted *completed, LodgerParker *parker)
{
  pthread_mutex_lock (&completed->mutex);
  completed->parker = parker;
  pthread_mutex_unlock (&completed->mutex);
}

static int
block (LodgerCompleted *completed, int64_t timeout, const char *function)
{
  Next next = { .set = { next_of, false }, .completed = completed };
  LodgerThread *thread = lodger__thread ();
  int64_t deadline = lodger__suspend_until (timeout);
  int code = thread == NULL ? LODGER_ENOMEM : lodger__suspend_refusal (thread, function);
  if (code != 0)
    return code;
  next.wait.set = &next.set;
  next.wait.pending = lodger__completed_item (completed->items.first)->pending;
  lodger__suspend_listen (&next.wait, thread);
  code = lodger__wait_begin (&next.wait, thread, timeout != LODGER_FOREVER, function);
  if (code != 0)
    return has_done (completed) ? 0 : code;
  set_parker (completed, thread->strand.parker);
  code = lodger__suspend (&next.wait, look, deadline);
  set_parker (completed, NULL);
  lodger__wait_end (&next.wait);
  if (has_done (completed) && !lodger__suspend_is_too_late (thread, code))
    return 0;
  return code == LODGER_EDEADLK ? lodger__wait_refuse (&next.wait, thread, function) : code;
}

static int
check (LodgerCompleted *completed, const char *function)
{
  if (completed == NULL)
    return lodger__misuse (function, LODGER_EINVAL, "the iteration is NULL");
  if (completed->generation != (uint16_t) lodger__generation_now ())
    return lodger__misuse (function, LODGER_ECHILD, lodger__before_fork_message);
  return lodger__completed_take (completed) ? 0 : lodger__misuse (function, LODGER_EBUSY, "the iteration is in use");
}

static int
find_next (LodgerCompleted *completed, int64_t timeout, LodgerPending **ret_done, const char *function)
{
  int code = fill (completed);
  if (code != 0)
    return code;
  *ret_done = take_done (completed);
  if (*ret_done == NULL && completed->items.first == NULL)
    return completed->error != NULL ? LODGER_EFAILED : 0;
  if (*ret_done == NULL)
    code = timeout <= 0 ? LODGER_ETIMEDOUT : block (completed, timeout, function);
  if (*ret_done == NULL && code == 0)
    *ret_done = take_done (completed);
  return code;
}

LodgerPending *
lodger_completed_next (LodgerCompleted *completed, int64_t timeout, int *ret_code)
{
  LodgerPending *done = NULL;
  int code = check (completed, __func__);
  if (code == 0)
    {
      code = find_next (completed, timeout, &done, __func__);
      lodger__completed_give_back (completed);
    }
  if (ret_code != NULL)
    *ret_code = code;
  return done;
}
