/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file lodger-gtk4.h
 * Lodger in a GTK 4 program. What one types first is one line:
 *
 *     lodger_gtk_run (widget, work, done, data);
 *
 * `work` runs in a worker thread, `done` in the GUI thread with the outcome; if the widget or its window is gone by then,
 * the work is cancelled and `done` does not run.
 *
 * All functions belong to the GUI thread, except lodger_gtk_report().
 */
#ifndef LODGER_GTK4_H
#define LODGER_GTK4_H

#include <gtk/gtk.h>

#include <lodger-glib.h>

LODGER_BEGIN_DECLS

/* ---- the caller --------------------------------------------------------------------------------------------------- */

/**
 * lodger_gtk_attach:
 * @error: where a #GError goes, in the domain %LODGER_GLIB_ERROR
 *
 * lodger_glib_attach() for GTK's main context, with slices that end when the next frame is due: calls that come in
 * numbers run between frames, and make none late by more than one call. A caller that is there already is given as it
 * is. lodger_caller_leave() ends it; so does the default application's shutdown.
 *
 * In the GUI thread; does not block.
 *
 * Returns: (transfer full) (nullable): the caller, or %NULL with an error as of lodger_caller_new()
 *
 * Test: gtk/run attaching_and_asking_give_the_same_caller
 */
LODGER_API LodgerCaller *lodger_gtk_attach (GError **error);

/**
 * lodger_gtk_attach_full: (skip)
 * @options: (nullable): `host` and `host_options` in it are ignored; looked at only when the caller is made
 * @ret_error: (nullable): where a new reference to the error goes
 *
 * lodger_gtk_attach() with options.
 *
 * Returns: (transfer full) (nullable): the caller, or %NULL with an error as of lodger_caller_new()
 *
 * Test: gtk/run attaching_and_asking_give_the_same_caller
 */
LODGER_API LodgerCaller *lodger_gtk_attach_full (const LodgerCallerOptions *options, LodgerError **ret_error);

/**
 * lodger_gtk_get_caller: (skip)
 *
 * The GUI thread's caller: that of lodger_gtk_attach() or lodger_glib_attach(), else one that is made now, runs until the
 * application shuts down or lodger_caller_stop_wait(), and need not be left. Does not block.
 *
 * Returns: (transfer none) (nullable): valid until it has stopped; %NULL, with a log line, in another thread than the one
 *   that asked first, and when there can be none
 *
 * Test: gtk/run attaching_and_asking_give_the_same_caller
 */
LODGER_API LodgerCaller *lodger_gtk_get_caller (void);

/* ---- scopes ------------------------------------------------------------------------------------------------------- */

/**
 * lodger_gtk_widget_get_scope: (skip)
 * @widget: a widget that is in a window, or a window
 *
 * The scope of @widget in its window. It ends when the widget is disposed of; when its window is destroyed, also if
 * somebody refers to that or to the widget; and when the widget is taken out of its window, unless it is in one again in
 * the caller's next turn: so it may be moved from one place to another. A window that is hidden, or moves to another
 * display, is no end. A widget that is put into a window again has a new scope. What is bound to it:
 * lodger_scope_call_soon() and its siblings.
 *
 * In the GUI thread; does not block. For a widget that is in no window yet there is lodger_glib_object_get_scope(); for
 * the row of a list, that and lodger_glib_object_end_scope() in `unbind`.
 *
 * Returns: (transfer none) (nullable): valid as long as the widget is in its window; %NULL, with a log line, for %NULL
 *   (LODGER_EINVAL), in another thread (LODGER_EWRONGTHREAD), and for a widget in no window (LODGER_ESTATE): calls bound
 *   to that are refused
 *
 * Test: gtk/scope edge_79_a_window_that_somebody_refers_to_is_destroyed
 */
LODGER_API LodgerScope *lodger_gtk_widget_get_scope (GtkWidget *widget);

/* ---- work and its outcome ----------------------------------------------------------------------------------------- */

