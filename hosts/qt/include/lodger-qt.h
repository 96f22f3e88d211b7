/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file lodger-qt.h
 * Lodger in a Qt 6 program: one call attaches the thread's caller to its event dispatcher.
 *
 * The header is for C and for C++. It needs no header of Qt. The library needs QtCore, and nothing else of Qt.
 *
 * Calls run in the thread's event loop, at Qt::LowEventPriority and in slices: input and paint events come between two
 * slices, however many calls there are. Nested event loops run calls, too. A thread is a thread of Qt: the main thread,
 * a QThread, or any other thread in a program that has a QCoreApplication.
 */
#ifndef LODGER_QT_H
#define LODGER_QT_H

#include <lodger-qt-run.h>
#include <lodger/lodger.h>

LODGER_BEGIN_DECLS

/** LodgerCallerOptions::host_options for the host "qt". NULL means all defaults. The loop is always this thread's. */
typedef struct LodgerQtHostOptions
{
  size_t size; /**< sizeof (LodgerQtHostOptions) */
  /** Returns how long calls may take together, in nanoseconds. Optional. Default: 1 ms. It is asked in the thread of
   * the loop before calls are run there. One call runs in any case. It is read only when the caller is made, like the
   * next member. */
  int64_t (*slice) (void *slice_data);
  /** Given to `slice`. It must live as long as the caller. */
  void *slice_data;
} LodgerQtHostOptions;

/** Options of a loop with the given members. See lodger/options.h. */
#define LODGER_QT_HOST_OPTIONS(...) LODGER_OPTIONS (LodgerQtHostOptions, __VA_ARGS__)

/* ---- the caller -------------------------------------------------------------------------------------------------- */

/**
 * Attaches this thread's caller to its Qt event dispatcher, and enters it.
 *
 * Call it in the thread that runs the event loop, before or while the loop runs; it does not block. The caller is made
 * if there is none. The same thread gives the same caller. lodger_caller_leave() and lodger_caller_unref() undo an
 * attach. A thread without an event dispatcher receives one.
 *
 * The caller of the main thread also stops by itself when QCoreApplication::exec() ends. So a program that never leaves
 * ends in order all the same. The order is:
 * 1. The slots of QCoreApplication::aboutToQuit run. The caller accepts their calls.
 * 2. Calls that they have given to a worker, or to another caller, run to their end. They have until the stop deadline.
 *    Each call that has not ended by then is named in the log. No function runs in the main thread meanwhile.
 * 3. The caller stops, as by lodger_caller_stop_wait(). Older calls, and continuations, are cancelled.
 *
 * When the event dispatcher is destroyed before that, everything that the caller still holds is cancelled. That is the
 * end of a QThread, or the destructor of QCoreApplication.
 *
 * @param ret_error Optional. Receives a new reference to the error.
 * @return a new reference, or NULL with an error.
 * Errors: LODGER_ESTATE (there is no QCoreApplication, or it is being destroyed), LODGER_EALREADY (another host has
 * taken the name "qt"), LODGER_ENOMEM (no memory).
 * Test: qt/host attaching_twice_gives_the_same_caller
 * Test: qt/end edge_53_a_caller_stops_when_the_application_quits
 * Since: 0.2
 */
LODGER_API LODGER_GIVEN LodgerCaller *lodger_qt_attach (LodgerError **ret_error);

/**
 * Attaches as lodger_qt_attach(), with options.
 *
 * @param host_options Optional. Read only when the caller is made.
 * @param options Optional. `host` and `host_options` in it are ignored. The name and the backends have to match an
 *        existing caller. The other members are looked at only when the caller is made.
 * @param ret_error Optional. Receives a new reference to the error.
 * @return a new reference, or NULL with an error.
 * Errors: as lodger_qt_attach(), LODGER_EINVAL (wrong options, a `backend` in @p options), LODGER_EMISMATCH (the
 * existing caller has another name or backend), LODGER_ENOENT (no such workers' backend), LODGER_ENOSYS (it can only
 * be a guest).
 * Test: qt/host a_refused_attach_says_why
 * Since: 0.2
 */
LODGER_API LODGER_GIVEN LodgerCaller *lodger_qt_attach_full (const LodgerQtHostOptions *host_options,
                                                             const LodgerCallerOptions *options,
                                                             LodgerError **ret_error);

/**
 * Returns the caller of this thread's event dispatcher, without counting an enter.
 *
 * Call it in the thread of the loop; it does not block. The caller is made and started if there is none, as by
 * lodger_qt_attach_full(). It runs until it is stopped, or until the end of the application or of the thread.
 *
 * @return a new reference, or NULL with an error.
 * Errors: as lodger_qt_attach_full().
 * Test: qt/host a_caller_that_was_only_asked_for_counts_no_enter
 * Since: 0.2
 */
LODGER_API LODGER_GIVEN LodgerCaller *lodger_qt_open_caller (const LodgerQtHostOptions *host_options,
                                                             const LodgerCallerOptions *options,
                                                             LodgerError **ret_error);

/**
 * Returns the caller of this thread's event dispatcher, borrowed. It is made if there is none.
 *
 * Call it in the thread of the loop; it does not block. It is the caller of lodger_qt_open_caller() with all defaults.
 * It need not be left.
 *
 * @return the caller, valid until it has stopped; or NULL, with a log line.
 * Errors: as lodger_qt_attach().
 * Test: qt/host a_caller_that_was_only_asked_for_counts_no_enter
 * Since: 0.2
 */
LODGER_API LodgerCaller *lodger_qt_get_caller (void);

/**
 * Makes the host "qt" known to lodger_caller_open().
 *
 * Any thread; does not block. It may be repeated. Attaching does it, too.
 *
 * @return 0, or a negative code.
 * Errors: LODGER_EALREADY (another host has taken the name "qt"), LODGER_ENOMEM (no memory).
 * Test: qt/host a_refused_attach_says_why
 * Since: 0.2
 */
LODGER_API int lodger_qt_register (void);

/* ---- scopes ------------------------------------------------------------------------------------------------------ */

/**
 * Returns the scope of @p object, to be given to lodger_scope_call_soon() and its siblings.
 *
 * The thread that the object lives in; does not block. The scope is made when it is first asked for. Later calls give the
 * same scope, ended or not.
 *
 * The scope ends when the object emits QObject::destroyed. The destructors of the derived classes have run by then, and
 * done-callbacks that run inside the end must not use what belongs to them. A QWidget emits the signal in ~QWidget. The
 * scope does not keep the object alive.
 *
 * A bound call of a caller whose loop Lodger does not drive, such as Qt's, runs only in the thread that the object lives
 * in. In another thread it fails with LODGER_EWRONGTHREAD. So does a call whose object has been moved to another thread,
 * by QObject::moveToThread(), before the call was to run. A bound call in a worker of lodger_caller_to_thread() runs: it
 * must not touch the object.
 *
 * @return the scope, borrowed: it lives as long as the object. NULL after an error. Calls that are bound to NULL are
 *         refused.
 * Errors: LODGER_EINVAL (NULL), LODGER_EWRONGTHREAD (the object lives in another thread), LODGER_ENOMEM (no memory).
 * Test: qt/scope law_8_a_call_bound_to_an_object_does_not_run_after_its_end
 * Test: qt/scope edge_80_a_moved_object_runs_no_call
 * Since: 0.2
 */
LODGER_API LodgerScope *lodger_qt_object_get_scope (QObject *object);

LODGER_END_DECLS

#endif
