/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lodger_qt_run(): the outcome of work comes back to an object. */
#include "qt-suite.h"
#include "qt-widgets.h"

#include <stdlib.h>
#include <string.h>

/* What the functions of a run have seen. */
typedef struct Outcome
{
  QObject *object;
  int done, failed, cancelled, destroyed;
  int value, code, work_thread, thread;
  char text[100];
  double fraction;
  int reports, items, batches;
  Latch may_end, has_begun;
  bool leaves_late;
} Outcome;

static void
outcome_init (Outcome *seen)
{
  *seen = (Outcome) { .object = qt_object_new () };
  latch_init (&seen->may_end);
  latch_init (&seen->has_begun);
}

static void
outcome_clear (Outcome *seen)
{
  qt_object_free (seen->object);
  latch_clear (&seen->may_end);
  latch_clear (&seen->has_begun);
}

static void
on_done (QObject *object, LodgerPending *done, void *data)
{
  Outcome *seen = data;
  int64_t value = 0;
  ck_assert_ptr_eq (object, seen->object);
  seen->done++;
  seen->code = lodger_pending_get_outcome (done);
  if (seen->code == 0 && lodger_pending_get_int (done, &value) == 0)
    seen->value = (int) value;
  seen->thread = test_thread_id ();
}

static void
on_failed (QObject *object, const LodgerError *error, void *data)
{
  Outcome *seen = data;
  (void) object;
  seen->failed++;
  seen->code = lodger_error_get_code (error);
}

static void
on_cancelled (QObject *object, const LodgerError *error, void *data)
{
  Outcome *seen = data;
  (void) object;
  seen->cancelled++;
  seen->code = lodger_error_get_code (error);
}

static void
on_destroy (void *data)
{
  ((Outcome *) data)->destroyed++;
}

static void
answer (LodgerPending *self, void *data)
{
  ((Outcome *) data)->work_thread = test_thread_id ();
  lodger_pending_return_int (self, 42);
}

static void
have_no_luck (LodgerPending *self, void *data)
{
  (void) data;
  lodger_pending_return_new_error (self, NULL, LODGER_EBUSY, "no luck");
}

static void
wait_until_cancelled (LodgerPending *self, void *data)
{
  LodgerPending *never = lodger_pending_new (LODGER_PENDING_DEFAULT);
  (void) self;
  latch_open (&((Outcome *) data)->has_begun);
  lodger_pending_wait (never, LODGER_FOREVER, LODGER_WAIT_PROTECT);
  lodger_pending_unref (never);
}

static void
wait_for_permission (LodgerPending *self, void *data)
{
  (void) self;
  latch_open (&((Outcome *) data)->has_begun);
  latch_wait (&((Outcome *) data)->may_end);
}

