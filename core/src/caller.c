/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "custody.h"
#include "ending.h"
#include "fork.h"
#include "pool.h"

#include <stdlib.h>
#include <string.h>

/* What a caller is made of, the thread it lives in, and how it starts. */

enum
{
  SPIN_CREDIT = 16,
  IDLE_LIMIT = 10
};

/* Which callers each thread has: one may be ended, and so taken out, by another thread than its own. */
static pthread_mutex_t threads_mutex = PTHREAD_MUTEX_INITIALIZER;

static const int64_t STOP_DEADLINE = INT64_C (10000000000);
static const int64_t IDLE_DURATION = INT64_C (60000000000);

/* ---- memory --------------------------------------------------------------------------------------------------------- */

static bool
make_parts (LodgerCaller *caller, const char *name)
{
  char thread_name[16];
  lodger__port_thread_name (thread_name);
  caller->name = strdup (name != NULL ? name : thread_name);
  caller->started = lodger__pending_new_owned ();
  caller->stopping = lodger__pending_new_owned ();
  caller->stopped = lodger__pending_new_owned ();
  if (caller->name != NULL && caller->started != NULL && caller->stopping != NULL && caller->stopped != NULL
      && lodger__parker_init (&caller->parker) == 0)
    return true;
  free (caller->name);
  lodger_pending_unref (caller->started);
  lodger_pending_unref (caller->stopping);
  lodger_pending_unref (caller->stopped);
  return false;
}

LodgerCaller *
lodger__caller_make (LodgerCallerOptions *options)
{
  LodgerCaller *caller = aligned_alloc (64, (sizeof *caller + 63) / 64 * 64);
  if (caller == NULL)
    return NULL;
  memset (caller, 0, sizeof *caller);
  if (!make_parts (caller, options->name))
    {
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
  atomic_init (&caller->idle_limit, IDLE_LIMIT);
  atomic_init (&caller->idle_duration, IDLE_DURATION);
  atomic_init (&caller->idle_until, LODGER_FOREVER);
  caller->armed = LODGER_FOREVER;
  caller->tidy_at = LODGER_FOREVER;
  caller->spin_credit = SPIN_CREDIT;
  caller->stop_item.ops = &lodger__stop_ops;
  caller->late_item.ops = &lodger__late_ops;
  caller->root = caller;
  caller->worker_backend = &lodger__native_backend;
  caller->max_workers = options->max_workers;
  caller->max_threads = options->max_threads;
  caller->inbox_limit = options->inbox_limit;
  caller->stop_deadline = options->stop_deadline > 0 ? options->stop_deadline : STOP_DEADLINE;
  caller->is_protected = options->is_protected;
  caller->nice = options->nice;
  caller->usual_nice = lodger__port_get_nice ();
  caller->generation = atomic_load (&lodger__generation);
  caller->host_options = options->host_options;
  caller->backend_options = options->backend_options;
  caller->hooks
      = (LodgerHooks) { .on_start = options->on_start, .on_stop = options->on_stop, .data = options->hook_data };
  caller->hook_destroy = options->hook_destroy;
  options->hook_destroy = NULL;
  return caller;
}

/* In a forked child the memory stays: its locks and its host are in whatever state they were. */
static void
caller_free (LodgerCaller *caller)
{
  const LodgerHostOps *ops = lodger__host_ops (caller);
  if (lodger__is_foreign (caller))
    return;
  lodger__registry_remove (caller);
  if (ops != NULL && ops->destroy != NULL)
    ops->destroy (caller->host.impl);
  if (caller->hook_destroy != NULL)
    caller->hook_destroy (caller->hooks.data);
  lodger__pool_free (caller->pool);
  lodger_caller_unref (caller->parent);
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
      && lodger_caller_get_state (caller) == LODGER_CALLER_INITIAL && !lodger__is_foreign (caller))
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
  pthread_mutex_lock (&threads_mutex);
  for (caller = thread->caller; caller != NULL && caller->is_driven; caller = caller->next_in_thread)
    ;
  pthread_mutex_unlock (&threads_mutex);
  return caller == NULL;
}

LodgerCaller *
lodger__caller_first_in_thread (const LodgerThread *thread)
{
  LodgerCaller *caller;
  pthread_mutex_lock (&threads_mutex);
  caller = lodger_caller_ref (thread->caller);
  pthread_mutex_unlock (&threads_mutex);
  return caller;
}

