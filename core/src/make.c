/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "caller-private.h"
#include "ending.h"

#include <string.h>

/* Finding the caller that is meant, or making it. */

LodgerCaller *
lodger__make_fail (LodgerError **ret_error, const char *function, int code, const char *reason, const char *name)
{
  lodger__log (LODGER_LOG_WARNING, "%s: %s%s%s", function, reason, name != NULL ? ": " : "", name != NULL ? name : "");
  if (ret_error != NULL)
    *ret_error = lodger_error_newf (NULL, code, "%s%s%s", reason, name != NULL ? ": " : "", name != NULL ? name : "");
  return NULL;
}

static LodgerCaller *
fail (LodgerError **ret_error, int code, const char *reason, const char *name)
{
  return lodger__make_fail (ret_error, "lodger_caller_new", code, reason, name);
}

typedef struct Place
{
  const LodgerThread *thread;
  const LodgerHostDriver *driver;
  const void *identity;
} Place;

static bool
is_at (const LodgerCaller *caller, const void *what)
{
  const Place *place = what;
  return lodger__caller_is_in_thread (caller, place->thread) && caller->host.driver == place->driver
         && caller->host.identity == place->identity;
}

LodgerCaller *
lodger_caller_find (const char *host, const void *host_options)
{
  Place place = { .thread = lodger__thread_peek (), .driver = host != NULL ? lodger__registry_host (host) : NULL };
  LodgerCaller *found;
  if (place.thread == NULL || place.driver == NULL)
    return NULL;
  place.identity = place.driver->identify != NULL ? place.driver->identify (host_options) : host_options;
  found = lodger__registry_find (is_at, &place, LODGER_CALLER_STOPPING);
  return found != NULL ? found : lodger__registry_find (is_at, &place, LODGER_CALLER_STOPPED);
}

static bool
is_mains (const LodgerCaller *caller, const void *what)
{
  (void) what;
  return caller->is_main;
}

LodgerCaller *
lodger__make_matching (LodgerCaller *caller, const LodgerCallerOptions *options, const char *function,
                       LodgerError **ret_error)
{
  const char *backend = lodger_caller_get_backend (caller);
  const char *host = lodger_caller_get_host (caller);
  const char *wrong = NULL;
  if (options->name != NULL && strcmp (options->name, caller->name) != 0)
    wrong = options->name;
  else if (options->backend != NULL && (backend == NULL || strcmp (options->backend, backend) != 0))
    wrong = options->backend;
  else if (options->host != NULL && (host != NULL || !caller->is_driven)
           && (host == NULL || strcmp (options->host, host) != 0))
    wrong = options->host;
  if (wrong == NULL)
    return caller;
  lodger_caller_unref (caller);
  return lodger__make_fail (ret_error, function, LODGER_EMISMATCH, "the caller that is there does not match", wrong);
}

static LodgerCaller *
matching (LodgerCaller *caller, const LodgerCallerOptions *options, LodgerError **ret_error)
{
  return lodger__make_matching (caller, options, "lodger_caller_new", ret_error);
}

static LodgerCaller *
new_thread (LodgerCallerOptions *options, const LodgerBackendOps *workers, LodgerError **ret_error)
{
  const char *name = options->backend != NULL ? options->backend : lodger__native_backend.name;
  const LodgerBackendOps *backend = lodger__registry_backend (name);
  LodgerCaller *caller;
  int code;
  if (backend == NULL)
    return fail (ret_error, LODGER_ENOENT, "no such backend", name);
  if (options->host != NULL)
    return fail (ret_error, LODGER_EINVAL, "a new thread has its backend's host, not", options->host);
  if (options->name == NULL)
    options->name = "worker";
  caller = lodger__caller_make (options);
  if (caller == NULL)
    return fail (ret_error, LODGER_ENOMEM, "no memory", NULL);
  caller->backend = backend;
  caller->worker_backend = workers != NULL ? workers : backend;
  caller->is_driven = true;
  code = lodger__worker_start (caller);
  if (code == 0)
    return caller;
  lodger__caller_orphan (caller);
  lodger_caller_unref (caller);
  return fail (ret_error, code, "the system refuses a thread", NULL);
}

