/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "caller-private.h"

#include <stdlib.h>
#include <string.h>

enum
{
  SPIN_CREDIT = 16
};

static const int64_t STOP_DEADLINE = INT64_C (10000000000);

/* ---- memory --------------------------------------------------------------------------------------------------------- */

LodgerCaller *
lodger__caller_make (const LodgerCallerOptions *options)
{
  LodgerCaller *caller = aligned_alloc (64, (sizeof *caller + 63) / 64 * 64);
  char thread_name[16];
  const char *name = options->name;
  if (caller == NULL)
    return NULL;
  memset (caller, 0, sizeof *caller);
  lodger__port_thread_name (thread_name);
  caller->name = strdup (name != NULL ? name : thread_name);
  if (caller->name == NULL || lodger__parker_init (&caller->parker) != 0)
    {
      free (caller->name);
      free (caller);
      return NULL;
    }
  lodger__inbox_init (&caller->inbox);
  lodger__timers_init (&caller->timers);
  pthread_mutex_init (&caller->mutex, NULL);
  pthread_mutex_init (&caller->drain_mutex, NULL);
  atomic_init (&caller->refs, 1);
  atomic_init (&caller->holds, 1);
  atomic_init (&caller->state, LODGER_CALLER_INITIAL);
  caller->armed = LODGER_FOREVER;
  caller->tidy_at = LODGER_FOREVER;
  caller->spin_credit = SPIN_CREDIT;
  caller->stop_item.ops = &lodger__stop_ops;
  caller->root = caller;
  caller->worker_backend = &lodger__native_backend;
  caller->max_workers = options->max_workers;
  caller->stop_deadline = options->stop_deadline > 0 ? options->stop_deadline : STOP_DEADLINE;
  caller->is_protected = options->is_protected;
  caller->host_options = options->host_options;
  caller->backend_options = options->backend_options;
  caller->started = lodger__pending_new_owned ();
  caller->stopping = lodger__pending_new_owned ();
  caller->stopped = lodger__pending_new_owned ();
  return caller;
}

static void
caller_free (LodgerCaller *caller)
{
  const LodgerHostOps *ops = lodger__host_ops (caller);
  lodger__registry_remove (caller);
  if (ops != NULL && ops->destroy != NULL)
    ops->destroy (caller->host.impl);
  if (caller->root != caller)
    lodger_caller_unref (caller->root);
  lodger__pool_free (caller->pool);
  lodger_pending_unref (caller->started);
  lodger_pending_unref (caller->stopping);
  lodger_pending_unref (caller->stopped);
  lodger__timers_clear (&caller->timers);
  lodger__parker_clear (&caller->parker);
  pthread_mutex_destroy (&caller->drain_mutex);
  pthread_mutex_destroy (&caller->mutex);
  free (caller->name);
  free (caller);
}

void
lodger__caller_hold (LodgerCaller *caller)
{
  atomic_fetch_add_explicit (&caller->holds, 1, memory_order_relaxed);
}

void
lodger__caller_release (LodgerCaller *caller)
{
  if (atomic_fetch_sub_explicit (&caller->holds, 1, memory_order_acq_rel) == 1)
    caller_free (caller);
}

LodgerCaller *
lodger_caller_ref (LodgerCaller *caller)
{
  if (caller != NULL)
    {
      lodger__caller_hold (caller);
      atomic_fetch_add_explicit (&caller->refs, 1, memory_order_relaxed);
    }
  return caller;
}

/* What is delayed or continues in a caller holds it, and only its end lets go of that. One that was never started has
 * nobody else to end it when its last user goes. */
void
lodger_caller_unref (LodgerCaller *caller)
{
  if (caller == NULL)
    return;
  if (atomic_fetch_sub_explicit (&caller->refs, 1, memory_order_acq_rel) == 1
      && lodger_caller_get_state (caller) == LODGER_CALLER_INITIAL)
    lodger_caller_stop (caller, true);
  lodger__caller_release (caller);
}

/* ---- the thread ------------------------------------------------------------------------------------------------------ */

bool
lodger__caller_is_in_thread (const LodgerCaller *caller, const LodgerThread *thread)
{
  return thread != NULL && atomic_load_explicit (&caller->owner, memory_order_acquire) == thread->serial;
}

