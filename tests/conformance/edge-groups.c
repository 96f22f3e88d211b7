/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Groups: who is a member, and which group a call has. */
#include "stage.h"
#include "test-blocked-call.h"

/* ---- 57: joining ----------------------------------------------------------------------------------------------------- */

typedef struct Nest
{
  Stage stage; /* first */
  BlockedCall inner;
  LodgerReply *reply;
  Counter begins; /* in the subject's thread */
  Latch is_set_up;
  bool inner_was_done;
} Nest;

static void
nest_open (Nest *nest, int i)
{
  *nest = (Nest) { .reply = NULL };
  stage_open (&nest->stage, i);
  blocked_call_init (&nest->inner);
  counter_init (&nest->begins);
  latch_init (&nest->is_set_up);
}

static void
nest_close (Nest *nest)
{
  stage_close (&nest->stage);
  blocked_call_clear (&nest->inner);
  counter_clear (&nest->begins);
  latch_clear (&nest->is_set_up);
}

static void
call_from_home (LodgerPending *self, void *data)
{
  Nest *nest = data;
  (void) self;
  nest->inner.pending
      = lodger_caller_to_thread (lodger_caller_current (), blocked_call_run, &nest->inner, blocked_call_destroy);
  counter_add (&nest->begins, 1);
}

static void
answer_later (LodgerPending *self, void *data)
{
  Nest *nest = data;
  nest->reply = lodger_pending_defer (self);
  counter_add (&nest->begins, 1);
}

static void
call_from_the_pool (LodgerPending *self, void *data)
{
  (void) self;
  lodger_pending_disown (lodger_caller_call_soon (((Stage *) data)->subject.caller, answer_later, data, NULL));
}

static void
add_in_both_homes (Nest *nest)
{
  lodger_pending_disown (lodger_caller_call_soon (nest->stage.subject.caller, call_from_home, nest, NULL));
  lodger_pending_disown (lodger_caller_to_thread (nest->stage.subject.caller, call_from_the_pool, nest, NULL));
}

static void
leave_the_nest (LodgerPending *self, void *data)
{
  Nest *nest = data;
  (void) self;
  stage_enter (&nest->stage);
  add_in_both_homes (nest);
  latch_open (&nest->is_set_up);
  stage_leave (&nest->stage);
  nest->inner_was_done = lodger_pending_is_done (nest->inner.pending);
}

START_TEST (edge_57_leaving_waits_for_calls_that_joined_in_other_threads)
{
  Nest nest;
  LodgerPending *call;
  nest_open (&nest, _i);
  call = lodger_caller_call_soon (nest.stage.worker, leave_the_nest, &nest, NULL);
  subject_run_until (&nest.stage.subject, &nest.begins, 2);
  latch_wait (&nest.is_set_up);
  latch_wait (&nest.inner.entered);
  proc_wait_asleep (nest.stage.worker_thread);
  ck_assert (!lodger_pending_is_done (call));
  ck_assert_uint_ge (lodger_group_count (nest.stage.group), 2);
  expect_code (lodger_reply_return_int (nest.reply, 1), 0);
  latch_open (&nest.inner.let_go);
  expect_code (subject_outcome (&nest.stage.subject, call), 0);
  expect_code (nest.stage.code, 0);
  ck_assert (nest.inner_was_done);
  ck_assert_uint_eq (nest.stage.left_over, 0);
  nest_close (&nest);
}
END_TEST

static void
close_the_nest (LodgerPending *self, void *data)
{
  Nest *nest = data;
  (void) self;
  stage_enter (&nest->stage);
  add_in_both_homes (nest);
  if (!subject_is (&nest->stage.subject, SUBJECT_DRIVEN))
    {
      log_capture_begin ();
      expect_code (lodger_group_leave (nest->stage.group, NULL), LODGER_EWRONGTHREAD);
      log_capture_end ();
    }
  stage_close_group (&nest->stage);
}

START_TEST (edge_57_a_closed_group_is_done_after_its_members)
{
  Nest nest;
  nest_open (&nest, _i);
  stage_run_inside (&nest.stage, close_the_nest, &nest);
  subject_run_until (&nest.stage.subject, &nest.begins, 2);
  latch_wait (&nest.inner.entered);
  ck_assert (!lodger_pending_is_done (nest.stage.whole));
  expect_code (lodger_reply_return_int (nest.reply, 1), 0);
  subject_settle (&nest.stage.subject);
  ck_assert (!lodger_pending_is_done (nest.stage.whole));
  latch_open (&nest.inner.let_go);
  expect_code (stage_end (&nest.stage), 0);
  ck_assert (lodger_pending_is_done (nest.inner.pending));
  nest_close (&nest);
}
END_TEST

