/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Work in a worker, its outcome in the GUI thread: two calls that are bound to the widget's scope and share a Run. Each
 * call drops its reference in the GUI thread, so the later of them frees the Run, and destroys the data, there. */
#define LODGER_NO_CALL_SITES
#include "gtk-private.h"

typedef struct Run
{
  guint refs;        /* one for each of the two calls */
  GtkWidget *widget; /* valid as long as the scope lasts */
  LodgerGtkProgress *progress;
  LodgerPending *pending; /* the work's */
  GtkButton *button;      /* weak */
  gulong clicked_handler;

  LodgerCallFunc work;
  LodgerGtkDoneFunc done;
  LodgerGtkErrorFunc failed;
  void *data;
  LodgerDestroyFunc destroy;
} Run;

/* ---- the button --------------------------------------------------------------------------------------------------- */

/* Changes and returns the number of runs that the button can cancel. The outcome of cancelled work may still be on its
 * way when the next run begins. */
static guint
count_of (GtkButton *button, gint change)
{
  static const char key[] = "lodger-gtk-cancels";
  guint count = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (button), key)) + (guint) change;
  g_object_set_data (G_OBJECT (button), key, GUINT_TO_POINTER (count));
  return count;
}

/* A signal of the change may make the program destroy the button, and end the run. */
static void
unbind_button (Run *run)
{
  GtkButton *button = run->button;
  if (button == NULL)
    return;
  g_clear_weak_pointer (&run->button);
  g_signal_handler_disconnect (button, run->clicked_handler);
  if (count_of (button, -1) == 0)
    gtk_widget_set_sensitive (GTK_WIDGET (button), FALSE);
}

static void
on_clicked (GtkButton *button, void *data)
{
  Run *run = data;
  LodgerPending *pending = lodger_pending_ref (run->pending);
  (void) button;
  unbind_button (run);
  lodger_pending_cancel (pending, "the user has cancelled it");
  lodger_pending_unref (pending);
}

static void
bind_button (Run *run, GtkButton *button)
{
  if (button == NULL)
    return;
  g_set_weak_pointer (&run->button, button);
  run->clicked_handler = g_signal_connect (button, "clicked", G_CALLBACK (on_clicked), run);
  count_of (button, 1);
  gtk_widget_set_sensitive (GTK_WIDGET (button), TRUE);
}

/* ---- the calls ---------------------------------------------------------------------------------------------------- */

static void
run_unref (void *data)
{
  Run *run = data;
  if (--run->refs > 0)
    return;
  if (run->destroy != NULL)
    run->destroy (run->data);
  lodger__gtk_progress_unref (run->progress);
  lodger_pending_unref (run->pending);
  g_free (run);
}

/* The continuation has run, or will not. This is known in the GUI thread: no widget is touched afterwards. The work may
 * go on, and be abandoned by a stop. */
static void
end_run (void *data)
{
  Run *run = data;
  unbind_button (run);
  lodger__gtk_progress_end (run->progress);
  run_unref (run);
}

static void
do_work (LodgerPending *self, void *data)
{
  Run *run = data;
  lodger__gtk_progress_begin (run->progress, self);
  run->work (self, run->data);
}

/* The last progress, or the insensitive button, may make the program destroy the window. */
static void
come_back (LodgerPending *self, LodgerPending *done, void *data)
{
  Run *run = data;
  GError *error = NULL;
  lodger__gtk_progress_flush (run->progress);
  unbind_button (run);
  if (lodger_pending_is_cancelled (self))
    return;
  if (run->failed != NULL && lodger_glib_pending_propagate_error (done, &error))
    run->failed (run->widget, error, run->data);
  else if (run->done != NULL)
    run->done (run->widget, done, run->data);
  g_clear_error (&error);
}

/* ---- public functions --------------------------------------------------------------------------------------------- */

static int
check (GtkWidget *widget, LodgerCallFunc work, const LodgerGtkRunOptions *options)
{
  if (work == NULL || !GTK_IS_WIDGET (widget))
    return lodger_host_misuse ("lodger_gtk_run", LODGER_EINVAL, "NULL work, or no widget given");
  if (options != NULL && options->cancel_button != NULL && !GTK_IS_BUTTON (options->cancel_button))
    return lodger_host_misuse ("lodger_gtk_run", LODGER_EINVAL, "the cancel button is no button");
  if (options != NULL && options->progress_bar != NULL && !GTK_IS_PROGRESS_BAR (options->progress_bar))
    return lodger_host_misuse ("lodger_gtk_run", LODGER_EINVAL, "the progress bar is none");
  if (lodger_gtk_default_caller () == NULL)
    return lodger__gtk_is_here () ? LODGER_ENOMEM : LODGER_EWRONGTHREAD;
  return lodger_gtk_widget_get_scope (widget) != NULL ? 0 : LODGER_ESTATE;
}

