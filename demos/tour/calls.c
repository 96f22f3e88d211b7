/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls: soon, later, without an outcome, in a worker, and in a queue. */
#include "tour.h"

#include <time.h>

static void
say_it (LodgerPending *self, void *text)
{
  (void) self;
  tour_say ("%s", (const char *) text);
}

static void
say_it_directly (void *text)
{
  tour_say ("%s", (const char *) text);
}

/* Calls of one thread run in the order of their submission, and never inside it. */
static void
show_soon (void)
{
  LodgerCaller *caller = tour_open ("ann");
  int number = 21;
  lodger_pending_disown (lodger_caller_call_soon (caller, say_it, tour_text ("first"), NULL));
  lodger_pending_disown (lodger_caller_call_soon (caller, say_it, tour_text ("second"), NULL));
  tour_say ("the third has returned %d", tour_number (lodger_caller_call_soon (caller, tour_double, &number, NULL)));
  tour_close (caller);
}

static int64_t
now (void)
{
  struct timespec time;
  clock_gettime (CLOCK_MONOTONIC, &time);
  return LODGER_SECONDS (time.tv_sec) + time.tv_nsec;
}

/* A call that comes later never comes early. Its order is that of the times. */
static void
show_later (void)
{
  const int64_t before = now ();
  LodgerCaller *caller = tour_open ("ann");
  LodgerPending *late = lodger_caller_call_later (caller, LODGER_MILLISECONDS (20), tour_nothing, NULL, NULL);
  lodger_pending_disown (lodger_caller_call_soon (caller, say_it, tour_text ("the other one comes later"), NULL));
  tour_finish (late);
  tour_say ("it was %s", now () - before >= LODGER_MILLISECONDS (20) ? "not early" : "early");
  tour_close (caller);
}

/* The cheapest call has no outcome. It can neither fail nor wait. */
static void
show_direct (void)
{
  LodgerCaller *caller = tour_open ("ann");
  const int code = lodger_caller_call_direct (caller, say_it_directly, tour_text ("directly"), NULL);
  tour_finish (lodger_caller_call_soon (caller, say_it, tour_text ("after it"), NULL));
  tour_say ("the submission: %s", lodger_error_code_string (code));
  tour_close (caller);
}

static void
take_home (LodgerPending *self, LodgerPending *done, void *caller)
{
  tour_say ("the outcome is %s", lodger_caller_is_current_thread (caller) ? "in the caller's thread" : "elsewhere");
  lodger_pending_return_from (self, done);
}

static void
is_elsewhere (LodgerPending *self, void *caller)
{
  lodger_pending_return_boolean (self, !lodger_caller_is_current_thread (caller));
}

/* Work goes to a thread of the pool, which is kept for the next one. The continuation brings the outcome back. */
static void
show_workers (void)
{
  LodgerCaller *caller = tour_open ("ann");
  LodgerPending *work = lodger_caller_to_thread (caller, is_elsewhere, caller, NULL);
  LodgerPending *home = lodger_pending_then (work, caller, take_home, caller, NULL);
  tour_say ("in another thread: %s", tour_number (home) == 1 ? "yes" : "no");
  lodger_pending_unref (work);
  lodger_caller_set_idle_limit (caller, 2);
  lodger_caller_set_idle_duration (caller, LODGER_SECONDS (60));
  tour_close (caller);
}

/* One item at a time, in the caller's thread. Any address names a queue of a caller. A close drops what waits. */
static void
show_queues (void)
{
  static const char key = 0;
  LodgerCaller *caller = tour_open ("ann");
  LodgerQueue *queue = lodger_queue_open (caller, &key, LODGER_QUEUE_OPTIONS (.name = "letters"));
  LodgerPending *over;
  lodger_queue_call (queue, say_it, tour_text ("a"), NULL);
  lodger_queue_call_keyed (caller, &key, say_it, tour_text ("b"), NULL);
  over = lodger_pending_ref (lodger_queue_get_pending (queue));
  lodger_queue_unref (queue);
  tour_say ("nobody refers to it, and it ends: %s", lodger_error_code_string (tour_finish (over)));
  tour_say ("a close: %s",
            lodger_queue_close_keyed (caller, &key, "that is all") ? "done" : "there is no queue any more");
  tour_close (caller);
}

const TourSection tour_calls[] = {
  { "call_soon", "calls in order", show_soon },
  { "call_later", "a call after some time", show_later },
  { "call_direct", "a call without an outcome", show_direct },
  { "to_thread", "work in another thread, and back", show_workers },
  { "queues", "one after the other", show_queues },
  { 0 },
};
