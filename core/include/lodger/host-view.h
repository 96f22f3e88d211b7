/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file host-view.h Work in another thread for a widget: the part that all toolkits have in common.
 *
 * Only adapters include it. An adapter calls what the work is for a **view**: a widget, or an object of its toolkit,
 * with the program's functions and data. The core submits the work, limits its time, and binds its outcome to the
 * view's scope. It decides which function of the outcome runs, if any. It collects what the work reports and sends
 * meanwhile. The adapter runs the program's functions and touches the toolkit, by the operations of a
 * LodgerHostViewOps.
 *
 * **Threads.** A view lives in the thread of a caller. The operations run in that thread, except `destroy` of a view
 * whose caller has ended. While the core runs an operation, the view exists. User code in an operation may end the
 * view's scope.
 */
#ifndef LODGER_HOST_VIEW_H
#define LODGER_HOST_VIEW_H

#include <lodger/limiter.h>
#include <lodger/scope.h>
#include <lodger/slot.h>
#include <lodger/types.h>

LODGER_BEGIN_DECLS

/** The functions of the program that can be told an outcome. */
typedef enum LodgerHostTold
{
  LODGER_HOST_TOLD_DONE,      /**< the function for each outcome that has no function of its own */
  LODGER_HOST_TOLD_FAILED,    /**< the function for a failure, and for the end of the time */
  LODGER_HOST_TOLD_CANCELLED, /**< the function for a cancellation */
} LodgerHostTold;

/** What a program has given. The values are bits. */
typedef enum LodgerHostViewFlags
{
  LODGER_HOST_VIEW_DONE = 1 << 0,      /**< a function for LODGER_HOST_TOLD_DONE */
  LODGER_HOST_VIEW_FAILED = 1 << 1,    /**< a function for LODGER_HOST_TOLD_FAILED */
  LODGER_HOST_VIEW_CANCELLED = 1 << 2, /**< a function for LODGER_HOST_TOLD_CANCELLED */
  LODGER_HOST_VIEW_PROGRESS = 1 << 3,  /**< reports are shown */
  LODGER_HOST_VIEW_ITEMS = 1 << 4,     /**< items are taken */
} LodgerHostViewFlags;

/** The operations of an adapter's views. They are static. The comment of a member says the meaning of NULL. Members are
 * only ever appended: see options.h. */
typedef struct LodgerHostViewOps
{
  size_t size; /**< sizeof (LodgerHostViewOps) */
  /** The adapter's function that calls lodger_host_run_work(). Log lines name it. Mandatory. */
  const char *run_name;
  /** The adapter's function that calls lodger_host_report(). Mandatory. */
  const char *report_name;
  /** The adapter's function that calls lodger_host_send(). Mandatory. */
  const char *send_name;
  /** Frees the view, and destroys the program's data. Mandatory. It comes once, last of all. */
  void (*destroy) (void *view);
  /** Runs the function of the program that @p told means, with @p outcome, which is done. Mandatory. */
  void (*tell) (void *view, LodgerHostTold told, LodgerPending *outcome);
  /** Shows a report, without the program's function: on a bar. @p text is NULL when no text has come since the last
   * report that was shown. NULL: nothing is to be done. */
  void (*show) (void *view, double fraction, const char *text);
  /** Runs the program's function with the same report. NULL: there is none. */
  void (*progress) (void *view, double fraction, const char *text);
  /** Runs the program's function with the next items. It may set places to NULL: the items of the others are destroyed
   * afterwards. NULL: there are no items. */
  void (*items) (void *view, void **items, size_t count);
  /** Lets the user cancel the work: enables a button. @p work is valid until `unbind`. NULL: there is no button. */
  void (*bind) (void *view, LodgerPending *work);
  /** Undoes `bind`. It may come again, and without a `bind`. NULL only if `bind` is NULL. */
  void (*unbind) (void *view);
  /** Keeps the view's object alive while the program's functions run outside of a call that is bound to the view's
   * scope. NULL: nothing is to be done. */
  void (*hold) (void *view);
  /** Undoes `hold`. NULL only if `hold` is NULL. */
  void (*release) (void *view);
  /** Keeps the program running until `let_end`. It comes for work that holds, and is not done. NULL: nothing is to be
   * done. */
  void (*keep_running) (void *view, LodgerPending *work);
  /** Undoes `keep_running`: the work is done, or the caller stops. NULL only if `keep_running` is NULL. */
  void (*let_end) (void *view);
  /** Tells that the work was submitted, so that the adapter can tie it to a cancellable of the toolkit. NULL:
   * nothing is to be done. */
  void (*submitted) (void *view, LodgerPending *work);
  /** Returns a static message if the program has cancelled the work by a cancellable of the toolkit; otherwise NULL.
   * NULL: there is no such thing. */
  const char *(*why_cancelled) (void *view);
  /** Runs @p func with @p data by the loop, soon, without a caller. @p data is consumed: @p destroy runs once,
   * afterwards, or when the view's object or the loop ends before. Mandatory. */
  void (*soon) (void *view, void (*func) (void *data), void *data, LodgerDestroyFunc destroy);
} LodgerHostViewOps;

