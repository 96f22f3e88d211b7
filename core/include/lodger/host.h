/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file host.h
 * The whole host contract: how a loop that is not Lodger's calls a caller back.
 *
 * A port to a new loop is one file. It fills in LodgerHostOps and calls the functions at the end of this header.
 *
 * **The node.** A host has one node, at most once outstanding. Lodger hands it over with `run_sync_soon_threadsafe`.
 * The host remembers the node, and gets its loop to come round. It may link other nodes' lists through `next`; no
 * allocation is needed. Then, in the owner's thread, it forgets the node and calls lodger_host_run_node(). From there
 * on the node is Lodger's again. Between two runs of its node, a host lets input and redraw through: that is the whole
 * of law 5 on the host's side. Every accepted node is run, or given back once by lodger_host_closed() or `detach`.
 *
 * **Threads.** The owner is the thread that attached the caller. "Any thread" operations are called from several
 * threads at once. A node that is run in another thread than the owner's is logged and not run.
 *
 * **The start.** `open` of the driver makes the host's state, and nothing in the loop. A caller may be stopped before
 * it starts, or its start hook may fail. `attach` follows when the caller starts, in the owner's thread. It makes what
 * only the owner may take away: handles, event sources, signal handlers.
 *
 * **The end.** A host that ends first refuses posts (LODGER_ESHUTDOWN), then calls lodger_host_closed() once. Only
 * `destroy` frees its state. `destroy` comes with the last reference to the caller, from any thread. When the caller
 * ends first, `detach` is called.
 *
 * **Watches.** A host that has `watch_fd` watches descriptors for Lodger: those of guests, and those of
 * lodger_caller_watch_fd(). Lodger polls the descriptors by itself for a host without it, in a thread of its own.
 */
#ifndef LODGER_HOST_H
#define LODGER_HOST_H

#include <lodger/caller.h>
#include <lodger/types.h>

LODGER_BEGIN_DECLS

/** The node that a host carries for Lodger. It is intrusive: it lives in the LodgerHost. */
typedef struct LodgerHostNode
{
  struct LodgerHostNode *next; /**< the host's to use while it holds the node */
} LodgerHostNode;

/** A watched descriptor. It is intrusive: it lives in memory of Lodger's until `unwatch_fd` returns. The host hands it
 * back in lodger_host_fd_ready(). */
typedef struct LodgerHostWatch
{
  void *host_data; /**< the host's to use from `watch_fd` until `unwatch_fd` returns; NULL at first */
} LodgerHostWatch;

/** The operations of a host. The comment of a member says the meaning of NULL. Members are only ever appended: see
 * options.h. */
