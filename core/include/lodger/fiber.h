/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file fiber.h
 * Spawned calls: calls that wait without keeping their thread.
 *
 * A spawned call runs on a stack of its own (it is a fiber). Where it waits, it suspends: its thread goes back to its
 * loop, and the call goes on in the same thread once what it waits for has come. So a spawned call may wait in a GUI's
 * thread, too. Everything that waits suspends a spawned call: lodger_pending_wait(), lodger_pending_cancel_wait(),
 * lodger_wait_many(), lodger_completed_next(), lodger_channel_receive(), lodger_group_leave(), lodger_limiter_enter(),
 * lodger_wait_fd(), those of a task (task.h), the functions of this header, and a full inbox, queue or channel.
 *
 * **Cancelling.** A cancel wakes a spawned call that waits. The wait is LODGER_ECANCELED, and so is each later wait,
 * unless it has LODGER_WAIT_SHIELD or is in a shielded group. It is so also if what the call waits for comes before it
 * goes on: after a wait that has suspended it and was 0, its scope has not ended. What is done when a wait begins gives
 * its outcome all the same. A shielded wait says nothing of the scope. lodger_task_leave() is one.
 *
 * **Where a spawned call cannot wait.** These waits are refused with LODGER_ESTATE, and the log says why:
 * - inside of a loop that the call has entered (a nested main loop): in another call, or in what the loop calls;
 * - in a canceller, and in a function that destroys something;
 * - in a function of lodger_run_on_thread_stack();
 * - where an adapter says so: with GLib, a thread-default context that the call has pushed.
 *
 * In a forked child the code is LODGER_ECHILD.
 *
 * **errno** and the floating-point control word are the call's own.
 */
#ifndef LODGER_FIBER_H
#define LODGER_FIBER_H

#include <lodger/call.h>
#include <lodger/types.h>

LODGER_BEGIN_DECLS

/**
 * Runs @p func in the caller's thread, soon, in the order of submission, on a stack of its own.
 *
 * It is lodger_caller_call_soon_full() in all but the stack: threads, order, ownership, refusals, scope, groups,
 * limiter, slot, timeout. After its first wait, a call's end has no order.
 *
 * The stack's memory is taken as it is used. By default a stack has 256 KiB where Lodger drives the caller's loop, and
 * 8 MiB of address space elsewhere, since GUI toolkits need much. `stack_size` of the options, or of the caller,
 * changes that. A call that uses more than its stack ends the program, and a line says which call it was.
 *
 * While the call waits, its scope does not keep its object, as with a call that is queued. The end of the scope cancels
 * the call. So what belongs to the object must not be touched after a wait that was not 0.
 *
 * A stop of the caller cancels the call, and waits for its end until the deadline of the stop. A call that has not
 * ended by then is abandoned where it waits: once the caller has ended it never goes on, and its stack and its data are
 * left behind.
 *
 * @param options Optional. NULL means all defaults.
 * @return as lodger_caller_call_soon_full(). Without memory for a stack, the call fails with LODGER_ENOMEM before it
 *         begins.
 * Errors: as lodger_caller_call_soon_full().
 * Test: unit/fiber a_spawned_call_waits_while_others_run
 * Since: 0.2
 */
LODGER_API LODGER_GIVEN LodgerPending *lodger_caller_spawn_full (LodgerCaller *caller, LodgerCallFunc func, void *data,
                                                                 LodgerDestroyFunc destroy,
                                                                 const LodgerCallOptions *options);

/**
 * lodger_caller_spawn_full() without options. As a macro, it records the place of the submission.
 *
 * Errors: as lodger_caller_spawn_full().
 * Test: unit/fiber a_spawned_call_waits_while_others_run
 * Since: 0.2
 */
LODGER_API LODGER_GIVEN LodgerPending *lodger_caller_spawn (LodgerCaller *caller, LodgerCallFunc func, void *data,
                                                            LodgerDestroyFunc destroy);

/**
 * Waits for a time.
 *
 * It suspends a spawned call, and counts in the time of its caller's host. Elsewhere it blocks, where
 * lodger_pending_wait() may. It never ends early, except by a cancel.
 *
 * @param duration in nanoseconds. With 0 or less, a call that is not cancelled goes on at once.
 * @return 0, or a negative code.
 * Errors: LODGER_ECANCELED (the call was cancelled, or its caller has ended), LODGER_EWRONGTHREAD (a thread whose loop
 * Lodger does not drive), LODGER_ESTATE (in a call_direct, or where a spawned call cannot wait), LODGER_ENOSYS (the
 * host has no `arm` operation), LODGER_ENOMEM (no memory), LODGER_ECHILD (a forked child).
 * Test: unit/fiber-waits a_sleep_is_never_early
 * Since: 0.2
 */
