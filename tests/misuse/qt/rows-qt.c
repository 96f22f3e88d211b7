/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The Qt adapter: work is refused with a pending, and what has none is logged. */
#include "misuse.h"
#include "qt-program.h"
#include "test-guest.h"

#include <lodger/host.h>
#include <string.h>

static const LodgerQtRunOptions no_size = { .name = "misuse" };
static const LodgerCallerOptions no_caller_size = { .name = "misuse" };
static const LodgerQtHostOptions no_host_size = { .slice_data = (void *) 1 };

/* An object in a program of Qt's. */
typedef struct Place
{
  QObject *object;
} Place;

static Place
place_open (void)
{
  Place place;
  qt_application_start (false);
  place.object = qt_object_new ();
  return place;
}

static void
place_close (Place *place)
{
  LodgerCaller *caller = lodger_caller_find ("qt", NULL);
  qt_object_free (place->object);
  test_check (caller == NULL || lodger_caller_stop_wait (caller) == 0);
  lodger_caller_unref (caller);
}

/* Rows with an object. */
#define PLACED(...)                                                                                                    \
  Place place = place_open ();                                                                                         \
  __VA_ARGS__;                                                                                                         \
  place_close (&place)
#define OBJECT (place.object)

static void
work (LodgerPending *self, void *data)
{
  (void) self;
  (void) data;
}

static void
done (QObject *object, LodgerPending *pending, void *data)
{
  (void) object;
  (void) pending;
  (void) data;
}

#define WITH_DESTROY (&(const LodgerQtRunOptions) { .size = sizeof (LodgerQtRunOptions), .destroy = recorder_destroy })

/* It comes to that code in Qt's loop. */
static bool
comes_to (LodgerPending *pending, int code)
{
  bool does;
  while (!lodger_pending_is_done (pending))
    qt_process_events (true);
  does = lodger_pending_get_outcome (pending) == code;
  lodger_pending_unref (pending);
  return does;
}

/* ---- the caller ------------------------------------------------------------------------------------------------------ */

static bool
attaches (LodgerCaller *caller)
{
  bool is = caller != NULL && lodger_caller_leave (caller) == 0;
  lodger_caller_unref (caller);
  return is;
}

/* No caller, but that error. */
static bool
is_not_attached_plainly (int code)
{
  LodgerError *error = NULL;
  LodgerCaller *caller = lodger_qt_attach (&error);
  return is_error (caller, error, code);
}

static bool
is_not_attached (const LodgerQtHostOptions *host_options, const LodgerCallerOptions *options, int code)
{
  LodgerError *error = NULL;
  LodgerCaller *caller = lodger_qt_attach_full (host_options, options, &error);
  return is_error (caller, error, code);
}

static bool
is_not_opened (const LodgerQtHostOptions *host_options, const LodgerCallerOptions *options, int code)
{
  LodgerError *error = NULL;
  LodgerCaller *caller = lodger_qt_open_caller (host_options, options, &error);
  return is_error (caller, error, code);
}

#define OPTIONS(...) (&(const LodgerCallerOptions) { .size = sizeof (LodgerCallerOptions), __VA_ARGS__ })
#define HOOKED       .hook_data = DATA, .hook_destroy = DESTROY /* consumed, too */

CELL (lodger_qt_attach, null_ret_error, PLACED (FINE (attaches (lodger_qt_attach (NULL)))));
CELL (lodger_qt_attach, after_fork, PLACED (FINE (attaches (lodger_qt_attach (NULL)))));
CELL (lodger_qt_attach, wrong_state, WARNS (is_not_attached_plainly (LODGER_ESTATE)));

CELL (lodger_qt_attach_full, null_host_options, PLACED (FINE (attaches (lodger_qt_attach_full (NULL, NULL, NULL)))));
CELL (lodger_qt_attach_full, null_options, PLACED (FINE (attaches (lodger_qt_attach_full (NULL, NULL, NULL)))));
CELL (lodger_qt_attach_full, after_fork, PLACED (FINE (attaches (lodger_qt_attach_full (NULL, NULL, NULL)))));
CELL (lodger_qt_attach_full, null_ret_error,
      PLACED (WARNS (lodger_qt_attach_full (NULL, &no_caller_size, NULL) == NULL)));
CELL (lodger_qt_attach_full, size_options, PLACED (WARNS (is_not_attached (NULL, &no_caller_size, LODGER_EINVAL))));
CELL (lodger_qt_attach_full, size_host_options,
      PLACED (WARNS (is_not_attached (&no_host_size, OPTIONS (HOOKED), LODGER_EINVAL))));
CELL (lodger_qt_attach_full, wrong_state, WARNS (is_not_attached (NULL, OPTIONS (HOOKED), LODGER_ESTATE)));
CELL (lodger_qt_attach_full, mismatch,
      PLACED (lodger_qt_get_caller (),
              WARNS (is_not_attached (NULL, OPTIONS (HOOKED, .name = "else"), LODGER_EMISMATCH))));
