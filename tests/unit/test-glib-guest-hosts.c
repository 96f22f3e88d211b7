/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Guests "glib" of callers: which loops they are, and what they do in a host. */
#include "test-gio-glib.h"
#include "test-loop.h"
#include "test-suite.h"

#include <lodger-glib.h>

static GMainContext *
own_of (void)
{
  return g_main_context_get_thread_default ();
}

static gboolean
note_once (void *data)
{
  recorder_direct (data);
  return G_SOURCE_REMOVE;
}

static GSource *
add_idle (GMainContext *context, int priority, GSourceFunc func, void *data)
{
  GSource *source = g_idle_source_new ();
  g_source_set_priority (source, priority);
  g_source_set_callback (source, func, data, NULL);
  g_source_attach (source, context);
  g_source_unref (source);
  return source;
}

static LodgerGuest *
start (LodgerCaller *caller, const LodgerGlibGuestOptions *options)
{
  LodgerError *error = NULL;
  LodgerGuest *guest;
  expect_code (lodger_glib_register (), 0);
  guest = lodger_guest_start (caller, "glib", options, &error);
  if (guest == NULL)
    test_fail ("no guest: %s", lodger_error_get_message (error));
  return guest;
}

/* ---- which loop -------------------------------------------------------------------------------------------------- */

static void
expect_context (LodgerPending *self, void *data)
{
  (void) self;
  ck_assert_ptr_null (lodger_guest_current ());
  if (data != NULL)
    ck_assert (g_main_context_is_owner (data));
}

START_TEST (edge_66_a_context_that_the_host_runs_is_a_plain_call)
{
  GMainContext *context = g_main_context_new ();
  LodgerGlibGuestOptions options = { .size = sizeof options, .context = context };
  LodgerCaller *caller = lodger_glib_attach (context, NULL);
  LodgerPending *pending
      = lodger_caller_call_using_backend (caller, "glib", _i == 0 ? &options : NULL, expect_context, context, NULL);
  turn_until_done (context, pending);
  expect_code (wait_outcome (pending), 0);
  expect_code (lodger_caller_leave (caller), 0);
  lodger_caller_unref (caller);
  g_main_context_unref (context);
}
END_TEST

START_TEST (edge_66_a_workers_own_context_is_a_plain_call)
{
  LodgerCaller *worker;
  expect_code (lodger_glib_register (), 0);
  worker = worker_start ("glib");
  expect_code (wait_outcome (lodger_caller_call_using_backend (worker, "glib", NULL, expect_context, NULL, NULL)), 0);
  worker_stop (worker);
}
END_TEST

START_TEST (a_context_of_another_thread_is_an_error_of_the_call)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerCaller *worker;
  LodgerGuest *guest = start (loop.caller, NULL);
  Recorder recorder = { 0 };
  LodgerPending *pending;
  worker = worker_start ("native");
  pending = lodger_caller_call_using_backend (worker, "glib", NULL, recorder_call, &recorder, recorder_destroy);
  expect_code (wait_outcome (pending), LODGER_EFAILED);
  recorder_expect (&recorder, 0, 1);
  worker_stop (worker);
  lodger_guest_unref (guest);
  loop_close (&loop);
}
END_TEST

static void
see_default (LodgerPending *self, void *data)
{
  (void) self;
  ck_assert_ptr_nonnull (lodger_guest_current ());
  ck_assert_ptr_null (g_main_context_get_thread_default ());
  ck_assert (g_main_context_is_owner (g_main_context_default ()));
  g_idle_add (note_once, data);
}

START_TEST (the_default_context_is_served_in_any_host)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Recorder recorder = { 0 };
  LodgerPending *pending;
  expect_code (lodger_glib_register (), 0);
  pending = lodger_caller_call_using_backend (loop.caller, "glib", NULL, see_default, &recorder, NULL);
  loop_run (&loop);
  expect_code (wait_outcome (pending), 0);
  recorder_expect (&recorder, 1, 0);
  ck_assert (g_main_context_is_owner (g_main_context_default ()));
  loop_close (&loop);
  ck_assert (!g_main_context_is_owner (g_main_context_default ()));
}
END_TEST

/* ---- kicks of the host's own call-backs -------------------------------------------------------------------------- */

typedef struct Redraw
{
  GMainContext *context;
  Recorder recorder;
  int when;
  int how;
} Redraw;

