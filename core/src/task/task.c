/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "task/task.h"

#include "base/fork.h"
#include "base/log.h"
#include "base/options.h"
#include "base/port.h"
#include "base/site.h"
#include "life/life.h"

#include <lodger/scope.h>
#include <stdlib.h>

/* A task as a program sees it. A start and a stop meet under the mutex: the first of the two decides whether the function
 * ever runs. */

static bool
is_before_fork (const LodgerTask *task)
{
  return task->generation != (uint16_t) lodger__generation_now ();
}

int
lodger__task_check (const LodgerTask *task, const char *function)
{
  if (task == NULL)
    return lodger__misuse (function, LODGER_EINVAL, "the task is NULL");
  return is_before_fork (task) ? lodger__misuse (function, LODGER_ECHILD, lodger__before_fork_message) : 0;
}

void
lodger__task_hold (LodgerTask *task)
{
  atomic_fetch_add_explicit (&task->holds, 1, memory_order_relaxed);
}

/* Nobody can read it any more, unless somebody has kept `stopped`. */
static void
tell_unread (const LodgerTask *task)
{
  const LodgerPending *stopped = task->stopped;
  if (stopped == NULL || is_before_fork (task) || lodger__pending_was_seen (stopped)
      || lodger_pending_get_outcome (stopped) != LODGER_EFAILED)
    return;
  lodger__log (LODGER_LOG_WARNING, LODGER_SITE_FORMAT " failed, and nobody has read why: %s",
               LODGER_SITE_ARGS (lodger__pending_site (task->call)),
               lodger_error_get_message (lodger_pending_get_error (task->stopped)));
}

void
lodger__task_release (LodgerTask *task)
{
  if (atomic_fetch_sub_explicit (&task->holds, 1, memory_order_acq_rel) != 1)
    return;
  tell_unread (task);
  lodger__task_unprepare (task);
  lodger_scope_unref (task->options.scope);
  lodger_caller_unref (task->caller);
  if (!is_before_fork (task))
    pthread_mutex_destroy (&task->mutex);
  free (task);
}

LodgerTask *
lodger_task_ref (LodgerTask *task)
{
  if (task != NULL)
    {
      lodger__task_hold (task);
      atomic_fetch_add_explicit (&task->refs, 1, memory_order_relaxed);
    }
  return task;
}

void
lodger_task_unref (LodgerTask *task)
{
  bool is_started;
  if (task == NULL)
    return;
  if (atomic_fetch_sub_explicit (&task->refs, 1, memory_order_acq_rel) == 1 && !is_before_fork (task))
    {
      pthread_mutex_lock (&task->mutex);
      is_started = task->is_started;
      pthread_mutex_unlock (&task->mutex);
      if (!is_started)
        lodger__task_stop (task);
    }
  lodger__task_release (task);
}

static const char *
refusal (const LodgerCaller *caller, LodgerTaskFunc func, const LodgerTaskOptions *options, int *ret_code)
{
  *ret_code = LODGER_EINVAL;
  if (caller == NULL || func == NULL)
    return caller == NULL ? "the caller is NULL" : "the function is NULL";
  if (options->patience < 0)
    return "a patience below 0";
  if (options->in_caller && options->worker != NULL)
    return "a worker for a task in the caller's thread";
  *ret_code = LODGER_ECHILD;
  return lodger__is_before_fork (caller) ? lodger__before_fork_message : NULL;
}

static LodgerTask *
make (LodgerCaller *caller, const LodgerTaskOptions *options)
{
  LodgerTask *task = calloc (1, sizeof *task);
  if (task == NULL)
    return NULL;
  atomic_init (&task->refs, 1);
  atomic_init (&task->holds, 1);
  task->generation = (uint16_t) lodger__generation_now ();
  task->caller = lodger_caller_ref (caller);
  task->options = *options;
  lodger_scope_ref (options->scope);
  lodger__port_mutex_init (&task->mutex);
  if (lodger__task_prepare (task))
    return task;
  lodger__task_release (task);
  return NULL;
}

