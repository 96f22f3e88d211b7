/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A repeating call of a widget: only while it is mapped, and no longer than it lives. */
#include "gtk-window.h"

#define TIME LODGER_MILLISECONDS (1)

typedef struct Ticker
{
  Window window;
  LodgerRepeat *repeat;
  int runs, destroyed;
  gboolean has_run;
} Ticker;

static void
tick (LodgerPending *self, uint64_t skipped, void *data)
{
  Ticker *ticker = data;
  (void) self;
  (void) skipped;
  ck_assert (gtk_widget_get_mapped (ticker->window.label));
  ticker->runs++;
  ticker->has_run = TRUE;
}

static void
ticker_destroy (void *data)
{
  ((Ticker *) data)->destroyed++;
}

static void
ticker_begin (Ticker *ticker, gboolean shown)
{
  ticker->window = window_open (shown);
  ticker->repeat = lodger_gtk_repeat (ticker->window.label, TIME, tick, ticker, ticker_destroy, NULL);
}

static void
expect_run (Ticker *ticker)
{
  ticker->has_run = FALSE;
  window_run_until (&ticker->has_run);
}

static void
ticker_end (Ticker *ticker)
{
  lodger_repeat_unref (ticker->repeat);
  window_close (&ticker->window);
  ck_assert_int_eq (ticker->destroyed, 1);
}

static LodgerPending *
pending_of (const Ticker *ticker)
{
  return lodger_repeat_get_pending (ticker->repeat);
}

