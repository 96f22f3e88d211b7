/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lodger_gtk_run() and the lines around it. */
#include "gtk-window.h"

typedef struct Job
{
  Window window;
  Latch entered, let_go;
  Counter ends; /* of the data */
  int ran_in, done_in, destroyed_in;
  int done, failed, cancelled, outcome;
  int64_t answer;
  gboolean is_over, was_cancelled;
  GError *error;
  GtkWidget *widget;
} Job;

static void
job_open_in (Job *job, Window window)
{
  *job = (Job) { .window = window };
  latch_init (&job->entered);
  latch_init (&job->let_go);
  counter_init (&job->ends);
}

static void
job_open (Job *job)
{
  job_open_in (job, window_open (TRUE));
}

static void
job_close (Job *job)
{
  window_close (&job->window);
  g_clear_error (&job->error);
  latch_clear (&job->entered);
  latch_clear (&job->let_go);
  counter_clear (&job->ends);
}

static void
job_destroy (void *data)
{
  Job *job = data;
  job->destroyed_in = test_thread_id ();
  counter_add (&job->ends, 1);
}

static const LodgerGtkRunOptions with_destroy = { .size = sizeof with_destroy, .destroy = job_destroy };

static void
answer (LodgerPending *self, void *data)
{
  ((Job *) data)->ran_in = test_thread_id ();
  lodger_pending_return_int (self, 42);
}

static void
fail_to_open (LodgerPending *self, void *data)
{
  (void) data;
  lodger_glib_pending_return_gerror (self, g_error_new_literal (G_FILE_ERROR, G_FILE_ERROR_NOENT, "it is not there"));
}

/* Until it is told. */
static void
stay (LodgerPending *self, void *data)
{
  Job *job = data;
  latch_open (&job->entered);
  latch_wait (&job->let_go);
  job->was_cancelled = lodger_pending_is_cancelled (self);
}

static void
note (GtkWidget *widget, LodgerPending *done, void *data)
{
  Job *job = data;
  job->done++;
  job->done_in = test_thread_id ();
  job->widget = widget;
  job->outcome = lodger_pending_get_outcome (done);
  lodger_pending_get_int (done, &job->answer);
  job->is_over = TRUE;
}

static void
note_error (GtkWidget *widget, const GError *error, void *data)
{
  Job *job = data;
  (void) widget;
  job->failed++;
  job->error = g_error_copy (error);
  job->is_over = TRUE;
}

START_TEST (the_outcome_comes_back_to_the_widget)
{
  Job job;
  job_open (&job);
  lodger_gtk_run (job.window.label, answer, note, &job);
  window_run_until (&job.is_over);
  ck_assert_int_eq (job.answer, 42);
  ck_assert_ptr_eq (job.widget, job.window.label);
  ck_assert_int_eq (job.done_in, test_thread_id ());
  ck_assert_int_ne (job.ran_in, test_thread_id ());
  job.is_over = FALSE;
  (lodger_gtk_run) (job.window.label, answer, note, &job);
  window_run_until (&job.is_over);
  ck_assert_int_eq (job.done, 2);
  job_close (&job);
}
END_TEST

START_TEST (the_done_function_is_optional)
{
  Job job;
  LodgerPending *pending;
  job_open (&job);
  pending = lodger_gtk_run_full (job.window.label, answer, NULL, &job, NULL);
  window_run_until_done (pending);
  expect_code (lodger_pending_get_outcome (pending), 0);
  lodger_pending_unref (pending);
  job_close (&job);
}
END_TEST

START_TEST (law_8_after_the_windows_end_the_done_function_does_not_run)
{
  Job job;
  LodgerPending *pending;
  job_open (&job);
  pending = lodger_gtk_run_full (job.window.label, stay, note, &job, &with_destroy);
  latch_wait (&job.entered);
  gtk_window_destroy (job.window.window);
  g_clear_object (&job.window.window);
  window_settle ();
  ck_assert_int_eq (counter_get (&job.ends), 0);
  latch_open (&job.let_go);
  while (counter_get (&job.ends) == 0)
    g_main_context_iteration (NULL, TRUE);
  ck_assert (job.was_cancelled);
  ck_assert_int_eq (job.done, 0);
  ck_assert_int_eq (job.destroyed_in, test_thread_id ());
  /* The data is sent to its home before the worker publishes the outcome. */
  while (!lodger_pending_is_done (pending))
    g_thread_yield ();
  expect_code (lodger_pending_get_outcome (pending), LODGER_ECANCELED);
  lodger_pending_unref (pending);
  job_close (&job);
}
END_TEST

