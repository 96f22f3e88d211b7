/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A host that another thread closes, whatever its own thread is doing. */
#include "test-loop.h"
#include "test-suite.h"

typedef struct Closing
{
  LodgerManualHost *host;
  Barrier start;
} Closing;

static void *
close_host (void *data)
{
  Closing *closing = data;
  barrier_wait (&closing->start);
  lodger_manual_close (closing->host);
  return NULL;
}

/* Another thread closes the host while this thread does `what`. */
static void
close_during (void (*what) (Loop *loop, Recorder *recorder), unsigned times)
{
  for (unsigned i = 0; i < times; i++)
    {
      Loop loop = { .host = lodger_manual_host_new (LODGER_MANUAL_REAL) };
      Closing closing = { .host = loop.host };
      Recorder recorder = { 0 };
      pthread_t thread;
      barrier_init (&closing.start, 2);
      loop.caller = lodger_manual_attach (loop.host, NULL, NULL);
      thread = thread_start (close_host, &closing);
      barrier_wait (&closing.start);
      what (&loop, &recorder);
      thread_join (thread);
      ck_assert_int_eq (lodger_caller_get_state (loop.caller), LODGER_CALLER_STOPPED);
      lodger_caller_unref (loop.caller);
      lodger_manual_host_unref (loop.host);
      barrier_clear (&closing.start);
    }
}

static void
ask_for_callers (Loop *loop, Recorder *recorder)
{
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  (void) loop;
  (void) recorder;
  lodger_caller_current ();
  lodger_pending_wait (promise, 1, LODGER_WAIT_DEFAULT);
  lodger_pending_unref (promise);
}

START_TEST (a_host_may_be_closed_while_its_owner_looks_for_its_caller)
{
  log_capture_begin ();
  close_during (ask_for_callers, test_scaled (2000));
  log_capture_end ();
}
END_TEST

static void
leave (Loop *loop, Recorder *recorder)
{
  int code;
  lodger_caller_call_direct (loop->caller, recorder_direct, recorder, recorder_destroy);
  code = lodger_caller_leave (loop->caller);
  test_check (code == 0);
  test_check (atomic_load (&recorder->destroyed) == 1);
  test_check (lodger_caller_get_state (loop->caller) == LODGER_CALLER_STOPPED);
}

START_TEST (a_last_leave_returns_after_the_end_also_if_another_thread_ends_it)
{
  log_capture_begin ();
  close_during (leave, test_scaled (5000));
  log_capture_end ();
}
END_TEST

/* ---- before the caller runs ---------------------------------------------------------------------------------------- */

/* A thread with a caller whose loop it does not drive may not wait. */
static void
expect_no_callers (void)
{
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  ck_assert_ptr_null (lodger_caller_current ());
  expect_code (lodger_pending_wait (promise, 1, LODGER_WAIT_DEFAULT), LODGER_ETIMEDOUT);
  lodger_pending_unref (promise);
}

START_TEST (a_host_may_be_closed_before_its_caller_runs)
{
  log_capture_begin ();
  for (unsigned i = 0; i < test_scaled (2000); i++)
    {
      Loop loop = _i == 0 ? loop_open_initial (LODGER_MANUAL_REAL)
                          : (Loop) { .host = lodger_manual_host_new (LODGER_MANUAL_REAL) };
      Closing closing = { .host = loop.host };
      pthread_t thread;
      barrier_init (&closing.start, 2);
      thread = thread_start (close_host, &closing);
      barrier_wait (&closing.start);
      if (_i == 0)
        lodger_caller_stop (loop.caller, true);
      else
        loop.caller = lodger_manual_attach (loop.host, NULL, NULL);
      thread_join (thread);
      ck_assert_int_eq (lodger_caller_get_state (loop.caller), LODGER_CALLER_STOPPED);
      ck_assert (loop.caller == NULL || lodger_pending_is_done (lodger_caller_get_stopped (loop.caller)));
      expect_no_callers ();
      lodger_caller_unref (loop.caller);
      lodger_manual_host_unref (loop.host);
      barrier_clear (&closing.start);
    }
  log_capture_end ();
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("host-close");
  test_add (suite, a_host_may_be_closed_while_its_owner_looks_for_its_caller);
  test_add (suite, a_last_leave_returns_after_the_end_also_if_another_thread_ends_it);
  test_add_variant (suite, "a_host_may_be_closed_before_its_caller_runs/and_is_stopped",
                    a_host_may_be_closed_before_its_caller_runs, 0);
  test_add_variant (suite, "a_host_may_be_closed_before_its_caller_runs/and_is_attached",
                    a_host_may_be_closed_before_its_caller_runs, 1);
  return test_main (suite, argc, argv);
}
