/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file lodger-gtk4.h
 * Lodger in a GTK 4 program. The first line to type is:
 *
 *     lodger_gtk_run (widget, work, done, data);
 *
 * `work` runs in a worker thread. `done` runs in the GUI thread, with the outcome. If the widget or its window is gone
 * by then, the work is cancelled and `done` does not run. Options may follow:
 *
 *     lodger_gtk_run (widget, work, done, data, .progress_bar = bar, .cancel_button = button, .failed = show_error);
 *
 * All functions belong to the GUI thread, except lodger_gtk_report() and lodger_gtk_send().
 */
#ifndef LODGER_GTK4_H
#define LODGER_GTK4_H

#include <gtk/gtk.h>

#include <lodger-glib.h>

LODGER_BEGIN_DECLS

/* ---- the caller -------------------------------------------------------------------------------------------------- */

/**
 * lodger_gtk_attach:
 * @error: (nullable): where a #GError goes, in the domain %LODGER_GLIB_ERROR
 *
 * Attaches the GUI thread's caller to GTK's main context, and enters it.
 *
 * GUI thread; does not block. It is lodger_glib_attach() with slices that end when the next frame is due. Calls that
 * come in numbers run between frames, and delay no frame by more than one call. An existing caller is returned as it
 * is. lodger_caller_leave() ends the caller, and so does the shutdown of the default application.
 *
 * Returns: (transfer full) (nullable): the caller, or %NULL with an error
 *
 * Errors: LODGER_EWRONGTHREAD (not the GUI thread), LODGER_EALREADY (another host or backend has taken the name
 * "glib"), LODGER_ENOMEM (no memory).
 * Test: gtk/run attaching_and_asking_give_the_same_caller
 * Since: 0.1
 */
LODGER_API LODGER_GIVEN LodgerCaller *lodger_gtk_attach (GError **error);

/**
 * lodger_gtk_attach_full: (skip)
 * @options: (nullable): `host` and `host_options` in it are ignored. The name and the backends have to match an
 *   existing caller; the other members are looked at only when the caller is made
 * @error: (nullable): as for lodger_gtk_attach()
 *
 * Attaches as lodger_gtk_attach(), with options.
 *
 * Returns: (transfer full) (nullable): the caller, or %NULL with an error
 *
 * Errors: as lodger_gtk_attach(), LODGER_EINVAL (wrong options, a `backend` in @options), LODGER_EMISMATCH (the
 * existing caller has another name or backend), LODGER_ENOENT (no such workers' backend), LODGER_ENOSYS (it can only
 * be a guest).
 * Test: gtk/run attaching_and_asking_give_the_same_caller
 * Since: 0.1
 */
LODGER_API LODGER_GIVEN LodgerCaller *lodger_gtk_attach_full (const LodgerCallerOptions *options, GError **error);

/**
 * lodger_gtk_default_caller: (skip)
 *
 * Returns the GUI thread's caller.
 *
 * Does not block. It is the caller of lodger_gtk_attach() or lodger_glib_attach(). If there is none, one is made now.
 * It runs until the application shuts down or lodger_caller_stop_wait(), and need not be left. The GUI thread is the
 * thread that asks first.
 *
 * Returns: (transfer none) (nullable): the caller, valid until it has stopped; or %NULL
 *
 * Errors: LODGER_EWRONGTHREAD (not the GUI thread), LODGER_EALREADY (another host or backend has taken the name
 * "glib"), LODGER_ENOMEM (no memory).
 * Test: gtk/run attaching_and_asking_give_the_same_caller
 * Since: 0.2
 */
LODGER_API LodgerCaller *lodger_gtk_default_caller (void);

/* ---- scopes ------------------------------------------------------------------------------------------------------ */

/**
 * lodger_gtk_widget_get_scope: (skip)
 * @widget: a widget that is in a window, or a window
 *
 * Returns the scope of @widget in its window, to be given to lodger_scope_call_soon() and its siblings.
 *
 * GUI thread; does not block. The scope ends in each of these cases:
 * - The widget is disposed of.
 * - Its window is destroyed, also if there are still references to the window or to the widget.
 * - The widget is taken out of its window, unless it is in a window again in the caller's next turn. So it may be moved
 *   from one place to another.
 *
 * A window that is hidden, or moves to another display, does not end the scope. A widget that is put into a window
 * again has a new scope. For a widget that is in no window yet, use lodger_glib_object_get_scope(). For the row of a
 * list, use that function, too, and lodger_glib_object_end_scope() in `unbind`.
 *
 * Returns: (transfer none) (nullable): the scope, valid as long as the widget is in its window. Calls that are bound to
 *   %NULL are refused
 *
 * Errors: LODGER_EINVAL (NULL, no widget), LODGER_EWRONGTHREAD (not the GUI thread), LODGER_ESTATE (the widget is in no
 * window), LODGER_ENOMEM (no memory).
 * Test: gtk/scope edge_79_a_window_that_somebody_refers_to_is_destroyed
 * Since: 0.1
 */
