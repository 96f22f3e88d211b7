/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file pending.h
 * LodgerPending: the handle of a call's outcome, and by itself a promise.
 *
 *     queued ──start──▶ running ──return──▶ done (result or error)
 *        │                 │
 *        │ cancel          │ cancel
 *        ▼                 ▼
 *     cancelled, done   cancelled, running ──return──▶ cancelled, done
 *
 * A pending ends exactly once. The first setter wins, later ones are ignored; being cancelled beats any value.
 * Whoever gets a LodgerPending from a function owns one reference, unless the function says "borrowed".
 */
#ifndef LODGER_PENDING_H
#define LODGER_PENDING_H

#include <lodger/types.h>

LODGER_BEGIN_DECLS

/** How a pending is made. */
typedef enum LodgerPendingFlags
{
  LODGER_PENDING_DEFAULT = 0,
  /** A waiter that times out or is cancelled leaves it alone; only lodger_pending_cancel() itself cancels it. */
  LODGER_PENDING_PROTECTED = 1 << 0,
  /** Of a submission: it has to be bound, so that one without a LodgerCallOptions::scope is refused. */
  LODGER_PENDING_BOUND = 1 << 1,
} LodgerPendingFlags;

/** What a pending is at. */
typedef enum LodgerPendingState
{
  LODGER_PENDING_QUEUED,    /**< not started, or a promise that nobody has answered */
  LODGER_PENDING_RUNNING,   /**< its function has started, the outcome is not there yet */
  LODGER_PENDING_SUCCEEDED, /**< done, with a result */
  LODGER_PENDING_FAILED,    /**< done, with an error, or abandoned */
  LODGER_PENDING_CANCELLED, /**< done, cancelled */
} LodgerPendingState;

/** How to wait. */
typedef enum LodgerWaitFlags
{
  LODGER_WAIT_DEFAULT = 0,
  /** A waiter that gives up (timeout, own cancellation) does not cancel what it waited for. */
  LODGER_WAIT_PROTECT = 1 << 0,
  /** The waiter's own cancellation is not delivered while it waits. */
  LODGER_WAIT_SHIELD = 1 << 1,
  /** A failed or cancelled outcome is no error of the wait: 0 means "done". */
  LODGER_WAIT_NO_RESULT = 1 << 2,
} LodgerWaitFlags;

/** Called when a pending is done. A negative answer is logged; the other callbacks still run. */
typedef int (*LodgerDoneFunc) (LodgerPending *done, void *data);

/** Called at most once, in the thread that cancels, without any lock; @p message is NULL or valid for the call. */
typedef void (*LodgerCancelFunc) (LodgerPending *pending, const char *message, void *data);

/**
 * Makes a promise: a pending that belongs to no call, answered with the lodger_pending_return_…() functions from any
 * thread.
 *
 * Any thread; does not block. A promise whose last reference goes before it was answered is freed quietly.
 *
 * @return a new reference, never NULL: without memory it is a shared pending that has failed with LODGER_ENOMEM, for
 *         unknown flags one that has failed with LODGER_EINVAL.
 * Test: unit/pending a_promise_is_answered_from_any_thread
 */
LODGER_API LodgerPending *lodger_pending_new (LodgerPendingFlags flags);

/** Takes a reference. Any thread. NULL gives NULL. Test: unit/pending edge_14_data_is_freed_whoever_drops_first */
LODGER_API LodgerPending *lodger_pending_ref (LodgerPending *pending);

/**
 * Drops a reference. Any thread. NULL is ignored. The call itself goes on: dropping the handle is not cancelling. The
 * last reference destroys the result, in the thread that drops it.
 * Test: unit/pending edge_14_data_is_freed_whoever_drops_first
 */
LODGER_API void lodger_pending_unref (LodgerPending *pending);

/**
 * The pending of the call that is running in this thread, borrowed; NULL outside of any call and in a call_direct.
 * Test: unit/calls edge_26_current_is_the_running_call
 */
LODGER_API LodgerPending *lodger_pending_current (void);

/* ---- the outcome, as it is set ------------------------------------------------------------------------------- */

