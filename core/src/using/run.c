/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define LODGER_NO_CALL_SITES
#include "base/log.h"
#include "base/options.h"
#include "base/thread.h"
#include "call/submit.h"
#include "caller/caller.h"
#include "life/life.h"
#include "mailbox/post.h"
#include "pending/pending.h"

#include <lodger/guest.h>
#include <lodger/host.h>
#include <lodger/run.h>
#include <stdlib.h>

/* A host's main loop that runs as long as a call. A continuation of the call ends the loop, in the caller's turn; if a stop
 * drops that, its data's end does the same. */

typedef struct Run
{
  atomic_uint holds;    /* this function's, and the continuation's */
  LodgerCaller *caller; /* a reference */
  atomic_bool is_over;
  LodgerPending *pending, *then; /* this function's references */
} Run;

/* The caller whose host this thread runs, a reference of the function that does. */
static _Thread_local LodgerCaller *running;

static LodgerPending *
refuse (int code, const char *reason, const LodgerWork *work, const LodgerCallerOptions *options)
{
  lodger__work_destroy (work);
  if (options != NULL && options->hook_destroy != NULL)
    options->hook_destroy (options->hook_data);
  return lodger__pending_refused (code, reason);
}

static Run *
run_new (LodgerCaller *caller)
{
  Run *run = calloc (1, sizeof *run);
  if (run == NULL)
    return NULL;
  atomic_init (&run->holds, 2);
  run->caller = lodger_caller_ref (caller);
  atomic_init (&run->is_over, false);
  return run;
}

static void
run_release (Run *run)
{
  if (atomic_fetch_sub (&run->holds, 1) != 1)
    return;
  lodger_caller_unref (run->caller);
  free (run);
}

static void
end (Run *run)
{
  const LodgerHostOps *ops = lodger__host_ops (run->caller);
  if (!lodger_caller_is_current_thread (run->caller) || atomic_exchange (&run->is_over, true))
    return;
  if (ops->done != NULL)
    ops->done (lodger__host_impl (run->caller));
  ops->quit (lodger__host_impl (run->caller));
}

static void
ended (LodgerPending *self, LodgerPending *done, void *data)
{
  (void) self;
  (void) done;
  end (data);
}

static void
dropped (void *data)
{
  end (data);
  run_release (data);
}

/* By pthread_exit in the loop: no function here returns. The end of the thread ends the caller, and leaves it. */
static void
exit_thread (void *data)
{
  Run *run = data;
  LodgerCaller *opened = run->caller;
  atomic_store (&run->is_over, true);
  running = NULL;
  lodger_pending_unref (run->then);
  lodger_pending_unref (run->pending);
  run_release (run);
  lodger_caller_unref (opened);
}

static int
run_mainloop (Run *run)
{
  int code;
  pthread_cleanup_push (exit_thread, run);
  code = lodger__host_ops (run->caller)->mainloop (lodger__host_impl (run->caller));
  pthread_cleanup_pop (0);
  return code;
}

/* The outcome, or the error of a loop that has ended before; in either case a reference. Without a continuation, which has
 * been dropped then, the loop ends at once. */
static LodgerPending *
run_loop (LodgerCaller *caller, Run *run, const LodgerWork *work)
{
  static const LodgerCallOptions own = { .size = sizeof own, .name = "the end of lodger_run" };
  LodgerPending *pending;
  int code, refusal;
  running = caller;
  run->pending = pending = lodger__submit_soon ("lodger_run", caller, work, NULL);
  run->then = lodger_pending_then_full (pending, caller, ended, run, dropped, &own);
  refusal = lodger_error_get_code (lodger_pending_get_error (run->then));
  code = run_mainloop (run);
  atomic_store (&run->is_over, true);
  running = NULL;
  lodger_pending_cancel (run->then, NULL);
  lodger_pending_unref (run->then);
  if (lodger_pending_is_done (pending))
    return pending;
  lodger_pending_cancel (pending, "the host's loop has ended");
  lodger_pending_unref (pending);
  if (refusal != 0)
    return lodger__pending_refused (refusal, NULL);
  return lodger__pending_refused (code < 0 ? code : LODGER_EFAILED, "the host's loop has ended before the call");
}

static LodgerPending *
run_in (LodgerCaller *caller, const LodgerWork *work)
{
  LodgerPending *outcome;
  Run *run;
  int code = lodger_caller_enter (caller);
  if (code != 0)
    return refuse (code, NULL, work, NULL);
  run = run_new (caller);
  outcome = run != NULL ? run_loop (caller, run, work) : refuse (LODGER_ENOMEM, NULL, work, NULL);
  if (run != NULL)
    run_release (run);
  lodger_caller_leave (caller);
  return outcome;
}

/* Why it cannot be; 0: nothing is known to speak against it. */
static int
check (const char *host, bool has_func, const char **reason)
{
  const LodgerHostDriver *driver = host != NULL ? lodger__registry_host (host) : NULL;
  if (*reason == NULL && (host == NULL || !has_func))
    *reason = host == NULL ? "the host is NULL" : "the function is NULL";
  if (*reason != NULL)
    return LODGER_EINVAL;
  if (running != NULL)
    {
      *reason = "already running";
      return LODGER_EALREADY;
    }
  if (driver != NULL && driver->ops->mainloop == NULL)
    {
      *reason = "the host has no main loop that could be run";
      return LODGER_ENOSYS;
    }
  return 0;
}

LodgerPending *
lodger_run_full (const char *host, const void *host_options, LodgerCallFunc func, void *data, LodgerDestroyFunc destroy,
                 const LodgerCallerOptions *given)
{
  static const char function[] = "lodger_run";
  const LodgerWork work = lodger__work (func, data, destroy);
  LodgerCallerOptions own, options = { .size = sizeof options };
  LodgerError *error = NULL;
  LodgerCaller *caller;
  LodgerPending *outcome;
  const char *reason;
  int code;
  given = lodger__options (given, &own, sizeof own, &reason);
  if (given != NULL)
    options = *given;
  code = check (host, func != NULL, &reason);
  if (code != 0)
    return refuse (lodger__misuse (function, code, reason), reason, &work, &options);
  options.host = host;
  options.host_options = host_options;
  caller = lodger_caller_open (LODGER_CALLER_CURRENT_THREAD, &options, &error);
  if (caller == NULL)
    {
      lodger__work_destroy (&work);
      return lodger__pending_failed (error);
    }
  outcome = run_in (caller, &work);
  lodger_caller_unref (caller);
  return outcome;
}

LodgerPending *
lodger_run (const char *host, const void *host_options, LodgerCallFunc func, void *data, LodgerDestroyFunc destroy)
{
  return lodger_run_full (host, host_options, func, data, destroy, NULL);
}

const char *
lodger_host_current (void)
{
  const LodgerThread *thread = lodger__thread_peek ();
  const LodgerFrame *frame = thread != NULL ? thread->frame : NULL;
  if (frame != NULL && frame->guest != NULL)
    return lodger_guest_get_backend (frame->guest);
  return lodger_caller_get_host (frame != NULL ? frame->caller : running);
}