#define run_while(condition)                                                                                           \
  do                                                                                                                   \
    {                                                                                                                  \
      int64_t until_ = test_now () + test_limit_ns ();                                                                 \
      while (condition)                                                                                                \
        {                                                                                                              \
          qt_process_events (true);                                                                                    \
          if (test_now () > until_)                                                                                    \
            test_fail ("hangs: %s", #condition);                                                                       \
        }                                                                                                              \
    }                                                                                                                  \
  while (0)

static void
stop (void)
{
  LodgerCaller *caller = lodger_qt_get_caller ();
  lodger_caller_stop (caller, true);
  expect_code (lodger_caller_stop_wait (caller), 0);
}

START_TEST (the_outcome_comes_back_to_the_object)
{
  Outcome seen;
  qt_application_start (_i);
  outcome_init (&seen);
  lodger_qt_run (seen.object, answer, on_done, &seen, .destroy = on_destroy);
  run_while (seen.destroyed == 0);
  ck_assert_int_eq (seen.done, 1);
  ck_assert_int_eq (seen.value, 42);
  ck_assert_int_eq (seen.destroyed, 1);
  ck_assert_int_eq (seen.thread, test_thread_id ());
  ck_assert_int_ne (seen.work_thread, test_thread_id ());
  outcome_clear (&seen);
  stop ();
}
END_TEST

/* The table in the header. */
START_TEST (options_follow_the_data)
{
  static const struct
  {
    LodgerCallFunc work;
    bool has_failed, has_cancelled;
    int done, failed, cancelled;
  } rows[] = {
    { answer, false, false, 1, 0, 0 },
    { answer, true, true, 1, 0, 0 },
    { have_no_luck, false, false, 1, 0, 0 },
    { have_no_luck, true, false, 0, 1, 0 },
    { have_no_luck, false, true, 1, 0, 0 },
    { have_no_luck, true, true, 0, 1, 0 },
    { wait_until_cancelled, false, false, 1, 0, 0 },
    { wait_until_cancelled, true, false, 0, 0, 0 },
    { wait_until_cancelled, false, true, 0, 0, 1 },
    { wait_until_cancelled, true, true, 0, 0, 1 },
  };
  qt_application_start (_i);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    {
      Outcome seen;
      LodgerPending *pending;
      outcome_init (&seen);
      pending = lodger_qt_run_full (seen.object, rows[i].work, on_done, &seen,
                                    LODGER_QT_RUN_OPTIONS (.failed = rows[i].has_failed ? on_failed : NULL,
                                                           .cancelled = rows[i].has_cancelled ? on_cancelled : NULL,
                                                           .destroy = on_destroy));
      if (rows[i].work == wait_until_cancelled)
        {
          latch_wait (&seen.has_begun);
          lodger_pending_cancel (pending, NULL);
        }
      run_while (seen.destroyed == 0);
      ck_assert_int_eq (seen.done, rows[i].done);
      ck_assert_int_eq (seen.failed, rows[i].failed);
      ck_assert_int_eq (seen.cancelled, rows[i].cancelled);
      lodger_pending_unref (pending);
      outcome_clear (&seen);
    }
  stop ();
}
END_TEST

START_TEST (law_8_the_end_of_the_object_cancels_the_work)
{
  Outcome seen;
  LodgerPending *pending;
  qt_application_start (_i);
  outcome_init (&seen);
  pending = lodger_qt_run_full (seen.object, wait_until_cancelled, on_done, &seen,
                                LODGER_QT_RUN_OPTIONS (.destroy = on_destroy));
  latch_wait (&seen.has_begun);
  qt_object_free (seen.object);
  seen.object = NULL;
  run_while (seen.destroyed == 0 || !lodger_pending_is_done (pending));
  expect_code (lodger_pending_get_outcome (pending), LODGER_ECANCELED);
  ck_assert_int_eq (seen.done, 0);
  lodger_pending_unref (pending);
  outcome_clear (&seen);
  stop ();
}
END_TEST

START_TEST (work_that_is_late_is_told_at_once)
{
  Outcome seen;
  qt_application_start (_i);
  outcome_init (&seen);
  lodger_qt_run (seen.object, wait_for_permission, on_done, &seen, .destroy = on_destroy, .failed = on_failed,
                 .timeout = LODGER_MILLISECONDS (1));
  run_while (seen.failed == 0);
  expect_code (seen.code, LODGER_ETIMEDOUT);
  ck_assert_int_eq (seen.destroyed, 0);
  latch_open (&seen.may_end);
  run_while (seen.destroyed == 0);
  ck_assert_int_eq (seen.done + seen.failed + seen.cancelled, 1);
  outcome_clear (&seen);
  stop ();
}
END_TEST

START_TEST (work_in_time_has_no_limit_any_more)
{
  Outcome seen;
  qt_application_start (_i);
  outcome_init (&seen);
  lodger_qt_run (seen.object, answer, on_done, &seen, .destroy = on_destroy, .failed = on_failed,
                 .timeout = LODGER_SECONDS (3600));
  run_while (seen.destroyed == 0);
  ck_assert_int_eq (seen.done, 1);
  outcome_clear (&seen);
  stop ();
}
END_TEST

START_TEST (work_that_holds_outlives_its_object)
{
  Outcome seen;
  LodgerPending *pending;
  qt_application_start (_i);
  outcome_init (&seen);
  pending = lodger_qt_run_full (
      seen.object, wait_for_permission, on_done, &seen,
      LODGER_QT_RUN_OPTIONS (.destroy = on_destroy, .hold = true, .timeout = LODGER_SECONDS (3600)));
  latch_wait (&seen.has_begun);
  qt_object_free (seen.object);
  seen.object = NULL;
  qt_process_events (true);
  ck_assert (!lodger_pending_is_cancelled (pending));
  latch_open (&seen.may_end);
  run_while (seen.destroyed == 0 || !lodger_pending_is_done (pending));
  expect_code (lodger_pending_get_outcome (pending), 0);
  ck_assert_int_eq (seen.done, 0);
  lodger_pending_unref (pending);
  outcome_clear (&seen);
  stop ();
}
END_TEST

START_TEST (the_end_of_the_programs_scope_cancels_the_work)
{
  Outcome seen;
  LodgerScope *scope = lodger_scope_new (NULL);
  LodgerPending *pending;
  qt_application_start (_i);
  outcome_init (&seen);
  pending = lodger_qt_run_full (seen.object, wait_until_cancelled, on_done, &seen,
                                LODGER_QT_RUN_OPTIONS (.destroy = on_destroy, .scope = scope));
  latch_wait (&seen.has_begun);
  lodger_scope_end (scope, NULL);
  run_while (seen.destroyed == 0 || !lodger_pending_is_done (pending));
  expect_code (lodger_pending_get_outcome (pending), LODGER_ECANCELED);
  ck_assert_int_eq (seen.done, 0);
  lodger_pending_unref (pending);
  lodger_scope_unref (scope);
  outcome_clear (&seen);
  stop ();
}
END_TEST

START_TEST (a_slot_prefers_the_latest)
{
  Outcome first, second;
  LodgerSlot *slot = lodger_slot_new (NULL);
  qt_application_start (_i);
  outcome_init (&first);
  outcome_init (&second);
  lodger_qt_run (first.object, wait_until_cancelled, on_done, &first, .destroy = on_destroy, .slot = slot);
  latch_wait (&first.has_begun);
  lodger_qt_run (second.object, answer, on_done, &second, .destroy = on_destroy, .slot = slot);
  run_while (first.destroyed == 0 || second.destroyed == 0);
  ck_assert_int_eq (first.done, 0);
  ck_assert_int_eq (second.done, 1);
  lodger_slot_unref (slot);
  outcome_clear (&first);
  outcome_clear (&second);
  stop ();
}
END_TEST

/* ---- the screen -------------------------------------------------------------------------------------------------- */

static void
on_progress (QObject *object, double fraction, const char *text, void *data)
{
  Outcome *seen = data;
  ck_assert_ptr_eq (object, seen->object);
  seen->reports++;
  seen->fraction = fraction;
  if (text != NULL)
    strcpy (seen->text, text);
}

static void
report (LodgerPending *self, void *data)
{
  (void) data;
  for (int i = 0; i <= 100; i++)
    expect_code (lodger_qt_report (self, i / 100.0, i == 50 ? "half" : NULL), 0);
}

START_TEST (a_bar_shows_the_newest_report)
{
  Outcome seen;
  QObject *bar;
  qt_widgets_start (_i);
  outcome_init (&seen);
  bar = qt_progress_bar_new ();
  lodger_qt_run (seen.object, report, on_done, &seen, .destroy = on_destroy, .progress = on_progress,
                 .progress_bar = bar);
  run_while (seen.destroyed == 0);
  ck_assert_int_eq (qt_get_int (bar, "value"), 100);
  ck_assert (qt_has_text (bar, "format", "half"));
  ck_assert_str_eq (seen.text, "half");
  ck_assert (seen.fraction >= 1 && seen.reports >= 1);
  qt_object_free (bar);
  outcome_clear (&seen);
  stop ();
}
END_TEST

static void
report_unknown (LodgerPending *self, void *data)
{
  expect_code (lodger_qt_report (self, -1, NULL), 0);
  latch_wait (&((Outcome *) data)->may_end);
  expect_code (lodger_qt_report (self, .25, NULL), 0);
}

START_TEST (a_bar_is_busy_while_nobody_knows)
{
  Outcome seen;
  QObject *bar;
  qt_widgets_start (_i);
  outcome_init (&seen);
  bar = qt_progress_bar_new ();
  lodger_qt_run (seen.object, report_unknown, on_done, &seen, .destroy = on_destroy, .progress_bar = bar);
  run_while (qt_get_int (bar, "maximum") != 0);
  latch_open (&seen.may_end);
  run_while (seen.destroyed == 0);
  ck_assert_int_eq (qt_get_int (bar, "maximum"), 100);
  ck_assert_int_eq (qt_get_int (bar, "value"), 25);
  qt_object_free (bar);
  outcome_clear (&seen);
  stop ();
}
END_TEST

START_TEST (a_button_cancels_the_work)
{
  qt_widgets_start (_i);
  for (int i = 0; i < 2; i++)
    {
      QObject *button = i == 0 ? qt_button_new () : qt_action_new ();
      Outcome seen;
      outcome_init (&seen);
      lodger_qt_run (seen.object, wait_until_cancelled, on_done, &seen, .destroy = on_destroy,
                     .cancelled = on_cancelled, .cancel_button = button);
      latch_wait (&seen.has_begun);
      ck_assert (qt_get_int (button, "enabled"));
      if (i == 0)
        qt_button_click (button);
      else
        qt_action_trigger (button);
      ck_assert (!qt_get_int (button, "enabled"));
      run_while (seen.destroyed == 0);
      ck_assert_int_eq (seen.cancelled, 1);
      qt_object_free (button);
      outcome_clear (&seen);
    }
  stop ();
}
END_TEST

START_TEST (a_button_of_two_works_is_enabled_until_both_are_over)
{
  Outcome first, second;
  QObject *button;
  qt_widgets_start (_i);
  outcome_init (&first);
  outcome_init (&second);
  button = qt_button_new ();
  lodger_qt_run (first.object, answer, on_done, &first, .destroy = on_destroy, .cancel_button = button);
  lodger_qt_run (second.object, wait_until_cancelled, on_done, &second, .destroy = on_destroy,
                 .cancelled = on_cancelled, .cancel_button = button);
  run_while (first.destroyed == 0);
  ck_assert (qt_get_int (button, "enabled"));
  latch_wait (&second.has_begun);
  qt_button_click (button);
  ck_assert (!qt_get_int (button, "enabled"));
  run_while (second.destroyed == 0);
  ck_assert_int_eq (second.cancelled, 1);
  qt_object_free (button);
  outcome_clear (&first);
  outcome_clear (&second);
  stop ();
}
END_TEST

static void
send (LodgerPending *self, void *data)
{
  (void) data;
  for (int i = 0; i < 3000; i++)
    {
      int *item = malloc (sizeof *item);
      *item = i;
      expect_code (lodger_qt_send (self, item), 0);
    }
}

static void
on_items (QObject *object, void **items, size_t count, void *data)
{
  Outcome *seen = data;
  ck_assert_ptr_eq (object, seen->object);
  ck_assert_int_eq (seen->done, 0);
  for (size_t i = 0; i < count; i++)
    ck_assert_int_eq (*(int *) items[i], seen->items++);
  seen->batches++;
}

START_TEST (items_come_in_batches_before_the_outcome)
{
  Outcome seen;
  qt_application_start (_i);
  outcome_init (&seen);
  lodger_qt_run (seen.object, send, on_done, &seen, .destroy = on_destroy, .items = on_items, .item_destroy = free);
  run_while (seen.destroyed == 0);
  ck_assert_int_eq (seen.items, 3000);
  ck_assert_int_lt (seen.batches, 3000);
  ck_assert_int_eq (seen.done, 1);
  outcome_clear (&seen);
  stop ();
}
END_TEST

/* ---- refusals ---------------------------------------------------------------------------------------------------- */

static void
refuse (QObject *object, LodgerCallFunc work, const LodgerQtRunOptions *options, Outcome *seen, int code)
{
  LodgerPending *refused = lodger_qt_run_full (object, work, on_done, seen, options);
  expect_code (lodger_error_get_code (lodger_pending_get_error (refused)), code);
  lodger_pending_unref (refused);
}

static void *
run_elsewhere (void *data)
{
  Outcome *seen = data;
  refuse (seen->object, answer, LODGER_QT_RUN_OPTIONS (.destroy = on_destroy), seen, LODGER_EWRONGTHREAD);
  return NULL;
}

START_TEST (wrong_options_are_refused)
{
  Outcome seen;
  LodgerQtRunOptions small = { .size = 1 };
  LodgerSlot *slot = lodger_slot_new (NULL);
  LodgerLimiter *limiter = lodger_limiter_new (LODGER_LIMITER_OPTIONS (.limit = 1));
  qt_application_start (_i);
  outcome_init (&seen);
  log_capture_begin ();
  refuse (NULL, answer, LODGER_QT_RUN_OPTIONS (.destroy = on_destroy), &seen, LODGER_EINVAL);
  refuse (seen.object, NULL, LODGER_QT_RUN_OPTIONS (.destroy = on_destroy), &seen, LODGER_EINVAL);
  refuse (seen.object, answer, &small, &seen, LODGER_EINVAL);
  refuse (seen.object, answer, LODGER_QT_RUN_OPTIONS (.destroy = on_destroy, .cancel_button = seen.object), &seen,
          LODGER_EINVAL);
  refuse (seen.object, answer, LODGER_QT_RUN_OPTIONS (.destroy = on_destroy, .progress_bar = seen.object), &seen,
          LODGER_EINVAL);
  refuse (seen.object, answer, LODGER_QT_RUN_OPTIONS (.destroy = on_destroy, .slot = slot, .limiter = limiter), &seen,
          LODGER_EINVAL);
  thread_join (thread_start (run_elsewhere, &seen));
  ck_assert (log_capture_has ("lodger_qt_run: "));
  ck_assert (log_capture_has ("test-run.c:"));
  log_capture_end ();
  ck_assert_int_eq (seen.destroyed, 6);
  ck_assert_int_eq (seen.done, 0);
  lodger_slot_unref (slot);
  lodger_limiter_unref (limiter);
  outcome_clear (&seen);
}
END_TEST

static void
run_and_note (void *data)
{
  Outcome *seen = data;
  lodger_qt_run (seen->object, answer, on_done, seen, .destroy = on_destroy, .failed = on_failed);
}

/* The caller stops in its call, and cannot be done before the call has returned. */
static void
stop_and_run (LodgerPending *self, void *data)
{
  (void) self;
  lodger_caller_stop (lodger_caller_current (), true);
  run_and_note (data);
}

START_TEST (a_refusal_while_the_caller_stops_is_told)
{
  Outcome seen;
  qt_application_start (_i);
  outcome_init (&seen);
  log_capture_begin ();
  lodger_pending_disown (lodger_caller_call_soon (lodger_qt_get_caller (), stop_and_run, &seen, NULL));
  run_while (seen.destroyed == 0);
  log_capture_end ();
  ck_assert_int_eq (seen.failed, 1);
  expect_code (seen.code, LODGER_ESHUTDOWN);
  outcome_clear (&seen);
}
END_TEST

int
main (int argc, char **argv)
{
  static const TTest *const *const tests[] = {
    &the_outcome_comes_back_to_the_object,
    &options_follow_the_data,
    &law_8_the_end_of_the_object_cancels_the_work,
    &work_that_is_late_is_told_at_once,
    &work_in_time_has_no_limit_any_more,
    &work_that_holds_outlives_its_object,
    &the_end_of_the_programs_scope_cancels_the_work,
    &a_slot_prefers_the_latest,
    &a_bar_shows_the_newest_report,
    &a_bar_is_busy_while_nobody_knows,
    &a_button_cancels_the_work,
    &a_button_of_two_works_is_enabled_until_both_are_over,
    &items_come_in_batches_before_the_outcome,
    &wrong_options_are_refused,
    &a_refusal_while_the_caller_stops_is_told,
  };
  return qt_test_main ("qt-run", tests, sizeof tests / sizeof *tests, argc, argv);
}