/**
 * Answers with a pointer, for which @p destroy runs with the last reference to the outcome.
 *
 * On a promise: from any thread; it is done when this returns, and its done-callbacks run here. In a call, on its
 * `self`: only from the call's own function; the outcome is published when the function returns. Does not block.
 * The value is consumed, also when it is refused (then it is destroyed before this returns).
 *
 * @return 0; LODGER_EALREADY when an outcome was set before or the pending is done; LODGER_ECANCELED when it was
 *         cancelled meanwhile (the value is destroyed); LODGER_EINVAL for NULL; LODGER_ESTATE outside the call's own
 *         function, after lodger_pending_defer(), or for one of a caller's own (started, stopping, stopped).
 * Test: unit/pending edge_01_first_setter_wins
 */
LODGER_API int lodger_pending_return_pointer (LodgerPending *self, void *value, LodgerDestroyFunc destroy);

/** Answers with a number. As lodger_pending_return_pointer(). Test: unit/pending each_type_comes_back */
LODGER_API int lodger_pending_return_int (LodgerPending *self, int64_t value);

/** Answers with a truth value. As lodger_pending_return_pointer(). Test: unit/pending each_type_comes_back */
LODGER_API int lodger_pending_return_boolean (LodgerPending *self, bool value);

/** Answers with a copy of @p value (NULL stays NULL). Also LODGER_ENOMEM: the pending then fails with that. As
 * lodger_pending_return_pointer(). Test: unit/pending each_type_comes_back */
LODGER_API int lodger_pending_return_string (LodgerPending *self, const char *value);

/** Answers with a copy of @p size bytes. Also LODGER_ENOMEM: the pending then fails with that. As
 * lodger_pending_return_pointer(). Test: unit/pending each_type_comes_back */
LODGER_API int lodger_pending_return_bytes (LodgerPending *self, const void *value, size_t size);

/** Answers with success and no value. As lodger_pending_return_pointer(). Test: unit/pending each_type_comes_back */
LODGER_API int lodger_pending_return_nothing (LodgerPending *self);

/** Fails with @p error, whose reference is consumed; NULL is LODGER_EINVAL. As lodger_pending_return_pointer(). Test:
 * unit/pending an_error_comes_back */
LODGER_API int lodger_pending_return_error (LodgerPending *self, LodgerError *error);

/** Fails with a new error of @p domain (NULL: LODGER_ERROR_DOMAIN), made as by printf. As
 * lodger_pending_return_pointer(). Test: unit/pending an_error_comes_back */
LODGER_API int lodger_pending_return_new_error (LodgerPending *self, const char *domain, int code, const char *format,
                                                ...) __attribute__ ((format (printf, 4, 5)));

/**
 * Takes the outcome of @p other, once it is there, as one's own: value, error or cancellation.
 *
 * As lodger_pending_return_pointer(), but does not consume @p other (a reference is taken). A cancel of @p self
 * meanwhile cancels @p other, unless that is protected. The value stays owned by @p other and lives as long as either;
 * until @p other is done each keeps the other, so one that is never answered has to be cancelled.
 *
 * @return also LODGER_EDEADLK when @p other takes its outcome, directly or not, from @p self.
 * Test: unit/calls edge_24_return_from_takes_the_outcome
 */
LODGER_API int lodger_pending_return_from (LodgerPending *self, LodgerPending *other);

/**
 * Says "answered later": the call's function returns, the pending goes on until the reply is answered.
 *
 * Only inside the call's own function. The call's data lives until the reply is gone, also when the call is cancelled
 * (its `destroy` then runs in the caller's thread).
 *
 * @return the reply, owned by the one who gets it; NULL when not inside the call's own function, when it was answered
 *         or deferred before, or without memory (logged).
 * Test: unit/calls edge_24_deferred_call_is_answered_later
 */
LODGER_API LodgerReply *lodger_pending_defer (LodgerPending *self);

/** The pending that the reply belongs to, borrowed. NULL for NULL. Test: unit/calls
 * edge_24_deferred_call_is_answered_later */
LODGER_API LodgerPending *lodger_reply_get_pending (LodgerReply *reply);

/**
 * Answers a deferred call with a pointer. Any thread; the reply and the value are consumed. The done-callbacks run in
 * this thread, the call's data is destroyed in the caller's.
 *
 * @return 0; LODGER_EINVAL for a NULL reply; LODGER_ECANCELED when the call was cancelled meanwhile: the value is
 *         destroyed, the pending ends cancelled.
 * Test: unit/calls edge_24_deferred_call_is_answered_later
 */