LODGER_API LodgerScope *lodger_gtk_widget_get_scope (GtkWidget *widget);

/* ---- work and its outcome ---------------------------------------------------------------------------------------- */

/** Runs in the GUI thread with the outcome of the work. @widget is there, and so is its window. @done is borrowed:
 * lodger_pending_get_int() and its siblings read it. */
typedef void (*LodgerGtkDoneFunc) (GtkWidget *widget, LodgerPending *done, void *data);

/** Runs in the GUI thread when the work has failed, or when it was cancelled. A time limit is LODGER_ETIMEDOUT in the
 * domain LODGER_GLIB_ERROR, and a cancellation is LODGER_ECANCELED. @error is borrowed. */
typedef void (*LodgerGtkErrorFunc) (GtkWidget *widget, const GError *error, void *data);

/** Runs in the GUI thread with the newest report of the work, at most once in 16 ms. @text is the newest text that came
 * with a fraction. It is NULL when no text has come since the last run of this function. */
typedef void (*LodgerGtkProgressFunc) (GtkWidget *widget, double fraction, const char *text, void *data);

/** Runs in the GUI thread with the next items that the work has sent, in order. @widget is there. The items are destroyed
 * after the function, except those whose place it has set to %NULL. */
typedef void (*LodgerGtkItemsFunc) (GtkWidget *widget, void **items, gsize count, void *data);

/**
 * Options of lodger_gtk_run() and lodger_gtk_run_full(). Members are only ever appended.
 *
 * Exactly one function of the outcome runs, as long as the widget is there and a slot prefers no other work. NULL members
 * choose it:
 *
 * | the work         | neither given | only `failed` | only `cancelled` | both given  |
 * | ---------------- | ------------- | ------------- | ---------------- | ----------- |
 * | has succeeded    | `done`        | `done`        | `done`           | `done`      |
 * | has failed       | `done`        | `failed`      | `done`           | `failed`    |
 * | is late          | `done`        | `failed`      | `done`           | `failed`    |
 * | was cancelled    | `done`        | none          | `cancelled`      | `cancelled` |
 *
 * A user who has cancelled needs no message: `failed` is not told of it. The button is insensitive in each case, unless
 * other work has the same button. Late work that was cancelled before has been cancelled. Work whose outcome is still
 * on its way to the GUI thread can be cancelled, too.
 */
typedef struct LodgerGtkRunOptions
{
  size_t size; /**< sizeof (LodgerGtkRunOptions) */
  /** Destroys the data. Optional. It runs once, in the GUI thread, when neither `work` nor `done` needs the data. If
   * the caller has stopped, or lodger_gtk_run_full() is called in another thread, it runs in that thread. */
  LodgerDestroyFunc destroy;
  /** Runs when the work has failed or is late. Optional. */
  LodgerGtkErrorFunc failed;
  /** Runs with the reports of lodger_gtk_report(). Optional. */
  LodgerGtkProgressFunc progress;
  /** Shows the reports. Optional. It shows the fraction, or a pulse when the fraction is negative; and the text, if
   * any. */
  GtkProgressBar *progress_bar;
  /** Cancels the work when it is clicked. Optional. It is sensitive from the start until it is clicked, or until the
   * outcome is back in the GUI thread. */
  GtkButton *cancel_button;
  /** Cancels the work when it is cancelled: in any thread, before or later. Optional. */
  GCancellable *cancellable;
  /** As in LodgerCallOptions, like the next two members. */
  const char *name;
  /** The file of the call. LODGER_GTK_RUN_OPTIONS() fills it in. */
  const char *file;
  /** The line of the call. */
  int line;
  /** Runs when the work was cancelled. Optional. It may be the same function as `failed`. */
  LodgerGtkErrorFunc cancelled;
  /** The caller in whose thread the work runs. Optional. Default: a worker thread. */
  LodgerCaller *caller;
  /** The name of the worker that runs the work, as in LodgerCallOptions. Optional. It is a worker of `caller`, or of
   * the GUI thread's caller. A database has such a thread of its own. */
  const char *worker;
  /** How long the work may take from now on, in nanoseconds. 0, less, or more than 49 days: any time. When the time is
   * over, the work is cancelled, and its outcome is told at once as LODGER_ETIMEDOUT. The work may go on for a while.
   * The data lives as long. */
  int64_t timeout;
  /** The work is a save, which has to be finished. The end of the widget does not cancel it; only the functions of the
   * outcome do not run then. The application is held, as by lodger_glib_application_hold(), and a logout is inhibited,
   * until the work has ended. Without an application nothing is held. The inhibition is gtk_application_inhibit(): it
   * has no effect where GTK finds nobody to ask, as GTK 4.24 does without a desktop portal. */
  gboolean hold;
  /** Tells the user why a logout has to wait. Optional. */
  const char *hold_reason;
  /** A scope of the program, which may end before the widget. Optional. It is used in addition to the widget's scope.
   * Its end cancels the work, unless the work holds; and no function of the outcome runs any more. `hold` and `release`
   * of the scope are called around these functions. */
  LodgerScope *scope;
  /** Runs with the items of lodger_gtk_send(), such as the rows of a query, in batches between frames. Optional. The last
   * batch comes before the outcome. */
  LodgerGtkItemsFunc items;
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
   * inside lodger_gtk_run_full(). A cancel of the slot is told as a cancel. */
  LodgerSlot *slot;
} LodgerGtkRunOptions;

