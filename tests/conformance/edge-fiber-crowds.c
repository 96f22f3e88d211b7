/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Many who wait for one pending, in calls that block and in calls that give their thread back; and loops inside of
 * these. */
#include "conformance.h"
#include "test-promise.h"

enum
{
  THREADS = 20, /* the subject's is one of them */
  FIBERS = 4,   /* of each thread, and one more in that of the subject */
  WAITERS = THREADS * FIBERS + THREADS
};

/* ---- 13 ---------------------------------------------------------------------------------------------------------- */

typedef struct Crowd
{
  Subject subject;
  LodgerPending *promise;
  Counter begun, woken;
  atomic_int codes;
} Crowd;

static void
wait_in_crowd (LodgerPending *self, void *data)
{
  Crowd *crowd = data;
  (void) self;
  counter_add (&crowd->begun, 1);
  atomic_fetch_add (&crowd->codes, lodger_pending_wait (crowd->promise, LODGER_FOREVER, LODGER_WAIT_PROTECT));
  counter_add (&crowd->woken, 1);
}

/* Those that suspend come first, since the one that blocks keeps its thread. */
static void
start_crowd (Crowd *crowd, LodgerCaller *const *callers, LodgerPending **calls)
{
  size_t count = 0;
  for (int i = 0; i < THREADS; i++)
    for (int k = 0; k <= FIBERS; k++)
      calls[count++] = i == 0 || k < FIBERS ? lodger_caller_spawn (callers[i], wait_in_crowd, crowd, NULL)
                                            : lodger_caller_call_soon (callers[i], wait_in_crowd, crowd, NULL);
}

START_TEST (edge_13_a_hundred_waiters_on_twenty_threads_wake_once)
{
  Crowd crowd = { .codes = 0 };
  LodgerCaller *callers[THREADS];
  LodgerPending *calls[WAITERS];
  counter_init (&crowd.begun);
  counter_init (&crowd.woken);
  subject_open (&crowd.subject, _i, false);
  crowd.promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  callers[0] = crowd.subject.caller;
  for (int i = 1; i < THREADS; i++)
    callers[i] = lodger_caller_open_child (crowd.subject.caller,
                                           LODGER_CALLER_OPTIONS (.backend = subject_backend (&crowd.subject)), NULL);
  start_crowd (&crowd, callers, calls);
  subject_settle (&crowd.subject);
  counter_wait (&crowd.begun, WAITERS);
  ck_assert_int_eq (counter_get (&crowd.woken), 0);
  thread_join (thread_start (answer_elsewhere, &crowd.promise));
  for (int i = 0; i < WAITERS; i++)
    expect_code (subject_outcome (&crowd.subject, calls[i]), 0);
  ck_assert_int_eq (counter_get (&crowd.woken), WAITERS);
  ck_assert_int_eq (crowd.codes, 0);
  for (int i = 1; i < THREADS; i++)
    lodger_caller_unref (callers[i]);
  lodger_pending_unref (crowd.promise);
  subject_close (&crowd.subject);
  counter_clear (&crowd.begun);
  counter_clear (&crowd.woken);
}
END_TEST

/* ---- 84 ---------------------------------------------------------------------------------------------------------- */

typedef struct Dialog
{
  Subject subject;
  LodgerPending *promise, *inner_promise;
  Counter inside, ended;
  int in_call, in_direct, in_direct_check; /* codes of waits inside of the loop */
  int in_fiber, afterwards;
  const char *reason;
} Dialog;

static void
nest_until (Dialog *dialog, long count)
{
  int64_t until = test_now () + test_limit_ns ();
  while (counter_get (&dialog->inside) < count)
    {
      dialog->subject.kind->nest (&dialog->subject);
      if (test_now () > until)
        test_fail ("a nested loop hangs");
    }
}

static void
wait_in_call (LodgerPending *self, void *data)
{
  Dialog *dialog = data;
  (void) self;
  dialog->in_call = lodger_pending_wait (dialog->promise, 1, LODGER_WAIT_PROTECT);
  counter_add (&dialog->inside, 1);
}

static void
wait_in_direct (void *data)
{
  Dialog *dialog = data;
  dialog->in_direct = lodger_pending_wait (dialog->promise, LODGER_FOREVER, LODGER_WAIT_PROTECT);
  dialog->in_direct_check = lodger_await_check (&dialog->reason);
  counter_add (&dialog->inside, 1);
}

/* It has a stack of its own: it may wait in the loop of another call. */
static void
wait_in_fiber (LodgerPending *self, void *data)
{
  Dialog *dialog = data;
  (void) self;
  counter_add (&dialog->inside, 1);
  dialog->in_fiber = lodger_pending_wait (dialog->inner_promise, LODGER_FOREVER, LODGER_WAIT_DEFAULT);
  counter_add (&dialog->inside, 1);
}

static void
open_dialog (LodgerPending *self, void *data)
{
  Dialog *dialog = data;
  LodgerCaller *caller = dialog->subject.caller;
  (void) self;
  lodger_pending_disown (lodger_caller_call_soon (caller, wait_in_call, dialog, NULL));
  test_check (lodger_caller_call_direct (caller, wait_in_direct, dialog, NULL) == 0);
  lodger_pending_disown (lodger_caller_spawn (caller, wait_in_fiber, dialog, NULL));
  nest_until (dialog, 3);
  lodger_pending_return_nothing (dialog->inner_promise);
  nest_until (dialog, 4);
  counter_add (&dialog->ended, 1);
  dialog->afterwards = lodger_pending_wait (dialog->promise, LODGER_FOREVER, LODGER_WAIT_DEFAULT);
  counter_add (&dialog->ended, 1);
}

START_TEST (edge_84_what_a_loop_inside_of_a_spawned_call_runs_cannot_suspend_it)
{
  Dialog dialog = { .in_call = 1 };
  LodgerPending *call;
  counter_init (&dialog.inside);
  counter_init (&dialog.ended);
  subject_open (&dialog.subject, _i, false);
  dialog.promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  dialog.inner_promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  log_capture_begin ();
  call = lodger_caller_spawn (dialog.subject.caller, open_dialog, &dialog, NULL);
  subject_run_until (&dialog.subject, &dialog.ended, 1);
  subject_settle (&dialog.subject);
  ck_assert (!lodger_pending_is_done (call));
  lodger_pending_return_nothing (dialog.promise);
  expect_code (subject_outcome (&dialog.subject, call), 0);
  expect_code (dialog.in_call, subject_is (&dialog.subject, SUBJECT_DRIVEN) ? LODGER_ETIMEDOUT : LODGER_EWRONGTHREAD);
  expect_code (dialog.in_direct, LODGER_ESTATE);
  expect_code (dialog.in_direct_check, LODGER_ESTATE);
  ck_assert_ptr_nonnull (dialog.reason);
  expect_code (dialog.in_fiber, 0);
  expect_code (dialog.afterwards, 0);
  log_capture_end ();
  lodger_pending_unref (dialog.promise);
  lodger_pending_unref (dialog.inner_promise);
  subject_close (&dialog.subject);
  counter_clear (&dialog.inside);
  counter_clear (&dialog.ended);
}
END_TEST

void
add_edge_fiber_crowds (Suite *suite)
{
  add_edge (suite, edge_13_a_hundred_waiters_on_twenty_threads_wake_once, 0, 0);
  add_law (suite, edge_84_what_a_loop_inside_of_a_spawned_call_runs_cannot_suspend_it, SUBJECT_NESTS, 0);
}
