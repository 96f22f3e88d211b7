/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Groups: how long one waits for its members, and what cancels it from outside. */
#include "stage.h"
#include "test-blocked-call.h"

enum
{
  TIMEOUT = 1000000 /* nanoseconds */
};

/* A clock that is moved by hand is moved on. */
static void
pass (Stage *stage, int64_t ns)
{
  if (subject_is (&stage->subject, SUBJECT_VIRTUAL))
    stage->subject.kind->advance (&stage->subject, ns);
  subject_settle (&stage->subject);
}

/* ---- 61: a cancel of the waiting call -------------------------------------------------------------------------------- */

static void
leave_when_cancelled (LodgerPending *self, void *data)
{
  Stage *stage = data;
  (void) self;
  stage_enter (stage);
  stage_add_waiting (stage);
  stage_add_cleaning (stage);
  stage_leave (stage);
}

START_TEST (edge_61_a_cancel_of_the_waiting_call_waits_for_the_cleanup)
{
  Stage stage;
  LodgerPending *call;
  stage_open (&stage, _i);
  call = lodger_caller_call_soon (stage.worker, leave_when_cancelled, &stage, NULL);
  subject_run_until (&stage.subject, &stage.waits[STAGE_SUBJECT], 1);
  counter_wait (&stage.waits[STAGE_POOL], 2);
  lodger_pending_cancel (call, "from outside");
  expect_code (stage_end_cleanup (&stage, call), LODGER_ECANCELED);
  ck_assert_uint_eq (stage.left_over, 0);
  stage_close (&stage);
}
END_TEST

typedef struct Stuck
{
  Stage stage; /* first */
  BlockedCall blocked;
} Stuck;

static void
add_stuck (Stuck *stuck)
{
  stage_enter (&stuck->stage);
  lodger_pending_disown (lodger_caller_to_thread_full (stuck->stage.subject.caller, blocked_call_run, &stuck->blocked,
                                                       blocked_call_destroy,
                                                       LODGER_CALL_OPTIONS (.name = "the stuck call")));
}

static void
leave_the_stuck (LodgerPending *self, void *data)
{
  Stuck *stuck = data;
  (void) self;
  add_stuck (stuck);
  latch_wait (&stuck->blocked.entered);
  lodger_group_cancel (stuck->stage.group, NULL);
  stage_leave (&stuck->stage);
}

static void
close_the_stuck (LodgerPending *self, void *data)
{
  Stuck *stuck = data;
  (void) self;
  add_stuck (stuck);
  stage_close_group (&stuck->stage);
}

static void
stuck_open (Stuck *stuck, int i)
{
  stage_open (&stuck->stage, i);
  stuck->stage.options.cancellation_timeout = TIMEOUT;
  blocked_call_init (&stuck->blocked);
  log_capture_begin ();
}

static void
stuck_close (Stuck *stuck)
{
  ck_assert_uint_eq (stuck->stage.left_over, 1);
  ck_assert (log_capture_has ("gives up calls that do not end, 1 of them; the stuck call ("));
  log_capture_end ();
  latch_open (&stuck->blocked.let_go);
  stage_close (&stuck->stage);
  blocked_call_clear (&stuck->blocked);
}

START_TEST (edge_61_leaving_names_the_members_that_do_not_end)
{
  Stuck stuck;
  stuck_open (&stuck, _i);
  expect_code (stage_run (&stuck.stage, leave_the_stuck, &stuck), 0);
  expect_code (stuck.stage.code, LODGER_EABANDONED);
  stuck_close (&stuck);
}
END_TEST

START_TEST (edge_61_a_closed_group_names_the_members_that_do_not_end)
{
  Stuck stuck;
  stuck_open (&stuck, _i);
  stage_run_inside (&stuck.stage, close_the_stuck, &stuck);
  latch_wait (&stuck.blocked.entered);
  lodger_pending_cancel (stuck.stage.whole, NULL);
  pass (&stuck.stage, TIMEOUT - 1);
  if (subject_is (&stuck.stage.subject, SUBJECT_VIRTUAL))
    ck_assert (!lodger_pending_is_done (stuck.stage.whole));
  pass (&stuck.stage, 1);
  expect_code (stage_end (&stuck.stage), LODGER_EABANDONED);
  stuck_close (&stuck);
}
END_TEST

