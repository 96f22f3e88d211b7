/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file completed.h
 * LodgerCompleted: pendings one after the other, as they are done.
 *
 * The pendings are in an array, or come from a function. Such a function makes its calls only when their turn has come,
 * so that there are never more than `max_concurrent` of them at once.
 *
 * On a worker, or in a thread without a caller:
 *
 *     completed = lodger_completed_new (pendings, n, NULL);
 *     while ((done = lodger_completed_next (completed, LODGER_FOREVER, &code)) != NULL)
 *       {
 *         …
 *         lodger_pending_unref (done);
 *       }
 *     lodger_completed_free (completed);             cancels those that are not done
 *
 * In a GUI thread, which must not block, a function gets each of them instead:
 *
 *     pending = lodger_completed_each (completed, caller, show, window, NULL, LODGER_CALL_OPTIONS (.scope = scope));
 *
 * Pendings that have failed or were cancelled come as well. In between, the order is that in which they were done.
 */
#ifndef LODGER_COMPLETED_H
#define LODGER_COMPLETED_H

#include <lodger/call.h>
#include <lodger/options.h>
#include <lodger/types.h>

LODGER_BEGIN_DECLS

/**
 * Gives the next pending of an iteration, as a reference.
 *
 * It runs in lodger_completed_next(), or in the caller's thread of lodger_completed_each(), and must not use the
 * iteration itself.
 *
 * @param ret_error An error in it ends the iteration, which takes the reference over. The pendings that were given
 *        before still come.
 * @return NULL ends the iteration.
 */
typedef LodgerPending *(*LodgerCompletedFunc) (void *data, LodgerError **ret_error);

/** Options of lodger_completed_new() and lodger_completed_new_from(). Made by LODGER_COMPLETED_OPTIONS(). */
typedef struct LodgerCompletedOptions
{
  size_t size; /**< sizeof (LodgerCompletedOptions). LODGER_COMPLETED_OPTIONS() fills it in. */
  /** Where the iteration is made. Static. LODGER_COMPLETED_OPTIONS() fills it in. */
  const char *file;
  /** The line of that place. */
  int line;
  /** How many pendings of a function there are at most that have not come yet. 0 means the idle limit of the caller
   * (lodger_caller_set_idle_limit()), or 10 without one. Not for an array, which has no limit. */
  size_t max_concurrent;
  /** An iteration that ends early cancels no pending. */
  bool keeps_unfinished;
} LodgerCompletedOptions;

/** Options of an iteration with the given members: `LODGER_COMPLETED_OPTIONS (.max_concurrent = 4)`. See options.h. */
#define LODGER_COMPLETED_OPTIONS(...) LODGER_OPTIONS_HERE (LodgerCompletedOptions, __VA_ARGS__)

/**
 * Makes an iteration over an array.
 *
 * Any thread; does not block. A pending may be there more than once: then it comes more than once.
 *
 * @param pendings may be NULL if @p count is 0. The array is copied, with a reference to each.
 * @param options Optional. NULL means all defaults.
 * @return the iteration, or NULL. lodger_completed_free() frees it.
 * Errors: LODGER_EINVAL (NULL in the array, wrong options, `max_concurrent` is set), LODGER_ENOMEM (no memory),
 * LODGER_ECHILD (a forked child).
 * Test: unit/completed edge_44_done_failing_and_cancelled_items_all_come
 * Since: 0.2
 */
LODGER_API LODGER_GIVEN LodgerCompleted *lodger_completed_new (LodgerPending *const *pendings, size_t count,
                                                               const LodgerCompletedOptions *options);

/**
 * Makes an iteration over what a function gives.
 *
 * Any thread; does not block. The function is called for the first time when the iteration is used.
 *
 * @param destroy destroys @p data when the iteration is freed. Optional.
 * @param options Optional. NULL means all defaults.
 * @return the iteration, or NULL. lodger_completed_free() frees it. The data is consumed, also by a refusal.
 * Errors: LODGER_EINVAL (NULL @p func, wrong options), LODGER_ENOMEM (no memory).
 * Test: unit/completed edge_43_a_function_is_asked_only_up_to_the_limit
 * Since: 0.2
 */
LODGER_API LODGER_GIVEN LodgerCompleted *lodger_completed_new_from (LodgerCompletedFunc func, void *data,
                                                                    LodgerDestroyFunc destroy,
                                                                    const LodgerCompletedOptions *options);

