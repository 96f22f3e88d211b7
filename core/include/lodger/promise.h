/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file promise.h
 * Promises: pendings that belong to no call. The program answers them (answer.h), from any thread.
 */
#ifndef LODGER_PROMISE_H
#define LODGER_PROMISE_H

#include <lodger/context.h>
#include <lodger/options.h>
#include <lodger/types.h>

LODGER_BEGIN_DECLS

/** How a pending is made. */
typedef enum LodgerPendingFlags
{
  /** Nothing special. */
  LODGER_PENDING_DEFAULT = 0,
  /** A waiter that times out or is cancelled leaves the pending alone. Only lodger_pending_cancel() cancels it. */
  LODGER_PENDING_PROTECTED = 1 << 0,
  /** The submission has to be bound: without a LodgerCallOptions::scope it is refused. */
  LODGER_PENDING_BOUND = 1 << 1,
  /** The call may fail without a warning, even if nobody reads its outcome: see lodger_set_log_unread_failures(). Only
   * for calls. */
  LODGER_PENDING_MAY_FAIL = 1 << 2,
} LodgerPendingFlags;

/**
 * Makes a promise: a pending that belongs to no call.
 *
 * Any thread; does not block. Any thread answers it with the lodger_pending_return_…() functions. A promise without an
 * answer is freed quietly with its last reference.
 *
 * @return a new reference, never NULL. An error gives a pending that has failed with it; without memory it is a shared
 *         one.
 * Errors: LODGER_EINVAL (unknown flags), LODGER_ENOMEM (no memory).
 * Test: unit/pending a_promise_is_answered_from_any_thread
 * Since: 0.1
 */
LODGER_API LODGER_GIVEN LodgerPending *lodger_pending_new (LodgerPendingFlags flags);

/** Options of lodger_pending_new_full(). Made by LODGER_PENDING_OPTIONS(). */
typedef struct LodgerPendingOptions
{
  size_t size; /**< sizeof (LodgerPendingOptions). LODGER_PENDING_OPTIONS() fills it in. */
  /** The name of the promise in descriptions. Optional. It is static, or lives as long as the promise. */
  const char *name;
  /** Where the promise is made. Static. LODGER_PENDING_OPTIONS() fills it in. */
  const char *file;
  /** The line of that place. */
  int line;
  /** LODGER_PENDING_PROTECTED. */
  LodgerPendingFlags flags;
  /** Which groups and managers of the current context the promise joins. The default is none. */
  LodgerTracking trackers;
  /** The keys of those that it joins with LODGER_TRACK_NAMED, up to a NULL. */
  const LodgerContextKey *const *tracked_by;
} LodgerPendingOptions;

/** Options of a promise with the given members: `LODGER_PENDING_OPTIONS (.trackers = LODGER_TRACK_ALL)`. See
 * options.h. */
#define LODGER_PENDING_OPTIONS(...) LODGER_OPTIONS_HERE (LodgerPendingOptions, __VA_ARGS__)

/**
 * Runs lodger_pending_new() with options.
 *
 * A promise that joins a group or a manager is kept by it until the promise is done. A group waits for it.
 *
 * @param options Optional. NULL means all defaults.
 * @return as lodger_pending_new().
 * Errors: as lodger_pending_new(), LODGER_EINVAL (wrong options, an unknown value of `trackers`).
 * Test: unit/manager edge_104_a_promise_joins_exactly_the_trackers_that_it_names
 * Since: 0.2
 */
LODGER_API LODGER_GIVEN LodgerPending *lodger_pending_new_full (const LodgerPendingOptions *options);

LODGER_END_DECLS

#endif
