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

/* Two that have one outcome fail at the same time, before either of them is cancelled. */
START_TEST (edge_58_each_failure_is_listed)
{
  LodgerGroup *group = lodger_group_new (NULL);
  LodgerPending *leader = lodger_pending_new (LODGER_PENDING_DEFAULT), *one, *two, *third, *whole;
  const char *message;
  expect_code (lodger_group_enter (group), 0);
  one = lodger_pending_new_full (LODGER_PENDING_OPTIONS (.trackers = LODGER_TRACK_GROUPS, .name = "the first"));
  two = lodger_pending_new_full (LODGER_PENDING_OPTIONS (.trackers = LODGER_TRACK_GROUPS, .name = "the second"));
  third = lodger_pending_new_full (LODGER_PENDING_OPTIONS (.trackers = LODGER_TRACK_GROUPS, .name = "the third"));
  expect_code (lodger_pending_return_from (one, leader), 0);
  expect_code (lodger_pending_return_from (two, leader), 0);
  whole = lodger_group_close (group);
  ck_assert_int_eq (lodger_pending_return_new_error (leader, NULL, LODGER_EBUSY, "no luck"), 0);
  ck_assert (lodger_pending_is_cancelled (third));
  expect_code (lodger_pending_get_outcome (whole), LODGER_EFAILED);
  message = lodger_error_get_message (lodger_pending_get_error (whole));
  ck_assert_msg (strstr (message, "the first (") != NULL && strstr (message, "the second (") != NULL, "%s", message);
  ck_assert_msg (strstr (message, "the third") == NULL, "%s", message);
  lodger_pending_unref (leader);
  lodger_pending_unref (one);
  lodger_pending_unref (two);
  lodger_pending_unref (third);
  lodger_pending_unref (whole);
  lodger_group_unref (group);
}
END_TEST

typedef struct Failing
{
  int in_body, left;
} Failing;

static void
wait_in_the_body (LodgerPending *self, void *data)
{
  Failing *failing = data;
  LodgerGroup *group = lodger_group_new (NULL);
  LodgerPending *never = lodger_pending_new (LODGER_PENDING_DEFAULT);
  expect_code (lodger_group_enter (group), 0);
  add_member (lodger_caller_current (), FAIL);
  failing->in_body = lodger_pending_wait (never, LODGER_FOREVER, LODGER_WAIT_DEFAULT);
  failing->left = lodger_group_leave (group, NULL);
  ck_assert (!lodger_pending_is_cancelled (self));
  lodger_pending_unref (never);
  lodger_group_unref (group);
}

