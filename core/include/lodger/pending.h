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
 */
#ifndef LODGER_PENDING_H
#define LODGER_PENDING_H

#include <lodger/types.h>

LODGER_BEGIN_DECLS

/** How a pending is made. */
typedef enum LodgerPendingFlags
{
  /** Nothing special. */
  LODGER_PENDING_DEFAULT = 0,
  /** A waiter that times out or is cancelled leaves the pending alone. Only lodger_pending_cancel() cancels it. */
  LODGER_PENDING_PROTECTED = 1 << 0,
  /** The submission has to be bound: without a LodgerCallOptions::scope it is refused. */
  LODGER_PENDING_BOUND = 1 << 1,
} LodgerPendingFlags;

/** The state of a pending. */
typedef enum LodgerPendingState
{
  LODGER_PENDING_QUEUED,    /**< not started; or a promise without an answer */
  LODGER_PENDING_RUNNING,   /**< its function has started; there is no outcome yet */
  LODGER_PENDING_SUCCEEDED, /**< done, with a result */
  LODGER_PENDING_FAILED,    /**< done, with an error, or abandoned */
  LODGER_PENDING_CANCELLED, /**< done, cancelled */
} LodgerPendingState;

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

/** A done-callback: it runs when a pending is done. A negative answer is logged; the other callbacks still run. */
typedef int (*LodgerDoneFunc) (LodgerPending *done, void *data);

/** A canceller: it runs at most once, in the thread that cancels, without any lock. @p message is NULL, or valid during
 * the call. */
typedef void (*LodgerCancelFunc) (LodgerPending *pending, const char *message, void *data);

/**
 * Makes a promise: a pending that belongs to no call.
 *
 * Any thread; does not block. Any thread answers it with the lodger_pending_return_…() functions. A promise without an
 * answer is freed quietly with its last reference.
 *
 * @return a new reference, never NULL. An error gives a pending that has failed with it; without memory it is a shared
 *         one.
 * Errors: LODGER_EINVAL (unknown flags), LODGER_ENOMEM (no memory).
 * Test: unit/pending a_promise_is_answered_from_any_thread
 */
LODGER_API LodgerPending *lodger_pending_new (LodgerPendingFlags flags);

/**
 * Takes a reference.
 *
 * Any thread; does not block. NULL gives NULL.
 *
 * Errors: none.
 * Test: unit/pending edge_14_data_is_freed_whoever_drops_first
 */
LODGER_API LodgerPending *lodger_pending_ref (LodgerPending *pending);

/**
 * Drops a reference.
 *
 * Any thread. NULL is ignored. The call goes on: dropping the handle does not cancel. The last reference destroys the
 * result, in the thread that drops it.
 *
 * Errors: none.
 * Test: unit/pending edge_14_data_is_freed_whoever_drops_first
 */
LODGER_API void lodger_pending_unref (LodgerPending *pending);

/**
 * Returns the pending of the call that runs in this thread, borrowed.
 *
 * Does not block. Outside of any call, and in a call_direct, it is NULL.
 *
 * Errors: none.
 * Test: unit/calls edge_26_current_is_the_running_call
 */
LODGER_API LodgerPending *lodger_pending_current (void);

/* ---- the outcome, as it is set ------------------------------------------------------------------------------- */

/**
 * Answers with a pointer.
 *
 * Does not block. @p destroy runs with the last reference to the outcome. The value is consumed. A refused value is
 * destroyed before this function returns.
 *
 * A promise is answered from any thread. It is done when this function returns, and its done-callbacks run inside. A
 * call is answered on its `self`, and only in the call's own function. Its outcome is published when that function
 * returns.
 *
 * @return 0, or a negative code.
 * Errors: LODGER_EINVAL (NULL @p self), LODGER_EALREADY (an outcome was set before, or the pending is done),
 * LODGER_ECANCELED (the pending was cancelled meanwhile: the value is destroyed), LODGER_ESTATE (outside the call's own
 * function, after lodger_pending_defer(), or for a caller's own pending: started, stopping, stopped), LODGER_ECHILD (a
 * forked child).
 * Test: unit/pending edge_01_first_setter_wins
 */
LODGER_API int lodger_pending_return_pointer (LodgerPending *self, void *value, LodgerDestroyFunc destroy);

