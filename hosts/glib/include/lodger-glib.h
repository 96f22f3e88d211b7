/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file lodger-glib.h
 * Lodger in a GLib or GTK program: one call attaches the thread's main context, and errors become GErrors and back.
 *
 * The same adapter serves two roles. As **host** it lives in a main context that the program runs (GTK's, or any
 * other). It leaves room for the program's own input and redraw. As **backend** "glib" it gives each worker thread a
 * main context of its own, pushed as the thread's default. So an asynchronous function of GIO that a worker's call
 * starts completes in that worker.
 */
#ifndef LODGER_GLIB_H
#define LODGER_GLIB_H

#include <gio/gio.h>

#include <lodger-glib-await.h>
#include <lodger-glib-gio.h>
#include <lodger-glib-list.h>
#include <lodger-glib-scope.h>
#include <lodger-glib-signal.h>
#include <lodger/lodger.h>

LODGER_BEGIN_DECLS

/* For g_autoptr(). Test: unit/glib-error references_go_with_their_block */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LodgerCaller, lodger_caller_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LodgerPending, lodger_pending_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LodgerScope, lodger_scope_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LodgerChannel, lodger_channel_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LodgerError, lodger_error_unref)

/** How a main context is used. */
typedef enum LodgerGlibHostFlags
{
  /** The context of a GUI, or of another loop that the program runs. */
  LODGER_GLIB_HOST_DEFAULT = 0,
  /** The context of a worker: nothing paints in it, so calls run at the default priority. */
  LODGER_GLIB_HOST_WORKER = 1 << 0,
} LodgerGlibHostFlags;

/** LodgerCallerOptions::host_options for the host "glib". NULL means the default context. */
typedef struct LodgerGlibHostOptions
{
  size_t size; /**< sizeof (LodgerGlibHostOptions) */
  /** The main context. Optional. Default: the default context. A reference is kept until the caller's memory is
   * freed. */
  GMainContext *context;
  /** How the context is used. This member and the next two are read only when the caller is made. */
  LodgerGlibHostFlags flags;
  /** Returns how long calls may take together, in nanoseconds. Optional. Default: 1 ms. It is asked in the thread of
   * the context before calls are run there. One call runs in any case. */
  int64_t (*slice) (void *slice_data);
  /** Given to `slice`. It must live as long as the caller. */
  void *slice_data;
} LodgerGlibHostOptions;

/** Options of a main context with the given members. See lodger/options.h. */
#define LODGER_GLIB_HOST_OPTIONS(...) LODGER_OPTIONS (LodgerGlibHostOptions, __VA_ARGS__)

/** How a guest of the backend "glib" is made. */
typedef enum LodgerGlibGuestFlags
{
  LODGER_GLIB_GUEST_DEFAULT = 0, /**< nothing special */
  /** The guest has a main context of its own, which ends with it. A caller has one such guest. The sources in the
   * context are destroyed at its end. */
  LODGER_GLIB_GUEST_OWN = 1 << 0,
} LodgerGlibGuestFlags;

/**
 * Options of the backend "glib" as a guest in another loop. NULL means all defaults.
 *
 * The guest's thread owns the context as long as the guest lives. Starting it gives LODGER_EWRONGTHREAD while another
 * thread runs the context. It gives LODGER_EAGAIN without a descriptor left, and LODGER_EINVAL for wrong options. The
 * context is the thread's default around the guest's own calls and dispatches only.
 *
 * Test: unit/glib-guest a_context_of_another_thread_is_refused
 */
typedef struct LodgerGlibGuestOptions
{
  size_t size; /**< sizeof (LodgerGlibGuestOptions) */
  /** The main context. Optional. Default: the thread's default context (g_main_context_get_thread_default()), or else
   * the default context. There the asynchronous functions of GIO complete that this thread starts. A reference is
   * kept. */
  GMainContext *context;
  LodgerGlibGuestFlags flags; /**< how it is made */
} LodgerGlibGuestOptions;

/** Options of a guest with the given members. See lodger/options.h. */
#define LODGER_GLIB_GUEST_OPTIONS(...) LODGER_OPTIONS (LodgerGlibGuestOptions, __VA_ARGS__)

