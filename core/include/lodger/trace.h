/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file trace.h
 * What a program can see of Lodger at work: the log, and the trace of calls and wake-ups.
 *
 * Nothing is printed unless something is broken (warnings go to standard error) or somebody asks: the environment
 * variable LODGER_DEBUG holds a comma-separated list of `calls`, `wakes`, `states` or `all`, read once (another word is
 * answered with a line).
 */
#ifndef LODGER_TRACE_H
#define LODGER_TRACE_H

#include <lodger/types.h>

LODGER_BEGIN_DECLS

/** How much a log line matters. */
typedef enum LodgerLogLevel
{
  LODGER_LOG_DEBUG,   /**< printed only under LODGER_DEBUG */
  LODGER_LOG_WARNING, /**< misuse that was answered with an error, a done-callback that failed */
  LODGER_LOG_ERROR,   /**< something was lost or is about to be */
} LodgerLogLevel;

/** Receives one line without a newline. Any thread, also while Lodger's locks are free only: it may submit calls. */
typedef void (*LodgerLogFunc) (LodgerLogLevel level, const char *line, void *data);

/**
 * Sends log lines to @p func instead of standard error. NULL restores standard error.
 *
 * Any thread, but meant for the program's start: a line that is being logged may still reach the old function. @p
 * data is borrowed and must outlive that.
 * Test: unit/log log_lines_go_to_the_hook
 */
LODGER_API void lodger_set_log_func (LodgerLogFunc func, void *data);

/** What happened. */
typedef enum LodgerTraceKind
{
  LODGER_TRACE_SUBMIT, /**< a call was accepted; in the submitting thread */
  LODGER_TRACE_START,  /**< a call's function is entered; in its caller's thread */
  LODGER_TRACE_END,    /**< it has returned */
  LODGER_TRACE_WAKE,   /**< a host was asked to call back; in the thread that asked */
  LODGER_TRACE_STATE,  /**< a caller changed its state */
} LodgerTraceKind;

/** One event. All pointers are borrowed for the time of the hook's call. */
typedef struct LodgerTraceEvent
{
  size_t size;            /**< sizeof of what the library fills */
  LodgerTraceKind kind;   /**< what happened */
  int line;               /**< line of the submission, or 0 */
  const char *file;       /**< file of the submission, or NULL */
  const char *name;       /**< name given to the call, or NULL */
  LodgerCaller *caller;   /**< where it happens, or NULL for a bare promise */
  LodgerPending *pending; /**< the call's, or NULL for call_direct */
} LodgerTraceEvent;

/** Receives trace events. It must not submit, wait or block, and of a caller it may ask only id, name and state: some
 * events come while the library holds a lock. */
typedef void (*LodgerTraceFunc) (const LodgerTraceEvent *event, void *data);

/**
 * Sets the trace hook; NULL removes it. Without a hook an event costs one load.
 *
 * Any thread, meant for the program's start; @p data is borrowed.
 * Test: unit/log trace_sees_submit_start_and_end
 */
LODGER_API void lodger_set_trace_func (LodgerTraceFunc func, void *data);

LODGER_END_DECLS

#endif
