/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file limiter.h
 * LodgerLimiter: at most so many calls at once, of whatever kind.
 *
 * A call that is submitted with a limiter begins when there is a place for it, and keeps the place until it is done:
 * also while it is deferred, as an operation of GIO is, or takes the outcome of a group. The call has its pending at
 * once. A cancel of a call that still waits for its place takes it out.
 *
 *     lodger_caller_to_thread_full (caller, download, url, free, LODGER_CALL_OPTIONS (.limiter = three_at_a_time));
 *
 * A call that needs a place for a part of its work only enters the limiter, and leaves it:
 *
 *     code = lodger_limiter_enter (three_at_a_time, LODGER_FOREVER);
 *     if (code == 0)
 *       {
 *         …
 *         lodger_limiter_leave (three_at_a_time);
 *       }
 */
#ifndef LODGER_LIMITER_H
#define LODGER_LIMITER_H

#include <lodger/call.h>
#include <lodger/options.h>
#include <lodger/types.h>

LODGER_BEGIN_DECLS

/** Which of the calls that wait has the next place. */
typedef enum LodgerLimiterOrder
{
  LODGER_LIMITER_FAIR,     /**< The oldest. */
  LODGER_LIMITER_NEWEST,   /**< The newest. */
  LODGER_LIMITER_PRIORITY, /**< That of the highest LodgerCallOptions::priority; of equal ones the oldest. */
} LodgerLimiterOrder;

/** Options of lodger_limiter_new(). Made by LODGER_LIMITER_OPTIONS(). */
typedef struct LodgerLimiterOptions
{
  size_t size;              /**< sizeof (LodgerLimiterOptions). LODGER_LIMITER_OPTIONS() fills it in. */
  const char *file;         /**< Where the limiter is made. Static. LODGER_LIMITER_OPTIONS() fills it in. */
  int line;                 /**< The line of that place. */
  unsigned limit;           /**< How many calls may be at work at once. At least 1. */
  LodgerLimiterOrder order; /**< Which call has the next place. */
} LodgerLimiterOptions;

/** Options of a limiter with the given members: `LODGER_LIMITER_OPTIONS (.limit = 3)`. See options.h. */
#define LODGER_LIMITER_OPTIONS(...) LODGER_OPTIONS_HERE (LodgerLimiterOptions, __VA_ARGS__)

/**
 * Makes a limiter.
 *
 * Any thread; does not block.
 *
 * @return a new reference, or NULL.
 * Errors: LODGER_EINVAL (NULL or wrong options, a limit of 0, an unknown order), LODGER_ENOMEM (no memory).
 * Test: unit/limiter edge_43_no_more_than_the_limit_are_at_work
 * Since: 0.2
 */
LODGER_API LODGER_GIVEN LodgerLimiter *lodger_limiter_new (const LodgerLimiterOptions *options);

/**
 * Takes a reference.
 *
 * Any thread; does not block. NULL gives NULL.
 *
 * Errors: none.
 * Test: unit/limiter a_limiter_that_nobody_refers_to_goes_on
 * Since: 0.2
 */
LODGER_API LodgerLimiter *lodger_limiter_ref (LodgerLimiter *limiter);

/**
 * Drops a reference.
 *
 * Any thread. NULL is ignored. The calls that have the limiter go on.
 *
 * Errors: none.
 * Test: unit/limiter a_limiter_that_nobody_refers_to_goes_on
 * Since: 0.2
 */
LODGER_API void lodger_limiter_unref (LodgerLimiter *limiter);

/**
 * Closes the limiter: it takes no more calls. Those that it has go on.
 *
 * Any thread; does not block. A call that is submitted with it, or enters it, fails with LODGER_ESHUTDOWN.
 *
 * @return a new reference to a pending, never NULL, which is done when the last call that has the limiter is done.
 * Errors: LODGER_EINVAL (NULL), LODGER_ECHILD (a forked child).
 * Test: unit/limiter a_closed_limiter_is_done_after_its_last_call
 * Since: 0.2
 */
LODGER_API LODGER_GIVEN LodgerPending *lodger_limiter_close (LodgerLimiter *limiter);

