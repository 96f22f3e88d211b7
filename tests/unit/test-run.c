/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lodger_run: a host's main loop for as long as a call. */
#include "caller/caller.h"
#include "mailbox/post.h"
#include "test-loop.h"
#include "test-suite.h"

static void
answer (LodgerPending *self, void *data)
{
  ck_assert_str_eq (lodger_host_current (), "manual-real");
  ck_assert_ptr_nonnull (lodger_caller_current ());
  lodger_pending_return_int (self, *(const int *) data);
}

static LodgerManualHost *
real_host (void)
{
  expect_code (lodger_manual_register (), 0);
  return lodger_manual_host_new (LODGER_MANUAL_REAL);
}

START_TEST (the_outcome_is_handed_back)
{
  LodgerManualHost *host = real_host ();
  int number = 42;
  int64_t value;
  ck_assert_ptr_null (lodger_host_current ());
  for (int i = 0; i < 2; i++)
    {
      LodgerPending *outcome = lodger_run ("manual-real", host, answer, &number, NULL);
      ck_assert (lodger_pending_is_done (outcome));
      expect_code (lodger_pending_get_int (outcome, &value), 0);
      ck_assert_int_eq (value, 42);
      lodger_pending_unref (outcome);
      ck_assert_ptr_null (lodger_host_current ());
      ck_assert_ptr_null (lodger_caller_current ());
    }
  lodger_manual_host_unref (host);
}
END_TEST

/* The code of the error; the outcome's reference is consumed. */
static int
error_of (LodgerPending *outcome)
{
  int code;
  ck_assert (lodger_pending_is_done (outcome));
  ck_assert_int_ne (lodger_pending_get_outcome (outcome), 0);
  code = lodger_error_get_code (lodger_pending_get_error (outcome));
  lodger_pending_unref (outcome);
  return code;
}

static void
expect_works (LodgerManualHost *host)
{
  int number = 1;
  expect_code (wait_outcome (lodger_run ("manual-real", host, answer, &number, NULL)), 0);
}

/* ---- refusals -------------------------------------------------------------------------------------------------------- */

START_TEST (a_host_without_a_main_loop_is_refused)
{
  LodgerManualHost *host = lodger_manual_host_new (LODGER_MANUAL_DEFAULT);
  Recorder recorder = { 0 };
  expect_code (lodger_manual_register (), 0);
  log_capture_begin ();
  expect_code (error_of (lodger_run ("manual", host, recorder_call, &recorder, recorder_destroy)), LODGER_ENOSYS);
  recorder_expect (&recorder, 0, 1);
  expect_code (error_of (lodger_run ("no such", host, recorder_call, &recorder, recorder_destroy)), LODGER_ENOENT);
  recorder_expect (&recorder, 0, 2);
  log_capture_end ();
  ck_assert_ptr_null (lodger_host_current ());
  lodger_manual_host_unref (host);
}
END_TEST

START_TEST (edge_99_a_host_that_does_not_start_leaves_none_current)
{
  LodgerManualHost *host = real_host (), *closed = real_host ();
  Recorder recorder = { 0 };
  log_capture_begin ();
  lodger_manual_close (closed);
  expect_code (error_of (lodger_run ("manual-real", closed, recorder_call, &recorder, recorder_destroy)),
               LODGER_ESHUTDOWN);
  recorder_expect (&recorder, 0, 1);
  log_capture_end ();
  ck_assert_ptr_null (lodger_host_current ());
  expect_works (host);
  lodger_manual_host_unref (host);
  lodger_manual_host_unref (closed);
}
END_TEST

static LodgerError *
fail_to_start (LodgerCaller *caller, void *data)
{
  (void) caller;
  (void) data;
  return lodger_error_new (NULL, LODGER_EAGAIN, "not today");
}

