/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lodger_gtk_run() as a program sees it: what it is given is read, and handed to the core, which does the rest. */
#define LODGER_NO_CALL_SITES
#include "gtk-private.h"

/* What is wrong, or NULL. */
static const char *
refusal (GtkWidget *widget, const LodgerGtkRunOptions *options)
{
  if (!GTK_IS_WIDGET (widget))
    return widget == NULL ? "the widget is NULL" : "the widget is none";
  if (options->cancel_button != NULL && !GTK_IS_BUTTON (options->cancel_button))
    return "the cancel button is no button";
  if (options->progress_bar != NULL && !GTK_IS_PROGRESS_BAR (options->progress_bar))
    return "the progress bar is none";
  return NULL;
}

static unsigned
flags_of (LodgerGtkDoneFunc done, const LodgerGtkRunOptions *options)
{
  unsigned flags = done != NULL ? LODGER_HOST_VIEW_DONE : 0;
  if (options->failed != NULL)
    flags |= LODGER_HOST_VIEW_FAILED;
  if (options->cancelled != NULL)
    flags |= LODGER_HOST_VIEW_CANCELLED;
  if (options->progress != NULL || options->progress_bar != NULL)
    flags |= LODGER_HOST_VIEW_PROGRESS;
  if (options->items != NULL)
    flags |= LODGER_HOST_VIEW_ITEMS;
  return flags;
}

/* The GUI thread's caller and the widget's scope, or a refusal. The error lives as long as its message is needed. */
static void
find_places (GtkWidget *widget, LodgerHostViewOptions *places, GError **error)
{
  places->home = lodger__gtk_find_caller ("lodger_gtk_run", error);
  if (places->home != NULL)
    {
      places->view_scope = lodger__gtk_find_scope (widget, &places->refusal, &places->reason);
      return;
    }
  places->refusal = (*error)->code;
  places->reason = (*error)->message;
}

/* The program's code, which runs in between, may destroy the widget and the button. */
static LodgerPending *
run_work (LodgerGtkView *view, const LodgerHostViewOptions *work, GtkProgressBar *bar)
{
  GtkWidget *widget;
  GtkButton *button;
  LodgerPending *pending;
  if (work->refusal != 0)
    return lodger_host_run_work (&lodger__gtk_view_ops, view, work);
  widget = g_object_ref (view->widget);
  button = view->button != NULL ? g_object_ref (view->button) : NULL;
  g_set_weak_pointer (&view->bar, bar);
  pending = lodger_host_run_work (&lodger__gtk_view_ops, view, work);
  g_clear_object (&button);
  g_object_unref (widget);
  return pending;
}

LodgerPending *
lodger_gtk_run_full (GtkWidget *widget, LodgerCallFunc work, LodgerGtkDoneFunc done, void *data,
                     const LodgerGtkRunOptions *options)
{
  static const LodgerGtkRunOptions defaults = { .size = sizeof defaults };
  LodgerHostViewOptions given = { .size = sizeof given, .work = work, .data = data };
  LodgerGtkRunOptions own;
  GError *error = NULL;
  LodgerPending *pending;
  options = lodger_host_read_options (options, &own, sizeof own, &given.reason);
  if (options == NULL)
    options = &defaults;
  given.scope = options->scope;
  given.flags = flags_of (done, options);
  given.name = options->name;
  given.file = options->file;
  given.line = options->line;
  given.caller = options->caller;
  given.worker = options->worker;
  given.timeout = options->timeout;
  given.hold = options->hold;
  given.limiter = options->limiter;
  given.priority = options->priority;
  given.slot = options->slot;
  given.item_destroy = options->item_destroy;
  if (given.reason == NULL)
    given.reason = refusal (widget, options);
  if (given.reason != NULL)
    given.refusal = LODGER_EINVAL;
  else
    find_places (widget, &given, &error);
  pending = run_work (lodger__gtk_view_new (widget, done, data, options), &given, options->progress_bar);
  g_clear_error (&error);
  return pending;
}

void
lodger_gtk_run (GtkWidget *widget, LodgerCallFunc work, LodgerGtkDoneFunc done, void *data)
{
  lodger_pending_disown (lodger_gtk_run_full (widget, work, done, data, NULL));
}

int
lodger_gtk_report (LodgerPending *self, double fraction, const char *text)
{
  return lodger_host_report (&lodger__gtk_view_ops, self, fraction, text);
}

int
lodger_gtk_send (LodgerPending *self, void *item)
{
  return lodger_host_send (&lodger__gtk_view_ops, self, item);
}
