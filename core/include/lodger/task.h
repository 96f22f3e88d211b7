/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file task.h
 * LodgerTask: a long-lived call, such as a server, a watcher or a connection, that is started, and told to stop.
 *
 *     made ──start──▶ its function begins ──▶ started ──stop──▶ stopping ──its function ends──▶ stopped
 *
 * A stop is only a signal. The function sees it by lodger_task_get_stopping(), and ends by itself. What it answers is
 * the outcome of `stopped`. A function in a worker waits for the signal:
 *
 *     lodger_pending_wait (lodger_task_get_stopping (task), LODGER_FOREVER, LODGER_WAIT_DEFAULT);
 *
 * One in a caller's thread defers its answer, and has a done-callback of `stopping` answer it.
 *
 * In a worker, a task is also a bracket around the code that needs it:
 *
 *     code = lodger_task_enter (task);               starts it, and waits until it has started
 *     …                                              its waits end with LODGER_ECANCELED if the task stops early
 *     code = lodger_task_leave (task, &error);       tells it to stop, and waits until it has stopped
 *
 * The stop of its caller tells the task to stop before it cancels anything. A task that then ends in time ends with its
 * own answer. One that goes on is cancelled after a while (LodgerTaskOptions::patience). The end of its scope cancels
 * it at once.
 */
#ifndef LODGER_TASK_H
#define LODGER_TASK_H

#include <lodger/call.h>
#include <lodger/options.h>
#include <lodger/types.h>

LODGER_BEGIN_DECLS

/** The function of a task. @p self is its call, which may be deferred. */
typedef void (*LodgerTaskFunc) (LodgerPending *self, LodgerTask *task, void *data);

/** Options of lodger_task_new(). Made by LODGER_TASK_OPTIONS(). */
typedef struct LodgerTaskOptions
{
  size_t size;      /**< sizeof (LodgerTaskOptions). LODGER_TASK_OPTIONS() fills it in. */
  const char *name; /**< The name of the task in messages. Static. Optional. */
  const char *file; /**< Where it is made. Static. LODGER_TASK_OPTIONS() fills it in. */
  int line;         /**< The line of that place. */
  /** The function runs in the caller's thread. It must not block there: it defers its answer. Default: in a worker. */
  bool in_caller;
  /** The name of the worker in which the function runs, as in LodgerCallOptions. Static. Optional. */
  const char *worker;
  /** The end of this scope cancels the task. Optional. */
  LodgerScope *scope;
  /** The task has started when its function says so by lodger_task_report_started(). Default: when its function
   * begins. */
  bool reports_start;
  /** How long a stop of its caller lets the task go on after the signal, in nanoseconds, before it cancels the task. 0
   * means 1 s. It is never more than half of the caller's stop deadline. */
  int64_t patience;
} LodgerTaskOptions;

/** Options of a task with the given members: `LODGER_TASK_OPTIONS (.worker = "server")`. See options.h. */
#define LODGER_TASK_OPTIONS(...) LODGER_OPTIONS_HERE (LodgerTaskOptions, __VA_ARGS__)

/**
 * Makes a task, which does not begin before it is started.
 *
 * Any thread; does not block. The data is consumed: it is destroyed before `stopped` is done. The task joins the groups
 * of this moment, and has its context (context.h).
 *
 * @param options Optional. NULL means all defaults.
 * @return a new reference, or NULL. When the caller is stopping, or the scope has ended, the task has stopped at once.
 * Errors: LODGER_EINVAL (NULL @p caller or @p func, wrong options, a patience below 0, a worker for a task in the
 * caller's thread), LODGER_ENOMEM (no memory), LODGER_ECHILD (a forked child).
 * Test: unit/task edge_86_it_is_not_scheduled_before_it_is_started
 * Since: 0.2
 */
LODGER_API LODGER_GIVEN LodgerTask *lodger_task_new (LodgerCaller *caller, LodgerTaskFunc func, void *data,
                                                     LodgerDestroyFunc destroy, const LodgerTaskOptions *options);

/**
 * Takes a reference.
 *
 * Any thread; does not block. NULL gives NULL.
 *
 * Errors: none.
 * Test: unit/task a_task_that_nobody_refers_to_goes_on
 * Since: 0.2
 */
LODGER_API LodgerTask *lodger_task_ref (LodgerTask *task);

/**
 * Drops a reference.
 *
 * Any thread. NULL is ignored. A task that was started goes on. With the last reference, one that was not is cancelled.
 *
 * Errors: none.
 * Test: unit/task a_task_that_nobody_refers_to_goes_on
 * Since: 0.2
 */
LODGER_API void lodger_task_unref (LodgerTask *task);

/**
 * Starts the task. A second start does nothing.
 *
 * Any thread; does not block.
 *
 * @return 0, or a negative code.
 * Errors: LODGER_EINVAL (NULL), LODGER_ECANCELED (it was stopped or cancelled before it was started), LODGER_ECHILD (a
 * forked child).
 * Test: unit/task edge_86_started_twice_it_runs_once
 * Since: 0.2
 */
LODGER_API int lodger_task_start (LodgerTask *task);

/**
 * Says that the task has started. For its function, with LodgerTaskOptions::reports_start.
 *
 * Any thread; does not block. Done-callbacks of `started` run inside this function.
 *
 * @return 0, or a negative code.
 * Errors: LODGER_EINVAL (NULL), LODGER_ESTATE (its function has not begun), LODGER_EALREADY (it has started before, or
 * has ended; nothing is logged), LODGER_ECHILD (a forked child).
 * Test: unit/task the_function_says_when_it_has_started
 * Since: 0.2
 */