typedef struct LodgerHostOps
{
  size_t size; /**< sizeof (LodgerHostOps) */
  /** The registered name. */
  const char *name;
  /** The backend of to_thread()'s workers. NULL: "native". */
  const char *worker_backend;

  /** Gets lodger_host_run_node() called in the owner's thread, soon. Mandatory. Any thread. It returns 0, or
   * LODGER_ESHUTDOWN once closing. After LODGER_ESHUTDOWN, the node stays Lodger's, and Lodger posts no other. It never
   * runs the node inline. A refusal means that the loop will not come round again. A host whose loop needs memory for a
   * wake-up therefore keeps the node, and serves it when the loop next comes round by itself. */
  int (*run_sync_soon_threadsafe) (void *impl, LodgerHostNode *node);
  /** Does the same in the owner's thread; it may skip the wake-up. It cannot fail once attached. NULL: the operation
   * above is used. */
  void (*run_sync_soon_not_threadsafe) (void *impl, LodgerHostNode *node);
  /** Turns lodger_host_before_wait() on or off. Owner's thread. While on, the host calls it before each poll of the
   * loop, also before one that does not block, in nested loops too. It is on within slices, and as long as the caller
   * has guests. NULL: Lodger posts the node ahead of any call that leaves work behind, and guests have to be kicked. */
  void (*want_before_wait) (void *impl, bool on);
  /** Arms the deadline. Owner's thread. The host calls lodger_host_deadline() at @p deadline (of `now`): late is
   * allowed, early is not. There is one deadline; a new one replaces it. LODGER_FOREVER disarms. NULL: call_later is
   * answered with LODGER_ENOSYS. */
  void (*arm) (void *impl, int64_t deadline);
  /** Begins to report readiness of @p fd (poll's event bits) by lodger_host_fd_ready(), level-triggered, until
   * `unwatch_fd`. Owner's thread, between `attach` and `detach`. It reports at the priority of the node, and ages as
   * the node does: a busy descriptor would starve redraw otherwise. POLLERR, POLLHUP and POLLNVAL are reported also if
   * they are not asked for. It returns 0, or a negative code: LODGER_EBUSY if the loop cannot have two watches of one
   * descriptor, LODGER_EINVAL if it cannot watch such a descriptor. NULL: Lodger polls by itself. */
  int (*watch_fd) (void *impl, LodgerHostWatch *watch, int fd, uint32_t events);
  /** Ends a watch. Owner's thread, also from inside lodger_host_fd_ready() of this or another watch. No event comes
   * after it returns. The descriptor may be closed already. Lodger ends each watch before `detach`. When the host
   * closes by itself, it ends them. NULL only if `watch_fd` is NULL. */
  void (*unwatch_fd) (void *impl, LodgerHostWatch *watch);
  /** Returns monotonic nanoseconds. Any thread. NULL: CLOCK_MONOTONIC. */
  int64_t (*now) (void *impl);
  /** Returns how long a slice may take, in nanoseconds. Owner's thread. It is asked when a slice starts. NULL: 1 ms. */
  int64_t (*slice_ns) (void *impl);
  /** Runs the loop until `quit`, for lodger_run(). Owner's thread. It returns 0, or a negative code if the loop cannot
   * be run. NULL: lodger_run() is refused with LODGER_ENOSYS. */
  int (*mainloop) (void *impl);
  /** Ends the loop that `mainloop` runs. Owner's thread. It is called from inside `mainloop`, or before it: then
   * `mainloop` returns at once. NULL only if `mainloop` is NULL. */
  void (*quit) (void *impl);
  /** Tells that the function given to lodger_run() has ended. Owner's thread, inside `mainloop`, before `quit`.
   * lodger_host_current() is still this host. NULL: nothing is to be done. */
  void (*done) (void *impl);
  /** Detaches the host: it refuses posts from now on, disarms, and withdraws the node. Owner's thread. It returns true
   * if the host had the node. NULL: the host keeps refusing by itself. Lodger then treats the node as withdrawn; a late
   * run is harmless. */
  bool (*detach) (void *impl);
  /** Frees the state that `open` made, last of all. Any thread. NULL: there is nothing to free. */
  void (*destroy) (void *impl);
  /** Makes what the loop keeps of the host: handles, event sources. Owner's thread, when the caller starts, before its
   * start hook and before any other operation but `run_sync_soon_threadsafe` and `now`. After it has succeeded,
   * `detach` comes in the owner's thread before `destroy`, unless the host closes first. A thread that never comes back
   * from a call is the exception: then neither is called. It returns 0, or a negative code: the caller's start has
   * failed. NULL: there is nothing to make. */
  int (*attach) (void *impl);
} LodgerHostOps;

/** How a host of a registered kind is made. */
typedef struct LodgerHostDriver
{
  size_t size; /**< sizeof (LodgerHostDriver) */
  /** The operations. Static. */
  const LodgerHostOps *ops;
  /** Returns the loop that the options mean. Any thread. Two equal pointers are the same host. NULL: the options
   * pointer itself stands for the loop. */
  const void *(*identify) (const void *options);
  /** Makes the host's state for @p host. Mandatory. Owner's thread. @p host outlives the state. It returns 0 and sets
   * *ret_impl, or returns a negative code. What only the owner could take away is made by `attach`. */
  int (*open) (LodgerHost *host, const void *options, void **ret_impl);
  /** The backend whose loops this host runs as well, beside a backend of the host's own name. Static. `identify` and
   * `guest_identify` of that backend then return equal pointers for the same loop. Such a loop needs no guest in the
   * host's thread. Example: Qt's dispatcher runs a main context of GLib. NULL: there is none. */
  const char *runs_backend;
} LodgerHostDriver;

