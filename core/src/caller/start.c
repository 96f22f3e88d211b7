/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/log.h"
#include "caller/caller.h"
#include "life/life.h"
#include "life/phase.h"
#include "life/trace.h"
#include "loop/ownership.h"
#include "loop/turn.h"
#include "mailbox/owner.h"
#include "mailbox/post.h"
#include "pending/carry.h"
#include "pending/pending.h"
#include "pool/pool.h"
#include "stop/entries.h"
#include "stop/stop.h"

#include <lodger/host.h>

/* How a caller starts in its thread, its hooks, and how its thread gets out of the loop. */

/* ---- hooks ----------------------------------------------------------------------------------------------------------- */

/* NULL, or a reference. */
static LodgerError *
run_start_hook (LodgerCaller *caller)
{
  const LodgerHooks *hooks = &caller->setup.hooks;
  static const LodgerSite site = { .name = "the start hook" };
  LodgerFrame frame;
  LodgerAside aside;
  LodgerError *error = NULL;
  const char *spoken_for;
  bool is_ours;
  lodger__ownership_enter (&frame, caller, NULL, &site);
  spoken_for = lodger_host_speak_for (NULL);
  lodger__aside_enter (lodger__thread_peek (), &aside, caller->setup.context);
  if (hooks->on_start != NULL)
    error = hooks->on_start (caller, hooks->data);
  lodger__aside_leave (lodger__thread_peek (), &aside);
  lodger_host_speak_for (spoken_for);
  is_ours = lodger__ownership_leave (&frame);
  if (!is_ours)
    {
      lodger_error_unref (error);
      error = NULL;
    }
  caller->setup.has_hooked = error == NULL;
  return error;
}

static void
run_stop_hook (LodgerCaller *caller)
{
  const LodgerHooks *hooks = &caller->setup.hooks;
  static const LodgerSite site = { .name = "the stop hook" };
  LodgerFrame frame;
  LodgerAside aside;
  if (!caller->setup.has_hooked || hooks->on_stop == NULL)
    return;
  caller->setup.has_hooked = false;
  lodger__ownership_enter (&frame, caller, NULL, &site);
  lodger__aside_enter (lodger__thread_peek (), &aside, caller->setup.context);
  hooks->on_stop (caller, hooks->data);
  lodger__aside_leave (lodger__thread_peek (), &aside);
  lodger__ownership_leave (&frame);
}

static void
quit (LodgerCaller *caller)
{
  if (caller->setup.backend_impl != NULL)
    caller->setup.backend->quit (caller->setup.backend_impl);
}

const LodgerStopParticipant lodger__setup_participant
    = { .run_hook = run_stop_hook, .quit = quit, .stopped = lodger__registry_remove };

/* ---- the start ------------------------------------------------------------------------------------------------------- */

bool
lodger__caller_begin (LodgerCaller *caller, bool is_running)
{
  bool changed;
  lodger__caller_lock (caller);
  changed = lodger__phase_change (caller, is_running ? LODGER_BECOMES_RUNNING : LODGER_BECOMES_STARTING);
  lodger__caller_unlock (caller);
  if (changed)
    lodger__trace_caller (LODGER_TRACE_STATE, caller);
  return changed;
}

static void
begin_life (LodgerCaller *caller)
{
  lodger__host_begin (caller);
  lodger__caller_begin (caller, true);
  lodger__pending_signal (lodger_caller_get_started (caller), NULL);
  lodger__turn_start (caller);
  lodger__pool_start (caller);
}

/* Its loop may be gone already, or go meanwhile: then whoever says so ends it, or the end of the ownership here. In a child
 * that the hook has forked, the caller is the parent's. The handles that the host makes here are taken away by whoever ends
 * the caller in this thread: the end of the start that failed, of the stop, of the thread, or, once the caller was taken,
 * lodger__stop_come_back(). */
LodgerError *
lodger__caller_attach (LodgerCaller *caller, LodgerThread *thread, const char **ret_what)
{
  LodgerHeld held = lodger__ownership_begin (caller);
  LodgerError *error;
  int code;
  if (held == LODGER_OWNERSHIP_NONE)
    return NULL;
  lodger__owner_enter (caller, thread, lodger__thread_ends);
  lodger__hold_itself (caller);
  code = lodger__host_attach (caller);
  *ret_what = code == 0 ? "the start hook failed" : "the host could not be attached";
  error = code == 0 ? run_start_hook (caller) : lodger_error_new (NULL, code, NULL);
  if (lodger__is_taken (caller) || lodger__is_before_fork (caller))
    return error;
  if (error == NULL)
    begin_life (caller);
  lodger__ownership_end (caller, held);
  return error;
}

/* Nothing is accepted any more before others learn of it. */
void
lodger__caller_fail_start (LodgerCaller *caller, LodgerError *error, const char *what)
{
  const bool has_name = lodger__parent (caller) != NULL && !lodger__is_worker (caller);
  LodgerCallerState before;
  lodger__log (LODGER_LOG_ERROR, "%s could not start: %s: %s%s", lodger__name (caller), what,
               lodger_error_get_message (error), has_name ? "; the next use of its name starts another" : "");
  lodger__life_fail (caller, error);
  lodger__stop_refuse (caller, &before);
  lodger__pending_signal (lodger_caller_get_started (caller), lodger_error_ref (error));
  lodger__loop_gone (caller);
}

int
lodger_caller_start_sync (LodgerCaller *caller)
{
  LodgerThread *thread = lodger__thread_peek ();
  LodgerError *error;
  const char *what;
  lodger__guard_caller (caller, guard);
  if (lodger__is_driven (caller) || lodger__phase (caller) != LODGER_PHASE_INITIAL)
    return lodger__misuse (__func__, LODGER_ESTATE, "not in the initial state");
  if (!lodger__owner_is_in (caller, thread))
    return lodger__misuse (__func__, LODGER_EWRONGTHREAD, "only in the thread it was made in");
  if (!lodger__caller_begin (caller, false))
    return lodger__misuse (__func__, LODGER_ESTATE, "not in the initial state");
  error = lodger__caller_attach (caller, thread, &what);
  if (lodger__is_before_fork (caller))
    {
      lodger_error_unref (error);
      return lodger__misuse (__func__, LODGER_ECHILD, lodger__before_fork_message);
    }
  if (error == NULL)
    return 0;
  lodger__caller_fail_start (caller, error, what);
  return LODGER_EFAILED;
}

static int
enter (LodgerCaller *caller, bool by_call, const char *function)
{
  LodgerPhase phase;
  int code = lodger__caller_check (caller, function);
  if (code != 0)
    return code;
  phase = lodger__phase (caller);
  if (phase >= LODGER_PHASE_REFUSING)
    return lodger__misuse (function, LODGER_ESHUTDOWN, "it is stopping or has stopped");
  if (!lodger__owner_is_here (caller))
    return lodger__misuse (function, LODGER_EWRONGTHREAD, "only in the caller's own thread");
  if (phase == LODGER_PHASE_INITIAL)
    code = lodger_caller_start_sync (caller);
  if (code == 0 && (code = lodger__entries_enter (caller, by_call)) != 0)
    lodger__misuse (function, code, "no memory");
  return code;
}

int
lodger_caller_enter (LodgerCaller *caller)
{
  return enter (caller, true, __func__);
}

int
lodger_host_enter_caller (LodgerCaller *caller)
{
  return enter (caller, false, __func__);
}
