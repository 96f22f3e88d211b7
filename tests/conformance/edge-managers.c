/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Managers: what they keep track of, and for how long; and which trackers a promise joins. */
#include "stage.h"

static const LodgerContextKey downloads = { "downloads" }, queries = { "queries" };

/* Managers of two classes, which a body activates and deactivates. */
typedef struct Managers
{
  Stage stage; /* first */
  LodgerManager *one, *two;
  LodgerManagerToken of_one, of_two;
  LodgerPending *calls[STAGE_HOMES];
} Managers;

static void
managers_open (Managers *managers, int i)
{
  *managers = (Managers) { .one = lodger_manager_new (&downloads), .two = lodger_manager_new (&queries) };
  stage_open (&managers->stage, i);
}

static void
managers_close (Managers *managers)
{
  stage_close (&managers->stage);
  lodger_manager_unref (managers->one);
  lodger_manager_unref (managers->two);
}

static void
activate (Managers *managers)
{
  test_check (lodger_manager_activate (managers->one, &managers->of_one) == 0);
  test_check (lodger_manager_activate (managers->two, &managers->of_two) == 0);
}

static void
deactivate (Managers *managers)
{
  test_check (lodger_manager_deactivate (managers->two, managers->of_two) == 0);
  test_check (lodger_manager_deactivate (managers->one, managers->of_one) == 0);
}

/* The managers are told of an end after those who wait for it. */
static void
expect_counts (Managers *managers, size_t one, size_t two)
{
  int64_t until = test_now () + test_limit_ns ();
  while ((lodger_manager_count (managers->one) > one || lodger_manager_count (managers->two) > two)
         && test_now () < until)
    subject_settle (&managers->stage.subject);
  ck_assert_uint_eq (lodger_manager_count (managers->one), one);
  ck_assert_uint_eq (lodger_manager_count (managers->two), two);
}

/* Runs the body in the worker, and in the subject's thread. */
static void
run_in_both (Managers *managers, LodgerCallFunc body)
{
  expect_code (stage_run (&managers->stage, body, managers), 0);
  stage_run_inside (&managers->stage, body, managers);
}

/* ---- 65: failures, classes, tokens ----------------------------------------------------------------------------------- */

static void
submit_that_fail (LodgerPending *self, void *data)
{
  Managers *managers = data;
  (void) self;
  activate (managers);
  for (int home = 0; home < STAGE_HOMES; home++)
    managers->calls[home] = stage_submit (&managers->stage, (StageHome) home, STAGE_FAILS);
  stage_add (&managers->stage, STAGE_WAITS);
  deactivate (managers);
}

START_TEST (edge_65_a_manager_ignores_failures)
{
  Managers managers;
  managers_open (&managers, _i);
  stage_run_inside (&managers.stage, submit_that_fail, &managers);
  stage_run_until_members_wait (&managers.stage);
  for (int home = 0; home < STAGE_HOMES; home++)
    expect_code (subject_outcome (&managers.stage.subject, managers.calls[home]), LODGER_EFAILED);
  expect_counts (&managers, 2, 2);
  managers_close (&managers);
}
END_TEST

static void
look_at_the_slots (LodgerPending *self, void *data)
{
  Managers *managers = data;
  LodgerManager *inner = lodger_manager_new (&downloads);
  LodgerManagerToken of_inner;
  LodgerPending *promises[2];
  (void) self;
  activate (managers);
  test_check (lodger_manager_current (&downloads) == managers->one);
  test_check (lodger_manager_current (&queries) == managers->two);
  test_check (lodger_manager_activate (inner, &of_inner) == 0);
  test_check (lodger_manager_current (&downloads) == inner);
  test_check (lodger_manager_current (&queries) == managers->two);
  promises[0] = lodger_pending_new_full (LODGER_PENDING_OPTIONS (.trackers = LODGER_TRACK_MANAGERS));
  test_check (lodger_manager_deactivate (inner, of_inner) == 0);
  test_check (lodger_manager_current (&downloads) == managers->one);
  promises[1] = lodger_pending_new_full (LODGER_PENDING_OPTIONS (.trackers = LODGER_TRACK_MANAGERS));
  test_check (lodger_manager_count (inner) == 1);
  test_check (lodger_manager_count (managers->one) == 1);
  test_check (lodger_manager_count (managers->two) == 2);
  deactivate (managers);
  test_check (lodger_manager_current (&downloads) == NULL);
  test_check (lodger_manager_current (&queries) == NULL);
  for (int i = 0; i < 2; i++)
    {
      lodger_pending_return_nothing (promises[i]);
      lodger_pending_unref (promises[i]);
    }
  lodger_manager_unref (inner);
}

