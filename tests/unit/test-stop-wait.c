/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Leaving, and stopping with a wait: cases that unit/caller does not cover. */
#include "test-loop.h"
#include "test-suite.h"

static void
leave_inside (LodgerPending *self, void *data)
{
  *(int *) data = lodger_caller_leave (lodger_pending_get_caller (self));
}

static void *
enter_elsewhere (void *data)
{
  test_check (lodger_caller_enter (data) == LODGER_EWRONGTHREAD);
  test_check (lodger_caller_leave (data) == LODGER_EWRONGTHREAD);
  return NULL;
}

static void *
start_elsewhere (void *data)
{
  test_check (lodger_caller_start_sync (data) == LODGER_EWRONGTHREAD);
  test_check (lodger_caller_enter (data) == LODGER_EWRONGTHREAD);
  return NULL;
}

START_TEST (leaving_from_inside_or_elsewhere_is_refused)
{
  int code = 0;
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT), initial = loop_open_initial (LODGER_MANUAL_DEFAULT);
  log_capture_begin ();
  lodger_pending_unref (lodger_caller_call_soon (loop.caller, leave_inside, &code, NULL));
  loop_run (&loop);
  expect_code (code, LODGER_EBUSY);
  thread_join (thread_start (enter_elsewhere, loop.caller));
  thread_join (thread_start (start_elsewhere, initial.caller));
  ck_assert_uint_eq (log_capture_count (), 5);
  log_capture_end ();
  ck_assert (lodger_caller_is_running (loop.caller));
  loop_close (&initial);
  loop_close (&loop);
}
END_TEST

static void
cleanup_then (LodgerPending *self, LodgerPending *done, void *data)
{
  (void) self;
  (void) done;
  recorder_direct (data);
}

START_TEST (the_last_leave_waits_for_workers_calls)
{
  Recorder work = { 0 }, then = { 0 };
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  for (int i = 0; i < 20; i++)
    {
      LodgerPending *call = lodger_caller_to_thread (loop.caller, recorder_call, &work, recorder_destroy);
      lodger_pending_unref (lodger_pending_then (call, loop.caller, cleanup_then, &then, recorder_destroy));
      lodger_pending_unref (call);
    }
  expect_code (lodger_caller_leave (loop.caller), 0);
  ck_assert_int_eq (work.destroyed, 20);
  ck_assert_int_eq (then.destroyed, 20);
  lodger_caller_unref (loop.caller);
  lodger_manual_host_unref (loop.host);
}
END_TEST

typedef struct Stuck
{
  Latch entered;
  Latch let_go;
  Recorder *recorder;
} Stuck;

static void
stuck_destroy (void *data)
{
  recorder_destroy (((Stuck *) data)->recorder);
}

static void
be_stuck (LodgerPending *self, void *data)
{
  Stuck *stuck = data;
  (void) self;
  latch_open (&stuck->entered);
  latch_wait (&stuck->let_go);
}

START_TEST (a_last_leave_that_cannot_end_abandons_its_calls)
{
  LodgerCallerOptions options = { .size = sizeof options, .stop_deadline = 1000000 };
  LodgerCallOptions named = { .size = sizeof named, .name = "stuck one" };
  Loop loop = loop_open_full (LODGER_MANUAL_DEFAULT, &options);
  ProcCount before = proc_count ();
  LodgerPending *pending;
  Recorder recorder = { 0 };
  Stuck stuck = { .recorder = &recorder };
  latch_init (&stuck.entered);
  latch_init (&stuck.let_go);
  pending = lodger_caller_to_thread_full (loop.caller, be_stuck, &stuck, stuck_destroy, &named);
  latch_wait (&stuck.entered);
  log_capture_begin ();
  expect_code (lodger_caller_leave (loop.caller), LODGER_EABANDONED);
  ck_assert (log_capture_has ("stuck one"));
  log_capture_end ();
  expect_code (lodger_pending_get_outcome (pending), LODGER_EABANDONED);
  ck_assert_int_eq (lodger_pending_get_state (pending), LODGER_PENDING_FAILED);
  ck_assert (lodger_error_matches (lodger_pending_get_error (pending), NULL, LODGER_EABANDONED));
  ck_assert_int_eq (lodger_caller_get_state (loop.caller), LODGER_CALLER_STOPPED);
  ck_assert_int_eq (recorder.destroyed, 0);
  lodger_pending_unref (pending);
  lodger_caller_unref (loop.caller);
  lodger_manual_host_unref (loop.host);
  latch_open (&stuck.let_go);
  proc_expect_restored (before);
  ck_assert_int_eq (recorder.destroyed, 1);
  latch_clear (&stuck.entered);
  latch_clear (&stuck.let_go);
}
END_TEST

