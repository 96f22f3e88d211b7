/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Operations whose loop ends, or that a wait would keep from coming back. */
#include "test-gio-glib.h"
#include "test-suite.h"

typedef struct Reading
{
  Recorder recorder;
  PipeStream pipe_stream;
  LodgerPending *read;
  GMainContext *context; /* pushed around the start; NULL: none */
  Latch is_underway;
  int code;
  bool takes; /* the call takes the outcome */
  bool waits;
} Reading;

static void
reading_open (Reading *reading)
{
  latch_init (&reading->is_underway);
  pipe_stream_open (&reading->pipe_stream, NULL);
}

static void
reading_close (Reading *reading)
{
  lodger_pending_unref (reading->read);
  pipe_stream_close (&reading->pipe_stream);
  latch_clear (&reading->is_underway);
}

static void
on_finish (LodgerPending *self, GObject *source, GAsyncResult *result, void *data)
{
  Reading *reading = data;
  recorder_call (self, &reading->recorder);
  pipe_stream_finish (self, source, result, &reading->pipe_stream);
}

static void
on_destroy (void *data)
{
  recorder_destroy (&((Reading *) data)->recorder);
}

static void
start_reading (LodgerPending *self, void *data)
{
  Reading *reading = data;
  if (reading->context != NULL)
    g_main_context_push_thread_default (reading->context);
  reading->read = lodger_glib_async_new (NULL, on_finish, reading, on_destroy);
  pipe_stream_start (&reading->pipe_stream, reading->read);
  if (reading->context != NULL)
    g_main_context_pop_thread_default (reading->context);
  if (reading->takes)
    lodger_pending_return_from (self, reading->read);
  latch_open (&reading->is_underway);
  if (reading->waits)
    reading->code = lodger_pending_wait (reading->read, LODGER_FOREVER, LODGER_WAIT_PROTECT);
}

static LodgerCaller *
glib_worker (void)
{
  expect_code (lodger_glib_register (), 0);
  return worker_start ("glib");
}

START_TEST (a_stop_cancels_an_operation_and_waits_for_it)
{
  LodgerCaller *worker = glib_worker ();
  Reading reading = { 0 };
  int thread = worker_thread_id (worker);
  reading_open (&reading);
  lodger_pending_unref (lodger_caller_call_soon (worker, start_reading, &reading, NULL));
  latch_wait (&reading.is_underway);
  worker_stop (worker);
  ck_assert (lodger_pending_is_done (reading.read));
  expect_code (lodger_pending_get_outcome (reading.read), LODGER_ECANCELED);
  recorder_expect (&reading.recorder, 1, 1);
  ck_assert_int_eq (reading.recorder.ran_in, thread);
  ck_assert_int_eq (reading.recorder.destroyed_in, thread);
  reading_close (&reading);
}
END_TEST

START_TEST (a_cancelled_call_cancels_the_operation_that_it_takes)
{
  LodgerCaller *worker = glib_worker ();
  Reading reading = { .takes = true };
  LodgerPending *call;
  reading_open (&reading);
  call = lodger_caller_call_soon (worker, start_reading, &reading, NULL);
  latch_wait (&reading.is_underway);
  lodger_pending_cancel (call, "enough");
  expect_code (wait_outcome (call), LODGER_ECANCELED);
  expect_code (lodger_pending_get_outcome (reading.read), LODGER_ECANCELED);
  worker_stop (worker);
  recorder_expect (&reading.recorder, 1, 1);
  reading_close (&reading);
}
END_TEST

/* Here the loop is over when its caller stops: nobody could bring the operation back. */
START_TEST (an_operation_still_out_when_its_caller_has_stopped_ends)
{
  LodgerCaller *caller = lodger_glib_attach (NULL, NULL);
  Reading reading = { 0 };
  reading_open (&reading);
  start_reading (NULL, &reading);
  expect_code (lodger_caller_leave (caller), 0);
  lodger_caller_unref (caller);
  ck_assert (lodger_pending_is_done (reading.read));
  expect_code (lodger_pending_get_outcome (reading.read), LODGER_ECANCELED);
  recorder_expect (&reading.recorder, 0, 1);
  turn_until_quiet (NULL); /* it comes back after all */
  recorder_expect (&reading.recorder, 0, 1);
  reading_close (&reading);
}
END_TEST

/* Nothing tells it of the stop that has begun already, but its end. */
START_TEST (an_operation_started_during_a_stop_is_cancelled_by_its_end)
{
  LodgerCaller *caller = lodger_glib_attach (NULL, NULL);
  Reading reading = { 0 };
  reading_open (&reading);
  lodger_caller_stop (caller, true);
  start_reading (NULL, &reading);
  ck_assert (!lodger_pending_is_done (reading.read));
  expect_code (lodger_caller_leave (caller), 0);
  lodger_caller_unref (caller);
  expect_code (lodger_pending_get_outcome (reading.read), LODGER_ECANCELED);
  ck_assert (g_cancellable_is_cancelled (lodger_glib_async_get_cancellable (reading.read)));
  expect_code (lodger_pending_get_outcome (reading.read), LODGER_ECANCELED);
  recorder_expect (&reading.recorder, 0, 1);
  turn_until_quiet (NULL);
  recorder_expect (&reading.recorder, 0, 1);
  reading_close (&reading);
}
END_TEST

