/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The host "qt": attaching, nested loops, deadlines, descriptors. Each with Qt's own dispatcher and with GLib's. */
#include "qt-suite.h"

#ifdef LODGER_HAVE_GLIB
#include <glib.h>
#endif

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#define MS INT64_C (1000000)

static LodgerCaller *
attach (void)
{
  LodgerError *error = NULL;
  LodgerCaller *caller = lodger_qt_attach (&error);
  if (caller == NULL)
    test_fail ("cannot attach: %s", lodger_error_get_message (error));
  return caller;
}

static void
leave (LodgerCaller *caller)
{
  expect_code (lodger_caller_leave (caller), 0);
  lodger_caller_unref (caller);
}

static void
run_until (const atomic_int *value, int at_least)
{
  int64_t until = test_now () + test_limit_ns ();
  while (atomic_load (value) < at_least)
    {
      qt_process_events (true);
      if (test_now () > until)
        test_fail ("hangs");
    }
}

/* ---- attaching --------------------------------------------------------------------------------------------------- */

START_TEST (attaching_twice_gives_the_same_caller)
{
  LodgerCaller *first, *second;
  qt_application_start (_i);
  first = lodger_qt_attach_full (NULL, LODGER_CALLER_OPTIONS (.name = "kitchen"), NULL);
  second = attach ();
  ck_assert_ptr_nonnull (first);
  ck_assert_ptr_eq (first, second);
  ck_assert_str_eq (lodger_caller_get_name (first), "kitchen");
  ck_assert_str_eq (lodger_caller_get_host (first), "qt");
  ck_assert_ptr_null (lodger_caller_get_backend (first));
  expect_code (lodger_caller_leave (second), 0);
  ck_assert (lodger_caller_is_running (first));
  lodger_caller_unref (second);
  leave (first);
}
END_TEST

START_TEST (a_refused_attach_says_why)
{
  LodgerCallerOptions options = { .size = 1 };
  LodgerQtHostOptions host_options = { .size = 1 };
  LodgerError *error = NULL;
  qt_application_start (_i);
  log_capture_begin ();
  ck_assert_ptr_null (lodger_qt_attach_full (NULL, &options, &error));
  expect_code (lodger_error_get_code (error), LODGER_EINVAL);
  lodger_error_unref (error);
  ck_assert_ptr_null (lodger_qt_attach_full (&host_options, NULL, &error));
  expect_code (lodger_error_get_code (error), LODGER_EINVAL);
  lodger_error_unref (error);
  ck_assert (log_capture_has ("lodger_qt_attach_full: "));
  log_capture_end ();
}
END_TEST

START_TEST (without_an_application_an_attach_is_refused)
{
  LodgerError *error = NULL;
  log_capture_begin ();
  ck_assert_ptr_null (lodger_qt_attach (&error));
  expect_code (lodger_error_get_code (error), LODGER_ESTATE);
  lodger_error_unref (error);
  ck_assert_ptr_null (lodger_qt_get_caller ());
  ck_assert (log_capture_has ("there is no QCoreApplication"));
  log_capture_end ();
  qt_application_start (_i);
  leave (attach ());
}
END_TEST

START_TEST (a_caller_that_was_only_asked_for_counts_no_enter)
{
  LodgerCaller *asked, *opened;
  qt_application_start (_i);
  asked = lodger_qt_get_caller ();
  ck_assert_ptr_nonnull (asked);
  opened = lodger_qt_open_caller (NULL, NULL, NULL);
  ck_assert_ptr_eq (asked, opened);
  ck_assert_ptr_eq (lodger_qt_get_caller (), asked);
  leave (attach ());
  while (lodger_caller_get_state (opened) != LODGER_CALLER_STOPPED)
    qt_process_events (true);
  lodger_caller_unref (opened);
}
END_TEST

/* ---- threads ----------------------------------------------------------------------------------------------------- */

typedef struct InThread
{
  LodgerCaller *caller;
  Counter attached;
  Recorder recorder;
  Recorder late;
} InThread;