/**
 * lodger_glib_attach:
 * @context: (nullable): the main context that this thread runs, or %NULL for the default one
 * @error: (nullable): where a #GError goes, in the domain %LODGER_GLIB_ERROR unless it is another's
 *
 * Attaches this thread's caller to @context, and enters it.
 *
 * Call it in the thread that runs the context, before or while it runs; it does not block. The caller is made if there
 * is none. The same context in the same thread gives the same caller. lodger_caller_leave() and lodger_caller_unref()
 * undo an attach. Workers of lodger_caller_to_thread() get the backend "glib".
 *
 * The caller of the default context also stops by itself when a #GApplication of the process shuts down. So a program
 * that never leaves ends in order all the same. The order of a shutdown is:
 * 1. The handlers of `shutdown` and the virtual function run. The caller accepts their calls.
 * 2. Calls that they have given to a worker, or to another caller, run to their end. They have until the stop deadline.
 *    Each call that has not ended by then is named in the log. No function runs in the GUI thread meanwhile.
 * 3. The caller stops, as by lodger_caller_stop_wait(). Older calls, and continuations, are cancelled.
 *
 * A handler must not stop the emission of `shutdown`, as by g_signal_stop_emission(). Lodger's own handler comes last:
 * without it the caller does not stop.
 *
 * Returns: (transfer full) (nullable): the caller, or %NULL with an error
 *
 * Errors: LODGER_EWRONGTHREAD (another thread runs the context just now), LODGER_EALREADY (another host or backend has
 * taken the name "glib"), LODGER_ENOMEM (no memory).
 * Test: unit/glib-host attaching_twice_gives_the_same_caller
 * Test: unit/glib-application edge_53_a_caller_stops_when_the_application_shuts_down
 * Since: 0.1
 */
LODGER_API LODGER_GIVEN LodgerCaller *lodger_glib_attach (GMainContext *context, GError **error);

/**
 * lodger_glib_attach_full: (skip)
 * @context: (nullable): as for lodger_glib_attach()
 * @options: (nullable): `host` and `host_options` in it are ignored
 * @error: (nullable): as for lodger_glib_attach()
 *
 * Attaches as lodger_glib_attach(), with options.
 *
 * Returns: (transfer full) (nullable): the caller, or %NULL with an error
 *
 * Errors: as lodger_glib_attach(), LODGER_EINVAL (wrong options, a `backend` in @options), LODGER_EMISMATCH (the
 * existing caller has another name or backend), LODGER_ENOENT (no such workers' backend), LODGER_ENOSYS (it can only
 * be a guest).
 * Test: unit/glib-host a_refused_attach_says_why
 * Since: 0.1
 */
LODGER_API LODGER_GIVEN LodgerCaller *lodger_glib_attach_full (GMainContext *context,
                                                               const LodgerCallerOptions *options, GError **error);

/**
 * lodger_glib_open_caller: (skip)
 * @host_options: (nullable): which context, and how it is used; %NULL for the default one
 * @options: (nullable): `host` and `host_options` in it are ignored. The name and the backends have to match an
 *   existing caller; the other members are looked at only when the caller is made
 * @error: (nullable): as for lodger_glib_attach()
 *
 * Returns the caller of a main context, without counting an enter.
 *
 * Call it in the thread of the context; it does not block. The caller is made and started if there is none, as by
 * lodger_glib_attach(). It runs until it is stopped, or its application shuts down.
 *
 * Returns: (transfer full) (nullable): the caller, or %NULL with an error
 *
 * Errors: as lodger_glib_attach_full().
 * Test: unit/glib-scope a_caller_that_was_only_asked_for_counts_no_enter
 * Since: 0.2
 */
LODGER_API LODGER_GIVEN LodgerCaller *lodger_glib_open_caller (const LodgerGlibHostOptions *host_options,
                                                               const LodgerCallerOptions *options, GError **error);

/**
 * lodger_glib_application_hold:
 * @application: the application to be held
 * @pending: the work; a reference is taken until it is done
 *
 * Holds @application until @pending is done, whatever its outcome.
 *
 * Call it in the application's thread; it does not block. It is g_application_hold() for a service or a window that may
 * be closed during a save. g_application_release() follows in the same thread. The stop of the caller of the default
 * context releases the application, too. g_application_quit() ends the application all the same.
 *
 * Returns: 0, or a negative code. After an error @application is not held
 *
 * Errors: LODGER_EINVAL (NULL, no GApplication), LODGER_ESHUTDOWN (the caller is stopping), LODGER_EWRONGTHREAD
 * (another thread runs the default context just now), LODGER_EALREADY (another host or backend has taken the name
 * "glib"), LODGER_ENOMEM (no memory), LODGER_ECHILD (a forked child).
 * Test: unit/glib-application an_application_is_held_until_its_work_has_ended
 * Since: 0.2
 */
LODGER_API int lodger_glib_application_hold (GApplication *application, LodgerPending *pending);

/**
 * lodger_glib_register:
 *
 * Makes the host and the backend "glib" known to lodger_caller_open().
 *
 * Any thread; does not block. It may be repeated. Attaching does it, too.
 *
 * Returns: 0, or a negative code
 *
 * Errors: LODGER_EALREADY (another host or backend has taken the name "glib"), LODGER_ENOMEM (no memory).
 * Test: unit/glib-worker gio_async_completes_in_the_worker
 * Since: 0.1
 */
LODGER_API int lodger_glib_register (void);

