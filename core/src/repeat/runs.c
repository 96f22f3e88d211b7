/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define LODGER_NO_CALL_SITES
#include "base/context.h"
#include "base/log.h"
#include "call/at.h"
#include "caller/caller.h"
#include "life/life.h"
#include "mailbox/post.h"
#include "pending/carry.h"
#include "repeat/repeat.h"

#include <stdlib.h>

/* The runs. A run is a call at its due time, in the caller's thread; one for a worker takes the outcome of a call there. So
 * there is one pending that says when the run is done, and a cancel of it reaches whatever is at work.
 *
 * There is at most one run that counts, `run`. A pause or a stop takes back one that has not begun: then it does not count
 * any more, whether its cancel comes in time or not. A run begins, and is taken back, under the mutex: so it is one or the
 * other. */

static void
run_release (void *data)
{
  LodgerRun *run = data;
  LodgerRepeat *repeat = run->repeat;
  if (atomic_fetch_sub_explicit (&run->holds, 1, memory_order_acq_rel) != 1)
    return;
  lodger_pending_unref (run->pending);
  free (run);
  lodger__repeat_end_use (repeat);
  lodger__repeat_release (repeat);
}

/* ---- due times --------------------------------------------------------------------------------------------------------- */

/* How many due times have come, without the first. Below 0: it has not come either. */
static int64_t
number_at (const LodgerRepeat *repeat, int64_t now)
{
  return now < repeat->base ? -1 : (now - repeat->base) / repeat->interval;
}

static int64_t
due (const LodgerRepeat *repeat, int64_t number)
{
  if (number > (LODGER_FOREVER - 1 - repeat->base) / repeat->interval)
    return LODGER_FOREVER - 1;
  return repeat->base + number * repeat->interval;
}

/* Under the mutex: it stands for the latest due time. */
static void
count_run (LodgerRepeat *repeat, LodgerRun *run)
{
  int64_t number = number_at (repeat, lodger__host_now (repeat->caller));
  if (number < repeat->next)
    number = repeat->next;
  run->skipped = (uint64_t) (number - repeat->last - 1);
  run->has_begun = true;
  repeat->last = number;
}

/* Under the mutex: a run is done. A due time of this very moment has not been missed. */
static void
count_on (LodgerRepeat *repeat)
{
  int64_t now = lodger__host_now (repeat->caller);
  int64_t number = number_at (repeat, now);
  if (number >= 0 && due (repeat, number) < now)
    number++;
  repeat->next = number > repeat->last ? number : repeat->last + 1;
}

/* ---- a run ------------------------------------------------------------------------------------------------------------- */

static LodgerCallOptions
options_of (const LodgerRepeat *repeat)
{
  return (LodgerCallOptions) { .size = sizeof (LodgerCallOptions),
                               .name = repeat->options.name != NULL ? repeat->options.name : "a repeated run",
                               .file = repeat->options.file,
                               .line = repeat->options.line,
                               .flags = LODGER_PENDING_MAY_FAIL,
                               .scope = repeat->options.scope,
                               .context = repeat->context != NULL ? repeat->context : lodger__no_context,
                               .trackers = LODGER_TRACK_LENT };
}

static void
work (LodgerPending *self, void *data)
{
  const LodgerRun *run = data;
  run->repeat->func (self, run->skipped, run->repeat->data);
}

static void
work_elsewhere (LodgerPending *self, LodgerRun *run)
{
  const LodgerWork there_work = lodger__work (work, run, run_release);
  LodgerCallOptions options = options_of (run->repeat);
  LodgerPending *there;
  options.worker = run->repeat->options.worker;
  atomic_fetch_add_explicit (&run->holds, 1, memory_order_relaxed);
  there = lodger__caller_to_thread (lodger__repeat_function, run->repeat->caller, &there_work, &options);
  lodger_pending_return_from (self, there);
  lodger_pending_unref (there);
}

static void
run_begins (LodgerPending *self, void *data)
{
  LodgerRun *run = data;
  LodgerRepeat *repeat = run->repeat;
  bool counts;
  pthread_mutex_lock (&repeat->mutex);
  counts = repeat->run == run;
  if (counts)
    count_run (repeat, run);
  pthread_mutex_unlock (&repeat->mutex);
  if (counts && (repeat->options.in_worker || repeat->options.worker != NULL))
    work_elsewhere (self, run);
  else if (counts)
    work (self, run);
}

/* ---- what comes after it ----------------------------------------------------------------------------------------------- */

