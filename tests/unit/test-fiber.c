/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test-loop.h"
#include "test-suite.h"

#include <string.h>

/* Letters, in the order in which things have happened. */
typedef struct Trail
{
  char letters[64];
  LodgerPending *awaited;
  int code;
} Trail;

static void
note (Trail *trail, char letter)
{
  size_t length = strlen (trail->letters);
  ck_assert_uint_lt (length, sizeof trail->letters - 1);
  trail->letters[length] = letter;
}

static void
wait_for_awaited (LodgerPending *self, void *data)
{
  Trail *trail = data;
  note (trail, 'a');
  trail->code = lodger_pending_wait (trail->awaited, LODGER_FOREVER, LODGER_WAIT_DEFAULT);
  note (trail, 'c');
  lodger_pending_return_int (self, 7);
}

static void
note_b (LodgerPending *self, void *data)
{
  (void) self;
  note (data, 'b');
}

START_TEST (a_spawned_call_waits_while_others_run)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Trail trail = { .awaited = lodger_pending_new (LODGER_PENDING_DEFAULT), .code = 1 };
  LodgerPending *spawned = lodger_caller_spawn (loop.caller, wait_for_awaited, &trail, NULL);
  int64_t number;
  lodger_pending_unref (lodger_caller_call_soon (loop.caller, note_b, &trail, NULL));
  loop_run (&loop);
  ck_assert_str_eq (trail.letters, "ab");
  ck_assert (!lodger_pending_is_done (spawned));
  lodger_pending_return_int (trail.awaited, 1);
  ck_assert_str_eq (trail.letters, "ab");
  loop_run (&loop);
  ck_assert_str_eq (trail.letters, "abc");
  expect_code (trail.code, 0);
  expect_code (lodger_pending_get_int (spawned, &number), 0);
  ck_assert_int_eq (number, 7);
  lodger_pending_unref (spawned);
  lodger_pending_unref (trail.awaited);
  loop_close (&loop);
}
END_TEST

START_TEST (a_cancel_wakes_a_spawned_call_that_waits)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Trail trail = { .awaited = lodger_pending_new (LODGER_PENDING_DEFAULT), .code = 1 };
  LodgerPending *spawned = lodger_caller_spawn (loop.caller, wait_for_awaited, &trail, NULL);
  loop_run (&loop);
  lodger_pending_cancel (spawned, "no more");
  ck_assert_str_eq (trail.letters, "a");
  loop_run (&loop);
  ck_assert_str_eq (trail.letters, "ac");
  expect_code (trail.code, LODGER_ECANCELED);
  expect_code (lodger_pending_get_outcome (spawned), LODGER_ECANCELED);
  expect_code (lodger_pending_get_outcome (trail.awaited), LODGER_ECANCELED);
  lodger_pending_unref (spawned);
  lodger_pending_unref (trail.awaited);
  loop_close (&loop);
}
END_TEST

START_TEST (a_stop_ends_a_spawned_call_that_waits)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Trail trail = { .awaited = lodger_pending_new (LODGER_PENDING_DEFAULT), .code = 1 };
  LodgerPending *spawned = lodger_caller_spawn (loop.caller, wait_for_awaited, &trail, NULL);
  loop_run (&loop);
  loop_close (&loop);
  ck_assert_str_eq (trail.letters, "ac");
  expect_code (trail.code, LODGER_ECANCELED);
  expect_code (lodger_pending_get_outcome (spawned), LODGER_ECANCELED);
  lodger_pending_unref (spawned);
  lodger_pending_unref (trail.awaited);
}
END_TEST

static void
yield_between (LodgerPending *self, void *data)
{
  Trail *trail = data;
  (void) self;
  for (int i = 0; i < 3; i++)
    {
      note (trail, 'y');
      expect_code (lodger_yield (), 0);
    }
}

START_TEST (a_yield_lets_what_is_queued_run)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Trail trail = { .code = 0 };
  lodger_pending_unref (lodger_caller_spawn (loop.caller, yield_between, &trail, NULL));
  lodger_pending_unref (lodger_caller_call_soon (loop.caller, note_b, &trail, NULL));
  lodger_pending_unref (lodger_caller_spawn (loop.caller, yield_between, &trail, NULL));
  loop_run (&loop);
  ck_assert_str_eq (trail.letters, "ybyyyyy");
  loop_close (&loop);
}
END_TEST

static void
sleep_a_second (LodgerPending *self, void *data)
{
  Trail *trail = data;
  (void) self;
  trail->code = lodger_sleep (1000000000);
  note (trail, 's');
}

START_TEST (a_sleep_is_never_early)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Trail trail = { .code = 1 };
  lodger_pending_unref (lodger_caller_spawn (loop.caller, sleep_a_second, &trail, NULL));
  loop_run (&loop);
  lodger_manual_advance (loop.host, 999999999);
  loop_run (&loop);
  ck_assert_str_eq (trail.letters, "");
  lodger_manual_advance (loop.host, 1);
  loop_run (&loop);
  ck_assert_str_eq (trail.letters, "s");
  expect_code (trail.code, 0);
  loop_close (&loop);
}
END_TEST

START_TEST (a_spawned_item_keeps_its_queue_while_it_waits)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Trail trail = { .awaited = lodger_pending_new (LODGER_PENDING_DEFAULT), .code = 1 };
  LodgerQueue *queue = lodger_queue_new (loop.caller, NULL);
  expect_code (lodger_queue_spawn (queue, wait_for_awaited, &trail, NULL), 0);
  expect_code (lodger_queue_call (queue, note_b, &trail, NULL), 0);
  loop_run (&loop);
  ck_assert_str_eq (trail.letters, "a");
  lodger_pending_return_int (trail.awaited, 1);
  loop_run (&loop);
  ck_assert_str_eq (trail.letters, "acb");
  lodger_queue_unref (queue);
  lodger_pending_unref (trail.awaited);
  loop_close (&loop);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("fiber");
  test_add (suite, a_spawned_call_waits_while_others_run);
  test_add (suite, a_cancel_wakes_a_spawned_call_that_waits);
  test_add (suite, a_stop_ends_a_spawned_call_that_waits);
  test_add (suite, a_yield_lets_what_is_queued_run);
  test_add (suite, a_sleep_is_never_early);
  test_add (suite, a_spawned_item_keeps_its_queue_while_it_waits);
  return test_main (suite, argc, argv);
}
