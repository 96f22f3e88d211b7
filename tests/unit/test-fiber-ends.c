/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Ends that come to a spawned call: of its scope, its caller, its thread, its memory. */
#include "test-fiber.h"
#include "test-loop.h"
#include "test-suite.h"

#include <string.h>

/* ---- scopes ------------------------------------------------------------------------------------------------------ */

typedef struct Object
{
  int holds, releases;
  bool is_gone;
} Object;

static bool
hold (void *data)
{
  Object *object = data;
  if (!object->is_gone)
    object->holds++;
  return !object->is_gone;
}

static void
release (void *data)
{
  ((Object *) data)->releases++;
}

typedef struct Bound
{
  Loop loop;
  Object object;
  LodgerScope *scope;
  Trail trail;
  LodgerPending *call;
} Bound;

/* It waits. */
static void
bound_start (Bound *bound)
{
  *bound = (Bound) { .loop = loop_open (LODGER_MANUAL_DEFAULT) };
  bound->scope = lodger_scope_new (LODGER_SCOPE_OPTIONS (.hold = hold, .release = release, .object = &bound->object));
  bound->trail.awaited = lodger_pending_new (LODGER_PENDING_DEFAULT);
  bound->call = lodger_caller_spawn_full (bound->loop.caller, trail_wait_twice, &bound->trail, trail_destroy,
                                          LODGER_CALL_OPTIONS (.scope = bound->scope));
  loop_run (&bound->loop);
  ck_assert_str_eq (bound->trail.letters, "a");
}

static void
bound_close (Bound *bound)
{
  ck_assert_int_eq (bound->object.holds, bound->object.releases);
  recorder_expect (&bound->trail.recorder, 0, 1);
  lodger_pending_unref (bound->call);
  lodger_pending_unref (bound->trail.awaited);
  lodger_scope_unref (bound->scope);
  loop_close (&bound->loop);
}

START_TEST (the_object_of_a_scope_is_not_held_while_its_call_waits)
{
  Bound bound;
  bound_start (&bound);
  ck_assert_int_eq (bound.object.holds, 1);
  ck_assert_int_eq (bound.object.releases, 1);
  lodger_pending_return_nothing (bound.trail.awaited);
  ck_assert_int_eq (bound.object.holds, 1);
  loop_run (&bound.loop); /* it waits again */
  ck_assert_str_eq (bound.trail.letters, "ac");
  ck_assert_int_eq (bound.object.holds, 2);
  ck_assert_int_eq (bound.object.releases, 2);
  lodger_pending_cancel (bound.call, NULL);
  loop_run (&bound.loop);
  ck_assert_int_eq (bound.object.holds, 3);
  expect_code (bound.trail.code, 0);
  expect_code (bound.trail.again, LODGER_ECANCELED);
  bound_close (&bound);
}
END_TEST

START_TEST (an_end_of_the_scope_cancels_a_call_that_waits)
{
  Bound bound;
  bound_start (&bound);
  ck_assert (lodger_scope_end (bound.scope, "closed"));
  ck_assert (lodger_pending_is_cancelled (bound.call));
  loop_run (&bound.loop);
  expect_code (bound.trail.code, LODGER_ECANCELED);
  expect_code (bound.trail.again, LODGER_ECANCELED);
  expect_code (lodger_pending_get_outcome (bound.call), LODGER_ECANCELED);
  ck_assert_int_eq (bound.object.holds, 1);
  bound_close (&bound);
}
END_TEST

/* Its object has gone meanwhile, and the scope says so only when it is asked. */
START_TEST (a_call_whose_object_has_gone_is_cancelled_when_it_goes_on)
{
  Bound bound;
  bound_start (&bound);
  bound.object.is_gone = true;
  lodger_pending_return_nothing (bound.trail.awaited);
  loop_run (&bound.loop);
  expect_code (bound.trail.again, LODGER_ECANCELED);
  expect_code (lodger_pending_get_outcome (bound.call), LODGER_ECANCELED);
  ck_assert_int_eq (bound.object.holds, 1);
  bound_close (&bound);
}
END_TEST

