/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define LODGER_NO_CALL_SITES
#include "base/fork.h"
#include "base/log.h"
#include "call/submit.h"
#include "completed/completed.h"
#include "life/life.h"

#include <stdlib.h>

/* The iteration of a caller that must not block. It is a call that answers at the end; each pending that is given has a
 * continuation in that caller, which runs the user's function, and asks for more. The source is used by the owner only. The
 * list of items is under the mutex, since whoever cancels the call lets go of them all. */

enum
{
  BATCH = 64 /* so many are asked for at once; then the slice may end */
};

static const char function[] = "lodger_completed_each";
static const char over_message[] = "the iteration over it has ended";

typedef struct Each
{
  atomic_uint refs; /* the call, each continuation, whatever is to ask for more */
  LodgerCompleted *completed;
  LodgerCaller *caller; /* the owner uses it, in its calls */
  LodgerWork user;
  LodgerCallOptions options; /* of the continuations */
  LodgerPending *self;       /* a reference, once it has begun */
  LodgerReply *reply;        /* under the mutex. NULL: it has not begun, or it is over */
  bool is_asking;
} Each;

typedef struct EachItem
{
  LodgerCompletedItem item; /* first */
  atomic_uint refs;         /* whoever makes it, and its continuation */
  Each *each;
  bool is_gone; /* under the mutex: its continuation is through */
} EachItem;

static void
each_unref (void *data)
{
  Each *each = data;
  if (atomic_fetch_sub_explicit (&each->refs, 1, memory_order_acq_rel) != 1)
    return;
  lodger__work_destroy (&each->user);
  lodger__completed_clear (each->completed);
  lodger_pending_unref (each->self);
  free (each);
}

static Each *
each_ref (Each *each)
{
  atomic_fetch_add_explicit (&each->refs, 1, memory_order_relaxed);
  return each;
}

static void
lock (Each *each)
{
  pthread_mutex_lock (&each->completed->mutex);
}

static void
unlock (Each *each)
{
  pthread_mutex_unlock (&each->completed->mutex);
}

/* ---- the end ----------------------------------------------------------------------------------------------------------- */

/* Under the mutex: an item that has not come yet, out of the list, with references to both of its pendings. */
static bool
take_item (Each *each, LodgerPending **ret_then, LodgerPending **ret_pending)
{
  LodgerCompletedItem *item = lodger__completed_item (lodger__list_pop (&each->completed->items));
  if (item == NULL)
    return false;
  *ret_then = lodger_pending_ref (item->then);
  *ret_pending = lodger_pending_ref (item->pending);
  return true;
}

static void
leave_all (Each *each)
{
  LodgerPending *then, *pending;
  lock (each);
  while (take_item (each, &then, &pending))
    {
      unlock (each);
      lodger_pending_cancel (then, over_message);
      if (!each->completed->options.keeps_unfinished)
        lodger_pending_cancel (pending, over_message);
      lodger_pending_unref (then);
      lodger_pending_unref (pending);
      lock (each);
    }
  unlock (each);
}

/* Any thread. NULL: it is over already, or has not begun. */
static LodgerReply *
end (Each *each)
{
  LodgerReply *reply;
  lock (each);
  reply = each->reply;
  each->reply = NULL;
  unlock (each);
  if (reply != NULL)
    leave_all (each);
  return reply;
}

/* The owner: with the outcome of a pending; NULL: all have come, or the source has failed. */
static void
finish (Each *each, LodgerPending *outcome)
{
  LodgerReply *reply = end (each);
  if (reply == NULL)
    return;
  if (outcome != NULL)
    lodger_reply_return_from (reply, outcome);
  else if (each->completed->error != NULL)
    lodger_reply_return_error (reply, lodger_error_ref (each->completed->error));
  else
    lodger_reply_return_nothing (reply);
}

static void
cancelled (LodgerPending *pending, const char *message, void *data)
{
  LodgerReply *reply = end (data);
  (void) pending;
  (void) message;
  if (reply != NULL)
    lodger_reply_return_nothing (reply);
}

static bool
is_over (Each *each)
{
  bool is;
  lock (each);
  is = each->reply == NULL;
  unlock (each);
  return is;
}

static const char dropped_message[] = "the continuation of one of its pendings was cancelled";

/* ---- an item ----------------------------------------------------------------------------------------------------------- */

static void step (Each *each);

static void
item_unref (EachItem *item)
{
  if (atomic_fetch_sub_explicit (&item->refs, 1, memory_order_acq_rel) == 1)
    lodger__completed_item_free (&item->item);
}

/* Its continuation is through. One that has not run was cancelled by somebody: the others would never be all. */
static void
item_gone (void *data)
{
  EachItem *item = data;
  Each *each = item->each;
  bool was_waiting;
  lock (each);
  item->is_gone = true;
  was_waiting = lodger__list_remove (&item->item.link);
  unlock (each);
  if (was_waiting)
    lodger_pending_cancel (each->self, dropped_message);
  item_unref (item);
  each_unref (each);
}

static void
item_done (LodgerPending *self, LodgerPending *done, void *data)
{
  EachItem *item = data;
  Each *each = item->each;
  (void) self;
  lock (each);
  lodger__list_remove (&item->item.link);
  each->completed->item_count--;
  unlock (each);
  if (is_over (each))
    return;
  lodger__work_continue (&each->user, each->self, done);
  step (each);
}

/* Under the mutex: what has a continuation now is waited for. False: it is not, since all is over, or the continuation is
 * through already. */
static bool
add (Each *each, EachItem *item, LodgerPending *then)
{
  item->item.then = then;
  if (each->reply == NULL || item->is_gone)
    return false;
  lodger__list_append (&each->completed->items, &item->item.link);
  each->completed->item_count++;
  return true;
}

