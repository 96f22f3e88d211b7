/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define LODGER_NO_CALL_SITES
#include "using/using.h"

#include "base/log.h"
#include "call/submit.h"
#include "life/life.h"
#include "life/phase.h"
#include "loop/ownership.h"
#include "mailbox/owner.h"

#include <stdlib.h>

/* Calls that run inside a guest: a plain call, whose function enters the guest around the user's. Which loop is meant is
 * known only in the caller's thread. */

typedef struct Using
{
  LodgerWork user;
  const LodgerBackendOps *backend;
  const void *options;
  LodgerCaller *caller; /* held */
  LodgerGuest *guest;   /* a reference, that of a run which ends it; or NULL */
  bool ends;
} Using;

static void
using_free (void *data)
{
  Using *using = data;
  lodger__work_destroy (&using->user);
  if (using->guest != NULL && lodger__is_before_fork (using->caller))
    lodger_guest_unref (using->guest);
  else if (using->guest != NULL)
    {
      if (lodger__owner_is_here (using->caller))
        lodger_guest_end (using->guest);
      else
        lodger__guest_dismiss (using->guest);
      lodger_guest_unref (using->guest);
    }
  lodger__release (using->caller);
  free (using);
}

/* Inside the guest; and out of it, also if the caller was taken away meanwhile. */
static void
run_inside (LodgerPending *self, Using *using, LodgerGuest *guest)
{
  LodgerFrame *frame = lodger__thread_peek ()->frame;
  LodgerHeld held;
  frame->guest = guest;
  using->user.call (self, using->user.data);
  if (lodger__is_before_fork (using->caller))
    return;
  frame->guest = NULL;
  lodger__guest_leave_loop (guest);
  held = lodger__ownership_begin (using->caller);
  if (held == LODGER_OWNERSHIP_NONE)
    return;
  lodger__guest_leave (guest);
  lodger__ownership_end (using->caller, held);
}

/* Owner, at work: NULL with an error for the call. */
static LodgerGuest *
enter (Using *using, LodgerError **ret_error)
{
  bool is_new;
  int code;
  LodgerGuest *guest = lodger__using_find_or_start (using->caller, using->backend, using->options, &is_new, &code);
  if (guest == NULL)
    {
      *ret_error = lodger_error_newf (NULL, code, "the guest %s could not be started: %s", using->backend->name,
                                      lodger_error_code_string (code));
      return NULL;
    }
  if (using->ends && is_new)
    using->guest = lodger_guest_ref (guest);
  lodger__guest_enter (guest);
  return guest;
}

static void
run (LodgerPending *self, void *data)
{
  Using *using = data;
  LodgerError *error = NULL;
  LodgerGuest *guest;
  LodgerHeld held;
  if (lodger__using_is_host (using->caller, using->backend, using->options))
    {
      using->user.call (self, using->user.data);
      return;
    }
  held = lodger__ownership_begin (using->caller);
  if (held == LODGER_OWNERSHIP_NONE)
    return;
  guest = enter (using, &error);
  lodger__ownership_end (using->caller, held);
  if (guest == NULL)
    {
      lodger_pending_return_error (self, error);
      return;
    }
  run_inside (self, using, guest);
  lodger_guest_unref (guest);
}

static int
check (LodgerCaller *caller, const char *name, const void *backend_options, bool has_func,
       const LodgerCallOptions *options, const char *function, const LodgerBackendOps **ret_backend)
{
  const char *reason;
  int code = lodger__submit_check (caller, has_func, options, function);
  if (code != 0)
    return code;
  code = lodger__using_check (name, ret_backend, &reason);
  if (code != 0)
    return lodger__submit_misuse (function, code, reason, options);
  if (lodger__phase (caller) < LODGER_PHASE_RUNNING)
    return lodger__submit_misuse (function, LODGER_ESTATE, "the caller has not started", options);
  if ((*ret_backend)->guest_open == NULL && !lodger__using_is_own (caller, *ret_backend, backend_options))
    return lodger__submit_misuse (function, LODGER_ENOSYS, "the backend cannot be a guest", options);
  return 0;
}

static LodgerPending *
submit (const char *function, LodgerCaller *caller, const char *name, const void *backend_options,
        const LodgerWork *user, bool ends, const LodgerCallOptions *options)
{
  const LodgerBackendOps *backend;
  LodgerCallOptions own;
  LodgerWork work;
  Using *using = NULL;
  int code = lodger__submit_options (&options, &own, function);
  if (code == 0)
    code = check (caller, name, backend_options, lodger__work_has_func (user), options, function, &backend);
  if (code == 0 && (using = calloc (1, sizeof *using)) == NULL)
    code = LODGER_ENOMEM;
  if (code != 0)
    return lodger__submit_refuse (code, caller, function, user, options);
  *using = (Using) { .user = *user, .backend = backend, .options = backend_options, .caller = caller, .ends = ends };
  lodger__hold (caller);
  work = lodger__work (run, using, using_free);
  return lodger__submit_soon (function, caller, &work, options);
}

LodgerPending *
lodger_caller_call_using_backend_full (LodgerCaller *caller, const char *backend, const void *backend_options,
                                       LodgerCallFunc func, void *data, LodgerDestroyFunc destroy,
                                       const LodgerCallOptions *options)
{
  const LodgerWork user = lodger__work (func, data, destroy);
  return submit ("lodger_caller_call_using_backend", caller, backend, backend_options, &user, false, options);
}

LodgerPending *
lodger_caller_call_using_backend (LodgerCaller *caller, const char *backend, const void *backend_options,
                                  LodgerCallFunc func, void *data, LodgerDestroyFunc destroy)
{
  return lodger_caller_call_using_backend_full (caller, backend, backend_options, func, data, destroy, NULL);
}

LodgerPending *
lodger_start_guest_run (LodgerCaller *caller, const char *backend, const void *backend_options, LodgerCallFunc func,
                        void *data, LodgerDestroyFunc destroy, const LodgerCallOptions *options)
{
  const LodgerWork user = lodger__work (func, data, destroy);
  return submit ("lodger_start_guest_run", caller, backend, backend_options, &user, true, options);
}
