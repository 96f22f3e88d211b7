/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/log.h"
#include "base/options.h"
#include "caller/caller.h"
#include "life/life.h"
#include "loop/native.h"
#include "mailbox/owner.h"
#include "mailbox/post.h"
#include "stop/stop.h"

#include <string.h>

/* Finding the caller that is meant, or making it. */

LodgerCaller *
lodger__caller_fail (const LodgerCallerOptions *options, LodgerError **ret_error, const char *function, int code,
                     const char *reason, const char *name)
{
  LodgerError *error
      = name != NULL ? lodger_error_newf (NULL, code, "%s: %s", reason, name) : lodger_error_new (NULL, code, reason);
  lodger__misuse_at (function, code, lodger_error_get_message (error), options->file, options->line);
  if (ret_error != NULL)
    *ret_error = error;
  else
    lodger_error_unref (error);
  return NULL;
}

static LodgerCaller *
fail (const LodgerCallerOptions *options, LodgerError **ret_error, int code, const char *reason, const char *name)
{
  return lodger__caller_fail (options, ret_error, "lodger_caller_open", code, reason, name);
}

LodgerCaller *
lodger_caller_find (const char *host, const void *host_options)
{
  const LodgerThread *thread = lodger__thread_peek ();
  const LodgerHostDriver *driver = host != NULL ? lodger__registry_host (host) : NULL;
  const void *identity;
  LodgerCaller *found;
  if (thread == NULL || driver == NULL)
    return NULL;
  identity = lodger__host_identify (driver, host_options);
  found = lodger__thread_find_caller (thread, driver, identity, LODGER_CALLER_STOPPING);
  return found != NULL ? found : lodger__thread_find_caller (thread, driver, identity, LODGER_CALLER_STOPPED);
}

LodgerCaller *
lodger__caller_matching (LodgerCaller *caller, const LodgerCallerOptions *options, const char *function,
                         LodgerError **ret_error)
{
  const char *backend = lodger_caller_get_backend (caller);
  const char *host = lodger_caller_get_host (caller);
  const char *wrong = NULL;
  if (options->name != NULL && strcmp (options->name, lodger__name (caller)) != 0)
    wrong = options->name;
  else if (options->backend != NULL && (backend == NULL || strcmp (options->backend, backend) != 0))
    wrong = options->backend;
  else if (options->host != NULL && (host != NULL || !lodger__is_driven (caller))
           && (host == NULL || strcmp (options->host, host) != 0))
    wrong = options->host;
  if (wrong == NULL)
    return caller;
  lodger_caller_unref (caller);
  return lodger__caller_fail (options, ret_error, function, LODGER_EMISMATCH, "the caller that is there does not match",
                              wrong);
}

static LodgerCaller *
matching (LodgerCaller *caller, const LodgerCallerOptions *options, LodgerError **ret_error)
{
  return lodger__caller_matching (caller, options, "lodger_caller_open", ret_error);
}

static LodgerCaller *
new_thread (LodgerCallerOptions *options, const LodgerBackendOps *workers, LodgerError **ret_error)
{
  const char *name = options->backend != NULL ? options->backend : lodger__native_backend.name;
  const char *reason;
  int code;
  LodgerSpec spec = { .backend = lodger__registry_workers (name, &code, &reason) };
  LodgerCaller *caller;
  spec.worker_backend = workers != NULL ? workers : spec.backend;
  if (spec.backend == NULL)
    return fail (options, ret_error, code, reason, name);
  if (options->host != NULL)
    return fail (options, ret_error, LODGER_EINVAL, "a new thread has its backend's host, not", options->host);
  if (options->name == NULL)
    options->name = "worker";
  caller = lodger__caller_create (options, &spec);
  if (caller == NULL)
    return fail (options, ret_error, LODGER_ENOMEM, "no memory", NULL);
  code = lodger__thread_start (caller);
  if (code == 0)
    return caller;
  lodger__loop_gone (caller);
  lodger_caller_unref (caller);
  return fail (options, ret_error, code, "the system refuses a thread", NULL);
}

/* In a thread whose loop is not Lodger's. */
static LodgerCaller *
make_here (LodgerCallerMode mode, LodgerCallerOptions *options, const LodgerHostDriver *driver,
           const LodgerBackendOps *workers, LodgerError **ret_error)
{
  const LodgerSpec spec = { .worker_backend = workers, .is_main = lodger__port_is_main_thread () };
  LodgerCaller *caller = lodger__caller_create (options, &spec);
  int code;
  if (caller == NULL)
    return fail (options, ret_error, LODGER_ENOMEM, "no memory", NULL);
  lodger__host_choose (caller, driver, options->host_options);
  lodger__owner_claim (caller, lodger__thread_peek (), lodger__thread_ends);
  code = lodger__host_open (caller, options->host_options);
  if (code != 0)
    {
      lodger_caller_unref (caller);
      return fail (options, ret_error, code, "the host could not be opened", options->host);
    }
  lodger__registry_add (caller);
  code = mode != LODGER_CALLER_MANUAL ? lodger_caller_start_sync (caller) : 0;
  if (code == 0)
    return caller;
  if (lodger__start_error (caller) == NULL)
    fail (options, ret_error, code, "it could not be started", NULL);
  else if (ret_error != NULL)
    *ret_error = lodger_error_ref (lodger__start_error (caller));
  lodger_caller_unref (caller);
  return NULL;
}

