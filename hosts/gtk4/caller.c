/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The GUI thread's caller. */
#include "gtk-private.h"

#include <pthread.h>

static const LodgerGlibHostOptions host_options = { .size = sizeof host_options, .slice = lodger__gtk_slice };

static LodgerCaller *caller;       /* the GUI thread's alone */
static pthread_t gui;              /* the GUI thread's alone until `has_gui` */
static _Atomic (gboolean) has_gui; /* publishes `gui` */

LodgerCaller *
lodger__gtk_peek_caller (void)
{
  return caller;
}

static int
forget (LodgerPending *done, void *data)
{
  (void) done;
  if (caller == data)
    caller = NULL;
  return 0;
}

static void
drop (void *data)
{
  lodger_caller_unref (data);
}

static LodgerCaller *
refuse (int code, const char *reason, GError **error)
{
  g_set_error_literal (error, LODGER_GLIB_ERROR, code, reason);
  return NULL;
}

static gboolean
is_elsewhere (void)
{
  return has_gui && !pthread_equal (gui, pthread_self ());
}

static const char wrong_thread[] = "this is not the GUI thread";

/* The GUI thread's caller. It is made if there is none, and kept until it has stopped. In another thread, the caller for
 * the main context would pass for it. */
static LodgerCaller *
find (const LodgerCallerOptions *options, GError **error)
{
  LodgerCaller *found;
  if (is_elsewhere ())
    return refuse (LODGER_EWRONGTHREAD, wrong_thread, error);
  if (options == NULL && caller != NULL && lodger_caller_get_state (caller) < LODGER_CALLER_STOPPED)
    return caller;
  found = lodger_glib_open_caller (&host_options, options, error);
  if (found == NULL)
    return NULL;
  if (found == caller)
    {
      lodger_caller_unref (found);
      return caller;
    }
  if (!has_gui)
    {
      gui = pthread_self ();
      has_gui = TRUE;
    }
  caller = found;
  if (lodger_pending_add_done_callback (lodger_caller_get_stopped (found), forget, found, drop) != 0)
    {
      caller = NULL;
      refuse (LODGER_ENOMEM, lodger_error_code_string (LODGER_ENOMEM), error);
    }
  return caller;
}

LodgerCaller *
lodger__gtk_find_caller (const char *function, GError **error)
{
  const char *outer = lodger_host_speak_for (function);
  LodgerCaller *found = find (NULL, error);
  lodger_host_speak_for (outer);
  return found;
}

LodgerCaller *
lodger_gtk_default_caller (void)
{
  GError *error = NULL;
  LodgerCaller *found = lodger__gtk_find_caller (__func__, &error);
  if (found == NULL)
    lodger_host_misuse (__func__, error->code, error->message);
  g_clear_error (&error);
  return found;
}

static LodgerCaller *
refuse_thread (const LodgerCallerOptions *options, GError **error)
{
  LodgerError *reason = NULL;
  LodgerCaller *none = lodger_host_open_caller (options, NULL, NULL, LODGER_EWRONGTHREAD, wrong_thread, &reason);
  g_propagate_error (error, lodger_glib_error_to_gerror (reason));
  lodger_error_unref (reason);
  return none;
}

static LodgerCaller *
attach (const char *function, const LodgerCallerOptions *options, GError **error)
{
  const char *outer = lodger_host_speak_for (function);
  LodgerCaller *found = is_elsewhere () ? refuse_thread (options, error) : find (options, error);
  int code = found != NULL ? lodger_host_enter_caller (found) : 0;
  lodger_host_speak_for (outer);
  if (code != 0)
    return refuse (code, lodger_error_code_string (code), error);
  return lodger_caller_ref (found);
}

LodgerCaller *
lodger_gtk_attach_full (const LodgerCallerOptions *options, GError **error)
{
  return attach (__func__, options, error);
}

LodgerCaller *
lodger_gtk_attach (GError **error)
{
  return attach (__func__, NULL, error);
}

/* ---- the end of other work ----------------------------------------------------------------------------------------- */

static void
be_there (LodgerPending *self, LodgerPending *done, void *data)
{
  (void) self;
  (void) done;
  (void) data;
}

void
lodger__gtk_when_over (LodgerPending *pending, LodgerCaller *in, void *data, LodgerDestroyFunc over)
{
  lodger_pending_disown (lodger_pending_then (pending, in, be_there, data, over));
}
