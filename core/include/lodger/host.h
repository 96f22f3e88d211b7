/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file host.h
 * The whole host contract: how a caller is called back by a loop that is not Lodger's.
 *
 * A port to a new loop is one file that fills in LodgerHostOps and calls the five functions at the end of this header.
 *
 * **The node.** A host has one node, at most once outstanding. Lodger hands it over with `run_sync_soon_threadsafe`;
 * the host remembers it (it may link other nodes' lists through `next`; no allocation is needed), gets its loop to come
 * round, and then, in the owner's thread, forgets the node and calls lodger_host_run_node(). From there on it is
 * Lodger's again. Between two runs of its node a host lets input and redraw through: that is the whole of law 5 on the
 * host's side. Every accepted node is run, or given back once by lodger_host_closed() or `detach`.
 *
 * **Threads.** The owner is the thread that attached the caller. "Any thread" operations are called from several at
 * once. A node run in another thread than the owner's is logged and not run.
 *
 * **The end.** A host that ends first refuses posts (LODGER_ESHUTDOWN), then calls lodger_host_closed() once. Its state
 * is freed only by `destroy`, which comes with the last reference to the caller, from any thread. When the caller ends
 * first, `detach` is called.
 */
#ifndef LODGER_HOST_H
#define LODGER_HOST_H

#include <lodger/types.h>

LODGER_BEGIN_DECLS

/** What a host carries for Lodger. Intrusive: it lives in the LodgerHost. */
typedef struct LodgerHostNode
{
  struct LodgerHostNode *next; /**< the host's to use while it holds the node */
} LodgerHostNode;

/** A watched descriptor; opaque to the host, handed back in lodger_host_fd_ready(). */
typedef struct LodgerHostWatch LodgerHostWatch;

/** The operations of a host. What an absent (NULL) one means stands beside it. Members are only ever appended. */
typedef struct LodgerHostOps
{
  size_t size;      /**< sizeof (LodgerHostOps) */
  const char *name; /**< registered name */
  /** Backend of to_thread()'s workers; NULL = "native". */
  const char *worker_backend;

  /** MANDATORY. Any thread. Get lodger_host_run_node() called in the owner's thread, soon. 0, or LODGER_ESHUTDOWN once
   * closing (the node stays Lodger's). Never inline. */
  int (*run_sync_soon_threadsafe) (void *impl, LodgerHostNode *node);
  /** Owner only: the same, may skip the wake-up. Cannot fail once attached. NULL = the above. */
  void (*run_sync_soon_not_threadsafe) (void *impl, LodgerHostNode *node);
  /** Owner. While on, call lodger_host_before_wait() last before blocking, in nested loops too. NULL = Lodger posts the
   * node ahead of any call that leaves work behind. */
  void (*want_before_wait) (void *impl, bool on);
  /** Owner. Call lodger_host_deadline() at @p deadline (of `now`): late is allowed, early is not. One deadline; a new
   * one replaces it; LODGER_FOREVER disarms. NULL = call_later is answered with LODGER_ENOSYS. */
  void (*arm) (void *impl, int64_t deadline);
  /** Owner. Report readiness of @p fd (poll's event bits) by lodger_host_fd_ready(). NULL = Lodger polls by itself. */
  int (*watch_fd) (void *impl, LodgerHostWatch *watch, int fd, uint32_t events);
  /** Owner. No event comes after it returns. */
  void (*unwatch_fd) (void *impl, LodgerHostWatch *watch);
  /** Any thread: monotonic nanoseconds. NULL = CLOCK_MONOTONIC. */
  int64_t (*now) (void *impl);
  /** Owner, asked when a slice starts: how long it may take. NULL = 1 ms. */
  int64_t (*slice_ns) (void *impl);
  /** Owner: run the loop until `quit`. NULL = the loop cannot be started by Lodger. */
  int (*mainloop) (void *impl);
  /** Owner: end what `mainloop` runs. */
  void (*quit) (void *impl);
  /** Owner: the function given to lodger_run has ended. */
  void (*done) (void *impl);
  /** Owner. Refuse posts from now on, disarm, withdraw the node. True if the host had the node. NULL = the host keeps
   * refusing by itself; Lodger then treats the node as withdrawn, so a late run must be harmless: it is. */
  bool (*detach) (void *impl);
  /** Any thread, last of all: free what `open` made. NULL = nothing to free. */
  void (*destroy) (void *impl);
} LodgerHostOps;

/** How a host of a registered kind comes to be. */
typedef struct LodgerHostDriver
{
  size_t size;              /**< sizeof (LodgerHostDriver) */
  const LodgerHostOps *ops; /**< static */
  /** Which loop do these options mean? Two answers that are the same pointer are the same host; any thread. NULL = the
   * options pointer itself says it. */
  const void *(*identify) (const void *options);
  /** MANDATORY. Owner. Make the host's state for @p host, which outlives it; 0 and *ret_impl, or a negative code. */
  int (*open) (LodgerHost *host, const void *options, void **ret_impl);
} LodgerHostDriver;

/**
 * Registers a kind of host by its ops' name. Any thread; adapters do it in their first public call. Registering the
 * same driver twice is fine.
 *
 * @return 0; LODGER_EINVAL when the mandatory operations or the size are missing; LODGER_EALREADY for another driver of
 *         that name; LODGER_ENOMEM.
 * Test: unit/host a_table_without_the_mandatory_operation_is_refused
 */
LODGER_API int lodger_host_register (const LodgerHostDriver *driver);

/**
 * Adapter to Lodger: the node's turn has come. Owner's thread; re-entrant, from nested loops too; a spurious run is
 * harmless. Forget the node before the call. Runs user code for at most about a slice plus one call.
 * Test: unit/host a_node_run_in_another_thread_is_refused
 */
LODGER_API void lodger_host_run_node (LodgerHostNode *node);

/**
 * Adapter to Lodger: the armed deadline has passed. Owner's thread. Runs a slice and leaves the node alone; arms again
 * as needed.
 * Test: unit/timers edge_22_call_later_is_never_early
 */
LODGER_API void lodger_host_deadline (LodgerHost *host);

/**
 * Adapter to Lodger: the loop is about to block. Owner's thread; runs no user code.
 *
 * @return 0: do not block, something is ready; else the latest time to wake up, LODGER_FOREVER for none, and for a call
 *         in another thread (logged).
 * Test: conformance nested_loop_goes_on_with_the_interrupted_turn
 */
LODGER_API int64_t lodger_host_before_wait (LodgerHost *host);

/** Adapter to Lodger: a watched descriptor is ready. Owner's thread. Test: unit/host
 * an_fd_event_without_a_watch_is_ignored */
LODGER_API void lodger_host_fd_ready (LodgerHostWatch *watch, uint32_t revents);

/**
 * Adapter to Lodger: the loop is gone. Any thread, once, after posts are refused; gives the node back if the host had
 * it. What the caller still holds is cancelled here, with its data destroyed in this thread; but if the owner is just
 * running one of its calls, there, when that has returned.
 * Test: unit/host edge_77_a_dead_host_gives_its_node_back
 */
LODGER_API void lodger_host_closed (LodgerHost *host);

/**
 * Adapter to Lodger: one of the adapter's own functions was misused. Logs `function: reason` as a warning. Any thread.
 *
 * @param reason NULL: lodger_error_code_string() of @p code.
 * @return @p code, so that the function can answer with it.
 * Test: unit/log an_adapters_misuse_is_logged
 */
LODGER_API int lodger_host_misuse (const char *function, int code, const char *reason);

LODGER_END_DECLS

#endif
