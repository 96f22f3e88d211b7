/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file guest.h
 * LodgerGuest: a loop that a caller's thread serves beside its own.
 *
 * A program has a main loop, and a library needs another one: a GLib library in a Qt program, libuv in a GTK program. A
 * guest is the loop of the library, in the thread of the program's loop. Before each sleep of the host, Lodger asks the
 * guest how long it may sleep, and on which descriptor. It has the guest dispatch what is ready, within its slices. So
 * the guest never holds up input and redraw, and an idle guest costs nothing.
 *
 *     LodgerGuest *guest = lodger_guest_start (caller, "glib", NULL, &error);
 *
 * What changes a sleeping guest inside the caller's thread is noticed before the host sleeps: also what one of the
 * host's own call-backs does, as attaching a source. On a host without `want_before_wait` (host.h), lodger_guest_kick()
 * tells of it.
 *
 * See docs/guests.md.
 */
#ifndef LODGER_GUEST_H
#define LODGER_GUEST_H

#include <lodger/call.h>
#include <lodger/types.h>

LODGER_BEGIN_DECLS

/**
 * Starts a guest in this thread, or finds it.
 *
 * The caller's own thread; does not block. The caller is running: see lodger_caller_enter(). The backend says which
 * loop the options mean. The same loop gives the same guest, as a new reference. The guest runs until
 * lodger_guest_end() or until the caller's stop, also if nobody refers to it.
 *
 * @param backend a registered name.
 * @param options the backend's. NULL is allowed if the backend allows it. They are borrowed for the call.
 * @param ret_error Optional. Receives a new reference to the error; an error of the backend's `guest_open` is passed
 *        on.
 * @return a new reference, or NULL with an error.
 * Errors: LODGER_EINVAL (NULL @p caller or @p backend), LODGER_ENOENT (no such backend), LODGER_ENOSYS (the backend
 * cannot be a guest), LODGER_EALREADY (a host of this thread runs that loop: no guest is needed), LODGER_ESTATE (the
 * caller has not started), LODGER_ESHUTDOWN (the caller is stopping or has stopped), LODGER_EWRONGTHREAD (not the
 * caller's thread), LODGER_ENOMEM (no memory), LODGER_ECHILD (a forked child).
 * Test: unit/guest the_same_loop_is_the_same_guest
 * Since: 0.2
 */
LODGER_API LODGER_GIVEN LodgerGuest *lodger_guest_start (LodgerCaller *caller, const char *backend, const void *options,
                                                         LodgerError **ret_error);

/**
 * Takes a reference.
 *
 * Any thread; does not block. NULL gives NULL.
 *
 * Errors: none.
 * Test: unit/guest a_guest_that_nobody_refers_to_goes_on
 * Since: 0.2
 */
LODGER_API LodgerGuest *lodger_guest_ref (LodgerGuest *guest);

/**
 * Drops a reference.
 *
 * Any thread. NULL is ignored. The guest goes on.
 *
 * Errors: none.
 * Test: unit/guest a_guest_that_nobody_refers_to_goes_on
 * Since: 0.2
 */
LODGER_API void lodger_guest_unref (LodgerGuest *guest);

/**
 * Has the guest looked at soon.
 *
 * Any thread; does not block. It is needed only on a host without `want_before_wait`, after a change that the guest's
 * descriptor does not show. It is harmless if there was no change, and after the guest's end.
 *
 * @return 0, or a negative code.
 * Errors: LODGER_EINVAL (NULL), LODGER_ECHILD (a forked child).
 * Test: unit/guest edge_72_a_kick_too_many_is_harmless
 * Since: 0.2
 */
LODGER_API int lodger_guest_kick (LodgerGuest *guest);

/**
 * Ends the guest for all who refer to it.
 *
 * The caller's own thread; does not block. A loop that the program owns lives on. The destroy functions of what was in
 * the loop may run inside this function. From inside the guest, it ends when that has been left. A guest that has ended
 * stays so. A stop of the caller ends its guests by itself: when no call that has returned unfinished is left, and
 * before the stop hook.
 *
 * If the host is closed in another thread than its own, the guests have ended, and a line is logged. Their loops are
 * not closed: only this function does that, in the thread that started the guest. If the thread hangs, and its caller
 * is abandoned, the guests have ended as well. Their loops are closed when the thread comes back.
 *
 * @return 0, or a negative code.
 * Errors: LODGER_EINVAL (NULL), LODGER_EWRONGTHREAD (not the caller's thread), LODGER_ESHUTDOWN (the caller was taken
 * from this thread, or another thread is just ending it: then it may be called again), LODGER_ECHILD (a forked child).
 * Test: unit/guest a_guest_that_ends_itself_is_closed_after_its_dispatch
 * Since: 0.2
 */
LODGER_API int lodger_guest_end (LodgerGuest *guest);