/* The outcome is on its way when the window goes. */
START_TEST (law_8_an_outcome_that_comes_too_late_is_dropped)
{
  Job job;
  LodgerPending *pending;
  job_open (&job);
  pending = lodger_gtk_run_full (job.window.label, answer, note, &job, &with_destroy);
  while (!lodger_pending_is_done (pending))
    g_thread_yield ();
  gtk_window_destroy (job.window.window);
  g_clear_object (&job.window.window);
  while (counter_get (&job.ends) == 0)
    g_main_context_iteration (NULL, TRUE);
  ck_assert_int_eq (job.done, 0);
  ck_assert_int_eq (job.destroyed_in, test_thread_id ());
  expect_code (lodger_pending_get_outcome (pending), 0);
  lodger_pending_unref (pending);
  job_close (&job);
}
END_TEST

START_TEST (a_failure_comes_as_a_gerror)
{
  Job job;
  job_open (&job);
  lodger_gtk_run (job.window.label, fail_to_open, note, &job, .failed = note_error);
  window_run_until (&job.is_over);
  ck_assert_int_eq (job.done, 0);
  ck_assert (g_error_matches (job.error, G_FILE_ERROR, G_FILE_ERROR_NOENT));
  job.is_over = FALSE;
  lodger_gtk_run (job.window.label, answer, note, &job, .failed = note_error);
  window_run_until (&job.is_over);
  ck_assert_int_eq (job.done, 1);
  ck_assert_int_eq (job.failed, 1);
  job_close (&job);
}
END_TEST

START_TEST (a_button_cancels_the_work)
{
  Job job;
  GtkWidget *button;
  job_open (&job);
  button = gtk_button_new_with_label ("Cancel");
  gtk_widget_set_sensitive (button, FALSE);
  gtk_box_append (GTK_BOX (job.window.box), button);
  lodger_gtk_run (job.window.label, stay, note, &job, .cancel_button = GTK_BUTTON (button));
  ck_assert (gtk_widget_get_sensitive (button));
  latch_wait (&job.entered);
  g_signal_emit_by_name (button, "clicked");
  ck_assert (!gtk_widget_get_sensitive (button));
  latch_open (&job.let_go);
  window_run_until (&job.is_over);
  ck_assert (job.was_cancelled);
  expect_code (job.outcome, LODGER_ECANCELED);
  job_close (&job);
}
END_TEST

START_TEST (a_cancellable_cancels_the_work)
{
  LodgerGtkRunOptions options = { .size = sizeof options, .cancellable = g_cancellable_new () };
  Job job;
  job_open (&job);
  lodger_pending_unref (lodger_gtk_run_full (job.window.label, stay, note, &job, &options));
  latch_wait (&job.entered);
  g_cancellable_cancel (options.cancellable);
  latch_open (&job.let_go);
  window_run_until (&job.is_over);
  ck_assert (job.was_cancelled);
  job.is_over = FALSE;
  job.ran_in = 0;
  lodger_pending_unref (lodger_gtk_run_full (job.window.label, answer, note, &job, &options));
  window_run_until (&job.is_over);
  expect_code (job.outcome, LODGER_ECANCELED);
  ck_assert_int_eq (job.ran_in, 0);
  g_object_unref (options.cancellable);
  job_close (&job);
}
END_TEST

/* ---- options after the data ------------------------------------------------------------------------------------------ */

static void
note_cancel (GtkWidget *widget, const GError *error, void *data)
{
  Job *job = data;
  (void) widget;
  ck_assert (g_error_matches (error, LODGER_GLIB_ERROR, LODGER_ECANCELED));
  job->cancelled++;
  job->is_over = TRUE;
}

