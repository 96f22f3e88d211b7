/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file lodger-glib-await.h
 * Awaiting a GIO operation: an `…_async`/`…_finish` pair as one step of a spawned call.
 *
 *     GAsyncResult *result;
 *     int code = LODGER_GLIB_AWAIT (&result, g_file_load_contents_async, file);
 *     if (code == 0)
 *       {
 *         g_file_load_contents_finish (file, result, &text, &size, NULL, &error);
 *         g_object_unref (result);
 *       }
 *
 * LODGER_GLIB_AWAIT_FINISH() also calls a `…_finish` that has no other arguments than the result and the error:
 *
 *     size = LODGER_GLIB_AWAIT_FINISH (&error, g_input_stream_read, stream, buffer, sizeof buffer, G_PRIORITY_DEFAULT);
 *
 * A function whose last arguments are not the cancellable, the call-back and the user data is written out:
 *
 *     LodgerPending *pending = lodger_glib_await_new ();
 *     if (lodger_pending_is_done (pending))
 *       lodger_glib_async_ready (NULL, NULL, pending);
 *     else
 *       its_async (object, lodger_glib_async_get_cancellable (pending), progress, lodger_glib_async_ready, pending);
 *     code = lodger_glib_await_end (pending, &result);
 */
#ifndef LODGER_GLIB_AWAIT_H
#define LODGER_GLIB_AWAIT_H

#include <gio/gio.h>

#include <lodger/lodger.h>

LODGER_BEGIN_DECLS

/**
 * lodger_glib_await_new: (skip)
 *
 * Makes the pending of an operation that is started next and then awaited by lodger_glib_await_end().
 *
 * Call it in the call that waits; it does not block. Start the operation with lodger_glib_async_get_cancellable(),
 * lodger_glib_async_ready() and the pending, as for lodger_glib_async_new(). A pending that is done is a refusal: then
 * do not start the operation, but give it back by `lodger_glib_async_ready (NULL, NULL, pending)`. LODGER_GLIB_AWAIT()
 * does all this.
 *
 * Returns: (transfer full): a new reference, never %NULL, for lodger_glib_await_end()
 *
 * Errors: LODGER_EWRONGTHREAD (a thread whose loop Lodger does not drive, outside of a spawned call), LODGER_EDEADLK
 * (the loop of this thread has to bring the operation back, and the wait would block it), LODGER_ESTATE (a wait is
 * refused here: see lodger_await_check()), LODGER_ENOMEM (no memory), LODGER_ECHILD (a forked child).
 * Test: unit/glib-await a_file_is_loaded_in_one_line
 * Since: 0.2
 */
LODGER_API LODGER_GIVEN LodgerPending *lodger_glib_await_new (void);

/**
 * lodger_glib_await_end: (skip)
 * @pending: (transfer full): of lodger_glib_await_new(); consumed
 * @ret_result: (out) (optional): receives a new reference to the result, to be given to the operation's `…_finish`,
 *   also if the operation has failed; or %NULL
 *
 * Waits until the operation has come back.
 *
 * Suspends the spawned call. In a thread without a caller it blocks, and another thread has to run the context of the
 * operation. When the call is cancelled, also by its timeout, the operation is cancelled by its GCancellable. **The
 * function returns only after the operation has come back**, so a buffer on the stack can be given to it. GIO calls
 * back in any case. When a stop has ended the loop meanwhile, this function itself iterates the context until then.
 *
 * Returns: 0: the operation has come back, with success or not. Otherwise a negative code
 *
 * Errors: as lodger_glib_await_new(), LODGER_EINVAL (NULL), LODGER_ECANCELED (the waiter's own call was cancelled, or
 * the operation's GCancellable), LODGER_EUNANSWERED (the operation was not started).
 * Test: unit/glib-await a_file_is_loaded_in_one_line
 * Test: unit/glib-await-ends a_cancelled_call_returns_after_its_operation
 * Since: 0.2
 */
LODGER_API int lodger_glib_await_end (LodgerPending *pending, GAsyncResult **ret_result);

LODGER_END_DECLS

/** Starts an operation of GIO and waits for it: the code of lodger_glib_await_end().
 *
 * `start (…, cancellable, call-back, user_data)` is the `…_async` function, with the given arguments before the last
 * three. The first of them is the object. A refused wait does not start it. `ret_result` receives the result, or
 * %NULL. */
#define LODGER_GLIB_AWAIT(ret_result, start, ...)                                                                      \
  __extension__({                                                                                                      \
    LodgerPending *lodger_awaited_ = lodger_glib_await_new ();                                                         \
    if (lodger_pending_is_done (lodger_awaited_))                                                                      \
      lodger_glib_async_ready (NULL, NULL, lodger_awaited_);                                                           \
    else                                                                                                               \
      start (__VA_ARGS__, lodger_glib_async_get_cancellable (lodger_awaited_), lodger_glib_async_ready,                \
             lodger_awaited_);                                                                                         \
    lodger_glib_await_end (lodger_awaited_, ret_result);                                                               \
  })

/** Starts an operation of GIO, waits for it, and gives what its `…_finish` gives.
 *
 * The functions are `name_async (object, …, cancellable, call-back, user_data)` and
 * `name_finish (object, result, error)`. Arguments come after the object. If the wait is not 0, because of a cancel or
 * a refusal, `error` is set, and the value is 0, %FALSE or %NULL.
 *
 * Test: unit/glib-await-finish the_value_is_that_of_the_finish_function
 * Test: unit/glib-await-finish after_a_cancel_the_value_is_0_and_the_error_says_so */
#define LODGER_GLIB_AWAIT_FINISH(error, name, object, ...)                                                             \
  __extension__({                                                                                                      \
    g_autoptr (GAsyncResult) lodger_result_ = NULL;                                                                    \
    int lodger_code_ = LODGER_GLIB_AWAIT (&lodger_result_, name##_async, object, __VA_ARGS__);                         \
    lodger_glib_await_is_over (lodger_code_, error) ? name##_finish (object, lodger_result_, error) : 0;               \
  })

/** For the macro above: whether the wait was 0. Otherwise it sets the error. */
static inline gboolean
lodger_glib_await_is_over (int code, GError **error)
{
  if (code != 0)
    g_set_error_literal (error, G_IO_ERROR, code == LODGER_ECANCELED ? G_IO_ERROR_CANCELLED : G_IO_ERROR_FAILED,
                         lodger_error_code_string (code));
  return code == 0;
}

#endif
