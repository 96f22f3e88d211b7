/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Several pendings as one: all, any, race. */
#include "test-suite.h"

#include <string.h>

enum
{
  COUNT = 3,
  ROUNDS = 200
};

typedef LodgerPending *(*CombineFunc) (LodgerPending *const *pendings, size_t count);

static const CombineFunc combines[] = { lodger_pending_all, lodger_pending_any, lodger_pending_race };

typedef struct Three
{
  LodgerPending *pendings[COUNT], *whole;
} Three;

static Three
three_open (CombineFunc combine)
{
  Three three;
  for (int i = 0; i < COUNT; i++)
    three.pendings[i] = lodger_pending_new (i == 2 ? LODGER_PENDING_PROTECTED : LODGER_PENDING_DEFAULT);
  three.whole = combine (three.pendings, COUNT);
  ck_assert (!lodger_pending_is_done (three.whole));
  return three;
}

static void
three_close (Three *three)
{
  for (int i = 0; i < COUNT; i++)
    lodger_pending_unref (three->pendings[i]);
  lodger_pending_unref (three->whole);
}

static void
answer (LodgerPending *pending, int value)
{
  ck_assert_int_eq (lodger_pending_return_int (pending, value), 0);
}

static void
refuse (LodgerPending *pending)
{
  ck_assert_int_eq (lodger_pending_return_new_error (pending, NULL, LODGER_EBUSY, "no"), 0);
}

static void
expect_value (LodgerPending *pending, int64_t expected)
{
  int64_t value = 0;
  ck_assert (lodger_pending_is_done (pending));
  expect_code (lodger_pending_get_int (pending, &value), 0);
  ck_assert_int_eq (value, expected);
}

/* ---- all ---------------------------------------------------------------------------------------------------------------- */

START_TEST (all_succeeds_when_all_have)
{
  Three three = three_open (lodger_pending_all);
  answer (three.pendings[2], 2);
  answer (three.pendings[0], 0);
  ck_assert (!lodger_pending_is_done (three.whole));
  answer (three.pendings[1], 1);
  expect_code (lodger_pending_get_outcome (three.whole), 0);
  three_close (&three);
  three.whole = lodger_pending_all (NULL, 0);
  expect_code (lodger_pending_get_outcome (three.whole), 0);
  lodger_pending_unref (three.whole);
}
END_TEST

START_TEST (all_cancels_the_others_when_one_fails)
{
  Three three = three_open (lodger_pending_all);
  refuse (three.pendings[1]);
  ck_assert (lodger_pending_is_cancelled (three.pendings[0]));
  ck_assert (!lodger_pending_is_done (three.pendings[2]));
  expect_code (lodger_pending_get_outcome (three.whole), LODGER_EFAILED);
  ck_assert_int_eq (lodger_error_get_code (lodger_pending_get_error (three.whole)), LODGER_EBUSY);
  three_close (&three);
}
END_TEST

START_TEST (all_is_cancelled_when_one_is)
{
  Three three = three_open (lodger_pending_all);
  lodger_pending_cancel (three.pendings[0], NULL);
  ck_assert (lodger_pending_is_cancelled (three.pendings[1]));
  expect_code (lodger_pending_get_outcome (three.whole), LODGER_ECANCELED);
  three_close (&three);
}
END_TEST

/* ---- any ---------------------------------------------------------------------------------------------------------------- */

START_TEST (any_has_the_outcome_of_the_first_success)
{
  Three three = three_open (lodger_pending_any);
  refuse (three.pendings[0]);
  ck_assert (!lodger_pending_is_done (three.whole));
  ck_assert (!lodger_pending_is_done (three.pendings[1]));
  answer (three.pendings[2], 7);
  expect_value (three.whole, 7);
  ck_assert (lodger_pending_is_cancelled (three.pendings[1]));
  three_close (&three);
}
END_TEST

START_TEST (any_lists_the_failures_without_a_success)
{
  Three three = three_open (lodger_pending_any);
  refuse (three.pendings[0]);
  lodger_pending_cancel (three.pendings[1], NULL);
  refuse (three.pendings[2]);
  expect_code (lodger_pending_get_outcome (three.whole), LODGER_EFAILED);
  ck_assert_ptr_nonnull (strstr (lodger_error_get_message (lodger_pending_get_error (three.whole)), "2 calls"));
  three_close (&three);

  three = three_open (lodger_pending_any);
  for (int i = 0; i < COUNT; i++)
    lodger_pending_cancel (three.pendings[i], NULL);
  expect_code (lodger_pending_get_outcome (three.whole), LODGER_ECANCELED);
  three_close (&three);
}
END_TEST