START_TEST (edge_65_each_class_has_its_own_slot)
{
  Managers managers;
  managers_open (&managers, _i);
  run_in_both (&managers, look_at_the_slots);
  expect_counts (&managers, 0, 0);
  managers_close (&managers);
}
END_TEST

static void
mistake_the_tokens (LodgerPending *self, void *data)
{
  Managers *managers = data;
  LodgerManagerToken again;
  (void) self;
  activate (managers);
  log_capture_begin ();
  test_check (lodger_manager_deactivate (managers->one, managers->of_two) == LODGER_EINVAL);
  test_check (lodger_manager_deactivate (managers->two, managers->of_one) == LODGER_EINVAL);
  test_check (lodger_manager_activate (managers->one, &again) == 0);
  test_check (lodger_manager_deactivate (managers->one, managers->of_one) == LODGER_ESTATE);
  test_check (lodger_manager_deactivate (managers->one, again) == 0);
  test_check (lodger_manager_deactivate (managers->one, again) == LODGER_ESTATE);
  deactivate (managers);
  test_check (lodger_manager_deactivate (managers->one, managers->of_one) == LODGER_ESTATE);
  log_capture_end ();
}

START_TEST (edge_65_a_token_of_another_manager_is_an_error)
{
  Managers managers;
  managers_open (&managers, _i);
  run_in_both (&managers, mistake_the_tokens);
  managers_close (&managers);
}
END_TEST

/* ---- 106: after the activation --------------------------------------------------------------------------------------- */

static void
submit_that_wait (LodgerPending *self, void *data)
{
  Managers *managers = data;
  (void) self;
  activate (managers);
  for (int home = 0; home < STAGE_HOMES; home++)
    managers->calls[home] = stage_submit (&managers->stage, (StageHome) home, STAGE_WAITS);
  managers->stage.to_wait++;
  deactivate (managers);
}

static void
expect_dropped_one_by_one (Managers *managers)
{
  stage_run_until_members_wait (&managers->stage);
  expect_counts (managers, 2, 2);
  lodger_pending_disown (stage_submit (&managers->stage, STAGE_POOL, STAGE_SUCCEEDS));
  expect_counts (managers, 2, 2);
  for (int home = 0; home < STAGE_HOMES; home++)
    {
      lodger_pending_cancel (managers->calls[home], NULL);
      expect_code (subject_outcome (&managers->stage.subject, managers->calls[home]), LODGER_ECANCELED);
      expect_counts (managers, (size_t) (1 - home), (size_t) (1 - home));
    }
}

START_TEST (edge_106_calls_that_outlive_the_activation_are_dropped_when_they_are_done)
{
  Managers managers;
  managers_open (&managers, _i);
  expect_code (stage_run (&managers.stage, submit_that_wait, &managers), 0);
  expect_dropped_one_by_one (&managers);
  stage_run_inside (&managers.stage, submit_that_wait, &managers);
  expect_dropped_one_by_one (&managers);
  managers_close (&managers);
}
END_TEST

/* ---- 104 and 105: promises ------------------------------------------------------------------------------------------- */

typedef struct Joining
{
  LodgerTracking trackers;
  size_t in_group, in_one, in_two;
} Joining;

static const Joining joinings[]
    = { { LODGER_TRACK_DEFAULT, 0, 0, 0 },  { LODGER_TRACK_ALL, 1, 1, 1 },  { LODGER_TRACK_GROUPS, 1, 0, 0 },
        { LODGER_TRACK_MANAGERS, 0, 1, 1 }, { LODGER_TRACK_NONE, 0, 0, 0 }, { LODGER_TRACK_NAMED, 0, 1, 0 } };

