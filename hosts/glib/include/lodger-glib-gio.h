/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file lodger-glib-gio.h
 * GIO and Lodger: an `…_async`/`…_finish` pair as a pending, a GCancellable and a pending that cancel each other, and a
 * pending behind an `…_async`/`…_finish` pair of one's own.
 *
 *     LodgerPending *read = lodger_glib_async_new (cancellable, NULL, NULL, NULL);
 *     g_file_load_contents_async (file, lodger_glib_async_get_cancellable (read), lodger_glib_async_ready, read);
 *     lodger_pending_then (read, caller, on_read, data, destroy);
 *
 * A GTask that is run by oneself is such an operation too: give g_task_new() the same cancellable, call-back and user
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
 * @source: (nullable): what the operation was called on
 * @result: to be given to its `…_finish`
 * @data: as given to lodger_glib_async_new()
 *
 * The operation has come back. Runs in the thread where it completes.
 */
typedef void (*LodgerGlibFinishFunc) (LodgerPending *self, GObject *source, GAsyncResult *result, void *data);

/**
 * lodger_glib_async_new: (skip)
 * @cancellable: (nullable): its cancel cancels the pending, from any thread, also when that was before
 * @finish: (nullable): calls the `…_finish` and answers; see below for %NULL
 * @data: (nullable): for @finish; consumed
 * @destroy: (nullable): runs once: after @finish, or when @finish will not run
 *
 * A promise for one GIO operation, which is started next, in this thread, with lodger_glib_async_get_cancellable() as
 * its cancellable, lodger_glib_async_ready() as its call-back and the pending as user data. Call it in the thread that
 * starts the operation; it does not block.
 *
 * Without @finish the outcome is the GAsyncResult, for the `…_finish` in a continuation: see
 * lodger_glib_async_get_result(). But a GTask that has failed makes the pending fail, with its GError. With @finish, that
 * one answers; when it returns without an answer, the pending has succeeded with no value.
 *
 * Cancelling the pending cancels the operation; it is done, and cancelled, when the operation has come back. The slot of
 * lodger_pending_set_canceller() is used for that. The pending holds nothing of @cancellable once it is done.
 *
 * When the thread's default context is the one that a caller of this thread lives in, that caller completes the pending
 * (lodger_pending_set_completer()), and its stop cancels the operation. One that Lodger drives, a worker, waits for that
 * as for its calls. In a thread whose loop Lodger does not drive nobody may turn that any more: there the pending ends when
 * the stop begins, cancelled, @data is destroyed in that thread, and @finish does not run. An operation that is started
 * during a stop, as by a call that cleans up, is not cancelled at once: it has until the stop's end, or its deadline.
 *
 * Returns: (transfer full): a new reference, never %NULL, beside the one that the operation has and
 * lodger_glib_async_ready() drops. A refusal (no memory, or @cancellable is none) is a failed pending, that the operation
 * may be started with all the same: @data was destroyed, and its result is ignored.
 *
 * Test: unit/glib-gio-async a_pair_is_a_pending_in_three_lines
 * Test: unit/glib-gio-ends a_stop_cancels_an_operation_and_waits_for_it
 * Test: unit/glib-gio-ends a_call_that_takes_an_operation_does_not_hold_up_the_last_leave
 */
LODGER_API LodgerPending *lodger_glib_async_new (GCancellable *cancellable, LodgerGlibFinishFunc finish, void *data,
                                                 LodgerDestroyFunc destroy);

/**
 * lodger_glib_async_get_cancellable: (skip)
 * @pending: (nullable): of lodger_glib_async_new()
 *
 * What the operation has to be given. To cancel it, cancel the pending; cancelling this has the same effect in the end,
 * when the operation comes back. Any thread; does not block.
 *
 * Returns: (transfer none) (nullable): lives as long as @pending; %NULL for %NULL, for a refusal, and for one that was not
 * made by lodger_glib_async_new()
 *
 * Test: unit/glib-gio-async a_pair_is_a_pending_in_three_lines
 */
LODGER_API GCancellable *lodger_glib_async_get_cancellable (LodgerPending *pending);

/**
 * lodger_glib_async_ready: (skip)
 * @source: (nullable): what the operation was called on
 * @result: (nullable): %NULL says that the operation was not started after all: it ends as LODGER_EUNANSWERED
 * @pending: of lodger_glib_async_new()
 *
 * The GAsyncReadyCallback of the operation; does not block. Drops the operation's reference to @pending. When it is called
 * once too often (LODGER_EALREADY), or with what lodger_glib_async_new() has not made, a line is logged and nothing
 * happens.
 *
 * Test: unit/glib-gio-async a_pair_is_a_pending_in_three_lines
 * Test: unit/glib-gio-async an_operation_that_was_not_started_is_given_back
 */
