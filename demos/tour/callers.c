/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Callers: how they are found and made, their children, names, hooks and states. */
#include "tour.h"

#include <lodger-glib.h>

static const char *
same (const LodgerCaller *a, const LodgerCaller *b)
{
  return a == b ? "the same caller" : "another caller";
}

static void
refuse (const char *what, LodgerCallerMode mode, const LodgerCallerOptions *options)
{
  LodgerError *error = NULL;
  LodgerCaller *none = lodger_caller_open (mode, options, &error);
  tour_say ("%s: %s", what, none == NULL ? lodger_error_code_string (lodger_error_get_code (error)) : "?");
  lodger_error_unref (error);
}

/* A thread has one caller on each of its loops. Nothing is guessed: a name that does not match is an error. */
static void
show_modes (void)
{
  LodgerCaller *caller, *again, *main_caller, *other;
  lodger_glib_register ();
  caller = lodger_caller_open (LODGER_CALLER_CURRENT_THREAD, LODGER_CALLER_OPTIONS (.name = "m", .host = "glib"), NULL);
  again = lodger_caller_open (LODGER_CALLER_CURRENT_THREAD, LODGER_CALLER_OPTIONS (.host = "glib"), NULL);
  main_caller = lodger_caller_open (LODGER_CALLER_MAIN_THREAD, LODGER_CALLER_OPTIONS (.host = "glib"), NULL);
  other = tour_open ("other");
  tour_say ("current thread: %s", same (caller, again));
  tour_say ("main thread: %s", same (caller, main_caller));
  tour_say ("new thread: %s", same (caller, other));
  refuse ("manual, where there is one", LODGER_CALLER_MANUAL, LODGER_CALLER_OPTIONS (.host = "glib"));
  refuse ("another name", LODGER_CALLER_CURRENT_THREAD, LODGER_CALLER_OPTIONS (.name = "x", .host = "glib"));
  lodger_caller_stop_wait (caller);
  lodger_caller_unref (caller);
  lodger_caller_unref (again);
  lodger_caller_unref (main_caller);
  tour_close (other);
}

/* A child with a name is made once. It inherits the options of its parent, and stops with it. */
static void
show_children (void)
{
  LodgerCaller *parent = tour_open ("parent");
  LodgerCaller *child = lodger_caller_open_child (parent, LODGER_CALLER_OPTIONS (.name = "child"), NULL);
  LodgerCaller *again = lodger_caller_open_child (parent, LODGER_CALLER_OPTIONS (.name = "child"), NULL);
  LodgerCaller *unnamed = lodger_caller_open_child (parent, NULL, NULL), *found = lodger_caller_find_parent (child);
  size_t count;
  LodgerCaller **children = lodger_caller_list_children (parent, &count);
  tour_say ("with a name: %s; without one: %s", same (child, again), same (child, unnamed));
  tour_say ("%zu children; backend %s; parent %s", count, lodger_caller_get_backend (child),
            lodger_caller_get_name (found));
  lodger_caller_list_free (children, count);
  lodger_caller_unref (found);
  lodger_caller_unref (unnamed);
  lodger_caller_unref (again);
  tour_close (parent);
  tour_say ("the parent has stopped, and the child %s",
            lodger_caller_get_state (child) == LODGER_CALLER_STOPPED ? "too" : "not");
  lodger_caller_unref (child);
}

static void
name_current (LodgerPending *self, void *data)
{
  (void) data;
  lodger_pending_return_string (self, lodger_caller_get_name (lodger_caller_current ()));
}

/* A call learns where it runs. Other threads find a running caller by its number, and all of them in a list. */
static void
show_names (void)
{
  LodgerCaller *caller = tour_open ("ann"), *found = lodger_caller_find_id (lodger_caller_get_id (caller)), **all;
  LodgerPending *name = lodger_caller_call_soon (caller, name_current, NULL, NULL);
  const char *text = NULL;
  size_t count;
  lodger_pending_wait (name, LODGER_FOREVER, LODGER_WAIT_DEFAULT);
  lodger_pending_get_string (name, &text);
  all = lodger_caller_list (true, &count);
  tour_say ("inside the call: %s; by its number: %s; running: %zu", text, same (caller, found), count);
  lodger_caller_list_free (all, count);
  lodger_pending_unref (name);
  lodger_caller_unref (found);
  tour_close (caller);
}