static void
make_promises (LodgerPending *self, void *data)
{
  static const LodgerContextKey *const named[] = { &downloads, NULL };
  Managers *managers = data;
  (void) self;
  activate (managers);
  for (size_t i = 0; i < sizeof joinings / sizeof joinings[0]; i++)
    {
      const Joining *joining = &joinings[i];
      LodgerPending *promise;
      stage_enter (&managers->stage);
      promise = lodger_pending_new_full (
          LODGER_PENDING_OPTIONS (.trackers = joining->trackers,
                                  .tracked_by = joining->trackers == LODGER_TRACK_NAMED ? named : NULL));
      test_check (lodger_group_count (managers->stage.group) == joining->in_group);
      test_check (lodger_manager_count (managers->one) == joining->in_one);
      test_check (lodger_manager_count (managers->two) == joining->in_two);
      stage_close_group (&managers->stage);
      test_check (lodger_pending_is_done (managers->stage.whole) == (joining->in_group == 0));
      lodger_pending_return_nothing (promise);
      test_check (lodger_pending_get_outcome (managers->stage.whole) == 0);
      test_check (lodger_manager_count (managers->one) + lodger_manager_count (managers->two) == 0);
      lodger_pending_unref (promise);
      lodger_pending_unref (managers->stage.whole);
      lodger_group_unref (managers->stage.group);
    }
  deactivate (managers);
}

START_TEST (edge_104_a_promise_joins_exactly_the_trackers_that_it_names)
{
  Managers managers;
  managers_open (&managers, _i);
  run_in_both (&managers, make_promises);
  managers_close (&managers);
}
END_TEST

static void
fail_a_promise_and_leave (LodgerPending *self, void *data)
{
  Stage *stage = data;
  LodgerPending *promise;
  (void) self;
  stage_enter (stage);
  stage_add_waiting (stage);
  promise = lodger_pending_new_full (LODGER_PENDING_OPTIONS (.trackers = LODGER_TRACK_ALL));
  lodger_pending_return_new_error (promise, NULL, LODGER_EBUSY, "no luck");
  stage_leave (stage);
  lodger_pending_unref (promise);
}

START_TEST (edge_105_a_promise_that_fails_cancels_the_others)
{
  Stage stage;
  stage_open (&stage, _i);
  expect_code (stage_run (&stage, fail_a_promise_and_leave, &stage), 0);
  expect_code (stage.code, LODGER_EFAILED);
  ck_assert_int_eq (lodger_error_get_code (stage.error), LODGER_EBUSY);
  ck_assert_uint_eq (stage.left_over, 0);
  stage_close (&stage);
}
END_TEST

typedef struct Promised
{
  Stage stage; /* first */
  LodgerPending *promise;
} Promised;

static void
promise_and_close (LodgerPending *self, void *data)
{
  Promised *promised = data;
  (void) self;
  stage_enter (&promised->stage);
  stage_add (&promised->stage, STAGE_WAITS);
  promised->promise = lodger_pending_new_full (LODGER_PENDING_OPTIONS (.trackers = LODGER_TRACK_GROUPS));
  stage_close_group (&promised->stage);
}

START_TEST (edge_105_a_promise_that_fails_ends_a_closed_group)
{
  Promised promised;
  stage_open (&promised.stage, _i);
  stage_run_inside (&promised.stage, promise_and_close, &promised);
  stage_run_until_members_wait (&promised.stage);
  ck_assert (!lodger_pending_is_done (promised.stage.whole));
  lodger_pending_return_new_error (promised.promise, NULL, LODGER_EBUSY, "no luck");
  expect_code (stage_end (&promised.stage), LODGER_EFAILED);
  ck_assert_uint_eq (promised.stage.left_over, 0);
  lodger_pending_unref (promised.promise);
  stage_close (&promised.stage);
}
END_TEST

void
add_edge_managers (Suite *suite)
{
  add_edge (suite, edge_65_a_manager_ignores_failures, 0, 0);
  add_edge (suite, edge_65_each_class_has_its_own_slot, 0, 0);
  add_edge (suite, edge_65_a_token_of_another_manager_is_an_error, 0, 0);
  add_edge (suite, edge_106_calls_that_outlive_the_activation_are_dropped_when_they_are_done, 0, 0);
  add_edge (suite, edge_104_a_promise_joins_exactly_the_trackers_that_it_names, 0, 0);
  add_edge (suite, edge_105_a_promise_that_fails_cancels_the_others, 0, 0);
  add_edge (suite, edge_105_a_promise_that_fails_ends_a_closed_group, 0, 0);
}
