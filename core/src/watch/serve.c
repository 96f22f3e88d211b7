/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "watch/watch.h"

#include "call/run.h"
#include "call/submit.h"
#include "life/phase.h"
#include "loop/turn.h"
#include "mailbox/post.h"

#include <lodger/channel.h>
#include <poll.h>
#include <stdlib.h>

/* What the owner does for a watch. Whoever changes what it looks at sends it the item, and does so after the change.
 *
 * The loop goes on watching while a run waits for its turn, or is at work: as a rule it is over before the loop comes round.
 * Only when the loop tells of the descriptor once more meanwhile does the watch rest, until the run is done.
 *
 * Once the caller has ended, the owner comes no more: then whoever changes something does what is left to do, which is to
 * answer. But while the loop of a thread that hangs still has the descriptor, the watch is not over: a stop gives it up, and
 * its memory stays until that thread comes back. */

/* Any thread, no lock. No run comes any more. Its channel may have an item that nobody takes, which holds the watch: so the
 * watch lets go of the channel, unless a run is at work that was given up. */
static void
answer (LodgerFdWatch *watch)
{
  LodgerReply *reply;
  LodgerPending *last;
  LodgerChannel *channel = NULL;
  int code;
  pthread_mutex_lock (&watch->mutex);
  reply = watch->reply;
  last = watch->last;
  code = watch->code;
  watch->reply = NULL;
  watch->last = NULL;
  if (watch->run == NULL)
    {
      channel = watch->options.channel;
      watch->options.channel = NULL;
    }
  pthread_mutex_unlock (&watch->mutex);
  if (reply != NULL)
    lodger__fd_watch_forget (watch);
  if (reply != NULL && last != NULL)
    lodger_reply_return_from (reply, last);
  else if (reply != NULL && code != 0)
    lodger_reply_return_error (reply, lodger_error_new (NULL, code, NULL));
  else if (reply != NULL)
    lodger_reply_return_nothing (reply);
  lodger_pending_unref (last);
  lodger_channel_unref (channel);
}

void
lodger__fd_watch_look (LodgerFdWatch *watch)
{
  LodgerCaller *caller = watch->caller;
  bool sends, is_ours;
  pthread_mutex_lock (&watch->mutex);
  is_ours = watch->is_resting && lodger__has_ended (caller);
  sends = !is_ours && !watch->is_sent;
  watch->is_sent = watch->is_sent || sends;
  is_ours = is_ours && watch->is_over && watch->run == NULL;
  pthread_mutex_unlock (&watch->mutex);
  if (sends)
    {
      lodger__fd_watch_hold (watch);
      lodger__push (caller, &watch->item);
    }
  else if (is_ours)
    answer (watch);
}

void
lodger__fd_watch_cancel (LodgerFdWatch *watch, const char *message)
{
  LodgerPending *run;
  pthread_mutex_lock (&watch->mutex);
  watch->is_over = true;
  run = lodger_pending_ref (watch->run);
  pthread_mutex_unlock (&watch->mutex);
  if (run != NULL)
    lodger_pending_cancel (run, message);
  lodger_pending_unref (run);
  lodger__fd_watch_look (watch);
}

/* No lock: it comes to an end by itself. */
static void
fail (LodgerFdWatch *watch, int code)
{
  pthread_mutex_lock (&watch->mutex);
  watch->is_over = true;
  watch->code = code;
  pthread_mutex_unlock (&watch->mutex);
}

/* ---- the loop -------------------------------------------------------------------------------------------------------- */

static void
set_resting (LodgerFdWatch *watch, bool rests)
{
  pthread_mutex_lock (&watch->mutex);
  watch->is_resting = rests;
  pthread_mutex_unlock (&watch->mutex);
}

/* Owner: as long as the loop has it, the loop holds it. */
static void
rest (LodgerFdWatch *watch)
{
  if (watch->loop.at == NULL)
    return;
  lodger__watch_end (&watch->loop);
  set_resting (watch, true);
  lodger__fd_watch_release (watch);
}

/* Owner. A loop that is gone just now is going to cancel it. */
static void
go_on_watching (LodgerFdWatch *watch)
{
  int code;
  set_resting (watch, false);
  lodger__fd_watch_hold (watch);
  code = lodger__watch_begin (&watch->loop, watch->fd, watch->events);
  if (code == 0)
    return;
  set_resting (watch, true);
  if (code != LODGER_ESHUTDOWN)
    {
      fail (watch, code);
      answer (watch);
    }
  lodger__fd_watch_release (watch);
}

