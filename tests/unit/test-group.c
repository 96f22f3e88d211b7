/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Groups: who is a member, what a member's end does, how a group ends. */
#include "test-blocked-call.h"
#include "test-loop.h"
#include "test-suite.h"

#include <stdlib.h>
#include <string.h>

/* ---- members that end as the test says --------------------------------------------------------------------------------- */

typedef enum Fate
{
  SUCCEED,
  FAIL,
  BE_CANCELLED,
  WAIT /* until it is cancelled */
} Fate;

static void
meet_fate (LodgerPending *self, void *data)
{
  switch ((Fate) (uintptr_t) data)
    {
    case SUCCEED: break;
    case FAIL: lodger_pending_return_new_error (self, NULL, LODGER_EBUSY, "no luck"); break;
    case BE_CANCELLED: lodger_pending_cancel (self, "by itself"); break;
    case WAIT:
      {
        LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
        expect_code (lodger_pending_wait (promise, LODGER_FOREVER, LODGER_WAIT_DEFAULT), LODGER_ECANCELED);
        lodger_pending_unref (promise);
        break;
      }
    }
}

static LodgerPending *
member (LodgerCaller *caller, Fate fate)
{
  return lodger_caller_to_thread_full (caller, meet_fate, (void *) (uintptr_t) fate, NULL,
                                       LODGER_CALL_OPTIONS (.name = "the member"));
}

static void
add_member (LodgerCaller *caller, Fate fate)
{
  lodger_pending_disown (member (caller, fate));
}

/* ---- a body that runs on a worker -------------------------------------------------------------------------------------- */

typedef struct Body
{
  LodgerCaller *worker;
  LodgerGroupMode mode;
  bool is_shielded;
  int64_t timeout;
  Fate fates[3]; /* of the members */
  int count;
  bool cancels; /* the group */
  LodgerGroup *group;
  LodgerPending *call;
  Latch begins;
  int code, waited;
  LodgerError *error;
} Body;

static void
body (LodgerPending *self, void *data)
{
  Body *body = data;
  (void) self;
  body->group = lodger_group_new (
      LODGER_GROUP_OPTIONS (.mode = body->mode, .is_shielded = body->is_shielded, .timeout = body->timeout));
  expect_code (lodger_group_enter (body->group), 0);
  ck_assert_ptr_eq (lodger_group_current (), body->group);
  for (int i = 0; i < body->count; i++)
    add_member (body->worker, body->fates[i]);
  latch_open (&body->begins);
  if (body->cancels)
    ck_assert (lodger_group_cancel (body->group, "enough"));
  body->code = lodger_group_leave (body->group, &body->error);
  ck_assert_ptr_null (lodger_group_current ());
  ck_assert_uint_eq (lodger_group_count (body->group), 0);
  lodger_group_unref (body->group);
}

static Body *
body_start (LodgerCaller *worker, LodgerGroupMode mode)
{
  Body *new = calloc (1, sizeof *new);
  new->worker = worker;
  new->mode = mode;
  latch_init (&new->begins);
  return new;
}

static void
body_run (Body *new)
{
  new->call = lodger_caller_call_soon (new->worker, body, new, NULL);
}

static int
body_end (Body *new)
{
  int code;
  wait_done (new->call);
  code = new->code;
  lodger_pending_unref (new->call);
  lodger_error_unref (new->error);
  latch_clear (&new->begins);
  free (new);
  return code;
}

static int
code_with (LodgerCaller *worker, LodgerGroupMode mode, Fate one, Fate two, bool cancels)
{
  Body *new = body_start (worker, mode);
  new->fates[0] = one;
  new->fates[1] = two;
  new->count = 2;
  new->cancels = cancels;
  body_run (new);
  return body_end (new);
}

/* ---- joining ----------------------------------------------------------------------------------------------------------- */

typedef struct Nest
{
  LodgerCaller *worker;
  BlockedCall inner;
} Nest;

static void
submit_another (LodgerPending *self, void *data)
{
  Nest *nest = data;
  (void) self;
  lodger_pending_disown (
      lodger_caller_to_thread (lodger_caller_current (), blocked_call_run, &nest->inner, blocked_call_destroy));
}

START_TEST (edge_57_calls_join_by_themselves)
{
  LodgerCaller *worker = worker_start (NULL);
  LodgerGroup *group = lodger_group_new (NULL);
  LodgerPending *pending, *outside;
  Nest nest = { .worker = worker };
  blocked_call_init (&nest.inner);
  outside = lodger_caller_call_soon (worker, meet_fate, (void *) SUCCEED, NULL);
  expect_code (lodger_group_enter (group), 0);
  lodger_pending_disown (lodger_caller_to_thread (worker, submit_another, &nest, NULL));
  latch_wait (&nest.inner.entered);
  pending = lodger_group_close (group);
  ck_assert_ptr_null (lodger_group_current ());
  ck_assert_uint_ge (lodger_group_count (group), 1);
  ck_assert (!lodger_pending_is_done (pending));
  latch_open (&nest.inner.let_go);
  expect_code (wait_outcome (pending), 0);
  ck_assert_uint_eq (lodger_group_count (group), 0);
  wait_done (outside);
  lodger_pending_unref (outside);
  lodger_group_unref (group);
  blocked_call_clear (&nest.inner);
  worker_stop (worker);
}
END_TEST

