/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pendings: outcomes, waits, cancels, call-backs, metadata, and promises. */
#include "tour.h"

#include <stdlib.h>
#include <string.h>

static const char *
outcome (const LodgerPending *pending)
{
  return lodger_error_code_string (lodger_pending_get_outcome (pending));
}

/* A call ends with a value, an error or a cancel. An error has a domain, a code and a message. */
static void
show_outcomes (void)
{
  LodgerCaller *caller = tour_open ("ann");
  LodgerPending *good = lodger_caller_call_soon (caller, tour_nothing, NULL, NULL);
  LodgerPending *bad = lodger_caller_call_soon (caller, tour_fail, NULL, NULL);
  lodger_pending_wait (bad, LODGER_FOREVER, LODGER_WAIT_NO_RESULT);
  tour_say ("%s; %s: %s", outcome (good), outcome (bad), lodger_error_get_message (lodger_pending_get_error (bad)));
  lodger_pending_unref (good);
  lodger_pending_unref (bad);
  tour_close (caller);
}

/* Lets `begun` know, and waits for a promise that nobody keeps. The cancel of the call ends the wait. */
static void
wait_in_vain (LodgerPending *self, void *begun)
{
  LodgerPending *never = lodger_pending_new (LODGER_PENDING_DEFAULT);
  (void) self;
  lodger_pending_return_nothing (begun);
  tour_say ("the wait ends: %s", lodger_error_code_string (lodger_pending_wait (never, LODGER_FOREVER, 0)));
  lodger_pending_unref (never);
}

static void
hear_cancel (LodgerPending *pending, const char *message, void *heard)
{
  (void) pending;
  strcpy (heard, message);
}

/* A cancel tells a running call, which ends in its own time: cancelled is not yet done. cancel_wait waits for the
 * end. */
static void
show_cancel (void)
{
  char heard[16] = "";
  LodgerCaller *caller = tour_open ("ann");
  LodgerPending *begun = lodger_pending_new (LODGER_PENDING_DEFAULT);
  LodgerPending *call = lodger_caller_to_thread (caller, wait_in_vain, begun, NULL);
  lodger_pending_set_canceller (call, hear_cancel, heard, NULL);
  lodger_pending_wait (begun, LODGER_FOREVER, LODGER_WAIT_DEFAULT);
  lodger_pending_cancel_wait (call, "enough", LODGER_FOREVER, LODGER_WAIT_DEFAULT);
  tour_say ("the canceller has heard: %s; the call: %s", heard, outcome (call));
  lodger_pending_unref (call);
  tour_close (caller);
  lodger_pending_unref (begun);
}

/* A wait that gives up cancels what it has waited for, unless it is told to protect it. */
static void
show_waits (void)
{
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  int code = lodger_pending_wait (promise, LODGER_MILLISECONDS (1), LODGER_WAIT_PROTECT);
  tour_say ("with PROTECT: %s; the promise: %s", lodger_error_code_string (code), outcome (promise));
  code = lodger_pending_wait (promise, LODGER_MILLISECONDS (1), LODGER_WAIT_DEFAULT);
  tour_say ("without: %s; the promise: %s", lodger_error_code_string (code), outcome (promise));
  code = lodger_pending_wait (promise, LODGER_FOREVER, LODGER_WAIT_NO_RESULT);
  tour_say ("only for the end: %s", lodger_error_code_string (code));
  lodger_pending_unref (promise);
}

static int
hear_end (LodgerPending *done, void *data)
{
  int64_t number = 0;
  lodger_pending_get_int (done, &number);
  tour_say ("%s hears %d", (const char *) data, (int) number);
  return 0;
}

/* Done-callbacks run in the thread that completes the pending, in their order, and at once if it is done already. */
static void
show_callbacks (void)
{
  static char first[] = "the first", second[] = "the second", third[] = "the third";
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  lodger_pending_add_done_callback (promise, hear_end, first, NULL);
  lodger_pending_add_done_callback (promise, hear_end, second, NULL);
  tour_say ("removed: %zu", lodger_pending_remove_done_callback (promise, hear_end, second));
  lodger_pending_return_int (promise, 7);
  lodger_pending_add_done_callback (promise, hear_end, third, NULL);
  lodger_pending_unref (promise);
}

static void
answer (LodgerPending *self, void *promise)
{
  (void) self;
  lodger_pending_return_string (promise, "from another thread");
}

/* A promise belongs to no call. The program answers it once, from any thread: later answers change nothing. */
static void
show_promises (void)
{
  LodgerCaller *caller = tour_open ("ann");
  LodgerPending *promise = lodger_pending_new_full (LODGER_PENDING_OPTIONS (.name = "letter"));
  const char *text = NULL;
  lodger_pending_disown (lodger_caller_call_soon (caller, answer, promise, NULL));
  lodger_pending_wait (promise, LODGER_FOREVER, LODGER_WAIT_DEFAULT);
  lodger_pending_get_string (promise, &text);
  tour_say ("%s; the next answer: %s", text, lodger_error_code_string (lodger_pending_return_int (promise, 1)));
  tour_close (caller);
  lodger_pending_unref (promise);
}

/* Values of the program's own travel with a pending, under a name. They are destroyed with it. */
static void
show_metadata (void)
{
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  lodger_pending_set_metadata (promise, "owner", strdup ("ann"), free);
  lodger_pending_set_metadata (promise, "owner", strdup ("bob"), free);
  tour_say ("owner: %s", (const char *) lodger_pending_get_metadata (promise, "owner"));
  tour_say ("colour: %s", lodger_pending_get_metadata (promise, "colour") == NULL ? "none" : "some");
  lodger_pending_unref (promise);
}

/* Waits leave a protected pending alone. Only its own cancel ends it. */
static void
show_protected (void)
{
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_PROTECTED);
  const int code = lodger_pending_wait (promise, LODGER_MILLISECONDS (1), LODGER_WAIT_DEFAULT);
  char *message;
  tour_say ("the wait: %s; the promise: %s", lodger_error_code_string (code), outcome (promise));
  lodger_pending_cancel (promise, "its own cancel");
  message = lodger_pending_dup_cancel_message (promise);
  tour_say ("the promise: %s, by %s", outcome (promise), message);
  lodger_free (message);
  lodger_pending_unref (promise);
}

const TourSection tour_pendings[] = {
  { "outcomes", "values and errors", show_outcomes },
  { "cancel", "a running call is told to end", show_cancel },
  { "wait", "waits with a limit", show_waits },
  { "callbacks", "functions that hear of the end", show_callbacks },
  { "promises", "outcomes without a call", show_promises },
  { "metadata", "values that travel with a pending", show_metadata },
  { "protected", "what no waiter cancels", show_protected },
  { 0 },
};
