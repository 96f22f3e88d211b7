/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file backend.h
 * The whole backend contract: a loop that Lodger drives, alone on a worker's thread.
 *
 * A worker opens its backend, asks it for the host adapter of its loop, attaches its caller to that host, runs the loop
 * until the caller has stopped, and closes it. One adapter thus serves the GUI thread and the workers.
 */
#ifndef LODGER_BACKEND_H
#define LODGER_BACKEND_H

#include <lodger/host.h>
#include <lodger/types.h>

LODGER_BEGIN_DECLS

/** The operations of a backend. Members are only ever appended. */
typedef struct LodgerBackendOps
{
  size_t size;      /**< sizeof (LodgerBackendOps) */
  const char *name; /**< registered name */

  /** MANDATORY. In the thread it will run in: make a loop. 0 and *ret_impl, or a negative code. */
  int (*open) (const void *options, void **ret_impl);
  /** MANDATORY. The host adapter of this loop, and the options that name the loop to it (borrowed until `close`). */
  const LodgerHostDriver *(*host) (void *impl, const void **ret_host_options);
  /** MANDATORY. Same thread: run until `quit`. 0, or a negative code. */
  int (*run) (void *impl);
  /** MANDATORY. Same thread, from inside `run`, or before it (then `run` returns at once). */
  void (*quit) (void *impl);
  /** MANDATORY. Same thread, last of all: free what `open` made. The host's state may outlive it. */
  void (*close) (void *impl);

  /* To be a guest in a host's thread; NULL: this backend cannot be one. */

  /** Is something ready now (0), or until when may it sleep (`deadline`, LODGER_FOREVER for none)? */
  int64_t (*prepare) (void *impl);
  /** One iteration, without blocking. */
  void (*dispatch) (void *impl);
  /** Any thread: make a sleeping poll return. */
  void (*wake) (void *impl);
} LodgerBackendOps;

/**
 * Registers a backend by its name. Any thread; adapters do it in their first public call. Registering the same table
 * twice is fine.
 *
 * @return 0; LODGER_EINVAL when a mandatory operation or the size is missing; LODGER_EALREADY for another table of that
 *         name; LODGER_ENOMEM.
 * Test: unit/host a_backend_without_a_mandatory_operation_is_refused
 */
LODGER_API int lodger_backend_register (const LodgerBackendOps *ops);

LODGER_END_DECLS

#endif