static void
attach_in_thread (void *data)
{
  InThread *in = data;
  in->caller = attach ();
  counter_add (&in->attached, 1);
}

/* The end of the thread cancels what its caller still has. */
START_TEST (edge_77_the_end_of_a_qthread_is_the_end_of_the_host)
{
  InThread in = { 0 };
  QtThread *thread;
  LodgerPending *call, *late;
  qt_application_start (_i);
  counter_init (&in.attached);
  thread = qt_thread_start (attach_in_thread, &in);
  counter_wait (&in.attached, 1);
  call = lodger_caller_call_soon (in.caller, recorder_call, &in.recorder, recorder_destroy);
  expect_code (wait_outcome (call), 0);
  late = lodger_caller_call_later (in.caller, 3600000 * MS, recorder_call, &in.late, recorder_destroy);
  log_capture_begin ();
  qt_thread_join (thread);
  ck_assert (log_capture_has ("has ended before it was left"));
  log_capture_end ();
  expect_code (wait_outcome (late), LODGER_ECANCELED);
  recorder_expect (&in.recorder, 1, 1);
  recorder_expect (&in.late, 0, 1);
  lodger_caller_unref (in.caller);
  counter_clear (&in.attached);
}
END_TEST

static void *
attach_in_plain_thread (void *data)
{
  InThread *in = data;
  in->caller = attach ();
  lodger_pending_disown (lodger_caller_call_soon (in->caller, recorder_call, &in->recorder, recorder_destroy));
  run_until (&in->recorder.ran, 1);
  leave (in->caller);
  return NULL;
}

START_TEST (a_thread_without_a_dispatcher_receives_one)
{
  InThread in = { 0 };
  qt_application_start (_i);
  thread_join (thread_start (attach_in_plain_thread, &in));
  recorder_expect (&in.recorder, 1, 1);
}
END_TEST

/* ---- the end of the application's object --------------------------------------------------------------------------- */

START_TEST (edge_77_the_end_of_the_application_object_is_the_end_of_the_host)
{
  Recorder recorder = { 0 };
  LodgerCaller *caller;
  LodgerPending *call;
  qt_application_start (_i);
  caller = attach ();
  call = lodger_caller_call_soon (caller, recorder_call, &recorder, recorder_destroy);
  log_capture_begin ();
  qt_application_free ();
  log_capture_end ();
  expect_code (wait_outcome (call), LODGER_ECANCELED);
  recorder_expect (&recorder, 0, 1);
  ck_assert_int_eq (lodger_caller_get_state (caller), LODGER_CALLER_STOPPED);
  expect_code (lodger_caller_leave (caller), 0);
  lodger_caller_unref (caller);
  qt_application_start (_i);
  leave (attach ());
}
END_TEST

/* ---- nested loops ------------------------------------------------------------------------------------------------ */

typedef struct Nested
{
  Recorder inner;
  bool with_sockets;
} Nested;

static void
quit_loop (void *data)
{
  (void) data;
  qt_loop_quit ();
}

static void
nest_in_loop (void *data)
{
  Nested *nested = data;
  (void) nested;
  lodger_caller_call_direct (lodger_caller_current (), quit_loop, NULL, NULL);
  qt_loop_exec ();
}

/* The calls behind the one that nests run in the nested loop, and the nested loop ends by one of them. */
START_TEST (a_nested_event_loop_goes_on_with_the_interrupted_turn)
{
  Nested nested = { 0 };
  LodgerCaller *caller;
  qt_application_start (_i);
  caller = attach ();
  lodger_caller_call_direct (caller, nest_in_loop, &nested, NULL);
  lodger_caller_call_direct (caller, recorder_direct, &nested.inner, recorder_destroy);
  run_until (&nested.inner.ran, 1);
  recorder_expect (&nested.inner, 1, 1);
  leave (caller);
}
END_TEST

