/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The GLib adapter: the end of an application, errors of both kinds, operations and cancellables.
 *
 * GLib itself aborts when it lacks memory. */
#include "inject.h"
#include "scenarios.h"

#include <lodger-glib.h>

/* The application outlives the caller, and must not keep a reference to it. */
static void
application (Fixture *fixture)
{
  static GApplication *application;
  if (application == NULL)
    {
      application = g_application_new ("lodger.test.Fault", G_APPLICATION_NON_UNIQUE);
      g_application_set_default (application);
    }
  if (!fixture_open (fixture, NULL))
    return;
  call_soon (fixture, "a call", CALL_RUNS, NULL);
  fixture_settle (fixture);
}

static void
fail_with_gerror (LodgerPending *self, Call *call)
{
  GError *error = g_error_new_literal (G_FILE_ERROR, G_FILE_ERROR_NOENT, "no such file");
  (void) call;
  expect_or_shortage (lodger_glib_pending_return_gerror (self, error), 0);
}

static void
gerrors (Fixture *fixture)
{
  GError *error = NULL;
  Call *call;
  if (!fixture_open (fixture, NULL))
    return;
  call = call_soon (fixture, "a call that fails with a GError", CALL_FAILS | CALL_LACKS_RESOURCES, fail_with_gerror);
  fixture_settle (fixture);
  test_check (lodger_glib_pending_propagate_error (call->pending, &error));
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

/* Reports that the operation was not started, whether or not the pending could be created. */
static void
operate (LodgerPending *self, Call *call)
{
  Call *datum = call_datum (call->fixture, "an operation's data");
  GCancellable *cancellable = g_cancellable_new ();
  LodgerPending *operation = lodger_glib_async_new (cancellable, NULL, datum, call_destroy);
  GSource *source = g_idle_source_new ();
  int code;
  g_source_set_callback (source, nothing, operation, come_back);
  g_source_attach (source, g_main_context_get_thread_default ());
  g_source_unref (source);
  code = lodger_pending_return_from (self, operation);
  expect_or_shortage (code, 0);
  if (code != 0)
    lodger_pending_return_new_error (self, NULL, code, "no outcome can be taken");
  lodger_pending_unref (operation);
  g_object_unref (cancellable);
}

static void
operations (Fixture *fixture)
{
  if (!fixture_open (fixture, NULL))
    return;
  call_soon (fixture, "a call that takes an operation's outcome", CALL_FAILS | CALL_LACKS_RESOURCES, operate);
  fixture_settle (fixture);
}

/* A call that a cancellable cancels, and that cancels another cancellable. */
static void
cancellables (Fixture *fixture)
{
  GCancellable *cancellable;
  LodgerPending *promise;
  if (!fixture_open (fixture, NULL))
    return;
  cancellable = g_cancellable_new ();
  promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  if (!lodger_pending_is_done (promise))
    {
      GCancellable *other = lodger_glib_pending_get_cancellable (promise);
      int code = lodger_glib_pending_cancel_with (promise, cancellable);
      expect_or_shortage (code, 0);
      g_cancellable_cancel (cancellable);
      test_check (lodger_pending_is_cancelled (promise) == (code == 0));
      test_check (other == NULL || (bool) g_cancellable_is_cancelled (other) == (code == 0));
      lodger_pending_return_nothing (promise);
    }
  lodger_pending_unref (promise);
  g_object_unref (cancellable);
}

/* ---- a main context as guest -------------------------------------------------------------------------------------- */

static gboolean
answer (void *data)
{
  Call *call = data;
  lodger_reply_return_int (call->reply, 1);
  return G_SOURCE_REMOVE;
}

static void
defer_to_source (LodgerPending *self, Call *call)
{
  GSource *source;
  call->reply = lodger_pending_defer (self);
  if (call->reply == NULL)
    return;
  source = g_idle_source_new ();
  g_source_set_callback (source, answer, call, NULL);
  g_source_attach (source, g_main_context_get_thread_default ());
  g_source_unref (source);
}

static void
guests (Fixture *fixture)
{
  const LodgerGlibGuestOptions own = { .size = sizeof own, .flags = LODGER_GLIB_GUEST_OWN };
  if (!fixture_open (fixture, NULL))
    return;
  for (int i = 0; i < 3 && lodger_glib_register () == 0; i++)
    {
      Call *call = call_new (fixture, "a call in a main context", CALL_RUNS | CALL_LACKS_RESOURCES);
      call->act = defer_to_source;
      call_submitted (call,
                      lodger_caller_call_using_backend (fixture->caller, "glib", &own, call_run, call, call_destroy));
      fixture_settle (fixture);
    }
}

const Scenario scenarios_glib[] = {
  { .name = "application", .run = application, .traits = LOOP_GLIB, .not_traits = LOOP_DRIVEN },
  { .name = "gerrors", .run = gerrors, .traits = LOOP_GLIB },
  { .name = "operations", .run = operations, .traits = LOOP_GLIB },
  { .name = "cancellables", .run = cancellables, .traits = LOOP_GLIB },
  { .name = "guests", .run = guests },
  { .name = NULL },
};