LODGER_API void lodger_glib_async_ready (GObject *source, GAsyncResult *result, gpointer pending);

/**
 * lodger_glib_async_get_result: (skip)
 * @done: (nullable): of lodger_glib_async_new(), without a `finish`
 *
 * The result, to be given to the operation's `…_finish`, once. The last reference to the pending drops it, and what it
 * holds, in that thread. A call that has taken the outcome over has it as its pointer. Any thread; does not block.
 *
 * Returns: (transfer none) (nullable): lives as long as @done; %NULL when that is not done, has failed or was cancelled:
 * lodger_glib_pending_propagate_error() says why
 *
 * Test: unit/glib-gio-async a_pair_is_a_pending_in_three_lines
 */
LODGER_API GAsyncResult *lodger_glib_async_get_result (LodgerPending *done);

/**
 * lodger_glib_pending_get_cancellable:
 * @pending: a running call's `self`, for the GIO functions that it blocks in; or any that is not done
 *
 * A GCancellable that is cancelled when @pending is: made when first asked for, always the same. It is cancelled in the
 * thread that cancels @pending. Uses the slot of lodger_pending_set_canceller(). A promise that has one is not done by its
 * cancel, but by who answers it. Any thread; does not block.
 *
 * Returns: (transfer none) (nullable): lives as long as @pending; %NULL, and a logged line, for %NULL, without memory, in a
 * forked child for its parent's, and when it was first asked for too late or by too many: @pending is done, or has a
 * canceller of somebody else (LODGER_EALREADY)
 *
 * Test: unit/glib-gio-cancel a_call_that_blocks_in_gio_is_cancelled
 */
LODGER_API GCancellable *lodger_glib_pending_get_cancellable (LodgerPending *pending);

/**
 * lodger_glib_pending_cancel_with:
 * @pending: what to cancel; when it is done, nothing happens
 * @cancellable: whose cancel, from now on or before, cancels @pending, in the thread that cancels
 *
 * A GCancellable for any call, accepted when it is submitted: the connection ends when @pending is done. Until then, or
 * until @cancellable goes, @pending is held; @cancellable is not. Several may be given. Any thread, also inside a
 * "cancelled" handler of @cancellable; does not block.
 *
 * Returns: 0; LODGER_EINVAL for %NULL or what is no GCancellable; LODGER_ENOMEM; LODGER_ECHILD
 *
 * Test: unit/glib-gio-cancel a_cancellable_cancels_a_call
 */
LODGER_API int lodger_glib_pending_cancel_with (LodgerPending *pending, GCancellable *cancellable);

/**
 * lodger_glib_pending_offer:
 * @pending: whose outcome is offered; a reference is taken when it is done
 * @source: (nullable): the object that the `…_async` was called on
 * @cancellable: (nullable): as for lodger_glib_pending_cancel_with()
 * @callback: (nullable): runs once, with a GAsyncResult for lodger_glib_pending_finish()
 * @user_data: for @callback
 *
 * The end of a library's `…_async` that uses Lodger inside. @callback runs in the thread-default context of this thread,
 * later, never inline. There, too, the references to @source, and to the outcome that nobody has fetched, are dropped: not
 * in the thread that completes @pending. Any thread; does not block.
 *
 * A promise that goes unanswered is offered as LODGER_EUNANSWERED, a %NULL @pending as LODGER_EINVAL (logged).
 *
 * Test: unit/glib-gio-offer a_librarys_own_pair_has_a_pending_inside
 */
LODGER_API void lodger_glib_pending_offer (LodgerPending *pending, GObject *source, GCancellable *cancellable,
                                           GAsyncReadyCallback callback, gpointer user_data);

/**
 * lodger_glib_pending_finish:
 * @result: as @callback of lodger_glib_pending_offer() got it
 * @source: (nullable): as given there
 * @error: (nullable): where a new #GError goes
 *
 * The whole of the library's `…_finish`: the pending, or why it has not succeeded. A pending that was cancelled, and an
 * operation whose GCancellable was, is %G_IO_ERROR_CANCELLED, a failed one has its own GError. In @callback, or later; once.
 *
 * Returns: (transfer full) (nullable): a new reference to the pending, which has succeeded; or %NULL with an error, which for
 * misuse (a line is logged) is of #LODGER_GLIB_ERROR: LODGER_EINVAL for a @result that is %NULL, another's or not of
 * @source; LODGER_EALREADY for the second time
 *
 * Test: unit/glib-gio-offer a_librarys_own_pair_has_a_pending_inside
 */
LODGER_API LodgerPending *lodger_glib_pending_finish (GAsyncResult *result, GObject *source, GError **error);

LODGER_END_DECLS

#endif
