/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The GTK adapter: work is refused with a pending, and what has none is logged. */
#include "log-lines.h"
#include "misuse.h"
#include "test-guest.h"

#include <lodger-gtk4.h>
#include <string.h>

static const LodgerGtkRunOptions no_size = { .name = "misuse" };

/* A label in a window. */
typedef struct Place
{
  GtkWindow *window;
  GtkWidget *label;
} Place;

static Place
place_open (void)
{
  Place place;
  test_check (gtk_init_check ());
  place.window = GTK_WINDOW (gtk_window_new ());
  place.label = gtk_label_new ("misuse");
  gtk_window_set_child (place.window, place.label);
  return place;
}

static void
place_close (Place *place)
{
  LodgerCaller *caller = lodger_caller_ref (lodger_gtk_default_caller ());
  gtk_window_destroy (place->window);
  test_check (lodger_caller_stop_wait (caller) == 0);
  lodger_caller_unref (caller);
}

static void
work (LodgerPending *self, void *data)
{
  (void) self;
  (void) data;
}

static void
done (GtkWidget *widget, LodgerPending *pending, void *data)
{
  (void) widget;
  (void) pending;
  (void) data;
}

#define WITH_DESTROY                                                                                                   \
  (&(const LodgerGtkRunOptions) { .size = sizeof (LodgerGtkRunOptions), .destroy = recorder_destroy })

/* Rows with a label in a window. */
#define PLACED(...)                                                                                                    \
  Place place = place_open ();                                                                                         \
  __VA_ARGS__;                                                                                                         \
  place_close (&place)
#define LABEL (place.label)

/* ThreadSanitizer cannot bear the threads that GTK starts in a forked child. */
#if defined __SANITIZE_THREAD__
#define IN_CHILD(...) RULED_OUT ("ThreadSanitizer follows no threads of a forked child")
#else
#define IN_CHILD(...) PLACED (__VA_ARGS__)
#endif

