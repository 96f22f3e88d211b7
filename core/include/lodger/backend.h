/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file backend.h
 * The whole backend contract: a loop that Lodger drives, alone on a worker's thread or as a guest in a host's thread.
 *
 * A worker opens its backend and asks it for the host adapter of its loop. It attaches its caller to that host and runs
 * the loop until the caller has stopped. Then it closes the backend. So one adapter serves the GUI thread and the
 * workers.
 *
 * A guest has no thread and does not run. Before each sleep of the host, Lodger asks it how long it may sleep, and on
 * which descriptor. The host watches that, and Lodger has the guest dispatch what is ready. guest.h is the user's side.
 */
#ifndef LODGER_BACKEND_H
#define LODGER_BACKEND_H

#include <lodger/host.h>
#include <lodger/types.h>

LODGER_BEGIN_DECLS

/** The operations of a backend: those of a worker, those of a guest, or both. Members are only ever appended: see
 * options.h. */
typedef struct LodgerBackendOps
{
  size_t size; /**< sizeof (LodgerBackendOps) */
  /** The registered name. */
  const char *name;

  /* To be the loop of a worker. Without `open` the backend can only be a guest (LODGER_ENOSYS), and the other four are
   * NULL, too. */

  /** Makes a loop. It is called in the thread that will run the loop. It returns 0 and sets *ret_impl, or returns a
   * negative code. */
  int (*open) (const void *options, void **ret_impl);
  /** Returns the host adapter of this loop, and the options that name the loop to it. Mandatory for a worker. The
   * options are borrowed until `close`. */
  const LodgerHostDriver *(*host) (void *impl, const void **ret_host_options);
  /** Runs the loop until `quit`. Mandatory for a worker. Same thread. It returns 0, or a negative code. */
  int (*run) (void *impl);
  /** Ends `run`. Mandatory for a worker. Same thread. It is called from inside `run`, or before it: then `run`
   * returns at once. */
  void (*quit) (void *impl);
  /** Frees the state that `open` made, last of all. Mandatory for a worker. Same thread. The host's state
   * may outlive it. */
  void (*close) (void *impl);

  /* To be a guest in a host's thread. All of these are called in the thread of that host. Without `guest_open` the
   * backend cannot be a guest (LODGER_ENOSYS), and the others are ignored. */

  /** Returns the loop that the options mean. Two equal pointers are the same guest. A pointer that equals the identity
   * of a host of the thread means that no guest is needed: that host runs the loop already. It holds for a host whose
   * driver has the backend's name, or names the backend in `runs_backend`. NULL: the options pointer itself stands for
   * the loop. */
  const void *(*guest_identify) (const void *options);
  /** Takes a loop or makes one, and owns it. It changes nothing that the other code of the thread sees. It returns 0
   * and sets *ret_impl, or returns a negative code. */
  int (*guest_open) (const void *options, void **ret_impl);
  /** Prepares for a sleep of the host. Mandatory for a guest. It runs no calls of Lodger's. It returns 0 when something
   * can be dispatched now. Otherwise it returns the time, of CLOCK_MONOTONIC, until which the loop may sleep, or
   * LODGER_FOREVER. *ret_fd is a descriptor that is readable, level-triggered, while there is work. It is the guest's
   * own, and valid until the next `guest_prepare` or `guest_close`. -1: the guest is dead or has nothing to watch. */
  int64_t (*guest_prepare) (void *impl, int *ret_fd);
  /** Runs one iteration, which never blocks. Mandatory for a guest. It runs user code, which may run it again from a
   * nested loop. It returns true if something was dispatched: it is then called again within the slice. */
  bool (*guest_dispatch) (void *impl);
  /** Goes around each call that is made in the guest, and around each `guest_dispatch`. They nest. NULL: nothing is
   * needed. */
  void (*guest_enter) (void *impl);
  /** Undoes the last `guest_enter`. */
  void (*guest_leave) (void *impl);
  /** Frees what `guest_open` made, last of all, and not inside `guest_dispatch`. Mandatory for a guest. A loop that the
   * program owns lives on. */
  void (*guest_close) (void *impl);
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
