/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file lodger-manual.h The manual host: a loop that does nothing by itself. A program (most often a test) calls
 * lodger_manual_iterate() for each round and moves the clock by hand, so that each run is the same. With
 * LODGER_MANUAL_REAL it uses the real clock and can block. It is then a small main loop of its own.
 *
 * The owner is the thread that attached the caller. While there is none, any thread is the owner. The comment of each
 * function says in which threads it may be used. In another thread it does nothing and logs a line. A NULL host is
 * answered in the same way. Getters accept a NULL host and return 0; the deadline is LODGER_FOREVER.
 */
#ifndef LODGER_MANUAL_H
#define LODGER_MANUAL_H

#include <lodger/caller.h>
#include <lodger/types.h>

LODGER_BEGIN_DECLS

/** A loop turned by hand. Refcounted. */
typedef struct LodgerManualHost LodgerManualHost;

/** Operations that a manual host lacks or has. They may be combined. */
typedef enum LodgerManualFlags
{
  LODGER_MANUAL_DEFAULT = 0,             /**< nothing special */
  LODGER_MANUAL_NO_BEFORE_WAIT = 1 << 0, /**< no `want_before_wait` operation */
  LODGER_MANUAL_NO_ARM = 1 << 1,         /**< no `arm` operation: call_later is refused */
  LODGER_MANUAL_REAL = 1 << 2,           /**< CLOCK_MONOTONIC; an iteration may block; it has `mainloop` and `quit` */
  LODGER_MANUAL_NO_DETACH = 1 << 3,      /**< no `detach` operation */
} LodgerManualFlags;

/** A redraw: it is called in the owner's thread where a GUI would paint. */
typedef void (*LodgerManualRedrawFunc) (LodgerManualHost *host, void *data);

/**
 * Makes a manual host.
 *
 * Any thread; does not block. One thread may have several, each with its own caller. The virtual clock starts at one
 * second, not at 0, so that a time that was never set shows.
 *
 * @return a new reference, or NULL.
 * Errors: LODGER_EINVAL (unknown flags), LODGER_ENOMEM (no memory: not logged).
 * Test: unit/manual two_hosts_in_one_thread_are_two_callers
 * Since: 0.1
 */
LODGER_API LODGER_GIVEN LodgerManualHost *lodger_manual_host_new (LodgerManualFlags flags);

/**
 * Takes a reference.
 *
 * Any thread; does not block. NULL gives NULL.
 *
 * Errors: none.
 * Test: unit/manual a_caller_keeps_its_host
 * Since: 0.1
 */
LODGER_API LodgerManualHost *lodger_manual_host_ref (LodgerManualHost *host);

/**
 * Drops a reference.
 *
 * Any thread. NULL is ignored. An attached caller holds a reference, too.
 *
 * Errors: none.
 * Test: unit/manual a_caller_keeps_its_host
 * Since: 0.1
 */
LODGER_API void lodger_manual_host_unref (LodgerManualHost *host);

/**
 * Makes the manual hosts known to lodger_caller_open().
 *
 * Any thread; does not block. It may be repeated. `.host` is then lodger_manual_host_get_name(), and `.host_options` is
 * the LodgerManualHost.
 *
 * @return 0, or a negative code.
 * Errors: LODGER_EALREADY (another host has taken one of the names), LODGER_ENOMEM (no memory).
 * Test: unit/manual a_manual_caller_runs_once_it_is_started
 * Since: 0.1
 */
LODGER_API int lodger_manual_register (void);

/**
 * Returns the registered name of this kind of manual host, a static string.
 *
 * Any thread; does not block. It is "manual", followed by the flags, as "manual-no-arm". NULL gives NULL.
 *
 * Errors: none.
 * Test: unit/manual each_combination_of_flags_has_its_name
 * Since: 0.1
 */
LODGER_API const char *lodger_manual_host_get_name (const LodgerManualHost *host);

/**
 * Attaches this thread's caller to @p host, and enters it.
 *
 * Does not block. The caller is made if there is none. lodger_caller_leave() and lodger_caller_unref() undo the attach.
 * This thread is the owner from now on.
 *
 * @param options Optional. NULL means all defaults. Its `host` and `host_options` are ignored.
 * @param ret_error Optional. Receives a new reference to the error.
 * @return a new reference, or NULL with an error.
 * Errors: LODGER_EINVAL (NULL @p host, wrong options), LODGER_ESHUTDOWN (after lodger_manual_close()),
 * LODGER_EALREADY (a caller of another thread or of a forked child's parent is attached), LODGER_EMISMATCH (this
 * thread's caller has another name or backend), LODGER_ENOENT (no such workers' backend), LODGER_ENOSYS (it can only
 * be a guest), LODGER_ENOMEM (no memory).
 * Test: unit/manual attaching_twice_gives_the_same_caller
 * Since: 0.1
 */
LODGER_API LODGER_GIVEN LodgerCaller *lodger_manual_attach (LodgerManualHost *host, const LodgerCallerOptions *options,
                                                            LodgerError **ret_error);

/**
 * Runs one round, as a GUI's loop does.
 *
 * Owner only; re-entrant, so a call may turn the loop as a modal dialog does. It runs user code. A round is: the node
 * if it has been posted; the deadline if it has passed; the redraw; `before_wait` if the caller wants it.
 *
 * @param may_block with LODGER_MANUAL_REAL: blocks after the last step when nothing ran and nothing is ready. The wait
 *        ends with a post, the deadline, the time that `before_wait` gave, lodger_manual_close(), or `quit`. The next
 *        iteration then runs it. Without LODGER_MANUAL_REAL, @p may_block is ignored.
 * @return whether anything ran, or is ready to run now. False means that only time or a post brings more.
 * Errors: LODGER_EINVAL (NULL), LODGER_EWRONGTHREAD (another thread).
 * Test: unit/manual an_iteration_runs_the_node_then_the_redraw
 * Since: 0.1
 */
