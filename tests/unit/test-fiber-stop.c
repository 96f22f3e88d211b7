/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a spawned call still waits for while its caller stops has its time, as in a plain call. */
#include "test-loop.h"
#include "test-suite.h"

typedef struct Sleeper
{
  int64_t time, began, ended;
  int code; /* 1: it has not waited yet */
} Sleeper;

static void
sleep_shielded (LodgerPending *self, void *data)
{
  Sleeper *sleeper = data;
  LodgerGroup *group = lodger_group_new (LODGER_GROUP_OPTIONS (.is_shielded = true));
  (void) self;
  test_check (lodger_group_enter (group) == 0);
  sleeper->began = test_now ();
  sleeper->code = lodger_sleep (sleeper->time);
  sleeper->ended = test_now ();
  lodger_group_leave (group, NULL);
  lodger_group_unref (group);
}

START_TEST (a_stop_does_not_end_a_shielded_sleep_early)
{
  static Sleeper sleeper;
  LodgerCaller *worker = worker_start (NULL);
  LodgerPending *call;
  sleeper = (Sleeper) { .time = 50 * 1000 * 1000, .code = 1 };
  call = lodger_caller_spawn (worker, sleep_shielded, &sleeper, NULL);
  worker_run (worker, recorder_direct, &(Recorder) { .ran = 0 });
  lodger_caller_stop (worker, true);
  wait_done (call);
  expect_code (sleeper.code, 0);
  ck_assert_msg (sleeper.ended - sleeper.began >= sleeper.time, "%ld", (long) (sleeper.ended - sleeper.began));
  lodger_pending_unref (call);
  wait_done (lodger_caller_get_stopped (worker));
  lodger_caller_unref (worker);
}
END_TEST

static void
clean_up (LodgerPending *self, void *data)
{
  Sleeper *sleeper = data;
  LodgerPending *never = lodger_pending_new (LODGER_PENDING_DEFAULT);
  lodger_sleep (INT64_C (1000000000000));
  sleeper->code = lodger_pending_wait (never, sleeper->time, LODGER_WAIT_SHIELD);
  lodger_pending_unref (never);
  sleep_shielded (self, data);
}

/* As a plain call's does. */
START_TEST (a_cleanup_in_a_stop_waits_no_longer_than_its_time)
{
  static Sleeper sleeper;
  LodgerCaller *worker = worker_start (NULL);
  LodgerPending *call;
  sleeper = (Sleeper) { .time = 5 * 1000 * 1000, .code = 1 };
  call = lodger_caller_spawn (worker, clean_up, &sleeper, NULL);
  worker_run (worker, recorder_direct, &(Recorder) { .ran = 0 });
  lodger_caller_stop (worker, true);
  wait_done (call);
  wait_done (lodger_caller_get_stopped (worker));
  expect_code (lodger_pending_get_outcome (call), LODGER_ECANCELED);
  expect_code (sleeper.code, 0);
  lodger_pending_unref (call);
  lodger_caller_unref (worker);
}
END_TEST

/* The thread serves the caller by itself then. */
START_TEST (a_cleanup_in_a_stop_that_is_waited_for_waits_no_longer_than_its_time)
{
  Sleeper sleeper = { .time = 5 * 1000 * 1000, .code = 1 };
  Loop loop = loop_open (LODGER_MANUAL_REAL);
  LodgerPending *call = lodger_caller_spawn (loop.caller, clean_up, &sleeper, NULL);
  loop_run (&loop);
  expect_code (lodger_caller_stop_wait (loop.caller), 0);
  expect_code (lodger_pending_get_outcome (call), LODGER_ECANCELED);
  expect_code (sleeper.code, 0);
  lodger_pending_unref (call);
  lodger_caller_unref (loop.caller);
  lodger_manual_host_unref (loop.host);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("fiber-stop");
  test_add (suite, a_stop_does_not_end_a_shielded_sleep_early);
  test_add (suite, a_cleanup_in_a_stop_waits_no_longer_than_its_time);
  test_add (suite, a_cleanup_in_a_stop_that_is_waited_for_waits_no_longer_than_its_time);
  return test_main (suite, argc, argv);
}