static void
kick_in_redraw (LodgerManualHost *host, void *data)
{
  Redraw *redraw = data;
  GSource *timer;
  (void) host;
  if (--redraw->when != 0)
    return;
  if (redraw->how == 0)
    {
      add_idle (redraw->context, G_PRIORITY_LOW, note_once, &redraw->recorder);
      return;
    }
  timer = g_timeout_source_new (0);
  g_source_set_callback (timer, note_once, &redraw->recorder, NULL);
  g_source_attach (timer, redraw->context);
  g_source_unref (timer);
}

/* Between the call-back and the sleep, Lodger is asked once. */
START_TEST (edge_71_a_kick_of_a_call_back_is_noticed_before_the_host_sleeps)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Redraw redraw = { .context = g_main_context_new (), .when = 3, .how = _i };
  LodgerGlibGuestOptions options = { .size = sizeof options, .context = redraw.context };
  LodgerGuest *guest = start (loop.caller, &options);
  uint64_t before;
  loop_run (&loop);
  lodger_manual_set_redraw (loop.host, kick_in_redraw, &redraw);
  ck_assert (!lodger_manual_iterate (loop.host, false));
  ck_assert (!lodger_manual_iterate (loop.host, false));
  before = lodger_manual_get_before_waits (loop.host);
  ck_assert (lodger_manual_iterate (loop.host, false));
  ck_assert_uint_eq (lodger_manual_get_before_waits (loop.host), before + 1);
  recorder_expect (&redraw.recorder, 0, 0);
  lodger_manual_iterate (loop.host, false);
  recorder_expect (&redraw.recorder, 1, 0);
  lodger_manual_set_redraw (loop.host, NULL, NULL);
  lodger_guest_unref (guest);
  loop_close (&loop);
  g_main_context_unref (redraw.context);
}
END_TEST

START_TEST (edge_72_a_kick_after_the_guests_end_is_harmless)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  GMainContext *context = g_main_context_new ();
  LodgerGlibGuestOptions options = { .size = sizeof options, .context = context };
  LodgerGuest *guest = start (loop.caller, &options);
  Recorder recorder = { 0 };
  loop_run (&loop);
  expect_code (lodger_guest_end (guest), 0);
  add_idle (context, G_PRIORITY_DEFAULT, note_once, &recorder);
  g_main_context_wakeup (context);
  expect_code (lodger_guest_kick (guest), 0);
  loop_run (&loop);
  recorder_expect (&recorder, 0, 0);
  g_main_context_iteration (context, FALSE);
  recorder_expect (&recorder, 1, 0);
  lodger_guest_unref (guest);
  loop_close (&loop);
  g_main_context_unref (context);
}
END_TEST

/* ---- in a busy host ---------------------------------------------------------------------------------------------- */

typedef struct Busy
{
  int frames, runs;
  int since, most; /* runs between two frames */
} Busy;

static void
spin (int64_t ns)
{
  int64_t until = test_now () + ns;
  while (test_now () < until)
    ;
}

static gboolean
paint (void *data)
{
  Busy *busy = data;
  busy->frames++;
  busy->since = 0;
  return G_SOURCE_CONTINUE;
}

static gboolean
be_busy (void *data)
{
  Busy *busy = data;
  busy->runs++;
  busy->most = MAX (busy->most, ++busy->since);
  spin (50000);
  return G_SOURCE_CONTINUE;
}

/* A timer's frame comes between two slices. What ages takes 8 ms at most. */
START_TEST (law_5_a_busy_guest_leaves_room_for_the_redraw)
{
  GMainContext *context = g_main_context_new ();
  LodgerCaller *caller = lodger_glib_attach (context, NULL);
  LodgerGlibGuestOptions options = { .size = sizeof options, .flags = LODGER_GLIB_GUEST_OWN };
  LodgerGuest *guest = start (caller, &options);
  LodgerPending *pending;
  Recorder recorder = { 0 };
  Busy busy = { 0 };
  GMainContext *inside = g_main_context_new ();
  LodgerGlibGuestOptions given = { .size = sizeof given, .context = inside };
  LodgerGuest *other = start (caller, &given);
  GSource *frame = g_timeout_source_new (4), *endless;
  endless = add_idle (inside, G_PRIORITY_HIGH, be_busy, &busy);
  g_source_set_priority (frame, G_PRIORITY_HIGH_IDLE + 20);
  g_source_set_callback (frame, paint, &busy, NULL);
  g_source_attach (frame, context);
  pending = lodger_caller_call_later (caller, INT64_C (400000000), recorder_call, &recorder, NULL);
  turn_until_done (context, pending);
  lodger_pending_unref (pending);
  ck_assert_int_ge (busy.frames, 20);
  ck_assert_int_ge (busy.runs, 20);
  ck_assert_int_le (busy.most, 2 * 8000000 / 50000);
  g_source_destroy (endless);
  g_source_destroy (frame);
  g_source_unref (frame);
  lodger_guest_unref (guest);
  lodger_guest_unref (other);
  expect_code (lodger_caller_leave (caller), 0);
  lodger_caller_unref (caller);
  g_main_context_unref (inside);
  g_main_context_unref (context);
}
END_TEST

