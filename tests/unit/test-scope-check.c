/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Scopes that say whether their object may be used in this thread. */
#include "test-loop.h"
#include "test-suite.h"

#include <lodger/host.h>

typedef struct Checked
{
  LodgerScope *scope;
  int answer, checks, holds;
  int checked_in;
} Checked;

static int
check (void *data)
{
  Checked *checked = data;
  checked->checks++;
  checked->checked_in = test_thread_id ();
  return checked->answer;
}

static bool
count_hold (void *data)
{
  ((Checked *) data)->holds++;
  return true;
}

static void
checked_open (Checked *checked)
{
  *checked = (Checked) { .answer = 0 };
  checked->scope = lodger_scope_new (LODGER_SCOPE_OPTIONS (.check = check, .hold = count_hold, .object = checked));
}

static void
expect_failure (LodgerPending *pending, int code)
{
  expect_code (lodger_pending_get_outcome (pending), LODGER_EFAILED);
  ck_assert (lodger_error_matches (lodger_pending_get_error (pending), NULL, code));
  lodger_pending_unref (pending);
}

START_TEST (edge_80_an_object_in_another_thread_is_refused_at_submission)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Recorder recorder = { 0 };
  Checked checked;
  LodgerPending *pending;
  checked_open (&checked);
  pending = lodger_scope_call_soon (checked.scope, loop.caller, recorder_call, &recorder, recorder_destroy);
  ck_assert_int_eq (checked.checks, 1);
  loop_run (&loop);
  expect_code (lodger_pending_get_outcome (pending), 0);
  lodger_pending_unref (pending);
  ck_assert_int_eq (checked.checks, 2);
  ck_assert_int_eq (checked.holds, 1);
  checked.answer = LODGER_EWRONGTHREAD;
  pending = lodger_scope_call_soon (checked.scope, loop.caller, recorder_call, &recorder, recorder_destroy);
  ck_assert (lodger_pending_is_done (pending));
  expect_failure (pending, LODGER_EWRONGTHREAD);
  pending = lodger_scope_call_later (checked.scope, loop.caller, 1, recorder_call, &recorder, recorder_destroy);
  expect_failure (pending, LODGER_EWRONGTHREAD);
  recorder_expect (&recorder, 1, 3);
  ck_assert_int_eq (checked.holds, 1);
  loop_close (&loop);
  lodger_scope_unref (checked.scope);
}
END_TEST

/* By each kind of submission. */
START_TEST (edge_80_an_object_that_is_moved_before_the_delivery_is_refused_there)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Recorder recorder = { 0 };
  Checked checked;
  LodgerPending *done = lodger_pending_new (LODGER_PENDING_DEFAULT), *pendings[3];
  checked_open (&checked);
  pendings[0] = lodger_scope_call_soon (checked.scope, loop.caller, recorder_call, &recorder, recorder_destroy);
  pendings[1] = lodger_scope_call_later (checked.scope, loop.caller, 1, recorder_call, &recorder, recorder_destroy);
  pendings[2] = lodger_scope_then (checked.scope, done, loop.caller, recorder_then, &recorder, recorder_destroy);
  ck_assert_int_eq (checked.checks, 2);
  checked.answer = LODGER_EWRONGTHREAD;
  lodger_pending_return_nothing (done);
  lodger_manual_advance (loop.host, 1);
  loop_run (&loop);
  ck_assert_int_eq (checked.checks, 5);
  ck_assert_int_eq (checked.holds, 0);
  recorder_expect (&recorder, 0, 3);
  for (int i = 0; i < 3; i++)
    expect_failure (pendings[i], LODGER_EWRONGTHREAD);
  ck_assert (!lodger_host_hold_scope (checked.scope));
  lodger_pending_unref (done);
  loop_close (&loop);
  lodger_scope_unref (checked.scope);
}
END_TEST

START_TEST (an_object_is_not_asked_for_in_a_worker)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Recorder recorder = { 0 };
  Checked checked;
  checked_open (&checked);
  checked.answer = LODGER_EWRONGTHREAD;
  expect_code (
      wait_outcome (lodger_scope_to_thread (checked.scope, loop.caller, recorder_call, &recorder, recorder_destroy)),
      0);
  ck_assert_int_eq (checked.checks, 0);
  loop_close (&loop);
  lodger_scope_unref (checked.scope);
}
END_TEST

typedef struct Submission
{
  Checked *checked;
  Loop *loop;
  Recorder *recorder;
  LodgerPending *pending;
} Submission;

static void *
submit_elsewhere (void *data)
{
  Submission *submission = data;
  submission->pending = lodger_scope_call_soon (submission->checked->scope, submission->loop->caller, recorder_call,
                                                submission->recorder, recorder_destroy);
  return NULL;
}

/* The scope was made in that thread, and the caller is not there. */
static void *
make_elsewhere (void *data)
{
  checked_open (((Submission *) data)->checked);
  return submit_elsewhere (data);
}

START_TEST (an_object_is_asked_for_in_the_thread_of_the_caller)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Recorder recorder = { 0 };
  Checked checked;
  Submission submission = { .checked = &checked, .loop = &loop, .recorder = &recorder };
  thread_join (thread_start (make_elsewhere, &submission));
  ck_assert_int_eq (checked.checks, 0);
  checked.answer = LODGER_EWRONGTHREAD;
  loop_run (&loop);
  ck_assert_int_eq (checked.checks, 1);
  ck_assert_int_eq (checked.checked_in, test_thread_id ());
  expect_failure (submission.pending, LODGER_EWRONGTHREAD);
  recorder_expect (&recorder, 0, 1);
  loop_close (&loop);
  lodger_scope_unref (checked.scope);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("scope-check");
  test_add (suite, edge_80_an_object_in_another_thread_is_refused_at_submission);
  test_add (suite, edge_80_an_object_that_is_moved_before_the_delivery_is_refused_there);
  test_add (suite, an_object_is_not_asked_for_in_a_worker);
  test_add (suite, an_object_is_asked_for_in_the_thread_of_the_caller);
  return test_main (suite, argc, argv);
}
