/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Progress reports, and the progress bar that shows them. */
#include "gtk-window.h"

#include <stdlib.h>

enum
{
  FLOOD = 100000
};

typedef struct Work
{
  Window window;
  Latch shown, let_go;
  Barrier barrier;
  LodgerReply *reply;
  int reports, code;
  double newest;
  char text[16];
  gboolean is_over, was_last_first, goes_back;
} Work;

static void
work_open_in (Work *work, Window window)
{
  *work = (Work) { .window = window, .newest = -1 };
  latch_init (&work->shown);
  latch_init (&work->let_go);
}

static void
work_open (Work *work)
{
  work_open_in (work, window_open (TRUE));
}

static void
work_close (Work *work)
{
  window_close (&work->window);
  latch_clear (&work->shown);
  latch_clear (&work->let_go);
}

static void
report_a_half (LodgerPending *self, void *data)
{
  Work *work = data;
  work->code = lodger_gtk_report (self, 0.5, "half of it");
  latch_wait (&work->let_go);
}

static void
report_a_flood (LodgerPending *self, void *data)
{
  char text[16];
  (void) data;
  for (int i = 1; i <= FLOOD; i++)
    {
      g_snprintf (text, sizeof text, "%d", i);
      ck_assert_int_eq (lodger_gtk_report (self, i / (double) FLOOD, text), 0);
    }
}

static void
note_progress (GtkWidget *widget, double fraction, const char *text, void *data)
{
  Work *work = data;
  ck_assert_ptr_eq (widget, work->window.label);
  ck_assert (!work->is_over);
  work->reports++;
  work->goes_back |= fraction < work->newest;
  work->newest = fraction;
  g_strlcpy (work->text, text != NULL ? text : "", sizeof work->text);
}

static void
note_over (GtkWidget *widget, LodgerPending *done, void *data)
{
  Work *work = data;
  (void) widget;
  (void) done;
  work->was_last_first = work->newest == 1;
  work->is_over = TRUE;
}

START_TEST (a_bar_shows_the_newest_report)
{
  Work work;
  GtkWidget *bar;
  work_open (&work);
  bar = gtk_progress_bar_new ();
  gtk_box_append (GTK_BOX (work.window.box), bar);
  lodger_gtk_run (work.window.label, report_a_half, note_over, &work, .progress_bar = GTK_PROGRESS_BAR (bar));
  while (gtk_progress_bar_get_fraction (GTK_PROGRESS_BAR (bar)) < 0.5)
    g_main_context_iteration (NULL, TRUE);
  ck_assert_str_eq (gtk_progress_bar_get_text (GTK_PROGRESS_BAR (bar)), "half of it");
  latch_open (&work.let_go);
  window_run_until (&work.is_over);
  expect_code (work.code, 0);
  work_close (&work);
}
END_TEST

/* Of many reports only a few are shown, in order, and the last one before the outcome. */
START_TEST (a_flood_of_reports_becomes_a_few)
{
  const LodgerGtkRunOptions options = { .size = sizeof options, .progress = note_progress };
  Work work;
  work_open (&work);
  lodger_pending_unref (lodger_gtk_run_full (work.window.label, report_a_flood, note_over, &work, &options));
  window_run_until (&work.is_over);
  ck_assert (work.was_last_first);
  ck_assert (!work.goes_back);
  ck_assert_int_lt (work.reports, FLOOD / 100);
  ck_assert_str_eq (work.text, G_STRINGIFY (100000));
  window_settle ();
  work_close (&work);
}
END_TEST

/* The last report is made a moment after the one before was shown, and has to wait for its frame. */
static void
report_in_two_steps (LodgerPending *self, void *data)
{
  Work *work = data;
  lodger_gtk_report (self, 0.5, NULL);
  latch_wait (&work->shown);
  lodger_gtk_report (self, 1, NULL);
}

static void
note_step (GtkWidget *widget, double fraction, const char *text, void *data)
{
  note_progress (widget, fraction, text, data);
  latch_open (&((Work *) data)->shown);
}

START_TEST (the_last_report_is_shown_before_the_outcome)
{
  const LodgerGtkRunOptions options = { .size = sizeof options, .progress = note_step };
  for (int i = 0; i < 10; i++)
    {
      Work work;
      work_open (&work);
      lodger_pending_unref (lodger_gtk_run_full (work.window.label, report_in_two_steps, note_over, &work, &options));
      window_run_until (&work.is_over);
      ck_assert (work.was_last_first);
      ck_assert_int_eq (work.reports, 2);
      work_close (&work);
    }
}
END_TEST

