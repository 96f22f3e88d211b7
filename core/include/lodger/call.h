/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file call.h
 * Submitting calls: soon, later, without an outcome, or in a worker.
 *
 * The `…_full` functions take options. In C and C++, the short names are macros, too. They record the file and line of
 * the submission.
 */
#ifndef LODGER_CALL_H
#define LODGER_CALL_H

#include <lodger/context.h>
#include <lodger/options.h>
#include <lodger/pending.h>
#include <lodger/types.h>

LODGER_BEGIN_DECLS

/** Options of the `…_full` submissions. Made by LODGER_CALL_OPTIONS(). */
typedef struct LodgerCallOptions
{
  size_t size; /**< sizeof (LodgerCallOptions). LODGER_CALL_OPTIONS() fills it in. */
  /** The name of the call in descriptions and traces. Optional. It is static, or lives as long as the pending. */
  const char *name;
  /** The file of the submission. Static. LODGER_CALL_OPTIONS() and the short names fill it in. */
  const char *file;
  /** The line of the submission. */
  int line;
  /** LODGER_PENDING_PROTECTED, LODGER_PENDING_BOUND, LODGER_PENDING_MAY_FAIL. */
  LodgerPendingFlags flags;
  /** The caller in whose thread a pointer answer is destroyed. Optional. It holds wherever the last reference is
   * dropped. After that caller's stop, the pointer is destroyed where the last reference is dropped. The caller is held
   * until the pointer is destroyed. */
  LodgerCaller *result_home;
  /** The name of the worker that runs the call. Optional, and only for lodger_caller_to_thread_full(). A named worker
   * is always the same thread and runs one call after the other. It is made at its first use. If its start hook fails,
   * its calls fail with the error of the hook, and a line is logged. The next use of the name then starts another
   * worker. */
  const char *worker;
  /** The scope that the call is bound to (scope.h). Optional. The end of the scope cancels the call. The scope is held
   * until the call's pending is freed. Not for lodger_caller_call_direct_full(). */
  LodgerScope *scope;
  /** The caller in whose thread the call's data is destroyed. Optional. It holds whichever thread runs or drops the
   * call. After that caller's stop, the data is destroyed where the call is dropped. The caller is held until the data
   * is destroyed. A refusal destroys the data in the submitting thread. Not for lodger_caller_call_direct_full(). */
  LodgerCaller *data_home;
  /** The context of the call (context.h). Optional. Default: the current one of the submitter. Not for
   * lodger_caller_call_direct_full(), which has none. */
  LodgerContext *context;
  /** Which of the context's groups and managers the call joins. The others are not in the call's context, either. */
  LodgerTracking trackers;
  /** The keys of those that it joins with LODGER_TRACK_NAMED, up to a NULL. */
  const LodgerContextKey *const *tracked_by;
  /** The limiter (limiter.h) that lets the call begin. Optional. Only for lodger_caller_call_soon_full() and
   * lodger_caller_to_thread_full(). The limiter is held until the call's pending is freed. */
  LodgerLimiter *limiter;
  /** For a limiter whose order is LODGER_LIMITER_PRIORITY: the highest is the next. */
  int priority;
  /** After this time, in nanoseconds from the submission, the call is told as by a cancel, and its outcome is
   * LODGER_ETIMEDOUT. A call that has not begun is done at once. 0 means no limit. The time is that of the caller's
   * host, unless Lodger drives the caller's loop. Not for lodger_caller_call_direct_full(). */
  int64_t timeout;
  /** The slot (slot.h) that the call is given to. Optional, and not beside a limiter. Only for
   * lodger_caller_call_soon_full() and lodger_caller_to_thread_full(). The cancellers of the calls that it replaces run
   * inside the submission. The slot is held until the call's pending is freed. */
  LodgerSlot *slot;
  /** The size of the stack of a spawned call (fiber.h), in bytes. It is rounded up to a power of 2, from 64 KiB to
   * 1 GiB. 0 means the caller's. Only for lodger_caller_spawn_full(). */
  size_t stack_size;
} LodgerCallOptions;

/** Options of a call with the given members: `LODGER_CALL_OPTIONS (.worker = "db", .name = "query")`. See options.h. */
#define LODGER_CALL_OPTIONS(...) LODGER_OPTIONS_HERE (LodgerCallOptions, __VA_ARGS__)

