/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file caller.h
 * LodgerCaller: the scheduler of one thread. Any thread submits calls; the caller's own thread runs them.
 *
 * call.h has the functions that submit calls. lifecycle.h has the start and the stop of a caller.
 *
 * The promises, each with a test in the conformance suite, which runs on every host:
 * 1. Later, never inline: submitting never runs user code inside the submit.
 * 2. In order: one thread's submissions to one caller start in the order of submission. lodger_caller_call_later() is
 *    ordered by deadline, then by submission. Due calls run before queued calls. A call that is submitted during a turn
 *    belongs to a later turn.
 * 3. Exactly once: every accepted call ends once, with a result, an error or a cancellation. Its data is destroyed
 *    once, in the thread that runs the call or would have run it. After the stop, data is destroyed in the submitting
 *    thread.
 * 4. Nothing vanishes: a stop cancels queued, delayed and running calls, with a reason. Everything that does not end by
 *    the deadline of the stop is settled with LODGER_EABANDONED, named in the log, and left behind.
 * 5. Bounded slices: however many calls arrive, the host's own input and redraw get their turn, and so do the calls.
 * 8. No touch after death: a call that is bound to a scope does not run after the end of the scope (scope.h).
 * 9. Misuse is answered with an error code and a log line that names the function.
 */
#ifndef LODGER_CALLER_H
#define LODGER_CALLER_H

#include <lodger/call.h>
#include <lodger/lifecycle.h>
#include <lodger/pending.h>
#include <lodger/types.h>

LODGER_BEGIN_DECLS

/** How lodger_caller_open() finds or makes a caller. */
typedef enum LodgerCallerMode
{
  /** The caller of this thread and host. It is made and started if there is none. */
  LODGER_CALLER_CURRENT_THREAD,
  /** The caller of the main thread. It can be made only in the main thread. */
  LODGER_CALLER_MAIN_THREAD,
  /** A new thread that drives a backend. It can be used at once, from any thread. */
  LODGER_CALLER_NEW_THREAD,
  /** A new caller for this thread and host, not started. Submissions queue until it is entered or started. */
  LODGER_CALLER_MANUAL,
} LodgerCallerMode;

/**
 * A start hook: the first function that runs in the caller's thread.
 *
 * It returns NULL for success. An error fails the start: the reference is given to the caller. `started` fails with
 * that error, and so does every call that waits for the start or is submitted afterwards. A hook cannot wait.
 */
typedef LodgerError *(*LodgerStartHook) (LodgerCaller *caller, void *data);

/**
 * A stop hook: the last function that runs in the caller's thread, just before `stopped`.
 *
 * A hook cannot wait.
 */
typedef void (*LodgerStopHook) (LodgerCaller *caller, void *data);

/** Options of lodger_caller_open() and lodger_caller_open_child(). All strings but `file` are copied. Made by
 * LODGER_CALLER_OPTIONS(). */
typedef struct LodgerCallerOptions
{
  size_t size; /**< sizeof (LodgerCallerOptions). LODGER_CALLER_OPTIONS() fills it in. */
  /** The name of the caller. Optional. Default: the thread's name; "worker" for a new thread. */
  const char *name;
  /** The registered name of the host of this thread's loop. Not for a new thread. */
  const char *host;
  /** Options of the host. The host's header says their meaning. */
  const void *host_options;
  /** The backend of a new thread. Optional. Default: "native". */
  const char *backend;
  /** Options of the backend, given to it in the new thread. Backends of callers that inherit it get them, too. They
   * must live as long as the caller. */
  const void *backend_options;
  /** The backend of to_thread()'s workers. Optional. Default: the backend that the host names, else "native". */
  const char *worker_backend;
  /** Most calls that to_thread() runs at once, over the whole tree. 0: max (8, 4 × CPUs). A call that waits, or whose
   * function has returned, does not count. */
  unsigned max_workers;
  /** How long a stop, or the last leave, waits for running calls, in nanoseconds. 0: 10 s. */
  int64_t stop_deadline;
  /** Whether lodger_caller_stop() without `force` does nothing. */
  bool is_protected;
  /** Most threads that to_thread() has over the whole tree, blocked threads included. 0: 256. */
  unsigned max_threads;
  /** Most calls that may wait in this caller. 0: any number. When full, see lodger_caller_call_soon_full(). */
  unsigned inbox_limit;
  /** Added to the nice level of the thread that makes the caller (or its root). It holds in the threads that are
   * started for the caller and for its children: a new thread's own, and the workers'. A refusal by the system is
   * logged. */
  int nice;
  /** The start hook. Optional. Children and workers have it, too; each runs it in its own thread. */
  LodgerStartHook on_start;
  /** The stop hook. Optional. As `on_start`. It does not run after a failed start hook. */
  LodgerStopHook on_stop;
  /** Given to both hooks. The data is consumed as soon as the options are given. */
  void *hook_data;
  /** Destroys `hook_data`. It runs once, in any thread, when no thread can run the hooks any more. */
  LodgerDestroyFunc hook_destroy;
  /** Where the caller is made. Static. Optional. LODGER_CALLER_OPTIONS() fills it in; log lines name it. */
  const char *file;
  /** The line of that place. */
  int line;
  /** Whether the caller and its children are left out of the trace, lodger_dump() and the stall watch (debug.h). */
  bool no_debug;
  /** The size of the stacks of its spawned calls (fiber.h), in bytes. 0: 256 KiB where Lodger drives the caller's loop,
   * else 8 MiB of address space, whose memory is taken as it is used. */
  size_t stack_size;
} LodgerCallerOptions;