/**
 * Answers with a number.
 *
 * The rules are those of lodger_pending_return_pointer().
 *
 * Errors: as lodger_pending_return_pointer().
 * Test: unit/pending each_type_comes_back
 */
LODGER_API int lodger_pending_return_int (LodgerPending *self, int64_t value);

/**
 * Answers with a truth value.
 *
 * The rules are those of lodger_pending_return_pointer().
 *
 * Errors: as lodger_pending_return_pointer().
 * Test: unit/pending each_type_comes_back
 */
LODGER_API int lodger_pending_return_boolean (LodgerPending *self, bool value);

/**
 * Answers with a copy of the string @p value.
 *
 * The rules are those of lodger_pending_return_pointer(). NULL stays NULL. Without memory, the pending fails with
 * LODGER_ENOMEM.
 *
 * Errors: as lodger_pending_return_pointer(), LODGER_ENOMEM (no memory).
 * Test: unit/pending each_type_comes_back
 */
LODGER_API int lodger_pending_return_string (LodgerPending *self, const char *value);

/**
 * Answers with a copy of @p size bytes.
 *
 * The rules are those of lodger_pending_return_pointer(). @p value may be NULL when @p size is 0. Without memory, the
 * pending fails with LODGER_ENOMEM.
 *
 * Errors: as lodger_pending_return_pointer(), LODGER_EINVAL (NULL @p value with a size), LODGER_ENOMEM (no memory).
 * Test: unit/pending each_type_comes_back
 */
LODGER_API int lodger_pending_return_bytes (LodgerPending *self, const void *value, size_t size);

/**
 * Answers with success and no value.
 *
 * The rules are those of lodger_pending_return_pointer().
 *
 * Errors: as lodger_pending_return_pointer().
 * Test: unit/pending each_type_comes_back
 */
LODGER_API int lodger_pending_return_nothing (LodgerPending *self);

/**
 * Fails with @p error.
 *
 * The rules are those of lodger_pending_return_pointer(). The reference to @p error is consumed. A NULL @p error is
 * LODGER_EINVAL, and leaves the pending alone.
 *
 * Errors: as lodger_pending_return_pointer(), LODGER_EINVAL (NULL @p error), LODGER_ENOMEM (the error is the shared
 * error for no memory).
 * Test: unit/pending an_error_comes_back
 */
LODGER_API int lodger_pending_return_error (LodgerPending *self, LodgerError *error);

/**
 * Fails with a new error of @p domain, with a message made as by printf.
 *
 * The rules are those of lodger_pending_return_pointer(). A NULL @p domain means LODGER_ERROR_DOMAIN. Without memory,
 * the pending fails with LODGER_ENOMEM.
 *
 * Errors: as lodger_pending_return_pointer(), LODGER_ENOMEM (no memory).
 * Test: unit/pending an_error_comes_back
 */
LODGER_API int lodger_pending_return_new_error (LodgerPending *self, const char *domain, int code, const char *format,
                                                ...) __attribute__ ((format (printf, 4, 5)));

/**
 * Takes over the outcome of @p other, once it is there: value, error or cancellation.
 *
 * The rules are those of lodger_pending_return_pointer(), but @p other is not consumed: a reference is taken.
 * Cancelling @p self meanwhile cancels @p other, unless @p other is protected. The value stays owned by @p other. It
 * lives as long as either of the two. Until @p other is done, each keeps the other alive. So if @p other is never
 * answered, it has to be cancelled.
 *
 * Errors: as lodger_pending_return_pointer(), LODGER_EINVAL (NULL @p other), LODGER_EDEADLK (@p other takes its
 * outcome, directly or not, from @p self), LODGER_ENOMEM (no memory).
 * Test: unit/calls edge_24_return_from_takes_the_outcome
 */
LODGER_API int lodger_pending_return_from (LodgerPending *self, LodgerPending *other);

/**
 * Defers the answer: the call's function returns, and the pending goes on until the reply is answered.
 *
 * Only inside the call's own function; does not block. The call's data lives until the reply is gone, also after a
 * cancellation. Its `destroy` then runs in the caller's thread.
 *
 * @return the reply, owned by the receiver; or NULL.
 * Errors: LODGER_ESTATE (NULL, outside the call's own function, answered or deferred before, no memory), LODGER_ECHILD
 * (a forked child).
 * Test: unit/calls edge_24_deferred_call_is_answered_later
 */
