/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file trace.h
 * The log, and the trace of calls and wake-ups: how a program observes Lodger at work.
 *
 * By default, only warnings and errors are printed, to standard error. The environment variable LODGER_DEBUG asks for
 * more. It holds a comma-separated list of words, and is read once. `calls`, `wakes`, `states` and `all` print trace
 * events. `stalls` begins the watch of debug.h, with its default options; `all` does not. For another word, a line is
 * logged.
 */
#ifndef LODGER_TRACE_H
#define LODGER_TRACE_H

#include <lodger/types.h>

LODGER_BEGIN_DECLS

/** The importance of a log line. */
typedef enum LodgerLogLevel
{
  LODGER_LOG_DEBUG,   /**< printed only if LODGER_DEBUG has `calls`, `wakes`, `states` or `all` */
  LODGER_LOG_WARNING, /**< misuse; a failure that nobody has read, or of a done-callback; stalls and dumps */
  LODGER_LOG_ERROR,   /**< something was lost or is about to be lost */
} LodgerLogLevel;

/**
 * Receives one log line, without a newline.
 *
 * It runs in any thread. None of Lodger's locks is held then, so it may submit calls. A line that is logged inside the
 * function, in the same thread, does not come to the function. It goes to standard error, as if no function were set. A
 * submission that is refused logs such a line.
 */
typedef void (*LodgerLogFunc) (LodgerLogLevel level, const char *line, void *data);

/**
 * Sends log lines to @p func instead of standard error.
 *
 * Any thread; does not block. A NULL @p func restores standard error. It is meant for the program's start: a line that
 * is being logged may still reach the old function. @p data is borrowed and must outlive such a line.
 *
 * Errors: none.
 * Test: unit/log log_lines_go_to_the_hook, unit/log a_line_that_is_caused_in_the_hook_goes_past_it
 * Since: 0.1
 */
LODGER_API void lodger_set_log_func (LodgerLogFunc func, void *data);

/**
 * Sets whether a failure that nobody has read is logged. The default is true.
 *
 * Any thread; does not block. When the last reference to a call's pending goes, and the call has failed, and nobody has
 * read or continued its outcome, a warning is logged. It has the call's name, file and line, and the error's message.
 * One place in the program gives one warning.
 *
 * These functions read an outcome: lodger_pending_get_outcome() and its siblings, lodger_pending_take_pointer(), and
 * the waits. These continue it: lodger_pending_then(), lodger_pending_add_done_callback(), and
 * lodger_pending_return_from(). lodger_pending_is_done() does neither. A cancelled call gives no warning, nor does a
 * promise, nor a call that is submitted with LODGER_PENDING_MAY_FAIL.
 *
 * Errors: none.
 * Test: unit/unread a_failure_that_nobody_reads_is_a_warning
 * Since: 0.2
 */
LODGER_API void lodger_set_log_unread_failures (bool on);

/** The kind of a trace event. */
typedef enum LodgerTraceKind
{
  LODGER_TRACE_SUBMIT,  /**< a call was accepted; in the submitting thread */
  LODGER_TRACE_START,   /**< a call's function is entered; in its caller's thread */
  LODGER_TRACE_END,     /**< a call's function has returned */
  LODGER_TRACE_WAKE,    /**< a host was asked to call back; in the thread that asked */
  LODGER_TRACE_STATE,   /**< a caller changed its state */
  LODGER_TRACE_SUSPEND, /**< a spawned call leaves its thread, since it waits */
  LODGER_TRACE_RESUME,  /**< a spawned call goes on; in its caller's thread */
} LodgerTraceKind;

/** One trace event. All pointers are borrowed for the time of the hook's call. */
typedef struct LodgerTraceEvent
{
  size_t size;            /**< the size of the members that the library fills */
  LodgerTraceKind kind;   /**< the kind of the event */
  int line;               /**< the line of the submission, or 0 */
  const char *file;       /**< the file of the submission, or NULL */
  const char *name;       /**< the name given to the call, or NULL */
  LodgerCaller *caller;   /**< the caller where it happens, or NULL for a promise */
  LodgerPending *pending; /**< the call's pending, or NULL for a call_direct */
} LodgerTraceEvent;

/** Receives trace events. It must not submit, wait or block, since the library holds a lock during some events. Of a
 * caller it may read only id, name and state. */
typedef void (*LodgerTraceFunc) (const LodgerTraceEvent *event, void *data);

/**
 * Sets the trace hook.
 *
 * Any thread; does not block. A NULL @p func removes the hook. It is meant for the program's start. @p data is
 * borrowed. Without a hook, an event costs one load.
 *
 * Errors: none.
 * Test: unit/log trace_sees_submit_start_and_end
 * Since: 0.1
 */
LODGER_API void lodger_set_trace_func (LodgerTraceFunc func, void *data);

LODGER_END_DECLS

#endif
