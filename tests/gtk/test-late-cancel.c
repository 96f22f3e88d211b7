/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Work that is cancelled when it has ended, and its outcome is still on its way to the GUI thread. */
#include "gtk-window.h"

typedef struct Job
{
  Window window;
  Counter ends; /* of the data */
  int done, failed, cancelled, outcome;
  char *message; /* of the cancel that `done` was told */
} Job;

static void
job_open (Job *job)
{
  *job = (Job) { .window = window_open (TRUE) };
  counter_init (&job->ends);
}

static void
job_close (Job *job)
{
  window_close (&job->window);
  counter_clear (&job->ends);
  lodger_free (job->message);
}

static void
job_destroy (void *data)
{
  counter_add (&((Job *) data)->ends, 1);
}

static void
answer (LodgerPending *self, void *data)
{
  (void) data;
  lodger_pending_return_int (self, 42);
}

static void
break_off (LodgerPending *self, void *data)
{
  (void) data;
  lodger_pending_return_new_error (self, NULL, LODGER_EFAILED, "it has failed");
}

static void
note (GtkWidget *widget, LodgerPending *done, void *data)
{
  Job *job = data;
  (void) widget;
  job->done++;
  job->outcome = lodger_pending_get_outcome (done);
  lodger_free (job->message);
  job->message = lodger_pending_dup_cancel_message (done);
}

static void
note_error (GtkWidget *widget, const GError *error, void *data)
{
  (void) widget;
  (void) error;
  ((Job *) data)->failed++;
}

static void
note_cancel (GtkWidget *widget, const GError *error, void *data)
{
  (void) widget;
  ck_assert (g_error_matches (error, LODGER_GLIB_ERROR, LODGER_ECANCELED));
  ((Job *) data)->cancelled++;
}

/* The outcome is there, and no function has been told. */
static void
wait_without_loop (LodgerPending *pending)
{
  while (!lodger_pending_is_done (pending))
    g_thread_yield ();
}

static void
run_to_the_end (Job *job, LodgerPending *pending)
{
  while (counter_get (&job->ends) == 0)
    g_main_context_iteration (NULL, TRUE);
  lodger_pending_unref (pending);
}

static void
expect_told (LodgerCallFunc work, gboolean has_failed, gboolean has_cancelled, int done, int cancelled)
{
  LodgerGtkRunOptions options = { .size = sizeof options, .destroy = job_destroy };
  LodgerPending *pending;
  Job job;
  job_open (&job);
  options.failed = has_failed ? note_error : NULL;
  options.cancelled = has_cancelled ? note_cancel : NULL;
  pending = lodger_gtk_run_full (job.window.label, work, note, &job, &options);
  wait_without_loop (pending);
  ck_assert (!lodger_pending_cancel (pending, NULL));
  run_to_the_end (&job, pending);
  ck_assert_int_eq (job.done, done);
  if (done > 0)
    expect_code (job.outcome, LODGER_ECANCELED);
  ck_assert_int_eq (job.failed, 0);
  ck_assert_int_eq (job.cancelled, cancelled);
  job_close (&job);
}

START_TEST (an_outcome_that_is_cancelled_on_its_way_is_told_as_cancelled)
{
  expect_told (answer, FALSE, TRUE, 0, 1);
  expect_told (answer, TRUE, TRUE, 0, 1);
  expect_told (answer, TRUE, FALSE, 0, 0);
  expect_told (answer, FALSE, FALSE, 1, 0);
}
END_TEST

START_TEST (a_failure_that_is_cancelled_on_its_way_is_told_as_cancelled)
{
  expect_told (break_off, FALSE, TRUE, 0, 1);
  expect_told (break_off, TRUE, TRUE, 0, 1);
  expect_told (break_off, TRUE, FALSE, 0, 0);
  expect_told (break_off, FALSE, FALSE, 1, 0);
}
END_TEST

START_TEST (the_pending_keeps_the_outcome_of_the_work)
{
  LodgerPending *pending;
  int64_t number = 0;
  Job job;
  job_open (&job);
  pending = lodger_gtk_run_full (job.window.label, answer, note, &job,
                                 LODGER_GTK_RUN_OPTIONS (.cancelled = note_cancel, .destroy = job_destroy));
  wait_without_loop (pending);
  lodger_pending_cancel (pending, NULL);
  ck_assert (!lodger_pending_is_cancelled (pending));
  expect_code (lodger_pending_get_int (pending, &number), 0);
  ck_assert_int_eq (number, 42);
  run_to_the_end (&job, pending);
  job_close (&job);
}
END_TEST