START_TEST (edge_69_the_error_of_a_failed_start_comes_out)
{
  LodgerManualHost *host = real_host ();
  Recorder recorder = { 0 }, hook = { 0 };
  const LodgerCallerOptions options
      = { .size = sizeof options, .on_start = fail_to_start, .hook_data = &hook, .hook_destroy = recorder_destroy };
  log_capture_begin ();
  expect_code (error_of (lodger_run_full ("manual-real", host, recorder_call, &recorder, recorder_destroy, &options)),
               LODGER_EAGAIN);
  recorder_expect (&recorder, 0, 1);
  recorder_expect (&hook, 0, 1);
  log_capture_end ();
  ck_assert_ptr_null (lodger_host_current ());
  expect_works (host);
  lodger_manual_host_unref (host);
}
END_TEST

typedef struct Nested
{
  LodgerManualHost *host, *other;
  LodgerPending *refused;
  Recorder recorder;
} Nested;

static void
run_again (LodgerPending *self, void *data)
{
  Nested *nested = data;
  (void) self;
  nested->refused = lodger_run ("manual-real", nested->other, recorder_call, &nested->recorder, recorder_destroy);
  ck_assert_str_eq (lodger_host_current (), "manual-real");
  lodger_pending_return_int (self, 5);
}

START_TEST (edge_101_a_nested_run_is_refused_and_leaves_the_outer_unharmed)
{
  Nested nested = { .host = real_host (), .other = real_host () };
  LodgerPending *outcome;
  int64_t value;
  log_capture_begin ();
  outcome = lodger_run ("manual-real", nested.host, run_again, &nested, NULL);
  ck_assert (log_capture_has ("already running"));
  log_capture_end ();
  expect_code (lodger_pending_get_int (outcome, &value), 0);
  ck_assert_int_eq (value, 5);
  lodger_pending_unref (outcome);
  ck_assert_str_eq (lodger_error_get_message (lodger_pending_get_error (nested.refused)), "already running");
  expect_code (error_of (nested.refused), LODGER_EALREADY);
  recorder_expect (&nested.recorder, 0, 1);
  expect_works (nested.other);
  lodger_manual_host_unref (nested.host);
  lodger_manual_host_unref (nested.other);
}
END_TEST

/* ---- how it ends ----------------------------------------------------------------------------------------------------- */

static void
fail_call (LodgerPending *self, void *data)
{
  (void) data;
  lodger_pending_return_new_error (self, NULL, LODGER_ENOENT, "as it was");
}

START_TEST (edge_68_an_error_is_handed_back_as_it_was)
{
  LodgerManualHost *host = real_host ();
  LodgerPending *outcome = lodger_run ("manual-real", host, fail_call, NULL, NULL);
  ck_assert_str_eq (lodger_error_get_message (lodger_pending_get_error (outcome)), "as it was");
  expect_code (error_of (outcome), LODGER_ENOENT);
  lodger_manual_host_unref (host);
}
END_TEST

static LodgerReply *deferred;

static void
quit_loop (void *data)
{
  LodgerCaller *caller = lodger_caller_current ();
  (void) data;
  lodger__host_ops (caller)->quit (lodger__host_impl (caller));
}

static void
defer_for_ever (LodgerPending *self, void *data)
{
  (void) data;
  deferred = lodger_pending_defer (self);
  lodger_caller_call_direct (lodger_caller_current (), quit_loop, NULL, NULL);
}

static void
free_reply (LodgerPending *pending, const char *message, void *data)
{
  (void) pending;
  (void) message;
  (void) data;
  lodger_reply_return_nothing (deferred);
}

static void
defer_until_cancelled (LodgerPending *self, void *data)
{
  defer_for_ever (self, data);
  lodger_pending_set_canceller (self, free_reply, NULL, NULL);
}

