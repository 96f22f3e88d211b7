/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file lodger-qt-run.h
 * Work in another thread whose outcome comes back to a QObject. The first line to type is:
 *
 *     lodger_qt_run (window, work, done, data);
 *
 * `work` runs in a worker thread. `done` runs in the thread of the object, with the outcome. If the object is gone by
 * then, the work is cancelled and `done` does not run. Options may follow:
 *
 *     lodger_qt_run (window, work, done, data, .progress_bar = bar, .cancel_button = button, .failed = show_error);
 *
 * All functions belong to the thread that the object lives in, except lodger_qt_report() and lodger_qt_send(). Widgets
 * live in the main thread.
 */
#ifndef LODGER_QT_RUN_H
#define LODGER_QT_RUN_H

#include <lodger/lodger.h>

#ifdef __cplusplus
class QObject;
#else
/** A QObject of Qt. C code only passes it on. */
typedef struct QObject QObject;
#endif

LODGER_BEGIN_DECLS

/** Runs with the outcome of the work. @p object is there. @p done is borrowed: lodger_pending_get_int() and its
 * siblings read it. */
typedef void (*LodgerQtDoneFunc) (QObject *object, LodgerPending *done, void *data);

/** Runs when the work has failed, or when it was cancelled. A time limit is LODGER_ETIMEDOUT, and a cancellation is
 * LODGER_ECANCELED. @p error is borrowed. */
typedef void (*LodgerQtErrorFunc) (QObject *object, const LodgerError *error, void *data);

/** Runs with the newest report of the work, at most once in 16 ms. @p text is the newest text that came with a
 * fraction. It is NULL when no text has come since the last run of this function. */
typedef void (*LodgerQtProgressFunc) (QObject *object, double fraction, const char *text, void *data);

/** Runs with the next items that the work has sent, in order. @p object is there. The items are destroyed after the
 * function, except those whose place it has set to NULL. */
typedef void (*LodgerQtItemsFunc) (QObject *object, void **items, size_t count, void *data);

/**
 * Options of lodger_qt_run() and lodger_qt_run_full(). Members are only ever appended.
 *
 * Exactly one function of the outcome runs, as long as the object is there and a slot prefers no other work. NULL members
 * choose it:
 *
 * | the work         | neither given | only `failed` | only `cancelled` | both given  |
 * | ---------------- | ------------- | ------------- | ---------------- | ----------- |
 * | has succeeded    | `done`        | `done`        | `done`           | `done`      |
 * | has failed       | `done`        | `failed`      | `done`           | `failed`    |
 * | is late          | `done`        | `failed`      | `done`           | `failed`    |
 * | was cancelled    | `done`        | none          | `cancelled`      | `cancelled` |
 *
 * A user who has cancelled needs no message: `failed` is not told of it. The button is disabled in each case, unless
 * other work has the same button. Late work that was cancelled before has been cancelled. Work whose outcome is still on
 * its way can be cancelled, too.
 */