/* It comes to that code in GTK's loop. */
static bool
comes_to (LodgerPending *pending, int code)
{
  bool does;
  while (!lodger_pending_is_done (pending))
    g_main_context_iteration (NULL, TRUE);
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

CELL (lodger_gtk_attach, null_error, FINE (attaches (lodger_gtk_attach (NULL))));
CELL (lodger_gtk_attach, after_fork, FINE (attaches (lodger_gtk_attach (NULL))));
static const LodgerCallerOptions no_caller_size = { .name = "misuse" };

CELL (lodger_gtk_attach_full, null_options, FINE (attaches (lodger_gtk_attach_full (NULL, NULL))));
CELL (lodger_gtk_attach_full, after_fork, FINE (attaches (lodger_gtk_attach_full (NULL, NULL))));
CELL (lodger_gtk_default_caller, after_fork, FINE (attaches (lodger_gtk_attach (NULL))));

static bool
is_gerror (LodgerCaller *caller, GError *error, int code)
{
  bool is = caller == NULL && g_error_matches (error, LODGER_GLIB_ERROR, code);
  g_clear_error (&error);
  return is;
}

/* No caller, but that error. */
static bool
is_not_attached (const LodgerCallerOptions *options, int code)
{
  GError *error = NULL;
  LodgerCaller *caller = lodger_gtk_attach_full (options, &error);
  return is_gerror (caller, error, code);
}

static bool
is_not_attached_plainly (int code)
{
  GError *error = NULL;
  LodgerCaller *caller = lodger_gtk_attach (&error);
  return is_gerror (caller, error, code);
}

CELL (lodger_gtk_attach_full, null_error, WARNS (lodger_gtk_attach_full (&no_caller_size, NULL) == NULL));
CELL (lodger_gtk_attach_full, size_options, WARNS (is_not_attached (&no_caller_size, LODGER_EINVAL)));

#define OPTIONS(...) (&(const LodgerCallerOptions) { .size = sizeof (LodgerCallerOptions), __VA_ARGS__ })
#define HOOKED       .hook_data = DATA, .hook_destroy = DESTROY /* consumed, too */

/* Whether FUNCTION has no caller in another thread than the GUI's. */
static void *
attach_elsewhere (void *data)
{
  Fixture *s = data;
  if (strcmp (s->function, "lodger_gtk_attach") == 0)
    WARNS (is_not_attached_plainly (LODGER_EWRONGTHREAD));
  else if (strcmp (s->function, "lodger_gtk_default_caller") == 0)
    WARNS (lodger_gtk_default_caller () == NULL);
  else
    WARNS (is_not_attached (OPTIONS (HOOKED), LODGER_EWRONGTHREAD));
  return NULL;
}

CELL (lodger_gtk_attach, wrong_thread,
      PLACED (lodger_gtk_default_caller (), thread_join (thread_start (attach_elsewhere, s))));
CELL (lodger_gtk_attach_full, wrong_thread,
      PLACED (lodger_gtk_default_caller (), thread_join (thread_start (attach_elsewhere, s))));
CELL (lodger_gtk_default_caller, wrong_thread,
      PLACED (lodger_gtk_default_caller (), thread_join (thread_start (attach_elsewhere, s))));

CELL (lodger_gtk_attach_full, mismatch,
      PLACED (lodger_gtk_default_caller (),
              WARNS (is_not_attached (OPTIONS (HOOKED, .name = "else"), LODGER_EMISMATCH))));
CELL (lodger_gtk_attach_full, not_there,
      WARNS (is_not_attached (OPTIONS (HOOKED, .worker_backend = "nowhere"), LODGER_ENOENT)));
CELL (lodger_gtk_attach_full, no_operation,
      WARNS (is_not_attached (OPTIONS (HOOKED, .worker_backend = guest_only ()), LODGER_ENOSYS)));

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

static const LodgerHostOps other_ops = { .size = sizeof other_ops, .name = "glib", .run_sync_soon_threadsafe = post };
static const LodgerHostDriver other_driver = { .size = sizeof other_driver, .ops = &other_ops, .open = open_nothing };

CELL_AT (NOWHERE, lodger_gtk_attach, already, FINE (lodger_host_register (&other_driver) == 0),
         WARNS (is_not_attached_plainly (LODGER_EALREADY)));
CELL_AT (NOWHERE, lodger_gtk_attach_full, already, FINE (lodger_host_register (&other_driver) == 0),
         WARNS (is_not_attached (OPTIONS (HOOKED), LODGER_EALREADY)));

static void
count_line (LodgerLogLevel level, const char *line, void *data)
{
  if (level == LODGER_LOG_WARNING && strncmp (line, "lodger_gtk_default_caller:", 22) == 0)
    ++*(int *) data;
}

/* It has no other way to tell than a line, beside those that say what is in the way, and that no caller was opened. */
static void
ask_for_the_caller_of_another (Fixture *s)
{
  int count = 0;
  FINE (lodger_host_register (&other_driver) == 0);
  lodger_set_log_func (count_line, &count);
  test_check (lodger_gtk_default_caller () == NULL);
  log_lines_begin ();
  FINE (count == 3);
}

CELL_AT (NOWHERE, lodger_gtk_default_caller, already, ask_for_the_caller_of_another (s));

/* ---- scopes ---------------------------------------------------------------------------------------------------------- */

static void *
ask_elsewhere (void *label)
{
  test_check (lodger_gtk_widget_get_scope (label) == NULL);
  return NULL;
}

static bool
asks_elsewhere (GtkWidget *label)
{
  test_check (lodger_gtk_widget_get_scope (label) != NULL);
  thread_join (thread_start (ask_elsewhere, label));
  return true;
}

static bool
has_none_in_no_window (void)
{
  GtkWidget *label = g_object_ref_sink (gtk_label_new ("nowhere"));
  bool has = lodger_gtk_widget_get_scope (label) != NULL;
  g_object_unref (label);
  return !has;
}

CELL (lodger_gtk_widget_get_scope, null_widget, WARNS (lodger_gtk_widget_get_scope (NULL) == NULL));
CELL (lodger_gtk_widget_get_scope, after_fork, IN_CHILD (FINE (lodger_gtk_widget_get_scope (LABEL) != NULL)));
CELL (lodger_gtk_widget_get_scope, wrong_thread, PLACED (WARNS (asks_elsewhere (LABEL))));
CELL (lodger_gtk_widget_get_scope, wrong_state, PLACED (WARNS (has_none_in_no_window ())));

/* ---- work ------------------------------------------------------------------------------------------------------------ */

static LodgerPending *
run_in_no_window (Fixture *s)
{
  GtkWidget *label = g_object_ref_sink (gtk_label_new ("nowhere"));
  LodgerPending *refused = lodger_gtk_run_full (label, work, done, DATA, WITH_DESTROY);
  g_object_unref (label);
  return refused;
}

typedef struct Elsewhere
{
  Fixture *fixture;
  GtkWidget *label;
  LodgerPending *refused;
} Elsewhere;

static void *
run_elsewhere (void *data)
{
  Elsewhere *elsewhere = data;
  Fixture *s = elsewhere->fixture;
  elsewhere->refused = lodger_gtk_run_full (elsewhere->label, work, done, DATA, WITH_DESTROY);
  return NULL;
}

static LodgerPending *
refused_elsewhere (Fixture *s, GtkWidget *label)
{
  Elsewhere elsewhere = { .fixture = s, .label = label };
  test_check (lodger_gtk_default_caller () != NULL);
  thread_join (thread_start (run_elsewhere, &elsewhere));
  return elsewhere.refused;
}

CELL (lodger_gtk_run_full, null_widget, BY (lodger_gtk_run),
      REFUSES (lodger_gtk_run_full (NULL, work, done, DATA, WITH_DESTROY), LODGER_EINVAL));
CELL (lodger_gtk_run_full, null_work,
      PLACED (BY (lodger_gtk_run),
              REFUSES (lodger_gtk_run_full (LABEL, NULL, done, DATA, WITH_DESTROY), LODGER_EINVAL)));
CELL (lodger_gtk_run_full, null_done, PLACED (FINE (comes_to (lodger_gtk_run_full (LABEL, work, NULL, s, NULL), 0))));
CELL (lodger_gtk_run_full, null_data,
      PLACED (FINE (comes_to (lodger_gtk_run_full (LABEL, work, done, NULL, NULL), 0))));
CELL (lodger_gtk_run_full, null_options,
      PLACED (FINE (comes_to (lodger_gtk_run_full (LABEL, work, done, s, NULL), 0))));
CELL (lodger_gtk_run_full, size_options,
      PLACED (BY (lodger_gtk_run), REFUSES (lodger_gtk_run_full (LABEL, work, done, s, &no_size), LODGER_EINVAL)));
CELL (lodger_gtk_run_full, after_fork,
      IN_CHILD (FINE (comes_to (lodger_gtk_run_full (LABEL, work, done, s, NULL), 0))));
CELL (lodger_gtk_run_full, wrong_thread,
      PLACED (BY (lodger_gtk_run), REFUSES (refused_elsewhere (s, LABEL), LODGER_EWRONGTHREAD)));
CELL (lodger_gtk_run_full, wrong_state, PLACED (BY (lodger_gtk_run), REFUSES (run_in_no_window (s), LODGER_ESTATE)));

/* The GUI thread's caller stops. */
static LodgerPending *
refused_late (Fixture *s, GtkWidget *label)
{
  lodger_caller_stop (lodger_gtk_default_caller (), true);
  return lodger_gtk_run_full (label, work, NULL, DATA, WITH_DESTROY);
}

CELL (lodger_gtk_run_full, shut_down,
      PLACED (BY (lodger_gtk_run), REFUSES (refused_late (s, LABEL), LODGER_ESHUTDOWN)));

CELL (lodger_gtk_run, null_widget, WARNS (DOES ((lodger_gtk_run) (NULL, work, done, s))));
CELL (lodger_gtk_run, null_work, PLACED (WARNS (DOES ((lodger_gtk_run) (LABEL, NULL, done, s)))));
CELL (lodger_gtk_run, null_done, PLACED (FINE (DOES ((lodger_gtk_run) (LABEL, work, NULL, s)))));
CELL (lodger_gtk_run, null_data, PLACED (FINE (DOES ((lodger_gtk_run) (LABEL, work, done, NULL)))));
CELL (lodger_gtk_run, wrong_thread, RULED_OUT ("as lodger_gtk_run_full()"));
CELL (lodger_gtk_run, wrong_state, RULED_OUT ("as lodger_gtk_run_full()"));
CELL (lodger_gtk_run, shut_down, RULED_OUT ("as lodger_gtk_run_full()"));

/* ---- reports --------------------------------------------------------------------------------------------------------- */

CELL (lodger_gtk_report, null_self, ANSWERS (lodger_gtk_report (NULL, 0, NULL), LODGER_EINVAL));
CELL_AT (IN_CALL, lodger_gtk_report, null_text, ANSWERS (lodger_gtk_report (SELF, 0, NULL), LODGER_ESTATE));
CELL_AT (IN_CALL, lodger_gtk_report, wrong_state, ANSWERS (lodger_gtk_report (SELF, 0, "misuse"), LODGER_ESTATE));
CELL (lodger_gtk_report, after_stop, FINE (lodger_gtk_report (CALL, 0, NULL) == LODGER_ECANCELED));
CELL (lodger_gtk_report, after_fork, ANSWERS (lodger_gtk_report (PROMISE, 0, NULL), LODGER_ESTATE));

CELL (lodger_gtk_send, null_self, ANSWERS (lodger_gtk_send (NULL, s), LODGER_EINVAL));
CELL_AT (IN_CALL, lodger_gtk_send, null_item, ANSWERS (lodger_gtk_send (SELF, NULL), LODGER_EINVAL));
CELL_AT (IN_CALL, lodger_gtk_send, wrong_state, ANSWERS (lodger_gtk_send (SELF, s), LODGER_ESTATE));
CELL (lodger_gtk_send, after_stop, ANSWERS (lodger_gtk_send (CALL, s), LODGER_ESTATE));
CELL (lodger_gtk_send, after_fork, ANSWERS (lodger_gtk_send (PROMISE, s), LODGER_ESTATE));

/* ---- what comes again and again -------------------------------------------------------------------------------------- */

static const LodgerRepeatOptions no_repeat_size = { .delay = 1 };

static void
tick (LodgerPending *self, uint64_t skipped, void *data)
{
  (void) self;
  (void) skipped;
  (void) data;
}

static bool
repeats (LodgerRepeat *repeat)
{
  bool does = repeat != NULL && lodger_repeat_stop (repeat) == 0;
  lodger_repeat_unref (repeat);
  return does;
}

#define REPEAT(widget, interval, func, data, destroy, options)                                                         \
  repeats (lodger_gtk_repeat (widget, interval, func, data, destroy, options))

static void *
repeat_elsewhere (void *data)
{
  const Elsewhere *elsewhere = data;
  Fixture *s = elsewhere->fixture;
  WARNS (!REPEAT (elsewhere->label, 1, tick, DATA, DESTROY, NULL));
  return NULL;
}

static void
repeat_in_another_thread (Fixture *s, GtkWidget *label)
{
  Elsewhere elsewhere = { .fixture = s, .label = label };
  test_check (lodger_gtk_default_caller () != NULL);
  thread_join (thread_start (repeat_elsewhere, &elsewhere));
}

/* There is no caller to stop. */
static void
repeat_after_another (Fixture *s)
{
  GtkWidget *label;
  FINE (gtk_init_check () && lodger_host_register (&other_driver) == 0);
  label = g_object_ref_sink (gtk_label_new ("nowhere"));
  WARNS (!REPEAT (label, 1, tick, DATA, DESTROY, NULL));
  g_object_unref (label);
}

CELL (lodger_gtk_repeat, null_widget, PLACED (WARNS (!REPEAT (NULL, 1, tick, DATA, DESTROY, NULL))));
CELL (lodger_gtk_repeat, null_func, PLACED (WARNS (!REPEAT (LABEL, 1, NULL, DATA, DESTROY, NULL))));
CELL (lodger_gtk_repeat, null_data, PLACED (FINE (REPEAT (LABEL, 1, tick, NULL, NULL, NULL))));
CELL (lodger_gtk_repeat, null_destroy, PLACED (FINE (REPEAT (LABEL, 1, tick, s, NULL, NULL))));
CELL (lodger_gtk_repeat, null_options, PLACED (FINE (REPEAT (LABEL, 1, tick, s, NULL, NULL))));
CELL (lodger_gtk_repeat, size_options,
      PLACED (WARNS (!REPEAT (LABEL, 1, tick, DATA, DESTROY, &no_repeat_size));
              WARNS (!REPEAT (LABEL, 1, tick, DATA, DESTROY, LODGER_REPEAT_OPTIONS (.scope = SCOPE)))));
CELL (lodger_gtk_repeat, negative_interval,
      PLACED (WARNS (!REPEAT (LABEL, INT64_MIN, tick, DATA, DESTROY, NULL));
              WARNS (!REPEAT (LABEL, 0, tick, DATA, DESTROY, NULL))));
CELL (lodger_gtk_repeat, wrong_thread, PLACED (repeat_in_another_thread (s, LABEL)));
CELL_AT (NOWHERE, lodger_gtk_repeat, already, repeat_after_another (s));
