/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lodger_gtk_run() as a program sees it: what it is given is read, and refused or started. */
#define LODGER_NO_CALL_SITES
#include "gtk-private.h"

static int
misuse (int code, const char *reason, const LodgerGtkRunOptions *options)
{
  char *text = options->file != NULL ? g_strdup_printf ("%s (%s:%d)", reason, options->file, options->line) : NULL;
  lodger_host_misuse ("lodger_gtk_run", code, text != NULL ? text : reason);
  g_free (text);
  return code;
}

static LodgerPending *
refused_new (int code)
{
  LodgerPending *refused = lodger_pending_new (LODGER_PENDING_DEFAULT);
  lodger_pending_return_error (refused, lodger_error_new (NULL, code, NULL));
  return refused;
}

static int
check (GtkWidget *widget, LodgerCallFunc work, const LodgerGtkRunOptions *options)
{
  if (!GTK_IS_WIDGET (widget))
    return misuse (LODGER_EINVAL, widget == NULL ? "the widget is NULL" : "the widget is none", options);
  if (work == NULL)
    return misuse (LODGER_EINVAL, "the work is NULL", options);
  if (options->cancel_button != NULL && !GTK_IS_BUTTON (options->cancel_button))
    return misuse (LODGER_EINVAL, "the cancel button is no button", options);
  if (options->progress_bar != NULL && !GTK_IS_PROGRESS_BAR (options->progress_bar))
    return misuse (LODGER_EINVAL, "the progress bar is none", options);
  if (options->limiter != NULL && options->slot != NULL)
    return misuse (LODGER_EINVAL, "a limiter and a slot", options);
  return 0;
}

/* 0, with the GUI thread's caller and the widget's scope. */
static int
find_places (LodgerGtkFunctions *functions, const LodgerGtkRunOptions *options, LodgerCaller **ret_gui)
{
  const char *reason = NULL;
  GError *error = NULL;
  int code = 0;
  *ret_gui = lodger__gtk_find_caller ("lodger_gtk_run", &error);
  if (*ret_gui == NULL)
    {
      code = misuse (error->code, error->message, options);
      g_error_free (error);
      return code;
    }
  functions->scopes.widget = lodger_scope_ref (lodger__gtk_find_scope (functions->widget, &code, &reason));
  return functions->scopes.widget != NULL ? 0 : misuse (code, reason, options);
}

/* The caller has no call left for this. GLib's loop may still run; otherwise the widget's end frees the data. */
static LodgerPending *
refuse_late (LodgerGtkFunctions *functions, const LodgerGtkRunOptions *options)
{
  LodgerPending *refused = refused_new (misuse (LODGER_ESHUTDOWN, "the GUI thread's caller is stopping", options));
  lodger__gtk_tell_refusal_later (functions, refused);
  return refused;
}

static LodgerPending *
run_work (LodgerGtkFunctions *functions, LodgerCallFunc work, const LodgerGtkRunOptions *options, const char *reason)
{
  LodgerCaller *gui = NULL;
  int code = reason != NULL ? misuse (LODGER_EINVAL, reason, options) : check (functions->widget, work, options);
  if (code == 0)
    code = find_places (functions, options, &gui);
  if (code != 0)
    {
      lodger__gtk_functions_clear (functions);
      return refused_new (code);
    }
  return lodger_caller_get_state (gui) < LODGER_CALLER_STOPPING ? lodger__gtk_start_work (functions, gui, work, options)
                                                                : refuse_late (functions, options);
}

LodgerPending *
lodger_gtk_run_full (GtkWidget *widget, LodgerCallFunc work, LodgerGtkDoneFunc done, void *data,
                     const LodgerGtkRunOptions *options)
{
  static const LodgerGtkRunOptions defaults = { .size = sizeof defaults };
  LodgerGtkFunctions functions = { .widget = widget, .done = done, .data = data };
  LodgerGtkRunOptions own;
  const char *reason;
  options = lodger_host_read_options (options, &own, sizeof own, &reason);
  if (options == NULL)
    options = &defaults;
  functions.failed = options->failed;
  functions.cancelled = options->cancelled;
  functions.destroy = options->destroy;
  functions.scopes.own = lodger_scope_ref (options->scope);
  g_set_object (&functions.cancellable, options->cancellable);
  return run_work (&functions, work, options, reason);
}

void
lodger_gtk_run (GtkWidget *widget, LodgerCallFunc work, LodgerGtkDoneFunc done, void *data)
{
  lodger_pending_disown (lodger_gtk_run_full (widget, work, done, data, NULL));
}
