/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file lifecycle.h
 * The life cycle of a caller: it starts, runs, and stops.
 *
 *     initial ──start_sync / enter──▶ (starting) ──▶ running ──stop, last leave──▶ stopping ──▶ stopped
 *
 * The program starts a manual caller. Callers of the other modes start by themselves (LodgerCallerMode in caller.h).
 */
#ifndef LODGER_LIFECYCLE_H
#define LODGER_LIFECYCLE_H

#include <lodger/types.h>

LODGER_BEGIN_DECLS

/** The state of a caller. */
typedef enum LodgerCallerState
{
  LODGER_CALLER_INITIAL,  /**< not started; submissions queue */
  LODGER_CALLER_STARTING, /**< being started */
  LODGER_CALLER_RUNNING,  /**< calls run */
  LODGER_CALLER_STOPPING, /**< nothing new is accepted; running calls come to their end */
  LODGER_CALLER_STOPPED,  /**< over: no user code of the caller runs any more */
} LodgerCallerState;

/**
 * Starts a manual caller without counting an enter.
 *
 * The caller runs until it is stopped, or until its host or thread ends. Only in the caller's own thread; does not
 * block. It runs the start hook. The error of a hook that fails is in `started`, and in each call of the caller.
 *
 * @return 0, or a negative code.
 * Errors: LODGER_EINVAL (NULL), LODGER_ESTATE (not in the initial state), LODGER_EWRONGTHREAD (another thread),
 * LODGER_EFAILED (the start hook or the host's `attach` failed), LODGER_ECHILD (a forked child, also one that the start
 * hook forks).
 * Test: unit/caller start_sync_runs_queued_calls
 * Since: 0.1
 */
LODGER_API int lodger_caller_start_sync (LodgerCaller *caller);

/**
 * Enters the caller: starts it if it has not started, and counts one enter.
 *
 * Every enter needs a leave. Only in the caller's own thread; does not block. A failed start counts no enter.
 *
 * An enter inside a call of the caller is the entry of that call. The call leaves it inside its function, or its end
 * does, when its outcome is there. lodger_caller_describe() counts the entries of calls.
 *
 * @return 0, or a negative code.
 * Errors: LODGER_EINVAL (NULL), LODGER_ESHUTDOWN (the caller is stopping or has stopped), LODGER_EWRONGTHREAD (another
 * thread), LODGER_EFAILED (the start hook failed), LODGER_ENOMEM (no memory), LODGER_ECHILD (a forked child, also one
 * that the start hook forks).
 * Test: unit/caller the_last_leave_stops
 * Since: 0.1
 */
LODGER_API int lodger_caller_enter (LodgerCaller *caller);

/**
 * Leaves the caller; the last leave stops it and waits until it has stopped.
 *
 * The last leave is a forced stop. It blocks until `stopped`, at most a moment longer than the stop deadline. Meanwhile
 * this thread serves the caller's inbox without the host. Only in the caller's own thread, and not from inside one of
 * its calls, unless the call has entered the caller itself. LODGER_EABANDONED means that the caller has stopped, but
 * something did not end by the deadline. It was named in the log, settled with LODGER_EABANDONED, and left behind.
 *
 * While calls have entries of their own, the last leave lets them go on. The stop begins when they have left, at the
 * latest after the time of the stop deadline.
 *
 * Inside a call, the leave ends an entry of the call, and does not block. If that was the first entry of all, and the
 * program has not entered the caller in between, the leave begins to stop the caller: other calls are cancelled, also
 * those with entries. The call itself may go on to its return.
 *
 * @return 0, or a negative code.
 * Errors: LODGER_EINVAL (NULL), LODGER_EBUSY (inside a call without an entry, a hook, a canceller, a destroy function
 * or a done-callback that the caller runs), LODGER_ESTATE (left more often than entered), LODGER_EWRONGTHREAD (another
 * thread), LODGER_EABANDONED (something did not end by the deadline), LODGER_ECHILD (a forked child).
 * Test: unit/caller the_last_leave_stops
 * Since: 0.1
 */
LODGER_API int lodger_caller_leave (LodgerCaller *caller);

