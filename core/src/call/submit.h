/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the ways to submit a call share. */
#ifndef LODGER_SUBMIT_H
#define LODGER_SUBMIT_H

#include "base/options.h"
#include "life/life.h"
#include "life/phase.h"
#include "parts.h"
#include "pending/pending.h"

extern const char lodger__closed_message[];

/* Logs misuse with the place of the submission. */
int lodger__submit_misuse (const char *function, int code, const char *reason, const LodgerCallOptions *options);

/* Makes *options what this version reads of them, in `own` if need be. LODGER_EINVAL is logged. */
static inline int
lodger__submit_options (const LodgerCallOptions **options, LodgerCallOptions *own, const char *function)
{
  const char *reason;
  *options = lodger__options (*options, own, sizeof *own, &reason);
  if (reason == NULL && *options != NULL && (*options)->stack_size != 0)
    reason = "only a spawned call has a stack of its own";
  return reason == NULL ? 0 : lodger__submit_misuse (function, LODGER_EINVAL, reason, *options);
}

/* Nothing speaks against this submission, as can be seen at a glance, and its options want nothing but a place and a
 * context. */
static inline bool
lodger__submit_is_usual (const LodgerCaller *caller, bool has_func, const LodgerCallOptions *options)
{
  return caller != NULL && has_func && options != NULL && options->size == sizeof *options && options->stack_size == 0
         && options->timeout == 0 && options->limiter == NULL && options->slot == NULL && options->scope == NULL
         && options->data_home == NULL && options->result_home == NULL && options->flags == 0
         && !lodger__is_before_fork (caller) && !lodger__is_stopping (caller);
}
/* What speaks against this submission; 0: nothing. */
int lodger__submit_check (const LodgerCaller *caller, bool has_func, const LodgerCallOptions *options,
                          const char *function);
/* A call's pending, as lodger__pending_new_call makes it, bound to its options' scope. */
LodgerPending *lodger__submit_new (const LodgerItemOps *ops, LodgerCaller *caller, const LodgerWork *work,
                                   const LodgerCallOptions *options);
/* Once the call can be cancelled in full: its scope and its trackers know it. */
void lodger__submit_accepted (LodgerPending *pending);
/* The answer to a submission that was not accepted, with LODGER_ECANCELED because the caller is stopping, could not
 * start, or its scope has ended. Destroys the data. */
LodgerPending *lodger__submit_refuse (int code, const LodgerCaller *caller, const char *function,
                                      const LodgerWork *work, const LodgerCallOptions *options);
/* Tells the function of lodger_host_watch_given(): the call was given to another thread. */
void lodger__submit_tell (LodgerPending *pending);
/* It was submitted to a caller that stops. */
void lodger__submit_note_late (const LodgerCaller *caller, const char *function, const LodgerCallOptions *options);
/* lodger_caller_call_soon_full() in the name of another function. */
LodgerPending *lodger__submit_soon (const char *function, LodgerCaller *caller, const LodgerWork *work,
                                    const LodgerCallOptions *options);

#endif
