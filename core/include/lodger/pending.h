/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file pending.h
 * LodgerPending: the handle of a call's outcome. Without a call, it is a promise.
 *
 *     queued ──start──▶ running ──return──▶ done (result or error)
 *        │                 │
 *        │ cancel          │ cancel
 *        ▼                 ▼
 *     cancelled, done   cancelled, running ──return──▶ cancelled, done
 *
 * A pending ends exactly once. The first setter wins; later setters are ignored. A cancellation beats any value. A
 * function that returns a LodgerPending gives the receiver one reference, unless its comment says "borrowed".
 *
 * answer.h has the functions that answer a pending. wait.h has the functions that wait for it. metadata.h attaches
 * values to it.
 */
#ifndef LODGER_PENDING_H
#define LODGER_PENDING_H

#include <lodger/answer.h>
#include <lodger/metadata.h>
#include <lodger/promise.h>
#include <lodger/types.h>
#include <lodger/wait.h>

LODGER_BEGIN_DECLS

/** The state of a pending. */
typedef enum LodgerPendingState
{
  LODGER_PENDING_QUEUED,    /**< not started; or a promise without an answer */
  LODGER_PENDING_RUNNING,   /**< its function has started; there is no outcome yet */
  LODGER_PENDING_SUCCEEDED, /**< done, with a result */
  LODGER_PENDING_FAILED,    /**< done, with an error, or abandoned */
  LODGER_PENDING_CANCELLED, /**< done, cancelled */
} LodgerPendingState;

/** A done-callback: it runs when a pending is done. A negative answer is logged; the other callbacks still run. */
typedef int (*LodgerDoneFunc) (LodgerPending *done, void *data);

/** A canceller: it runs at most once, in the thread that cancels, without any lock. @p message is NULL, or valid during
 * the call. */
typedef void (*LodgerCancelFunc) (LodgerPending *pending, const char *message, void *data);

/**
 * Takes a reference.
 *
 * Any thread; does not block. NULL gives NULL.
 *
 * Errors: none.
 * Test: unit/pending edge_14_data_is_freed_whoever_drops_first
 * Since: 0.1
 */
LODGER_API LodgerPending *lodger_pending_ref (LodgerPending *pending);

/**
 * Drops a reference.
 *
 * Any thread. NULL is ignored. The call goes on: dropping the handle does not cancel. The last reference destroys the
 * result, in the thread that drops it. If the call has failed and nobody has read its outcome, a warning is logged: see
 * lodger_set_log_unread_failures().
 *
 * Errors: none.
 * Test: unit/pending edge_14_data_is_freed_whoever_drops_first
 * Since: 0.1
 */
LODGER_API void lodger_pending_unref (LodgerPending *pending);

/**
 * Drops a reference: the program does not look at the outcome.
 *
 * Any thread. NULL is ignored. The call goes on. It is lodger_pending_unref() by a name that says so at a submission:
 * `lodger_pending_disown (lodger_caller_call_soon (caller, func, data, destroy))`. If the call fails, a warning tells
 * of it: see lodger_set_log_unread_failures().
 *
 * Errors: none.
 * Test: unit/unread a_disowned_call_that_fails_is_a_warning
 * Since: 0.2
 */
LODGER_API void lodger_pending_disown (LodgerPending *pending);

/**
 * Returns the pending of the call that runs in this thread, borrowed.
 *
 * Does not block. Outside of any call, and in a call_direct, it is NULL.
 *
 * Errors: none.
 * Test: unit/calls edge_26_current_is_the_running_call
 * Since: 0.1
 */
LODGER_API LodgerPending *lodger_pending_current (void);

/* ---- the outcome --------------------------------------------------------------------------------------------- */

/**
 * Returns whether the outcome is there.
 *
 * Any thread; does not block. NULL gives true.
 *
 * Errors: none.
 * Test: unit/pending edge_03_cancel_without_canceller_is_done
 * Since: 0.1
 */
LODGER_API bool lodger_pending_is_done (const LodgerPending *pending);

/**
 * Returns whether the pending was cancelled; a cancelled pending is not always done.
 *
 * Any thread; does not block. NULL gives false.
 *
 * Errors: none.
 * Test: unit/pending edge_03_cancel_with_canceller_waits_for_it
 * Since: 0.1
 */
LODGER_API bool lodger_pending_is_cancelled (const LodgerPending *pending);

/**
 * Returns the current state.
 *
 * Any thread; does not block. NULL gives LODGER_PENDING_FAILED.
 *
 * Errors: none.
 * Test: unit/pending edge_15_description_tells_states_apart
 * Since: 0.1
 */
LODGER_API LodgerPendingState lodger_pending_get_state (const LodgerPending *pending);

