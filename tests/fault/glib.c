/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the GLib adapter adds: an application's end, errors of the two kinds, operations and cancellables. GLib itself aborts for want of memory. */
#include "inject.h"
#include "scenarios.h"

#include <lodger-glib.h>

/* It lives on after the caller, which it must not hold then. */
static void
application (Stage *stage)
{
  static GApplication *application;
  if (application == NULL)
    {
      application = g_application_new ("lodger.test.Fault", G_APPLICATION_NON_UNIQUE);
      g_application_set_default (application);
    }
  if (!stage_open (stage, NULL))
    return;
  deed_soon (stage, "a call", DEED_RUNS, NULL);
  stage_settle (stage);
}

static void
fail_with_gerror (LodgerPending *self, Deed *deed)
{
  GError *error = g_error_new_literal (G_FILE_ERROR, G_FILE_ERROR_NOENT, "no such file");
  (void) deed;
  expect_or_want (lodger_glib_pending_return_gerror (self, error), 0);
}

static void
gerrors (Stage *stage)
{
  GError *error = NULL;
  Deed *deed;
  if (!stage_open (stage, NULL))
    return;
  deed = deed_soon (stage, "a call that fails with a GError", DEED_FAILS | DEED_LACKS, fail_with_gerror);
  stage_settle (stage);
  test_check (lodger_glib_pending_propagate_error (deed->pending, &error));
  test_check (error != NULL);
  g_clear_error (&error);
}

static gboolean
nothing (void *data)
{
  (void) data;
  return G_SOURCE_REMOVE;
}

static void
come_back (void *operation)
{
  lodger_glib_async_ready (NULL, NULL, operation);
}

/* It says that it was not started, at the next turn or, if the loop ends before that, then; whether the pending could be had
 * or not. */
static void
operate (LodgerPending *self, Deed *deed)
{
  Deed *datum = deed_datum (deed->stage, "an operation's data");
  GCancellable *cancellable = g_cancellable_new ();
  LodgerPending *operation = lodger_glib_async_new (cancellable, NULL, datum, deed_destroy);
  GSource *source = g_idle_source_new ();
  int code;
  g_source_set_callback (source, nothing, operation, come_back);
  g_source_attach (source, g_main_context_get_thread_default ());
  g_source_unref (source);
  code = lodger_pending_return_from (self, operation);
  expect_or_want (code, 0);
  if (code != 0)
    lodger_pending_return_new_error (self, NULL, code, "no outcome can be taken");
  lodger_pending_unref (operation);
  g_object_unref (cancellable);
}

static void
operations (Stage *stage)
{
  if (!stage_open (stage, NULL))
    return;
  deed_soon (stage, "a call that takes an operation's outcome", DEED_FAILS | DEED_LACKS, operate);
  stage_settle (stage);
}

/* Both ways at once: what it was cancelled by, and what it cancels. */
static void
cancellables (Stage *stage)
{
  GCancellable *cancellable;
  LodgerPending *promise;
  if (!stage_open (stage, NULL))
    return;
  cancellable = g_cancellable_new ();
  promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  if (!lodger_pending_is_done (promise))
    {
      GCancellable *other = lodger_glib_pending_get_cancellable (promise);
      int code = lodger_glib_pending_cancel_with (promise, cancellable);
      expect_or_want (code, 0);
      g_cancellable_cancel (cancellable);
      test_check (lodger_pending_is_cancelled (promise) == (code == 0));
      test_check (other == NULL || (bool) g_cancellable_is_cancelled (other) == (code == 0));
      lodger_pending_return_nothing (promise);
    }
  lodger_pending_unref (promise);
  g_object_unref (cancellable);
}

const Scenario scenarios_glib[] = {
  { .name = "application", .run = application, .traits = PLACE_GLIB, .not_traits = PLACE_DRIVEN },
  { .name = "gerrors", .run = gerrors, .traits = PLACE_GLIB },
  { .name = "operations", .run = operations, .traits = PLACE_GLIB },
  { .name = "cancellables", .run = cancellables, .traits = PLACE_GLIB },
  { .name = NULL },
};