/**
 * Runs @p func in the caller's thread, soon, in the order of submission.
 *
 * Any thread, with or without a loop of its own. Does not block, unless the caller has an `inbox_limit` and the inbox
 * is full. The data is consumed, also by a refusal.
 *
 * With a full inbox:
 * - Who may wait (see lodger_pending_wait()) waits for room: a spawned call suspends, a worker blocks.
 * - In another call of a thread whose loop Lodger does not drive, and in a call_direct, the submission fails with
 *   LODGER_EAGAIN.
 * - Where the wait could never end, the submission fails with LODGER_EDEADLK. This holds in the caller's own thread,
 *   and in a thread that the caller's thread waits for.
 * - Continuations (lodger_pending_then()), cancels and destroys are never held up.
 *
 * A submission to a caller that is stopping is a debug line: other threads cannot know of the stop. A submission to a
 * caller that has stopped is a warning, once for each place of the program.
 *
 * @param options Optional. NULL means all defaults.
 * @return a new reference to the outcome, never NULL, to be dropped with lodger_pending_unref(). It may be dropped at
 *         once: the call runs all the same. A refusal is a done pending. The pending is cancelled after the stop, and
 *         when the scope has ended. It is also cancelled when the submitter's own call is cancelled while it waits for
 *         room. After a failed start, the pending fails with the error of the start. Every other refusal is a pending
 *         that has failed.
 * Errors: LODGER_EINVAL (NULL @p caller or @p func, wrong options, LODGER_PENDING_BOUND without a scope), LODGER_ENOMEM
 * (no memory), LODGER_EAGAIN (the inbox is full, and this thread may not block), LODGER_EDEADLK (the inbox is full, and
 * the wait could never end), LODGER_ECHILD (a forked child).
 * Test: conformance law_2_one_threads_calls_start_in_order
 * Since: 0.1
 */
LODGER_API LODGER_GIVEN LodgerPending *lodger_caller_call_soon_full (LodgerCaller *caller, LodgerCallFunc func,
                                                                     void *data, LodgerDestroyFunc destroy,
                                                                     const LodgerCallOptions *options);

/**
 * Runs @p func in the caller's thread, @p delay nanoseconds from now, never earlier.
 *
 * The delay counts on CLOCK_MONOTONIC. A step of the system's clock does not matter. The time that the machine is
 * suspended does not count; see docs/lives.md for work that is due at a time of day.
 *
 * A delay of 0 or less is lodger_caller_call_soon(). Threads, blocking, ownership and refusals are those of
 * lodger_caller_call_soon_full().
 *
 * Errors: as lodger_caller_call_soon_full(), LODGER_ENOSYS (the host has no `arm` operation).
 * Test: unit/timers edge_22_call_later_is_never_early
 * Since: 0.1
 */
LODGER_API LODGER_GIVEN LodgerPending *lodger_caller_call_later_full (LodgerCaller *caller, int64_t delay,
                                                                      LodgerCallFunc func, void *data,
                                                                      LodgerDestroyFunc destroy,
                                                                      const LodgerCallOptions *options);

/**
 * Runs @p func in the caller's thread, soon, without an outcome: the cheapest way.
 *
 * Its order is that of lodger_caller_call_soon(). The function cannot wait and cannot fail. Any thread. Does not block,
 * unless an `inbox_limit` is reached: see lodger_caller_call_soon_full(). The data is consumed, also by a refusal.
 *
 * @return 0, or a negative code.
 * Errors: LODGER_EINVAL (NULL @p caller or @p func, wrong options, a scope or a data_home in the options),
 * LODGER_ESHUTDOWN (the caller is stopping or has stopped), LODGER_ENOMEM (no memory), LODGER_ECHILD (a forked child),
 * LODGER_EAGAIN (the inbox is full, and this thread may not block), LODGER_EDEADLK (the inbox is full, and the wait
 * could never end), LODGER_ECANCELED (the submitter's own call was cancelled while it waited for room).
 * Test: unit/calls edge_23_a_direct_call_cannot_wait
 * Since: 0.1
 */
LODGER_API int lodger_caller_call_direct_full (LodgerCaller *caller, LodgerDirectFunc func, void *data,
                                               LodgerDestroyFunc destroy, const LodgerCallOptions *options);

/**
 * Runs @p func in a worker: a thread with a main loop of its own, which is reused when idle.
 *
 * In a worker, @p func may block, compute, or use GIO. At most `max_workers` calls run at once over the caller's whole
 * tree. The other calls wait, first in, first out. A call that blocks in lodger_pending_wait() is not counted, so calls
 * can wait for other calls of the same pool. After such a wait, more than `max_workers` calls may run for a while. No
 * other call starts until fewer run. A call whose function has returned is not counted either: a deferred call, or one
 * that takes the outcome of another. What a call submits to its own worker keeps that worker until it is done.
 *
 * Any thread; does not block. Ownership and refusals are those of lodger_caller_call_soon_full(). An `inbox_limit` of
 * the caller never holds it up. The data is destroyed in the worker that takes the call. lodger_pending_then() brings
 * the outcome back to a thread.
 *
 * With `worker` set, the call runs in the child of that name (lodger_caller_open_child()). That child is outside of the
 * pool and of its limits; an `inbox_limit` holds for it. A caller that has not started has no children yet, so the call
 * fails.
 *
 * Errors: as lodger_caller_call_soon_full(), LODGER_EAGAIN (no worker, and the system refuses a thread), LODGER_ESTATE
 * (`worker` is set, and the caller has not started).
 * Test: unit/pool an_idle_worker_is_reused
 * Since: 0.1
 */
