/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file debug.h
 * What a program that hangs is at: a watch that names calls which hold their thread, and a dump of everything.
 *
 * docs/debugging.md shows both at work, with the log and the trace (trace.h). A caller whose options say `no_debug` is
 * left out, and so are its children.
 *
 * A forked child has no watch, whatever its parent had. It may begin one of its own.
 */
#ifndef LODGER_DEBUG_H
#define LODGER_DEBUG_H

#include <lodger/options.h>
#include <lodger/types.h>

LODGER_BEGIN_DECLS

/** Options of lodger_watch_stalls(). Made by LODGER_STALL_OPTIONS(). */
typedef struct LodgerStallOptions
{
  size_t size; /**< sizeof (LodgerStallOptions). LODGER_STALL_OPTIONS() fills it in. */
  /** How long a thread whose loop Lodger does not drive, such as a GUI's, may stay away from its loop, in nanoseconds.
   * 0: 100 ms. */
  int64_t loop_limit;
  /** How long a call may hold a thread that Lodger drives, such as a worker, in nanoseconds. 0: 10 s. */
  int64_t worker_limit;
  /** Whether the log shows no stacks. Then no thread gets a signal. */
  bool no_stacks;
} LodgerStallOptions;

/** Options of a watch with the given members: `LODGER_STALL_OPTIONS (.loop_limit = LODGER_MILLISECONDS (50))`. See
 * options.h. */
#define LODGER_STALL_OPTIONS(...) LODGER_OPTIONS (LodgerStallOptions, __VA_ARGS__)

/**
 * Watches all callers for stalls, and logs them as warnings.
 *
 * Any thread; does not block. A second call changes the options. The environment variable LODGER_DEBUG=stalls does the
 * same for a whole run, with the default options.
 *
 * A stall is one line when the limit has passed, with the call's name, file and line, and one line when it is over,
 * with its length. The stack of the thread follows the first line. A nested loop inside a call is no stall while it
 * iterates. A call that only waits, in lodger_pending_wait() or for room in an inbox, holds nothing and is no stall.
 *
 * A thread whose loop Lodger does not drive is asked to call back, twice within a limit. So the watch also sees a
 * thread that is held by anything else than a call. That wakes the thread. Threads that Lodger drives are not woken.
 *
 * A thread of Lodger's own watches. It uses a real-time signal that the program has left at its default, to read the
 * stack of a thread that stalls. A system call of that thread which does not restart by itself fails with EINTR then.
 *
 * @param options Optional. NULL means all defaults.
 * @return 0, or a negative code. Without a free signal the watch works without stacks.
 * Errors: LODGER_EINVAL (wrong options), LODGER_EAGAIN (no thread or no descriptor).
 * Test: unit/stalls a_call_that_holds_the_loops_thread_is_named
 * Since: 0.2
 */
LODGER_API int lodger_watch_stalls (const LodgerStallOptions *options);

/**
 * Ends the watch that lodger_watch_stalls() or the environment began.
 *
 * Any thread; does not block. Without a watch it does nothing. A line that is being logged may still come.
 *
 * Errors: none.
 * Test: unit/stalls a_watch_that_has_ended_leaves_no_thread
 * Since: 0.2
 */
LODGER_API void lodger_unwatch_stalls (void);

/**
 * Describes all callers: their states, their calls, what waits for what, the pools and the scopes.
 *
 * Any thread, also while callers hang, start or end; not in a trace hook. It blocks for short locks only. The text is
 * for people; its form may change. It shows for how long calls have been running if they began during a watch, or after
 * lodger_dump_on_signal().
 *
 * @return a string of lines, to be freed with lodger_free(). NULL without memory.
 * Errors: none.
 * Test: unit/dump a_dump_shows_what_runs_and_what_it_waits_for
 * Since: 0.2
 */
LODGER_API LODGER_GIVEN char *lodger_dump (void);

/**
 * Writes the text of lodger_dump() to the log, as warnings, whenever the process gets a signal.
 *
 * Any thread; does not block. The signal's handler only wakes a thread of Lodger's own, which does the rest. So the
 * program may hang anywhere. A second call chooses another signal, and gives the first one its former handler back.
 *
 * @param signum the signal, as SIGUSR1. 0 ends it.
 * @return 0, or a negative code.
 * Errors: LODGER_EINVAL (a signal that cannot be handled), LODGER_EAGAIN (no thread or no descriptor).
 * Test: unit/dump a_signal_dumps_to_the_log
 * Since: 0.2
 */
LODGER_API int lodger_dump_on_signal (int signum);

LODGER_END_DECLS

#endif