START_TEST (a_button_cancels_an_outcome_on_its_way)
{
  GtkWidget *button;
  LodgerPending *pending;
  Job job;
  job_open (&job);
  button = gtk_button_new ();
  gtk_box_append (GTK_BOX (job.window.box), button);
  pending = lodger_gtk_run_full (
      job.window.label, answer, note, &job,
      LODGER_GTK_RUN_OPTIONS (.cancel_button = GTK_BUTTON (button), .cancelled = note_cancel, .destroy = job_destroy));
  wait_without_loop (pending);
  g_signal_emit_by_name (button, "clicked");
  run_to_the_end (&job, pending);
  ck_assert_int_eq (job.done, 0);
  ck_assert_int_eq (job.cancelled, 1);
  job_close (&job);
}
END_TEST

START_TEST (a_cancellable_cancels_an_outcome_on_its_way)
{
  GCancellable *cancellable = g_cancellable_new ();
  LodgerPending *pending;
  Job job;
  job_open (&job);
  pending = lodger_gtk_run_full (
      job.window.label, answer, note, &job,
      LODGER_GTK_RUN_OPTIONS (.cancellable = cancellable, .cancelled = note_cancel, .destroy = job_destroy));
  wait_without_loop (pending);
  g_cancellable_cancel (cancellable);
  g_object_unref (cancellable);
  run_to_the_end (&job, pending);
  ck_assert_int_eq (job.done, 0);
  ck_assert_int_eq (job.cancelled, 1);
  job_close (&job);
}
END_TEST

static void
stay (LodgerPending *self, void *data)
{
  (void) data;
  while (!lodger_pending_is_cancelled (self))
    g_thread_yield ();
}

/* The work is cancelled while it runs, and once more when it has ended. */
START_TEST (cancelled_work_keeps_the_message_of_its_cancel)
{
  GCancellable *cancellable = g_cancellable_new ();
  LodgerPending *pending;
  Job job;
  job_open (&job);
  pending = lodger_gtk_run_full (job.window.label, stay, note, &job,
                                 LODGER_GTK_RUN_OPTIONS (.cancellable = cancellable, .destroy = job_destroy));
  ck_assert (lodger_pending_cancel (pending, "another page was chosen"));
  g_cancellable_cancel (cancellable);
  g_object_unref (cancellable);
  wait_without_loop (pending);
  ck_assert (lodger_pending_cancel (pending, "once more"));
  run_to_the_end (&job, pending);
  ck_assert_int_eq (job.done, 1);
  expect_code (job.outcome, LODGER_ECANCELED);
  ck_assert_ptr_nonnull (strstr (job.message, "another page was chosen"));
  job_close (&job);
}
END_TEST

/* ---- the time limit ------------------------------------------------------------------------------------------------ */

typedef struct LateJob
{
  Job job; /* first */
  LodgerPending *pending;
  gboolean is_armed;
  int may_end, has_canceller; /* atomic */
  GError *error;
} LateJob;

static void
end_when_it_may (LodgerPending *self, void *data)
{
  while (!g_atomic_int_get (&((LateJob *) data)->may_end))
    g_thread_yield ();
  lodger_pending_return_int (self, 42);
}

static void
note_late (GtkWidget *widget, const GError *error, void *data)
{
  LateJob *late = data;
  (void) widget;
  g_clear_error (&late->error);
  late->error = g_error_copy (error);
  late->job.failed++;
}

/* Runs when the time limit refers to the widget: it has seen that the work has not ended, and has not cancelled it yet. */
static void
on_refs (void *data, GObject *object, gboolean is_last)
{
  LateJob *late = data;
  (void) object;
  if (is_last || !late->is_armed)
    return;
  late->is_armed = FALSE;
  g_atomic_int_set (&late->may_end, 1);
  wait_without_loop (late->pending);
}