CELL (lodger_qt_attach_full, not_there,
      PLACED (WARNS (is_not_attached (NULL, OPTIONS (HOOKED, .worker_backend = "nowhere"), LODGER_ENOENT))));
CELL (lodger_qt_attach_full, no_operation,
      PLACED (WARNS (is_not_attached (NULL, OPTIONS (HOOKED, .worker_backend = guest_only ()), LODGER_ENOSYS))));

CELL (lodger_qt_open_caller, null_host_options, PLACED (FINE (is_caller (lodger_qt_open_caller (NULL, NULL, NULL)))));
CELL (lodger_qt_open_caller, null_options, PLACED (FINE (is_caller (lodger_qt_open_caller (NULL, NULL, NULL)))));
CELL (lodger_qt_open_caller, after_fork, PLACED (FINE (is_caller (lodger_qt_open_caller (NULL, NULL, NULL)))));
CELL (lodger_qt_open_caller, null_ret_error,
      PLACED (WARNS (lodger_qt_open_caller (NULL, &no_caller_size, NULL) == NULL)));
CELL (lodger_qt_open_caller, size_options, PLACED (WARNS (is_not_opened (NULL, &no_caller_size, LODGER_EINVAL))));
CELL (lodger_qt_open_caller, size_host_options,
      PLACED (WARNS (is_not_opened (&no_host_size, OPTIONS (HOOKED), LODGER_EINVAL))));
CELL (lodger_qt_open_caller, wrong_state, WARNS (is_not_opened (NULL, OPTIONS (HOOKED), LODGER_ESTATE)));
CELL (lodger_qt_open_caller, mismatch,
      PLACED (lodger_qt_get_caller (),
              WARNS (is_not_opened (NULL, OPTIONS (HOOKED, .name = "else"), LODGER_EMISMATCH))));
CELL (lodger_qt_open_caller, not_there,
      PLACED (WARNS (is_not_opened (NULL, OPTIONS (HOOKED, .worker_backend = "nowhere"), LODGER_ENOENT))));
CELL (lodger_qt_open_caller, no_operation,
      PLACED (WARNS (is_not_opened (NULL, OPTIONS (HOOKED, .worker_backend = guest_only ()), LODGER_ENOSYS))));

CELL (lodger_qt_get_caller, after_fork, PLACED (FINE (lodger_qt_get_caller () != NULL)));
CELL (lodger_qt_get_caller, wrong_state, WARNS (lodger_qt_get_caller () == NULL));

/* ---- another host of the name ----------------------------------------------------------------------------------------- */

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

static const LodgerHostOps other_ops = { .size = sizeof other_ops, .name = "qt", .run_sync_soon_threadsafe = post };
static const LodgerHostDriver other_driver = { .size = sizeof other_driver, .ops = &other_ops, .open = open_nothing };

/* The application is there; the name is taken. */
static bool
is_taken (void)
{
  qt_application_start (false);
  return lodger_host_register (&other_driver) == 0;
}

CELL_AT (NOWHERE, lodger_qt_register, already, FINE (is_taken ()), ANSWERS (lodger_qt_register (), LODGER_EALREADY));
CELL_AT (NOWHERE, lodger_qt_attach, already, FINE (is_taken ()), WARNS (is_not_attached_plainly (LODGER_EALREADY)));
CELL_AT (NOWHERE, lodger_qt_attach_full, already, FINE (is_taken ()),
         WARNS (is_not_attached (NULL, OPTIONS (HOOKED), LODGER_EALREADY)));
CELL_AT (NOWHERE, lodger_qt_open_caller, already, FINE (is_taken ()),
         WARNS (is_not_opened (NULL, OPTIONS (HOOKED), LODGER_EALREADY)));
CELL_AT (NOWHERE, lodger_qt_get_caller, already, FINE (is_taken ()), WARNS (lodger_qt_get_caller () == NULL));

/* ---- scopes ---------------------------------------------------------------------------------------------------------- */

static void *
ask_elsewhere (void *object)
{
  test_check (lodger_qt_object_get_scope (object) == NULL);
  return NULL;
}

CELL (lodger_qt_object_get_scope, null_object, WARNS (lodger_qt_object_get_scope (NULL) == NULL));
CELL (lodger_qt_object_get_scope, after_fork, PLACED (FINE (lodger_qt_object_get_scope (OBJECT) != NULL)));
CELL (lodger_qt_object_get_scope, wrong_thread,
      PLACED (WARNS (DOES (thread_join (thread_start (ask_elsewhere, OBJECT))))));

/* ---- work ------------------------------------------------------------------------------------------------------------ */

typedef struct Elsewhere
{
  Fixture *fixture;
  QObject *object;
  LodgerPending *refused;
} Elsewhere;

static void *
run_elsewhere (void *data)
{
  Elsewhere *elsewhere = data;
  Fixture *s = elsewhere->fixture;
  elsewhere->refused = lodger_qt_run_full (elsewhere->object, work, done, DATA, WITH_DESTROY);
  return NULL;
}

