/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The GLib adapter: NULL is what it is for GLib's own functions, and a GError that is given is consumed. */
#include "misuse.h"
#include "test-guest.h"

#include <lodger-glib.h>
#include <string.h>

/* ---- attaching --------------------------------------------------------------------------------------------------------- */

static int
post (void *impl, LodgerHostNode *node)
{
  (void) impl;
  (void) node;
  return 0;
}

static int
open_nothing (LodgerHost *host, const void *options, void **ret_impl)
{
  (void) host;
  (void) options;
  (void) ret_impl;
  return 0;
}

static const LodgerHostOps other_ops = { .size = sizeof other_ops, .name = "glib", .run_sync_soon_threadsafe = post };
static const LodgerHostDriver other_driver = { .size = sizeof other_driver, .ops = &other_ops, .open = open_nothing };

CELL_AT (NOWHERE, lodger_glib_register, already, FINE (lodger_host_register (&other_driver) == 0),
         ANSWERS (lodger_glib_register (), LODGER_EALREADY));

/* A main context that another thread runs, while a row looks at it. */
typedef struct Taken
{
  GMainContext *context;
  pthread_t thread;
  Latch is_taken, may_go;
} Taken;

static void *
take (void *data)
{
  Taken *taken = data;
  test_check (g_main_context_acquire (taken->context));
  latch_open (&taken->is_taken);
  latch_wait (&taken->may_go);
  g_main_context_release (taken->context);
  return NULL;
}

static void
taken_open (Taken *taken, GMainContext *context)
{
  taken->context = context;
  latch_init (&taken->is_taken);
  latch_init (&taken->may_go);
  taken->thread = thread_start (take, taken);
  latch_wait (&taken->is_taken);
}

static void
taken_close (Taken *taken)
{
  latch_open (&taken->may_go);
  thread_join (taken->thread);
  latch_clear (&taken->is_taken);
  latch_clear (&taken->may_go);
  g_main_context_unref (taken->context);
}

static bool
is_gerror (GError *error, int code)
{
  bool is = g_error_matches (error, LODGER_GLIB_ERROR, code);
  g_clear_error (&error);
  return is;
}

/* No caller, but that error. */
static bool
is_not_attached (GMainContext *context, const LodgerCallerOptions *options, int code)
{
  GError *error = NULL;
  LodgerCaller *caller = lodger_glib_attach_full (context, options, &error);
  return caller == NULL && is_gerror (error, code);
}

static void
attach_to_what_another_runs (Fixture *s, bool full)
{
  Taken taken;
  GError *error = NULL;
  taken_open (&taken, g_main_context_new ());
  if (full)
    WARNS (is_not_attached (taken.context, NULL, LODGER_EWRONGTHREAD));
  else
    WARNS (lodger_glib_attach (taken.context, &error) == NULL && is_gerror (error, LODGER_EWRONGTHREAD));
  if (full)
    WARNS (lodger_glib_attach_full (taken.context, NULL, NULL) == NULL);
  else
    WARNS (lodger_glib_attach (taken.context, NULL) == NULL);
  taken_close (&taken);
}

/* It is entered once for each attach. */
static bool
attaches (LodgerCaller *caller)
{
  bool is = lodger_caller_is_running (caller) && lodger_caller_leave (caller) == 0;
  lodger_caller_unref (caller);
  return is;
}

CELL (lodger_glib_attach, null_context, FINE (attaches (lodger_glib_attach (NULL, NULL))));
CELL (lodger_glib_attach, null_error, attach_to_what_another_runs (s, false));
CELL (lodger_glib_attach, wrong_thread, attach_to_what_another_runs (s, false));
CELL (lodger_glib_attach, after_fork, FINE (attaches (lodger_glib_attach (NULL, NULL))));
CELL (lodger_glib_attach_full, null_context, FINE (attaches (lodger_glib_attach_full (NULL, NULL, NULL))));
CELL (lodger_glib_attach_full, null_options, FINE (attaches (lodger_glib_attach_full (NULL, NULL, NULL))));
CELL (lodger_glib_attach_full, null_error, attach_to_what_another_runs (s, true));
CELL (lodger_glib_attach_full, wrong_thread, attach_to_what_another_runs (s, true));
CELL (lodger_glib_attach_full, size_options,
      WARNS (is_not_attached (NULL, &(LodgerCallerOptions) { .size = 0 }, LODGER_EINVAL)));
CELL (lodger_glib_attach_full, after_fork, FINE (attaches (lodger_glib_attach_full (NULL, NULL, NULL))));