START_TEST (edge_58_a_failure_cancels_the_body)
{
  LodgerCaller *worker = worker_start (NULL);
  Failing failing = { 0, 0 };
  expect_code (wait_outcome (lodger_caller_call_soon (worker, wait_in_the_body, &failing, NULL)), 0);
  expect_code (failing.in_body, LODGER_ECANCELED);
  expect_code (failing.left, LODGER_EFAILED);
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

/* Each of them is done when it is cancelled, and in this mode its end cancels the group. */
START_TEST (edge_60_a_cancel_of_many_members_does_not_nest)
{
  LodgerGroup *group = lodger_group_new (LODGER_GROUP_OPTIONS (.mode = LODGER_GROUP_CANCEL));
  LodgerPending *end;
  for (int i = 0; i < 20000; i++)
    {
      LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
      expect_code (lodger_group_add (group, promise), 0);
      lodger_pending_unref (promise);
    }
  end = lodger_group_close (group);
  ck_assert (lodger_group_cancel (group, NULL));
  expect_code (lodger_pending_get_outcome (end), LODGER_ECANCELED);
  lodger_pending_unref (end);
  lodger_group_unref (group);
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

START_TEST (edge_61_members_that_do_not_end_are_named)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerCaller *worker = worker_start (NULL);
  LodgerGroup *group = lodger_group_new (LODGER_GROUP_OPTIONS (.cancellation_timeout = LODGER_SECONDS (3)));
  BlockedCall blocked;
  LodgerPending *pending;
  blocked_call_init (&blocked);
  expect_code (lodger_group_enter (group), 0);
  lodger_pending_disown (lodger_caller_to_thread_full (worker, blocked_call_run, &blocked, blocked_call_destroy,
                                                       LODGER_CALL_OPTIONS (.name = "the stuck call")));
  latch_wait (&blocked.entered);
  pending = lodger_group_close (group);
  lodger_pending_cancel (pending, NULL);
  log_capture_begin ();
  lodger_manual_advance (loop.host, LODGER_SECONDS (3) - 1);
  loop_run (&loop);
  ck_assert (!lodger_pending_is_done (pending));
  lodger_manual_advance (loop.host, 1);
  loop_run (&loop);
  expect_code (lodger_pending_get_outcome (pending), LODGER_EABANDONED);
  ck_assert (log_capture_has ("gives up calls that do not end, 1 of them; the stuck call ("));
  log_capture_end ();
  latch_open (&blocked.let_go);
  lodger_pending_unref (pending);
  lodger_group_unref (group);
  worker_stop (worker);
  blocked_call_clear (&blocked);
  loop_close (&loop);
}
END_TEST

static void
go_on (LodgerPending *pending, const char *message, void *data)
{
  (void) pending;
  (void) message;
  (*(int *) data)++;
}

START_TEST (edge_61_the_patience_begins_when_the_group_is_closed)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerGroup *group = lodger_group_new (LODGER_GROUP_OPTIONS (.cancellation_timeout = LODGER_SECONDS (3)));
  LodgerPending *promise = lodger_pending_new (LODGER_PENDING_DEFAULT), *pending;
  int cancels = 0;
  expect_code (lodger_pending_set_canceller (promise, go_on, &cancels, NULL), 0);
  expect_code (lodger_group_add (group, promise), 0);
  ck_assert (lodger_group_cancel (group, NULL));
  ck_assert_int_eq (cancels, 1);
  lodger_manual_advance (loop.host, LODGER_SECONDS (4));
  loop_run (&loop);
  pending = lodger_group_close (group);
  ck_assert (!lodger_pending_is_done (pending));
  log_capture_begin ();
  lodger_manual_advance (loop.host, LODGER_SECONDS (3));
  loop_run (&loop);
  log_capture_end ();
  expect_code (lodger_pending_get_outcome (pending), LODGER_EABANDONED);
  lodger_pending_return_nothing (promise);
  lodger_pending_unref (promise);
  lodger_pending_unref (pending);
  lodger_group_unref (group);
  loop_close (&loop);
}
END_TEST

/* ---- waits without end ------------------------------------------------------------------------------------------------- */

static void
wait_for_the_next_call (LodgerPending *self, void *data)
{
  LodgerGroup *group = lodger_group_new (NULL);
  LodgerPending *next;
  (void) self;
  expect_code (lodger_group_enter (group), 0);
  next = lodger_caller_call_soon (lodger_caller_current (), meet_fate, (void *) SUCCEED, NULL);
  log_capture_begin ();
  *(int *) data = lodger_group_leave (group, NULL);
  log_capture_end ();
  ck_assert (lodger_pending_is_cancelled (next));
  lodger_pending_unref (next);
  lodger_group_unref (group);
}

START_TEST (law_7_a_group_whose_member_needs_this_thread_is_not_waited_for)
{
  LodgerCaller *worker = worker_start (NULL);
  int code = 0;
  expect_code (wait_outcome (lodger_caller_call_soon (worker, wait_for_the_next_call, &code, NULL)), 0);
  expect_code (code, LODGER_EDEADLK);
  worker_stop (worker);
}
END_TEST

/* ---- nests, shields, trackers ------------------------------------------------------------------------------------------ */

