/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lodger_await and its like: a wait that drops the reference, and reads the outcome. */
#include "test-fiber.h"
#include "test-loop.h"
#include "test-suite.h"

static void
answer_number (LodgerPending *self, void *data)
{
  (void) data;
  lodger_pending_return_int (self, 42);
}

static void
answer_pointer (LodgerPending *self, void *recorder)
{
  lodger_pending_return_pointer (self, recorder, recorder_destroy);
}

static void
answer_failure (LodgerPending *self, void *data)
{
  (void) data;
  lodger_pending_return_new_error (self, "disk", 5, "no space");
}

static void
answer_nothing (LodgerPending *self, void *data)
{
  (void) self;
  (void) data;
}

typedef struct Awaiting
{
  LodgerCaller *caller;
  Recorder pointer, data;
  LodgerPending *promise;
  LodgerError *error;
  int code;
  bool is_over;
} Awaiting;

static LodgerPending *
call (Awaiting *awaiting, LodgerCallFunc func)
{
  return lodger_caller_call_soon_full (awaiting->caller, func, &awaiting->pointer, NULL,
                                       LODGER_CALL_OPTIONS (.flags = LODGER_PENDING_MAY_FAIL));
}

/* ---- outcomes ---------------------------------------------------------------------------------------------------- */

static void
await_each (LodgerPending *self, void *data)
{
  Awaiting *awaiting = data;
  LodgerError *error = (LodgerError *) &awaiting->data;
  void *pointer = awaiting;
  int64_t number = 1;
  (void) self;
  test_check (lodger_await (call (awaiting, answer_nothing), &error) == 0 && error == NULL);
  test_check (lodger_await (call (awaiting, answer_number), NULL) == 0);
  error = (LodgerError *) &awaiting->data;
  test_check (lodger_await_int (call (awaiting, answer_number), &number, &error) == 0 && number == 42 && error == NULL);
  test_check (lodger_await_pointer (call (awaiting, answer_pointer), &pointer, NULL) == 0);
  test_check (pointer == &awaiting->pointer && awaiting->pointer.destroyed == 0);
  number = 1;
  test_check (lodger_await_int (call (awaiting, answer_failure), &number, &error) == LODGER_EFAILED && number == 0);
  test_check (lodger_error_matches (error, "disk", 5));
  lodger_error_unref (error);
  pointer = awaiting;
  test_check (lodger_await_pointer (call (awaiting, answer_failure), &pointer, NULL) == LODGER_EFAILED);
  test_check (pointer == NULL);
  awaiting->is_over = true;
}

START_TEST (an_await_reads_the_outcome)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Awaiting awaiting = { .caller = loop.caller };
  LodgerPending *spawned = lodger_caller_spawn (loop.caller, await_each, &awaiting, NULL);
  loop_run (&loop);
  ck_assert (awaiting.is_over);
  expect_code (lodger_pending_get_outcome (spawned), 0);
  lodger_pending_unref (spawned);
  loop_close (&loop);
}
END_TEST

/* A plain call of a worker awaits calls of another one. */
START_TEST (an_await_blocks_where_a_wait_may_block)
{
  LodgerCaller *worker = worker_start (NULL), *other = worker_start (NULL);
  Awaiting awaiting = { .caller = other };
  expect_code (wait_outcome (lodger_caller_call_soon (worker, await_each, &awaiting, NULL)), 0);
  ck_assert (awaiting.is_over);
  awaiting = (Awaiting) { .caller = other };
  expect_code (wait_outcome (lodger_caller_spawn (worker, await_each, &awaiting, NULL)), 0);
  ck_assert (awaiting.is_over);
  awaiting = (Awaiting) { .caller = worker };
  expect_code (wait_outcome (lodger_caller_spawn (worker, await_each, &awaiting, NULL)), 0);
  ck_assert (awaiting.is_over);
  worker_stop (worker);
  worker_stop (other);
}
END_TEST

/* ---- the reference ----------------------------------------------------------------------------------------------- */

static void
await_data (LodgerPending *self, void *data)
{
  Awaiting *awaiting = data;
  LodgerPending *pending;
  (void) self;
  pending = lodger_caller_call_soon (awaiting->caller, answer_pointer, &awaiting->pointer, NULL);
  awaiting->code = lodger_await (pending, NULL);
  awaiting->is_over = awaiting->pointer.destroyed == 1;
}

START_TEST (an_await_consumes_the_pending)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Awaiting awaiting = { .caller = loop.caller, .code = 1 };
  lodger_pending_disown (lodger_caller_spawn (loop.caller, await_data, &awaiting, NULL));
  loop_run (&loop);
  expect_code (awaiting.code, 0);
  ck_assert (awaiting.is_over);
  loop_close (&loop);
}
END_TEST

