/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the GLib adapter adds: an application's end, and errors of the two kinds. GLib itself aborts for want of memory. */
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

const Scenario scenarios_glib[] = {
  { .name = "application", .run = application, .traits = PLACE_GLIB, .not_traits = PLACE_DRIVEN },
  { .name = "gerrors", .run = gerrors, .traits = PLACE_GLIB },
  { .name = NULL },
};
