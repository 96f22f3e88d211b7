/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A widget with the program's functions and data, for which the core does work: see lodger/host-view.h. */
#include "gtk-private.h"

/* Of the options, the objects that are not in the struct are valid only during the start. */
LodgerGtkView *
lodger__gtk_view_new (GtkWidget *widget, LodgerGtkDoneFunc done, void *data, const LodgerGtkRunOptions *options)
{
  LodgerGtkView *view = g_new0 (LodgerGtkView, 1);
  view->widget = widget;
  view->done = done;
  view->failed = options->failed;
  view->cancelled = options->cancelled;
  view->progress = options->progress;
  view->items = options->items;
  view->data = data;
  view->destroy = options->destroy;
  g_set_object (&view->cancellable, options->cancellable);
  view->button = options->cancel_button;
  view->hold_reason = options->hold_reason;
  return view;
}

static void
view_free (void *data)
{
  LodgerGtkView *view = data;
  if (view->destroy != NULL)
    view->destroy (view->data);
  g_clear_object (&view->cancellable);
  g_clear_weak_pointer (&view->bar);
  g_free (view);
}

/* ---- what the program is told ------------------------------------------------------------------------------------ */

static void
tell (void *data, LodgerHostTold told, LodgerPending *outcome)
{
  const LodgerGtkView *view = data;
  GError *error = NULL;
  if (told == LODGER_HOST_TOLD_DONE)
    view->done (view->widget, outcome, view->data);
  else if (lodger_glib_pending_propagate_error (outcome, &error))
    (told == LODGER_HOST_TOLD_FAILED ? view->failed : view->cancelled) (view->widget, error, view->data);
  g_clear_error (&error);
}

/* A signal of the bar may make the program destroy the bar, or the window. */
static void
show (void *data, double fraction, const char *text)
{
  const LodgerGtkView *view = data;
  GtkProgressBar *bar = view->bar != NULL ? g_object_ref (view->bar) : NULL;
  if (bar == NULL)
    return;
  if (!(fraction >= 0))
    gtk_progress_bar_pulse (bar);
  else
    gtk_progress_bar_set_fraction (bar, CLAMP (fraction, 0, 1));
  if (text != NULL)
    {
      gtk_progress_bar_set_show_text (bar, TRUE);
      gtk_progress_bar_set_text (bar, text);
    }
  g_object_unref (bar);
}

static void
progress (void *data, double fraction, const char *text)
{
  const LodgerGtkView *view = data;
  if (view->progress != NULL)
    view->progress (view->widget, fraction, text, view->data);
}

static void
take_items (void *data, void **items, size_t count)
{
  const LodgerGtkView *view = data;
  view->items (view->widget, items, count, view->data);
}

/* ---- the button, the widget and the application ------------------------------------------------------------------ */

static void
bind (void *data, LodgerPending *work)
{
  LodgerGtkView *view = data;
  lodger__gtk_bind_button (&view->binding, view->button, work);
}

static void
unbind (void *data)
{
  LodgerGtkView *view = data;
  lodger__gtk_unbind_button (&view->binding);
}

static void
hold (void *data)
{
  const LodgerGtkView *view = data;
  g_object_ref (view->widget);
}

static void
release (void *data)
{
  const LodgerGtkView *view = data;
  g_object_unref (view->widget);
}

static void
keep_running (void *data, LodgerPending *work)
{
  LodgerGtkView *view = data;
  view->hold = lodger__gtk_hold (view->widget, work, view->hold_reason);
}

static void
let_end (void *data)
{
  LodgerGtkView *view = data;
  lodger__gtk_end_hold (view->hold);
  view->hold = NULL;
}

/* ---- the cancellable --------------------------------------------------------------------------------------------- */

static void
submitted (void *data, LodgerPending *work)
{
  const LodgerGtkView *view = data;
  if (view->cancellable != NULL)
    lodger_glib_pending_cancel_with (work, view->cancellable);
}

static const char *
why_cancelled (void *data)
{
  const LodgerGtkView *view = data;
  return view->cancellable != NULL && g_cancellable_is_cancelled (view->cancellable) ? "its GCancellable was cancelled"
                                                                                     : NULL;
}

/* ---- without a caller -------------------------------------------------------------------------------------------- */

typedef struct Later
{
  GtkWidget *widget; /* NULL when it is gone */
  void (*func) (void *data);
  void *data;
  LodgerDestroyFunc destroy;
  guint idle;
} Later;

static gboolean
on_idle (void *data)
{
  const Later *later = data;
  later->func (later->data);
  return G_SOURCE_REMOVE;
}

static void
widget_gone (void *data, GObject *where_the_widget_was)
{
  Later *later = data;
  (void) where_the_widget_was;
  later->widget = NULL;
  g_source_remove (later->idle);
}

static void
later_free (void *data)
{
  Later *later = data;
  if (later->widget != NULL)
    g_object_weak_unref (G_OBJECT (later->widget), widget_gone, later);
  later->destroy (later->data);
  g_free (later);
}

static void
soon (void *data, void (*func) (void *data), void *func_data, LodgerDestroyFunc destroy)
{
  const LodgerGtkView *view = data;
  Later *later = g_new0 (Later, 1);
  *later = (Later) { .widget = view->widget, .func = func, .data = func_data, .destroy = destroy };
  g_object_weak_ref (G_OBJECT (view->widget), widget_gone, later);
  later->idle = g_idle_add_full (G_PRIORITY_DEFAULT, on_idle, later, later_free);
}

const LodgerHostViewOps lodger__gtk_view_ops = { .size = sizeof lodger__gtk_view_ops,
                                                 .run_name = "lodger_gtk_run",
                                                 .report_name = "lodger_gtk_report",
                                                 .send_name = "lodger_gtk_send",
                                                 .destroy = view_free,
                                                 .tell = tell,
                                                 .show = show,
                                                 .progress = progress,
                                                 .items = take_items,
                                                 .bind = bind,
                                                 .unbind = unbind,
                                                 .hold = hold,
                                                 .release = release,
                                                 .keep_running = keep_running,
                                                 .let_end = let_end,
                                                 .submitted = submitted,
                                                 .why_cancelled = why_cancelled,
                                                 .soon = soon };