START_TEST (edge_68_a_loop_that_ends_before_the_call_is_an_error)
{
  LodgerManualHost *host = real_host ();
  Recorder recorder = { 0 };
  LodgerPending *outcome = lodger_run ("manual-real", host, defer_until_cancelled, &recorder, recorder_destroy);
  expect_code (error_of (outcome), LODGER_EFAILED);
  recorder_expect (&recorder, 0, 1);
  ck_assert_ptr_null (lodger_host_current ());
  expect_works (host);
  lodger_manual_host_unref (host);
}
END_TEST

static void
answer_later (LodgerPending *self, void *data)
{
  (void) self;
  (void) data;
  lodger_reply_return_int (deferred, 6);
}

static void
defer_a_while (LodgerPending *self, void *data)
{
  (void) data;
  deferred = lodger_pending_defer (self);
  lodger_pending_unref (
      lodger_caller_call_later (lodger_caller_current (), LODGER_MILLISECONDS (2), answer_later, NULL, NULL));
}

START_TEST (the_loop_runs_until_a_deferred_answer)
{
  LodgerManualHost *host = real_host ();
  LodgerPending *outcome = lodger_run ("manual-real", host, defer_a_while, NULL, NULL);
  int64_t value;
  expect_code (lodger_pending_get_int (outcome, &value), 0);
  ck_assert_int_eq (value, 6);
  lodger_pending_unref (outcome);
  lodger_manual_host_unref (host);
}
END_TEST

static void
stop_own_caller (LodgerPending *self, void *data)
{
  (void) self;
  (void) data;
  lodger_caller_stop (lodger_caller_current (), true);
}

START_TEST (a_call_that_stops_its_caller_ends_the_loop)
{
  LodgerManualHost *host = real_host ();
  LodgerPending *outcome = lodger_run ("manual-real", host, stop_own_caller, NULL, NULL);
  ck_assert (lodger_pending_is_done (outcome));
  lodger_pending_unref (outcome);
  ck_assert_ptr_null (lodger_host_current ());
  expect_works (host);
  lodger_manual_host_unref (host);
}
END_TEST

static void
close_loop (LodgerPending *self, void *data)
{
  (void) self;
  lodger_manual_close (data);
}

START_TEST (a_call_that_closes_the_host_ends_the_loop)
{
  LodgerManualHost *host = real_host ();
  LodgerPending *outcome = lodger_run ("manual-real", host, close_loop, host, NULL);
  ck_assert (lodger_pending_is_done (outcome));
  lodger_pending_unref (outcome);
  ck_assert_ptr_null (lodger_host_current ());
  lodger_manual_host_unref (host);
}
END_TEST

/* A host that notes when it is done. */
static LodgerHostDriver done_driver;
static LodgerHostOps done_ops;
static int done_count;

static void
note_done (void *impl)
{
  (void) impl;
  ck_assert_str_eq (lodger_host_current (), "done");
  done_count++;
}

START_TEST (edge_100_the_host_is_current_until_it_is_done)
{
  LodgerManualHost *host = real_host ();
  Recorder recorder = { 0 };
  done_driver = *lodger__registry_host ("manual-real");
  done_ops = *done_driver.ops;
  done_ops.name = "done";
  done_ops.done = note_done;
  done_driver.ops = &done_ops;
  expect_code (lodger_host_register (&done_driver), 0);
  expect_code (wait_outcome (lodger_run ("done", host, recorder_call, &recorder, recorder_destroy)), 0);
  recorder_expect (&recorder, 1, 1);
  ck_assert_int_eq (done_count, 1);
  ck_assert_ptr_null (lodger_host_current ());
  lodger_manual_host_unref (host);
}
END_TEST

START_TEST (a_caller_that_was_entered_before_goes_on)
{
  Loop loop = loop_open (LODGER_MANUAL_REAL);
  expect_works (loop.host);
  ck_assert_int_eq (lodger_caller_get_state (loop.caller), LODGER_CALLER_RUNNING);
  expect_works (loop.host);
  loop_close (&loop);
}
END_TEST

/* ---- other threads --------------------------------------------------------------------------------------------------- */