static void
link_thread (LodgerCaller *caller, LodgerThread *thread)
{
  LodgerCaller **at;
  pthread_mutex_lock (&threads_mutex);
  for (at = &thread->caller; *at != NULL; at = &(*at)->next_in_thread)
    ;
  caller->next_in_thread = NULL;
  caller->thread_data = thread;
  *at = caller;
  atomic_store (&caller->owner, thread->serial);
  pthread_mutex_unlock (&threads_mutex);
}

void
lodger__caller_unlink_thread (LodgerCaller *caller)
{
  LodgerCaller **at;
  pthread_mutex_lock (&threads_mutex);
  if (caller->thread_data != NULL)
    {
      for (at = &caller->thread_data->caller; *at != caller; at = &(*at)->next_in_thread)
        ;
      *at = caller->next_in_thread;
      caller->thread_data = NULL;
    }
  atomic_store (&caller->owner, 0);
  pthread_mutex_unlock (&threads_mutex);
}

void
lodger__threads_lock (void)
{
  pthread_mutex_lock (&threads_mutex);
}

void
lodger__threads_unlock (void)
{
  pthread_mutex_unlock (&threads_mutex);
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

static void
begin_life (LodgerCaller *caller)
{
  atomic_store (&caller->host.attached, true);
  lodger__caller_set_state (caller, LODGER_CALLER_STARTING, LODGER_CALLER_RUNNING);
  lodger__pending_signal (caller->started, NULL);
  lodger__inbox_look (&caller->inbox);
  lodger__host_arm (caller);
  if (caller->is_pooled || lodger__turn_is_ready (caller))
    lodger__host_post_ahead (caller);
  if (caller->root == caller)
    lodger__pool_start (caller);
}

/* Its loop may be gone already, or go meanwhile: then whoever says so ends it, or the end of the custody here. */
int
lodger__caller_attach (LodgerCaller *caller, LodgerThread *thread)
{
  LodgerCustody custody = lodger__custody_begin (caller);
  int code;
  if (custody == LODGER_CUSTODY_NONE)
    return 0;
  link_thread (caller, thread);
  lodger__caller_hold (caller);
  caller->holds_itself = true;
  code = lodger__turn_start_hook (caller);
  if (caller->taken)
    return code;
  if (code == 0)
    begin_life (caller);
  lodger__custody_end (caller, custody);
  return code;
}

void
lodger__caller_fail_start (LodgerCaller *caller, int code, const char *what)
{
  lodger__log (LODGER_LOG_ERROR, "%s could not start: %s: %s", caller->name, what, lodger_error_code_string (code));
  lodger__pending_signal (caller->started,
                          lodger_error_newf (NULL, code, "%s: %s", what, lodger_error_code_string (code)));
  lodger__caller_orphan (caller);
}

int
lodger_caller_start_sync (LodgerCaller *caller)
{
  LodgerThread *thread = lodger__thread_peek ();
  int code;
  if (caller == NULL)
    return lodger__misuse (__func__, LODGER_EINVAL, "NULL given");
  if (lodger__is_foreign (caller))
    return lodger__misuse (__func__, LODGER_ECHILD, "it belongs to the parent of this process");
  if (caller->is_driven || lodger_caller_get_state (caller) != LODGER_CALLER_INITIAL)
    return lodger__misuse (__func__, LODGER_ESTATE, "not in the initial state");
  if (!lodger__caller_is_in_thread (caller, thread))
    return lodger__misuse (__func__, LODGER_EWRONGTHREAD, "only in the thread it was made in");
  if (!lodger__caller_set_state (caller, LODGER_CALLER_INITIAL, LODGER_CALLER_STARTING))
    return lodger__misuse (__func__, LODGER_ESTATE, "not in the initial state");
  code = lodger__caller_attach (caller, thread);
  if (code != 0)
    lodger__caller_fail_start (caller, code, "the start hook failed");
  return code;
}

int
lodger_caller_enter (LodgerCaller *caller)
{
  LodgerCallerState state;
  int code = 0;
  if (caller == NULL)
    return lodger__misuse (__func__, LODGER_EINVAL, "NULL given");
  if (lodger__is_foreign (caller))
    return lodger__misuse (__func__, LODGER_ECHILD, "it belongs to the parent of this process");
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
