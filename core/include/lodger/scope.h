/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file scope.h
 * LodgerScope: a lifetime (of a window, an object, a page, a part of the program), and the calls that are bound to it.
 *
 * The end of a scope cancels each call that is bound to it. A call that has not started never starts, whether it is
 * submitted, due, or delivered to the thread and not run yet. A running call is told, as by lodger_pending_cancel(). A
 * call that is submitted later comes back cancelled. So a call-back that uses a window is bound to the window. It need
 * not ask whether the window is still there.
 *
 * A binding keeps the LodgerScope alive, but not the object behind it. `hold` and `release` of the options are called
 * around each bound call that runs in the scope's own thread. So the object is there as long as the call runs.
 *
 * Adapters have scopes that end by themselves: lodger_glib_object_get_scope(), lodger_gtk_widget_get_scope().
 */
#ifndef LODGER_SCOPE_H
#define LODGER_SCOPE_H

#include <lodger/call.h>
#include <lodger/caller.h>
#include <lodger/types.h>

LODGER_BEGIN_DECLS

/** Options of lodger_scope_new(). Made by LODGER_SCOPE_OPTIONS(). */
typedef struct LodgerScopeOptions
{
  size_t size; /**< sizeof (LodgerScopeOptions). LODGER_SCOPE_OPTIONS() fills it in. */
  /** Keeps the object alive. Optional. It is called in the scope's own thread before a bound call runs there. False
   * means that the object is gone: the call is cancelled instead. */
  bool (*hold) (void *object);
  /** Undoes `hold`. Optional. It is called in the scope's own thread when the bound call has returned. */
  void (*release) (void *object);
  /** Given to `hold` and `release`. It is consumed. */
  void *object;
  /** Destroys `object` with the last reference to the scope, in any thread. */
  LodgerDestroyFunc destroy;
  /** Where the scope is made. Static. Optional. LODGER_SCOPE_OPTIONS() fills it in; log lines name it. */
  const char *file;
  /** The line of that place. */
  int line;
  /** Returns whether a bound call may use the object in this thread. Optional. 0 means that it may. A call with another
   * answer, a negative code, does not run, and fails with that code. It is called in the scope's own thread, and in the
   * thread of each caller whose loop Lodger does not drive: before `hold`, and also when a call_soon or call_later is
   * submitted in the caller's own thread. */
  int (*check) (void *object);
} LodgerScopeOptions;

/** Options of a scope with the given members. See options.h. */
#define LODGER_SCOPE_OPTIONS(...) LODGER_OPTIONS_HERE (LodgerScopeOptions, __VA_ARGS__)

/**
 * Makes a scope, which has not ended.
 *
 * Any thread; does not block. The scope's own thread is the thread that makes it.
 *
 * @param options Optional. NULL means all defaults.
 * @return a new reference, or NULL.
 * Errors: LODGER_EINVAL (wrong options), LODGER_ENOMEM (no memory).
 * Test: conformance edge_78_a_scope_ends_between_delivery_and_run
 * Since: 0.1
 */
LODGER_API LODGER_GIVEN LodgerScope *lodger_scope_new (const LodgerScopeOptions *options);

/**
 * Takes a reference.
 *
 * Any thread; does not block. NULL gives NULL.
 *
 * Errors: none.
 * Test: unit/scope a_scope_that_nobody_refers_to_has_not_ended
 * Since: 0.1
 */
LODGER_API LodgerScope *lodger_scope_ref (LodgerScope *scope);

/**
 * Drops a reference.
 *
 * Any thread. NULL is ignored. The last reference does not end the scope: the bound calls run.
 *
 * Errors: none.
 * Test: unit/scope a_scope_that_nobody_refers_to_has_not_ended
 * Since: 0.1
 */
LODGER_API void lodger_scope_unref (LodgerScope *scope);

/**
 * Ends the scope: every bound call is cancelled, in the order of submission.
 *
 * Any thread, also from inside a bound call; does not block. Cancellers and done-callbacks run inside this function.
 * After it returns, no bound call starts any more. A bound call that runs in another thread just now may go on running.
 * Bound calls of this thread cannot.
 *
 * @param message Optional. It is copied. It is the cancel message of the bound calls. Default: "its scope has ended".
 * @return true; false when the scope had ended before, for NULL, and in a forked child.
 * Errors: LODGER_EINVAL (NULL), LODGER_ECHILD (a forked child).
 * Test: conformance edge_78_a_scope_ends_between_delivery_and_run
 * Since: 0.1
 */