/**
 * Returns how the pending ended.
 *
 * Any thread; does not block. LODGER_ECANCELED beats any value. LODGER_EABANDONED beats LODGER_ECANCELED.
 *
 * @return 0 for success, or a negative code.
 * Errors: LODGER_EINVAL (NULL), LODGER_ENOTDONE (there is no outcome yet), LODGER_ECANCELED (cancelled),
 * LODGER_EABANDONED (a stop gave it up before it was done, or it ended its thread), LODGER_EFAILED (failed).
 * Test: unit/pending edge_02_result_before_done_is_an_error
 * Since: 0.1
 */
LODGER_API int lodger_pending_get_outcome (const LodgerPending *pending);

/**
 * Reads the pointer of the answer, borrowed.
 *
 * Any thread; does not block. The pointer lives as long as a reference to the pending. "No value" reads as NULL. A
 * string and bytes can be read as a pointer, too.
 *
 * @return 0, or a negative code.
 * Errors: as lodger_pending_get_outcome(), LODGER_EINVAL (NULL), LODGER_ETYPE (a number or truth value).
 * Test: unit/pending each_type_comes_back
 * Since: 0.1
 */
LODGER_API int lodger_pending_get_pointer (const LodgerPending *pending, void **ret_value);

/**
 * Reads the number of the answer; a truth value reads as 0 or 1.
 *
 * Any thread; does not block.
 *
 * @return 0, or a negative code.
 * Errors: as lodger_pending_get_outcome(), LODGER_EINVAL (NULL), LODGER_ETYPE (another type).
 * Test: unit/pending each_type_comes_back
 * Since: 0.1
 */
LODGER_API int lodger_pending_get_int (const LodgerPending *pending, int64_t *ret_value);
/**
 * Reads the truth value of the answer.
 *
 * Any thread; does not block.
 *
 * @return 0, or a negative code.
 * Errors: as lodger_pending_get_outcome(), LODGER_EINVAL (NULL), LODGER_ETYPE (another type).
 * Test: unit/pending each_type_comes_back
 * Since: 0.1
 */
LODGER_API int lodger_pending_get_boolean (const LodgerPending *pending, bool *ret_value);
/**
 * Reads the string of the answer, borrowed.
 *
 * Any thread; does not block. The string lives as long as a reference to the pending.
 *
 * @return 0, or a negative code.
 * Errors: as lodger_pending_get_outcome(), LODGER_EINVAL (NULL), LODGER_ETYPE (another type).
 * Test: unit/pending each_type_comes_back
 * Since: 0.1
 */
LODGER_API int lodger_pending_get_string (const LodgerPending *pending, const char **ret_value);
/**
 * Reads the bytes of the answer, borrowed.
 *
 * Any thread; does not block. The bytes live as long as a reference to the pending.
 *
 * @return 0, or a negative code.
 * Errors: as lodger_pending_get_outcome(), LODGER_EINVAL (NULL), LODGER_ETYPE (another type).
 * Test: unit/pending each_type_comes_back
 * Since: 0.1
 */
LODGER_API int lodger_pending_get_bytes (const LodgerPending *pending, const void **ret_value, size_t *ret_size);

/**
 * Takes the pointer out of the outcome: the receiver owns it.
 *
 * Any thread; does not block. The pending is left with "no value". Only an answer by lodger_pending_return_pointer()
 * that is this pending's own can be taken.
 *
 * @return 0, or a negative code.
 * Errors: as lodger_pending_get_outcome(), LODGER_EINVAL (NULL), LODGER_EALREADY (the pointer was taken before),
 * LODGER_ETYPE (another type, or a value taken over by lodger_pending_return_from()).
 * Test: unit/pending a_taken_pointer_is_not_destroyed
 * Since: 0.1
 */
LODGER_API int lodger_pending_take_pointer (LodgerPending *pending, void **ret_value);

/**
 * Returns the reason of a failure, borrowed.
 *
 * Any thread; does not block. The error lives as long as a reference to the pending. A cancelled pending gives an error
 * of code LODGER_ECANCELED with the cancel message. An abandoned pending gives an error of code LODGER_EABANDONED.
 *
 * @return the error. NULL when the pending is not done, has succeeded, or is NULL.
 * Errors: none.
 * Test: unit/pending an_error_comes_back
 * Since: 0.1
 */
LODGER_API LodgerError *lodger_pending_get_error (LodgerPending *pending);

/**
 * Describes the pending in one line: "read_header (main.c:12): running, cancelled: window closed".
 *
 * Any thread; does not block. The line tells these states apart: queued; running; cancelled but still running;
 * cancelled and done; failed; done.
 *
 * @return a string to be freed with lodger_free(). NULL only for NULL and without memory.
 * Errors: none.
 * Test: unit/pending edge_15_description_tells_states_apart
 * Since: 0.1
 */
LODGER_API LODGER_GIVEN char *lodger_pending_describe (LodgerPending *pending);

/**
 * Returns the caller in whose thread the call runs or will run, borrowed.
 *
 * Does not block. It is meaningful only in that caller's thread. It is NULL for a promise, after the end of the call,
 * and for NULL.
 *
 * Errors: none.
 * Test: unit/calls edge_26_current_is_the_running_call
 * Since: 0.1
 */