/* Callers and calls describe themselves in a line, for logs and debuggers. */
static void
show_describing (void)
{
  LodgerCaller *caller = tour_open ("ann");
  LodgerPending *call = lodger_caller_call_later (caller, LODGER_SECONDS (60), tour_nothing, NULL, NULL);
  char *text = lodger_caller_describe (caller);
  tour_say ("%s", text);
  lodger_free (text);
  lodger_pending_cancel (call, "it is late");
  text = lodger_pending_describe (call);
  tour_say ("%s", text);
  lodger_free (text);
  lodger_pending_unref (call);
  tour_close (caller);
}

/* It starts, runs and stops. A protected caller stops only by force. What comes later is cancelled. */
static void
show_states (void)
{
  LodgerCaller *caller = lodger_caller_open (LODGER_CALLER_NEW_THREAD,
                                             LODGER_CALLER_OPTIONS (.name = "ann", .is_protected = true), NULL);
  LodgerPending *started = lodger_caller_get_started (caller), *stopped = lodger_caller_get_stopped (caller);
  tour_say ("started: %s", lodger_error_code_string (lodger_pending_wait (started, LODGER_FOREVER, 0)));
  lodger_caller_stop (caller, false);
  tour_say ("after a stop it is %s", lodger_caller_is_running (caller) ? "running" : "stopping");
  lodger_caller_stop (caller, true);
  tour_say ("stopped by force: %s", lodger_error_code_string (lodger_pending_wait (stopped, LODGER_FOREVER, 0)));
  tour_say ("a call afterwards: %s",
            lodger_error_code_string (tour_finish (lodger_caller_call_soon (caller, tour_nothing, NULL, NULL))));
  lodger_caller_unref (caller);
}

/* A manual caller starts when it is entered. Calls wait until then. The last leave stops it, and waits for the end. */
static void
show_enter (void)
{
  LodgerCaller *caller;
  LodgerPending *call;
  lodger_glib_register ();
  caller = lodger_caller_open (LODGER_CALLER_MANUAL, LODGER_CALLER_OPTIONS (.name = "ann", .host = "glib"), NULL);
  call = lodger_caller_call_soon (caller, tour_nothing, NULL, NULL);
  g_main_context_iteration (NULL, FALSE);
  tour_say ("before the enter: %s", lodger_error_code_string (lodger_pending_get_outcome (call)));
  lodger_caller_enter (caller);
  while (!lodger_pending_is_done (call))
    g_main_context_iteration (NULL, TRUE);
  tour_say ("after it: %s", lodger_error_code_string (tour_finish (call)));
  lodger_caller_leave (caller);
  tour_say ("after the leave: %s", lodger_caller_get_state (caller) == LODGER_CALLER_STOPPED ? "stopped" : "running");
  lodger_caller_unref (caller);
}

static LodgerError *
on_start (LodgerCaller *caller, void *data)
{
  (void) data;
  tour_say ("%s has started", lodger_caller_get_name (caller));
  return NULL;
}

static void
on_stop (LodgerCaller *caller, void *data)
{
  (void) data;
  tour_say ("%s stops", lodger_caller_get_name (caller));
}

/* The start hook is the first function in the caller's thread, the stop hook the last. Children have them, too. */
static void
show_hooks (void)
{
  LodgerCaller *parent
      = lodger_caller_open (LODGER_CALLER_NEW_THREAD,
                            LODGER_CALLER_OPTIONS (.name = "parent", .on_start = on_start, .on_stop = on_stop), NULL);
  LodgerCaller *child;
  lodger_pending_wait (lodger_caller_get_started (parent), LODGER_FOREVER, LODGER_WAIT_DEFAULT);
  child = lodger_caller_open_child (parent, LODGER_CALLER_OPTIONS (.name = "child"), NULL);
  lodger_pending_wait (lodger_caller_get_started (child), LODGER_FOREVER, LODGER_WAIT_DEFAULT);
  lodger_caller_unref (child);
  tour_close (parent);
}

const TourSection tour_callers[] = {
  { "modes", "how a caller is found or made", show_modes },
  { "children", "callers that stop with another", show_children },
  { "names", "where a call runs", show_names },
  { "describing", "callers and calls in a line", show_describing },
  { "states", "from the start to the stop", show_states },
  { "enter", "a caller for a part of a program", show_enter },
  { "hooks", "the first and the last function of a thread", show_hooks },
  { 0 },
};
