/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file lodger-manual.h
 * The manual host: a loop that does nothing by itself. A program (most often a test) calls lodger_manual_iterate() for
 * each round and moves the clock by hand, so that what happens is the same every time. With LODGER_MANUAL_REAL it uses
 * the real clock and can block, and is then a small main loop of its own.
 *
 * The owner is the thread that attached the caller; while there is none, any thread is. Each function says in which
 * threads it may be used; in another it is logged and does nothing, as with a NULL host. What only reads a NULL one gives
 * 0 (a deadline: LODGER_FOREVER).
 */
#ifndef LODGER_MANUAL_H
#define LODGER_MANUAL_H

#include <lodger/caller.h>
#include <lodger/types.h>

LODGER_BEGIN_DECLS

/** A loop turned by hand. Refcounted. */
typedef struct LodgerManualHost LodgerManualHost;

/** What a manual host is made to lack, or to have. May be combined. */
typedef enum LodgerManualFlags
{
  LODGER_MANUAL_DEFAULT = 0,
  LODGER_MANUAL_NO_BEFORE_WAIT = 1 << 0, /**< no `want_before_wait` operation */
  LODGER_MANUAL_NO_ARM = 1 << 1,         /**< no `arm` operation: call_later is refused */
  LODGER_MANUAL_REAL = 1 << 2,      /**< CLOCK_MONOTONIC; an iteration may block; `mainloop` and `quit` are there */
  LODGER_MANUAL_NO_DETACH = 1 << 3, /**< no `detach` operation */
} LodgerManualFlags;

/** Called in the owner's thread where a GUI would paint. */
typedef void (*LodgerManualRedrawFunc) (LodgerManualHost *host, void *data);

/**
 * Makes a manual host. Several in one thread are fine, each with its caller.
 *
 * Any thread; does not block. The virtual clock starts at one second, not at 0, so that a time that was never set
 * shows.
 *
 * @return a new reference, or NULL without memory or for unknown flags.
 * Test: unit/manual two_hosts_in_one_thread_are_two_callers
 */
LODGER_API LodgerManualHost *lodger_manual_host_new (LodgerManualFlags flags);

/** Takes a reference. Any thread. NULL gives NULL. Test: unit/manual a_caller_keeps_its_host */
LODGER_API LodgerManualHost *lodger_manual_host_ref (LodgerManualHost *host);

/** Drops a reference. Any thread. NULL is ignored. A caller that is attached holds one too. Test: unit/manual
 * a_caller_keeps_its_host */
LODGER_API void lodger_manual_host_unref (LodgerManualHost *host);

/**
 * Makes the manual hosts known to lodger_caller_new(), where `.host` is lodger_manual_host_get_name() and
 * `.host_options` is the LodgerManualHost. Any thread; may be repeated.
 *
 * @return 0, LODGER_EALREADY when another host has taken one of the names, LODGER_ENOMEM.
 * Test: unit/manual a_manual_caller_runs_once_it_is_started
 */
LODGER_API int lodger_manual_register (void);

/** The registered name of this kind of manual host: "manual", then what its flags add, as "manual-no-arm". Static.
 * NULL for NULL. Test: unit/manual each_combination_of_flags_has_its_name */
LODGER_API const char *lodger_manual_host_get_name (const LodgerManualHost *host);

/**
 * Attaches this thread's caller to @p host, making it if there is none, and enters it: lodger_caller_leave() and
 * lodger_caller_unref() undo that. This thread is the owner from now on. Does not block.
 *
 * @param options NULL for defaults; `host` and `host_options` in it are ignored.
 * @param ret_error NULL, or where a new reference to the error goes: LODGER_EINVAL for NULL; LODGER_ESHUTDOWN after
 *        lodger_manual_close(); LODGER_EALREADY when another thread's caller is attached; or as lodger_caller_new().
 * @return a new reference, or NULL with an error.
 * Test: unit/manual attaching_twice_gives_the_same_caller
 */
LODGER_API LodgerCaller *lodger_manual_attach (LodgerManualHost *host, const LodgerCallerOptions *options,
                                               LodgerError **ret_error);

