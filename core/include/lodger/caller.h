/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file caller.h
 * LodgerCaller: the scheduler bound to one thread. Any thread submits; the caller's own thread runs.
 *
 *     initial ──start_sync / enter──▶ (starting) ──▶ running ──stop, last leave──▶ stopping ──▶ stopped
 *
 * The promises, each with a test in the conformance suite that runs on every host:
 * 1. Later, never inline: submitting never runs user code inside the submit.
 * 2. In order: what one thread submits to one caller starts in that order. lodger_caller_call_later() is ordered by
 *    deadline, then submission; due ones go before what is queued. What is submitted during a turn belongs to a later
 *    one.
 * 3. Exactly once: every accepted call ends once (result, error or cancelled); its data is destroyed once, in the
 *    thread that runs or would have run it; after the stop, in the submitting thread.
 * 4. Nothing vanishes: stopping cancels what is queued, delayed or running, with a reason.
 * 5. Bounded slices: however many calls arrive, the host's own input and redraw come through, and the other way round.
 * 9. Misuse is answered with an error code and a logged line that says which call.
 */
#ifndef LODGER_CALLER_H
#define LODGER_CALLER_H

#include <lodger/pending.h>
#include <lodger/types.h>

LODGER_BEGIN_DECLS

/** How lodger_caller_new() finds or makes a caller. */
typedef enum LodgerCallerMode
{
  /** The caller of this thread and host; made and started if there is none. */
  LODGER_CALLER_CURRENT_THREAD,
  /** The same for the main thread; making one is possible only there. */
  LODGER_CALLER_MAIN_THREAD,
  /** A new thread that drives a backend; usable at once, from any thread. */
  LODGER_CALLER_NEW_THREAD,
  /** A new caller for this thread and host, not started: submissions queue until it is entered or started. */
  LODGER_CALLER_MANUAL,
} LodgerCallerMode;

/** Where a caller is in its life. */
typedef enum LodgerCallerState
{
  LODGER_CALLER_INITIAL,
  LODGER_CALLER_STARTING,
  LODGER_CALLER_RUNNING,
  LODGER_CALLER_STOPPING,
  LODGER_CALLER_STOPPED,
} LodgerCallerState;

/** Options of lodger_caller_new(). All strings are copied. Members are only ever appended. */
typedef struct LodgerCallerOptions
{
  size_t size;                 /**< sizeof (LodgerCallerOptions) */
  const char *name;            /**< NULL: the thread's name ("worker" for a new thread) */
  const char *host;            /**< registered name of the host this thread's loop has; not for a new thread */
  const void *host_options;    /**< given to the host; what it means, the host's header says */
  const char *backend;         /**< of a new thread; NULL: "native" */
  const void *backend_options; /**< given to the backend in the new thread; must live until `started` is done */
  const char *worker_backend;  /**< of to_thread()'s workers; NULL: what the host names, else "native" */
  unsigned max_workers;        /**< calls that to_thread() runs at once, over the whole tree; 0: max (8, 4 × CPUs) */
  int64_t stop_deadline;       /**< how long the last leave waits; 0: 10 s */
  bool is_protected;           /**< lodger_caller_stop() without `force` does nothing */
} LodgerCallerOptions;

/** Options of the `…_full` submissions. Members are only ever appended. */
typedef struct LodgerCallOptions
{
  size_t size;      /**< sizeof (LodgerCallOptions) */
  const char *name; /**< what descriptions and traces call it; static, or as long-lived as the pending; or NULL */
  const char *file; /**< file of the submission, static; the macros below fill it in */
  int line;         /**< its line */
  LodgerPendingFlags flags; /**< LODGER_PENDING_PROTECTED */
} LodgerCallOptions;

/* ---- life ------------------------------------------------------------------------------------------------------ */