static void *
run_here (void *data)
{
  LodgerManualHost *host = real_host ();
  (void) data;
  expect_works (host);
  lodger_manual_host_unref (host);
  return NULL;
}

START_TEST (edge_70_a_host_runs_in_any_thread)
{
  enum
  {
    THREADS = 4
  };
  pthread_t threads[THREADS];
  for (int i = 0; i < THREADS; i++)
    threads[i] = thread_start (run_here, NULL);
  for (int i = 0; i < THREADS; i++)
    thread_join (threads[i]);
}
END_TEST

/* A host that notes when it is freed. */
static LodgerHostDriver freed_driver;
static LodgerHostOps freed_ops;
static void (*free_manual) (void *impl);
static int freed_count, late_done_count;

static void
note_freed (void *impl)
{
  freed_count++;
  free_manual (impl);
}

static void
note_late_done (void *impl)
{
  (void) impl;
  late_done_count++;
}

static void
exit_thread (LodgerPending *self, void *data)
{
  (void) self;
  (void) data;
  pthread_exit (NULL);
}

static void *
run_and_exit (void *host)
{
  lodger_pending_unref (lodger_run ("freed", host, exit_thread, NULL, NULL));
  return NULL;
}

START_TEST (a_call_that_exits_the_thread_leaves_nothing_of_the_run)
{
  LodgerManualHost *host = real_host ();
  freed_driver = *lodger__registry_host ("manual-real");
  freed_ops = *freed_driver.ops;
  free_manual = freed_ops.destroy;
  freed_ops.name = "freed";
  freed_ops.destroy = note_freed;
  freed_ops.done = note_late_done;
  freed_driver.ops = &freed_ops;
  expect_code (lodger_host_register (&freed_driver), 0);
  log_capture_begin ();
  thread_join (thread_start (run_and_exit, host));
  log_capture_end ();
  ck_assert_int_eq (freed_count, 1);
  ck_assert_int_eq (late_done_count, 0);
  lodger_manual_host_unref (host);
}
END_TEST

static void
run_in_call (LodgerPending *self, void *data)
{
  (void) self;
  ck_assert_str_eq (lodger_host_current (), "native");
  run_here (data);
  ck_assert_str_eq (lodger_host_current (), "native");
}

START_TEST (edge_103_a_caller_on_a_new_thread_runs_a_hosts_main_loop)
{
  LodgerCaller *worker = worker_start (NULL);
  for (int i = 0; i < 3; i++)
    expect_code (wait_outcome (lodger_caller_call_soon (worker, run_in_call, NULL, NULL)), 0);
  worker_stop (worker);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("run");
  test_add (suite, the_outcome_is_handed_back);
  test_add (suite, a_host_without_a_main_loop_is_refused);
  test_add (suite, edge_99_a_host_that_does_not_start_leaves_none_current);
  test_add (suite, edge_69_the_error_of_a_failed_start_comes_out);
  test_add (suite, edge_101_a_nested_run_is_refused_and_leaves_the_outer_unharmed);
  test_add (suite, edge_68_an_error_is_handed_back_as_it_was);
  test_add (suite, edge_68_a_loop_that_ends_before_the_call_is_an_error);
  test_add (suite, the_loop_runs_until_a_deferred_answer);
  test_add (suite, a_call_that_stops_its_caller_ends_the_loop);
  test_add (suite, a_call_that_closes_the_host_ends_the_loop);
  test_add (suite, edge_100_the_host_is_current_until_it_is_done);
  test_add (suite, a_caller_that_was_entered_before_goes_on);
  test_add (suite, edge_70_a_host_runs_in_any_thread);
  test_add (suite, a_call_that_exits_the_thread_leaves_nothing_of_the_run);
  test_add (suite, edge_103_a_caller_on_a_new_thread_runs_a_hosts_main_loop);
  return test_main (suite, argc, argv);
}