static LodgerCaller *
in_this_thread (LodgerCallerMode mode, LodgerCallerOptions *options, const LodgerBackendOps *workers,
                LodgerError **ret_error)
{
  LodgerThread *thread = lodger__thread ();
  const LodgerHostDriver *driver;
  LodgerCaller *caller;
  if (thread == NULL)
    return fail (options, ret_error, LODGER_ENOMEM, "no memory", NULL);
  if (options->host == NULL)
    {
      caller = mode != LODGER_CALLER_MANUAL ? lodger__thread_first_caller (thread) : NULL;
      if (caller == NULL)
        return fail (options, ret_error, LODGER_ENOENT, "no host is named, and none is attached in this thread", NULL);
      return matching (caller, options, ret_error);
    }
  driver = lodger__registry_host (options->host);
  if (driver == NULL)
    return fail (options, ret_error, LODGER_ENOENT, "no such host", options->host);
  caller = lodger__thread_find_caller (thread, driver, lodger__host_identify (driver, options->host_options),
                                       LODGER_CALLER_STOPPING);
  if (caller != NULL && mode != LODGER_CALLER_MANUAL)
    return matching (caller, options, ret_error);
  lodger_caller_unref (caller);
  if (caller != NULL)
    return fail (options, ret_error, LODGER_EALREADY, "there is a caller for this thread and host", NULL);
  if (options->backend != NULL)
    return fail (options, ret_error, LODGER_EINVAL, "this thread's loop is not driven by Lodger, so it has no backend",
                 options->backend);
  if (workers == NULL)
    {
      const char *backend = driver->ops->worker_backend, *reason;
      int code;
      workers = lodger__registry_workers (backend != NULL ? backend : lodger__native_backend.name, &code, &reason);
      if (workers == NULL)
        return fail (options, ret_error, code, reason, backend);
    }
  return make_here (mode, options, driver, workers, ret_error);
}

static LodgerCaller *
find_or_make (LodgerCallerMode mode, LodgerCallerOptions *options, LodgerError **ret_error)
{
  const LodgerBackendOps *workers = NULL;
  LodgerCaller *caller;
  const char *reason;
  int code;
  if (options->worker_backend != NULL)
    {
      workers = lodger__registry_workers (options->worker_backend, &code, &reason);
      if (workers == NULL)
        return fail (options, ret_error, code, reason, options->worker_backend);
    }
  switch (mode)
    {
    case LODGER_CALLER_NEW_THREAD: return new_thread (options, workers, ret_error);
    case LODGER_CALLER_MAIN_THREAD:
      if (lodger__port_is_main_thread ())
        return in_this_thread (mode, options, workers, ret_error);
      caller = lodger__registry_find_mains ();
      return caller != NULL ? matching (caller, options, ret_error)
                            : fail (options, ret_error, LODGER_EWRONGTHREAD, "the main thread has no caller yet", NULL);
    case LODGER_CALLER_CURRENT_THREAD:
    case LODGER_CALLER_MANUAL: return in_this_thread (mode, options, workers, ret_error);
    }
  return fail (options, ret_error, LODGER_EINVAL, "no such mode", NULL);
}

/* The loop of an adapter that speaks for the program, and why it refuses. */
typedef struct Loop
{
  const char *host;
  const void *host_options;
  int refusal; /* 0: it does not */
  const char *reason;
} Loop;

static LodgerCaller *
open_caller (LodgerCallerMode mode, const LodgerCallerOptions *options, const Loop *loop, LodgerError **ret_error)
{
  LodgerCallerOptions own, read = { .size = sizeof read };
  LodgerCaller *caller;
  const char *reason;
  options = lodger__options (options, &own, sizeof own, &reason);
  if (options != NULL)
    read = *options;
  if (loop != NULL)
    {
      read.host = loop->host;
      read.host_options = loop->host_options;
    }
  if (loop != NULL && loop->refusal != 0)
    caller = fail (&read, ret_error, loop->refusal, loop->reason, NULL);
  else
    caller
        = reason == NULL ? find_or_make (mode, &read, ret_error) : fail (&read, ret_error, LODGER_EINVAL, reason, NULL);
  if (read.hook_destroy != NULL)
    {
      const char *outer = lodger_host_speak_for (NULL);
      read.hook_destroy (read.hook_data);
      lodger_host_speak_for (outer);
    }
  return caller;
}

LodgerCaller *
lodger_caller_open (LodgerCallerMode mode, const LodgerCallerOptions *options, LodgerError **ret_error)
{
  return open_caller (mode, options, NULL, ret_error);
}

LodgerCaller *
lodger_host_open_caller (const LodgerCallerOptions *options, const char *host, const void *host_options, int refusal,
                         const char *reason, LodgerError **ret_error)
{
  const char *outer = lodger_host_speak_for (__func__);
  Loop loop = { .host = host, .host_options = host_options, .refusal = refusal, .reason = reason };
  LodgerCaller *caller;
  if (refusal == 0 && host == NULL)
    {
      loop.refusal = LODGER_EINVAL;
      loop.reason = "the name of the host is NULL";
    }
  caller = open_caller (LODGER_CALLER_CURRENT_THREAD, options, &loop, ret_error);
  lodger_host_speak_for (outer);
  return caller;
}
