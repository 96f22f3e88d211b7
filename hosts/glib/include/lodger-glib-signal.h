/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file lodger-glib-signal.h
 * A signal of a GObject as a pending, or awaited: a dialog is one line.
 *
 *     int response;
 *     gtk_window_present (GTK_WINDOW (dialog));
 *     code = lodger_glib_await_response (dialog, &response);
 *
 * Without a spawned call, the pending of lodger_glib_signal_next() goes to lodger_pending_then().
 */
#ifndef LODGER_GLIB_SIGNAL_H
#define LODGER_GLIB_SIGNAL_H

#include <glib-object.h>

#include <lodger/lodger.h>

LODGER_BEGIN_DECLS

/** Options of lodger_glib_signal_next(). NULL means all defaults. */
typedef struct LodgerGlibSignalOptions
{
  size_t size; /**< sizeof (LodgerGlibSignalOptions) */
  /** The handler runs after the default handler of the signal, as by %G_CONNECT_AFTER. */
  bool after;
  /** What the handler returns to the emission, such as a %TRUE that stops it. Optional. It is copied. Default: zero of
   * the signal's type. */
  const GValue *answer;
} LodgerGlibSignalOptions;

/** Options of a signal with the given members. See lodger/options.h. */
#define LODGER_GLIB_SIGNAL_OPTIONS(...) LODGER_OPTIONS (LodgerGlibSignalOptions, __VA_ARGS__)

/**
 * lodger_glib_signal_next: (skip)
 * @object: (type GObject.Object): the object that emits
 * @detailed_signal: the signal, with or without a detail: "response", "notify::title"
 * @options: (nullable): options
 *
 * Makes a promise that is done by the next emission of a signal.
 *
 * Call it in a thread that has a reference to @object; it does not block. The emission may come in any thread. The
 * handler that is connected here answers with the arguments of the emission, in the thread that emits. Continuations
 * and waiters read them by lodger_glib_signal_get_argument().
 *
 * The promise does not keep @object alive. If @object is disposed of first, the promise fails with LODGER_EUNANSWERED,
 * in the thread that disposes. The same happens when somebody else disconnects the handler. No code of the program was
 * cancelled then, so it is not LODGER_ECANCELED. A handler of the program that destroys @object in the emission comes
 * first if it was connected first.
 *
 * The handler is disconnected when the promise is done or cancelled: at once in the thread that runs the thread-default
 * main context of this thread, and also while no thread runs that context. Otherwise a source in that context does it.
 * Until then the handler does nothing. So no other thread touches a GUI's object. The handler has a reference to the
 * promise until the promise is done. Cancel the promise to stop listening.
 *
 * Returns: (transfer full): a new reference, never %NULL. An error is a failed pending
 *
 * Errors: LODGER_EINVAL (NULL @object or @detailed_signal, no GObject, no such signal, a detail that the signal does
 * not take, wrong options, an `answer` of another type), LODGER_ENOMEM (no memory).
 * Test: unit/glib-signal an_emission_is_a_pending_with_its_arguments
 * Test: unit/glib-signal the_death_of_the_emitter_is_an_error
 * Since: 0.2
 */
LODGER_API LODGER_GIVEN LodgerPending *lodger_glib_signal_next (void *object, const char *detailed_signal,
                                                                const LodgerGlibSignalOptions *options);

/**
 * lodger_glib_signal_get_argument: (skip)
 * @done: (nullable): of lodger_glib_signal_next()
 * @index: which argument; 0 is the first after the object itself
 *
 * Returns an argument of the emission.
 *
 * Any thread; does not block. It is a copy that was made in the emission.
 *
 * Returns: (transfer none) (nullable): the argument, which lives as long as @done. %NULL when there is no such
 *   argument, and when @done is not done, has failed, was cancelled, or is of another function
 *
 * Errors: none.
 * Test: unit/glib-signal an_emission_is_a_pending_with_its_arguments
 * Since: 0.2
 */
LODGER_API const GValue *lodger_glib_signal_get_argument (LodgerPending *done, guint index);

/**
 * lodger_glib_signal_get_int: (skip)
 * @done: of lodger_glib_signal_next()
 * @index: which argument; 0 is the first after the object itself
 * @ret_value: (out): the number
 *
 * Reads an argument that is a number, a truth value, an enum or flags.
 *
 * Any thread; does not block.
 *
 * Returns: 0, or a negative code
 *
 * Errors: as lodger_pending_get_outcome(), LODGER_EINVAL (NULL, there is no such argument), LODGER_ETYPE (an argument
 * of another type, or a pending of another function).
 * Test: unit/glib-signal numbers_of_all_types_are_read_as_one
 * Since: 0.2
 */
LODGER_API int lodger_glib_signal_get_int (LodgerPending *done, guint index, int64_t *ret_value);

/**
 * lodger_glib_await_signal: (skip)
 * @object: (type GObject.Object): the object that emits
 * @detailed_signal: the signal, with or without a detail
 * @timeout: in nanoseconds. LODGER_FOREVER waits without limit
 * @ret_first: (out) (optional): a #GValue that is all zero. It receives a copy of the first argument. It is left alone
 *   after an error, and if the signal has no argument. To be unset by the receiver
 *
 * Waits for the next emission of a signal.
 *
 * Suspends a spawned call; blocks elsewhere, under the rules of lodger_pending_wait(). @object is not kept alive. When
 * this function returns, the handler no longer does anything: see lodger_glib_signal_next().
 *
 * Returns: 0, or a negative code
 *
 * Errors: as lodger_glib_signal_next(), as lodger_pending_wait(), LODGER_EINVAL (a @ret_first that is in use),
 * LODGER_EUNANSWERED (@object was disposed of, or the handler was disconnected).
 * Test: unit/glib-signal a_thread_awaits_a_signal_of_another
 * Since: 0.2
 */
LODGER_API int lodger_glib_await_signal (void *object, const char *detailed_signal, int64_t timeout, GValue *ret_first);

/**
 * lodger_glib_await_response: (skip)
 * @dialog: (type GObject.Object): any object with a signal "response" whose first argument is a number: a #GtkDialog, a
 *   #GtkNativeDialog
 * @ret_response: (out) (optional): the response
 *
 * Waits for the response of a dialog.
 *
 * The rules are those of lodger_glib_await_signal(), without limit. It neither shows @dialog nor destroys it. A dialog
 * that is destroyed without a response ends the wait with LODGER_EUNANSWERED, unless somebody has a reference to it.
 * GTK itself destroys a #GtkDialog that the user closes, after the response and before this function returns. So keep a
 * weak pointer to @dialog (g_set_weak_pointer()), and no reference, if you go on using it.
 *
 * Returns: 0, or a negative code
 *
 * Errors: as lodger_glib_await_signal(), LODGER_EINVAL (a "response" without a number).
 * Test: unit/glib-signal a_thread_awaits_a_response
 * Since: 0.2
 */
LODGER_API int lodger_glib_await_response (void *dialog, int *ret_response);

LODGER_END_DECLS

#endif