static void
nest_in_rounds (void *data)
{
  Nested *nested = data;
  int64_t until = test_now () + test_limit_ns ();
  while (atomic_load (&nested->inner.ran) == 0)
    {
      qt_process_events (nested->with_sockets);
      if (test_now () > until)
        test_fail ("a nested processEvents() runs no calls");
    }
}

START_TEST (process_events_in_a_call_runs_the_calls_behind_it)
{
  qt_application_start (_i);
  for (int i = 0; i < 2; i++)
    {
      Nested nested = { .with_sockets = i == 0 };
      LodgerCaller *caller = attach ();
      lodger_caller_call_direct (caller, nest_in_rounds, &nested, NULL);
      lodger_caller_call_direct (caller, recorder_direct, &nested.inner, recorder_destroy);
      run_until (&nested.inner.ran, 1);
      leave (caller);
    }
}
END_TEST

#ifdef LODGER_HAVE_GLIB
/* A loop of GLib's in a call, as of a dialog of GTK's: the dispatcher emits no signal in it. */
static void
end_glib_loop (void *loop)
{
  g_main_loop_quit (loop);
}

static void
nest_in_glib (void *data)
{
  GMainLoop *loop = g_main_loop_new (NULL, FALSE);
  (void) data;
  lodger_caller_call_direct (lodger_caller_current (), end_glib_loop, loop, NULL);
  g_main_loop_run (loop);
  g_main_loop_unref (loop);
}

START_TEST (a_nested_loop_of_glibs_goes_on_with_the_interrupted_turn)
{
  Recorder inner = { 0 };
  LodgerCaller *caller;
  qt_application_start (true);
  caller = attach ();
  lodger_caller_call_direct (caller, nest_in_glib, NULL, NULL);
  lodger_caller_call_direct (caller, recorder_direct, &inner, recorder_destroy);
  run_until (&inner.ran, 1);
  recorder_expect (&inner, 1, 1);
  leave (caller);
}
END_TEST
#endif

/* ---- time -------------------------------------------------------------------------------------------------------- */

static void
note_time (void *data)
{
  *(int64_t *) data = test_now ();
}

static void
note_time_of_call (LodgerPending *self, void *data)
{
  (void) self;
  note_time (data);
}

START_TEST (edge_22_a_deadline_is_never_early)
{
  LodgerCaller *caller;
  qt_application_start (_i);
  caller = attach ();
  for (int i = 0; i < 20; i++)
    {
      int64_t ran_at = 0, start = test_now (), delay = i * MS / 4 + 1;
      LodgerPending *pending = lodger_caller_call_later (caller, delay, note_time_of_call, &ran_at, NULL);
      while (!lodger_pending_is_done (pending))
        qt_process_events (true);
      ck_assert_int_ge (ran_at - start, delay);
      lodger_pending_unref (pending);
    }
  leave (caller);
}
END_TEST

/* ---- shortage -------------------------------------------------------------------------------------------------- */

static void
do_nothing (void *data)
{
  (void) data;
}

static int64_t
note_slice (void *program)
{
  qt_program_note (program);
  return MS;
}

typedef struct Sleeper
{
  LodgerCaller *caller;
  int thread;
  Recorder recorder;
} Sleeper;

static void *
post_without_memory (void *data)
{
  Sleeper *sleeper = data;
  proc_wait_asleep (sleeper->thread);
  lodger_caller_call_direct (sleeper->caller, recorder_direct, &sleeper->recorder, recorder_destroy);
  return NULL;
}