static LodgerCaller *
in_this_thread (LodgerCallerMode mode, LodgerCallerOptions *options, const LodgerBackendOps *workers,
                LodgerError **ret_error)
{
  LodgerThread *thread = lodger__thread ();
  Place place = { .thread = thread };
  LodgerCaller *caller;
  const char *backend;
  int code;
  if (thread == NULL)
    return fail (ret_error, LODGER_ENOMEM, "no memory", NULL);
  if (options->host == NULL)
    {
      caller = mode != LODGER_CALLER_MANUAL ? lodger__caller_first_in_thread (thread) : NULL;
      if (caller == NULL)
        return fail (ret_error, LODGER_ENOENT, "no host is named, and none is attached in this thread", NULL);
      return matching (caller, options, ret_error);
    }
  place.driver = lodger__registry_host (options->host);
  if (place.driver == NULL)
    return fail (ret_error, LODGER_ENOENT, "no such host", options->host);
  place.identity
      = place.driver->identify != NULL ? place.driver->identify (options->host_options) : options->host_options;
  caller = lodger__registry_find (is_at, &place, LODGER_CALLER_STOPPING);
  if (caller != NULL && mode != LODGER_CALLER_MANUAL)
    return matching (caller, options, ret_error);
  lodger_caller_unref (caller);
  if (caller != NULL)
    return fail (ret_error, LODGER_EALREADY, "there is a caller for this thread and host", NULL);
  if (options->backend != NULL)
    return fail (ret_error, LODGER_EINVAL, "this thread's loop is not driven by Lodger, so it has no backend",
                 options->backend);
  if (workers == NULL)
    {
      backend = place.driver->ops->worker_backend;
      workers = lodger__registry_backend (backend != NULL ? backend : lodger__native_backend.name);
      if (workers == NULL)
        return fail (ret_error, LODGER_ENOENT, "no such backend", backend);
    }
  caller = lodger__caller_make (options);
  if (caller == NULL)
    return fail (ret_error, LODGER_ENOMEM, "no memory", NULL);
  caller->worker_backend = workers;
  caller->host.driver = place.driver;
  caller->is_main = lodger__port_is_main_thread ();
  atomic_store (&caller->owner, thread->serial);
  code = lodger__caller_open_host (caller);
  if (code != 0)
    {
      lodger_caller_unref (caller);
      return fail (ret_error, code, "the host could not be opened", options->host);
    }
  lodger__registry_add (caller);
  code = mode != LODGER_CALLER_MANUAL ? lodger_caller_start_sync (caller) : 0;
  if (code != 0)
    {
      lodger_caller_unref (caller);
      return fail (ret_error, code, "the start hook failed", NULL);
    }
  return caller;
}

static LodgerCaller *
find_or_make (LodgerCallerMode mode, LodgerCallerOptions *options, LodgerError **ret_error)
{
  const LodgerBackendOps *workers = NULL;
  LodgerCaller *caller;
  if (options->worker_backend != NULL)
    {
      workers = lodger__registry_backend (options->worker_backend);
      if (workers == NULL)
        return fail (ret_error, LODGER_ENOENT, "no such backend", options->worker_backend);
    }
  switch (mode)
    {
    case LODGER_CALLER_NEW_THREAD: return new_thread (options, workers, ret_error);
    case LODGER_CALLER_MAIN_THREAD:
      if (lodger__port_is_main_thread ())
        return in_this_thread (mode, options, workers, ret_error);
      caller = lodger__registry_find (is_mains, NULL, LODGER_CALLER_STOPPING);
      return caller != NULL ? matching (caller, options, ret_error)
                            : fail (ret_error, LODGER_EWRONGTHREAD, "the main thread has no caller yet", NULL);
    case LODGER_CALLER_CURRENT_THREAD:
    case LODGER_CALLER_MANUAL: return in_this_thread (mode, options, workers, ret_error);
    }
  return fail (ret_error, LODGER_EINVAL, "no such mode", NULL);
}

LodgerCaller *
lodger_caller_new (LodgerCallerMode mode, const LodgerCallerOptions *options, LodgerError **ret_error)
{
  LodgerCallerOptions own = { .size = sizeof own };
  LodgerCaller *caller;
  if (options != NULL && options->size < sizeof *options)
    return fail (ret_error, LODGER_EINVAL, "the options' size is too small", NULL);
  if (options != NULL)
    own = *options;
  caller = find_or_make (mode, &own, ret_error);
  if (own.hook_destroy != NULL)
    own.hook_destroy (own.hook_data);
  return caller;
}

/* ---- children --------------------------------------------------------------------------------------------------------- */