START_TEST (options_follow_the_data)
{
  Job job;
  GtkWidget *bar, *button;
  job_open (&job);
  bar = gtk_progress_bar_new ();
  button = gtk_button_new ();
  gtk_box_append (GTK_BOX (job.window.box), bar);
  gtk_box_append (GTK_BOX (job.window.box), button);
  lodger_gtk_run (job.window.label, fail_to_open, note, &job, .progress_bar = GTK_PROGRESS_BAR (bar),
                  .cancel_button = GTK_BUTTON (button), .failed = note_error, .destroy = job_destroy);
  window_run_until (&job.is_over);
  while (counter_get (&job.ends) == 0)
    g_main_context_iteration (NULL, TRUE);
  ck_assert_int_eq (job.failed, 1);
  ck_assert_int_eq (job.done, 0);
  ck_assert (!gtk_widget_get_sensitive (button));
  job_close (&job);
}
END_TEST

/* The work is cancelled, or fails; one function is told, or none. */
static void
expect_told (LodgerCallFunc work, gboolean is_cancelled, gboolean has_failed, gboolean has_cancelled, int done,
             int failed, int cancelled)
{
  LodgerGtkRunOptions options = { .size = sizeof options, .destroy = job_destroy };
  LodgerPending *pending;
  Job job;
  job_open (&job);
  options.failed = has_failed ? note_error : NULL;
  options.cancelled = has_cancelled ? note_cancel : NULL;
  pending = lodger_gtk_run_full (job.window.label, work, note, &job, &options);
  if (is_cancelled)
    {
      latch_wait (&job.entered);
      lodger_pending_cancel (pending, NULL);
      latch_open (&job.let_go);
    }
  while (counter_get (&job.ends) == 0)
    g_main_context_iteration (NULL, TRUE);
  ck_assert_int_eq (job.done, done);
  ck_assert_int_eq (job.failed, failed);
  ck_assert_int_eq (job.cancelled, cancelled);
  lodger_pending_unref (pending);
  job_close (&job);
}

START_TEST (one_function_is_told_of_each_outcome)
{
  for (int i = 0; i < 4; i++)
    expect_told (answer, FALSE, i & 1, i & 2, 1, 0, 0);
  expect_told (fail_to_open, FALSE, FALSE, FALSE, 1, 0, 0);
  expect_told (fail_to_open, FALSE, TRUE, FALSE, 0, 1, 0);
  expect_told (fail_to_open, FALSE, FALSE, TRUE, 1, 0, 0);
  expect_told (fail_to_open, FALSE, TRUE, TRUE, 0, 1, 0);
  expect_told (stay, TRUE, FALSE, FALSE, 1, 0, 0);
  expect_told (stay, TRUE, TRUE, FALSE, 0, 0, 0);
  expect_told (stay, TRUE, FALSE, TRUE, 0, 0, 1);
  expect_told (stay, TRUE, TRUE, TRUE, 0, 0, 1);
}
END_TEST

/* The work hangs on when its time is over. */
START_TEST (work_that_is_late_is_told_at_once)
{
  LodgerPending *pending;
  Job job;
  job_open (&job);
  pending = lodger_gtk_run_full (
      job.window.label, stay, note, &job,
      LODGER_GTK_RUN_OPTIONS (.timeout = 1, .failed = note_error, .cancelled = note_cancel, .destroy = job_destroy));
  latch_wait (&job.entered);
  window_run_until (&job.is_over);
  ck_assert (g_error_matches (job.error, LODGER_GLIB_ERROR, LODGER_ETIMEDOUT));
  ck_assert (lodger_pending_is_cancelled (pending));
  ck_assert (!lodger_pending_is_done (pending));
  ck_assert_int_eq (counter_get (&job.ends), 0);
  latch_open (&job.let_go);
  while (counter_get (&job.ends) == 0)
    g_main_context_iteration (NULL, TRUE);
  ck_assert (job.was_cancelled);
  ck_assert_int_eq (job.failed, 1);
  ck_assert_int_eq (job.cancelled, 0);
  ck_assert_int_eq (job.done, 0);
  lodger_pending_unref (pending);
  job_close (&job);
}
END_TEST

