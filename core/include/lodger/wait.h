/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file wait.h
 * Waiting: how a call suspends, or a thread blocks, until a pending is done.
 *
 * A spawned call (fiber.h) suspends in each of these functions, in any thread: its thread goes on. Every other call,
 * and a thread outside of all calls, blocks. In a thread that must not block, such as a GUI's, lodger_pending_then()
 * takes the place of such a wait.
 */
#ifndef LODGER_WAIT_H
#define LODGER_WAIT_H

#include <lodger/types.h>

LODGER_BEGIN_DECLS

/** How to wait. */
typedef enum LodgerWaitFlags
{
  /** Nothing special. */
  LODGER_WAIT_DEFAULT = 0,
  /** A waiter that gives up (timeout, own cancellation) does not cancel the pending. */
  LODGER_WAIT_PROTECT = 1 << 0,
  /** The waiter's own cancellation is not delivered during the wait. */
  LODGER_WAIT_SHIELD = 1 << 1,
  /** A failed or cancelled outcome is no error of the wait: 0 means "done". */
  LODGER_WAIT_NO_RESULT = 1 << 2,
} LodgerWaitFlags;

/**
 * Waits until the pending is done.
 *
 * Suspends a spawned call (fiber.h); otherwise blocks. Blocking is for a thread without a caller, or a worker. In a
 * thread whose loop Lodger does not drive (a GUI's), it is refused, unless the outcome is there already. It may be
 * repeated.
 *
 * A waiter that times out, or whose own call is cancelled, cancels the pending. LODGER_WAIT_PROTECT, or a protected
 * pending, prevents this. Take care with a pending that others wait for, too: without LODGER_WAIT_PROTECT, your timeout
 * is theirs.
 *
 * A wait without limit is refused with LODGER_EDEADLK when it could never end. This is so when everything that could
 * end the wait is itself waiting, without limit, for this thread. Such waits are:
 * - for the call itself;
 * - for a call that only this thread can run (a spawned call may wait for it, since its thread goes on);
 * - in a circle of threads and spawned calls;
 * - for a call that needs a worker of a pool at its ceiling (`max_threads`) where every worker waits;
 * - for a promise with a completer (lodger_pending_set_completer()) whose thread waits.
 *
 * The log line names both ends. Other promises and timed waits are never refused this way. A wait that has begun ends
 * with LODGER_EDEADLK, too, when lodger_pending_return_from() or lodger_pending_set_completer() closes the circle
 * later. The pending is then left alone.
 *
 * @param timeout in nanoseconds; in a spawned call, of the time of its caller's host. LODGER_FOREVER waits without
 *        limit. With 0 or less, the function only looks.
 * @return 0, or a negative code. With LODGER_WAIT_NO_RESULT, a failed, cancelled or abandoned outcome is 0, too.
 * Errors: LODGER_EINVAL (NULL, unknown flags), LODGER_EFAILED (the pending has failed), LODGER_EABANDONED (a stop gave
 * it up before it was done, or it ended its thread), LODGER_ECANCELED (the pending, or the waiter's own call, was
 * cancelled), LODGER_ETIMEDOUT (the time is over), LODGER_EDEADLK (the wait could never end), LODGER_EWRONGTHREAD (a
 * thread whose loop Lodger does not drive), LODGER_ESTATE (in a call_direct, or where a spawned call cannot wait:
 * fiber.h), LODGER_ENOMEM (no memory), LODGER_ENOSYS (a timed wait of a spawned call, on a host without `arm`),
 * LODGER_ECHILD (a forked child).
 * Test: unit/wait edge_05_timed_out_waiter_cancels
 * Since: 0.1
 */
LODGER_API int lodger_pending_wait (LodgerPending *pending, int64_t timeout, LodgerWaitFlags flags);

