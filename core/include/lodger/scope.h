/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file scope.h
 * LodgerScope: something that ends (a window, an object, a page, a program's own bracket), and the calls that are bound to
 * it.
 *
 * When a scope ends, each call that is bound to it is cancelled: one that has not started never does, whatever happened
 * to it before (submitted, due, delivered to the thread and not run yet); one that runs is told, as by
 * lodger_pending_cancel(). A call that is submitted later comes back cancelled. So a call-back that uses a window is bound
 * to the window, and does not need to ask whether that is still there.
 *
 * A binding keeps the LodgerScope alive, but not what it stands for: `hold` and `release` of the options are called around
 * each bound call that runs in the scope's own thread, so that what it stands for is there as long as the call runs.
 *
 * Adapters have scopes that end by themselves: lodger_glib_object_get_scope(), lodger_gtk_widget_get_scope().
 */
#ifndef LODGER_SCOPE_H
#define LODGER_SCOPE_H

#include <lodger/caller.h>
#include <lodger/types.h>

LODGER_BEGIN_DECLS

/** Options of lodger_scope_new(). Members are only ever appended. */
typedef struct LodgerScopeOptions
{
  size_t size; /**< sizeof (LodgerScopeOptions) */
  bool (*hold) (
      void *object); /**< NULL, or called in the scope's own thread before a bound call runs there; false: it is
                                    gone, and the call is cancelled instead */
  void (*release) (void *object); /**< NULL, or called there when that call has returned */
  void *object;                   /**< given to the two; consumed */
  LodgerDestroyFunc destroy;      /**< of `object`, when the last reference to the scope goes, in whatever thread */
} LodgerScopeOptions;

/**
 * Makes a scope, which has not ended. The thread that makes it is its own.
 *
 * Any thread; does not block.
 *
 * @param options NULL for defaults.
 * @return a new reference; NULL, and a log line, without memory or for a wrong size.
 * Test: conformance edge_78_a_scope_ends_between_delivery_and_run
 */
LODGER_API LodgerScope *lodger_scope_new (const LodgerScopeOptions *options);

/** Takes a reference. Any thread. NULL gives NULL. Test: unit/scope a_scope_that_nobody_refers_to_has_not_ended */
LODGER_API LodgerScope *lodger_scope_ref (LodgerScope *scope);

/** Drops a reference; the last one does not end the scope: what is bound to it runs. Any thread. NULL is ignored. Test:
 * unit/scope a_scope_that_nobody_refers_to_has_not_ended */
LODGER_API void lodger_scope_unref (LodgerScope *scope);

/**
 * Ends it: everything that is bound to it is cancelled, in the order of submission.
 *
 * Any thread, also from inside a bound call; does not block, but runs cancellers and done-callbacks here. When it
 * returns, no bound call starts any more. One that runs in another thread just now may go on running; those that run in
 * this thread cannot.
 *
 * @param message copied, or NULL for "its scope has ended": the cancel message of what is bound.
 * @return true; false when it had ended before, and, with a log line, for NULL and in a forked child.
 * Test: conformance edge_78_a_scope_ends_between_delivery_and_run
 */
LODGER_API bool lodger_scope_end (LodgerScope *scope, const char *message);

/** Whether it has ended. Any thread; does not block. True for NULL. Test: conformance edge_78_a_scope_ends_twice */
LODGER_API bool lodger_scope_has_ended (const LodgerScope *scope);

/* ---- bound calls ------------------------------------------------------------------------------------------------- */

/* With options it is LodgerCallOptions::scope. */

/**
 * lodger_caller_call_soon(), bound to @p scope. A scope that has ended gives a pending that is cancelled already.
 * @return as lodger_caller_call_soon_full(); one that has failed with LODGER_EINVAL for a NULL scope.
 * Test: conformance edge_78_a_scope_ends_between_delivery_and_run
 */
LODGER_API LodgerPending *lodger_scope_call_soon (LodgerScope *scope, LodgerCaller *caller, LodgerCallFunc func,
                                                  void *data, LodgerDestroyFunc destroy);
/** lodger_caller_call_later(), bound to @p scope as by lodger_scope_call_soon(). Test: conformance
 * edge_78_each_kind_of_call_can_be_bound */
LODGER_API LodgerPending *lodger_scope_call_later (LodgerScope *scope, LodgerCaller *caller, int64_t delay,
                                                   LodgerCallFunc func, void *data, LodgerDestroyFunc destroy);
/** lodger_caller_to_thread(), bound to @p scope as by lodger_scope_call_soon(). What the scope stands for is not held in
 * the worker. Test: conformance edge_78_each_kind_of_call_can_be_bound */
LODGER_API LodgerPending *lodger_scope_to_thread (LodgerScope *scope, LodgerCaller *caller, LodgerCallFunc func,
                                                  void *data, LodgerDestroyFunc destroy);
/** lodger_pending_then(), bound to @p scope as by lodger_scope_call_soon(). The end cancels the continuation, not
 * @p done: bind that, too, if nobody else wants it. Test: conformance edge_78_each_kind_of_call_can_be_bound */
LODGER_API LodgerPending *lodger_scope_then (LodgerScope *scope, LodgerPending *done, LodgerCaller *caller,
                                             LodgerThenFunc func, void *data, LodgerDestroyFunc destroy);

LODGER_END_DECLS

#ifndef LODGER_NO_CALL_SITES

#define lodger_scope_call_soon(scope, caller, func, data, destroy)                                                     \
  lodger_caller_call_soon_full (caller, func, data, destroy, LODGER_CALL_SITE_IN (scope))
#define lodger_scope_call_later(scope, caller, delay, func, data, destroy)                                             \
  lodger_caller_call_later_full (caller, delay, func, data, destroy, LODGER_CALL_SITE_IN (scope))
#define lodger_scope_to_thread(scope, caller, func, data, destroy)                                                     \
  lodger_caller_to_thread_full (caller, func, data, destroy, LODGER_CALL_SITE_IN (scope))
#define lodger_scope_then(scope, done, caller, func, data, destroy)                                                    \
  lodger_pending_then_full (done, caller, func, data, destroy, LODGER_CALL_SITE_IN (scope))

#endif

#endif
