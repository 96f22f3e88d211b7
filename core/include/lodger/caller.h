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
 * 4. Nothing vanishes: stopping cancels what is queued, delayed or running, with a reason. What does not end by the
 *    deadline of the stop is settled with LODGER_EABANDONED, named in the log, and left behind.
 * 5. Bounded slices: however many calls arrive, the host's own input and redraw come through, and the other way round.
 * 8. No touch after death: a call that is bound to a scope does not run once that has ended (scope.h).
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

/** A start hook: the first that runs in the caller's thread. 0, or a negative code: then the start has failed with it. It
 * cannot wait. */
typedef int (*LodgerStartHook) (LodgerCaller *caller, void *data);

/** A stop hook: the last that runs in the caller's thread, just before `stopped`. It cannot wait. */
typedef void (*LodgerStopHook) (LodgerCaller *caller, void *data);

/** Options of lodger_caller_new() and lodger_caller_get(). All strings are copied. Members are only ever appended. */
typedef struct LodgerCallerOptions
{
  size_t size;                 /**< sizeof (LodgerCallerOptions) */
  const char *name;            /**< NULL: the thread's name ("worker" for a new thread) */
  const char *host;            /**< registered name of the host this thread's loop has; not for a new thread */
  const void *host_options;    /**< given to the host; what it means, the host's header says */
  const char *backend;         /**< of a new thread; NULL: "native" */
  const void *backend_options; /**< given to the backend in the new thread, and to those of callers that inherit it:
                                    must live as long as the caller */
  const char *worker_backend;  /**< of to_thread()'s workers; NULL: what the host names, else "native" */
  unsigned max_workers;        /**< calls that to_thread() runs at once, over the whole tree; 0: max (8, 4 × CPUs) */
  int64_t stop_deadline;       /**< how long a stop, or the last leave, waits for what runs; 0: 10 s */
  bool is_protected;           /**< lodger_caller_stop() without `force` does nothing */
  unsigned max_threads;        /**< most threads that to_thread() has over the whole tree, blocked ones too; 0: 256 */
  unsigned inbox_limit;        /**< most calls that may wait in this caller; 0: any number. What happens above it:
                                    lodger_caller_call_soon_full() */
  int nice; /**< added to the nice level of the thread that makes it (or its root), in the threads that are
                                    started for it and for its children: a new thread's own, and its workers'; what the system
                                    refuses is logged */
  LodgerStartHook on_start; /**< NULL, or the start hook; its children and workers have it too, each run in theirs */
  LodgerStopHook on_stop;   /**< NULL, or the stop hook; as `on_start`, and not run where that has failed */
  void *hook_data;          /**< given to both hooks; consumed, as soon as the options are given */
  LodgerDestroyFunc hook_destroy; /**< runs once when nobody can run the hooks any more, in whatever thread */
} LodgerCallerOptions;