/**
 * Finds or makes a caller.
 *
 * Any thread; does not block. The same thread and host give the same caller (a new reference). A name, host or backend
 * that does not match the one that is there is an error, and so is MANUAL where one exists, and CURRENT_THREAD with no
 * host named and none attached: nothing is guessed. Usually an adapter's one-line attach does this for you.
 *
 * @param ret_error NULL, or where a new reference to the error goes: LODGER_EINVAL, LODGER_ENOENT (no such host or
 *        backend), LODGER_EMISMATCH, LODGER_EALREADY, LODGER_EWRONGTHREAD (MAIN_THREAD elsewhere), LODGER_EAGAIN (no
 *        thread), LODGER_ENOMEM, or the host's own.
 * @return a new reference, or NULL with an error. Dropping the reference does not stop it.
 * Test: unit/caller the_same_thread_and_host_give_the_same_caller
 */
LODGER_API LodgerCaller *lodger_caller_new (LodgerCallerMode mode, const LodgerCallerOptions *options,
                                            LodgerError **ret_error);

/** Takes a reference. Any thread. NULL gives NULL. Test: unit/caller a_stopped_callers_memory_goes_with_its_reference */
LODGER_API LodgerCaller *lodger_caller_ref (LodgerCaller *caller);

/** Drops a reference. Any thread. NULL is ignored. A caller that runs is kept alive by its thread until it stops.
 * Test: unit/caller a_stopped_callers_memory_goes_with_its_reference */
LODGER_API void lodger_caller_unref (LodgerCaller *caller);

/**
 * Starts a manual caller without counting an enter: it runs until it is stopped, or its host or thread ends. Only in
 * its own thread; does not block.
 *
 * @return 0; LODGER_ESTATE when it is not in the initial state; LODGER_EWRONGTHREAD; LODGER_EINVAL.
 * Test: unit/caller start_sync_runs_what_was_queued
 */
LODGER_API int lodger_caller_start_sync (LodgerCaller *caller);

/**
 * Enters: starts it if need be, and counts. Every enter needs a leave. Only in its own thread; does not block.
 *
 * @return 0; LODGER_ESHUTDOWN once it is stopping; LODGER_EWRONGTHREAD; LODGER_EINVAL.
 * Test: unit/caller the_last_leave_stops
 */
LODGER_API int lodger_caller_enter (LodgerCaller *caller);

/**
 * Leaves. The last leave is a forced stop, then blocks until `stopped`, at most the stop deadline; meanwhile this
 * thread serves the caller's inbox without the host. Only in its own thread, not from inside one of its calls.
 *
 * @return 0; LODGER_EBUSY from inside a call; LODGER_ESTATE when left more often than entered; LODGER_EWRONGTHREAD;
 *         LODGER_ETIMEDOUT when something would not end (what it was is logged): it goes on stopping in the host's
 *         loop, if that still runs; LODGER_EINVAL.
 * Test: unit/caller the_last_leave_stops
 */
LODGER_API int lodger_caller_leave (LodgerCaller *caller);

/**
 * Stops: nothing new is accepted, what is queued or delayed is cancelled with the reason "the caller was closed",
 * running calls are cancelled and waited for, and so are its workers. Asynchronous: lodger_caller_get_stopped() tells
 * when it is over. Any thread; does not block; a second stop does nothing. A protected caller needs @p force.
 *
 * @return the state it has now.
 * Test: conformance law_4_stop_cancels_queued_delayed_and_running
 */
LODGER_API LodgerCallerState lodger_caller_stop (LodgerCaller *caller, bool force);

/** A protected pending that is done when it runs, or fails with the reason why it could not start. Borrowed. Test:
 * unit/caller started_stopping_and_stopped_are_signalled_in_order */
LODGER_API LodgerPending *lodger_caller_get_started (LodgerCaller *caller);
/** A protected pending that is done when the stop begins. Borrowed. Test: unit/caller
 * started_stopping_and_stopped_are_signalled_in_order */
LODGER_API LodgerPending *lodger_caller_get_stopping (LodgerCaller *caller);
/** A protected pending that is done when the stop is over: no user code of this caller runs after that. Borrowed.
 * Test: unit/caller started_stopping_and_stopped_are_signalled_in_order */
LODGER_API LodgerPending *lodger_caller_get_stopped (LodgerCaller *caller);

/* ---- finding ---------------------------------------------------------------------------------------------------- */

/** The caller whose call is running in this thread (the innermost), else the one first attached here, else NULL.
 * Borrowed. Test: unit/caller current_is_the_innermost */
