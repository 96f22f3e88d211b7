/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a program calls to attach this thread's caller to a main context. */
#include "glib-private.h"

int
lodger_glib_register (void)
{
  const char *outer = lodger_host_speak_for (__func__);
  int result = lodger_host_register (&lodger__glib_driver);
  if (result == 0)
    result = lodger_backend_register (&lodger__glib_backend);
  if (result == 0)
    result = lodger__glib_guard_awaits ();
  lodger_host_speak_for (outer);
  return result;
}

/* Consumes the reason. */
static LodgerCaller *
refuse (LodgerError *reason, GError **error)
{
  g_propagate_error (error, lodger_glib_error_to_gerror (reason));
  lodger_error_unref (reason);
  return NULL;
}

static LodgerCaller *
open_caller (const LodgerGlibHostOptions *host_options, const LodgerCallerOptions *options, GError **error)
{
  LodgerGlibHostOptions read_host;
  LodgerError *core_error = NULL;
  LodgerCaller *caller;
  const char *reason;
  int code = lodger_glib_register ();
  host_options = lodger_host_read_options (host_options, &read_host, sizeof read_host, &reason);
  if (reason != NULL)
    code = LODGER_EINVAL;
  caller = lodger_host_open_caller (options, lodger__glib_driver.ops->name, host_options, code, reason, &core_error);
  if (caller == NULL)
    return refuse (core_error, error);
  if (lodger__glib_context_of (host_options) == g_main_context_default ())
    lodger__glib_hear_default_application ();
  return caller;
}

LodgerCaller *
lodger_glib_open_caller (const LodgerGlibHostOptions *host_options, const LodgerCallerOptions *options, GError **error)
{
  const char *outer = lodger_host_speak_for (__func__);
  LodgerCaller *caller = open_caller (host_options, options, error);
  lodger_host_speak_for (outer);
  return caller;
}

static LodgerCaller *
attach (const char *function, GMainContext *context, const LodgerCallerOptions *options, GError **error)
{
  LodgerGlibHostOptions host_options = { .size = sizeof host_options, .context = context };
  const char *outer = lodger_host_speak_for (function);
  LodgerCaller *caller = open_caller (&host_options, options, error);
  int result;
  lodger_host_speak_for (outer);
  result = caller != NULL ? lodger_host_enter_caller (caller) : 0;
  if (result == 0)
    return caller;
  lodger_caller_unref (caller);
  return refuse (lodger_error_new (NULL, result, NULL), error);
}

LodgerCaller *
lodger_glib_attach_full (GMainContext *context, const LodgerCallerOptions *options, GError **error)
{
  return attach (__func__, context, options, error);
}

LodgerCaller *
lodger_glib_attach (GMainContext *context, GError **error)
{
  return attach (__func__, context, NULL, error);
}