/* ---- stops ------------------------------------------------------------------------------------------------------- */

START_TEST (a_stop_ends_a_spawned_call_that_waits)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Trail trail = { .awaited = lodger_pending_new (LODGER_PENDING_DEFAULT), .code = 1 };
  LodgerPending *spawned = lodger_caller_spawn (loop.caller, trail_wait_twice, &trail, trail_destroy);
  loop_run (&loop);
  loop_close (&loop);
  ck_assert_str_eq (trail.letters, "aced");
  expect_code (trail.code, LODGER_ECANCELED);
  expect_code (trail.again, LODGER_ECANCELED);
  expect_code (lodger_pending_get_outcome (spawned), LODGER_ECANCELED);
  lodger_pending_unref (spawned);
  lodger_pending_unref (trail.awaited);
}
END_TEST

/* It is left where it waits: it never goes on, and its data stays. */
START_TEST (a_spawned_call_that_does_not_end_is_left_behind)
{
  LodgerCaller *worker;
  static Trail trail;
  LodgerPending *spawned;
  log_capture_begin ();
  worker = worker_start_full (NULL, LODGER_CALLER_OPTIONS (.stop_deadline = 1));
  trail = (Trail) { .awaited = lodger_pending_new (LODGER_PENDING_DEFAULT), .code = 1, .flags = LODGER_WAIT_SHIELD };
  spawned = lodger_caller_spawn_full (worker, trail_wait, &trail, trail_destroy,
                                      LODGER_CALL_OPTIONS (.name = "the stubborn one"));
  worker_run (worker, recorder_direct, &(Recorder) { .ran = 0 });
  lodger_caller_stop (worker, true);
  wait_done (lodger_caller_get_stopped (worker));
  expect_code (lodger_pending_get_outcome (spawned), LODGER_EABANDONED);
  ck_assert (log_capture_has ("the stubborn one"));
  lodger_pending_return_nothing (trail.awaited);
  ck_assert_str_eq (trail.letters, "a");
  recorder_expect (&trail.recorder, 0, 0);
  log_capture_end ();
  lodger_pending_unref (spawned);
  lodger_caller_unref (worker);
}
END_TEST

START_TEST (a_spawned_call_of_a_loop_that_does_not_end_is_left_behind)
{
  static Trail trail;
  Loop loop = loop_open_full (LODGER_MANUAL_DEFAULT, LODGER_CALLER_OPTIONS (.stop_deadline = 1));
  LodgerPending *spawned;
  log_capture_begin ();
  trail = (Trail) { .awaited = lodger_pending_new (LODGER_PENDING_DEFAULT), .code = 1, .flags = LODGER_WAIT_SHIELD };
  spawned = lodger_caller_spawn_full (loop.caller, trail_wait, &trail, trail_destroy,
                                      LODGER_CALL_OPTIONS (.name = "the stubborn one"));
  loop_run (&loop);
  lodger_caller_stop (loop.caller, true);
  loop_run_until_done (&loop, lodger_caller_get_stopped (loop.caller));
  expect_code (lodger_pending_get_outcome (spawned), LODGER_EABANDONED);
  ck_assert (log_capture_has ("the stubborn one"));
  lodger_pending_return_nothing (trail.awaited);
  loop_run (&loop);
  ck_assert_str_eq (trail.letters, "a");
  recorder_expect (&trail.recorder, 0, 0);
  log_capture_end ();
  lodger_pending_unref (spawned);
  lodger_caller_unref (loop.caller);
  lodger_manual_host_unref (loop.host);
}
END_TEST

/* ---- the end of a thread ----------------------------------------------------------------------------------------- */

typedef struct Exiting
{
  LodgerPending *promise;
  Recorder data;
} Exiting;

static void
wait_and_exit (LodgerPending *self, void *data)
{
  Exiting *exiting = data;
  (void) self;
  lodger_pending_wait (exiting->promise, LODGER_FOREVER, LODGER_WAIT_DEFAULT);
  pthread_exit (NULL);
}