/**
 * Registers a kind of host by the name in its operations.
 *
 * Any thread; does not block. Adapters do it in their first public call. The same driver may be registered twice. The
 * driver is static.
 *
 * @return 0, or a negative code.
 * Errors: LODGER_EINVAL (NULL, wrong size, a mandatory operation is missing), LODGER_EALREADY (another driver has that
 * name), LODGER_ENOMEM (no memory).
 * Test: unit/host a_table_without_the_mandatory_operation_is_refused
 * Since: 0.1
 */
LODGER_API int lodger_host_register (const LodgerHostDriver *driver);

/**
 * Adapter to Lodger: runs the node, whose turn has come.
 *
 * Owner's thread; re-entrant, from nested loops too. The adapter forgets the node before the call. It runs user code
 * for at most about a slice plus one call. A spurious run is harmless.
 *
 * Errors: LODGER_EINVAL (NULL), LODGER_EWRONGTHREAD (another thread: the node is not run), LODGER_ECHILD (a forked
 * child).
 * Test: unit/host a_node_run_in_another_thread_is_refused
 * Since: 0.1
 */
LODGER_API void lodger_host_run_node (LodgerHostNode *node);

/**
 * Adapter to Lodger: tells that the armed deadline has passed.
 *
 * Owner's thread. It runs a slice, leaves the node alone, and arms again as needed.
 *
 * Errors: LODGER_EINVAL (NULL), LODGER_EWRONGTHREAD (another thread), LODGER_ECHILD (a forked child).
 * Test: unit/timers edge_22_call_later_is_never_early
 * Since: 0.1
 */
LODGER_API void lodger_host_deadline (LodgerHost *host);

/**
 * Adapter to Lodger: tells that the loop is about to block.
 *
 * Owner's thread; runs no user code, but for `prepare` of guests. In a forked child it does nothing and logs nothing.
 *
 * @return 0 when something is ready: the loop does not block, and the node has been posted. Otherwise the latest time
 *         to wake up. LODGER_FOREVER means no such time; an error gives it, too.
 * Errors: LODGER_EINVAL (NULL), LODGER_EWRONGTHREAD (another thread).
 * Test: conformance nested_loop_goes_on_with_the_interrupted_turn
 * Since: 0.1
 */
LODGER_API int64_t lodger_host_before_wait (LodgerHost *host);

/**
 * Adapter to Lodger: tells that a watched descriptor is ready.
 *
 * Owner's thread; re-entrant, from nested loops too. It runs a slice, as lodger_host_deadline() does. The watch may be
 * gone when it returns.
 *
 * @param revents poll's event bits; 0 does nothing.
 * Errors: LODGER_EINVAL (NULL), LODGER_EWRONGTHREAD (another thread), LODGER_ECHILD (a forked child).
 * Test: unit/host an_fd_event_without_a_watch_is_ignored
 * Since: 0.1
 */
LODGER_API void lodger_host_fd_ready (LodgerHostWatch *watch, uint32_t revents);

/**
 * Adapter to Lodger: tells that the loop is gone.
 *
 * Any thread, once, after posts are refused. It gives the node back if the host had it. Everything that the caller
 * still holds is cancelled here, and its data is destroyed in this thread. But if the owner is just running one of the
 * caller's calls, this happens in the owner's thread when the call has returned. In a forked child it does nothing.
 *
 * Errors: LODGER_EINVAL (NULL).
 * Test: unit/host edge_77_a_dead_host_gives_its_node_back
 * Since: 0.1
 */
LODGER_API void lodger_host_closed (LodgerHost *host);

/** A call that was given to another thread: @p given is borrowed. */
typedef void (*LodgerGivenFunc) (LodgerPending *given, void *data);

