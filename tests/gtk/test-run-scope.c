/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lodger_gtk_run() with a scope of the program, which is shorter than the widget's. */
#include "gtk-window.h"

typedef struct Job
{
  Window window;
  LodgerScope *scope;
  Latch entered, let_go;
  Counter ends; /* of the data */
  int told, reports, holds, releases, destroyed_in;
  gboolean has_run, was_cancelled, is_held;
} Job;

static bool
hold (void *data)
{
  Job *job = data;
  job->holds++;
  job->is_held = TRUE;
  return true;
}

static void
release (void *data)
{
  Job *job = data;
  job->releases++;
  job->is_held = FALSE;
}

static void
job_open (Job *job)
{
  *job = (Job) { .window = window_open (TRUE) };
  job->scope = lodger_scope_new (LODGER_SCOPE_OPTIONS (.hold = hold, .release = release, .object = job));
  latch_init (&job->entered);
  latch_init (&job->let_go);
  counter_init (&job->ends);
}

static void
job_close (Job *job)
{
  window_close (&job->window);
  lodger_scope_unref (job->scope);
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

static void
answer (LodgerPending *self, void *data)
{
  ((Job *) data)->has_run = TRUE;
  lodger_pending_return_int (self, 42);
}

static void
stay (LodgerPending *self, void *data)
{
  Job *job = data;
  lodger_gtk_report (self, 0.5, NULL);
  latch_open (&job->entered);
  latch_wait (&job->let_go);
  job->was_cancelled = lodger_pending_is_cancelled (self);
}

static void
note (GtkWidget *widget, LodgerPending *done, void *data)
{
  Job *job = data;
  (void) widget;
  (void) done;
  job->told++;
  ck_assert (job->is_held);
}

static void
note_error (GtkWidget *widget, const GError *error, void *data)
{
  Job *job = data;
  (void) widget;
  (void) error;
  job->told++;
  ck_assert (job->is_held);
}

static void
note_report (GtkWidget *widget, double fraction, const char *text, void *data)
{
  (void) widget;
  (void) fraction;
  (void) text;
  ((Job *) data)->reports++;
}

static LodgerPending *
run (Job *job, LodgerCallFunc work, gboolean holds, int64_t timeout)
{
  return lodger_gtk_run_full (job->window.label, work, note, job,
                              LODGER_GTK_RUN_OPTIONS (.scope = job->scope, .hold = holds, .timeout = timeout,
                                                      .failed = note_error, .cancelled = note_error,
                                                      .progress = note_report, .destroy = job_destroy));
}

static void
run_to_the_end (Job *job, LodgerPending *pending)
{
  while (counter_get (&job->ends) == 0)
    g_main_context_iteration (NULL, TRUE);
  ck_assert_int_eq (job->destroyed_in, test_thread_id ());
  while (!lodger_pending_is_done (pending))
    g_thread_yield ();
  lodger_pending_unref (pending);
  window_settle ();
}

static void
destroy_window (Job *job)
{
  gtk_window_destroy (job->window.window);
  g_clear_object (&job->window.window);
}

START_TEST (an_outcome_is_told_while_both_scopes_last)
{
  LodgerPending *pending;
  Job job;
  job_open (&job);
  pending = run (&job, answer, FALSE, 0);
  run_to_the_end (&job, pending);
  ck_assert_int_eq (job.told, 1);
  ck_assert_int_eq (job.holds, 1);
  ck_assert_int_eq (job.releases, 1);
  job_close (&job);
}
END_TEST

START_TEST (law_8_the_end_of_its_own_scope_cancels_the_work)
{
  LodgerPending *pending;
  char *message;
  Job job;
  job_open (&job);
  pending = run (&job, stay, FALSE, 0);
  latch_wait (&job.entered);
  lodger_scope_end (job.scope, "the page was left");
  message = lodger_pending_dup_cancel_message (pending);
  ck_assert_str_eq (message, "the page was left");
  lodger_free (message);
  window_settle ();
  ck_assert_int_eq (job.reports, 0);
  latch_open (&job.let_go);
  run_to_the_end (&job, pending);
  ck_assert (job.was_cancelled);
  ck_assert_int_eq (job.told, 0);
  ck_assert_int_eq (job.reports, 0);
  job_close (&job);
}
END_TEST

static void *
end_scope (void *data)
{
  lodger_scope_end (((Job *) data)->scope, NULL);
  return NULL;
}

START_TEST (another_thread_may_end_its_own_scope)
{
  LodgerPending *pending;
  Job job;
  job_open (&job);
  pending = run (&job, stay, FALSE, 0);
  latch_wait (&job.entered);
  thread_join (thread_start (end_scope, &job));
  latch_open (&job.let_go);
  run_to_the_end (&job, pending);
  ck_assert (job.was_cancelled);
  ck_assert_int_eq (job.told, 0);
  job_close (&job);
}
END_TEST

START_TEST (the_end_of_its_own_scope_drops_an_outcome_on_its_way)
{
  LodgerPending *pending;
  Job job;
  job_open (&job);
  pending = run (&job, answer, FALSE, 0);
  while (!lodger_pending_is_done (pending))
    g_thread_yield ();
  lodger_scope_end (job.scope, NULL);
  run_to_the_end (&job, pending);
  ck_assert_int_eq (job.told, 0);
  job_close (&job);
}
END_TEST

START_TEST (work_of_a_scope_that_has_ended_does_not_start)
{
  LodgerPending *pending;
  Job job;
  job_open (&job);
  lodger_scope_end (job.scope, NULL);
  pending = run (&job, answer, FALSE, 0);
  expect_code (lodger_pending_get_outcome (pending), LODGER_ECANCELED);
  run_to_the_end (&job, pending);
  ck_assert (!job.has_run);
  ck_assert_int_eq (job.told, 0);
  job_close (&job);
}
END_TEST

START_TEST (law_8_the_windows_end_cancels_work_with_a_scope_of_its_own)
{
  LodgerPending *pending;
  Job job;
  job_open (&job);
  pending = run (&job, stay, FALSE, 0);
  latch_wait (&job.entered);
  destroy_window (&job);
  latch_open (&job.let_go);
  run_to_the_end (&job, pending);
  ck_assert (job.was_cancelled);
  ck_assert_int_eq (job.told, 0);
  ck_assert_int_eq (job.reports, 0);
  job_close (&job);
}
END_TEST

START_TEST (law_8_the_windows_end_drops_an_outcome_with_a_scope_of_its_own)
{
  LodgerPending *pending;
  GtkWidget *label;
  Job job;
  job_open (&job);
  label = g_object_ref (job.window.label);
  pending = run (&job, answer, FALSE, 0);
  while (!lodger_pending_is_done (pending))
    g_thread_yield ();
  destroy_window (&job);
  run_to_the_end (&job, pending);
  ck_assert_int_eq (job.told, 0);
  g_object_unref (label);
  job_close (&job);
}
END_TEST

START_TEST (work_that_holds_goes_on_after_the_end_of_its_own_scope)
{
  LodgerPending *pending;
  Job job;
  job_open (&job);
  pending = run (&job, stay, TRUE, 0);
  latch_wait (&job.entered);
  lodger_scope_end (job.scope, NULL);
  latch_open (&job.let_go);
  run_to_the_end (&job, pending);
  ck_assert (!job.was_cancelled);
  ck_assert_int_eq (job.told, 0);
  job_close (&job);
}
END_TEST

START_TEST (late_work_is_told_while_its_own_scope_is_held)
{
  LodgerPending *pending;
  Job job;
  job_open (&job);
  pending = run (&job, stay, FALSE, 1);
  latch_wait (&job.entered);
  while (job.told == 0)
    g_main_context_iteration (NULL, TRUE);
  ck_assert (!job.is_held);
  latch_open (&job.let_go);
  run_to_the_end (&job, pending);
  ck_assert_int_eq (job.told, 1);
  ck_assert_int_eq (job.holds, job.releases);
  job_close (&job);
}
END_TEST

START_TEST (a_refusal_is_told_while_its_own_scope_is_held)
{
  LodgerPending *pending;
  Job job;
  job_open (&job);
  log_capture_begin ();
  lodger_caller_stop (job.window.caller, true);
  pending = run (&job, answer, FALSE, 0);
  log_capture_end ();
  run_to_the_end (&job, pending);
  ck_assert_int_eq (job.told, 1);
  ck_assert_int_eq (job.holds, 1);
  ck_assert_int_eq (job.releases, 1);
  job_close (&job);
}
END_TEST

/* The time of work that holds goes on, and nobody is told of its end. */
START_TEST (late_work_is_not_told_after_the_end_of_its_own_scope)
{
  LodgerPending *pending;
  Job job;
  job_open (&job);
  pending = run (&job, stay, TRUE, 1);
  latch_wait (&job.entered);
  lodger_scope_end (job.scope, NULL);
  while (!lodger_pending_is_cancelled (pending))
    g_main_context_iteration (NULL, TRUE);
  ck_assert_int_eq (job.told, 0);
  latch_open (&job.let_go);
  run_to_the_end (&job, pending);
  ck_assert_int_eq (job.told, 0);
  job_close (&job);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("gtk-run-scope");
  test_add (suite, an_outcome_is_told_while_both_scopes_last);
  test_add (suite, law_8_the_end_of_its_own_scope_cancels_the_work);
  test_add (suite, another_thread_may_end_its_own_scope);
  test_add (suite, the_end_of_its_own_scope_drops_an_outcome_on_its_way);
  test_add (suite, work_of_a_scope_that_has_ended_does_not_start);
  test_add (suite, law_8_the_windows_end_cancels_work_with_a_scope_of_its_own);
  test_add (suite, law_8_the_windows_end_drops_an_outcome_with_a_scope_of_its_own);
  test_add (suite, work_that_holds_goes_on_after_the_end_of_its_own_scope);
  test_add (suite, late_work_is_told_while_its_own_scope_is_held);
  test_add (suite, a_refusal_is_told_while_its_own_scope_is_held);
  test_add (suite, late_work_is_not_told_after_the_end_of_its_own_scope);
  return gtk_test_main (suite, argc, argv);
}