static void
inherit (const LodgerCaller *parent, LodgerCallerOptions *options)
{
  if (options->name == NULL)
    options->name = "child";
  if (options->backend == NULL)
    options->backend_options = parent->is_driven ? parent->backend_options : NULL;
  if (options->stop_deadline <= 0)
    options->stop_deadline = parent->stop_deadline;
  options->nice += parent->nice;
  options->host_options = NULL;
}

/* Hooks that it has from its parent are the parent's to destroy, which it keeps alive. Data without a hook is of no use to
 * anybody, and stays the giver's. */
static LodgerCaller *
make_child (LodgerCaller *parent, LodgerCallerOptions *options, const LodgerBackendOps *backend,
            const LodgerBackendOps *workers)
{
  LodgerCallerOptions own = *options;
  bool has_hooks = options->on_start != NULL || options->on_stop != NULL;
  LodgerCaller *child;
  inherit (parent, &own);
  if (!has_hooks)
    own.hook_destroy = NULL;
  child = lodger__caller_make (&own);
  if (child == NULL)
    return NULL;
  if (has_hooks)
    options->hook_destroy = own.hook_destroy;
  else
    child->hooks = parent->hooks;
  child->parent = lodger_caller_ref (parent);
  child->root = parent->root;
  child->backend = backend;
  child->worker_backend = workers;
  child->is_driven = true;
  return child;
}

static LodgerCaller *
get (LodgerCaller *parent, LodgerCallerOptions *options, LodgerError **ret_error)
{
  static const char function[] = "lodger_caller_get";
  const LodgerBackendOps *backend = parent->is_driven ? parent->backend : parent->worker_backend;
  const LodgerBackendOps *workers = parent->worker_backend;
  LodgerCaller *child = NULL;
  int code;
  if (options->backend != NULL && (backend = lodger__registry_backend (options->backend)) == NULL)
    return lodger__make_fail (ret_error, function, LODGER_ENOENT, "no such backend", options->backend);
  if (options->worker_backend != NULL && (workers = lodger__registry_backend (options->worker_backend)) == NULL)
    return lodger__make_fail (ret_error, function, LODGER_ENOENT, "no such backend", options->worker_backend);
  if (lodger_caller_get_state (parent) == LODGER_CALLER_INITIAL)
    return lodger__make_fail (ret_error, function, LODGER_ESTATE, "the parent has not started", parent->name);
  do
    {
      if (options->name != NULL && (child = lodger__family_find (parent, options->name)) != NULL)
        return lodger__make_matching (child, options, function, ret_error);
      if (options->host != NULL && strcmp (options->host, backend->name) != 0)
        return lodger__make_fail (ret_error, function, LODGER_EINVAL, "a child has its backend's host, not",
                                  options->host);
      child = make_child (parent, options, backend, workers);
      code = child != NULL ? lodger__family_start (parent, child, options->name != NULL) : LODGER_ENOMEM;
      if (code == 0)
        return child;
      if (child != NULL && child->hook_destroy != NULL)
        {
          /* It has not run them, and another may have to be made. */
          options->hook_destroy = child->hook_destroy;
          child->hook_destroy = NULL;
        }
      if (child != NULL)
        lodger__caller_orphan (child);
      lodger_caller_unref (child);
    }
  while (code == LODGER_EALREADY);
  return lodger__make_fail (ret_error, function, code,
                            code == LODGER_ESHUTDOWN ? "the parent is stopping"
                            : code == LODGER_ENOMEM  ? "no memory"
                                                     : "the system refuses a thread",
                            NULL);
}

LodgerCaller *
lodger_caller_get (LodgerCaller *parent, const LodgerCallerOptions *options, LodgerError **ret_error)
{
  LodgerCallerOptions own = { .size = sizeof own };
  LodgerCaller *child;
  if (options != NULL && options->size < sizeof *options)
    return lodger__make_fail (ret_error, __func__, LODGER_EINVAL, "the options' size is too small", NULL);
  if (options != NULL)
    own = *options;
  if (parent == NULL)
    child = lodger__make_fail (ret_error, __func__, LODGER_EINVAL, "NULL given", NULL);
  else if (lodger__is_foreign (parent))
    child = lodger__make_fail (ret_error, __func__, LODGER_ECHILD, "it belongs to the parent of this process", NULL);
  else
    child = get (parent->is_pooled ? parent->root : parent, &own, ret_error);
  if (own.hook_destroy != NULL)
    own.hook_destroy (own.hook_data);
  return child;
}