LODGER_API bool lodger_manual_iterate (LodgerManualHost *host, bool may_block);

/**
 * Iterates until nothing is ready.
 *
 * Owner only; does not block. It never returns when calls submit calls without end.
 *
 * @return how many iterations did something.
 * Errors: LODGER_EINVAL (NULL), LODGER_EWRONGTHREAD (another thread).
 * Test: unit/manual run_until_idle_ends_with_nothing_ready
 * Since: 0.1
 */
LODGER_API unsigned lodger_manual_run_until_idle (LodgerManualHost *host);

/**
 * Moves the virtual clock forward by @p ns nanoseconds.
 *
 * Any thread; does not block. Inside a call, it simulates a call that takes that long. Calls that become due run in the
 * next iteration. A negative @p ns changes nothing. A real clock is left alone.
 *
 * Errors: LODGER_EINVAL (NULL).
 * Test: unit/manual a_deadline_is_run_when_the_clock_reaches_it
 * Since: 0.1
 */
LODGER_API void lodger_manual_advance (LodgerManualHost *host, int64_t ns);

/**
 * Returns the time of the host's clock, in nanoseconds.
 *
 * Any thread; does not block. NULL gives 0.
 *
 * Errors: none.
 * Test: unit/manual a_deadline_is_run_when_the_clock_reaches_it
 * Since: 0.1
 */
LODGER_API int64_t lodger_manual_now (LodgerManualHost *host);

/**
 * Returns the deadline that the caller has armed, or LODGER_FOREVER.
 *
 * Any thread; does not block. NULL gives LODGER_FOREVER.
 *
 * Errors: none.
 * Test: unit/manual a_deadline_is_run_when_the_clock_reaches_it
 * Since: 0.1
 */
LODGER_API int64_t lodger_manual_get_deadline (LodgerManualHost *host);

/**
 * Sets how long a slice may take, in nanoseconds.
 *
 * Any thread; does not block. The default is 1 ms. 0 is one call a slice. A negative @p ns means 0.
 *
 * Errors: LODGER_EINVAL (NULL).
 * Test: unit/manual a_slice_of_zero_runs_one_call
 * Since: 0.1
 */
LODGER_API void lodger_manual_set_slice (LodgerManualHost *host, int64_t ns);

/**
 * Sets the function that the redraw of each iteration calls.
 *
 * Owner only; does not block. A NULL @p func means none. @p data is borrowed.
 *
 * Errors: LODGER_EINVAL (NULL), LODGER_EWRONGTHREAD (another thread).
 * Test: unit/manual an_iteration_runs_the_node_then_the_redraw
 * Since: 0.1
 */
LODGER_API void lodger_manual_set_redraw (LodgerManualHost *host, LodgerManualRedrawFunc func, void *data);

/**
 * Returns how often the redraw has run.
 *
 * Any thread; does not block. NULL gives 0.
 *
 * Errors: none.
 * Test: unit/manual a_flood_leaves_room_for_the_redraw
 * Since: 0.1
 */
LODGER_API uint64_t lodger_manual_get_redraws (LodgerManualHost *host);

/**
 * Returns how often the node has been posted and accepted.
 *
 * Any thread; does not block. NULL gives 0.
 *
 * Errors: none.
 * Test: unit/manual many_submissions_are_one_post
 * Since: 0.1
 */
LODGER_API uint64_t lodger_manual_get_posts (LodgerManualHost *host);

/**
 * Returns how often `before_wait` has been called.
 *
 * Any thread; does not block. NULL gives 0.
 *
 * Errors: none.
 * Test: unit/manual a_nested_loop_goes_on_with_the_interrupted_turn
 * Since: 0.1
 */
LODGER_API uint64_t lodger_manual_get_before_waits (LodgerManualHost *host);

/**
 * Returns whether the node is posted just now.
 *
 * Any thread; does not block. NULL gives false.
 *
 * Errors: none.
 * Test: unit/manual many_submissions_are_one_post
 * Since: 0.1
 */
LODGER_API bool lodger_manual_is_posted (LodgerManualHost *host);

/**
 * Blocks until the node is posted, so that a test waits for another thread without sleeping.
 *
 * Any thread, except a thread that is itself to post.
 *
 * @param timeout_ns in nanoseconds of the real clock. LODGER_FOREVER means no limit. With 0 or less, the function only
 *        looks.
 * @return whether the node is posted. It is false after the timeout or lodger_manual_close().
 * Errors: LODGER_EINVAL (NULL).
 * Test: unit/manual waiting_for_a_post_of_another_thread
 * Since: 0.1
 */
LODGER_API bool lodger_manual_wait_posted (LodgerManualHost *host, int64_t timeout_ns);

/**
 * Closes the host, as a loop that dies.
 *
 * Any thread; does not block. It may be repeated. Posts are refused from now on, and nothing can be attached
 * afterwards. The caller is told by lodger_host_closed(), inside this function, so its data may be destroyed in this
 * thread. If the caller may stop meanwhile, the thread must hold a reference to it.
 *
 * Errors: LODGER_EINVAL (NULL).
 * Test: unit/manual edge_77_a_closed_host_refuses_posts
 * Since: 0.1
 */
LODGER_API void lodger_manual_close (LodgerManualHost *host);

LODGER_END_DECLS

#endif
