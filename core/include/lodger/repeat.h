/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file repeat.h
 * LodgerRepeat: a function that runs every so often.
 *
 *     clock = lodger_repeat_new (caller, LODGER_SECONDS (1), show_time, label, NULL, LODGER_REPEAT_OPTIONS (.scope = scope));
 *
 * The function is due at a first time, and then once in each interval. The due times do not drift: each is the first
 * one and a whole number of intervals, on the clock of the caller's host. The runs never overlap. A due time that comes
 * while a run is not done, also a deferred one, is skipped. A run that begins late stands for the latest due time. The
 * function is told how many due times had no run since its last one.
 *
 * The repeating call has one pending for its whole life, which is known as that of any other call: to groups, scopes,
 * and the stop of its caller. Its runs belong to it. It ends in these ways:
 *
 * - A run answers with a value: that is the outcome. So a function can repeat until it has found something.
 * - A run fails or is cancelled: that is the outcome, unless LodgerRepeatOptions::ignores_failures says otherwise.
 * - lodger_repeat_stop(): it ends with success, after the run that is at work.
 * - The cancel of its pending, the end of its scope, or the stop of its caller: the run that is at work is cancelled.
 *
 * It does not end when nobody refers to it: a call goes on without its handle.
 */
#ifndef LODGER_REPEAT_H
#define LODGER_REPEAT_H

#include <lodger/call.h>
#include <lodger/options.h>
#include <lodger/types.h>

LODGER_BEGIN_DECLS

/** A repeated function. @p self is this run, which may be deferred. It answers nothing to go on. @p skipped is the
 * number of due times since the last run that had none. */
typedef void (*LodgerRepeatFunc) (LodgerPending *self, uint64_t skipped, void *data);

/** Options of lodger_repeat_new(). Made by LODGER_REPEAT_OPTIONS(). */
typedef struct LodgerRepeatOptions
{
  size_t size;      /**< sizeof (LodgerRepeatOptions). LODGER_REPEAT_OPTIONS() fills it in. */
  const char *name; /**< The name of the call in messages. Static. Optional. */
  const char *file; /**< Where it is made. Static. LODGER_REPEAT_OPTIONS() fills it in. */
  int line;         /**< The line of that place. */
  /** The first due time, in nanoseconds from now. 0 means at once. */
  int64_t delay;
  /** The function runs in a thread of the pool, instead of the caller's. */
  bool in_worker;
  /** The name of the worker in which the function runs, as in LodgerCallOptions. Static. Optional. */
  const char *worker;
  /** The end of this scope ends it. Optional. */
  LodgerScope *scope;
  /** A run that fails is logged, and the next one comes. */
  bool ignores_failures;
} LodgerRepeatOptions;

/** Options of a repeating call with the given members: `LODGER_REPEAT_OPTIONS (.in_worker = true)`. See options.h. */
#define LODGER_REPEAT_OPTIONS(...) LODGER_OPTIONS_HERE (LodgerRepeatOptions, __VA_ARGS__)

/**
 * Runs @p func in the caller's thread, or in a worker, every @p interval nanoseconds.
 *
 * Any thread; does not block. The data is consumed: it is destroyed when the repeating call is over, in the caller's
 * thread as a rule. The runs have the context (context.h) of this moment. An `inbox_limit` of the caller never holds
 * them up.
 *
 * @param interval more than 0.
 * @param options Optional. NULL means all defaults.
 * @return a new reference, or NULL. When the caller is stopping, or the scope has ended, the repeating call is over at
 *         once: its pending is cancelled. On a host without timers its pending fails with LODGER_ENOSYS.
 * Errors: LODGER_EINVAL (NULL @p caller or @p func, wrong options, an interval of 0 or less, a delay below 0),
 * LODGER_ENOMEM (no memory), LODGER_ECHILD (a forked child).
 * Test: unit/repeat it_runs_at_each_due_time
 * Since: 0.2
 */
LODGER_API LODGER_GIVEN LodgerRepeat *lodger_repeat_new (LodgerCaller *caller, int64_t interval, LodgerRepeatFunc func,
                                                         void *data, LodgerDestroyFunc destroy,
                                                         const LodgerRepeatOptions *options);

/**
 * Takes a reference.
 *
 * Any thread; does not block. NULL gives NULL.
 *
 * Errors: none.
 * Test: unit/repeat it_goes_on_when_nobody_refers_to_it
 * Since: 0.2
 */
LODGER_API LodgerRepeat *lodger_repeat_ref (LodgerRepeat *repeat);

/**
 * Drops a reference.
 *
 * Any thread. NULL is ignored. The repeating call goes on.
 *
 * Errors: none.
 * Test: unit/repeat it_goes_on_when_nobody_refers_to_it
 * Since: 0.2
 */
LODGER_API void lodger_repeat_unref (LodgerRepeat *repeat);

/**
 * Holds up the runs until lodger_repeat_resume().
 *
 * Any thread; does not block. A run that has begun goes on. Each pause needs a resume of its own. The due times do not
 * move.
 *
 * @return 0, or a negative code.
 * Errors: LODGER_EINVAL (NULL), LODGER_ECHILD (a forked child).
 * Test: unit/repeat a_pause_holds_up_the_runs
 * Since: 0.2
 */
LODGER_API int lodger_repeat_pause (LodgerRepeat *repeat);

/**
 * Ends a pause. After the last one, runs begin again.
 *
 * Any thread; does not block. If a due time has come meanwhile, a run begins at once. Otherwise the next one begins at
 * its due time.
 *
 * @return 0, or a negative code.
 * Errors: LODGER_EINVAL (NULL), LODGER_ESTATE (it is not paused), LODGER_ECHILD (a forked child).
 * Test: unit/repeat a_pause_holds_up_the_runs
 * Since: 0.2
 */
LODGER_API int lodger_repeat_resume (LodgerRepeat *repeat);

/**
 * Returns whether there are more pauses than resumes.
 *
 * Any thread; does not block. NULL gives false.
 *
 * Errors: none.
 * Test: unit/repeat a_pause_holds_up_the_runs
 * Since: 0.2
 */
LODGER_API bool lodger_repeat_is_paused (LodgerRepeat *repeat);

/**
 * Lets no run begin any more. The repeating call ends with success, after the run that is at work.
 *
 * Any thread, also in a run; does not block. A second stop does nothing. To cancel the run that is at work, cancel the
 * pending instead.
 *
 * @return 0, or a negative code.
 * Errors: LODGER_EINVAL (NULL), LODGER_ECHILD (a forked child).
 * Test: unit/repeat a_stop_lets_the_run_end
 * Since: 0.2
 */
LODGER_API int lodger_repeat_stop (LodgerRepeat *repeat);

/**
 * Returns the pending of the repeating call, borrowed.
 *
 * Any thread; does not block. It lives as long as a reference to @p repeat. NULL gives NULL.
 *
 * Errors: none.
 * Test: unit/repeat a_run_that_answers_is_the_last
 * Since: 0.2
 */
LODGER_API LodgerPending *lodger_repeat_get_pending (const LodgerRepeat *repeat);

LODGER_END_DECLS

#endif