/** Options of the `…_full` submissions. Members are only ever appended. */
typedef struct LodgerCallOptions
{
  size_t size;      /**< sizeof (LodgerCallOptions) */
  const char *name; /**< what descriptions and traces call it; static, or as long-lived as the pending; or NULL */
  const char *file; /**< file of the submission, static; the macros below fill it in */
  int line;         /**< its line */
  LodgerPendingFlags flags; /**< LODGER_PENDING_PROTECTED, LODGER_PENDING_BOUND */
  LodgerCaller
      *result_home;   /**< NULL, or where a pointer answer is destroyed: in that caller's thread, wherever the last
                                  reference goes (once it has stopped: there); held until then */
  const char *worker; /**< lodger_caller_to_thread_full() only: NULL, or the name of the worker that runs it: always
                                  the same thread, one call after the other; made at its first use */
  LodgerScope *scope; /**< NULL, or what the call is bound to (scope.h): when that ends it is cancelled; held until the
                           call's pending goes; not for lodger_caller_call_direct_full() */
  LodgerCaller *data_home; /**< NULL, or where the call's data is destroyed: in that caller's thread, whoever runs the
                                call or drops it (once it has stopped: there); held until then; a refusal destroys it
                                where it is; not for lodger_caller_call_direct_full() */
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

/**
 * Finds or makes a child of @p parent: a caller on a new thread, which stops with its parent, and before it.
 *
 * Any thread; does not block. A child of that name is made once; without a name each time a new one. What the options
 * leave open it inherits: backend (of a parent in a GUI's thread: that of its workers) with its options, workers'
 * backend, stop deadline, nice level, hooks. Its calls of to_thread() run in the workers of the whole tree's root; its
 * own stop cancels those that it gave there. To a worker's call this makes a child of the worker's root.
 *
 * @param options NULL for defaults. `host` must be NULL or the name of the backend's host; `max_workers` and
 *        `max_threads` are the root's and are ignored.
 * @param ret_error NULL, or where a new reference to the error goes: LODGER_EINVAL, LODGER_ENOENT (no such backend),
 *        LODGER_EMISMATCH (a child of that name has another backend or host), LODGER_ESTATE (the parent has not started),
 *        LODGER_ESHUTDOWN (it is stopping), LODGER_EAGAIN (no thread), LODGER_ENOMEM, LODGER_ECHILD.
 * @return a new reference, or NULL with an error. Dropping the reference does not stop it.
 * Test: conformance edge_48_get_by_name_twice_is_the_same_child
 */
LODGER_API LodgerCaller *lodger_caller_get (LodgerCaller *parent, const LodgerCallerOptions *options,
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
 * Test: unit/caller start_sync_runs_queued_calls
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
 * Leaves. The last leave is a forced stop, then blocks until `stopped`, at most a moment longer than the stop deadline;
 * meanwhile this thread serves the caller's inbox without the host. Only in its own thread, not from inside one of its
 * calls.
 *
 * @return 0; LODGER_EBUSY from inside a call, or from what else the caller runs in its thread (a hook, a canceller, a
 *         destroy function, a done-callback of its own pendings); LODGER_ESTATE when left more often than entered;
 *         LODGER_EWRONGTHREAD;
 *         LODGER_EABANDONED when something did not end by the deadline: it was named in the log, settled with that code
 *         and left behind, and the caller has stopped; LODGER_EINVAL; LODGER_ECHILD.
 * Test: unit/caller the_last_leave_stops
 */
LODGER_API int lodger_caller_leave (LodgerCaller *caller);

/**
 * Stops, in this order: nothing new is accepted; `stopping` is signalled; its children, workers among them, are told to
 * stop; what is queued or delayed is cancelled with the reason "the caller was closed"; running calls are cancelled (those
 * on a stack at once, since they may block the thread) and waited for; the children's ends are waited for; `stopped` is
 * signalled. Asynchronous: lodger_caller_get_stopped() tells when it is over. Any thread; does not block, but runs the
 * done-callbacks of `stopping` and cancellers here; a second stop does nothing. A protected caller needs @p force.
 *
 * What has not ended when the caller's stop deadline has passed is settled with LODGER_EABANDONED, named in the log, and
 * left behind: a call that blocks its thread, a deferred one without an answer, a child. An abandoned thread is no part of
 * the program's end; the call's data lives until it returns after all, and is destroyed there. What else waited in an
 * abandoned caller is cancelled and destroyed in the thread that gives it up. A host's own thread, when one of its calls
 * does not return, is not abandoned (only that call is): the rest waits for it. Neither is a thread that hangs in a
 * done-callback, a canceller or a destroy function.
 *
 * @return the state it has now; that, and a logged line, also when it does nothing: for NULL and in a forked child.
 * Test: conformance law_4_stop_cancels_queued_delayed_and_running
 */
LODGER_API LodgerCallerState lodger_caller_stop (LodgerCaller *caller, bool force);

/**
 * A forced stop, then blocks until it is over, as the last lodger_caller_leave(), whatever the number of enters: for a
 * program that ends by its framework's word. Only in its own thread, not from inside one of its calls; may be repeated.
 *
 * @return as lodger_caller_leave().
 * Test: unit/stop-wait stopping_and_waiting_needs_no_count
 */
LODGER_API int lodger_caller_stop_wait (LodgerCaller *caller);

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

/**
 * This thread's caller on a loop: the one that lodger_caller_new() would find for that host and those options, else one
 * that is stopping there. Does not block, and makes none.
 *
 * @param host a registered host's name; NULL finds none.
 * @param host_options as for lodger_caller_new().
 * @return a new reference, or NULL when there is none here that has not stopped.
 * Test: unit/completer a_caller_is_found_by_its_loop
 */
LODGER_API LodgerCaller *lodger_caller_find (const char *host, const void *host_options);

/** The running caller of that id, as a new reference, or NULL; id 0 means this thread's. A stopping caller is not
 * found, nor in a forked child the parent's. Any thread. Test: unit/caller a_stopping_caller_is_not_found */
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
/** The caller that it is a child of (for a worker of to_thread(): the root of the tree that it serves), as a new
 * reference; NULL for others, and once that has stopped. Any thread. Test: unit/pool workers_are_children_of_the_root */
LODGER_API LodgerCaller *lodger_caller_get_parent (LodgerCaller *caller);
/**
 * Its children that have not stopped, workers of to_thread() among them, but not their children; as an array of new
 * references, to be freed with lodger_caller_list_free(). Any thread.
 *
 * @return as lodger_caller_list(); for a NULL @p caller, which is logged, as for one without children.
 * Test: conformance edge_48_a_grandchild_is_no_child
 */
LODGER_API LodgerCaller **lodger_caller_get_children (LodgerCaller *caller, size_t *ret_count);
/** One line about it, freed with lodger_free(): `main #1: running, host glib, 3 workers`. NULL only for NULL and
 * without memory. Test: unit/caller describe_is_one_line */
LODGER_API char *lodger_caller_describe (LodgerCaller *caller);

/* ---- workers ------------------------------------------------------------------------------------------------- */

/**
 * Sets how many idle workers the pool of this caller's tree keeps: above that a worker ends when its call is done. 10 if
 * never set. Any thread; does not block; counts from the next call's end on.
 *
 * @return 0, LODGER_EINVAL, LODGER_ECHILD.
 * Test: conformance edge_35_above_the_idle_limit_a_worker_ends
 */
LODGER_API int lodger_caller_set_idle_limit (LodgerCaller *caller, unsigned limit);

/**
 * Sets how long a worker of this caller's tree may be idle before it ends by itself. 60 s if never set; 0 and less: it
 * never does. Any thread; does not block; holds for those that are idle now, too.
 *
 * @return 0, LODGER_EINVAL, LODGER_ECHILD.
 * Test: conformance edge_37_a_worker_that_is_idle_for_long_ends_by_itself
 */
LODGER_API int lodger_caller_set_idle_duration (LodgerCaller *caller, int64_t duration);

/* ---- submitting ------------------------------------------------------------------------------------------------- */

/**
 * Runs @p func in the caller's thread, soon, in the order of submission.
 *
 * Any thread, with or without a loop of its own; does not block, unless the caller has an `inbox_limit` and that many
 * calls wait in it. Then a thread that may block (see lodger_pending_wait()) waits for room; in a thread whose loop Lodger
 * does not drive, and in a call_direct, the submission fails with LODGER_EAGAIN; and it fails with LODGER_EDEADLK where
 * the wait could never end: in the caller's own thread, and when that waits for this one. Continuations
 * (lodger_pending_then()), cancels and destroys are never held up.
 *
 * @param options NULL for defaults.
 * @return a new reference to the outcome, never NULL; give it back with lodger_pending_unref(), or let it go at once:
 *         the call runs all the same. A refusal is a done pending: cancelled after the stop, or when the submitter's own
 *         call was cancelled while it waited for room, or its scope has ended; failed with LODGER_EINVAL, LODGER_ENOMEM,
 *         LODGER_EAGAIN, LODGER_EDEADLK or LODGER_ECHILD.
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
 * @return 0; LODGER_ESHUTDOWN once the caller is stopping; LODGER_EINVAL; LODGER_ENOMEM; LODGER_ECHILD; with an
 *         `inbox_limit` also LODGER_EAGAIN, LODGER_EDEADLK, LODGER_ECANCELED: lodger_caller_call_soon_full().
 * Test: unit/calls edge_23_a_direct_call_cannot_wait
 */
LODGER_API int lodger_caller_call_direct_full (LodgerCaller *caller, LodgerDirectFunc func, void *data,
                                               LodgerDestroyFunc destroy, const LodgerCallOptions *options);

/**
 * Runs @p func in a worker: a thread with a main loop of its own, reused when idle. At most `max_workers` run at once
 * over the caller's whole tree, the rest wait first in, first out. In there it may block, compute, or use GIO. One that
 * blocks in lodger_pending_wait() is not counted, so that calls which wait for others in the same pool go on; when it
 * comes back there may be more than `max_workers` for a while, and no other starts until there are fewer.
 *
 * As lodger_caller_call_soon_full(), but never held up by an `inbox_limit` (unless `worker` names one); also fails with
 * LODGER_EAGAIN when there is no worker and the system refuses a thread. The data is destroyed in the worker that takes
 * the call. To bring the outcome home: lodger_pending_then(). With `worker` set it runs in the child of that name
 * (lodger_caller_get()), which is outside of the pool and of its limits; a caller that has not started yet has no
 * children, so that this fails with LODGER_ESTATE there.
 * Test: unit/pool an_idle_worker_is_reused
 */
LODGER_API LodgerPending *lodger_caller_to_thread_full (LodgerCaller *caller, LodgerCallFunc func, void *data,
                                                        LodgerDestroyFunc destroy, const LodgerCallOptions *options);

/**
 * lodger_pending_then() with options; a name, file and line that they leave open are those of @p done. `worker` in them is
 * ignored.
 * @return as lodger_pending_then(); LODGER_EINVAL also as of lodger_caller_call_soon_full().
 * Test: conformance edge_78_each_kind_of_call_can_be_bound
 */
LODGER_API LodgerPending *lodger_pending_then_full (LodgerPending *done, LodgerCaller *caller, LodgerThenFunc func,
                                                    void *data, LodgerDestroyFunc destroy,
                                                    const LodgerCallOptions *options);

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
  LodgerCallSite (const char *file, int line, LodgerScope *scope) : LodgerCallSite (file, line)
  {
    options.flags = LODGER_PENDING_BOUND;
    options.scope = scope;
  }
  operator const LodgerCallOptions * () const
  {
    return &options;
  }
};
#define LODGER_CALL_SITE           LodgerCallSite (__FILE__, __LINE__)
#define LODGER_CALL_SITE_IN(scope) LodgerCallSite (__FILE__, __LINE__, (scope))
#else
#define LODGER_CALL_SITE                                                                                               \
  (&(const LodgerCallOptions) { .size = sizeof (LodgerCallOptions), .file = __FILE__, .line = __LINE__ })
#define LODGER_CALL_SITE_IN(scope_)                                                                                    \
  (&(const LodgerCallOptions) { .size = sizeof (LodgerCallOptions),                                                    \
                                .file = __FILE__,                                                                      \
                                .line = __LINE__,                                                                      \
                                .flags = LODGER_PENDING_BOUND,                                                         \
                                .scope = (scope_) })
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