/** The #GError domain of Lodger's own errors. The codes are those of #LodgerErrorCode. */
#define LODGER_GLIB_ERROR (lodger_glib_error_quark ())

/**
 * The #GError domain of errors that only Lodger can read.
 *
 * They carry a LodgerError with a payload of another kind. The code is LODGER_EFOREIGN.
 * lodger_glib_error_new_from_gerror() gives the LodgerError back.
 */
#define LODGER_GLIB_FOREIGN_ERROR (lodger_glib_foreign_error_quark ())

/**
 * lodger_glib_error_quark:
 *
 * Returns the quark behind LODGER_GLIB_ERROR: the quark of LODGER_ERROR_DOMAIN.
 *
 * Any thread; does not block.
 *
 * Errors: none.
 * Test: unit/glib-error lodgers_own_errors_keep_domain_and_code
 * Since: 0.1
 */
LODGER_API GQuark lodger_glib_error_quark (void);

/**
 * lodger_glib_foreign_error_quark:
 *
 * Returns the quark behind LODGER_GLIB_FOREIGN_ERROR.
 *
 * Any thread; does not block.
 *
 * Errors: none.
 * Test: unit/glib-error a_foreign_payload_comes_back_as_the_same_error
 * Since: 0.1
 */
LODGER_API GQuark lodger_glib_foreign_error_quark (void);

/**
 * lodger_glib_error_new_from_gerror: (skip)
 * @error: (nullable): not changed
 *
 * Makes a LodgerError with the domain, code and message of @error.
 *
 * Any thread; does not block. A copy of @error is inside, so private data of an extended domain is kept. A GError that
 * was made by lodger_glib_error_to_gerror() gives the LodgerError that it was made of.
 *
 * Returns: (transfer full) (nullable): a new reference; %NULL for %NULL
 *
 * Errors: none.
 * Test: unit/glib-error an_extended_gerror_survives_the_round_trip
 * Since: 0.1
 */
LODGER_API LODGER_GIVEN LodgerError *lodger_glib_error_new_from_gerror (const GError *error);

/**
 * lodger_glib_error_to_gerror:
 * @error: (nullable): not consumed
 *
 * Makes a GError that says the same as @error.
 *
 * Any thread; does not block. An error that came from a GError gives a copy of that GError. Otherwise the domain (as a
 * quark), the code and the message are the same. But if the error carries a payload, the domain is
 * LODGER_GLIB_FOREIGN_ERROR, and the GError holds a reference to @error.
 *
 * Returns: (transfer full) (nullable): a new GError; %NULL for %NULL
 *
 * Errors: none.
 * Test: unit/glib-error a_foreign_payload_comes_back_as_the_same_error
 * Since: 0.1
 */
LODGER_API LODGER_GIVEN GError *lodger_glib_error_to_gerror (LodgerError *error);

/**
 * lodger_glib_pending_return_gerror:
 * @self: the pending to answer, under the rules of lodger_pending_return_error()
 * @error: (transfer full): consumed, also when it is refused
 *
 * Fails with @error.
 *
 * Returns: 0, or a negative code
 *
 * Errors: as lodger_pending_return_error(), LODGER_EINVAL (NULL @self or @error).
 * Test: unit/glib-error a_gerror_is_an_outcome
 * Since: 0.1
 */
LODGER_API int lodger_glib_pending_return_gerror (LodgerPending *self, GError *error);

/**
 * lodger_glib_reply_return_gerror: (skip)
 * @reply: (transfer full): consumed; a %NULL @error leaves it alone
 * @error: (transfer full): consumed
 *
 * Fails a deferred call with @error, as a GIO call-back does.
 *
 * Any thread; does not block.
 *
 * Returns: 0, or a negative code
 *
 * Errors: as lodger_reply_return_error(), LODGER_EINVAL (NULL @reply or @error).
 * Test: unit/glib-worker a_gio_failure_is_the_calls_failure
 * Since: 0.1
 */
LODGER_API int lodger_glib_reply_return_gerror (LodgerReply *reply, GError *error);

/**
 * lodger_glib_pending_propagate_error:
 * @done: a finished pending
 * @error: (nullable): where a new GError goes
 *
 * Returns whether @done ended with anything but success, and sets @error to the reason.
 *
 * Any thread; does not block. A failed pending gives its own GError. The GErrors of the codes below are in the domain
 * LODGER_GLIB_ERROR.
 *
 * Returns: %TRUE and @error is set, or %FALSE for success
 *
 * Errors: LODGER_EINVAL (NULL @done), LODGER_ENOTDONE (@done is not done), LODGER_ECANCELED (@done was cancelled).
 * Test: unit/glib-error a_gerror_is_an_outcome
 * Since: 0.1
 */
LODGER_API gboolean lodger_glib_pending_propagate_error (LodgerPending *done, GError **error);

LODGER_END_DECLS

#endif
