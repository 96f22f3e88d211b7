/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define LODGER_NO_CALL_SITES
#include <lodger/scope.h>

/* The ways to submit a call that is bound to a scope, without options. */

static LodgerCallOptions
bound (LodgerScope *scope)
{
  return (LodgerCallOptions) { .size = sizeof (LodgerCallOptions), .flags = LODGER_PENDING_BOUND, .scope = scope };
}

LodgerPending *
lodger_scope_call_soon (LodgerScope *scope, LodgerCaller *caller, LodgerCallFunc func, void *data,
                        LodgerDestroyFunc destroy)
{
  const LodgerCallOptions options = bound (scope);
  return lodger_caller_call_soon_full (caller, func, data, destroy, &options);
}

LodgerPending *
lodger_scope_call_later (LodgerScope *scope, LodgerCaller *caller, int64_t delay, LodgerCallFunc func, void *data,
                         LodgerDestroyFunc destroy)
{
  const LodgerCallOptions options = bound (scope);
  return lodger_caller_call_later_full (caller, delay, func, data, destroy, &options);
}

LodgerPending *
lodger_scope_to_thread (LodgerScope *scope, LodgerCaller *caller, LodgerCallFunc func, void *data,
                        LodgerDestroyFunc destroy)
{
  const LodgerCallOptions options = bound (scope);
  return lodger_caller_to_thread_full (caller, func, data, destroy, &options);
}

LodgerPending *
lodger_scope_then (LodgerScope *scope, LodgerPending *done, LodgerCaller *caller, LodgerThenFunc func, void *data,
                   LodgerDestroyFunc destroy)
{
  const LodgerCallOptions options = bound (scope);
  return lodger_pending_then_full (done, caller, func, data, destroy, &options);
}
