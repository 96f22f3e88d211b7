/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define LODGER_NO_CALL_SITES
#include "view/view.h"

#include "base/fork.h"
#include "base/log.h"
#include "base/options.h"
#include "life/life.h"
#include "pending/pending.h"

#include <lodger/call.h>

/* What an adapter gives is read, and refused or started. */

static void
do_work (LodgerPending *self, void *data)
{
  LodgerViewRun *run = data;
  lodger__view_find_by (run, self);
  run->options.work (self, run->options.data);
}

/* Why the work is not to start, or NULL. */
static const char *
cancelled_before (const LodgerViewRun *run)
{
  const char *reason = run->ops->why_cancelled != NULL ? run->ops->why_cancelled (run->view) : NULL;
  if (reason == NULL && run->scope != NULL && !run->options.hold && lodger_scope_has_ended (run->scope))
    reason = "its scope has ended";
  return reason;
}

/* Work that is cancelled before does not start, however fast a worker may be. */
static LodgerPending *
submit (LodgerViewRun *run, const LodgerCallOptions *call)
{
  const LodgerHostViewOptions *options = &run->options;
  LodgerCaller *caller = options->caller != NULL ? options->caller : options->home;
  const char *reason = cancelled_before (run);
  LodgerPending *pending;
  if (reason != NULL)
    {
      pending = lodger_pending_new (LODGER_PENDING_DEFAULT);
      lodger_pending_cancel (pending, reason);
      return pending;
    }
  lodger__view_use (run);
  if (options->caller != NULL && options->worker == NULL)
    pending = lodger_caller_call_soon_full (caller, do_work, run, lodger__view_end_use, call);
  else
    pending = lodger_caller_to_thread_full (caller, do_work, run, lodger__view_end_use, call);
  if (run->ops->submitted != NULL)
    run->ops->submitted (run->view, pending);
  return pending;
}

/* The work. Cancellers of work that it replaces run here. */
static LodgerPending *
begin_work (LodgerViewRun *run)
{
  const LodgerHostViewOptions *options = &run->options;
  LodgerCallOptions call = { .size = sizeof call, .name = options->name, .file = options->file, .line = options->line };
  LodgerPending *pending;
  call.data_home = options->home;
  call.worker = options->worker;
  call.scope = options->hold ? NULL : run->view_scope;
  call.limiter = options->limiter;
  call.priority = options->priority;
  call.slot = options->slot;
  pending = submit (run, &call);
  if (run->place != NULL)
    lodger_host_end_when_replaced (pending, run->place);
  return pending;
}

static LodgerPending *
refuse (const LodgerHostViewOps *ops, const LodgerHostViewOptions *options, int code, const char *reason)
{
  lodger__misuse_at (ops->run_name, code, reason != NULL ? reason : lodger_error_code_string (code), options->file,
                     options->line);
  return lodger__pending_refused (code, NULL);
}

/* The run is there, but its work has not begun. */
static LodgerPending *
refuse_run (LodgerViewRun *run, int code, const char *reason)
{
  LodgerPending *refused = refuse (run->ops, &run->options, code, reason);
  run->pending = lodger_pending_ref (refused);
  lodger__view_end_streams (run);
  lodger__view_tell_refusal_soon (run);
  return refused;
}

static bool
make_parts (LodgerViewRun *run)
{
  if (run->options.slot != NULL && (run->place = lodger_scope_new (NULL)) == NULL)
    return false;
  return lodger__view_begin_streams (run);
}

/* The program's code, which runs in between, may end the view's object, and stop the caller. */
static LodgerPending *
start (LodgerViewRun *run)
{
  LodgerCaller *home = run->options.home;
  LodgerPending *pending;
  /* The caller has no call left for this, but its loop may still run. */
  if (lodger_caller_get_state (home) >= LODGER_CALLER_STOPPING)
    return refuse_run (run, LODGER_ESHUTDOWN, "the caller of this thread is stopping");
  if (!make_parts (run))
    return refuse_run (run, LODGER_ENOMEM, NULL);
  lodger_caller_ref (home);
  pending = begin_work (run);
  run->pending = lodger_pending_ref (pending);
  lodger__view_begin_screen (run);
  lodger__view_end_use (run);
  lodger_caller_unref (home);
  return pending;
}

static bool
is_whole (const LodgerHostViewOps *ops)
{
  return ops != NULL && ops->size >= sizeof *ops && ops->run_name != NULL && ops->report_name != NULL
         && ops->send_name != NULL && ops->destroy != NULL && ops->tell != NULL && ops->soon != NULL;
}

static const char *
refusal (const LodgerHostViewOps *ops, const LodgerHostViewOptions *options, int *ret_code)
{
  if (options->refusal != 0)
    {
      *ret_code = options->refusal;
      return options->reason != NULL ? options->reason : lodger_error_code_string (options->refusal);
    }
  *ret_code = LODGER_EINVAL;
  if (options->work == NULL)
    return "the work is NULL";
  if (options->limiter != NULL && options->slot != NULL)
    return "a limiter and a slot";
  if (options->home == NULL || options->view_scope == NULL)
    return "NULL given";
  if ((options->flags & LODGER_HOST_VIEW_ITEMS) != 0 && ops->items == NULL)
    return "no operation for items";
  *ret_code = LODGER_ECHILD;
  return lodger__is_before_fork (options->home) ? lodger__before_fork_message : NULL;
}

LodgerPending *
lodger_host_run_work (const LodgerHostViewOps *ops, void *view, const LodgerHostViewOptions *given)
{
  LodgerHostViewOptions own, options = { .size = sizeof options };
  const char *reason;
  LodgerViewRun *run = NULL;
  int code = LODGER_EINVAL;
  if (!is_whole (ops))
    {
      lodger__misuse (__func__, LODGER_EINVAL, "wrong operations");
      return lodger__pending_refused (LODGER_EINVAL, NULL);
    }
  given = lodger__options (given, &own, sizeof own, &reason);
  if (given != NULL)
    options = *given;
  if (given == NULL)
    reason = "NULL given";
  else if (reason == NULL && (reason = refusal (ops, &options, &code)) == NULL)
    {
      code = LODGER_ENOMEM;
      run = lodger__view_run_new (ops, view, &options);
    }
  if (run != NULL)
    return start (run);
  ops->destroy (view);
  return refuse (ops, &options, code, reason);
}