bool
lodger__caller_thread_may_block (const LodgerThread *thread)
{
  const LodgerCaller *caller;
  for (caller = thread->caller; caller != NULL; caller = caller->next_in_thread)
    if (!caller->is_driven)
      return false;
  return true;
}

static void
link_thread (LodgerCaller *caller, LodgerThread *thread)
{
  LodgerCaller **at = &thread->caller;
  while (*at != NULL)
    at = &(*at)->next_in_thread;
  caller->next_in_thread = NULL;
  caller->thread_data = thread;
  *at = caller;
  atomic_store (&caller->owner, thread->serial);
}

void
lodger__caller_unlink_thread (LodgerCaller *caller)
{
  LodgerCaller **at;
  if (caller->thread_data != NULL)
    {
      for (at = &caller->thread_data->caller; *at != caller; at = &(*at)->next_in_thread)
        ;
      *at = caller->next_in_thread;
      caller->thread_data = NULL;
    }
  atomic_store (&caller->owner, 0);
}

bool
lodger__caller_set_state (LodgerCaller *caller, LodgerCallerState from, LodgerCallerState to)
{
  bool was;
  pthread_mutex_lock (&caller->mutex);
  was = lodger_caller_get_state (caller) == from;
  if (was)
    atomic_store (&caller->state, to);
  pthread_mutex_unlock (&caller->mutex);
  if (was)
    lodger__trace (LODGER_TRACE_STATE, caller, NULL, NULL, 0, NULL);
  return was;
}

int
lodger__caller_open_host (LodgerCaller *caller)
{
  LodgerHost *host = &caller->host;
  const LodgerHostDriver *driver = host->driver;
  int code = driver->open (host, caller->host_options, &host->impl);
  host->identity = driver->identify != NULL ? driver->identify (caller->host_options) : caller->host_options;
  if (code == 0)
    atomic_store_explicit (&host->ops, driver->ops, memory_order_release);
  return code;
}

void
lodger__caller_attach (LodgerCaller *caller, LodgerThread *thread)
{
  link_thread (caller, thread);
  lodger__caller_hold (caller);
  caller->holds_itself = true;
  atomic_store (&caller->host.attached, true);
  lodger__caller_set_state (caller, LODGER_CALLER_STARTING, LODGER_CALLER_RUNNING);
  lodger__pending_signal (caller->started, NULL);
  lodger__inbox_look (&caller->inbox);
  lodger__host_arm (caller);
  if (caller->root != caller || lodger__turn_is_ready (caller))
    lodger__host_post_ahead (caller);
  if (caller->root == caller)
    lodger__pool_start (caller);
}

int
lodger_caller_start_sync (LodgerCaller *caller)
{
  LodgerThread *thread = lodger__thread_peek ();
  if (caller == NULL)
    return lodger__misuse (__func__, LODGER_EINVAL, "NULL given");
  if (caller->is_driven || lodger_caller_get_state (caller) != LODGER_CALLER_INITIAL)
    return lodger__misuse (__func__, LODGER_ESTATE, "not in the initial state");
  if (!lodger__caller_is_in_thread (caller, thread))
    return lodger__misuse (__func__, LODGER_EWRONGTHREAD, "only in the thread it was made in");
  if (!lodger__caller_set_state (caller, LODGER_CALLER_INITIAL, LODGER_CALLER_STARTING))
    return lodger__misuse (__func__, LODGER_ESTATE, "not in the initial state");
  lodger__caller_attach (caller, thread);
  return 0;
}

int
lodger_caller_enter (LodgerCaller *caller)
{
  LodgerCallerState state;
  int code = 0;
  if (caller == NULL)
    return lodger__misuse (__func__, LODGER_EINVAL, "NULL given");
  state = lodger_caller_get_state (caller);
  if (state >= LODGER_CALLER_STOPPING)
    return lodger__misuse (__func__, LODGER_ESHUTDOWN, "it is stopping or has stopped");
  if (!lodger__caller_is_in_thread (caller, lodger__thread_peek ()))
    return lodger__misuse (__func__, LODGER_EWRONGTHREAD, "only in the caller's own thread");
  if (state == LODGER_CALLER_INITIAL)
    code = lodger_caller_start_sync (caller);
  if (code == 0)
    caller->enters++;
  return code;
}