LODGER_API int lodger_sleep (int64_t duration);

/**
 * Lets others run: a spawned call goes on in a later turn of its thread.
 *
 * What is in the inbox by now runs before. It is the way to share the thread in a long computation that cannot leave
 * it.
 *
 * @return 0, or a negative code.
 * Errors: LODGER_ECANCELED (the call was cancelled, or its caller has ended), LODGER_ESTATE (no spawned call, or where
 * one cannot wait), LODGER_ENOMEM (no memory), LODGER_ECHILD (a forked child).
 * Test: unit/fiber-waits a_yield_lets_what_is_queued_run
 * Since: 0.2
 */
LODGER_API int lodger_yield (void);

/**
 * Waits for a pending without limit, and drops the reference: for the pending that a submission has just given.
 *
 * The rules are those of lodger_pending_wait(), whose wait it is. The reference is consumed with every code.
 *
 * @param pending The reference is consumed. NULL is LODGER_EINVAL.
 * @param ret_error Optional. With another code than 0, the error as a new reference: that of the pending, or that of
 *        the wait, if the pending has none. Otherwise NULL.
 * @return 0: it has succeeded. Otherwise a negative code.
 * Errors: as lodger_pending_wait().
 * Test: unit/fiber-await an_await_consumes_the_pending
 * Since: 0.2
 */
LODGER_API int lodger_await (LodgerPending *pending, LodgerError **ret_error);

/**
 * lodger_await() that reads an integer or a boolean.
 *
 * @param ret_number The number; 0 without one.
 * Errors: as lodger_await(), LODGER_EINVAL (NULL @p ret_number), LODGER_ETYPE (another type).
 * Test: unit/fiber-await an_await_reads_the_outcome
 * Since: 0.2
 */
LODGER_API int lodger_await_int (LodgerPending *pending, int64_t *ret_number, LodgerError **ret_error);

/**
 * lodger_await() that takes a pointer out of the pending, as lodger_pending_take_pointer() does.
 *
 * @param ret_pointer The pointer, which is yours now; NULL without one.
 * Errors: as lodger_await(), LODGER_EINVAL (NULL @p ret_pointer), LODGER_ETYPE (another type), LODGER_EALREADY (the
 * pointer was taken before).
 * Test: unit/fiber-await an_await_reads_the_outcome
 * Since: 0.2
 */
LODGER_API int lodger_await_pointer (LodgerPending *pending, void **ret_pointer, LodgerError **ret_error);

/**
 * Says whether a wait would be refused here: for libraries that have another way then.
 *
 * Any thread; does not block. Nothing is logged.
 *
 * @param ret_reason Optional. A sentence that says why, static; NULL when the answer is 0.
 * @return 0: the call may wait here. Otherwise the code that a wait would give.
 * Errors: LODGER_EWRONGTHREAD (a thread whose loop Lodger does not drive), LODGER_ESTATE (in a call_direct, or where a
 * spawned call cannot wait), LODGER_ENOMEM (no memory), LODGER_ECHILD (a forked child).
 * Test: unit/fiber-refusals edge_84_a_wait_inside_of_a_nested_loop_is_refused
 * Since: 0.2
 */
LODGER_API int lodger_await_check (const char **ret_reason);

/**
 * Runs a function on the thread's own stack, from a spawned call: for code that needs a deep stack.
 *
 * The function runs at once, in this thread, as a part of the call, and the call goes on after it. It cannot wait.
 * Outside of a spawned call, the function just runs.
 *
 * @return 0, or a negative code; then @p func has not run.
 * Errors: LODGER_EINVAL (NULL @p func).
 * Test: unit/fiber-stack a_function_with_a_frame_of_2_mib_runs_from_a_stack_of_64_kib
 * Since: 0.2
 */
LODGER_API int lodger_run_on_thread_stack (LodgerDirectFunc func, void *data);

LODGER_END_DECLS

#ifndef LODGER_NO_CALL_SITES

/* The function of the same name, with the place of the submission. */

#define lodger_caller_spawn(caller, func, data, destroy)                                                               \
  lodger_caller_spawn_full (caller, func, data, destroy, LODGER_PLACE (LodgerCallOptions))

#endif

#endif
