/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lodger_gtk_run() with a slot: which run tells its outcome, shows its progress, and has the button. */
#include "gtk-window.h"

enum
{
  MOST = 3
};

typedef struct Stage Stage;

typedef struct Job
{
  Stage *stage;
  Latch entered, let_go;
  Counter ends; /* of the data */
  int done, cancelled, reports, outcome;
  double fraction; /* that it reports; 0: none */
  gboolean was_cancelled;
  LodgerReply *reply;
  LodgerPending *pending;
} Job;

struct Stage
{
  Window window;
  LodgerSlot *slot;
  GtkWidget *button, *bar;
  Job jobs[MOST];
  int count;
};

static void
stage_open (Stage *stage, LodgerSlotPolicy policy)
{
  *stage = (Stage) { .window = window_open (TRUE), .slot = lodger_slot_new (LODGER_SLOT_OPTIONS (.policy = policy)) };
  stage->button = gtk_button_new_with_label ("Cancel");
  stage->bar = gtk_progress_bar_new ();
  gtk_widget_set_sensitive (stage->button, FALSE);
  gtk_box_append (GTK_BOX (stage->window.box), stage->button);
  gtk_box_append (GTK_BOX (stage->window.box), stage->bar);
  for (int i = 0; i < MOST; i++)
    {
      stage->jobs[i].stage = stage;
      latch_init (&stage->jobs[i].entered);
      latch_init (&stage->jobs[i].let_go);
      counter_init (&stage->jobs[i].ends);
    }
}