/* ---- what does not fit ------------------------------------------------------------------------------------------- */

#define OPTIONS(...) (&(const LodgerCallerOptions) { .size = sizeof (LodgerCallerOptions), __VA_ARGS__ })
#define HOOKED       .hook_data = DATA, .hook_destroy = DESTROY /* consumed, too */

static bool
is_not_got (const LodgerGlibHostOptions *host_options, const LodgerCallerOptions *options, int code)
{
  GError *error = NULL;
  LodgerCaller *caller = lodger_glib_open_caller (host_options, options, &error);
  return caller == NULL && is_gerror (error, code);
}

static void
get_of_what_another_runs (Fixture *s)
{
  Taken taken;
  LodgerGlibHostOptions host_options = { .size = sizeof host_options };
  taken_open (&taken, g_main_context_new ());
  host_options.context = taken.context;
  WARNS (is_not_got (&host_options, OPTIONS (HOOKED), LODGER_EWRONGTHREAD));
  taken_close (&taken);
}

static void
with_another_name (Fixture *s, bool attaches)
{
  LodgerCaller *caller = lodger_glib_open_caller (NULL, NULL, NULL);
  if (attaches)
    WARNS (is_not_attached (NULL, OPTIONS (HOOKED, .name = "else"), LODGER_EMISMATCH));
  else
    WARNS (is_not_got (NULL, OPTIONS (HOOKED, .name = "else"), LODGER_EMISMATCH));
  FINE (lodger_caller_stop_wait (caller) == 0);
  lodger_caller_unref (caller);
}

CELL (lodger_glib_attach_full, mismatch, with_another_name (s, true));
CELL (lodger_glib_attach_full, not_there,
      WARNS (is_not_attached (NULL, OPTIONS (HOOKED, .worker_backend = "nowhere"), LODGER_ENOENT)));
CELL (lodger_glib_attach_full, no_operation,
      WARNS (is_not_attached (NULL, OPTIONS (HOOKED, .worker_backend = guest_only ()), LODGER_ENOSYS)));
CELL (lodger_glib_open_caller, mismatch, with_another_name (s, false));
CELL (lodger_glib_open_caller, not_there,
      WARNS (is_not_got (NULL, OPTIONS (HOOKED, .worker_backend = "nowhere"), LODGER_ENOENT)));
CELL (lodger_glib_open_caller, no_operation,
      WARNS (is_not_got (NULL, OPTIONS (HOOKED, .worker_backend = guest_only ()), LODGER_ENOSYS)));
CELL (lodger_glib_open_caller, wrong_thread, get_of_what_another_runs (s));

/* Without the adapter's host there is nothing to attach to. */
static void
attach_after_another (Fixture *s)
{
  FINE (lodger_host_register (&other_driver) == 0);
  if (strcmp (s->function, "lodger_glib_attach") == 0)
    {
      GError *gerror = NULL;
      WARNS (lodger_glib_attach (NULL, &gerror) == NULL && is_gerror (gerror, LODGER_EALREADY));
    }
  else if (strcmp (s->function, "lodger_glib_attach_full") == 0)
    WARNS (is_not_attached (NULL, OPTIONS (HOOKED), LODGER_EALREADY));
  else
    WARNS (is_not_got (NULL, OPTIONS (HOOKED), LODGER_EALREADY));
}

CELL_AT (NOWHERE, lodger_glib_attach, already, attach_after_another (s));
CELL_AT (NOWHERE, lodger_glib_attach_full, already, attach_after_another (s));
CELL_AT (NOWHERE, lodger_glib_open_caller, already, attach_after_another (s));

/* ---- an application -------------------------------------------------------------------------------------------------- */

static bool
holds (LodgerPending *pending, int code)
{
  GApplication *application = g_application_new (NULL, (GApplicationFlags) 0);
  bool is = lodger_glib_application_hold (application, pending) == code;
  LodgerCaller *caller = lodger_caller_find ("glib", NULL);
  if (caller != NULL)
    test_check (lodger_caller_stop_wait (caller) == 0);
  lodger_caller_unref (caller);
  g_object_unref (application);
  return is;
}

static void
hold_while_another_runs_the_context (Fixture *s)
{
  Taken taken;
  taken_open (&taken, g_main_context_ref (g_main_context_default ()));
  WARNS (holds (PROMISE, LODGER_EWRONGTHREAD));
  taken_close (&taken);
}