/* ---- race --------------------------------------------------------------------------------------------------------------- */

START_TEST (race_has_the_first_outcome)
{
  Three three = three_open (lodger_pending_race);
  answer (three.pendings[1], 5);
  expect_value (three.whole, 5);
  ck_assert (lodger_pending_is_cancelled (three.pendings[0]));
  ck_assert (!lodger_pending_is_done (three.pendings[2]));
  three_close (&three);

  three = three_open (lodger_pending_race);
  refuse (three.pendings[0]);
  expect_code (lodger_pending_get_outcome (three.whole), LODGER_EFAILED);
  ck_assert (lodger_pending_is_cancelled (three.pendings[1]));
  three_close (&three);

  three = three_open (lodger_pending_race);
  lodger_pending_cancel (three.pendings[0], NULL);
  expect_code (lodger_pending_get_outcome (three.whole), LODGER_ECANCELED);
  three_close (&three);
}
END_TEST

static void
keep_running (LodgerPending *pending, const char *message, void *data)
{
  (void) pending;
  (void) message;
  (*(int *) data)++;
}

START_TEST (race_does_not_wait_for_those_who_lose)
{
  Three three = three_open (lodger_pending_race);
  int cancels = 0;
  expect_code (lodger_pending_set_canceller (three.pendings[0], keep_running, &cancels, NULL), 0);
  answer (three.pendings[1], 5);
  expect_value (three.whole, 5);
  ck_assert_int_eq (cancels, 1);
  ck_assert (!lodger_pending_is_done (three.pendings[0]));
  lodger_pending_return_nothing (three.pendings[0]);
  three_close (&three);
}
END_TEST

START_TEST (what_is_done_already_counts)
{
  LodgerPending *pendings[2]
      = { lodger_pending_new (LODGER_PENDING_DEFAULT), lodger_pending_new (LODGER_PENDING_DEFAULT) };
  LodgerPending *whole;
  answer (pendings[1], 3);
  whole = lodger_pending_race (pendings, 2);
  expect_value (whole, 3);
  ck_assert (lodger_pending_is_cancelled (pendings[0]));
  lodger_pending_unref (whole);
  whole = lodger_pending_any (pendings, 2);
  expect_value (whole, 3);
  lodger_pending_unref (whole);
  lodger_pending_unref (pendings[0]);
  lodger_pending_unref (pendings[1]);
}
END_TEST

START_TEST (a_protected_one_is_left_alone_behind_one_that_is_done)
{
  LodgerPending *pendings[2]
      = { lodger_pending_new (LODGER_PENDING_DEFAULT), lodger_pending_new (LODGER_PENDING_PROTECTED) };
  LodgerPending *whole;
  refuse (pendings[0]);
  whole = lodger_pending_race (pendings, 2);
  expect_code (lodger_pending_get_outcome (whole), LODGER_EFAILED);
  lodger_pending_unref (whole);
  whole = lodger_pending_all (pendings, 2);
  expect_code (lodger_pending_get_outcome (whole), LODGER_EFAILED);
  lodger_pending_unref (whole);
  ck_assert (!lodger_pending_is_done (pendings[1]));
  lodger_pending_unref (pendings[0]);
  lodger_pending_unref (pendings[1]);
}
END_TEST

/* ---- each of the three -------------------------------------------------------------------------------------------------- */

START_TEST (a_cancel_reaches_each_of_them)
{
  Three three = three_open (combines[_i]);
  lodger_pending_cancel (three.whole, NULL);
  ck_assert (lodger_pending_is_cancelled (three.pendings[0]));
  ck_assert (lodger_pending_is_cancelled (three.pendings[1]));
  ck_assert (!lodger_pending_is_done (three.pendings[2]));
  expect_code (lodger_pending_get_outcome (three.whole), LODGER_ECANCELED);
  three_close (&three);
}
END_TEST

START_TEST (null_and_none_are_refused)
{
  LodgerPending *pendings[] = { lodger_pending_new (LODGER_PENDING_DEFAULT), NULL }, *whole;
  log_capture_begin ();
  expect_code (wait_outcome (combines[_i](pendings, 2)), LODGER_EFAILED);
  expect_code (wait_outcome (combines[_i](NULL, 1)), LODGER_EFAILED);
  whole = combines[_i](NULL, 0);
  expect_code (lodger_pending_get_outcome (whole), _i == 0 ? 0 : LODGER_EFAILED);
  log_capture_end ();
  ck_assert (!lodger_pending_is_done (pendings[0]));
  lodger_pending_unref (whole);
  lodger_pending_unref (pendings[0]);
}
END_TEST