LODGER_API LodgerReply *lodger_pending_defer (LodgerPending *self);

/**
 * Returns the pending that the reply belongs to, borrowed.
 *
 * Any thread; does not block. NULL gives NULL.
 *
 * Errors: none.
 * Test: unit/calls edge_24_deferred_call_is_answered_later
 */
LODGER_API LodgerPending *lodger_reply_get_pending (LodgerReply *reply);

/**
 * Answers a deferred call with a pointer.
 *
 * Any thread; does not block. The reply and the value are consumed. The done-callbacks run in this thread. The call's
 * data is destroyed in the caller's thread. When the call was cancelled meanwhile, the value is destroyed, and the
 * pending ends cancelled.
 *
 * @return 0, or a negative code.
 * Errors: LODGER_EINVAL (NULL @p reply), LODGER_ECANCELED (the call was cancelled meanwhile), LODGER_ECHILD (a forked
 * child).
 * Test: unit/calls edge_24_deferred_call_is_answered_later
 */
LODGER_API int lodger_reply_return_pointer (LodgerReply *reply, void *value, LodgerDestroyFunc destroy);
/**
 * Answers a deferred call with a number.
 *
 * The rules are those of lodger_reply_return_pointer().
 *
 * Errors: as lodger_reply_return_pointer().
 * Test: unit/calls a_reply_carries_each_type
 */
LODGER_API int lodger_reply_return_int (LodgerReply *reply, int64_t value);
/**
 * Answers a deferred call with a truth value.
 *
 * The rules are those of lodger_reply_return_pointer().
 *
 * Errors: as lodger_reply_return_pointer().
 * Test: unit/calls a_reply_carries_each_type
 */
LODGER_API int lodger_reply_return_boolean (LodgerReply *reply, bool value);
/**
 * Answers a deferred call with a copy of a string.
 *
 * The rules are those of lodger_reply_return_pointer(). NULL stays NULL. Without memory, the pending fails with
 * LODGER_ENOMEM.
 *
 * Errors: as lodger_reply_return_pointer(), LODGER_ENOMEM (no memory).
 * Test: unit/calls a_reply_carries_each_type
 */
LODGER_API int lodger_reply_return_string (LodgerReply *reply, const char *value);
/**
 * Answers a deferred call with a copy of @p size bytes.
 *
 * The rules are those of lodger_reply_return_pointer(). @p value may be NULL when @p size is 0; otherwise the call
 * fails with LODGER_EINVAL. Without memory, the pending fails with LODGER_ENOMEM.
 *
 * Errors: as lodger_reply_return_pointer(), LODGER_EINVAL (NULL @p value with a size), LODGER_ENOMEM (no memory).
 * Test: unit/calls a_reply_carries_each_type
 */
LODGER_API int lodger_reply_return_bytes (LodgerReply *reply, const void *value, size_t size);
/**
 * Answers a deferred call with success and no value.
 *
 * The rules are those of lodger_reply_return_pointer().
 *
 * Errors: as lodger_reply_return_pointer().
 * Test: unit/calls a_reply_carries_each_type
 */
LODGER_API int lodger_reply_return_nothing (LodgerReply *reply);
/**
 * Fails a deferred call with @p error.
 *
 * The rules are those of lodger_reply_return_pointer(). The reference to @p error is consumed. With a NULL @p error,
 * the call fails with LODGER_EINVAL.
 *
 * Errors: as lodger_reply_return_pointer(), LODGER_EINVAL (NULL @p error), LODGER_ENOMEM (the error is the shared error
 * for no memory).
 * Test: unit/calls a_reply_carries_each_type
 */
LODGER_API int lodger_reply_return_error (LodgerReply *reply, LodgerError *error);
/**
 * Answers a deferred call with the outcome of @p other, once it is there.
 *
 * The rules are those of lodger_reply_return_pointer(). A reference to @p other is taken. An error fails the call, too.
 *
 * Errors: as lodger_reply_return_pointer(), LODGER_EINVAL (NULL @p other), LODGER_EDEADLK (@p other takes its outcome
 * from this call), LODGER_ENOMEM (no memory).
 * Test: unit/calls a_reply_carries_each_type
 */