static gboolean
after_a_while (void *data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

static void
let_time_pass (void)
{
  gboolean is_over = FALSE;
  g_timeout_add (5 * TIME / LODGER_MILLISECONDS (1), after_a_while, &is_over);
  window_run_until (&is_over);
}

START_TEST (it_runs_only_while_the_widget_is_mapped)
{
  Ticker ticker = { .runs = 0 };
  ticker_begin (&ticker, FALSE);
  ck_assert (lodger_repeat_is_paused (ticker.repeat));
  let_time_pass ();
  ck_assert_int_eq (ticker.runs, 0);
  gtk_window_present (ticker.window.window);
  expect_run (&ticker);
  expect_run (&ticker);
  gtk_widget_set_visible (ticker.window.label, FALSE);
  ck_assert (lodger_repeat_is_paused (ticker.repeat));
  ticker.runs = 0;
  let_time_pass ();
  ck_assert_int_eq (ticker.runs, 0);
  gtk_widget_set_visible (ticker.window.label, TRUE);
  expect_run (&ticker);
  ck_assert_int_eq (ticker.destroyed, 0);
  ticker_end (&ticker);
}
END_TEST

START_TEST (a_pause_of_the_program_counts_by_itself)
{
  Ticker ticker = { .runs = 0 };
  ticker_begin (&ticker, TRUE);
  expect_run (&ticker);
  expect_code (lodger_repeat_pause (ticker.repeat), 0);
  gtk_widget_set_visible (ticker.window.label, FALSE);
  gtk_widget_set_visible (ticker.window.label, TRUE);
  window_settle ();
  ck_assert (lodger_repeat_is_paused (ticker.repeat));
  expect_code (lodger_repeat_resume (ticker.repeat), 0);
  expect_run (&ticker);
  ticker_end (&ticker);
}
END_TEST

START_TEST (it_ends_with_the_widget)
{
  Ticker ticker = { .runs = 0 };
  ticker_begin (&ticker, TRUE);
  expect_run (&ticker);
  gtk_box_remove (GTK_BOX (ticker.window.box), ticker.window.label);
  expect_code (lodger_pending_get_outcome (pending_of (&ticker)), LODGER_ECANCELED);
  window_settle ();
  ck_assert_int_eq (ticker.destroyed, 1);
  ticker_end (&ticker);
}
END_TEST

START_TEST (a_widget_that_is_moved_keeps_it)
{
  Ticker ticker = { .runs = 0 };
  GtkWidget *label;
  ticker_begin (&ticker, TRUE);
  expect_run (&ticker);
  label = g_object_ref (ticker.window.label);
  gtk_box_remove (GTK_BOX (ticker.window.box), label);
  let_time_pass ();
  ck_assert (lodger_repeat_is_paused (ticker.repeat));
  gtk_box_append (GTK_BOX (ticker.window.box), label);
  expect_run (&ticker);
  g_object_unref (label);
  ticker_end (&ticker);
}
END_TEST

/* What a window manager does. GTK takes a window that the display has unmapped for a minimized one. */
static void
on_display (Ticker *ticker, const char *what)
{
  g_autofree char *command = g_strdup_printf ("xdotool search --sync --name ^Ticker$ %s", what);
  int status = -1;
  gtk_window_set_title (ticker->window.window, "Ticker");
  gdk_display_sync (gdk_display_get_default ());
  ck_assert (g_spawn_command_line_sync (command, NULL, NULL, &status, NULL));
  ck_assert_int_eq (status, 0);
}

static void
run_until_paused (Ticker *ticker, bool is_paused)
{
  while (lodger_repeat_is_paused (ticker->repeat) != is_paused)
    g_main_context_iteration (NULL, TRUE);
}

START_TEST (it_pauses_while_the_window_is_minimized)
{
  Ticker ticker = { .runs = 0 };
  ticker_begin (&ticker, TRUE);
  expect_run (&ticker);
  on_display (&ticker, "windowunmap");
  run_until_paused (&ticker, true);
  ck_assert (gtk_widget_get_mapped (ticker.window.label));
  ticker.runs = 0;
  let_time_pass ();
  ck_assert_int_eq (ticker.runs, 0);
  /* It has to be mapped, too. */
  gtk_widget_set_visible (ticker.window.label, FALSE);
  on_display (&ticker, "windowmap");
  while ((gdk_toplevel_get_state (GDK_TOPLEVEL (gtk_native_get_surface (GTK_NATIVE (ticker.window.window))))
          & GDK_TOPLEVEL_STATE_MINIMIZED)
         != 0)
    g_main_context_iteration (NULL, TRUE);
  ck_assert (lodger_repeat_is_paused (ticker.repeat));
  gtk_widget_set_visible (ticker.window.label, TRUE);
  expect_run (&ticker);
  ck_assert (!lodger_repeat_is_paused (ticker.repeat));
  ticker_end (&ticker);
}
END_TEST

/* The widget's handlers go with it. */
START_TEST (the_widget_may_outlive_it)
{
  Ticker ticker = { .runs = 0 };
  ticker_begin (&ticker, TRUE);
  expect_run (&ticker);
  expect_code (lodger_repeat_stop (ticker.repeat), 0);
  window_run_until_done (pending_of (&ticker));
  window_settle ();
  gtk_widget_set_visible (ticker.window.label, FALSE);
  ck_assert (!lodger_repeat_is_paused (ticker.repeat));
  ticker_end (&ticker);
}
END_TEST

START_TEST (misuse_is_answered)
{
  LodgerScope *scope = lodger_scope_new (NULL);
  Ticker ticker = { .window = window_open (FALSE) };
  log_capture_begin ();
  ck_assert_ptr_null (lodger_gtk_repeat (NULL, TIME, tick, &ticker, ticker_destroy, NULL));
  ck_assert_ptr_null (lodger_gtk_repeat (ticker.window.label, 0, tick, &ticker, ticker_destroy, NULL));
  ck_assert_ptr_null (lodger_gtk_repeat (ticker.window.label, TIME, NULL, &ticker, ticker_destroy, NULL));
  ck_assert_ptr_null (lodger_gtk_repeat (ticker.window.label, TIME, tick, &ticker, ticker_destroy,
                                         LODGER_REPEAT_OPTIONS (.scope = scope)));
  ck_assert_int_eq (ticker.destroyed, 4);
  ck_assert_uint_eq (log_capture_count_of ("lodger_gtk_repeat"), 4);
  log_capture_end ();
  lodger_scope_unref (scope);
  window_close (&ticker.window);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("gtk-repeat");
  test_add (suite, it_runs_only_while_the_widget_is_mapped);
  test_add (suite, a_pause_of_the_program_counts_by_itself);
  test_add (suite, it_ends_with_the_widget);
  test_add (suite, a_widget_that_is_moved_keeps_it);
  test_add (suite, it_pauses_while_the_window_is_minimized);
  test_add (suite, the_widget_may_outlive_it);
  test_add (suite, misuse_is_answered);
  return gtk_test_main (suite, argc, argv);
}
