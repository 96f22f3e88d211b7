/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A pool gets on whatever its root and its workers are at. */
#include "test-loop.h"
#include "test-suite.h"

#include <limits.h>

static LodgerCaller *
root_start (unsigned max_workers, unsigned idle_limit, int64_t idle_duration)
{
  LodgerCallerOptions options = { .size = sizeof options, .max_workers = max_workers };
  LodgerCaller *root = lodger_caller_open (LODGER_CALLER_NEW_THREAD, &options, NULL);
  ck_assert_ptr_nonnull (root);
  expect_code (lodger_caller_set_idle_limit (root, idle_limit), 0);
  expect_code (lodger_caller_set_idle_duration (root, idle_duration), 0);
  return root;
}

/* From inside a call of the root, whose thread is in here all the time. */
static void
ask_twice (LodgerPending *self, void *data)
{
  LodgerCaller *root = lodger_caller_current ();
  ProcCount before = proc_count ();
  Recorder recorder = { 0 };
  (void) data;
  before.fds = INT_MAX; /* those of a worker stay until its root comes to it */
  for (int i = 0; i < 2; i++)
    {
      LodgerPending *pending = lodger_caller_to_thread (root, recorder_call, &recorder, NULL);
      test_check (lodger_pending_wait (pending, test_limit_ns () / 4, LODGER_WAIT_DEFAULT) == 0);
      lodger_pending_unref (pending);
      proc_expect_restored (before);
    }
  lodger_pending_return_boolean (self, true);
}

START_TEST (a_worker_that_has_ended_is_replaced_while_its_root_is_blocked)
{
  LodgerCaller *root = _i == 0 ? root_start (1, 0, 0) : root_start (1, 10, 1000000);
  expect_code (wait_outcome (lodger_caller_call_soon (root, ask_twice, NULL, NULL)), 0);
  worker_stop (root);
}
END_TEST

static void
follow (LodgerPending *self, void *promise)
{
  lodger_pending_return_from (self, promise);
}

START_TEST (edge_37_a_worker_whose_call_is_not_done_is_not_idle)
{
  LodgerCaller *root = root_start (1, 10, 1000000);
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  LodgerPending *pending = lodger_caller_to_thread (root, follow, promise, NULL);
  ck_assert_int_eq (lodger_pending_wait (pending, 100000000, LODGER_WAIT_PROTECT), LODGER_ETIMEDOUT);
  expect_code (lodger_pending_return_int (promise, 42), 0);
  expect_code (wait_outcome (pending), 0);
  lodger_pending_unref (promise);
  worker_stop (root);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("pool-progress");
  test_add_variant (suite, "a_worker_that_has_ended_is_replaced_while_its_root_is_blocked/above_the_limit",
                    a_worker_that_has_ended_is_replaced_while_its_root_is_blocked, 0);
  test_add_variant (suite, "a_worker_that_has_ended_is_replaced_while_its_root_is_blocked/idle_for_too_long",
                    a_worker_that_has_ended_is_replaced_while_its_root_is_blocked, 1);
  test_add (suite, edge_37_a_worker_whose_call_is_not_done_is_not_idle);
  return test_main (suite, argc, argv);
}
