/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Starting, entering, leaving and stopping, without a leak. */
#include "conformance.h"
#include "test-blocked-call.h"

#include <malloc.h>

/* ---- 49, 50 ---------------------------------------------------------------------------------------------------------- */

START_TEST (edge_49_a_stop_before_the_start_ends_it)
{
  Subject subject;
  Recorder queued = { 0 };
  LodgerPending *pending;
  subject_open_initial (&subject, _i, NULL);
  pending = lodger_caller_call_soon (subject.caller, recorder_call, &queued, recorder_destroy);
  ck_assert_int_eq (lodger_caller_stop (subject.caller, false), LODGER_CALLER_STOPPED);
  ck_assert (lodger_pending_is_done (lodger_caller_get_stopping (subject.caller)));
  ck_assert (lodger_pending_is_done (lodger_caller_get_stopped (subject.caller)));
  expect_code (lodger_error_get_code (lodger_pending_get_error (lodger_caller_get_started (subject.caller))),
               LODGER_ESHUTDOWN);
  expect_code (lodger_pending_get_outcome (pending), LODGER_ECANCELED);
  recorder_expect (&queued, 0, 1);
  lodger_pending_unref (pending);
  log_capture_begin ();
  expect_code (lodger_caller_enter (subject.caller), LODGER_ESHUTDOWN);
  expect_code (lodger_caller_start_sync (subject.caller), LODGER_ESTATE);
  ck_assert_uint_eq (log_capture_count (), 2);
  log_capture_end ();
  subject_close (&subject);
}
END_TEST

START_TEST (edge_49_a_stop_while_a_thread_starts_ends_it)
{
  const LodgerCallerOptions options = { .size = sizeof options };
  Subject subject;
  subject_open_full (&subject, _i, &options);
  for (int round = 0; round < 20; round++)
    {
      LodgerCaller *child = lodger_caller_open_child (subject.caller, NULL, NULL);
      lodger_caller_stop (child, true);
      subject_await (&subject, lodger_caller_get_stopped (child));
      ck_assert (lodger_pending_is_done (lodger_caller_get_started (child)));
      log_capture_begin ();
      expect_code (lodger_caller_enter (child), LODGER_ESHUTDOWN);
      log_capture_end ();
      lodger_caller_unref (child);
    }
  subject_close (&subject);
}
END_TEST

START_TEST (edge_50_a_protected_caller_needs_force)
{
  const LodgerCallerOptions options = { .size = sizeof options, .is_protected = true };
  Subject subject;
  LodgerCaller *child, *plain;
  subject_open_full (&subject, _i, &options);
  child = lodger_caller_open_child (subject.caller, &options, NULL);
  plain = lodger_caller_open_child (subject.caller, NULL, NULL);
  ck_assert (lodger_caller_is_protected (subject.caller));
  ck_assert (lodger_caller_is_protected (child));
  ck_assert (!lodger_caller_is_protected (plain));
  ck_assert_int_eq (lodger_caller_stop (subject.caller, false), LODGER_CALLER_RUNNING);
  worker_thread_id (child);
  ck_assert_int_eq (lodger_caller_stop (child, false), LODGER_CALLER_RUNNING);
  ck_assert (!lodger_pending_is_done (lodger_caller_get_stopping (subject.caller)));
  ck_assert (!lodger_pending_is_done (lodger_caller_get_stopping (child)));
  subject_settle (&subject);
  worker_thread_id (child);
  /* A parent's stop forces protected children. */
  lodger_caller_stop (subject.caller, true);
  subject_run_until_done (&subject, lodger_caller_get_stopped (subject.caller));
  ck_assert_int_eq (lodger_caller_get_state (child), LODGER_CALLER_STOPPED);
  lodger_caller_unref (child);
  lodger_caller_unref (plain);
  subject_close (&subject);
}
END_TEST

START_TEST (edge_50_the_last_leave_stops_a_protected_caller)
{
  const LodgerCallerOptions options = { .size = sizeof options, .is_protected = true };
  Subject subject;
  subject_open_full (&subject, _i, &options);
  expect_code (lodger_caller_leave (subject.caller), 0);
  ck_assert_int_eq (lodger_caller_get_state (subject.caller), LODGER_CALLER_STOPPED);
  subject_close (&subject);
}
END_TEST