/* The loop does not turn while the last leave waits, so that the operation cannot come back. */
START_TEST (a_call_that_takes_an_operation_does_not_hold_up_the_last_leave)
{
  LodgerCaller *caller = lodger_glib_attach (NULL, NULL);
  Reading reading = { .takes = true };
  LodgerPending *call;
  reading_open (&reading);
  call = lodger_caller_call_soon (caller, start_reading, &reading, NULL);
  while (!latch_is_open (&reading.is_underway))
    g_main_context_iteration (NULL, TRUE);
  expect_code (lodger_caller_leave (caller), 0);
  expect_code (lodger_pending_get_outcome (call), LODGER_ECANCELED);
  expect_code (lodger_pending_get_outcome (reading.read), LODGER_ECANCELED);
  recorder_expect (&reading.recorder, 0, 1);
  ck_assert_int_eq (reading.recorder.destroyed_in, test_thread_id ());
  while (g_main_context_iteration (NULL, FALSE))
    ;
  lodger_pending_unref (call);
  reading_close (&reading);
  lodger_caller_unref (caller);
}
END_TEST

START_TEST (an_operation_that_has_ended_is_nothing_to_a_stop)
{
  LodgerCaller *caller = lodger_glib_attach (NULL, NULL);
  Reading reading = { 0 };
  reading_open (&reading);
  start_reading (NULL, &reading);
  pipe_stream_write (&reading.pipe_stream);
  turn_until_done (NULL, reading.read);
  expect_code (lodger_caller_leave (caller), 0);
  lodger_caller_unref (caller);
  expect_code (lodger_pending_get_outcome (reading.read), 0);
  recorder_expect (&reading.recorder, 1, 1);
  reading_close (&reading);
}
END_TEST

static void
answer_already (LodgerPending *self, void *data)
{
  (void) self;
  (void) data;
}

/* With room for no call more, an operation is started all the same, quietly. */
static void
start_in_a_full_inbox (LodgerPending *self, void *data)
{
  LodgerCaller *caller = lodger_caller_current ();
  LodgerPending *fills = lodger_caller_call_soon (caller, answer_already, NULL, NULL);
  start_reading (self, data);
  lodger_pending_unref (fills);
}

START_TEST (a_full_inbox_accepts_a_finished_operation)
{
  LodgerCallerOptions options = { .size = sizeof options, .inbox_limit = 1 };
  LodgerCaller *worker;
  Reading reading = { 0 };
  expect_code (lodger_glib_register (), 0);
  worker = worker_start_full ("glib", &options);
  reading_open (&reading);
  log_capture_begin ();
  lodger_pending_unref (lodger_caller_call_soon (worker, start_in_a_full_inbox, &reading, NULL));
  latch_wait (&reading.is_underway);
  worker_stop (worker);
  ck_assert_uint_eq (log_capture_count (), 0);
  log_capture_end ();
  recorder_expect (&reading.recorder, 1, 1);
  reading_close (&reading);
}
END_TEST

/* ---- law 7 ------------------------------------------------------------------------------------------------------- */

START_TEST (waiting_for_an_operation_of_this_workers_own_loop_is_refused)
{
  LodgerCaller *worker = glib_worker ();
  Reading reading = { .waits = true };
  reading_open (&reading);
  log_capture_begin ();
  expect_code (wait_outcome (lodger_caller_call_soon (worker, start_reading, &reading, NULL)), 0);
  expect_code (reading.code, LODGER_EDEADLK);
  log_capture_end ();
  pipe_stream_write (&reading.pipe_stream);
  wait_done (reading.read);
  expect_code (lodger_pending_get_outcome (reading.read), 0);
  worker_stop (worker);
  reading_close (&reading);
}
END_TEST

typedef struct Turning
{
  GMainContext *context;
  LodgerPending *read;
} Turning;

static void *
turn_elsewhere (void *data)
{
  Turning *turning = data;
  turn_until_done (turning->context, turning->read);
  return NULL;
}

START_TEST (an_operation_of_another_context_may_be_waited_for)
{
  LodgerCaller *worker = glib_worker ();
  Reading reading = { .waits = true, .context = g_main_context_new () };
  Turning turning = { .context = reading.context };
  LodgerPending *call;
  pthread_t turner;
  reading_open (&reading);
  call = lodger_caller_call_soon (worker, start_reading, &reading, NULL);
  latch_wait (&reading.is_underway);
  turning.read = reading.read;
  turner = thread_start (turn_elsewhere, &turning);
  pipe_stream_write (&reading.pipe_stream);
  expect_code (wait_outcome (call), 0);
  expect_code (reading.code, 0);
  thread_join (turner);
  worker_stop (worker);
  g_main_context_unref (reading.context);
  reading_close (&reading);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("glib-gio-ends");
  test_add (suite, a_stop_cancels_an_operation_and_waits_for_it);
  test_add (suite, a_cancelled_call_cancels_the_operation_that_it_takes);
  test_add (suite, an_operation_still_out_when_its_caller_has_stopped_ends);
  test_add (suite, an_operation_started_during_a_stop_is_cancelled_by_its_end);
  test_add (suite, a_call_that_takes_an_operation_does_not_hold_up_the_last_leave);
  test_add (suite, an_operation_that_has_ended_is_nothing_to_a_stop);
  test_add (suite, a_full_inbox_accepts_a_finished_operation);
  test_add (suite, waiting_for_an_operation_of_this_workers_own_loop_is_refused);
  test_add (suite, an_operation_of_another_context_may_be_waited_for);
  return test_main (suite, argc, argv);
}