/** Runs in the GUI thread with the outcome of the work; @widget is there, and so is its window. @done is borrowed:
 * lodger_pending_get_int() and its siblings read it. */
typedef void (*LodgerGtkDoneFunc) (GtkWidget *widget, LodgerPending *done, void *data);

/** Runs in the GUI thread when the work has failed or was cancelled: the latter is LODGER_ECANCELED in the domain
 * LODGER_GLIB_ERROR. @error is borrowed. */
typedef void (*LodgerGtkErrorFunc) (GtkWidget *widget, const GError *error, void *data);

/** Runs in the GUI thread with the newest that the work has reported, at most once in 16 ms; @text is the newest
 * that came with a fraction, or NULL when none has come since this was called last. */
typedef void (*LodgerGtkProgressFunc) (GtkWidget *widget, double fraction, const char *text, void *data);

/** Options of lodger_gtk_run_full(). Members are only ever appended. */
typedef struct LodgerGtkRunOptions
{
  size_t size;                    /**< sizeof (LodgerGtkRunOptions) */
  LodgerDestroyFunc destroy;      /**< of the data: once, in the GUI thread, when neither `work` nor `done` needs it; if
                                       the caller has stopped, or it is called in another one, in that thread */
  LodgerGtkErrorFunc failed;      /**< NULL, or called instead of `done` when there is no success */
  LodgerGtkProgressFunc progress; /**< NULL, or told what lodger_gtk_report() says */
  GtkProgressBar *progress_bar; /**< NULL, or shows it: the fraction, or a pulse when that is negative; and the text, if
                                       there is one */
  /** NULL, or cancels the work when it is clicked; sensitive from the start until then, or until the work has come home */
  GtkButton *cancel_button;
  GCancellable *cancellable; /**< NULL, or cancels the work when it is cancelled, in whatever thread, before or later */
  const char *name;          /**< as in LodgerCallOptions, as the next two */
  const char *file;          /**< the macros below fill it in */
  int line;                  /**< its line */
} LodgerGtkRunOptions;

/**
 * lodger_gtk_run_full: (skip)
 * @widget: whose scope all of it is bound to, as of lodger_gtk_widget_get_scope()
 * @work: runs in a worker thread, as of lodger_caller_to_thread()
 * @done: (nullable): runs in the GUI thread with the outcome
 * @data: given to all functions
 * @options: (nullable): %NULL for defaults
 *
 * Does work in a worker thread, and comes back to @widget with the outcome. When the scope ends first, the work is
 * cancelled (what has not started never runs, what runs sees lodger_pending_is_cancelled()), and no function of these runs
 * in the GUI thread any more. The last progress comes before the outcome. In the GUI thread; does not block.
 *
 * Returns: (transfer full): a new reference to the outcome of the work, never %NULL, to be cancelled or let go of; a
 *   refusal is a done pending, of which `failed` or @done is told as well, unless it is misuse: LODGER_EINVAL for a %NULL
 *   @widget or @work, a button or bar that is none, and a wrong size, LODGER_EWRONGTHREAD, LODGER_ESTATE for a widget in
 *   no window. The data is consumed in each case, but for a wrong size: then nothing in the options is believed, `destroy`
 *   neither.
 *
 * Test: gtk/run the_outcome_comes_back_to_the_widget
 * Test: gtk/run wrong_options_are_refused
 */
LODGER_API LodgerPending *lodger_gtk_run_full (GtkWidget *widget, LodgerCallFunc work, LodgerGtkDoneFunc done,
                                               void *data, const LodgerGtkRunOptions *options);

/**
 * lodger_gtk_run:
 * @widget: as of lodger_gtk_run_full()
 * @work: (scope async): runs in a worker thread
 * @done: (scope async) (nullable): runs in the GUI thread
 * @data: not destroyed: it has to live until @work has returned, which may be after the window's end; data of its own has
 *   `destroy` in the options of lodger_gtk_run_full()
 *
 * lodger_gtk_run_full() with defaults. Misuse is logged.
 *
 * Test: gtk/run the_outcome_comes_back_to_the_widget
 */