static void
stage_close (Stage *stage)
{
  window_close (&stage->window);
  lodger_slot_unref (stage->slot);
  for (int i = 0; i < MOST; i++)
    {
      ck_assert_int_eq (counter_get (&stage->jobs[i].ends), i < stage->count);
      lodger_pending_unref (stage->jobs[i].pending);
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
answer (LodgerPending *self, void *data)
{
  (void) data;
  lodger_pending_return_int (self, 42);
}

static void
stay (LodgerPending *self, void *data)
{
  Job *job = data;
  if (job->fraction > 0)
    lodger_gtk_report (self, job->fraction, NULL);
  latch_open (&job->entered);
  latch_wait (&job->let_go);
  job->was_cancelled = lodger_pending_is_cancelled (self);
}

static void
note (GtkWidget *widget, LodgerPending *done, void *data)
{
  Job *job = data;
  (void) widget;
  job->done++;
  job->outcome = lodger_pending_get_outcome (done);
}

static void
note_cancel (GtkWidget *widget, const GError *error, void *data)
{
  (void) widget;
  (void) error;
  ((Job *) data)->cancelled++;
}

static void
note_report (GtkWidget *widget, double fraction, const char *text, void *data)
{
  (void) widget;
  (void) fraction;
  (void) text;
  ((Job *) data)->reports++;
}

/* The next run of the slot. */
static Job *
run (Stage *stage, LodgerCallFunc work)
{
  Job *job = &stage->jobs[stage->count++];
  job->pending = lodger_gtk_run_full (
      stage->window.label, work, note, job,
      LODGER_GTK_RUN_OPTIONS (.slot = stage->slot, .cancel_button = GTK_BUTTON (stage->button),
                              .progress_bar = GTK_PROGRESS_BAR (stage->bar), .progress = note_report,
                              .cancelled = note_cancel, .destroy = job_destroy));
  return job;
}

/* The same for work that stays. */
static Job *
run_and_stay (Stage *stage)
{
  Job *job = run (stage, stay);
  latch_wait (&job->entered);
  return job;
}

/* Until nothing of it is left. */
static void
finish (Job *job)
{
  latch_open (&job->let_go);
  while (counter_get (&job->ends) == 0)
    g_main_context_iteration (NULL, TRUE);
  window_settle ();
}

#define expect_told(job, done_, cancelled_)                                                                            \
  do                                                                                                                   \
    {                                                                                                                  \
      ck_assert_int_eq ((job)->done, done_);                                                                           \
      ck_assert_int_eq ((job)->cancelled, cancelled_);                                                                 \
    }                                                                                                                  \
  while (0)

/* ---- outcomes ---------------------------------------------------------------------------------------------------------- */

START_TEST (a_newer_run_drops_the_outcome_of_the_older)
{
  Stage stage;
  Job *older, *newer;
  stage_open (&stage, LODGER_SLOT_LATEST);
  older = run_and_stay (&stage);
  newer = run_and_stay (&stage);
  finish (older);
  ck_assert (older->was_cancelled);
  expect_told (older, 0, 0);
  finish (newer);
  ck_assert (!newer->was_cancelled);
  expect_told (newer, 1, 0);
  expect_code (newer->outcome, 0);
  stage_close (&stage);
}
END_TEST

START_TEST (a_newer_run_drops_an_outcome_on_its_way)
{
  Stage stage;
  Job *older, *newer;
  stage_open (&stage, LODGER_SLOT_LATEST);
  older = run (&stage, answer);
  while (!lodger_pending_is_done (older->pending))
    g_thread_yield ();
  newer = run (&stage, answer);
  finish (older);
  finish (newer);
  expect_told (older, 0, 0);
  expect_told (newer, 1, 0);
  expect_code (lodger_pending_get_outcome (older->pending), 0);
  stage_close (&stage);
}
END_TEST

START_TEST (a_run_begins_when_the_one_that_it_replaces_has_ended)
{
  Stage stage;
  Job *older, *newer;
  stage_open (&stage, LODGER_SLOT_REPLACE);
  older = run_and_stay (&stage);
  newer = run (&stage, stay);
  window_settle ();
  ck_assert (!latch_is_open (&newer->entered));
  finish (older);
  latch_wait (&newer->entered);
  finish (newer);
  expect_told (older, 0, 0);
  expect_told (newer, 1, 0);
  stage_close (&stage);
}
END_TEST

START_TEST (of_the_runs_that_wait_for_the_next_turn_the_newest_is_told)
{
  Stage stage;
  Job *first, *second, *third;
  stage_open (&stage, LODGER_SLOT_NEXT);
  first = run_and_stay (&stage);
  second = run (&stage, stay);
  third = run (&stage, stay);
  finish (second);
  ck_assert (!latch_is_open (&second->entered));
  finish (first);
  ck_assert (!first->was_cancelled);
  ck_assert (gtk_widget_get_sensitive (stage.button));
  latch_wait (&third->entered);
  finish (third);
  ck_assert (!gtk_widget_get_sensitive (stage.button));
  expect_told (first, 1, 0);
  expect_told (second, 0, 0);
  expect_told (third, 1, 0);
  stage_close (&stage);
}
END_TEST

START_TEST (a_run_that_comes_second_is_told_nothing_and_has_no_button)
{
  Stage stage;
  Job *first, *second;
  stage_open (&stage, LODGER_SLOT_FIRST);
  first = run_and_stay (&stage);
  second = run (&stage, stay);
  finish (second);
  ck_assert (!latch_is_open (&second->entered));
  ck_assert (gtk_widget_get_sensitive (stage.button));
  g_signal_emit_by_name (stage.button, "clicked");
  ck_assert (!gtk_widget_get_sensitive (stage.button));
  finish (first);
  ck_assert (first->was_cancelled);
  expect_told (first, 0, 1);
  expect_told (second, 0, 0);
  stage_close (&stage);
}
END_TEST

START_TEST (a_cancel_of_the_slot_is_told)
{
  Stage stage;
  Job *job;
  stage_open (&stage, LODGER_SLOT_LATEST);
  job = run_and_stay (&stage);
  lodger_slot_cancel (stage.slot, NULL);
  finish (job);
  ck_assert (job->was_cancelled);
  expect_told (job, 0, 1);
  stage_close (&stage);
}
END_TEST

/* ---- the button and the progress --------------------------------------------------------------------------------------- */

/* The older work goes on when the newer has ended. */
START_TEST (the_button_is_the_newer_runs)
{
  Stage stage;
  Job *older, *newer;
  stage_open (&stage, LODGER_SLOT_LATEST);
  older = run_and_stay (&stage);
  newer = run_and_stay (&stage);
  ck_assert (gtk_widget_get_sensitive (stage.button));
  window_settle ();
  ck_assert (gtk_widget_get_sensitive (stage.button));
  if (_i == 1)
    {
      g_signal_emit_by_name (stage.button, "clicked");
      ck_assert (!gtk_widget_get_sensitive (stage.button));
    }
  finish (newer);
  ck_assert (!gtk_widget_get_sensitive (stage.button));
  ck_assert (newer->was_cancelled == (_i == 1));
  expect_told (newer, _i == 0, _i == 1);
  ck_assert_int_eq (counter_get (&older->ends), 0);
  finish (older);
  ck_assert (!gtk_widget_get_sensitive (stage.button));
  expect_told (older, 0, 0);
  stage_close (&stage);
}
END_TEST

static void
count_change (GtkWidget *button, GParamSpec *param, void *data)
{
  (void) button;
  (void) param;
  ++*(int *) data;
}

/* A key that is typed does not make the button flicker. */
START_TEST (the_button_goes_from_run_to_run_without_a_change)
{
  Stage stage;
  Job *jobs[MOST];
  int changes = 0;
  stage_open (&stage, LODGER_SLOT_LATEST);
  g_signal_connect (stage.button, "notify::sensitive", G_CALLBACK (count_change), &changes);
  for (int i = 0; i < MOST; i++)
    {
      jobs[i] = run_and_stay (&stage);
      window_settle ();
      ck_assert_int_eq (changes, 1);
    }
  for (int i = 0; i < MOST; i++)
    finish (jobs[i]);
  ck_assert_int_eq (changes, 2);
  stage_close (&stage);
}
END_TEST

/* The report of the older run has been made, and not been shown, when the newer comes. */
START_TEST (the_progress_is_the_newer_runs)
{
  Stage stage;
  Job *older, *newer;
  stage_open (&stage, LODGER_SLOT_LATEST);
  stage.jobs[0].fraction = 0.5;
  stage.jobs[1].fraction = 0.75;
  older = run_and_stay (&stage);
  newer = run_and_stay (&stage);
  while (newer->reports == 0)
    g_main_context_iteration (NULL, TRUE);
  ck_assert (gtk_progress_bar_get_fraction (GTK_PROGRESS_BAR (stage.bar)) == 0.75);
  finish (older);
  ck_assert_int_eq (older->reports, 0);
  finish (newer);
  ck_assert_int_eq (newer->reports, 1);
  ck_assert (gtk_progress_bar_get_fraction (GTK_PROGRESS_BAR (stage.bar)) == 0.75);
  stage_close (&stage);
}
END_TEST

/* ---- ends -------------------------------------------------------------------------------------------------------------- */

/* In the GUI thread, inside the run that replaces the work. */
static void
destroy_window (LodgerPending *pending, const char *message, void *data)
{
  Job *job = data;
  (void) pending;
  (void) message;
  gtk_window_destroy (job->stage->window.window);
  g_clear_object (&job->stage->window.window);
  lodger_reply_return_nothing (job->reply);
}

static void
wait_for_a_cancel (LodgerPending *self, void *data)
{
  Job *job = data;
  job->reply = lodger_pending_defer (self);
  lodger_pending_set_canceller (self, destroy_window, job, NULL);
  latch_open (&job->entered);
}

START_TEST (law_8_a_canceller_may_end_the_window_of_the_newer_run)
{
  Stage stage;
  Job *older, *newer;
  stage_open (&stage, LODGER_SLOT_LATEST);
  older = run (&stage, wait_for_a_cancel);
  latch_wait (&older->entered);
  newer = run (&stage, stay);
  ck_assert (lodger_pending_is_cancelled (newer->pending));
  finish (older);
  finish (newer);
  expect_told (older, 0, 0);
  expect_told (newer, 0, 0);
  stage_close (&stage);
}
END_TEST

START_TEST (law_8_the_windows_end_cancels_the_runs_of_a_slot)
{
  Stage stage;
  Job *older, *newer;
  stage_open (&stage, LODGER_SLOT_REPLACE);
  older = run_and_stay (&stage);
  newer = run (&stage, stay);
  gtk_window_destroy (stage.window.window);
  g_clear_object (&stage.window.window);
  finish (newer);
  ck_assert (!latch_is_open (&newer->entered));
  finish (older);
  expect_told (older, 0, 0);
  expect_told (newer, 0, 0);
  stage_close (&stage);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("gtk-run-slot");
  test_add (suite, a_newer_run_drops_the_outcome_of_the_older);
  test_add (suite, a_newer_run_drops_an_outcome_on_its_way);
  test_add (suite, a_run_begins_when_the_one_that_it_replaces_has_ended);
  test_add (suite, of_the_runs_that_wait_for_the_next_turn_the_newest_is_told);
  test_add (suite, a_run_that_comes_second_is_told_nothing_and_has_no_button);
  test_add (suite, a_cancel_of_the_slot_is_told);
  test_add_variant (suite, "the_button_is_the_newer_runs", the_button_is_the_newer_runs, 0);
  test_add_variant (suite, "the_button_is_the_newer_runs/clicked", the_button_is_the_newer_runs, 1);
  test_add (suite, the_button_goes_from_run_to_run_without_a_change);
  test_add (suite, the_progress_is_the_newer_runs);
  test_add (suite, law_8_a_canceller_may_end_the_window_of_the_newer_run);
  test_add (suite, law_8_the_windows_end_cancels_the_runs_of_a_slot);
  return gtk_test_main (suite, argc, argv);
}