static void
exit_destroy (void *data)
{
  recorder_destroy (&((Exiting *) data)->data);
}

START_TEST (a_spawned_call_that_ends_its_thread_after_a_wait_is_settled)
{
  Exiting exiting = { .promise = lodger_pending_new (LODGER_PENDING_DEFAULT) };
  const ProcCount before = proc_count ();
  LodgerCaller *worker = worker_start (NULL);
  LodgerPending *call, *other;
  Recorder never = { .ran = 0 };
  log_capture_begin ();
  call = lodger_caller_spawn (worker, wait_and_exit, &exiting, exit_destroy);
  worker_run (worker, recorder_direct, &(Recorder) { .ran = 0 });
  ck_assert (!lodger_pending_is_done (call));
  lodger_pending_return_nothing (exiting.promise);
  wait_done (call);
  expect_code (lodger_pending_get_outcome (call), LODGER_EABANDONED);
  wait_done (lodger_caller_get_stopped (worker));
  other = lodger_caller_spawn (worker, recorder_call, &never, recorder_destroy);
  wait_done (other);
  expect_code (lodger_pending_get_outcome (other), LODGER_ECANCELED);
  recorder_expect (&never, 0, 1);
  log_capture_end ();
  lodger_pending_unref (other);
  lodger_pending_unref (call);
  lodger_pending_unref (exiting.promise);
  lodger_caller_unref (worker);
  proc_expect_restored (before); /* AddressSanitizer does not know what its thread still has when it ends */
}
END_TEST

static void
sleep_in_group (LodgerPending *self, void *data)
{
  LodgerGroup *group = lodger_group_new (NULL);
  (void) self;
  (void) data;
  test_check (lodger_group_enter (group) == 0);
  lodger_sleep (INT64_C (3600000000000));
  test_fail ("it went on");
}

/* Those that wait in other ways meanwhile are left where they are. */
START_TEST (a_spawned_call_that_ends_its_thread_leaves_the_others_behind)
{
  static Exiting exiting;
  LodgerCaller *worker = worker_start (NULL);
  LodgerPending *calls[3];
  static Trail trail;
  exiting.promise = lodger_pending_new (LODGER_PENDING_DEFAULT);
  trail = (Trail) { .awaited = lodger_pending_ref (exiting.promise), .code = 1, .timeout = INT64_C (3600000000000) };
  log_capture_begin ();
  calls[0] = lodger_caller_spawn (worker, sleep_in_group, NULL, NULL);
  calls[1] = lodger_caller_spawn (worker, wait_and_exit, &exiting, exit_destroy);
  calls[2] = lodger_caller_spawn (worker, trail_wait, &trail, NULL);
  worker_run (worker, recorder_direct, &(Recorder) { .ran = 0 });
  lodger_pending_return_nothing (exiting.promise);
  wait_done (lodger_caller_get_stopped (worker));
  for (int i = 0; i < 3; i++)
    {
      wait_done (calls[i]);
      expect_code (lodger_pending_get_outcome (calls[i]), LODGER_EABANDONED);
      lodger_pending_cancel (calls[i], NULL);
      lodger_pending_unref (calls[i]);
    }
  ck_assert_str_eq (trail.letters, "a");
  lodger_free (lodger_dump ());
  log_capture_end ();
  lodger_pending_unref (exiting.promise);
  lodger_caller_unref (worker);
}
END_TEST

/* ---- places that a call has while it waits ----------------------------------------------------------------------- */

START_TEST (a_spawned_call_keeps_its_place_in_a_limiter_while_it_waits)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerLimiter *limiter = lodger_limiter_new (LODGER_LIMITER_OPTIONS (.limit = 1));
  Trail trail = { .awaited = lodger_pending_new (LODGER_PENDING_DEFAULT), .code = 1 };
  lodger_pending_disown (
      lodger_caller_spawn_full (loop.caller, trail_wait, &trail, NULL, LODGER_CALL_OPTIONS (.limiter = limiter)));
  lodger_pending_disown (
      lodger_caller_spawn_full (loop.caller, trail_note_b, &trail, NULL, LODGER_CALL_OPTIONS (.limiter = limiter)));
  loop_run (&loop);
  ck_assert_str_eq (trail.letters, "a");
  lodger_pending_return_nothing (trail.awaited);
  loop_run (&loop);
  ck_assert_str_eq (trail.letters, "acb");
  lodger_limiter_unref (limiter);
  lodger_pending_unref (trail.awaited);
  loop_close (&loop);
}
END_TEST

