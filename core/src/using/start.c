/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/log.h"
#include "caller/caller.h"
#include "life/life.h"
#include "life/phase.h"
#include "loop/ownership.h"
#include "mailbox/owner.h"
#include "using/using.h"

#include <string.h>

/* Starting a guest by its backend's name. */

int
lodger__using_check (const char *backend, const LodgerBackendOps **ret_backend, const char **ret_reason)
{
  *ret_backend = backend != NULL ? lodger__registry_backend (backend) : NULL;
  if (backend == NULL)
    {
      *ret_reason = "the backend is NULL";
      return LODGER_EINVAL;
    }
  *ret_reason = *ret_backend == NULL ? "no such backend" : NULL;
  return *ret_backend == NULL ? LODGER_ENOENT : 0;
}

static const void *
identify (const LodgerBackendOps *backend, const void *options)
{
  return backend->guest_identify != NULL ? backend->guest_identify (options) : options;
}

bool
lodger__using_is_own (const LodgerCaller *caller, const LodgerBackendOps *backend, const void *options)
{
  const char *host = lodger_caller_get_host (caller);
  return host != NULL && strcmp (host, backend->name) == 0 && (options == NULL || backend->guest_open == NULL);
}

bool
lodger__using_is_host (const LodgerCaller *caller, const LodgerBackendOps *backend, const void *options)
{
  return lodger__using_is_own (caller, backend, options)
         || lodger__thread_has_loop (lodger__thread_peek (), backend->name, identify (backend, options));
}

LodgerGuest *
lodger__using_find_or_start (LodgerCaller *caller, const LodgerBackendOps *backend, const void *options,
                             bool *ret_is_new, int *ret_code)
{
  LodgerGuest *guest = NULL;
  const void *identity;
  *ret_is_new = false;
  *ret_code = backend->guest_open == NULL ? LODGER_ENOSYS : 0;
  if (*ret_code != 0)
    return NULL;
  identity = identify (backend, options);
  guest = lodger__guest_find (caller, backend, identity);
  if (guest != NULL)
    return guest;
  guest = lodger__guest_open (caller, backend, identity, options, ret_code);
  *ret_is_new = guest != NULL;
  return guest;
}

/* ---- for users ------------------------------------------------------------------------------------------------------- */

static LodgerGuest *
fail (LodgerError **ret_error, int code, const char *reason)
{
  lodger__misuse ("lodger_guest_start", code, reason);
  if (ret_error != NULL)
    *ret_error = lodger_error_new (NULL, code, reason);
  return NULL;
}

static LodgerGuest *
start (LodgerCaller *caller, const LodgerBackendOps *backend, const void *options, LodgerError **ret_error)
{
  LodgerHeld held = lodger__ownership_begin (caller);
  LodgerGuest *guest;
  bool is_new;
  int code;
  if (held == LODGER_OWNERSHIP_NONE)
    return fail (ret_error, LODGER_ESHUTDOWN, "the caller was taken from this thread");
  guest = lodger__using_find_or_start (caller, backend, options, &is_new, &code);
  lodger__ownership_end (caller, held);
  return guest != NULL
             ? guest
             : fail (ret_error, code,
                     code == LODGER_ENOSYS ? "the backend cannot be a guest" : "the guest could not be opened");
}

LodgerGuest *
lodger_guest_start (LodgerCaller *caller, const char *name, const void *options, LodgerError **ret_error)
{
  const LodgerBackendOps *backend;
  const char *reason = NULL;
  int code;
  if (caller == NULL)
    return fail (ret_error, LODGER_EINVAL, "the caller is NULL");
  if (lodger__is_before_fork (caller))
    return fail (ret_error, LODGER_ECHILD, lodger__before_fork_message);
  code = lodger__using_check (name, &backend, &reason);
  if (code != 0)
    return fail (ret_error, code, reason);
  if (lodger__is_stopping (caller))
    return fail (ret_error, LODGER_ESHUTDOWN, "it is stopping or has stopped");
  if (lodger__phase (caller) < LODGER_PHASE_RUNNING)
    return fail (ret_error, LODGER_ESTATE, "the caller has not started");
  if (!lodger__owner_is_here (caller))
    return fail (ret_error, LODGER_EWRONGTHREAD, "only in the caller's own thread");
  if (backend->guest_open != NULL
      && lodger__thread_has_loop (lodger__thread_peek (), backend->name, identify (backend, options)))
    return fail (ret_error, LODGER_EALREADY, "a host of this thread runs that loop");
  return start (caller, backend, options, ret_error);
}