void
lodger__fd_watch_forgotten (LodgerWatch *loop)
{
  LodgerFdWatch *watch = lodger__owner (loop, LodgerFdWatch, loop);
  set_resting (watch, true);
  lodger__fd_watch_look (watch);
  lodger__fd_watch_release (watch);
}

/* ---- the item -------------------------------------------------------------------------------------------------------- */

static void
look_run (LodgerCaller *caller, LodgerItem *item)
{
  LodgerFdWatch *watch = lodger__owner (item, LodgerFdWatch, item);
  bool is_over, is_busy, may_go_on;
  pthread_mutex_lock (&watch->mutex);
  watch->is_sent = false;
  is_over = watch->is_over;
  is_busy = watch->run != NULL;
  may_go_on = watch->reply != NULL && watch->is_resting && !is_busy && !watch->is_held_up;
  pthread_mutex_unlock (&watch->mutex);
  if (is_over)
    rest (watch);
  if (is_over && !is_busy)
    answer (watch);
  else if (!is_over && may_go_on && !lodger__is_stopping (caller))
    go_on_watching (watch);
  lodger__fd_watch_release (watch);
}

/* The caller has ended: if its pending is not done, it was given up. */
static void
look_drop (LodgerCaller *caller, LodgerItem *item)
{
  LodgerFdWatch *watch = lodger__owner (item, LodgerFdWatch, item);
  (void) caller;
  pthread_mutex_lock (&watch->mutex);
  watch->is_sent = false;
  pthread_mutex_unlock (&watch->mutex);
  answer (watch);
  lodger__fd_watch_release (watch);
}

const LodgerItemOps lodger__fd_watch_ops = { .run = look_run, .drop = look_drop };

/* ---- runs ------------------------------------------------------------------------------------------------------------ */

static void
run_ended (LodgerFdWatch *watch, LodgerPending *run)
{
  bool is_last = !lodger__pending_is_empty (run), has_to_look;
  pthread_mutex_lock (&watch->mutex);
  watch->run = NULL;
  if (is_last && watch->last == NULL)
    {
      watch->last = lodger_pending_ref (run);
      watch->is_over = true;
    }
  has_to_look = watch->is_over || watch->is_resting;
  pthread_mutex_unlock (&watch->mutex);
  lodger_pending_unref (run);
  if (has_to_look)
    lodger__fd_watch_look (watch);
  lodger__fd_watch_release (watch);
}

static void
notify (LodgerListener *listener, LodgerPending *done)
{
  run_ended (lodger__owner (listener, LodgerFdWatch, listener), done);
}

LODGER_LISTENER_OPS (run_listener_ops, notify, NULL, false);

/* The mutex keeps a cancel apart: either it finds the run, or it is found here. */
static void
begin_run (LodgerFdWatch *watch, LodgerPending *run, bool is_last)
{
  bool is_unwanted;
  watch->listener = lodger__listener (&run_listener_ops);
  lodger__fd_watch_hold (watch);
  pthread_mutex_lock (&watch->mutex);
  is_unwanted = watch->is_over;
  watch->is_over = is_unwanted || is_last;
  watch->run = run;
  pthread_mutex_unlock (&watch->mutex);
  lodger_pending_ref (run);
  lodger__pending_listen (run, &watch->listener);
  lodger__turn_add_due (watch->caller, lodger__pending_item (run));
  lodger__submit_accepted (run);
  if (is_unwanted)
    lodger_pending_cancel (run, NULL);
  lodger_pending_unref (run);
}

/* Whether it may run now: not while a run is at work, and not any more once it is over. */
static bool
may_run (LodgerFdWatch *watch)
{
  bool may;
  pthread_mutex_lock (&watch->mutex);
  may = !watch->is_over && watch->run == NULL && !watch->is_held_up;
  pthread_mutex_unlock (&watch->mutex);
  return may && !lodger__is_stopping (watch->caller);
}

void
lodger__fd_watch_ready (LodgerWatch *loop, uint32_t revents)
{
  LodgerFdWatch *watch = lodger__owner (loop, LodgerFdWatch, loop);
  LodgerPending *run = NULL;
  bool is_last;
  if (!may_run (watch))
    {
      rest (watch);
      return;
    }
  if (!(revents & POLLNVAL))
    {
      watch->revents = revents;
      run = lodger__fd_watch_new_run (watch);
    }
  if (run == NULL)
    {
      fail (watch, revents & POLLNVAL ? LODGER_EINVAL : LODGER_ENOMEM);
      lodger__fd_watch_look (watch);
      rest (watch);
      return;
    }
  watch->runs++;
  is_last = watch->options.times > 0 && watch->runs == watch->options.times;
  begin_run (watch, run, is_last);
  if (is_last)
    rest (watch);
}
