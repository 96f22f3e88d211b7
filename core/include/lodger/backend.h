/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file backend.h
 * The whole backend contract: a loop that Lodger drives, alone on a worker's thread.
 *
 * A worker opens its backend and asks it for the host adapter of its loop. It attaches its caller to that host and runs
 * the loop until the caller has stopped. Then it closes the backend. So one adapter serves the GUI thread and the
 * workers.
 */
#ifndef LODGER_BACKEND_H
#define LODGER_BACKEND_H

#include <lodger/host.h>
#include <lodger/types.h>

LODGER_BEGIN_DECLS

/** The operations of a backend. Members are only ever appended: see options.h. */
typedef struct LodgerBackendOps
{
  size_t size; /**< sizeof (LodgerBackendOps) */
  /** The registered name. */
  const char *name;

  /** Makes a loop. Mandatory. It is called in the thread that will run the loop. It returns 0 and sets *ret_impl, or
   * returns a negative code. */
  int (*open) (const void *options, void **ret_impl);
  /** Returns the host adapter of this loop, and the options that name the loop to it. Mandatory. The options are
   * borrowed until `close`. */
  const LodgerHostDriver *(*host) (void *impl, const void **ret_host_options);
  /** Runs the loop until `quit`. Mandatory. Same thread. It returns 0, or a negative code. */
  int (*run) (void *impl);
  /** Ends `run`. Mandatory. Same thread. It is called from inside `run`, or before it: then `run` returns at once. */
  void (*quit) (void *impl);
  /** Frees the state that `open` made, last of all. Mandatory. Same thread. The host's state may outlive it. */
  void (*close) (void *impl);

  /* To be a guest in a host's thread. NULL: this backend cannot be a guest. */

  /** Reserved: not called yet. Returns 0 when something is ready now. Otherwise it returns the `deadline` until which
   * the loop may sleep, or LODGER_FOREVER. */
  int64_t (*prepare) (void *impl);
  /** Reserved: not called yet. Runs one iteration, without blocking. */
  void (*dispatch) (void *impl);
  /** Reserved: not called yet. Makes a sleeping poll return. Any thread. */
  void (*wake) (void *impl);
} LodgerBackendOps;

/**
 * Registers a backend by its name.
 *
 * Any thread; does not block. Adapters do it in their first public call. The same table may be registered twice. The
 * table is static.
 *
 * @return 0, or a negative code.
 * Errors: LODGER_EINVAL (NULL, wrong size, a mandatory operation is missing), LODGER_EALREADY (another table has that
 * name), LODGER_ENOMEM (no memory).
 * Test: unit/host a_backend_without_a_mandatory_operation_is_refused
 * Since: 0.1
 */
LODGER_API int lodger_backend_register (const LodgerBackendOps *ops);

LODGER_END_DECLS

#endif