static void
defer (LodgerPending *self, void *data)
{
  Work *work = data;
  work->reply = lodger_pending_defer (self);
  latch_open (&work->shown);
}

/* Reports about work that has been answered are refused at any moment. */
static void *
report_for_long (void *data)
{
  LodgerPending *pending = data;
  int code;
  do
    code = lodger_gtk_report (pending, 1, NULL);
  while (code == 0);
  ck_assert (code == LODGER_ESTATE || code == LODGER_ECANCELED);
  return NULL;
}

START_TEST (a_report_may_race_with_the_outcome)
{
  const LodgerGtkRunOptions options = { .size = sizeof options, .progress = note_progress };
  for (int i = 0; i < 50; i++)
    {
      Work work;
      LodgerPending *pending;
      pthread_t thread;
      work_open (&work);
      pending = lodger_gtk_run_full (work.window.label, defer, note_over, &work, &options);
      latch_wait (&work.shown);
      log_capture_begin ();
      thread = thread_start (report_for_long, pending);
      g_main_context_iteration (NULL, TRUE);
      if (i % 2 == 0)
        lodger_reply_return_nothing (work.reply);
      else
        {
          gtk_window_destroy (work.window.window);
          g_clear_object (&work.window.window);
          lodger_reply_return_nothing (work.reply);
        }
      thread_join (thread);
      window_settle ();
      log_capture_end ();
      ck_assert (work.is_over == (i % 2 == 0));
      lodger_pending_unref (pending);
      work_close (&work);
    }
}
END_TEST

static void
report_when_cancelled (LodgerPending *self, void *data)
{
  Work *work = data;
  latch_open (&work->shown);
  latch_wait (&work->let_go);
  work->code = lodger_gtk_report (self, 0.5, NULL);
}

static void
report_no_number (LodgerPending *self, void *data)
{
  Work *work = data;
  work->code = lodger_gtk_report (self, 0.0 / strtod ("0", NULL), NULL);
}

/* A division by a total of 0 gives such a report. */
START_TEST (a_report_that_is_not_a_number_is_ignored)
{
  LodgerGtkRunOptions options = { .size = sizeof options };
  Work work;
  work_open (&work);
  options.progress_bar = GTK_PROGRESS_BAR (gtk_progress_bar_new ());
  gtk_box_append (GTK_BOX (work.window.box), GTK_WIDGET (options.progress_bar));
  gtk_progress_bar_set_fraction (options.progress_bar, 0.25);
  lodger_pending_unref (lodger_gtk_run_full (work.window.label, report_no_number, note_over, &work, &options));
  window_run_until (&work.is_over);
  expect_code (work.code, 0);
  ck_assert (gtk_progress_bar_get_fraction (options.progress_bar) == 0.25);
  work_close (&work);
}
END_TEST

START_TEST (a_report_says_that_the_work_was_cancelled)
{
  Work work;
  LodgerPending *pending;
  work_open (&work);
  pending = lodger_gtk_run_full (work.window.label, report_when_cancelled, note_over, &work, NULL);
  latch_wait (&work.shown);
  lodger_pending_cancel (pending, NULL);
  latch_open (&work.let_go);
  window_run_until (&work.is_over);
  expect_code (work.code, LODGER_ECANCELED);
  lodger_pending_unref (pending);
  work_close (&work);
}
END_TEST

START_TEST (a_bar_may_go_before_the_work)
{
  Work work;
  GtkWidget *bar;
  work_open (&work);
  bar = gtk_progress_bar_new ();
  gtk_box_append (GTK_BOX (work.window.box), bar);
  lodger_gtk_run (work.window.label, report_a_half, note_over, &work, .progress_bar = GTK_PROGRESS_BAR (bar));
  gtk_box_remove (GTK_BOX (work.window.box), bar);
  latch_open (&work.let_go);
  window_run_until (&work.is_over);
  work_close (&work);
}
END_TEST

static void
take_out_bar (GObject *bar, GParamSpec *param, void *data)
{
  Work *work = data;
  (void) param;
  gtk_box_remove (GTK_BOX (work->window.box), GTK_WIDGET (bar));
}

