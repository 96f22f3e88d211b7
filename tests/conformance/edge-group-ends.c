/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Groups: what the end of a member does, and a cancel of the group. */
#include "stage.h"

#include <string.h>

/* ---- 58: a failure --------------------------------------------------------------------------------------------------- */

typedef struct Failing
{
  Stage stage; /* first */
  StageHome home;
  int in_body;
  bool body_is_cancelled;
} Failing;

static void
fail_and_leave (LodgerPending *self, void *data)
{
  Failing *failing = data;
  (void) self;
  stage_enter (&failing->stage);
  stage_add_waiting (&failing->stage);
  lodger_pending_disown (stage_submit (&failing->stage, failing->home, STAGE_FAILS));
  stage_leave (&failing->stage);
}

START_TEST (edge_58_a_failure_cancels_the_others_in_each_mode)
{
  Failing failing;
  stage_open (&failing.stage, _i);
  for (LodgerGroupMode mode = LODGER_GROUP_IGNORE; mode <= LODGER_GROUP_REPORT; mode++)
    for (failing.home = 0; failing.home < STAGE_HOMES; failing.home++)
      {
        failing.stage.options.mode = mode;
        expect_code (stage_run (&failing.stage, fail_and_leave, &failing), 0);
        expect_code (failing.stage.code, LODGER_EFAILED);
        stage_expect_listed (failing.stage.error, failing.home);
        ck_assert_uint_eq (failing.stage.left_over, 0);
      }
  stage_close (&failing.stage);
}
END_TEST

static void
fail_and_wait (LodgerPending *self, void *data)
{
  Failing *failing = data;
  LodgerPending *never = lodger_pending_new (LODGER_PENDING_DEFAULT);
  stage_enter (&failing->stage);
  stage_add_waiting (&failing->stage);
  lodger_pending_disown (stage_submit (&failing->stage, STAGE_SUBJECT, STAGE_FAILS));
  failing->in_body = lodger_pending_wait (never, LODGER_FOREVER, LODGER_WAIT_DEFAULT);
  stage_leave (&failing->stage);
  failing->body_is_cancelled = lodger_pending_is_cancelled (self);
  lodger_pending_unref (never);
}

START_TEST (edge_58_a_failure_cancels_the_body)
{
  Failing failing;
  stage_open (&failing.stage, _i);
  expect_code (stage_run (&failing.stage, fail_and_wait, &failing), 0);
  expect_code (failing.in_body, LODGER_ECANCELED);
  expect_code (failing.stage.code, LODGER_EFAILED);
  ck_assert (!failing.body_is_cancelled);
  stage_close (&failing.stage);
}
END_TEST

typedef struct Followers
{
  Stage stage; /* first */
  LodgerPending *leader, *one, *two;
} Followers;

static LodgerPending *
follower (LodgerPending *leader, const char *name)
{
  LodgerPending *promise
      = lodger_pending_new_full (LODGER_PENDING_OPTIONS (.trackers = LODGER_TRACK_GROUPS, .name = name));
  test_check (lodger_pending_return_from (promise, leader) == 0);
  return promise;
}

static void
follow_and_close (LodgerPending *self, void *data)
{
  Followers *followers = data;
  (void) self;
  stage_enter (&followers->stage);
  followers->one = follower (followers->leader, "the first");
  followers->two = follower (followers->leader, "the second");
  stage_add (&followers->stage, STAGE_WAITS);
  stage_close_group (&followers->stage);
}

static void
fail_the_leader (LodgerPending *self, void *data)
{
  (void) self;
  lodger_pending_return_new_error (data, NULL, LODGER_EBUSY, "no luck");
}

/* Two that have one outcome fail at the same time, before either of them is cancelled. */
START_TEST (edge_58_the_error_lists_each_failure)
{
  Followers followers = { .leader = lodger_pending_new (LODGER_PENDING_DEFAULT) };
  const char *message;
  stage_open (&followers.stage, _i);
  stage_run_inside (&followers.stage, follow_and_close, &followers);
  stage_run_until_members_wait (&followers.stage);
  expect_code (stage_run (&followers.stage, fail_the_leader, followers.leader), 0);
  expect_code (stage_end (&followers.stage), LODGER_EFAILED);
  message = lodger_error_get_message (followers.stage.error);
  ck_assert_msg (strstr (message, "the first (") != NULL && strstr (message, "the second (") != NULL, "%s", message);
  ck_assert_msg (strstr (message, "the member") == NULL, "%s", message);
  lodger_pending_unref (followers.leader);
  lodger_pending_unref (followers.one);
  lodger_pending_unref (followers.two);
  stage_close (&followers.stage);
}
END_TEST

/* ---- 59: a cancelled member ------------------------------------------------------------------------------------------ */

typedef struct Modes
{
  Stage stage; /* first */
  bool other_is_cancelled;
} Modes;

static bool
is_cancelling (LodgerGroupMode mode)
{
  return mode == LODGER_GROUP_CANCEL || mode == LODGER_GROUP_CANCEL_QUIET;
}