/* What is refused consumes it, too. */
static void
expect_refusal (int code, int expected, LodgerError **error)
{
  expect_code (code, expected);
  ck_assert_int_eq (lodger_error_get_code (*error), expected);
  lodger_error_unref (*error);
  *error = NULL;
}

START_TEST (a_refused_await_consumes_the_pending)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Recorder recorders[4] = { 0 };
  LodgerError *error = NULL;
  void *pointer = NULL;
  int64_t number = 1;
  log_capture_begin ();
  for (int i = 0; i < 4; i++)
    {
      LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
      lodger_pending_set_metadata (promise, (const char *) &recorders[i], &recorders[i], recorder_destroy);
      switch (i)
        {
        case 0: expect_refusal (lodger_await (promise, &error), LODGER_EWRONGTHREAD, &error); break;
        case 1: expect_code (lodger_await_int (promise, &number, NULL), LODGER_EWRONGTHREAD); break;
        case 2: expect_code (lodger_await_int (promise, NULL, NULL), LODGER_EINVAL); break;
        default: expect_code (lodger_await_pointer (promise, NULL, NULL), LODGER_EINVAL); break;
        }
      recorder_expect (&recorders[i], 0, 1);
      ck_assert_uint_ge (log_capture_count (), 1);
    }
  ck_assert_int_eq (number, 0);
  expect_refusal (lodger_await (NULL, &error), LODGER_EINVAL, &error);
  expect_refusal (lodger_await_int (NULL, &number, &error), LODGER_EINVAL, &error);
  expect_refusal (lodger_await_pointer (NULL, &pointer, &error), LODGER_EINVAL, &error);
  log_capture_end ();
  loop_close (&loop);
}
END_TEST

/* ---- cancels ----------------------------------------------------------------------------------------------------- */

static void
await_promise (LodgerPending *self, void *data)
{
  Awaiting *awaiting = data;
  (void) self;
  awaiting->code = lodger_await (lodger_pending_ref (awaiting->promise), &awaiting->error);
}

START_TEST (edge_21_the_cancel_of_a_spawned_call_cancels_what_it_awaits)
{
  for (int is_protected = 0; is_protected < 2; is_protected++)
    {
      Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
      Awaiting awaiting = { .promise = lodger_pending_new (is_protected ? LODGER_PENDING_PROTECTED : 0) };
      LodgerPending *spawned = lodger_caller_spawn (loop.caller, await_promise, &awaiting, NULL);
      loop_run (&loop);
      lodger_pending_cancel (spawned, "enough");
      loop_run (&loop);
      expect_code (awaiting.code, LODGER_ECANCELED);
      ck_assert_int_eq (lodger_pending_is_cancelled (awaiting.promise), !is_protected);
      ck_assert_int_eq (lodger_error_get_code (awaiting.error), LODGER_ECANCELED);
      expect_code (lodger_pending_get_outcome (spawned), LODGER_ECANCELED);
      lodger_error_unref (awaiting.error);
      lodger_pending_unref (spawned);
      lodger_pending_unref (awaiting.promise);
      loop_close (&loop);
    }
}
END_TEST

START_TEST (a_cancelled_pending_is_told_with_its_error)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Awaiting awaiting = { .promise = lodger_pending_new (LODGER_PENDING_DEFAULT) };
  LodgerPending *spawned = lodger_caller_spawn (loop.caller, await_promise, &awaiting, NULL);
  loop_run (&loop);
  lodger_pending_cancel (awaiting.promise, "not wanted");
  loop_run (&loop);
  expect_code (awaiting.code, LODGER_ECANCELED);
  ck_assert_ptr_nonnull (awaiting.error);
  ck_assert_int_eq (lodger_error_get_code (awaiting.error), LODGER_ECANCELED);
  expect_code (lodger_pending_get_outcome (spawned), 0);
  lodger_error_unref (awaiting.error);
  lodger_pending_unref (spawned);
  lodger_pending_unref (awaiting.promise);
  loop_close (&loop);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("fiber-await");
  test_add (suite, an_await_reads_the_outcome);
  test_add (suite, an_await_blocks_where_a_wait_may_block);
  test_add (suite, an_await_consumes_the_pending);
  test_add (suite, a_refused_await_consumes_the_pending);
  test_add (suite, edge_21_the_cancel_of_a_spawned_call_cancels_what_it_awaits);
  test_add (suite, a_cancelled_pending_is_told_with_its_error);
  return test_main (suite, argc, argv);
}