LODGER_API LODGER_GIVEN LodgerPending *lodger_caller_to_thread_full (LodgerCaller *caller, LodgerCallFunc func,
                                                                     void *data, LodgerDestroyFunc destroy,
                                                                     const LodgerCallOptions *options);

/**
 * Runs lodger_pending_then() with options.
 *
 * Where the options give no name or no file, those of @p done are used. `worker` is ignored.
 *
 * @return as lodger_pending_then().
 * Errors: LODGER_EINVAL (NULL @p done, @p caller or @p func, wrong options, LODGER_PENDING_BOUND without a scope),
 * LODGER_ENOMEM (no memory), LODGER_ECHILD (a forked child).
 * Test: conformance edge_78_each_kind_of_call_can_be_bound
 * Since: 0.1
 */
LODGER_API LODGER_GIVEN LodgerPending *lodger_pending_then_full (LodgerPending *done, LodgerCaller *caller,
                                                                 LodgerThenFunc func, void *data,
                                                                 LodgerDestroyFunc destroy,
                                                                 const LodgerCallOptions *options);

/**
 * Runs lodger_caller_call_soon_full() with defaults.
 *
 * In C and C++ it also records file and line.
 *
 * Errors: as lodger_caller_call_soon_full().
 * Test: conformance law_1_submitting_never_runs_inline
 * Since: 0.1
 */
LODGER_API LODGER_GIVEN LodgerPending *lodger_caller_call_soon (LodgerCaller *caller, LodgerCallFunc func, void *data,
                                                                LodgerDestroyFunc destroy);
/**
 * Runs lodger_caller_call_later_full() with defaults.
 *
 * Errors: as lodger_caller_call_later_full().
 * Test: unit/timers edge_22_call_later_is_never_early
 * Since: 0.1
 */
LODGER_API LODGER_GIVEN LodgerPending *lodger_caller_call_later (LodgerCaller *caller, int64_t delay,
                                                                 LodgerCallFunc func, void *data,
                                                                 LodgerDestroyFunc destroy);
/**
 * Runs lodger_caller_call_direct_full() with defaults.
 *
 * Errors: as lodger_caller_call_direct_full().
 * Test: unit/calls edge_23_a_direct_call_cannot_wait
 * Since: 0.1
 */
LODGER_API int lodger_caller_call_direct (LodgerCaller *caller, LodgerDirectFunc func, void *data,
                                          LodgerDestroyFunc destroy);
/**
 * Runs lodger_caller_to_thread_full() with defaults.
 *
 * Errors: LODGER_EINVAL (NULL @p caller or @p func), LODGER_ENOMEM (no memory), LODGER_EAGAIN (no worker, and the
 * system refuses a thread), LODGER_ECHILD (a forked child).
 * Test: unit/pool an_idle_worker_is_reused
 * Since: 0.1
 */
LODGER_API LODGER_GIVEN LodgerPending *lodger_caller_to_thread (LodgerCaller *caller, LodgerCallFunc func, void *data,
                                                                LodgerDestroyFunc destroy);

LODGER_END_DECLS

#ifndef LODGER_NO_CALL_SITES

/* The functions of the same names, with the place of the submission. */

#define lodger_caller_call_soon(caller, func, data, destroy)                                                           \
  lodger_caller_call_soon_full (caller, func, data, destroy, LODGER_PLACE (LodgerCallOptions))
#define lodger_caller_call_later(caller, delay, func, data, destroy)                                                   \
  lodger_caller_call_later_full (caller, delay, func, data, destroy, LODGER_PLACE (LodgerCallOptions))
#define lodger_caller_call_direct(caller, func, data, destroy)                                                         \
  lodger_caller_call_direct_full (caller, func, data, destroy, LODGER_PLACE (LodgerCallOptions))
#define lodger_caller_to_thread(caller, func, data, destroy)                                                           \
  lodger_caller_to_thread_full (caller, func, data, destroy, LODGER_PLACE (LodgerCallOptions))
#define lodger_pending_then(done, caller, func, data, destroy)                                                         \
  lodger_pending_then_full (done, caller, func, data, destroy, LODGER_PLACE (LodgerCallOptions))

#endif

#endif