LodgerTask *
lodger_task_new (LodgerCaller *caller, LodgerTaskFunc func, void *data, LodgerDestroyFunc destroy,
                 const LodgerTaskOptions *given)
{
  LodgerTaskOptions own, options = { .size = sizeof options };
  LodgerTask *task = NULL;
  const char *reason;
  int code = LODGER_EINVAL;
  given = lodger__options (given, &own, sizeof own, &reason);
  if (given != NULL)
    options = *given;
  if (reason == NULL)
    reason = refusal (caller, func, &options, &code);
  if (reason == NULL && (task = make (caller, &options)) == NULL)
    {
      code = LODGER_ENOMEM;
      reason = "no memory";
    }
  if (task == NULL)
    {
      lodger__misuse_at (__func__, code, reason, options.file, options.line);
      if (destroy != NULL)
        destroy (data);
      return NULL;
    }
  task->func = func;
  task->data = data;
  task->destroy = destroy;
  lodger__task_submit (task);
  return task;
}

/* ---- start and stop ---------------------------------------------------------------------------------------------------- */

int
lodger__task_start (LodgerTask *task)
{
  bool is_first, may;
  pthread_mutex_lock (&task->mutex);
  may = task->is_started || (!task->is_stopped && !atomic_load (&task->has_ended));
  is_first = may && !task->is_started;
  task->is_started = may;
  pthread_mutex_unlock (&task->mutex);
  if (is_first)
    lodger__latch_open (task->latch);
  return may ? 0 : LODGER_ECANCELED;
}

int
lodger_task_start (LodgerTask *task)
{
  int code = lodger__task_check (task, __func__);
  return code == 0 ? lodger__task_start (task) : code;
}

int
lodger_task_report_started (LodgerTask *task)
{
  int code = lodger__task_check (task, __func__);
  if (code == 0 && !atomic_load (&task->has_begun))
    code = lodger__misuse (__func__, LODGER_ESTATE, "its function has not begun");
  if (code != 0)
    return code;
  if (lodger_pending_is_done (task->started))
    return LODGER_EALREADY;
  lodger__pending_signal (task->started, NULL);
  return 0;
}

void
lodger__task_stop (LodgerTask *task)
{
  bool is_started;
  lodger__task_hold (task);
  pthread_mutex_lock (&task->mutex);
  task->is_stopped = true;
  is_started = task->is_started;
  pthread_mutex_unlock (&task->mutex);
  lodger__pending_signal (task->stopping, NULL);
  if (!is_started)
    lodger_pending_cancel (task->call, "it was stopped before it was started");
  lodger__task_release (task);
}

int
lodger_task_stop (LodgerTask *task)
{
  int code = lodger__task_check (task, __func__);
  if (code == 0)
    lodger__task_stop (task);
  return code;
}

bool
lodger_task_cancel (LodgerTask *task, const char *message)
{
  bool is_cancelled;
  if (lodger__task_check (task, __func__) != 0)
    return false;
  lodger__task_hold (task);
  is_cancelled = lodger_pending_cancel (task->call, message);
  lodger__task_stop (task);
  lodger__task_release (task);
  return is_cancelled;
}

/* ---- what it says ------------------------------------------------------------------------------------------------------ */

LodgerPending *
lodger_task_get_started (const LodgerTask *task)
{
  return task != NULL ? task->started : NULL;
}

LodgerPending *
lodger_task_get_stopping (const LodgerTask *task)
{
  return task != NULL ? task->stopping : NULL;
}

LodgerPending *
lodger_task_get_stopped (const LodgerTask *task)
{
  return task != NULL ? task->stopped : NULL;
}

int
lodger_task_wait (LodgerTask *task, int64_t timeout)
{
  bool is_started;
  int code = lodger__task_check (task, __func__);
  if (code != 0)
    return code;
  pthread_mutex_lock (&task->mutex);
  is_started = task->is_started || atomic_load (&task->has_ended);
  pthread_mutex_unlock (&task->mutex);
  if (!is_started)
    return lodger__misuse (__func__, LODGER_ESTATE, "it was not started");
  return lodger_pending_wait (task->stopped, timeout, LODGER_WAIT_PROTECT);
}