/** Options of a caller with the given members: `LODGER_CALLER_OPTIONS (.name = "main")`. See options.h. */
#define LODGER_CALLER_OPTIONS(...) LODGER_OPTIONS_HERE (LodgerCallerOptions, __VA_ARGS__)

/* ---- making ---------------------------------------------------------------------------------------------------- */

/**
 * Finds or makes a caller.
 *
 * Any thread; does not block. The same thread and host give the same caller, as a new reference. Nothing is guessed:
 * a name, host or backend that does not match the existing caller is an error. An adapter's attach function usually
 * does all of this in one line.
 *
 * @param options Optional. NULL means all defaults.
 * @param ret_error Optional. Receives a new reference to the error; an error of the host's `open` is passed on.
 * @return a new reference, or NULL with an error. Dropping the reference does not stop the caller.
 * Errors: LODGER_EINVAL (unknown mode, wrong options, a host of a new thread other than its backend's),
 * LODGER_ENOENT (no such host or backend, CURRENT_THREAD with no host named and none attached), LODGER_ENOSYS (a
 * backend that can only be a guest), LODGER_EMISMATCH (the existing caller has another name, host or backend),
 * LODGER_EALREADY (MANUAL where a caller exists), LODGER_EWRONGTHREAD (MAIN_THREAD in another thread while the main
 * thread has no caller), LODGER_EAGAIN (no thread), LODGER_ENOMEM (no memory).
 * Test: unit/caller the_same_thread_and_host_give_the_same_caller
 * Since: 0.2
 */
LODGER_API LODGER_GIVEN LodgerCaller *lodger_caller_open (LodgerCallerMode mode, const LodgerCallerOptions *options,
                                                          LodgerError **ret_error);

/**
 * Finds or makes a child of @p parent: a caller on a new thread, which stops with its parent and before it.
 *
 * Any thread; does not block. A child with a name is made once. When it is stopping or could not start, the next use of
 * its name makes another. A child without a name is made each time. A child inherits each option that is left open:
 * backend with its options, workers' backend, stop deadline, nice level, hooks. The backend of a parent in a GUI's
 * thread is that of its workers. The calls of a child's to_thread() run in the workers of the whole tree's root. The
 * child's own stop cancels the calls that it gave there. In a worker's call, the function makes a child of the worker's
 * root.
 *
 * @param options Optional. NULL means all defaults. `host` must be NULL or the name of the backend's host.
 *        `max_workers` and `max_threads` are the root's and are ignored.
 * @param ret_error Optional. Receives a new reference to the error.
 * @return a new reference, or NULL with an error. Dropping the reference does not stop the caller.
 * Errors: LODGER_EINVAL (NULL @p parent, wrong options, a host other than the backend's), LODGER_ENOENT (no such
 * backend), LODGER_ENOSYS (a backend that can only be a guest), LODGER_EMISMATCH (the child of that name has another
 * backend or host), LODGER_ESTATE (the parent has not started), LODGER_ESHUTDOWN (the parent is stopping),
 * LODGER_EAGAIN (no thread), LODGER_ENOMEM (no memory), LODGER_ECHILD (a forked child).
 * Test: conformance edge_48_get_by_name_twice_is_the_same_child
 * Since: 0.2
 */
