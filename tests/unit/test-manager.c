/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Managers: what they keep track of, and for how long; and which trackers a promise joins. */
#include "test-blocked-call.h"
#include "test-loop.h"
#include "test-suite.h"

static const LodgerContextKey downloads = { "downloads" }, queries = { "queries" };

static void
do_nothing (LodgerPending *self, void *data)
{
  (void) self;
  (void) data;
}

static void
fail_call (LodgerPending *self, void *data)
{
  (void) data;
  lodger_pending_return_new_error (self, NULL, LODGER_EBUSY, "no");
}

static LodgerManagerToken
activate (LodgerManager *manager)
{
  LodgerManagerToken token = { NULL, 0 };
  expect_code (lodger_manager_activate (manager, &token), 0);
  return token;
}

static void
deactivate (LodgerManager *manager, LodgerManagerToken token)
{
  expect_code (lodger_manager_deactivate (manager, token), 0);
}

/* ---- calls and queues --------------------------------------------------------------------------------------------------- */

START_TEST (edge_65_a_manager_ignores_failures)
{
  Loop loop = loop_open (0);
  LodgerManager *manager = lodger_manager_new (&downloads);
  LodgerManagerToken token = activate (manager);
  LodgerPending *one = lodger_caller_call_soon (loop.caller, fail_call, NULL, NULL);
  LodgerPending *two = lodger_caller_call_soon (loop.caller, do_nothing, NULL, NULL);
  deactivate (manager, token);
  ck_assert_uint_eq (lodger_manager_count (manager), 2);
  loop_run (&loop);
  ck_assert_uint_eq (lodger_manager_count (manager), 0);
  expect_code (lodger_pending_get_outcome (one), LODGER_EFAILED);
  expect_code (lodger_pending_get_outcome (two), 0);
  lodger_pending_unref (one);
  lodger_pending_unref (two);
  lodger_manager_unref (manager);
  loop_close (&loop);
}
END_TEST

START_TEST (edge_65_each_class_has_its_own_slot)
{
  Loop loop = loop_open (0);
  LodgerManager *one = lodger_manager_new (&downloads), *inner = lodger_manager_new (&downloads);
  LodgerManager *two = lodger_manager_new (&queries);
  LodgerManagerToken of_one = activate (one), of_two = activate (two), of_inner;
  ck_assert_ptr_eq (lodger_manager_get_key (two), &queries);
  ck_assert_ptr_eq (lodger_manager_current (&downloads), one);
  ck_assert_ptr_eq (lodger_manager_current (&queries), two);
  ck_assert_ptr_null (lodger_context_get (&downloads));
  lodger_pending_disown (lodger_caller_call_soon (loop.caller, do_nothing, NULL, NULL));
  of_inner = activate (inner);
  ck_assert_ptr_eq (lodger_manager_current (&downloads), inner);
  lodger_pending_disown (lodger_caller_call_soon (loop.caller, do_nothing, NULL, NULL));
  ck_assert_uint_eq (lodger_manager_count (one), 1);
  ck_assert_uint_eq (lodger_manager_count (inner), 1);
  ck_assert_uint_eq (lodger_manager_count (two), 2);
  deactivate (inner, of_inner);
  ck_assert_ptr_eq (lodger_manager_current (&downloads), one);
  deactivate (one, of_one);
  ck_assert_ptr_null (lodger_manager_current (&downloads));
  ck_assert_ptr_eq (lodger_manager_current (&queries), two);
  deactivate (two, of_two);
  ck_assert_ptr_null (lodger_context_current () != NULL ? lodger_manager_current (&queries) : NULL);
  loop_run (&loop);
  lodger_manager_unref (one);
  lodger_manager_unref (inner);
  lodger_manager_unref (two);
  loop_close (&loop);
}
END_TEST

