/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file lodger-glib.h
 * Lodger in a GLib or GTK program: one call attaches the thread's main context, and errors go to and fro as GError.
 *
 * The same adapter serves two roles. As **host** it lives in a main context that the program runs (GTK's, or any
 * other), and leaves room for the program's own input and redraw. As **backend** "glib" it gives each worker thread a
 * main context of its own, pushed as the thread's default: what GIO's asynchronous functions start in a worker's call,
 * completes in that worker.
 */
#ifndef LODGER_GLIB_H
#define LODGER_GLIB_H

#include <gio/gio.h>

#include <lodger-glib-gio.h>
#include <lodger-glib-scope.h>
#include <lodger/lodger.h>

LODGER_BEGIN_DECLS

/* For g_autoptr(). Test: unit/glib-error references_go_with_their_block */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LodgerCaller, lodger_caller_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LodgerPending, lodger_pending_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LodgerScope, lodger_scope_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LodgerError, lodger_error_unref)

/** How a main context is used. */
typedef enum LodgerGlibHostFlags
{
  LODGER_GLIB_HOST_DEFAULT = 0,
  /** The context belongs to a worker, nothing paints in it: calls run at the default priority. */
  LODGER_GLIB_HOST_WORKER = 1 << 0,
} LodgerGlibHostFlags;

/** LodgerCallerOptions::host_options for the host "glib"; NULL means the default context. */
typedef struct LodgerGlibHostOptions
{
  size_t size;               /**< sizeof (LodgerGlibHostOptions) */
  GMainContext *context;     /**< NULL: the default context; a reference is kept until the caller's memory goes */
  LodgerGlibHostFlags flags; /**< looked at only when the caller is made, as the next two */
  /** NULL, or asked in the thread of the context before calls are run there: how long they may take together, in
   * nanoseconds; one call runs in any case. NULL: 1 ms. */
  int64_t (*slice) (void *slice_data);
  void *slice_data; /**< given to `slice`; must live as long as the caller */
} LodgerGlibHostOptions;

/**
 * lodger_glib_attach:
 * @context: (nullable): the main context that this thread runs, or %NULL for the default one
 * @error: where a #GError goes, in the domain %LODGER_GLIB_ERROR unless it is another's
 *
 * Attaches this thread's caller to @context, making it if there is none, and enters it. The same context in the same
 * thread gives the same caller; each attach is undone by a lodger_caller_leave() and a lodger_caller_unref().
 *
 * In the default context of a program that has a default #GApplication by now, the caller also stops by itself when the
 * application shuts down: in its `shutdown` signal, as by lodger_caller_stop_wait(), so that a program which never leaves
 * ends in order all the same.
 *
 * Call it in the thread that runs the context, before or while it runs; it does not block. When another thread runs
 * the context just now it fails with LODGER_EWRONGTHREAD. Workers of lodger_caller_to_thread() get the backend "glib".
 *
 * Returns: (transfer full) (nullable): the caller, or %NULL with an error as of lodger_caller_new()
 *
 * Test: unit/glib-host attaching_twice_gives_the_same_caller
 * Test: unit/glib-application edge_53_a_caller_stops_when_the_application_shuts_down
 */
LODGER_API LodgerCaller *lodger_glib_attach (GMainContext *context, GError **error);

/**
 * lodger_glib_attach_full: (skip)
 * @context: (nullable): as lodger_glib_attach()
 * @options: (nullable): `host` and `host_options` in it are ignored
 * @ret_error: (nullable): where a new reference to the error goes
 *
 * lodger_glib_attach() with options.
 *
 * Returns: (transfer full) (nullable): the caller, or %NULL with an error
 *
 * Test: unit/glib-host attaching_twice_gives_the_same_caller
 */
LODGER_API LodgerCaller *lodger_glib_attach_full (GMainContext *context, const LodgerCallerOptions *options,
                                                  LodgerError **ret_error);

/**
 * lodger_glib_get_caller: (skip)
 * @host_options: (nullable): which context, and how it is used; %NULL for the default one
 * @options: (nullable): `host` and `host_options` in it are ignored; looked at only when the caller is made
 * @ret_error: (nullable): where a new reference to the error goes
 *
 * The caller of a main context, which is made and started if there is none, as by lodger_glib_attach(), but without
 * counting an enter: it runs until it is stopped, or its application shuts down. In the thread of that context.
 *
 * Returns: (transfer full) (nullable): the caller, or %NULL with an error as of lodger_caller_new()
 *
 * Test: unit/glib-scope a_caller_that_was_only_asked_for_counts_no_enter
 */