LODGER_API int lodger_task_report_started (LodgerTask *task);

/**
 * Tells the task to stop. A second stop does nothing.
 *
 * Any thread, also in the task; does not block. Done-callbacks of `stopping` run inside this function. A task that was
 * not started never runs: it is cancelled.
 *
 * @return 0, or a negative code.
 * Errors: LODGER_EINVAL (NULL), LODGER_ECHILD (a forked child).
 * Test: unit/task edge_88_a_stop_only_signals
 * Since: 0.2
 */
LODGER_API int lodger_task_stop (LodgerTask *task);

/**
 * Cancels the task's call, and tells the task to stop.
 *
 * Any thread; does not block. Cancellers and done-callbacks run inside this function.
 *
 * @param message Optional. It is copied. It is the cancel message.
 * @return as lodger_pending_cancel(). false for NULL, and in a forked child.
 * Errors: LODGER_EINVAL (NULL), LODGER_ECHILD (a forked child).
 * Test: unit/task edge_93_stopped_carries_what_became_of_it
 * Since: 0.2
 */
LODGER_API bool lodger_task_cancel (LodgerTask *task, const char *message);

/**
 * Returns a protected pending that is done when the task has started, borrowed.
 *
 * Any thread; does not block. If the task ends before it has started, this has the outcome of `stopped`. It lives as
 * long as a reference to @p task. NULL gives NULL.
 *
 * Errors: none.
 * Test: unit/task the_function_says_when_it_has_started
 * Since: 0.2
 */
LODGER_API LodgerPending *lodger_task_get_started (const LodgerTask *task);

/**
 * Returns a protected pending that is done when the task was told to stop, or has ended, borrowed.
 *
 * Any thread; does not block. It lives as long as a reference to @p task. NULL gives NULL.
 *
 * Errors: none.
 * Test: unit/task edge_88_a_stop_only_signals
 * Since: 0.2
 */
LODGER_API LodgerPending *lodger_task_get_stopping (const LodgerTask *task);

/**
 * Returns a protected pending that is done when the task has ended, with the outcome of its function, borrowed.
 *
 * Any thread; does not block. `started` and `stopping` are done before, and the data is destroyed. The exception is a
 * task that was left behind (LODGER_EABANDONED), whose data lives until its function returns. It lives as long as a
 * reference to @p task. NULL gives NULL.
 *
 * Errors: none.
 * Test: unit/task edge_93_stopped_carries_what_became_of_it
 * Since: 0.2
 */
LODGER_API LodgerPending *lodger_task_get_stopped (const LodgerTask *task);

/**
 * Waits until the task has ended.
 *
 * Suspends or blocks. It is lodger_pending_wait() for `stopped`, and does not tell the task to stop.
 *
 * @param timeout As for lodger_pending_wait().
 * @return 0, or a negative code.
 * Errors: as lodger_pending_wait(), LODGER_EINVAL (NULL), LODGER_ESTATE (it was not started), LODGER_ECHILD (a forked
 * child).
 * Test: unit/task edge_92_each_wrong_use_has_an_error_of_its_own
 * Since: 0.2
 */
LODGER_API int lodger_task_wait (LodgerTask *task, int64_t timeout);

/**
 * Starts the task, and waits until it has started: the code up to lodger_task_leave() is inside the task.
 *
 * Suspends or blocks, by the rules of lodger_pending_wait(). If the task ends while the code is inside, the code's
 * waits end with LODGER_ECANCELED. A call that returns without leaving tells the task to stop, and a line is logged.
 *
 * @return 0, or a negative code. After a failed start, the task has ended; but see LODGER_EDEADLK.
 * Errors: LODGER_EINVAL (NULL), LODGER_EALREADY (it was entered before), LODGER_EWRONGTHREAD (a thread whose loop
 * Lodger does not drive, or one that belongs to another tree of callers), LODGER_ESTATE (in a call_direct, or where a
 * spawned call cannot wait: fiber.h), LODGER_ECANCELED (the task, or the entering call, was cancelled), LODGER_EFAILED
 * (it has failed before it had started), LODGER_EABANDONED (a stop has left it behind), LODGER_EDEADLK (the wait could
 * never end: it is told to stop), LODGER_ENOMEM (no memory), LODGER_ECHILD (a forked child).
 * Test: unit/task edge_90_entering_waits_until_it_has_started
 * Since: 0.2
 */
LODGER_API int lodger_task_enter (LodgerTask *task);

/**
 * Tells the task to stop, and waits until it has ended.
 *
 * Suspends or blocks. It is called where the task was entered, by the same call. A cancel of the waiting call is not
 * delivered in it.
 *
 * @param ret_error Optional. The error, as a new reference. Written with LODGER_EFAILED and LODGER_ECANCELED.
 * @return the outcome of the task: 0, or a negative code. If the task has ended before this, without a failure, it is
 *         LODGER_ECANCELED, and the error says that it stopped early.
 * Errors: LODGER_EINVAL (NULL), LODGER_ESTATE (this call has not entered it, or has entered something else since),
 * LODGER_EFAILED (it has failed), LODGER_ECANCELED (it was cancelled, or has stopped early), LODGER_EABANDONED (a stop
 * has left it behind), LODGER_EDEADLK (the wait could never end), LODGER_ECHILD (a forked child).
 * Test: unit/task edge_90_leaving_waits_for_the_end_shielded
 * Since: 0.2
 */
LODGER_API int lodger_task_leave (LodgerTask *task, LodgerError **ret_error);

LODGER_END_DECLS

#endif
