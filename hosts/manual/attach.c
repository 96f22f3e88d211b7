/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Attaching this thread's caller to a manual host. */
#include "manual-private.h"

#include <lodger/error.h>

static LodgerCaller *
attach (const char *function, LodgerManualHost *host, const LodgerCallerOptions *options, LodgerError **ret_error)
{
  LodgerCallerOptions own, read;
  LodgerCaller *caller;
  const char *reason;
  int result;
  options = lodger_host_read_options (options, &read, sizeof read, &reason);
  own = options != NULL ? *options : (LodgerCallerOptions) { .size = sizeof own };
  own.size = sizeof own;
  if (host == NULL)
    reason = "the host is NULL";
  result = reason != NULL ? lodger_host_misuse (function, LODGER_EINVAL, reason) : lodger_manual_register ();
  if (result < 0)
    {
      if (own.hook_destroy != NULL)
        own.hook_destroy (own.hook_data);
      if (ret_error != NULL)
        *ret_error = lodger_error_new (NULL, result, NULL);
      return NULL;
    }
  own.host = lodger_manual_host_get_name (host);
  own.host_options = host;
  caller = lodger_caller_open (LODGER_CALLER_CURRENT_THREAD, &own, ret_error);
  result = caller != NULL ? lodger_caller_enter (caller) : 0;
  if (result < 0)
    {
      lodger_caller_unref (caller);
      if (ret_error != NULL)
        *ret_error = lodger_error_new (NULL, result, NULL);
      return NULL;
    }
  return caller;
}

LodgerCaller *
lodger_manual_attach (LodgerManualHost *host, const LodgerCallerOptions *options, LodgerError **ret_error)
{
  const char *outer = lodger_host_speak_for (__func__);
  LodgerCaller *caller = attach (__func__, host, options, ret_error);
  lodger_host_speak_for (outer);
  return caller;
}