/** Options of lodger_limiter_enter_full(). Made by LODGER_LIMITER_ENTRY_OPTIONS(). */
typedef struct LodgerLimiterEntryOptions
{
  size_t size;  /**< sizeof (LodgerLimiterEntryOptions). LODGER_LIMITER_ENTRY_OPTIONS() fills it in. */
  int priority; /**< With LODGER_LIMITER_PRIORITY: as LodgerCallOptions::priority. */
} LodgerLimiterEntryOptions;

/** Options of an entry with the given members: `LODGER_LIMITER_ENTRY_OPTIONS (.priority = 1)`. See options.h. */
#define LODGER_LIMITER_ENTRY_OPTIONS(...) LODGER_OPTIONS (LodgerLimiterEntryOptions, __VA_ARGS__)

/**
 * Takes a place for the running call, which keeps it until lodger_limiter_leave().
 *
 * Suspends or blocks until there is a place. The call waits in the limiter's order, among the calls that were submitted
 * with the limiter. The rules for the thread are those of lodger_pending_wait(); where there is a place already, they
 * do not matter. A cancel of the call and the end of the time take it out of the line. A call that enters twice has two
 * places, and leaves twice. A value of the context that the call sets is gone when it leaves (context.h). A call that
 * returns without leaving gives its place back, and a line is logged.
 *
 * @param timeout As for lodger_pending_wait(). 0 only looks whether there is a place.
 * @return 0, or a negative code: then there is nothing to leave.
 * Errors: LODGER_EINVAL (NULL), LODGER_ETIMEDOUT (the time was over first), LODGER_ECANCELED (the call was cancelled),
 * LODGER_ESHUTDOWN (the limiter was closed before), LODGER_EDEADLK (the wait could never end), LODGER_ESTATE (not in a
 * call, in a call_direct, or where a spawned call cannot wait: fiber.h), LODGER_EWRONGTHREAD (there is no place, and
 * Lodger does not drive this thread's loop), LODGER_ENOMEM (no memory), LODGER_ENOSYS (as lodger_pending_wait()),
 * LODGER_ECHILD (a forked child).
 * Test: unit/limiter-place a_running_call_takes_a_place_and_gives_it_back
 * Since: 0.2
 */
LODGER_API int lodger_limiter_enter (LodgerLimiter *limiter, int64_t timeout);

/**
 * Runs lodger_limiter_enter() with options.
 *
 * @param options Optional. NULL means all defaults.
 * @return as lodger_limiter_enter().
 * Errors: as lodger_limiter_enter(), LODGER_EINVAL (wrong options).
 * Test: unit/limiter-place the_next_place_goes_to_the_oldest_the_newest_or_the_highest_of_all
 * Since: 0.2
 */
LODGER_API int lodger_limiter_enter_full (LodgerLimiter *limiter, int64_t timeout,
                                          const LodgerLimiterEntryOptions *options);

/**
 * Gives the place back that the running call has taken with lodger_limiter_enter().
 *
 * The thread of that call; does not block. What the call has entered since, it has left before: a group, a task,
 * another limiter.
 *
 * @return 0, or a negative code.
 * Errors: LODGER_EINVAL (NULL), LODGER_ESTATE (this call has not entered it, or has entered something else since),
 * LODGER_ECHILD (a forked child).
 * Test: unit/limiter-place a_running_call_takes_a_place_and_gives_it_back
 * Since: 0.2
 */
LODGER_API int lodger_limiter_leave (LodgerLimiter *limiter);

/**
 * Returns how many calls have a place.
 *
 * Any thread; does not block. NULL gives 0.
 *
 * Errors: none.
 * Test: unit/limiter edge_43_no_more_than_the_limit_are_at_work
 * Since: 0.2
 */
LODGER_API size_t lodger_limiter_count_running (LodgerLimiter *limiter);

/**
 * Returns how many calls wait for a place.
 *
 * Any thread; does not block. NULL gives 0.
 *
 * Errors: none.
 * Test: unit/limiter edge_43_no_more_than_the_limit_are_at_work
 * Since: 0.2
 */
LODGER_API size_t lodger_limiter_count_waiting (LodgerLimiter *limiter);

LODGER_END_DECLS

#endif