LODGER_API int lodger_reply_return_pointer (LodgerReply *reply, void *value, LodgerDestroyFunc destroy);
/** As lodger_reply_return_pointer(), with a number. Test: unit/calls a_reply_carries_each_type */
LODGER_API int lodger_reply_return_int (LodgerReply *reply, int64_t value);
/** As lodger_reply_return_pointer(), with a truth value. Test: unit/calls a_reply_carries_each_type */
LODGER_API int lodger_reply_return_boolean (LodgerReply *reply, bool value);
/** As lodger_reply_return_pointer(), with a copied string. Test: unit/calls a_reply_carries_each_type */
LODGER_API int lodger_reply_return_string (LodgerReply *reply, const char *value);
/** As lodger_reply_return_pointer(), with copied bytes. Test: unit/calls a_reply_carries_each_type */
LODGER_API int lodger_reply_return_bytes (LodgerReply *reply, const void *value, size_t size);
/** As lodger_reply_return_pointer(), with no value. Test: unit/calls a_reply_carries_each_type */
LODGER_API int lodger_reply_return_nothing (LodgerReply *reply);
/** As lodger_reply_return_pointer(), with an error, whose reference is consumed. Test: unit/calls
 * a_reply_carries_each_type */
LODGER_API int lodger_reply_return_error (LodgerReply *reply, LodgerError *error);
/** As lodger_reply_return_pointer(), with the outcome of @p other once it is there. Test: unit/calls
 * a_reply_carries_each_type */
LODGER_API int lodger_reply_return_from (LodgerReply *reply, LodgerPending *other);

/**
 * Frees a reply unanswered: the call ends with LODGER_EUNANSWERED (or cancelled, if it was), and a line is logged. Any
 * thread. NULL is ignored. In a forked child only its memory goes.
 * Test: unit/calls edge_24_reply_freed_unanswered_is_an_error
 */
LODGER_API void lodger_reply_free (LodgerReply *reply);

/* ---- the outcome, as it is read ------------------------------------------------------------------------------ */

/** Whether the outcome is there. Any thread; does not block. True for NULL. Test: unit/pending
 * edge_03_cancel_without_canceller_is_done */
LODGER_API bool lodger_pending_is_done (const LodgerPending *pending);

/** Whether it was cancelled; that is not the same as done. Any thread; does not block. False for NULL. Test:
 * unit/pending edge_03_cancel_with_canceller_waits_for_it */
LODGER_API bool lodger_pending_is_cancelled (const LodgerPending *pending);

/** What it is at. Any thread; does not block. FAILED for NULL. Test: unit/pending
 * edge_15_description_tells_states_apart */
LODGER_API LodgerPendingState lodger_pending_get_state (const LodgerPending *pending);

/**
 * How it ended. Any thread; does not block.
 *
 * @return 0 for success, LODGER_ENOTDONE, LODGER_ECANCELED (which beats any value), LODGER_EABANDONED (which beats that:
 *         a stop gave it up while it ran), LODGER_EFAILED, LODGER_EINVAL.
 * Test: unit/pending edge_02_result_before_done_is_an_error
 */
LODGER_API int lodger_pending_get_outcome (const LodgerPending *pending);

/**
 * The pointer that it was answered with, borrowed: it lives as long as a reference to the pending. "No value" reads as
 * NULL; a string and bytes can be read as a pointer too. Any thread; does not block.
 *
 * @return as lodger_pending_get_outcome(), and LODGER_ETYPE for a number or truth value.
 * Test: unit/pending each_type_comes_back
 */
LODGER_API int lodger_pending_get_pointer (const LodgerPending *pending, void **ret_value);

/** The number, or truth value as 0 or 1. As lodger_pending_get_pointer(). Test: unit/pending each_type_comes_back */
LODGER_API int lodger_pending_get_int (const LodgerPending *pending, int64_t *ret_value);
/** The truth value. As lodger_pending_get_pointer(). Test: unit/pending each_type_comes_back */
LODGER_API int lodger_pending_get_boolean (const LodgerPending *pending, bool *ret_value);
/** The string, borrowed. As lodger_pending_get_pointer(). Test: unit/pending each_type_comes_back */
LODGER_API int lodger_pending_get_string (const LodgerPending *pending, const char **ret_value);
/** The bytes, borrowed. As lodger_pending_get_pointer(). Test: unit/pending each_type_comes_back */
LODGER_API int lodger_pending_get_bytes (const LodgerPending *pending, const void **ret_value, size_t *ret_size);