/**
 * Cancels the pending and waits until it is done.
 *
 * Waits as lodger_pending_wait() does. The wait includes the cleanup of the call's own function. It is
 * lodger_pending_cancel(), then lodger_pending_wait() with LODGER_WAIT_NO_RESULT. The rules of both hold. A refused
 * wait has cancelled all the same; NULL, unknown flags and a forked child cancel nothing.
 *
 * @param message Optional. As for lodger_pending_cancel().
 * @param timeout As for lodger_pending_wait().
 * @return 0 when the pending is done, or a negative code.
 * Errors: LODGER_EINVAL (NULL, unknown flags), LODGER_ECANCELED (the waiter's own call was cancelled), LODGER_ETIMEDOUT
 * (the time is over), LODGER_EDEADLK (the wait could never end), LODGER_EWRONGTHREAD (a thread whose loop Lodger does
 * not drive), LODGER_ESTATE (in a call_direct, or where a spawned call cannot wait: fiber.h), LODGER_ENOMEM (no
 * memory), LODGER_ENOSYS (as lodger_pending_wait()), LODGER_ECHILD (a forked child).
 * Test: unit/wait edge_12_cancel_wait_returns_after_cleanup
 * Since: 0.1
 */
LODGER_API int lodger_pending_cancel_wait (LodgerPending *pending, const char *message, int64_t timeout,
                                           LodgerWaitFlags flags);

/** What a wait for several pendings ends with. */
typedef enum LodgerWaitMode
{
  LODGER_WAIT_ALL_COMPLETED,   /**< All are done. */
  LODGER_WAIT_FIRST_COMPLETED, /**< One is done. */
  LODGER_WAIT_FIRST_EXCEPTION, /**< One has failed or was cancelled, or all are done. */
} LodgerWaitMode;

/**
 * Waits for several pendings at once.
 *
 * The rules for suspending and blocking are those of lodger_pending_wait(). It cancels nothing: neither does the end of
 * the time, nor the waiter's own cancellation. The outcomes are no error of the wait. With LODGER_WAIT_SHIELD, the
 * waiter's own cancellation is not delivered; the other flags change nothing. Where the wait needs only one of the
 * pendings, it is refused with LODGER_EDEADLK only if none of them could ever be done.
 *
 * @param pendings may be NULL if @p count is 0. A pending may be there more than once.
 * @param count the number of pendings. With 0, the wait is over at once.
 * @param timeout in nanoseconds. LODGER_FOREVER waits without limit. With 0 or less, the function only looks.
 * @param ret_done Optional. How many of them are done. Written with each code but LODGER_EINVAL and LODGER_ECHILD.
 * @return 0: what @p mode says has come. Otherwise a negative code.
 * Errors: LODGER_EINVAL (NULL, an unknown mode, unknown flags), LODGER_ETIMEDOUT (the time is over), LODGER_ECANCELED
 * (the waiter's own call was cancelled), LODGER_EDEADLK (the wait could never end), LODGER_EWRONGTHREAD (a thread whose
 * loop Lodger does not drive), LODGER_ESTATE (in a call_direct, or where a spawned call cannot wait: fiber.h),
 * LODGER_ENOMEM (no memory), LODGER_ENOSYS (as lodger_pending_wait()), LODGER_ECHILD (a forked child).
 * Test: unit/wait-many edge_41_each_mode_ends_with_its_pending
 * Since: 0.2
 */
LODGER_API int lodger_wait_many (LodgerPending *const *pendings, size_t count, LodgerWaitMode mode, int64_t timeout,
                                 LodgerWaitFlags flags, size_t *ret_done);

/**
 * Declares that only @p caller's thread answers a promise.
 *
 * Any thread; does not block. An adapter uses it for an operation of a loop. A wait without limit that blocks exactly
 * that thread is then refused: see lodger_pending_wait().
 *
 * If the declaration is made in that thread, and Lodger drives its loop, a stop cancels the promise. The stop then
 * waits for it, as for a call of @p caller. Otherwise a stop leaves the promise alone. The memory of @p caller is held
 * until the promise is done or gone.
 *
 * @return 0, or a negative code.
 * Errors: LODGER_EINVAL (NULL), LODGER_ESTATE (@p promise is no promise, or is a caller's own), LODGER_EALREADY
 * (answered, or it has a completer), LODGER_ENOMEM (no memory), LODGER_ECHILD (a forked child).
 * Test: unit/completer waiting_for_a_promise_that_this_thread_completes_is_refused
 * Test: unit/completer a_stop_cancels_the_promises_of_a_completer_and_waits
 * Since: 0.1
 */
LODGER_API int lodger_pending_set_completer (LodgerPending *promise, LodgerCaller *caller);

LODGER_END_DECLS

#endif