typedef struct LodgerQtRunOptions
{
  size_t size; /**< sizeof (LodgerQtRunOptions) */
  /** Destroys the data. Optional. It runs once, in the thread of the object, when neither `work` nor `done` needs the
   * data. If the caller has stopped, or lodger_qt_run_full() is called in another thread, it runs in that thread. */
  LodgerDestroyFunc destroy;
  /** Runs when the work has failed or is late. Optional. */
  LodgerQtErrorFunc failed;
  /** Runs when the work was cancelled. Optional. It may be the same function as `failed`. */
  LodgerQtErrorFunc cancelled;
  /** Runs with the reports of lodger_qt_report(). Optional. */
  LodgerQtProgressFunc progress;
  /** Shows the reports. Optional. It is a QProgressBar, or another object with the properties `minimum`, `maximum` and
   * `value`. It shows the fraction of its own range, or a busy bar when the fraction is negative. A text becomes its
   * `format`. */
  QObject *progress_bar;
  /** Cancels the work when it is clicked. Optional. It is a QAbstractButton, a QAction, or another object with the property
   * `enabled` and the signal `clicked` or `triggered`. It is enabled from the start until it is clicked, or until the
   * outcome is back. */
  QObject *cancel_button;
  /** As in LodgerCallOptions, like the next two members. */
  const char *name;
  /** The file of the call. LODGER_QT_RUN_OPTIONS() fills it in. */
  const char *file;
  /** The line of the call. */
  int line;
  /** The caller in whose thread the work runs. Optional. Default: a worker thread. */
  LodgerCaller *caller;
  /** The name of the worker that runs the work, as in LodgerCallOptions. Optional. It is a worker of `caller`, or of the
   * caller of the object's thread. A database has such a thread of its own. */
  const char *worker;
  /** How long the work may take from now on, in nanoseconds. 0 or less: any time. When the time is over, the work is
   * cancelled, and its outcome is told at once as LODGER_ETIMEDOUT. The work may go on for a while. The data lives as
   * long. */
  int64_t timeout;
  /** The work is a save, which has to be finished. The end of the object does not cancel it; only the functions of the
   * outcome do not run then. A QGuiApplication does not quit with its last window until the work has ended, as by
   * QEventLoopLocker. QCoreApplication::quit() ends it all the same. */
  bool hold;
  /** A scope of the program, which may end before the object. Optional. It is used in addition to the object's scope. Its
   * end cancels the work, unless the work holds; and no function of the outcome runs any more. `hold` and `release` of
   * the scope are called around these functions. */
  LodgerScope *scope;
  /** Runs with the items of lodger_qt_send(), such as the rows of a query, in batches. Optional. The last batch comes before
   * the outcome. */
  LodgerQtItemsFunc items;
  /** Destroys an item. Optional. */
  LodgerDestroyFunc item_destroy;
  /** The limiter (lodger/limiter.h) that lets the work begin. Optional. The cancel button takes work out that waits. The
   * time limit counts from now on, also while the work waits. */
  LodgerLimiter *limiter;
  /** As in LodgerCallOptions: for a limiter. */
  int priority;
  /** The slot (lodger/slot.h) that the work is given to. Optional, and not beside a limiter. When the slot prefers other
   * work, none of the functions of this work runs any more: no outcome is told, not even one that is on its way. The
   * cancel button and the progress bar belong to the other work then. The cancellers of the work that is replaced run
   * inside lodger_qt_run_full(). A cancel of the slot is told as a cancel. */
  LodgerSlot *slot;
} LodgerQtRunOptions;

/** Options of a run with the given members. See lodger/options.h. */
#define LODGER_QT_RUN_OPTIONS(...) LODGER_OPTIONS_HERE (LodgerQtRunOptions, __VA_ARGS__)

/**
 * Does work in another thread, and comes back to @p object with the outcome.
 *
 * The thread of the object; does not block. The end of the object cancels the work, unless it holds: see
 * lodger_qt_object_get_scope(). Work that has not started then never runs. Running work sees it by
 * lodger_pending_is_cancelled(). None of the functions runs in the thread of the object any more. The last progress comes
 * before the outcome. LodgerQtRunOptions says which function gets which outcome.
 *
 * lodger_pending_cancel() cancels the work, in any thread. After a cancel in the thread of the object no other outcome is
 * told, even if the work has ended before, and the cancel answers false. The pending then keeps the outcome of the work.
 * The cancel button does the same.
 *
 * The data is consumed in each case, except for options without a size, whose `destroy` cannot be read. While the caller of
 * the object's thread stops, no work starts. Then `failed` or @p done is told by the event loop, if it still runs.
 *
 * @param work runs in a worker thread, as of lodger_caller_to_thread(), unless `caller` names another thread.
 * @param done Optional. Runs in the thread of the object with the outcome.
 * @param data given to all functions.
 * @param options Optional. NULL means all defaults.
 * @return a new reference to the outcome of the work, never NULL, to be cancelled or dropped. A refusal is a done pending.
 *         `failed` or @p done is told of it as well, unless it is misuse. Work that is late has been cancelled, also if
 *         @p done was told LODGER_ETIMEDOUT; or it has ended at that moment.
 * Errors: LODGER_EINVAL (NULL @p object or @p work, wrong options, a cancel button that is no button, a progress bar that
 * is none, a limiter and a slot), LODGER_EWRONGTHREAD (the object lives in another thread), LODGER_ESTATE (there is no
 * QCoreApplication), LODGER_ESHUTDOWN (the caller of this thread is stopping, the limiter is closed), LODGER_ENOMEM (no
 * memory).
 * Test: qt/run the_outcome_comes_back_to_the_object
 * Test: qt/run wrong_options_are_refused
 * Since: 0.2
 */