START_TEST (edge_65_a_token_of_another_manager_is_an_error)
{
  LodgerManager *one = lodger_manager_new (&downloads), *two = lodger_manager_new (&queries);
  LodgerManagerToken of_one = activate (one), of_two = activate (two), again;
  log_capture_begin ();
  expect_code (lodger_manager_deactivate (one, of_two), LODGER_EINVAL);
  expect_code (lodger_manager_deactivate (two, of_one), LODGER_EINVAL);
  again = activate (one);
  expect_code (lodger_manager_deactivate (one, of_one), LODGER_ESTATE);
  deactivate (one, again);
  expect_code (lodger_manager_deactivate (one, again), LODGER_ESTATE);
  deactivate (one, of_one);
  expect_code (lodger_manager_deactivate (one, of_one), LODGER_ESTATE);
  deactivate (two, of_two);
  expect_code (lodger_manager_deactivate (NULL, of_two), LODGER_EINVAL);
  expect_code (lodger_manager_activate (one, NULL), LODGER_EINVAL);
  ck_assert_ptr_null (lodger_manager_new (NULL));
  log_capture_end ();
  lodger_manager_unref (one);
  lodger_manager_unref (two);
}
END_TEST

START_TEST (edge_106_what_outlives_the_activation_is_dropped_when_it_is_done)
{
  LodgerCaller *worker = worker_start (NULL);
  LodgerManager *manager = lodger_manager_new (&downloads);
  LodgerManagerToken token = activate (manager);
  BlockedCall blocked;
  LodgerPending *pending;
  blocked_call_init (&blocked);
  pending = lodger_caller_to_thread (worker, blocked_call_run, &blocked, blocked_call_destroy);
  deactivate (manager, token);
  latch_wait (&blocked.entered);
  ck_assert_uint_eq (lodger_manager_count (manager), 1);
  expect_code (wait_outcome (lodger_caller_to_thread (worker, do_nothing, NULL, NULL)), 0);
  ck_assert_uint_eq (lodger_manager_count (manager), 1);
  latch_open (&blocked.let_go);
  wait_done (pending);
  worker_stop (worker);
  expect_code (lodger_pending_get_outcome (pending), 0);
  ck_assert_uint_eq (lodger_manager_count (manager), 0);
  lodger_pending_unref (pending);
  lodger_manager_unref (manager);
  blocked_call_clear (&blocked);
}
END_TEST

static void
submit_another (LodgerPending *self, void *data)
{
  (void) self;
  ck_assert_ptr_eq (lodger_manager_current (&downloads), data);
  lodger_pending_disown (lodger_caller_call_soon (lodger_caller_current (), do_nothing, NULL, NULL));
  ck_assert_uint_eq (lodger_manager_count (data), 2);
}

START_TEST (what_a_call_submits_is_tracked_too)
{
  Loop loop = loop_open (0);
  LodgerManager *manager = lodger_manager_new (&downloads);
  LodgerManagerToken token = activate (manager);
  lodger_pending_disown (lodger_caller_call_soon (loop.caller, submit_another, manager, NULL));
  deactivate (manager, token);
  loop_run (&loop);
  ck_assert_uint_eq (lodger_manager_count (manager), 0);
  lodger_manager_unref (manager);
  loop_close (&loop);
}
END_TEST

START_TEST (a_queue_is_tracked_by_the_managers_and_not_by_the_groups)
{
  Loop loop = loop_open (0);
  LodgerManager *manager = lodger_manager_new (&downloads);
  LodgerManagerToken token = activate (manager);
  LodgerGroup *group = lodger_group_new (NULL);
  LodgerQueue *queue = lodger_queue_new (loop.caller, NULL);
  LodgerPending *whole;
  expect_code (lodger_group_enter (group), 0);
  expect_code (lodger_queue_call (queue, do_nothing, NULL, NULL), 0);
  whole = lodger_group_close (group);
  deactivate (manager, token);
  loop_run (&loop);
  expect_code (lodger_pending_get_outcome (whole), 0);
  ck_assert_uint_eq (lodger_manager_count (manager), 1);
  lodger_queue_close (queue, NULL);
  loop_run (&loop);
  ck_assert_uint_eq (lodger_manager_count (manager), 0);
  lodger_pending_unref (whole);
  lodger_group_unref (group);
  lodger_queue_unref (queue);
  lodger_manager_unref (manager);
  loop_close (&loop);
}
END_TEST

