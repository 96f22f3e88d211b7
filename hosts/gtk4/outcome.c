/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which function is told of an outcome; and how, when there is no caller to tell it. */
#include "gtk-private.h"

/* ---- the functions ------------------------------------------------------------------------------------------------- */

gboolean
lodger__gtk_has_ended (const LodgerGtkScopes *scopes)
{
  return lodger_scope_has_ended (scopes->widget) || (scopes->own != NULL && lodger_scope_has_ended (scopes->own))
         || (scopes->place != NULL && lodger_scope_has_ended (scopes->place));
}

void
lodger__gtk_scopes_ref (const LodgerGtkScopes *scopes)
{
  lodger_scope_ref (scopes->widget);
  lodger_scope_ref (scopes->own);
  lodger_scope_ref (scopes->place);
}

void
lodger__gtk_scopes_unref (const LodgerGtkScopes *scopes)
{
  lodger_scope_unref (scopes->widget);
  lodger_scope_unref (scopes->own);
  lodger_scope_unref (scopes->place);
}

void
lodger__gtk_functions_clear (LodgerGtkFunctions *functions)
{
  if (functions->destroy != NULL)
    functions->destroy (functions->data);
  g_clear_object (&functions->cancellable);
  lodger__gtk_scopes_unref (&functions->scopes);
}

/* The table in the header. */
static void
tell_function (const LodgerGtkFunctions *functions, LodgerPending *outcome)
{
  gboolean is_cancel = lodger_pending_get_outcome (outcome) == LODGER_ECANCELED;
  LodgerGtkErrorFunc func = is_cancel ? functions->cancelled : functions->failed;
  GError *error = NULL;
  if (func != NULL && lodger_glib_pending_propagate_error (outcome, &error))
    func (functions->widget, error, functions->data);
  else if (functions->done != NULL && !(is_cancel && functions->failed != NULL))
    functions->done (functions->widget, outcome, functions->data);
  g_clear_error (&error);
}

/* A cancellation beats any other outcome, as long as no function has been told. Work that was cancelled in time tells of
 * that itself, with its message. */
static gboolean
was_cancelled_late (const LodgerGtkFunctions *functions, LodgerPending *outcome)
{
  return lodger_pending_get_outcome (outcome) != LODGER_ECANCELED
         && (lodger_host_was_cancelled_late (outcome)
             || (functions->cancellable != NULL && g_cancellable_is_cancelled (functions->cancellable)));
}

void
lodger__gtk_tell (const LodgerGtkFunctions *functions, LodgerPending *outcome)
{
  LodgerPending *cancelled;
  if (!was_cancelled_late (functions, outcome))
    {
      tell_function (functions, outcome);
      return;
    }
  cancelled = lodger_pending_new (LODGER_PENDING_DEFAULT);
  lodger_pending_cancel (cancelled, "it was cancelled before its outcome was told");
  tell_function (functions, cancelled);
  lodger_pending_unref (cancelled);
}

/* Outside of a call, the object of the program's scope is held here. False: it is gone. */
static gboolean
hold_own_scope (const LodgerGtkFunctions *functions)
{
  return functions->scopes.own == NULL || lodger_host_hold_scope (functions->scopes.own);
}

void
lodger__gtk_tell_late (const LodgerGtkFunctions *functions)
{
  LodgerPending *late;
  if (!hold_own_scope (functions))
    return;
  late = lodger_pending_new (LODGER_PENDING_DEFAULT);
  lodger_pending_return_new_error (late, NULL, LODGER_ETIMEDOUT, "%s", lodger_error_code_string (LODGER_ETIMEDOUT));
  tell_function (functions, late);
  lodger_pending_unref (late);
  lodger_host_release_scope (functions->scopes.own);
}

/* ---- a refusal, told by the main loop ------------------------------------------------------------------------------ */

typedef struct Refusal
{
  LodgerGtkFunctions functions; /* the widget is NULL when it is gone */
  LodgerPending *refused;
  guint idle;
} Refusal;

static gboolean
tell_refusal (void *data)
{
  Refusal *refusal = data;
  GtkWidget *widget = g_object_ref (refusal->functions.widget);
  if (!lodger__gtk_has_ended (&refusal->functions.scopes) && hold_own_scope (&refusal->functions))
    {
      lodger__gtk_tell (&refusal->functions, refusal->refused);
      lodger_host_release_scope (refusal->functions.scopes.own);
    }
  g_object_unref (widget);
  return G_SOURCE_REMOVE;
}

static void
widget_gone (void *data, GObject *where_the_widget_was)
{
  Refusal *refusal = data;
  (void) where_the_widget_was;
  refusal->functions.widget = NULL;
  g_source_remove (refusal->idle);
}

static void
refusal_free (void *data)
{
  Refusal *refusal = data;
  if (refusal->functions.widget != NULL)
    g_object_weak_unref (G_OBJECT (refusal->functions.widget), widget_gone, refusal);
  lodger__gtk_functions_clear (&refusal->functions);
  lodger_pending_unref (refusal->refused);
  g_free (refusal);
}

void
lodger__gtk_tell_refusal_later (LodgerGtkFunctions *functions, LodgerPending *refused)
{
  Refusal *refusal;
  if (functions->done == NULL && functions->failed == NULL && functions->cancelled == NULL)
    {
      lodger__gtk_functions_clear (functions);
      return;
    }
  refusal = g_new0 (Refusal, 1);
  refusal->functions = *functions;
  refusal->refused = lodger_pending_ref (refused);
  g_object_weak_ref (G_OBJECT (functions->widget), widget_gone, refusal);
  refusal->idle = g_idle_add_full (G_PRIORITY_DEFAULT, tell_refusal, refusal, refusal_free);
}
