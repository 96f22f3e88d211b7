/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a program calls to attach this thread's caller to a libuv loop. */
#include "uv-private.h"

int
lodger_uv_register (void)
{
  const char *outer = lodger_host_speak_for (__func__);
  int result = lodger_host_register (&lodger__uv_driver);
  if (result == 0)
    result = lodger_backend_register (&lodger__uv_backend);
  lodger_host_speak_for (outer);
  return result;
}

static LodgerCaller *
open_caller (const LodgerUvHostOptions *host_options, const LodgerCallerOptions *options, LodgerError **ret_error)
{
  LodgerUvHostOptions read_host;
  const char *reason;
  int code = lodger_uv_register ();
  host_options = lodger_host_read_options (host_options, &read_host, sizeof read_host, &reason);
  if (reason != NULL)
    code = LODGER_EINVAL;
  return lodger_host_open_caller (options, lodger__uv_driver.ops->name, host_options, code, reason, ret_error);
}

LodgerCaller *
lodger_uv_open_caller (const LodgerUvHostOptions *host_options, const LodgerCallerOptions *options,
                       LodgerError **ret_error)
{
  const char *outer = lodger_host_speak_for (__func__);
  LodgerCaller *caller = open_caller (host_options, options, ret_error);
  lodger_host_speak_for (outer);
  return caller;
}

static LodgerCaller *
attach (const char *function, uv_loop_t *loop, const LodgerCallerOptions *options, LodgerError **ret_error)
{
  LodgerUvHostOptions host_options = { .size = sizeof host_options, .loop = loop };
  const char *outer = lodger_host_speak_for (function);
  LodgerCaller *caller = open_caller (&host_options, options, ret_error);
  int code = caller != NULL ? lodger_host_enter_caller (caller) : 0;
  lodger_host_speak_for (outer);
  if (code == 0)
    return caller;
  lodger_caller_unref (caller);
  if (ret_error != NULL)
    *ret_error = lodger_error_new (NULL, code, NULL);
  return NULL;
}

LodgerCaller *
lodger_uv_attach_full (uv_loop_t *loop, const LodgerCallerOptions *options, LodgerError **ret_error)
{
  return attach (__func__, loop, options, ret_error);
}

LodgerCaller *
lodger_uv_attach (uv_loop_t *loop, LodgerError **ret_error)
{
  return attach (__func__, loop, NULL, ret_error);
}