/**
 * Takes the pointer out of the outcome: the one who asks owns it now, the pending is left with "no value". Any thread;
 * does not block. Only for an answer by lodger_pending_return_pointer() that is this pending's own.
 *
 * @return as lodger_pending_get_pointer(); LODGER_EALREADY when it was taken before; LODGER_ETYPE for a value taken
 *         over by lodger_pending_return_from().
 * Test: unit/pending a_taken_pointer_is_not_destroyed
 */
LODGER_API int lodger_pending_take_pointer (LodgerPending *pending, void **ret_value);

/**
 * Why it failed, borrowed: it lives as long as a reference to the pending. A cancelled one gives an error of code
 * LODGER_ECANCELED with the cancel message, an abandoned one of code LODGER_EABANDONED. NULL when it is not done, has
 * succeeded, or @p pending is NULL.
 * Test: unit/pending an_error_comes_back
 */
LODGER_API LodgerError *lodger_pending_get_error (LodgerPending *pending);

/**
 * One line about it, freed with lodger_free(): "read_header (main.c:12): running, cancelled: window closed". Tells
 * apart queued, running, cancelled but still running, cancelled and done, failed, done. NULL only for NULL and without
 * memory.
 * Test: unit/pending edge_15_description_tells_states_apart
 */
LODGER_API char *lodger_pending_describe (LodgerPending *pending);

/** The caller in whose thread it is going to run or runs, borrowed; NULL for a promise and once it has ended. Only
 * meaningful in that caller's thread. Test: unit/calls edge_26_current_is_the_running_call */
LODGER_API LodgerCaller *lodger_pending_get_caller (LodgerPending *pending);

/* ---- cancelling ---------------------------------------------------------------------------------------------- */

/**
 * Cancels it.
 *
 * A promise or a call that has not started, and has no canceller, is done at once: the function never runs, and its
 * data is destroyed in the caller's thread at the next turn. A running call is told (its wait is woken, its canceller
 * runs) and ends cancelled when it returns. Any thread; runs a canceller and done-callbacks in this one.
 *
 * @param message copied, or NULL; a second cancel adds its message on a new line.
 * @return whether it is cancelled now: false when it had ended before (nothing changes) or for NULL.
 * Test: unit/pending edge_04_second_cancel_adds_its_message
 */
LODGER_API bool lodger_pending_cancel (LodgerPending *pending, const char *message);

/** The messages of all cancels, or NULL; freed with lodger_free(). Test: unit/pending
 * edge_04_second_cancel_adds_its_message */
LODGER_API char *lodger_pending_get_cancel_message (LodgerPending *pending);

/**
 * Sets what a cancel does: for a promise, how to stop what will answer it; for a running call, beside what the run
 * time itself does. Any thread; does not block.
 *
 * It runs at most once, in the cancelling thread, without a lock; when the pending is cancelled already it runs here,
 * before this returns. Its data is consumed, and destroyed when both the canceller and the call have returned.
 *
 * @return 0; LODGER_EALREADY when there is one or the pending is done; LODGER_EINVAL; LODGER_ENOMEM.
 * Test: unit/pending edge_03_cancel_with_canceller_waits_for_it
 */
LODGER_API int lodger_pending_set_canceller (LodgerPending *pending, LodgerCancelFunc func, void *data,
                                             LodgerDestroyFunc destroy);

/* ---- being told, and waiting --------------------------------------------------------------------------------- */

/**
 * Runs @p func in whatever thread completes the pending, or here and now when it is done already. To come back to a
 * thread of your choice (a GUI's), use lodger_pending_then() instead. Any thread; does not block.
 *
 * Callbacks run in the order added, once each, with no lock held. The data is destroyed after the call.
 *
 * @return 0, LODGER_EINVAL, or LODGER_ENOMEM (the data is destroyed, the callback does not run).
 * Test: unit/pending edge_09_callbacks_run_in_order_in_the_completing_thread
 */
LODGER_API int lodger_pending_add_done_callback (LodgerPending *pending, LodgerDoneFunc func, void *data,
                                                 LodgerDestroyFunc destroy);

/**
 * Removes every callback of that @p func and @p data that has not been started; their data is destroyed here. Any
 * thread, also from inside a callback.
 *
 * @return how many were removed; 0, and a log line, for a NULL @p pending or @p func.
 * Test: unit/pending edge_11_remove_returns_how_many
 */
LODGER_API size_t lodger_pending_remove_done_callback (LodgerPending *pending, LodgerDoneFunc func, void *data);