START_TEST (edge_63_a_member_of_an_inner_group_is_one_of_the_outer)
{
  LodgerCaller *worker = worker_start (NULL);
  LodgerGroup *outer = lodger_group_new (NULL), *inner = lodger_group_new (NULL);
  LodgerPending *ends[2];
  BlockedCall blocked;
  blocked_call_init (&blocked);
  expect_code (lodger_group_enter (outer), 0);
  expect_code (lodger_group_enter (inner), 0);
  lodger_pending_disown (lodger_caller_to_thread (worker, blocked_call_run, &blocked, blocked_call_destroy));
  ck_assert_uint_eq (lodger_group_count (inner), 1);
  ck_assert_uint_eq (lodger_group_count (outer), 1);
  add_member (worker, FAIL);
  ends[0] = lodger_group_close (inner);
  ck_assert_ptr_eq (lodger_group_current (), outer);
  ends[1] = lodger_group_close (outer);
  latch_open (&blocked.let_go);
  for (int i = 0; i < 2; i++)
    {
      wait_done (ends[i]);
      expect_code (lodger_pending_get_outcome (ends[i]), LODGER_EFAILED);
      ck_assert_ptr_nonnull (strstr (lodger_error_get_message (lodger_pending_get_error (ends[i])), "no luck"));
      lodger_pending_unref (ends[i]);
    }
  lodger_group_unref (outer);
  lodger_group_unref (inner);
  worker_stop (worker);
  blocked_call_clear (&blocked);
}
END_TEST

static void
shielded_body (LodgerPending *self, void *data)
{
  LodgerGroup *group = lodger_group_new (LODGER_GROUP_OPTIONS (.is_shielded = true));
  lodger_pending_cancel (self, "before");
  expect_code (lodger_group_enter (group), 0);
  add_member (lodger_caller_current (), SUCCEED);
  *(int *) data = lodger_group_leave (group, NULL);
  lodger_group_unref (group);
}

START_TEST (edge_62_a_shielded_group_works_in_a_cancelled_call)
{
  LodgerCaller *worker = worker_start (NULL);
  int code = 1;
  expect_code (wait_outcome (lodger_caller_call_soon (worker, shielded_body, &code, NULL)), LODGER_ECANCELED);
  expect_code (code, 0);
  worker_stop (worker);
}
END_TEST

static void
see_group (LodgerPending *self, void *data)
{
  (void) self;
  *(LodgerGroup **) data = lodger_group_current ();
}

START_TEST (edge_64_a_call_that_is_not_tracked_has_no_group)
{
  LodgerCaller *worker = worker_start (NULL);
  LodgerGroup *group = lodger_group_new (NULL), *seen = group, *in = NULL;
  LodgerPending *pending;
  expect_code (lodger_group_enter (group), 0);
  pending = lodger_caller_to_thread_full (worker, see_group, &seen, NULL,
                                          LODGER_CALL_OPTIONS (.trackers = LODGER_TRACK_NONE));
  expect_code (wait_outcome (pending), 0);
  ck_assert_ptr_null (seen);
  expect_code (wait_outcome (lodger_caller_to_thread (worker, see_group, &in, NULL)), 0);
  ck_assert_ptr_eq (in, group);
  expect_code (lodger_group_leave (group, NULL), 0);
  lodger_group_unref (group);
  worker_stop (worker);
}
END_TEST

typedef struct Cleanup
{
  LodgerGroup *seen;
  Latch begins;
  bool has_cleaned;
} Cleanup;

static void
clean_up_after_a_cancel (LodgerPending *self, void *data)
{
  Cleanup *cleanup = data;
  latch_open (&cleanup->begins);
  meet_fate (self, (void *) WAIT);
  cleanup->seen = lodger_group_current ();
  cleanup->has_cleaned = true;
}

