/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How callers are made, started and known. The top: everything below is put together here. */
#ifndef LODGER_CALLER_PRIVATE_H
#define LODGER_CALLER_PRIVATE_H

#include "parts.h"
#include "pending/pending.h"

/* ---- create.c ---- */

/* What the options do not say. */
typedef struct LodgerSpec
{
  LodgerCaller *parent;            /* NULL: it is a root */
  const LodgerBackendOps *backend; /* NULL: somebody else runs its loop */
  const LodgerBackendOps *worker_backend;
  const LodgerCaller *hooks_from; /* NULL: it has the options' hooks */
  bool is_main;
  bool is_worker; /* of its root's pool */
} LodgerSpec;

/* In the initial state, bound to no thread; NULL only without memory. Otherwise the options' hook data is the caller's, if
 * it has their hooks, and their hook_destroy is NULL. */
LodgerCaller *lodger__caller_create (LodgerCallerOptions *options, const LodgerSpec *spec);
/* A caller that never ran its own hooks gives their data back to the options. */
void lodger__caller_return_hook_data (LodgerCaller *caller, LodgerCallerOptions *options);

/* ---- plan.c: what takes part in a turn and in a stop, in order ---- */

extern const LodgerLoopPlan lodger__caller_plan, lodger__worker_plan;
extern const LodgerStopParticipant *const lodger__stop_plan[];

/* ---- start.c ---- */

extern const LodgerStopParticipant lodger__setup_participant;

/* Under the mutex, and traced. False: it is that far already. */
bool lodger__caller_begin (LodgerCaller *caller, bool is_running);
/* Owner: this thread's loop is its host's; let it run. The error of the host or of the start hook, a reference, and what has
 * failed; or NULL. */
LodgerError *lodger__caller_attach (LodgerCaller *caller, LodgerThread *thread, const char **ret_what);
/* Owner: it cannot start. The error is consumed. */
void lodger__caller_fail_start (LodgerCaller *caller, LodgerError *error, const char *what);

/* ---- thread-main.c ---- */

/* A thread that Lodger drives; 0 or LODGER_EAGAIN. A child gives its parent its reference when it is gone. */
int lodger__thread_start (LodgerCaller *caller);

/* ---- find.c ---- */

/* The caller that is there, if that is what the options mean; else an error. Consumes the reference. */
LodgerCaller *lodger__caller_matching (LodgerCaller *caller, const LodgerCallerOptions *options, const char *function,
                                       LodgerError **ret_error);
/* NULL with an error, and a line with the place that the options name. */
LodgerCaller *lodger__caller_fail (const LodgerCallerOptions *options, LodgerError **ret_error, const char *function,
                                   int code, const char *reason, const char *name);

/* ---- child.c ---- */

/* A child of a caller or, for a worker, of its root. Hook data that the child takes is no more the options'. */
LodgerCaller *lodger__caller_open_child (LodgerCaller *parent, LodgerCallerOptions *options, const char *function,
                                         LodgerError **ret_error);
/* A worker of its pool, started. */
bool lodger__caller_spawn_worker (LodgerCaller *root, unsigned number);

/* ---- to-thread.c ---- */

/* lodger_caller_to_thread_full() in the name of another function. */
LodgerPending *lodger__caller_to_thread (const char *function, LodgerCaller *caller, const LodgerWork *work,
                                         const LodgerCallOptions *options);

/* ---- registry.c ---- */

/* The driver as this version knows it. NULL, and a code: it is wrong, which is logged, or there is no memory. */
const LodgerHostDriver *lodger__registry_driver (const LodgerHostDriver *given, const char *function, int *ret_code);
const LodgerHostDriver *lodger__registry_host (const char *name);
const LodgerBackendOps *lodger__registry_backend (const char *name);
/* The same of one that can be a worker. NULL, the code and the reason: there is none. */
const LodgerBackendOps *lodger__registry_workers (const char *name, int *ret_code, const char **ret_reason);
void lodger__registry_add (LodgerCaller *caller);
void lodger__registry_remove (LodgerCaller *caller);
/* To be let go with lodger__debug_release_all(). */
LodgerCaller **lodger__registry_hold_all (size_t *ret_count);
/* The main thread's oldest caller that is not stopping, as a new reference, or NULL. */
LodgerCaller *lodger__registry_find_mains (void);

/* ---- at-exit.c ---- */

/* When a caller is made: the program's end names what still runs. */
void lodger__at_exit_notice (void);

#endif