static LodgerPending *
refuse (int code, void *data, const LodgerGtkRunOptions *options)
{
  LodgerPending *refused = lodger_pending_new (LODGER_PENDING_DEFAULT);
  if (options != NULL && options->destroy != NULL)
    options->destroy (data);
  lodger_pending_return_error (refused, lodger_error_new (NULL, code, NULL));
  return refused;
}

/* Submits the work. Work that is cancelled before does not start, however fast a worker may be. */
static LodgerPending *
submit (Run *run, GCancellable *cancellable, const LodgerCallOptions *call)
{
  LodgerPending *pending;
  if (cancellable != NULL && g_cancellable_is_cancelled (cancellable))
    {
      pending = lodger_pending_new (LODGER_PENDING_DEFAULT);
      lodger_pending_cancel (pending, "its GCancellable was cancelled");
      run_unref (run);
      return pending;
    }
  pending = lodger_caller_to_thread_full (call->data_home, do_work, run, run_unref, call);
  if (cancellable != NULL)
    lodger_glib_pending_cancel_with (pending, cancellable);
  return pending;
}

LodgerPending *
lodger_gtk_run_full (GtkWidget *widget, LodgerCallFunc work, LodgerGtkDoneFunc done, void *data,
                     const LodgerGtkRunOptions *given)
{
  LodgerGtkRunOptions own;
  const char *reason;
  const LodgerGtkRunOptions *read = lodger_host_read_options (given, &own, sizeof own, &reason);
  const LodgerGtkRunOptions options = read != NULL ? *read : (LodgerGtkRunOptions) { 0 };
  LodgerCallOptions call = { .size = sizeof call, .name = options.name, .file = options.file, .line = options.line };
  int code = reason != NULL ? lodger_host_misuse ("lodger_gtk_run", LODGER_EINVAL, reason) : check (widget, work, read);
  LodgerPending *pending;
  Run *run;
  if (code != 0)
    return refuse (code, data, read);
  call.flags = LODGER_PENDING_BOUND;
  call.scope = lodger_gtk_widget_get_scope (widget);
  call.data_home = lodger_gtk_default_caller ();
  run = g_new0 (Run, 1);
  run->refs = 2;
  run->widget = widget;
  run->progress = lodger__gtk_progress_new (widget, call.scope, call.data_home, &options, data);
  run->work = work;
  run->done = done;
  run->failed = options.failed;
  run->data = data;
  run->destroy = options.destroy;
  pending = submit (run, options.cancellable, &call);
  run->pending = lodger_pending_ref (pending);
  bind_button (run, options.cancel_button);
  lodger_pending_disown (lodger_pending_then_full (pending, call.data_home, come_back, run, end_run, &call));
  return pending;
}

void
lodger_gtk_run (GtkWidget *widget, LodgerCallFunc work, LodgerGtkDoneFunc done, void *data)
{
  lodger_pending_unref (lodger_gtk_run_full (widget, work, done, data, NULL));
}

void
lodger_gtk_run_with_progress (GtkWidget *widget, GtkProgressBar *bar, LodgerCallFunc work, LodgerGtkDoneFunc done,
                              void *data)
{
  const LodgerGtkRunOptions options = { .size = sizeof options, .progress_bar = bar };
  lodger_pending_unref (lodger_gtk_run_full (widget, work, done, data, &options));
}

void
lodger_gtk_run_with_cancel (GtkWidget *widget, GtkButton *button, LodgerCallFunc work, LodgerGtkDoneFunc done,
                            void *data)
{
  const LodgerGtkRunOptions options = { .size = sizeof options, .cancel_button = button };
  lodger_pending_unref (lodger_gtk_run_full (widget, work, done, data, &options));
}

void
lodger_gtk_run_with_error (GtkWidget *widget, LodgerCallFunc work, LodgerGtkDoneFunc done, LodgerGtkErrorFunc failed,
                           void *data)
{
  const LodgerGtkRunOptions options = { .size = sizeof options, .failed = failed };
  lodger_pending_unref (lodger_gtk_run_full (widget, work, done, data, &options));
}