START_TEST (edge_57_members_are_added_and_removed_by_hand)
{
  Stage stage;
  LodgerPending *members[STAGE_HOMES], *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  stage_open (&stage, _i);
  for (int home = 0; home < STAGE_HOMES; home++)
    members[home] = stage_submit (&stage, (StageHome) home, STAGE_WAITS);
  stage.to_wait = 1;
  stage_run_until_members_wait (&stage);
  stage.group = lodger_group_new (NULL);
  for (int home = 0; home < STAGE_HOMES; home++)
    expect_code (lodger_group_add (stage.group, members[home]), 0);
  expect_code (lodger_group_add (stage.group, promise), 0);
  expect_code (lodger_group_add (stage.group, promise), 0);
  ck_assert_uint_eq (lodger_group_count (stage.group), 3);
  stage_close_group (&stage);
  ck_assert (lodger_group_remove (stage.group, promise));
  ck_assert (!lodger_group_remove (stage.group, promise));
  ck_assert (lodger_pending_cancel (members[STAGE_SUBJECT], NULL));
  ck_assert (!lodger_pending_is_done (stage.whole));
  ck_assert (lodger_pending_cancel (members[STAGE_POOL], NULL));
  subject_await (&stage.subject, stage.whole);
  ck_assert (!lodger_pending_is_cancelled (promise));
  log_capture_begin ();
  expect_code (lodger_group_add (stage.group, promise), LODGER_ESTATE);
  log_capture_end ();
  expect_code (stage_end (&stage), 0);
  for (int home = 0; home < STAGE_HOMES; home++)
    expect_code (subject_outcome (&stage.subject, members[home]), LODGER_ECANCELED);
  lodger_pending_unref (promise);
  stage_close (&stage);
}
END_TEST

static void
enter_twice (LodgerPending *self, void *data)
{
  Stage *stage = data;
  (void) self;
  stage_enter (stage);
  log_capture_begin ();
  test_check (lodger_group_enter (stage->group) == LODGER_EALREADY);
  test_check (lodger_group_current () == stage->group);
  stage_close_group (stage);
  test_check (lodger_group_enter (stage->group) == LODGER_EALREADY);
  test_check (lodger_group_leave (stage->group, NULL) == LODGER_ESTATE);
  log_capture_end ();
}

START_TEST (edge_57_a_group_is_entered_once)
{
  Stage stage;
  stage_open (&stage, _i);
  stage_run_inside (&stage, enter_twice, &stage);
  expect_code (stage_end (&stage), 0);
  expect_code (stage_run (&stage, enter_twice, &stage), 0);
  expect_code (stage_end (&stage), 0);
  stage_close (&stage);
}
END_TEST

/* ---- 63: groups in groups -------------------------------------------------------------------------------------------- */

typedef struct Outer
{
  Stage stage; /* first: the inner group */
  LodgerGroup *group;
  LodgerPending *whole;
  int code;
  LodgerError *error;
  size_t counts[2];
} Outer;

static void
count_both (Outer *outer)
{
  outer->counts[0] = lodger_group_count (outer->stage.group);
  outer->counts[1] = lodger_group_count (outer->group);
}

static void
leave_both (LodgerPending *self, void *data)
{
  Outer *outer = data;
  (void) self;
  outer->group = lodger_group_new (NULL);
  test_check (lodger_group_enter (outer->group) == 0);
  stage_enter (&outer->stage);
  stage_add_cleaning (&outer->stage);
  lodger_pending_disown (stage_submit (&outer->stage, STAGE_SUBJECT, STAGE_WAITS));
  count_both (outer);
  lodger_pending_disown (stage_submit (&outer->stage, STAGE_POOL, STAGE_FAILS));
  stage_leave (&outer->stage);
  test_check (lodger_group_current () == outer->group);
  outer->code = lodger_group_leave (outer->group, &outer->error);
}

/* The outer group cancels this call before all members of the inner one have ended. */
START_TEST (edge_63_a_failure_in_an_inner_group_is_in_both_errors)
{
  Outer outer = { .error = NULL };
  LodgerPending *call;
  stage_open (&outer.stage, _i);
  call = lodger_caller_call_soon (outer.stage.worker, leave_both, &outer, NULL);
  expect_code (stage_end_cleanup (&outer.stage, call), LODGER_EFAILED);
  ck_assert_uint_eq (outer.counts[0], 2);
  ck_assert_uint_eq (outer.counts[1], 2);
  expect_code (outer.code, LODGER_EFAILED);
  stage_expect_listed (outer.stage.error, STAGE_POOL);
  stage_expect_listed (outer.error, STAGE_POOL);
  lodger_error_unref (outer.error);
  lodger_group_unref (outer.group);
  stage_close (&outer.stage);
}
END_TEST

static void
close_both (LodgerPending *self, void *data)
{
  Outer *outer = data;
  (void) self;
  outer->group = lodger_group_new (NULL);
  test_check (lodger_group_enter (outer->group) == 0);
  stage_enter (&outer->stage);
  stage_add (&outer->stage, STAGE_WAITS);
  count_both (outer);
  lodger_pending_disown (stage_submit (&outer->stage, STAGE_POOL, STAGE_FAILS));
  stage_close_group (&outer->stage);
  test_check (lodger_group_current () == outer->group);
  outer->whole = lodger_group_close (outer->group);
}