/**
 * One round, as a GUI's loop makes it: the node if it has been posted, the deadline if it has passed, then the redraw,
 * then `before_wait` if the caller wants it.
 *
 * Owner only; re-entrant, so a call may turn the loop as a modal dialog does. Runs user code.
 *
 * @param may_block with LODGER_MANUAL_REAL: when nothing ran and nothing is ready, blocks after the last step until
 *        there is something to do: a post, the deadline, the time that `before_wait` gave, lodger_manual_close(), or
 *        `quit`; the next iteration does it. Ignored without that flag.
 * @return whether anything ran, or is ready to run now: false means that only time or a post brings more.
 * Test: unit/manual an_iteration_runs_the_node_then_the_redraw
 */
LODGER_API bool lodger_manual_iterate (LodgerManualHost *host, bool may_block);

/** Iterates, without blocking, until nothing is ready; returns how many iterations did something. Owner only. Never
 * returns when calls submit calls without end. Test: unit/manual run_until_idle_ends_with_nothing_ready */
LODGER_API unsigned lodger_manual_run_until_idle (LodgerManualHost *host);

/**
 * Moves the virtual clock forward by @p ns; negative amounts, and a real clock, are left alone. Any thread, also from
 * inside a call (a call that "takes" that long). What becomes due runs in the next iteration.
 * Test: unit/manual a_deadline_is_run_when_the_clock_reaches_it
 */
LODGER_API void lodger_manual_advance (LodgerManualHost *host, int64_t ns);

/** The host's clock, in nanoseconds. Any thread. Test: unit/manual a_deadline_is_run_when_the_clock_reaches_it */
LODGER_API int64_t lodger_manual_now (LodgerManualHost *host);

/** The deadline that the caller has armed, or LODGER_FOREVER. Any thread. Test: unit/manual
 * a_deadline_is_run_when_the_clock_reaches_it */
LODGER_API int64_t lodger_manual_get_deadline (LodgerManualHost *host);

/** Sets how long a slice may take; default 1 ms. 0 is one call a slice; negative amounts are 0. Any thread. Test:
 * unit/manual a_slice_of_zero_runs_one_call */
LODGER_API void lodger_manual_set_slice (LodgerManualHost *host, int64_t ns);

/** Sets what the redraw of each iteration calls; NULL for nothing. @p data is borrowed. Owner only. Test: unit/manual
 * an_iteration_runs_the_node_then_the_redraw */
LODGER_API void lodger_manual_set_redraw (LodgerManualHost *host, LodgerManualRedrawFunc func, void *data);

/** How often it has come to the redraw. Any thread. Test: unit/manual a_flood_leaves_room_for_the_redraw */
LODGER_API uint64_t lodger_manual_get_redraws (LodgerManualHost *host);

/** How often the node has been posted and accepted. Any thread. Test: unit/manual many_submissions_are_one_post */
LODGER_API uint64_t lodger_manual_get_posts (LodgerManualHost *host);

/** How often `before_wait` has been called. Any thread. Test: unit/manual
 * a_nested_loop_goes_on_with_the_interrupted_turn */
LODGER_API uint64_t lodger_manual_get_before_waits (LodgerManualHost *host);

/** Whether the node is posted just now. Any thread. Test: unit/manual many_submissions_are_one_post */
LODGER_API bool lodger_manual_is_posted (LodgerManualHost *host);

/**
 * Blocks until the node is posted: lets a test wait for another thread without sleeping. Any thread but one that is
 * itself to post.
 *
 * @param timeout_ns of the real clock; LODGER_FOREVER for no limit; 0 or less only looks.
 * @return whether it is posted: false after the timeout or lodger_manual_close().
 * Test: unit/manual waiting_for_a_post_of_another_thread
 */
LODGER_API bool lodger_manual_wait_posted (LodgerManualHost *host, int64_t timeout_ns);

/**
 * The loop dies: posts are refused from now on, and its caller is told (lodger_host_closed(), here and now, so its
 * data may be destroyed in this thread). Any thread, which must hold a reference to the caller if that may stop
 * meanwhile; may be repeated. Nothing can be attached afterwards.
 * Test: unit/manual edge_77_a_closed_host_refuses_posts
 */
LODGER_API void lodger_manual_close (LodgerManualHost *host);

LODGER_END_DECLS

#endif