/* ---- the end ----------------------------------------------------------------------------------------------------- */

typedef struct Reading
{
  PipeStream stream;
  LodgerReply *reply;
  atomic_int begun, ended;
} Reading;

static void
reading_done (GObject *stream, GAsyncResult *result, void *data)
{
  Reading *reading = data;
  GError *error = NULL;
  g_input_stream_read_finish (G_INPUT_STREAM (stream), result, &error);
  ck_assert (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED));
  ck_assert_ptr_nonnull (own_of ());
  atomic_fetch_add (&reading->ended, 1);
  lodger_glib_reply_return_gerror (reading->reply, error);
}

static void
begin_reading (LodgerPending *self, void *data)
{
  Reading *reading = data;
  GCancellable *cancellable = lodger_glib_pending_get_cancellable (self);
  reading->reply = lodger_pending_defer (self);
  g_input_stream_read_async (reading->stream.stream, reading->stream.text, sizeof reading->stream.text,
                             G_PRIORITY_DEFAULT, cancellable, reading_done, reading);
  atomic_fetch_add (&reading->begun, 1);
}

static void
stop_while_it_reads (Reading *reading)
{
  static const LodgerGlibGuestOptions options = { .size = sizeof options, .flags = LODGER_GLIB_GUEST_OWN };
  Loop loop = loop_open (LODGER_MANUAL_REAL);
  LodgerPending *pending
      = lodger_caller_call_using_backend (loop.caller, "glib", &options, begin_reading, reading, NULL);
  int times = atomic_load (&reading->ended);
  while (atomic_load (&reading->begun) == times)
    lodger_manual_iterate (loop.host, true);
  loop_close (&loop);
  ck_assert_int_eq (atomic_load (&reading->ended), times + 1);
  expect_code (wait_outcome (pending), LODGER_ECANCELED);
}

/* The guest is served until what is under way in it has ended. The first use of some threads is not counted. */
START_TEST (a_stop_cancels_what_is_under_way_in_a_guest)
{
  Reading reading = { .begun = 0 };
  ProcCount before;
  expect_code (lodger_glib_register (), 0);
  g_main_context_default ();
  pipe_stream_open (&reading.stream, NULL);
  stop_while_it_reads (&reading);
  before = proc_count ();
  stop_while_it_reads (&reading);
  proc_expect_restored (before);
  pipe_stream_close (&reading.stream);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("glib-guest-hosts");
  test_add_variant (suite, "edge_66_a_context_that_the_host_runs_is_a_plain_call/given",
                    edge_66_a_context_that_the_host_runs_is_a_plain_call, 0);
  test_add_variant (suite, "edge_66_a_context_that_the_host_runs_is_a_plain_call/not_given",
                    edge_66_a_context_that_the_host_runs_is_a_plain_call, 1);
  test_add (suite, edge_66_a_workers_own_context_is_a_plain_call);
  test_add (suite, a_context_of_another_thread_is_an_error_of_the_call);
  test_add (suite, the_default_context_is_served_in_any_host);
  test_add_variant (suite, "edge_71_a_kick_of_a_call_back_is_noticed_before_the_host_sleeps/attach",
                    edge_71_a_kick_of_a_call_back_is_noticed_before_the_host_sleeps, 0);
  test_add_variant (suite, "edge_71_a_kick_of_a_call_back_is_noticed_before_the_host_sleeps/timer",
                    edge_71_a_kick_of_a_call_back_is_noticed_before_the_host_sleeps, 1);
  test_add (suite, edge_72_a_kick_after_the_guests_end_is_harmless);
  test_add (suite, law_5_a_busy_guest_leaves_room_for_the_redraw);
  test_add (suite, a_stop_cancels_what_is_under_way_in_a_guest);
  return test_main (suite, argc, argv);
}
