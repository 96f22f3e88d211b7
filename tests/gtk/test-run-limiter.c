/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lodger_gtk_run() with a limiter: work that waits for its place. */
#include "gtk-window.h"

enum
{
  MOST = 2
};

typedef struct Job
{
  Latch entered, let_go;
  Counter ends; /* of the data */
  int done, failed, cancelled;
  GError *error;
  GtkWidget *button;
} Job;

typedef struct Stage
{
  Window window;
  LodgerLimiter *limiter;
  Job jobs[MOST];
  int count;
} Stage;

static void
stage_open (Stage *stage)
{
  *stage
      = (Stage) { .window = window_open (TRUE), .limiter = lodger_limiter_new (LODGER_LIMITER_OPTIONS (.limit = 1)) };
  for (int i = 0; i < MOST; i++)
    {
      stage->jobs[i].button = gtk_button_new_with_label ("Cancel");
      gtk_box_append (GTK_BOX (stage->window.box), stage->jobs[i].button);
      latch_init (&stage->jobs[i].entered);
      latch_init (&stage->jobs[i].let_go);
      counter_init (&stage->jobs[i].ends);
    }
}

static void
stage_close (Stage *stage)
{
  window_close (&stage->window);
  lodger_limiter_unref (stage->limiter);
  for (int i = 0; i < MOST; i++)
    {
      ck_assert_int_eq (counter_get (&stage->jobs[i].ends), i < stage->count);
      g_clear_error (&stage->jobs[i].error);
      latch_clear (&stage->jobs[i].entered);
      latch_clear (&stage->jobs[i].let_go);
      counter_clear (&stage->jobs[i].ends);
    }
}

static void
job_destroy (void *data)
{
  counter_add (&((Job *) data)->ends, 1);
}

static void
stay (LodgerPending *self, void *data)
{
  Job *job = data;
  (void) self;
  latch_open (&job->entered);
  latch_wait (&job->let_go);
}

static void
note (GtkWidget *widget, LodgerPending *done, void *data)
{
  (void) widget;
  (void) done;
  ((Job *) data)->done++;
}

static void
note_failure (GtkWidget *widget, const GError *error, void *data)
{
  Job *job = data;
  (void) widget;
  job->failed++;
  job->error = g_error_copy (error);
}

static void
note_cancel (GtkWidget *widget, const GError *error, void *data)
{
  (void) widget;
  (void) error;
  ((Job *) data)->cancelled++;
}

static Job *
run (Stage *stage)
{
  Job *job = &stage->jobs[stage->count++];
  lodger_gtk_run (stage->window.label, stay, note, job, .limiter = stage->limiter,
                  .cancel_button = GTK_BUTTON (job->button), .failed = note_failure, .cancelled = note_cancel,
                  .destroy = job_destroy);
  return job;
}

/* Until nothing of it is left. */
static void
finish (Job *job)
{
  latch_open (&job->let_go);
  while (counter_get (&job->ends) == 0)
    g_main_context_iteration (NULL, TRUE);
}

START_TEST (work_waits_for_its_limiter)
{
  Stage stage;
  Job *first, *second;
  stage_open (&stage);
  first = run (&stage);
  latch_wait (&first->entered);
  second = run (&stage);
  window_settle ();
  ck_assert_uint_eq (lodger_limiter_count_waiting (stage.limiter), 1);
  ck_assert (!latch_is_open (&second->entered));
  ck_assert (gtk_widget_get_sensitive (second->button));
  finish (first);
  latch_wait (&second->entered);
  finish (second);
  ck_assert_int_eq (first->done, 1);
  ck_assert_int_eq (second->done, 1);
  ck_assert (!gtk_widget_get_sensitive (second->button));
  stage_close (&stage);
}
END_TEST

START_TEST (a_button_takes_out_work_that_waits)
{
  Stage stage;
  Job *first, *second;
  stage_open (&stage);
  first = run (&stage);
  latch_wait (&first->entered);
  second = run (&stage);
  g_signal_emit_by_name (second->button, "clicked");
  ck_assert_uint_eq (lodger_limiter_count_waiting (stage.limiter), 0);
  finish (second);
  ck_assert (!latch_is_open (&second->entered));
  ck_assert_int_eq (second->cancelled, 1);
  finish (first);
  ck_assert_int_eq (first->done, 1);
  stage_close (&stage);
}
END_TEST

START_TEST (law_8_the_windows_end_takes_out_work_that_waits)
{
  Stage stage;
  Job *first, *second;
  stage_open (&stage);
  first = run (&stage);
  latch_wait (&first->entered);
  second = run (&stage);
  gtk_window_destroy (stage.window.window);
  g_clear_object (&stage.window.window);
  ck_assert_uint_eq (lodger_limiter_count_waiting (stage.limiter), 0);
  finish (second);
  finish (first);
  ck_assert (!latch_is_open (&second->entered));
  ck_assert_int_eq (first->done + first->cancelled + second->done + second->cancelled, 0);
  stage_close (&stage);
}
END_TEST

START_TEST (work_fails_when_its_limiter_is_closed)
{
  Stage stage;
  Job *job;
  stage_open (&stage);
  lodger_pending_unref (lodger_limiter_close (stage.limiter));
  job = run (&stage);
  finish (job);
  ck_assert_int_eq (job->failed, 1);
  ck_assert (g_error_matches (job->error, LODGER_GLIB_ERROR, LODGER_ESHUTDOWN));
  ck_assert (!gtk_widget_get_sensitive (job->button));
  stage_close (&stage);
}
END_TEST

START_TEST (work_has_a_limiter_or_a_slot)
{
  LodgerSlot *slot = lodger_slot_new (NULL);
  LodgerPending *pending;
  Stage stage;
  stage_open (&stage);
  log_capture_begin ();
  pending
      = lodger_gtk_run_full (stage.window.label, stay, note, &stage.jobs[stage.count++],
                             LODGER_GTK_RUN_OPTIONS (.limiter = stage.limiter, .slot = slot, .destroy = job_destroy));
  ck_assert (log_capture_has ("lodger_gtk_run: a limiter and a slot"));
  log_capture_end ();
  ck_assert (lodger_error_matches (lodger_pending_get_error (pending), NULL, LODGER_EINVAL));
  lodger_pending_unref (pending);
  lodger_slot_unref (slot);
  stage_close (&stage);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("gtk-run-limiter");
  test_add (suite, work_waits_for_its_limiter);
  test_add (suite, a_button_takes_out_work_that_waits);
  test_add (suite, law_8_the_windows_end_takes_out_work_that_waits);
  test_add (suite, work_fails_when_its_limiter_is_closed);
  test_add (suite, work_has_a_limiter_or_a_slot);
  return gtk_test_main (suite, argc, argv);
}
