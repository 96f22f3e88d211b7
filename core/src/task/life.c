/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define LODGER_NO_CALL_SITES
#include "life/life.h"
#include "base/log.h"
#include "call/submit.h"
#include "caller/caller.h"
#include "task/task.h"

#include <lodger/lifecycle.h>
#include <stdlib.h>

/* The call of a task, and what is signalled. The call waits at a latch until the task is started: so it can be
 * cancelled, bound and tracked from the beginning, and is scheduled at the start. It is over when the call is done and
 * its data is destroyed, in whichever order; then `started` and `stopping` are done, if they are not, and last of all
 * `stopped`. */

/* ---- who waits for whom ------------------------------------------------------------------------------------------ */

/* Says that `started` and `stopped` hang on the call. */
typedef struct Tie
{
  LodgerExtra extra; /* first */
  LodgerPending *call;
} Tie;

static void
tie_free (LodgerExtra *extra)
{
  lodger_pending_unref (((Tie *) extra)->call);
  free (extra);
}

static void
tie_blocked_on (const LodgerExtra *extra, LodgerBlockedOn *ret_blocked)
{
  LodgerPending *call = ((const Tie *) extra)->call;
  if (call != NULL && !lodger_pending_is_done (call))
    ret_blocked->next = lodger_pending_ref (call);
}

LODGER_EXTRA_KIND (tie_kind, tie_free, tie_blocked_on);

/* NULL without memory. One that will take the outcome of the call needs none for that. */
static LodgerPending *
signal_new (bool follows)
{
  LodgerPending *pending = lodger__pending_new_owned ();
  if (pending == NULL || !follows
      || (lodger__extra_need (pending, &tie_kind, sizeof (Tie)) != NULL
          && lodger__pending_may_stay_unfinished (pending)))
    return pending;
  lodger_pending_unref (pending);
  return NULL;
}

static void
tie (LodgerPending *signal, LodgerPending *call)
{
  lodger__pending_lock (signal);
  ((Tie *) lodger__extra_find (signal, &tie_kind))->call = lodger_pending_ref (call);
  lodger__pending_unlock (signal);
}

/* ---- the end ----------------------------------------------------------------------------------------------------- */

/* It has the outcome of the call, if it is not done. */
static void
take_outcome (LodgerPending *signal, LodgerPending *call)
{
  unsigned state;
  if (lodger__pending_link (signal, call, &state) != 0)
    return;
  lodger__pending_lock (signal);
  lodger__pending_go_on (signal);
}

static void
look_for_end (LodgerTask *task)
{
  bool is_over;
  pthread_mutex_lock (&task->mutex);
  is_over = !task->is_over && atomic_load (&task->has_ended)
            && (task->data_is_gone || (lodger__pending_state (task->call) & P_ABANDONED));
  if (is_over)
    task->is_over = true;
  pthread_mutex_unlock (&task->mutex);
  if (!is_over)
    return;
  take_outcome (task->started, task->call);
  lodger__pending_signal (task->stopping, NULL);
  take_outcome (task->stopped, task->call);
}

/* Whoever is inside waits no more. */
static void
note_ended (LodgerTask *task)
{
  LodgerTimeLimit *patience;
  pthread_mutex_lock (&task->mutex);
  atomic_store (&task->has_ended, true);
  patience = task->patience;
  task->patience = NULL;
  if (task->entered_in != NULL)
    lodger__parker_signal (task->entered_in);
  pthread_mutex_unlock (&task->mutex);
  lodger__time_limit_end (patience);
}

static void
end_of_data (void *data)
{
  LodgerTask *task = data;
  if (task->destroy != NULL)
    lodger__destroy (task->destroy, task->data);
  pthread_mutex_lock (&task->mutex);
  task->data_is_gone = true;
  pthread_mutex_unlock (&task->mutex);
  look_for_end (task);
  lodger__task_release (task);
}

/* ---- the stop of its caller -------------------------------------------------------------------------------------- */

static void
release (void *data)
{
  lodger__task_release (data);
}

static void
patience_over (void *data)
{
  lodger_pending_cancel (((LodgerTask *) data)->call, "it was told to stop, and has not ended in time");
}

static void
begin_patience (LodgerTask *task)
{
  int64_t most = lodger_caller_get_stop_deadline (task->caller) / 2;
  int64_t patience = task->options.patience > 0 ? task->options.patience : LODGER_SECONDS (1);
  LodgerTimeLimit *limit, *unused = NULL;
  bool is_first;
  pthread_mutex_lock (&task->mutex);
  is_first = !task->has_patience && !atomic_load (&task->has_ended);
  task->has_patience = true;
  pthread_mutex_unlock (&task->mutex);
  if (!is_first)
    return;
  lodger__task_hold (task);
  limit = lodger__time_limit_new (NULL, patience < most ? patience : most, patience_over, task, release);
  if (limit == NULL)
    lodger_pending_cancel (task->call, NULL);
  pthread_mutex_lock (&task->mutex);
  if (atomic_load (&task->has_ended))
    unused = limit;
  else
    task->patience = limit;
  pthread_mutex_unlock (&task->mutex);
  lodger__time_limit_end (unused);
}