START_TEST (edge_57_members_are_added_and_removed_by_hand)
{
  LodgerGroup *group = lodger_group_new (NULL);
  LodgerPending *one = lodger_pending_new (LODGER_PENDING_DEFAULT), *two = lodger_pending_new (LODGER_PENDING_DEFAULT);
  LodgerPending *pending;
  expect_code (lodger_group_add (group, one), 0);
  expect_code (lodger_group_add (group, one), 0);
  expect_code (lodger_group_add (group, two), 0);
  ck_assert_uint_eq (lodger_group_count (group), 2);
  pending = lodger_group_close (group);
  ck_assert (lodger_group_remove (group, one));
  ck_assert (!lodger_group_remove (group, one));
  ck_assert (!lodger_pending_is_done (pending));
  ck_assert_int_eq (lodger_pending_return_int (two, 1), 0);
  expect_code (wait_outcome (pending), 0);
  ck_assert (!lodger_pending_is_cancelled (one));
  log_capture_begin ();
  expect_code (lodger_group_add (group, one), LODGER_ESTATE);
  log_capture_end ();
  lodger_pending_unref (one);
  lodger_pending_unref (two);
  lodger_group_unref (group);
}
END_TEST

START_TEST (edge_57_leaving_waits_for_all)
{
  LodgerCaller *worker = worker_start (NULL);
  expect_code (code_with (worker, LODGER_GROUP_IGNORE, SUCCEED, SUCCEED, false), 0);
  worker_stop (worker);
}
END_TEST

START_TEST (edge_57_a_group_is_entered_once)
{
  LodgerGroup *group = lodger_group_new (NULL);
  expect_code (lodger_group_enter (group), 0);
  log_capture_begin ();
  expect_code (lodger_group_enter (group), LODGER_EALREADY);
  expect_code (lodger_group_leave (group, NULL), 0);
  expect_code (lodger_group_enter (group), LODGER_EALREADY);
  expect_code (lodger_group_leave (group, NULL), LODGER_ESTATE);
  log_capture_end ();
  lodger_group_unref (group);
}
END_TEST

/* ---- ends -------------------------------------------------------------------------------------------------------------- */

START_TEST (edge_58_a_failure_cancels_the_others_and_is_listed)
{
  LodgerCaller *worker = worker_start (NULL);
  for (LodgerGroupMode mode = LODGER_GROUP_IGNORE; mode <= LODGER_GROUP_REPORT; mode++)
    {
      Body *new = body_start (worker, mode);
      const char *message;
      new->fates[0] = WAIT;
      new->fates[1] = FAIL;
      new->fates[2] = WAIT;
      new->count = 3;
      body_run (new);
      wait_done (new->call);
      expect_code (new->code, LODGER_EFAILED);
      ck_assert_int_eq (lodger_error_get_code (new->error), LODGER_EBUSY);
      message = lodger_error_get_message (new->error);
      ck_assert_msg (strstr (message, "the member (") != NULL && strstr (message, "no luck") != NULL, "%s", message);
      body_end (new);
    }
  worker_stop (worker);
}
END_TEST

START_TEST (edge_59_a_cancelled_member_does_what_the_mode_says)
{
  static const int codes[] = { 0, LODGER_ECANCELED, 0, LODGER_ECANCELED };
  LodgerCaller *worker = worker_start (NULL);
  for (LodgerGroupMode mode = LODGER_GROUP_IGNORE; mode <= LODGER_GROUP_REPORT; mode++)
    {
      bool cancels = mode == LODGER_GROUP_CANCEL || mode == LODGER_GROUP_CANCEL_QUIET;
      expect_code (code_with (worker, mode, BE_CANCELLED, cancels ? WAIT : SUCCEED, false), codes[mode]);
    }
  worker_stop (worker);
}
END_TEST

START_TEST (edge_60_a_cancel_reaches_each_member)
{
  static const int codes[] = { 0, LODGER_ECANCELED, 0, LODGER_ECANCELED };
  LodgerCaller *worker = worker_start (NULL);
  for (LodgerGroupMode mode = LODGER_GROUP_IGNORE; mode <= LODGER_GROUP_REPORT; mode++)
    expect_code (code_with (worker, mode, WAIT, WAIT, true), codes[mode]);
  worker_stop (worker);
}
END_TEST

START_TEST (edge_61_a_cancel_of_the_waiting_call_cancels_the_members)
{
  LodgerCaller *worker = worker_start (NULL);
  Body *new = body_start (worker, LODGER_GROUP_IGNORE);
  new->fates[0] = WAIT;
  new->count = 1;
  body_run (new);
  latch_wait (&new->begins);
  lodger_pending_cancel (new->call, "from outside");
  expect_code (body_end (new), LODGER_ECANCELED);
  worker_stop (worker);
}
END_TEST

START_TEST (edge_62_a_timeout_cancels_the_members)
{
  static const int codes[] = { 0, LODGER_ECANCELED, 0, LODGER_ECANCELED };
  LodgerCaller *worker = worker_start (NULL);
  for (LodgerGroupMode mode = LODGER_GROUP_IGNORE; mode <= LODGER_GROUP_REPORT; mode++)
    {
      Body *new = body_start (worker, mode);
      new->fates[0] = WAIT;
      new->count = 1;
      new->timeout = 1;
      body_run (new);
      expect_code (body_end (new), codes[mode]);
    }
  worker_stop (worker);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("group");
  test_add (suite, edge_57_calls_join_by_themselves);
  test_add (suite, edge_57_members_are_added_and_removed_by_hand);
  test_add (suite, edge_57_leaving_waits_for_all);
  test_add (suite, edge_57_a_group_is_entered_once);
  test_add (suite, edge_58_a_failure_cancels_the_others_and_is_listed);
  test_add (suite, edge_59_a_cancelled_member_does_what_the_mode_says);
  test_add (suite, edge_60_a_cancel_reaches_each_member);
  test_add (suite, edge_61_a_cancel_of_the_waiting_call_cancels_the_members);
  test_add (suite, edge_62_a_timeout_cancels_the_members);
  return test_main (suite, argc, argv);
}