START_TEST (edge_63_closed_groups_have_the_failure_of_the_inner_one)
{
  Outer outer = { .error = NULL };
  stage_open (&outer.stage, _i);
  stage_run_inside (&outer.stage, close_both, &outer);
  ck_assert_uint_eq (outer.counts[0], 2);
  ck_assert_uint_eq (outer.counts[1], 2);
  expect_code (stage_end (&outer.stage), LODGER_EFAILED);
  stage_expect_listed (outer.stage.error, STAGE_POOL);
  subject_await (&outer.stage.subject, outer.whole);
  stage_expect_listed (lodger_pending_get_error (outer.whole), STAGE_POOL);
  expect_code (subject_outcome (&outer.stage.subject, outer.whole), LODGER_EFAILED);
  lodger_group_unref (outer.group);
  stage_close (&outer.stage);
}
END_TEST

/* ---- 64 and 112: the group of a call --------------------------------------------------------------------------------- */

typedef struct Sight
{
  Stage stage; /* first */
  BlockedCall outside;
  LodgerGroup *seen[STAGE_HOMES];
  size_t count;
} Sight;

static void
see_group (LodgerPending *self, void *data)
{
  (void) self;
  *(LodgerGroup **) data = lodger_group_current ();
}

/* In each home. */
static void
look (Sight *sight, LodgerTracking trackers)
{
  const LodgerCallOptions *options = LODGER_CALL_OPTIONS (.trackers = trackers);
  LodgerCaller *caller = sight->stage.subject.caller;
  LodgerPending *calls[STAGE_HOMES];
  calls[STAGE_SUBJECT] = lodger_caller_call_soon_full (caller, see_group, &sight->seen[STAGE_SUBJECT], NULL, options);
  calls[STAGE_POOL] = lodger_caller_to_thread_full (caller, see_group, &sight->seen[STAGE_POOL], NULL, options);
  for (int home = 0; home < STAGE_HOMES; home++)
    test_check (wait_outcome (calls[home]) == 0);
}

static void
leave_alone (LodgerPending *self, void *data)
{
  Sight *sight = data;
  (void) self;
  stage_enter (&sight->stage);
  lodger_pending_disown (lodger_caller_to_thread_full (sight->stage.subject.caller, blocked_call_run, &sight->outside,
                                                       blocked_call_destroy,
                                                       LODGER_CALL_OPTIONS (.trackers = LODGER_TRACK_NONE)));
  sight->count = lodger_group_count (sight->stage.group);
  sight->seen[STAGE_SUBJECT] = sight->seen[STAGE_POOL] = sight->stage.group;
  look (sight, LODGER_TRACK_NONE);
  stage_leave (&sight->stage);
}

/* Its group is left while it still runs. */
START_TEST (edge_64_a_call_that_is_not_tracked_is_in_no_group_and_has_none)
{
  Sight sight;
  stage_open (&sight.stage, _i);
  blocked_call_init (&sight.outside);
  expect_code (stage_run (&sight.stage, leave_alone, &sight), 0);
  expect_code (sight.stage.code, 0);
  ck_assert_uint_eq (sight.count, 0);
  for (int home = 0; home < STAGE_HOMES; home++)
    ck_assert_ptr_null (sight.seen[home]);
  latch_open (&sight.outside.let_go);
  stage_close (&sight.stage);
  blocked_call_clear (&sight.outside);
}
END_TEST

static void
look_and_leave (LodgerPending *self, void *data)
{
  Sight *sight = data;
  (void) self;
  stage_enter (&sight->stage);
  look (sight, LODGER_TRACK_DEFAULT);
  stage_leave (&sight->stage);
}

START_TEST (edge_112_a_call_sees_the_group_it_was_made_in)
{
  Sight sight = { .count = 0 };
  stage_open (&sight.stage, _i);
  expect_code (stage_run (&sight.stage, look_and_leave, &sight), 0);
  expect_code (sight.stage.code, 0);
  for (int home = 0; home < STAGE_HOMES; home++)
    ck_assert_ptr_eq (sight.seen[home], sight.stage.group);
  stage_close (&sight.stage);
}
END_TEST

void
add_edge_groups (Suite *suite)
{
  add_edge (suite, edge_57_leaving_waits_for_calls_that_joined_in_other_threads, 0, 0);
  add_edge (suite, edge_57_a_closed_group_is_done_after_its_members, 0, 0);
  add_edge (suite, edge_57_members_are_added_and_removed_by_hand, 0, 0);
  add_edge (suite, edge_57_a_group_is_entered_once, 0, 0);
  add_edge (suite, edge_63_a_failure_in_an_inner_group_is_in_both_errors, 0, 0);
  add_edge (suite, edge_63_closed_groups_have_the_failure_of_the_inner_one, 0, 0);
  add_edge (suite, edge_64_a_call_that_is_not_tracked_is_in_no_group_and_has_none, 0, 0);
  add_edge (suite, edge_112_a_call_sees_the_group_it_was_made_in, 0, 0);
}
