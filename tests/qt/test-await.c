/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Spawned calls in Qt's loop: they wait there, but not inside of a loop that they have entered themselves. */
#include "qt-suite.h"

typedef struct Dialog
{
  LodgerPending *answer;
  int inside, after;
  bool is_waiting;
} Dialog;

static void
process_until_done (LodgerPending *call)
{
  int64_t until = test_now () + test_limit_ns ();
  while (!lodger_pending_is_done (call))
    {
      qt_process_events (true);
      if (test_now () > until)
        test_fail ("hangs");
    }
}

static void
wait_for_the_answer (LodgerPending *self, void *data)
{
  Dialog *dialog = data;
  (void) self;
  dialog->is_waiting = true;
  dialog->after = lodger_pending_wait (dialog->answer, LODGER_FOREVER, LODGER_WAIT_DEFAULT);
}

START_TEST (a_spawned_call_waits_in_the_loop_of_qt)
{
  Dialog dialog = { .after = 1 };
  LodgerCaller *caller;
  LodgerPending *call;
  qt_application_start (_i);
  caller = lodger_qt_attach (NULL);
  dialog.answer = lodger_pending_new (LODGER_PENDING_DEFAULT);
  call = lodger_caller_spawn (caller, wait_for_the_answer, &dialog, NULL);
  while (!dialog.is_waiting)
    qt_process_events (true);
  ck_assert (!lodger_pending_is_done (call));
  lodger_pending_return_nothing (dialog.answer);
  process_until_done (call);
  expect_code (dialog.after, 0);
  lodger_pending_unref (call);
  lodger_pending_unref (dialog.answer);
  expect_code (lodger_caller_leave (caller), 0);
  lodger_caller_unref (caller);
}
END_TEST

static void
wait_in_an_event (void *data)
{
  Dialog *dialog = data;
  dialog->inside = lodger_sleep (1);
  qt_loop_quit ();
}

static void
exec_a_dialog (LodgerPending *self, void *data)
{
  Dialog *dialog = data;
  (void) self;
  qt_post (wait_in_an_event, dialog);
  qt_loop_exec ();
  dialog->after = lodger_sleep (1);
}

START_TEST (edge_84_no_wait_inside_of_a_nested_loop_of_qt)
{
  Dialog dialog = { .inside = 1, .after = 1 };
  LodgerCaller *caller;
  LodgerPending *call;
  qt_application_start (_i);
  caller = lodger_qt_attach (NULL);
  log_capture_begin ();
  call = lodger_caller_spawn (caller, exec_a_dialog, &dialog, NULL);
  process_until_done (call);
  expect_code (dialog.inside, LODGER_ESTATE);
  ck_assert (log_capture_has ("inside of a nested"));
  log_capture_end ();
  expect_code (dialog.after, 0);
  lodger_pending_unref (call);
  expect_code (lodger_caller_leave (caller), 0);
  lodger_caller_unref (caller);
}
END_TEST

int
main (int argc, char **argv)
{
  const TTest *const *const tests[] = {
    &a_spawned_call_waits_in_the_loop_of_qt,
    &edge_84_no_wait_inside_of_a_nested_loop_of_qt,
  };
  return qt_test_main ("qt-await", tests, sizeof tests / sizeof tests[0], argc, argv);
}