START_TEST (edge_81_a_post_without_memory_arrives)
{
  Sleeper sleeper = { .thread = test_thread_id () };
  Recorder here = { 0 };
  QtProgram *program;
  pthread_t thread;
  qt_application_start (_i);
  program = qt_program_new (do_nothing, do_nothing, NULL);
  sleeper.caller
      = lodger_qt_attach_full (LODGER_QT_HOST_OPTIONS (.slice = note_slice, .slice_data = program), NULL, NULL);
  qt_refuse_memory (true);
  lodger_caller_call_direct (sleeper.caller, recorder_direct, &here, recorder_destroy);
  run_until (&here.ran, 1);
  thread = thread_start (post_without_memory, &sleeper);
  while (atomic_load (&sleeper.recorder.ran) == 0)
    qt_program_turn (program);
  thread_join (thread);
  qt_refuse_memory (false);
  recorder_expect (&here, 1, 1);
  recorder_expect (&sleeper.recorder, 1, 1);
  leave (sleeper.caller);
  qt_program_free (program);
}
END_TEST

/* ---- the run of the loop -------------------------------------------------------------------------------------------- */

static int64_t
short_slice (void *data)
{
  counter_add (data, 1);
  return 1;
}

START_TEST (a_slice_is_as_long_as_the_host_options_say)
{
  Recorder recorder = { 0 };
  Counter slices;
  LodgerCaller *caller;
  qt_application_start (_i);
  counter_init (&slices);
  caller = lodger_qt_attach_full (LODGER_QT_HOST_OPTIONS (.slice = short_slice, .slice_data = &slices), NULL, NULL);
  for (int i = 0; i < 10; i++)
    lodger_caller_call_direct (caller, recorder_direct, &recorder, NULL);
  run_until (&recorder.ran, 10);
  ck_assert_int_ge (counter_get (&slices), 10);
  leave (caller);
  counter_clear (&slices);
}
END_TEST

static void
count_and_end (LodgerPending *self, uint32_t revents, void *data)
{
  (void) revents;
  atomic_fetch_add ((atomic_int *) data, 1);
  lodger_pending_return_nothing (self);
}

START_TEST (reading_and_writing_are_watched_apart)
{
  LodgerPending *reading, *writing, *again;
  atomic_int reads = 0, writes = 0;
  LodgerCaller *caller;
  int ends[2];
  qt_application_start (_i);
  caller = attach ();
  ck_assert_int_eq (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  reading = lodger_caller_watch_fd (caller, ends[0], POLLIN, count_and_end, &reads, NULL);
  writing = lodger_caller_watch_fd (caller, ends[0], POLLOUT, count_and_end, &writes, NULL);
  run_until (&writes, 1);
  again = lodger_caller_watch_fd (caller, ends[0], POLLIN | POLLPRI, count_and_end, &reads, NULL);
  while (!lodger_pending_is_done (again))
    qt_process_events (true);
  expect_code (lodger_error_get_code (lodger_pending_get_error (again)), LODGER_EBUSY);
  ck_assert_int_eq (write (ends[1], "x", 1), 1);
  run_until (&reads, 1);
  lodger_pending_cancel (reading, NULL);
  lodger_pending_unref (reading);
  lodger_pending_unref (writing);
  lodger_pending_unref (again);
  leave (caller);
  close (ends[0]);
  close (ends[1]);
}
END_TEST

int
main (int argc, char **argv)
{
  static const TTest *const *const tests[] = {
    &attaching_twice_gives_the_same_caller,
    &a_refused_attach_says_why,
    &without_an_application_an_attach_is_refused,
    &a_caller_that_was_only_asked_for_counts_no_enter,
    &edge_77_the_end_of_a_qthread_is_the_end_of_the_host,
    &a_thread_without_a_dispatcher_receives_one,
    &edge_77_the_end_of_the_application_object_is_the_end_of_the_host,
    &a_nested_event_loop_goes_on_with_the_interrupted_turn,
    &process_events_in_a_call_runs_the_calls_behind_it,
#ifdef LODGER_HAVE_GLIB
    &a_nested_loop_of_glibs_goes_on_with_the_interrupted_turn,
#endif
    &edge_22_a_deadline_is_never_early,
    &edge_81_a_post_without_memory_arrives,
    &a_slice_is_as_long_as_the_host_options_say,
    &reading_and_writing_are_watched_apart,
  };
  return qt_test_main ("qt-host", tests, sizeof tests / sizeof *tests, argc, argv);
}
