/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a program calls to attach this thread's caller to its event dispatcher. */
#include "qt-private.h"

int
lodger_qt_register (void)
{
  const char *outer = lodger_host_speak_for (__func__);
  int result = lodger_host_register (lodger__qt_driver ());
  if (result == 0)
    result = lodger__qt_guard_awaits ();
  lodger__qt_hear_applications ();
  lodger_host_speak_for (outer);
  return result;
}

static LodgerCaller *
open_caller (const LodgerQtHostOptions *host_options, const LodgerCallerOptions *options, LodgerError **ret_error)
{
  LodgerQtHostOptions own;
  const char *reason;
  int code = lodger_qt_register ();
  host_options
      = static_cast<const LodgerQtHostOptions *> (lodger_host_read_options (host_options, &own, sizeof own, &reason));
  if (reason != nullptr)
    code = LODGER_EINVAL;
  else if (code == 0 && !lodger__qt_have_dispatcher ())
    {
      code = LODGER_ESTATE;
      reason = "there is no QCoreApplication, or no event dispatcher in this thread";
    }
  return lodger_host_open_caller (options, lodger__qt_driver ()->ops->name, host_options, code, reason, ret_error);
}

LodgerCaller *
lodger_qt_open_caller (const LodgerQtHostOptions *host_options, const LodgerCallerOptions *options,
                       LodgerError **ret_error)
{
  const char *outer = lodger_host_speak_for (__func__);
  LodgerCaller *caller = open_caller (host_options, options, ret_error);
  lodger_host_speak_for (outer);
  return caller;
}

static LodgerCaller *
attach (const char *function, const LodgerQtHostOptions *host_options, const LodgerCallerOptions *options,
        LodgerError **ret_error)
{
  const char *outer = lodger_host_speak_for (function);
  LodgerCaller *caller = open_caller (host_options, options, ret_error);
  int result;
  lodger_host_speak_for (outer);
  result = caller != nullptr ? lodger_host_enter_caller (caller) : 0;
  if (result == 0)
    return caller;
  lodger_caller_unref (caller);
  if (ret_error != nullptr)
    *ret_error = lodger_error_new (nullptr, result, nullptr);
  return nullptr;
}

LodgerCaller *
lodger_qt_attach_full (const LodgerQtHostOptions *host_options, const LodgerCallerOptions *options,
                       LodgerError **ret_error)
{
  return attach (__func__, host_options, options, ret_error);
}

LodgerCaller *
lodger_qt_attach (LodgerError **ret_error)
{
  return attach (__func__, nullptr, nullptr, ret_error);
}

/* A running caller is kept by its thread. */
LodgerCaller *
lodger_qt_get_caller (void)
{
  const char *outer = lodger_host_speak_for (__func__);
  LodgerCaller *caller = lodger_caller_find (lodger__qt_driver ()->ops->name, nullptr);
  if (caller == nullptr)
    caller = open_caller (nullptr, nullptr, nullptr);
  lodger_host_speak_for (outer);
  lodger_caller_unref (caller);
  return caller;
}