START_TEST (pendings_are_added_and_removed_by_hand)
{
  LodgerManager *manager = lodger_manager_new (&downloads);
  LodgerPending *one = lodger_pending_new (LODGER_PENDING_DEFAULT), *two = lodger_pending_new (LODGER_PENDING_DEFAULT);
  LodgerPending **pendings;
  size_t count = 0;
  expect_code (lodger_manager_add (manager, one), 0);
  expect_code (lodger_manager_add (manager, two), 0);
  expect_code (lodger_manager_add (manager, one), 0);
  pendings = lodger_manager_list (manager, &count);
  ck_assert_uint_eq (count, 2);
  ck_assert_ptr_eq (pendings[0], one);
  ck_assert_ptr_eq (pendings[1], two);
  ck_assert_ptr_null (pendings[2]);
  lodger_manager_list_free (pendings, count);
  ck_assert (lodger_manager_remove (manager, one));
  ck_assert (!lodger_manager_remove (manager, one));
  ck_assert_int_eq (lodger_pending_return_int (two, 1), 0);
  ck_assert_uint_eq (lodger_manager_count (manager), 0);
  expect_code (lodger_manager_add (manager, two), 0);
  ck_assert_uint_eq (lodger_manager_count (manager), 0);
  log_capture_begin ();
  expect_code (lodger_manager_add (manager, NULL), LODGER_EINVAL);
  expect_code (lodger_manager_add (NULL, one), LODGER_EINVAL);
  ck_assert (!lodger_manager_remove (manager, NULL));
  log_capture_end ();
  ck_assert (!lodger_pending_is_done (one));
  lodger_pending_unref (one);
  lodger_pending_unref (two);
  lodger_manager_unref (manager);
}
END_TEST

START_TEST (a_manager_lives_as_long_as_it_is_active)
{
  Loop loop = loop_open (0);
  LodgerManager *manager = lodger_manager_new (&downloads);
  LodgerManagerToken token = activate (manager);
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  lodger_manager_unref (manager);
  manager = lodger_manager_current (&downloads);
  expect_code (lodger_manager_add (manager, promise), 0);
  deactivate (manager, token);
  ck_assert_uint_eq (lodger_manager_count (manager), 1);
  ck_assert_int_eq (lodger_pending_return_int (promise, 1), 0);
  lodger_pending_unref (promise);
  lodger_manager_unref (lodger_manager_ref (NULL));
  loop_close (&loop);
}
END_TEST

/* ---- promises ----------------------------------------------------------------------------------------------------------- */

typedef struct Joining
{
  LodgerTracking trackers;
  bool is_named;
  size_t in_group, in_one, in_two;
} Joining;

static const Joining joinings[] = { { LODGER_TRACK_DEFAULT, false, 0, 0, 0 }, { LODGER_TRACK_ALL, false, 1, 1, 1 },
                                    { LODGER_TRACK_GROUPS, false, 1, 0, 0 },  { LODGER_TRACK_MANAGERS, false, 0, 1, 1 },
                                    { LODGER_TRACK_NONE, false, 0, 0, 0 },    { LODGER_TRACK_NAMED, true, 0, 1, 0 } };

START_TEST (edge_104_a_promise_joins_exactly_the_trackers_that_it_names)
{
  static const LodgerContextKey *const named[] = { &downloads, NULL };
  const Joining *joining = &joinings[_i];
  LodgerManager *one = lodger_manager_new (&downloads), *two = lodger_manager_new (&queries);
  LodgerManagerToken of_one = activate (one), of_two = activate (two);
  LodgerGroup *group = lodger_group_new (NULL);
  LodgerPending *promise, *whole;
  expect_code (lodger_group_enter (group), 0);
  promise = lodger_pending_new_full (
      LODGER_PENDING_OPTIONS (.trackers = joining->trackers, .tracked_by = joining->is_named ? named : NULL));
  ck_assert_uint_eq (lodger_group_count (group), joining->in_group);
  ck_assert_uint_eq (lodger_manager_count (one), joining->in_one);
  ck_assert_uint_eq (lodger_manager_count (two), joining->in_two);
  whole = lodger_group_close (group);
  ck_assert_int_eq (lodger_pending_is_done (whole), joining->in_group == 0);
  ck_assert_int_eq (lodger_pending_return_int (promise, 1), 0);
  expect_code (lodger_pending_get_outcome (whole), 0);
  ck_assert_uint_eq (lodger_manager_count (one) + lodger_manager_count (two), 0);
  deactivate (two, of_two);
  deactivate (one, of_one);
  lodger_pending_unref (promise);
  lodger_pending_unref (whole);
  lodger_group_unref (group);
  lodger_manager_unref (one);
  lodger_manager_unref (two);
}
END_TEST