START_TEST (work_that_is_late_is_told_to_done)
{
  Job job;
  job_open (&job);
  lodger_gtk_run (job.window.label, stay, note, &job, .timeout = 1, .destroy = job_destroy);
  window_run_until (&job.is_over);
  expect_code (job.outcome, LODGER_EFAILED);
  latch_open (&job.let_go);
  while (counter_get (&job.ends) == 0)
    g_main_context_iteration (NULL, TRUE);
  ck_assert_int_eq (job.done, 1);
  job_close (&job);
}
END_TEST

START_TEST (work_in_time_is_told_once)
{
  Job job;
  job_open (&job);
  lodger_gtk_run (job.window.label, answer, note, &job, .timeout = INT64_C (3600000000000), .destroy = job_destroy);
  while (counter_get (&job.ends) == 0)
    g_main_context_iteration (NULL, TRUE);
  ck_assert_int_eq (job.done, 1);
  expect_code (job.outcome, 0);
  job_close (&job);
}
END_TEST

START_TEST (law_8_no_function_is_told_of_late_work_after_the_windows_end)
{
  Job job;
  job_open (&job);
  lodger_gtk_run (job.window.label, stay, note, &job, .timeout = 1, .destroy = job_destroy);
  latch_wait (&job.entered);
  gtk_window_destroy (job.window.window);
  g_clear_object (&job.window.window);
  latch_open (&job.let_go);
  while (counter_get (&job.ends) == 0)
    g_main_context_iteration (NULL, TRUE);
  window_settle ();
  ck_assert_int_eq (job.done, 0);
  job_close (&job);
}
END_TEST

/* The same thread runs each of the calls, with all that a worker of the pool has. */
START_TEST (work_runs_in_a_named_worker)
{
  int thread;
  Job job;
  job_open (&job);
  lodger_gtk_run (job.window.label, answer, note, &job, .worker = "db");
  window_run_until (&job.is_over);
  ck_assert_int_eq (job.answer, 42);
  thread = job.ran_in;
  ck_assert_int_ne (thread, test_thread_id ());
  job.is_over = FALSE;
  lodger_gtk_run (job.window.label, answer, note, &job, .worker = "db");
  window_run_until (&job.is_over);
  ck_assert_int_eq (job.ran_in, thread);
  job.is_over = FALSE;
  lodger_gtk_run (job.window.label, fail_to_open, note, &job, .worker = "db", .failed = note_error);
  window_run_until (&job.is_over);
  ck_assert_int_eq (job.failed, 1);
  job_close (&job);
}
END_TEST

START_TEST (work_runs_in_a_caller)
{
  LodgerCaller *caller = lodger_caller_open (LODGER_CALLER_NEW_THREAD, NULL, NULL);
  int thread;
  Job job;
  job_open (&job);
  lodger_gtk_run (job.window.label, answer, note, &job, .caller = caller);
  window_run_until (&job.is_over);
  thread = job.ran_in;
  ck_assert_int_ne (thread, test_thread_id ());
  ck_assert_int_eq (job.done_in, test_thread_id ());
  job.is_over = FALSE;
  lodger_gtk_run (job.window.label, answer, note, &job, .caller = caller);
  window_run_until (&job.is_over);
  ck_assert_int_eq (job.ran_in, thread);
  job.is_over = FALSE;
  lodger_gtk_run (job.window.label, answer, note, &job, .caller = caller, .worker = "its own");
  window_run_until (&job.is_over);
  ck_assert_int_ne (job.ran_in, thread);
  worker_stop (caller);
  job_close (&job);
}
END_TEST