LODGER_API LODGER_GIVEN LodgerCaller *lodger_caller_open_child (LodgerCaller *parent,
                                                                const LodgerCallerOptions *options,
                                                                LodgerError **ret_error);

/**
 * Takes a reference.
 *
 * Any thread; does not block. NULL gives NULL.
 *
 * Errors: none.
 * Test: unit/caller a_stopped_callers_memory_goes_with_its_reference
 * Since: 0.1
 */
LODGER_API LodgerCaller *lodger_caller_ref (LodgerCaller *caller);

/**
 * Drops a reference.
 *
 * Any thread. NULL is ignored. The thread of a running caller keeps the caller alive until it stops.
 *
 * Errors: none.
 * Test: unit/caller a_stopped_callers_memory_goes_with_its_reference
 * Since: 0.1
 */
LODGER_API void lodger_caller_unref (LodgerCaller *caller);

/* ---- finding ---------------------------------------------------------------------------------------------------- */

/**
 * Returns the current caller of this thread, borrowed, or NULL.
 *
 * Does not block. It is the caller of the innermost call that runs in this thread. Outside of any call it is the caller
 * that was attached here first.
 *
 * Errors: none.
 * Test: unit/caller current_is_the_innermost
 * Since: 0.1
 */
LODGER_API LodgerCaller *lodger_caller_current (void);

/**
 * Finds this thread's caller on a loop, and makes none.
 *
 * Does not block. It is the caller that lodger_caller_open() would find for the same host and options. If there is
 * none, it is a caller that is stopping there.
 *
 * @param host a registered host's name. NULL finds none.
 * @param host_options as for lodger_caller_open().
 * @return a new reference, or NULL when every caller here has stopped, or none was made.
 * Errors: none.
 * Test: unit/completer a_caller_is_found_by_its_loop
 * Since: 0.1
 */
LODGER_API LODGER_GIVEN LodgerCaller *lodger_caller_find (const char *host, const void *host_options);

/**
 * Finds the running caller with the given id.
 *
 * Any thread; does not block. Id 0 means this thread's caller. A stopping caller is not found. In a forked child, the
 * parent's callers are not found.
 *
 * @return a new reference, or NULL.
 * Errors: none.
 * Test: unit/caller a_stopping_caller_is_not_found
 * Since: 0.2
 */
LODGER_API LODGER_GIVEN LodgerCaller *lodger_caller_find_id (uint64_t id);

/**
 * Lists all callers that have not stopped.
 *
 * Any thread; does not block. With @p running_only, the list has only the running callers. The array holds new
 * references in the order of creation. It is freed with lodger_caller_list_free().
 *
 * @return the array. It is NULL, with count 0, when there are no callers or there is no memory.
 * Errors: LODGER_EINVAL (NULL @p ret_count).
 * Test: unit/caller list_holds_each_caller_once
 * Since: 0.1
 */
LODGER_API LODGER_GIVEN LodgerCaller **lodger_caller_list (bool running_only, size_t *ret_count);

/**
 * Drops the references of an array and frees the array.
 *
 * Any thread. NULL is ignored.
 *
 * Errors: none.
 * Test: unit/caller list_holds_each_caller_once
 * Since: 0.1
 */
LODGER_API void lodger_caller_list_free (LodgerCaller **callers, size_t count);

/**
 * Returns the caller's number, which is unique in the process and never 0.
 *
 * Any thread; does not block. NULL gives 0.
 *
 * Errors: none.
 * Test: unit/caller describe_is_one_line
 * Since: 0.1
 */
LODGER_API uint64_t lodger_caller_get_id (const LodgerCaller *caller);
/**
 * Returns the caller's name, valid as long as the caller.
 *
 * Any thread; does not block. NULL gives NULL.
 *
 * Errors: none.
 * Test: unit/caller describe_is_one_line
 * Since: 0.1
 */