/**
 * Runs @p func in @p caller's thread when @p done is done: the way a result reaches the GUI.
 *
 * Any thread; does not block; never runs inline. It is accepted by @p caller now: if that stops first, it ends
 * cancelled at once and its data is destroyed there. Cancelling it does not cancel @p done.
 *
 * @return a new reference to its own outcome, never NULL: a refusal is a done pending.
 * Test: unit/then edge_09_then_runs_in_the_named_callers_thread
 */
LODGER_API LodgerPending *lodger_pending_then (LodgerPending *done, LodgerCaller *caller, LodgerThenFunc func,
                                               void *data, LodgerDestroyFunc destroy);

/**
 * Waits until it is done.
 *
 * Blocks, so it may be used only in a thread that has no caller, or in a worker; in a thread whose loop Lodger does not
 * drive (a GUI's) it is refused, unless the outcome is there already. A waiter that times out, or whose own call is
 * cancelled, cancels what it waits for, unless LODGER_WAIT_PROTECT is given or the pending is protected. Take care
 * with a pending that others wait for too: without LODGER_WAIT_PROTECT your timeout is theirs. May be repeated.
 *
 * @param timeout nanoseconds; LODGER_FOREVER waits without limit, 0 or less only looks.
 * @return as lodger_pending_get_outcome() once done (with LODGER_WAIT_NO_RESULT: 0); LODGER_ETIMEDOUT;
 *         LODGER_ECANCELED also when the waiter's own call was cancelled; LODGER_EWRONGTHREAD in a thread whose loop
 *         Lodger does not drive; LODGER_ESTATE in a call_direct; LODGER_EINVAL; LODGER_ENOMEM; LODGER_ECHILD.
 *         LODGER_EDEADLK, for an unbounded wait that nobody could end, since all that could is itself waiting without
 *         limit, for this: the call itself, a call that only this thread can run, a circle of threads, a call that needs
 *         a worker of a pool at its ceiling (`max_threads`) where every worker waits, a promise with a completer
 *         (lodger_pending_set_completer()) whose thread waits. The log line names both ends. Other promises and timed
 *         waits never count as such.
 * Test: unit/wait edge_05_timed_out_waiter_cancels
 */
LODGER_API int lodger_pending_wait (LodgerPending *pending, int64_t timeout, LodgerWaitFlags flags);

/**
 * Cancels it and waits until it is done, its function's own cleanup included: as lodger_pending_cancel(), then
 * lodger_pending_wait() with LODGER_WAIT_NO_RESULT.
 * Test: unit/wait edge_12_cancel_wait_returns_after_cleanup
 */
LODGER_API int lodger_pending_cancel_wait (LodgerPending *pending, const char *message, int64_t timeout,
                                           LodgerWaitFlags flags);

/**
 * Says that a promise is answered by what runs in @p caller's thread, and by nothing else: an adapter does, for an
 * operation of a loop. A wait without limit that keeps that very thread from it is refused then, see lodger_pending_wait().
 *
 * When this is said in that thread, and Lodger drives its loop, a stop cancels the promise and waits for it, as for a call
 * of @p caller. Elsewhere a stop leaves it alone.
 *
 * Any thread; does not block. The memory of @p caller is held until the promise is done or gone.
 *
 * @return 0; LODGER_EINVAL for NULL; LODGER_ESTATE for what is no promise, or a caller's own; LODGER_EALREADY when it is
 *         answered or has a completer; LODGER_ENOMEM; LODGER_ECHILD.
 * Test: unit/completer waiting_for_a_promise_that_this_thread_completes_is_refused
 * Test: unit/completer a_stop_cancels_the_promises_of_a_completer_and_waits
 */
LODGER_API int lodger_pending_set_completer (LodgerPending *promise, LodgerCaller *caller);

/* ---- metadata ------------------------------------------------------------------------------------------------ */

/**
 * Attaches a value under @p key (copied), replacing (and destroying) one that was there. Any thread; does not block.
 * The value is consumed and destroyed with the pending's last reference.
 *
 * @return 0, LODGER_EINVAL or LODGER_ENOMEM.
 * Test: unit/pending edge_14_metadata_is_freed
 */
LODGER_API int lodger_pending_set_metadata (LodgerPending *pending, const char *key, void *value,
                                            LodgerDestroyFunc destroy);

/** The value under @p key, borrowed until it is replaced or the pending goes; NULL if there is none. Test:
 * unit/pending edge_14_metadata_is_freed */
LODGER_API void *lodger_pending_get_metadata (LodgerPending *pending, const char *key);

LODGER_END_DECLS

#endif