START_TEST (edge_105_a_promise_that_fails_in_a_group_cancels_the_others)
{
  LodgerGroup *group = lodger_group_new (NULL);
  LodgerPending *one, *two, *whole;
  expect_code (lodger_group_enter (group), 0);
  one = lodger_pending_new_full (LODGER_PENDING_OPTIONS (.trackers = LODGER_TRACK_ALL, .name = "one"));
  two = lodger_pending_new_full (LODGER_PENDING_OPTIONS (.trackers = LODGER_TRACK_GROUPS));
  whole = lodger_group_close (group);
  ck_assert_int_eq (lodger_pending_return_new_error (one, NULL, LODGER_EBUSY, "no luck"), 0);
  ck_assert (lodger_pending_is_cancelled (two));
  expect_code (lodger_pending_get_outcome (whole), LODGER_EFAILED);
  lodger_pending_unref (one);
  lodger_pending_unref (two);
  lodger_pending_unref (whole);
  lodger_group_unref (group);
}
END_TEST

START_TEST (wrong_options_of_a_promise_are_refused)
{
  log_capture_begin ();
  expect_code (wait_outcome (lodger_pending_new_full (LODGER_PENDING_OPTIONS (.trackers = (LodgerTracking) 17))),
               LODGER_EFAILED);
  expect_code (wait_outcome (lodger_pending_new_full (LODGER_PENDING_OPTIONS (.flags = LODGER_PENDING_BOUND))),
               LODGER_EFAILED);
  log_capture_end ();
  lodger_pending_unref (lodger_pending_new_full (NULL));
}
END_TEST

/* ---- races -------------------------------------------------------------------------------------------------------------- */

enum
{
  ROUNDS = 300
};

typedef struct Race
{
  Barrier begins;
  LodgerPending *promise;
} Race;

static void *
answer (void *data)
{
  Race *race = data;
  barrier_wait (&race->begins);
  lodger_pending_return_int (race->promise, 1);
  return NULL;
}

START_TEST (a_pending_is_removed_while_it_ends)
{
  LodgerManager *manager = lodger_manager_new (&downloads);
  for (int round = 0; round < ROUNDS; round++)
    {
      Race race;
      pthread_t thread;
      barrier_init (&race.begins, 2);
      race.promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
      expect_code (lodger_manager_add (manager, race.promise), 0);
      thread = thread_start (answer, &race);
      barrier_wait (&race.begins);
      lodger_manager_remove (manager, race.promise);
      expect_code (lodger_manager_add (manager, race.promise), 0);
      thread_join (thread);
      ck_assert_uint_eq (lodger_manager_count (manager), 0);
      lodger_pending_unref (race.promise);
      barrier_clear (&race.begins);
    }
  lodger_manager_unref (manager);
}
END_TEST

int
main (int argc, char **argv)
{
  static const char *const names[] = { "edge_104_a_promise_joins_exactly_the_trackers_that_it_names",
                                       "edge_104_a_promise_joins_exactly_the_trackers_that_it_names/all",
                                       "edge_104_a_promise_joins_exactly_the_trackers_that_it_names/groups",
                                       "edge_104_a_promise_joins_exactly_the_trackers_that_it_names/managers",
                                       "edge_104_a_promise_joins_exactly_the_trackers_that_it_names/none",
                                       "edge_104_a_promise_joins_exactly_the_trackers_that_it_names/named" };
  Suite *suite = suite_create ("manager");
  test_add (suite, edge_65_a_manager_ignores_failures);
  test_add (suite, edge_65_each_class_has_its_own_slot);
  test_add (suite, edge_65_a_token_of_another_manager_is_an_error);
  test_add (suite, edge_106_what_outlives_the_activation_is_dropped_when_it_is_done);
  test_add (suite, what_a_call_submits_is_tracked_too);
  test_add (suite, a_queue_is_tracked_by_the_managers_and_not_by_the_groups);
  test_add (suite, pendings_are_added_and_removed_by_hand);
  test_add (suite, a_manager_lives_as_long_as_it_is_active);
  for (int i = 0; i < 6; i++)
    test_add_variant (suite, names[i], edge_104_a_promise_joins_exactly_the_trackers_that_it_names, i);
  test_add (suite, edge_105_a_promise_that_fails_in_a_group_cancels_the_others);
  test_add (suite, wrong_options_of_a_promise_are_refused);
  test_add (suite, a_pending_is_removed_while_it_ends);
  return test_main (suite, argc, argv);
}