/* A save. */
START_TEST (work_that_holds_goes_on_after_the_windows_end)
{
  LodgerPending *pending;
  Job job;
  job_open (&job);
  pending = lodger_gtk_run_full (job.window.label, stay, note, &job,
                                 LODGER_GTK_RUN_OPTIONS (.hold = TRUE, .destroy = job_destroy));
  latch_wait (&job.entered);
  gtk_window_destroy (job.window.window);
  g_clear_object (&job.window.window);
  window_settle ();
  latch_open (&job.let_go);
  while (counter_get (&job.ends) == 0)
    g_main_context_iteration (NULL, TRUE);
  ck_assert (!job.was_cancelled);
  ck_assert_int_eq (job.done, 0);
  window_run_until_done (pending);
  expect_code (lodger_pending_get_outcome (pending), 0);
  lodger_pending_unref (pending);
  job_close (&job);
}
END_TEST

START_TEST (work_that_holds_is_late_after_the_windows_end_too)
{
  LodgerPending *pending;
  Job job;
  job_open (&job);
  pending = lodger_gtk_run_full (job.window.label, stay, note, &job,
                                 LODGER_GTK_RUN_OPTIONS (.hold = TRUE, .timeout = 1, .destroy = job_destroy));
  latch_wait (&job.entered);
  gtk_window_destroy (job.window.window);
  g_clear_object (&job.window.window);
  while (!lodger_pending_is_cancelled (pending))
    g_main_context_iteration (NULL, TRUE);
  latch_open (&job.let_go);
  while (counter_get (&job.ends) == 0)
    g_main_context_iteration (NULL, TRUE);
  ck_assert (job.was_cancelled);
  ck_assert_int_eq (job.done, 0);
  lodger_pending_unref (pending);
  job_close (&job);
}
END_TEST

static gboolean
set_flag (void *flag)
{
  *(gboolean *) flag = TRUE;
  return G_SOURCE_REMOVE;
}

/* Its time is over when the source behind it is served. */
START_TEST (work_that_the_user_has_cancelled_is_not_late)
{
  gboolean is_over = FALSE;
  LodgerPending *pending;
  Job job;
  job_open (&job);
  pending = lodger_gtk_run_full (
      job.window.label, stay, note, &job,
      LODGER_GTK_RUN_OPTIONS (.timeout = 1, .failed = note_error, .cancelled = note_cancel, .destroy = job_destroy));
  latch_wait (&job.entered);
  lodger_pending_cancel (pending, NULL);
  g_timeout_add (1, set_flag, &is_over);
  window_run_until (&is_over);
  ck_assert_int_eq (job.failed, 0);
  latch_open (&job.let_go);
  while (counter_get (&job.ends) == 0)
    g_main_context_iteration (NULL, TRUE);
  ck_assert_int_eq (job.failed, 0);
  ck_assert_int_eq (job.cancelled, 1);
  lodger_pending_unref (pending);
  job_close (&job);
}
END_TEST

START_TEST (work_for_a_caller_that_stops_is_refused_and_told)
{
  Job job;
  job_open (&job);
  log_capture_begin ();
  lodger_caller_stop (job.window.caller, true);
  lodger_gtk_run (job.window.label, answer, note, &job, .failed = note_error, .destroy = job_destroy);
  ck_assert (log_capture_has ("lodger_gtk_run: "));
  ck_assert (log_capture_has ("test-run.c:"));
  log_capture_end ();
  ck_assert_int_eq (job.failed, 0);
  while (counter_get (&job.ends) == 0)
    g_main_context_iteration (NULL, TRUE);
  ck_assert_int_eq (job.failed, 1);
  ck_assert (g_error_matches (job.error, LODGER_GLIB_ERROR, LODGER_ESHUTDOWN));
  job_close (&job);
}
END_TEST

static void
run_elsewhere (LodgerPending *self, void *data)
{
  Job *job = data;
  (void) self;
  lodger_gtk_run (job->window.label, answer, note, job);
}

START_TEST (misuse_names_the_function_and_the_line)
{
  LodgerPending *pending;
  Job job;
  job_open (&job);
  log_capture_begin ();
  pending = lodger_caller_to_thread (job.window.caller, run_elsewhere, &job, NULL);
  window_run_until_done (pending);
  ck_assert (log_capture_has ("lodger_gtk_run: this is not the GUI thread ("));
  ck_assert (log_capture_has ("test-run.c:"));
  ck_assert (!log_capture_has ("lodger_gtk_default_caller"));
  log_capture_end ();
  lodger_pending_unref (pending);
  job_close (&job);
}
END_TEST

