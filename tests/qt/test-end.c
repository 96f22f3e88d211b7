/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A program that ends by QCoreApplication's word. */
#include "qt-suite.h"

typedef struct Program
{
  LodgerCaller *caller;
  LodgerPending *never, *work;
  Counter ready;
  Recorder queued;
  int code;
  bool leaves;
} Program;

static void
wait_for_ever (LodgerPending *self, void *data)
{
  Program *program = data;
  (void) self;
  counter_add (&program->ready, 1);
  program->code = lodger_pending_wait (program->never, LODGER_FOREVER, LODGER_WAIT_PROTECT);
}

/* It quits with a call at work in a worker and another one that is far off. */
static void
begin (void *data)
{
  Program *program = data;
  program->caller = lodger_qt_attach (NULL);
  program->work = lodger_caller_to_thread (program->caller, wait_for_ever, program, NULL);
  lodger_pending_unref (lodger_caller_call_later (program->caller, LODGER_SECONDS (3600), recorder_call,
                                                  &program->queued, recorder_destroy));
  counter_wait (&program->ready, 1);
  if (program->leaves)
    expect_code (lodger_caller_leave (program->caller), 0);
  qt_application_quit ();
}

static void
run (bool leaves)
{
  Program program = { .never = lodger_pending_new (LODGER_PENDING_DEFAULT), .leaves = leaves };
  counter_init (&program.ready);
  qt_application_exec (begin, &program);
  ck_assert_int_eq (lodger_caller_get_state (program.caller), LODGER_CALLER_STOPPED);
  expect_code (program.code, LODGER_ECANCELED);
  expect_code (lodger_pending_get_outcome (program.work), LODGER_ECANCELED);
  recorder_expect (&program.queued, 0, 1);
  if (!leaves)
    expect_code (lodger_caller_leave (program.caller), 0);
  lodger_pending_unref (program.work);
  lodger_pending_unref (program.never);
  lodger_caller_unref (program.caller);
  counter_clear (&program.ready);
}

START_TEST (edge_53_a_caller_stops_when_the_application_quits)
{
  ProcCount before;
  qt_application_start (_i);
  run (false);
  before = proc_count ();
  run (false);
  proc_expect_restored (before);
}
END_TEST

START_TEST (a_caller_that_was_left_before_is_not_stopped_again)
{
  qt_application_start (_i);
  run (true);
}
END_TEST

START_TEST (edge_53_a_caller_stops_with_the_second_application_too)
{
  for (int i = 0; i < 2; i++)
    {
      qt_application_start (_i);
      run (false);
      qt_application_free ();
    }
}
END_TEST

/* ---- the last work ----------------------------------------------------------------------------------------------- */

typedef struct Save
{
  LodgerCaller *caller;
  LodgerPending *pending;
  Latch slot_is_over, may_end;
  atomic_bool has_ended;
  int64_t deadline;
} Save;

/* It ends only after the slots of aboutToQuit. */
static void
save (LodgerPending *self, void *data)
{
  Save *work = data;
  latch_wait (&work->slot_is_over);
  if (!lodger_pending_is_cancelled (self))
    atomic_store (&work->has_ended, true);
}

static void
save_at_the_end (void *data)
{
  Save *work = data;
  work->pending = lodger_caller_to_thread (work->caller, save, work, NULL);
}

static void
end_slots (void *data)
{
  latch_open (&((Save *) data)->slot_is_over);
}

static void
begin_save (void *data)
{
  Save *work = data;
  work->caller = lodger_qt_open_caller (NULL, LODGER_CALLER_OPTIONS (.stop_deadline = work->deadline), NULL);
  qt_application_quit ();
}

START_TEST (edge_53_work_that_the_end_begins_runs_to_its_end)
{
  Save work = { 0 };
  qt_application_start (_i);
  latch_init (&work.slot_is_over);
  qt_application_hear_quit (save_at_the_end, &work);
  qt_application_hear_quit (end_slots, &work);
  qt_application_exec (begin_save, &work);
  ck_assert (atomic_load (&work.has_ended));
  expect_code (lodger_pending_get_outcome (work.pending), 0);
  ck_assert_int_eq (lodger_caller_get_state (work.caller), LODGER_CALLER_STOPPED);
  lodger_pending_unref (work.pending);
  lodger_caller_unref (work.caller);
  latch_clear (&work.slot_is_over);
}
END_TEST

static void
wait_until_cancelled (LodgerPending *self, void *data)
{
  LodgerPending *never = lodger_pending_new (LODGER_PENDING_DEFAULT);
  (void) self;
  (void) data;
  lodger_pending_wait (never, LODGER_FOREVER, LODGER_WAIT_PROTECT);
  lodger_pending_unref (never);
}

static void
stay_at_the_end (void *data)
{
  Save *work = data;
  work->pending = lodger_caller_to_thread_full (work->caller, wait_until_cancelled, NULL, NULL,
                                                LODGER_CALL_OPTIONS (.name = "slow"));
}

START_TEST (work_that_the_end_begins_is_named_at_the_deadline)
{
  Save work = { .deadline = LODGER_MILLISECONDS (1) };
  qt_application_start (_i);
  qt_application_hear_quit (stay_at_the_end, &work);
  log_capture_begin ();
  qt_application_exec (begin_save, &work);
  ck_assert (log_capture_has ("slow"));
  log_capture_end ();
  lodger_pending_unref (work.pending);
  lodger_caller_unref (work.caller);
}
END_TEST

int
main (int argc, char **argv)
{
  static const TTest *const *const tests[] = {
    &edge_53_a_caller_stops_when_the_application_quits,      &a_caller_that_was_left_before_is_not_stopped_again,
    &edge_53_a_caller_stops_with_the_second_application_too, &edge_53_work_that_the_end_begins_runs_to_its_end,
    &work_that_the_end_begins_is_named_at_the_deadline,
  };
  return qt_test_main ("qt-end", tests, sizeof tests / sizeof *tests, argc, argv);
}