START_TEST (stopping_and_waiting_needs_no_count)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Recorder recorder = { 0 };
  expect_code (lodger_caller_enter (loop.caller), 0);
  lodger_pending_unref (lodger_caller_call_soon (loop.caller, recorder_call, &recorder, recorder_destroy));
  expect_code (lodger_caller_stop_wait (loop.caller), 0);
  recorder_expect (&recorder, 0, 1);
  ck_assert_int_eq (lodger_caller_get_state (loop.caller), LODGER_CALLER_STOPPED);
  expect_code (lodger_caller_stop_wait (loop.caller), 0);
  expect_code (lodger_caller_leave (loop.caller), 0);
  expect_code (lodger_caller_leave (loop.caller), 0);
  lodger_caller_unref (loop.caller);
  lodger_manual_host_unref (loop.host);
}
END_TEST

START_TEST (the_stop_deadline_can_be_asked)
{
  const LodgerCallerOptions options = { .size = sizeof options, .stop_deadline = 12345 };
  LodgerCaller *child;
  Loop loop = loop_open_full (LODGER_MANUAL_DEFAULT, &options);
  ck_assert_int_eq (lodger_caller_get_stop_deadline (loop.caller), 12345);
  child = lodger_caller_open_child (loop.caller, NULL, NULL);
  ck_assert_int_eq (lodger_caller_get_stop_deadline (child), 12345);
  lodger_caller_unref (child);
  loop_close (&loop);
  loop = loop_open (LODGER_MANUAL_DEFAULT);
  ck_assert_int_gt (lodger_caller_get_stop_deadline (loop.caller), 0);
  loop_close (&loop);
}
END_TEST

/* ---- a loop inside a stop hook ------------------------------------------------------------------------------------- */

typedef struct Ending
{
  Loop loop;
  LodgerPending *with_home; /* its value is destroyed in its home, the loop */
  bool was_stopped;
} Ending;

static void *
drop_pending (void *pending)
{
  lodger_pending_unref (pending);
  return NULL;
}

/* A value whose home is the loop gives the loop something to do. */
static void
run_a_loop (LodgerCaller *caller, void *data)
{
  Ending *ending = data;
  thread_join (thread_start (drop_pending, ending->with_home));
  loop_run (&ending->loop);
  ending->was_stopped = lodger_pending_is_done (lodger_caller_get_stopped (caller));
}

static void
return_data (LodgerPending *self, void *data)
{
  lodger_pending_return_pointer (self, data, recorder_destroy);
}

START_TEST (a_stop_hook_that_runs_a_loop_is_still_the_last)
{
  Ending ending = { .was_stopped = false };
  LodgerCallerOptions options = { .size = sizeof options, .on_stop = run_a_loop, .hook_data = &ending };
  LodgerCallOptions home = { .size = sizeof home };
  Recorder value = { 0 };
  ending.loop = loop_open_full (LODGER_MANUAL_DEFAULT, &options);
  home.result_home = ending.loop.caller;
  ending.with_home = lodger_caller_call_soon_full (ending.loop.caller, return_data, &value, NULL, &home);
  loop_run (&ending.loop);
  lodger_caller_stop (ending.loop.caller, true);
  loop_run (&ending.loop);
  ck_assert_int_eq (lodger_caller_get_state (ending.loop.caller), LODGER_CALLER_STOPPED);
  ck_assert (!ending.was_stopped);
  recorder_expect (&value, 0, 1);
  ck_assert_int_eq (value.destroyed_in, test_thread_id ());
  loop_close (&ending.loop);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("stop-wait");
  test_add (suite, leaving_from_inside_or_elsewhere_is_refused);
  test_add (suite, the_last_leave_waits_for_workers_calls);
  test_add (suite, a_last_leave_that_cannot_end_abandons_its_calls);
  test_add (suite, stopping_and_waiting_needs_no_count);
  test_add (suite, the_stop_deadline_can_be_asked);
  test_add (suite, a_stop_hook_that_runs_a_loop_is_still_the_last);
  return test_main (suite, argc, argv);
}