static void
hold_with_another_host (Fixture *s)
{
  LodgerPending *pending = lodger_pending_new (LODGER_PENDING_DEFAULT);
  FINE (lodger_host_register (&other_driver) == 0);
  WARNS (holds (pending, LODGER_EALREADY));
  lodger_pending_unref (pending);
}

CELL (lodger_glib_application_hold, null_application,
      ANSWERS (lodger_glib_application_hold (NULL, PROMISE), LODGER_EINVAL));
CELL (lodger_glib_application_hold, null_pending, WARNS (holds (NULL, LODGER_EINVAL)));
CELL (lodger_glib_application_hold, after_stop, FINE (holds (CALL, 0)));
CELL (lodger_glib_application_hold, after_fork, WARNS (holds (PROMISE, LODGER_ECHILD)));
CELL (lodger_glib_application_hold, wrong_thread, hold_while_another_runs_the_context (s));
CELL_AT (NOWHERE, lodger_glib_application_hold, already, hold_with_another_host (s));

/* ---- errors ------------------------------------------------------------------------------------------------------------ */

CELL (lodger_glib_error_new_from_gerror, null_error, FINE (lodger_glib_error_new_from_gerror (NULL) == NULL));
CELL (lodger_glib_error_to_gerror, null_error, FINE (lodger_glib_error_to_gerror (NULL) == NULL));

/* A checker for leaks sees whether it was consumed. */
#define GERROR g_error_new_literal (LODGER_GLIB_ERROR, LODGER_EFAILED, "misuse")

CELL (lodger_glib_pending_return_gerror, null_self,
      ANSWERS (lodger_glib_pending_return_gerror (NULL, GERROR), LODGER_EINVAL));
CELL (lodger_glib_pending_return_gerror, null_error,
      ANSWERS (lodger_glib_pending_return_gerror (PROMISE, NULL), LODGER_EINVAL),
      FINE (!lodger_pending_is_done (PROMISE)));
CELL (lodger_glib_pending_return_gerror, wrong_state, BY (lodger_pending_return_error),
      ANSWERS (lodger_glib_pending_return_gerror (CALL, GERROR), LODGER_ESTATE));
CELL (lodger_glib_pending_return_gerror, already,
      TELLS (lodger_glib_pending_return_gerror (NUMBER, GERROR), LODGER_EALREADY));
CELL (lodger_glib_pending_return_gerror, after_stop,
      TELLS (lodger_glib_pending_return_gerror (CALL, GERROR), LODGER_EALREADY));
CELL (lodger_glib_pending_return_gerror, after_fork, BY (lodger_pending_return_error),
      ANSWERS (lodger_glib_pending_return_gerror (PROMISE, GERROR), LODGER_ECHILD));

CELL (lodger_glib_reply_return_gerror, null_reply,
      ANSWERS (lodger_glib_reply_return_gerror (NULL, GERROR), LODGER_EINVAL));
CELL (lodger_glib_reply_return_gerror, null_error,
      ANSWERS (lodger_glib_reply_return_gerror (s->reply, NULL), LODGER_EINVAL));
CELL (lodger_glib_reply_return_gerror, after_stop,
      TELLS (lodger_glib_reply_return_gerror (REPLY, GERROR), LODGER_ECANCELED));
CELL (lodger_glib_reply_return_gerror, after_fork, BY (lodger_reply_return_error),
      ANSWERS (lodger_glib_reply_return_gerror (REPLY, GERROR), LODGER_ECHILD));

/* Whether it has ended with that code, once with a place for the reason and once without. */
static bool
propagates (LodgerPending *done, int code)
{
  GError *error = NULL;
  return lodger_glib_pending_propagate_error (done, &error) && is_gerror (error, code)
         && lodger_glib_pending_propagate_error (done, NULL);
}

CELL (lodger_glib_pending_propagate_error, null_done, WARNS (propagates (NULL, LODGER_EINVAL)));
CELL (lodger_glib_pending_propagate_error, null_error,
      FINE (lodger_glib_pending_propagate_error (CALL, NULL) && !lodger_glib_pending_propagate_error (TEXT, NULL)));
CELL (lodger_glib_pending_propagate_error, not_done, FINE (propagates (CALL, LODGER_ENOTDONE)));
CELL (lodger_glib_pending_propagate_error, after_stop, FINE (propagates (CALL, LODGER_ECANCELED)));
CELL (lodger_glib_pending_propagate_error, after_fork, FINE (propagates (CALL, LODGER_ENOTDONE)),
      FINE (!lodger_glib_pending_propagate_error (TEXT, NULL)));
