/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A call that ends its thread under Lodger's feet: what it costs is that call and that thread, no more. */
#include "test-loop.h"
#include "test-suite.h"

static void
exit_thread (LodgerPending *self, void *data)
{
  (void) self;
  (void) data;
  pthread_exit (NULL);
}

START_TEST (a_pooled_call_that_exits_its_thread_is_abandoned)
{
  LodgerCallerOptions options = { .size = sizeof options, .max_workers = 1 };
  Loop loop = loop_open_full (LODGER_MANUAL_DEFAULT, &options);
  Recorder exiting = { 0 }, next = { 0 };
  ProcCount before = proc_count ();
  LodgerPending *pending, *second;
  log_capture_begin ();
  pending = lodger_caller_to_thread (loop.caller, exit_thread, &exiting, recorder_destroy);
  loop_run_until_done (&loop, pending);
  expect_code (lodger_pending_get_outcome (pending), LODGER_EABANDONED);
  ck_assert (log_capture_has ("has ended before it was left"));
  second = lodger_caller_to_thread (loop.caller, recorder_call, &next, recorder_destroy);
  loop_run_until_done (&loop, second);
  expect_code (lodger_pending_get_outcome (second), 0);
  recorder_expect (&exiting, 0, 1);
  recorder_expect (&next, 1, 1);
  log_capture_end ();
  lodger_pending_unref (pending);
  lodger_pending_unref (second);
  expect_code (lodger_caller_leave (loop.caller), 0);
  ck_assert_int_eq (proc_count ().threads, before.threads);
  lodger_caller_unref (loop.caller);
  lodger_manual_host_unref (loop.host);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("thread-exit");
  test_add (suite, a_pooled_call_that_exits_its_thread_is_abandoned);
  return test_main (suite, argc, argv);
}