LODGER_API void lodger_gtk_run (GtkWidget *widget, LodgerCallFunc work, LodgerGtkDoneFunc done, void *data);

/**
 * lodger_gtk_run_with_progress: (skip)
 * @bar: shows what lodger_gtk_report() says
 *
 * lodger_gtk_run() with a progress bar.
 *
 * Test: gtk/progress a_bar_shows_the_newest_report
 */
LODGER_API void lodger_gtk_run_with_progress (GtkWidget *widget, GtkProgressBar *bar, LodgerCallFunc work,
                                              LodgerGtkDoneFunc done, void *data);

/**
 * lodger_gtk_run_with_cancel: (skip)
 * @button: cancels the work when it is clicked; insensitive when there is nothing to cancel
 *
 * lodger_gtk_run() with a button that cancels.
 *
 * Test: gtk/run a_button_cancels_the_work
 */
LODGER_API void lodger_gtk_run_with_cancel (GtkWidget *widget, GtkButton *button, LodgerCallFunc work,
                                            LodgerGtkDoneFunc done, void *data);

/**
 * lodger_gtk_run_with_error: (skip)
 * @failed: runs in the GUI thread instead of @done when the work has failed or was cancelled
 *
 * lodger_gtk_run() with a function of its own for what goes wrong.
 *
 * Test: gtk/run a_failure_comes_as_a_gerror
 */
LODGER_API void lodger_gtk_run_with_error (GtkWidget *widget, LodgerCallFunc work, LodgerGtkDoneFunc done,
                                           LodgerGtkErrorFunc failed, void *data);

/**
 * lodger_gtk_report: (skip)
 * @self: the work's own pending
 * @fraction: from 0 to 1, or negative or not a number when it is not known; a bar takes more than 1 for 1
 * @text: (nullable): copied; %NULL leaves what was said before
 *
 * Says how far the work is. Only the newest report is shown, at most once in 16 ms; the last one is shown before `done`.
 * In the work's function, or while its answer is deferred, in any thread; does not block, unless the caller has an
 * `inbox_limit` and that many calls wait: then as lodger_caller_call_soon_full(), and the next report is shown instead of
 * one that was refused.
 *
 * Returns: 0; LODGER_ECANCELED when the work was cancelled, and should end; LODGER_EINVAL for %NULL, LODGER_ESTATE for a
 *   pending that is not the work of lodger_gtk_run_full()
 *
 * Test: gtk/progress a_bar_shows_the_newest_report
 */
LODGER_API int lodger_gtk_report (LodgerPending *self, double fraction, const char *text);

LODGER_END_DECLS

#if !defined LODGER_NO_CALL_SITES && !defined __cplusplus

#define LODGER_GTK_RUN_SITE(...)                                                                                       \
  (&(const LodgerGtkRunOptions) {                                                                                      \
      .size = sizeof (LodgerGtkRunOptions), .file = __FILE__, .line = __LINE__, __VA_ARGS__ })

#define lodger_gtk_run(widget, work, done, data)                                                                       \
  lodger_pending_unref (lodger_gtk_run_full (widget, work, done, data, LODGER_GTK_RUN_SITE (.failed = NULL)))
#define lodger_gtk_run_with_progress(widget, bar, work, done, data)                                                    \
  lodger_pending_unref (lodger_gtk_run_full (widget, work, done, data, LODGER_GTK_RUN_SITE (.progress_bar = (bar))))
#define lodger_gtk_run_with_cancel(widget, button, work, done, data)                                                   \
  lodger_pending_unref (lodger_gtk_run_full (widget, work, done, data, LODGER_GTK_RUN_SITE (.cancel_button = (button))))
#define lodger_gtk_run_with_error(widget, work, done, failed_, data)                                                   \
  lodger_pending_unref (lodger_gtk_run_full (widget, work, done, data, LODGER_GTK_RUN_SITE (.failed = (failed_))))

#endif

#endif