/**
 * Returns whether the guest has not ended.
 *
 * Any thread; does not block. NULL gives false.
 *
 * Errors: none.
 * Test: unit/guest a_stop_closes_its_guests
 * Since: 0.2
 */
LODGER_API bool lodger_guest_is_running (const LodgerGuest *guest);

/**
 * Returns the caller whose thread serves the guest, borrowed.
 *
 * Any thread; does not block. It lives as long as a reference to the guest. NULL gives NULL.
 *
 * Errors: none.
 * Test: unit/guest a_guest_knows_its_caller_and_its_backend
 * Since: 0.2
 */
LODGER_API LodgerCaller *lodger_guest_get_caller (const LodgerGuest *guest);

/**
 * Returns the name of the guest's backend. It is static.
 *
 * Any thread; does not block. NULL gives NULL.
 *
 * Errors: none.
 * Test: unit/guest a_guest_knows_its_caller_and_its_backend
 * Since: 0.2
 */
LODGER_API const char *lodger_guest_get_backend (const LodgerGuest *guest);

/**
 * Returns the guest that this thread is in, borrowed.
 *
 * Does not block. A thread is in a guest while it dispatches, and in a call of lodger_caller_call_using_backend(). In a
 * call of another kind that runs meanwhile in a nested loop, it is in none.
 *
 * @return the guest, or NULL.
 * Errors: none.
 * Test: unit/using edge_102_a_host_and_two_guests_see_themselves
 * Since: 0.2
 */
LODGER_API LodgerGuest *lodger_guest_current (void);

/* ---- calls in a guest -------------------------------------------------------------------------------------------- */

/**
 * Runs @p func in the caller's thread, soon, inside the loop that the backend and its options mean.
 *
 * Any thread; does not block. The guest is started in the caller's thread if there is none for that loop. It then runs
 * until lodger_guest_end() or the caller's stop. The backend's `guest_enter` and `guest_leave` go around @p func: in
 * GLib, the context is the thread's default. The call is one of lodger_caller_call_soon_full() in all else.
 *
 * If a host of that thread runs the loop already, this is a plain call. Without options, this holds for the backend of
 * the caller, and for the one that has the host's name. A caller of this thread is entered first: see
 * lodger_caller_enter().
 *
 * @param backend a registered name. Copied.
 * @param backend_options as those of lodger_guest_start(). Borrowed until the pending is done.
 * @param options Optional. NULL means all defaults.
 * @return as lodger_caller_call_soon_full(). What prevents the guest's start is the outcome's error.
 * Errors: as lodger_caller_call_soon_full(), LODGER_EINVAL (NULL @p backend), LODGER_ENOENT (no such backend),
 * LODGER_ENOSYS (the backend cannot be a guest), LODGER_ESTATE (the caller has not started).
 * Test: unit/using edge_66_a_call_runs_in_the_guest
 * Since: 0.2
 */
LODGER_API LODGER_GIVEN LodgerPending *lodger_caller_call_using_backend_full (LodgerCaller *caller, const char *backend,
                                                                              const void *backend_options,
                                                                              LodgerCallFunc func, void *data,
                                                                              LodgerDestroyFunc destroy,
                                                                              const LodgerCallOptions *options);

/**
 * Runs lodger_caller_call_using_backend_full() with defaults.
 *
 * In C and C++ it also records file and line.
 *
 * Errors: as lodger_caller_call_using_backend_full().
 * Test: unit/using edge_66_a_call_runs_in_the_guest
 * Since: 0.2
 */
LODGER_API LODGER_GIVEN LodgerPending *lodger_caller_call_using_backend (LodgerCaller *caller, const char *backend,
                                                                         const void *backend_options,
                                                                         LodgerCallFunc func, void *data,
                                                                         LodgerDestroyFunc destroy);

/**
 * Runs @p func in a guest that ends with it.
 *
 * It does what lodger_caller_call_using_backend_full() does. The guest that it starts ends in the caller's thread as
 * soon as the call is done: also a call that has deferred its answer. A guest that was there before goes on.
 *
 * @return as lodger_caller_call_using_backend_full().
 * Errors: as lodger_caller_call_using_backend_full().
 * Test: unit/using a_guest_run_ends_its_guest
 * Since: 0.2
 */
LODGER_API LODGER_GIVEN LodgerPending *lodger_start_guest_run (LodgerCaller *caller, const char *backend,
                                                               const void *backend_options, LodgerCallFunc func,
                                                               void *data, LodgerDestroyFunc destroy,
                                                               const LodgerCallOptions *options);

LODGER_END_DECLS

#ifndef LODGER_NO_CALL_SITES

#define lodger_caller_call_using_backend(caller, backend, backend_options, func, data, destroy)                        \
  lodger_caller_call_using_backend_full (caller, backend, backend_options, func, data, destroy,                        \
                                         LODGER_PLACE (LodgerCallOptions))

#endif

#endif