/* ---- 51: entering and leaving ----------------------------------------------------------------------------------------- */

static void
leave_inside (void *data)
{
  LodgerCaller *caller = data;
  test_check (lodger_caller_enter (caller) == 0);
  test_check (lodger_caller_leave (caller) == LODGER_EBUSY);
  test_check (lodger_caller_stop_wait (caller) == LODGER_EBUSY);
}

static void *
leave_elsewhere (void *data)
{
  LodgerCaller *caller = data;
  test_check (lodger_caller_enter (caller) == LODGER_EWRONGTHREAD);
  test_check (lodger_caller_leave (caller) == LODGER_EWRONGTHREAD);
  test_check (lodger_caller_stop_wait (caller) == LODGER_EWRONGTHREAD);
  return NULL;
}

START_TEST (edge_51_leaving_inside_or_elsewhere_is_refused)
{
  Subject subject;
  subject_open (&subject, _i, false);
  log_capture_begin ();
  subject_run_inside (&subject, leave_inside, subject.caller);
  thread_join (thread_start (leave_elsewhere, subject.caller));
  ck_assert_uint_eq (log_capture_count (), 5);
  ck_assert (log_capture_has ("lodger_caller_leave"));
  ck_assert (log_capture_has ("lodger_caller_stop_wait"));
  log_capture_end ();
  ck_assert (lodger_caller_is_running (subject.caller));
  subject_close (&subject);
}
END_TEST

START_TEST (edge_51_enters_are_counted_and_a_leave_too_many_is_refused)
{
  Subject subject;
  subject_open_initial (&subject, _i, NULL);
  expect_code (lodger_caller_enter (subject.caller), 0);
  expect_code (lodger_caller_enter (subject.caller), 0);
  expect_code (lodger_caller_leave (subject.caller), 0);
  ck_assert (lodger_caller_is_running (subject.caller));
  subject_settle (&subject);
  expect_code (lodger_caller_leave (subject.caller), 0);
  ck_assert_int_eq (lodger_caller_get_state (subject.caller), LODGER_CALLER_STOPPED);
  log_capture_begin ();
  expect_code (lodger_caller_leave (subject.caller), LODGER_ESTATE);
  expect_code (lodger_caller_enter (subject.caller), LODGER_ESHUTDOWN);
  ck_assert_uint_eq (log_capture_count (), 2);
  log_capture_end ();
  subject_close (&subject);
}
END_TEST

typedef struct Late
{
  LodgerReply *reply;
  Recorder data;
  Latch cancelled;
} Late;

static void
late_destroy (void *data)
{
  recorder_destroy (&((Late *) data)->data);
}

static void
late_call (LodgerPending *self, void *data)
{
  Late *late = data;
  late->reply = lodger_pending_defer (self);
}

static void
open_when_cancelled (LodgerPending *pending, const char *message, void *data)
{
  (void) pending;
  (void) message;
  latch_open (data);
}

static void *
answer_while_it_leaves (void *data)
{
  Late *late = data;
  latch_wait (&late->cancelled);
  test_check (lodger_reply_return_nothing (late->reply) == LODGER_ECANCELED);
  return NULL;
}

START_TEST (edge_51_the_last_leave_serves_the_inbox_without_the_host)
{
  Subject subject;
  Late late = { .reply = NULL };
  LodgerPending *pending;
  pthread_t thread;
  latch_init (&late.cancelled);
  subject_open (&subject, _i, false);
  pending = lodger_caller_call_soon (subject.caller, late_call, &late, late_destroy);
  subject_settle (&subject);
  ck_assert_ptr_nonnull (late.reply);
  expect_code (lodger_pending_set_canceller (pending, open_when_cancelled, &late.cancelled, NULL), 0);
  thread = thread_start (answer_while_it_leaves, &late);
  expect_code (lodger_caller_leave (subject.caller), 0);
  ck_assert_int_eq (lodger_caller_get_state (subject.caller), LODGER_CALLER_STOPPED);
  expect_code (lodger_pending_get_outcome (pending), LODGER_ECANCELED);
  recorder_expect (&late.data, 0, 1);
  ck_assert_int_eq (late.data.destroyed_in, subject.thread_id);
  thread_join (thread);
  lodger_pending_unref (pending);
  subject_close (&subject);
  latch_clear (&late.cancelled);
}
END_TEST