LODGER_API LodgerCaller *lodger_caller_current (void);

/** The running caller of that id, as a new reference, or NULL; id 0 means this thread's. A stopping caller is not
 * found. Any thread. Test: unit/caller a_stopping_caller_is_not_found */
LODGER_API LodgerCaller *lodger_caller_get_existing (uint64_t id);

/**
 * All callers that are not stopped, or with @p running_only those that run; as an array of new references in the order
 * of their making, to be freed with lodger_caller_list_free(). Any thread.
 *
 * @return the array (never NULL for a count above 0); NULL with count 0 when there are none or no memory.
 * Test: unit/caller list_holds_each_caller_once
 */
LODGER_API LodgerCaller **lodger_caller_list (bool running_only, size_t *ret_count);

/** Drops the references and frees the array. Test: unit/caller list_holds_each_caller_once */
LODGER_API void lodger_caller_list_free (LodgerCaller **callers, size_t count);

/** Its number, unique in the process, never 0. 0 for NULL. Test: unit/caller describe_is_one_line */
LODGER_API uint64_t lodger_caller_get_id (const LodgerCaller *caller);
/** Its name, valid as long as the caller. Test: unit/caller describe_is_one_line */
LODGER_API const char *lodger_caller_get_name (const LodgerCaller *caller);
/** The name of its host, or NULL before it is started. Test: unit/caller describe_is_one_line */
LODGER_API const char *lodger_caller_get_host (const LodgerCaller *caller);
/** The name of the backend that drives its thread; NULL when Lodger does not drive it. Test: unit/caller
 * describe_is_one_line */
LODGER_API const char *lodger_caller_get_backend (const LodgerCaller *caller);
/** Where it is in its life. Any thread. STOPPED for NULL. Test: unit/caller
 * started_stopping_and_stopped_are_signalled_in_order */
LODGER_API LodgerCallerState lodger_caller_get_state (const LodgerCaller *caller);
/** Whether it is in the running state. Test: unit/caller describe_is_one_line */
LODGER_API bool lodger_caller_is_running (const LodgerCaller *caller);
/** Whether a stop needs force. Test: unit/caller a_protected_caller_needs_force */
LODGER_API bool lodger_caller_is_protected (const LodgerCaller *caller);
/** Whether this is the thread it runs in. Test: unit/caller current_is_the_innermost */
LODGER_API bool lodger_caller_is_current_thread (const LodgerCaller *caller);
/** The caller whose to_thread() made this worker, as a new reference; NULL for others, and once that has stopped.
 * Test: unit/pool workers_are_children_of_the_root */
LODGER_API LodgerCaller *lodger_caller_get_parent (LodgerCaller *caller);
/** One line about it, freed with lodger_free(): `main #1: running, host glib, 3 workers`. NULL only without memory.
 * Test: unit/caller describe_is_one_line */
LODGER_API char *lodger_caller_describe (LodgerCaller *caller);

/* ---- submitting ------------------------------------------------------------------------------------------------- */

/**
 * Runs @p func in the caller's thread, soon, in the order of submission.
 *
 * Any thread, with or without a loop of its own; does not block.
 *
 * @param options NULL for defaults.
 * @return a new reference to the outcome, never NULL; give it back with lodger_pending_unref(), or let it go at once:
 *         the call runs all the same. A refusal is a done pending: cancelled after the stop, failed with LODGER_EINVAL
 *         or LODGER_ENOMEM.
 * Test: conformance law_2_one_threads_calls_start_in_order
 */
LODGER_API LodgerPending *lodger_caller_call_soon_full (LodgerCaller *caller, LodgerCallFunc func, void *data,
                                                        LodgerDestroyFunc destroy, const LodgerCallOptions *options);

/**
 * Runs @p func in the caller's thread @p delay nanoseconds from now, never earlier. 0 and less are
 * lodger_caller_call_soon(). As lodger_caller_call_soon_full(); also fails with LODGER_ENOSYS on a host that has no
 * `arm` operation.
 * Test: unit/timers edge_22_call_later_is_never_early
 */