/* A button that is destroyed before the work ends, and a button that is used again after it. */
START_TEST (a_button_may_go_before_the_work)
{
  Job job;
  GtkWidget *button;
  job_open (&job);
  button = gtk_button_new_with_label ("Cancel");
  gtk_box_append (GTK_BOX (job.window.box), button);
  lodger_gtk_run (job.window.label, stay, note, &job, .cancel_button = GTK_BUTTON (button));
  gtk_box_remove (GTK_BOX (job.window.box), button);
  latch_open (&job.let_go);
  window_run_until (&job.is_over);
  expect_code (job.outcome, 0);
  job_close (&job);
}
END_TEST

/* The user cancels and starts again before the first work has returned. */
START_TEST (a_button_is_good_for_the_next_work_too)
{
  Job first, next;
  GtkWidget *button;
  job_open (&first);
  next = (Job) { .window = first.window };
  latch_init (&next.entered);
  latch_init (&next.let_go);
  button = gtk_button_new_with_label ("Cancel");
  gtk_box_append (GTK_BOX (first.window.box), button);
  lodger_gtk_run (first.window.label, stay, note, &first, .cancel_button = GTK_BUTTON (button));
  latch_wait (&first.entered);
  g_signal_emit_by_name (button, "clicked");
  ck_assert (!gtk_widget_get_sensitive (button));
  lodger_gtk_run (first.window.label, stay, note, &next, .cancel_button = GTK_BUTTON (button));
  latch_wait (&next.entered);
  latch_open (&first.let_go);
  window_run_until (&first.is_over);
  ck_assert (gtk_widget_get_sensitive (button));
  g_signal_emit_by_name (button, "clicked");
  ck_assert (!gtk_widget_get_sensitive (button));
  latch_open (&next.let_go);
  window_run_until (&next.is_over);
  ck_assert (next.was_cancelled);
  latch_clear (&next.entered);
  latch_clear (&next.let_go);
  job_close (&first);
}
END_TEST

/* A binding of the program clicks the button as soon as it is sensitive. */
static void
click_at_once (GtkWidget *button, GParamSpec *param, void *data)
{
  (void) param;
  if (!gtk_widget_get_sensitive (button))
    return;
  g_signal_emit_by_name (button, "clicked");
  latch_open (&((Job *) data)->let_go);
}

START_TEST (wrong_options_are_refused)
{
  LodgerGtkRunOptions options = with_destroy;
  struct
  {
    LodgerGtkRunOptions options;
    void *unknown;
  } newer = { .options = with_destroy, .unknown = &newer };
  LodgerPending *pending;
  Job job;
  newer.options.size = sizeof newer;
  job_open (&job);
  log_capture_begin ();
  options.cancel_button = (GtkButton *) job.window.label;
  pending = lodger_gtk_run_full (job.window.label, answer, note, &job, &options);
  ck_assert (lodger_error_matches (lodger_pending_get_error (pending), NULL, LODGER_EINVAL));
  lodger_pending_unref (pending);
  options.cancel_button = NULL;
  options.progress_bar = (GtkProgressBar *) job.window.label;
  pending = lodger_gtk_run_full (job.window.label, answer, note, &job, &options);
  ck_assert (lodger_error_matches (lodger_pending_get_error (pending), NULL, LODGER_EINVAL));
  lodger_pending_unref (pending);
  pending = lodger_gtk_run_full (job.window.label, answer, note, &job, &newer.options);
  ck_assert (lodger_error_matches (lodger_pending_get_error (pending), NULL, LODGER_EINVAL));
  lodger_pending_unref (pending);
  ck_assert (log_capture_has ("lodger_gtk_run: "));
  options.size = 0; /* nothing in it can be read */
  pending = lodger_gtk_run_full (job.window.label, answer, note, &job, &options);
  ck_assert (lodger_error_matches (lodger_pending_get_error (pending), NULL, LODGER_EINVAL));
  lodger_pending_unref (pending);
  log_capture_end ();
  window_settle ();
  ck_assert_int_eq (counter_get (&job.ends), 3);
  ck_assert_int_eq (job.done, 0);
  job_close (&job);
}
END_TEST

