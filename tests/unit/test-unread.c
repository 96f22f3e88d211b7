/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A call that fails, and whose outcome nobody reads. */
#include "test-loop.h"
#include "test-suite.h"

#include <stdio.h>

static char no_table[] = "no such table", a_reason[] = "a reason";

static void
fail_call (LodgerPending *self, void *message)
{
  lodger_pending_return_error (self, lodger_error_new (NULL, LODGER_EFOREIGN, message));
}

static void
go_on (LodgerPending *self, LodgerPending *done, void *data)
{
  (void) self;
  (void) done;
  (void) data;
}

static int
is_told (LodgerPending *done, void *data)
{
  (void) done;
  (void) data;
  return 0;
}

/* A failed call of a site of its own, whose outcome is there. */
static LodgerPending *
failed (Loop *loop, int line)
{
  const LodgerCallOptions options = { .size = sizeof options, .name = "query", .file = "query.c", .line = line };
  LodgerPending *pending = lodger_caller_call_soon_full (loop->caller, fail_call, no_table, NULL, &options);
  loop_run_until_done (loop, pending);
  return pending;
}

/* Drops the last reference, and expects so many warnings. */
static void
expect_warnings (LodgerPending *pending, size_t count)
{
  log_capture_forget ();
  lodger_pending_unref (pending);
  ck_assert_uint_eq (log_capture_count (), count);
}

START_TEST (a_failure_that_nobody_reads_is_a_warning)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerPending *pending;
  log_capture_begin ();
  pending = failed (&loop, 12);
  ck_assert (lodger_pending_is_done (pending));
  expect_warnings (pending, 1);
  ck_assert (log_capture_has ("query (query.c:12) failed, and nobody has read why: no such table"));
  expect_warnings (failed (&loop, 12), 0);
  expect_warnings (failed (&loop, 13), 1);
  log_capture_end ();
  loop_close (&loop);
}
END_TEST

START_TEST (a_disowned_call_that_fails_is_a_warning)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  char place[200];
  log_capture_begin ();
  lodger_pending_disown (NULL);
  lodger_pending_disown (lodger_caller_call_soon (loop.caller, fail_call, a_reason, NULL));
  snprintf (place, sizeof place, "a call (%s:%d) failed, and nobody has read why: a reason", __FILE__, __LINE__ - 1);
  loop_run (&loop);
  ck_assert_uint_eq (log_capture_count (), 1);
  ck_assert (log_capture_has (place));
  log_capture_end ();
  loop_close (&loop);
}
END_TEST

START_TEST (each_way_to_read_prevents_the_warning)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerPending *pending, *promise;
  void *pointer;
  const void *bytes;
  const char *string;
  bool truth;
  int64_t number;
  size_t size;
  int line = 100;
  log_capture_begin ();
#define READS(statement)                                                                                               \
  do                                                                                                                   \
    {                                                                                                                  \
      pending = failed (&loop, line++);                                                                                \
      statement;                                                                                                       \
      loop_run (&loop);                                                                                                \
      expect_warnings (pending, 0);                                                                                    \
    }                                                                                                                  \
  while (0)
  READS (lodger_pending_get_error (pending));
  READS (lodger_pending_get_outcome (pending));
  READS (lodger_pending_get_state (pending));
  READS (lodger_pending_get_int (pending, &number));
  READS (lodger_pending_get_boolean (pending, &truth));
  READS (lodger_pending_get_string (pending, &string));
  READS (lodger_pending_get_bytes (pending, &bytes, &size));
  READS (lodger_pending_get_pointer (pending, &pointer));
  READS (lodger_pending_take_pointer (pending, &pointer));
  READS (lodger_pending_wait (pending, 0, LODGER_WAIT_DEFAULT));
  READS (lodger_pending_wait (pending, 0, LODGER_WAIT_NO_RESULT));
  READS (lodger_pending_disown (lodger_pending_then (pending, loop.caller, go_on, NULL, NULL)));
  READS (lodger_pending_add_done_callback (pending, is_told, NULL, NULL));
  READS ((promise = lodger_pending_new (LODGER_PENDING_DEFAULT), lodger_pending_return_from (promise, pending),
          lodger_pending_unref (promise)));
  log_capture_end ();
  loop_close (&loop);
}
END_TEST

static void
fail_as_another (LodgerPending *self, void *other)
{
  lodger_pending_return_from (self, other);
}

START_TEST (a_call_that_takes_over_a_failure_is_the_one_to_be_read)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerPending *other, *taker;
  const LodgerCallOptions options = { .size = sizeof options, .name = "taker", .file = "taker.c", .line = 7 };
  log_capture_begin ();
  other = failed (&loop, 20);
  taker = lodger_caller_call_soon_full (loop.caller, fail_as_another, other, NULL, &options);
  loop_run_until_done (&loop, taker);
  lodger_pending_unref (other);
  ck_assert_uint_eq (log_capture_count (), 0);
  expect_warnings (taker, 1);
  ck_assert (log_capture_has ("taker (taker.c:7) failed"));
  log_capture_end ();
  loop_close (&loop);
}
END_TEST

START_TEST (what_is_no_failure_of_a_call_is_no_warning)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  const LodgerCallOptions may_fail
      = { .size = sizeof may_fail, .file = "may-fail.c", .line = 1, .flags = LODGER_PENDING_MAY_FAIL };
  LodgerPending *pending;
  log_capture_begin ();
  pending = lodger_caller_call_soon (loop.caller, fail_call, NULL, NULL);
  lodger_pending_cancel (pending, "cancelled");
  loop_run (&loop);
  expect_warnings (pending, 0);
  pending = lodger_pending_new (LODGER_PENDING_DEFAULT);
  lodger_pending_return_error (pending, lodger_error_new (NULL, LODGER_EFOREIGN, NULL));
  expect_warnings (pending, 0);
  pending = lodger_caller_call_soon_full (loop.caller, fail_call, NULL, NULL, &may_fail);
  loop_run (&loop);
  expect_warnings (pending, 0);
  lodger_set_log_unread_failures (false);
  expect_warnings (failed (&loop, 30), 0);
  lodger_set_log_unread_failures (true);
  expect_warnings (failed (&loop, 30), 1);
  log_capture_end ();
  loop_close (&loop);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("unread");
  test_add (suite, a_failure_that_nobody_reads_is_a_warning);
  test_add (suite, a_disowned_call_that_fails_is_a_warning);
  test_add (suite, each_way_to_read_prevents_the_warning);
  test_add (suite, a_call_that_takes_over_a_failure_is_the_one_to_be_read);
  test_add (suite, what_is_no_failure_of_a_call_is_no_warning);
  return test_main (suite, argc, argv);
}