/** Options of a run with the given members. See lodger/options.h. */
#define LODGER_GTK_RUN_OPTIONS(...) LODGER_OPTIONS_HERE (LodgerGtkRunOptions, __VA_ARGS__)

/**
 * lodger_gtk_run_full: (skip)
 * @widget: the work and its functions are bound to its scope: see lodger_gtk_widget_get_scope()
 * @work: runs in a worker thread, as of lodger_caller_to_thread(), unless `caller` names another thread
 * @done: (nullable): runs in the GUI thread with the outcome
 * @data: given to all functions
 * @options: (nullable): %NULL for defaults
 *
 * Does work in another thread, and comes back to @widget with the outcome.
 *
 * GUI thread; does not block. The end of the scope cancels the work, unless it holds. Work that has not started then
 * never runs. Running work sees it by lodger_pending_is_cancelled(). None of the functions runs in the GUI thread any
 * more. The last progress comes before the outcome. LodgerGtkRunOptions says which function gets which outcome.
 *
 * lodger_pending_cancel() cancels the work, in any thread. After a cancel in the GUI thread no other outcome is told,
 * even if the work has ended before, and the cancel answers false. The pending then keeps the outcome of the work. The
 * cancel button and the GCancellable do the same.
 *
 * The data is consumed in each case, except for options without a size, whose `destroy` cannot be read. While the GUI
 * thread's caller stops, no work starts. Then `failed` or @done is told by the main loop, if it still runs.
 *
 * Returns: (transfer full): a new reference to the outcome of the work, never %NULL, to be cancelled or dropped. A
 *   refusal is a done pending. `failed` or @done is told of it as well, unless it is misuse. Work that is late has been
 *   cancelled, also if @done was told LODGER_ETIMEDOUT; or it has ended at that moment
 *
 * Errors: LODGER_EINVAL (NULL @widget or @work, wrong options, a cancel button that is no button, a progress bar that
 * is none, a limiter and a slot), LODGER_EWRONGTHREAD (not the GUI thread), LODGER_ESTATE (the widget is in no window),
 * LODGER_ESHUTDOWN (the GUI thread's caller is stopping, the limiter is closed), LODGER_ENOMEM (no memory).
 * Test: gtk/run the_outcome_comes_back_to_the_widget
 * Test: gtk/run wrong_options_are_refused
 * Since: 0.1
 */
LODGER_API LODGER_GIVEN LodgerPending *lodger_gtk_run_full (GtkWidget *widget, LodgerCallFunc work,
                                                            LodgerGtkDoneFunc done, void *data,
                                                            const LodgerGtkRunOptions *options);

/**
 * lodger_gtk_run:
 * @widget: as for lodger_gtk_run_full()
 * @work: (scope async): runs in a worker thread
 * @done: (scope async) (nullable): runs in the GUI thread
 * @data: not destroyed. It has to live until @work has returned, which may be after the window's end. `destroy` in the
 *   options of lodger_gtk_run_full() destroys data
 *
 * Runs lodger_gtk_run_full(), and drops the pending.
 *
 * GUI thread; does not block. In C and C++ it is also a macro, which records file and line, and takes options
 * after @data: `lodger_gtk_run (widget, work, done, data, .progress_bar = bar, .failed = f)`.
 *
 * Errors: as lodger_gtk_run_full().
 * Test: gtk/run options_follow_the_data
 * Test: gtk/run the_outcome_comes_back_to_the_widget
 * Since: 0.1
 */