START_TEST (a_button_that_is_clicked_at_once_cancels_the_work)
{
  Job job;
  GtkWidget *button;
  job_open (&job);
  button = gtk_button_new_with_label ("Cancel");
  gtk_widget_set_sensitive (button, FALSE);
  gtk_box_append (GTK_BOX (job.window.box), button);
  g_signal_connect (button, "notify::sensitive", G_CALLBACK (click_at_once), &job);
  lodger_gtk_run (job.window.label, stay, note, &job, .cancel_button = GTK_BUTTON (button));
  window_run_until (&job.is_over);
  expect_code (job.outcome, LODGER_ECANCELED);
  ck_assert (!gtk_widget_get_sensitive (button));
  job_close (&job);
}
END_TEST

static void
destroy_window (GObject *button, GParamSpec *param, void *data)
{
  Job *job = data;
  (void) param;
  if (!gtk_widget_get_sensitive (GTK_WIDGET (button)))
    gtk_window_destroy (job->window.window);
}

static void
button_ends (gboolean shown)
{
  LodgerGtkRunOptions options = { .size = sizeof options, .destroy = job_destroy };
  Job job;
  job_open_in (&job, window_open (shown));
  options.cancel_button = GTK_BUTTON (gtk_button_new_with_label ("Cancel"));
  gtk_box_append (GTK_BOX (job.window.box), GTK_WIDGET (options.cancel_button));
  g_signal_connect (options.cancel_button, "notify::sensitive", G_CALLBACK (destroy_window), &job);
  lodger_pending_unref (lodger_gtk_run_full (job.window.label, answer, note, &job, &options));
  while (counter_get (&job.ends) == 0)
    g_main_context_iteration (NULL, TRUE);
  ck_assert_int_eq (job.done, 0);
  g_clear_object (&job.window.window);
  job_close (&job);
}

START_TEST (law_8_no_done_function_runs_when_the_button_ends_the_window)
{
  button_ends (TRUE);
}
END_TEST

START_TEST (law_8_no_done_function_runs_when_the_button_ends_a_window_that_was_never_shown)
{
  button_ends (FALSE);
}
END_TEST

START_TEST (the_data_goes_in_the_gui_thread_after_the_outcome)
{
  Job job;
  job_open (&job);
  lodger_pending_unref (lodger_gtk_run_full (job.window.label, answer, note, &job, &with_destroy));
  while (counter_get (&job.ends) == 0)
    g_main_context_iteration (NULL, TRUE);
  ck_assert_int_eq (job.done, 1);
  ck_assert_int_eq (job.destroyed_in, test_thread_id ());
  window_settle ();
  ck_assert_int_eq (counter_get (&job.ends), 1);
  job_close (&job);
}
END_TEST

START_TEST (a_stop_cancels_the_work_and_destroys_the_data)
{
  Job job;
  job_open (&job);
  lodger_pending_unref (lodger_gtk_run_full (job.window.label, stay, note, &job, &with_destroy));
  latch_wait (&job.entered);
  latch_open (&job.let_go);
  expect_code (lodger_caller_stop_wait (job.window.caller), 0);
  ck_assert_int_eq (counter_get (&job.ends), 1);
  ck_assert_int_eq (job.done, 0);
  job_close (&job);
}
END_TEST