START_TEST (edge_112_a_call_sees_the_group_it_was_made_in)
{
  LodgerCaller *worker = worker_start (NULL);
  LodgerGroup *group = lodger_group_new (NULL);
  Cleanup cleanup = { .seen = NULL };
  latch_init (&cleanup.begins);
  expect_code (lodger_group_enter (group), 0);
  lodger_pending_disown (lodger_caller_to_thread (worker, clean_up_after_a_cancel, &cleanup, NULL));
  latch_wait (&cleanup.begins);
  lodger_group_cancel (group, NULL);
  expect_code (lodger_group_leave (group, NULL), 0);
  ck_assert (cleanup.has_cleaned);
  ck_assert_ptr_eq (cleanup.seen, group);
  lodger_group_unref (group);
  worker_stop (worker);
  latch_clear (&cleanup.begins);
}
END_TEST

/* ---- in a GUI thread --------------------------------------------------------------------------------------------------- */

START_TEST (a_group_that_is_closed_is_done_after_its_members)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerGroup *group = lodger_group_new (NULL);
  LodgerPending *member, *pending;
  expect_code (lodger_group_enter (group), 0);
  member = lodger_caller_call_soon (loop.caller, meet_fate, (void *) SUCCEED, NULL);
  log_capture_begin ();
  expect_code (lodger_group_leave (group, NULL), LODGER_EWRONGTHREAD);
  log_capture_end ();
  pending = lodger_group_close (group);
  ck_assert_ptr_eq (pending, lodger_group_get_pending (group));
  ck_assert (!lodger_pending_is_done (pending));
  loop_run_until_done (&loop, pending);
  ck_assert (lodger_pending_is_done (member));
  expect_code (lodger_pending_get_outcome (pending), 0);
  lodger_pending_unref (member);
  lodger_pending_unref (pending);
  lodger_group_unref (group);
  loop_close (&loop);
}
END_TEST

/* The outcome is what its mode says, as with any other cancel of a group. */
START_TEST (a_group_is_bound_to_a_scope)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerScope *scope = lodger_scope_new (NULL);
  LodgerGroup *group = lodger_group_new (LODGER_GROUP_OPTIONS (.scope = scope, .mode = (LodgerGroupMode) _i));
  LodgerPending *member, *pending;
  expect_code (lodger_group_enter (group), 0);
  member = lodger_caller_call_soon (loop.caller, meet_fate, (void *) SUCCEED, NULL);
  pending = lodger_group_close (group);
  lodger_scope_end (scope, NULL);
  ck_assert (lodger_pending_is_cancelled (member));
  ck_assert (lodger_pending_is_done (pending));
  ck_assert (lodger_group_is_cancelled (group));
  expect_code (lodger_pending_get_outcome (pending),
               _i == LODGER_GROUP_CANCEL || _i == LODGER_GROUP_REPORT ? LODGER_ECANCELED : 0);
  lodger_pending_unref (member);
  lodger_pending_unref (pending);
  lodger_group_unref (group);
  lodger_scope_unref (scope);
  loop_close (&loop);
}
END_TEST

static void
count_up (void *data)
{
  ++*(int *) data;
}

/* The call whose outcome it has is in the context of the group. */
START_TEST (a_group_that_is_done_keeps_no_call)
{
  static const LodgerContextKey key = { "a value" };
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerGroup *group = lodger_group_new (LODGER_GROUP_OPTIONS (.until = (LodgerGroupUntil) _i));
  LodgerPending *pending;
  int destroyed = 0;
  expect_code (lodger_context_set (&key, &destroyed, count_up), 0);
  expect_code (lodger_group_enter (group), 0);
  lodger_pending_disown (lodger_caller_call_soon (loop.caller, meet_fate, (void *) SUCCEED, NULL));
  pending = lodger_group_close (group);
  expect_code (lodger_context_set (&key, NULL, NULL), 0);
  loop_run_until_done (&loop, pending);
  expect_code (lodger_pending_get_outcome (pending), 0);
  lodger_pending_unref (pending);
  lodger_group_unref (group);
  loop_run (&loop);
  ck_assert_int_eq (destroyed, 1);
  loop_close (&loop);
}
END_TEST