/**
 * Adapter to Lodger: tells of each call that this thread gives to another thread.
 *
 * Does not block. An adapter so finds the last work of a program, which a shutdown handler submits. @p func runs in
 * this thread inside the submission, for calls in a pool and in other callers. Delayed calls, continuations and direct
 * calls are not told. Each thread has one function.
 *
 * @param func NULL ends it.
 * @param data given to @p func.
 * Errors: none.
 * Test: unit/host a_thread_is_told_what_it_gives_to_others
 * Since: 0.2
 */
LODGER_API void lodger_host_watch_given (LodgerGivenFunc func, void *data);

/**
 * Adapter to Lodger: returns whether a cancel came after the end of the pending.
 *
 * Any thread; does not block. Such a cancel changes nothing, and lodger_pending_cancel() says so. But the user may have
 * asked before the adapter tells the outcome, as in a GUI. The adapter then tells a cancellation instead. NULL gives
 * false.
 *
 * Errors: none.
 * Test: unit/cancelling a_cancel_after_the_end_is_seen_by_an_adapter
 * Since: 0.2
 */
LODGER_API bool lodger_host_was_cancelled_late (const LodgerPending *pending);

/**
 * Adapter to Lodger: ends a scope when the slot of a call prefers another call.
 *
 * Any thread; does not block. Under LODGER_SLOT_LATEST and LODGER_SLOT_REPLACE, this is when the next call comes, also
 * if @p call has ended before. Under the other policies, it is when @p call is cancelled before it has begun. If that
 * has happened, the scope ends now, inside this function. Otherwise it ends inside the submission of the other call.
 * What an adapter does with the outcome is bound to the scope. A cancel of the slot or of the call does not end it. It
 * is called once for a call. A call without a slot changes nothing.
 *
 * @param scope It is referred to as long as @p call can be replaced.
 * @return 0, or a negative code.
 * Errors: LODGER_EINVAL (NULL), LODGER_ECHILD (a forked child).
 * Test: unit/slot an_adapter_learns_that_a_call_was_replaced
 * Since: 0.2
 */
LODGER_API int lodger_host_end_when_replaced (LodgerPending *call, LodgerScope *scope);

/**
 * Adapter to Lodger: holds a scope's object for a function that the adapter runs without a call.
 *
 * Any thread; does not block. It does what precedes a bound call: in the scope's own thread it calls `hold` of the
 * scope's options. After true, lodger_host_release_scope() follows in the same thread. False means that the function
 * must not run: the scope has ended, or its object is gone, or it is of before a fork. NULL gives false.
 *
 * Errors: none.
 * Test: unit/scope an_adapter_holds_a_scope_without_a_call
 * Since: 0.2
 */
LODGER_API bool lodger_host_hold_scope (LodgerScope *scope);

/**
 * Adapter to Lodger: undoes lodger_host_hold_scope().
 *
 * The thread that held the scope; does not block. NULL does nothing.
 *
 * Errors: none.
 * Test: unit/scope an_adapter_holds_a_scope_without_a_call
 * Since: 0.2
 */
LODGER_API void lodger_host_release_scope (LodgerScope *scope);

/**
 * Adapter to Lodger: logs the misuse of one of the adapter's own functions.
 *
 * Any thread; does not block. It logs `function: reason` as a warning.
 *
 * @param reason Optional. Default: lodger_error_code_string() of @p code.
 * @return @p code, which the adapter's function can return.
 * Errors: none.
 * Test: unit/log an_adapters_misuse_is_logged
 * Since: 0.1
 */
LODGER_API int lodger_host_misuse (const char *function, int code, const char *reason);

/**
 * Adapter to Lodger: names the adapter's function that the program has called, in the misuse lines of this thread.
 *
 * Does not block. The lines of the functions that the adapter calls then begin with @p function. While there is a name,
 * another name changes nothing: the outermost function is named.
 *
 *     const char *outer = lodger_host_speak_for (__func__);
 *     caller = lodger_caller_open (mode, options, error);
 *     lodger_host_speak_for (outer);
 *
 * @param function static. NULL ends it.
 * @return the name before.
 * Errors: none.
 * Test: unit/log an_adapter_speaks_for_its_own_function
 * Since: 0.2
 */
LODGER_API const char *lodger_host_speak_for (const char *function);

