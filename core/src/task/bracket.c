/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/context.h"
#include "base/log.h"
#include "life/life.h"
#include "pending/carry.h"
#include "task/task.h"
#include "wait/suspend.h"

/* A task around the code of a call. The end of the task ends the waits of that code, as the cancel of a group does:
 * `entered_in` says whose parker is signalled then, from the entry to the leave. */

static LodgerTask *
task_of (const LodgerBracket *bracket)
{
  return lodger__list_owner (bracket, offsetof (LodgerTask, bracket));
}

static bool
is_cancelled (const LodgerBracket *bracket)
{
  return atomic_load (&task_of (bracket)->has_ended);
}

static bool
is_shield (const LodgerBracket *bracket)
{
  (void) bracket;
  return false;
}

/* True: the task had ended before. */
static bool
pop (LodgerTask *task, LodgerThread *thread)
{
  bool had_ended;
  pthread_mutex_lock (&task->mutex);
  task->entered_in = NULL;
  had_ended = atomic_load (&task->has_ended);
  pthread_mutex_unlock (&task->mutex);
  lodger__bracket_leave (thread, &task->bracket);
  return had_ended;
}

/* The call is over, so that nobody waits for the task. */
static void
is_left (LodgerBracket *bracket)
{
  LodgerTask *task = task_of (bracket);
  char *name = lodger_pending_describe (lodger_pending_current ());
  lodger__log (LODGER_LOG_WARNING, "%s has returned without leaving its task (%s:%d)", name != NULL ? name : "a call",
               task->options.file != NULL ? task->options.file : "?", task->options.line);
  lodger_free (name);
  pop (task, lodger__thread_peek ());
  lodger__task_stop (task);
  lodger__task_release (task);
}

static const LodgerBracketOps bracket_ops
    = { .is_cancelled = is_cancelled, .is_shield = is_shield, .is_left = is_left };

/* What speaks against an entry here; 0: nothing. */
static int
refusal (LodgerTask *task, LodgerThread *thread, const char *function)
{
  const LodgerCaller *here = lodger_caller_current ();
  bool was_entered;
  int code = thread != NULL ? lodger__suspend_refusal (thread, function)
                            : lodger__misuse (function, LODGER_ENOMEM, "no memory");
  if (code == 0 && here != NULL && lodger__root (here) != lodger__root (task->caller))
    code = lodger__misuse (function, LODGER_EWRONGTHREAD, "this thread belongs to another tree of callers");
  if (code != 0)
    return code;
  pthread_mutex_lock (&task->mutex);
  was_entered = task->was_entered;
  task->was_entered = true;
  pthread_mutex_unlock (&task->mutex);
  return was_entered ? lodger__misuse (function, LODGER_EALREADY, "it was entered before") : 0;
}

static int
wait_for_end (LodgerTask *task)
{
  return lodger_pending_wait (task->stopped, LODGER_FOREVER, LODGER_WAIT_PROTECT | LODGER_WAIT_SHIELD);
}

static int
wait_for_start (LodgerTask *task)
{
  int code = lodger_pending_wait (task->started, LODGER_FOREVER, LODGER_WAIT_PROTECT);
  if (code == 0)
    return 0;
  lodger__task_stop (task);
  if (code != LODGER_EDEADLK)
    wait_for_end (task);
  return code;
}

/* The task may end just now, before or after the thread is known. */
int
lodger_task_enter (LodgerTask *task)
{
  LodgerThread *thread = lodger__thread ();
  int code = lodger__task_check (task, __func__);
  if (code == 0)
    code = refusal (task, thread, __func__);
  if (code == 0)
    code = lodger__task_start (task);
  if (code == 0)
    code = wait_for_start (task);
  if (code != 0)
    return code;
  lodger__task_hold (task);
  task->bracket.ops = &bracket_ops;
  lodger__bracket_enter (thread, &task->bracket, thread->context);
  pthread_mutex_lock (&task->mutex);
  task->entered_in = thread->strand.parker;
  pthread_mutex_unlock (&task->mutex);
  return 0;
}

static LodgerError *
early_error (const LodgerTask *task)
{
  return lodger_error_newf (NULL, LODGER_ECANCELED, LODGER_SITE_FORMAT " stopped early: before it was left",
                            LODGER_SITE_ARGS (lodger__pending_site (task->call)));
}

int
lodger_task_leave (LodgerTask *task, LodgerError **ret_error)
{
  LodgerThread *thread = lodger__thread_peek ();
  LodgerError *error = NULL;
  bool is_early;
  int code = lodger__task_check (task, __func__);
  if (code == 0 && (thread == NULL || thread->bracket != &task->bracket))
    code = lodger__misuse (__func__, LODGER_ESTATE, "it is not what this call has entered last");
  if (code != 0)
    return code;
  is_early = pop (task, thread);
  lodger__task_stop (task);
  code = wait_for_end (task);
  if (code == 0 && is_early)
    {
      code = LODGER_ECANCELED;
      error = early_error (task);
    }
  else if (code == LODGER_EFAILED || code == LODGER_ECANCELED)
    error = lodger_error_ref (lodger_pending_get_error (task->stopped));
  if (ret_error != NULL && error != NULL)
    *ret_error = lodger_error_ref (error);
  lodger_error_unref (error);
  lodger__task_release (task);
  return code;
}
