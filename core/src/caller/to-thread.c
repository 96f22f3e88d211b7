/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define LODGER_NO_CALL_SITES
#include "base/log.h"
#include "call/submit.h"
#include "caller/caller.h"
#include "life/phase.h"
#include "pool/pool.h"

/* Calls for other threads: in the pool of the root, or in a child of a name. */

/* In the child of that name, whose inbox keeps the order. */
static LodgerPending *
to_named_worker (const char *function, LodgerCaller *caller, const LodgerWork *work, const LodgerCallOptions *options)
{
  LodgerCallerOptions named
      = { .size = sizeof named, .name = options->worker, .file = options->file, .line = options->line };
  LodgerError *error = NULL;
  LodgerCaller *worker = lodger__caller_open_child (caller, &named, function, &error);
  int code = lodger_error_get_code (error);
  LodgerPending *pending = worker != NULL ? lodger__submit_soon (function, worker, work, options)
                                          : lodger__submit_refuse (code == LODGER_ESHUTDOWN ? LODGER_ECANCELED : code,
                                                                   caller, function, work, options);
  lodger_error_unref (error);
  lodger_caller_unref (worker);
  return pending;
}

LodgerPending *
lodger__caller_to_thread (const char *function, LodgerCaller *caller, const LodgerWork *work,
                          const LodgerCallOptions *options)
{
  bool names_worker = options != NULL && options->worker != NULL;
  int code = lodger__submit_check (caller, lodger__work_has_func (work), options, function);
  if (code == 0 && names_worker && lodger__phase (caller) == LODGER_PHASE_INITIAL)
    code = lodger__submit_misuse (function, LODGER_ESTATE, "a caller that has not started has no named workers",
                                  options);
  if (code != 0)
    return lodger__submit_refuse (code, caller, function, work, options);
  return names_worker ? to_named_worker (function, caller, work, options)
                      : lodger__pool_submit (function, caller, work, options);
}

LodgerPending *
lodger_caller_to_thread_full (LodgerCaller *caller, LodgerCallFunc func, void *data, LodgerDestroyFunc destroy,
                              const LodgerCallOptions *options)
{
  static const char function[] = "lodger_caller_to_thread";
  const LodgerWork work = lodger__work (func, data, destroy);
  LodgerCallOptions own;
  int code = lodger__submit_options (&options, &own, function);
  return code == 0 ? lodger__caller_to_thread (function, caller, &work, options)
                   : lodger__submit_refuse (code, caller, function, &work, options);
}

LodgerPending *
lodger_caller_to_thread (LodgerCaller *caller, LodgerCallFunc func, void *data, LodgerDestroyFunc destroy)
{
  return lodger_caller_to_thread_full (caller, func, data, destroy, NULL);
}