LODGER_API LodgerCaller *lodger_glib_get_caller (const LodgerGlibHostOptions *host_options,
                                                 const LodgerCallerOptions *options, LodgerError **ret_error);

/**
 * lodger_glib_register:
 *
 * Makes the host and the backend "glib" known to lodger_caller_new(). Attaching does that too. Any thread; may be
 * repeated; does not block.
 *
 * Returns: 0; LODGER_EALREADY when another host or backend has taken the name; LODGER_ENOMEM
 *
 * Test: unit/glib-worker gio_async_completes_in_the_worker
 */
LODGER_API int lodger_glib_register (void);

/** The #GError domain of Lodger's own errors; the codes are those of #LodgerErrorCode. */
#define LODGER_GLIB_ERROR (lodger_glib_error_quark ())

/**
 * The #GError domain of errors that only Lodger can read: they carry a LodgerError with a payload of another kind. The
 * code is LODGER_EFOREIGN; lodger_glib_error_new_from_gerror() gives the LodgerError back.
 */
#define LODGER_GLIB_FOREIGN_ERROR (lodger_glib_foreign_error_quark ())

/** The quark behind LODGER_GLIB_ERROR: that of LODGER_ERROR_DOMAIN. Any thread. Test: unit/glib-error
 * lodgers_own_errors_keep_domain_and_code */
LODGER_API GQuark lodger_glib_error_quark (void);

/** The quark behind LODGER_GLIB_FOREIGN_ERROR. Any thread. Test: unit/glib-error
 * a_foreign_payload_comes_back_as_the_same_error */
LODGER_API GQuark lodger_glib_foreign_error_quark (void);

/**
 * lodger_glib_error_new_from_gerror: (skip)
 * @error: (nullable): not changed
 *
 * A LodgerError with the domain, code and message of @error, and with a copy of it inside, so that private data of an
 * extended domain is kept. One that was made by lodger_glib_error_to_gerror() gives the LodgerError it was made of. Any
 * thread; does not block.
 *
 * Returns: (transfer full) (nullable): a new reference; %NULL for %NULL
 *
 * Test: unit/glib-error an_extended_gerror_survives_the_round_trip
 */
LODGER_API LodgerError *lodger_glib_error_new_from_gerror (const GError *error);

/**
 * lodger_glib_error_to_gerror:
 * @error: (nullable): not consumed
 *
 * A GError that says the same. One that came from a GError gives a copy of that; else the domain (as a quark), the
 * code and the message are the same, or, when the error carries a payload, the domain is LODGER_GLIB_FOREIGN_ERROR and
 * the GError holds a reference to @error. Any thread; does not block.
 *
 * Returns: (transfer full) (nullable): a new GError; %NULL for %NULL
 *
 * Test: unit/glib-error a_foreign_payload_comes_back_as_the_same_error
 */
LODGER_API GError *lodger_glib_error_to_gerror (LodgerError *error);

/**
 * lodger_glib_pending_return_gerror:
 * @self: the pending to answer, under the rules of lodger_pending_return_error()
 * @error: (transfer full): consumed, also when it is refused
 *
 * Fails with @error.
 *
 * Returns: as lodger_pending_return_error(); LODGER_EINVAL for a %NULL @error
 *
 * Test: unit/glib-error a_gerror_is_an_outcome
 */
LODGER_API int lodger_glib_pending_return_gerror (LodgerPending *self, GError *error);

/**
 * lodger_glib_reply_return_gerror: (skip)
 * @reply: (transfer full): consumed; a %NULL @error leaves it alone
 * @error: (transfer full): consumed
 *
 * Fails a deferred call with @error: what a GIO call-back does. Any thread.
 *
 * Returns: as lodger_reply_return_error(); LODGER_EINVAL for a %NULL @reply or @error
 *
 * Test: unit/glib-worker a_gio_failure_is_the_calls_failure
 */
LODGER_API int lodger_glib_reply_return_gerror (LodgerReply *reply, GError *error);

/**
 * lodger_glib_pending_propagate_error:
 * @done: a finished pending
 * @error: (nullable): where a new GError goes
 *
 * Tells whether @done ended with anything but success, and why. A cancelled one is LODGER_ECANCELED in the domain
 * LODGER_GLIB_ERROR, one that is not done LODGER_ENOTDONE, a %NULL one LODGER_EINVAL. Any thread; does not block.
 *
 * Returns: %TRUE and @error is set, or %FALSE for success
 *
 * Test: unit/glib-error a_gerror_is_an_outcome
 */
LODGER_API gboolean lodger_glib_pending_propagate_error (LodgerPending *done, GError **error);

LODGER_END_DECLS

#endif