LODGER_API int lodger_reply_return_from (LodgerReply *reply, LodgerPending *other);

/**
 * Frees a reply without an answer.
 *
 * Any thread; does not block. The call ends with LODGER_EUNANSWERED, or cancelled if it was cancelled, and a line is
 * logged. NULL is ignored. In a forked child, only the memory of the reply is freed.
 *
 * Errors: none.
 * Test: unit/calls edge_24_reply_freed_unanswered_is_an_error
 */
LODGER_API void lodger_reply_free (LodgerReply *reply);

/* ---- the outcome, as it is read ------------------------------------------------------------------------------ */

/**
 * Returns whether the outcome is there.
 *
 * Any thread; does not block. NULL gives true.
 *
 * Errors: none.
 * Test: unit/pending edge_03_cancel_without_canceller_is_done
 */
LODGER_API bool lodger_pending_is_done (const LodgerPending *pending);

/**
 * Returns whether the pending was cancelled; a cancelled pending is not always done.
 *
 * Any thread; does not block. NULL gives false.
 *
 * Errors: none.
 * Test: unit/pending edge_03_cancel_with_canceller_waits_for_it
 */
LODGER_API bool lodger_pending_is_cancelled (const LodgerPending *pending);

/**
 * Returns the current state.
 *
 * Any thread; does not block. NULL gives LODGER_PENDING_FAILED.
 *
 * Errors: none.
 * Test: unit/pending edge_15_description_tells_states_apart
 */
LODGER_API LodgerPendingState lodger_pending_get_state (const LodgerPending *pending);

/**
 * Returns how the pending ended.
 *
 * Any thread; does not block. LODGER_ECANCELED beats any value. LODGER_EABANDONED beats LODGER_ECANCELED.
 *
 * @return 0 for success, or a negative code.
 * Errors: LODGER_EINVAL (NULL), LODGER_ENOTDONE (there is no outcome yet), LODGER_ECANCELED (cancelled),
 * LODGER_EABANDONED (a stop gave it up while it ran), LODGER_EFAILED (failed).
 * Test: unit/pending edge_02_result_before_done_is_an_error
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
 */
LODGER_API char *lodger_pending_describe (LodgerPending *pending);

/**
 * Returns the caller in whose thread the call runs or will run, borrowed.
 *
 * Does not block. It is meaningful only in that caller's thread. It is NULL for a promise, after the end of the call,
 * and for NULL.
 *
 * Errors: none.
 * Test: unit/calls edge_26_current_is_the_running_call
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
 *         is false for NULL, too.
 * Errors: LODGER_EINVAL (NULL), LODGER_ECHILD (a forked child).
 * Test: unit/pending edge_04_second_cancel_adds_its_message
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
 */
LODGER_API char *lodger_pending_get_cancel_message (LodgerPending *pending);

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
 */
LODGER_API int lodger_pending_set_canceller (LodgerPending *pending, LodgerCancelFunc func, void *data,
                                             LodgerDestroyFunc destroy);

/* ---- being told, and waiting --------------------------------------------------------------------------------- */

/**
 * Adds a done-callback: it runs in the thread that completes the pending.
 *
 * Any thread; does not block. If the pending is done already, the callback runs inside this function. Use
 * lodger_pending_then() to come back to a thread of your choice, such as a GUI's.
 *
 * Callbacks run once each, in the order added, with no lock held. The data is destroyed after the callback. An error
 * destroys the data; the callback then does not run.
 *
 * @return 0, or a negative code.
 * Errors: LODGER_EINVAL (NULL @p pending or @p func), LODGER_ENOMEM (no memory), LODGER_ECHILD (a forked child).
 * Test: unit/pending edge_09_callbacks_run_in_order_in_the_completing_thread
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
 */
LODGER_API LodgerPending *lodger_pending_then (LodgerPending *done, LodgerCaller *caller, LodgerThenFunc func,
                                               void *data, LodgerDestroyFunc destroy);

