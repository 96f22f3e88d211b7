/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Loops: another loop in a caller's thread, and a host's main loop for one call. */
#include "tour.h"

#include <lodger-glib.h>
#include <lodger-manual.h>

static void
name_loop (LodgerPending *self, void *data)
{
  (void) data;
  tour_say ("loop: %s, default context: %s", lodger_host_current (),
            g_main_context_get_thread_default () != NULL ? "one of its own" : "none");
  lodger_pending_return_boolean (self, lodger_guest_current () != NULL);
}

/* A GMainContext of the guest's own. Without options it is the default one. */
static const LodgerGlibGuestOptions own = { .size = sizeof own, .flags = LODGER_GLIB_GUEST_OWN };

/* A call in the loop of a library, in the caller's thread. In the caller's own loop it is a plain call. */
static void
show_using (void)
{
  LodgerCaller *caller = tour_open ("ann");
  int is_guest;
  lodger_glib_register ();
  is_guest = tour_number (lodger_caller_call_using_backend (caller, "glib", &own, name_loop, NULL, NULL));
  tour_say ("GLib is %s", is_guest ? "a guest in the loop of the thread" : "the loop of the thread");
  is_guest = tour_number (lodger_caller_call_using_backend (caller, "native", NULL, name_loop, NULL, NULL));
  tour_say ("the other is %s", is_guest ? "a guest" : "a plain call");
  tour_close (caller);
}

static gboolean
answer (void *reply)
{
  tour_say ("the guest dispatches its own source");
  lodger_reply_return_int (reply, 42);
  return G_SOURCE_REMOVE;
}

static void
answer_in_guest (LodgerPending *self, void *data)
{
  GSource *source = g_idle_source_new ();
  (void) data;
  g_source_set_callback (source, answer, lodger_pending_defer (self), NULL);
  g_source_attach (source, g_main_context_get_thread_default ());
  g_source_unref (source);
}

/* A guest for one call, which ends with it: also when the answer comes later, from the guest's loop. */
static void
show_guest_run (void)
{
  LodgerCaller *caller = tour_open ("ann");
  lodger_glib_register ();
  tour_say ("answer: %d",
            tour_number (lodger_start_guest_run (caller, "glib", &own, answer_in_guest, NULL, NULL, NULL)));
  tour_close (caller);
}

static void
stay (LodgerPending *self, void *data)
{
  (void) data;
  tour_say ("loop: %s, caller: %s", lodger_host_current (), lodger_caller_get_name (lodger_caller_current ()));
  lodger_pending_return_string (self, "the outcome is handed back");
}

/* Runs a main loop in this thread until the call has ended. The name of the host says which loop it is. */
static void
show_run (void)
{
  LodgerPending *outcome;
  const char *text = NULL;
  lodger_glib_register ();
  outcome = lodger_run_full ("glib", NULL, stay, NULL, NULL, LODGER_CALLER_OPTIONS (.name = "run"));
  lodger_pending_get_string (outcome, &text);
  tour_say ("%s, and the loop has ended: %s", text, lodger_host_current () == NULL ? "yes" : "no");
  lodger_pending_unref (outcome);
}

/* A host is a loop that callers live in. This one has a clock of its own. Each loop of a thread has a caller. */
static void
show_host (void)
{
  LodgerManualHost *hosts[] = { lodger_manual_host_new (0), lodger_manual_host_new (0) };
  LodgerCaller *callers[2];
  LodgerPending *calls[2];
  for (int i = 0; i < 2; i++)
    {
      callers[i] = lodger_manual_attach (hosts[i], NULL, NULL);
      calls[i] = lodger_caller_call_later (callers[i], LODGER_SECONDS (3600), tour_nothing, NULL, NULL);
    }
  lodger_manual_advance (hosts[0], LODGER_SECONDS (3600));
  lodger_manual_run_until_idle (hosts[0]);
  tour_say ("%s callers in a thread; an hour later in one of them: %s", callers[0] != callers[1] ? "two" : "no two",
            lodger_error_code_string (lodger_pending_get_outcome (calls[0])));
  tour_say ("in the other one: %s", lodger_error_code_string (lodger_pending_get_outcome (calls[1])));
  for (int i = 0; i < 2; i++)
    {
      lodger_pending_unref (calls[i]);
      lodger_caller_leave (callers[i]);
      lodger_caller_unref (callers[i]);
      lodger_manual_host_unref (hosts[i]);
    }
}

const TourSection tour_loops[] = {
  { "call_using_backend", "a call inside another loop", show_using },
  { "start_guest_run", "another loop for one call", show_guest_run },
  { "host", "a loop with a clock of its own", show_host },
  { "run", "a main loop for one call", show_run },
  { 0 },
};