/* The one that is given. Its continuation may be refused, or be dropped by another thread at any moment. */
static void
follow (Each *each, LodgerCompletedItem *given)
{
  EachItem *item = (EachItem *) given;
  LodgerPending *then;
  bool is_added, is_refused;
  item->each = each_ref (each);
  atomic_init (&item->refs, 2);
  then = lodger_pending_then_full (given->pending, each->caller, item_done, item, item_gone, &each->options);
  is_refused = lodger_pending_is_done (then);
  lock (each);
  is_added = add (each, item, then);
  unlock (each);
  if (!is_added)
    {
      lodger_pending_cancel (then, over_message);
      if (!each->completed->options.keeps_unfinished)
        lodger_pending_cancel (given->pending, over_message);
      if (is_refused)
        finish (each, then);
      else
        lodger_pending_cancel (each->self, dropped_message);
    }
  item_unref (item);
}

/* ---- the source -------------------------------------------------------------------------------------------------------- */

static void
ask_again (LodgerPending *self, LodgerPending *done, void *data)
{
  (void) self;
  (void) done;
  step (data);
}

/* A continuation of anything that is done: no full inbox holds it up. */
static void
go_on (Each *each)
{
  LodgerPending *now = lodger__pending_refused (LODGER_ECANCELED, NULL);
  LodgerPending *then
      = lodger_pending_then_full (now, each->caller, ask_again, each_ref (each), each_unref, &each->options);
  if (lodger_pending_is_done (then))
    finish (each, then);
  lodger_pending_unref (then);
  lodger_pending_unref (now);
}

/* True: there may be more. */
static bool
ask_some (Each *each)
{
  for (int i = 0; i < BATCH; i++)
    {
      LodgerCompletedItem *item;
      if (is_over (each))
        return false;
      if (lodger__completed_ask (each->completed, sizeof (EachItem), &item) != 0)
        {
          LodgerPending *refusal = lodger__pending_refused (LODGER_ENOMEM, NULL);
          finish (each, refusal);
          lodger_pending_unref (refusal);
          return false;
        }
      if (item == NULL)
        return false;
      follow (each, item);
    }
  return true;
}

/* The owner. A loop inside of the source's function finds that it is being asked. */
static void
step (Each *each)
{
  bool is_more;
  if (each->is_asking)
    return;
  each->is_asking = true;
  is_more = ask_some (each);
  each->is_asking = false;
  if (is_more)
    go_on (each);
  else if (each->completed->has_ended && each->completed->item_count == 0)
    finish (each, NULL);
}

/* ---- the call ---------------------------------------------------------------------------------------------------------- */

static void
begin (LodgerPending *self, void *data)
{
  Each *each = data;
  LodgerReply *reply = lodger_pending_defer (self);
  if (reply == NULL)
    {
      lodger_pending_return_new_error (self, NULL, LODGER_ENOMEM, NULL);
      return;
    }
  each->self = lodger_pending_ref (self);
  lock (each);
  each->reply = reply;
  unlock (each);
  if (lodger_pending_set_canceller (self, cancelled, each_ref (each), each_unref) == LODGER_ENOMEM)
    {
      LodgerPending *refusal = lodger__pending_refused (LODGER_ENOMEM, NULL);
      finish (each, refusal);
      lodger_pending_unref (refusal);
    }
  step (each);
}

static Each *
each_new (LodgerCompleted *completed, LodgerCaller *caller, const LodgerWork *work, const LodgerCallOptions *options)
{
  Each *each = calloc (1, sizeof *each);
  if (each == NULL)
    return NULL;
  atomic_init (&each->refs, 1);
  each->completed = completed;
  each->caller = caller;
  each->user = *work;
  each->options = (LodgerCallOptions) { .size = sizeof each->options };
  if (options != NULL)
    {
      each->options.name = options->name;
      each->options.file = options->file;
      each->options.line = options->line;
      each->options.scope = options->scope;
    }
  return each;
}

/* 0: the iteration is taken. */
static int
check (LodgerCompleted *completed, LodgerThenFunc func, const LodgerCallOptions *options)
{
  if (completed == NULL)
    return lodger__submit_misuse (function, LODGER_EINVAL, "the iteration is NULL", options);
  if (func == NULL)
    return lodger__submit_misuse (function, LODGER_EINVAL, "the function is NULL", options);
  if (completed->generation != (uint16_t) lodger__generation_now ())
    return lodger__submit_misuse (function, LODGER_ECHILD, lodger__before_fork_message, options);
  if (!lodger__completed_take (completed))
    return lodger__submit_misuse (function, LODGER_EBUSY, "the iteration is in use", options);
  if (completed->item_count == 0)
    return 0;
  lodger__completed_give_back (completed);
  return lodger__submit_misuse (function, LODGER_ESTATE, "lodger_completed_next() has begun the iteration", options);
}

LodgerPending *
lodger_completed_each (LodgerCompleted *completed, LodgerCaller *caller, LodgerThenFunc func, void *data,
                       LodgerDestroyFunc destroy, const LodgerCallOptions *options)
{
  LodgerWork work = lodger__work_then (func, data, destroy);
  LodgerCallOptions own;
  Each *each;
  int code = lodger__submit_options (&options, &own, function);
  if (code == 0)
    code = check (completed, func, options);
  if (code == 0)
    {
      each = each_new (completed, caller, &work, options);
      if (each != NULL)
        {
          work = lodger__work (begin, each, each_unref);
          return lodger__submit_soon (function, caller, &work, options);
        }
      lodger__completed_give_back (completed);
      code = LODGER_ENOMEM;
    }
  if (code != LODGER_EBUSY)
    lodger_completed_free (completed);
  return lodger__submit_refuse (code, caller, function, &work, options);
}
