/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define LODGER_NO_CALL_SITES
#include "watch/watch.h"

#include "call/run.h"
#include "call/submit.h"
#include "channel/channel.h"
#include "life/life.h"
#include "life/phase.h"
#include "pending/carry.h"

/* A run: a call that is a part of its watch. It is due at once, and takes no room in the inbox. */

static void
run_release (void *data)
{
  lodger__fd_watch_end_use (data);
  lodger__fd_watch_release (data);
}

static void
run_func (LodgerPending *self, void *data)
{
  LodgerFdWatch *watch = data;
  watch->func (self, watch->revents, watch->data);
}

/* ---- a channel instead of a function --------------------------------------------------------------------------------- */

static void
set_held_up (LodgerFdWatch *watch, bool is_held_up, bool *ret_is_resting)
{
  pthread_mutex_lock (&watch->mutex);
  watch->is_held_up = is_held_up;
  *ret_is_resting = watch->is_resting;
  pthread_mutex_unlock (&watch->mutex);
}

/* Any thread: its item is out of the channel. */
static void
item_gone (void *data)
{
  LodgerFdWatch *watch = data;
  bool is_resting;
  set_held_up (watch, false, &is_resting);
  if (is_resting)
    lodger__fd_watch_look (watch);
  lodger__fd_watch_release (watch);
}

static void
run_send (LodgerPending *self, void *data)
{
  LodgerFdWatch *watch = data;
  bool ignored;
  int code;
  set_held_up (watch, true, &ignored);
  lodger__fd_watch_hold (watch);
  code = lodger__channel_send (watch->options.channel, (void *) (uintptr_t) watch->revents, item_gone, watch,
                               lodger__watch_function);
  if (code == 0)
    return;
  set_held_up (watch, false, &ignored);
  lodger__fd_watch_release (watch);
  lodger_pending_return_error (self, lodger_error_new (NULL, code, NULL));
}

/* ---- its pending ----------------------------------------------------------------------------------------------------- */

static void
run_run (LodgerCaller *caller, LodgerItem *item)
{
  if (lodger__is_stopping (caller))
    lodger__run_drop (caller, (LodgerPending *) item);
  else
    lodger__run_call (caller, (LodgerPending *) item, NULL);
}

static void
run_drop (LodgerCaller *caller, LodgerItem *item)
{
  lodger__run_drop (caller, (LodgerPending *) item);
}

static void
run_exited (LodgerCaller *caller, LodgerItem *item)
{
  lodger__run_exited (caller, (LodgerPending *) item);
}

static const LodgerItemOps run_ops = { .run = run_run,
                                       .drop = run_drop,
                                       .exited = run_exited,
                                       .ended = lodger__unfinished_ended,
                                       .blocked_on = lodger__run_blocked_on,
                                       .slab_class = LODGER_SLAB_MEDIUM };

LodgerPending *
lodger__fd_watch_new_run (LodgerFdWatch *watch)
{
  const LodgerWatchOptions *given = &watch->options;
  const LodgerWork work = lodger__work (given->channel != NULL ? run_send : run_func, watch, run_release);
  const LodgerCallOptions options = { .size = sizeof options,
                                      .name = given->name != NULL ? given->name : "a run of a watch",
                                      .file = given->file,
                                      .line = given->line,
                                      .flags = LODGER_PENDING_MAY_FAIL,
                                      .scope = given->scope,
                                      .context = watch->context != NULL ? watch->context : lodger__no_context,
                                      .trackers = LODGER_TRACK_LENT };
  LodgerPending *run;
  lodger__fd_watch_hold (watch);
  atomic_fetch_add_explicit (&watch->uses, 1, memory_order_relaxed);
  run = lodger__submit_new (&run_ops, watch->caller, &work, &options);
  if (run == NULL)
    run_release (watch);
  else
    lodger__pending_trace (LODGER_TRACE_SUBMIT, run, watch->caller);
  return run;
}