LODGER_API LodgerPending *lodger_caller_call_later_full (LodgerCaller *caller, int64_t delay, LodgerCallFunc func,
                                                         void *data, LodgerDestroyFunc destroy,
                                                         const LodgerCallOptions *options);

/**
 * Runs @p func in the caller's thread, soon, in order with lodger_caller_call_soon(): the cheapest way, without an
 * outcome. It cannot wait and cannot fail. Any thread; does not block.
 *
 * @return 0; LODGER_ESHUTDOWN once the caller is stopping; LODGER_EINVAL; LODGER_ENOMEM.
 * Test: unit/calls edge_23_a_direct_call_cannot_wait
 */
LODGER_API int lodger_caller_call_direct_full (LodgerCaller *caller, LodgerDirectFunc func, void *data,
                                               LodgerDestroyFunc destroy, const LodgerCallOptions *options);

/**
 * Runs @p func in a worker: a thread with a main loop of its own, reused when idle. At most `max_workers` run at once
 * over the caller's whole tree, the rest wait first in, first out. In there it may block, compute, or use GIO.
 *
 * As lodger_caller_call_soon_full(); also fails with LODGER_EAGAIN when there is no worker and the system refuses a
 * thread. The data is destroyed in the worker that takes the call. To bring the outcome home: lodger_pending_then().
 * Test: unit/pool an_idle_worker_is_reused
 */
LODGER_API LodgerPending *lodger_caller_to_thread_full (LodgerCaller *caller, LodgerCallFunc func, void *data,
                                                        LodgerDestroyFunc destroy, const LodgerCallOptions *options);

/** lodger_caller_call_soon_full() with defaults. In C and C++ it also records file and line. Test: conformance
 * law_1_submitting_never_runs_inline */
LODGER_API LodgerPending *lodger_caller_call_soon (LodgerCaller *caller, LodgerCallFunc func, void *data,
                                                   LodgerDestroyFunc destroy);
/** lodger_caller_call_later_full() with defaults. Test: unit/timers edge_22_call_later_is_never_early */
LODGER_API LodgerPending *lodger_caller_call_later (LodgerCaller *caller, int64_t delay, LodgerCallFunc func,
                                                    void *data, LodgerDestroyFunc destroy);
/** lodger_caller_call_direct_full() with defaults. Test: unit/calls edge_23_a_direct_call_cannot_wait */
LODGER_API int lodger_caller_call_direct (LodgerCaller *caller, LodgerDirectFunc func, void *data,
                                          LodgerDestroyFunc destroy);
/** lodger_caller_to_thread_full() with defaults. Test: unit/pool an_idle_worker_is_reused */
LODGER_API LodgerPending *lodger_caller_to_thread (LodgerCaller *caller, LodgerCallFunc func, void *data,
                                                   LodgerDestroyFunc destroy);

LODGER_END_DECLS

#ifndef LODGER_NO_CALL_SITES

#ifdef __cplusplus
struct LodgerCallSite
{
  LodgerCallOptions options;

  LodgerCallSite (const char *file, int line) : options ()
  {
    options.size = sizeof options;
    options.file = file;
    options.line = line;
  }
  operator const LodgerCallOptions * () const
  {
    return &options;
  }
};
#define LODGER_CALL_SITE LodgerCallSite (__FILE__, __LINE__)
#else
#define LODGER_CALL_SITE                                                                                               \
  (&(const LodgerCallOptions) { .size = sizeof (LodgerCallOptions), .file = __FILE__, .line = __LINE__ })
#endif

#define lodger_caller_call_soon(caller, func, data, destroy)                                                           \
  lodger_caller_call_soon_full (caller, func, data, destroy, LODGER_CALL_SITE)
#define lodger_caller_call_later(caller, delay, func, data, destroy)                                                   \
  lodger_caller_call_later_full (caller, delay, func, data, destroy, LODGER_CALL_SITE)
#define lodger_caller_call_direct(caller, func, data, destroy)                                                         \
  lodger_caller_call_direct_full (caller, func, data, destroy, LODGER_CALL_SITE)
#define lodger_caller_to_thread(caller, func, data, destroy)                                                           \
  lodger_caller_to_thread_full (caller, func, data, destroy, LODGER_CALL_SITE)

#endif

#endif