/**
 * Adapter to Lodger: reads options that the program was built with in any version.
 *
 * Any thread; does not block. The struct begins with its size. options.h has the rules.
 *
 * @param given the program's options, or NULL.
 * @param own space for a struct of @p size bytes, the size of the struct that the adapter knows.
 * @param ret_reason receives NULL; or why the options are to be refused, a static string for lodger_host_misuse().
 * @return @p given or @p own. It can be read as far as the adapter knows it, also when the options are to be refused.
 *         NULL for NULL.
 * Errors: LODGER_EINVAL (NULL @p own or @p ret_reason, a @p size that is too small).
 * Test: unit/options an_adapter_reads_options_of_any_version
 * Since: 0.2
 */
LODGER_API const void *lodger_host_read_options (const void *given, void *own, size_t size, const char **ret_reason);

/**
 * Adapter to Lodger: opens this thread's caller on a loop of the adapter's, with the program's options.
 *
 * Does not block. It is lodger_caller_open() with LODGER_CALLER_CURRENT_THREAD. @p host and @p host_options stand for
 * the members of the same names. Each failure is logged, with the place that the options name. `hook_data` is consumed,
 * also when the adapter itself refuses.
 *
 * @param options the program's, of any version. Optional. NULL means all defaults.
 * @param host the registered name of the adapter's host.
 * @param host_options given to the host's `open`. Optional.
 * @param refusal 0, or the code with which the adapter refuses. Then no caller is opened.
 * @param reason why the adapter refuses. Optional. Default: lodger_error_code_string() of @p refusal.
 * @param ret_error Optional. Receives a new reference to the error.
 * @return as lodger_caller_open().
 * Errors: LODGER_EINVAL (NULL @p host, wrong options), LODGER_ENOENT (no such host or backend), LODGER_ENOSYS (the
 * backend can only be a guest), LODGER_EMISMATCH (the existing caller has another name or backend), LODGER_ENOMEM
 * (no memory).
 * Test: unit/options an_adapter_opens_a_caller_with_the_programs_options
 * Since: 0.2
 */
LODGER_API LODGER_GIVEN LodgerCaller *lodger_host_open_caller (const LodgerCallerOptions *options, const char *host,
                                                               const void *host_options, int refusal,
                                                               const char *reason, LodgerError **ret_error);

/**
 * Adapter to Lodger: enters the caller for the program.
 *
 * It is lodger_caller_enter() for an attach. Inside a call, the entry is the program's, and not that of the call.
 *
 * @return 0, or a negative code.
 * Errors: as lodger_caller_enter().
 * Test: unit/entries an_attach_in_a_call_is_the_programs_entry
 * Since: 0.2
 */
LODGER_API int lodger_host_enter_caller (LodgerCaller *caller);

/** What speaks against suspending a spawned call (fiber.h), from the view of a toolkit. Its operations are called in
 * the owner's thread, with two words that are kept for each spawned call. */
typedef struct LodgerAwaitGuard
{
  size_t size; /**< sizeof (LodgerAwaitGuard) */
  /** The toolkit, for a debugger. */
  const char *name;
  /** A spawned call is about to run on its stack, or to go on: keeps what has to be the same when it waits.
   * Mandatory. */
  void (*note) (uintptr_t state[2]);
  /** It is about to wait: NULL if it may, or a static sentence that says why not. Mandatory. */
  const char *(*refusal) (const uintptr_t state[2]);
} LodgerAwaitGuard;

/**
 * Adapter to Lodger: no spawned call waits without asking this guard.
 *
 * Any thread; does not block. The guard holds for all callers of the process, also those of other hosts, and for ever.
 * To add it again changes nothing.
 *
 * @param guard static; it is not copied.
 * @return 0, or a negative code.
 * Errors: LODGER_EINVAL (NULL, wrong size, an operation is missing), LODGER_EAGAIN (there are four others).
 * Test: unit/fiber-refusals a_guard_of_an_adapter_is_asked
 * Since: 0.2
 */
LODGER_API int lodger_host_guard_awaits (const LodgerAwaitGuard *guard);

LODGER_END_DECLS

#endif