/**
 * Waits until the pending is done.
 *
 * Blocks. It may be used only in a thread without a caller, or in a worker. In a thread whose loop Lodger does not
 * drive (a GUI's), it is refused, unless the outcome is there already. It may be repeated.
 *
 * A waiter that times out, or whose own call is cancelled, cancels the pending. LODGER_WAIT_PROTECT, or a protected
 * pending, prevents this. Take care with a pending that others wait for, too: without LODGER_WAIT_PROTECT, your timeout
 * is theirs.
 *
 * A wait without limit is refused with LODGER_EDEADLK when it could never end. This is so when everything that could
 * end the wait is itself waiting, without limit, for this thread. Such waits are:
 * - for the call itself;
 * - for a call that only this thread can run;
 * - in a circle of threads;
 * - for a call that needs a worker of a pool at its ceiling (`max_threads`) where every worker waits;
 * - for a promise with a completer (lodger_pending_set_completer()) whose thread waits.
 *
 * The log line names both ends. Other promises and timed waits are never refused this way.
 *
 * @param timeout in nanoseconds. LODGER_FOREVER waits without limit. With 0 or less, the function only looks.
 * @return 0, or a negative code. With LODGER_WAIT_NO_RESULT, a failed, cancelled or abandoned outcome is 0, too.
 * Errors: LODGER_EINVAL (NULL, unknown flags), LODGER_EFAILED (the pending has failed), LODGER_EABANDONED (a stop gave
 * it up while it ran), LODGER_ECANCELED (the pending, or the waiter's own call, was cancelled), LODGER_ETIMEDOUT (the
 * time is over), LODGER_EDEADLK (the wait could never end), LODGER_EWRONGTHREAD (a thread whose loop Lodger does not
 * drive), LODGER_ESTATE (in a call_direct), LODGER_ENOMEM (no memory), LODGER_ECHILD (a forked child).
 * Test: unit/wait edge_05_timed_out_waiter_cancels
 */
LODGER_API int lodger_pending_wait (LodgerPending *pending, int64_t timeout, LodgerWaitFlags flags);

/**
 * Cancels the pending and waits until it is done.
 *
 * Blocks. The wait includes the cleanup of the call's own function. It is lodger_pending_cancel(), then
 * lodger_pending_wait() with LODGER_WAIT_NO_RESULT. The rules of both hold. A refused wait has cancelled all the same;
 * NULL, unknown flags and a forked child cancel nothing.
 *
 * @param message Optional. As for lodger_pending_cancel().
 * @param timeout As for lodger_pending_wait().
 * @return 0 when the pending is done, or a negative code.
 * Errors: LODGER_EINVAL (NULL, unknown flags), LODGER_ECANCELED (the waiter's own call was cancelled), LODGER_ETIMEDOUT
 * (the time is over), LODGER_EDEADLK (the wait could never end), LODGER_EWRONGTHREAD (a thread whose loop Lodger does
 * not drive), LODGER_ESTATE (in a call_direct), LODGER_ENOMEM (no memory), LODGER_ECHILD (a forked child).
 * Test: unit/wait edge_12_cancel_wait_returns_after_cleanup
 */
LODGER_API int lodger_pending_cancel_wait (LodgerPending *pending, const char *message, int64_t timeout,
                                           LodgerWaitFlags flags);

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
 */
LODGER_API int lodger_pending_set_completer (LodgerPending *promise, LodgerCaller *caller);

/* ---- metadata ------------------------------------------------------------------------------------------------ */

/**
 * Attaches a value under @p key.
 *
 * Any thread; does not block. The key is copied. A value that is there already is replaced and destroyed. The value is
 * consumed. It is destroyed with the pending's last reference.
 *
 * @return 0, or a negative code.
 * Errors: LODGER_EINVAL (NULL @p pending or @p key), LODGER_ENOMEM (no memory).
 * Test: unit/pending edge_14_metadata_is_freed
 */
LODGER_API int lodger_pending_set_metadata (LodgerPending *pending, const char *key, void *value,
                                            LodgerDestroyFunc destroy);

/**
 * Returns the value under @p key, borrowed, or NULL.
 *
 * Any thread; does not block. The value lives until it is replaced or the pending is freed. NULL gives NULL.
 *
 * Errors: none.
 * Test: unit/pending edge_14_metadata_is_freed
 */
LODGER_API void *lodger_pending_get_metadata (LodgerPending *pending, const char *key);

LODGER_END_DECLS

#endif