LODGER_API LodgerCaller *lodger_pending_get_caller (LodgerPending *pending);

/* ---- cancelling ---------------------------------------------------------------------------------------------- */

/**
 * Cancels the pending.
 *
 * Any thread; does not block. A canceller and done-callbacks run in this thread. A call that has not started, or a
 * promise, is done at once if it has no canceller. The function of such a call never runs. Its data is destroyed in the
 * caller's thread at the next turn. A running call is told: its wait is woken, and its canceller runs. It ends
 * cancelled when it returns.
 *
 * @param message Optional. It is copied. A second cancel adds its message on a new line.
 * @return whether the pending is cancelled now. It is false, and nothing changes, when the pending had ended before. It
 *         is false for NULL, too, which is ignored.
 * Errors: LODGER_ECHILD (a forked child).
 * Test: unit/pending edge_04_second_cancel_adds_its_message
 * Since: 0.1
 */
LODGER_API bool lodger_pending_cancel (LodgerPending *pending, const char *message);

/**
 * Returns the messages of all cancels, or NULL.
 *
 * Any thread; does not block. NULL gives NULL.
 *
 * @return a string to be freed with lodger_free(), or NULL.
 * Errors: none.
 * Test: unit/pending edge_04_second_cancel_adds_its_message
 * Since: 0.2
 */
LODGER_API LODGER_GIVEN char *lodger_pending_dup_cancel_message (LodgerPending *pending);

/**
 * Sets the canceller: the function that runs when the pending is cancelled.
 *
 * Any thread; does not block. The canceller of a promise stops the work that will answer it. The canceller of a running
 * call runs beside Lodger's own measures.
 *
 * The canceller runs at most once, in the cancelling thread, without a lock. If the pending is cancelled already, it
 * runs here, before this function returns. The data is consumed. It is destroyed when both the canceller and the call
 * have returned.
 *
 * @return 0, or a negative code.
 * Errors: LODGER_EINVAL (NULL @p pending or @p func), LODGER_EALREADY (there is a canceller, or the pending is done),
 * LODGER_ENOMEM (no memory), LODGER_ECHILD (a forked child).
 * Test: unit/pending edge_03_cancel_with_canceller_waits_for_it
 * Since: 0.1
 */
LODGER_API int lodger_pending_set_canceller (LodgerPending *pending, LodgerCancelFunc func, void *data,
                                             LodgerDestroyFunc destroy);

/* ---- being told ---------------------------------------------------------------------------------------------- */

/**
 * Adds a done-callback: it runs in the thread that completes the pending.
 *
 * Any thread; does not block. If the pending is done already, the callback runs inside this function. Use
 * lodger_pending_then() to come back to a thread of your choice, such as a GUI's.
 *
 * Callbacks run once each, in the order added, with no lock held. Waiters, continuations and followers learn of the end
 * before. So a callback may wait, or run a nested loop. The data is destroyed after the callback. An error
 * destroys the data; the callback then does not run.
 *
 * @return 0, or a negative code.
 * Errors: LODGER_EINVAL (NULL @p pending or @p func), LODGER_ENOMEM (no memory), LODGER_ECHILD (a forked child).
 * Test: unit/pending edge_09_callbacks_run_in_order_in_the_completing_thread
 * Since: 0.1
 */
LODGER_API int lodger_pending_add_done_callback (LodgerPending *pending, LodgerDoneFunc func, void *data,
                                                 LodgerDestroyFunc destroy);

/**
 * Removes every done-callback with the given @p func and @p data that has not started.
 *
 * Any thread, also from inside a callback; does not block. The data of the removed callbacks is destroyed here.
 *
 * @return how many were removed; 0 for an error.
 * Errors: LODGER_EINVAL (NULL @p pending or @p func).
 * Test: unit/pending edge_11_remove_returns_how_many
 * Since: 0.1
 */
LODGER_API size_t lodger_pending_remove_done_callback (LodgerPending *pending, LodgerDoneFunc func, void *data);

/**
 * Runs @p func in @p caller's thread when @p done is done: the way a result reaches the GUI.
 *
 * Any thread; does not block. It never runs inline. The data is consumed. The continuation is accepted by @p caller
 * now. If @p caller stops first, the continuation ends cancelled at once, and its data is destroyed there. Cancelling
 * the continuation does not cancel @p done.
 *
 * @return a new reference to the continuation's own outcome, never NULL. A refusal is a done pending: cancelled after
 *         the stop, otherwise failed.
 * Errors: LODGER_EINVAL (NULL @p done, @p caller or @p func), LODGER_ENOMEM (no memory), LODGER_ECHILD (a forked
 * child).
 * Test: unit/then edge_09_then_runs_in_the_named_callers_thread
 * Since: 0.1
 */
LODGER_API LODGER_GIVEN LodgerPending *lodger_pending_then (LodgerPending *done, LodgerCaller *caller,
                                                            LodgerThenFunc func, void *data, LodgerDestroyFunc destroy);

LODGER_END_DECLS

#endif