/* What the end of a promise does is done when its cancel returns. */
static void
cancel_one_and_leave (LodgerPending *self, void *data)
{
  Modes *modes = data;
  LodgerPending *one, *other;
  (void) self;
  stage_enter (&modes->stage);
  if (is_cancelling (modes->stage.options.mode))
    stage_add_waiting (&modes->stage);
  one = lodger_pending_new_full (LODGER_PENDING_OPTIONS (.trackers = LODGER_TRACK_GROUPS));
  other = lodger_pending_new_full (LODGER_PENDING_OPTIONS (.trackers = LODGER_TRACK_GROUPS));
  lodger_pending_cancel (one, NULL);
  modes->other_is_cancelled = lodger_pending_is_cancelled (other);
  lodger_pending_return_nothing (other);
  stage_add (&modes->stage, STAGE_SUCCEEDS);
  stage_leave (&modes->stage);
  lodger_pending_unref (one);
  lodger_pending_unref (other);
}

START_TEST (edge_59_a_cancelled_member_does_what_the_mode_says)
{
  Modes modes;
  stage_open (&modes.stage, _i);
  for (LodgerGroupMode mode = LODGER_GROUP_IGNORE; mode <= LODGER_GROUP_REPORT; mode++)
    {
      modes.stage.options.mode = mode;
      expect_code (stage_run (&modes.stage, cancel_one_and_leave, &modes), 0);
      expect_code (modes.stage.code, stage_code_of_cancel (mode));
      ck_assert_int_eq (modes.other_is_cancelled, is_cancelling (mode));
    }
  stage_close (&modes.stage);
}
END_TEST

static void
close_around_a_cancelled_call (LodgerPending *self, void *data)
{
  Stage *stage = data;
  (void) self;
  stage_enter (stage);
  if (is_cancelling (stage->options.mode))
    stage_add (stage, STAGE_WAITS);
  stage_add (stage, STAGE_IS_CANCELLED);
  stage_close_group (stage);
}

START_TEST (edge_59_a_call_that_cancels_itself_does_what_the_mode_says)
{
  Stage stage;
  stage_open (&stage, _i);
  for (LodgerGroupMode mode = LODGER_GROUP_IGNORE; mode <= LODGER_GROUP_REPORT; mode++)
    {
      stage.options.mode = mode;
      stage_run_inside (&stage, close_around_a_cancelled_call, &stage);
      expect_code (stage_end (&stage), stage_code_of_cancel (mode));
      ck_assert_uint_eq (stage.left_over, 0);
    }
  stage_close (&stage);
}
END_TEST

/* ---- 60: a cancel of the group --------------------------------------------------------------------------------------- */

static void
cancel_and_leave (LodgerPending *self, void *data)
{
  Stage *stage = data;
  (void) self;
  stage_enter (stage);
  stage_add_waiting (stage);
  test_check (lodger_group_cancel (stage->group, "enough"));
  test_check (lodger_group_is_cancelled (stage->group));
  stage_leave (stage);
}

START_TEST (edge_60_a_cancel_reaches_each_member)
{
  Stage stage;
  stage_open (&stage, _i);
  for (LodgerGroupMode mode = LODGER_GROUP_IGNORE; mode <= LODGER_GROUP_REPORT; mode++)
    {
      stage.options.mode = mode;
      expect_code (stage_run (&stage, cancel_and_leave, &stage), 0);
      expect_code (stage.code, stage_code_of_cancel (mode));
      ck_assert_uint_eq (stage.left_over, 0);
    }
  stage_close (&stage);
}
END_TEST

START_TEST (edge_60_a_cancel_of_the_outcome_is_one_of_the_group)
{
  Stage stage;
  stage_open (&stage, _i);
  for (LodgerGroupMode mode = LODGER_GROUP_IGNORE; mode <= LODGER_GROUP_REPORT; mode++)
    {
      stage.options.mode = mode;
      stage_run_inside (&stage, stage_enter_and_close, &stage);
      stage_run_until_members_wait (&stage);
      ck_assert (!lodger_pending_is_done (stage.whole));
      ck_assert (lodger_pending_cancel (stage.whole, "enough"));
      ck_assert (lodger_group_is_cancelled (stage.group));
      expect_code (stage_end (&stage), LODGER_ECANCELED);
      ck_assert_uint_eq (stage.left_over, 0);
    }
  stage_close (&stage);
}
END_TEST

void
add_edge_group_ends (Suite *suite)
{
  add_edge (suite, edge_58_a_failure_cancels_the_others_in_each_mode, 0, 0);
  add_edge (suite, edge_58_a_failure_cancels_the_body, 0, 0);
  add_edge (suite, edge_58_the_error_lists_each_failure, 0, 0);
  add_edge (suite, edge_59_a_cancelled_member_does_what_the_mode_says, 0, 0);
  add_edge (suite, edge_59_a_call_that_cancels_itself_does_what_the_mode_says, 0, 0);
  add_edge (suite, edge_60_a_cancel_reaches_each_member, 0, 0);
  add_edge (suite, edge_60_a_cancel_of_the_outcome_is_one_of_the_group, 0, 0);
}
