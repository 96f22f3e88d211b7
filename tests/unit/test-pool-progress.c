/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A pool gets on whatever its root and its workers are at. */
#include "test-loop.h"
#include "test-suite.h"

#include <limits.h>
#include <sched.h>

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

/* ---- user code behind an outcome -------------------------------------------------------------------------------------- */

typedef struct Behind
{
  LodgerCaller *root;
  Latch is_alone, entered, let_go;
  atomic_int waited;
} Behind;

static void
behind_init (Behind *behind, LodgerCaller *root)
{
  *behind = (Behind) { .root = root, .waited = 1 };
  latch_init (&behind->is_alone);
  latch_init (&behind->entered);
  latch_init (&behind->let_go);
}

static void
behind_clear (Behind *behind)
{
  latch_clear (&behind->is_alone);
  latch_clear (&behind->entered);
  latch_clear (&behind->let_go);
}

static void
block (void *data)
{
  Behind *behind = data;
  latch_open (&behind->entered);
  latch_wait (&behind->let_go);
}

static void
wait_for_another (void *data)
{
  Behind *behind = data;
  LodgerPending *pending = lodger_caller_to_thread (behind->root, recorder_call, &(Recorder) { 0 }, NULL);
  atomic_store (&behind->waited, lodger_pending_wait (pending, LODGER_FOREVER, LODGER_WAIT_DEFAULT));
  lodger_pending_unref (pending);
  latch_open (&behind->entered);
}

static void
give_blocking (LodgerPending *self, void *data)
{
  latch_wait (&((Behind *) data)->is_alone);
  lodger_pending_return_pointer (self, data, block);
}

static void
give_waiting (LodgerPending *self, void *data)
{
  latch_wait (&((Behind *) data)->is_alone);
  lodger_pending_return_pointer (self, data, wait_for_another);
}

static void
ignore (LodgerPending *pending, const char *message, void *data)
{
  (void) pending;
  (void) message;
  (void) data;
}

static void
have_blocking_canceller (LodgerPending *self, void *data)
{
  test_check (lodger_pending_set_canceller (self, ignore, data, block) == 0);
}

static void
have_blocking_metadata (LodgerPending *self, void *data)
{
  latch_wait (&((Behind *) data)->is_alone);
  test_check (lodger_pending_set_metadata (self, "key", data, block) == 0);
}

static const LodgerCallFunc behind_funcs[] = { give_blocking, have_blocking_canceller, have_blocking_metadata };

START_TEST (a_worker_that_destroys_what_a_call_has_left_is_not_idle)
{
  LodgerCaller *root = root_start (4, 10, 0);
  Recorder recorder = { 0 };
  Behind behind;
  behind_init (&behind, root);
  lodger_pending_unref (lodger_caller_to_thread (root, behind_funcs[_i], &behind, NULL));
  latch_open (&behind.is_alone);
  latch_wait (&behind.entered);
  expect_code (wait_outcome (lodger_caller_to_thread (root, recorder_call, &recorder, NULL)), 0);
  ck_assert (!latch_is_open (&behind.let_go));
  latch_open (&behind.let_go);
  worker_stop (root);
  behind_clear (&behind);
}
END_TEST

START_TEST (a_results_destroy_may_wait_for_the_pool)
{
  LodgerCaller *root = root_start (4, 10, 0);
  Behind behind;
  behind_init (&behind, root);
  lodger_pending_unref (lodger_caller_to_thread (root, give_waiting, &behind, NULL));
  latch_open (&behind.is_alone);
  latch_wait (&behind.entered);
  expect_code (behind.waited, 0);
  worker_stop (root);
  behind_clear (&behind);
}
END_TEST

/* ---- a root that waits for its pool while it stops -------------------------------------------------------------------- */

typedef struct Shielded
{
  Latch is_waiting, let_go;
  LodgerPending *running, *queued;
  Recorder running_data, queued_data;
  int waited;
} Shielded;

static void
let_go_when_cancelled (LodgerPending *pending, const char *message, void *data)
{
  (void) pending;
  (void) message;
  latch_open (data);
}

static void
run_until_cancelled (LodgerPending *self, void *data)
{
  Shielded *shielded = data;
  test_check (lodger_pending_set_canceller (self, let_go_when_cancelled, &shielded->let_go, NULL) == 0);
  latch_wait (&shielded->let_go);
}

static void
destroy_running (void *data)
{
  recorder_destroy (&((Shielded *) data)->running_data);
}

static void
wait_shielded (LodgerPending *self, void *data)
{
  Shielded *shielded = data;
  LodgerCaller *root = lodger_caller_current ();
  (void) self;
  shielded->running = lodger_caller_to_thread (root, run_until_cancelled, shielded, destroy_running);
  shielded->queued = lodger_caller_to_thread (root, recorder_call, &shielded->queued_data, recorder_destroy);
  latch_open (&shielded->is_waiting);
  shielded->waited = lodger_pending_wait (shielded->queued, LODGER_FOREVER, LODGER_WAIT_SHIELD);
}