LODGER_API LODGER_GIVEN LodgerPending *lodger_qt_run_full (QObject *object, LodgerCallFunc work, LodgerQtDoneFunc done,
                                                           void *data, const LodgerQtRunOptions *options);

/**
 * Runs lodger_qt_run_full(), and drops the pending.
 *
 * The thread of the object; does not block. In C and C++ it is also a macro, which records file and line, and takes
 * options after @p data: `lodger_qt_run (window, work, done, data, .progress_bar = bar, .failed = f)`.
 *
 * @param data is not destroyed. It has to live until @p work has returned, which may be after the object's end. `destroy`
 *        in the options destroys data.
 * Errors: as lodger_qt_run_full().
 * Test: qt/run options_follow_the_data
 * Since: 0.2
 */
LODGER_API void lodger_qt_run (QObject *object, LodgerCallFunc work, LodgerQtDoneFunc done, void *data);

/**
 * Reports how far the work is.
 *
 * In the work's function, or while its answer is deferred, in any thread. Only the newest report is shown, at most once
 * in 16 ms. The last one is shown before `done`. Does not block.
 *
 * @param self the work's own pending.
 * @param fraction from 0 to 1; negative or not a number when it is not known. A bar takes more than 1 for 1.
 * @param text Optional. It is copied. NULL leaves the earlier text.
 * @return 0, or a negative code.
 * Errors: LODGER_EINVAL (NULL), LODGER_ECANCELED (the work was cancelled, and should end), LODGER_ESTATE (the pending
 * is not the work of lodger_qt_run_full(), or is done), LODGER_ENOMEM (no memory).
 * Test: qt/run a_bar_shows_the_newest_report
 * Since: 0.2
 */
LODGER_API int lodger_qt_report (LodgerPending *self, double fraction, const char *text);

/**
 * Sends an item of the work, such as a row, to the function `items` of the run.
 *
 * In the work's function, or while its answer is deferred, in any thread. Up to 1,000 items wait. Beyond that the work
 * waits for the thread of the object, so that it does not flood it. A cancel of the work ends the wait.
 *
 * @param self the work's own pending.
 * @param item not NULL. It is consumed: a refusal destroys it, except for LODGER_EINVAL and LODGER_ESTATE.
 * @return 0, or a negative code.
 * Errors: LODGER_EINVAL (NULL), LODGER_ECANCELED (the work was cancelled, or its object is gone), LODGER_ESTATE (the
 * pending is not the work of lodger_qt_run_full() with `items`, or is done), LODGER_EAGAIN (there is no room, and this
 * thread may not block), LODGER_ENOMEM (no memory).
 * Test: qt/run items_come_in_batches_before_the_outcome
 * Since: 0.2
 */
LODGER_API int lodger_qt_send (LodgerPending *self, void *item);

LODGER_END_DECLS

#ifndef LODGER_NO_CALL_SITES

/* The function of the same name, with the place of the call and options. */

#define lodger_qt_run(object, work, done, ...) LODGER_QT_RUN_WITH (object, work, done, __VA_ARGS__, )
#define LODGER_QT_RUN_WITH(object, work, done, data, ...)                                                              \
  lodger_pending_disown (lodger_qt_run_full (object, work, done, data, LODGER_QT_RUN_OPTIONS (__VA_ARGS__)))

#endif

#endif