START_TEST (a_group_that_nobody_refers_to_is_closed)
{
  LodgerGroup *group = lodger_group_new (NULL);
  LodgerPending *one = lodger_pending_new (LODGER_PENDING_DEFAULT);
  LodgerPending *pending = lodger_pending_ref (lodger_group_get_pending (group));
  expect_code (lodger_group_add (group, one), 0);
  lodger_group_unref (lodger_group_ref (group));
  lodger_group_unref (group);
  ck_assert (!lodger_pending_is_done (pending));
  ck_assert_int_eq (lodger_pending_return_int (one, 1), 0);
  expect_code (wait_outcome (pending), 0);
  lodger_pending_unref (one);
}
END_TEST

static void
forget_to_leave (LodgerPending *self, void *data)
{
  LodgerGroup *group = lodger_group_new (NULL);
  (void) self;
  expect_code (lodger_group_enter (group), 0);
  add_member (lodger_caller_current (), WAIT);
  *(LodgerPending **) data = lodger_pending_ref (lodger_group_get_pending (group));
  lodger_group_unref (group);
}

START_TEST (a_group_that_its_call_has_not_left_is_cancelled)
{
  LodgerCaller *worker = worker_start (NULL);
  LodgerPending *pending = NULL;
  log_capture_begin ();
  expect_code (wait_outcome (lodger_caller_call_soon (worker, forget_to_leave, &pending, NULL)), 0);
  expect_code (wait_outcome (pending), 0);
  ck_assert (log_capture_has ("without leaving its group"));
  log_capture_end ();
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
  test_add (suite, edge_58_each_failure_is_listed);
  test_add (suite, edge_58_a_failure_cancels_the_body);
  test_add (suite, edge_59_a_cancelled_member_does_what_the_mode_says);
  test_add (suite, edge_60_a_cancel_reaches_each_member);
  test_add (suite, edge_60_a_cancel_of_many_members_does_not_nest);
  test_add (suite, edge_61_a_cancel_of_the_waiting_call_cancels_the_members);
  test_add (suite, edge_61_members_that_do_not_end_are_named);
  test_add (suite, edge_61_the_patience_begins_when_the_group_is_closed);
  test_add (suite, edge_62_a_timeout_cancels_the_members);
  test_add (suite, law_7_a_group_whose_member_needs_this_thread_is_not_waited_for);
  test_add (suite, edge_63_a_member_of_an_inner_group_is_one_of_the_outer);
  test_add (suite, edge_62_a_shielded_group_works_in_a_cancelled_call);
  test_add (suite, edge_64_a_call_that_is_not_tracked_has_no_group);
  test_add (suite, edge_112_a_call_sees_the_group_it_was_made_in);
  test_add (suite, a_group_that_is_closed_is_done_after_its_members);
  test_add_variant (suite, "a_group_is_bound_to_a_scope/ignore", a_group_is_bound_to_a_scope, LODGER_GROUP_IGNORE);
  test_add_variant (suite, "a_group_is_bound_to_a_scope/cancel", a_group_is_bound_to_a_scope, LODGER_GROUP_CANCEL);
  test_add_variant (suite, "a_group_is_bound_to_a_scope/quiet", a_group_is_bound_to_a_scope, LODGER_GROUP_CANCEL_QUIET);
  test_add_variant (suite, "a_group_is_bound_to_a_scope/report", a_group_is_bound_to_a_scope, LODGER_GROUP_REPORT);
  test_add_variant (suite, "a_group_that_is_done_keeps_no_call/all", a_group_that_is_done_keeps_no_call, 0);
  test_add_variant (suite, "a_group_that_is_done_keeps_no_call/success", a_group_that_is_done_keeps_no_call, 1);
  test_add_variant (suite, "a_group_that_is_done_keeps_no_call/first", a_group_that_is_done_keeps_no_call, 2);
  test_add (suite, a_group_that_nobody_refers_to_is_closed);
  test_add (suite, a_group_that_its_call_has_not_left_is_cancelled);
  return test_main (suite, argc, argv);
}