/* Nobody has cancelled it but the time limit. The window is not shown, so that nobody else refers to the widget. */
START_TEST (work_that_ends_just_when_its_time_is_over_is_late)
{
  LateJob late = { .job.window = window_open (FALSE) };
  GtkWidget *label = late.job.window.label;
  counter_init (&late.job.ends);
  g_object_add_toggle_ref (G_OBJECT (label), on_refs, &late);
  g_object_unref (label);
  late.pending = lodger_gtk_run_full (
      label, end_when_it_may, note, &late,
      LODGER_GTK_RUN_OPTIONS (.timeout = 1, .failed = note_late, .cancelled = note_cancel, .destroy = job_destroy));
  late.is_armed = TRUE;
  while (counter_get (&late.job.ends) == 0)
    g_main_context_iteration (NULL, TRUE);
  ck_assert (!late.is_armed);
  ck_assert (!lodger_pending_is_cancelled (late.pending));
  ck_assert_int_eq (late.job.cancelled, 0);
  ck_assert_int_eq (late.job.done, 0);
  ck_assert_int_eq (late.job.failed, 1);
  ck_assert (g_error_matches (late.error, LODGER_GLIB_ERROR, LODGER_ETIMEDOUT));
  g_object_ref (label);
  g_object_remove_toggle_ref (G_OBJECT (label), on_refs, &late);
  g_error_free (late.error);
  lodger_pending_unref (late.pending);
  job_close (&late.job);
}
END_TEST

/* The work's own, in the GUI thread: it serves the loop until the outcome would be told. */
static void
serve_loop (LodgerPending *self, const char *message, void *data)
{
  LateJob *late = data;
  (void) message;
  g_atomic_int_set (&late->may_end, 1);
  wait_without_loop (self);
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
end_with_canceller (LodgerPending *self, void *data)
{
  LateJob *late = data;
  lodger_pending_set_canceller (self, serve_loop, late, NULL);
  g_atomic_int_set (&late->has_canceller, 1);
  end_when_it_may (self, data);
}

START_TEST (late_work_whose_canceller_serves_the_loop_is_told_once)
{
  LateJob late = { .job.window = window_open (FALSE) };
  counter_init (&late.job.ends);
  late.pending = lodger_gtk_run_full (
      late.job.window.label, end_with_canceller, note, &late,
      LODGER_GTK_RUN_OPTIONS (.timeout = 1, .failed = note_late, .cancelled = note_cancel, .destroy = job_destroy));
  while (!g_atomic_int_get (&late.has_canceller))
    g_thread_yield ();
  while (counter_get (&late.job.ends) == 0)
    g_main_context_iteration (NULL, TRUE);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  ck_assert_int_eq (late.job.done, 0);
  ck_assert_int_eq (late.job.cancelled, 0);
  ck_assert_int_eq (late.job.failed, 1);
  ck_assert (g_error_matches (late.error, LODGER_GLIB_ERROR, LODGER_ETIMEDOUT));
  g_error_free (late.error);
  lodger_pending_unref (late.pending);
  job_close (&late.job);
}
END_TEST

START_TEST (a_refusal_that_is_cancelled_is_told_as_cancelled)
{
  LodgerPending *pending;
  Job job;
  job_open (&job);
  log_capture_begin ();
  lodger_caller_stop (job.window.caller, true);
  pending = lodger_gtk_run_full (
      job.window.label, answer, note, &job,
      LODGER_GTK_RUN_OPTIONS (.failed = note_error, .cancelled = note_cancel, .destroy = job_destroy));
  log_capture_end ();
  lodger_pending_cancel (pending, NULL);
  run_to_the_end (&job, pending);
  ck_assert_int_eq (job.failed, 0);
  ck_assert_int_eq (job.cancelled, 1);
  job_close (&job);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("gtk-late-cancel");
  test_add (suite, an_outcome_that_is_cancelled_on_its_way_is_told_as_cancelled);
  test_add (suite, a_failure_that_is_cancelled_on_its_way_is_told_as_cancelled);
  test_add (suite, the_pending_keeps_the_outcome_of_the_work);
  test_add (suite, a_button_cancels_an_outcome_on_its_way);
  test_add (suite, a_cancellable_cancels_an_outcome_on_its_way);
  test_add (suite, cancelled_work_keeps_the_message_of_its_cancel);
  test_add (suite, work_that_ends_just_when_its_time_is_over_is_late);
  test_add (suite, late_work_whose_canceller_serves_the_loop_is_told_once);
  test_add (suite, a_refusal_that_is_cancelled_is_told_as_cancelled);
  return gtk_test_main (suite, argc, argv);
}