/**
 * Begins to stop the caller.
 *
 * Any thread; does not block. The stop is asynchronous: lodger_caller_get_stopped() is done at its end. The
 * done-callbacks of `stopping`, and cancellers, run inside this function. A second stop does nothing. A protected
 * caller needs @p force.
 *
 * The order of a stop:
 * 1. Nothing new is accepted.
 * 2. `stopping` is signalled.
 * 3. The children are told to stop, workers among them.
 * 4. Queued and delayed calls are cancelled with the reason "the caller was closed".
 * 5. Running calls are cancelled and waited for. Calls on a stack are cancelled at once, since they may block the
 *    thread.
 * 6. The ends of the children are waited for.
 * 7. The stop hook runs.
 * 8. `stopped` is signalled.
 *
 * The stop deadline of the caller limits the wait. At the deadline, everything that has not ended is settled with
 * LODGER_EABANDONED, named in the log, and left behind. This can be a call that blocks its thread, a deferred call
 * without an answer, or a child. The end of the program does not wait for an abandoned thread. The data of an abandoned
 * call lives until the call returns after all, and is destroyed there. Other calls that waited in an abandoned caller
 * are cancelled and destroyed in the thread that gives it up.
 *
 * The end of a host or a thread ends its caller without a wait: calls are cancelled at once. Even so, `stopped` comes
 * after the end of the children, or at the deadline. It is then signalled in another thread. A caller that was never
 * entered ends with its thread, too.
 *
 * A host's own thread is never abandoned. A call that does not return there is abandoned alone; the rest waits for it.
 * A thread that hangs in a done-callback, a canceller or a destroy function is not abandoned either.
 *
 * @return the caller's state now. A NULL @p caller, or a stop in a forked child, does nothing and returns the state,
 *         too.
 * Errors: LODGER_EINVAL (NULL), LODGER_ECHILD (a forked child).
 * Test: conformance law_4_stop_cancels_queued_delayed_and_running
 * Since: 0.1
 */
LODGER_API LodgerCallerState lodger_caller_stop (LodgerCaller *caller, bool force);

/**
 * Stops the caller by force and waits until it has stopped; the number of enters does not matter.
 *
 * It blocks like the last lodger_caller_leave(). It is for a program whose framework decides when it ends. Only in the
 * caller's own thread, and not from inside one of its calls. It may be repeated.
 *
 * @return 0, or a negative code.
 * Errors: LODGER_EINVAL (NULL), LODGER_EBUSY (inside a call, a hook, a canceller, a destroy function or a done-callback
 * that the caller runs), LODGER_EWRONGTHREAD (another thread), LODGER_EABANDONED (something did not end by the
 * deadline), LODGER_ECHILD (a forked child).
 * Test: unit/stop-wait stopping_and_waiting_needs_no_count
 * Since: 0.1
 */
LODGER_API int lodger_caller_stop_wait (LodgerCaller *caller);

/**
 * Returns how long a stop of the caller waits, in nanoseconds.
 *
 * Any thread; does not block. It is the `stop_deadline` of the options, or the inherited one. NULL gives 0.
 *
 * Errors: none.
 * Test: unit/stop-wait the_stop_deadline_can_be_asked
 * Since: 0.2
 */
LODGER_API int64_t lodger_caller_get_stop_deadline (const LodgerCaller *caller);

/**
 * Returns a protected pending that is done when the caller runs.
 *
 * Any thread; does not block. The pending fails when the caller could not start. Its error is the error of the start
 * hook, or gives the reason. From then on nothing is accepted. Calls that waited for the start, and calls that are
 * submitted later, fail with the same error. The pending is borrowed from the caller. NULL gives NULL.
 *
 * Errors: none.
 * Test: conformance edge_54_a_failing_start_hook_fails_started
 * Since: 0.1
 */
LODGER_API LodgerPending *lodger_caller_get_started (LodgerCaller *caller);
/**
 * Returns a protected pending that is done when the stop begins.
 *
 * Any thread; does not block. The pending is borrowed from the caller. NULL gives NULL.
 *
 * Errors: none.
 * Test: unit/caller started_stopping_and_stopped_are_signalled_in_order
 * Since: 0.1
 */
LODGER_API LodgerPending *lodger_caller_get_stopping (LodgerCaller *caller);
/**
 * Returns a protected pending that is done when the stop is over.
 *
 * Any thread; does not block. Everything that the caller accepted is done then, and every child has stopped. The
 * exception is a child that hangs in a done-callback, a canceller or a destroy function: after the deadline nobody
 * waits for it. No user code of the caller runs after that. The pending is borrowed from the caller. NULL gives NULL.
 *
 * Errors: none.
 * Test: unit/caller started_stopping_and_stopped_are_signalled_in_order
 * Since: 0.1
 */
LODGER_API LodgerPending *lodger_caller_get_stopped (LodgerCaller *caller);

/**
 * Returns the caller's state.
 *
 * Any thread; does not block. NULL gives LODGER_CALLER_STOPPED.
 *
 * Errors: none.
 * Test: unit/caller started_stopping_and_stopped_are_signalled_in_order
 * Since: 0.1
 */
LODGER_API LodgerCallerState lodger_caller_get_state (const LodgerCaller *caller);
/**
 * Returns whether the caller is in the running state.
 *
 * Any thread; does not block. NULL gives false.
 *
 * Errors: none.
 * Test: unit/caller describe_is_one_line
 * Since: 0.1
 */
LODGER_API bool lodger_caller_is_running (const LodgerCaller *caller);

LODGER_END_DECLS

#endif