/** What lodger_host_run_work() is given of the adapter and of the program. Members are only ever appended. All is
 * borrowed. */
typedef struct LodgerHostViewOptions
{
  size_t size; /**< sizeof (LodgerHostViewOptions) */
  /** The work. It runs with `data`. */
  LodgerCallFunc work;
  /** Given to the work. It is the view's: `destroy` of the operations destroys it. */
  void *data;
  /** The caller of the view's thread. */
  LodgerCaller *home;
  /** The scope of the view. */
  LodgerScope *view_scope;
  /** A scope of the program, which may end before the view. Optional. */
  LodgerScope *scope;
  /** What the program has given: LodgerHostViewFlags. */
  unsigned flags;
  /** As in LodgerCallOptions, like the next two members. */
  const char *name;
  /** The file of the call. */
  const char *file;
  /** The line of the call. */
  int line;
  /** The caller in whose thread the work runs. Optional. Default: a worker thread. */
  LodgerCaller *caller;
  /** The name of the worker that runs the work. Optional. */
  const char *worker;
  /** How long the work may take, in nanoseconds. 0 or less: any time. */
  int64_t timeout;
  /** The end of the scopes does not cancel the work. */
  bool hold;
  /** The limiter that lets the work begin. Optional. */
  LodgerLimiter *limiter;
  /** As in LodgerCallOptions: for a limiter. */
  int priority;
  /** The slot that the work is given to. Optional, and not beside a limiter. */
  LodgerSlot *slot;
  /** Destroys an item. Optional. */
  LodgerDestroyFunc item_destroy;
  /** 0, or the code with which the adapter refuses. Then no work starts, and no place is needed. */
  int refusal;
  /** Why the adapter refuses. Optional. Default: lodger_error_code_string() of `refusal`. */
  const char *reason;
} LodgerHostViewOptions;

/**
 * Adapter to Lodger: does work in another thread, and comes back to the view with the outcome.
 *
 * The view's thread; does not block. The end of the view's scope cancels the work, unless it holds. Exactly one
 * function of the outcome is told, as long as the scopes last and a slot prefers no other work. A cancellation beats
 * another outcome that was not told yet. When the time is over, the work is cancelled, and LODGER_ETIMEDOUT is told at
 * once. The last report and the last items come before the outcome.
 *
 * @p view is consumed in each case, unless @p ops is refused. While `home` stops, no work starts. Then the refusal is
 * told by `soon`. Misuse is logged, with the place that the options name, and is not told.
 *
 * @param view given to the operations.
 * @param options Not NULL.
 * @return a new reference to the outcome of the work, never NULL. A refusal is a done pending.
 * Errors: LODGER_EINVAL (NULL @p ops, @p options, work, home or scope, wrong size, a mandatory operation is missing, a
 * limiter and a slot), LODGER_ESHUTDOWN (the caller is stopping, the limiter is closed), LODGER_ENOMEM (no memory),
 * LODGER_ECHILD (a forked child).
 * Test: unit/view the_outcome_comes_back_to_the_view
 * Since: 0.2
 */
LODGER_API LODGER_GIVEN LodgerPending *lodger_host_run_work (const LodgerHostViewOps *ops, void *view,
                                                             const LodgerHostViewOptions *options);

/**
 * Adapter to Lodger: reports how far a view's work is.
 *
 * In the work's function, or while its answer is deferred, in any thread; does not block. Only the newest report is
 * shown, at most once in 16 ms. A report that nobody looks at is ignored.
 *
 * @param ops the same as of lodger_host_run_work().
 * @param self the work's own pending.
 * @param fraction given to the operations.
 * @param text Optional. Copied. NULL leaves the earlier text.
 * @return 0, or a negative code.
 * Errors: LODGER_EINVAL (NULL @p ops or @p self), LODGER_ECANCELED (the work was cancelled), LODGER_ESTATE (the pending
 * is no work of such a view, or is done), LODGER_ENOMEM (no memory).
 * Test: unit/view the_newest_report_is_shown_before_the_outcome
 * Since: 0.2
 */
LODGER_API int lodger_host_report (const LodgerHostViewOps *ops, LodgerPending *self, double fraction,
                                   const char *text);

/**
 * Adapter to Lodger: sends an item of a view's work.
 *
 * In the work's function, or while its answer is deferred, in any thread. Up to 1,000 items wait. Beyond that the
 * function blocks until there is room, or until the work is cancelled.
 *
 * @param ops the same as of lodger_host_run_work().
 * @param self the work's own pending.
 * @param item Not NULL. It is consumed, except after LODGER_EINVAL and LODGER_ESTATE.
 * @return 0, or a negative code.
 * Errors: LODGER_EINVAL (NULL), LODGER_ECANCELED (the work was cancelled, or its view is gone), LODGER_ESTATE (the
 * pending is no work of such a view that takes items, or is done), LODGER_EAGAIN (there is no room, and this thread may
 * not block), LODGER_ENOMEM (no memory).
 * Test: unit/view items_come_in_order_before_the_outcome
 * Since: 0.2
 */
LODGER_API int lodger_host_send (const LodgerHostViewOps *ops, LodgerPending *self, void *item);

LODGER_END_DECLS

#endif
