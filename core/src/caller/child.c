/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/log.h"
#include "base/options.h"
#include "caller/caller.h"
#include "children/children.h"
#include "life/life.h"
#include "life/phase.h"
#include "pool/pool.h"
#include "stop/stop.h"

#include <stdio.h>
#include <string.h>

/* Finding or making a child: of a name, or a worker of a pool. */

static void
inherit (const LodgerCaller *parent, LodgerCallerOptions *options)
{
  if (options->name == NULL)
    options->name = "child";
  if (options->backend == NULL)
    options->backend_options = lodger__is_driven (parent) ? parent->setup.backend_options : NULL;
  if (options->stop_deadline <= 0)
    options->stop_deadline = lodger_caller_get_stop_deadline (parent);
  options->nice += parent->setup.nice;
  options->host_options = NULL;
}

/* Hooks that it has from its parent are the parent's to destroy, which it keeps alive. Data without a hook is of no use to
 * anybody, and stays the giver's. */
static LodgerCaller *
make_child (LodgerCaller *parent, LodgerCallerOptions *options, const LodgerBackendOps *backend,
            const LodgerBackendOps *workers)
{
  bool has_hooks = options->on_start != NULL || options->on_stop != NULL;
  const LodgerSpec spec
      = { .parent = parent, .backend = backend, .worker_backend = workers, .hooks_from = has_hooks ? NULL : parent };
  LodgerCallerOptions own = *options;
  LodgerCaller *child;
  inherit (parent, &own);
  child = lodger__caller_create (&own, &spec);
  if (child != NULL)
    options->hook_destroy = own.hook_destroy;
  return child;
}

static LodgerCaller *
find_or_make (LodgerCaller *parent, LodgerCallerOptions *options, const char *function, LodgerError **ret_error)
{
  const LodgerBackendOps *backend = lodger__is_driven (parent) ? parent->setup.backend : parent->setup.worker_backend;
  const LodgerBackendOps *workers = parent->setup.worker_backend;
  const LodgerChildKind kind = options->name != NULL ? LODGER_CHILD_NAMED : LODGER_CHILD_UNNAMED;
  LodgerCaller *child = NULL;
  const char *reason;
  int code;
  if (options->backend != NULL && (backend = lodger__registry_workers (options->backend, &code, &reason)) == NULL)
    return lodger__caller_fail (options, ret_error, function, code, reason, options->backend);
  if (options->worker_backend != NULL
      && (workers = lodger__registry_workers (options->worker_backend, &code, &reason)) == NULL)
    return lodger__caller_fail (options, ret_error, function, code, reason, options->worker_backend);
  if (lodger__phase (parent) == LODGER_PHASE_INITIAL)
    return lodger__caller_fail (options, ret_error, function, LODGER_ESTATE, "the parent has not started",
                                lodger__name (parent));
  do
    {
      if (options->name != NULL && (child = lodger__children_find (parent, options->name)) != NULL)
        return lodger__caller_matching (child, options, function, ret_error);
      if (options->host != NULL && strcmp (options->host, backend->name) != 0)
        return lodger__caller_fail (options, ret_error, function, LODGER_EINVAL, "a child has its backend's host, not",
                                    options->host);
      child = make_child (parent, options, backend, workers);
      code = child != NULL ? lodger__children_start (parent, child, kind, lodger__thread_start) : LODGER_ENOMEM;
      if (code == 0)
        return child;
      if (child != NULL)
        {
          /* It has not run its hooks, and another may have to be made. */
          lodger__caller_return_hook_data (child, options);
          lodger__loop_gone (child);
        }
      lodger_caller_unref (child);
    }
  while (code == LODGER_EALREADY);
  return lodger__caller_fail (options, ret_error, function, code,
                              code == LODGER_ESHUTDOWN ? "the parent is stopping"
                              : code == LODGER_ENOMEM  ? "no memory"
                                                       : "the system refuses a thread",
                              NULL);
}

LodgerCaller *
lodger__caller_open_child (LodgerCaller *parent, LodgerCallerOptions *options, const char *function,
                           LodgerError **ret_error)
{
  return find_or_make (lodger__is_worker (parent) ? lodger__root (parent) : parent, options, function, ret_error);
}

LodgerCaller *
lodger_caller_open_child (LodgerCaller *parent, const LodgerCallerOptions *options, LodgerError **ret_error)
{
  LodgerCallerOptions own, read = { .size = sizeof read };
  LodgerCaller *child;
  const char *reason;
  options = lodger__options (options, &own, sizeof own, &reason);
  if (options != NULL)
    read = *options;
  if (parent == NULL)
    reason = "the parent is NULL";
  if (reason != NULL)
    child = lodger__caller_fail (&read, ret_error, __func__, LODGER_EINVAL, reason, NULL);
  else if (lodger__is_before_fork (parent))
    child = lodger__caller_fail (&read, ret_error, __func__, LODGER_ECHILD, lodger__before_fork_message, NULL);
  else
    child = lodger__caller_open_child (parent, &read, __func__, ret_error);
  if (read.hook_destroy != NULL)
    read.hook_destroy (read.hook_data);
  return child;
}

/* ---- workers --------------------------------------------------------------------------------------------------------- */

bool
lodger__caller_spawn_worker (LodgerCaller *root, unsigned number)
{
  const LodgerSpec spec = { .parent = root,
                            .backend = root->setup.worker_backend,
                            .worker_backend = root->setup.worker_backend,
                            .hooks_from = root,
                            .is_worker = true };
  char name[24];
  LodgerCallerOptions options = { .size = sizeof options,
                                  .name = name,
                                  .stop_deadline = lodger_caller_get_stop_deadline (root),
                                  .nice = root->setup.nice };
  LodgerCaller *worker;
  bool started;
  snprintf (name, sizeof name, "worker-%u", number);
  worker = lodger__caller_create (&options, &spec);
  started = worker != NULL && lodger__children_start (root, worker, LODGER_CHILD_WORKER, lodger__thread_start) == 0;
  if (worker != NULL && !started)
    {
      lodger__worker_never_came (worker);
      lodger__loop_gone (worker);
    }
  lodger_caller_unref (worker);
  return started;
}