/**
 * Ends the iteration.
 *
 * Any thread. NULL is ignored. The pendings that are not done are cancelled, unless the options say otherwise.
 * Cancellers and done-callbacks run inside this function. In a forked child nothing is cancelled.
 *
 * Errors: LODGER_EBUSY (it is in use, and nothing happens).
 * Test: unit/completed edge_45_leaving_early_cancels_the_unfinished
 * Since: 0.2
 */
LODGER_API void lodger_completed_free (LodgerCompleted *completed);

/**
 * Waits for the next pending that is done.
 *
 * Suspends or blocks, unless one is done. The rules are those of lodger_pending_wait(). The function of the iteration
 * runs inside. Neither the end of the time nor the waiter's own cancellation cancels a pending. Where none of the
 * pendings could ever be done, the wait is refused. One thread at a time uses an iteration.
 *
 * @param timeout in nanoseconds. LODGER_FOREVER waits without limit. With 0 or less, the function only looks.
 * @param ret_code Optional. 0 for a pending, and at the end. Otherwise a negative code.
 * @return a new reference to a pending that is done, or NULL. NULL with 0 in @p ret_code is the end.
 * Errors: LODGER_EINVAL (NULL @p completed), LODGER_EFAILED (the function of the iteration has failed, and all that it
 * gave before have come), LODGER_ETIMEDOUT (the time is over), LODGER_ECANCELED (the waiter's own call was cancelled),
 * LODGER_EDEADLK (the wait could never end), LODGER_EWRONGTHREAD (a thread whose loop Lodger does not drive),
 * LODGER_ESTATE (in a call_direct, or where a spawned call cannot wait: fiber.h), LODGER_EBUSY (it is in use),
 * LODGER_ENOMEM (no memory: it may be tried again), LODGER_ENOSYS (as lodger_pending_wait()),
 * LODGER_ECHILD (a forked child).
 * Test: unit/completed edge_44_done_failing_and_cancelled_items_all_come
 * Since: 0.2
 */
LODGER_API LODGER_GIVEN LodgerPending *lodger_completed_next (LodgerCompleted *completed, int64_t timeout,
                                                              int *ret_code);

/**
 * Returns the error of the iteration's function, borrowed.
 *
 * The thread that uses the iteration; does not block. It lives as long as the iteration.
 *
 * @return the error, or NULL. NULL gives NULL.
 * Errors: none.
 * Test: unit/completed edge_44_a_function_that_fails_ends_the_iteration_with_its_error
 * Since: 0.2
 */
LODGER_API const LodgerError *lodger_completed_get_error (const LodgerCompleted *completed);

/**
 * Runs @p func for each pending that is done, in the caller's thread.
 *
 * Any thread. Does not block, unless the caller's inbox is full: see lodger_caller_call_soon_full(). The function of
 * the iteration runs in the caller's thread, too. Each run of @p func is an item of the caller by itself, so that a
 * slice may end in between. In @p func, `self` is the pending that this function returns, and not the current call. To
 * cancel it ends the iteration: @p func does not run any more, and the pendings that are not done are cancelled, unless
 * the options of the iteration say otherwise.
 *
 * @param completed consumed, also by a refusal other than LODGER_EBUSY.
 * @param func runs in the context of this submission.
 * @param destroy runs after the last run of @p func. Optional.
 * @param options Optional. Those of the returned pending. `scope` binds each run of @p func as well. `worker` is
 *        ignored.
 * @return a new reference, never NULL. It succeeds when all have come. If the function of the iteration has failed, it
 *         fails with that error. The data is consumed, also by a refusal. The rules for refusals are those of
 *         lodger_caller_call_soon_full().
 * Errors: as lodger_caller_call_soon_full(), LODGER_EINVAL (NULL @p completed), LODGER_EBUSY (@p completed is in use),
 * LODGER_ESTATE (lodger_completed_next() has begun it).
 * Test: unit/completed each_outcome_comes_in_the_callers_thread
 * Since: 0.2
 */
LODGER_API LODGER_GIVEN LodgerPending *lodger_completed_each (LodgerCompleted *completed, LodgerCaller *caller,
                                                              LodgerThenFunc func, void *data,
                                                              LodgerDestroyFunc destroy,
                                                              const LodgerCallOptions *options);

LODGER_END_DECLS

#endif