/* ---- making and finding ------------------------------------------------------------------------------------------------ */

static LodgerCaller *
fail (LodgerError **ret_error, int code, const char *reason, const char *name)
{
  lodger__log (LODGER_LOG_WARNING, "lodger_caller_new: %s%s%s", reason, name != NULL ? ": " : "",
               name != NULL ? name : "");
  if (ret_error != NULL)
    *ret_error = lodger_error_newf (NULL, code, "%s%s%s", reason, name != NULL ? ": " : "", name != NULL ? name : "");
  return NULL;
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

static bool
is_mains (const LodgerCaller *caller, const void *what)
{
  (void) what;
  return caller->is_main;
}

static LodgerCaller *
matching (LodgerCaller *caller, const LodgerCallerOptions *options, LodgerError **ret_error)
{
  const char *backend = lodger_caller_get_backend (caller);
  const char *host = lodger_caller_get_host (caller);
  const char *wrong = NULL;
  if (options->name != NULL && strcmp (options->name, caller->name) != 0)
    wrong = options->name;
  else if (options->backend != NULL && (backend == NULL || strcmp (options->backend, backend) != 0))
    wrong = options->backend;
  else if (options->host != NULL && (host == NULL || strcmp (options->host, host) != 0))
    wrong = options->host;
  if (wrong == NULL)
    return caller;
  lodger_caller_unref (caller);
  return fail (ret_error, LODGER_EMISMATCH, "the caller that is there does not match", wrong);
}

static LodgerCaller *
new_thread (const LodgerCallerOptions *options, const LodgerBackendOps *workers, LodgerError **ret_error)
{
  const char *name = options->backend != NULL ? options->backend : lodger__native_backend.name;
  const LodgerBackendOps *backend = lodger__registry_backend (name);
  LodgerCallerOptions named = *options;
  LodgerCaller *caller;
  int code;
  if (backend == NULL)
    return fail (ret_error, LODGER_ENOENT, "no such backend", name);
  if (options->host != NULL)
    return fail (ret_error, LODGER_EINVAL, "a new thread has its backend's host, not", options->host);
  named.name = options->name != NULL ? options->name : "worker";
  caller = lodger__caller_make (&named);
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
in_this_thread (LodgerCallerMode mode, const LodgerCallerOptions *options, const LodgerBackendOps *workers,
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
      if (mode == LODGER_CALLER_MANUAL || thread->caller == NULL)
        return fail (ret_error, LODGER_ENOENT, "no host is named, and none is attached in this thread", NULL);
      return matching (lodger_caller_ref (thread->caller), options, ret_error);
    }
  place.driver = lodger__registry_host (options->host);
  if (place.driver == NULL)
    return fail (ret_error, LODGER_ENOENT, "no such host", options->host);
  place.identity
      = place.driver->identify != NULL ? place.driver->identify (options->host_options) : options->host_options;
  caller = lodger__registry_find (is_at, &place);
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
  if (mode != LODGER_CALLER_MANUAL)
    lodger_caller_start_sync (caller);
  return caller;
}

LodgerCaller *
lodger_caller_new (LodgerCallerMode mode, const LodgerCallerOptions *options, LodgerError **ret_error)
{
  static const LodgerCallerOptions defaults = { .size = sizeof defaults };
  const LodgerBackendOps *workers = NULL;
  LodgerCaller *caller;
  if (options == NULL)
    options = &defaults;
  if (options->size < sizeof *options)
    return fail (ret_error, LODGER_EINVAL, "the options' size is too small", NULL);
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
      caller = lodger__registry_find (is_mains, NULL);
      return caller != NULL ? matching (caller, options, ret_error)
                            : fail (ret_error, LODGER_EWRONGTHREAD, "the main thread has no caller yet", NULL);
    case LODGER_CALLER_CURRENT_THREAD:
    case LODGER_CALLER_MANUAL: return in_this_thread (mode, options, workers, ret_error);
    }
  return fail (ret_error, LODGER_EINVAL, "no such mode", NULL);
}
