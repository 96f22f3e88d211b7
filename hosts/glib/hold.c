/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A GApplication that does not end before some work has ended. The work's continuation holds the application. Its data is
 * destroyed once, in the application's thread: when the work is done, or when the caller stops. */
#include "glib-private.h"

static void
be_there (LodgerPending *self, LodgerPending *done, void *data)
{
  (void) self;
  (void) done;
  (void) data;
}

static void
let_go (void *application)
{
  g_application_release (application);
  g_object_unref (application);
}

static int
hold (GApplication *application, LodgerPending *pending)
{
  GError *error = NULL;
  LodgerCaller *caller = lodger_glib_open_caller (NULL, NULL, &error);
  LodgerPending *then;
  int code;
  if (caller == NULL)
    {
      code = error->code;
      g_error_free (error);
      return code;
    }
  g_application_hold (application);
  then = lodger_pending_then (pending, caller, be_there, g_object_ref (application), let_go);
  code = lodger_pending_get_outcome (then);
  if (code == LODGER_EFAILED)
    code = lodger_error_get_code (lodger_pending_get_error (then));
  else
    code = code == LODGER_ECANCELED ? LODGER_ESHUTDOWN : 0;
  lodger_pending_unref (then);
  lodger_caller_unref (caller);
  return code;
}

int
lodger_glib_application_hold (GApplication *application, LodgerPending *pending)
{
  const char *outer = lodger_host_speak_for (__func__);
  int code = pending != NULL && G_IS_APPLICATION (application)
                 ? hold (application, pending)
                 : lodger_host_misuse (__func__, LODGER_EINVAL, "NULL or no application given");
  lodger_host_speak_for (outer);
  return code;
}