static LodgerReply *
take_reply (LodgerRepeat *repeat)
{
  LodgerReply *reply;
  pthread_mutex_lock (&repeat->mutex);
  reply = repeat->reply;
  repeat->reply = NULL;
  pthread_mutex_unlock (&repeat->mutex);
  return reply;
}

static void
end_with (LodgerRepeat *repeat, LodgerPending *run)
{
  LodgerReply *reply = take_reply (repeat);
  if (reply != NULL)
    lodger_reply_return_from (reply, run);
}

static bool
is_ignored (const LodgerRepeat *repeat, const LodgerRun *run)
{
  if (!repeat->options.ignores_failures || !run->has_begun
      || lodger_pending_get_outcome (run->pending) != LODGER_EFAILED)
    return false;
  lodger__log (LODGER_LOG_WARNING, LODGER_SITE_FORMAT " goes on: a run has failed: %s",
               LODGER_SITE_ARGS (lodger__pending_site (run->pending)),
               lodger_error_get_message (lodger_pending_get_error (run->pending)));
  return true;
}

/* The run is done, and is what counted. */
static void
run_ended (LodgerRun *run)
{
  LodgerRepeat *repeat = run->repeat;
  bool counted;
  pthread_mutex_lock (&repeat->mutex);
  counted = repeat->run == run;
  if (counted)
    {
      repeat->run = NULL;
      count_on (repeat);
    }
  pthread_mutex_unlock (&repeat->mutex);
  if (counted && !lodger__pending_is_empty (run->pending) && !is_ignored (repeat, run))
    end_with (repeat, run->pending);
  else if (counted)
    lodger__repeat_go_on (repeat);
  run_release (run);
}

static void
notify (LodgerListener *listener, LodgerPending *done)
{
  (void) done;
  run_ended (lodger__owner (listener, LodgerRun, listener));
}

LODGER_LATE_LISTENER_OPS (run_ops, notify);

/* ---- the next one ------------------------------------------------------------------------------------------------------ */

LodgerPending *
lodger__repeat_take_back (LodgerRepeat *repeat)
{
  const LodgerRun *run = repeat->run;
  if (run == NULL || run->has_begun)
    return NULL;
  repeat->run = NULL;
  return lodger_pending_ref (run->pending);
}

static LodgerRun *
run_new (LodgerRepeat *repeat)
{
  LodgerRun *run = calloc (1, sizeof *run);
  if (run == NULL)
    return NULL;
  atomic_init (&run->holds, 2);
  lodger__repeat_hold (repeat);
  atomic_fetch_add_explicit (&repeat->uses, 1, memory_order_relaxed);
  run->repeat = repeat;
  run->listener = lodger__listener (&run_ops);
  return run;
}

/* It may be taken back, or cancelled, before its pending is known: then that is made up for here. */
static void
submit (LodgerRepeat *repeat, LodgerRun *run, int64_t deadline)
{
  const LodgerWork start = lodger__work (run_begins, run, run_release);
  const LodgerCallOptions options = options_of (repeat);
  LodgerPending *pending = lodger__submit_at (lodger__repeat_function, repeat->caller, deadline, &start, &options);
  bool is_unwanted;
  pthread_mutex_lock (&repeat->mutex);
  run->pending = lodger_pending_ref (pending);
  is_unwanted = repeat->run != run || repeat->is_cancelled;
  pthread_mutex_unlock (&repeat->mutex);
  if (is_unwanted)
    lodger_pending_cancel (pending, NULL);
  if (!lodger__pending_listen (pending, &run->listener))
    run_ended (run);
  lodger_pending_unref (pending);
}

void
lodger__repeat_go_on (LodgerRepeat *repeat)
{
  LodgerReply *reply = NULL;
  LodgerRun *run = NULL;
  LodgerError *error = NULL;
  int64_t deadline;
  pthread_mutex_lock (&repeat->mutex);
  deadline = due (repeat, repeat->next);
  if (repeat->reply != NULL && repeat->run == NULL && !repeat->is_stopped && repeat->pauses == 0)
    {
      repeat->run = run = run_new (repeat);
      if (run == NULL)
        error = lodger_error_new (NULL, LODGER_ENOMEM, NULL);
    }
  if (error != NULL || (repeat->is_stopped && repeat->run == NULL))
    {
      reply = repeat->reply;
      repeat->reply = NULL;
    }
  pthread_mutex_unlock (&repeat->mutex);
  if (run != NULL)
    submit (repeat, run, deadline);
  else if (reply != NULL && error != NULL)
    lodger_reply_return_error (reply, error);
  else if (reply != NULL)
    lodger_reply_return_nothing (reply);
}