LODGER_API const char *lodger_caller_get_name (const LodgerCaller *caller);
/**
 * Returns the name of the caller's host, or NULL before the start.
 *
 * Any thread; does not block. NULL gives NULL.
 *
 * Errors: none.
 * Test: unit/caller describe_is_one_line
 * Since: 0.1
 */
LODGER_API const char *lodger_caller_get_host (const LodgerCaller *caller);
/**
 * Returns the name of the backend that drives the caller's thread, or NULL when Lodger does not drive it.
 *
 * Any thread; does not block. NULL gives NULL.
 *
 * Errors: none.
 * Test: unit/caller describe_is_one_line
 * Since: 0.1
 */
LODGER_API const char *lodger_caller_get_backend (const LodgerCaller *caller);

/**
 * Returns whether a stop of the caller needs force.
 *
 * Any thread; does not block. NULL gives false.
 *
 * Errors: none.
 * Test: unit/caller a_protected_caller_needs_force
 * Since: 0.1
 */
LODGER_API bool lodger_caller_is_protected (const LodgerCaller *caller);
/**
 * Returns whether this thread is the one that the caller runs in.
 *
 * Does not block. NULL gives false.
 *
 * Errors: none.
 * Test: unit/caller current_is_the_innermost
 * Since: 0.1
 */
LODGER_API bool lodger_caller_is_current_thread (const LodgerCaller *caller);
/**
 * Returns the parent of a child, as a new reference.
 *
 * Any thread; does not block. The parent of a worker of to_thread() is the root of its tree.
 *
 * @return a new reference. NULL for a caller without a parent, after the stop of the parent, and for NULL.
 * Errors: none.
 * Test: unit/pool workers_are_children_of_the_root
 * Since: 0.2
 */
LODGER_API LODGER_GIVEN LodgerCaller *lodger_caller_find_parent (LodgerCaller *caller);
/**
 * Lists the children that have not stopped, workers of to_thread() among them.
 *
 * Any thread; does not block. The children of children are not in the list. The array holds new references. It is freed
 * with lodger_caller_list_free().
 *
 * @return the array, as lodger_caller_list() gives it. It is NULL, with count 0, for a NULL @p caller, too.
 * Errors: LODGER_EINVAL (NULL).
 * Test: conformance edge_48_a_grandchild_is_no_child
 * Since: 0.2
 */
LODGER_API LODGER_GIVEN LodgerCaller **lodger_caller_list_children (LodgerCaller *caller, size_t *ret_count);
/**
 * Describes the caller in one line: `main #1 (main.c:20): running, host glib, 3 workers`.
 *
 * Any thread; does not block.
 *
 * @return a string to be freed with lodger_free(). NULL only for NULL and without memory.
 * Errors: none.
 * Test: unit/caller describe_is_one_line
 * Since: 0.1
 */
LODGER_API LODGER_GIVEN char *lodger_caller_describe (LodgerCaller *caller);

/* ---- workers ------------------------------------------------------------------------------------------------- */

/**
 * Sets how many idle workers the pool of the caller's tree keeps.
 *
 * Any thread; does not block. Above the limit, a worker ends at the end of its call. It stays for calls of its own that
 * are delayed, wait to continue, or are not done. The default is 10. A new limit holds from the end of the next call
 * on.
 *
 * @return 0, or a negative code.
 * Errors: LODGER_EINVAL (NULL), LODGER_ECHILD (a forked child).
 * Test: conformance edge_35_above_the_idle_limit_a_worker_ends
 * Since: 0.1
 */
LODGER_API int lodger_caller_set_idle_limit (LodgerCaller *caller, unsigned limit);

/**
 * Sets how long a worker of the caller's tree may be idle before it ends, in nanoseconds.
 *
 * Any thread; does not block. The default is 60 s. With 0 or less, an idle worker never ends by itself. A new duration
 * holds for workers that are idle now, too. A worker with calls of its own to come is not idle.
 *
 * @return 0, or a negative code.
 * Errors: LODGER_EINVAL (NULL), LODGER_ECHILD (a forked child).
 * Test: conformance edge_37_a_worker_that_is_idle_for_long_ends_by_itself
 * Since: 0.1
 */
LODGER_API int lodger_caller_set_idle_duration (LodgerCaller *caller, int64_t duration);

LODGER_END_DECLS

#endif
