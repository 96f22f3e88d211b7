/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file run.h
 * Running a host's main loop for as long as one function needs it.
 *
 *     LodgerPending *outcome = lodger_run ("manual-real", host, work, NULL, NULL);
 */
#ifndef LODGER_RUN_H
#define LODGER_RUN_H

#include <lodger/call.h>
#include <lodger/caller.h>
#include <lodger/types.h>

LODGER_BEGIN_DECLS

/**
 * Runs a host's main loop in this thread until @p func has ended.
 *
 * Any thread; blocks until then. It opens the caller of that host in this thread, or finds it, and enters it. The loop
 * runs @p func as a call of the caller. When the call is done, also one that has deferred its answer, the host's `done`
 * and `quit` come. Then the caller is left: unless somebody else has entered it, it stops.
 *
 * If the loop ends before the call is done, the call is cancelled, and the outcome is LODGER_EFAILED.
 *
 * @param host a registered host's name. `host` and `host_options` of @p options are ignored.
 * @param data consumed.
 * @param options Optional. Those of the caller. NULL means all defaults. Their hook data is consumed.
 * @return a new reference to a done pending, never NULL: the call's own outcome, or a refusal. A refusal may also be
 *         the error of lodger_caller_open(), of the start hook, or of `mainloop`.
 * Errors: LODGER_EINVAL (NULL @p host or @p func, wrong options), LODGER_EALREADY (lodger_run() is running in this
 * thread), LODGER_ENOSYS (the host has no `mainloop` operation), LODGER_ENOENT (no such host), LODGER_EFAILED (the loop
 * has ended before the call).
 * Test: unit/run the_outcome_is_handed_back
 * Since: 0.2
 */
LODGER_API LODGER_GIVEN LodgerPending *lodger_run_full (const char *host, const void *host_options, LodgerCallFunc func,
                                                        void *data, LodgerDestroyFunc destroy,
                                                        const LodgerCallerOptions *options);

/**
 * Runs lodger_run_full() with defaults.
 *
 * Errors: as lodger_run_full().
 * Test: unit/run the_outcome_is_handed_back
 * Since: 0.2
 */
LODGER_API LODGER_GIVEN LodgerPending *lodger_run (const char *host, const void *host_options, LodgerCallFunc func,
                                                   void *data, LodgerDestroyFunc destroy);

/**
 * Returns the name of the loop that runs in this thread. It is static.
 *
 * Does not block. Inside a guest (lodger_guest_current()) it is the name of its backend. Inside a call it is the name
 * of the call's host. Elsewhere it is the host that lodger_run() runs in this thread, until `mainloop` has returned.
 *
 * @return the name, or NULL if none of these is the case.
 * Errors: none.
 * Test: unit/run edge_100_the_host_is_current_until_it_is_done
 * Since: 0.2
 */
LODGER_API const char *lodger_host_current (void);

LODGER_END_DECLS

#endif