START_TEST (a_spawned_call_that_waits_is_replaced_in_its_slot)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  LodgerSlot *slot = lodger_slot_new (LODGER_SLOT_OPTIONS (.policy = LODGER_SLOT_LATEST));
  Trail first = { .awaited = lodger_pending_new (LODGER_PENDING_DEFAULT), .code = 1 }, second = { .code = 1 };
  lodger_pending_disown (
      lodger_caller_spawn_full (loop.caller, trail_wait, &first, NULL, LODGER_CALL_OPTIONS (.slot = slot)));
  loop_run (&loop);
  ck_assert_str_eq (first.letters, "a");
  lodger_pending_disown (
      lodger_caller_spawn_full (loop.caller, trail_note_b, &second, NULL, LODGER_CALL_OPTIONS (.slot = slot)));
  loop_run (&loop);
  expect_code (first.code, LODGER_ECANCELED);
  ck_assert_str_eq (second.letters, "b");
  lodger_slot_unref (slot);
  lodger_pending_unref (first.awaited);
  loop_close (&loop);
}
END_TEST

/* What is entered is left with the call. */

static void
enter_and_wait (LodgerPending *self, void *data)
{
  Trail *trail = data;
  LodgerGroup *group = lodger_group_new (LODGER_GROUP_OPTIONS (.mode = LODGER_GROUP_CANCEL));
  test_check (lodger_group_enter (group) == 0);
  trail_wait (self, trail);
  test_check (lodger_group_current () == group);
  lodger_group_unref (group);
}

START_TEST (a_group_that_a_spawned_call_has_entered_is_its_own)
{
  Loop loop = loop_open (LODGER_MANUAL_DEFAULT);
  Trail trail = { .awaited = lodger_pending_new (LODGER_PENDING_DEFAULT), .code = 1 };
  LodgerPending *call = lodger_caller_spawn (loop.caller, enter_and_wait, &trail, NULL);
  log_capture_begin ();
  loop_run (&loop);
  ck_assert_ptr_null (lodger_group_current ());
  lodger_pending_cancel (call, NULL);
  loop_run (&loop);
  expect_code (trail.code, LODGER_ECANCELED);
  ck_assert_ptr_null (lodger_group_current ());
  log_capture_end ();
  lodger_pending_unref (call);
  lodger_pending_unref (trail.awaited);
  loop_close (&loop);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("fiber-ends");
  test_add (suite, the_object_of_a_scope_is_not_held_while_its_call_waits);
  test_add (suite, an_end_of_the_scope_cancels_a_call_that_waits);
  test_add (suite, a_call_whose_object_has_gone_is_cancelled_when_it_goes_on);
  test_add (suite, a_stop_ends_a_spawned_call_that_waits);
  test_add (suite, a_spawned_call_that_does_not_end_is_left_behind);
  test_add (suite, a_spawned_call_of_a_loop_that_does_not_end_is_left_behind);
#ifndef __SANITIZE_THREAD__ /* it takes pthread_exit() on the thread's own stack alone */
  test_add (suite, a_spawned_call_that_ends_its_thread_after_a_wait_is_settled);
  test_add (suite, a_spawned_call_that_ends_its_thread_leaves_the_others_behind);
#endif
  test_add (suite, a_spawned_call_keeps_its_place_in_a_limiter_while_it_waits);
  test_add (suite, a_spawned_call_that_waits_is_replaced_in_its_slot);
  test_add (suite, a_group_that_a_spawned_call_has_entered_is_its_own);
  return test_main (suite, argc, argv);
}