LODGER_API void lodger_gtk_run (GtkWidget *widget, LodgerCallFunc work, LodgerGtkDoneFunc done, void *data);

/**
 * lodger_gtk_report: (skip)
 * @self: the work's own pending
 * @fraction: from 0 to 1; negative or not a number when it is not known. A bar takes more than 1 for 1
 * @text: (nullable): copied; %NULL leaves the earlier text
 *
 * Reports how far the work is.
 *
 * In the work's function, or while its answer is deferred, in any thread. Only the newest report is shown, at most once
 * in 16 ms. The last one is shown before `done`.
 *
 * Does not block.
 *
 * Returns: 0, or a negative code
 *
 * Errors: LODGER_EINVAL (NULL), LODGER_ECANCELED (the work was cancelled, and should end), LODGER_ESTATE (the pending
 * is not the work of lodger_gtk_run_full(), or is done).
 * Test: gtk/progress a_bar_shows_the_newest_report
 * Since: 0.1
 */
LODGER_API int lodger_gtk_report (LodgerPending *self, double fraction, const char *text);

/**
 * lodger_gtk_send: (skip)
 * @self: the work's own pending
 * @item: not %NULL. It is consumed: a refusal destroys it, except for LODGER_EINVAL and LODGER_ESTATE
 *
 * Sends an item of the work, such as a row, to the function `items` of the run.
 *
 * In the work's function, or while its answer is deferred, in any thread. Up to 1,000 items wait. Beyond that the work
 * waits for the GUI thread, so that it does not flood it. A cancel of the work ends the wait.
 *
 * Returns: 0, or a negative code
 *
 * Errors: LODGER_EINVAL (NULL), LODGER_ECANCELED (the work was cancelled, or its widget is gone), LODGER_ESTATE (the
 * pending is not the work of lodger_gtk_run_full() with `items`, or is done), LODGER_EAGAIN (there is no room, and this
 * thread may not block), LODGER_ENOMEM (no memory).
 * Test: gtk/items items_come_in_batches_before_the_outcome
 * Since: 0.2
 */
LODGER_API int lodger_gtk_send (LodgerPending *self, void *item);

/* ---- what comes again and again ---------------------------------------------------------------------------------- */

/**
 * lodger_gtk_repeat: (skip)
 * @widget: the widget, which need not be in a window
 * @interval: in nanoseconds
 * @func: runs in the GUI thread, or in a worker, as @options say
 * @data: given to @func
 * @destroy: (nullable): destroys the data
 * @options: (nullable): as for lodger_repeat_new(), without a scope; %NULL for defaults
 *
 * Runs @func every @interval nanoseconds while @widget can be seen.
 *
 * GUI thread; does not block. It is lodger_repeat_new() of the GUI thread's caller, with the scope of
 * lodger_glib_object_get_scope(). It is paused while @widget is not mapped, and while its window is minimized or, with
 * GTK 4.12 or later, suspended. After that, a run begins at once if a due time has come meanwhile. It ends with the widget.
 * The data is consumed.
 *
 * Returns: (transfer full) (nullable): a new reference, or %NULL. The repeating call goes on without it
 *
 * Errors: LODGER_EINVAL (NULL @func, NULL or no widget, wrong options, a scope in @options, an interval of 0 or less, a delay
 * below 0), LODGER_EWRONGTHREAD (not the GUI thread), LODGER_EALREADY (another host or backend has taken the name "glib"),
 * LODGER_ENOMEM (no memory), LODGER_ECHILD (a forked child).
 * Test: gtk/repeat it_runs_only_while_the_widget_is_mapped
 * Test: gtk/repeat it_pauses_while_the_window_is_minimized
 * Since: 0.2
 */
LODGER_API LODGER_GIVEN LodgerRepeat *lodger_gtk_repeat (GtkWidget *widget, int64_t interval, LodgerRepeatFunc func,
                                                         void *data, LodgerDestroyFunc destroy,
                                                         const LodgerRepeatOptions *options);

LODGER_END_DECLS

#ifndef LODGER_NO_CALL_SITES

/* The function of the same name, with the place of the call and options. */

#define lodger_gtk_run(widget, work, done, ...) LODGER_GTK_RUN_WITH (widget, work, done, __VA_ARGS__, )
#define LODGER_GTK_RUN_WITH(widget, work, done, data, ...)                                                             \
  lodger_pending_disown (lodger_gtk_run_full (widget, work, done, data, LODGER_GTK_RUN_OPTIONS (__VA_ARGS__)))

#endif

#endif