static void
do_nothing_when_cancelled (LodgerPending *pending, const char *message, void *data)
{
  (void) pending;
  (void) message;
  atomic_fetch_add ((atomic_int *) data, 1);
}

START_TEST (a_stop_ends_a_shielded_wait_of_the_root_for_its_pool)
{
  const LodgerCallerOptions options = { .size = sizeof options, .max_workers = 1, .stop_deadline = INT64_MAX / 4 };
  LodgerCaller *root = lodger_caller_open (LODGER_CALLER_NEW_THREAD, &options, NULL);
  Shielded shielded = { 0 };
  atomic_int cancelled = 0;
  LodgerPending *pending;
  int thread = worker_thread_id (root);
  latch_init (&shielded.is_waiting);
  latch_init (&shielded.let_go);
  pending = lodger_caller_call_soon (root, wait_shielded, &shielded, NULL);
  latch_wait (&shielded.is_waiting);
  if (_i == 1)
    expect_code (lodger_pending_set_canceller (shielded.queued, do_nothing_when_cancelled, &cancelled, NULL), 0);
  proc_wait_asleep (thread);
  worker_stop (root);
  expect_code (shielded.waited, LODGER_ECANCELED);
  expect_code (wait_outcome (pending), LODGER_ECANCELED);
  expect_code (wait_outcome (shielded.queued), LODGER_ECANCELED);
  expect_code (wait_outcome (shielded.running), LODGER_ECANCELED);
  recorder_expect (&shielded.queued_data, 0, 1);
  recorder_expect (&shielded.running_data, 0, 1);
  ck_assert_int_eq (shielded.queued_data.destroyed_in, thread);
  ck_assert_int_eq (cancelled, _i);
  latch_clear (&shielded.is_waiting);
  latch_clear (&shielded.let_go);
}
END_TEST

/* Two calls in two workers. Whichever worker is told first of the stop lets the other's call return, and waits for that:
 * the pool is closed then, and the other worker has not been told. */
typedef struct Couple
{
  Counter *entered;
  Latch let_go;
  LodgerPending *pending;
  struct Couple *other;
} Couple;

static int
wait_for_the_other (LodgerPending *done, void *data)
{
  Couple *couple = data;
  (void) done;
  latch_open (&couple->other->let_go);
  while (!lodger_pending_is_done (couple->other->pending))
    sched_yield ();
  return 0;
}

static void
block_and_listen (LodgerPending *self, void *data)
{
  Couple *couple = data;
  (void) self;
  lodger_pending_add_done_callback (lodger_caller_get_stopping (lodger_caller_current ()), wait_for_the_other, couple,
                                    NULL);
  counter_add (couple->entered, 1);
  latch_wait (&couple->let_go);
}

START_TEST (a_call_returns_between_the_end_of_its_pool_and_that_of_its_worker)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Counter entered;
  Couple couples[2];
  counter_init (&entered);
  for (int i = 0; i < 2; i++)
    {
      couples[i] = (Couple) { .entered = &entered, .other = &couples[1 - i] };
      latch_init (&couples[i].let_go);
      couples[i].pending = lodger_caller_to_thread (loop.caller, block_and_listen, &couples[i], NULL);
    }
  counter_wait (&entered, 2);
  lodger_caller_stop (loop.caller, true);
  expect_code (lodger_caller_stop_wait (loop.caller), 0);
  for (int i = 0; i < 2; i++)
    {
      ck_assert (lodger_pending_is_done (couples[i].pending));
      lodger_pending_unref (couples[i].pending);
      latch_clear (&couples[i].let_go);
    }
  loop_close (&loop);
  counter_clear (&entered);
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
  test_add_variant (suite, "a_worker_that_destroys_what_a_call_has_left_is_not_idle/result",
                    a_worker_that_destroys_what_a_call_has_left_is_not_idle, 0);
  test_add_variant (suite, "a_worker_that_destroys_what_a_call_has_left_is_not_idle/canceller",
                    a_worker_that_destroys_what_a_call_has_left_is_not_idle, 1);
  test_add_variant (suite, "a_worker_that_destroys_what_a_call_has_left_is_not_idle/metadata",
                    a_worker_that_destroys_what_a_call_has_left_is_not_idle, 2);
  test_add (suite, a_results_destroy_may_wait_for_the_pool);
  test_add_variant (suite, "a_stop_ends_a_shielded_wait_of_the_root_for_its_pool/plain",
                    a_stop_ends_a_shielded_wait_of_the_root_for_its_pool, 0);
  test_add_variant (suite, "a_stop_ends_a_shielded_wait_of_the_root_for_its_pool/with_a_canceller",
                    a_stop_ends_a_shielded_wait_of_the_root_for_its_pool, 1);
  test_add (suite, a_call_returns_between_the_end_of_its_pool_and_that_of_its_worker);
  return test_main (suite, argc, argv);
}
