/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Attaching this thread's caller to a manual host. */
#include "manual-private.h"

#include <lodger/error.h>

LodgerCaller *
lodger_manual_attach (LodgerManualHost *host, const LodgerCallerOptions *options, LodgerError **ret_error)
{
  const char *outer = lodger_host_speak_for (__func__);
  int code = host != NULL ? lodger_manual_register () : LODGER_EINVAL;
  LodgerCaller *caller = lodger_host_open_caller (options, lodger_manual_host_get_name (host), host, code,
                                                  host == NULL ? "the host is NULL" : NULL, ret_error);
  code = caller != NULL ? lodger_host_enter_caller (caller) : 0;
  lodger_host_speak_for (outer);
  if (code == 0)
    return caller;
  lodger_caller_unref (caller);
  if (ret_error != NULL)
    *ret_error = lodger_error_new (NULL, code, NULL);
  return NULL;
}
