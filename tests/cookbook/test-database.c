/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The database: rows on the way, a cancel at each moment, and one thread that has the handle. */
#include "test-latch.h"
#include "test-limits.h"
#include "test-recorder.h"

#include <lodger-gtk4.h>
#include <sqlite3.h>

static int64_t limit;            /* of a query; 0: the program's */
static int opened_in, closed_in; /* threads */
static Counter steps;
static Latch let_go; /* opened, steps are made */

static int
open_here (const char *path, sqlite3 **handle)
{
  opened_in = test_thread_id ();
  return sqlite3_open (path, handle);
}

static int
close_here (sqlite3 *handle)
{
  closed_in = test_thread_id ();
  return sqlite3_close (handle);
}

static int
step (sqlite3_stmt *statement)
{
  counter_add (&steps, 1);
  latch_wait (&let_go);
  return sqlite3_step (statement);
}

static LodgerPending *
run_limited (GtkWidget *widget, LodgerCallFunc work, LodgerGtkDoneFunc done, void *data,
             const LodgerGtkRunOptions *options)
{
  LodgerGtkRunOptions changed = *options;
  test_check (changed.timeout == LODGER_SECONDS (60));
  if (limit != 0)
    changed.timeout = limit;
  return lodger_gtk_run_full (widget, work, done, data, &changed);
}

int program_main (int argc, char **argv);
#define lodger_gtk_run_full run_limited
#define sqlite3_open        open_here
#define sqlite3_close       close_here
#define sqlite3_step        step
#define main                program_main
#include "demos/cookbook/database.c"
#undef main
#undef lodger_gtk_run_full

#include "cookbook-test.h"

#define ENDLESS "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count (*) FROM n"

typedef struct Shell
{
  GtkApplication *application;
  GtkWindow *window; /* a reference */
} Shell;

static Shell
shell_open (const char *opened)
{
  Shell shell = { .application = application_open () };
  counter_init (&steps);
  latch_init (&let_go);
  path = opened;
  activate (shell.application);
  shell.window = g_object_ref (application_window (shell.application));
  return shell;
}

static void
shell_close (Shell *shell)
{
  gtk_window_destroy (shell->window);
  window_settle ();
  g_object_unref (shell->window);
  application_close (shell->application);
  ck_assert_int_eq (closed_in, opened_in);
  ck_assert_int_ne (closed_in, test_thread_id ());
  counter_clear (&steps);
  latch_clear (&let_go);
}

static void
run_sql (Shell *shell, const char *sql)
{
  if (sql != NULL)
    gtk_editable_set_text (GTK_EDITABLE (view.sql), sql);
  g_signal_emit_by_name (view.run, "clicked");
  ck_assert (!gtk_widget_get_sensitive (view.run));
}

static void
cancel (Shell *shell)
{
  ck_assert (gtk_widget_get_sensitive (view.cancel));
  g_signal_emit_by_name (view.cancel, "clicked");
}

static void
expect_end (Shell *shell, const char *title)
{
  run_until (gtk_widget_get_sensitive (view.run));
  ck_assert_str_eq (gtk_window_get_title (shell->window), title);
  ck_assert (!gtk_widget_get_sensitive (view.cancel));
}

static guint
row_count (Shell *shell)
{
  return g_list_model_get_n_items (G_LIST_MODEL (view.rows));
}

START_TEST (rows_appear_while_the_query_runs)
{
  Shell shell = shell_open (":memory:");
  latch_open (&let_go);
  run_sql (&shell, NULL);
  run_until (row_count (&shell) > 0);
  ck_assert (!gtk_widget_get_sensitive (view.run));
  ck_assert_uint_lt (row_count (&shell), 200000);
  expect_end (&shell, "200000 rows");
  ck_assert_uint_eq (row_count (&shell), 200000);
  /* The next query begins with an empty list. */
  run_sql (&shell, "SELECT 1 UNION SELECT NULL");
  expect_end (&shell, "2 rows");
  ck_assert_uint_eq (row_count (&shell), 2);
  shell_close (&shell);
}
END_TEST

START_TEST (a_query_without_end_is_interrupted)
{
  Shell shell = shell_open (":memory:");
  latch_open (&let_go);
  run_sql (&shell, ENDLESS);
  counter_wait (&steps, 1);
  cancel (&shell);
  expect_end (&shell, "the user has cancelled it");
  run_sql (&shell, "SELECT 1");
  expect_end (&shell, "1 rows");
  shell_close (&shell);
}
END_TEST

START_TEST (a_query_that_is_about_to_start_is_cancelled_too)
{
  Shell shell = shell_open (":memory:");
  run_sql (&shell, ENDLESS);
  counter_wait (&steps, 1);
  cancel (&shell);
  latch_open (&let_go);
  expect_end (&shell, "the user has cancelled it");
  shell_close (&shell);
}
END_TEST

START_TEST (a_query_is_cancelled_between_rows)
{
  Shell shell = shell_open (":memory:");
  guint count;
  latch_open (&let_go);
  run_sql (&shell, NULL);
  run_until (row_count (&shell) > 0);
  cancel (&shell);
  count = row_count (&shell);
  expect_end (&shell, "the user has cancelled it");
  ck_assert_uint_le (row_count (&shell), count + 1000); /* as many may be on their way */
  shell_close (&shell);
}
END_TEST

START_TEST (a_query_without_end_has_a_limit)
{
  Shell shell = shell_open (":memory:");
  latch_open (&let_go);
  limit = LODGER_MILLISECONDS (20);
  run_sql (&shell, ENDLESS);
  expect_end (&shell, lodger_error_code_string (LODGER_ETIMEDOUT));
  limit = 0;
  run_sql (&shell, "SELECT 1");
  expect_end (&shell, "1 rows");
  shell_close (&shell);
}
END_TEST

START_TEST (the_window_is_closed_during_a_query_without_end)
{
  Shell shell = shell_open (":memory:");
  latch_open (&let_go);
  run_sql (&shell, ENDLESS);
  counter_wait (&steps, 1);
  shell_close (&shell);
}
END_TEST

START_TEST (a_wrong_query_says_why)
{
  Shell shell = shell_open (":memory:");
  latch_open (&let_go);
  run_sql (&shell, "SELECT * FROM nowhere");
  expect_end (&shell, "no such table: nowhere");
  shell_close (&shell);
}
END_TEST

START_TEST (a_query_of_nothing_has_no_rows)
{
  Shell shell = shell_open (":memory:");
  latch_open (&let_go);
  run_sql (&shell, "-- nothing");
  expect_end (&shell, "0 rows");
  shell_close (&shell);
}
END_TEST

START_TEST (a_database_that_cannot_be_opened_says_so)
{
  Shell shell = shell_open ("/");
  run_sql (&shell, "SELECT 1");
  expect_end (&shell, "/: unable to open database file");
  shell_close (&shell);
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("cookbook-database");
  test_add (suite, rows_appear_while_the_query_runs);
  test_add (suite, a_query_without_end_is_interrupted);
  test_add (suite, a_query_that_is_about_to_start_is_cancelled_too);
  test_add (suite, a_query_is_cancelled_between_rows);
  test_add (suite, a_query_without_end_has_a_limit);
  test_add (suite, the_window_is_closed_during_a_query_without_end);
  test_add (suite, a_wrong_query_says_why);
  test_add (suite, a_query_of_nothing_has_no_rows);
  test_add (suite, a_database_that_cannot_be_opened_says_so);
  return gtk_test_main (suite, argc, argv);
}
