/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file lodger-glib-gio.h
 * GIO and Lodger. It makes an `…_async`/`…_finish` pair a pending. It ties a GCancellable and a pending, so that each
 * cancels the other. And it puts a pending behind an `…_async`/`…_finish` pair of your own.
 *
 *     LodgerPending *read = lodger_glib_async_new (cancellable, NULL, NULL, NULL);
 *     g_file_load_contents_async (file, lodger_glib_async_get_cancellable (read), lodger_glib_async_ready, read);
 *     lodger_pending_disown (lodger_pending_then (read, caller, on_read, data, destroy));
 *     lodger_pending_unref (read);
 *
 * A GTask that you run yourself is such an operation, too. Give g_task_new() the same cancellable, call-back and user
 * data.
 */
#ifndef LODGER_GLIB_GIO_H
#define LODGER_GLIB_GIO_H

#include <gio/gio.h>

#include <lodger/lodger.h>

LODGER_BEGIN_DECLS

/**
 * LodgerGlibFinishFunc:
 * @self: the pending, to be answered
 * @source: (nullable): the object that the operation was called on
 * @result: to be given to the operation's `…_finish`
 * @data: as given to lodger_glib_async_new()
 *
 * Runs when the operation has come back, in the thread where it completes.
 */
typedef void (*LodgerGlibFinishFunc) (LodgerPending *self, GObject *source, GAsyncResult *result, void *data);

/**
 * lodger_glib_async_new: (skip)
 * @cancellable: (nullable): its cancel cancels the pending, from any thread, also when it was cancelled before
 * @finish: (nullable): calls the `…_finish` and answers; for %NULL see below
 * @data: (nullable): for @finish; consumed
 * @destroy: (nullable): runs once: after @finish, or when @finish will not run
 *
 * Makes a promise for one GIO operation, which is started next, in this thread.
 *
 * Call it in the thread that starts the operation; it does not block. Give the operation
 * lodger_glib_async_get_cancellable() as its cancellable, lodger_glib_async_ready() as its call-back and the pending as
 * user data.
 *
 * Without @finish, the outcome is the GAsyncResult, for the `…_finish` in a continuation: see
 * lodger_glib_async_get_result(). But a GTask that has failed makes the pending fail, with its GError. With @finish,
 * @finish answers. If it returns without an answer, the pending has succeeded with no value.
 *
 * Cancelling the pending cancels the operation. The pending is done, and cancelled, when the operation has come back.
 * The slot of lodger_pending_set_canceller() is used for that. The pending holds nothing of @cancellable once it is
 * done.
 *
 * If a caller of this thread lives in the thread's default context, that caller completes the pending
 * (lodger_pending_set_completer()). The caller's stop cancels the operation. A caller that Lodger drives, a worker,
 * waits for the operation as for its calls. In a thread whose loop Lodger does not drive, the loop may not be run any
 * more. There, the pending ends cancelled when the stop begins. Then @data is destroyed in that thread, and @finish
 * does not run. An operation that is started during a stop, as by a call that cleans up, is not cancelled at once. It
 * has until the stop's end, or its deadline.
 *
 * Returns: (transfer full): a new reference, never %NULL. The operation has a reference of its own, which
 *   lodger_glib_async_ready() drops. A refusal is a failed pending. The operation may be started with it all the same:
 *   its result is ignored, and @data was destroyed
 *
 * Errors: LODGER_EINVAL (@cancellable is no GCancellable), LODGER_ENOMEM (no memory).
 * Test: unit/glib-gio-async a_pair_is_a_pending_in_three_lines
 * Test: unit/glib-gio-ends a_stop_cancels_an_operation_and_waits_for_it
 * Test: unit/glib-gio-ends a_call_that_takes_an_operation_does_not_hold_up_the_last_leave
 * Since: 0.1
 */
LODGER_API LODGER_GIVEN LodgerPending *lodger_glib_async_new (GCancellable *cancellable, LodgerGlibFinishFunc finish,
                                                              void *data, LodgerDestroyFunc destroy);

/**
 * lodger_glib_async_get_cancellable: (skip)
 * @pending: (nullable): of lodger_glib_async_new()
 *
 * Returns the GCancellable to be given to the operation.
 *
 * Any thread; does not block. To cancel the operation, cancel the pending. Cancelling the GCancellable has the same
 * effect, but only when the operation comes back.
 *
 * Returns: (transfer none) (nullable): the GCancellable, which lives as long as @pending; %NULL for %NULL, for a
 *   refusal, and for a pending that was not made by lodger_glib_async_new()
 *
 * Errors: none.
 * Test: unit/glib-gio-async a_pair_is_a_pending_in_three_lines
 * Since: 0.1
 */
LODGER_API GCancellable *lodger_glib_async_get_cancellable (LodgerPending *pending);

/**
 * lodger_glib_async_ready: (skip)
 * @source: (nullable): the object that the operation was called on
 * @result: (nullable): %NULL says that the operation was not started after all: it ends as LODGER_EUNANSWERED
 * @pending: of lodger_glib_async_new()
 *
 * Completes the pending: the GAsyncReadyCallback of the operation.
 *
 * Does not block. It drops the operation's reference to @pending. An error is logged, and nothing happens.
 *
 * Errors: LODGER_EINVAL (NULL @pending, or one that lodger_glib_async_new() has not made), LODGER_EALREADY (called once
 * too often).
 * Test: unit/glib-gio-async a_pair_is_a_pending_in_three_lines
 * Test: unit/glib-gio-async an_operation_that_was_not_started_is_given_back
 * Since: 0.1
 */
