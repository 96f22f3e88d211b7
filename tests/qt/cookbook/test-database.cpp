// SPDX-License-Identifier: LGPL-2.1-or-later
/* The database with Qt: rows on the way, a cancel at each moment, and one thread that has the handle. */
#include "cpp-test.h"

#include <sqlite3.h>
#include <sys/syscall.h>
#include <unistd.h>

static int64_t limit;                               /* of a query; 0: the program's */
static std::atomic_int opened_in, closed_in, steps; /* threads, and how often a row was asked for */
static std::mutex may_step;                         /* held, no step is made */

static int
thread_id ()
{
  return int (syscall (SYS_gettid));
}

static int
open_here (const char *name, sqlite3 **handle)
{
  opened_in = thread_id ();
  return sqlite3_open (name, handle);
}

static int
close_here (sqlite3 *handle)
{
  closed_in = thread_id ();
  return sqlite3_close (handle);
}

static int
step (sqlite3_stmt *statement)
{
  steps++;
  const std::lock_guard<std::mutex> guard (may_step);
  return sqlite3_step (statement);
}

static LodgerPending *
run_limited (QObject *object, LodgerCallFunc work, LodgerQtDoneFunc done, void *data, const LodgerQtRunOptions *options)
{
  LodgerQtRunOptions changed = *options;
  ck_assert (changed.timeout == LODGER_SECONDS (60));
  if (limit != 0)
    changed.timeout = limit;
  return lodger_qt_run_full (object, work, done, data, &changed);
}

int program_main (int argc, char **argv);
#define lodger_qt_run_full run_limited
#define sqlite3_open       open_here
#define sqlite3_close      close_here
#define sqlite3_step       step
#define main               program_main
#include "demos/cookbook-qt/database.cpp"
#undef main
#undef lodger_qt_run_full

#define ENDLESS "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count (*) FROM n"

/* What main() makes. The end of the attachment stops the caller: the thread of "db" has ended by then. */
class Shell {
public:
  explicit Shell (const char *name)
  {
    path = name;
    steps = 0;
    attachment.emplace ();
    window.emplace ();
    lodger_caller_unref (lodger_caller_open_child (
        attachment->get (), LODGER_CALLER_OPTIONS (.name = "db", .on_stop = close_database), nullptr));
    window->show ();
  }
  ~Shell ()
  {
    window.reset ();
    attachment.reset ();
    ck_assert (closed_in == opened_in && closed_in != thread_id ());
  }
  template <class F> void run_until (F is_so)
  {
    run_loop_until (is_so);
  }
  void run (const char *sql = nullptr)
  {
    if (sql != nullptr)
      window->sql.setText (sql);
    window->run.click ();
    ck_assert (!window->run.isEnabled ());
  }
  void cancel ()
  {
    ck_assert (window->cancel.isEnabled ());
    window->cancel.click ();
  }
  void expect_end (const char *title)
  {
    run_until ([this] { return window->run.isEnabled (); });
    const QByteArray shown = window->windowTitle ().toUtf8 ();
    ck_assert_str_eq (shown.constData (), title);
    ck_assert (!window->cancel.isEnabled ());
    ck_assert_int_eq (window->bar.maximum (), 1);
  }
  void wait_for_step ()
  {
    while (steps == 0)
      QThread::yieldCurrentThread ();
  }

private:
  int argc_ = 1;
  char name_[5] = "test";
  char *argv_[2] = { name_, nullptr };
  QApplication application_ { argc_, argv_ };
  std::optional<lodger::Attachment> attachment;

public:
  std::optional<Window> window;
};

START_TEST (rows_appear_while_the_query_runs)
{
  Shell shell (":memory:");
  shell.run ();
  shell.run_until ([&] { return shell.window->rows.rowCount () > 0; });
  ck_assert (!shell.window->run.isEnabled ());
  ck_assert_int_lt (shell.window->rows.rowCount (), 200000);
  shell.expect_end ("200000 rows");
  ck_assert_int_eq (shell.window->rows.rowCount (), 200000);
  /* The next query begins with an empty list. */
  shell.run ("SELECT 1 UNION SELECT NULL");
  shell.expect_end ("2 rows");
  ck_assert_int_eq (shell.window->rows.rowCount (), 2);
}
END_TEST

START_TEST (a_query_without_end_is_interrupted)
{
  Shell shell (":memory:");
  shell.run (ENDLESS);
  shell.wait_for_step ();
  shell.cancel ();
  shell.expect_end ("the user has cancelled it");
  shell.run ("SELECT 1");
  shell.expect_end ("1 rows");
}
END_TEST

START_TEST (a_query_that_is_about_to_start_is_cancelled_too)
{
  Shell shell (":memory:");
  {
    const std::lock_guard<std::mutex> guard (may_step);
    shell.run (ENDLESS);
    shell.wait_for_step ();
    shell.cancel ();
  }
  shell.expect_end ("the user has cancelled it");
}
END_TEST

START_TEST (a_query_is_cancelled_between_rows)
{
  Shell shell (":memory:");
  shell.run ();
  shell.run_until ([&] { return shell.window->rows.rowCount () > 0; });
  shell.cancel ();
  const int count = shell.window->rows.rowCount ();
  shell.expect_end ("the user has cancelled it");
  ck_assert_int_le (shell.window->rows.rowCount (), count + 1000); /* as many may be on their way */
}
END_TEST

START_TEST (a_query_without_end_has_a_limit)
{
  Shell shell (":memory:");
  limit = LODGER_MILLISECONDS (20);
  shell.run (ENDLESS);
  shell.expect_end (lodger_error_code_string (LODGER_ETIMEDOUT));
  limit = 0;
  shell.run ("SELECT 1");
  shell.expect_end ("1 rows");
}
END_TEST

START_TEST (the_window_is_closed_during_a_query_without_end)
{
  Shell shell (":memory:");
  shell.run (ENDLESS);
  shell.wait_for_step ();
}
END_TEST

START_TEST (a_wrong_query_says_why)
{
  Shell shell (":memory:");
  shell.run ("SELECT * FROM nowhere");
  shell.expect_end ("no such table: nowhere");
}
END_TEST

START_TEST (a_query_of_nothing_has_no_rows)
{
  Shell shell (":memory:");
  shell.run ("-- nothing");
  shell.expect_end ("0 rows");
}
END_TEST

START_TEST (a_database_that_cannot_be_opened_says_so)
{
  Shell shell ("/");
  shell.run ("SELECT 1");
  shell.expect_end ("/: unable to open database file");
}
END_TEST

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("qt cookbook-database");
  test_add (suite, rows_appear_while_the_query_runs);
  test_add (suite, a_query_without_end_is_interrupted);
  test_add (suite, a_query_that_is_about_to_start_is_cancelled_too);
  test_add (suite, a_query_is_cancelled_between_rows);
  test_add (suite, a_query_without_end_has_a_limit);
  test_add (suite, the_window_is_closed_during_a_query_without_end);
  test_add (suite, a_wrong_query_says_why);
  test_add (suite, a_query_of_nothing_has_no_rows);
  test_add (suite, a_database_that_cannot_be_opened_says_so);
  return test_main (suite, argc, argv);
}