/* ---- 54, 55 ------------------------------------------------------------------------------------------------------------ */

START_TEST (edge_54_a_new_thread_is_usable_by_a_waiting_thread_at_once)
{
  Subject subject;
  Recorder recorder = { 0 };
  LodgerCaller *children[2];
  subject_open (&subject, _i, false);
  children[0] = lodger_caller_open_child (subject.caller, NULL, NULL);
  expect_code (wait_outcome (lodger_caller_call_soon (children[0], recorder_call, &recorder, recorder_destroy)), 0);
  children[1] = lodger_caller_open_child (children[0], NULL, NULL);
  expect_code (wait_outcome (lodger_caller_call_soon (children[1], recorder_call, &recorder, recorder_destroy)), 0);
  recorder_expect (&recorder, 2, 2);
  lodger_caller_unref (children[1]);
  lodger_caller_unref (children[0]);
  subject_close (&subject);
}
END_TEST

static void
come_and_go (int i)
{
  Subject subject;
  subject_open (&subject, i, false);
  subject_close (&subject);
}

enum
{
  SPARES = 4000000 /* memory that is kept for later calls: 128 batches of 64 nodes, of 64, 128 and 192 bytes */
};

/* It detects a leaked caller or stack in each round. The leak checker detects single blocks in the same test. */
static size_t
bytes_in_use (void)
{
#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
  return 0;
#else
  return mallinfo2 ().uordblks;
#endif
}

START_TEST (edge_55_many_callers_leak_nothing)
{
  enum
  {
    FIRST = 50,
    MANY = 10000
  };
  unsigned many = test_scaled (MANY);
  ProcCount before;
  size_t bytes;
  for (int i = 0; i < FIRST; i++)
    come_and_go (_i);
  before = proc_count ();
  proc_expect_restored (before);
  bytes = bytes_in_use ();
  for (unsigned i = 0; i < many; i++)
    come_and_go (_i);
  proc_expect_restored (before);
  ck_assert_uint_le (bytes_in_use (), bytes + SPARES);
}
END_TEST

START_TEST (edge_55_many_children_leak_nothing)
{
  enum
  {
    FIRST = 50,
    MANY = 5000
  };
  unsigned many = test_scaled (MANY);
  ProcCount before;
  size_t bytes = 0;
  Subject subject;
  subject_open (&subject, _i, false);
  before = proc_count ();
  for (unsigned i = 0; i < FIRST + many; i++)
    {
      LodgerCaller *child = lodger_caller_open_child (subject.caller, NULL, NULL);
      if (i == FIRST)
        {
          ProcCount one_more = { .fds = before.fds + 1000, .threads = before.threads + 1 };
          subject_expect_restored (&subject, one_more);
          bytes = bytes_in_use ();
        }
      lodger_caller_stop (child, true);
      subject_await (&subject, lodger_caller_get_stopped (child));
      lodger_caller_unref (child);
    }
  subject_expect_restored (&subject, before);
  ck_assert_uint_le (bytes_in_use (), bytes + SPARES);
  subject_close (&subject);
}
END_TEST

void
add_edge_lifecycle (Suite *suite)
{
  add_edge (suite, edge_49_a_stop_before_the_start_ends_it, 0, SUBJECT_DRIVEN);
  add_edge (suite, edge_49_a_stop_while_a_thread_starts_ends_it, 0, 0);
  add_edge (suite, edge_50_a_protected_caller_needs_force, 0, 0);
  add_edge (suite, edge_50_the_last_leave_stops_a_protected_caller, 0, SUBJECT_DRIVEN);
  add_edge (suite, edge_51_leaving_inside_or_elsewhere_is_refused, 0, 0);
  add_edge (suite, edge_51_enters_are_counted_and_a_leave_too_many_is_refused, 0, SUBJECT_DRIVEN);
  add_edge (suite, edge_51_the_last_leave_serves_the_inbox_without_the_host, 0, SUBJECT_DRIVEN);
  add_edge (suite, edge_54_a_new_thread_is_usable_by_a_waiting_thread_at_once, 0, 0);
  add_edge (suite, edge_55_many_callers_leak_nothing, 0, 0);
  add_edge (suite, edge_55_many_children_leak_nothing, 0, 0);
}