LODGER_API void lodger_glib_async_ready (GObject *source, GAsyncResult *result, gpointer pending);

/**
 * lodger_glib_async_get_result: (skip)
 * @done: (nullable): of lodger_glib_async_new(), without a `finish`
 *
 * Returns the result, to be given to the operation's `…_finish`, once.
 *
 * Any thread; does not block. The last reference to the pending drops the result, and everything that it holds, in that
 * thread. A call that has taken the outcome over has the result as its pointer.
 *
 * Returns: (transfer none) (nullable): the result, which lives as long as @done; %NULL when @done is not done, has
 *   failed or was cancelled. lodger_glib_pending_propagate_error() gives the reason
 *
 * Errors: none.
 * Test: unit/glib-gio-async a_pair_is_a_pending_in_three_lines
 * Since: 0.1
 */
LODGER_API GAsyncResult *lodger_glib_async_get_result (LodgerPending *done);

/**
 * lodger_glib_pending_get_cancellable:
 * @pending: a running call's `self`, for the GIO functions that it blocks in; or any pending that is not done
 *
 * Returns a GCancellable that is cancelled when @pending is cancelled.
 *
 * Any thread; does not block. It is made when first asked for, and always the same. It is cancelled in the thread that
 * cancels @pending. It uses the slot of lodger_pending_set_canceller(). A promise that has such a GCancellable is not
 * done by its cancel, but by its answer.
 *
 * Returns: (transfer none) (nullable): the GCancellable, which lives as long as @pending; or %NULL
 *
 * Errors: LODGER_EINVAL (NULL), LODGER_EALREADY (when it is first asked for, @pending is done or has another
 * canceller), LODGER_ENOMEM (no memory), LODGER_ECHILD (a forked child).
 * Test: unit/glib-gio-cancel a_call_that_blocks_in_gio_is_cancelled
 * Since: 0.1
 */
LODGER_API GCancellable *lodger_glib_pending_get_cancellable (LodgerPending *pending);

/**
 * lodger_glib_pending_cancel_with:
 * @pending: the pending to cancel; when it is done, nothing happens
 * @cancellable: its cancel, from now on or before, cancels @pending, in the thread that cancels
 *
 * Ties any pending to a GCancellable: a call can be cancelled by it as soon as it is submitted.
 *
 * Any thread, also inside a "cancelled" handler of @cancellable; does not block. The tie ends when @pending is done.
 * Until then, or until @cancellable is freed, @pending is held. @cancellable is not held. Several may be given.
 *
 * Returns: 0, or a negative code
 *
 * Errors: LODGER_EINVAL (NULL, no GCancellable), LODGER_ENOMEM (no memory), LODGER_ECHILD (a forked child).
 * Test: unit/glib-gio-cancel a_cancellable_cancels_a_call
 * Since: 0.1
 */
LODGER_API int lodger_glib_pending_cancel_with (LodgerPending *pending, GCancellable *cancellable);

/**
 * lodger_glib_pending_offer:
 * @pending: the pending with the outcome; a reference is taken when it is done
 * @source: (nullable): the object that the `…_async` was called on
 * @cancellable: (nullable): as for lodger_glib_pending_cancel_with()
 * @callback: (nullable): runs once, with a GAsyncResult for lodger_glib_pending_finish()
 * @user_data: for @callback
 *
 * Offers the outcome of @pending to a GAsyncReadyCallback: the end of an `…_async` function that uses Lodger inside.
 *
 * Any thread; does not block. @callback runs in the thread-default context of this thread, later, never inline. The
 * reference to @source, and an outcome that is never fetched, are dropped in that context, too. They are not dropped in
 * the thread that completes @pending. An error is offered as the outcome.
 *
 * Errors: LODGER_EINVAL (NULL @pending), LODGER_EUNANSWERED (a promise that goes unanswered).
 * Test: unit/glib-gio-offer a_librarys_own_pair_has_a_pending_inside
 * Since: 0.1
 */
LODGER_API void lodger_glib_pending_offer (LodgerPending *pending, GObject *source, GCancellable *cancellable,
                                           GAsyncReadyCallback callback, gpointer user_data);

/**
 * lodger_glib_pending_finish:
 * @result: as @callback of lodger_glib_pending_offer() got it
 * @source: (nullable): as given to lodger_glib_pending_offer()
 * @error: (nullable): where a new #GError goes
 *
 * Returns the pending, or the reason why it has not succeeded: the whole of a library's `…_finish`.
 *
 * Call it in @callback, or later; once. A cancelled pending gives %G_IO_ERROR_CANCELLED, and so does an operation whose
 * GCancellable was cancelled. A failed pending gives its own GError. Misuse gives a GError of #LODGER_GLIB_ERROR.
 *
 * Returns: (transfer full) (nullable): a new reference to the pending, which has succeeded; or %NULL with an error
 *
 * Errors: LODGER_EINVAL (NULL @result, or one of another function or another @source), LODGER_EALREADY (the second
 * time).
 * Test: unit/glib-gio-offer a_librarys_own_pair_has_a_pending_inside
 * Since: 0.1
 */
LODGER_API LODGER_GIVEN LodgerPending *lodger_glib_pending_finish (GAsyncResult *result, GObject *source,
                                                                   GError **error);

LODGER_END_DECLS

#endif