/* ---- 62: a timeout, a shield ----------------------------------------------------------------------------------------- */

static void
leave_in_time (LodgerPending *self, void *data)
{
  Stage *stage = data;
  (void) self;
  stage_enter (stage);
  stage_add (stage, STAGE_WAITS);
  stage_leave (stage);
}

START_TEST (edge_62_a_timeout_cancels_the_members)
{
  Stage stage;
  stage_open (&stage, _i);
  stage.options.timeout = 1;
  for (LodgerGroupMode mode = LODGER_GROUP_IGNORE; mode <= LODGER_GROUP_REPORT; mode++)
    {
      stage.options.mode = mode;
      expect_code (stage_run (&stage, leave_in_time, &stage), 0);
      expect_code (stage.code, stage_code_of_cancel (mode));
      ck_assert_uint_eq (stage.left_over, 0);
    }
  stage_close (&stage);
}
END_TEST

START_TEST (edge_62_a_closed_group_has_its_timeout)
{
  Stage stage;
  stage_open (&stage, _i);
  stage.options.timeout = TIMEOUT;
  for (LodgerGroupMode mode = LODGER_GROUP_IGNORE; mode <= LODGER_GROUP_REPORT; mode++)
    {
      stage.options.mode = mode;
      stage_run_inside (&stage, stage_enter_and_close, &stage);
      if (subject_is (&stage.subject, SUBJECT_VIRTUAL))
        stage_run_until_members_wait (&stage);
      pass (&stage, TIMEOUT);
      expect_code (stage_end (&stage), stage_code_of_cancel (mode));
      ck_assert_uint_eq (stage.left_over, 0);
    }
  stage_close (&stage);
}
END_TEST

static void
leave_shielded (LodgerPending *self, void *data)
{
  Stage *stage = data;
  lodger_pending_cancel (self, "before");
  stage_enter (stage);
  stage_add (stage, STAGE_SUCCEEDS);
  stage_leave (stage);
}

START_TEST (edge_62_a_shielded_group_works_in_a_cancelled_call)
{
  Stage stage;
  stage_open (&stage, _i);
  stage.options.is_shielded = true;
  expect_code (stage_run (&stage, leave_shielded, &stage), LODGER_ECANCELED);
  expect_code (stage.code, 0);
  stage_close (&stage);
}
END_TEST

/* ---- 112: the cleanup ------------------------------------------------------------------------------------------------- */

static void
cancel_and_leave (LodgerPending *self, void *data)
{
  Stage *stage = data;
  (void) self;
  stage_enter (stage);
  stage_add_cleaning (stage);
  test_check (lodger_group_cancel (stage->group, "enough"));
  stage_leave (stage);
}

START_TEST (edge_112_a_cleanup_ends_before_the_group_is_left)
{
  Stage stage;
  stage_open (&stage, _i);
  expect_code (stage_end_cleanup (&stage, lodger_caller_call_soon (stage.worker, cancel_and_leave, &stage, NULL)), 0);
  ck_assert_ptr_eq (stage.cleanup_group, stage.group);
  ck_assert_uint_eq (stage.left_over, 0);
  stage_close (&stage);
}
END_TEST

void
add_edge_group_limits (Suite *suite)
{
  add_edge (suite, edge_61_a_cancel_of_the_waiting_call_waits_for_the_cleanup, 0, 0);
  add_edge (suite, edge_61_leaving_names_the_members_that_do_not_end, 0, 0);
  add_edge (suite, edge_61_a_closed_group_names_the_members_that_do_not_end, 0, 0);
  add_edge (suite, edge_62_a_timeout_cancels_the_members, 0, 0);
  add_edge (suite, edge_62_a_closed_group_has_its_timeout, 0, 0);
  add_edge (suite, edge_62_a_shielded_group_works_in_a_cancelled_call, 0, 0);
  add_edge (suite, edge_112_a_cleanup_ends_before_the_group_is_left, 0, 0);
}