START_TEST (a_bar_may_go_as_it_shows_a_report)
{
  Work work;
  GtkWidget *bar;
  work_open (&work);
  bar = gtk_progress_bar_new ();
  gtk_box_append (GTK_BOX (work.window.box), bar);
  g_signal_connect (bar, "notify::fraction", G_CALLBACK (take_out_bar), &work);
  lodger_gtk_run (work.window.label, report_a_half, note_over, &work, .progress_bar = GTK_PROGRESS_BAR (bar));
  g_object_add_weak_pointer (G_OBJECT (bar), (gpointer *) &bar);
  while (bar != NULL)
    g_main_context_iteration (NULL, TRUE);
  latch_open (&work.let_go);
  window_run_until (&work.is_over);
  work_close (&work);
}
END_TEST

static void
destroy_window (GObject *bar, GParamSpec *param, void *data)
{
  Work *work = data;
  (void) bar;
  (void) param;
  gtk_window_destroy (work->window.window);
  work->is_over = TRUE;
}

static void
bar_ends (gboolean shown)
{
  LodgerGtkRunOptions options = { .size = sizeof options, .progress = note_progress };
  Work work;
  LodgerPending *pending;
  work_open_in (&work, window_open (shown));
  options.progress_bar = GTK_PROGRESS_BAR (gtk_progress_bar_new ());
  gtk_box_append (GTK_BOX (work.window.box), GTK_WIDGET (options.progress_bar));
  g_signal_connect (options.progress_bar, "notify::fraction", G_CALLBACK (destroy_window), &work);
  pending = lodger_gtk_run_full (work.window.label, report_a_half, NULL, &work, &options);
  window_run_until (&work.is_over);
  latch_open (&work.let_go);
  window_run_until_done (pending);
  ck_assert_int_eq (work.reports, 0);
  lodger_pending_unref (pending);
  g_clear_object (&work.window.window);
  work_close (&work);
}

START_TEST (law_8_no_done_function_runs_when_the_bar_ends_the_window)
{
  bar_ends (TRUE);
}
END_TEST

START_TEST (law_8_no_done_function_runs_when_the_bar_ends_a_window_that_was_never_shown)
{
  bar_ends (FALSE);
}
END_TEST

/* The inbox is full with one call. */
START_TEST (a_report_takes_no_room_in_the_inbox)
{
  const LodgerCallerOptions narrow = { .size = sizeof narrow, .inbox_limit = 1 };
  const LodgerGtkRunOptions options = { .size = sizeof options, .progress = note_progress };
  Work work;
  Recorder recorder = { 0 };
  LodgerCaller *caller;
  LodgerPending *pending;
  ck_assert (gtk_init_check ());
  caller = lodger_gtk_attach_full (&narrow, NULL);
  work_open (&work);
  pending = lodger_gtk_run_full (work.window.label, defer, note_over, &work, &options);
  latch_wait (&work.shown);
  lodger_pending_unref (lodger_caller_call_soon (caller, recorder_call, &recorder, recorder_destroy));
  expect_code (lodger_gtk_report (pending, 0.25, NULL), 0);
  window_settle ();
  recorder_expect (&recorder, 1, 1);
  ck_assert_int_eq (work.reports, 1);
  lodger_reply_return_nothing (work.reply);
  window_run_until (&work.is_over);
  lodger_pending_unref (pending);
  work_close (&work);
  expect_code (lodger_caller_leave (caller), 0);
  lodger_caller_unref (caller);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("gtk-progress");
  test_add (suite, a_bar_shows_the_newest_report);
  test_add (suite, a_flood_of_reports_becomes_a_few);
  test_add (suite, the_last_report_is_shown_before_the_outcome);
  test_add_long (suite, a_report_may_race_with_the_outcome, 3);
  test_add (suite, a_report_that_is_not_a_number_is_ignored);
  test_add (suite, a_report_says_that_the_work_was_cancelled);
  test_add (suite, a_bar_may_go_before_the_work);
  test_add (suite, a_bar_may_go_as_it_shows_a_report);
  test_add (suite, law_8_no_done_function_runs_when_the_bar_ends_the_window);
  test_add (suite, law_8_no_done_function_runs_when_the_bar_ends_a_window_that_was_never_shown);
  test_add (suite, a_report_takes_no_room_in_the_inbox);
  return gtk_test_main (suite, argc, argv);
}