/* It comes before anything is cancelled. */
static void
caller_stops (LodgerListener *listener, LodgerPending *done)
{
  LodgerTask *task = lodger__owner (listener, LodgerTask, closing_listener);
  (void) done;
  lodger__task_stop (task);
  if (atomic_load (&task->has_begun))
    begin_patience (task);
  lodger__task_release (task);
}

LODGER_LATE_LISTENER_OPS (closing_ops, caller_stops);

/* And this instead of the cancel. */
typedef struct Closing
{
  LodgerExtra extra; /* first */
  LodgerTask *task;  /* held, until the call is done; then NULL */
} Closing;

static void *
hold_stop (const LodgerExtra *extra)
{
  LodgerTask *task = ((const Closing *) extra)->task;
  if (task != NULL)
    lodger__task_hold (task);
  return task;
}

static void
tell_stop (void *held)
{
  lodger__task_stop (held);
  begin_patience (held);
  lodger__task_release (held);
}

LODGER_STOPS_EXTRA_KIND (closing_kind, hold_stop, tell_stop);

/* Without memory a stop cancels it. */
static void
close_gently (LodgerTask *task)
{
  Closing *closing = NULL;
  lodger__pending_lock (task->call);
  if (!(lodger__pending_state (task->call) & P_DONE))
    closing = (Closing *) lodger__extra_need (task->call, &closing_kind, sizeof *closing);
  if (closing != NULL)
    {
      lodger__task_hold (task);
      closing->task = task;
      lodger__pending_add_state (task->call, P_STOPS);
    }
  lodger__pending_unlock (task->call);
}

static void
let_go (LodgerTask *task)
{
  Closing *closing;
  bool was_held;
  lodger__pending_lock (task->call);
  closing = (Closing *) lodger__extra_find (task->call, &closing_kind);
  was_held = closing != NULL && closing->task != NULL;
  if (was_held)
    closing->task = NULL;
  lodger__pending_unlock (task->call);
  if (was_held)
    lodger__task_release (task);
}

static void
call_ended (LodgerListener *listener, LodgerPending *done)
{
  LodgerTask *task = lodger__owner (listener, LodgerTask, end_listener);
  (void) done;
  note_ended (task);
  let_go (task);
  if (lodger__pending_unlisten (lodger_caller_get_stopping (task->caller), &task->closing_listener))
    lodger__task_release (task);
  look_for_end (task);
  lodger__task_release (task);
}

LODGER_LATE_LISTENER_OPS (end_ops, call_ended);

/* ---- its call ---------------------------------------------------------------------------------------------------- */

static void
on_cancel (LodgerPending *pending, const char *message, void *data)
{
  (void) pending;
  (void) message;
  lodger__task_stop (data);
}

static void
run (LodgerPending *self, void *data)
{
  LodgerTask *task = data;
  atomic_store (&task->has_begun, true);
  lodger__task_hold (task);
  lodger_pending_set_canceller (self, on_cancel, task, release);
  if (!task->options.reports_start)
    lodger__pending_signal (task->started, NULL);
  task->func (self, task, task->data);
}

bool
lodger__task_prepare (LodgerTask *task)
{
  task->latch = lodger__latch_new ();
  task->started = signal_new (true);
  task->stopping = signal_new (false);
  task->stopped = signal_new (true);
  return task->latch != NULL && task->started != NULL && task->stopping != NULL && task->stopped != NULL;
}

void
lodger__task_unprepare (LodgerTask *task)
{
  lodger__latch_unref (task->latch);
  lodger_pending_unref (task->call);
  lodger_pending_unref (task->started);
  lodger_pending_unref (task->stopping);
  lodger_pending_unref (task->stopped);
}

static LodgerPending *
submit (LodgerTask *task)
{
  static const char function[] = "lodger_task_new";
  const LodgerWork work = lodger__work (run, task, end_of_data);
  const LodgerCallOptions options = { .size = sizeof options,
                                      .name = task->options.name != NULL ? task->options.name : "a task",
                                      .file = task->options.file,
                                      .line = task->options.line,
                                      .worker = task->options.worker,
                                      .scope = task->options.scope,
                                      .limiter = lodger__latch_as_limiter (task->latch) };
  lodger__task_hold (task);
  return task->options.in_caller ? lodger__submit_soon (function, task->caller, &work, &options)
                                 : lodger__caller_to_thread (function, task->caller, &work, &options);
}

void
lodger__task_submit (LodgerTask *task)
{
  LodgerPending *call = submit (task);
  task->call = call;
  tie (task->started, call);
  tie (task->stopped, call);
  close_gently (task);
  task->closing_listener = lodger__listener (&closing_ops);
  lodger__task_hold (task);
  if (!lodger__pending_listen (lodger_caller_get_stopping (task->caller), &task->closing_listener))
    caller_stops (&task->closing_listener, NULL);
  task->end_listener = lodger__listener (&end_ops);
  lodger__task_hold (task);
  if (!lodger__pending_listen (call, &task->end_listener))
    call_ended (&task->end_listener, call);
}