static void
return_index (LodgerPending *self, void *data)
{
  lodger_pending_return_int (self, (int64_t) (intptr_t) data);
}

START_TEST (calls_of_several_threads_race)
{
  LodgerCaller *worker = worker_start (NULL);
  for (int round = 0; round < ROUNDS; round++)
    {
      LodgerPending *pendings[COUNT], *whole;
      for (intptr_t i = 0; i < COUNT; i++)
        pendings[i] = lodger_caller_to_thread (worker, return_index, (void *) i, NULL);
      whole = combines[_i](pendings, COUNT);
      expect_code (lodger_pending_wait (whole, LODGER_FOREVER, LODGER_WAIT_DEFAULT), 0);
      for (int i = 0; i < COUNT; i++)
        {
          wait_done (pendings[i]);
          lodger_pending_unref (pendings[i]);
        }
      lodger_pending_unref (whole);
    }
  worker_stop (worker);
}
END_TEST

/* ---- law 7 -------------------------------------------------------------------------------------------------------------- */

static void
do_nothing (LodgerPending *self, void *data)
{
  (void) self;
  (void) data;
}

typedef struct Hanging
{
  int index, code;
  bool has_other;
  LodgerPending *other;
  Latch begins;
  int thread;
} Hanging;

static void
wait_for_the_whole (LodgerPending *self, void *data)
{
  Hanging *hanging = data;
  LodgerPending *pendings[2], *whole;
  (void) self;
  pendings[0] = lodger_caller_call_soon (lodger_caller_current (), do_nothing, NULL, NULL);
  pendings[1] = hanging->other;
  whole = combines[hanging->index](pendings, hanging->has_other ? 2 : 1);
  hanging->thread = test_thread_id ();
  latch_open (&hanging->begins);
  log_capture_begin ();
  hanging->code = lodger_pending_wait (whole, LODGER_FOREVER, LODGER_WAIT_DEFAULT);
  log_capture_end ();
  lodger_pending_unref (whole);
  lodger_pending_unref (pendings[0]);
}

START_TEST (law_7_a_wait_for_several_is_refused_only_without_hope)
{
  LodgerCaller *worker = worker_start (NULL);
  Hanging hanging = { .index = _i };
  LodgerPending *call;
  latch_init (&hanging.begins);
  expect_code (wait_outcome (lodger_caller_call_soon (worker, wait_for_the_whole, &hanging, NULL)), 0);
  expect_code (hanging.code, LODGER_EDEADLK);
  hanging.has_other = true;
  hanging.other = lodger_pending_new (LODGER_PENDING_DEFAULT);
  latch_clear (&hanging.begins);
  latch_init (&hanging.begins);
  call = lodger_caller_call_soon (worker, wait_for_the_whole, &hanging, NULL);
  if (_i > 0)
    {
      latch_wait (&hanging.begins);
      proc_wait_asleep (hanging.thread);
      answer (hanging.other, 1);
    }
  expect_code (wait_outcome (call), 0);
  expect_code (hanging.code, _i > 0 ? 0 : LODGER_EDEADLK);
  lodger_pending_cancel (hanging.other, NULL); /* the whole keeps it until it is done */
  lodger_pending_unref (hanging.other);
  latch_clear (&hanging.begins);
  worker_stop (worker);
}
END_TEST

static void
add_each (Suite *suite, const char *name, const TTest *test)
{
  static const char *const names[] = { "", "/any", "/race" };
  for (int i = 0; i < 3; i++)
    {
      char full[100];
      strcpy (full, name);
      strcat (full, names[i]);
      test_add_variant (suite, full, test, i);
    }
}

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("combine");
  test_add (suite, all_succeeds_when_all_have);
  test_add (suite, all_cancels_the_others_when_one_fails);
  test_add (suite, all_is_cancelled_when_one_is);
  test_add (suite, any_has_the_outcome_of_the_first_success);
  test_add (suite, any_lists_the_failures_without_a_success);
  test_add (suite, race_has_the_first_outcome);
  test_add (suite, race_does_not_wait_for_those_who_lose);
  test_add (suite, what_is_done_already_counts);
  test_add (suite, a_protected_one_is_left_alone_behind_one_that_is_done);
  add_each (suite, "a_cancel_reaches_each_of_them", a_cancel_reaches_each_of_them);
  add_each (suite, "null_and_none_are_refused", null_and_none_are_refused);
  add_each (suite, "calls_of_several_threads_race", calls_of_several_threads_race);
  add_each (suite, "law_7_a_wait_for_several_is_refused_only_without_hope",
            law_7_a_wait_for_several_is_refused_only_without_hope);
  return test_main (suite, argc, argv);
}