static LodgerPending *
refused_elsewhere (Fixture *s, QObject *object)
{
  Elsewhere elsewhere = { .fixture = s, .object = object };
  thread_join (thread_start (run_elsewhere, &elsewhere));
  return elsewhere.refused;
}

/* An object lives without an application, but nothing is delivered to it. */
static LodgerPending *
refused_without_application (Fixture *s, QObject *object)
{
  qt_application_free ();
  return lodger_qt_run_full (object, work, done, DATA, WITH_DESTROY);
}

/* The caller of this thread stops. */
static LodgerPending *
refused_late (Fixture *s, QObject *object)
{
  lodger_caller_stop (lodger_qt_get_caller (), true);
  return lodger_qt_run_full (object, work, NULL, DATA, WITH_DESTROY);
}

CELL (lodger_qt_run_full, null_object, BY (lodger_qt_run),
      REFUSES (lodger_qt_run_full (NULL, work, done, DATA, WITH_DESTROY), LODGER_EINVAL));
CELL (lodger_qt_run_full, null_work,
      PLACED (BY (lodger_qt_run),
              REFUSES (lodger_qt_run_full (OBJECT, NULL, done, DATA, WITH_DESTROY), LODGER_EINVAL)));
CELL (lodger_qt_run_full, null_done, PLACED (FINE (comes_to (lodger_qt_run_full (OBJECT, work, NULL, s, NULL), 0))));
CELL (lodger_qt_run_full, null_data, PLACED (FINE (comes_to (lodger_qt_run_full (OBJECT, work, done, NULL, NULL), 0))));
CELL (lodger_qt_run_full, null_options, PLACED (FINE (comes_to (lodger_qt_run_full (OBJECT, work, done, s, NULL), 0))));
CELL (lodger_qt_run_full, size_options,
      PLACED (BY (lodger_qt_run), REFUSES (lodger_qt_run_full (OBJECT, work, done, s, &no_size), LODGER_EINVAL)));
CELL (lodger_qt_run_full, after_fork, PLACED (FINE (comes_to (lodger_qt_run_full (OBJECT, work, done, s, NULL), 0))));
CELL (lodger_qt_run_full, wrong_thread,
      PLACED (BY (lodger_qt_run), REFUSES (refused_elsewhere (s, OBJECT), LODGER_EWRONGTHREAD)));
CELL (lodger_qt_run_full, wrong_state,
      PLACED (BY (lodger_qt_run), REFUSES (refused_without_application (s, OBJECT), LODGER_ESTATE)));
CELL (lodger_qt_run_full, shut_down, PLACED (BY (lodger_qt_run), REFUSES (refused_late (s, OBJECT), LODGER_ESHUTDOWN)));

CELL (lodger_qt_run, null_object, WARNS (DOES ((lodger_qt_run) (NULL, work, done, s))));
CELL (lodger_qt_run, null_work, PLACED (WARNS (DOES ((lodger_qt_run) (OBJECT, NULL, done, s)))));
CELL (lodger_qt_run, null_done, PLACED (FINE (DOES ((lodger_qt_run) (OBJECT, work, NULL, s)))));
CELL (lodger_qt_run, null_data, PLACED (FINE (DOES ((lodger_qt_run) (OBJECT, work, done, NULL)))));
CELL (lodger_qt_run, wrong_thread, RULED_OUT ("as lodger_qt_run_full()"));
CELL (lodger_qt_run, wrong_state, RULED_OUT ("as lodger_qt_run_full()"));
CELL (lodger_qt_run, shut_down, RULED_OUT ("as lodger_qt_run_full()"));

/* ---- reports --------------------------------------------------------------------------------------------------------- */

CELL (lodger_qt_report, null_self, ANSWERS (lodger_qt_report (NULL, 0, NULL), LODGER_EINVAL));
CELL_AT (IN_CALL, lodger_qt_report, null_text, ANSWERS (lodger_qt_report (SELF, 0, NULL), LODGER_ESTATE));
CELL_AT (IN_CALL, lodger_qt_report, wrong_state, ANSWERS (lodger_qt_report (SELF, 0, "misuse"), LODGER_ESTATE));
CELL (lodger_qt_report, after_stop, FINE (lodger_qt_report (CALL, 0, NULL) == LODGER_ECANCELED));
CELL (lodger_qt_report, after_fork, ANSWERS (lodger_qt_report (PROMISE, 0, NULL), LODGER_ESTATE));

CELL (lodger_qt_send, null_self, ANSWERS (lodger_qt_send (NULL, s), LODGER_EINVAL));
CELL_AT (IN_CALL, lodger_qt_send, null_item, ANSWERS (lodger_qt_send (SELF, NULL), LODGER_EINVAL));
CELL_AT (IN_CALL, lodger_qt_send, wrong_state, ANSWERS (lodger_qt_send (SELF, s), LODGER_ESTATE));
CELL (lodger_qt_send, after_stop, ANSWERS (lodger_qt_send (CALL, s), LODGER_ESTATE));
CELL (lodger_qt_send, after_fork, ANSWERS (lodger_qt_send (PROMISE, s), LODGER_ESTATE));