START_TEST (attaching_and_asking_give_the_same_caller)
{
  Recorder hooks = { 0 };
  LodgerCallerOptions options
      = { .size = sizeof options, .name = "gui", .hook_data = &hooks, .hook_destroy = recorder_destroy };
  LodgerCaller *attached, *again;
  ck_assert (gtk_init_check ());
  attached = lodger_gtk_attach_full (&options, NULL);
  ck_assert_ptr_eq (lodger_gtk_default_caller (), attached);
  ck_assert_str_eq (lodger_caller_get_name (attached), "gui");
  options.hook_data = &(Recorder) { 0 };
  again = lodger_gtk_attach_full (&options, NULL);
  ck_assert_int_eq (atomic_load (&((Recorder *) options.hook_data)->destroyed), 1);
  expect_code (lodger_caller_leave (again), 0);
  lodger_caller_unref (again);
  again = lodger_glib_attach (NULL, NULL);
  ck_assert_ptr_eq (again, attached);
  expect_code (lodger_caller_leave (again), 0);
  lodger_caller_unref (again);
  expect_code (lodger_caller_leave (attached), 0);
  ck_assert_int_eq (lodger_caller_get_state (attached), LODGER_CALLER_STOPPED);
  again = lodger_caller_ref (lodger_gtk_default_caller ());
  ck_assert_ptr_ne (again, attached);
  expect_code (lodger_caller_stop_wait (again), 0);
  lodger_caller_unref (again);
  lodger_caller_unref (attached);
  recorder_expect (&hooks, 0, 1);
}
END_TEST

static void *
attach_elsewhere (void *data)
{
  const LodgerCallerOptions options = { .size = sizeof options, .hook_data = data, .hook_destroy = recorder_destroy };
  GError *error = NULL;
  ck_assert_ptr_null (lodger_gtk_attach_full (&options, &error));
  ck_assert (g_error_matches (error, LODGER_GLIB_ERROR, LODGER_EWRONGTHREAD));
  g_error_free (error);
  return NULL;
}

/* Nobody is in the main context, so that it could be had. */
START_TEST (another_thread_does_not_become_the_guis)
{
  Recorder hooks = { 0 };
  Window window = window_open (FALSE);
  window_close (&window);
  thread_join (thread_start (attach_elsewhere, &hooks));
  recorder_expect (&hooks, 0, 1);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("gtk-run");
  test_add (suite, the_outcome_comes_back_to_the_widget);
  test_add (suite, the_done_function_is_optional);
  test_add (suite, law_8_after_the_windows_end_the_done_function_does_not_run);
  test_add (suite, law_8_an_outcome_that_comes_too_late_is_dropped);
  test_add (suite, a_failure_comes_as_a_gerror);
  test_add (suite, options_follow_the_data);
  test_add (suite, one_function_is_told_of_each_outcome);
  test_add (suite, work_that_is_late_is_told_at_once);
  test_add (suite, work_that_is_late_is_told_to_done);
  test_add (suite, work_in_time_is_told_once);
  test_add (suite, law_8_no_function_is_told_of_late_work_after_the_windows_end);
  test_add (suite, work_runs_in_a_named_worker);
  test_add (suite, work_runs_in_a_caller);
  test_add (suite, work_that_holds_goes_on_after_the_windows_end);
  test_add (suite, work_that_holds_is_late_after_the_windows_end_too);
  test_add (suite, work_that_the_user_has_cancelled_is_not_late);
  test_add (suite, work_for_a_caller_that_stops_is_refused_and_told);
  test_add (suite, misuse_names_the_function_and_the_line);
  test_add (suite, a_button_cancels_the_work);
  test_add (suite, a_cancellable_cancels_the_work);
  test_add (suite, a_button_may_go_before_the_work);
  test_add (suite, a_button_is_good_for_the_next_work_too);
  test_add (suite, wrong_options_are_refused);
  test_add (suite, a_button_that_is_clicked_at_once_cancels_the_work);
  test_add (suite, law_8_no_done_function_runs_when_the_button_ends_the_window);
  test_add (suite, law_8_no_done_function_runs_when_the_button_ends_a_window_that_was_never_shown);
  test_add (suite, the_data_goes_in_the_gui_thread_after_the_outcome);
  test_add (suite, a_stop_cancels_the_work_and_destroys_the_data);
  test_add (suite, attaching_and_asking_give_the_same_caller);
  test_add (suite, another_thread_does_not_become_the_guis);
  return gtk_test_main (suite, argc, argv);
}