LODGER_API bool lodger_scope_end (LodgerScope *scope, const char *message);

/**
 * Returns whether the scope has ended.
 *
 * Any thread; does not block. NULL gives true.
 *
 * Errors: none.
 * Test: conformance edge_78_a_scope_ends_twice
 * Since: 0.1
 */
LODGER_API bool lodger_scope_has_ended (const LodgerScope *scope);

/* ---- bound calls ------------------------------------------------------------------------------------------------- */

/* With options it is LodgerCallOptions::scope. */

/**
 * Runs lodger_caller_call_soon(), bound to @p scope.
 *
 * A scope that has ended gives a pending that is cancelled already. A NULL @p scope gives a pending that has failed
 * with LODGER_EINVAL.
 *
 * @return as lodger_caller_call_soon_full().
 * Errors: as lodger_caller_call_soon_full().
 * Test: conformance edge_78_a_scope_ends_between_delivery_and_run
 * Since: 0.1
 */
LODGER_API LODGER_GIVEN LodgerPending *lodger_scope_call_soon (LodgerScope *scope, LodgerCaller *caller,
                                                               LodgerCallFunc func, void *data,
                                                               LodgerDestroyFunc destroy);
/**
 * Runs lodger_caller_call_later(), bound to @p scope.
 *
 * The rules for @p scope are those of lodger_scope_call_soon().
 *
 * Errors: as lodger_caller_call_later_full().
 * Test: conformance edge_78_each_kind_of_call_can_be_bound
 * Since: 0.1
 */
LODGER_API LODGER_GIVEN LodgerPending *lodger_scope_call_later (LodgerScope *scope, LodgerCaller *caller, int64_t delay,
                                                                LodgerCallFunc func, void *data,
                                                                LodgerDestroyFunc destroy);
/**
 * Runs lodger_caller_to_thread(), bound to @p scope.
 *
 * The rules for @p scope are those of lodger_scope_call_soon(). The object of the scope is not held in the worker.
 *
 * Errors: LODGER_EINVAL (NULL @p scope, @p caller or @p func), LODGER_ENOMEM (no memory), LODGER_EAGAIN (no worker, and
 * the system refuses a thread), LODGER_ECHILD (a forked child).
 * Test: conformance edge_78_each_kind_of_call_can_be_bound
 * Since: 0.1
 */
LODGER_API LODGER_GIVEN LodgerPending *lodger_scope_to_thread (LodgerScope *scope, LodgerCaller *caller,
                                                               LodgerCallFunc func, void *data,
                                                               LodgerDestroyFunc destroy);
/**
 * Runs lodger_pending_then(), bound to @p scope.
 *
 * The rules for @p scope are those of lodger_scope_call_soon(). The end cancels the continuation, but not @p done. Bind
 * @p done, too, if nothing else needs it.
 *
 * Errors: as lodger_pending_then().
 * Test: conformance edge_78_each_kind_of_call_can_be_bound
 * Since: 0.1
 */
LODGER_API LODGER_GIVEN LodgerPending *lodger_scope_then (LodgerScope *scope, LodgerPending *done, LodgerCaller *caller,
                                                          LodgerThenFunc func, void *data, LodgerDestroyFunc destroy);

LODGER_END_DECLS

#ifndef LODGER_NO_CALL_SITES

/* The functions of the same names, with the place of the submission. */

#define lodger_scope_call_soon(scope_, caller, func, data, destroy)                                                    \
  lodger_caller_call_soon_full (caller, func, data, destroy,                                                           \
                                LODGER_CALL_OPTIONS (.flags = LODGER_PENDING_BOUND, .scope = (scope_)))
#define lodger_scope_call_later(scope_, caller, delay, func, data, destroy)                                            \
  lodger_caller_call_later_full (caller, delay, func, data, destroy,                                                   \
                                 LODGER_CALL_OPTIONS (.flags = LODGER_PENDING_BOUND, .scope = (scope_)))
#define lodger_scope_to_thread(scope_, caller, func, data, destroy)                                                    \
  lodger_caller_to_thread_full (caller, func, data, destroy,                                                           \
                                LODGER_CALL_OPTIONS (.flags = LODGER_PENDING_BOUND, .scope = (scope_)))
#define lodger_scope_then(scope_, done, caller, func, data, destroy)                                                   \
  lodger_pending_then_full (done, caller, func, data, destroy,                                                         \
                            LODGER_CALL_OPTIONS (.flags = LODGER_PENDING_BOUND, .scope = (scope_)))

#endif

#endif
